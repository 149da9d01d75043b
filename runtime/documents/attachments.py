"""The files that documents hold: whether they may, in what words, and who may see one because of it."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from runtime.documents.call import Call
from runtime.documents.parts import Parts
from runtime.documents.reads import Result, read_one
from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.model.errors import Conflict, Failure, InvalidDocument
from runtime.model.files import FILES, USES, Held, amendment, described, files_in, is_accepted, use, words_of
from runtime.model.ports import Store
from runtime.model.query import Compare, Cursor, Filter, Query, SortKey, all_of
from runtime.model.specs import FieldSpec

HOLDERS_PAGE: Final = 100
MOST_HOLDERS: Final = 1000
"""How many of the documents that hold a file are looked at for one that somebody may read; a read hook may run for
each. Arbitrarily chosen and may change."""
OLDEST_FIRST: Final = (SortKey(("createdAt",)), SortKey(("id",)))


async def settled(
    parts: Parts, call: Call, document: Document, stored: Document, fields: tuple[FieldSpec, ...]
) -> Document:
    """Return a document whose files are described in the server's words, whatever was said of them.

    A file that has stood at its place all the while may stay there. Any other has to exist, to be one that the
    actor has uploaded or may see, and of a type and size that its field takes. Raises InvalidDocument.
    """
    before = {(held.place, held.id): dict(held.value) for held in files_in(stored, fields)}
    now = list(files_in(document, fields))
    words = {id: value for (_, id), value in before.items()}
    errors: dict[str, str] = {}
    allowed: dict[str, bool] = {}
    for held in now:
        if (held.place, held.id) in before:
            continue
        if held.id not in allowed:
            record = await parts.load(call, FILES.name, held.id)
            allowed[held.id] = record is not None and await _may_hold(parts, call, record)
            if record is not None:
                words[held.id] = words_of(record)
        fault = _fault(held, words[held.id]) if allowed[held.id] else "is no file that you have uploaded or may see"
        if fault is not None:
            errors[held.pointer] = fault
    if errors:
        raise InvalidDocument("the document holds files that it cannot; see errors", errors=errors)
    return described(document, fields, words) if now else document


def _fault(held: Held, words: Mapping[str, Any]) -> str | None:
    field = held.field
    if not is_accepted(words["type"], field.accept):
        return f"is {words['type']}; this field takes {', '.join(field.accept)}"
    if field.max_size_bytes is not None and words["size"] > field.max_size_bytes:
        return f"has {words['size']} bytes; this field takes {field.max_size_bytes}"
    return None


async def _may_hold(parts: Parts, call: Call, record: Document) -> bool:
    return call.actor.is_system or _is_own(call.actor, record) or await _sees(parts, call, record["id"])


def _is_own(actor: Actor, record: Document) -> bool:
    return actor.id is not None and actor.id == record["createdBy"]


async def attach(
    parts: Parts, call: Call, collection: str, id: str, *,
    before: Document, after: Document, fields: tuple[FieldSpec, ...],
) -> None:  # fmt: skip
    """Have the unit note which files a document holds from now on, and which no longer; both may be empty documents.

    A file that is about to expire is kept for good by a write to its record, which fails where upkeep was faster.
    """
    held, had = _ids(after, fields), _ids(before, fields)
    now = parts.clock.now()
    for file in sorted(held - had):
        record = await parts.load(call, FILES.name, file)
        if record is None:
            raise Conflict("a file was removed meanwhile, because nothing held it; upload it again")
        if record["expiresAt"] is not None:
            call.unit.writes.append(amendment(record, {"used": True, "expiresAt": None}, now=now))
        call.unit.writes.append(use(file, collection, id, now=now))
    call.unit.writes.extend(use(file, collection, id, now=now, ended=True) for file in sorted(had - held))


def _ids(document: Document, fields: tuple[FieldSpec, ...]) -> set[str]:
    return {held.id for held in files_in(document, fields)}


async def visible_file(parts: Parts, call: Call, id: str) -> Document | None:
    """Return the record of a file that the actor may see; None where there is none.

    They may see their own as long as no document holds it, and what stands in a document where they may read it.
    """
    record = await parts.store.get(FILES.name, id)
    if record is None:
        return None
    is_theirs = _is_own(call.actor, record.document) and not record.document["used"]
    return record.document if is_theirs or await _sees(parts, call, id) else None


async def _sees(parts: Parts, call: Call, file: str) -> bool:
    """Return whether the actor may read a file in any document that holds it.

    A read is made as any other, hooks included, but nothing that they write, send or enqueue is kept.
    """
    seen: int = 0
    after: Document | None = None
    while seen < MOST_HOLDERS:
        page = await uses_of(parts.store, file, after=after, limit=HOLDERS_PAGE)
        for holder in page:
            if await _shows(parts, call, holder, file):
                return True
        if len(page) < HOLDERS_PAGE:
            return False
        seen, after = seen + len(page), page[-1]
    return False


async def uses_of(store: Store, file: str, *, limit: int, after: Document | None = None) -> list[Document]:
    """Return the uses of a file that have not ended, the oldest first: nobody gets in before those there are."""
    wanted: Filter = all_of(Compare(("file",), "$eq", file), Compare(("ended",), "$eq", False))
    behind = Cursor((after["createdAt"], after["id"])) if after is not None else None
    query = Query(filter=wanted, sort=OLDEST_FIRST, limit=limit, after=behind)
    return [record.document for record in await store.find(USES.name, query)]


async def _shows(parts: Parts, call: Call, holder: Document, file: str) -> bool:
    collection = call.edition.spec.collection.get(holder["collection"])
    if collection is None or collection.virtual:
        return False
    try:
        answer = await read_one(parts, call.inner(call.actor), collection, holder["document"], {})
    except Failure:
        return False
    if not isinstance(answer, Result):
        return False
    shown = orjson.loads(answer.text)
    return isinstance(shown, dict) and any(
        held.id == file for held in files_in(shown, parts.validator(call.edition, collection).holding)
    )
