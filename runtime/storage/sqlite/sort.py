"""A sort order and a cursor as SQL.

NULL stands before everything in SQLite, as null and missing do in the query language, so that an order is written as it
is. "Behind a cursor" is not: an index can only be entered at a key that is not NULL. So what is behind it comes in
segments, each of which an index delivers by itself.
"""

from collections.abc import Callable, Sequence
from types import NoneType

from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, Path, SortKey
from runtime.storage.keys import Key, NoKey, place_of
from runtime.storage.layout import ID
from runtime.storage.sqlite.filters import Condition
from runtime.storage.sqlite.outline import Slot

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


def segments(order: tuple[tuple[str, bool], ...], places: Sequence[Slot] | None) -> tuple[Condition, ...]:
    """Return conditions for what is behind a cursor, one for each segment, in order; all are exact.

    `places` are the slots of its values; None where there is no cursor. Raises InvalidQuery for a
    cursor that is none of this order.
    """
    if places is None:
        return (Condition("1"),)
    if len(places) < len(order):
        raise InvalidQuery("the cursor belongs to another sort order; start from the first page")
    return _segments(order, places[: len(order)])


def places_of(after: Cursor, order: tuple[tuple[str, bool], ...]) -> list[Key]:
    """Return what is bound for a cursor of an order. Raises InvalidQuery for one that cannot be."""
    try:
        places = [place_of(value) for value in after.values[: len(order)]]
    except NoKey as error:
        raise InvalidQuery("the cursor is damaged; start from the first page") from error
    if not isinstance(places[-1], str):
        raise InvalidQuery("the cursor is damaged; start from the first page")
    return places


def _segments(order: tuple[tuple[str, bool], ...], places: Sequence[Slot]) -> tuple[Condition, ...]:
    column, down = order[0]
    first = places[0]
    if len(order) == 1:
        return (_behind(order, places),)
    if first.kind is NoneType:
        rest = _behind(order[1:], places[1:])
        same = Condition(f"{column} IS NULL AND ({rest.sql})", rest.slots)
        return (same,) if down else (same, Condition(f"{column} IS NOT NULL"))
    if len(order) == 2 and order[1][1] == down:
        sign = "<" if down else ">"
        following = Condition(f"({column}, {order[1][0]}) {sign} (?, ?)", (first, places[1]))
    else:
        behind = _behind(order, places, nulls=False)
        sign = "<=" if down else ">="
        following = Condition(f"{column} {sign} ? AND ({behind.sql})", (first, *behind.slots))
    return (following, Condition(f"{column} IS NULL")) if down else (following,)


def _behind(order: tuple[tuple[str, bool], ...], places: Sequence[Slot], *, nulls: bool = True) -> Condition:
    """Return the condition for what is behind a place; without `nulls`, NULLs in the first column are left out."""
    (column, down), place = order[0], places[0]
    sign = "<" if down else ">"
    if len(order) == 1:
        return Condition(f"{column} {sign} ?", (place,))
    rest = _behind(order[1:], places[1:])
    if place.kind is NoneType:
        same = f"{column} IS NULL AND ({rest.sql})"
        return Condition(same if down else f"{column} IS NOT NULL OR ({same})", rest.slots)
    also = f" OR {column} IS NULL" if down and nulls else ""
    return Condition(f"{column} {sign} ?{also} OR ({column} = ? AND ({rest.sql}))", (place, place, *rest.slots))
