"""A page of a list, as the URL's query asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from runtime.model.errors import InvalidQuery
from runtime.web.whole_number import whole_number

DEFAULT_LIMIT: Final = 50
HIGHEST_LIMIT: Final = 500
HIGHEST_OFFSET: Final = 100_000
LONGEST_SEARCH: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list is asked for: `limit` entries after `offset`, of those that `search` finds."""

    limit: int
    offset: int
    search: str


def page_of(parameters: Mapping[str, str]) -> Asked:
    """Read `limit` (50, at most 500), `offset` and `q`. Raises InvalidQuery."""
    search = parameters.get("q", "")
    if len(search) > LONGEST_SEARCH:
        raise InvalidQuery(f"q may have {LONGEST_SEARCH} characters")
    return Asked(
        limit=whole_number(parameters, "limit", default=DEFAULT_LIMIT, lowest=1, highest=HIGHEST_LIMIT),
        offset=whole_number(parameters, "offset", default=0, lowest=0, highest=HIGHEST_OFFSET),
        search=search,
    )
