"""One open stream: the protocol object that owns its connection."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Protocol

from runtime.model.actor import Actor
from runtime.model.clock import Clock
from runtime.model.ports import StreamRequest
from runtime.realtime import wire
from runtime.realtime.backlog import Backlog, pieces
from runtime.realtime.channel import Gap
from runtime.realtime.counters import Counters
from runtime.realtime.topic import Topic

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
"""Stands for what most streams do not have: ten thousand empty dictionaries are half a megabyte."""


@dataclass(frozen=True, slots=True)
class Join:
    """Who wants to hear what. Whoever makes one has checked that the actor may.

    `last_id` is the id that the client saw last, as it sent it; None for a fresh subscription. `denied` is told in
    `ready`. `options` are by channel. Of what is `granted` a hook decided, so scopes do not matter, now and later. Of
    one that `is_watch` it is granted to its owner as an admin, and only as long as they are one.
    `opening` makes the first frame where it is not `ready`; such a client gets it anew in place of what it has missed.
    `address` is what counts as the client's address; `connection` names the stream, "" for a new name.
    """

    actor: Actor
    channels: tuple[str, ...]
    denied: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    last_id: str | None = None
    options: Mapping[str, StreamRequest] = field(default_factory=lambda: NOTHING)
    granted: frozenset[str] = frozenset()
    is_watch: bool = False
    opening: Callable[[], bytes] | None = None
    address: str = ""
    connection: str = ""


class Sink(Protocol):
    """What a stream writes to: the part of `asyncio.Transport` that it needs.

    It calls the subscriber's `pause_writing` when it holds more than it wants to, `resume_writing` when that is gone,
    both maybe from within `write`; and `connection_lost` exactly once, never from within `write`, `close` or `abort`.
    """

    def write(self, data: bytes) -> Any:
        """Send, or hold and send later. Raises RuntimeError or OSError where that is impossible."""

    def close(self) -> None:
        """End after what was written is sent."""

    def abort(self) -> None:
        """End now."""

    def is_closing(self) -> bool:
        """Whether it is ended or about to."""

    def get_write_buffer_size(self) -> int:
        """How many bytes it holds."""


class Host(Protocol):
    """What a subscriber needs of its hub."""

    clock: Clock
    counters: Counters

    def greeting(self, subscriber: "Subscriber", backlogs: Sequence[Backlog], start: int) -> bytes:
        """Return the first frame."""

    def opening(self, subscriber: "Subscriber", now: float) -> tuple[tuple[Backlog, ...], int]:
        """Return what a new stream has still to get, and the place in the sequence before all of that."""

    def reset(self, channel: str, gap: Gap, seq: int | None) -> bytes:
        """Return the frame that tells of a gap."""

    def subscribed(self, states: Mapping[str, Any]) -> bytes:
        """Return the frame that says which channels a stream has got in addition; all before it has been sent."""

    def attached(self, subscriber: "Subscriber") -> None:
        """Look after a stream that has begun."""

    def stalled(self, subscriber: "Subscriber", now: float) -> None:
        """Cut a stream off in time if its transport takes no more."""

    def moving(self, subscriber: "Subscriber") -> None:
        """Note that a stream's transport is empty again."""

    def lost(self, subscriber: "Subscriber") -> None:
        """Forget a stream whose connection is gone; it may be unknown."""


def _nowhere(_: bytes) -> None:
    """Take the place of a transport's `write` before there is one."""


class Subscriber(asyncio.Protocol):
    """A stream: *live*, in the rosters of its channels; or *waiting*, with a backlog per channel; or ended.

    Live means that everything up to the hub's position has been handed to the transport. When the transport's buffer is
    not taken by the client, the stream leaves the rosters and waits: it costs a mark per channel, however much is
    published. When the buffer is empty again, it catches up from the channels' memory and goes live.
    """

    __slots__ = (
        "_backlogs",
        "_busy",
        "_ended",
        "_host",
        "_owed",
        "_paused",
        "_sink",
        "held_bytes",
        "id",
        "join",
        "lane",
        "topics",
        "touched_at",
        "write",
    )

    def __init__(self, host: Host, id: str, join: Join, topics: tuple[Topic, ...]) -> None:
        self.id = id
        self.join: Join = join
        self.topics = topics
        self.lane = 0
        self.write: Callable[[bytes], Any] = _nowhere
        self.touched_at = 0.0
        self.held_bytes = 0
        self._host = host
        self._sink: Sink | None = None
        self._backlogs: tuple[Backlog, ...] | None = None
        # Channels that were added while open, until the client has what they had before that.
        self._owed: dict[str, Any] | None = None
        self._busy = False
        self._ended = False
        self._paused = False

    @property
    def is_live(self) -> bool:
        """Whether what is published is written at once."""
        return self._sink is not None and self._backlogs is None and not self._ended

    def attach(self, sink: Sink, *, chunked: bool, paused: bool = False) -> None:
        """Begin: the response's head has been sent, the body is ours.

        `chunked`: what is written must be framed as HTTP/1.1 chunks. `paused`: the sink holds more than it wants to
        already.
        """
        if self._ended:
            sink.close()
            return
        self._sink, self.write = sink, sink.write
        self.lane, self._paused = int(chunked), paused
        now = self._host.clock.monotonic()
        self._backlogs, start = self._host.opening(self, now)
        self._host.attached(self)
        self._catch_up(self._host.greeting(self, self._backlogs, start))

    def send(self, frame: bytes) -> None:
        """Write something that is for this stream alone; nothing to one that has ended."""
        if not self._ended:
            self._put(wire.chunk(frame) if self.lane else frame)

    def end(self, frame: bytes) -> None:
        """Send a last frame and close, once what was written has gone out. May be called again."""
        if self._ended:
            return
        self._leave()
        self._ended = True
        if self._sink is None or self._sink.is_closing():
            return
        self._put(wire.chunk(frame) + wire.LAST_CHUNK if self.lane else frame)
        self._sink.close()
        self._host.stalled(self, self.touched_at)

    def abort(self) -> None:
        """Cut the connection, whatever still waits."""
        self._leave()
        self._ended = True
        if self._sink is not None:
            self._sink.abort()

    @property
    def has_ended(self) -> bool:
        """Whether nothing is sent any more, or nothing can be yet."""
        return self._ended or self._sink is None

    @property
    def reach(self) -> int:
        """The place in the sequence up to which a waiting stream has surely not been sent more."""
        return max((backlog.channel.seq_at(backlog.mark) for backlog in self._backlogs or ()), default=0)

    def add(self, topics: Sequence[Topic], backlogs: Sequence[Backlog], states: Mapping[str, Any]) -> None:
        """Listen to more channels: to what waits there, and then live. Never while a batch is under way.

        The client is told the `states` of the channels by name, when it has everything that waited.
        """
        backlogs = (*self._marks(), *backlogs)
        self._leave()
        self.topics = (*self.topics, *topics)
        self._backlogs = backlogs
        self._owed = {**(self._owed or {}), **states}
        if self._paused:
            self._hold()
        else:
            self._catch_up()

    def drop(self, topics: Sequence[Topic]) -> None:
        """Listen no longer to some of the channels."""
        was_live = self.is_live
        self._leave()
        for topic in topics:
            topic.subscribers -= 1
            if self._owed is not None:
                self._owed.pop(topic.name, None)
        gone = {topic.channel for topic in topics}
        self.topics = tuple(topic for topic in self.topics if topic.channel not in gone)
        if self._backlogs is not None:
            self._backlogs = tuple(backlog for backlog in self._backlogs if backlog.channel not in gone)
        if was_live:
            self._go_live()
        elif self._backlogs is not None:
            self._hold()

    def transport_bytes(self) -> int:
        """Return how much the transport still holds."""
        return self._sink.get_write_buffer_size() if self._sink is not None else 0

    def pause_writing(self) -> None:
        """Leave the live ones: the client does not take what it is sent (asyncio's flow control)."""
        self._paused = True
        if self.is_live:
            self._wait()

    def resume_writing(self) -> None:
        """Catch up: the client has taken everything."""
        self._paused = False
        if self._ended:
            return
        self._host.moving(self)
        if not self._busy and self._backlogs is not None:
            self._catch_up()

    def data_received(self, data: bytes) -> None:
        """Ignore what the client sends; a stream's request was its last word."""

    def eof_received(self) -> bool:
        """Close: a client that says it is done is gone."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything. Also for a stream that was never attached.

        TimeoutError is the kernel's own word that the client takes nothing (RFC 5482, after `dead_after_s` of the
        handover): it says so first where all that waited fitted into its buffer.
        """
        if isinstance(exc, TimeoutError):
            self._host.counters.send_timeouts += 1
        self._leave()
        self._ended = True
        self._sink, self.write = None, _nowhere
        self._host.lost(self)

    def _put(self, data: bytes) -> None:
        if self._sink is None:
            return
        self._host.counters.sent_bytes += len(data)
        self.touched_at = self._host.clock.monotonic()
        try:
            self.write(data)
        except (RuntimeError, OSError):
            self.abort()

    def _catch_up(self, greeting: bytes = b"") -> None:
        # TLS transports may pause and resume within write(): while busy, the latter must not begin all over again.
        self._busy = True
        self._leave()
        if not self._paused:
            greeting = greeting or self._begun_anew()
            host = self._host
            for piece in pieces(self._backlogs or (), host.clock.monotonic(), host.counters, host.reset):
                self.send(greeting + piece)
                greeting = b""
                if self._takes_nothing():
                    break
        if greeting:
            self.send(greeting)
        if self._owed and not self._takes_nothing():
            states, self._owed = self._owed, None
            self.send(self._host.subscribed(states))
        self._busy = False
        if self._is_closing():
            return
        if self._paused:
            self._wait()
        else:
            self._go_live()

    def _begun_anew(self) -> bytes:
        """Return the first frame in place of what was missed, for a stream that takes that; else nothing."""
        if self.join.opening is None or all(mark.mark == mark.channel.head for mark in self._backlogs or ()):
            return b""
        self._backlogs = None
        self._backlogs = self._marks()
        return self._host.greeting(self, self._backlogs, 0)

    def _is_closing(self) -> bool:
        sink = self._sink
        return self._ended or sink is None or sink.is_closing()

    def _takes_nothing(self) -> bool:
        return self._paused or self._is_closing()

    def _wait(self) -> None:
        self._leave()
        self._backlogs = self._marks()
        self._hold()
        self._host.stalled(self, self._host.clock.monotonic())

    def _marks(self) -> tuple[Backlog, ...]:
        """Return what is still to be got of each channel: nothing, for a live stream."""
        if self._backlogs is not None:
            return self._backlogs
        options = self.join.options
        return tuple(
            Backlog(topic.channel, topic.channel.head, topic.policy(options.get(topic.name))) for topic in self.topics
        )

    def _hold(self) -> None:
        for topic, backlog in zip(self.topics, self._backlogs or (), strict=True):
            if backlog.hold():
                topic.keepers[backlog] = None

    def _go_live(self) -> None:
        self._backlogs = None
        for topic in self.topics:
            rosters = topic.solo if len(self.topics) == 1 else topic.multi
            rosters[self.lane][self] = self.write

    def _leave(self) -> None:
        """Leave rosters and keepers; whether live or waiting."""
        if self._backlogs is None:
            for topic in self.topics:
                topic.solo[self.lane].pop(self, None)
                topic.multi[self.lane].pop(self, None)
            return
        for topic, backlog in zip(self.topics, self._backlogs, strict=True):
            topic.keepers.pop(backlog, None)
