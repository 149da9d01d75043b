"""Whether a value that stands in the YAML could stand in a document."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from runtime.model.clock import epoch_s
from runtime.model.specs import TEXT_TYPES
from runtime.settings.problems import listed, nearest, quoted
from runtime.settings.tree import Node

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def misfit(value: Any, field: Node) -> str | None:
    """Say why a value does not fit a declared field, as the end of a sentence: `must be text`. None where it fits.

    Where the field itself is wrong, nothing is said about its values.
    """
    kind = field.text_at("type")
    if value is None:
        return "must not be null"
    if kind in TEXT_TYPES or kind == "reference":
        return "must be text" if not isinstance(value, str) else _bad_text(value, kind or "", field)
    return _CHECKS[kind](value, field) if kind in _CHECKS else None


def _bad_text(value: str, kind: str, field: Node) -> str | None:
    least, most = _bounds(field, "minLength", "maxLength")
    pattern = field.get("pattern")
    if least is None and not value and _is_required(field):
        return "is empty, and the field is required"
    if least is not None and len(value) < least:
        return f"is shorter than minLength {least}"
    if most is not None and len(value) > most:
        return f"is longer than maxLength {most}"
    if pattern is not None and pattern.text is not None and not _found(pattern.text, value):
        return f"does not match the pattern {quoted(pattern.text)}"
    if kind == "slug" and not _SLUG.fullmatch(value):
        return "is not a slug: small letters and digits, with single - between them"
    if kind == "email" and not _EMAIL.fullmatch(value):
        return "is not an e-mail address"
    if kind == "url" and not _is_url(value):
        return "is not a URL; it begins with https:// or http://"
    return None


def _found(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not any(c.isspace() for c in value)


def _is_required(field: Node) -> bool:
    required = field.get("required")
    return required is not None and required.value is True


def _bad_number(value: Any, field: Node) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    return _out_of_bounds(value, field, "")


def _bad_integer(value: Any, field: Node) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    return _out_of_bounds(value, field, "")


def _out_of_bounds(value: float, field: Node, unit: str) -> str | None:
    least, most = _bounds(field, "min", "max")
    if least is not None and value < least:
        return f"is below min {least}{unit}"
    if most is not None and value > most:
        return f"is above max {most}{unit}"
    return None


def _bounds(field: Node, lower: str, upper: str) -> tuple[float | None, float | None]:
    """Return what bounds a value; nothing where the bounds themselves contradict each other."""
    least, most = number_at(field, lower), number_at(field, upper)
    if least is not None and most is not None and least > most:
        return None, None
    return least, most


def number_at(field: Node, key: str) -> int | float | None:
    """Return the value at a key if it is a number."""
    node = field.get(key)
    if node is None or isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return None
    return node.value


def _bad_boolean(value: Any, _field: Node) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _bad_date(value: Any, _field: Node) -> str | None:
    try:
        valid = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        valid = False
    return None if valid else "must be a date such as 2026-01-31"


def _bad_datetime(value: Any, _field: Node) -> str | None:
    try:
        valid = isinstance(value, str) and "T" in value and epoch_s(value) is not None
    except ValueError:
        valid = False
    return None if valid else "must be a moment such as 2026-01-31T10:30:00.000Z"


def _bad_choice(value: Any, field: Node) -> str | None:
    node = field.get("options")
    options = [option.text for option in node.elements if option.text is not None] if node else []
    certain = node is not None and node.whole and options and len(options) == len(node.elements)
    if not certain or value in options:
        return None
    near = nearest(value, options) if isinstance(value, str) else None
    hint = f'; did you mean "{near}"?' if near else ""
    return f"must be one of {listed(options)}{hint}"


def _bad_choices(value: Any, field: Node) -> str | None:
    if not isinstance(value, list):
        return "must be a list"
    fault = next((fault for choice in value if (fault := _bad_choice(choice, field))), None)
    if fault is None and any(choice in value[:position] for position, choice in enumerate(value)):
        return "holds something twice"
    return fault or _out_of_bounds(len(value), field, " elements")


def _bad_array(value: Any, field: Node) -> str | None:
    if not isinstance(value, list):
        return "must be a list"
    items = field.get("items")
    faults = (misfit(element, items) for element in value) if items else iter(())
    fault = next((fault for fault in faults if fault), None)
    return f"has an element that {fault}" if fault else _out_of_bounds(len(value), field, " elements")


def _bad_object(value: Any, field: Node) -> str | None:
    if not isinstance(value, dict):
        return "must be a mapping"
    node = field.get("fields")
    named = [(member.text_at("name"), member) for member in (node.elements if node else ())]
    members = {name: member for name, member in named if name is not None}
    if node is None or not node.whole or len(members) < len(named):
        return None
    for key, inner in value.items():
        fault = misfit(inner, members[key]) if key in members else "is not declared"
        if fault:
            return f"has a member {quoted(key)} that {fault}"
    lacking = next((name for name, member in members.items() if _is_required(member) and name not in value), None)
    return None if lacking is None else f"lacks the member {quoted(lacking)}"


def _bad_geo(value: Any, _field: Node) -> str | None:
    """Check a GeoJSON point (RFC 7946 §3.1.2): longitude first."""
    match value:
        case {"type": "Point", "coordinates": [int() | float() as longitude, int() | float() as latitude]}:
            if len(value) == 2 and -180 <= longitude <= 180 and -90 <= latitude <= 90:
                return None
    return "must be a GeoJSON point: {type: Point, coordinates: [longitude, latitude]}"


def _bad_file(_value: Any, _field: Node) -> str | None:
    return "cannot be written here: files are uploaded"


_CHECKS: Final[Mapping[str | None, Callable[[Any, Node], str | None]]] = {
    "number": _bad_number,
    "integer": _bad_integer,
    "boolean": _bad_boolean,
    "date": _bad_date,
    "datetime": _bad_datetime,
    "select": _bad_choice,
    "multiselect": _bad_choices,
    "array": _bad_array,
    "object": _bad_object,
    "geo": _bad_geo,
    "file": _bad_file,
}
