"""What a question is without its values: questions that differ in their values alone have one plan."""

from types import NoneType
from typing import Any, Final, NamedTuple

from runtime.model.query import All, And, Compare, Cursor, ElemMatch, Filter, In, Not, Or, Regex, Size
from runtime.storage.keys import Key, NoKey, key_of


class Slot(NamedTuple):
    """Where a scalar of a filter stood: its number among the values, and what SQL can depend on.

    `kind` is `str`, `float` for all numbers, `bytes` for booleans, None for a scalar that has no key; in a cursor also
    NoneType for null, which in a filter is no slot but stays what it is.
    """

    kind: type | None
    number: int


UNKEYED: Final = Slot(None, -1)
COMPOUND: Final = ()
"""What stands for any array and any object; SQL depends on none of them."""


def outlined(filter: Filter, values: list[Key]) -> Filter:
    """Return a filter with slots in place of its values, and append the keys of these in the order of the slots."""
    match filter:
        case Compare(path, op, value):
            return Compare(path, op, _slot(value, values))
        case And(parts):
            return And(tuple([outlined(part, values) for part in parts]))
        case Or(parts):
            return Or(tuple([outlined(part, values) for part in parts]))
        case Not(part):
            return Not(outlined(part, values))
        case In(path, several):
            return In(path, tuple([_slot(value, values) for value in several]))
        case All(path, several):
            return All(path, tuple([_slot(value, values) for value in several]))
        case ElemMatch(path, inner, of_values):
            return ElemMatch(path, outlined(inner, values), of_values)
        case Regex(path):
            return Regex(path, "")
        case Size(path):
            return Size(path, 0)
        case _:
            return filter


def places(after: Cursor, first: int) -> tuple[Slot, ...]:
    """Return the slots of a cursor's values, numbered from `first`. SQL depends only on which of them are null."""
    return tuple(
        [Slot(NoneType if value is None else str, number) for number, value in enumerate(after.values, start=first)]
    )


def _slot(value: Any, values: list[Key]) -> Any:
    if value is None:
        return None
    try:
        key = key_of(value)
    except NoKey:
        return UNKEYED if isinstance(value, str | int) else COMPOUND
    values.append(key)
    kind = type(key)
    return Slot(float if kind is int else kind, len(values) - 1)
