"""One attempt of one run: from the claim to what the ledger says of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.hooks.call import Caller
from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.job_context import JobContext, RunInfo
from runtime.hooks.registry import Registry
from runtime.hooks.steps import Steps
from runtime.hooks.values import copy_json
from runtime.jobs import record
from runtime.jobs.announce import Announcer, Outcome
from runtime.jobs.claiming import Claim
from runtime.jobs.counts import JobCounts
from runtime.jobs.failure import described, said, storable_text
from runtime.jobs.ledger import Ledger
from runtime.jobs.logbook import Logbook
from runtime.jobs.news import RunNews
from runtime.jobs.process import Died, Process
from runtime.jobs.steps import KeptSteps
from runtime.jobs.waiting import Wait
from runtime.model.actor import SYSTEM, Actor
from runtime.model.change import Write
from runtime.model.clock import Clock
from runtime.model.document import Document
from runtime.model.errors import HookFailed, HookTimeout, Unavailable, VersionConflict
from runtime.model.ports import Database, Publisher
from runtime.model.specs import JobSpec

if TYPE_CHECKING:
    from aiohttp import ClientSession

FLUSH_S: Final = 0.1
"""Progress and log are stored, and progress is sent, at most this often: ten times a second."""

STORE_RETRY_S: Final = 1.0

LONGEST_BACKOFF_S: Final = 86_400.0
"""No retry waits longer, whatever its factor has grown to; arbitrary, a day."""

MOST_TAKEOVERS: Final = 10
"""How often a run whose worker died is begun again. A run that kills its server each time must come to an end."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every run of a project is executed with.

    `database` gives the `ctx.db` of a job, committing at once; its actor is whom `as_actor()` stands for. `actors`
    finds that actor, as it is now, by the id of the one who queued the run: the public, where nobody is left.
    `grace_s` is how long a job that is cancelled may clean up.
    """

    ledger: Ledger
    registry: Registry
    caller: Caller
    publisher: Publisher
    database: Callable[[Actor, tuple[str, ...]], Database]
    actors: Callable[[str], Awaitable[Actor]]
    http: "ClientSession"
    clock: Clock
    log: FilteringBoundLogger
    announcer: Announcer
    news: RunNews
    wait: Wait
    grace_s: float


class Execution:
    """One attempt of one run. `run` is awaited once; the other methods may be called meanwhile, on the loop."""

    def __init__(self, claim: Claim, surroundings: Surroundings, counts: JobCounts) -> None:
        self._claim = claim
        self._around = surroundings
        self._counts = counts
        self._edition = surroundings.registry.current
        self._spec = self._edition.spec.job.get(claim.run["job"])
        self._log = surroundings.log.bind(job=claim.run["job"], run=claim.run["id"], attempt=claim.run["attempt"])
        self._progress: Mapping[str, Any] = claim.run["progress"]
        self._loop = asyncio.get_running_loop()
        self._logbook = Logbook(claim.run["log"], clock=surroundings.clock, on_line=self._on_line)
        self._lines_told = 0
        self._keeper: asyncio.Task[None] | None = None
        self._stirred = False
        self._ended = asyncio.Event()
        self._leaving = asyncio.Event()
        self._interrupted: asyncio.Future[None] = self._loop.create_future()
        self._cancelled = False
        self._cancel_asked = False
        self._told = False
        self._lost = False

    @property
    def run_id(self) -> str:
        """The run's id."""
        id: str = self._claim.run["id"]
        return id

    async def run(self) -> None:
        """Run the job's function once and record what became of it."""
        run = self._claim.run
        if self._leaving.is_set():
            await self._give_back()
        elif self._spec is None:
            await self._fail(said("JobRemoved", f"there is no job {run['job']!r} in the project any more"))
        elif run["lost"] > MOST_TAKEOVERS:
            await self._fail(said("WorkerLost", f"the server died {run['lost']} times while it ran this"))
        elif self._spec.input is not None and (misfit := self._around.ledger.misfit(run)) is not None:
            await self._fail(said("InputRefused", f"its input does not fit the job any more: {misfit}"))
        else:
            await self._attempt(self._spec)

    def renew(self) -> None:
        """Have the lease renewed."""
        self._stirred = True
        if self._keeper is None and not self._ended.is_set():
            self._keeper = self._loop.create_task(self._keep(), name=f"lease of run {self.run_id}")

    def stop(self) -> None:
        """End the run soon: the job is cancelled and, once it has cleaned up, given back to the queue."""
        self._leaving.set()
        self._interrupt()

    def cancel(self) -> None:
        """End the run soon, because somebody asked for that; once it has cleaned up it is recorded as cancelled."""
        self._cancel_asked = True
        self._interrupt()

    def _interrupt(self) -> None:
        if not self._interrupted.done():
            self._interrupted.set_result(None)

    async def _attempt(self, spec: JobSpec) -> None:
        run = self._claim.run
        if run["attempt"] > 1:
            self._logbook.write("info", f"attempt {run['attempt']} begins")
        self._around.announcer.announce(spec, run, "started")
        started = self._around.clock.monotonic()
        call = asyncio.create_task(self._run_function(spec), name=f"run {run['id']}")
        try:
            await self._attend(spec, call)
        finally:
            self._counts.attempts += 1
            self._counts.duration_s += self._around.clock.monotonic() - started
            if not call.done() or self._keeper is not None:
                await self._abandon(call)

    async def _abandon(self, call: asyncio.Task[Any]) -> None:
        """End what is left when the execution itself is cancelled."""
        left = [task for task in (call, self._keeper) if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _attend(self, spec: JobSpec, call: asyncio.Task[Any]) -> None:
        """See one call through to its record. It ends by itself, is interrupted, or its lease is lost."""
        await asyncio.wait((call, self._interrupted), return_when=asyncio.FIRST_COMPLETED)
        if not call.done():
            self._cancelled = True
            if self._is_plain(spec) and not self._lost:
                # Nothing can be thrown into a thread that would let it clean up: it looks at ctx.cancelled, or not.
                await asyncio.wait((call,), timeout=self._around.grace_s)
            if not call.done():
                call.cancel()
                await asyncio.wait((call,))
        self._ended.set()
        if self._keeper is not None:
            await self._keeper
        if self._lost:
            self._log.error("run_lost", reason="its lease could not be renewed; another worker may run it again")
        elif call.cancelled() or (self._cancelled and self._told):
            await (self._end_cancelled() if self._cancel_asked else self._give_back())
        else:
            await self._conclude(spec, call)

    def _is_plain(self, spec: JobSpec) -> bool:
        return not spec.isolated and not self._edition.functions[spec.ref].is_async

    async def _run_function(self, spec: JobSpec) -> Any:
        around, run = self._around, self._claim.run
        by = run["queuedBy"]
        context = JobContext(
            run=RunInfo(
                id=run["id"], job=spec.name, attempt=run["attempt"], scheduled_at=run["scheduledAt"], queued_by=by
            ),
            input=copy_json(run["input"]),
            db=around.database(SYSTEM if by is None else await around.actors(by), (str(spec.ref),)),
            realtime=Realtime(around.publisher, lambda message: around.publisher.publish([message])),
            jobs=Jobs(around.ledger, self._enqueue, by=by),
            http=around.http,
            config=self._edition.spec,
            log=self._logbook.logger(self._log),
            report=self._report,
            is_cancelled=self._is_cancelled,
            steps=Steps(
                KeptSteps(self._claim, around.clock),
                lambda function: around.caller.in_job_thread(function, timeout_s=spec.timeout_s),
            ),
        )  # fmt: skip
        if spec.isolated:
            process = Process(spec, self._edition, context, line=self._logbook.write)
            return await process.run(grace_s=around.grace_s)
        return await around.caller.call(spec.ref, context, timeout_s=spec.timeout_s, grace_s=around.grace_s)

    async def _enqueue(self, write: Write) -> None:
        await self._around.ledger.enqueue([write])

    def _is_cancelled(self) -> bool:
        self._told = self._told or self._cancelled
        return self._cancelled or self._ended.is_set()

    def _report(self, percent: float, message: str) -> None:
        if self._ended.is_set():
            return
        self._progress = {"percent": percent, "message": storable_text(str(message), record.LOG_LINE_CHARACTERS)}
        self.renew()

    def _on_line(self) -> None:
        if not self._ended.is_set():
            self._loop.call_soon_threadsafe(self.renew)

    async def _keep(self) -> None:
        """Renew the lease, and store and send what the run has told, until nothing new is there."""
        while self._stirred and not self._ended.is_set():
            self._stirred = False
            try:
                await self._flush()
            except VersionConflict:
                self._lose()
            except Unavailable as failure:
                self._log.warning("run_not_renewed", reason=failure.message)
                self._stirred = True
                if self._around.clock.now() >= self._claim.lease_until:
                    self._lose()
                else:
                    await self._around.wait(self._ended, STORE_RETRY_S)
            else:
                await self._around.wait(self._ended, FLUSH_S)
            if self._lost:
                break
        self._keeper = None

    def _lose(self) -> None:
        self._lost = True
        self._interrupt()

    async def _flush(self) -> None:
        told = self._claim.run["progress"]
        now = self._around.clock.now()
        until = now + self._around.ledger.lease_s
        lines, progress = self._logbook.lines(), self._progress
        await self._claim.change(
            lambda run: record.renewed(run, now=now, lease_until=until, progress=progress, log=lines)
        )
        self._tell_lines()
        if self._claim.run["cancelAt"]:
            self.cancel()
        if self._claim.run["progress"] != told:
            self._around.announcer.announce(self._spec, self._claim.run, "progress")

    async def _conclude(self, spec: JobSpec, call: asyncio.Task[Any]) -> None:
        """Record how a call that has ended by itself went."""
        raised = call.exception()
        if raised is None:
            result, refused = record.kept_result(call.result())
            if refused is not None:
                self._logbook.write("warning", refused)
            now = self._around.clock.now()
            await self._record(lambda run: record.succeeded(run, now=now, result=result), "complete")
            return
        error = self._error(spec, raised)
        if self._claim.run["failures"] >= spec.retries.max:
            await self._fail(error)
        else:
            await self._try_again(spec, error)

    async def _try_again(self, spec: JobSpec, error: dict[str, Any]) -> None:
        self._counts.failures += 1
        now, retries, run = self._around.clock.now(), spec.retries, self._claim.run
        delay_s = retries.backoff_s * retries.factor ** run["failures"]
        delay_s = min(delay_s + retries.jitter_s * record.spread(run["id"], run["attempt"]), LONGEST_BACKOFF_S)
        self._logbook.write("warning", f"{error['type']}: {error['message']}; tried again in {delay_s:g} s")
        due = now + delay_s

        def retried(run: Document) -> Document:
            if run["cancelAt"]:
                return record.cancelled(run, now=now, by=run["cancelBy"])
            return record.retried(run, now=now, due=due, error=error)

        await self._record(retried)

    async def _give_back(self) -> None:
        now = self._around.clock.now()

        def given_back(run: Document) -> Document:
            if run["cancelAt"]:
                return record.cancelled(run, now=now, by=run["cancelBy"])
            return record.given_back(run, now=now)

        await self._record(given_back)

    async def _end_cancelled(self) -> None:
        self._logbook.write("warning", "cancelled")
        now = self._around.clock.now()
        await self._record(lambda run: record.cancelled(run, now=now, by=run["cancelBy"]))

    def _error(self, spec: JobSpec, raised: BaseException) -> dict[str, Any]:
        if isinstance(raised, Died):
            return dict(raised.error)
        if isinstance(raised, HookTimeout):
            note = self._around.caller.stats[str(spec.ref)].last_failure
            error = said("Timeout", f"it took longer than its timeout of {spec.timeout_s:g} s")
            if note is not None and note.incident == raised.incident:
                error |= {"file": note.file, "line": note.line}
            return error
        return described(raised.__cause__ if isinstance(raised, HookFailed) and raised.__cause__ else raised)

    async def _fail(self, error: dict[str, Any]) -> None:
        self._counts.failures += 1
        self._logbook.write("error", f"{error['type']}: {error['message']}")
        now = self._around.clock.now()
        await self._record(lambda run: record.failed(run, now=now, error=error), "failed")

    async def _record(self, change: Callable[[Document], Document], outcome: Outcome | None = None) -> None:
        """Store the end of an attempt, with all that was told, and then send what is to be sent of it.

        A store that does not answer is asked until it does, or until the server stops; then the lease will expire.
        """
        told = self._claim.run["progress"]
        progress, log = dict(self._progress), record.kept_log(self._logbook.lines())
        while True:
            try:
                await self._claim.change(lambda run: change({**run, "progress": progress, "log": log}))
                break
            except VersionConflict:
                self._log.error("run_lost", reason="its lease had expired, and another worker has it now")
                return
            except Unavailable as failure:
                self._log.error("run_not_recorded", reason=failure.message)
                if await self._around.wait(self._leaving, STORE_RETRY_S):
                    return
        self._tell_lines()
        run = self._claim.run
        if run["finishedAt"]:
            self._counts.ended[run["state"]] += 1
        if progress != told:
            self._around.announcer.announce(self._spec, {**run, "progress": progress}, "progress")
        if outcome is None and run["state"] == record.CANCELLED:
            outcome = "failed"
        if outcome is not None:
            self._around.announcer.announce(self._spec, run, outcome)

    def _tell_lines(self) -> None:
        """Tell those who watch what was logged since, now that it is stored."""
        if self._around.news.is_heard:
            lines, self._lines_told = self._logbook.since(self._lines_told)
            self._around.news.wrote(self.run_id, lines)
