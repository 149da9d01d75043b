"""JSON scalars as SQLite values.

SQLite orders NULL < numbers < TEXT < BLOB, compares integers with floats exactly, and text by its UTF-8 bytes, which is
the order of code points. That is the order of the query language (`runtime.query.order`: null, numbers, strings, …,
booleans), once booleans are BLOBs. A path that is missing has the same key as null: both sort alike.
"""

from collections.abc import Mapping
from typing import Any, Final

from runtime.query.values import INTEGER_MAX, INTEGER_MIN

Key = int | float | str | bytes | None
"""The SQLite value of a JSON scalar."""

FALSE: Final = b"\x01"
TRUE: Final = b"\x02"
COMPOUND: Final = b"\x00"
"""Where objects and arrays stand in the order: behind all text, before the booleans. Never stored."""


class NoKey(ValueError):
    """A value is no JSON scalar, or one that SQLite cannot hold."""


def key_of(value: Any) -> Key:
    """Return the key of a JSON scalar.

    Raises NoKey for arrays, objects, integers beyond 64 bits and lone surrogates.
    """
    kind = type(value)
    if kind is str:
        if not value.isascii():
            _check_text(value)
        return value  # type: ignore[no-any-return]
    if value is None or kind is float:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return TRUE if value else FALSE
    if kind is int and INTEGER_MIN <= value <= INTEGER_MAX:
        return value  # type: ignore[no-any-return]
    raise NoKey("must be a single value that fits into 64 bits, no array or object")


def value_of(key: Key) -> int | float | str | bool | None:
    """Return the JSON scalar of a key."""
    return key == TRUE if isinstance(key, bytes) else key


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NoKey("contains half of a surrogate pair, which is no character") from error


def place_of(value: Any) -> Key:
    """Return the key of a cursor's value: that of a scalar, or COMPOUND for an array or object. Raises NoKey."""
    return COMPOUND if isinstance(value, tuple | list | Mapping) else key_of(value)
