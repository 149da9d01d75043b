"""The log of what was committed, written in the transaction of the documents themselves."""

from sqlite3 import Connection, Cursor
from typing import Any, Final

import orjson

from runtime.model.change import Change, Op

CREATE: Final = (
    "CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, "
    "op TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, by TEXT, before TEXT, after TEXT) STRICT"
)
"""AUTOINCREMENT, because a number must not be given out again once its record is pruned."""

PRUNE_ROWS: Final = 1000
"""How many records one transaction deletes, so that writers in between wait for milliseconds only."""

_INSERT: Final = (
    "INSERT INTO changes (collection, id, op, version, at, by, before, after) "
    "VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))"
)
_SELECT: Final = (
    "SELECT seq, collection, id, op, version, at, by, CAST(before AS BLOB), CAST(after AS BLOB) "
    "FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"
)
_PRUNE: Final = "DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE at < ? ORDER BY seq LIMIT ?)"


def append(cursor: Cursor, change: Change, *, before: bytes | None, after: bytes | None) -> Change:
    """Write a record, whose `seq` is not known yet; return it with the number it got. The texts are its documents'."""
    cursor.execute(
        _INSERT,
        (change.collection, change.id, change.op.value, change.version, change.at, change.by, before, after),
    )
    return Change(
        seq=int(cursor.lastrowid or 0),
        collection=change.collection,
        id=change.id,
        op=change.op,
        version=change.version,
        at=change.at,
        by=change.by,
        before=change.before,
        after=change.after,
    )


def read(connection: Connection, since: int, limit: int) -> list[Change]:
    """Return the records behind `since`, in commit order."""
    return [
        Change(
            seq=seq,
            collection=collection,
            id=id,
            op=Op(op),
            version=version,
            at=at,
            by=by,
            before=_document(before),
            after=_document(after),
        )
        for seq, collection, id, op, version, at, by, before, after in connection.execute(_SELECT, (since, limit))
    ]


def last_seq(connection: Connection) -> int:
    """Return the number of the newest record, 0 where there is none."""
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()
    return int(seq)


def prune(connection: Connection, before: str) -> int:
    """Delete the oldest records from before a timestamp, PRUNE_ROWS at most; return how many."""
    return connection.execute(_PRUNE, (before, PRUNE_ROWS)).rowcount


def _document(text: bytes | None) -> Any:
    return orjson.loads(text) if text is not None else None
