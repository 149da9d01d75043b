"""Whether a document fits its collection, told in words that a person understands."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import orjson
from jsonschema import FormatChecker
from jsonschema.protocols import Validator as SchemaValidator

from runtime.documents.schema import ID_PATTERN, document_schema, patch_schema
from runtime.model.clock import epoch_s, timestamp
from runtime.model.document import WRITE_LIMIT_BYTES, Document
from runtime.model.errors import InvalidDocument, TooLarge
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.schemas import compiled, faults
from runtime.query.values import check_json


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
        return not isinstance(value, str) or bool(timestamp(epoch_s(value)))

    return checker


class Validator:
    """Checks the documents of one collection, as it is in one edition of the project."""

    def __init__(self, collection: CollectionSpec) -> None:
        checker = format_checker()
        self._collection = collection
        self._whole = compiled(document_schema(collection), formats=checker)
        self._patch = compiled(patch_schema(collection), formats=checker)
        self._id = compiled({"type": "string", "pattern": ID_PATTERN})
        self._datetimes = any(_has_datetime(f) for f in collection.fields)

    def check_patch(self, patch: Mapping[str, Any]) -> None:
        """Raise InvalidDocument where a merge patch could never fit, without knowing the stored document."""
        self._raise(self._patch, patch)

    def check(self, document: Mapping[str, Any]) -> None:
        """Raise InvalidDocument (errors by JSON pointer) where a document, its system fields aside, does not fit.

        Raises TooLarge over WRITE_LIMIT_BYTES.
        """
        self._raise(self._whole, document)
        if unstorable := check_json(document):
            raise InvalidDocument("the document holds what cannot be stored", errors=unstorable)
        if len(orjson.dumps(document)) > WRITE_LIMIT_BYTES:
            raise TooLarge(f"the document is over {WRITE_LIMIT_BYTES} bytes as JSON; store large data elsewhere")

    def check_id(self, id: object) -> str:
        """Return a client's id. Raises InvalidDocument."""
        if not isinstance(id, str) or not self._id.is_valid(id):
            message = "must be 1 to 128 letters, digits, '-', '.', '_' or '~', beginning with a letter or digit"
            raise InvalidDocument("the id cannot be used", errors={"/id": message})
        return id

    def normalise(self, document: Document) -> Document:
        """Return the document with every datetime in UTC with milliseconds, so that text order is time order."""
        if not self._datetimes:
            return document
        return {name: _normal(value, self._collection.by_name.get(name)) for name, value in document.items()}

    def _raise(self, validator: SchemaValidator, value: Mapping[str, Any]) -> None:
        errors = faults(validator, value, unknown="is no field of this collection")
        if errors:
            name = self._collection.name
            raise InvalidDocument(f"the document does not fit {name!r}; see errors", errors=errors)


def _has_datetime(field: FieldSpec) -> bool:
    return (
        field.type == "datetime"
        or (field.items is not None and _has_datetime(field.items))
        or any(_has_datetime(f) for f in field.fields)
    )


def _normal(value: Any, field: FieldSpec | None) -> Any:
    if field is None or value is None:
        return value
    if field.type == "datetime" and isinstance(value, str):
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
