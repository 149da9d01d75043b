"""How a project does, measured again and again: the last hour in memory, and live on the built-in channel `_system`."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.jobs.worker import Worker
from runtime.model.clock import Clock, timestamp
from runtime.realtime.hub import Hub
from runtime.web.process import cpu_s, footprint
from runtime.web.request_counts import RequestCounts, percentile_ms

CHANNEL: Final = "_system"

SAMPLE_S: Final = 5.0
"""How often there is a sample for those who listen; every second time there is one for the history."""
HISTORY_S: Final = SAMPLE_S * 2
KEPT: Final = 360
"""An hour of history: some 150 KB."""

BEAT_S: Final = 0.1
"""How often the event loop is asked for a sign of life, to see how late it comes: 5 µs each."""
BEATS_KEPT: Final = round(HISTORY_S / BEAT_S)


@dataclass(frozen=True, slots=True)
class Sample:
    """What happened in the `seconds` before `at`, and how things stood then.

    Rates are per second. `p50` to `p99` are milliseconds that answers took, None where there were none; `loop_lag` is
    by how many milliseconds the event loop was late in one of a hundred times, over the last ten seconds. `errors` are
    answers 5xx, `statuses` all by their class. `cpu` is percent of one processor. `runs` are those being executed.
    """

    at: str
    seconds: float
    requests: float
    p50: float | None
    p95: float | None
    p99: float | None
    errors: int
    statuses: dict[str, int]
    connections: int
    events: float
    drops: int
    rss: int | None
    threads: int | None
    cpu: float
    loop_lag: float | None
    runs: int
    waiting: int

    def body(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        told = asdict(self)
        told["loopLag"] = told.pop("loop_lag")
        return told


@dataclass(frozen=True, slots=True)
class _Reading:
    """Counters as they stood at one moment; they only grow."""

    at_s: float
    cpu_s: float
    durations: Sequence[int]
    statuses: Sequence[int]
    events: int
    drops: int


class Sampler:
    """Samples of one project. `history` has the last hour, oldest first; `started_at` is when it was made."""

    def __init__(
        self, hub: Hub, worker: Worker, requests: RequestCounts, *, clock: Clock, log: FilteringBoundLogger
    ) -> None:
        self._hub = hub
        self._worker = worker
        self._requests = requests
        self._clock = clock
        self._log = log
        self._lags: deque[float] = deque(maxlen=BEATS_KEPT)
        self._beat: asyncio.TimerHandle | None = None
        self._live = self._kept = self._read()
        self._ticks = 0
        self.started_at = clock.now()
        self.history: deque[Sample] = deque(maxlen=KEPT)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take samples until the block ends."""
        self._listen()
        sampling = asyncio.create_task(self._sample(), name="samples")
        try:
            yield
        finally:
            if self._beat is not None:
                self._beat.cancel()
            sampling.cancel()
            await asyncio.gather(sampling, return_exceptions=True)

    def now(self) -> Sample:
        """Return how things stand, with what has happened since the last sample of the history."""
        return self._between(self._kept, self._read())

    def tick(self) -> None:
        """Take a sample for those who listen, and every second time for the history."""
        self._ticks += 1
        reading = self._read()
        if self._hub.is_heard(CHANNEL):
            self._hub.say(CHANNEL, {"type": "sample", **self._between(self._live, reading).body()}, transient=True)
        self._live = reading
        if self._ticks % 2 == 0:
            self.history.append(self._between(self._kept, reading))
            self._kept = reading

    async def _sample(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_S)
            try:
                self.tick()
            except Exception:  # noqa: BLE001 — whatever it is, the next sample may be possible
                self._log.exception("sample_failed")

    def _listen(self) -> None:
        """Ask the loop for a sign of life, and note how late it comes."""
        due = self._clock.monotonic() + BEAT_S

        def came() -> None:
            self._lags.append(max(0.0, self._clock.monotonic() - due))
            self._listen()

        self._beat = asyncio.get_running_loop().call_later(BEAT_S, came)

    def _read(self) -> _Reading:
        counts = self._hub.topics.counts.values()
        return _Reading(
            self._clock.monotonic(), cpu_s(), tuple(self._requests.durations), tuple(self._requests.statuses),
            self._hub.counters.events, sum(channel.drops for channel in counts),
        )  # fmt: skip

    def _between(self, before: _Reading, after: _Reading) -> Sample:
        seconds = max(after.at_s - before.at_s, 0.001)
        durations = [b - a for a, b in zip(before.durations, after.durations, strict=True)]
        statuses = [b - a for a, b in zip(before.statuses, after.statuses, strict=True)]
        taken = footprint()
        return Sample(
            at=timestamp(self._clock.now()),
            seconds=round(seconds, 1),
            requests=round(sum(durations) / seconds, 2),
            p50=percentile_ms(durations, 50),
            p95=percentile_ms(durations, 95),
            p99=percentile_ms(durations, 99),
            errors=statuses[5],
            statuses={f"{number}xx": count for number, count in enumerate(statuses) if count},
            connections=self._hub.connections,
            events=round((after.events - before.events) / seconds, 2),
            drops=after.drops - before.drops,
            rss=taken.rss_bytes,
            threads=taken.threads,
            cpu=round((after.cpu_s - before.cpu_s) / seconds * 100, 1),
            loop_lag=_highest_but_one_percent(self._lags),
            runs=self._worker.busy,
            waiting=self._worker.counts.waiting,
        )


def _highest_but_one_percent(lags: Sequence[float]) -> float | None:
    """Return the 99th percentile, in milliseconds."""
    if not lags:
        return None
    ordered = sorted(lags)
    return round(ordered[int((len(ordered) - 1) * 0.99)] * 1000, 2)
