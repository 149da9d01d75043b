"""The system collections of this floor, and how their documents are made, changed and removed.

They leave no change records and are reached through their own endpoints only. Every user has a `generation`; sessions
and codes carry the one that they were made in and are dead as soon as the user's is another. So one compare-and-set on
the user ends them all, even those that are being opened at the same moment; deleting their documents is tidiness.
"""

from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.model.change import Write
from runtime.model.clock import epoch_s, timestamp
from runtime.model.document import Document, new_id
from runtime.model.errors import Unavailable, VersionConflict
from runtime.model.ports import Store
from runtime.model.problem import Source
from runtime.model.query import Compare, Query
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType

_SOURCE: Final = Source("runtime/auth")


def _field(
    name: str,
    type: FieldType,
    *,
    required: bool = False,
    unique: bool = False,
    index: bool = False,
    hidden: bool = False,
    items: FieldSpec | None = None,
) -> FieldSpec:
    return FieldSpec(
        name, type, _SOURCE, required=required, unique=unique, index=index, hidden=hidden, items=items, readonly=True
    )


_ROLES: Final = _field("roles", "array", items=_field("role", "string"))

USERS: Final = CollectionSpec(
    "_users",
    _SOURCE,
    (
        _field("email", "email", required=True, unique=True),
        _field("name", "string"),
        _ROLES,
        _field("disabled", "boolean"),
        _field("passwordHash", "string", hidden=True),
        _field("generation", "integer", hidden=True),
    ),
    logged=False,
)
SESSIONS: Final = CollectionSpec(
    "_sessions",
    _SOURCE,
    (
        _field("user", "string", required=True, index=True),
        _field("generation", "integer", hidden=True),
        _field("digest", "string", hidden=True),
        _field("ip", "string"),
        _field("agent", "string"),
        _field("lastSeenAt", "datetime"),
        _field("expiresAt", "datetime", index=True),
    ),
    logged=False,
)
CODES: Final = CollectionSpec(
    "_codes",
    _SOURCE,
    (
        _field("user", "string", required=True, index=True),
        _field("generation", "integer", hidden=True),
        _field("digest", "string", hidden=True),
        _field("expiresAt", "datetime", index=True),
    ),
    logged=False,
)
TOKENS: Final = CollectionSpec(
    "_tokens",
    _SOURCE,
    (
        _field("name", "string", required=True, unique=True),
        _ROLES,
        _field("digest", "string", hidden=True),
        _field("lastUsedAt", "datetime"),
        _field("expiresAt", "datetime"),
    ),
    logged=False,
)
TICKETS: Final = CollectionSpec(
    "_tickets",
    _SOURCE,
    (
        _field("kind", "string"),
        _field("session", "string"),
        _field("digest", "string", hidden=True),
        _field("expiresAt", "datetime", index=True),
    ),
    logged=False,
)
COLLECTIONS: Final = (USERS, SESSIONS, CODES, TOKENS, TICKETS)
"""All of them, for `Store.ensure`."""

TOUCH_EVERY_S: Final = 60.0
"""`lastSeenAt` and `lastUsedAt` are exact to the minute: a write for every request would be too dear."""
BATCH: Final = 500
"""Documents that are removed in one commit; arbitrarily chosen and may change."""


def fresh(fields: Mapping[str, Any], *, now: float, by: str | None = None) -> Document:
    """Return a new document with a new id. `now` is epoch seconds, `by` the id of the actor who creates it."""
    at = timestamp(now)
    return {"id": new_id(now), "createdAt": at, "updatedAt": at, "createdBy": by, "version": 1, **fields}


def creation(spec: CollectionSpec, document: Document) -> Write:
    """Return the write that stores a fresh document."""
    return Write(spec.name, document["id"], document, expected=0, by=document["createdBy"])


def amended(document: Document, fields: Mapping[str, Any], *, now: float) -> Document:
    """Return the next version of a stored document, with these fields changed."""
    return {**document, **fields, "updatedAt": timestamp(now), "version": document["version"] + 1}


def amendment(spec: CollectionSpec, after: Document, *, by: str | None = None) -> Write:
    """Return the write of what `amended` gave, to be applied only if nobody else wrote meanwhile."""
    return Write(spec.name, after["id"], after, expected=after["version"] - 1, by=by)


def removal(spec: CollectionSpec, document: Document, *, by: str | None = None) -> Write:
    """Return the write that deletes a document, whatever its version, or whether it is there at all."""
    return Write(spec.name, document["id"], None, expected=None, by=by)


async def touch(
    store: Store, spec: CollectionSpec, document: Document, *, field: str, now: float, log: FilteringBoundLogger
) -> None:
    """Note the present time in a field, unless that was done less than TOUCH_EVERY_S seconds ago.

    Never revives a document that is being deleted, and never fails: a store that can only be read still serves readers.
    """
    seen = document[field]
    if seen is not None and now - epoch_s(seen) < TOUCH_EVERY_S:
        return
    try:
        await store.commit([amendment(spec, amended(document, {field: timestamp(now)}, now=now))])
    except VersionConflict:
        return  # another request has noted the time already, or the document has just been deleted
    except Unavailable as failure:
        log.warning("last_use_not_noted", collection=spec.name, id=document["id"], reason=failure.message)


async def prune_expired(store: Store, spec: CollectionSpec, *, now: float) -> int:
    """Delete the documents whose `expiresAt` has passed; return how many."""
    expired = Query(filter=Compare(("expiresAt",), "$lte", timestamp(now)), limit=BATCH)
    pruned = 0
    while found := await store.find(spec.name, expired):
        await store.commit([removal(spec, record.document) for record in found])
        pruned += len(found)
    return pruned
