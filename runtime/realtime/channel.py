"""The memory of one channel: what is kept for replay, and what is known of the rest."""

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, NamedTuple

from runtime.realtime.counters import ChannelCounts

REMEMBERED: Final = 4096
"""How many dropped messages' numbers are remembered at least, so that a gap can be counted. Eight bytes each, and more
than most clients fall behind before they reconnect."""

Reason = Literal["evicted", "expired", "epoch", "slow"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Messages that a stream will not get. `missed` is how many; None where nobody knows."""

    reason: Reason
    missed: int | None


class Entry(NamedTuple):
    """A kept message: its place in the project's sequence, when it came (monotonic seconds), its frame."""

    seq: int
    at: float
    frame: bytes


class Channel:
    """A ring of the newest messages, bounded by number and age. Pure; not thread-safe.

    Two numbers tell a message's place. `seq` is the project's: it grows from message to message, with gaps where other
    channels had the numbers between. An *ordinal* is the channel's own: 1, 2, 3 … without gaps, so that what a reader
    missed is a difference. A *mark* is the ordinal up to which a reader has everything.
    """

    __slots__ = (
        "_floor",
        "_lost",
        "_ring",
        "buffer_size",
        "counts",
        "drops",
        "head",
        "last_seq",
        "lost_reason",
        "lost_seq",
        "message_ttl_s",
        "name",
        "resets",
    )

    def __init__(
        self, name: str, *, buffer_size: int, message_ttl_s: float | None = None, forgotten_seq: int = 0
    ) -> None:
        """Begin empty. `forgotten_seq`: a channel of this name had messages up to there, of which nothing is known."""
        self.name = name
        self.counts = ChannelCounts()
        # Of this channel alone, while it is known: `counts` is shared by all channels of a template.
        self.drops = self.resets = 0
        self.buffer_size = buffer_size
        self.message_ttl_s = message_ttl_s
        self.head = 0
        self.last_seq = forgotten_seq
        self.lost_seq = forgotten_seq
        self.lost_reason: Reason = "expired"
        self._ring: deque[Entry] = deque()
        self._lost = array("Q")
        # The highest number of a dropped message that _lost does not hold any more.
        self._floor = forgotten_seq

    def __len__(self) -> int:
        return len(self._ring)

    @property
    def tail(self) -> int:
        """The ordinal of the newest message that was dropped; 0 where none was."""
        return self.head - len(self._ring)

    @property
    def oldest_at(self) -> float | None:
        """When the oldest message that is kept came, in monotonic seconds; None where none is."""
        return self._ring[0].at if self._ring else None

    def append(self, seq: int, at: float, frame: bytes) -> Entry:
        """Keep a message. `seq` and `at` never go back."""
        entry = Entry(seq, at, frame)
        self.head += 1
        self.last_seq = seq
        self._ring.append(entry)
        if len(self._ring) > self.buffer_size:
            self._drop("evicted")
        return entry

    def prune(self, now: float) -> None:
        """Drop what is older than `message_ttl_s`."""
        if self.message_ttl_s is None:
            return
        while self._ring and now - self._ring[0].at > self.message_ttl_s:
            self._drop("expired")

    def resize(self, *, buffer_size: int, message_ttl_s: float | None) -> None:
        """Change the bounds; what is over them is dropped, by age at the next look."""
        self.buffer_size = buffer_size
        self.message_ttl_s = message_ttl_s
        while len(self._ring) > buffer_size:
            self._drop("evicted")

    def since(self, seq: int, now: float) -> tuple[int, Gap | None]:
        """Return the mark of a reader who has everything up to `seq`, and what it will never get.

        There is a gap exactly if a message after `seq` was dropped.
        """
        self.prune(now)
        if seq < self.lost_seq:
            missed = len(self._lost) - bisect_right(self._lost, seq) if seq >= self._floor else None
            return self.tail, Gap(self.lost_reason, missed)
        mark = self.head
        for entry in reversed(self._ring):
            if entry.seq <= seq:
                break
            mark -= 1
        return mark, None

    def recent(self, last_n: int, max_age_s: float | None, now: float) -> int:
        """Return the mark of a new reader, who gets at most `last_n` messages, none older than `max_age_s`."""
        self.prune(now)
        mark = self.head
        for entry in reversed(self._ring):
            if self.head - mark >= last_n or (max_age_s is not None and now - entry.at > max_age_s):
                break
            mark -= 1
        return mark

    def entries(self, mark: int) -> Iterator[tuple[int, Entry]]:
        """Yield what is kept after a mark, with ordinals, oldest first. The channel must not change meanwhile."""
        start = max(mark - self.tail, 0)
        return enumerate(islice(self._ring, start, None), self.tail + start + 1)

    def seq_at(self, ordinal: int) -> int:
        """Return the number of the message with this ordinal; of the newest dropped one for all that are gone."""
        index = ordinal - self.tail - 1
        return self._ring[index].seq if index >= 0 else self.lost_seq

    def _drop(self, reason: Reason) -> None:
        self.lost_seq = self._ring.popleft().seq
        self.lost_reason = reason
        self._lost.append(self.lost_seq)
        if len(self._lost) == 2 * REMEMBERED:
            self._floor = self._lost[REMEMBERED - 1]
            del self._lost[:REMEMBERED]
