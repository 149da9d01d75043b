"""Whole numbers in the query of a URL."""

import re
from collections.abc import Mapping
from typing import Final

from runtime.model.errors import InvalidQuery

_DIGITS: Final = re.compile(r"[0-9]{1,16}")


def whole_number(parameters: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    """Return a parameter's number, the default where it is missing or empty. Raises InvalidQuery."""
    text = parameters.get(name) or str(default)
    if not _DIGITS.fullmatch(text) or not lowest <= int(text) <= highest:
        raise InvalidQuery(f"{name} must be a whole number from {lowest} to {highest}")
    return int(text)
