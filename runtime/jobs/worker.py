"""The worker of one process: it looks into the ledger and runs what is due."""

import asyncio
import math
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from structlog.typing import FilteringBoundLogger

from runtime.hooks.call import Caller
from runtime.hooks.registry import Registry
from runtime.jobs.announce import Announcer
from runtime.jobs.claiming import Claim
from runtime.jobs.counts import Counts
from runtime.jobs.execution import Execution, Surroundings
from runtime.jobs.ledger import Ledger
from runtime.jobs.news import RunNews
from runtime.jobs.waiting import Wait, wait_for
from runtime.model.actor import Actor
from runtime.model.clock import Clock, epoch_s
from runtime.model.errors import Failure
from runtime.model.ports import Database, Publisher

if TYPE_CHECKING:
    from aiohttp import ClientSession

CONCURRENCY: Final = 10
"""How many runs a process has at once; arbitrary, they wait for others most of the time."""

POLL_S: Final = 1.0
"""How often a worker looks for what other processes have queued. What this one queues wakes it at once."""

DRAIN_S: Final = 10.0

GRACE_S: Final = 5.0
"""How long a job that is cancelled may clean up before it is stopped; arbitrary."""

COUNT_S: Final = 10.0
"""How often it is counted how many runs wait: for the metrics, which cannot ask the store themselves."""


class Worker:
    """Runs jobs while the block of `running` lasts. Belongs to one event loop; may be run once.

    When the block ends it begins nothing any more, lets what is running go on for `drain_s` seconds, then cancels the
    rest and gives it back to the queue without using up an attempt. A job that is cancelled has `grace_s` seconds to
    clean up. `counts` is what it has done so far.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        registry: Registry,
        caller: Caller,
        publisher: Publisher,
        database: Callable[[Actor, tuple[str, ...]], Database],
        actors: Callable[[str], Awaitable[Actor]],
        http: "ClientSession",
        clock: Clock,
        log: FilteringBoundLogger,
        concurrency: int = CONCURRENCY,
        drain_s: float = DRAIN_S,
        grace_s: float = GRACE_S,
        wait: Wait = wait_for,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._news = RunNews(publisher, ledger, log=log, wait=wait)
        self._around = Surroundings(
            ledger=ledger, registry=registry, caller=caller, publisher=publisher, database=database, actors=actors,
            http=http, clock=clock, log=log, announcer=Announcer(publisher, log), news=self._news, wait=wait,
            grace_s=grace_s,
        )  # fmt: skip
        self._ledger = ledger
        self._clock = clock
        self._log = log.bind(worker=self.name)
        self._wait = wait
        self._concurrency = concurrency
        self._drain_s = drain_s
        self._running: dict[asyncio.Task[None], Execution] = {}
        self._awake = asyncio.Event()
        self._stopping = False
        self._asked_at = self._counted_at = self._reclaimed_at = -math.inf
        self.counts = Counts()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for runs and execute them, until the block ends."""
        end_waking = self._ledger.on_wake(self._awake.set)
        end_cancelling = self._ledger.on_cancel(self._cancel)
        end_telling = self._ledger.on_change(self._news.changed)
        telling = asyncio.create_task(self._news.telling(), name="run news")
        looking = asyncio.create_task(self._look(), name="job worker")
        renewing = asyncio.create_task(self._renew(), name="job leases")
        try:
            yield
        finally:
            end_waking()
            self._stopping = True
            self._awake.set()
            try:
                await looking
                await self._drain()
            finally:
                end_cancelling()
                end_telling()
                left = (looking, renewing, telling, *self._running)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    @property
    def busy(self) -> int:
        """How many runs are being executed here."""
        return len(self._running)

    @property
    def capacity(self) -> int:
        """How many runs can be executed here at once."""
        return self._concurrency

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._drain_s)
        for execution in self._running.values():
            execution.stop()
        if self._running:
            await asyncio.wait(self._running)

    def _cancel(self, id: str) -> None:
        for execution in self._running.values():
            if execution.run_id == id:
                execution.cancel()

    async def _renew(self) -> None:
        """Have all leases renewed three times in their length: one clock for all runs costs each of them nothing."""
        while True:
            await self._wait(asyncio.Event(), self._ledger.lease_s / 3)
            for execution in self._running.values():
                execution.renew()

    async def _look(self) -> None:
        while not self._stopping:
            self._awake.clear()
            try:
                pause_s = await self._begin_what_is_due()
                await self._look_around()
            except Failure as failure:
                self._log.warning("ledger_not_read", reason=failure.message)
                pause_s = POLL_S
            except Exception:  # noqa: BLE001 — whatever it is, the other jobs of the project must go on
                self._log.exception("ledger_not_read")
                pause_s = POLL_S
            if not self._stopping:
                await self._wait(self._awake, pause_s)

    async def _look_around(self) -> None:
        """Learn which runs other processes want to end, and how many wait: seldom, however often runs are begun."""
        now = self._clock.monotonic()
        if self._running and now - self._asked_at >= POLL_S:
            self._asked_at = now
            for id in await self._ledger.to_be_cancelled(self.name):
                self._cancel(id)
        if now - self._counted_at >= COUNT_S:
            self._counted_at = now
            self.counts.waiting = await self._ledger.waiting()

    async def _begin_what_is_due(self) -> float:
        """Begin as many runs as there is room for; return after how many seconds to look again."""
        free = self._concurrency - len(self._running)
        if free <= 0:
            return POLL_S
        # What died is looked for by the poll: doing so at each wake would be one more search for every few runs.
        now = self._clock.monotonic()
        is_poll = now - self._reclaimed_at >= POLL_S
        if is_poll:
            self._reclaimed_at = now
        claims = await self._ledger.claim(self.name, limit=free, lost=is_poll)
        for run in claims.ended:
            self._log.info(f"run_{run['state']}", job=run["job"], run=run["id"])
            self.counts.of(run["job"]).ended[run["state"]] += 1
            spec = self._around.registry.current.spec.job.get(run["job"])
            self._around.announcer.announce(spec, run, "failed")
            self._news.stored(run)
        self.counts.takeovers += claims.taken_over
        for number, claim in enumerate(claims.begun):
            self._begin(claim, is_takeover=number < claims.taken_over)
        if claims.next_due is None:
            return POLL_S
        return min(POLL_S, max(0.0, claims.next_due - self._clock.now()))

    def _begin(self, claim: Claim, *, is_takeover: bool) -> None:
        run = claim.run
        counts = self.counts.of(run["job"])
        if is_takeover:
            self._log.warning("run_taken_over", job=run["job"], run=run["id"], attempt=run["attempt"])
        else:
            counts.begun += 1
            counts.lateness_s += max(0.0, epoch_s(run["startedAt"]) - epoch_s(run["dueAt"]))
        claim.on_change = self._news.stored
        self._news.stored(run)
        execution = Execution(claim, self._around, counts)
        if self._stopping:
            execution.stop()
        task = asyncio.create_task(execution.run(), name=f"execution of run {run['id']}")
        self._running[task] = execution
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._awake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("run_not_kept", execution=task.get_name(), exc_info=error)
