"""Beginning runs: which are due, in which order, and that each is begun by one worker only."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from runtime.hooks.registry import Registry
from runtime.jobs import record
from runtime.jobs.record import RUNS
from runtime.model.change import Write
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document
from runtime.model.errors import Failure, NotUnique, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Compare, Filter, In, Not, Query, SortKey, all_of

MOST_BUSY: Final = 500
"""How many busy lanes one look passes by; arbitrary. What waits behind more of them waits until some are free."""

ORPHAN_S: Final = 30.0
"""How long a due run of an unknown job is left to other processes, which may have loaded a newer project."""


class Claim:
    """A run that a worker has begun and holds until its lease ends. Its changes come one after the other."""

    def __init__(self, store: Store, run: Document) -> None:
        self._store = store
        self._turn = asyncio.Lock()
        self.run = run
        self.on_change: Callable[[Document], None] = _ignore
        """Told of each record that was stored."""

    @property
    def lease_until(self) -> float:
        """When the lease ends, in epoch seconds."""
        return epoch_s(self.run["leaseUntil"])

    async def change(self, next: Callable[[Document], Document]) -> None:
        """Store the record that `next` makes of the present one.

        What somebody else may change meanwhile is that the run shall be cancelled; then `next` is called again. Raises
        VersionConflict where the lease has ended and somebody else has the run, Unavailable.
        """
        async with self._turn:
            while True:
                run = next(self.run)
                try:
                    await self._store.commit([Write(RUNS.name, run["id"], run, expected=self.run["version"])])
                except VersionConflict:
                    if not await self._follow():
                        raise
                else:
                    self.run = run
                    self.on_change(run)
                    return

    async def _follow(self) -> bool:
        """Read the record anew; whether it is still of this claim."""
        found = await self._store.get(RUNS.name, self.run["id"])
        held = ("state", "worker", "attempt")
        if found is None or any(found.document[name] != self.run[name] for name in held):
            return False
        self.run = found.document
        return True


@dataclass(slots=True)
class Claims:
    """What one look at the ledger gave.

    Runs that were begun, records of runs that ended without having been begun, how many of those begun were taken over
    from a worker that died, and when the next run is due: None where that is not known.
    """

    begun: list[Claim] = field(default_factory=list)
    ended: list[Document] = field(default_factory=list)
    taken_over: int = 0
    next_due: float | None = None


Taken = Claim | Document | Literal["busy", "gone"]
"""A claim; the record of a run that has ended; its lane is busy; or another worker was quicker."""


class Claiming:
    """Takes runs out of a ledger for one worker. Any number of them may work on one store."""

    def __init__(self, store: Store, registry: Registry, clock: Clock, *, worker: str, lease_s: float) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._worker = worker
        self._lease_s = lease_s
        self._claims = Claims()

    async def claim(self, limit: int, *, lost: bool) -> Claims:
        """Begin up to `limit` runs: with `lost` those whose lease has expired, then what is due.

        Of that, a higher priority comes first, then what has been due for longer. Raises Unavailable where nothing was
        begun or ended before the store went away.
        """
        try:
            if lost:
                await self._claim_lost(limit)
            await self._claim_due(limit)
        except Failure:
            # What was begun or ended must not get lost; a store that is away will say so again at the next look.
            if not (self._claims.begun or self._claims.ended):
                raise
        return self._claims

    async def _claim_lost(self, limit: int) -> None:
        now = timestamp(self._clock.now())
        expired = all_of(_state(record.RUNNING), Compare(("leaseUntil",), "$lte", now))
        await self._take_all(await self._oldest(expired, "leaseUntil", limit))
        self._claims.taken_over = len(self._claims.begun)

    async def _claim_due(self, limit: int) -> None:
        now = self._clock.now()
        busy: set[str] = set()
        for priority in record.PRIORITIES:
            if len(self._claims.begun) < limit:
                await self._claim_priority(priority, limit, now, busy)

    async def _claim_priority(self, priority: str, limit: int, now: float, busy: set[str]) -> None:
        """Begin what is due of one priority; `busy` are lanes that are known to be so, and grows."""
        while (free := limit - len(self._claims.begun)) > 0 and len(busy) < MOST_BUSY:
            filters = [_state(record.QUEUED), Compare(("priority",), "$eq", priority)]
            if busy:
                filters.append(Not(In(("lane",), tuple(sorted(busy)))))
            found = await self._oldest(all_of(*filters), "dueAt", free + 1)
            due = [run for run in found if epoch_s(run["dueAt"]) <= now]
            if len(due) < len(found):
                self._is_due(epoch_s(found[len(due)]["dueAt"]))
            if not due:
                break
            orphans = {run["lane"] for run in due if self._may_be_of_a_newer_project(run, now)}
            ours = [run for run in due if run["lane"] not in orphans]
            busy |= orphans | await self._take_all(ours[:free])
            if len(found) <= free:
                break

    def _is_due(self, at: float) -> None:
        earliest = self._claims.next_due
        self._claims.next_due = at if earliest is None else min(earliest, at)

    async def _oldest(self, filter: Filter, order: str, limit: int) -> list[Document]:
        query = Query(filter=filter, sort=(SortKey((order,)), SortKey(("id",))), limit=limit)
        return [found.document for found in await self._store.find(RUNS.name, query)]

    def _may_be_of_a_newer_project(self, run: Document, now: float) -> bool:
        return run["job"] not in self._registry.current.spec.job and now < epoch_s(run["dueAt"]) + ORPHAN_S

    async def _take_all(self, runs: Sequence[Document]) -> set[str]:
        """Try to begin runs; return the lanes that are busy."""
        single: list[Document] = []
        together: list[Document] = []
        for run in runs:
            (single if run["cancelAt"] or self._places(run) is not None else together).append(run)
        if not await self._begin_together(together):
            single += together
        lanes: dict[str, list[Document]] = {}
        for run in single:
            lanes.setdefault(run["lane"], []).append(run)
        results = await asyncio.gather(*map(self._take_in_turn, lanes.values()), return_exceptions=True)
        busy: set[str] = set()
        for result in results:
            if isinstance(result, BaseException):
                raise result
            busy |= result
        return busy

    async def _take_in_turn(self, runs: Sequence[Document]) -> set[str]:
        """Try to begin runs of one lane: of those who want one place, who has waited for longest gets it.

        Returns the lane where it is busy.
        """
        busy: set[str] = set()
        for run in runs:
            match await self._take(run):
                case Claim() as claim:
                    self._claims.begun.append(claim)
                case dict() as ended:
                    self._claims.ended.append(ended)
                case "busy":
                    busy.add(run["lane"])
        return busy

    def _places(self, run: Document) -> Sequence[str] | None:
        """Return the slots of which a run needs one; None where it needs none."""
        if run["slot"]:
            return (run["slot"],)
        spec = self._registry.current.spec.job.get(run["job"])
        return None if spec is None else record.places_of(spec, run["lane"])

    async def _begin_together(self, runs: Sequence[Document]) -> bool:
        """Begin runs that need no slot, in one commit; whether that was possible: otherwise each is to be tried."""
        if not runs:
            return True
        begun = [self._begun(run, None) for run in runs]
        writes = [
            Write(RUNS.name, run["id"], run, expected=before["version"])
            for run, before in zip(begun, runs, strict=True)
        ]
        try:
            await self._store.commit(writes)
        except VersionConflict:
            return False
        self._claims.begun += [Claim(self._store, run) for run in begun]
        return True

    def _begun(self, run: Document, slot: str | None) -> Document:
        now = self._clock.now()
        return record.begun(run, worker=self._worker, now=now, lease_until=now + self._lease_s, slot=slot)

    async def _take(self, run: Document) -> Taken:
        if run["cancelAt"]:
            return await self._end(run, lambda run, now: record.cancelled(run, now=now, by=run["cancelBy"]))
        places = self._places(run)
        for slot in (None,) if places is None else await self._free(places):
            claim = Claim(self._store, run)
            begun = self._begun(run, slot)
            try:
                await self._store.commit([Write(RUNS.name, run["id"], begun, expected=run["version"])])
            except VersionConflict:
                return "gone"
            except NotUnique:
                continue
            claim.run = begun
            return claim
        spec = self._registry.current.spec.job.get(run["job"])
        if spec is not None and record.overlap_of(spec) == "skip" and run["attempt"] == 0:
            return await self._end(run, lambda run, now: record.skipped(run, now=now))
        return "busy"

    async def _free(self, places: Sequence[str]) -> Sequence[str]:
        """Return the places that nobody had a moment ago. A single one is simply tried."""
        if len(places) == 1:
            return places
        query = Query(filter=In(("slot",), tuple(places)), limit=len(places))
        taken = {found.document["slot"] for found in await self._store.find(RUNS.name, query)}
        return [place for place in places if place not in taken]

    async def _end(self, run: Document, end: Callable[[Document, float], Document]) -> Taken:
        ended = end(run, self._clock.now())
        try:
            await self._store.commit([Write(RUNS.name, run["id"], ended, expected=run["version"])])
        except VersionConflict:
            return "gone"
        return ended


def _ignore(_run: Document) -> None:
    """Let a change pass."""


def _state(state: str) -> Filter:
    return Compare(("state",), "$eq", state)
