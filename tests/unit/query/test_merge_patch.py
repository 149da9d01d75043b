"""JSON Merge Patch, RFC 7396."""

from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.query.update import merge_patch


@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_cases_of_appendix_a(original: Any, patch: Any, result: Any) -> None:
    assert merge_patch(original, patch) == result


def test_the_example_of_section_3() -> None:
    original = {
        "title": "Goodbye!",
        "author": {"givenName": "John", "familyName": "Doe"},
        "tags": ["example", "sample"],
        "content": "This will be unchanged",
    }
    patch = {
        "title": "Hello!",
        "phoneNumber": "+01-123-456-7890",
        "author": {"familyName": None},
        "tags": ["example"],
    }
    assert merge_patch(original, patch) == {
        "title": "Hello!",
        "author": {"givenName": "John"},
        "tags": ["example"],
        "content": "This will be unchanged",
        "phoneNumber": "+01-123-456-7890",
    }


def test_the_example_of_the_introduction() -> None:
    original = {"a": "b", "c": {"d": "e", "f": "g"}}
    assert merge_patch(original, {"a": "z", "c": {"f": None}}) == {"a": "z", "c": {"d": "e"}}


def test_nulls_inside_arrays_stay() -> None:
    assert merge_patch({"a": 1}, {"a": [None, {"b": None}]}) == {"a": [None, {"b": None}]}


def test_keys_keep_their_places_and_new_ones_follow() -> None:
    assert list(merge_patch({"a": 1, "b": 2}, {"c": 3, "a": 4})) == ["a", "b", "c"]


def test_the_result_shares_nothing_with_what_came_in() -> None:
    original: dict[str, Any] = {"a": {"x": [1]}, "b": [2]}
    patch: dict[str, Any] = {"c": [{"y": 1}]}
    result = merge_patch(original, patch)
    result["a"]["x"].append(9)
    result["b"].append(9)
    result["c"][0]["y"] = 9
    assert original == {"a": {"x": [1]}, "b": [2]}
    assert patch == {"c": [{"y": 1}]}


def test_an_endlessly_nested_patch_is_refused() -> None:
    patch: dict[str, Any] = {}
    for _ in range(100_000):
        patch = {"a": patch}
    with pytest.raises(InvalidQuery, match="nested deeper than 100 levels"):
        merge_patch({}, patch)
