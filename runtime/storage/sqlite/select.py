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
from runtime.model.errors import InvalidQuery
from runtime.model.query import In, Query, all_of
from runtime.query.match import matcher
from runtime.query.order import is_after, sort_key
from runtime.storage.layout import ID
from runtime.storage.sqlite.connection import snapshot
from runtime.storage.sqlite.filters import Condition
from runtime.storage.sqlite.plan import Plan, plan
from runtime.storage.sqlite.record import SqliteRecord
from runtime.storage.sqlite.tables import Tables

SORT_LIMIT: Final = 100_000
"""How many rows are held to sort them by a path that has no key: some tens of megabytes."""

CHUNK_ROWS: Final = 256
CHUNK_BYTES: Final = 4 * 1024 * 1024
"""What `take` reads at once, one document at least. Arbitrary."""

IDS_AT_ONCE: Final = 500
"""Ids in one statement; SQLite's limit on bound values is 32,766 in its default build."""


def get(connection: sqlite3.Connection, tables: Tables, id: str) -> SqliteRecord | None:
    """Return one document."""
    found = connection.execute(tables.select_one, (id,)).fetchone()
    return SqliteRecord(*found) if found is not None else None


def get_many(connection: sqlite3.Connection, tables: Tables, ids: Sequence[str]) -> dict[str, SqliteRecord]:
    """Return the documents that exist, by id."""
    found: dict[str, SqliteRecord] = {}
    with snapshot(connection):
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = plan(tables, Query(filter=In(ID, tuple(ids[start : start + IDS_AT_ONCE]))))
            found.update({record.id: record for record in _records(connection, some)})
    return found


def find(connection: sqlite3.Connection, tables: Tables, query: Query) -> list[SqliteRecord]:
    """Return the documents of a query. Raises InvalidQuery beyond SORT_LIMIT."""
    made = plan(tables, query)
    if made.is_single:
        return list(_exactly(connection, made))
    with snapshot(connection):
        return list(_records(connection, made))


def take(connection: sqlite3.Connection, tables: Tables, query: Query) -> tuple[list[SqliteRecord], bool]:
    """Return the first documents of a query, as many as make a chunk, and whether these are all."""
    limit = CHUNK_ROWS if query.limit is None else min(query.limit, CHUNK_ROWS)
    made = plan(tables, replace(query, limit=limit))
    taken: list[SqliteRecord] = []
    size = 0
    with snapshot(connection), closing(_records(connection, made)) as records:
        for record in records:
            taken.append(record)
            size += len(record.text)
            if size >= CHUNK_BYTES:
                return taken, False
    return taken, len(taken) < limit or len(taken) == query.limit


def is_keyed(tables: Tables, query: Query) -> bool:
    """Return whether SQLite has keys for a query's order, so that `take` can go on behind a cursor."""
    return plan(tables, query).order is not None


def ids(connection: sqlite3.Connection, tables: Tables, query: Query) -> list[str]:
    """Return the ids of a query's documents, in order. Raises InvalidQuery beyond SORT_LIMIT."""
    with snapshot(connection):
        return [record.id for record in _records(connection, plan(tables, query))]


def still(connection: sqlite3.Connection, tables: Tables, query: Query, ids: Sequence[str]) -> list[SqliteRecord]:
    """Return, in the order of the ids, those documents that match a query's filter and text now."""
    asked = Query(filter=all_of(query.filter, In(ID, tuple(ids))), text=query.text)
    found = {record.id: record for record in find(connection, tables, asked)}
    return [found[id] for id in ids if id in found]


def count(connection: sqlite3.Connection, tables: Tables, query: Query) -> int:
    """Return how many documents match a query's filter and text."""
    made = plan(tables, Query(filter=query.filter, text=query.text, sort=()))
    if made.where.exact:
        (number,) = connection.execute(made.total(), made.where.values).fetchone()
        return int(number)
    return sum(1 for _ in matching(connection, made))


def matching(connection: sqlite3.Connection, made: Plan) -> Iterator[tuple[int, Document]]:
    """Yield key and document of all that match the filter and the text of a plan's query, in no order."""
    matches = None if made.where.exact else matcher(made.query.filter)
    with closing(connection.execute(made.bodies(), made.where.values)) as rows:
        for key, body in rows:
            document: Document = orjson.loads(body)
            if matches is None or matches(document):
                yield key, document


def _records(connection: sqlite3.Connection, made: Plan) -> Generator[SqliteRecord]:
    if made.order is None:
        yield from _sorted(connection, made)
    elif made.where.exact:
        yield from _exactly(connection, made)
    else:
        stop = None if made.query.limit is None else made.query.offset + made.query.limit
        yield from islice(_filtered(connection, made), made.query.offset, stop)


def _exactly(connection: sqlite3.Connection, made: Plan) -> Iterator[SqliteRecord]:
    """SQLite alone decides."""
    left, skip = made.query.limit, made.query.offset
    for segment in made.segments:
        ahead, behind = (skip, 0) if made.is_single else (0, skip)
        limit = -1 if left is None else left + behind
        bindings = (*made.bindings(segment), limit, ahead)
        with closing(connection.execute(statement(connection, made, segment, bindings), bindings)) as rows:
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


def statement(connection: sqlite3.Connection, made: Plan, segment: Condition, bindings: tuple[object, ...]) -> str:
    """Return the statement for the records of a segment: a walk through an index, if SQLite means to go that way."""
    if made.source.is_ordered:
        walk = made.walk(segment)
        if made.tables.is_walk(connection, walk, bindings):
            return walk
    return made.page(segment)


def _filtered(connection: sqlite3.Connection, made: Plan) -> Iterator[SqliteRecord]:
    """SQLite finds and sorts what may match, the matcher decides; limit and offset are left aside."""
    matches = matcher(made.query.filter)
    for segment in made.segments:
        with closing(connection.execute(made.candidates(segment), made.bindings(segment))) as rows:
            for (key,) in rows:
                record = _by_key(connection, made.tables, key)
                if matches(record.document):
                    yield record


def _sorted(connection: sqlite3.Connection, made: Plan) -> Iterator[SqliteRecord]:
    """SQLite finds what may match, the matcher decides, Python sorts: for paths that have no key."""
    query = made.query
    place = sort_key(query.sort)
    is_behind = is_after(query.after, query.sort) if query.after is not None else None
    places = (
        (place(document), key)
        for key, document in matching(connection, made)
        if is_behind is None or is_behind(document)
    )
    stop = None if query.limit is None else query.offset + query.limit
    if stop is not None and stop <= SORT_LIMIT:
        ordered = heapq.nsmallest(stop, places)
    else:
        ordered = sorted(islice(places, SORT_LIMIT + 1))
        if len(ordered) > SORT_LIMIT:
            names = ", ".join(".".join(key.path) for key in query.sort)
            raise InvalidQuery(
                f"more than {SORT_LIMIT} documents would have to be sorted by {names} in memory; "
                "narrow the filter, set a limit, or sort by a field that the collection declares as a single value"
            )
    for _, key in ordered[query.offset : stop]:
        yield _by_key(connection, made.tables, key)


def _by_key(connection: sqlite3.Connection, tables: Tables, key: int) -> SqliteRecord:
    return SqliteRecord(*connection.execute(tables.select_by_key, (key,)).fetchone())
