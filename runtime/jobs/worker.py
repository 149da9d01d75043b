"""The worker of one process: it looks into the ledger and runs what is due."""

import asyncio
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
from runtime.jobs.execution import Execution, Surroundings
from runtime.jobs.ledger import Ledger
from runtime.jobs.waiting import Wait, wait_for
from runtime.model.actor import Actor
from runtime.model.clock import Clock
from runtime.model.errors import Failure
from runtime.model.ports import Database, Publisher

if TYPE_CHECKING:
    from aiohttp import ClientSession

CONCURRENCY: Final = 10
"""How many runs a process has at once; arbitrary, they wait for others most of the time."""

POLL_S: Final = 1.0
"""How often a worker looks for what other processes have queued. What this one queues wakes it at once."""

DRAIN_S: Final = 10.0


class Worker:
    """Runs jobs while the block of `running` lasts. Belongs to one event loop; may be run once.

    When the block ends it begins nothing any more, lets what is running go on for `drain_s` seconds, then cancels the
    rest and gives it back to the queue without using up an attempt.
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
        wait: Wait = wait_for,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._around = Surroundings(
            ledger=ledger, registry=registry, caller=caller, publisher=publisher, database=database, actors=actors,
            http=http, clock=clock, log=log, announcer=Announcer(publisher, log), wait=wait,
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

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look for runs and execute them, until the block ends."""
        end_waking = self._ledger.on_wake(self._awake.set)
        looking = asyncio.create_task(self._look(), name="job worker")
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
                left = (looking, *self._running)
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    @property
    def busy(self) -> int:
        """How many runs are being executed here."""
        return len(self._running)

    async def _drain(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=self._drain_s)
        for execution in self._running.values():
            execution.stop()
        if self._running:
            await asyncio.wait(self._running)

    async def _look(self) -> None:
        while not self._stopping:
            self._awake.clear()
            pause_s = await self._begin_what_is_due()
            if not self._stopping:
                await self._wait(self._awake, pause_s)

    async def _begin_what_is_due(self) -> float:
        """Begin as many runs as there is room for; return after how many seconds to look again."""
        free = self._concurrency - len(self._running)
        if free <= 0:
            return POLL_S
        try:
            claims = await self._ledger.claim(self.name, limit=free)
        except Failure as failure:
            self._log.warning("ledger_not_read", reason=failure.message)
            return POLL_S
        except Exception:  # noqa: BLE001 — whatever it is, the other jobs of the project must go on
            self._log.exception("ledger_not_read")
            return POLL_S
        for run in claims.skipped:
            self._log.info("run_skipped", job=run["job"], run=run["id"])
            spec = self._around.registry.current.spec.job.get(run["job"])
            self._around.announcer.announce(spec, run, "failed")
        for claim in claims.begun:
            execution = Execution(claim, self._around)
            if self._stopping:
                execution.stop()
            task = asyncio.create_task(execution.run(), name=f"execution of run {claim.run['id']}")
            self._running[task] = execution
            task.add_done_callback(self._ended)
        if claims.next_due is None:
            return POLL_S
        return min(POLL_S, max(0.0, claims.next_due - self._clock.now()))

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._awake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._log.error("run_not_kept", execution=task.get_name(), exc_info=error)
