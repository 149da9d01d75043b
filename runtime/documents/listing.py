"""What a list request asks for, read from the URL's query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final

import orjson

from runtime.documents.references import expandable
from runtime.model.document import SYSTEM_FIELDS
from runtime.model.errors import Forbidden, InvalidQuery
from runtime.model.query import Everything, Filter, Path, Query, TextSearch, all_of
from runtime.model.specs import TEXT_TYPES, CollectionSpec, FieldSpec
from runtime.query.cursor import Places
from runtime.query.parse import filter_paths, parse_fields, parse_filter, parse_sort
from runtime.rules.decide import Decision, Ruling

DEFAULT_LIMIT: Final = 50
HIGHEST_LIMIT: Final = 500
HIGHEST_OFFSET: Final = 100_000
"""Skipping costs the server as much as reading; beyond this a cursor is the way."""
LONGEST_SEARCH: Final = 200

LISTINGS_KEPT: Final = 128
"""How many a collection remembers. Reading one takes 30 to 150 µs, finding it again 1."""
LONGEST_REMEMBERED: Final = 1024
"""How many characters of parameters are remembered: with LISTINGS_KEPT it bounds the memory that clients can fill."""

_NAMES: Final = ("filter", "q", "sort", "limit", "offset", "fields", "expand", "count")
"""What a listing is read from, `cursor` aside: no page of a list is asked for twice."""
_Question = tuple[Ruling | str | None, ...]
_LISTINGS: Final = "listings"

_NUMBER: Final = re.compile(r"[0-9]{1,10}")


LONGEST_ANSWER: Final = 64 * 1024
"""How many bytes of an answer are kept with a remembered listing: 8 MiB a collection at most."""


@dataclass(slots=True)
class Latest:
    """What a listing was answered last, and the state of the store before that was read."""

    state: object | None = None
    text: bytes = b""

    def keep(self, text: bytes, state: object | None) -> None:
        """Keep an answer, where its state is known and it is not long."""
        if state is not None and len(text) <= LONGEST_ANSWER:
            self.state, self.text = state, text


@dataclass(frozen=True, slots=True)
class Listing:
    """A list request: the query as it was asked, which references to expand, whether to count.

    `places` makes the cursors of its pages. `fetch` is what to ask the store: the query within what the actor may read,
    for one document more than are answered, which tells whether there is a next page. None where what may be read
    depends on who exactly asks, or when. `latest` is its last answer, where that depends on nothing but the documents.
    """

    query: Query
    places: Places
    fetch: Query | None = None
    expand: tuple[FieldSpec, ...] = ()
    count: bool = False
    latest: Latest | None = None

    def asking(self, query: Query | None) -> "Listing":
        """Return the listing with a query that hooks have changed."""
        if query is None or query is self.query:
            return self
        return replace(self, query=query, places=Places(query.sort), fetch=None, latest=None)


def read_listing(parameters: Mapping[str, str], collection: CollectionSpec, decision: Decision) -> Listing:
    """Return what the parameters of a list's URL ask for.

    Parameters that the API does not know are left to hooks. Raises InvalidQuery for values that cannot be used, and
    Forbidden where the actor asks by a field that is hidden from them in some documents: the answer would give it away.
    One that is hidden in all of them is to them no field at all.
    """
    listings: dict[_Question, Listing] = collection.memo.setdefault(_LISTINGS, {})
    question = (decision.ruling, *map(parameters.get, _NAMES))
    listing = listings.get(question)
    if listing is None:
        listing = _read(parameters, decision.ruling)
        _remember(listings, question, listing)
    cursor = parameters.get("cursor")
    if not cursor:
        return listing
    if listing.query.offset:
        raise InvalidQuery("cursor and offset exclude each other; drop offset")
    after = listing.places.read(cursor)
    fetch = None if listing.fetch is None else replace(listing.fetch, after=after)
    return replace(listing, query=replace(listing.query, after=after), fetch=fetch, latest=None)


def _remember(listings: dict[_Question, Listing], question: _Question, listing: Listing) -> None:
    """Keep a listing for all actors with the same ruling: what may be asked is the ruling's to say, nothing of theirs.

    Whatever clients ask, no more than LISTINGS_KEPT short ones are kept; the oldest makes room.
    """
    if sum(len(text) for text in question[1:] if isinstance(text, str)) > LONGEST_REMEMBERED:
        return
    if len(listings) >= LISTINGS_KEPT:
        del listings[next(iter(listings))]
    listings[question] = listing


def _read(parameters: Mapping[str, str], ruling: Ruling) -> Listing:
    limit = _number(parameters, "limit", default=DEFAULT_LIMIT, lowest=1, highest=HIGHEST_LIMIT)
    query = Query(
        filter=_filter(parameters.get("filter")),
        sort=parse_sort(parameters.get("sort") or "id"),
        limit=limit,
        offset=_number(parameters, "offset", default=0, lowest=0, highest=HIGHEST_OFFSET),
        text=_text(parameters.get("q"), ruling),
        fields=parse_fields(parameters["fields"]) if parameters.get("fields") else None,
    )
    for path in _paths(query):
        _require_field(ruling, path)
    require_queryable(query, ruling)
    expand = expandable(ruling, parameters.get("expand", ""))
    fetch = None if ruling.filter is None else within(query, ruling.filter, limit=limit + 1)
    return Listing(
        query=query,
        places=Places(query.sort),
        fetch=fetch,
        expand=expand,
        count=_truth(parameters.get("count")),
        latest=None if fetch is None or expand else Latest(),
    )


def within(query: Query, permitted: Filter, *, limit: int) -> Query:
    """Return a query among the rows that are permitted, with another limit."""
    return replace(query, filter=all_of(query.filter, permitted), limit=limit)


def require_queryable(query: Query, decision: Decision | Ruling) -> None:
    """Raise Forbidden where a query filters or sorts by a field that is hidden from the actor."""
    for path in _paths(query):
        if not decision.may_query(path):
            raise Forbidden(
                f"you may not filter or sort by {'.'.join(path)!r}: it, or a part of it, is hidden from you"
            )


def _paths(query: Query) -> list[Path]:
    return [*sorted(filter_paths(query.filter)), *(key.path for key in query.sort)]


def _require_field(ruling: Ruling, path: Path) -> None:
    """Refuse a path that no document can have: a slip of the pen would otherwise find nothing, or sort by nothing.

    Nor has any document that the actor sees a field that is always hidden from them. Hidden fields are not named.
    """
    collection = ruling.collection
    if path[0] in SYSTEM_FIELDS and len(path) == 1:
        return
    if ruling.may_know(path) and (collection.field_at(path) is not None or _is_free_form(collection, path)):
        return
    known = [name for name in (*collection.by_name, *SYSTEM_FIELDS) if ruling.may_query((name,))]
    close = get_close_matches(path[0], known, n=1)
    guess = f"did you mean {close[0]!r}?" if close and close[0] != path[0] else f"fields are {', '.join(known)}"
    raise InvalidQuery(f"{collection.name!r} has no field {'.'.join(path)!r}; {guess}")


def _is_free_form(collection: CollectionSpec, path: Path) -> bool:
    """Tell whether a path leads into a field whose inside is not declared."""
    outer = (collection.field_at(path[:length]) for length in range(1, len(path)))
    return any(field is not None and field.type in ("json", "geo", "file") for field in outer)


def _filter(text: str | None) -> Filter:
    if not text:
        return Everything()
    try:
        raw: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidQuery(f'filter must be JSON such as {{"status": "published"}}: {error}') from error
    return parse_filter(raw)


def _text(words: str | None, ruling: Ruling) -> TextSearch | None:
    if not words:
        return None
    if len(words) > LONGEST_SEARCH:
        raise InvalidQuery(f"q may have {LONGEST_SEARCH} characters")
    searchable = (f.name for f in ruling.collection.fields if f.type in TEXT_TYPES)
    fields = tuple(name for name in searchable if ruling.may_query((name,)))
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
