"""From what clients write to what is understood: filters, sort orders and lists of fields.

Everything outside the language is refused here, before a store sees it.
"""

from collections.abc import Mapping
from typing import Any, Final

from runtime.model.errors import InvalidQuery
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
    SortKey,
)
from runtime.query.filters import FilterReader
from runtime.query.paths import parse_path

SORT_KEY_LIMIT: Final = 8
FIELD_LIMIT: Final = 100
"""How many paths a list of fields may have."""

_ID: Final[Path] = ("id",)


def parse_filter(raw: object, *, variables: Mapping[str, Any] | None = None) -> Filter:
    """Return the filter that a JSON object says.

    With `variables` (`{"$user.id": …}`) a string value that is exactly such a name stands for its value. A string that
    looks like one but is none (`$user.mail`) is refused, and so is one as a pattern. Without, strings are strings.
    Raises InvalidQuery; its `errors` name every fault by JSON pointer.
    """
    reader = FilterReader(variables)
    found = reader.filter(raw, pointer="", depth=0)
    reader.raise_problems("the filter")
    return found


def parse_sort(text: str) -> tuple[SortKey, ...]:
    """Return the sort order that `-publishedAt,title` says: by publication, latest first, then by title.

    It ends with `id`, so that it is total: where the text does not name it, it is appended with the direction of the
    last key; keys behind it would never decide and are dropped. An empty text is the order by id. Raises InvalidQuery.
    """
    keys: list[SortKey] = []
    for part in text.split(",") if text.strip() else ():
        name = part.strip()
        descending = name.startswith("-")
        path = parse_path(name[1:] if name[:1] in {"-", "+"} else name)
        if any(path == key.path for key in keys):
            raise InvalidQuery(f"the sort order names {'.'.join(path)!r} twice; name it once")
        keys.append(SortKey(path, descending))
        if len(keys) > SORT_KEY_LIMIT:
            raise InvalidQuery(f"a sort order may have {SORT_KEY_LIMIT} keys; the last ones hardly ever decide")
    paths = [key.path for key in keys]
    if _ID in paths:
        return tuple(keys[: paths.index(_ID) + 1])
    return (*keys, SortKey(_ID, descending=bool(keys) and keys[-1].descending))


def parse_fields(text: str) -> tuple[Path, ...]:
    """Return the paths that `title,author.name` says, `id` in front. Raises InvalidQuery."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > FIELD_LIMIT:
        raise InvalidQuery(f"a list of fields may have {FIELD_LIMIT}; leave it out to get every field")
    return tuple(dict.fromkeys((_ID, *map(parse_path, parts))))


def filter_paths(filter: Filter) -> frozenset[Path]:
    """Return the paths that a filter asks about: an `$elemMatch` asks about what its conditions name inside it."""
    match filter:
        case And(parts=parts) | Or(parts=parts):
            return frozenset[Path]().union(*map(filter_paths, parts))
        case Not(part=part):
            return filter_paths(part)
        case ElemMatch(path=path, filter=inner):
            return frozenset((*path, *rest) for rest in filter_paths(inner)) or frozenset({path})
        case Everything() | Nothing():
            return frozenset()
        case Compare() | In() | Exists() | Regex() | Size() | All() | HasType():
            return frozenset({filter.path})


__all__ = ["filter_paths", "parse_fields", "parse_filter", "parse_path", "parse_sort"]
