"""What a plain scalar means: the core schema of YAML 1.2 (§10.3), within what JSON can hold."""

import math
import re
from typing import Final

from runtime.settings.tree import Scalar

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

SMALLEST: Final = -(2**63)
LARGEST: Final = 2**63 - 1
_MOST_DIGITS: Final = 64
"""Longer runs of digits are beyond 64 bits in every base, but for leading zeros, which nobody writes; Python refuses to
read very long ones."""


def resolve(text: str) -> Scalar:
    """Return the value of a plain scalar.

    `yes`, `no`, `on`, `off` and `5:30` are text, unlike in YAML 1.1. Raises ValueError for numbers that JSON or 64
    bits cannot hold.
    """
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            return _integer(text, base)
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"{text} is not a number that JSON can hold")
    if _FLOAT.fullmatch(text):
        return _real(text)
    return text


def _integer(text: str, base: int) -> int:
    if len(text) <= _MOST_DIGITS:
        number = int(text, base)
        if SMALLEST <= number <= LARGEST:
            return number
    raise ValueError("the number is beyond 64 bits")


def _real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not a number that JSON can hold")
    return number
