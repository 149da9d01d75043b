"""One batch of writes, applied inside a transaction that somebody else has begun and will end."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
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
from runtime.storage.sqlite.changes import Entry, Stamp, append
from runtime.storage.sqlite.tables import Tables

_MIB: Final = 1024 * 1024


@dataclass(slots=True)
class Put:
    """A new document, or another one in its place, with all that is derived from it as `tables` lay then."""

    write: Write
    tables: Tables
    version: int
    body: bytes
    row: Row


@dataclass(slots=True)
class Removal:
    """A document to delete."""

    write: Write
    tables: Tables


Prepared = Put | Removal
Batch = Sequence[Prepared]
Look = Callable[[str], Tables]
"""Gives how a collection lies now."""


@dataclass(slots=True)
class Stored:
    """What is there under an id."""

    key: int
    version: int
    body: bytes
    document: Document


@dataclass(slots=True)
class Step:
    """What a write does: `stored` is what it replaces or removes."""

    prepared: Prepared
    stored: Stored | None

    @property
    def is_logged(self) -> bool:
        """Whether it leaves a change record."""
        return self.prepared.tables.layout.logged


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
    return Put(write, tables, version, body, row)


def apply(connection: sqlite3.Connection, batch: Batch, *, look: Look, stamp: Stamp) -> list[Change]:
    """Apply the writes in order; return the change records of logged collections.

    What was prepared for another layout is prepared again. Raises StoreConflict for the first write that cannot be
    applied; what was applied before it is the caller's to undo.
    """
    cursor = connection.cursor()
    steps = []
    for step in steps_of(cursor, batch, look):
        take(cursor, step)
        steps.append(step)
    return append(cursor, [entry_of(step) for step in steps if step.is_logged], stamp)


def steps_of(cursor: sqlite3.Cursor, batch: Batch, look: Look) -> Iterator[Step]:
    """Yield what each write of a batch does to what is stored at that moment; nothing for one that does nothing.

    Raises AlreadyExists and VersionConflict, and InvalidDocument where a layout has changed that a document does not
    fit any more. A plain create is not looked up: the unique id finds the document that it must not replace.
    """
    for prepared in batch:
        write, tables = prepared.write, look(prepared.write.collection)
        if prepared.tables is not tables:
            prepared = prepare(write, tables)
        is_create = write.document is not None and write.expected == 0 and not write.keep_existing
        stored = None if is_create else _stored(cursor, tables, write.id)
        if stored is not None and write.expected == 0:
            if write.keep_existing:
                continue
            raise _already_exists(write)
        _check_version(write, stored)
        if stored is not None or write.document is not None:
            yield Step(prepared, stored)


def take(cursor: sqlite3.Cursor, step: Step) -> None:
    """Do what a write does, but for its change record. Raises NotUnique, and AlreadyExists for a blind one."""
    prepared, stored = step.prepared, step.stored
    tables, id = prepared.tables, prepared.write.id
    old = None if stored is None else derive(tables.layout, stored.document)
    if isinstance(prepared, Removal):
        if stored is not None and old is not None:
            rows.remove(cursor, tables, key=stored.key, old=old)
        return
    version, body, row = prepared.version, prepared.body, prepared.row
    try:
        if stored is None or old is None:
            rows.insert(cursor, tables, id=id, version=version, body=body, row=row)
        else:
            rows.update(cursor, tables, key=stored.key, id=id, version=version, body=body, old=old, new=row)
    except sqlite3.IntegrityError as error:
        raise _conflict(cursor, prepared, error, is_new=stored is None) from error


def entry_of(step: Step) -> Entry:
    """Return the change record of what was done."""
    prepared, stored = step.prepared, step.stored
    before, before_text = (None, None) if stored is None else (stored.document, stored.body)
    if isinstance(prepared, Put):
        op = Op.CREATE if stored is None else Op.UPDATE
        return Entry(prepared.write, op, prepared.version, before, before_text, prepared.body)
    return Entry(prepared.write, Op.DELETE, 0 if stored is None else stored.version, before, before_text, None)


def _stored(cursor: sqlite3.Cursor, tables: Tables, id: str) -> Stored | None:
    found = cursor.execute(tables.select_stored, (id,)).fetchone()
    if found is None:
        return None
    key, version, body = found
    return Stored(key, version, body, orjson.loads(body))


def _check_version(write: Write, stored: Stored | None) -> None:
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
