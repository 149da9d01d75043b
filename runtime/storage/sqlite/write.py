"""One batch of writes, applied inside a transaction that somebody else has begun and will end."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from runtime.model.change import Change, Op, Write
from runtime.model.document import WRITE_LIMIT_BYTES, Document
from runtime.model.errors import AlreadyExists, InvalidDocument, NotUnique, StoreConflict, TooLarge, VersionConflict
from runtime.storage.derive import Misplaced, Row, derive
from runtime.storage.keys import NoKey, key_of
from runtime.storage.layout import pointer
from runtime.storage.sqlite import rows
from runtime.storage.sqlite.changes import append
from runtime.storage.sqlite.tables import Tables

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Put:
    """A new document, or another one in its place, with all that is derived from it as `tables` lay then."""

    write: Write
    tables: Tables
    document: Document
    version: int
    body: bytes
    row: Row


@dataclass(frozen=True, slots=True)
class Removal:
    """A document to delete."""

    write: Write
    tables: Tables


Prepared = Put | Removal


@dataclass(frozen=True, slots=True)
class _Stored:
    key: int
    version: int
    body: bytes
    document: Document


def prepare(write: Write, tables: Tables) -> Prepared:
    """Encode a write. Raises InvalidDocument and TooLarge for what cannot be stored."""
    name = f"{write.collection}/{write.id}"
    try:
        key_of(write.id)
    except NoKey as error:
        raise InvalidDocument(f"the id {write.id!r} cannot be stored", errors={"/id": str(error)}) from error
    document = write.document
    if document is None:
        return Removal(write, tables)
    version = document.get("version")
    if document.get("id") != write.id or not isinstance(version, int):
        raise ValueError(f"the document of {name} must have this id, and a version")
    try:
        body = orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        raise InvalidDocument(f"{name} is not JSON: {error}") from error
    if len(body) > WRITE_LIMIT_BYTES:
        raise TooLarge(
            f"{name} has {len(body) / _MIB:.1f} MiB as JSON; "
            f"a document may have {WRITE_LIMIT_BYTES // _MIB} MiB, split it"
        )
    try:
        row = derive(tables.layout, document)
    except Misplaced as error:
        raise InvalidDocument(f"{name} does not fit its collection", errors={error.pointer: str(error)}) from error
    return Put(write, tables, document, version, body, row)


def apply(
    connection: sqlite3.Connection, batch: Sequence[Prepared], *, tables: Callable[[str], Tables], at: str
) -> list[Change]:
    """Apply the writes in order; return the change records of logged collections.

    `tables` gives how a collection lies now: what was prepared for another layout is prepared again. Raises
    StoreConflict for the first write that cannot be applied; what was applied before it is the caller's to undo.
    """
    cursor = connection.cursor()
    changes: list[Change] = []
    for prepared in batch:
        current = tables(prepared.write.collection)
        if prepared.tables is not current:
            prepared = prepare(prepared.write, current)
        change = _put(cursor, prepared, at) if isinstance(prepared, Put) else _remove(cursor, prepared, at)
        if change is not None:
            changes.append(change)
    return changes


def _put(cursor: sqlite3.Cursor, put: Put, at: str) -> Change | None:
    write, tables = put.write, put.tables
    # A plain create leaves it to the unique id to find the document that is there: one statement less
    is_create = write.expected == 0 and not write.keep_existing
    stored = None if is_create else _stored(cursor, tables, write.id)
    if stored is not None and write.expected == 0:
        return None
    _check_version(write, stored)
    try:
        if stored is None:
            rows.insert(cursor, tables, id=write.id, version=put.version, body=put.body, row=put.row)
        else:
            old = derive(tables.layout, stored.document)
            rows.update(
                cursor, tables, key=stored.key, id=write.id, version=put.version, body=put.body, old=old, new=put.row
            )
    except sqlite3.IntegrityError as error:
        raise _conflict(cursor, put, error, is_new=stored is None) from error
    if not tables.layout.logged:
        return None
    op, before = (Op.CREATE, None) if stored is None else (Op.UPDATE, stored.document)
    change = Change(0, write.collection, write.id, op, put.version, at, write.by, before, put.document)
    return append(cursor, change, before=None if stored is None else stored.body, after=put.body)


def _remove(cursor: sqlite3.Cursor, removal: Removal, at: str) -> Change | None:
    write, tables = removal.write, removal.tables
    stored = _stored(cursor, tables, write.id)
    if stored is not None and write.expected == 0:
        if write.keep_existing:
            return None
        raise _already_exists(write)
    _check_version(write, stored)
    if stored is None:
        return None
    rows.remove(cursor, tables, key=stored.key, old=derive(tables.layout, stored.document))
    if not tables.layout.logged:
        return None
    change = Change(0, write.collection, write.id, Op.DELETE, stored.version, at, write.by, stored.document, None)
    return append(cursor, change, before=stored.body, after=None)


def _stored(cursor: sqlite3.Cursor, tables: Tables, id: str) -> _Stored | None:
    found = cursor.execute(tables.select_stored, (id,)).fetchone()
    if found is None:
        return None
    key, version, body = found
    return _Stored(key, version, body, orjson.loads(body))


def _check_version(write: Write, stored: _Stored | None) -> None:
    found = 0 if stored is None else stored.version
    if write.expected is None or write.expected == found:
        return
    what = f"is version {found}" if found else "is not stored"
    raise VersionConflict(
        f"{write.collection}/{write.id} {what}, version {write.expected} was expected; read it again and repeat",
        collection=write.collection,
        id=write.id,
        stored=found,
    )


def _conflict(cursor: sqlite3.Cursor, put: Put, error: sqlite3.IntegrityError, *, is_new: bool) -> Exception:
    """Return what a violated constraint means. That the document is there comes first: so a repeated create says so."""
    write, tables = put.write, put.tables
    if is_new and cursor.execute(tables.select_stored, (write.id,)).fetchone() is not None:
        return _already_exists(write)
    for index in tables.layout.indexes:
        path = index.keys[0][0]
        if str(error) == f"UNIQUE constraint failed: {tables.keys_name}.{tables.layout.columns.get(path)}":
            name = ".".join(path)
            return NotUnique(
                f"{name!r} of {write.collection}/{write.id} is taken by another document; choose another value",
                collection=write.collection,
                id=write.id,
                errors={pointer(path): "is taken by another document; choose another value"},
            )
    return error


def _already_exists(write: Write) -> StoreConflict:
    return AlreadyExists(
        f"{write.collection}/{write.id} exists already; choose another id, or update it",
        collection=write.collection,
        id=write.id,
    )
