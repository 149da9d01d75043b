"""What may be stored, and the frozen form of it."""

from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runtime.model.query import Compare, FrozenObject, In, Query, all_of, any_of, fingerprint
from runtime.query.parse import parse_filter
from runtime.query.values import DEPTH_LIMIT, check_json, freeze, is_storable, rounds_integer, thaw, too_deep


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, -1, 1.5, "", "text", "é \U0001f600", [], {}, {"": 1}, {"a": [1, {"b": None}]},
        2**63 - 1, -(2**63), 1.7976931348623157e308, "nul \0 in a value", {"a b/c~d": 1}, nested(100),
    ],
)  # fmt: skip
def test_json_can_be_stored(value: Any) -> None:
    assert check_json(value) == {}
    assert is_storable(value)


ODD = st.sampled_from([
    "\ud800", "é", 2**63, -(2**63), 2**63 - 1, float("nan"), (1,), {1}, b"x", Colour.RED, Size.BIG, None, True,
])  # fmt: skip
KEYS = st.sampled_from(["a", "a b", "", "é", "$a", "a.b", "a\0", "\ud800", 1, None, Colour.RED])


@example(nested(100))
@example(nested(101))
@example({"a": nested(99)})
@example({"a": nested(100)})
@given(
    st.recursive(
        ODD | st.text(st.characters()) | st.integers() | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=6,
    )
)
def test_whether_it_can_be_stored_is_what_no_fault_says(value: Any) -> None:
    assert is_storable(value) == (check_json(value) == {})


@pytest.mark.parametrize(
    ("value", "pointer", "words"),
    [
        ({"$a": 1}, "/$a", "may not contain \\$; rename it"),
        ({"a$b": 1}, "/a$b", "may not contain \\$"),
        ({"a.b": 1}, "/a.b", "may not contain a dot"),
        ({"a\0": 1}, "/a\0", "may not contain NUL"),
        ({"a": [{"b.c": 1}]}, "/a/0/b.c", "may not contain a dot"),
        ({"a/b": {"~": float("nan")}}, "/a~1b/~0", "not a finite number; send null"),
        (float("inf"), "", "not a finite number"),
        ([1, float("-inf")], "/1", "not a finite number"),
        ({"a": 2**63}, "/a", "an integer beyond 64 bits; send it as a string"),
        ({"a": -(2**63) - 1}, "/a", "an integer beyond 64 bits"),
        ("\ud800", "", "half of a surrogate pair"),
        ({"\udfff": 1}, "/\udfff", "half of a surrogate pair"),
        ({1: "x"}, "/1", "the key 1 is no string"),
        ({"a": (1, 2)}, "/a", "tuple is not JSON"),
        ({"a": {1}}, "/a", "set is not JSON"),
        ({"a": b"x"}, "/a", "bytes is not JSON"),
        ({"a": Colour.RED}, "/a", "Colour is not JSON; use a plain"),
        ({"a": Size.BIG}, "/a", "Size is not JSON"),
        ({"a": object()}, "/a", "object is not JSON"),
    ],
)
def test_what_cannot_be_stored_is_named_with_its_place(value: Any, pointer: str, words: str) -> None:
    found = check_json(value)
    assert list(found) == [pointer]
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(found[pointer])


def test_nesting_beyond_the_limit_is_refused_without_recursing_further() -> None:
    assert check_json(nested(101)) == {"/0" * 100: "is nested deeper than 100 levels; flatten it"}
    circle: list[Any] = []
    circle.append(circle)
    assert list(check_json(circle)) == ["/0" * 100]


def test_every_fault_is_found_up_to_a_limit() -> None:
    assert check_json({"a": float("nan"), "b": {"$c": 2**64}}, "/data") == {
        "/data/a": "is not a finite number; send null instead",
        "/data/b/$c": "a key may not contain $; rename it",
    }
    assert len(check_json([float("nan")] * 1000)) == 50


def test_too_deep_counts_arrays_and_objects() -> None:
    assert DEPTH_LIMIT == 100
    assert not too_deep(nested(100))
    assert too_deep(nested(101))
    assert too_deep({"a": {"b": {}}}, 2)
    assert not too_deep({"a": {"b": 1}}, 2)
    assert not too_deep("text", 0)
    assert too_deep(nested(100_000))


def test_freezing_makes_arrays_tuples_and_objects_hashable() -> None:
    frozen = freeze({"a": [1, {"b": None}], "c": "x"})
    assert frozen == FrozenObject((("a", (1, FrozenObject((("b", None),)))), ("c", "x")))
    assert hash(frozen) == hash(freeze({"a": [1, {"b": None}], "c": "x"}))
    assert frozen != freeze({"c": "x", "a": [1, {"b": None}]})


def test_thawing_gives_new_lists_and_dicts_back() -> None:
    value = {"a": [1, {"b": None}], "c": "x"}
    thawed = thaw(freeze(value))
    assert thawed == value
    assert type(thawed["a"]) is list
    assert type(thawed["a"][1]) is dict
    copy = thaw(value)
    copy["a"][1]["b"] = 5
    assert value == {"a": [1, {"b": None}], "c": "x"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Compare(("a",), "$eq", True), Compare(("a",), "$eq", 1)),
        (Compare(("a",), "$eq", False), Compare(("a",), "$eq", 0)),
        (Compare(("a",), "$eq", None), Compare(("a",), "$eq", "None")),
        (Compare(("a",), "$eq", 1), Compare(("a",), "$eq", "1")),
        (Compare(("a", "b"), "$eq", 1), Compare(("a.b",), "$eq", 1)),
        (In(("a",), (1, True)), In(("a",), (1, 1))),
        (parse_filter({"a": [True]}), parse_filter({"a": [1]})),
        (parse_filter({"a": {"b": True}}), parse_filter({"a": {"b": 1}})),
        (parse_filter({"a": {"b": {}}}), parse_filter({"a": {"b": []}})),
        (Query(filter=Compare(("a",), "$eq", True)), Query(filter=Compare(("a",), "$eq", 1))),
    ],
)
def test_a_fingerprint_tells_apart_what_python_holds_for_equal(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_equal_questions_have_equal_fingerprints() -> None:
    raw = {"a": {"$in": [1, {"b": [None]}]}, "$or": [{"c": True}, {"d": {"$regex": "x", "$options": "si"}}]}
    assert fingerprint(parse_filter(raw)) == fingerprint(parse_filter(thaw(raw)))


def test_joining_filters_keeps_apart_what_python_holds_for_equal() -> None:
    true, one = parse_filter({"a": True}), parse_filter({"a": 1})
    assert fingerprint(all_of(true, one)) == fingerprint(parse_filter({"$and": [{"a": True}, {"a": 1}]}))
    assert all_of(true, true) is true
    assert any_of(one, one) is one
    assert len(getattr(any_of(true, one), "parts", ())) == 2


@pytest.mark.parametrize(
    ("text", "rounds"),
    [
        (b'{"a": 9223372036854775807}', False),
        (b'{"a": -9223372036854775808}', False),
        (b'{"a": 18446744073709551615}', False),  # an int that `check_json` refuses by its pointer
        (b'{"a": 18446744073709551616}', True),
        (b'{"a": [{"b": -9223372036854775809}]}', True),
        (b"1" * 5000, True),
        (b'{"a": "18446744073709551616"}', False),
        (b'{"18446744073709551616": 1}', False),
        (b'{"a": 18446744073709551616.5}', False),
        (b'{"a": 1e30}', False),
    ],
)
def test_an_integer_that_would_be_read_as_a_float_is_seen(text: bytes, rounds: bool) -> None:
    assert rounds_integer(text) is rounds
