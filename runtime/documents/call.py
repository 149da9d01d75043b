"""One request on its way through permissions and hooks, and what it has collected so far."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.hooks.context import Request
from runtime.hooks.load import Edition
from runtime.model.actor import Actor
from runtime.model.change import Unit, Write
from runtime.model.document import Document
from runtime.model.specs import Action, BoundHook, CollectionSpec


@dataclass(frozen=True, slots=True)
class After:
    """`after` hooks that wait for the commit, with what they will be told."""

    hooks: Sequence[BoundHook]
    collection: CollectionSpec
    action: Action
    id: str | None
    document: Document
    previous: Document | None
    chain: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """One request, or a hook's write inside one.

    It stays with one `edition` of the project from beginning to end. `chain` names the hooks that led here, outermost
    first. A hook's write is a call inside the `outer` one: it sees what that has collected, and has a unit and afters
    of its own until it has succeeded. `turn` is held by one such write at a time: of two to one document the later has
    to see what the earlier wrote.
    """

    request: Request
    actor: Actor
    edition: Edition
    now: float
    chain: tuple[str, ...] = ()
    unit: Unit = field(default_factory=Unit)
    afters: list[After] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    outer: "Call | None" = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def nested(self, chain: tuple[str, ...]) -> "Call":
        """Return this call as a hook in it sees it: the same unit, one hook deeper."""
        # Every hook has one; `replace` would take three times as long.
        return Call(
            self.request, self.actor, self.edition, self.now, chain, self.unit, self.afters, self.state, self.outer,
            self.turn,
        )  # fmt: skip

    def inner(self, actor: Actor) -> "Call":
        """Return a call inside this one; what it collects is this one's after `join`, or is forgotten with it."""
        return replace(self, actor=actor, unit=Unit(), afters=[], outer=self, turn=asyncio.Lock())

    def join(self) -> None:
        """Hand over to the outer call what was collected."""
        self.pass_on().afters.extend(self.afters)

    def pass_on(self) -> "Call":
        """Hand over to the outer call what it will commit, and return it; `after` hooks stay this call's own."""
        if self.outer is None:
            raise RuntimeError("this call is inside no other")
        self.outer.unit.writes.extend(self.unit.writes)
        self.outer.unit.messages.extend(self.unit.messages)
        self.unit.writes.clear()
        self.unit.messages.clear()
        return self.outer

    def mark(self) -> tuple[tuple[int, int], int]:
        """Return a place to come back to."""
        return self.unit.mark(), len(self.afters)

    def rollback(self, mark: tuple[tuple[int, int], int]) -> None:
        """Forget what was collected since `mark`."""
        self.unit.rollback(mark[0])
        del self.afters[mark[1] :]

    def pending(self, collection: str) -> dict[str, Document | None]:
        """Return what is about to be written to a collection, here and further out, by id; None stands for a delete."""
        seen = self.outer.pending(collection) if self.outer is not None else {}
        seen.update((w.id, w.document) for w in self.unit.writes if w.collection == collection)
        return seen

    def deleted_version(self, collection: str, id: str) -> int:
        """Return the version at which a document is about to be deleted, here or further out; 0 where it is not."""
        ours = (
            w for w in reversed(self.unit.writes) if (w.collection, w.id) == (collection, id) and w.document is None
        )
        found = next(ours, None)
        if found is not None:
            return found.expected or 0
        return self.outer.deleted_version(collection, id) if self.outer is not None else 0


def one_write_each(writes: Iterable[Write]) -> list[Write]:
    """Return at most one write per document: the first's expectation with the last's document.

    A document that is created and deleted again is not written at all.
    """
    merged: dict[tuple[str, str], Write] = {}
    for write in writes:
        key = (write.collection, write.id)
        first = merged.get(key)
        if first is None:
            merged[key] = write
            continue
        merged[key] = Write(
            collection=write.collection, id=write.id, document=write.document, expected=first.expected,
            by=write.by, keep_existing=first.keep_existing,
        )  # fmt: skip
    return [w for w in merged.values() if not (w.expected == 0 and w.document is None)]
