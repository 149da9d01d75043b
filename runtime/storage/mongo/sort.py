"""A sort order and a cursor as MongoDB's.

MongoDB sorts values of different types, but compares within one type only. So "behind a cursor" is said type by type,
and comes in segments: each is a range of one type, which an index can be entered at.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, Path, SortKey
from runtime.query.order import rank
from runtime.storage.mongo.filters import ALWAYS, NEVER, Condition, conjunction, disjunction, is_scalar, is_sendable
from runtime.storage.mongo.names import ID, dotted

Order = tuple[tuple[str, bool], ...]
"""Dotted paths that hold single values, and whether they are descending."""

_KINDS: Final[Mapping[int, Any]] = {
    rank(example)[0]: said
    for example, said in (
        (None, None),
        (0, {"$type": "number"}),
        ("", {"$type": "string"}),
        (False, {"$type": "bool"}),
    )
}
"""What a path that holds single values may hold, in ascending order."""


def ordering(sort: tuple[SortKey, ...], is_single: Callable[[Path], bool]) -> Order | None:
    """Return a sort order up to the id, or None where MongoDB might sort otherwise: by what may be an array."""
    found = []
    for key in sort:
        name = dotted(key.path)
        if name is None or not is_single(key.path):
            return None
        found.append((name, key.descending))
        if key.path == ID:
            break
    return tuple(found)


def segments(order: Order, after: Cursor | None) -> tuple[Condition, ...]:
    """Return conditions for what is behind a cursor, one for each segment, in order; all are exact.

    Raises InvalidQuery for a cursor that is none of this order.
    """
    if after is None:
        return (ALWAYS,)
    if len(after.values) < len(order):
        raise InvalidQuery("the cursor belongs to another sort order; start from the first page")
    values = after.values[: len(order)]
    if not isinstance(values[-1], str) or not all(is_sendable(value) for value in values if is_scalar(value)):
        raise InvalidQuery("the cursor is damaged; start from the first page")
    first = _behind(order[:1], values[:1], other_kinds=False)
    if len(order) == 1:
        return (first,)
    same = conjunction((_equal(order[0][0], values[0]), _behind(order[1:], values[1:])))
    following = conjunction((_from(order[0], values[0]), disjunction((first, same))))
    return (following, *_later_kinds(order[0], values[0]))


def _behind(order: Order, values: tuple[Any, ...], *, other_kinds: bool = True) -> Condition:
    (name, down), value = order[0], values[0]
    found = [Condition({name: {"$lt" if down else "$gt": value}})] if _has_range(value) else []
    if other_kinds:
        found.extend(_later_kinds(order[0], value))
    if len(order) > 1:
        found.append(conjunction((_equal(name, value), _behind(order[1:], values[1:]))))
    return disjunction(part for part in found if part is not NEVER)


def _later_kinds(key: tuple[str, bool], value: Any) -> tuple[Condition, ...]:
    """Return the conditions for each type of value that stands behind those of a value's own type, in order."""
    name, down = key
    place = rank(value)[0]
    later = [kind for kind in sorted(_KINDS, reverse=down) if (kind < place if down else kind > place)]
    return tuple(Condition({name: _KINDS[kind]}) for kind in later)


def _from(key: tuple[str, bool], value: Any) -> Condition:
    """Return the range that the rest of a value's own type is in, itself included."""
    name, down = key
    return Condition({name: {"$lte" if down else "$gte": value}}) if _has_range(value) else _equal(name, value)


def _equal(name: str, value: Any) -> Condition:
    return Condition({name: value}) if is_scalar(value) else NEVER


def _has_range(value: Any) -> bool:
    return value is not None and is_scalar(value)
