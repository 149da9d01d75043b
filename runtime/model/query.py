"""What a query is, once it has been read and found good. `runtime.query.parse` makes these from JSON.

All of it is immutable, so that equal questions can share one answer. JSON values inside filters are kept frozen: an
array is a tuple, an object a `FrozenObject`. Python holds True and 1 for equal and JSON does not: where two filters or
queries are compared or used as a key, compare their `fingerprint`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Path = tuple[str, ...]
"""The segments of a dotted path: "author.name" is ("author", "name")."""

CompareOp = Literal["$eq", "$gt", "$gte", "$lt", "$lte"]
TypeName = Literal["null", "bool", "number", "string", "object", "array", "int", "double"]


class FrozenObject(Mapping[str, Any]):
    """A JSON object that can be a dictionary key. Keeps the order of its keys, as MongoDB's comparison does."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: tuple[tuple[str, Any], ...]) -> None:
        self._items = dict(items)
        self._hash = hash(items)

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FrozenObject) and tuple(self._items.items()) == tuple(other._items.items())

    def __repr__(self) -> str:
        return repr(self._items)


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every document: the filter `{}`."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no document; what a permission that grants nothing becomes."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`{path: {op: value}}`. `$ne` is Not(Compare("$eq"))."""

    path: Path
    op: CompareOp
    value: Any


@dataclass(frozen=True, slots=True)
class In:
    """`{path: {"$in": values}}`. `$nin` is Not(In)."""

    path: Path
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """`{path: {"$exists": present}}`; null is present."""

    path: Path
    present: bool


@dataclass(frozen=True, slots=True)
class Regex:
    """`{path: {"$regex": pattern, "$options": options}}`; `options` is a subset of "imsx", sorted."""

    path: Path
    pattern: str
    options: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """`{path: {"$size": size}}`."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class All:
    """`{path: {"$all": values}}`; an empty one matches nothing."""

    path: Path
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class HasType:
    """`{path: {"$type": types}}`."""

    path: Path
    types: tuple[TypeName, ...]


@dataclass(frozen=True, slots=True)
class ElemMatch:
    """`{path: {"$elemMatch": …}}`.

    With `of_values`, the filter's conditions have the empty path and speak of the element itself
    (`{"$elemMatch": {"$gt": 3}}`); otherwise the element is an object and the paths start in it.
    """

    path: Path
    filter: "Filter"
    of_values: bool


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the part does not match, documents without the path included. `$nor` is Not(Or)."""

    part: "Filter"


Filter = Everything | Nothing | Compare | In | Exists | Regex | Size | All | HasType | ElemMatch | And | Or | Not


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of a sort order."""

    path: Path
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the last seen document's sort values, one for each key, the id among them.

    A value is what `runtime.query.order.sort_value` gives: a scalar, a frozen array or object, None for missing (which
    MongoDB sorts as null), or `runtime.query.order.EMPTY_ARRAY` for an empty array (which it sorts below null).
    """

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TextSearch:
    """`q`: every word must occur, the last as a prefix, in one of `fields` (the actor may read them all)."""

    words: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What to read from one collection.

    `sort` is total: its last key is `id`. `limit` None is no limit. `after` continues behind a cursor of the same sort
    order. `fields` None is the whole document, otherwise the paths that are answered, `id` always among them.
    """

    filter: Filter = field(default_factory=Everything)
    sort: tuple[SortKey, ...] = (SortKey(("id",)),)
    limit: int | None = None
    offset: int = 0
    after: Cursor | None = None
    text: TextSearch | None = None
    fields: tuple[Path, ...] | None = None


def fingerprint(question: Filter | Query) -> str:
    """Return a text that is the same for two filters or queries exactly when they ask the same, in the same words."""
    return repr(question)


def all_of(*parts: Filter) -> Filter:
    """Return the conjunction, flattened and without what says nothing."""
    flat: list[Filter] = []
    for part in parts:
        if isinstance(part, Nothing):
            return part
        if isinstance(part, And):
            flat.extend(part.parts)
        elif not isinstance(part, Everything):
            flat.append(part)
    if len(flat) < 2:
        return flat[0] if flat else Everything()
    unique = tuple({fingerprint(part): part for part in flat}.values())
    return unique[0] if len(unique) == 1 else And(unique)


def any_of(*parts: Filter) -> Filter:
    """Return the disjunction, flattened and without what says nothing; of no parts, Nothing."""
    flat: list[Filter] = []
    for part in parts:
        if isinstance(part, Everything):
            return part
        if isinstance(part, Or):
            flat.extend(part.parts)
        elif not isinstance(part, Nothing):
            flat.append(part)
    if len(flat) < 2:
        return flat[0] if flat else Nothing()
    unique = tuple({fingerprint(part): part for part in flat}.values())
    return unique[0] if len(unique) == 1 else Or(unique)
