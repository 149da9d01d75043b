"""One batch of writes, applied whole or not at all."""

from collections.abc import Sequence
from itertools import chain, groupby, islice
from typing import Any, Final

from runtime.model.change import Change
from runtime.model.document import Document
from runtime.model.errors import StoreConflict, Unavailable
from runtime.storage.mongo import changes
from runtime.storage.mongo.driver import Database, Session
from runtime.storage.mongo.names import from_stored
from runtime.storage.mongo.prepare import Effect, Prepared, already_exists, effect, not_unique, version_conflict
from runtime.storage.mongo.steps import Taken, Transient

ATTEMPTS: Final = 20
"""How often a batch is begun where another writer was in between and the batch takes whatever is there."""

_Key = tuple[str, str]
_Stored = dict[_Key, tuple[dict[str, Any], Document]]


async def in_transaction(database: Database, batch: Sequence[Prepared], *, at: str) -> list[Change]:
    """Apply the writes in one transaction; return the records of logged collections.

    Raises StoreConflict for the first write that cannot be applied.
    """

    async def run(session: Session) -> list[Change]:
        effects, conflict = _effects(batch, await _stored(database, batch, session), at)
        await _write(database, effects, session)
        if conflict is not None:
            raise conflict
        return await changes.append(database, _records(effects), session=session)

    try:
        return await database.transaction(run)
    except _TakenBy as taken:
        raise await _conflict(database, taken.prepared, taken.fields) from taken


class Apart(Exception):
    """One of several batches cannot be applied, which came out too late for the others; `place` is its place."""

    def __init__(self, place: int) -> None:
        super().__init__(f"batch {place}")
        self.place = place


async def together(database: Database, batches: Sequence[Sequence[Prepared]], *, at: str) -> list[list[Change] | None]:
    """Apply batches that write different documents in one transaction; return the records of each.

    None stands for a batch that cannot be applied, of which nothing was done. Raises Apart, and TooLarge, with nothing
    done at all.
    """

    async def run(session: Session) -> list[list[Change] | None]:
        stored = await _stored(database, list(chain.from_iterable(batches)), session)
        found = [_effects(batch, stored, at) for batch in batches]
        effects = [each for some, conflict in found if conflict is None for each in some]
        await _write(database, effects, session)
        records = iter(await changes.append(database, _records(effects), session=session))
        return [
            None if conflict is not None else list(islice(records, len(_records(some)))) for some, conflict in found
        ]

    try:
        return await database.transaction(run)
    except _TakenBy as taken:
        place = next(place for place, batch in enumerate(batches) if any(each is taken.prepared for each in batch))
        raise Apart(place) from taken


async def one_by_one(database: Database, batch: Sequence[Prepared], *, at: str) -> list[Change]:
    """Apply the writes one after another, each by compare-and-set; return the records of logged collections.

    Raises StoreConflict for the first write that cannot be applied, after those before it have been undone, where
    nobody has built upon them.
    """
    for _ in range(ATTEMPTS):
        effects, conflict = _effects(batch, await _stored(database, batch, None), at)
        for record in _records(effects):
            changes.check(record)
        failed = await _apply(database, effects, conflict)
        if failed is None:
            return await changes.append(database, _records(effects))
        if isinstance(failed, StoreConflict):
            raise failed
    raise Unavailable("others write the same documents all the time; try again")


async def _apply(database: Database, effects: list[Effect], conflict: StoreConflict | None) -> Exception | None:
    """Take the steps; return what stands against it, with all steps undone: Transient means to begin again."""
    for position, each in enumerate(effects):
        try:
            is_done = await database.write(each.prepared.kept.name, [each.step])
        except Taken as taken:
            await _undo(database, effects[:position])
            if _is_passing(each.prepared, taken.fields):
                return Transient()
            return await _conflict(database, each.prepared, taken.fields)
        if not is_done:
            await _undo(database, effects[:position])
            return await _overtaken(database, each.prepared)
    if conflict is not None:
        await _undo(database, effects)
    return conflict


async def _undo(database: Database, effects: list[Effect]) -> None:
    for each in reversed(effects):
        await database.write(each.prepared.kept.name, [each.undo])


async def _overtaken(database: Database, prepared: Prepared) -> Exception:
    if prepared.write.expected is None:
        return Transient()
    found = await database.first(prepared.kept.name, {"_id": prepared.write.id})
    return version_conflict(prepared.write, 0 if found is None else int(found["version"]))


class _TakenBy(Exception):
    def __init__(self, prepared: Prepared, fields: tuple[str, ...]) -> None:
        super().__init__(prepared.write.id)
        self.prepared = prepared
        self.fields = fields


async def _stored(database: Database, batch: Sequence[Prepared], session: Session) -> _Stored:
    """Return what is stored under the ids of a batch, those of plain creates left aside."""
    wanted: dict[str, list[Prepared]] = {}
    for prepared in batch:
        if not prepared.is_blind:
            wanted.setdefault(prepared.kept.name, []).append(prepared)
    found: _Stored = {}
    for name, some in wanted.items():
        asked = {"_id": {"$in": [prepared.write.id for prepared in some]}}
        async for documents in database.batches(name, asked, session=session):
            found.update(((name, stored["_id"]), (stored, from_stored(dict(stored)))) for stored in documents)
    return found


def _effects(batch: Sequence[Prepared], stored: _Stored, at: str) -> tuple[list[Effect], StoreConflict | None]:
    """Return what the writes do, up to the first of which it is known that it cannot be applied."""
    effects: list[Effect] = []
    for prepared in batch:
        there, before = stored.get((prepared.kept.name, prepared.write.id), (None, None))
        try:
            found = effect(prepared, there, before, at=at)
        except StoreConflict as conflict:
            return effects, conflict
        if found is not None:
            effects.append(found)
    return effects, None


def _records(effects: Sequence[Effect]) -> list[Change]:
    return [each.change for each in effects if each.prepared.kept.layout.logged]


async def _write(database: Database, effects: Sequence[Effect], session: Session) -> None:
    for name, group in groupby(effects, key=lambda each: each.prepared.kept.name):
        some = list(group)
        try:
            done = await database.write(name, [each.step for each in some], session=session)
        except Taken as taken:
            prepared = some[taken.position].prepared
            if _is_passing(prepared, taken.fields):
                raise Transient from taken
            raise _TakenBy(prepared, taken.fields) from taken
        if done != len(some):
            raise Transient


def _is_passing(prepared: Prepared, fields: tuple[str, ...]) -> bool:
    """Whether a document has come into being that the write would have taken as it is, had it known."""
    return fields == ("_id",) and not prepared.is_blind


async def _conflict(database: Database, prepared: Prepared, fields: tuple[str, ...]) -> StoreConflict:
    """Return what a taken value means. That the document is there comes first: so a repeated create says so."""
    write = prepared.write
    if prepared.is_blind and (
        fields == ("_id",) or await database.first(prepared.kept.name, {"_id": write.id}) is not None
    ):
        return already_exists(write)
    return not_unique(write, prepared.kept, fields)
