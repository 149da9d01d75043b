"""The clockwork: APScheduler fires, and a fired trigger only queues a run."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from apscheduler.executors.base import BaseExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from structlog.typing import FilteringBoundLogger

from runtime.hooks.load import Edition
from runtime.hooks.registry import Registry
from runtime.jobs.ledger import Ledger
from runtime.jobs.timetable import TICK, Timetable, timetable
from runtime.jobs.waiting import Wait, wait_for
from runtime.model.change import Write
from runtime.model.errors import Failure, Unavailable
from runtime.model.specs import JobSpec

REWIND_S: Final = 30.0
"""How often timers are set anew. They run on the monotonic clock, which knows nothing of a wall clock that was set,
and on some systems stands still while the machine sleeps."""

STORE_RETRY_S: Final = 1.0


class _Trigger(BaseTrigger):  # type: ignore[misc]
    """A timetable as APScheduler asks for it."""

    def __init__(self, table: Timetable) -> None:
        self._table = table

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next time; where many were missed, the last of them, so that they are not all gone through."""
        if previous_fire_time is None:
            return self._table.after(now - TICK)
        return self._table.latest(previous_fire_time, now) or self._table.after(previous_fire_time)


class _Executor(BaseExecutor):  # type: ignore[misc]
    """Hands on which job has fired and for which instant, however late. Runs nothing."""

    def __init__(self, fire: Callable[[str, datetime], None]) -> None:
        super().__init__()
        self._fire = fire

    def submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        """Take the instants that APScheduler found due; with `coalesce` it is one."""
        self._fire(job.id, run_times[-1])

    def _do_submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        self.submit_job(job, run_times)


class Schedule:
    """Queues the runs of jobs with a trigger while the block of `running` lasts. It follows the project's reloads.

    A loop that was busy, or a machine that slept, over several instants of a job fires once, for the last of them.
    Any number of processes may have a schedule on one store: a run is made of its job and instant, so that there is
    one. While the store does not answer, each job's last instant is kept and queued later.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        registry: Registry,
        log: FilteringBoundLogger,
        wait: Wait = wait_for,
    ) -> None:
        self._registry = registry
        self._ledger = ledger
        self._log = log
        self._wait = wait
        self._scheduler: Any = AsyncIOScheduler(timezone=UTC, executors={"default": _Executor(self._fired)})
        self._triggers: dict[str, tuple[Any, ...]] = {}
        self._due: list[tuple[str, datetime]] = []
        self._stirred = asyncio.Event()
        self._leaving = asyncio.Event()
        registry.on_swap(self._follow)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fire triggers until the block ends."""
        self._scheduler.start()
        self._follow(self._registry.current)
        queueing = asyncio.create_task(self._queue(), name="job schedule")
        try:
            yield
        finally:
            self._scheduler.shutdown(wait=False)
            self._leaving.set()
            self._stirred.set()
            try:
                await queueing
            finally:
                queueing.cancel()

    def _follow(self, edition: Edition) -> None:
        """Make the triggers those of an edition of the project. A trigger that is the same goes on undisturbed."""
        if not self._scheduler.running:
            return
        wanted = {job.name: job for job in edition.spec.jobs}
        for name, key in tuple(self._triggers.items()):
            if name not in wanted or key != _key(wanted[name]):
                del self._triggers[name]
                if self._scheduler.get_job(name) is not None:
                    self._scheduler.remove_job(name)
        for job in wanted.values():
            if job.name not in self._triggers:
                self._add(job)

    def _add(self, job: JobSpec) -> None:
        self._triggers[job.name] = _key(job)
        try:
            table = timetable(job)
        except ValueError as error:
            self._log.error("job_not_scheduled", job=job.name, source=str(job.source), reason=str(error))
            return
        if table is not None:
            self._scheduler.add_job(
                self._fired, _Trigger(table), args=(job.name, None), id=job.name, name=job.name,
                coalesce=True, misfire_grace_time=None,
            )  # fmt: skip

    def _fired(self, job: str, at: datetime) -> None:
        self._due.append((job, at))
        self._stirred.set()

    async def _queue(self) -> None:
        """Queue what has fired, in order, until the schedule is left and nothing waits any more."""
        while not self._leaving.is_set():
            if await self._wait(self._stirred, REWIND_S):
                await self._queue_due()
            else:
                self._scheduler.wakeup()
        await self._queue_due()

    async def _queue_due(self) -> None:
        self._stirred.clear()
        due, self._due = self._due, []
        try:
            await self._ledger.enqueue(self._writes(due))
        except Unavailable as failure:
            self._log.warning("runs_not_queued", jobs=sorted({job for job, _ in due}), reason=failure.message)
            self._due = [*dict(due).items(), *self._due]
            self._stirred.set()
            await self._wait(self._leaving, STORE_RETRY_S)

    def _writes(self, due: Sequence[tuple[str, datetime]]) -> list[Write]:
        writes: list[Write] = []
        for job, at in due:
            try:
                writes.append(self._ledger.scheduled(job, at.timestamp()))
            except Failure as failure:
                self._log.error("run_not_queued", job=job, at=str(at), reason=failure.message, errors=failure.errors)
        return writes


def _key(job: JobSpec) -> tuple[Any, ...]:
    return job.cron, job.every_s, job.at, job.timezone
