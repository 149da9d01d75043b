"""Several writes as one: each takes the path of a single write (`writes.py`), then all are committed together, or none.

Operations are taken in order, and each sees what those before it have left, as if that were stored already: a document
may be created by one and referred to, changed or deleted by a later one. Only the last state of a document is stored.

Pointers (RFC 6901) in what is raised lead into the request as it is sent: `{"operations": [{"body": …}, …]}`.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson

from runtime.documents.call import Call
from runtime.documents.parts import Parts
from runtime.documents.writes import Mode, Staged, prepare, resolve
from runtime.model.document import WRITE_LIMIT_BYTES
from runtime.model.errors import Failure, Invalid, NotFound, StoreConflict, TooLarge, VersionConflict
from runtime.model.specs import CollectionSpec

MOST_OPERATIONS: Final = 100
"""The most operations of one batch: nobody else's write is committed while it is. Arbitrarily chosen and may change."""

PAUSE_EVERY: Final = 10
"""After how many operations others get their turn: one takes some 0.1 ms where no hook runs."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One write of a batch. `method` and `path` are as the client wrote them: what hooks are told of the request."""

    mode: Mode
    collection: str
    id: str | None
    body: Mapping[str, Any]
    if_match: int | None
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Member:
    """An operation whose write waits for the commit. `wrote` names the documents that it writes, its hooks' too."""

    staged: Staged
    wrote: frozenset[tuple[str, str]]

    @property
    def key(self) -> tuple[str, str]:
        """The collection and id of the operation's own document."""
        return self.staged.intent.collection.name, self.staged.intent.id


async def stage_all(parts: Parts, call: Call, operations: Sequence[Operation]) -> list[Member]:
    """Take operations through steps 2 to 8, one after the other, and put what they write into the call's unit.

    Raises what the first failing one raises, with pointers to it, and TooLarge where the documents together are larger
    than one may be.
    """
    members: list[Member] = []
    size = 0
    for index, operation in enumerate(operations):
        try:
            members.append(await _stage(parts, call, operation))
        except Failure as failure:
            locate(failure, index)
            raise
        size += len(orjson.dumps(members[-1].staged.document))
        if size > WRITE_LIMIT_BYTES:
            raise TooLarge(
                f"the documents of a batch may have {WRITE_LIMIT_BYTES} bytes together as JSON; send fewer at a time",
                errors={f"/operations/{index}": "is where the limit was reached"},
            )
        if index % PAUSE_EVERY == PAUSE_EVERY - 1:
            await asyncio.sleep(0)
    return members


async def _stage(parts: Parts, call: Call, operation: Operation) -> Member:
    """Take one operation through steps 2 to 8. Its call is inside the batch's: a request of its own for its hooks."""
    body = parts.copy(dict(operation.body))
    request = replace(call.request, method=operation.method, path=operation.path, query={}, body=body)
    own = replace(call.inner(call.actor), request=request, state={})
    intent = await prepare(
        parts, own, _collection(call, operation.collection), mode=operation.mode, id=operation.id, body=body,
        if_match=None if operation.if_match is None else frozenset({operation.if_match}),
    )  # fmt: skip
    staged = await resolve(parts, intent)
    wrote = frozenset((write.collection, write.id) for write in own.unit.writes)
    own.pass_on()
    return Member(staged, wrote)


def _collection(call: Call, name: str) -> CollectionSpec:
    spec = call.edition.spec.collection.get(name)
    if spec is None:
        raise NotFound(f"there is no collection {name!r}", code="unknown_collection")
    if spec.virtual:
        raise Invalid(f"{name!r} keeps no documents, its hooks are an endpoint: ask it by a request of its own")
    return spec


def locate(failure: Failure, index: int, *, in_body: bool = True) -> None:
    """Turn a failure's pointers into those of the batch: into the operation's body, or at it where there are none."""
    pointers = {f"/operations/{index}/body{pointer}": text for pointer, text in failure.errors.items()}
    failure.errors = (pointers if in_body else {}) or {f"/operations/{index}": failure.message}


def locate_conflict(conflict: StoreConflict, members: Sequence[Member]) -> None:
    """Do the same with a conflict that was found at the commit: it is the last operation's that wrote the document."""
    key = (conflict.collection, conflict.id)
    found = [(index, member.key == key) for index, member in enumerate(members) if key in member.wrote]
    if found:
        locate(conflict, found[-1][0], in_body=found[-1][1])


def is_worth_another_try(conflict: StoreConflict, made: Iterable[Staged]) -> bool:
    """Tell whether redoing writes can help: the server read something old, or made a slug that was taken since."""
    if isinstance(conflict, VersionConflict):
        return True
    key = (conflict.collection, conflict.id)
    derived = {name for s in made if (s.intent.collection.name, s.intent.id) == key for name in s.derived}
    return any(pointer.removeprefix("/") in derived for pointer in conflict.errors)
