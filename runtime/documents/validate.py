"""Whether a document fits its collection, told in words that a person understands."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from jsonschema import FormatChecker

from runtime.documents.schema import ID_PATTERN, document_schema, patch_schema
from runtime.model.clock import epoch_s, is_timestamp, timestamp
from runtime.model.document import WRITE_LIMIT_BYTES, Document
from runtime.model.errors import InvalidDocument, TooLarge
from runtime.model.files import holding
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType
from runtime.query.schemas import Schema, compiled, faults
from runtime.query.values import check_json

LARGE_BYTES: Final = 32 * 1024
"""From which size on a document is checked in a thread, or everybody else would wait: telling what is wrong takes some
5 µs for each value, seconds for a list that fills the largest body. Some 10 ms at most stay on the event loop."""


def format_checker() -> FormatChecker:
    """Return the checks behind `format`: email, url, date, date-time."""
    checker = FormatChecker(formats=())

    @checker.checks("email")
    def is_email(value: object) -> bool:
        if not isinstance(value, str):
            return True
        local, at, domain = value.rpartition("@")
        return bool(at and local and "." in domain.strip(".")) and not any(c.isspace() for c in value)

    @checker.checks("url", raises=ValueError)
    def is_url(value: object) -> bool:
        if not isinstance(value, str):
            return True
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.netloc) and not any(c.isspace() for c in value)

    @checker.checks("date", raises=ValueError)
    def is_date(value: object) -> bool:
        return not isinstance(value, str) or date.fromisoformat(value).isoformat() == value

    @checker.checks("date-time", raises=(ValueError, OverflowError))
    def is_datetime(value: object) -> bool:
        return not isinstance(value, str) or is_timestamp(value) or bool(timestamp(epoch_s(value)))

    return checker


class Validator:
    """Checks the documents of one collection, as it is in one edition of the project.

    It also knows, for every write: which fields have a `default`, which slugs are made `from` another field, which
    fields may hold references, and which files.
    """

    def __init__(self, collection: CollectionSpec) -> None:
        checker = format_checker()
        self._collection = collection
        self._whole = compiled(document_schema(collection), formats=checker)
        self._patch = compiled(patch_schema(collection), formats=checker)
        self._id = compiled({"type": "string", "pattern": ID_PATTERN})
        self._dated = tuple(f for f in collection.fields if _holds(f, "datetime"))
        self.defaults = tuple(f for f in collection.fields if f.default is not None)
        self.slugs = tuple(f for f in collection.fields if f.type == "slug" and f.origin)
        self.referring = tuple(f for f in collection.fields if _holds(f, "reference"))
        self.holding = holding(collection.fields)

    async def check_patch(self, patch: Mapping[str, Any]) -> None:
        """Raise InvalidDocument where a merge patch could never fit, without knowing the stored document."""
        if _size(patch) > LARGE_BYTES:
            await asyncio.to_thread(self._raise, self._patch, patch)
        else:
            self._raise(self._patch, patch)

    async def check(self, document: Mapping[str, Any]) -> None:
        """Raise InvalidDocument (errors by JSON pointer) where a document, its system fields aside, does not fit.

        Raises TooLarge over WRITE_LIMIT_BYTES.
        """
        size = _size(document)
        if size > LARGE_BYTES:
            await asyncio.to_thread(self._check, document)
        else:
            self._check(document)
        if size > WRITE_LIMIT_BYTES:
            raise TooLarge(f"the document is over {WRITE_LIMIT_BYTES} bytes as JSON; store large data elsewhere")

    def check_id(self, id: object) -> str:
        """Return a client's id. Raises InvalidDocument."""
        if not isinstance(id, str) or faults(self._id, id, unknown=""):
            message = "must be 1 to 128 letters, digits, '-', '.', '_' or '~', beginning with a letter or digit"
            raise InvalidDocument("the id cannot be used", errors={"/id": message})
        return id

    def normalise(self, document: Document) -> Document:
        """Return the document with every datetime in UTC with milliseconds, so that text order is time order."""
        for field in self._dated:
            value = document.get(field.name)
            normal = _normal(value, field)
            if normal is not value:
                document = {**document, field.name: normal}
        return document

    def _check(self, document: Mapping[str, Any]) -> None:
        if self._whole.surely_fits(document):
            return
        self._raise(self._whole, document)
        if unstorable := check_json(document):
            raise InvalidDocument("the document holds what cannot be stored", errors=unstorable)

    def _raise(self, schema: Schema, value: Mapping[str, Any]) -> None:
        errors = faults(schema, value, unknown="is no field of this collection")
        if errors:
            name = self._collection.name
            raise InvalidDocument(f"the document does not fit {name!r}; see errors", errors=errors)


def _size(document: Mapping[str, Any]) -> int:
    try:
        return len(orjson.dumps(document))
    except TypeError:
        return 0  # no JSON, which the check says better


def _holds(field: FieldSpec, type: FieldType) -> bool:
    """Tell whether values of a type stand in a field, in its elements or its members."""
    inner = field.fields if field.items is None else (field.items, *field.fields)
    return field.type == type or any(_holds(f, type) for f in inner)


def _normal(value: Any, field: FieldSpec | None) -> Any:
    if field is None or value is None:
        return value
    if field.type == "datetime" and isinstance(value, str):
        if is_timestamp(value):
            return value
        try:
            return timestamp(epoch_s(value))
        except (ValueError, OverflowError):
            return value
    if field.type == "array" and isinstance(value, list):
        return [_normal(item, field.items) for item in value]
    if field.type == "object" and isinstance(value, dict):
        members = {f.name: f for f in field.fields}
        return {name: _normal(item, members.get(name)) for name, item in value.items()}
    return value
