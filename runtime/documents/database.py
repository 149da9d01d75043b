"""`ctx.db`: documents for hooks and jobs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from runtime.documents.call import Call
from runtime.documents.listing import require_queryable
from runtime.documents.parts import Parts
from runtime.documents.writes import Intent, Mode, Staged, answer, prepare, resolve
from runtime.model.actor import SYSTEM, Actor
from runtime.model.document import Document
from runtime.model.errors import NotFound
from runtime.model.ports import Database
from runtime.model.query import Compare, Query, SortKey, all_of
from runtime.model.specs import CollectionSpec
from runtime.query.match import matches
from runtime.query.order import sort_key
from runtime.query.parse import parse_filter, parse_sort
from runtime.query.project import without
from runtime.rules.decide import Decision, decide, require

HIGHEST_LIMIT: Final = 10_000
"""The most documents that one `find` returns; memory is the reason."""


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How a job's database commits: a prepared write, redone where others came first, or what a call has collected."""

    write: Callable[[Intent], Awaitable[Staged]]
    commit: Callable[[Call], Awaitable[None]]


class CallDatabase:
    """The `Database` of one call: writes are collected in its unit, reads see them.

    With `at_once`, each write is committed by itself, as in jobs; `batch()` holds them together.
    """

    def __init__(self, parts: Parts, call: Call, *, actor: Actor = SYSTEM, at_once: AtOnce | None = None) -> None:
        self._parts = parts
        self._call = call
        self._actor = actor
        self._at_once = at_once

    async def get(self, collection: str, id: str) -> Document | None:
        """Return one document, or None."""
        found = await self._find(self._spec(collection), Query(filter=Compare(("id",), "$eq", id), limit=1))
        return found[0] if found else None

    async def find(
        self,
        collection: str,
        filter: Mapping[str, Any] | None = None,
        *,
        sort: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Document]:
        """Return documents that match, sorted like `"-publishedAt,title"`; at most HIGHEST_LIMIT."""
        query = Query(
            filter=parse_filter(filter or {}),
            sort=parse_sort(sort or "id"),
            limit=max(0, min(limit, HIGHEST_LIMIT)),
            offset=max(0, offset),
        )
        return await self._find(self._spec(collection), query)

    async def find_one(
        self, collection: str, filter: Mapping[str, Any] | None = None, *, sort: str | None = None
    ) -> Document | None:
        """Return the first document that matches, or None."""
        found = await self.find(collection, filter, sort=sort, limit=1)
        return found[0] if found else None

    async def count(self, collection: str, filter: Mapping[str, Any] | None = None) -> int:
        """Return how many documents match."""
        spec = self._spec(collection)
        decision = self._read_decision(spec)
        query = Query(filter=parse_filter(filter or {}))
        require_queryable(query, decision)
        asked = all_of(query.filter, decision.filter)
        pending = self._call.pending(collection)
        total = await self._parts.store.count(collection, Query(filter=asked))
        if pending:
            stored = await self._parts.store.get_many(collection, list(pending))
            total -= sum(matches(asked, record.document) for record in stored.values())
            total += sum(document is not None and matches(asked, document) for document in pending.values())
        return total

    async def create(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Create a document, running the collection's hooks; return it as stored."""
        return await self._write(collection, "create", None, document)

    async def update(self, collection: str, id: str, changes: Mapping[str, Any]) -> Document:
        """Change a document by a merge patch or by update operators; return it as stored."""
        return await self._write(collection, "patch", id, changes)

    async def delete(self, collection: str, id: str) -> None:
        """Delete a document, running the collection's hooks."""
        await self._write(collection, "delete", id, {})

    def as_actor(self) -> Database:
        """Return the same, bound to what the caller may do."""
        return CallDatabase(self._parts, self._call, actor=self._call.actor, at_once=self._at_once)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Database]:
        """Hold writes together: all are committed at the end of the block, or none where it raises.

        Inside a request that is so anyway; this is for jobs.
        """
        outer, at_once = self._call, self._at_once
        batch = outer.inner(outer.actor)
        self._call, self._at_once = batch, None
        try:
            yield self
        finally:
            self._call, self._at_once = outer, at_once
        if at_once is not None:
            await at_once.commit(batch)
        else:
            batch.join()

    def _spec(self, collection: str) -> CollectionSpec:
        spec = self._call.edition.spec.collection.get(collection)
        if spec is None or spec.virtual:
            known = ", ".join(c.name for c in self._call.edition.spec.collections if not c.virtual)
            raise NotFound(f"there is no collection {collection!r} to keep documents in; there are {known}")
        return spec

    def _read_decision(self, spec: CollectionSpec) -> Decision:
        decision = decide(self._actor, "read", spec, now=self._call.now)
        require(decision, self._actor, "read", spec)
        return decision

    async def _find(self, spec: CollectionSpec, query: Query) -> list[Document]:
        """Return what matches, as if the call's writes had been committed already."""
        decision = self._read_decision(spec)
        require_queryable(query, decision)
        query = replace(query, filter=all_of(query.filter, decision.filter))
        pending = self._call.pending(spec.name)
        if pending:
            found = await self._find_with(spec, query, pending)
        else:
            found = [record.document for record in await self._parts.store.find(spec.name, query)]
        if decision.unrestricted:
            return [self._parts.copy(document) for document in found]
        return [self._parts.copy(without(document, decision.hidden(document))) for document in found]

    async def _find_with(
        self, spec: CollectionSpec, query: Query, pending: Mapping[str, Document | None]
    ) -> list[Document]:
        """Merge the pending documents into the stored ones. Enough stored ones are read to fill every hole."""
        limit = None if query.limit is None else query.limit + query.offset
        wider = replace(query, offset=0, limit=None if limit is None else limit + len(pending))
        stored = await self._parts.store.find(spec.name, wider)
        merged = [record.document for record in stored if record.id not in pending]
        merged += [document for document in pending.values() if document and matches(query.filter, document)]
        merged.sort(key=sort_key(query.sort or (SortKey(("id",)),)))
        return merged[query.offset : limit]

    async def _write(self, collection: str, mode: Mode, id: str | None, body: Mapping[str, Any]) -> Document:
        spec, copied = self._spec(collection), self._parts.copy(dict(body))
        if self._at_once is not None:
            intent = await prepare(self._parts, self._call.inner(self._actor), spec, mode=mode, id=id, body=copied)
            staged = await self._at_once.write(intent)
        else:
            async with self._call.turn:
                call = self._call.inner(self._actor)
                staged = await resolve(
                    self._parts, await prepare(self._parts, call, spec, mode=mode, id=id, body=copied)
                )
                call.join()
        return self._parts.copy(answer(self._parts, staged))
