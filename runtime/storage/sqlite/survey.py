"""What a file holds, counted: for people who look after it."""

# ruff: noqa: S608 - names in SQL are those of declared collections, quoted; every value is bound

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from runtime.model.ports import Survey, Tally
from runtime.storage.sqlite.tables import Tables

COUNTED: Final = 100_000
"""Up to how many rows are counted one by one, 3 ms of a reading thread; what is more is estimated."""


def survey(connection: Connection, collections: Iterable[Tables], path: Path | None) -> Survey:
    """Return what a connection's database holds; `path` None for one in memory."""
    return Survey(
        engine=f"SQLite {sqlite3.sqlite_version}",
        place=str(path) if path is not None else ":memory:",
        size_bytes=_sizes(connection, path),
        documents={tables.layout.collection: _rows(connection, tables) for tables in collections},
        changes=_changes(connection),
    )


def _sizes(connection: Connection, path: Path | None) -> dict[str, int]:
    if path is None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
        return {"memory": pages * page_bytes}
    return {"file": _size(path), "wal": _size(path.with_name(f"{path.name}-wal"))}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _rows(connection: Connection, tables: Tables) -> Tally:
    counting = f"SELECT count(*) FROM (SELECT 1 FROM {tables.keys} LIMIT {COUNTED + 1})"
    (number,) = connection.execute(counting).fetchone()
    if number <= COUNTED:
        return Tally(int(number))
    # The planner's statistics are as old as the last doubling; keys count up, so that the last one is an upper bound.
    (highest,) = connection.execute(f"SELECT max(key) FROM {tables.keys}").fetchone()
    found = connection.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = ?", (tables.keys_name,)).fetchone()
    known = int(found[0].split()[0]) if found is not None and found[0] else highest
    return Tally(max(COUNTED, min(highest, known)), exact=False)


def _changes(connection: Connection) -> Tally:
    # No number is left out, and the oldest are pruned first.
    (first,) = connection.execute("SELECT min(seq) FROM changes").fetchone()
    (last,) = connection.execute("SELECT max(seq) FROM changes").fetchone()
    return Tally(0 if first is None else int(last - first + 1))
