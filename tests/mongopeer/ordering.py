"""How BSON values compare. Source: MongoDB manual, "Comparison/Sort Order"."""

from functools import cmp_to_key, partial
from typing import Any


class Missing:
    """What is at a path where nothing is."""


MISSING = Missing()


def bracket(value: Any) -> int:
    """Return the number of a value's type in the order of types; comparisons stay within one."""
    if value is None or value is MISSING:
        return 2
    if isinstance(value, bool):
        return 9
    if isinstance(value, int | float):
        return 3
    if isinstance(value, str):
        return 4
    if isinstance(value, dict):
        return 5
    if isinstance(value, list):
        return 6
    raise TypeError(f"{type(value).__name__} is not kept here")


def compare(left: Any, right: Any) -> int:
    """Return a number below, at or above 0, as the left value is before, with or behind the right one."""
    kind, other = bracket(left), bracket(right)
    if kind != other:
        return kind - other
    if kind == 2:
        return 0
    if kind == 4:
        left, right = left.encode(), right.encode()
    if kind == 5:
        return _compare_objects(left, right)
    if kind == 6:
        for one, another in zip(left, right, strict=False):
            if found := compare(one, another):
                return found
        return len(left) - len(right)
    return (left > right) - (left < right)


def _compare_objects(left: dict[str, Any], right: dict[str, Any]) -> int:
    for (name, one), (label, another) in zip(left.items(), right.items(), strict=False):
        if found := bracket(one) - bracket(another):
            return found
        if name != label:
            return -1 if name.encode() < label.encode() else 1
        if found := compare(one, another):
            return found
    return len(left) - len(right)


def identity(value: Any) -> Any:
    """Return what is hashable, and equal for values that compare as equal."""
    if isinstance(value, dict):
        return (5, tuple((name, identity(member)) for name, member in value.items()))
    if isinstance(value, list):
        return (6, tuple(map(identity, value)))
    return (bracket(value), None if value is MISSING else value)


def sort(documents: list[Any], keys: dict[str, int]) -> list[Any]:
    """Return documents in the order of a sort document."""
    for name, direction in reversed(keys.items()):
        parts = name.split(".")
        by = cmp_to_key(partial(_by, parts, direction))
        documents = sorted(documents, key=by, reverse=direction < 0)
    return documents


def _by(parts: list[str], direction: int, left: Any, right: Any) -> int:
    one, another = _extreme(left, parts, direction), _extreme(right, parts, direction)
    if one == [] or another == []:  # an empty array stands before null
        return (another == []) - (one == [])
    return compare(one, another)


def _extreme(document: Any, parts: list[str], direction: int) -> Any:
    value = document
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, list) or not value:
        return value
    pick = max if direction < 0 else min
    return pick(value, key=cmp_to_key(compare))
