"""The clockwork: APScheduler fires, and a fired trigger only queues a run."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence, Set
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
from runtime.model.clock import Clock
from runtime.model.errors import Failure, Unavailable
from runtime.model.specs import JobSpec

REWIND_S: Final = 30.0
"""How often timers are set anew. They run on the monotonic clock, which knows nothing of a wall clock that was set,
and on some systems stands still while the machine sleeps."""

STORE_RETRY_S: Final = 1.0

LATE_S: Final = 60.0
"""A job whose `catchUp` is never is not fired later than this: the loop was blocked, or the machine slept."""

SET_BACK_S: Final = 1.0
"""How far a wall clock must have been set back before its timers are computed anew."""


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

    A loop that was busy, or a machine that slept, over several instants of a job fires once, for the last of them; not
    at all where that is more than LATE_S ago, unless its `catchUp` is once. For such jobs the store knows up to when
    their triggers were seen to, so that an instant at which no server was there is made up for at the next start.
    Any number of processes may have a schedule on one store: a run is made of its job and instant, so that there is
    one. While the store does not answer, each job's last instant is kept and queued later.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        registry: Registry,
        clock: Clock,
        log: FilteringBoundLogger,
        wait: Wait = wait_for,
    ) -> None:
        self._registry = registry
        self._clock = clock
        self._ledger = ledger
        self._log = log
        self._wait = wait
        self._scheduler: Any = AsyncIOScheduler(timezone=UTC, executors={"default": _Executor(self._fired)})
        self._triggers: dict[str, tuple[Any, ...]] = {}
        self._due: list[tuple[str, datetime]] = []
        self._unseen: set[str] = set()
        self._offset = 0.0
        self._stirred = asyncio.Event()
        self._leaving = asyncio.Event()
        registry.on_swap(self._follow)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fire triggers until the block ends."""
        self._scheduler.start()
        self._offset = self._clock.now() - self._clock.monotonic()
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
            if job.catch_up == "once":
                self._unseen.add(job.name)
                self._stirred.set()

    def _fired(self, job: str, at: datetime) -> None:
        spec = self._registry.current.spec.job.get(job)
        late_s = self._clock.now() - at.timestamp()
        if spec is not None and spec.catch_up == "never" and late_s > LATE_S:
            self._log.warning("run_missed", job=job, at=str(at), late_s=round(late_s), remedy="catchUp: once")
            return
        self._due.append((job, at))
        self._stirred.set()

    async def _queue(self) -> None:
        """Queue what has fired, in order, until the schedule is left and nothing waits any more."""
        while not self._leaving.is_set():
            if await self._wait(self._stirred, REWIND_S):
                await self._queue_due()
            else:
                self._rewind()
        await self._queue_due()

    def _rewind(self) -> None:
        """Set the timers anew; where the wall clock was set back, the triggers as well, which look ahead of it."""
        before, self._offset = self._offset, self._clock.now() - self._clock.monotonic()
        if self._offset < before - SET_BACK_S:
            self._triggers.clear()
            self._scheduler.remove_all_jobs()
            self._follow(self._registry.current)
        self._scheduler.wakeup()

    async def _catch_up(self, names: Set[str]) -> list[tuple[str, datetime]]:
        """Return the instants that nobody was there for, of jobs that are new here and want to make up for them."""
        unseen = {name: spec for name in names if (spec := self._registry.current.spec.job.get(name))}
        seen = await self._ledger.seen(tuple(unseen)) if unseen else {}
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        missed: list[tuple[str, datetime]] = []
        for name, spec in unseen.items():
            trigger, until = seen.get(name, ("", 0.0))
            table = timetable(spec)
            if table is None or trigger != _text(spec):
                continue
            if (last := table.latest(datetime.fromtimestamp(until, UTC), now)) is not None:
                self._log.info("run_caught_up", job=name, at=str(last))
                missed.append((name, last))
        return missed

    async def _queue_due(self) -> None:
        self._stirred.clear()
        due, self._due = self._due, []
        unseen = frozenset(self._unseen)
        try:
            missed = await self._catch_up(unseen)
            await self._ledger.enqueue([*self._writes([*missed, *due]), *self._marks(due, unseen)])
            self._unseen -= unseen
        except Unavailable as failure:
            self._log.warning("runs_not_queued", jobs=sorted({job for job, _ in due}), reason=failure.message)
            self._due = [*dict(due).items(), *self._due]
            self._stirred.set()
            await self._wait(self._leaving, STORE_RETRY_S)
        except Exception:  # noqa: BLE001 — whatever it is, what fires next must be queued
            self._log.exception("runs_not_queued", jobs=sorted({job for job, _ in due}))

    def _writes(self, due: Sequence[tuple[str, datetime]]) -> list[Write]:
        writes: dict[str, Write] = {}
        for job, at in due:
            try:
                write = self._ledger.scheduled(job, at.timestamp())
                writes[write.id] = write
            except Failure as failure:
                self._log.error("run_not_queued", job=job, at=str(at), reason=failure.message, errors=failure.errors)
        return list(writes.values())

    def _marks(self, due: Sequence[tuple[str, datetime]], unseen: Set[str]) -> list[Write]:
        """Return the writes which say that triggers were seen to: up to what they fired for, and new ones up to now."""
        fired = {job: at.timestamp() for job, at in due}
        marks: list[Write] = []
        for job in fired.keys() | unseen:
            spec = self._registry.current.spec.job.get(job)
            if spec is not None and spec.catch_up == "once":
                now = self._clock.now() if job in unseen else 0.0
                marks.append(self._ledger.mark(job, trigger=_text(spec), until=max(fired.get(job, 0.0), now)))
        return marks


def _key(job: JobSpec) -> tuple[Any, ...]:
    return job.cron, job.every_s, job.at, job.timezone, job.catch_up


def _text(job: JobSpec) -> str:
    """Return a job's trigger as the store keeps it: instants of another one are none that were missed."""
    return json.dumps([job.cron, job.every_s, job.at, job.timezone])
