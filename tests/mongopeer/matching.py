"""What a query document finds. Source: MongoDB manual, "Query and Projection Operators", "Query an Array"."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.mongopeer.errors import CommandError
from tests.mongopeer.ordering import MISSING, bracket, compare

TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: _is_whole(value) and -(2**31) <= value < 2**31,
    "long": lambda value: _is_whole(value) and not -(2**31) <= value < 2**31,
    "double": lambda value: isinstance(value, float),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def matches(query: dict[str, Any], document: Any) -> bool:
    """Return whether a query document finds a document."""
    return all(_holds(name, operand, document) for name, operand in query.items())


def _holds(name: str, operand: Any, document: Any) -> bool:
    if name == "$and":
        return all(matches(part, document) for part in operand)
    if name == "$or":
        return any(matches(part, document) for part in operand)
    if name == "$nor":
        return not any(matches(part, document) for part in operand)
    if name.startswith("$"):
        raise CommandError(2, f"unknown top level operator: {name}")
    found = list(leaves(document, name.split(".")))
    if not _is_operators(operand):
        operand = {"$eq": operand}
    return all(_passes(operator, wanted, found) for operator, wanted in operand.items())


def leaves(value: Any, parts: list[str]) -> Iterator[Any]:
    """Yield what a path leads to: through the objects of arrays, and to an element that is named by its position."""
    if not parts:
        yield value
    elif isinstance(value, dict):
        yield from leaves(value[parts[0]], parts[1:]) if parts[0] in value else [MISSING]
    elif isinstance(value, list):
        if parts[0].isdigit() and int(parts[0]) < len(value):
            yield from leaves(value[int(parts[0])], parts[1:])
        for element in value:
            if isinstance(element, dict):
                yield from leaves(element, parts)
    else:
        yield MISSING


def _is_operators(operand: Any) -> bool:
    return isinstance(operand, dict) and bool(operand) and next(iter(operand)).startswith("$")


def _passes(operator: str, wanted: Any, found: list[Any]) -> bool:
    match operator:
        case "$eq":
            return any(_equal(value, wanted) for value in _unwound(found))
        case "$in":
            return any(_equal(value, each) for value in _unwound(found) for each in wanted)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return any(_stands(operator, value, wanted) for value in _unwound(found))
        case "$exists":
            return bool(wanted) == any(value is not MISSING for value in found)
        case "$type":
            names = wanted if isinstance(wanted, list) else [wanted]
            return any(TYPES[name](value) for value in _unwound(found) for name in names)
        case "$size":
            return any(isinstance(value, list) and len(value) == wanted for value in found)
        case "$elemMatch":
            return any(_element_passes(wanted, each) for value in found if isinstance(value, list) for each in value)
    raise CommandError(2, f"unknown operator: {operator}")


def _unwound(found: list[Any]) -> Iterator[Any]:
    for value in found:
        yield value
        if isinstance(value, list):
            yield from value


def _equal(value: Any, wanted: Any) -> bool:
    return bracket(value) == bracket(wanted) and compare(value, wanted) == 0


def _stands(operator: str, value: Any, wanted: Any) -> bool:
    if value is MISSING or bracket(value) != bracket(wanted):
        return False
    found = compare(value, wanted)
    return {"$gt": found > 0, "$gte": found >= 0, "$lt": found < 0, "$lte": found <= 0}[operator]


def _element_passes(wanted: dict[str, Any], element: Any) -> bool:
    if _is_operators(wanted) and next(iter(wanted)) not in ("$and", "$or", "$nor"):
        return all(_passes(operator, operand, [element]) for operator, operand in wanted.items())
    return isinstance(element, dict) and matches(wanted, element)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
