"""MongoDB's order of values and documents."""

from typing import Any

import pytest

from runtime.model.query import Cursor, FrozenObject
from runtime.query.order import EMPTY_ARRAY, compare, is_after, rank, sort_key, sort_value
from runtime.query.parse import parse_path, parse_sort

ASCENDING: list[Any] = [
    None,
    -(2**63),
    -1.5,
    -1,
    0,
    0.5,
    1,
    9007199254740992.0,
    9007199254740993,
    2**63 - 1,
    1e300,
    "",
    "\0",
    "A",
    "B",
    "a",
    "a\0",
    "ab",
    "b",
    "é",
    "\uffff",
    "\U0001f600",
    {},
    {"b": None},
    {"a": 1},
    {"a": 1, "b": 1},
    {"a": 2},
    {"b": 1},
    {"a": "x"},
    {"a": {}},
    {"a": []},
    {"a": True},
    [],
    [None],
    [1],
    [1, None],
    [1, 2],
    [2],
    ["a"],
    [{}],
    [[]],
    [True],
    False,
    True,
]
"""Every value stands before the next one."""


def test_values_stand_in_mongodbs_order() -> None:
    for position, low in enumerate(ASCENDING):
        assert compare(low, low) == 0
        for high in ASCENDING[position + 1 :]:
            assert compare(low, high) == -1, (low, high)
            assert compare(high, low) == 1, (low, high)


def test_documents_sort_in_that_order_and_backwards() -> None:
    values = [value for value in ASCENDING if not isinstance(value, list)]
    documents = [{"id": "x", "a": value} for value in values]
    shuffled = documents[::2] + documents[1::2]
    assert sorted(shuffled, key=sort_key(parse_sort("a"))) == documents
    assert sorted(shuffled, key=sort_key(parse_sort("-a"))) == documents[::-1]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (0, -0.0), ([1, 2], [1.0, 2]), ({"a": 1}, {"a": 1.0}), ((1, 2), [1, 2]), ({"a": []}, {"a": ()})],
)
def test_equal_values(one: Any, other: Any) -> None:
    assert compare(one, other) == 0
    assert hash(rank(one)) == hash(rank(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (None, 0), ("1", 1), ([1], 1), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([], {}), (None, {})],
)
def test_different_values(one: Any, other: Any) -> None:
    assert compare(one, other) != 0


def test_frozen_values_rank_as_plain_ones() -> None:
    assert rank(FrozenObject((("a", (1, None)),))) == rank({"a": [1, None]})
    assert compare(EMPTY_ARRAY, None) == -1


@pytest.mark.parametrize(
    ("document", "path", "ascending", "descending"),
    [
        ({"a": 5}, "a", 5, 5),
        ({}, "a", None, None),
        ({"a": None}, "a", None, None),
        ({"a": [3, 1, 2]}, "a", 1, 3),
        ({"a": [3, "x", None]}, "a", None, "x"),
        ({"a": [True, [9]]}, "a", (9,), True),
        ({"a": []}, "a", EMPTY_ARRAY, EMPTY_ARRAY),
        ({"a": [[]]}, "a", (), ()),
        ({"a": [[2, 1], 5]}, "a", 5, (2, 1)),
        ({"a": [{"b": 1}, {"b": 0}]}, "a", FrozenObject((("b", 0),)), FrozenObject((("b", 1),))),
        ({"a": {"b": [2, 4]}}, "a.b", 2, 4),
        ({"a": {"b": []}}, "a.b", EMPTY_ARRAY, EMPTY_ARRAY),
        ({"a": {}}, "a.b", None, None),
        ({"a": 5}, "a.b", None, None),
        ({"a": [{"b": 2}, {"b": 7}]}, "a.b", 2, 7),
        ({"a": [{"b": 2}, {}]}, "a.b", None, 2),
        ({"a": [{"b": 2}, 5]}, "a.b", None, 2),
        ({"a": [{"b": [3, 1]}, {"b": 2}]}, "a.b", 1, 3),
        ({"a": [{"b": []}, {"b": 2}]}, "a.b", EMPTY_ARRAY, 2),
        ({"a": []}, "a.b", None, None),
        ({"a": [{"b": {"c": 2}}, {"b": [{"c": 1}]}]}, "a.b.c", 1, 2),
        ({"a": [[{"b": 1}]]}, "a.b", None, None),
        ({"a": [5, 7]}, "a.1", 7, 7),
        ({"a": [5, 7]}, "a.2", None, None),
        ({"a": [[1, 2], 3]}, "a.0", (1, 2), (1, 2)),
        ({"a": [[]]}, "a.0", EMPTY_ARRAY, EMPTY_ARRAY),
        ({"a": [{"b": 1}, {"b": 2}]}, "a.1.b", 2, 2),
        ({"a": [[{"b": 1}, {"b": 3}]]}, "a.0.b", 1, 3),
        ({"a": {"0": 5}}, "a.0", 5, 5),
        ({"a": [{"5": 1}, {"5": 2}]}, "a.5", 1, 2),
        ({"a": {"b": 1}}, "a", FrozenObject((("b", 1),)), FrozenObject((("b", 1),))),
    ],
)
def test_what_a_document_is_sorted_by(document: Any, path: str, ascending: Any, descending: Any) -> None:
    assert sort_value(document, parse_path(path), False) == ascending
    assert type(sort_value(document, parse_path(path), False)) is type(ascending)
    assert sort_value(document, parse_path(path), descending=True) == descending


def test_an_empty_array_sorts_below_null_and_an_array_in_an_array_does_not() -> None:
    backwards = [
        {"id": "5", "a": [[]]},
        {"id": "4", "a": "x"},
        {"id": "3", "a": [1]},
        {"id": "2"},
        {"id": "1", "a": []},
    ]
    assert [d["id"] for d in sorted(backwards, key=sort_key(parse_sort("a")))] == ["1", "2", "3", "4", "5"]
    assert [d["id"] for d in sorted(backwards, key=sort_key(parse_sort("-a")))] == ["5", "4", "3", "2", "1"]


def test_an_array_stands_elsewhere_in_a_descending_order() -> None:
    documents = [{"id": "2", "a": 5}, {"id": "1", "a": [1, 9]}]
    assert [d["id"] for d in sorted(documents, key=sort_key(parse_sort("a")))] == ["1", "2"]
    assert [d["id"] for d in sorted(documents, key=sort_key(parse_sort("-a")))] == ["1", "2"]


def test_later_keys_decide_between_equal_ones() -> None:
    documents = [
        {"id": "d", "s": "b", "n": 2},
        {"id": "c", "s": "b", "n": 2.0},
        {"id": "b", "s": "b", "n": 1},
        {"id": "a", "s": "a", "n": 1},
    ]
    assert [d["id"] for d in sorted(documents, key=sort_key(parse_sort("-s,n")))] == ["b", "c", "d", "a"]
    assert [d["id"] for d in sorted(documents, key=sort_key(parse_sort("n,-s")))] == ["b", "a", "d", "c"]
    assert [d["id"] for d in sorted(documents, key=sort_key(parse_sort("s,-n,-id")))] == ["a", "d", "c", "b"]


def test_strings_sort_backwards_by_code_point() -> None:
    texts = ["", "\0", "B", "a", "a\0", "ab", "b", "é", "\uffff", "\U0001f600"]
    ordered = sorted(({"id": "x", "a": text} for text in texts), key=sort_key(parse_sort("-a")))
    assert [d["a"] for d in ordered] == ["\U0001f600", "\uffff", "é", "b", "ab", "a\0", "a", "B", "\0", ""]


@pytest.mark.parametrize(
    ("document", "behind"),
    [
        ({"id": "m", "a": 6}, True),
        ({"id": "m", "a": 5}, False),
        ({"id": "n", "a": 5}, True),
        ({"id": "a", "a": 5}, False),
        ({"id": "z", "a": 4}, False),
        ({"id": "a", "a": "x"}, True),
        ({"id": "z"}, False),
        ({"id": "z", "a": [4, 9]}, False),
    ],
)
def test_a_document_stands_behind_a_cursor_or_not(document: Any, behind: bool) -> None:
    assert is_after(Cursor((5, "m")), parse_sort("a"))(document) is behind


def test_behind_a_cursor_of_a_descending_order_stand_the_smaller_ones() -> None:
    behind = is_after(Cursor(("m", "m")), parse_sort("-a"))
    assert behind({"id": "x", "a": "a"}) is True
    assert behind({"id": "x", "a": "z"}) is False
    assert behind({"id": "a", "a": "m"}) is True
    assert behind({"id": "x", "a": "m"}) is False
    assert behind({"id": "x"}) is True
    assert behind({"id": "x", "a": True}) is False


def test_behind_a_cursor_on_an_empty_array_stands_null() -> None:
    behind = is_after(Cursor((EMPTY_ARRAY, "m")), parse_sort("a"))
    assert behind({"id": "a"}) is True
    assert behind({"id": "a", "a": []}) is False
    assert behind({"id": "n", "a": []}) is True
