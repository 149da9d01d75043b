"""How hooks have fared: calls, failures, durations. Not thread-safe; belongs to the event loop's thread."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from runtime.hooks.snippet import Snippet

KEPT_DURATIONS: Final = 512
"""How many of the last durations percentiles are made of. Arbitrarily chosen and may change."""

KEPT_FAILURES: Final = 20
"""How many of the last failures of each function are remembered. Arbitrarily chosen and may change."""

LONGEST_ERROR: Final = 2000
LONGEST_TRACEBACK: Final = 16_000
"""Characters of a failure that are remembered: what an exception says of itself may be of any length."""

FailureKind = Literal["error", "timeout", "recursion", "answer"]


@dataclass(frozen=True, slots=True)
class FailureNote:
    """One failure of a hook. `at` is epoch seconds; `file` and `line` are the user's, None and 0 where unknown.

    `kind` says whether the function raised, was over its time limit, triggered itself too deeply, or left behind what
    cannot be used. `request` or `run` is what it was called for, None where that is not known. `traceback` is "" where
    there is none. `snippet` is the source around the line as it was loaded.
    """

    at: float
    incident: str
    error: str
    file: str | None
    line: int
    traceback: str
    kind: FailureKind = "error"
    request: str | None = None
    run: str | None = None
    snippet: Snippet | None = None


@dataclass(slots=True)
class HookStats:
    """The record of one function, since the server started.

    `failures` are errors that are the hook's own, `timeouts` calls over the time limit; refusals by `Reject` and
    failures that came from `ctx.db` count as neither. `running` is how many calls are under way, `total_s` how long
    all that ended took together. `notes` are the last failures and timeouts, oldest first.
    """

    hook: str
    calls: int = 0
    failures: int = 0
    timeouts: int = 0
    running: int = 0
    total_s: float = 0.0
    notes: deque[FailureNote] = field(default_factory=lambda: deque(maxlen=KEPT_FAILURES), repr=False)
    durations_s: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_DURATIONS), repr=False)

    @property
    def last_failure(self) -> FailureNote | None:
        """The newest of the notes."""
        return self.notes[-1] if self.notes else None

    def note_of(self, incident: str) -> FailureNote | None:
        """Return the note of an incident, if it is still remembered."""
        return next((note for note in self.notes if note.incident == incident), None)

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


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters, its beginning and its end, that can be sent as JSON.

    The end of a traceback says what has happened, its beginning where.
    """
    text = text.encode(errors="replace").decode()
    if len(text) <= most:
        return text
    part = most // 2 - 10
    return f"{text[:part]}\n[…]\n{text[-part:]}"
