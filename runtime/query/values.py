"""JSON values: what may be stored, and their frozen form."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from runtime.model.query import FrozenObject

DEPTH_LIMIT: Final = 100
"""How deep arrays and objects may stand inside each other: MongoDB's limit, and far below Python's recursion limit."""

INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**63 - 1

PROBLEM_LIMIT: Final = 50
"""How many faults are told at once; a list of a million is no help to anybody."""

_SCALARS: Final = frozenset({str, int, float, bool})
_DIGITS_OF_64_BITS: Final = 20
"""With a sign: more digits are beyond 64 bits whatever they are."""
_MANY_DIGITS: Final = re.compile(rb"[0-9]{19}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def step(pointer: str, key: str | int) -> str:
    """Return the JSON pointer one step further (RFC 6901)."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def check_json(value: object, pointer: str = "") -> dict[str, str]:
    """Return what keeps a value from being stored: JSON pointers to messages, none when it is fine.

    Refused are object keys with `$`, `.` or NUL, NaN and infinities, integers beyond 64 bits, lone surrogates, nesting
    deeper than DEPTH_LIMIT, and whatever is not plain JSON: only dict, list, str, int, float, bool and None are, and no
    subclass of them. Pointers start with `pointer`. At most PROBLEM_LIMIT faults are named.
    """
    found: dict[str, str] = {}
    _check(value, [], pointer, found)
    return found


def is_storable(value: object, depth: int = 0) -> bool:
    """Return whether `check_json` finds nothing, which takes it three times as long: 1 µs for ten values, not 3."""
    if type(value) is dict:
        for key in value:
            # Most keys are identifiers, which have none of what is refused.
            if not (type(key) is str and key.isidentifier()) and key_problem(key):
                return False
        members: Any = value.values()
    elif type(value) is list:
        members = value
    else:
        return _is_scalar(value)
    if depth >= DEPTH_LIMIT:
        return False
    for member in members:
        kind = type(member)
        if kind is str and member.isascii():
            continue
        if not (is_storable(member, depth + 1) if kind is dict or kind is list else _is_scalar(member)):
            return False
    return True


def _is_scalar(value: object) -> bool:
    return value is None or (type(value) in _SCALARS and scalar_problem(value) is None)


def _check(value: object, trail: list[str | int], root: str, found: dict[str, str]) -> None:
    kind = type(value)
    if kind is str or kind is int or kind is float:
        problem = scalar_problem(value)
        if problem:
            _note(trail, root, problem, found)
    elif kind is dict or kind is list:
        if len(trail) >= DEPTH_LIMIT:
            _note(trail, root, f"is nested deeper than {DEPTH_LIMIT} levels; flatten it", found)
            return
        items: Any = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]
        for key, member in items:
            if len(found) >= PROBLEM_LIMIT:
                return
            trail.append(key)
            problem = key_problem(key) if kind is dict else None
            if problem:
                _note(trail, root, problem, found)
            _check(member, trail, root, found)
            trail.pop()
    elif value is not None and kind is not bool:
        _note(trail, root, f"{kind.__name__} is not JSON; use a plain dict, list, str, int, float, bool or None", found)


def _note(trail: list[str | int], root: str, problem: str, found: dict[str, str]) -> None:
    pointer = root
    for key in trail:
        pointer = step(pointer, key)
    found.setdefault(pointer, problem)


def key_problem(key: object) -> str | None:
    """Return why an object may not have this key, or None."""
    if type(key) is not str:
        return f"the key {key!r} is no string; JSON objects have string keys"
    for sign, name in (("$", "$"), (".", "a dot"), ("\0", "NUL")):
        if sign in key:
            return f"a key may not contain {name}; rename it"
    if not key.isascii() and _SURROGATE.search(key):
        return "the key contains half of a surrogate pair, which is no character"
    return None


def scalar_problem(value: object) -> str | None:
    """Return why a string or number may not be stored, or None."""
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            return "contains half of a surrogate pair, which is no character; send well-formed Unicode"
    elif isinstance(value, int):
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            return "is an integer beyond 64 bits; send it as a string"
    elif isinstance(value, float) and not math.isfinite(value):
        return "is not a finite number; send null instead"
    return None


def rounds_integer(text: bytes) -> bool:
    """Return whether JSON has an integer that orjson would silently read as a float: below -2^63, or from 2^64 on.

    `text` is JSON that is not too deep.
    """
    if _MANY_DIGITS.search(text) is None:
        return False
    found = []

    def look(digits: str) -> int:
        # Python itself refuses thousands of digits.
        found.append(len(digits) > _DIGITS_OF_64_BITS or not INTEGER_MIN <= int(digits) < 2**64)
        return 0

    json.loads(text, parse_int=look)
    return any(found)


def too_deep(value: object, limit: int = DEPTH_LIMIT) -> bool:
    """Return whether arrays and objects are nested deeper than `limit`; what is not may be recursed into safely."""
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, Mapping):
            members: Any = item.values()
        elif isinstance(item, list | tuple):
            members = item
        else:
            continue
        if depth >= limit:
            return True
        pending.extend((member, depth + 1) for member in members)
    return False


def freeze(value: Any) -> Any:
    """Return a JSON value as filters and cursors keep it: arrays as tuples, objects as FrozenObject."""
    if isinstance(value, list | tuple):
        return tuple(freeze(member) for member in value)
    if isinstance(value, Mapping):
        return FrozenObject(tuple((key, freeze(member)) for key, member in value.items()))
    return value


def thaw(value: Any) -> Any:
    """Return a JSON value made of new lists and dicts, whatever it was made of: the inverse of `freeze`, and a copy.

    Scalars are returned as they are, so the result shares nothing that could be changed.
    """
    if isinstance(value, list | tuple):
        return [thaw(member) for member in value]
    if isinstance(value, Mapping):
        return {key: thaw(member) for key, member in value.items()}
    return value
