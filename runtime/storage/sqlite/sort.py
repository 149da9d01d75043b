"""A sort order and a cursor as SQL.

NULL stands before everything in SQLite, as null and missing do in the query language, so that an order is written as it
is. "Behind a cursor" is not: an index can only be entered at a key that is not NULL. So what is behind it comes in
segments, each of which an index delivers by itself.
"""

from collections.abc import Callable

from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, Path, SortKey
from runtime.storage.keys import Key, NoKey, place_of
from runtime.storage.layout import ID
from runtime.storage.sqlite.filters import Condition

Column = Callable[[Path], str | None]


def ordering(sort: tuple[SortKey, ...], column: Column) -> tuple[tuple[str, bool], ...] | None:
    """Return the columns and directions of a sort order, up to the id, or None where a path has no column."""
    found = []
    for key in sort:
        name = column(key.path)
        if name is None:
            return None
        found.append((name, key.descending))
        if key.path == ID:
            break
    return tuple(found)


def order_by(order: tuple[tuple[str, bool], ...]) -> str:
    """Return the ORDER BY of columns and directions."""
    return ", ".join(f"{name} DESC" if down else name for name, down in order)


def segments(order: tuple[tuple[str, bool], ...], after: Cursor | None) -> tuple[Condition, ...]:
    """Return conditions for what is behind a cursor, one for each segment, in order; all are exact.

    Raises InvalidQuery for a cursor that is none of this order.
    """
    if after is None:
        return (Condition("1"),)
    if len(after.values) < len(order):
        raise InvalidQuery("the cursor belongs to another sort order; start from the first page")
    try:
        places = [place_of(value) for value in after.values[: len(order)]]
    except NoKey as error:
        raise InvalidQuery("the cursor is damaged; start from the first page") from error
    if places[-1] is None or not isinstance(places[-1], str):
        raise InvalidQuery("the cursor is damaged; start from the first page")
    return _segments(order, places)


def _segments(order: tuple[tuple[str, bool], ...], places: list[Key]) -> tuple[Condition, ...]:
    column, down = order[0]
    first = places[0]
    if len(order) == 1:
        return (_behind(order, places),)
    if first is None:
        rest = _behind(order[1:], places[1:])
        same = Condition(f"{column} IS NULL AND ({rest.sql})", rest.values)
        return (same,) if down else (same, Condition(f"{column} IS NOT NULL"))
    if len(order) == 2 and order[1][1] == down:
        sign = "<" if down else ">"
        following = Condition(f"({column}, {order[1][0]}) {sign} (?, ?)", (first, places[1]))
    else:
        behind = _behind(order, places, nulls=False)
        sign = "<=" if down else ">="
        following = Condition(f"{column} {sign} ? AND ({behind.sql})", (first, *behind.values))
    return (following, Condition(f"{column} IS NULL")) if down else (following,)


def _behind(order: tuple[tuple[str, bool], ...], places: list[Key], *, nulls: bool = True) -> Condition:
    """Return the condition for what is behind a place; without `nulls`, NULLs in the first column are left out."""
    (column, down), place = order[0], places[0]
    sign = "<" if down else ">"
    if len(order) == 1:
        return Condition(f"{column} {sign} ?", (place,))
    rest = _behind(order[1:], places[1:])
    if place is None:
        same = f"{column} IS NULL AND ({rest.sql})"
        return Condition(same if down else f"{column} IS NOT NULL OR ({same})", rest.values)
    also = f" OR {column} IS NULL" if down and nulls else ""
    return Condition(f"{column} {sign} ?{also} OR ({column} = ? AND ({rest.sql}))", (place, place, *rest.values))
