"""What a worker counts, since it was started. Belongs to the event loop's thread."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class JobCounts:
    """The runs of one job that this worker has begun or ended.

    `ended` counts final states. `attempts` and `duration_s` are of attempts that ended, whatever came of them;
    `failures` are those of them that ended with an error, tried again or not. `lateness_s` is how much later than due
    the `begun` ones were begun.
    """

    ended: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    failures: int = 0
    duration_s: float = 0.0
    begun: int = 0
    lateness_s: float = 0.0


@dataclass(slots=True)
class Counts:
    """All of a worker: by job, how many runs it took over from workers that had died, and how many wait."""

    jobs: dict[str, JobCounts] = field(default_factory=dict)
    takeovers: int = 0
    waiting: int = 0

    def of(self, job: str) -> JobCounts:
        """Return the counts of a job."""
        found = self.jobs.get(job)
        if found is None:
            found = self.jobs[job] = JobCounts()
        return found
