"""Which stream is on which channels: at its beginning, while it is open, and when permissions change."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from runtime.model.actor import Actor
from runtime.model.clock import Clock
from runtime.model.errors import Failure, InvalidMessage, NotFound
from runtime.model.ports import StreamRequest
from runtime.realtime import wire
from runtime.realtime.audiences import Audiences
from runtime.realtime.backlog import Backlog
from runtime.realtime.fanout import Fanout
from runtime.realtime.phrases import EXPIRED, Phrases
from runtime.realtime.presence import Presence
from runtime.realtime.scopes import Refusal
from runtime.realtime.streams import Streams
from runtime.realtime.subscriber import Subscriber
from runtime.realtime.topic import Topic, Topics

CHANNELS_AT_ONCE: Final = 100
"""The most channels of one stream: beyond that a client wants another channel, not more of them."""

T = TypeVar("T")
Options = Mapping[str, StreamRequest]


class Membership:
    """Puts streams on channels and takes them off. Belongs to one event loop; not thread-safe."""

    def __init__(
        self, streams: Streams, topics: Topics, fanout: Fanout, *, phrases: Phrases, presence: Presence,
        audiences: Audiences, epoch: str, clock: Clock,
    ) -> None:  # fmt: skip
        self._streams = streams
        self._topics = topics
        self._fanout = fanout
        self._phrases = phrases
        self._presence = presence
        self._audiences = audiences
        self._epoch = epoch
        self._clock = clock

    def sort_out(self, channels: Iterable[str], actor: Actor) -> tuple[tuple[str, ...], dict[str, Refusal]]:
        """Return which channels an actor may listen to by their scopes, and why not to the others."""
        allowed: list[str] = []
        denied: dict[str, Refusal] = {}
        for name in dict.fromkeys(channels):
            refusal = self._topics.refusal(name, actor)
            if refusal is None:
                allowed.append(name)
            else:
                denied[name] = refusal
        return tuple(allowed), denied

    def join(self, names: Iterable[str], options: Options, actor: Actor) -> tuple[Topic, ...]:
        """Return channels, with one subscriber more each, who is the actor and may."""
        now = self._clock.monotonic()
        topics = tuple(self._topics.open(name, now) for name in names)
        for topic in topics:
            topic.subscribers += 1
            if topic.name in options:
                topic.widen(options[topic.name])
            self._audiences.join(topic.name, actor)
        return topics

    def leave(self, subscriber: Subscriber) -> None:
        """Take a stream that is gone off all of its channels."""
        for topic in subscriber.topics:
            topic.subscribers -= 1
        self._presence.left(subscriber.id, None, self._clock.monotonic())

    def opening(self, subscriber: Subscriber, now: float) -> tuple[tuple[Backlog, ...], int]:
        """Return what a new stream has still to get, and the place in the sequence before all of that."""
        join = subscriber.join
        backlogs = self._backlogs(subscriber.topics, join.options, join.last_id, now)
        if join.last_id is not None:
            return backlogs, self._known(join.last_id) or 0
        waiting = (next(backlog.items(now), None) for backlog in backlogs)
        return backlogs, min((item.seq - 1 for item in waiting if item), default=self._fanout.position)

    def states(self, backlogs: Iterable[Backlog], *, is_resumed: bool) -> dict[str, dict[str, Any]]:
        """Return what is told of channels that are joined: `{recovered, missed?, presence?}` by name."""
        states: dict[str, dict[str, Any]] = {}
        for backlog in backlogs:
            gap, name = backlog.gap, backlog.channel.name
            state = states[name] = {"recovered": is_resumed and gap is None}
            if gap is not None and gap.missed is not None:
                state["missed"] = gap.missed
            if self._presence.shows(name):
                state["presence"] = self._presence.present(name)
        return states

    async def extend(
        self, connection: str, names: Sequence[str], *, last_id: str | None, options: Options
    ) -> Mapping[str, Any]:
        """Have an open stream listen to more channels; return what each has got, as `ready` tells it.

        What it may listen to is the caller's to know. With `last_id` it gets what came after that, otherwise what a
        new subscriber gets; then it is told `subscribed`, and from there on it is live. Nothing of its other channels
        is lost, doubled or out of order. Raises NotFound where the stream is gone, Unavailable, and InvalidMessage,
        code `too_many_subscriptions`.
        """
        return await self._in_between(lambda: self._extend(self._open(connection), names, last_id, options))

    async def shrink(self, connection: str, names: Sequence[str]) -> Sequence[str]:
        """Have an open stream listen to some channels no longer; return those that it did listen to.

        It stays open, also with none. Raises NotFound where the stream is gone.
        """
        return await self._in_between(lambda: self._shrink(self._open(connection), frozenset(names)))

    def identify(self, subscriber: Subscriber, actor: Actor | None) -> None:
        """Say who a stream belongs to now; None: nobody, so it has expired. What is out of reach is withdrawn."""
        if actor is None:
            self._fanout.between(partial(subscriber.end, EXPIRED))
        else:
            subscriber.join = replace(subscriber.join, actor=actor)
            self.recheck_one(subscriber)

    def withdraw(self, subscriber: Subscriber, denied: Mapping[str, str]) -> None:
        """Take channels from a stream, which is told why by name. One that has none left is ended."""
        self._fanout.between(partial(self._withdraw, subscriber, denied))

    def recheck(self) -> None:
        """Hold every stream against the declarations of this moment."""
        self._fanout.between(self._recheck)

    def recheck_one(self, subscriber: Subscriber) -> None:
        """Hold one stream against them."""
        self._fanout.between(partial(self._recheck_one, subscriber))

    def _open(self, connection: str) -> Subscriber:
        subscriber = self._streams.get(connection)
        if subscriber is None or subscriber.has_ended:
            raise NotFound("there is no such stream of yours; open one", code="unknown_connection")
        return subscriber

    async def _in_between(self, step: Callable[[], T]) -> T:
        """Do something to a stream when no batch is under way; return what it returns or raise what it raises."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def run() -> None:
            if done.cancelled():
                return
            try:
                done.set_result(step())
            except Failure as failure:
                done.set_exception(failure)

        self._fanout.between(run)
        return await done

    def _extend(
        self, subscriber: Subscriber, names: Sequence[str], last_id: str | None, options: Options
    ) -> Mapping[str, Any]:
        has = {topic.name for topic in subscriber.topics}
        names = [name for name in dict.fromkeys(names) if name not in has]
        require_few(len(has) + len(names))
        self._topics.require_room(*names)
        topics = self.join(names, options, subscriber.join.actor)
        subscriber.join = replace(subscriber.join, options={**subscriber.join.options, **options})
        backlogs = self._backlogs(topics, options, last_id, self._clock.monotonic())
        quiet_seq = self._fanout.position if subscriber.is_live else subscriber.reach
        for backlog in backlogs:
            backlog.quiet_seq = quiet_seq
        states = self.states(backlogs, is_resumed=last_id is not None)
        if topics:
            subscriber.add(topics, backlogs, states)
        return states

    def _shrink(self, subscriber: Subscriber, names: frozenset[str]) -> Sequence[str]:
        gone = [topic.name for topic in subscriber.topics if topic.name in names]
        if gone:
            self._take_off(subscriber, gone)
            subscriber.send(self._phrases.unsubscribed(gone))
        return gone

    def _recheck(self) -> None:
        for subscriber in self._streams:
            join = subscriber.join
            for topic in subscriber.topics:
                if not join.is_watch and (options := join.options.get(topic.name)) is not None:
                    topic.widen(options)
            self._recheck_one(subscriber)

    def _recheck_one(self, subscriber: Subscriber) -> None:
        join = subscriber.join
        if join.is_watch and not join.actor.is_admin:
            denied: dict[str, Refusal] = {topic.name: "forbidden" for topic in subscriber.topics}
        else:
            names = (topic.name for topic in subscriber.topics if topic.name not in join.granted)
            _, denied = self.sort_out(names, join.actor)
        if denied:
            self._withdraw(subscriber, denied)

    def _withdraw(self, subscriber: Subscriber, denied: Mapping[str, str]) -> None:
        has = {topic.name for topic in subscriber.topics}
        denied = {name: reason for name, reason in denied.items() if name in has}
        if not denied:
            return
        self._take_off(subscriber, list(denied))
        subscriber.join = replace(subscriber.join, denied={**subscriber.join.denied, **denied})
        if subscriber.topics:
            subscriber.send(self._phrases.denied(denied))
        else:
            subscriber.end(self._phrases.denied(denied))

    def _take_off(self, subscriber: Subscriber, names: Sequence[str]) -> None:
        subscriber.drop([topic for topic in subscriber.topics if topic.name in names])
        self._presence.left(subscriber.id, names, self._clock.monotonic())

    def _known(self, last_id: str) -> int | None:
        """Return the place that an id names; None where this hub cannot have given it."""
        last = wire.parse_id(last_id)
        is_ours = last is not None and last.epoch == self._epoch and last.seq <= self._fanout.position
        return last.seq if last is not None and is_ours else None

    def _backlogs(
        self, topics: Iterable[Topic], options: Options, last_id: str | None, now: float
    ) -> tuple[Backlog, ...]:
        if last_id is None:
            return tuple(topic.fresh(options.get(topic.name), now) for topic in topics)
        seq = self._known(last_id)
        policies = [(topic.channel, topic.policy(options.get(topic.name))) for topic in topics]
        if seq is None:
            return tuple(Backlog.restart(channel, policy, now) for channel, policy in policies)
        return tuple(Backlog.resume(channel, seq, policy, now) for channel, policy in policies)


def require_few(count: int) -> None:
    """Raise InvalidMessage, code `too_many_subscriptions`, where a stream would have too many channels."""
    if count > CHANNELS_AT_ONCE:
        raise InvalidMessage(
            f"a stream has at most {CHANNELS_AT_ONCE} channels; unsubscribe from some, or open another stream",
            code="too_many_subscriptions",
        )
