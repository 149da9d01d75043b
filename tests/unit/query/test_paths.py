"""Dotted paths as they are written."""

import pytest

from runtime.model.errors import InvalidQuery
from runtime.query.parse import parse_path
from runtime.query.paths import array_index


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("title", ("title",)),
        ("author.name", ("author", "name")),
        ("items.0.n", ("items", "0", "n")),
        ("größe", ("größe",)),
        ("a b", ("a b",)),
        ("a-b", ("a-b",)),
    ],
)
def test_a_path_is_its_segments(text: str, path: tuple[str, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a field's name is missing"),
        (".", "empty segment"),
        ("a.", "empty segment"),
        (".a", "empty segment"),
        ("a..b", "empty segment; write it like author.name"),
        ("$where", "may not contain \\$"),
        ("a.$", "may not contain \\$"),
        ("a.$[].b", "may not contain \\$"),
        ("a\0", "may not contain NUL"),
        ("\ud800", "surrogate"),
        ("a" * 501, "longer than 500 characters"),
        (".".join("a" * 33), "more than 32 segments"),
    ],
)
def test_what_can_name_no_field_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        parse_path(text)


def test_paths_may_be_as_long_as_their_limits() -> None:
    assert len(parse_path("a" * 500)[0]) == 500
    assert len(parse_path(".".join("a" * 32))) == 32


@pytest.mark.parametrize(
    ("segment", "index"),
    [("0", 0), ("7", 7), ("10", 10), ("00", None), ("07", None), ("-1", None), ("x", None), ("²", None), ("٣", None)],
)
def test_only_plain_digits_are_an_index(segment: str, index: int | None) -> None:
    assert array_index(segment) == index
