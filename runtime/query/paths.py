"""Dotted paths."""

from enum import Enum
from typing import Final

from runtime.model.errors import InvalidQuery
from runtime.model.query import Path
from runtime.query.values import key_problem

PATH_LENGTH_LIMIT: Final = 500
SEGMENT_LIMIT: Final = 32
"""How many segments a path may have; nobody's documents are that deep."""


class Absent(Enum):
    """What a path reaches where there is nothing; not null, which is a value."""

    MISSING = "missing"


MISSING: Final = Absent.MISSING


def parse_path(text: str) -> Path:
    """Return the segments of `author.name`. Raises InvalidQuery for what can name no field.

    A segment of digits is an index in arrays and a key in objects, as in MongoDB.
    """
    if not text:
        raise InvalidQuery("a field's name is missing")
    if len(text) > PATH_LENGTH_LIMIT:
        raise InvalidQuery(f"the path {text[:40]!r}… is longer than {PATH_LENGTH_LIMIT} characters")
    segments = tuple(text.split("."))
    if len(segments) > SEGMENT_LIMIT:
        raise InvalidQuery(f"the path {text[:40]!r}… has more than {SEGMENT_LIMIT} segments")
    if "" in segments:
        raise InvalidQuery(f"the path {text!r} has an empty segment; write it like author.name")
    for segment in segments:
        problem = key_problem(segment)
        if problem:
            raise InvalidQuery(f"the path {text!r} reaches no field: {problem}")
    return segments


def array_index(segment: str) -> int | None:
    """Return the position in an array that a segment names, or None: `7` does, `07`, `-1` and `x` do not."""
    if segment.isascii() and segment.isdigit() and (segment == "0" or segment[0] != "0"):
        return int(segment)
    return None
