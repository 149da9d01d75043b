"""What time does to streams and channels: heartbeats, expiry, deadlines, forgetting."""

import asyncio
from collections import deque
from functools import partial
from typing import Final, Protocol

from runtime.model.clock import Clock
from runtime.model.specs import ProjectSpec
from runtime.realtime import wire
from runtime.realtime.counters import Counters
from runtime.realtime.fanout import SLICE, Fanout
from runtime.realtime.phrases import EXPIRED
from runtime.realtime.subscriber import Subscriber
from runtime.realtime.topic import Topics
from runtime.realtime.wheel import Wheel

TICK_S: Final = 0.5
"""How often the time is looked at: heartbeats, expiries and deadlines come up to so much late."""

SWEPT: Final = 1000
"""How many channels are looked at in one tick: half a millisecond."""


class Heart(Protocol):
    """What a pulse needs of its hub."""

    clock: Clock
    counters: Counters
    topics: Topics

    @property
    def spec(self) -> ProjectSpec:
        """The project as it is now."""

    @property
    def connections(self) -> int:
        """How many streams are open now."""


class Pulse:
    """One timer for all streams of a hub.

    Nothing is set or cleared when a message is sent: silence is found, not watched.
    """

    def __init__(self, heart: Heart, fanout: Fanout) -> None:
        self._heart = heart
        self._fanout = fanout
        self._wheel: Wheel[Subscriber] = Wheel(TICK_S)
        self._due: deque[Subscriber] = deque()
        # Since when, in the order of that: the first ones are the first to be cut off.
        self._stalled: dict[Subscriber, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._visits: asyncio.Handle | None = None
        self._stopped = False

    def keep_beating(self) -> None:
        """Tick as long as there are streams or channels."""
        if self._timer is None and not self._stopped:
            self._timer = asyncio.get_running_loop().call_later(TICK_S, self._beat)

    def stop(self) -> None:
        """Tick no more."""
        self._stopped = True
        for handle in (self._timer, self._visits):
            if handle is not None:
                handle.cancel()

    def watch(self, subscriber: Subscriber) -> None:
        """Look after a stream that has begun."""
        self._plan(subscriber, self._heart.clock.monotonic())

    def forget(self, subscriber: Subscriber) -> None:
        """Look after a stream no longer."""
        self._wheel.clear(subscriber)
        self._stalled.pop(subscriber, None)

    def stalled(self, subscriber: Subscriber, now: float) -> None:
        """Cut a stream off if its client takes nothing for `realtime.sendTimeout`."""
        if subscriber not in self._stalled:
            self._stalled[subscriber] = now
            subscriber.held_bytes = subscriber.transport_bytes()

    def moving(self, subscriber: Subscriber) -> None:
        """Give a stream time again: its client has taken everything."""
        self._stalled.pop(subscriber, None)

    def tick(self) -> None:
        """Do what is due."""
        now = self._heart.clock.monotonic()
        self._cut_off(now)
        self._due.extend(self._wheel.take_due(now))
        self._visit()
        self._heart.topics.sweep(now, SWEPT)

    def _beat(self) -> None:
        self._timer = None
        try:
            self.tick()
        finally:
            if self._heart.connections or len(self._heart.topics):
                self.keep_beating()

    def _cut_off(self, now: float) -> None:
        timeout_s = self._heart.spec.realtime.send_timeout_s
        while timeout_s and self._stalled:
            subscriber, since = next(iter(self._stalled.items()))
            if now - since < timeout_s:
                return
            del self._stalled[subscriber]
            held = subscriber.transport_bytes()
            if 0 < held < subscriber.held_bytes:
                self.stalled(subscriber, now)  # slow, but reading
                continue
            self._heart.counters.send_timeouts += 1
            subscriber.abort()

    def _visit(self) -> None:
        self._visits = None
        now = self._heart.clock.monotonic()
        for _ in range(min(SLICE, len(self._due))):
            self._look_at(self._due.popleft(), now)
        if self._due:
            self._visits = asyncio.get_running_loop().call_soon(self._visit)

    def _look_at(self, subscriber: Subscriber, now: float) -> None:
        expires_at = subscriber.join.actor.expires_at
        if expires_at is not None and self._heart.clock.now() >= expires_at:
            self._fanout.between(partial(subscriber.end, EXPIRED))
            return
        heartbeat_s = self._heart.spec.realtime.heartbeat_s
        if heartbeat_s and subscriber.is_live and now - _last_sent(subscriber) >= heartbeat_s:
            subscriber.send(wire.HEARTBEAT)
        self._plan(subscriber, now)

    def _plan(self, subscriber: Subscriber, now: float) -> None:
        if subscriber.has_ended:
            return  # it went while it waited for its turn, or to be identified: nobody would ever forget it
        times: list[float] = []
        if heartbeat_s := self._heart.spec.realtime.heartbeat_s:
            # One that waits is looked at again later; when it goes live, it has just been written to.
            times.append((_last_sent(subscriber) if subscriber.is_live else now) + heartbeat_s)
        if (expires_at := subscriber.join.actor.expires_at) is not None:
            times.append(now + max(0.0, expires_at - self._heart.clock.now()))
        if times:
            self._wheel.set(subscriber, min(times))


def _last_sent(subscriber: Subscriber) -> float:
    return max(subscriber.touched_at, max((topic.sent_at for topic in subscriber.topics), default=0.0))
