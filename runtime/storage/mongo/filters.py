"""A filter as MongoDB's query document.

Every condition is true for all documents that match, and `exact` says that it is true for no others. What MongoDB might
understand in another way than the matcher, as null and objects behind arrays, indexes in paths and regular expressions,
is left open or said only roughly, for the matcher to decide. A negation is only made of what is exact.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.query import (
    All,
    And,
    Compare,
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
from runtime.query.values import scalar_problem
from runtime.storage.mongo.names import dotted

Leaf = Compare | In | Exists | Regex | Size | All | HasType | ElemMatch


@dataclass(frozen=True, slots=True)
class Condition:
    """A query document, and whether it says all that the filter says."""

    query: dict[str, Any]
    exact: bool = True


ALWAYS: Final = Condition({})
NEVER: Final = Condition({"_id": {"$in": []}})
OPEN: Final = Condition({}, exact=False)

PRESENT: Final = {"$type": ["number", "string", "bool"]}
"""What a path that holds single values holds where it is neither null nor missing: what unique indexes go over."""

_TYPES: Final[dict[TypeName, list[str]]] = {
    "null": ["null"],
    "bool": ["bool"],
    "number": ["number"],
    "int": ["int", "long"],
    "double": ["double"],
    "string": ["string"],
    "object": ["object"],
    "array": ["array"],
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of paths.

    `is_single`: it never holds or goes through an array, and never holds an object. `is_unique`: MongoDB has an index
    on it that holds PRESENT values only, and uses that for queries which say that they want no others.
    """

    is_single: Callable[[Path], bool]
    is_unique: Callable[[Path], bool]


def condition(filter: Filter, scope: Scope) -> Condition:
    """Return the condition of a filter."""
    match filter:
        case Everything():
            return ALWAYS
        case Nothing():
            return NEVER
        case And(parts):
            return conjunction(condition(part, scope) for part in parts)
        case Or(parts):
            return disjunction(condition(part, scope) for part in parts)
        case Not(part):
            return _negated(condition(part, scope))
    name = dotted(filter.path)
    if name is None:
        return OPEN
    if scope.is_single(filter.path):
        return _on_single(filter, name, PRESENT if scope.is_unique(filter.path) else {})
    return _on_any(filter, name)


def conjunction(parts: Iterable[Condition]) -> Condition:
    """Return the condition that all parts hold."""
    found = tuple(parts)
    said = [part.query for part in found if part.query]
    exact = all(part.exact for part in found)
    if not said:
        return ALWAYS if exact else OPEN
    return Condition(said[0] if len(said) == 1 else {"$and": said}, exact)


def disjunction(parts: Iterable[Condition]) -> Condition:
    """Return the condition that one of the parts holds."""
    found = tuple(parts)
    if not found:
        return NEVER
    if any(not part.query for part in found):
        return ALWAYS if any(not part.query and part.exact for part in found) else OPEN
    said = [part.query for part in found]
    return Condition(said[0] if len(said) == 1 else {"$or": said}, all(part.exact for part in found))


def _negated(part: Condition) -> Condition:
    if not part.exact:
        return OPEN
    return Condition({"$nor": [part.query]}) if part.query else NEVER


def _on_single(filter: Leaf, name: str, also: dict[str, Any]) -> Condition:
    """Return the condition on a path with a single value or none; `also` is said beside values that are not null."""
    match filter:
        case Compare(_, op, value):
            return _compared(name, op, value, also)
        case In(_, values):
            return _among(name, values, also)
        case Exists(_, present):
            return Condition({name: {"$exists": present}})
        case Regex():
            return Condition({name: {"$type": "string"}}, exact=False)
        case All(_, values):
            return conjunction(_compared(name, "$eq", value, also) for value in values) if values else NEVER
        case HasType():
            return _typed(filter, name)
        case Size() | ElemMatch():
            return NEVER


def _compared(name: str, op: str, value: Any, also: dict[str, Any]) -> Condition:
    if value is None:
        return Condition({name: None}) if op in ("$eq", "$gte", "$lte") else NEVER
    if not is_scalar(value):
        return NEVER
    return Condition({name: {op: value, **also}}) if is_sendable(value) else OPEN


def _among(name: str, values: tuple[Any, ...], also: dict[str, Any]) -> Condition:
    scalars = [value for value in values if is_scalar(value)]
    if not all(map(is_sendable, scalars)):
        return OPEN
    return Condition({name: {"$in": scalars, **({} if None in scalars else also)}}) if scalars else NEVER


def _on_any(filter: Leaf, name: str) -> Condition:
    """Return the condition on a path that may hold anything."""
    match filter:
        case Compare(_, op, value):
            return _any_compared(name, op, value)
        case In(_, values):
            return Condition({name: {"$in": list(values)}}) if all(map(_is_value, values)) else OPEN
        case All(_, values):
            return conjunction(_any_compared(name, "$eq", value) for value in values) if values else NEVER
        case HasType():
            return Condition(_typed(filter, name).query, exact=False)
        case Regex():
            return Condition({name: {"$type": "string"}}, exact=False)
        case ElemMatch():
            return _has_element(filter, name)
        case Exists() | Size():
            return _any_shaped(filter, name)


def _any_compared(name: str, op: str, value: Any) -> Condition:
    if value is not None:
        return Condition({name: {op: value}}) if _is_value(value) else OPEN
    if op in ("$gt", "$lt"):
        return NEVER
    return OPEN if "." in name else Condition({name: None}, exact=False)


def _any_shaped(filter: Exists | Size, name: str) -> Condition:
    if isinstance(filter, Size):
        return OPEN if "." in name else Condition({name: {"$size": filter.size}})
    if "." not in name:
        return Condition({name: {"$exists": filter.present}})
    return Condition({name: {"$exists": True}}, exact=False) if filter.present else OPEN


def _has_element(filter: ElemMatch, name: str) -> Condition:
    """Return what an array must have in it, as far as it can be said of non-null scalars."""
    inner = filter.filter.parts if isinstance(filter.filter, And) else (filter.filter,)
    wanted: dict[str, Any] = {}
    for part in inner:
        if not isinstance(part, Compare | In):
            continue
        values = (part.value,) if isinstance(part, Compare) else part.values
        if not all(map(_is_value, values)):
            continue
        said = {part.op: part.value} if isinstance(part, Compare) else {"$in": list(values)}
        member = None if filter.of_values else dotted(part.path)
        if filter.of_values:
            wanted = said | wanted
        elif member is not None and not set(part.path) & {"id"}:
            wanted = {member: said} | wanted
    return Condition({name: {"$elemMatch": wanted} if wanted else {"$type": "array"}}, exact=False)


def _typed(filter: HasType, name: str) -> Condition:
    return Condition({name: {"$type": [alias for type in filter.types for alias in _TYPES[type]]}})


def is_scalar(value: Any) -> bool:
    """Return whether a value of a filter is no array and no object."""
    return value is None or isinstance(value, str | int | float)


def is_sendable(value: Any) -> bool:
    """Return whether a scalar can be said in BSON, and in the same meaning."""
    return scalar_problem(value) is None


def _is_value(value: Any) -> bool:
    return value is not None and is_scalar(value) and is_sendable(value)
