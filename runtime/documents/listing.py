"""What a list request asks for, read from the URL's query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import orjson

from runtime.documents.references import expandable
from runtime.model.document import SYSTEM_FIELDS
from runtime.model.errors import Forbidden, InvalidQuery
from runtime.model.query import Everything, Filter, Path, Query, TextSearch
from runtime.model.specs import TEXT_TYPES, CollectionSpec, FieldSpec
from runtime.query.cursor import decode_cursor
from runtime.query.parse import filter_paths, parse_fields, parse_filter, parse_sort
from runtime.rules.decide import Decision

DEFAULT_LIMIT: Final = 50
HIGHEST_LIMIT: Final = 500
HIGHEST_OFFSET: Final = 100_000
"""Skipping costs the server as much as reading; beyond this a cursor is the way."""
LONGEST_SEARCH: Final = 200

_NUMBER: Final = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list request: the query, which references to expand, whether to count."""

    query: Query
    expand: tuple[FieldSpec, ...] = ()
    count: bool = False


def read_listing(parameters: Mapping[str, str], collection: CollectionSpec, decision: Decision) -> Listing:
    """Return what the parameters of a list's URL ask for.

    Parameters that the API does not know are left to hooks. Raises InvalidQuery for values that cannot be used, and
    Forbidden where the actor asks by a field that is hidden from them: the answer would give it away.
    """
    sort = parse_sort(parameters.get("sort") or "id")
    query = Query(
        filter=_filter(parameters.get("filter")),
        sort=sort,
        limit=_number(parameters, "limit", default=DEFAULT_LIMIT, lowest=1, highest=HIGHEST_LIMIT),
        offset=_number(parameters, "offset", default=0, lowest=0, highest=HIGHEST_OFFSET),
        after=decode_cursor(parameters["cursor"], sort) if parameters.get("cursor") else None,
        text=_text(parameters.get("q"), collection, decision),
        fields=parse_fields(parameters["fields"]) if parameters.get("fields") else None,
    )
    if query.after is not None and query.offset:
        raise InvalidQuery("cursor and offset exclude each other; drop offset")
    for path in _paths(query):
        _require_field(collection, path)
    require_queryable(query, decision)
    names = tuple(name for name in parameters.get("expand", "").split(",") if name)
    return Listing(query=query, expand=expandable(collection, names), count=_truth(parameters.get("count")))


def require_queryable(query: Query, decision: Decision) -> None:
    """Raise Forbidden where a query filters or sorts by a field that is hidden from the actor."""
    for path in _paths(query):
        if not decision.may_query(path):
            raise Forbidden(f"you may not filter or sort by {'.'.join(path)!r}: it is hidden from you")


def _paths(query: Query) -> list[Path]:
    return [*sorted(filter_paths(query.filter)), *(key.path for key in query.sort)]


def _require_field(collection: CollectionSpec, path: Path) -> None:
    """Refuse a path that no document can have: a slip of the pen would otherwise find nothing, or sort by nothing."""
    if path[0] in SYSTEM_FIELDS and len(path) == 1:
        return
    if collection.field_at(path) is not None or _is_free_form(collection, path):
        return
    known = [*collection.by_name, *SYSTEM_FIELDS]
    close = get_close_matches(path[0], known, n=1)
    guess = f"did you mean {close[0]!r}?" if close and close[0] != path[0] else f"fields are {', '.join(known)}"
    raise InvalidQuery(f"{collection.name!r} has no field {'.'.join(path)!r}; {guess}")


def _is_free_form(collection: CollectionSpec, path: Path) -> bool:
    """Tell whether a path leads into a field whose inside is not declared."""
    outer = (collection.field_at(path[:length]) for length in range(1, len(path)))
    return any(field is not None and field.type in ("json", "geo") for field in outer)


def _filter(text: str | None) -> Filter:
    if not text:
        return Everything()
    try:
        raw: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidQuery(f'filter must be JSON such as {{"status": "published"}}: {error}') from error
    return parse_filter(raw)


def _text(words: str | None, collection: CollectionSpec, decision: Decision) -> TextSearch | None:
    if not words:
        return None
    if len(words) > LONGEST_SEARCH:
        raise InvalidQuery(f"q may have {LONGEST_SEARCH} characters")
    fields = tuple(f.name for f in collection.fields if f.type in TEXT_TYPES and decision.may_query((f.name,)))
    if not fields:
        raise InvalidQuery("this collection has no text that you may search")
    return TextSearch(words=words, fields=fields)


def _number(parameters: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = parameters.get(name)
    if not text:
        return default
    if not _NUMBER.fullmatch(text) or not lowest <= int(text) <= highest:
        raise InvalidQuery(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)


def _truth(text: str | None) -> bool:
    if text not in (None, "", "true", "false"):
        raise InvalidQuery("count must be true or false")
    return text == "true"
