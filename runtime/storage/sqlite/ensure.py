"""Makes a file fit the collections of the YAML, in one transaction that somebody else has begun and will end.

What a change needs is done and nothing else: an index is built or dropped, derived tables are filled again when their
columns change. Documents themselves are never touched; where they do not fit, nothing at all is changed.
"""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import orjson

from runtime.model.document import Document
from runtime.model.problem import Problem, ProjectInvalid, Source
from runtime.model.specs import CollectionSpec
from runtime.storage.derive import Misplaced, Row, derive
from runtime.storage.fit import fits
from runtime.storage.keys import Key, value_of
from runtime.storage.layout import Index, layout_of, problems
from runtime.storage.names import identifier, quoted
from runtime.storage.sqlite import catalog, rows
from runtime.storage.sqlite.tables import Tables

NAMED: Final = 5
"""How many documents a problem names."""


_Fill = Callable[[sqlite3.Cursor, int, str, Row], None]
"""Puts what is derived from one document, with this key and id, into a new table."""


def ensure(connection: sqlite3.Connection, specs: Sequence[CollectionSpec]) -> list[str]:
    """Make tables and indexes fit; return a line for each thing that was changed.

    Raises ProjectInvalid with all problems found; what was changed before is the caller's to undo.
    """
    stored = catalog.layouts(connection)
    found: list[Problem] = []
    report: list[str] = []
    is_changed = False
    prefixes = {layout.prefix for layout in stored.values()}
    for spec in specs:
        if spec.virtual:
            continue
        wrong = list(problems(spec))
        if wrong:
            found.extend(wrong)
            continue
        old = stored.get(spec.name)
        prefix = old.prefix if old is not None else identifier(spec.name.replace(":", "~"), prefixes)
        prefixes.add(prefix)
        new = layout_of(spec, prefix)
        if old == new:
            continue
        if old is None:
            _create(connection, Tables(new))
            report.append(f"{spec.name}: created")
        else:
            change = _Change(connection, spec, Tables(old), Tables(new))
            found.extend(change.apply())
            report.extend(f"{spec.name}: {line}" for line in change.report)
        catalog.save(connection, new)
        is_changed = True
    if found:
        raise ProjectInvalid(found)
    if is_changed:
        catalog.raise_generation(connection)
    return report


def _create(connection: sqlite3.Connection, tables: Tables) -> None:
    connection.execute(tables.create_documents)
    connection.execute(tables.create_keys)
    for index in tables.layout.indexes:
        connection.execute(tables.create_index(index))
    for index in tables.layout.arrays:
        for statement in tables.create_array(index):
            connection.execute(statement)
    if tables.layout.text:
        connection.execute(tables.create_text)
        connection.execute(tables.tune_text)


class _Change:
    """The way of one collection from how it lies to how it should. `report` grows while it is applied."""

    def __init__(self, connection: sqlite3.Connection, spec: CollectionSpec, old: Tables, new: Tables) -> None:
        self._connection = connection
        self._spec = spec
        self._old = old
        self._new = new
        self._is_anew = old.layout.revision != new.layout.revision
        self.report: list[str] = ["all documents indexed anew"] if self._is_anew else []

    def apply(self) -> list[Problem]:
        """Do what has to be done; return what stands against it."""
        found = list(self._misfits())
        if found:
            return found
        self._drop_indexes()
        fill = [*self._keys(), *self._arrays(), *self._text()]
        if fill:
            found = self._fill(fill)
        return found or self._add_indexes()

    def _misfits(self) -> Iterator[Problem]:
        """Documents whose values do not fit the type that a field has now."""
        before = self._old.layout.types
        changed = [
            (number, field)
            for number, field in enumerate(self._spec.fields)
            if before.get(field.name) != self._new.layout.types[field.name]
        ]
        if not changed:
            return
        bad: dict[int, list[str]] = {number: [] for number, _ in changed}
        for _, id, document in self._documents():
            for number, field in changed:
                if not fits(field, document.get(field.name)):
                    bad[number].append(id)
        for number, field in changed:
            if bad[number]:
                yield Problem(
                    field.source,
                    f"fields.{number}.type",
                    f"{field.name!r} of {self._spec.name!r} is not of type {field.type} in {_named(bad[number])}",
                    "Change these documents first, or keep the type they fit",
                )
            elif field.name in before:
                self.report.append(f"{field.name} is of type {field.type} now; all documents fit")

    def _keys(self) -> Iterator[_Fill]:
        """Add and drop columns; a new one is mostly empty, and the others stay as they are."""
        if self._is_anew:
            self._connection.execute(f"DROP TABLE {self._old.keys}")
            self._connection.execute(self._new.create_keys)
            yield self._put_keys
            return
        old, new = self._old.layout.columns.items(), self._new.layout.columns.items()
        dropped, added = old - new, sorted(new - old)
        for _, name in dropped:
            self._connection.execute(f"ALTER TABLE {self._new.keys} DROP COLUMN {quoted(name)}")
        for _, name in added:
            self._connection.execute(f"ALTER TABLE {self._new.keys} ADD COLUMN {quoted(name)} ANY")
        for word, columns in (("dropped", dropped), ("added", added)):
            if columns:
                names = ", ".join(sorted(".".join(path) for path, _ in columns))
                self.report.append(f"keys {word} for {names}")
        if added:
            yield partial(self._put_columns, [name for _, name in added])

    def _arrays(self) -> Iterator[_Fill]:
        old = {table: self._old.create_array(index) for index, table in self._old.arrays.items()}
        new = {table: self._new.create_array(index) for index, table in self._new.arrays.items()}
        for index, table in self._old.arrays.items():
            if old[table] != new.get(table):
                self.report.append(f"index on {_label(index)} dropped")
            elif not self._is_anew:
                continue
            self._connection.execute(f"DROP TABLE {table}")
        for index, table in self._new.arrays.items():
            if new[table] != old.get(table):
                self.report.append(f"index on {_label(index)} added")
            elif not self._is_anew:
                continue
            for statement in new[table]:
                self._connection.execute(statement)
            yield partial(self._put_array, index)

    def _text(self) -> Iterator[_Fill]:
        old, new = self._old.layout, self._new.layout
        if old.text == new.text and not self._is_anew:
            return
        if old.text != new.text:
            self.report.append(f"full text rebuilt over {', '.join(new.text)}" if new.text else "full text dropped")
        if old.text:
            self._connection.execute(f"DROP TABLE {self._old.text}")
        if new.text:
            self._connection.execute(self._new.create_text)
            self._connection.execute(self._new.tune_text)
            yield self._put_text

    def _put_keys(self, cursor: sqlite3.Cursor, key: int, id: str, row: Row) -> None:
        rows.insert_keys(cursor, self._new, key=key, id=id, row=row)

    def _put_columns(self, names: Sequence[str], cursor: sqlite3.Cursor, key: int, _: str, row: Row) -> None:
        keys = dict(zip(self._new.layout.columns.values(), row.keys, strict=True))
        values = [keys[name] for name in names]
        if any(value is not None for value in values):
            assignments = ", ".join(f"{quoted(name)} = ?" for name in names)
            cursor.execute(f"UPDATE {self._new.keys} SET {assignments} WHERE key = ?", (*values, key))

    def _put_array(self, index: Index, cursor: sqlite3.Cursor, key: int, id: str, row: Row) -> None:
        values = row.arrays[self._new.layout.arrays.index(index)]
        rows.insert_array(cursor, self._new, index, key=key, id=id, keys=row.keys, values=values)

    def _put_text(self, cursor: sqlite3.Cursor, key: int, _: str, row: Row) -> None:
        rows.insert_text(cursor, self._new, key=key, text=row.text)

    def _fill(self, fill: Sequence[_Fill]) -> list[Problem]:
        """Go once through all documents and put what is derived from them into the new tables."""
        cursor = self._connection.cursor()
        for key, id, document in self._documents():
            try:
                row = derive(self._new.layout, document)
            except Misplaced as error:
                return [self._misplaced(id, error)]
            for put in fill:
                put(cursor, key, id, row)
        return []

    def _misplaced(self, id: str, error: Misplaced) -> Problem:
        return Problem(
            self._spec.source,
            "fields",
            f"{error.pointer} of {self._spec.name}/{id} {error}",
            "Change the document first, or declare the field with a type that holds what is there",
        )

    def _drop_indexes(self) -> None:
        kept = {self._new.index_name(index) for index in self._new.layout.indexes}
        for index in self._old.layout.indexes:
            name = self._old.index_name(index)
            if name not in kept:
                self._connection.execute(f"DROP INDEX {name}")
                self.report.append(f"{_kind(index)} on {_label(index)} dropped")

    def _add_indexes(self) -> list[Problem]:
        had = {self._old.index_name(index) for index in self._old.layout.indexes}
        found: list[Problem] = []
        for index in self._new.layout.indexes:
            is_new = self._new.index_name(index) not in had
            if is_new or self._is_anew:
                duplicates = list(self._duplicates(index)) if index.unique else []
                found.extend(duplicates)
                if not duplicates:
                    self._connection.execute(self._new.create_index(index))
            if is_new:
                self.report.append(f"{_kind(index)} on {_label(index)} added")
        return found

    def _duplicates(self, index: Index) -> Iterator[Problem]:
        path = index.keys[0][0]
        column = self._new.key_column(path)
        twice = (
            f"SELECT {column} FROM {self._new.keys} WHERE {column} IS NOT NULL "
            f"GROUP BY {column} HAVING count(*) > 1 ORDER BY {column} LIMIT {NAMED}"
        )
        for (key,) in self._connection.execute(twice).fetchall():
            yield Problem(
                self._source_of(path[0]),
                f"fields.{'.'.join(path)}.unique",
                f"{'.'.join(path)!r} of {self._spec.name!r} cannot be unique: "
                f"{_value(key)} is in {_named(self._holders(column, key))}",
                "Change the value in all of these documents but one, or take `unique` away",
            )

    def _holders(self, column: str, key: Key) -> list[str]:
        sql = f"SELECT id FROM {self._new.keys} WHERE {column} = ? ORDER BY id"
        return [id for (id,) in self._connection.execute(sql, (key,))]

    def _source_of(self, name: str) -> Source:
        field = self._spec.by_name.get(name)
        return field.source if field is not None else self._spec.source

    def _documents(self) -> Iterator[tuple[int, str, Document]]:
        sql = f"SELECT key, id, CAST(body AS BLOB) FROM {self._new.documents}"
        for key, id, body in self._connection.execute(sql):
            yield key, id, orjson.loads(body)


def _named(ids: Sequence[str]) -> str:
    if len(ids) == 1:
        return f"document {ids[0]}"
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"documents {', '.join(ids[:NAMED])}{more}"


def _label(index: Index) -> str:
    return ", ".join(f"-{'.'.join(path)}" if down else ".".join(path) for path, down in index.keys)


def _kind(index: Index) -> str:
    return "unique index" if index.unique else "index"


def _value(key: Any) -> str:
    text = orjson.dumps(value_of(key)).decode()
    return text if len(text) <= 100 else f"{text[:100]}…"
