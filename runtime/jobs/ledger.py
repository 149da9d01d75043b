"""The ledger of runs: the truth about what is to be done, is being done and was done.

Everything that happens to a run is one compare-and-set on its record, so that any number of processes can share a
store: a run is begun by one worker at a time, and at least once.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from runtime.hooks.registry import Registry
from runtime.jobs import record
from runtime.jobs.claiming import Claiming, Claims
from runtime.jobs.inputs import Inputs
from runtime.jobs.record import RUNS, TRIGGERS
from runtime.model.change import Write
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document, new_id
from runtime.model.errors import Conflict, InvalidDocument, NotFound, RateLimited, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Compare, Cursor, Everything, Filter, Query, SortKey, all_of
from runtime.model.specs import JobSpec

LEASE_S: Final = 30.0
"""How long a run stays with a worker that is not heard of. Workers renew three times as often."""

LONGEST_DELAY_S: Final = 366 * 86400.0
"""How far ahead a run may be queued; arbitrary. What is planned further ahead belongs into a document."""

RETENTION_S: Final = 30 * 86400.0
PRUNE_BATCH: Final = 500

TRIES: Final = 50
"""How often a change by hand is tried anew where the run's worker was quicker. It writes ten times a second at most."""

QUEUE_RETRY_S: Final = 10.0
"""After how long somebody who has too many runs waiting is told to ask again; arbitrary."""

NEWEST_FIRST: Final = (SortKey(("queuedAt",), descending=True), SortKey(("id",), descending=True))


class Ledger:
    """The runs of one project. Implements the port `Enqueuer`."""

    def __init__(self, store: Store, registry: Registry, clock: Clock, *, lease_s: float = LEASE_S) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._inputs: tuple[int, Inputs] | None = None
        self._on_wake: list[Callable[[], None]] = []
        self._on_cancel: list[Callable[[str], None]] = []
        self._on_change: list[Callable[[str, Document | None], None]] = []
        self._asking: Counter[tuple[str | None, str]] = Counter()
        self.lease_s = lease_s

    def prepare(
        self,
        job: str,
        input: Mapping[str, Any] | None,
        *,
        delay_s: float,
        key: str | None,
        by: str | None,
        at: float | None = None,
    ) -> Write:
        """Return the write that queues a run; nothing is stored yet. The run's id is the write's.

        It is due `delay_s` from now, or at an instant in epoch seconds; one that has passed is now. With a `key`, the
        same job and key give the same id, and the write keeps a run that exists, finished ones included, for as long
        as their records are kept. Raises NotFound for an unknown job, InvalidDocument (errors by JSON pointer) where
        the input does not fit or it would be due in over LONGEST_DELAY_S, TooLarge.
        """
        now = self._clock.now()
        wait_s = delay_s if at is None else max(0.0, at - now)
        if not 0 <= wait_s <= LONGEST_DELAY_S:
            message = f"must be from 0 to {LONGEST_DELAY_S:g} seconds ahead, a year"
            pointer = "/delay" if at is None else "/at"
            raise InvalidDocument(f"a run of {job!r} cannot wait that long", errors={pointer: message})
        id = new_id(now) if key is None else record.run_id(job, "key", key)
        spec, checked = self._checked(job, input or {})
        run = record.queued(
            id=id, job=job, input=checked, now=now, due=now + wait_s, by=by, key=key, scheduled=at,
            priority=spec.priority, lane=record.lane_of(spec, input=checked, by=by),
        )  # fmt: skip
        return Write(RUNS.name, id, run, expected=0, by=by, keep_existing=key is not None)

    def scheduled(self, job: str, at: float) -> Write:
        """Return the write that queues the run of a job's trigger for one instant, however many processes make it.

        Raises what `prepare` raises.
        """
        now = self._clock.now()
        key = timestamp(at)
        id = record.run_id(job, "schedule", key)
        spec, checked = self._checked(job, {})
        due = min(at, now) + spec.jitter_s * record.spread(id, 0)
        run = record.queued(
            id=id, job=job, input=checked, now=now, due=due, by=None, key=key, scheduled=at,
            priority=spec.priority, lane=record.lane_of(spec, input=checked, by=None),
        )  # fmt: skip
        return Write(RUNS.name, id, run, expected=0, keep_existing=True)

    async def enqueue(self, writes: Sequence[Write]) -> None:
        """Commit what `prepare` or `scheduled` made, at once, and wake the workers. Raises Unavailable."""
        if writes:
            await self._store.commit(writes)
            self.wake(writes)

    @asynccontextmanager
    async def place(self, *, by: str | None, job: str, limit: int) -> AsyncIterator[None]:
        """Hold a place in the queue for one more run while it is enqueued within the block.

        `limit` is how many one user may have waiting, whatever the jobs, 0 as many as they like; all whose name nobody
        knows (`by` None) together may have as many of each job. Raises RateLimited (code `too_many_runs`). Exact
        within a process; each further process that asks at the very same time may let one more in.
        """
        if limit == 0:
            yield
            return
        mine: Filter = Compare(("queuedBy",), "$eq", by)
        who = (by, "") if by is not None else (None, job)
        self._asking[who] += 1
        try:
            filter = all_of(_state(record.QUEUED), mine, Everything() if by else Compare(("job",), "$eq", job))
            waiting = await self._store.count(RUNS.name, Query(filter=filter))
            if waiting + self._asking[who] > limit:
                message = f"{waiting} runs are waiting already, the limit is {limit}; ask again when some have ended"
                raise RateLimited(message, retry_after_s=QUEUE_RETRY_S, code="too_many_runs")
            yield
        finally:
            self._asking[who] -= 1
            if not self._asking[who]:
                del self._asking[who]

    def wake(self, runs: Sequence[Write] = ()) -> None:
        """Tell the workers that runs were committed, and whoever follows runs, which."""
        for callback in self._on_wake:
            callback()
        for write in runs:
            if write.collection == RUNS.name:
                # Of one that may have been there already, only the store knows what it is now.
                self._changed(write.id, None if write.keep_existing else write.document)

    def on_wake(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called by `wake`; return what ends that."""
        self._on_wake.append(callback)
        return lambda: self._on_wake.remove(callback)

    def on_cancel(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Have `callback` called with the id of each run that is cancelled through this ledger; return what ends it."""
        self._on_cancel.append(callback)
        return lambda: self._on_cancel.remove(callback)

    def on_change(self, callback: Callable[[str, Document | None], None]) -> Callable[[], None]:
        """Have `callback` called with the id and record of each run that is queued or changed by hand here.

        None stands for a record that has to be read. Returns what ends it. What workers do to runs is not told.
        """
        self._on_change.append(callback)
        return lambda: self._on_change.remove(callback)

    async def claim(self, worker: str, *, limit: int, lost: bool = True) -> Claims:
        """Begin up to `limit` runs for a worker: with `lost` those whose lease has expired, then what is due.

        Of that, a higher priority comes first, then what has been due for longer. No run is ever given to two callers.
        A run whose lane is busy is skipped or left, as the job's `overlap` says. Raises Unavailable.
        """
        claiming = Claiming(self._store, self._registry, self._clock, worker=worker, lease_s=self.lease_s)
        return await claiming.claim(limit, lost=lost)

    async def cancel(self, id: str, *, by: str | None) -> Document:
        """End a run; return its record.

        One that waits is ended at once. One that is running is told: it may clean up, then it is stopped, and its
        record says `cancelled` when that is done; `cancelAt` says that it was asked. Raises NotFound, Conflict (code
        `run_ended`), Unavailable.
        """

        def cancelled(run: Document) -> Document | None:
            now = self._clock.now()
            if run["state"] == record.QUEUED:
                return record.cancelled(run, now=now, by=by)
            if run["state"] == record.RUNNING:
                return None if run["cancelAt"] else record.cancel_requested(run, now=now, by=by)
            raise Conflict(f"the run {id} has ended already: it is {run['state']}", code="run_ended")

        run = await self._by_hand(id, cancelled)
        for callback in tuple(self._on_cancel):
            callback(id)
        return run

    async def retry(self, id: str, *, by: str | None) -> Document:
        """Queue a run that failed, was cancelled or skipped once more; return its record.

        What its steps have done is not done again. Raises NotFound, also where its job is gone, InvalidDocument where
        its input does not fit the job any more, Conflict (code `run_not_dead`), Unavailable.
        """

        def revived(run: Document) -> Document:
            if run["state"] not in record.DEAD:
                message = f"the run {id} is {run['state']}; only what failed, was cancelled or skipped is retried"
                raise Conflict(message, code="run_not_dead")
            self._checked(run["job"], run["input"])
            return record.revived(run, now=self._clock.now(), by=by)

        run = await self._by_hand(id, revived)
        self.wake()
        return run

    async def get(self, id: str) -> Document | None:
        """Return a run's record, or None."""
        found = await self._store.get(RUNS.name, id)
        return None if found is None else found.document

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return the records that exist among `ids`, by id."""
        return {id: found.document for id, found in (await self._store.get_many(RUNS.name, ids)).items()}

    async def find(
        self,
        *,
        job: str | None = None,
        state: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int,
        after: Cursor | None = None,
    ) -> list[Document]:
        """Return records, NEWEST_FIRST, behind a cursor of that order.

        `since` and `until` are timestamps that `queuedAt` is held against: from the first on, before the second.
        """
        filter = _matching(job=job, state=state, since=since, until=until)
        query = Query(filter=filter, sort=NEWEST_FIRST, limit=limit, after=after)
        return [found.document for found in await self._store.find(RUNS.name, query)]

    async def count(
        self, *, job: str | None = None, since: str | None = None, until: str | None = None
    ) -> dict[str, int]:
        """Return how many runs there are of each state, among those that `find` would go through."""
        filters = [_matching(job=job, state=state, since=since, until=until) for state in record.STATES]
        counts = await asyncio.gather(*(self._store.count(RUNS.name, Query(filter=filter)) for filter in filters))
        return dict(zip(record.STATES, counts, strict=True))

    async def waiting(self) -> int:
        """Return how many runs are queued, those that are not due yet among them."""
        return await self._store.count(RUNS.name, Query(filter=_state(record.QUEUED)))

    async def to_be_cancelled(self, worker: str) -> list[str]:
        """Return the ids of a worker's running runs that somebody, perhaps in another process, wants to end."""
        filter = all_of(_state(record.RUNNING), Compare(("worker",), "$eq", worker), Compare(("cancelAt",), "$gt", ""))
        return [found.id for found in await self._store.find(RUNS.name, Query(filter=filter))]

    def misfit(self, run: Document) -> str | None:
        """Return why a run's input does not fit its job any more, as the YAML is now; None where it does."""
        try:
            self._checked(run["job"], run["input"])
        except InvalidDocument as error:
            return "; ".join(f"{pointer} {message}" for pointer, message in error.errors.items())
        return None

    async def seen(self, jobs: Sequence[str]) -> dict[str, tuple[str, float]]:
        """Return of each job that has a mark its trigger, and the instant up to which that was seen to."""
        found = await self._store.get_many(TRIGGERS.name, jobs)
        marks = {id: record.document for id, record in found.items()}
        return {id: (mark["trigger"], epoch_s(mark["seenAt"])) for id, mark in marks.items()}

    def mark(self, job: str, *, trigger: str, until: float) -> Write:
        """Return the write which says that a job's trigger was seen to up to an instant."""
        now = timestamp(self._clock.now())
        mark = {
            "id": job, "trigger": trigger, "seenAt": timestamp(until),
            "createdAt": now, "updatedAt": now, "createdBy": None, "version": 1,
        }  # fmt: skip
        return Write(TRIGGERS.name, job, mark, expected=None)

    async def prune(self) -> int:
        """Delete the records of runs that ended more than RETENTION_S ago; return how many. For regular upkeep."""
        before = timestamp(self._clock.now() - RETENTION_S)
        pruned = 0
        oldest = (SortKey(("finishedAt",)), SortKey(("id",)))
        query = Query(filter=Compare(("finishedAt",), "$lt", before), sort=oldest, limit=PRUNE_BATCH)
        while old := await self._store.find(RUNS.name, query):
            await self._store.commit([Write(RUNS.name, run.id, None, expected=None) for run in old])
            pruned += len(old)
        return pruned

    async def _by_hand(self, id: str, change: Callable[[Document], Document | None]) -> Document:
        """Change a run that is nobody's to change but by compare-and-set; return what is stored then."""
        for _ in range(TRIES):
            run = await self.get(id)
            if run is None:
                raise NotFound(f"there is no run {id!r}; hookstream jobs runs shows which there are")
            changed = change(run)
            if changed is None:
                return run
            try:
                await self._store.commit([Write(RUNS.name, id, changed, expected=run["version"])])
            except VersionConflict:
                continue
            self._changed(id, changed)
            return changed
        raise Conflict(f"the run {id} changes too fast to be changed by hand; try again", code="run_busy")

    def _changed(self, id: str, run: Document | None) -> None:
        for callback in tuple(self._on_change):
            callback(id, run)

    def _checked(self, job: str, input: Mapping[str, Any]) -> tuple[JobSpec, dict[str, Any]]:
        edition = self._registry.current
        if self._inputs is None or self._inputs[0] != edition.number:
            self._inputs = edition.number, Inputs(edition.spec)
        inputs = self._inputs[1]
        return inputs.job(job), inputs.check(job, input)


def _matching(*, job: str | None, state: str | None, since: str | None, until: str | None) -> Filter:
    return all_of(
        Everything() if job is None else Compare(("job",), "$eq", job),
        Everything() if state is None else _state(state),
        Everything() if since is None else Compare(("queuedAt",), "$gte", since),
        Everything() if until is None else Compare(("queuedAt",), "$lt", until),
    )


def _state(state: str) -> Filter:
    return Compare(("state",), "$eq", state)
