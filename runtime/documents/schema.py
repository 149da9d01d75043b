"""What a collection's documents must look like, as JSON Schema (draft 2020-12). Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.model.files import WORDS
from runtime.model.specs import CollectionSpec, FieldSpec

ID_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$"
"""What an id may be: unreserved URL characters (RFC 3986 §2.3), so that it never needs escaping in a path."""

SLUG_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"

_LATITUDE: Final = {"type": "number", "minimum": -90, "maximum": 90}
_LONGITUDE: Final = {"type": "number", "minimum": -180, "maximum": 180}


def document_schema(collection: CollectionSpec) -> dict[str, Any]:
    """Return the schema of a whole document, its system fields left aside."""
    return _object_schema(collection.fields)


def patch_schema(collection: CollectionSpec) -> dict[str, Any]:
    """Return the schema of a JSON Merge Patch (RFC 7396): nothing is required, null removes a field."""
    schema = _object_schema(collection.fields)
    schema.pop("required", None)
    for name, part in schema["properties"].items():
        schema["properties"][name] = {"anyOf": [part, {"type": "null"}]}
    patch: dict[str, Any] = _without_required(schema)
    return patch


def _without_required(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {k: _without_required(v) for k, v in schema.items() if not (k == "required" and isinstance(v, list))}
    if isinstance(schema, list):
        return [_without_required(part) for part in schema]
    return schema


def _object_schema(fields: tuple[FieldSpec, ...]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {f.name: _field_schema(f) for f in fields},
        "additionalProperties": False,
    }
    if required := [f.name for f in fields if f.required]:
        schema["required"] = required
    return schema


def _field_schema(field: FieldSpec) -> dict[str, Any]:
    schema = _TYPES[field.type](field)
    if not field.required and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _text(**fixed: Any) -> Callable[[FieldSpec], dict[str, Any]]:
    def build(field: FieldSpec) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", **fixed}
        if field.required:
            schema["minLength"] = 1
        if field.min_length is not None:
            schema["minLength"] = field.min_length
        if field.max_length is not None:
            schema["maxLength"] = min(field.max_length, fixed.get("maxLength", field.max_length))
        if field.pattern is not None:
            schema["pattern"] = field.pattern
        return schema

    return build


def _number(kind: str) -> Callable[[FieldSpec], dict[str, Any]]:
    def build(field: FieldSpec) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": kind}
        if field.min is not None:
            schema["minimum"] = field.min
        if field.max is not None:
            schema["maximum"] = field.max
        return schema

    return build


def _array(field: FieldSpec) -> dict[str, Any]:
    items = _field_schema(field.items) if field.items is not None else {}
    return _sized({"type": "array", "items": items}, field)


def _multiselect(field: FieldSpec) -> dict[str, Any]:
    items = {"type": "string", "enum": list(field.options)}
    return _sized({"type": "array", "items": items, "uniqueItems": True}, field)


def _sized(schema: dict[str, Any], field: FieldSpec) -> dict[str, Any]:
    if field.min is not None:
        schema["minItems"] = int(field.min)
    if field.max is not None:
        schema["maxItems"] = int(field.max)
    return schema


def _geo(_field: FieldSpec) -> dict[str, Any]:
    """Return the schema of a GeoJSON point (RFC 7946 §3.1.2): longitude first."""
    return {
        "type": "object",
        "properties": {
            "type": {"const": "Point"},
            "coordinates": {"type": "array", "prefixItems": [_LONGITUDE, _LATITUDE], "minItems": 2, "maxItems": 2},
        },
        "required": ["type", "coordinates"],
        "additionalProperties": False,
    }


def _file(_field: FieldSpec) -> dict[str, Any]:
    """Return the schema of a file that a client names: what else it says of it is the server's, and passed over."""
    return {
        "type": "object",
        "properties": {"id": {"type": "string", "maxLength": 64}, **{word: {} for word in WORDS}},
        "required": ["id"],
        "additionalProperties": False,
    }


_TYPES: Final[Mapping[str, Callable[[FieldSpec], dict[str, Any]]]] = {
    "string": _text(),
    "text": _text(),
    "markdown": _text(),
    "richtext": _text(),
    "slug": _text(pattern=SLUG_PATTERN, maxLength=200),
    "email": _text(format="email", maxLength=254),
    "url": _text(format="url", maxLength=2048),
    "date": _text(format="date"),
    "datetime": _text(format="date-time"),
    "number": _number("number"),
    "integer": _number("integer"),
    "boolean": lambda _field: {"type": "boolean"},
    "select": lambda field: {"type": "string", "enum": list(field.options)},
    "multiselect": _multiselect,
    "reference": lambda _field: {"type": "string", "pattern": ID_PATTERN},
    "array": _array,
    "object": lambda field: _object_schema(field.fields),
    "geo": _geo,
    "json": lambda _field: {},
    "file": _file,
}
