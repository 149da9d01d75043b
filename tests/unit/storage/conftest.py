"""Collections as their YAML would make them, and a database below the port: one connection, no threads."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from runtime.model.change import Change, Write
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType, IndexSpec
from runtime.storage.sqlite.catalog import Catalog
from runtime.storage.sqlite.changes import Stamp
from runtime.storage.sqlite.connection import Place, transaction
from runtime.storage.sqlite.ensure import ensure
from runtime.storage.sqlite.tables import Tables
from runtime.storage.sqlite.write import apply, prepare

SOURCE = Source("collections/things.yml", 3, 5)


def make_field(name: str, type: FieldType, **more: Any) -> FieldSpec:
    return FieldSpec(name=name, type=type, source=SOURCE, **more)


def make_collection(name: str, *fields: FieldSpec, indexes: Sequence[str] = (), **more: Any) -> CollectionSpec:
    compound = tuple(
        IndexSpec(tuple((key.removeprefix("-"), key.startswith("-")) for key in text.split(",")), SOURCE)
        for text in indexes
    )
    return CollectionSpec(name=name, source=SOURCE, fields=fields, indexes=compound, **more)


class Bench:
    """A database in memory, used from one thread."""

    def __init__(self) -> None:
        self.connection: sqlite3.Connection = Place(None).create()
        self.catalog = Catalog()

    def ensure(self, *specs: CollectionSpec) -> list[str]:
        with transaction(self.connection):
            report = ensure(self.connection, specs)
        self.catalog.refresh(self.connection)
        return report

    def tables(self, collection: str) -> Tables:
        return self.catalog[collection]

    def commit(self, *writes: Write) -> list[Change]:
        batch = [prepare(write, self.tables(write.collection)) for write in writes]
        with transaction(self.connection):
            return apply(self.connection, batch, look=self.tables, stamp=Stamp("2026-01-15T10:30:00.000Z", 1))

    def put(self, collection: str, document: dict[str, Any]) -> None:
        self.commit(Write(collection, document["id"], document, expected=None))

    def rows(self, sql: str, *values: Any) -> list[Any]:
        return self.connection.execute(sql, values).fetchall()

    def derived(self, collection: str) -> dict[str, list[Any]]:
        """Return what the derived tables hold, by ids instead of row numbers, sorted."""
        tables = self.tables(collection)
        ids = dict(self.rows(f"SELECT key, id FROM {tables.keys}"))
        assert ids == dict(self.rows(f"SELECT key, id FROM {tables.documents}"))
        columns = "".join(f', "{name}"' for name in tables.layout.columns.values())
        found = {"keys": [repr(row) for row in self.rows(f"SELECT id{columns} FROM {tables.keys}")]}
        for table in tables.arrays.values():
            found[table] = [repr((ids[key], *row)) for key, *row in self.rows(f"SELECT * FROM {table}")]
        if tables.layout.text:
            self.connection.execute(
                f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, {tables.text}, instance)"
            )
            words = self.rows("SELECT term, doc, col, offset FROM temp.vocabulary")
            found["text"] = [repr((term, ids[key], column, place)) for term, key, column, place in words]
            self.connection.execute("DROP TABLE temp.vocabulary")
        return {name: sorted(rows) for name, rows in found.items()}

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def field() -> Callable[..., FieldSpec]:
    """Make a field as the YAML would."""
    return make_field


@pytest.fixture
def collection() -> Callable[..., CollectionSpec]:
    """Make a collection as the YAML would; indexes as "status,-publishedAt"."""
    return make_collection


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A database in memory, below the port."""
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def new_bench() -> Callable[[], Bench]:
    """Make a database in memory for each example of a property; the caller closes it."""
    return Bench
