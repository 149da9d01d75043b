"""How hooks have fared: calls, failures, durations. Not thread-safe; belongs to the event loop's thread."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

KEPT_DURATIONS: Final = 512
"""How many of the last durations percentiles are made of. Arbitrarily chosen and may change."""


@dataclass(frozen=True, slots=True)
class FailureNote:
    """The last failure of a hook. `at` is epoch seconds; `file` and `line` are the user's, None and 0 where unknown."""

    at: float
    incident: str
    error: str
    file: str | None
    line: int
    traceback: str


@dataclass(slots=True)
class HookStats:
    """The record of one function, since the server started.

    `failures` are errors that are the hook's own, `timeouts` calls over the time limit; refusals by `Reject` and
    failures that came from `ctx.db` count as neither. `running` is how many calls are under way, `total_s` how long
    all that ended took together.
    """

    hook: str
    calls: int = 0
    failures: int = 0
    timeouts: int = 0
    running: int = 0
    total_s: float = 0.0
    last_failure: FailureNote | None = None
    durations_s: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_DURATIONS), repr=False)

    def add(self, duration_s: float) -> None:
        """Count the duration of a call that has ended."""
        self.total_s += duration_s
        self.durations_s.append(duration_s)

    def percentile_s(self, percent: float) -> float | None:
        """Return the duration that this percentage of the last calls did not exceed (nearest rank); None before any."""
        if not self.durations_s:
            return None
        ranked = sorted(self.durations_s)
        return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]
