"""What one write does: checked and encoded, and compared with what is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from runtime.model.change import Change, Op, Write
from runtime.model.document import WRITE_LIMIT_BYTES, Document
from runtime.model.errors import AlreadyExists, InvalidDocument, NotUnique, StoreConflict, TooLarge, VersionConflict
from runtime.query.values import scalar_problem
from runtime.storage.derive import Misplaced, derive
from runtime.storage.layout import pointer
from runtime.storage.mongo.driver import encode
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.names import to_stored
from runtime.storage.mongo.steps import Body, Insert, Remove, Replace, Step, Unstorable

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Prepared:
    """A write, how its collection is kept, and what it puts there (None: it deletes)."""

    write: Write
    kept: Kept
    document: Document | None
    body: Body | None

    @property
    def is_blind(self) -> bool:
        """Whether it is a plain create, which leaves it to the unique id to find the document that is there."""
        return self.body is not None and self.write.expected == 0 and not self.write.keep_existing


@dataclass(frozen=True, slots=True)
class Effect:
    """What a write does to the database: the step, the one that undoes it, and the record that it leaves."""

    prepared: Prepared
    step: Step
    undo: Step
    change: Change


def prepare(write: Write, kept: Kept) -> Prepared:
    """Encode a write. Raises InvalidDocument and TooLarge for what cannot be stored."""
    name = f"{write.collection}/{write.id}"
    problem = scalar_problem(write.id)
    if problem is not None:
        raise InvalidDocument(f"the id {write.id!r} cannot be stored", errors={"/id": problem})
    document = write.document
    if document is None:
        return Prepared(write, kept, None, None)
    if document.get("id") != write.id or not isinstance(document.get("version"), int):
        raise ValueError(f"the document of {name} must have this id, and a version")
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError as error:
        raise InvalidDocument(f"{name} is not JSON: {error}") from error
    _check_size(name, len(text))
    try:
        row = derive(kept.layout, document)
    except Misplaced as error:
        raise InvalidDocument(f"{name} does not fit its collection", errors={error.pointer: str(error)}) from error
    plain: Document = orjson.loads(text)
    try:
        body = encode(to_stored(plain, kept.words.of(row.text) if kept.words is not None else []))
    except Unstorable as error:
        raise InvalidDocument(f"{name} cannot be stored in MongoDB: {error}") from error
    _check_size(name, len(body.raw))
    return Prepared(write, kept, document, body)


def _check_size(name: str, size: int) -> None:
    if size > WRITE_LIMIT_BYTES:
        limit = WRITE_LIMIT_BYTES // _MIB
        raise TooLarge(f"{name} has {size / _MIB:.1f} MiB; a document may have {limit} MiB, split it")


def effect(prepared: Prepared, stored: Mapping[str, Any] | None, before: Document | None, *, at: str) -> Effect | None:
    """Return what a write does to what is stored; None where it does nothing.

    `stored` is the document as it lies in the database, `before` as it is known outside. Raises AlreadyExists and
    VersionConflict.
    """
    write = prepared.write
    if before is not None and write.expected == 0:
        if write.keep_existing:
            return None
        raise already_exists(write)
    found = 0 if before is None else int(before["version"])
    if write.expected is not None and write.expected != found:
        raise version_conflict(write, found)
    if prepared.body is None or prepared.document is None:
        if before is None or stored is None:
            return None
        change = Change(0, write.collection, write.id, Op.DELETE, found, at, write.by, before, None)
        return Effect(prepared, Remove(write.id, found), Insert(write.id, encode(stored)), change)
    version = int(prepared.document["version"])
    if before is None or stored is None:
        change = Change(0, write.collection, write.id, Op.CREATE, version, at, write.by, None, prepared.document)
        return Effect(prepared, Insert(write.id, prepared.body), Remove(write.id, version), change)
    change = Change(0, write.collection, write.id, Op.UPDATE, version, at, write.by, before, prepared.document)
    undo = Replace(write.id, version, encode(stored))
    return Effect(prepared, Replace(write.id, found, prepared.body), undo, change)


def already_exists(write: Write) -> StoreConflict:
    """Return that a document is there already."""
    return AlreadyExists(
        f"{write.collection}/{write.id} exists already; choose another id, or update it",
        collection=write.collection,
        id=write.id,
    )


def version_conflict(write: Write, found: int) -> StoreConflict:
    """Return that another version is stored than the write expects, 0 for none."""
    what = f"is version {found}" if found else "is not stored"
    return VersionConflict(
        f"{write.collection}/{write.id} {what}, version {write.expected} was expected; read it again and repeat",
        collection=write.collection,
        id=write.id,
        stored=found,
    )


def not_unique(write: Write, kept: Kept, fields: tuple[str, ...]) -> StoreConflict:
    """Return that another document has the value of a unique field; `fields` are the keys of its index."""
    path = kept.unique.get(fields[0]) if fields else None
    name = ".".join(path) if path is not None else ", ".join(fields)
    return NotUnique(
        f"{name!r} of {write.collection}/{write.id} is taken by another document; choose another value",
        collection=write.collection,
        id=write.id,
        errors={pointer(path or fields): "is taken by another document; choose another value"},
    )
