"""Small questions about JSON values: a copy, the value at a path, whether two are the same. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

MISSING: Final[Any] = object()
"""What `value_at` answers where nothing is; unlike None, which is JSON's null."""


def copy_json(value: Any) -> Any:
    """Return a copy of a JSON value that shares no object or array with it."""
    if isinstance(value, dict):
        return {key: copy_json(member) for key, member in value.items()}
    if isinstance(value, list):
        return [copy_json(element) for element in value]
    return value


def value_at(value: Any, path: Sequence[str]) -> Any:
    """Return the value at a path, whose numbers are indexes where an array stands; MISSING where nothing is."""
    for segment in path:
        if isinstance(value, Mapping) and segment in value:
            value = value[segment]
        elif isinstance(value, list) and segment.isdecimal() and int(segment) < len(value):
            value = value[int(segment)]
        else:
            return MISSING
    return value


def same(a: Any, b: Any) -> bool:
    """Return whether two JSON values are equal: true is not 1, 1 is 1.0, the order of an object's keys is nothing."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)
