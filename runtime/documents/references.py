"""References between documents: do they point anywhere, and what is there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.model.errors import InvalidQuery
from runtime.model.ports import Store
from runtime.model.query import In, Query, all_of
from runtime.model.specs import FieldSpec, ProjectSpec
from runtime.query.project import without
from runtime.rules.decide import Ruling, decide


def references(document: Mapping[str, Any], fields: Sequence[FieldSpec]) -> Iterator[tuple[str, str, str]]:
    """Yield (pointer, collection, id) for each reference that a document holds, in nested objects and arrays too."""
    for field in fields:
        yield from _in_value(document.get(field.name), field, f"/{field.name}")


def _in_value(value: Any, field: FieldSpec, pointer: str) -> Iterator[tuple[str, str, str]]:
    if field.type == "reference" and isinstance(value, str) and field.collection is not None:
        yield pointer, field.collection, value
    elif field.type == "array" and isinstance(value, list) and field.items is not None:
        for index, item in enumerate(value):
            yield from _in_value(item, field.items, f"{pointer}/{index}")
    elif field.type == "object" and isinstance(value, dict):
        for member in field.fields:
            yield from _in_value(value.get(member.name), member, f"{pointer}/{member.name}")


def expandable(ruling: Ruling, text: str) -> tuple[FieldSpec, ...]:
    """Return the reference fields that `expand` names, such as `author,tags`.

    Raises InvalidQuery for what is none, and in the same words for what is always hidden from the actor.
    """
    known = {f.name: f for f in ruling.collection.fields if target_of(f) is not None and ruling.may_know((f.name,))}
    names = dict.fromkeys(name for name in text.split(",") if name)
    for name in names:
        if name not in known:
            possible = ", ".join(known) or "none here"
            raise InvalidQuery(f"{name!r} cannot be expanded; fields that refer to documents: {possible}")
    return tuple(known[name] for name in names)


def target_of(field: FieldSpec) -> str | None:
    """Return the collection that a field, or each item of an array, refers to."""
    if field.type == "reference":
        return field.collection
    if field.type == "array" and field.items is not None and field.items.type == "reference":
        return field.items.collection
    return None


async def expand(
    documents: Sequence[Document],
    fields: Sequence[FieldSpec],
    *,
    store: Store,
    spec: ProjectSpec,
    actor: Actor,
    now: float,
) -> list[Document]:
    """Return the documents with what they refer to under `_expand`, by field name.

    One query for each field, whatever the number of documents. What the actor may not read is left out of a list and
    null for a single reference, as if it did not exist.
    """
    expanded: list[Document] = [{**document, "_expand": {}} for document in documents]
    for field in fields:
        found = await _readable(documents, field, store=store, spec=spec, actor=actor, now=now)
        for document in expanded:
            value = document.get(field.name)
            if isinstance(value, list):
                document["_expand"][field.name] = [found[ref] for ref in value if ref in found]
            else:
                document["_expand"][field.name] = found.get(value) if isinstance(value, str) else None
    return expanded


async def _readable(
    documents: Sequence[Document], field: FieldSpec, *, store: Store, spec: ProjectSpec, actor: Actor, now: float
) -> dict[str, Document]:
    target = spec.collection[target_of(field) or ""]
    decision = decide(actor, "read", target, now=now)
    ids = tuple(dict.fromkeys(ref for d in documents for _, _, ref in _in_value(d.get(field.name), field, "")))
    if not ids or not decision.allowed:
        return {}
    query = Query(filter=all_of(In(("id",), ids), decision.filter))
    records = await store.find(target.name, query)
    return {r.id: without(r.document, decision.hidden(r.document)) for r in records}
