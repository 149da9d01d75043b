"""The one path of a read: permission, `before`, query and row filter, hidden fields, `respond`.

Where nothing has to change in a document, it goes from the store to the answer as the text it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from runtime.documents.call import Call
from runtime.documents.listing import HIGHEST_LIMIT, Listing, read_listing
from runtime.documents.parts import Parts
from runtime.documents.references import expand, expandable
from runtime.documents.sendable import json_text, sendable
from runtime.hooks.context import Context, Response
from runtime.model.document import Document, Record
from runtime.model.errors import NotFound
from runtime.model.ports import StreamRequest
from runtime.model.query import Compare, Path, Query, all_of
from runtime.model.specs import BoundHook, CollectionSpec, FieldSpec
from runtime.query.cursor import encode_cursor
from runtime.query.parse import parse_fields
from runtime.query.project import project, without
from runtime.rules.decide import Decision, decide, require


@dataclass(frozen=True, slots=True)
class Result:
    """A body as JSON text. `version` is the document's where the body is just that; `id` is a written document's."""

    text: bytes
    version: int | None = None
    id: str | None = None


Answer = Result | Response | StreamRequest
"""What a request is answered with: a body, what a hook answered itself, or an event stream."""


async def read_list(parts: Parts, call: Call, collection: CollectionSpec, parameters: Mapping[str, str]) -> Answer:
    """Answer a list request: `{"items": [...], "next": cursor?, "total": n?}`."""
    decision = decide(call.actor, "read", collection, now=call.now)
    require(decision, call.actor, "read", collection)
    listing = Listing(Query()) if collection.virtual else read_listing(parameters, collection, decision)
    context = parts.context(call, collection, "read", query=listing.query)
    context, returned = await parts.run_phase(call, collection, context, "before")
    if collection.virtual or returned is not None:
        return await _answered_by_hook(parts, call, collection, context, returned)
    listing = replace(listing, query=context.query or listing.query)
    return await _found(parts, call, collection, listing, decision, context)


async def read_one(
    parts: Parts, call: Call, collection: CollectionSpec, id: str, parameters: Mapping[str, str]
) -> Answer:
    """Answer a request for one document. Raises NotFound where there is none that the actor may see."""
    decision = decide(call.actor, "read", collection, now=call.now)
    require(decision, call.actor, "read", collection)
    query = Query(filter=Compare(("id",), "$eq", id), limit=1)
    context = parts.context(call, collection, "read", id=id, query=query)
    context, returned = await parts.run_phase(call, collection, context, "before")
    if collection.virtual or returned is not None:
        return await _answered_by_hook(parts, call, collection, context, returned)
    asked = all_of(query.filter, (context.query or query).filter, decision.filter)
    records = await parts.store.find(collection.name, Query(filter=asked, limit=1))
    if not records:
        raise NotFound(f"there is no {collection.name!r} document {id!r}")
    fields = parse_fields(parameters["fields"]) if parameters.get("fields") else None
    names = tuple(name for name in parameters.get("expand", "").split(",") if name)
    shape = Shape(parts, call, decision, fields, expandable(collection, names))
    if not _has_respond(collection) and shape.is_plain:
        return Result(records[0].text, records[0].version)
    (document,) = await shape.documents(records)
    context.result = document
    return await respond(parts, call, collection, context, version=records[0].version if shape.is_whole else None)


async def respond(
    parts: Parts, call: Call, collection: CollectionSpec, context: Context, *, version: int | None = None
) -> Result | Response:
    """Run `respond` hooks over `context.result`, which they may change or replace, and return the body."""
    hooks = collection.hooks.get((context.action, "respond"), ())
    context, returned = await parts.run_phase(call, collection, context, "respond")
    if returned is None:
        returned = context.result
    made = ready(parts, call, hooks, returned)
    return made if isinstance(made, Response) else Result(made, None if hooks else version, context.id)


def ready(parts: Parts, call: Call, hooks: Sequence[BoundHook], answer: Any) -> bytes | Response:
    """Return what hooks have answered as it can be sent: a Response, or JSON. Raises HookFailed where it cannot."""
    try:
        if isinstance(answer, StreamRequest):
            raise TypeError("only the `before` hook of a read can make its answer an event stream")
        return sendable(answer) if isinstance(answer, Response) else json_text(answer)
    except (TypeError, ValueError) as error:
        raise parts.failed(call, hooks, f"the answer cannot be sent: {error}") from error


async def _answered_by_hook(
    parts: Parts, call: Call, collection: CollectionSpec, context: Context, returned: Any
) -> Answer:
    if isinstance(returned, StreamRequest):
        return returned
    before = collection.hooks.get(("read", "before"), ())
    made = ready(parts, call, before, context.result if returned is None else returned)
    if isinstance(made, Response):
        return made
    context.result = context.result if returned is None else returned
    return await respond(parts, call, collection, context)


def _has_respond(collection: CollectionSpec) -> bool:
    return ("read", "respond") in collection.hooks


async def _found(
    parts: Parts, call: Call, collection: CollectionSpec, listing: Listing, decision: Decision, context: Context
) -> Answer:
    query = replace(listing.query, filter=all_of(listing.query.filter, decision.filter))
    limit = HIGHEST_LIMIT if query.limit is None else query.limit
    records = await parts.store.find(collection.name, replace(query, limit=limit + 1))
    extra: dict[str, Any] = {}
    if len(records) > limit > 0:
        records = records[:limit]
        extra["next"] = encode_cursor(records[-1].document, query.sort)
    if listing.count:
        extra["total"] = await parts.store.count(collection.name, query)
    shape = Shape(parts, call, decision, query.fields, listing.expand)
    if _has_respond(collection):
        context.result = {"items": await shape.documents(records), **extra}
        return await respond(parts, call, collection, context)
    texts = [r.text for r in records] if shape.is_plain else map(orjson.dumps, await shape.documents(records))
    tail = b"," + orjson.dumps(extra)[1:] if extra else b"}"
    return Result(b'{"items":[' + b",".join(texts) + b"]" + tail)


@dataclass(frozen=True, slots=True)
class Shape:
    """How stored documents become those of an answer: hidden fields out, references in, only some fields."""

    parts: Parts
    call: Call
    decision: Decision
    fields: tuple[Path, ...] | None
    expand: Sequence[FieldSpec]

    @property
    def is_whole(self) -> bool:
        """Whether the answer depends on nothing but the document and who asks."""
        return self.fields is None and not self.expand

    @property
    def is_plain(self) -> bool:
        """Whether every document is answered as it is stored."""
        return self.is_whole and self.decision.uniform_hidden == frozenset()

    async def documents(self, records: Sequence[Record]) -> list[Document]:
        """Return the documents as the actor may see them."""
        same, hidden = self.decision.uniform_hidden, self.decision.hidden
        shown = [without(r.document, hidden(r.document) if same is None else same) for r in records]
        if self.expand:
            spec = self.call.edition.spec
            store, actor, now = self.parts.store, self.call.actor, self.call.now
            shown = await expand(shown, self.expand, store=store, spec=spec, actor=actor, now=now)
        if self.fields is None:
            return shown
        paths = (*self.fields, ("_expand",)) if self.expand else self.fields
        return [project(document, paths) for document in shown]
