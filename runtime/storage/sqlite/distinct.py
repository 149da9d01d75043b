"""The different values at a path."""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

import sqlite3
from typing import Any

from runtime.model.query import Compare, Filter, Path, Query, SortKey, all_of
from runtime.query.order import rank
from runtime.query.paths import MISSING
from runtime.storage.derive import reached
from runtime.storage.keys import value_of
from runtime.storage.layout import ID
from runtime.storage.sqlite.connection import snapshot
from runtime.storage.sqlite.plan import ask
from runtime.storage.sqlite.select import matching
from runtime.storage.sqlite.tables import Tables


def distinct(connection: sqlite3.Connection, tables: Tables, path: Path, filter: Filter) -> list[Any]:
    """Return the different values at a path, arrays unwound, in sort order; a missing path is none, null is one."""
    with snapshot(connection):
        asked = ask(tables, Query(filter=filter, sort=(SortKey(path), SortKey(ID))))
        source, where = asked.plan.source, asked.plan.where
        column = source.column(path)
        if column is None or not where.exact:
            return _collected(connection, tables, path, filter)
        sql = (
            f"SELECT DISTINCT {column} FROM {source.sql} WHERE ({where.sql}) AND {column} IS NOT NULL ORDER BY {column}"
        )
        present = [value_of(key) for (key,) in connection.execute(sql, asked.bindings(where))]
        return [*_nulls(connection, tables, path, filter), *present]


def _nulls(connection: sqlite3.Connection, tables: Tables, path: Path, filter: Filter) -> list[None]:
    """Return [None] where some document has null at a path: its key does not tell that from a missing one."""
    asked = ask(tables, Query(filter=all_of(filter, Compare(path, "$eq", None))))
    for _, document in matching(connection, asked):
        if None in list(reached(document, path)):
            return [None]
    return []


def _collected(connection: sqlite3.Connection, tables: Tables, path: Path, filter: Filter) -> list[Any]:
    found: dict[Any, Any] = {}
    for _, document in matching(connection, ask(tables, Query(filter=filter))):
        for value in reached(document, path):
            if value is not MISSING:
                found.setdefault(rank(value), value)
    return [found[place] for place in sorted(found)]
