"""The one path of a read: permission, `before`, query and row filter, hidden fields, `respond`.

Where nothing has to change in a document, it goes from the store to the answer as the text it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from runtime.documents.call import Call
from runtime.documents.listing import HIGHEST_LIMIT, Listing, read_listing, within
from runtime.documents.parts import Parts
from runtime.documents.references import expand, expandable
from runtime.documents.sendable import json_text, sendable
from runtime.hooks.context import Context, Response
from runtime.model.document import Document, Record
from runtime.model.errors import NotFound
from runtime.model.ports import StreamRequest
from runtime.model.query import Compare, Path, Query, all_of
from runtime.model.specs import BoundHook, CollectionSpec, FieldSpec
from runtime.query.parse import parse_fields
from runtime.query.project import projector, remover
from runtime.rules.decide import Decision, decide, require


@dataclass(slots=True)
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
    if collection.virtual:
        return await answered_by_hook(parts, call, collection, *await run_before(parts, call, collection, Query()))
    listing = read_listing(parameters, collection, decision)
    if not is_hooked(collection):
        return Result(await _list(parts, call, collection, listing, decision))
    context, returned = await run_before(parts, call, collection, listing.query)
    if returned is not None:
        return await answered_by_hook(parts, call, collection, context, returned)
    listing = listing.asking(context.query)
    shape = Shape(parts, call, decision, listing.query.fields, listing.expand)
    records, extra = await _page(parts, collection, listing, decision)
    if not _has_respond(collection):
        return Result(await _written(shape, records, extra))
    context.result = {"items": await shape.documents(records), **extra}
    return await respond(parts, call, collection, context)


async def _list(parts: Parts, call: Call, collection: CollectionSpec, listing: Listing, decision: Decision) -> bytes:
    """Return the answer to a listing; the last one, as long as nothing was committed since."""
    state = None
    if listing.latest is not None:
        state = parts.store.state()
        if state is not None and state == listing.latest.state:
            return listing.latest.text
    shape = Shape(parts, call, decision, listing.query.fields, listing.expand)
    text = await _written(shape, *await _page(parts, collection, listing, decision))
    if listing.latest is not None:
        listing.latest.keep(text, state)
    return text


async def _written(shape: "Shape", records: Sequence[Record], extra: Mapping[str, Any]) -> bytes:
    """Return a page as JSON: documents that nothing has to change in are the texts that they are stored as."""
    if not shape.is_plain:
        return orjson.dumps({"items": await shape.documents(records), **extra})
    tail = b"]," + orjson.dumps(extra)[1:] if extra else b"]}"
    return b'{"items":[' + b",".join([record.text for record in records]) + tail


async def read_one(
    parts: Parts, call: Call, collection: CollectionSpec, id: str, parameters: Mapping[str, str]
) -> Answer:
    """Answer a request for one document. Raises NotFound where there is none that the actor may see."""
    decision = decide(call.actor, "read", collection, now=call.now)
    require(decision, call.actor, "read", collection)
    context = None
    if is_hooked(collection):
        query = Query(filter=Compare(("id",), "$eq", id), limit=1)
        context, returned = await run_before(parts, call, collection, query, id=id)
        if collection.virtual or returned is not None:
            return await answered_by_hook(parts, call, collection, context, returned)
        asked = all_of(query.filter, (context.query or query).filter, decision.filter)
        record = next(iter(await parts.store.find(collection.name, Query(filter=asked, limit=1))), None)
    else:
        record = await parts.store.get(collection.name, id)
    if record is None or not decision.permits(record):
        raise NotFound(f"there is no {collection.name!r} document {id!r}")
    fields = parse_fields(parameters["fields"]) if parameters.get("fields") else None
    shape = Shape(parts, call, decision, fields, expandable(decision.ruling, parameters.get("expand", "")))
    version = record.version if shape.is_whole else None
    if context is None or not _has_respond(collection):
        text = record.text if shape.is_plain else orjson.dumps((await shape.documents([record]))[0])
        return Result(text, version)
    (context.result,) = await shape.documents([record])
    return await respond(parts, call, collection, context, version=version)


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


async def run_before(
    parts: Parts, call: Call, collection: CollectionSpec, query: Query, *, id: str | None = None
) -> tuple[Context, Any]:
    """Run the `before` hooks of a read; return the context as they left it, and what they returned."""
    context = parts.context(call, collection, "read", id=id, query=query)
    return await parts.run_phase(call, collection, context, "before")


async def answered_by_hook(
    parts: Parts, call: Call, collection: CollectionSpec, context: Context, returned: Any
) -> Answer:
    """Return what the `before` hooks of a read have answered in place of documents."""
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


def is_hooked(collection: CollectionSpec) -> bool:
    """Return whether user code runs when a collection is read."""
    return collection.virtual or ("read", "before") in collection.hooks or _has_respond(collection)


async def _page(
    parts: Parts, collection: CollectionSpec, listing: Listing, decision: Decision
) -> tuple[Sequence[Record], dict[str, Any]]:
    """Return the records that are asked for, and what else the answer has: `next`, `total`."""
    query = listing.query
    limit = HIGHEST_LIMIT if query.limit is None else query.limit
    fetch = listing.fetch or within(query, decision.filter, limit=limit + 1)
    records = await parts.store.find(collection.name, fetch)
    extra: dict[str, Any] = {}
    if len(records) > limit > 0:
        records = records[:limit]
        extra["next"] = listing.places.behind(records[-1].document)
    if listing.count:
        extra["total"] = await parts.store.count(collection.name, fetch)
    return records, extra


@dataclass(slots=True)
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
        return self.is_whole and not self.decision.uniform_hidden and self.decision.uniform_hidden is not None

    async def documents(self, records: Sequence[Record]) -> list[Document]:
        """Return the documents as the actor may see them."""
        shown = list(map(self._stripper(), [record.document for record in records]))
        if self.expand:
            spec = self.call.edition.spec
            store, actor, now = self.parts.store, self.call.actor, self.call.now
            shown = await expand(shown, self.expand, store=store, spec=spec, actor=actor, now=now)
        if self.fields is None:
            return shown
        return list(map(projector((*self.fields, ("_expand",)) if self.expand else self.fields), shown))

    def _stripper(self) -> Callable[[Document], Document]:
        same, hidden = self.decision.uniform_hidden, self.decision.hidden
        if same is not None:
            return remover(same)
        # Rows differ, but in few ways: what takes one set of fields away is made once.
        made = cache(remover)
        return lambda document: made(hidden(document))(document)
