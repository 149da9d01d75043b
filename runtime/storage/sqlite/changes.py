"""The log of what was committed, written in the transaction of the documents themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Cursor
from typing import Any, Final

import orjson

from runtime.model.change import Change, Op, Write
from runtime.model.document import Document
from runtime.storage.sqlite.insert import Insert

CREATE: Final = (
    "CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, id TEXT NOT NULL, "
    "op TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, origin INTEGER NOT NULL, by TEXT, "
    "before TEXT, after TEXT) STRICT"
)
"""AUTOINCREMENT, because a number must not be given out again once its record is pruned; so no number is left out."""

PRUNE_ROWS: Final = 1000
"""How many records one transaction looks at, so that writers in between wait for milliseconds only."""

_INSERT: Final = Insert(
    "changes (collection, id, op, version, at, origin, by, before, after)",
    "(?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))",
)
_RECORD: Final = "seq, collection, id, op, version, at, by, CAST(before AS BLOB), CAST(after AS BLOB)"
_SELECT: Final = f"SELECT {_RECORD} FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
_SELECT_OTHERS: Final = f"SELECT {_RECORD} FROM changes WHERE seq > ? AND seq <= ? AND origin <> ? ORDER BY seq"  # noqa: S608
_PRUNE: Final = "DELETE FROM changes WHERE seq > ? AND seq <= ? AND at < ?"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What records of one transaction share: when it was, and a number that stands for the store that wrote them."""

    at: str
    origin: int


@dataclass(slots=True)
class Entry:
    """A record that has no number yet. The texts are its documents'."""

    write: Write
    op: Op
    version: int
    before: Document | None
    before_text: bytes | None
    after_text: bytes | None


def append(cursor: Cursor, entries: Sequence[Entry], stamp: Stamp) -> list[Change]:
    """Write records; return them with the numbers they got, which follow one another."""
    if not entries:
        return []
    at, origin = stamp.at, stamp.origin
    rows = [
        (e.write.collection, e.write.id, e.op.value, e.version, at, origin, e.write.by, e.before_text, e.after_text)
        for e in entries
    ]
    _INSERT.put(cursor, rows)
    first = int(cursor.lastrowid or 0) - len(entries) + 1
    return [
        Change(seq, e.write.collection, e.write.id, e.op, e.version, at, e.write.by, e.before, e.write.document)
        for seq, e in enumerate(entries, first)
    ]


def read(connection: Connection, since: int, limit: int) -> list[Change]:
    """Return the records behind `since`, in commit order."""
    return [_change(*row) for row in connection.execute(_SELECT, (since, limit))]


def look(connection: Connection, since: int, upto: int, origin: int) -> tuple[int, list[Change]]:
    """Return how many records there are behind `since` up to `upto`, and those that another store has written."""
    others = [_change(*row) for row in connection.execute(_SELECT_OTHERS, (since, upto, origin))]
    (kept,) = connection.execute("SELECT count(*) FROM changes WHERE seq > ? AND seq <= ?", (since, upto)).fetchone()
    return int(kept), others


def last_seq(connection: Connection) -> int:
    """Return the number of the newest record, 0 where there is none."""
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()
    return int(seq)


def given_seq(connection: Connection) -> int:
    """Return the last number that a record was given, be it pruned since; 0 where there never was one."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return 0 if found is None else int(found[0])


def prune(connection: Connection, before: str, since: int) -> tuple[int, int]:
    """Delete those of the next PRUNE_ROWS records behind `since` that are from before a timestamp.

    Returns how many, and the number to go on from. Where nothing was old enough the rest is not either, as long as the
    clocks of those who write differ by less than it takes to write so many records.
    """
    step = "SELECT max(seq) FROM (SELECT seq FROM changes WHERE seq > ? ORDER BY seq LIMIT ?)"
    (upto,) = connection.execute(step, (since, PRUNE_ROWS)).fetchone()
    if upto is None:
        return 0, since
    return connection.execute(_PRUNE, (since, upto, before)).rowcount, upto


def _change(
    seq: int, collection: str, id: str, op: str, version: int, at: str, by: str | None, before: Any, after: Any
) -> Change:
    return Change(seq, collection, id, Op(op), version, at, by, _document(before), _document(after))


def _document(text: bytes | None) -> Any:
    return orjson.loads(text) if text is not None else None
