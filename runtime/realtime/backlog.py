"""What one stream has still to get from one channel.

A new, a resuming and a slow reader are the same thing: a mark in the channel's memory that has to catch up.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Final, NamedTuple

from runtime.realtime import wire
from runtime.realtime.channel import Channel, Entry, Gap, Reason
from runtime.realtime.counters import Counters

PIECE_BYTES: Final = 64 * 1024
"""How much is written at once to a stream that catches up: what a socket usually takes."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may wait for a reader: `limit` messages, the first of them if `keeps_oldest`, else the last.

    `ttl_s`: older ones are not sent, where that is shorter than the channel's own bound.
    """

    limit: int
    keeps_oldest: bool = False
    ttl_s: float | None = None


class Item(NamedTuple):
    """A frame or a gap on its way to one stream. `ordinal` is the mark of the reader who has it."""

    seq: int
    content: bytes | Gap
    ordinal: int
    backlog: "Backlog"


class Backlog:
    """One reader's place in one channel. Pure; not thread-safe."""

    __slots__ = ("_gap", "_kept", "_policy", "channel", "mark", "quiet_seq")

    def __init__(self, channel: Channel, mark: int, policy: Policy, *, gap: Gap | None = None) -> None:
        """Begin at `mark`; `gap`: what is missing before it."""
        self.channel = channel
        self.mark = mark
        self._gap = gap
        self._policy = policy
        self._kept: deque[tuple[int, Entry]] | None = None
        # What is not after this has no id on the wire: the reader, who listened to other channels before, has seen
        # later ones, and one that goes back would have it sent again what it has.
        self.quiet_seq = -1

    @classmethod
    def resume(cls, channel: Channel, seq: int, policy: Policy, now: float) -> "Backlog":
        """Return the backlog of a reader who has everything up to `seq`."""
        mark, gap = channel.since(seq, now)
        backlog = cls(channel, mark, policy, gap=gap)
        floor = backlog._floor(now)
        if floor > mark:
            known = gap is None or gap.missed is not None
            missed = floor - mark + ((gap.missed or 0) if gap else 0) if known else None
            reason: Reason = "evicted" if channel.head - mark > policy.limit else "expired"
            return cls(channel, floor, policy, gap=Gap(reason, missed))
        return backlog

    @classmethod
    def restart(cls, channel: Channel, policy: Policy, now: float) -> "Backlog":
        """Return the backlog of a reader of whom only is known that it missed something: all that is kept."""
        channel.prune(now)
        backlog = cls(channel, channel.tail, policy, gap=Gap("epoch", None))
        backlog.mark = max(channel.tail, backlog._floor(now))
        return backlog

    @classmethod
    def fresh(cls, channel: Channel, policy: Policy, now: float, *, last_n: int, max_age_s: float | None) -> "Backlog":
        """Return the backlog of a new reader, who gets the last few messages and misses nothing."""
        backlog = cls(channel, channel.recent(min(last_n, policy.limit), max_age_s, now), policy)
        backlog.mark = max(backlog.mark, backlog._floor(now))
        return backlog

    @property
    def gap(self) -> Gap | None:
        """What is missing before everything else, until it has been told."""
        return self._gap

    def items(self, now: float) -> Iterator[Item]:
        """Yield what is to be sent, in the order of `seq`; gaps stand where the messages would have stood.

        Nothing changes but that expired messages are dropped: `sent` moves on. The channel must not change meanwhile.
        """
        self.channel.prune(now)
        self._let_go()
        if self._gap is not None:
            yield Item(self.channel.seq_at(self.mark), self._gap, self.mark, self)
        yield from self._newest(now) if self._kept is None else self._oldest(self._kept, now)

    def sent(self, item: Item) -> None:
        """Note that an item of `items` was handed over, in its order."""
        self.mark = item.ordinal
        self._gap = None

    def hold(self) -> bool:
        """Begin, or go on, to wait. Returns whether messages to come must be offered to `keep`.

        A policy that keeps the oldest takes hold of what is kept for this reader, whatever the channel drops later.
        """
        if not self._policy.keeps_oldest:
            return False
        self._let_go()
        if self._kept is None:
            self._kept = deque(islice(self.channel.entries(self.mark), self._policy.limit))
        return self._reach == self.channel.head

    def keep(self, ordinal: int, entry: Entry) -> bool:
        """Take hold of a message that came while waiting. Returns whether the next one is wanted too."""
        if self._kept is None or len(self._kept) >= self._policy.limit:
            return False
        self._kept.append((ordinal, entry))
        return True

    def _let_go(self) -> None:
        while self._kept and self._kept[0][0] <= self.mark:
            self._kept.popleft()

    @property
    def _reach(self) -> int:
        return self._kept[-1][0] if self._kept else self.mark

    def _floor(self, now: float) -> int:
        """Return the ordinal up to which nothing may be sent any more."""
        channel, ttl_s = self.channel, self._policy.ttl_s
        floor = max(channel.tail, channel.head - self._policy.limit)
        if ttl_s is not None:
            for ordinal, entry in channel.entries(floor):
                if now - entry.at <= ttl_s:
                    break
                floor = ordinal
        return floor

    def _newest(self, now: float) -> Iterator[Item]:
        mark, floor = self.mark, self._floor(now)
        if floor > mark:
            yield Item(self.channel.seq_at(floor), Gap("slow", floor - mark), floor, self)
            mark = floor
        for ordinal, entry in self.channel.entries(mark):
            yield Item(entry.seq, entry.frame, ordinal, self)

    def _oldest(self, kept: deque[tuple[int, Entry]], now: float) -> Iterator[Item]:
        limits = [ttl for ttl in (self._policy.ttl_s, self.channel.message_ttl_s) if ttl is not None]
        ttl_s = min(limits, default=None)
        reach, stale = self._reach, 0
        for _, entry in kept:
            if ttl_s is None or now - entry.at <= ttl_s:
                break
            stale += 1
        if stale:
            ordinal, entry = kept[stale - 1]
            yield Item(entry.seq, Gap("slow", stale), ordinal, self)
        for ordinal, entry in islice(kept, stale, None):
            yield Item(entry.seq, entry.frame, ordinal, self)
        if reach < self.channel.head:
            yield Item(self.channel.last_seq, Gap("slow", self.channel.head - reach), self.channel.head, self)


def pieces(
    backlogs: Sequence[Backlog], now: float, counters: Counters, reset: Callable[[str, Gap, int | None], bytes]
) -> Iterator[bytes]:
    """Yield what waits in several channels, in the order of the project's sequence, joined to pieces of about 64 KiB.

    `reset(channel, gap, seq)` makes a gap's frame, without an id where `seq` is None. What a piece holds counts as sent
    when it is yielded; a caller may stop after any piece and begin anew later. The channels must not change meanwhile.
    """
    parts: list[bytes] = []
    size = 0
    for item in _in_order(backlogs, now):
        item.backlog.sent(item)
        counts = item.backlog.channel.counts
        if isinstance(item.content, Gap):
            told_seq = item.seq if item.seq > item.backlog.quiet_seq else None
            parts.append(reset(item.backlog.channel.name, item.content, told_seq))
            counts.resets += 1
            item.backlog.channel.resets += 1
            if item.content.reason == "slow":
                counts.drops += item.content.missed or 0
                item.backlog.channel.drops += item.content.missed or 0
        else:
            is_quiet = item.seq <= item.backlog.quiet_seq
            parts.append(wire.without_id(item.content) if is_quiet else item.content)
            counts.replays += 1
        counters.events += 1
        size += len(parts[-1])
        if size >= PIECE_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


def _in_order(backlogs: Sequence[Backlog], now: float) -> Iterator[Item]:
    if len(backlogs) == 1:
        return backlogs[0].items(now)
    return merge(*(backlog.items(now) for backlog in backlogs), key=attrgetter("seq"))
