"""The log of what was committed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from runtime.model.change import Change, Op
from runtime.model.document import WRITE_LIMIT_BYTES
from runtime.model.errors import TooLarge
from runtime.storage.mongo.driver import Database, Session, encode
from runtime.storage.mongo.names import CATALOG, CHANGES
from runtime.storage.mongo.steps import Index, Insert

COUNTER: Final = "changes"
"""The document of the catalog that counts change records; no collection has such a name there."""

BY_TIME: Final = Index("hookstream:at", (("at", 1),))


async def append(database: Database, changes: Sequence[Change], *, session: Session = None) -> list[Change]:
    """Give the records their numbers and write them.

    Within a transaction the counter makes transactions wait for each other from here on, so that numbers grow in the
    order of commits. Raises TooLarge where a record, which has a document's old and new form, is too large for MongoDB.
    """
    if not changes:
        return []
    last = await database.increment(CATALOG, COUNTER, "seq", len(changes), session=session)
    first = last - len(changes) + 1
    numbered = [replace(change, seq=first + place) for place, change in enumerate(changes)]
    await database.write(CHANGES, [_insert(change, database.origin) for change in numbered], session=session)
    return numbered


async def read(database: Database, since: int, limit: int) -> list[Change]:
    """Return the records behind `since`, in commit order."""
    if limit <= 0:
        return []
    found: list[Change] = []
    async for batch in database.batches(CHANGES, {"_id": {"$gt": since}}, sort=[("_id", 1)], limit=limit):
        found.extend(map(_change, batch))
    return found


async def last_seq(database: Database) -> int:
    """Return the number of the newest record, 0 where there is none."""
    found = await database.first(CHANGES, {}, sort=[("_id", -1)])
    return 0 if found is None else int(found["_id"])


async def given_seq(database: Database) -> int:
    """Return the last number that a record was given, be it pruned since; 0 where there never was one."""
    counter = await database.first(CATALOG, {"_id": COUNTER})
    return 0 if counter is None else int(counter["seq"])


async def look(database: Database, since: int, upto: int) -> tuple[int, list[Change]]:
    """Return how many records there are behind `since` up to `upto`, and those that another store has written.

    Counted first: a record that comes between the two then is counted as missing, and looked for again.
    """
    span = {"_id": {"$gt": since, "$lte": upto}}
    kept = await database.count(CHANGES, span)
    others: list[Change] = []
    asked = {**span, "$nor": [{"origin": database.origin}]}
    async for batch in database.batches(CHANGES, asked, sort=[("_id", 1)]):
        others.extend(map(_change, batch))
    return kept, others


async def prune(database: Database, before: str) -> int:
    """Delete the records from before a timestamp; return how many."""
    return await database.delete(CHANGES, {"at": {"$lt": before}})


def check(change: Change) -> None:
    """Raise TooLarge where a record would be more than MongoDB holds."""
    _insert(change, 0)


def _insert(change: Change, origin: int) -> Insert:
    record: dict[str, Any] = {
        "_id": change.seq,
        "collection": change.collection,
        "id": change.id,
        "op": change.op.value,
        "version": change.version,
        "at": change.at,
        "by": change.by,
        "origin": origin,
        "before": change.before,
        "after": change.after,
    }
    body = encode(record)
    if len(body.raw) > WRITE_LIMIT_BYTES:
        raise TooLarge(
            f"the old and the new form of {change.collection}/{change.id} have {len(body.raw) / 2**20:.1f} MiB "
            f"together; MongoDB holds {WRITE_LIMIT_BYTES // 2**20} MiB of one change, split the document"
        )
    return Insert(str(change.seq), body)


def _change(record: dict[str, Any]) -> Change:
    return Change(
        seq=record["_id"],
        collection=record["collection"],
        id=record["id"],
        op=Op(record["op"]),
        version=record["version"],
        at=record["at"],
        by=record["by"],
        before=record["before"],
        after=record["after"],
    )
