"""Sorting in memory, where a store has no key for what is sorted by: how much of it there may be."""

from typing import Final

from runtime.model.errors import InvalidQuery
from runtime.model.query import SortKey

SORT_LIMIT: Final = 100_000
"""How many documents, or places of documents, are held to sort them: some tens of megabytes."""


def too_many(sort: tuple[SortKey, ...], limit: int) -> InvalidQuery:
    """Return what to raise beyond a limit."""
    names = ", ".join(".".join(key.path) for key in sort)
    return InvalidQuery(
        f"more than {limit} documents would have to be sorted by {names} in memory; "
        "narrow the filter, set a limit, or sort by a field that the collection declares as a single value"
    )
