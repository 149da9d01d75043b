"""What the store has of those who are on channels, so that they are known after a crash, and its changes, pure.

A join is held by the processes (`nodes`) that have a connection of its member. Each of them has a lease in `_nodes`;
one that has expired means that the process has died, and whoever finds that lets go of its joins. A join that nobody
holds is over: `leaving` is the process that sees to it, under its own lease. All changes are compare-and-set, so of
several processes one does it.
"""

import hashlib
from collections.abc import Collection
from typing import Any, Final

from runtime.model.clock import timestamp
from runtime.model.document import Document
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType

_SOURCE: Final = Source("runtime/realtime")


def _field(name: str, type: FieldType, *, index: bool = False, items: FieldSpec | None = None) -> FieldSpec:
    return FieldSpec(name, type, _SOURCE, index=index, items=items, readonly=True)


JOINS: Final = CollectionSpec(
    "_joins",
    _SOURCE,
    (
        _field("channel", "string"),
        _field("member", "string"),
        _field("user", "string"),
        _field("shown", "boolean"),
        _field("nodes", "array", index=True, items=_field("node", "string")),
        _field("leaving", "string", index=True),
    ),
    logged=False,
)
NODES: Final = CollectionSpec("_nodes", _SOURCE, (_field("leaseUntil", "datetime"),), logged=False)
COLLECTIONS: Final = (JOINS, NODES)
"""All of them, for `Store.ensure`."""


def join_id(channel: str, member: str) -> str:
    """Return the id of a member's join: the same in every process."""
    return hashlib.sha256(f"{channel}\n{member}".encode()).hexdigest()[:32]


def joined(*, channel: str, member: str, user: str | None, shown: bool, node: str, now: float) -> Document:
    """Return the record of a member who comes."""
    at = timestamp(now)
    return {
        "id": join_id(channel, member), "createdAt": at, "updatedAt": at, "createdBy": user, "version": 1,
        "channel": channel, "member": member, "user": user, "shown": shown, "nodes": [node], "leaving": None,
    }  # fmt: skip


def held(join: Document, node: str, *, now: float) -> Document:
    """Return the join as one that a process holds too; who was leaving has come back."""
    return _next(join, now, nodes=sorted({*join["nodes"], node}), leaving=None)


def let_go(join: Document, nodes: Collection[str], *, now: float) -> Document:
    """Return the join without some of the processes that held it."""
    return _next(join, now, nodes=[node for node in join["nodes"] if node not in nodes])


def claimed(join: Document, node: str, *, now: float) -> Document:
    """Return the join as one that is over, and whose end this process sees to."""
    return _next(join, now, nodes=[], leaving=node)


def _next(join: Document, now: float, **fields: Any) -> Document:
    return {**join, **fields, "updatedAt": timestamp(now), "version": join["version"] + 1}
