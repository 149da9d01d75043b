"""Documents taken over word for word, as `hookstream export` writes them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from runtime.documents.validate import Validator
from runtime.model.change import Write
from runtime.model.clock import epoch_s, is_timestamp
from runtime.model.document import Document
from runtime.model.errors import InvalidDocument
from runtime.model.files import files_in, use
from runtime.model.ports import Store
from runtime.model.specs import CollectionSpec
from runtime.query.values import INTEGER_MAX, check_json


class Verbatim:
    """Puts documents of one collection into a store exactly as they are, system fields, order of fields and all.

    They were let in once already: no hook runs, nothing is filled in or made from other fields, and they need not fit
    what the YAML demands by now, as stored documents need not either. Checked are the id, the system fields and what
    every store demands; unique fields stay unique. Change records are written as for all other writes.
    """

    def __init__(self, store: Store, collection: CollectionSpec) -> None:
        self._store = store
        self._validator = Validator(collection)
        self._held: list[Write] | None = None

    async def create(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Create a document; return it. Raises InvalidDocument, AlreadyExists, NotUnique, TooLarge."""
        created = dict(document)
        id = self._validator.check_id(created.get("id"))
        if errors := {**check_json(created), **_faults(created)}:
            raise InvalidDocument("the document is none that was exported; see errors", errors=errors)
        files = {held.id for held in files_in(created, self._validator.holding)}
        writes = [use(file, collection, id, now=epoch_s(created["updatedAt"])) for file in sorted(files)]
        writes.append(Write(collection, id, created, expected=0))
        if self._held is not None:
            self._held.extend(writes)
        else:
            await self._store.commit(writes)
        return created

    @asynccontextmanager
    async def batch(self) -> AsyncIterator["Verbatim"]:
        """Hold documents together, each of another id: all are committed at the end of the block, or none."""
        held: list[Write] = []
        self._held = held
        try:
            yield self
        finally:
            self._held = None
        await self._store.commit(held)


def _faults(document: Document) -> dict[str, str]:
    """Return what is wrong with the system fields, the id aside, by JSON pointer."""
    found = {f"/{name}": "must be a timestamp such as 2026-01-15T10:30:00.000Z"
             for name in ("createdAt", "updatedAt") if not is_timestamp(str(document.get(name)))}  # fmt: skip
    version = document.get("version")
    if type(version) is not int or not 1 <= version <= INTEGER_MAX:
        found["/version"] = "must be a whole number from 1"
    if not isinstance(document.get("createdBy", 0), str | None):
        found["/createdBy"] = "must be who created it, or null"
    return found
