"""What a job's `run` function is given."""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.steps import PlainSteps, Steps
from runtime.model.ports import Database
from runtime.model.specs import ProjectSpec

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from structlog.typing import FilteringBoundLogger


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Which run of a job this is.

    `attempt` counts from 1. `scheduled_at` is the timestamp it was due at. `queued_by` is the id of the actor that
    asked for it, None for a trigger.
    """

    id: str
    job: str
    attempt: int
    scheduled_at: str
    queued_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a job's `run` function is given.

    A job may run more than once for one run id (at least once, `run.attempt` tells). In a plain (not `async`)
    function the methods of `db`, `realtime` and `jobs` are called without `await`.
    """

    run: RunInfo
    """Which run this is: its id, job, attempt, when it was due, who queued it."""

    input: Mapping[str, Any]
    """What the run was enqueued with, checked against the job's `input` schema; empty where nothing was given."""

    db: Database
    """The project's documents, as the system. Each write commits at once."""

    realtime: Realtime
    """Channels: `await ctx.realtime.send("system", {"type": "digest-ready"})`. Sent at once."""

    jobs: Jobs
    """Jobs: `await ctx.jobs.enqueue("render-report", {"articleId": "…"})`. Committed at once."""

    http: "ClientSession"
    """A shared `aiohttp.ClientSession` for requests to other servers; for `async` functions only."""

    config: ProjectSpec
    """The whole project as its YAML says, typed and immutable."""

    log: "FilteringBoundLogger"
    """A structured logger; what it is told is kept with the run."""

    report: Callable[[float, str], None]
    """Where `progress` goes."""

    is_cancelled: Callable[[], bool]
    """Where `cancelled` comes from."""

    steps: Steps | PlainSteps
    """Where `step` goes."""

    @property
    def env(self) -> Mapping[str, str]:
        """The environment: the process's own over the defaults of `config.yml.env`."""
        return self.config.environment

    @property
    def cancelled(self) -> bool:
        """Whether somebody has asked for this run to end; a long plain function looks here now and then and returns."""
        return self.is_cancelled()

    def progress(self, percent: float, message: str = "") -> None:
        """Say how far the run is, 0 to 100; outside of that it is taken as the nearer end. Not awaited, never waits.

        Raises ValueError for what is not a number.
        """
        if math.isnan(percent):
            raise ValueError("ctx.progress takes a number from 0 to 100, not NaN")
        self.report(min(100.0, max(0.0, float(percent))), message)

    def step(self, name: str, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Do a part of the run that shall not be done again: `await ctx.step("charge", charge, ctx.input["order"])`.

        The first time `function(*args, **kwargs)` is called and its result stored with the run; in a later attempt it
        is not called: the stored result is returned. `function` may be async or plain; awaited in an async job, called
        without `await` in a plain one. The name alone tells which step it is, and is used once in a run. A step that
        raises is not stored. A process that dies after a step is done and before that is stored does it again.

        Raises what the function raises; ValueError for a name that was used; InvalidDocument (`step_not_json`) and
        TooLarge (`step_too_large`: over 64 KiB, or 100 steps or 256 KiB in all) where the result cannot be stored.
        """
        return self.steps.run(name, function, args, kwargs)

    def in_thread(
        self,
        *,
        db: Database,
        realtime: Realtime,
        jobs: Jobs,
        http: "ClientSession",
        report: Callable[[float, str], None],
        wait: Callable[[Awaitable[Any]], Any],
    ) -> "JobContext":
        """Return this context with other facades: those that a plain function can call from its thread."""
        steps = self.steps.plain(wait) if isinstance(self.steps, Steps) else self.steps
        return replace(self, db=db, realtime=realtime, jobs=jobs, http=http, report=report, steps=steps)
