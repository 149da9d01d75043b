"""The order of values and of documents: MongoDB's, over the types that JSON has.

From lowest to highest: an empty array that is sorted by, null (and missing), numbers, strings (by code point), objects,
arrays, booleans. Source: MongoDB manual, "Comparison/Sort Order"; the empty array is its `undefined`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from runtime.model.document import Document
from runtime.model.query import Cursor, Path, SortKey
from runtime.query.paths import MISSING, array_index
from runtime.query.values import freeze


class Stand(Enum):
    """What stands for an empty array as a sort value: it sorts below null, where an array as an element would not."""

    EMPTY_ARRAY = "empty array"


EMPTY_ARRAY: Final = Stand.EMPTY_ARRAY

_EMPTY, _NULL, _NUMBER, _STRING, _OBJECT, _ARRAY, _BOOL = range(7)

Rank = tuple[Any, ...]
"""What Python compares as MongoDB compares the value it was made from; hashable, and equal for equal values."""


def rank(value: Any) -> Rank:
    """Return what stands for a value in comparisons: one rank is less than another as their values are in MongoDB.

    Equal ranks are equal values: 1 equals 1.0 and is not true, objects are equal only with their keys in the same
    order, MISSING equals null. Takes plain and frozen JSON values, and EMPTY_ARRAY.
    """
    kind = type(value)
    if kind is str:
        return (_STRING, value)
    if kind is int or kind is float:
        return (_NUMBER, value)
    if value is None or value is MISSING:
        return (_NULL,)
    if kind is bool:
        return (_BOOL, value)
    if isinstance(value, Mapping):
        return (_OBJECT, tuple(_member(key, rank(member)) for key, member in value.items()))
    if isinstance(value, list | tuple):
        return (_ARRAY, tuple(rank(element) for element in value))
    return (_EMPTY,)


def _member(key: str, ranked: Rank) -> Rank:
    """MongoDB compares the types of two members before their names, and their names before their values."""
    return (ranked[0], key, ranked)


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1: whether a value stands before, with or behind another."""
    first, second = rank(left), rank(right)
    return (first > second) - (first < second)


_INVERTED: Final = bytes(max(254 - byte, 0) for byte in range(256))
_TERMINATOR: Final = b"\xff"


def _descending_text(text: str) -> bytes:
    """Return bytes that compare the other way round than the texts do, far faster than an object with `__lt__`.

    UTF-8 sorts as code points do and has no byte above 244, so inverted bytes stay below the terminator, which puts a
    text behind those that it is the beginning of.
    """
    return text.encode("utf-8", "surrogatepass").translate(_INVERTED) + _TERMINATOR


class _Reversed:
    """A comparable turned around, for what can neither be negated nor inverted."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:
        self.it = it

    def __lt__(self, other: "_Reversed") -> bool:
        return bool(other.it < self.it)

    def __gt__(self, other: "_Reversed") -> bool:
        return bool(other.it > self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Reversed) and bool(self.it == other.it)

    __hash__ = None  # type: ignore[assignment]


def _comparable(value: Any, *, descending: bool) -> Rank:
    ranked = rank(value)
    if not descending:
        return ranked
    if ranked[0] == _STRING:
        return (-_STRING, _descending_text(ranked[1]))
    if ranked[0] == _NUMBER:
        return (-_NUMBER, -ranked[1])
    return (-ranked[0], *map(_Reversed, ranked[1:]))


def sort_value(document: Document, path: Path, descending: bool) -> Any:
    """Return what a document is sorted by at a path: a scalar, a frozen array or object, None where nothing is there.

    Of an array it is the smallest element, the largest when `descending`; EMPTY_ARRAY for an empty one. Arrays on the
    way are gone through; where a segment of digits names an element, it alone counts, and as it is. Each key of a sort
    order picks its element for itself (MongoDB lets keys below one array share theirs, and refuses two arrays).
    """
    return freeze(_pick(document, path, descending=descending))


def _pick(document: Document, path: Path, *, descending: bool) -> Any:
    value: Any = document
    for position, segment in enumerate(path):
        if type(value) is dict:
            value = value.get(segment)
        elif type(value) is list:
            return _extreme(list(_behind(value, path[position:])), descending=descending)
        else:
            return None
    if type(value) is list:
        return _extreme(value, descending=descending) if value else EMPTY_ARRAY
    return value


def _extreme(values: Sequence[Any], *, descending: bool) -> Any:
    if len(values) == 1:
        return values[0]
    if not values:
        return None
    return max(values, key=rank) if descending else min(values, key=rank)


def _candidates(value: Any, rest: Path) -> Iterator[Any]:
    """Yield what a document may be sorted by at the rest of a path."""
    if type(value) is list:
        if rest:
            yield from _behind(value, rest)
        elif value:
            yield from value
        else:
            yield EMPTY_ARRAY
    elif not rest:
        yield value
    elif type(value) is dict:
        yield from _candidates(value.get(rest[0]), rest[1:])
    else:
        yield None


def _behind(array: list[Any], rest: Path) -> Iterator[Any]:
    index = array_index(rest[0])
    if index is not None and index < len(array):
        named = array[index]
        if len(rest) > 1:
            yield from _candidates(named, rest[1:])
        else:
            yield EMPTY_ARRAY if named == [] else named
        return
    for element in array:
        yield from _candidates(element if type(element) is dict else None, rest)


def sort_key(sort: Sequence[SortKey]) -> Callable[[Document], Any]:
    """Return a key for `sorted` and `heapq`: documents in ascending order of it are in the sort order."""
    keys = tuple((key.path, key.descending) for key in sort)

    def key_of(document: Document) -> tuple[Rank, ...]:
        return tuple(
            _comparable(_pick(document, path, descending=descending), descending=descending)
            for path, descending in keys
        )

    return key_of


def is_after(cursor: Cursor, sort: Sequence[SortKey]) -> Callable[[Document], bool]:
    """Return what tells whether a document stands behind a cursor of this sort order."""
    key_of = sort_key(sort)
    pairs = zip(cursor.values, sort, strict=True)
    place = tuple(_comparable(value, descending=key.descending) for value, key in pairs)

    def behind(document: Document) -> bool:
        return bool(key_of(document) > place)

    return behind
