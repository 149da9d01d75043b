"""Cursors as they travel in URLs."""

import base64
import re
import zlib
from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, FrozenObject
from runtime.query.cursor import decode_cursor, encode_cursor
from runtime.query.order import EMPTY_ARRAY
from runtime.query.parse import parse_sort


@pytest.mark.parametrize(
    ("document", "sort", "values"),
    [
        ({"id": "x"}, "", ("x",)),
        ({"id": "x", "a": 5}, "a", (5, "x")),
        ({"id": "x", "a": 1.0}, "-a", (1.0, "x")),
        ({"id": "x", "a": True}, "a", (True, "x")),
        ({"id": "x"}, "a", (None, "x")),
        ({"id": "x", "a": "é\n\U0001f600"}, "a", ("é\n\U0001f600", "x")),
        ({"id": "x", "a": []}, "a", (EMPTY_ARRAY, "x")),
        ({"id": "x", "a": [[]]}, "a", ((), "x")),
        ({"id": "x", "a": [[1, [2]], [1]]}, "-a", ((1, (2,)), "x")),
        ({"id": "x", "a": {"b": [1]}}, "a", (FrozenObject((("b", (1,)),)), "x")),
        ({"id": "x", "a": {"b": [3, 2]}, "c": 1}, "a.b,-c", (2, 1, "x")),
        ({"id": "x", "a": 2**63 - 1}, "a", (2**63 - 1, "x")),
    ],
)
def test_a_cursor_comes_back_as_it_went(document: Any, sort: str, values: tuple[Any, ...]) -> None:
    text = encode_cursor(document, parse_sort(sort))
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    found = decode_cursor(text, parse_sort(sort))
    assert found == Cursor(values)
    assert [type(value) for value in found.values] == [type(value) for value in values]


@pytest.mark.parametrize("other", ["", "-a", "b", "a,b", "a.b", "a,-id"])
def test_a_cursor_of_another_sort_order_is_refused(other: str) -> None:
    text = encode_cursor({"id": "x", "a": 5}, parse_sort("a"))
    with pytest.raises(InvalidQuery, match="made for another sort order"):
        decode_cursor(text, parse_sort(other))


@pytest.mark.parametrize("text", ["", "x", "AAAA", "!!!!", "é", "A" * 5000, "AAAAAAAAAAAA", " ", "a b", "====", "\0"])
def test_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="the cursor is damaged; send it exactly as `next` gave it"):
        decode_cursor(text, parse_sort("a"))


def test_a_damaged_cursor_is_refused_wherever_the_damage_is() -> None:
    sort = parse_sort("a")
    text = encode_cursor({"id": "0190c0de-0000-7000-8000-000000000000", "a": 5}, sort)
    for position, character in enumerate(text):
        damaged = text[:position] + ("A" if character != "A" else "B") + text[position + 1 :]
        if position == len(text) - 1 and _same_bytes(damaged, text):
            continue
        with pytest.raises(InvalidQuery):
            decode_cursor(damaged, sort)
    for length in range(len(text)):
        with pytest.raises(InvalidQuery):
            decode_cursor(text[:length], sort)
    for added in ("!", " ", "\n", "+", "."):
        with pytest.raises(InvalidQuery):
            decode_cursor(text[:4] + added + text[4:], sort)


def _same_bytes(one: str, other: str) -> bool:
    """The last character of base64 may have bits that mean nothing."""
    padding = "=" * (-len(one) % 4)
    return base64.urlsafe_b64decode(one + padding) == base64.urlsafe_b64decode(other + padding)


def forged(body: bytes, sort: bytes = b"a,id") -> str:
    """A cursor whose checksums are right: they are no secret."""
    checksums = zlib.crc32(sort).to_bytes(4, "big") + zlib.crc32(body).to_bytes(4, "big")
    return base64.urlsafe_b64encode(checksums + body).rstrip(b"=").decode()


def test_a_forged_cursor_is_only_another_place() -> None:
    assert decode_cursor(forged(b'[7,"m"]'), parse_sort("a")) == Cursor((7, "m"))


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"[1]", b"[1,2]", b'[1,"x","y"]', b"null", b'"x"', b"[1,null]", b'[{"$gt":1},"x"]',
        b'[9223372036854775808,"x"]', b'[{"a.b":1},"x"]', b"[" * 2000, b'[NaN,"x"]', b'[1,"x"] ,', b"\xff",
        b"[" + b"[" * 200 + b"]" * 200 + b',"x"]',
    ],
)  # fmt: skip
def test_a_forged_cursor_that_is_no_place_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidQuery, match="the cursor is damaged"):
        decode_cursor(forged(body), parse_sort("a"))


def test_values_too_long_for_a_url_are_refused_with_a_remedy() -> None:
    longest = encode_cursor({"id": "x", "a": "y" * 3056}, parse_sort("a"))
    assert len(longest) == 4096
    assert decode_cursor(longest, parse_sort("a")) == Cursor(("y" * 3056, "x"))
    with pytest.raises(InvalidQuery, match="too long for a cursor; sort by a shorter field"):
        encode_cursor({"id": "x", "a": "y" * 3057}, parse_sort("a"))
