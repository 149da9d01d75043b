"""An outlined filter as SQL.

Every condition is true for all documents that match, and `exact` says that it is true for no others. What has no key is
left open ("1", not exact), for the matcher to decide. Conditions may also be NULL, which counts as not true; a negation
is only made of what is exact, and turns NULL into true.
"""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.query import (
    All,
    And,
    Compare,
    CompareOp,
    ElemMatch,
    Everything,
    Exists,
    Filter,
    HasType,
    In,
    Not,
    Nothing,
    Or,
    Path,
    Regex,
    Size,
    TypeName,
)
from runtime.query.paths import array_index
from runtime.storage.names import joined
from runtime.storage.sqlite.outline import UNKEYED, Slot


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL text, the slots whose values are bound to it, and whether it says all that the filter says."""

    sql: str
    slots: tuple[Slot, ...] = ()
    exact: bool = True


ALWAYS: Final = Condition("1")
NEVER: Final = Condition("0")
OPEN: Final = Condition("1", exact=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a condition can name.

    `column` gives the column of a path that holds single values, `side` the side table of one that may hold several;
    `key` is the column with the document's key.
    """

    column: Callable[[Path], str | None]
    side: Callable[[Path], str | None]
    key: str


BINDINGS_LIMIT: Final = 30_000
"""SQLite's own limit is 32,766 in its default build."""


def condition(filter: Filter, scope: Scope) -> Condition:
    """Return the condition of a filter that was `outlined`; one of more values than SQLite can bind is left open."""
    found = _condition(filter, scope)
    return found if len(found.slots) <= BINDINGS_LIMIT else OPEN


def _condition(filter: Filter, scope: Scope) -> Condition:
    match filter:
        case Everything():
            return ALWAYS
        case Nothing():
            return NEVER
        case And(parts):
            return _all(_condition(part, scope) for part in parts)
        case Or(parts):
            return _any(_condition(part, scope) for part in parts)
        case Not(part):
            inner = _condition(part, scope)
            return Condition(f"({inner.sql}) IS NOT TRUE", inner.slots) if inner.exact else OPEN
    column = scope.column(filter.path)
    if column is not None:
        return _on_column(filter, column)
    table = scope.side(filter.path)
    if table is not None:
        return _on_side(filter, table, scope.key)
    if isinstance(filter, ElemMatch) and not filter.of_values:
        return _on_members(filter, scope)
    return OPEN


def _all(parts: Iterable[Condition]) -> Condition:
    found = tuple(parts)
    said = tuple(part for part in found if part.sql != "1")
    exact = all(part.exact for part in found)
    if not said:
        return ALWAYS if exact else OPEN
    slots = tuple(slot for part in said for slot in part.slots)
    return Condition(joined(tuple(f"({part.sql})" for part in said), "AND"), slots, exact)


def _any(parts: Iterable[Condition]) -> Condition:
    found = tuple(parts)
    if not found:
        return NEVER
    slots = tuple(slot for part in found for slot in part.slots)
    sql = joined(tuple(f"({part.sql})" for part in found), "OR")
    if any(part.sql == "1" and not part.exact for part in found):
        return OPEN
    return Condition(sql, slots, all(part.exact for part in found))


def _on_column(filter: Compare | In | Exists | Regex | Size | All | HasType | ElemMatch, column: str) -> Condition:
    """Return the condition on a path that holds a single value or nothing: never an array, never an object."""
    match filter:
        case Compare(_, "$eq", value):
            return _equal(column, (value,))
        case Compare(_, op, value):
            return _ordered(column, op, value)
        case In(_, values):
            return _equal(column, values)
        case Exists(_, present):
            return OPEN if present else Condition(f"{column} IS NULL", exact=False)
        case Regex():
            return Condition(f"{column} >= '' AND {column} < x''", exact=False)
        case All(_, values):
            return _all(_equal(column, (value,)) for value in values) if values else NEVER
        case HasType(_, types):
            return _any(_of_type(column, name) for name in types)
        case Size() | ElemMatch():
            return NEVER


def _equal(column: str, values: tuple[Any, ...]) -> Condition:
    """Return the condition that a column is one of the values. Arrays and objects are never in one."""
    present = tuple(value for value in values if isinstance(value, Slot))
    if UNKEYED in present:
        return OPEN
    parts = [Condition(f"{column} IS NULL")] if None in values else []
    if len(present) == 1:
        parts.append(Condition(f"{column} = ?", present))
    elif present:
        parts.append(Condition(f"{column} IN ({', '.join('?' * len(present))})", present))
    return parts[0] if len(parts) == 1 else _any(parts)


def _ordered(column: str, op: CompareOp, value: Any) -> Condition:
    """Return the condition of an order comparison: within the value's own type only, as MongoDB compares."""
    if value is None and op in ("$gte", "$lte"):
        return Condition(f"{column} IS NULL")
    if not isinstance(value, Slot):
        return NEVER
    if value == UNKEYED:
        return OPEN
    lowest, above = _bracket(value)
    limit = above if op in ("$gt", "$gte") else lowest
    return Condition(f"{column} {_SIGNS[op]} ?{limit.format(column=column)}", (value,))


def _bracket(slot: Slot) -> tuple[str, str]:
    """Return the conditions that keep what is lower, and what is higher, than a value within its type."""
    if slot.kind is str:
        return " AND {column} >= ''", " AND {column} < x''"
    if slot.kind is bytes:
        return " AND {column} >= x''", ""
    return "", " AND {column} < ''"


_SIGNS: Final[dict[CompareOp, str]] = {"$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}


def _of_type(column: str, name: TypeName) -> Condition:
    match name:
        case "null":
            return Condition(f"{column} IS NULL", exact=False)  # or missing
        case "object" | "array":
            return NEVER
        case _:
            return Condition(f"typeof({column}) IN ({_STORAGE[name]})")


_STORAGE: Final[dict[str, str]] = {
    "bool": "'blob'",
    "number": "'integer', 'real'",
    "int": "'integer'",
    "double": "'real'",
    "string": "'text'",
}


def _on_side(
    filter: Compare | In | Exists | Regex | Size | All | HasType | ElemMatch, table: str, key: str
) -> Condition:
    """Return the condition on a path that may hold several values; null, arrays and objects are not in the table."""
    match filter:
        case Compare(_, "$eq", value):
            return _has(table, key, _elements((value,)))
        case Compare(_, op, Slot() as value):
            return _has(table, key, _ordered("value", op, value))
        case In(_, values):
            return _has(table, key, _elements(values))
        case All(_, values):
            return _all(_has(table, key, _elements((value,))) for value in values) if values else NEVER
        case ElemMatch(_, inner, of_values=True):
            return _has(table, key, _loose(_required(inner)))
        case _:
            return OPEN


def _elements(values: tuple[Any, ...]) -> Condition:
    """Return the condition that an element is one of the values; open where one of them is not in side tables."""
    if all(isinstance(value, Slot) for value in values):
        return _equal("value", values)
    return OPEN


def _has(table: str, key: str, element: Condition) -> Condition:
    if element.sql == "1":
        return OPEN
    return Condition(f"{key} IN (SELECT key FROM {table} WHERE {element.sql})", element.slots, element.exact)


def _required(filter: Filter) -> Condition:
    """Return what a matching element must fulfil, as far as it can be said of non-null scalars."""
    parts = filter.parts if isinstance(filter, And) else (filter,)
    return _all(_required_part(part) for part in parts)


def _required_part(part: Filter) -> Condition:
    match part:
        case Compare((), "$eq", value):
            return _elements((value,))
        case Compare((), op, Slot() as value):
            return _ordered("value", op, value)
        case In((), values):
            return _elements(values)
        case _:
            return OPEN


def _on_members(filter: ElemMatch, scope: Scope) -> Condition:
    """Return the condition on an array of objects: where one of them fulfils all parts, each part is fulfilled."""
    inner = filter.filter
    parts = inner.parts if isinstance(inner, And) else (inner,)
    found = []
    for part in parts:
        if not isinstance(part, Compare | In) or any(array_index(segment) is not None for segment in part.path):
            continue  # an index would also name an element of an array inside the array
        table = scope.side((*filter.path, *part.path))
        if table is not None:
            found.append(_on_side(part, table, scope.key))
    return _loose(_all(found))


def _loose(found: Condition) -> Condition:
    return Condition(found.sql, found.slots, exact=False)
