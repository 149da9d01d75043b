"""What a hub counts."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Final

LATENCY_BOUNDS_S: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of a latency's buckets: a fan-out to one reader takes less than the first, one to 10,000 some 0.1 s."""


class Latency:
    """How long something took: a count for each of LATENCY_BOUNDS_S, and one for what took longer."""

    __slots__ = ("counts", "total_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(LATENCY_BOUNDS_S) + 1)
        self.total_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(LATENCY_BOUNDS_S, seconds)] += 1
        self.total_s += seconds


SAMPLE_S: Final = 1.0
"""How far samples of a growing number are apart at least: a rate over ten seconds is right to a tenth."""

SAMPLES_KEPT_S: Final = 60.0
"""How far back rates can be told."""


class Samples:
    """How far a number that only grows had come at some moments of late, from which its rate follows.

    Nothing is counted here: `take` is called before the number grows, once for many steps of it, and does something at
    most once in SAMPLE_S. So what has grown within that time after a sample counts as if it had with the sample.
    """

    __slots__ = ("_samples", "due_at")

    def __init__(self) -> None:
        # A list: an empty deque has half a kilobyte, and there are as many of these as channels.
        self._samples: list[tuple[float, int]] = []
        self.due_at = float("-inf")

    def take(self, number: int, now: float) -> None:
        """Note how far the number has come by now, before it grows; `now` is monotonic and never goes back."""
        if now < self.due_at:
            return
        self.due_at = now + SAMPLE_S
        self._samples.append((now, number))
        while self._samples[0][0] < now - SAMPLES_KEPT_S:
            del self._samples[0]

    def rate(self, number: int, now: float, over_s: float) -> float:
        """Return by how much a second the number, which is at `number` now, has grown in the last `over_s` seconds."""
        since = next(dropwhile(lambda sample: sample[0] < now - over_s, self._samples), None)
        return 0.0 if since is None else (number - since[1]) / over_s


@dataclass(slots=True)
class ChannelCounts:
    """What is counted for a declared channel: of a template, all its channels together; all undeclared ones together.

    So there are as many as declarations, however many names clients think of. `messages` were sent, `replays` came
    from the buffer, `drops` are messages that a slow reader did not get, `resets` how often a gap was announced; these
    only grow. `present` is how many users presence knows of now. `samples` are of `messages`.
    """

    messages: int = 0
    replays: int = 0
    drops: int = 0
    resets: int = 0
    present: int = 0
    samples: Samples = field(default_factory=Samples, repr=False)


@dataclass(slots=True)
class Counters:
    """Plain numbers that only grow, read when somebody asks for metrics.

    `connections` were opened. `events` and `sent_bytes` count what was handed to transports: a frame for a thousand
    subscribers is a thousand events. `send_timeouts` are readers cut off because they had stopped reading, `refused`
    streams for which there was no room, `publish_errors` messages that a broker could not bring to other nodes.
    `latency` is from publishing a message until it was written to everyone who was live.
    """

    connections: int = 0
    events: int = 0
    sent_bytes: int = 0
    send_timeouts: int = 0
    refused: int = 0
    publish_errors: int = 0
    latency: Latency = field(default_factory=Latency)
