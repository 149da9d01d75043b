"""Writes what was published to everyone who is live."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from runtime.model.clock import Clock
from runtime.realtime import wire
from runtime.realtime.counters import Counters
from runtime.realtime.topic import Listener, Topic

SLICE: Final = 256
"""How many transports are written to before the loop may do something else: about a millisecond."""

BATCH_BYTES: Final = 256 * 1024
"""How much one batch holds at most, unless a single message is larger. It bounds what waits in the transport of a
reader that stops reading, beside its bufferSize."""

Write = Callable[[bytes], Any]


class _Entry(NamedTuple):
    topic: Topic
    seq: int
    frame: bytes
    at: float
    transient: bool


class _Job:
    """The same bytes for some transports."""

    __slots__ = ("at", "data", "writes")

    def __init__(self, data: bytes, writes: list[Write]) -> None:
        self.data = data
        self.writes = writes
        self.at = 0


class Fanout:
    """Takes what is published and hands it out batch by batch.

    Publishing only appends. What has come together by the next turn of the loop is a batch: it goes into the channels'
    memory, and every live stream gets its part of it in one write. What is published while that goes on is the next
    batch: under load batches grow, system calls do not.

    A batch is for all channels of the hub, and the next begins when it is done. So each stream gets its frames in the
    order of the sequence over all its channels, and `position` is where every live stream stands, or will when the
    batch is done. That is also what makes joining free of races: a stream that catches up from the channels' memory up
    to `position` and then goes live is in no list of the batch under way and in all of the next.
    """

    def __init__(self, clock: Clock, counters: Counters) -> None:
        self.position = 0
        self._clock = clock
        self._counters = counters
        self._pending: deque[_Entry] = deque()
        self._batch: list[_Entry] = []
        self._jobs: deque[_Job] = deque()
        self._after: deque[Callable[[], None]] = deque()
        self._busy = False
        self._queued = self._done = 0
        self._batch_done: asyncio.Future[None] | None = None

    def add(self, topic: Topic, seq: int, frame: bytes, *, transient: bool = False) -> None:
        """Queue a frame; a transient one is for those who are live and for no memory. For the loop's thread."""
        if not self._busy:
            asyncio.get_running_loop().call_soon(self._turn)
            self._busy = True
        topic.queued += 1
        self._pending.append(_Entry(topic, seq, frame, self._clock.monotonic(), transient))
        self._queued += 1

    def between(self, step: Callable[[], None]) -> None:
        """Do something that takes streams or channels away: now, or when the batch under way is done.

        A batch has listed its transports when it began; one that was told goodbye must not be written to after that.
        """
        if self._jobs:
            self._after.append(step)
        else:
            step()

    async def settled(self) -> None:
        """Return when everything published so far has been handed to the transports."""
        wanted = self._queued
        while self._done < wanted:
            if self._batch_done is None:
                self._batch_done = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._batch_done)

    def _turn(self) -> None:
        try:
            if not self._jobs and self._pending:
                self._begin()
            self._write_slice()
            while self._after and not self._jobs:
                self._after.popleft()()
        except BaseException:
            # A fault in here must not stop what is published later.
            self._jobs.clear()
            raise
        finally:
            if not self._jobs:
                self._finish()
            self._busy = bool(self._jobs or self._pending or self._after)
            if self._busy:
                asyncio.get_running_loop().call_soon(self._turn)

    def _finish(self) -> None:
        self._done += len(self._batch)
        if self._batch:
            now = self._clock.monotonic()
            for entry in self._batch:
                self._counters.latency.observe(now - entry.at)
            self._batch = []
        if self._batch_done is not None:
            self._batch_done.set_result(None)
            self._batch_done = None

    def _begin(self) -> None:
        self._batch = batch = self._take()
        now = self._clock.monotonic()
        frames: dict[Topic, list[bytes]] = {}
        for topic in {entry.topic for entry in batch}:
            topic.sample(now)
        for topic, seq, frame, _, transient in batch:
            if transient:
                topic.pass_by(now)
            else:
                topic.record(seq, now, frame)
            frames.setdefault(topic, []).append(frame)
        self.position = batch[-1].seq
        self._jobs.extend(_Planner(batch, frames, self._counters).jobs())

    def _take(self) -> list[_Entry]:
        batch = [self._pending.popleft()]
        size = len(batch[0].frame)
        while self._pending and size + len(self._pending[0].frame) <= BATCH_BYTES:
            batch.append(self._pending.popleft())
            size += len(batch[-1].frame)
        return batch

    def _write_slice(self) -> None:
        room = SLICE
        while self._jobs and room > 0:
            job = self._jobs[0]
            whole = job.at == 0 and len(job.writes) <= room
            part = job.writes if whole else job.writes[job.at : job.at + room]
            _write_all(part, job.data)
            room -= len(part)
            job.at += len(part)
            if job.at >= len(job.writes):
                self._jobs.popleft()


def _write_all(writes: Iterable[Write], data: bytes) -> None:
    failed: list[Write] = []
    for write in writes:
        try:
            write(data)
        except (RuntimeError, OSError):
            failed.append(write)
    for write in failed:
        # Closed under our hands; its connection_lost has come or follows. If not, this makes it.
        write.__self__.abort()  # type: ignore[attr-defined]


class _Planner:
    """Who gets which bytes of one batch."""

    def __init__(self, batch: Sequence[_Entry], frames: dict[Topic, list[bytes]], counters: Counters) -> None:
        self._batch = batch
        self._frames = frames
        self._counters = counters

    def jobs(self) -> Iterator[_Job]:
        """Yield the writes of the batch: each transport at most once."""
        if len(self._frames) == 1:
            [(topic, parts)] = self._frames.items()
            raw, chunked = ([*topic.solo[lane].values(), *topic.multi[lane].values()] for lane in (0, 1))
            yield from self._jobs(parts, raw, chunked)
            return
        for topic, parts in self._frames.items():
            yield from self._jobs(parts, list(topic.solo[0].values()), list(topic.solo[1].values()))
        yield from self._for_listeners_of_several()

    def _for_listeners_of_several(self) -> Iterator[_Job]:
        """Who listens to the same channels of this batch gets the same bytes: its frames on these, in order."""
        heard: dict[Listener, list[Topic]] = {}
        for topic in self._frames:
            for roster in topic.multi:
                for listener in roster:
                    heard.setdefault(listener, []).append(topic)
        groups: dict[tuple[Topic, ...], tuple[list[Write], list[Write]]] = {}
        for listener, topics in heard.items():
            groups.setdefault(tuple(topics), ([], []))[listener.lane].append(listener.write)
        for key, (raw, chunked) in groups.items():
            wanted = frozenset(key)
            yield from self._jobs([e.frame for e in self._batch if e.topic in wanted], raw, chunked)

    def _jobs(self, parts: list[bytes], raw: list[Write], chunked: list[Write]) -> Iterator[_Job]:
        if not raw and not chunked:
            return
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        self._counters.events += len(parts) * (len(raw) + len(chunked))
        for data, writes in ((body, raw), (wire.chunk(body) if chunked else b"", chunked)):
            if writes:
                self._counters.sent_bytes += len(data) * len(writes)
                yield _Job(data, writes)
