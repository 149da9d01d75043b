"""The hub of one project: takes messages, keeps them for a while, and sends them to whoever listens."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import SystemRandom
from typing import Any, Final

from runtime.model.actor import Actor
from runtime.model.change import Message
from runtime.model.clock import Clock
from runtime.model.errors import Failure, InvalidMessage, Unavailable
from runtime.model.specs import ProjectSpec
from runtime.realtime import wire
from runtime.realtime.audiences import Audiences
from runtime.realtime.backlog import Backlog
from runtime.realtime.brokers import Broker
from runtime.realtime.brokers.memory import MemoryBroker
from runtime.realtime.channel import Gap
from runtime.realtime.composer import Composer
from runtime.realtime.counters import Counters
from runtime.realtime.fanout import SLICE, Fanout
from runtime.realtime.membership import Membership
from runtime.realtime.phrases import DISCONNECTED, Phrases
from runtime.realtime.presence import Presence
from runtime.realtime.pulse import Pulse
from runtime.realtime.revalidations import Revalidations
from runtime.realtime.scopes import Refusal, require_free
from runtime.realtime.streams import Streams
from runtime.realtime.subscriber import Join, Subscriber
from runtime.realtime.topic import CHANNEL_LIMIT, Topics

LONGEST_KEY: Final = 256
"""Characters of a key to be fetched again."""

OWN_LIMIT_BYTES: Final = 256 * 1024
"""More than the server's own messages can have, whatever realtime.messageLimit is."""


def new_connection() -> str:
    """Return a name for a stream that nobody can guess."""
    return secrets.token_urlsafe(12)


class Hub:
    """The `Publisher` of a project, and the host of its streams. Belongs to one event loop; not thread-safe.

    Nothing has to be started: a hub without channels and streams does nothing. `close` ends it.
    """

    def __init__(
        self,
        spec: Callable[[], ProjectSpec],
        *,
        clock: Clock,
        epoch: str | None = None,
        broker: Broker | None = None,
        uniform: Callable[[float, float], float] | None = None,
        channel_limit: int = CHANNEL_LIMIT,
    ) -> None:
        """`spec` returns the project as it is now; call `refresh` when it is another.

        `epoch` names this life of the sequence, by default anew at each start; a `broker` knows its own. `uniform` is
        where jitter comes from.
        """
        self._spec = spec
        self._closing = False
        self._broker = broker or MemoryBroker(epoch or wire.new_epoch(clock.now()))
        uniform = SystemRandom().uniform if uniform is None else uniform
        self.clock = clock
        self.counters = Counters()
        self.topics = Topics(spec, limit=channel_limit)
        self.streams = Streams(lambda: spec().realtime, uniform)
        self.presence = Presence()
        self.audiences = Audiences(self.topics, spec=spec, tell=self.say)
        self._composer = Composer(self.topics.spec_of, clock)
        self._fanout = Fanout(clock, self.counters)
        self._pulse = Pulse(self, self._fanout)
        self._revalidations = Revalidations(clock, self._tell_keys)
        self._phrases = Phrases(self._broker.epoch, lambda: spec().realtime, uniform)
        self.membership = Membership(
            self.streams, self.topics, self._fanout, phrases=self._phrases, presence=self.presence,
            audiences=self.audiences, epoch=self._broker.epoch, clock=clock,
        )  # fmt: skip
        self._broker.attach(self._deliver)

    # -- messages

    def prepare(self, channel: str, message: Mapping[str, Any]) -> Message:
        """Check a message against its channel and stamp it.

        Raises InvalidMessage, TooLarge, and Unavailable where there are too many channels for another one. What the
        server sends to its own channels does not come this way.
        """
        require_free(channel)
        prepared = self._composer.compose(channel, message, limit_bytes=self._spec().realtime.message_limit_bytes)
        self.topics.require_room(channel)
        return prepared

    def publish(self, messages: Sequence[Message]) -> None:
        """Give messages their place in the sequence and send them to whoever listens.

        Returns at once: the work is done in later turns of the loop. Messages go out in the order of the calls and of
        each call's messages.
        """
        if any(message.keys for message in messages):
            for message in messages:
                if message.keys:
                    self._revalidations.add(message.channel, message.keys)
            messages = [message for message in messages if not message.keys]
        if messages:
            self._broker.publish(messages)

    def say(self, channel: str, message: Mapping[str, Any], *, transient: bool = False) -> Message:
        """Publish a message of the server's own, which needs no declaration in the channel's `events`; return it.

        It goes to built-in channels too, to which nobody else may send. One that is `transient` is for whoever listens
        at this moment, and is not kept. Raises TooLarge.
        """
        own = replace(self._own(channel, message), transient=transient)
        self.publish([own])
        return own

    def is_heard(self, channel: str) -> bool:
        """Tell whether anybody listens to a channel now."""
        topic = self.topics.get(channel)
        return topic is not None and topic.subscribers > 0

    def revalidation(self, channel: str, key: str) -> Message:
        """Return the message that tells clients of a channel to fetch `key` again; see `Publisher`."""
        if not _is_key(key):
            raise InvalidMessage(f"a key to be fetched again is text of 1 to {LONGEST_KEY} characters, not {key!r}")
        require_free(channel)
        message = self._own(channel, {"type": "revalidate", "keys": [key]})
        self.topics.require_room(channel)
        return replace(message, keys=(key,))

    def present(self, channel: str) -> dict[str, Any]:
        """Return who is on a channel; nobody where it has no presence."""
        return self.presence.present(channel)

    def _own(self, channel: str, message: Mapping[str, Any]) -> Message:
        return self._composer.compose(channel, message, limit_bytes=OWN_LIMIT_BYTES, own=True)

    def _tell_keys(self, channel: str, keys: Sequence[str]) -> None:
        self.say(channel, {"type": "revalidate", "keys": list(keys)})

    async def settled(self) -> None:
        """Return when everything published so far has been handed to the transports of those who are live."""
        await self._fanout.settled()

    def _deliver(self, messages: Sequence[tuple[int, Message]]) -> None:
        now = self.clock.monotonic()
        epoch = self._broker.epoch
        for seq, message in messages:
            topic = self.topics.open(message.channel, now)
            if message.framed:
                self._fanout.add(topic, seq, message.text)
            elif message.transient:
                self._fanout.add(topic, seq, wire.frame(data=message.text), transient=True)
            else:
                self._fanout.add(topic, seq, wire.frame(id=wire.format_id(epoch, seq), data=message.text))
        self._pulse.keep_beating()

    # -- streams

    @property
    def spec(self) -> ProjectSpec:
        """The project as it is now."""
        return self._spec()

    @property
    def connections(self) -> int:
        """How many streams are open now."""
        return len(self.streams)

    def sort_out(self, channels: Iterable[str], actor: Actor) -> tuple[tuple[str, ...], dict[str, Refusal]]:
        """Return which channels an actor may listen to by their scopes, and why not to the others."""
        return self.membership.sort_out(channels, actor)

    def admit(self, join: Join) -> Subscriber:
        """Take a place for a stream. The caller then calls `attach`, or `connection_lost` where it comes to nothing.

        Who took time to find out whether the actor may calls `membership.recheck_one` as well: for a reload meanwhile.
        Raises Unavailable: codes `too_many_connections`, `too_many_channels`, `closing`.
        """
        self.require_place(join)
        topics = self.membership.join(join.channels, join.options, join.actor)
        subscriber = Subscriber(self, join.connection or new_connection(), join, topics)
        self.streams.add(subscriber)
        self.counters.connections += 1
        self._pulse.keep_beating()
        return subscriber

    def require_place(self, join: Join) -> None:
        """Raise what `admit` would raise now."""
        try:
            if self._closing:
                raise self.streams.refusal("the server is shutting down; try again", code="closing")
            self.streams.require_place(join)
            self.topics.require_room(*join.channels)
        except Unavailable:
            self.counters.refused += 1
            raise

    def identify(self, subscriber: Subscriber, actor: Actor | None) -> None:
        """Say who a stream belongs to now; None: nobody, so it has expired. What is out of reach is withdrawn."""
        self.membership.identify(subscriber, actor)
        self._pulse.watch(subscriber)

    def disconnect(self, *, user: str | None = None, connection: str | None = None) -> int:
        """End the streams of a user, or one stream: they are told `disconnected`. Returns how many."""
        found = [*self.streams.of_user(user)] if user is not None else []
        if connection is not None and (one := self.streams.get(connection)) is not None:
            found.append(one)
        for subscriber in found:
            self._fanout.between(partial(subscriber.end, DISCONNECTED))
        return len(found)

    def overloaded(self, refused: Failure) -> bytes:
        """Return the whole stream of a client for which there is no room: when to come back, and why.

        An `EventSource` gives up for ever on any status but 200 (WHATWG HTML §9.2.3), so it is told in an event.
        """
        return self._phrases.overloaded(refused)

    def refresh(self) -> None:
        """Follow a reload: settings and schemas of channels, and who may listen, also on open streams.

        A stream that may no longer listen to a channel is told `denied` and loses it; with none left it ends. What a
        hook granted stays.
        """
        self._composer.refresh()
        self.topics.refresh()
        self.membership.recheck()

    async def close(self, *, drain_s: float = 10.0) -> None:
        """End: send what was published, tell every stream `closing`, close it, cut off what is left after `drain_s`.

        New streams are refused from now on. Safe to call twice.
        """
        self._closing = True
        self._revalidations.flush()
        try:
            async with asyncio.timeout(drain_s):
                await self._fanout.settled()
                await self._say_goodbye()
                await self.streams.all_gone()
        except TimeoutError:
            for subscriber in self.streams:
                subscriber.abort()
            await asyncio.sleep(0)  # the transports' last words
        self._pulse.stop()
        self.audiences.close()

    def tick(self) -> None:
        """Do what time demands: heartbeats, expiry, deadlines, forgetting.

        It happens by itself, twice a second, while there are streams or channels.
        """
        self._revalidations.send_due()
        self._pulse.tick()

    # -- what a Subscriber needs of its host

    def opening(self, subscriber: Subscriber, now: float) -> tuple[tuple[Backlog, ...], int]:
        """Return what a new stream has still to get, and the place in the sequence before all of that."""
        return self.membership.opening(subscriber, now)

    def greeting(self, subscriber: Subscriber, backlogs: Sequence[Backlog], start: int) -> bytes:
        """Return the first frame."""
        join = subscriber.join
        if join.opening is not None:
            return self._phrases.opening(join.opening())
        states = self.membership.states(backlogs, is_resumed=join.last_id is not None)
        return self._phrases.ready(subscriber.id, states, join.denied, start)

    def subscribed(self, states: Mapping[str, Any]) -> bytes:
        """Return the frame that says which channels a stream has got in addition."""
        return self._phrases.subscribed(states, self._fanout.position)

    def reset(self, channel: str, gap: Gap, seq: int | None) -> bytes:
        """Return the frame that tells of a gap."""
        return self._phrases.reset(channel, gap, seq)

    def attached(self, subscriber: Subscriber) -> None:
        """Look after a stream that has begun."""
        self._pulse.watch(subscriber)

    def stalled(self, subscriber: Subscriber, now: float) -> None:
        """Cut a stream off in time if its transport takes no more."""
        self._pulse.stalled(subscriber, now)

    def moving(self, subscriber: Subscriber) -> None:
        """Note that a stream's transport is empty again."""
        self._pulse.moving(subscriber)

    def lost(self, subscriber: Subscriber) -> None:
        """Forget a stream whose connection is gone; it may be unknown."""
        if self.streams.remove(subscriber):
            self._pulse.forget(subscriber)
            self.membership.leave(subscriber)

    async def _say_goodbye(self) -> None:
        for count, subscriber in enumerate(self.streams, 1):
            self._fanout.between(partial(subscriber.end, self._phrases.closing()))
            if count % SLICE == 0:
                await asyncio.sleep(0)


def _is_key(key: object) -> bool:
    return isinstance(key, str) and 0 < len(key) <= LONGEST_KEY
