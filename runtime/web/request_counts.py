"""How many requests there were, how they ended and how long they took: plain counters, read by who wants to know."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

BOUNDS_S: Final = tuple(0.0001 * 10 ** (step / 20) for step in range(121))
"""Upper bounds of the buckets, twenty for each power of ten from 0.1 ms to 100 s: a percentile is right to 12 %."""


class RequestCounts:
    """Counts answers of one project since its start. Belongs to the event loop's thread.

    `durations` has a count for each of BOUNDS_S, and one for what took longer. `statuses` has one for each class of
    status, from 0xx, which there are none of, to 5xx. Event streams are not counted: they last as long as they like.
    """

    __slots__ = ("durations", "statuses")

    def __init__(self) -> None:
        self.durations = [0] * (len(BOUNDS_S) + 1)
        self.statuses = [0] * 6

    def observe(self, status: int, seconds: float) -> None:
        """Count an answer."""
        self.durations[bisect_left(BOUNDS_S, seconds)] += 1
        self.statuses[min(status // 100, 5)] += 1


def percentile_ms(counts: Sequence[int], percent: float) -> float | None:
    """Return how many milliseconds that share of the durations took at most; None where there are none.

    Within a bucket they are taken to be spread evenly. What is over the last bound counts as that.
    """
    total = sum(counts)
    if not total:
        return None
    wanted = total * percent / 100
    for bucket, upto in enumerate(accumulate(counts)):
        if upto >= wanted and counts[bucket]:
            low = BOUNDS_S[bucket - 1] if bucket else 0.0
            high = BOUNDS_S[min(bucket, len(BOUNDS_S) - 1)]
            share = (wanted - (upto - counts[bucket])) / counts[bucket]
            return round((low + (high - low) * share) * 1000, 3)
    return None
