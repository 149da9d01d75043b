"""One attempt of one run: from the claim to what the ledger says of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.hooks.call import Caller
from runtime.hooks.context import JobContext, RunInfo
from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.registry import Registry
from runtime.hooks.values import copy_json
from runtime.jobs import record
from runtime.jobs.announce import Announcer, Outcome
from runtime.jobs.failure import described, said, storable_text
from runtime.jobs.ledger import Claim, Ledger
from runtime.jobs.logbook import Logbook
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
    wait: Wait


class Execution:
    """One attempt of one run. `run` is awaited once; `stop` may be called meanwhile."""

    def __init__(self, claim: Claim, surroundings: Surroundings) -> None:
        self._claim = claim
        self._around = surroundings
        self._project = surroundings.registry.current.spec
        self._spec = self._project.job.get(claim.run["job"])
        self._log = surroundings.log.bind(job=claim.run["job"], run=claim.run["id"], attempt=claim.run["attempt"])
        self._progress: Mapping[str, Any] = claim.run["progress"]
        self._loop = asyncio.get_running_loop()
        self._logbook = Logbook(claim.run["log"], clock=surroundings.clock, on_line=self._on_line)
        self._stirred = asyncio.Event()
        self._ended = asyncio.Event()
        self._leaving = asyncio.Event()
        self._cancelled = False
        self._lost = False

    async def run(self) -> None:
        """Run the job's function once and record what became of it."""
        run = self._claim.run
        now = self._around.clock.now()
        if self._leaving.is_set():
            await self._record(lambda run: record.given_back(run, now=now))
            return
        if self._spec is None:
            await self._fail(said("JobRemoved", f"there is no job {run['job']!r} in the project any more"))
            return
        if record.takeovers(run) > MOST_TAKEOVERS:
            await self._fail(said("WorkerLost", f"the server died {record.takeovers(run)} times while it ran this"))
            return
        if run["attempt"] > 1:
            self._logbook.write("info", f"attempt {run['attempt']} begins")
        self._around.announcer.announce(self._spec, run, "started")
        call = asyncio.create_task(self._run_function(self._spec), name=f"run {run['id']}")
        keeper = asyncio.create_task(self._keep(), name=f"lease of run {run['id']}")
        try:
            await self._attend(self._spec, call, keeper)
        finally:
            call.cancel()
            keeper.cancel()
            await asyncio.gather(call, keeper, return_exceptions=True)

    def stop(self) -> None:
        """End the run soon: the job is cancelled and, once it has cleaned up, given back to the queue."""
        self._leaving.set()

    async def _attend(self, spec: JobSpec, call: asyncio.Task[Any], keeper: asyncio.Task[None]) -> None:
        """See one call through to its record. It ends by itself, by `stop`, or because the lease is lost."""
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait((call, keeper, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
        if not call.done():
            self._cancelled = True
            call.cancel()
            await asyncio.wait((call,))
        self._ended.set()
        self._stirred.set()
        await keeper
        if self._lost:
            self._log.error("run_lost", reason="its lease could not be renewed; another worker may run it again")
        else:
            await self._conclude(spec, call)

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
            config=self._project,
            log=self._logbook.logger(self._log),
            report=self._report,
            is_cancelled=lambda: self._cancelled or self._ended.is_set(),
        )  # fmt: skip
        return await around.caller.call(spec.ref, context, timeout_s=spec.timeout_s)

    async def _enqueue(self, write: Write) -> None:
        await self._around.ledger.enqueue([write])

    def _report(self, percent: float, message: str) -> None:
        if self._ended.is_set():
            return
        self._progress = {"percent": percent, "message": storable_text(str(message), record.LOG_LINE_CHARACTERS)}
        self._stirred.set()

    def _on_line(self) -> None:
        if not self._ended.is_set():
            self._loop.call_soon_threadsafe(self._stirred.set)

    async def _keep(self) -> None:
        """Hold the lease, and store and send what the run tells, until it has ended or the lease is lost."""
        wait, renew_s = self._around.wait, self._around.ledger.lease_s / 3
        while True:
            await wait(self._stirred, renew_s)
            if self._ended.is_set():
                return
            self._stirred.clear()
            try:
                await self._flush()
            except VersionConflict:
                self._lost = True
                return
            except Unavailable as failure:
                self._log.warning("run_not_renewed", reason=failure.message)
                if self._around.clock.now() >= self._claim.lease_until:
                    self._lost = True
                    return
                self._stirred.set()
                await wait(self._ended, STORE_RETRY_S)
            else:
                await wait(self._ended, FLUSH_S)

    async def _flush(self) -> None:
        told = self._claim.run["progress"]
        now = self._around.clock.now()
        until = now + self._around.ledger.lease_s
        lines = self._logbook.lines()
        await self._claim.put(
            record.renewed(self._claim.run, now=now, lease_until=until, progress=self._progress, log=lines)
        )
        if self._claim.run["progress"] != told:
            self._around.announcer.announce(self._spec, self._claim.run, "progress")

    async def _conclude(self, spec: JobSpec, call: asyncio.Task[Any]) -> None:
        """Record how a call that has ended went."""
        now = self._around.clock.now()
        if call.cancelled():
            await self._record(lambda run: record.given_back(run, now=now))
        elif (raised := call.exception()) is None:
            result, refused = record.kept_result(call.result())
            if refused is not None:
                self._logbook.write("warning", refused)
            await self._record(lambda run: record.succeeded(run, now=now, result=result), "complete")
        elif (failures := self._claim.run["failures"]) >= spec.retries.max:
            await self._fail(self._error(spec, raised))
        else:
            error = self._error(spec, raised)
            delay_s = min(spec.retries.backoff_s * spec.retries.factor**failures, LONGEST_BACKOFF_S)
            self._logbook.write("warning", f"{error['type']}: {error['message']}; tried again in {delay_s:g} s")
            await self._record(lambda run: record.retried(run, now=now, due=now + delay_s, error=error))

    def _error(self, spec: JobSpec, raised: BaseException) -> dict[str, Any]:
        if isinstance(raised, HookTimeout):
            note = self._around.caller.stats[str(spec.ref)].last_failure
            error = said("Timeout", f"it took longer than its timeout of {spec.timeout_s:g} s")
            if note is not None and note.incident == raised.incident:
                error |= {"file": note.file, "line": note.line}
            return error
        return described(raised.__cause__ if isinstance(raised, HookFailed) and raised.__cause__ else raised)

    async def _fail(self, error: dict[str, Any]) -> None:
        self._logbook.write("error", f"{error['type']}: {error['message']}")
        now = self._around.clock.now()
        await self._record(lambda run: record.failed(run, now=now, error=error), "failed")

    async def _record(self, change: Callable[[Document], Document], outcome: Outcome | None = None) -> None:
        """Store the end of an attempt, with all that was told, and then send what is to be sent of it.

        A store that does not answer is asked until it does, or until the server stops; then the lease will expire.
        """
        told = self._claim.run["progress"]
        while True:
            last = {**self._claim.run, "progress": dict(self._progress), "log": record.kept_log(self._logbook.lines())}
            try:
                await self._claim.put(change(last))
                break
            except VersionConflict:
                self._log.error("run_lost", reason="its lease had expired, and another worker has it now")
                return
            except Unavailable as failure:
                self._log.error("run_not_recorded", reason=failure.message)
                if await self._around.wait(self._leaving, STORE_RETRY_S):
                    return
        if last["progress"] != told:
            self._around.announcer.announce(self._spec, last, "progress")
        if outcome is not None:
            self._around.announcer.announce(self._spec, self._claim.run, outcome)
