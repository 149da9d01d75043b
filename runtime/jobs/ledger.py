"""The ledger of runs: the truth about what is to be done, is being done and was done.

Everything that happens to a run is one compare-and-set on its record, so that any number of processes can share a
store: a run is begun by one worker at a time, and at least once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from runtime.hooks.registry import Registry
from runtime.jobs import record
from runtime.jobs.inputs import Inputs
from runtime.jobs.record import RUNS
from runtime.model.change import Write
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document, new_id
from runtime.model.errors import Failure, InvalidDocument, NotUnique, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Compare, Cursor, Everything, Filter, In, Not, Query, SortKey, all_of

LEASE_S: Final = 30.0
"""How long a run stays with a worker that is not heard of. Workers renew three times as often."""

ORPHAN_S: Final = 30.0
"""How long a due run of an unknown job is left to other processes, which may have loaded a newer project."""

LONGEST_DELAY_S: Final = 366 * 86400.0
"""How far ahead a run may be queued; arbitrary. What is planned further ahead belongs into a document."""

RETENTION_S: Final = 30 * 86400.0
PRUNE_BATCH: Final = 500

NEWEST_FIRST: Final = (SortKey(("queuedAt",), descending=True), SortKey(("id",), descending=True))


class Claim:
    """A run that a worker has begun and holds until its lease ends. Not for use by two tasks at once."""

    def __init__(self, store: Store, run: Document) -> None:
        self._store = store
        self.run = run

    @property
    def lease_until(self) -> float:
        """When the lease ends, in epoch seconds."""
        return epoch_s(self.run["leaseUntil"])

    async def put(self, run: Document) -> None:
        """Store the record's next version.

        Raises VersionConflict where the lease has ended and somebody else has the run, Unavailable.
        """
        await self._store.commit([Write(RUNS.name, run["id"], run, expected=self.run["version"])])
        self.run = run


@dataclass(slots=True)
class Claims:
    """What one look at the ledger gave: runs that were begun, runs that were skipped, and when the next one is due."""

    begun: list[Claim] = field(default_factory=list)
    skipped: list[Document] = field(default_factory=list)
    next_due: float | None = None


Taken = Claim | Document | Literal["busy", "gone"]
"""A claim; the record of a run that is skipped; its job is busy; or another worker was quicker."""


class Ledger:
    """The runs of one project. Implements the port `Enqueuer`."""

    def __init__(self, store: Store, registry: Registry, clock: Clock, *, lease_s: float = LEASE_S) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._inputs: tuple[int, Inputs] | None = None
        self._on_wake: list[Callable[[], None]] = []
        self.lease_s = lease_s

    def prepare(
        self, job: str, input: Mapping[str, Any] | None, *, delay_s: float, key: str | None, by: str | None
    ) -> Write:
        """Return the write that queues a run; nothing is stored yet. The run's id is the write's.

        With a `key`, the same job and key give the same id, and the write keeps a run that exists, finished ones
        included, for as long as their records are kept. Raises NotFound for an unknown job, InvalidDocument (errors by
        JSON pointer) where the input does not fit or the delay is over LONGEST_DELAY_S, TooLarge.
        """
        if not 0 <= delay_s <= LONGEST_DELAY_S:
            message = f"must be from 0 to {LONGEST_DELAY_S:g} seconds, a year"
            raise InvalidDocument(f"a run of {job!r} cannot wait that long", errors={"/delay": message})
        now = self._clock.now()
        id = new_id(now) if key is None else record.run_id(job, "key", key)
        checked = self._checked(job, input or {})
        run = record.queued(id=id, job=job, input=checked, now=now, due=now + delay_s, by=by, key=key)
        return Write(RUNS.name, id, run, expected=0, by=by, keep_existing=key is not None)

    def scheduled(self, job: str, at: float) -> Write:
        """Return the write that queues the run of a job's trigger for one instant, however many processes make it.

        Raises what `prepare` raises.
        """
        now = self._clock.now()
        key = timestamp(at)
        id = record.run_id(job, "schedule", key)
        checked = self._checked(job, {})
        run = record.queued(id=id, job=job, input=checked, now=now, due=min(at, now), by=None, key=key, scheduled=at)
        return Write(RUNS.name, id, run, expected=0, keep_existing=True)

    async def enqueue(self, writes: Sequence[Write]) -> None:
        """Commit what `prepare` or `scheduled` made, at once, and wake the workers. Raises Unavailable."""
        if writes:
            await self._store.commit(writes)
            self.wake()

    def wake(self) -> None:
        """Tell the workers that runs were committed."""
        for callback in self._on_wake:
            callback()

    def on_wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called by `wake`; return what ends that."""
        self._on_wake.append(callback)
        return lambda: self._on_wake.remove(callback)

    async def claim(self, worker: str, *, limit: int) -> Claims:
        """Begin up to `limit` runs for a worker: those whose lease has expired first, then what is due, oldest first.

        No run is ever given to two callers. A run whose job is busy is skipped or left, as the job's `overlap` says.
        Raises Unavailable.
        """
        claims = Claims()
        try:
            await self._claim(worker, claims, limit)
        except Failure:
            # What was begun must not get lost; a store that is away will say so again at the next look.
            if not claims.begun:
                raise
        return claims

    async def get(self, id: str) -> Document | None:
        """Return a run's record, or None."""
        found = await self._store.get(RUNS.name, id)
        return None if found is None else found.document

    async def find(
        self, *, job: str | None = None, state: str | None = None, limit: int, after: Cursor | None = None
    ) -> list[Document]:
        """Return records, NEWEST_FIRST, behind a cursor of that order."""
        filter = all_of(
            Everything() if job is None else Compare(("job",), "$eq", job),
            Everything() if state is None else _state(state),
        )
        query = Query(filter=filter, sort=NEWEST_FIRST, limit=limit, after=after)
        return [found.document for found in await self._store.find(RUNS.name, query)]

    async def prune(self) -> int:
        """Delete the records of runs that ended more than RETENTION_S ago; return how many. For regular upkeep."""
        before = timestamp(self._clock.now() - RETENTION_S)
        pruned = 0
        while old := await self._oldest(Compare(("finishedAt",), "$lt", before), "finishedAt", PRUNE_BATCH):
            await self._store.commit([Write(RUNS.name, run["id"], None, expected=None) for run in old])
            pruned += len(old)
        return pruned

    def _checked(self, job: str, input: Mapping[str, Any]) -> dict[str, Any]:
        edition = self._registry.current
        if self._inputs is None or self._inputs[0] != edition.number:
            self._inputs = edition.number, Inputs(edition.spec)
        return self._inputs[1].check(job, input)

    async def _claim(self, worker: str, claims: Claims, limit: int) -> None:
        now = self._clock.now()
        expired = all_of(_state(record.RUNNING), Compare(("leaseUntil",), "$lte", timestamp(now)))
        await self._take_all(await self._oldest(expired, "leaseUntil", limit), worker, claims)
        blocked: set[str] = set()
        while (free := limit - len(claims.begun)) > 0:
            queued = all_of(_state(record.QUEUED), *([Not(In(("job",), tuple(sorted(blocked))))] if blocked else []))
            found = await self._oldest(queued, "dueAt", free + 1)
            due = [run for run in found if epoch_s(run["dueAt"]) <= now]
            if len(due) < len(found):
                claims.next_due = epoch_s(found[len(due)]["dueAt"])
            if not due:
                break
            orphans = {run["job"] for run in due if self._may_be_of_a_newer_project(run, now)}
            ours = [run for run in due if run["job"] not in orphans]
            blocked |= orphans | await self._take_all(ours[:free], worker, claims)

    async def _oldest(self, filter: Filter, order: str, limit: int) -> list[Document]:
        query = Query(filter=filter, sort=(SortKey((order,)), SortKey(("id",))), limit=limit)
        return [found.document for found in await self._store.find(RUNS.name, query)]

    def _may_be_of_a_newer_project(self, run: Document, now: float) -> bool:
        return run["job"] not in self._registry.current.spec.job and now < epoch_s(run["dueAt"]) + ORPHAN_S

    async def _take_all(self, runs: Sequence[Document], worker: str, claims: Claims) -> set[str]:
        """Try to begin runs, all at once so that the store can commit them together; return the jobs that are busy."""
        results = await asyncio.gather(*(self._take(run, worker) for run in runs), return_exceptions=True)
        busy: set[str] = set()
        failures: list[BaseException] = []
        for run, result in zip(runs, results, strict=True):
            match result:
                case BaseException():
                    failures.append(result)
                case Claim():
                    claims.begun.append(result)
                case dict():
                    claims.skipped.append(result)
                case "busy":
                    busy.add(run["job"])
        if failures:
            raise failures[0]
        return busy

    async def _take(self, run: Document, worker: str) -> Taken:
        spec = self._registry.current.spec.job.get(run["job"])
        overlap = "allow" if spec is None else record.overlap_of(spec)
        now = self._clock.now()
        slot = run["slot"] or (None if overlap == "allow" else run["job"])
        claim = Claim(self._store, run)
        try:
            await claim.put(record.begun(run, worker=worker, now=now, lease_until=now + self.lease_s, slot=slot))
        except VersionConflict:
            return "gone"
        except NotUnique:
            return await self._skip(run) if overlap == "skip" and run["attempt"] == 0 else "busy"
        return claim

    async def _skip(self, run: Document) -> Taken:
        claim = Claim(self._store, run)
        try:
            await claim.put(record.skipped(run, now=self._clock.now()))
        except VersionConflict:
            return "gone"
        return claim.run


def _state(state: str) -> Filter:
    return Compare(("state",), "$eq", state)
