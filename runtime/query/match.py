"""What a filter means: the one definition of the language, used for lists, permissions and live queries alike.

The semantics are MongoDB's, its treatment of arrays, null and missing fields among them: a condition holds when any of
the values that its path reaches fulfils it, and a negation holds exactly when what it negates does not.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from types import NoneType
from typing import Any, Final

from runtime.model.document import Document
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
from runtime.query.order import rank
from runtime.query.paths import MISSING, array_index
from runtime.query.pattern import searcher

Test = Callable[[Any], bool]
"""Whether one value fulfils a condition. The value is MISSING where there is none."""

Condition = Compare | In | Exists | Regex | HasType | Size | ElemMatch
"""The filters that are made of no other filter at the same path."""

_ORDERINGS: Final[Mapping[CompareOp, Callable[[Any, Any], bool]]] = {
    "$gt": operator.gt,
    "$gte": operator.ge,
    "$lt": operator.lt,
    "$lte": operator.le,
}
_NUMBERS: Final = frozenset({int, float})
_HASHED: Final = frozenset({str, int, float})
"""The types whose values are equal exactly when Python says so."""
_TYPES: Final[Mapping[TypeName, frozenset[type]]] = {
    "null": frozenset({NoneType}),
    "bool": frozenset({bool}),
    "number": _NUMBERS,
    "int": frozenset({int}),
    "double": frozenset({float}),
    "string": frozenset({str}),
    "object": frozenset({dict}),
    "array": frozenset({list}),
}


def matches(filter: Filter, document: Document) -> bool:
    """Return whether a document matches. For many documents, call `matcher` once."""
    return matcher(filter)(document)


def matcher(filter: Filter) -> Callable[[Document], bool]:
    """Return what tells whether a document matches a filter; it keeps no state and may be shared between threads.

    Raises InvalidQuery for a regular expression outside the dialect; what is returned raises it for one that takes
    too long.
    """
    return _combined(filter, _at_path)


def _combined(filter: Filter, build: Callable[[Condition], Test]) -> Test:
    """Return the filter as one test, its conditions made into tests by `build`."""
    match filter:
        case And(parts=parts):
            return _every([_combined(part, build) for part in parts])
        case Or(parts=parts):
            return _some([_combined(part, build) for part in parts])
        case Not(part=part):
            return _none(_combined(part, build))
        case All(path=path, values=values):
            return _every([build(Compare(path, "$eq", value)) for value in values]) if values else _never
        case Exists(path=path, present=False):
            return _none(build(Exists(path, present=True)))
        case Everything():
            return _always
        case Nothing():
            return _never
    return build(filter)


def _at_path(condition: Condition) -> Callable[[Document], bool]:
    """Return whether any value that the condition's path reaches passes."""
    path, test = condition.path, _test(condition)
    unwind = not isinstance(condition, Size | ElemMatch)
    if len(path) > 1:
        return lambda document: _reaches(document, path, test, unwind)
    name = path[0]
    if isinstance(condition, Compare) and condition.op == "$eq" and isinstance(condition.value, str):
        return _field_is(name, condition.value)

    def at_field(document: Document) -> bool:
        value = document.get(name, MISSING)
        if unwind and type(value) is list and any(map(test, value)):
            return True
        return test(value)

    return at_field


def _field_is(name: str, text: str) -> Callable[[Document], bool]:
    """Return the commonest condition, `{"status": "published"}`, as one function."""

    def field_is(document: Document) -> bool:
        value = document.get(name)
        return value == text or (type(value) is list and text in value)

    return field_is


def _reaches(document: Document, path: Path, test: Test, unwind: bool) -> bool:
    """Return whether any value that a path reaches passes, going through the document as MongoDB's matching does.

    An array on the way is gone through by itself: its objects are entered (arrays in it are not), and a segment of
    digits also names one element. Where an object or a scalar has no such field, MISSING is tested; where an array has
    no object at all, nothing is. With `unwind`, an array at the end is tested by its elements and as a whole; an
    element that was named by its index only as a whole.
    """
    value: Any = document
    for position, segment in enumerate(path):
        if type(value) is dict:
            value = value.get(segment, MISSING)
        elif type(value) is list:
            return _reaches_behind(value, path[position:], test, unwind)
        else:
            return test(MISSING)
    if unwind and type(value) is list and any(map(test, value)):
        return True
    return test(value)


def _reaches_behind(array: list[Any], rest: Path, test: Test, unwind: bool) -> bool:
    index = array_index(rest[0])
    for position, element in enumerate(array):
        if type(element) is dict and _reaches(element, rest, test, unwind):
            return True
        if position == index and _reaches_element(element, rest[1:], test, unwind):
            return True
    return False


def _reaches_element(element: Any, rest: Path, test: Test, unwind: bool) -> bool:
    if not rest:
        return test(element)
    if type(element) is dict:
        return _reaches(element, rest, test, unwind)
    return type(element) is list and _reaches_behind(element, rest, test, unwind)


def _test(condition: Condition) -> Test:
    """Return the condition as a test of one value, its path left aside."""
    match condition:
        case Compare(op="$eq", value=value):
            return _equals(value)
        case Compare(op=op, value=value):
            return _stands(op, value)
        case In(values=values):
            return _is_among(values)
        case Exists():
            return lambda value: value is not MISSING
        case Regex(pattern=pattern, options=options):
            search = searcher(pattern, options)
            return lambda value: type(value) is str and search(value)
        case HasType(types=types):
            kinds = frozenset[type]().union(*(_TYPES[name] for name in types))
            return lambda value: type(value) in kinds
        case Size(size=size):
            return lambda value: type(value) is list and len(value) == size
        case ElemMatch(filter=inner, of_values=of_values):
            return _has_element(_combined(inner, _test) if of_values else _fields_match(matcher(inner)))


def _always(_: Any) -> bool:
    return True


def _never(_: Any) -> bool:
    return False


def _none(test: Test) -> Test:
    return lambda value: not test(value)


def _every(chain: Sequence[Test]) -> Test:
    if len(chain) == 2:
        first, second = chain
        return lambda value: first(value) and second(value)

    def every(value: Any) -> bool:
        for test in chain:  # noqa: SIM110 - a generator costs more than what it runs
            if not test(value):
                return False
        return True

    return every


def _some(chain: Sequence[Test]) -> Test:
    def some(value: Any) -> bool:
        for test in chain:  # noqa: SIM110 - a generator costs more than what it runs
            if test(value):
                return True
        return False

    return some


def _equals(expected: Any) -> Test:
    if expected is None:
        return lambda value: value is None or value is MISSING
    if isinstance(expected, bool):
        return lambda value: value is expected
    if isinstance(expected, str):
        return lambda value: bool(value == expected)
    if isinstance(expected, int | float):
        return lambda value: value == expected and type(value) is not bool
    ranked = rank(expected)
    kind = _plain(expected)
    return lambda value: type(value) is kind and rank(value) == ranked


def _stands(op: CompareOp, bound: Any) -> Test:
    """Compare within one type only: MongoDB's type bracketing."""
    holds = _ORDERINGS[op]
    if bound is None:
        return _equals(None) if op in ("$gte", "$lte") else _never
    if isinstance(bound, bool):
        return lambda value: type(value) is bool and holds(value, bound)
    if isinstance(bound, str):
        return lambda value: type(value) is str and holds(value, bound)
    if isinstance(bound, int | float):
        return lambda value: type(value) in _NUMBERS and holds(value, bound)
    ranked = rank(bound)
    kind = _plain(bound)
    return lambda value: type(value) is kind and holds(rank(value), ranked)


def _plain(frozen: Any) -> type:
    return dict if isinstance(frozen, Mapping) else list


def _is_among(values: tuple[Any, ...]) -> Test:
    plain = frozenset(value for value in values if type(value) in _HASHED)
    others = frozenset(rank(value) for value in values if type(value) not in _HASHED)

    def is_among(value: Any) -> bool:
        if type(value) in _HASHED:
            return value in plain
        return bool(others) and rank(value) in others

    return is_among


def _has_element(test: Test) -> Test:
    return lambda value: type(value) is list and any(map(test, value))


def _fields_match(match: Callable[[Document], bool]) -> Test:
    """Match an element's fields. As in MongoDB an array has fields too: its indexes."""

    def fields_match(element: Any) -> bool:
        if type(element) is dict:
            return match(element)
        return type(element) is list and match({str(index): member for index, member in enumerate(element)})

    return fields_match
