"""Whether a stored value fits a field's type, as far as its kind goes; whole validation is not the store's."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from runtime.model.clock import epoch_s
from runtime.model.specs import FieldSpec


def fits(field: FieldSpec, value: Any) -> bool:
    """Return whether a value has the kind that a field declares, all the way down. Null always has."""
    if value is None:
        return True
    match field.type:
        case "array":
            return isinstance(value, list) and (field.items is None or all(fits(field.items, e) for e in value))
        case "object":
            return isinstance(value, dict) and all(fits(inner, value.get(inner.name)) for inner in field.fields)
        case "select":
            return value in field.options
        case "multiselect":
            return isinstance(value, list) and all(element in field.options for element in value)
        case _:
            return _KINDS.get(field.type, _is_text)(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and value % 1 == 0


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_datetime(value: Any) -> bool:
    try:
        return isinstance(value, str) and epoch_s(value) is not None
    except ValueError:
        return False


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_anything(_: Any) -> bool:
    return True


_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "number": _is_number,
    "integer": _is_integer,
    "boolean": _is_boolean,
    "date": _is_date,
    "datetime": _is_datetime,
    "geo": _is_object,
    "file": _is_object,
    "json": _is_anything,
}
