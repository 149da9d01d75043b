"""Answers to queries, on one connection. Every function sees one state of the database."""

import heapq
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import Final

import orjson

from runtime.model.document import Document
from runtime.model.query import Compare, Cursor, Query, all_of
from runtime.query.match import matcher
from runtime.query.order import is_after, sort_key
from runtime.storage import sorting
from runtime.storage.keys import Key, value_of
from runtime.storage.layout import ID
from runtime.storage.sqlite.connection import snapshot
from runtime.storage.sqlite.plan import Asked, ask
from runtime.storage.sqlite.record import SqliteRecord
from runtime.storage.sqlite.tables import Tables

CHUNK_ROWS: Final = 256
CHUNK_BYTES: Final = 4 * 1024 * 1024
"""What `take` reads at once, one document at least. Arbitrary."""

IDS_AT_ONCE: Final = 512
"""Ids in one statement, a power of two; SQLite's limit on bound values is 32,766 in its default build."""

SHORT: Final = 100
"""Rows, ids or values that a short read may have."""


def get(connection: sqlite3.Connection, tables: Tables, id: str) -> SqliteRecord | None:
    """Return one document."""
    found = connection.execute(tables.select_one, (id,)).fetchone()
    return SqliteRecord(*found) if found is not None else None


def get_many(connection: sqlite3.Connection, tables: Tables, ids: Sequence[str]) -> dict[str, SqliteRecord]:
    """Return the documents that exist, by id; all of one moment."""
    if len(ids) <= IDS_AT_ONCE:
        return _get_some(connection, tables, ids)
    found: dict[str, SqliteRecord] = {}
    with snapshot(connection):
        for start in range(0, len(ids), IDS_AT_ONCE):
            found.update(_get_some(connection, tables, ids[start : start + IDS_AT_ONCE]))
    return found


def _get_some(connection: sqlite3.Connection, tables: Tables, ids: Sequence[str]) -> dict[str, SqliteRecord]:
    if not ids:
        return {}
    # the next power of two, so that ten statements serve all numbers of ids
    count = 1 << (len(ids) - 1).bit_length()
    rows = connection.execute(tables.select_many(count), [*ids, *[ids[-1]] * (count - len(ids))])
    return {row[0]: SqliteRecord(*row) for row in rows}


def find(connection: sqlite3.Connection, tables: Tables, query: Query) -> list[SqliteRecord]:
    """Return the documents of a query. Raises InvalidQuery beyond SORT_LIMIT."""
    return answer(ask(tables, query), connection)


def answer(asked: Asked, connection: sqlite3.Connection) -> list[SqliteRecord]:
    """Return the documents of a question. Raises InvalidQuery beyond SORT_LIMIT."""
    plan, query = asked.plan, asked.query
    if plan.is_single:
        bindings = (*asked.bindings(plan.where, plan.segments[0]), _limit(query.limit), query.offset)
        rows = connection.execute(plan.records(connection, 0, bindings), bindings)
        return [SqliteRecord(*row) for row in rows]
    with snapshot(connection):
        return list(_records(connection, asked))


def is_short(asked: Asked) -> bool:
    """Return whether `answer` may be quick, and can be interrupted where it is not: SQLite decides, few rows come.

    FTS5 looks everything up in one step.
    """
    query, plan = asked.query, asked.plan
    is_small = query.limit is not None and query.limit <= SHORT and len(asked.values) <= SHORT
    return is_small and query.text is None and plan.order is not None and plan.where.exact


def is_short_total(asked: Asked) -> bool:
    """Return whether `total` may be quick, and can be interrupted where it is not.

    Rows without any condition are counted in one step.
    """
    where = asked.plan.where
    return asked.query.text is None and where.exact and where.sql != "1" and len(asked.values) <= SHORT


def take(connection: sqlite3.Connection, tables: Tables, query: Query) -> tuple[list[SqliteRecord], bool]:
    """Return the first documents of a query, as many as make a chunk, and whether these are all."""
    limit = CHUNK_ROWS if query.limit is None else min(query.limit, CHUNK_ROWS)
    taken: list[SqliteRecord] = []
    size = 0
    with snapshot(connection), closing(_records(connection, ask(tables, replace(query, limit=limit)))) as records:
        for record in records:
            taken.append(record)
            size += len(record.text)
            if size >= CHUNK_BYTES:
                return taken, False
    return taken, len(taken) < limit or len(taken) == query.limit


def is_walk(connection: sqlite3.Connection, tables: Tables, query: Query) -> bool:
    """Return whether an index has a query's order, so that `take` goes on behind a cursor without sorting again."""
    asked = ask(tables, query)
    plan = asked.plan
    if plan.order is None:
        return False
    for number, segment in enumerate(plan.segments):
        bindings = (*asked.bindings(plan.where, segment), -1, 0)
        if plan.records(connection, number, bindings) != plan.walk(segment):
            return False
    return True


def places(connection: sqlite3.Connection, tables: Tables, query: Query) -> tuple[list[str], Cursor | None]:
    """Return ids of a query's documents in order, SORT_LIMIT at most, and behind which cursor there may be more.

    Raises InvalidQuery where Python would have to sort more than that.
    """
    asked = ask(tables, query)
    with snapshot(connection):
        if asked.plan.order is None:
            return [record.id for record in _sorted(connection, asked)], None
        limit = sorting.SORT_LIMIT if query.limit is None else min(query.limit, sorting.SORT_LIMIT)
        found = list(islice(_places(connection, asked), query.offset, query.offset + limit))
    ids = [id for id, _ in found]
    if len(ids) < limit or len(ids) == query.limit:
        return ids, None
    return ids, Cursor(tuple(value_of(key) for key in found[-1][1]))


def still(
    connection: sqlite3.Connection, tables: Tables, query: Query, ids: Sequence[str]
) -> tuple[list[SqliteRecord], int]:
    """Return, in the order of the ids, documents that match a query's filter and text now, as many as make a chunk.

    And how many of the ids were looked at for that.
    """
    taken: list[SqliteRecord] = []
    size = 0
    with snapshot(connection):
        for number, id in enumerate(ids, start=1):
            one = Query(filter=all_of(query.filter, Compare(ID, "$eq", id)), text=query.text)
            for record in _records(connection, ask(tables, one)):
                taken.append(record)
                size += len(record.text)
            if size >= CHUNK_BYTES:
                return taken, number
    return taken, len(ids)


def count(connection: sqlite3.Connection, tables: Tables, query: Query) -> int:
    """Return how many documents match a query's filter and text."""
    return total(ask(tables, counted(query)), connection)


def counted(query: Query) -> Query:
    """Return the question whose `total` is asked for with a query."""
    return Query(filter=query.filter, text=query.text, sort=())


def total(asked: Asked, connection: sqlite3.Connection) -> int:
    """Return how many documents match a question's filter and text."""
    plan = asked.plan
    if plan.where.exact:
        (number,) = connection.execute(plan.total(), asked.bindings(plan.where)).fetchone()
        return int(number)
    return sum(1 for _ in matching(connection, asked))


def matching(connection: sqlite3.Connection, asked: Asked) -> Iterator[tuple[int, Document]]:
    """Yield key and document of all that match the filter and the text of a question, in no order."""
    where = asked.plan.where
    matches = None if where.exact else matcher(asked.query.filter)
    with closing(connection.execute(asked.plan.bodies(), asked.bindings(where))) as rows:
        for key, body in rows:
            document: Document = orjson.loads(body)
            if matches is None or matches(document):
                yield key, document


def _records(connection: sqlite3.Connection, asked: Asked) -> Generator[SqliteRecord]:
    query = asked.query
    if asked.plan.order is None:
        yield from _sorted(connection, asked)
    elif asked.plan.where.exact:
        yield from _exactly(connection, asked)
    else:
        stop = None if query.limit is None else query.offset + query.limit
        yield from islice(_filtered(connection, asked), query.offset, stop)


def _exactly(connection: sqlite3.Connection, asked: Asked) -> Iterator[SqliteRecord]:
    """SQLite alone decides."""
    plan, left, skip = asked.plan, asked.query.limit, asked.query.offset
    for number, segment in enumerate(plan.segments):
        ahead, behind = (skip, 0) if plan.is_single else (0, skip)
        bindings = (*asked.bindings(plan.where, segment), -1 if left is None else left + behind, ahead)
        with closing(connection.execute(plan.records(connection, number, bindings), bindings)) as rows:
            for row in rows:
                if behind:
                    behind -= 1
                    skip -= 1
                    continue
                yield SqliteRecord(*row)
                if left is not None:
                    left -= 1
        if left == 0:
            return


def _limit(limit: int | None) -> int:
    return -1 if limit is None else limit


def _filtered(connection: sqlite3.Connection, asked: Asked) -> Iterator[SqliteRecord]:
    """SQLite finds and sorts what may match, the matcher decides; limit and offset are left aside."""
    matches = matcher(asked.query.filter)
    for key, _ in _candidates(connection, asked):
        record = _by_key(connection, asked.plan.tables, key)
        if matches(record.document):
            yield record


def _places(connection: sqlite3.Connection, asked: Asked) -> Iterator[tuple[str, tuple[Key, ...]]]:
    """Yield the ids of what matches and what it is sorted by, the id last."""
    if asked.plan.where.exact:
        for _, keys in _candidates(connection, asked):
            yield str(keys[-1]), keys
        return
    matches = matcher(asked.query.filter)
    for key, keys in _candidates(connection, asked):
        if matches(_by_key(connection, asked.plan.tables, key).document):
            yield str(keys[-1]), keys


def _candidates(connection: sqlite3.Connection, asked: Asked) -> Iterator[tuple[int, tuple[Key, ...]]]:
    plan = asked.plan
    for segment in plan.segments:
        with closing(connection.execute(plan.candidates(segment), asked.bindings(plan.where, segment))) as rows:
            for key, *keys in rows:
                yield key, tuple(keys)


def _sorted(connection: sqlite3.Connection, asked: Asked) -> Iterator[SqliteRecord]:
    """SQLite finds what may match, the matcher decides, Python sorts: for paths that have no key."""
    query, limit = asked.query, sorting.SORT_LIMIT
    place = sort_key(query.sort)
    is_behind = is_after(query.after, query.sort) if query.after is not None else None
    places = (
        (place(document), key)
        for key, document in matching(connection, asked)
        if is_behind is None or is_behind(document)
    )
    stop = None if query.limit is None else query.offset + query.limit
    if stop is not None and stop <= limit:
        ordered = heapq.nsmallest(stop, places)
    else:
        ordered = sorted(islice(places, limit + 1))
        if len(ordered) > limit:
            raise sorting.too_many(query.sort, limit)
    for _, key in ordered[query.offset : stop]:
        yield _by_key(connection, asked.plan.tables, key)


def _by_key(connection: sqlite3.Connection, tables: Tables, key: int) -> SqliteRecord:
    return SqliteRecord(*connection.execute(tables.select_by_key, (key,)).fetchone())
