"""Slugs made from another field."""

from collections.abc import Mapping
from typing import Final

from slugify import slugify

from runtime.model.document import Document
from runtime.model.ports import Store
from runtime.model.query import Compare, Query
from runtime.model.specs import FieldSpec

LONGEST: Final = 200
MOST_TRIES: Final = 20
"""How many numbers are tried; a title that is so common has the end of its document's id put there instead."""


async def free_slug(
    store: Store,
    collection: str,
    field: FieldSpec,
    *,
    text: object,
    own_id: str,
    pending: Mapping[str, Document | None],
) -> str | None:
    """Return a slug of `text`; of a unique field one that is free now, with -2, -3 … at its end where needed.

    `pending` is what the same unit is about to write. Another writer may take the slug before the commit, which then
    fails as NotUnique and is tried again.
    """
    longest = min(LONGEST, field.max_length or LONGEST)
    slug = slugify(text, max_length=longest, word_boundary=True) if isinstance(text, str) else ""
    if not slug or not field.unique:
        return slug or None
    taken = {document.get(field.name) for id, document in pending.items() if document is not None and id != own_id}
    for number in range(1, MOST_TRIES + 1):
        candidate = slug if number == 1 else _ended(slug, str(number), longest)
        if candidate in taken:
            continue
        holders = await store.find(collection, Query(filter=Compare((field.name,), "$eq", candidate), limit=2))
        if all(record.id == own_id for record in holders):
            return candidate
    return _ended(slug, slugify(own_id)[-12:].strip("-"), longest)


def _ended(slug: str, end: str, longest: int) -> str:
    return f"{slug[: max(1, longest - len(end) - 1)].rstrip('-')}-{end}"
