"""The hub of one project: takes messages, keeps them for a while, and sends them to whoever listens."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import SystemRandom
from typing import Any, Final

import orjson

from runtime.model.actor import Actor
from runtime.model.change import Message
from runtime.model.clock import Clock
from runtime.model.errors import Failure, Unavailable
from runtime.model.specs import ProjectSpec
from runtime.realtime import wire
from runtime.realtime.backlog import Backlog
from runtime.realtime.brokers import Broker
from runtime.realtime.brokers.memory import MemoryBroker
from runtime.realtime.channel import Gap
from runtime.realtime.composer import Composer
from runtime.realtime.counters import Counters
from runtime.realtime.fanout import SLICE, Fanout
from runtime.realtime.pulse import Pulse
from runtime.realtime.scopes import Refusal, may_join
from runtime.realtime.subscriber import Join, Subscriber
from runtime.realtime.topic import CHANNEL_LIMIT, Topics

JITTER: Final = 0.2
"""How far `retry:` is spread around realtime.retry: clients that lost a server together must not come back together."""

CLOSING_RETRY: Final = (2.0, 5.0)
"""What realtime.retry is multiplied with when the server goes: it needs time to come back."""

OVERLOADED_RETRY_S: Final = (10.0, 20.0)
"""When a client should try again for which there was no room."""


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
        self.clock = clock
        self.counters = Counters()
        self.topics = Topics(spec, limit=channel_limit)
        self._spec = spec
        self._uniform = uniform or SystemRandom().uniform
        self._composer = Composer(self.topics.spec_of, clock)
        self._fanout = Fanout(clock, self.counters)
        self._pulse = Pulse(self, self._fanout)
        self._streams: dict[str, Subscriber] = {}
        self._per_actor: dict[str, int] = {}
        self._closing = False
        self._empty: asyncio.Future[None] | None = None
        self._broker = broker or MemoryBroker(epoch or wire.new_epoch(clock.now()))
        self._broker.attach(self._deliver)

    # -- messages

    def prepare(self, channel: str, message: Mapping[str, Any]) -> Message:
        """Check a message against its channel and stamp it.

        Raises InvalidMessage, TooLarge, and Unavailable where there are too many channels for another one.
        """
        prepared = self._composer.compose(channel, message, limit_bytes=self._spec().realtime.message_limit_bytes)
        self.topics.require_room(channel)
        return prepared

    def publish(self, messages: Sequence[Message]) -> None:
        """Give messages their place in the sequence and send them to whoever listens.

        Returns at once: the work is done in later turns of the loop. Messages go out in the order of the calls and of
        each call's messages.
        """
        if messages:
            self._broker.publish(messages)

    async def settled(self) -> None:
        """Return when everything published so far has been handed to the transports of those who are live."""
        await self._fanout.settled()

    def _deliver(self, messages: Sequence[tuple[int, Message]]) -> None:
        now = self.clock.monotonic()
        epoch = self._broker.epoch
        self.counters.messages += len(messages)
        for seq, message in messages:
            frame = wire.frame(id=wire.format_id(epoch, seq), data=message.text)
            self._fanout.add(self.topics.open(message.channel, now), seq, frame)
        self._pulse.keep_beating()

    # -- streams

    @property
    def spec(self) -> ProjectSpec:
        """The project as it is now."""
        return self._spec()

    @property
    def connections(self) -> int:
        """How many streams are open now."""
        return len(self._streams)

    def sort_out(self, channels: Iterable[str], actor: Actor) -> tuple[tuple[str, ...], dict[str, Refusal]]:
        """Return which channels an actor may listen to, and why not to the others."""
        allowed: list[str] = []
        denied: dict[str, Refusal] = {}
        for name in dict.fromkeys(channels):
            refusal = may_join(self.topics.spec_of(name), name, actor)
            if refusal is None:
                allowed.append(name)
            else:
                denied[name] = refusal
        return tuple(allowed), denied

    def admit(self, join: Join) -> Subscriber:
        """Take a place for a stream. The caller then calls `attach`, or `connection_lost` where it comes to nothing.

        Raises Unavailable: codes `too_many_connections`, `too_many_channels`, `closing`.
        """
        try:
            self._require_place(join)
        except Unavailable:
            self.counters.refused += 1
            raise
        now = self.clock.monotonic()
        topics = tuple(self.topics.open(name, now) for name in join.channels)
        for topic in topics:
            topic.subscribers += 1
            if join.options is not None:
                topic.widen(join.options)
        subscriber = Subscriber(self, secrets.token_urlsafe(12), join, topics)
        self._streams[subscriber.id] = subscriber
        if join.actor.id is not None:
            self._per_actor[join.actor.id] = self._per_actor.get(join.actor.id, 0) + 1
        self.counters.connections += 1
        self._pulse.keep_beating()
        return subscriber

    def overloaded(self, refused: Failure) -> bytes:
        """Return the whole stream of a client for which there is no room: when to come back, and why.

        An `EventSource` gives up for ever on any status but 200 (WHATWG HTML §9.2.3), so it is told in an event.
        """
        return self._json_frame("overloaded", {"code": refused.code}, retry_s=self._uniform(*OVERLOADED_RETRY_S))

    def refresh(self) -> None:
        """Follow a reload: settings and schemas of channels, and who may listen, also on open streams.

        A stream that may no longer listen to a channel is told `denied` and loses it; with none left it ends. What a
        hook granted stays.
        """
        self._composer.refresh()
        self.topics.refresh()
        self._fanout.between(self._recheck)

    async def close(self, *, drain_s: float = 10.0) -> None:
        """End: send what was published, tell every stream `closing`, close it, cut off what is left after `drain_s`.

        New streams are refused from now on. Safe to call twice.
        """
        self._closing = True
        try:
            async with asyncio.timeout(drain_s):
                await self._fanout.settled()
                await self._say_goodbye()
                await self._all_gone()
        except TimeoutError:
            for subscriber in tuple(self._streams.values()):
                subscriber.abort()
            await asyncio.sleep(0)  # the transports' last words
        self._pulse.stop()

    def tick(self) -> None:
        """Do what time demands: heartbeats, expiry, deadlines, forgetting.

        It happens by itself, twice a second, while there are streams or channels.
        """
        self._pulse.tick()

    # -- what a Subscriber needs of its host

    def opening(self, subscriber: Subscriber, now: float) -> tuple[tuple[Backlog, ...], int]:
        """Return what a new stream has still to get, and the place in the sequence before all of that."""
        join = subscriber.join
        if join.last_id is None:
            backlogs = tuple(topic.fresh(join.options, now) for topic in subscriber.topics)
            waiting = (next(backlog.items(now), None) for backlog in backlogs)
            return backlogs, min((item.seq - 1 for item in waiting if item), default=self._fanout.position)
        last = wire.parse_id(join.last_id)
        known = last is not None and last.epoch == self._broker.epoch and last.seq <= self._fanout.position
        policies = [(topic.channel, topic.policy(join.options)) for topic in subscriber.topics]
        if last is None or not known:
            return tuple(Backlog.restart(channel, policy, now) for channel, policy in policies), 0
        return tuple(Backlog.resume(channel, last.seq, policy, now) for channel, policy in policies), last.seq

    def greeting(self, subscriber: Subscriber, backlogs: Sequence[Backlog], start: int) -> bytes:
        """Return the first frame."""
        channels: dict[str, dict[str, Any]] = {}
        for backlog in backlogs:
            gap = backlog.gap
            state = channels[backlog.channel.name] = {"recovered": subscriber.join.last_id is not None and gap is None}
            if gap is not None and gap.missed is not None:
                state["missed"] = gap.missed
        data = {"connection": subscriber.id, "channels": channels, "denied": dict(subscriber.join.denied)}
        retry_s = self._spec().realtime.retry_s * self._uniform(1 - JITTER, 1 + JITTER)
        return self._json_frame("ready", data, seq=start, retry_s=retry_s)

    def reset(self, channel: str, gap: Gap, seq: int) -> bytes:
        """Return the frame that tells of a gap."""
        data: dict[str, Any] = {"channel": channel, "reason": gap.reason}
        if gap.missed is not None:
            data["missed"] = gap.missed
        return self._json_frame("reset", data, seq=seq)

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
        if self._streams.pop(subscriber.id, None) is None:
            return
        self._pulse.forget(subscriber)
        for topic in subscriber.topics:
            topic.subscribers -= 1
        actor_id = subscriber.join.actor.id
        if actor_id is not None:
            self._per_actor[actor_id] -= 1
            if not self._per_actor[actor_id]:
                del self._per_actor[actor_id]
        if not self._streams and self._empty is not None and not self._empty.done():
            self._empty.set_result(None)

    # -- inside

    def _require_place(self, join: Join) -> None:
        limits = self._spec().realtime
        if self._closing:
            raise self._refusal("the server is shutting down; try again", code="closing")
        if limits.max_connections and len(self._streams) >= limits.max_connections:
            raise self._refusal(
                f"{limits.max_connections} streams are open, as many as realtime.maxConnections allows; try again",
                code="too_many_connections",
            )
        if limits.max_per_user and self._per_actor.get(join.actor.id or "", 0) >= limits.max_per_user:
            raise self._refusal(
                f"you have {limits.max_per_user} streams open, as many as realtime.maxPerUser allows; close one, or "
                "listen to several channels on one stream",
                code="too_many_connections",
            )
        for name in join.channels:
            self.topics.require_room(name)

    def _refusal(self, message: str, *, code: str) -> Unavailable:
        return Unavailable(message, retry_after_s=self._uniform(*OVERLOADED_RETRY_S), code=code)

    def _recheck(self) -> None:
        for subscriber in tuple(self._streams.values()):
            join = subscriber.join
            for topic in subscriber.topics:
                if join.options is not None:
                    topic.widen(join.options)
            if not join.granted:
                self._withdraw(subscriber, self.sort_out((t.name for t in subscriber.topics), join.actor)[1])

    def _withdraw(self, subscriber: Subscriber, denied: Mapping[str, Refusal]) -> None:
        if not denied:
            return
        subscriber.drop([topic for topic in subscriber.topics if topic.name in denied])
        subscriber.join = replace(subscriber.join, denied={**subscriber.join.denied, **denied})
        frames = b"".join(self._json_frame("denied", {"channel": n, "reason": r}) for n, r in denied.items())
        if subscriber.topics:
            subscriber.send(frames)
        else:
            subscriber.end(frames)

    async def _say_goodbye(self) -> None:
        retry_s = self._spec().realtime.retry_s
        for count, subscriber in enumerate(tuple(self._streams.values()), 1):
            frame = self._json_frame("closing", {}, retry_s=retry_s * self._uniform(*CLOSING_RETRY))
            self._fanout.between(partial(subscriber.end, frame))
            if count % SLICE == 0:
                await asyncio.sleep(0)

    async def _all_gone(self) -> None:
        if self._streams:
            self._empty = asyncio.get_running_loop().create_future()
            await self._empty

    def _json_frame(self, event: str, data: object, *, seq: int | None = None, retry_s: float | None = None) -> bytes:
        return wire.frame(
            event=event,
            data=orjson.dumps(data),
            id=None if seq is None else wire.format_id(self._broker.epoch, seq),
            retry_ms=None if retry_s is None else round(retry_s * 1000),
        )
