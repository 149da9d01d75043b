"""What each operator matches, as MongoDB answers: `(filter, document, whether it matches)`."""

from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.model.query import All, And, Compare, ElemMatch, Everything, Exists, Not, Nothing, Or, Regex
from runtime.query.match import matcher, matches
from runtime.query.parse import parse_filter

Case = tuple[Any, Any, bool]


def answers(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("filter", "document", "expected"), cases)


def check(filter: Any, document: Any, expected: bool) -> None:
    assert matches(parse_filter(filter), document) is expected
    assert matches(parse_filter({"$nor": [filter]}), document) is not expected


EQUALITY: list[Case] = [
    ({"a": "x"}, {"a": "x"}, True),
    ({"a": "x"}, {"a": "X"}, False),
    ({"a": "x"}, {"a": "xy"}, False),
    ({"a": "x"}, {"b": "x"}, False),
    ({"a": "x"}, {"a": None}, False),
    ({"a": "x"}, {"a": ["y", "x"]}, True),
    ({"a": "x"}, {"a": [["x"]]}, False),
    ({"a": "x"}, {"a": {"x": 1}}, False),
    ({"a": ""}, {"a": ""}, True),
    ({"a": ""}, {}, False),
    ({"a": {"$eq": "x"}}, {"a": "x"}, True),
    ({"a": 1}, {"a": 1}, True),
    ({"a": 1}, {"a": 1.0}, True),
    ({"a": 1.0}, {"a": 1}, True),
    ({"a": 1}, {"a": True}, False),
    ({"a": True}, {"a": 1}, False),
    ({"a": 0}, {"a": False}, False),
    ({"a": 0}, {"a": -0.0}, True),
    ({"a": 1}, {"a": "1"}, False),
    ({"a": 1}, {"a": [True]}, False),
    ({"a": 1}, {"a": [0, 1]}, True),
    ({"a": 9007199254740993}, {"a": 9007199254740992.0}, False),
    ({"a": True}, {"a": True}, True),
    ({"a": True}, {"a": [False, True]}, True),
    ({"a": True}, {"a": False}, False),
    ({"a": True}, {"a": "true"}, False),
]


@answers(EQUALITY)
def test_equality_with_scalars(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


COMPOUND_EQUALITY: list[Case] = [
    ({"a": [1, 2]}, {"a": [1, 2]}, True),
    ({"a": [1, 2]}, {"a": [2, 1]}, False),
    ({"a": [1, 2]}, {"a": [1, 2, 3]}, False),
    ({"a": [1, 2]}, {"a": [1.0, 2.0]}, True),
    ({"a": [1, 2]}, {"a": [True, 2]}, False),
    ({"a": [1, 2]}, {"a": [[1, 2], 3]}, True),
    ({"a": [1, 2]}, {"a": [[[1, 2]]]}, False),
    ({"a": [1]}, {"a": 1}, False),
    ({"a": []}, {"a": []}, True),
    ({"a": []}, {"a": [[]]}, True),
    ({"a": []}, {"a": None}, False),
    ({"a": []}, {}, False),
    ({"a": {}}, {"a": {}}, True),
    ({"a": {}}, {"a": {"b": 1}}, False),
    ({"a": {}}, {"a": []}, False),
    ({"a": {"b": 1}}, {"a": {"b": 1}}, True),
    ({"a": {"b": 1}}, {"a": {"b": 1.0}}, True),
    ({"a": {"b": 1}}, {"a": {"b": True}}, False),
    ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}, False),
    ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, False),
    ({"a": {"b": 1}}, {"a": [{"b": 1}, 5]}, True),
    ({"a": {"b": [1, {"c": None}]}}, {"a": {"b": [1, {"c": None}]}}, True),
    ({"a": {"b": None}}, {"a": {}}, False),
]


@answers(COMPOUND_EQUALITY)
def test_equality_with_arrays_and_objects(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


NULL: list[Case] = [
    ({"a": None}, {"a": None}, True),
    ({"a": None}, {}, True),
    ({"a": None}, {"a": 4}, False),
    ({"a": None}, {"a": ""}, False),
    ({"a": None}, {"a": False}, False),
    ({"a": None}, {"a": {}}, False),
    ({"a": None}, {"a": []}, False),
    ({"a": None}, {"a": [[]]}, False),
    ({"a": None}, {"a": [None, None]}, True),
    ({"a": None}, {"a": [1, None]}, True),
    ({"a": None}, {"a": [1, 2]}, False),
    ({"a": {"$gte": None}}, {"a": None}, True),
    ({"a": {"$lte": None}}, {}, True),
    ({"a": {"$gte": None}}, {"a": [1, None]}, True),
    ({"a": {"$gte": None}}, {"a": 0}, False),
    ({"a": {"$lte": None}}, {"a": []}, False),
    ({"a": {"$gt": None}}, {"a": None}, False),
    ({"a": {"$lt": None}}, {}, False),
    ({"a": {"$in": [None, 75]}}, {}, True),
    ({"a": {"$in": [None, 75]}}, {"a": None}, True),
    ({"a": {"$in": [None, 75]}}, {"a": [1, None]}, True),
    ({"a": {"$in": [None, 75]}}, {"a": []}, False),
    ({"a": {"$in": [75]}}, {}, False),
    ({"a": {"$all": [None]}}, {}, True),
    ({"a.b": None}, {}, True),
    ({"a.b": None}, {"a": None}, True),
    ({"a.b": None}, {"a": 4}, True),
    ({"a.b": None}, {"a": {}}, True),
    ({"a.b": None}, {"a": {"b": None}}, True),
    ({"a.b": None}, {"a": {"b": "hi"}}, False),
    ({"a.b": None}, {"a": []}, False),
    ({"a.b": None}, {"a": [[]]}, False),
    ({"a.b": None}, {"a": [None, None]}, False),
    ({"a.b": None}, {"a": [1, "s", None, 4]}, False),
    ({"a.b": None}, {"a": [{"b": 1}, {"b": 3}]}, False),
    ({"a.b": None}, {"a": [{"b": None}, {"b": 3}]}, True),
    ({"a.b": None}, {"a": [{"b": 3}, {}]}, True),
    ({"a.b": {"$ne": None}}, {"a": [[]]}, True),
    ({"a.b": {"$ne": None}}, {"a": []}, True),
    ({"a.b": {"$ne": None}}, {"a": 4}, False),
]


@answers(NULL)
def test_null_and_missing(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


RANGES: list[Case] = [
    ({"a": {"$gt": 3}}, {"a": 4}, True),
    ({"a": {"$gt": 3}}, {"a": 3}, False),
    ({"a": {"$gt": 3}}, {"a": 3.5}, True),
    ({"a": {"$gte": 3}}, {"a": 3.0}, True),
    ({"a": {"$gte": 3}}, {"a": 2}, False),
    ({"a": {"$lt": 3}}, {"a": 2}, True),
    ({"a": {"$lt": 3}}, {"a": 3}, False),
    ({"a": {"$lte": 3}}, {"a": 3}, True),
    ({"a": {"$lte": 3}}, {"a": 4}, False),
    ({"a": {"$gt": 3}}, {}, False),
    ({"a": {"$lt": 3}}, {}, False),
    ({"a": {"$lt": 3}}, {"a": None}, False),
    ({"a": {"$lt": 3}}, {"a": "2"}, False),
    ({"a": {"$gt": 3}}, {"a": "4"}, False),
    ({"a": {"$gte": 0}}, {"a": True}, False),
    ({"a": {"$lt": 3}}, {"a": False}, False),
    ({"a": {"$gt": 3}}, {"a": [1, 4]}, True),
    ({"a": {"$gt": 3}}, {"a": [1, 2]}, False),
    ({"a": {"$gt": 3}}, {"a": []}, False),
    ({"a": {"$gt": 3}}, {"a": [[4]]}, False),
    ({"a": {"$gt": 3, "$lt": 5}}, {"a": [1, 9]}, True),
    ({"a": {"$gt": 3, "$lt": 5}}, {"a": 9}, False),
    ({"a": {"$gt": "b"}}, {"a": "c"}, True),
    ({"a": {"$gt": "b"}}, {"a": "B"}, False),
    ({"a": {"$gte": "b"}}, {"a": "b"}, True),
    ({"a": {"$gt": "\uffff"}}, {"a": "\U0001f600"}, True),
    ({"a": {"$lt": "b"}}, {"a": ""}, True),
    ({"a": {"$lt": "b"}}, {"a": 1}, False),
    ({"a": {"$gt": False}}, {"a": True}, True),
    ({"a": {"$lte": False}}, {"a": True}, False),
    ({"a": {"$gt": False}}, {"a": 1}, False),
    ({"a": {"$gt": [1, 2]}}, {"a": [1, 3]}, True),
    ({"a": {"$gt": [1, 2]}}, {"a": [1, 2, 0]}, True),
    ({"a": {"$gt": [1, 2]}}, {"a": [1, 2]}, False),
    ({"a": {"$gte": [1, 2]}}, {"a": [1, 2]}, True),
    ({"a": {"$gt": [1, 2]}}, {"a": 5}, False),
    ({"a": {"$lt": [1, 2]}}, {"a": []}, True),
    ({"a": {"$lt": [1, "a"]}}, {"a": [1, 99]}, True),
    ({"a": {"$gt": {"b": 1}}}, {"a": {"b": 2}}, True),
    ({"a": {"$gt": {"b": 1}}}, {"a": {"a": 2}}, False),
    ({"a": {"$gt": {"b": 1}}}, {"a": {"a": "s"}}, True),
    ({"a": {"$gt": {"b": 1}}}, {"a": {"b": 1, "c": 0}}, True),
    ({"a": {"$lt": {"b": 1}}}, {"a": {}}, True),
    ({"a": {"$lt": {"b": 1}}}, {"a": 0}, False),
    ({"a": {"$gt": 9007199254740992}}, {"a": 9007199254740993}, True),
    ({"a": {"$lt": 9007199254740993}}, {"a": 9007199254740992.0}, True),
]


@answers(RANGES)
def test_ranges_compare_within_one_type(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


PATHS: list[Case] = [
    ({"a.b": 1}, {"a": {"b": 1}}, True),
    ({"a.b": 1}, {"a": {"b": [2, 1]}}, True),
    ({"a.b": 1}, {"a": [{"b": 2}, {"b": 1}]}, True),
    ({"a.b": 1}, {"a": [{"b": [3, 1]}]}, True),
    ({"a.b": "x"}, {"a": {"b": "x"}}, True),
    ({"a.b": "x"}, {"a": {"b": "y"}}, False),
    ({"a.b": "x"}, {"a": [{"b": "y"}, {"b": ["x"]}]}, True),
    ({"a.b": 1}, {"a": [[{"b": 1}]]}, False),
    ({"a.b": 1}, {"a": 1}, False),
    ({"a.b": [1]}, {"a": [{"b": [1]}]}, True),
    ({"a.b.c": 1}, {"a": [{"b": [{"c": 2}, {"c": 1}]}]}, True),
    ({"a.b": 1, "a.c": 2}, {"a": [{"b": 1}, {"c": 2}]}, True),
    ({"a.0": 5}, {"a": [5, 7]}, True),
    ({"a.1": 5}, {"a": [5, 7]}, False),
    ({"a.2": 5}, {"a": [5, 7]}, False),
    ({"a.0": 5}, {"a": {"0": 5}}, True),
    ({"a.0": 5}, {"a": [{"0": 5}]}, True),
    ({"a.1": 4}, {"a": [5, {"1": 4}, 3]}, True),
    ({"a.1": {"1": 4}}, {"a": [5, {"1": 4}, 3]}, True),
    ({"a.00": 5}, {"a": [5]}, False),
    ({"a.00": 5}, {"a": {"00": 5}}, True),
    ({"a.-1": 5}, {"a": [5]}, False),
    ({"a.1": [2, 4]}, {"a": [5, [2, 4]]}, True),
    ({"a.1": 2}, {"a": [5, [2, 4]]}, False),
    ({"a.1.0": 2}, {"a": [5, [2, 4]]}, True),
    ({"a.1.b": 4}, {"a": [5, {"b": 4}]}, True),
    ({"a.0.b": 4}, {"a": [5, {"b": 4}]}, False),
    ({"a.1.b": 4}, {"a": [5, [{"b": 4}]]}, True),
    ({"a.1.b": None}, {"a": [5, {"b": 4}]}, True),
    ({"a.0.b": 1}, {"a": [{"0": {"b": 1}}]}, True),
    ({"a.0.b": 3}, {"a": [{"b": [2, 3]}, {"b": [4, 5]}]}, True),
    ({"a.0.b": 4}, {"a": [{"b": [2, 3]}, {"b": [4, 5]}]}, False),
    ({"a.0": None}, {"a": []}, False),
    ({"a.0": None}, {"a": [None]}, True),
    ({"0": 5}, {"0": 5}, True),
    ({"a.b.x": None}, {"a": [{"b": []}, {"b": []}]}, False),
]


@answers(PATHS)
def test_paths_through_arrays_and_indexes(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


NEGATIONS: list[Case] = [
    ({"a": {"$ne": 1}}, {"a": 2}, True),
    ({"a": {"$ne": 1}}, {"a": 1.0}, False),
    ({"a": {"$ne": 1}}, {"a": True}, True),
    ({"a": {"$ne": 1}}, {}, True),
    ({"a": {"$ne": 1}}, {"a": [1, 2]}, False),
    ({"a": {"$ne": 1}}, {"a": [2, 3]}, True),
    ({"a": {"$ne": None}}, {}, False),
    ({"a": {"$ne": None}}, {"a": []}, True),
    ({"a": {"$nin": [1, 2]}}, {"a": 3}, True),
    ({"a": {"$nin": [1, 2]}}, {}, True),
    ({"a": {"$nin": [1, None]}}, {}, False),
    ({"a": {"$nin": [1, 2]}}, {"a": [3, 2]}, False),
    ({"a": {"$nin": []}}, {"a": 1}, True),
    ({"a": {"$not": {"$gt": 3}}}, {"a": 3}, True),
    ({"a": {"$not": {"$gt": 3}}}, {"a": 4}, False),
    ({"a": {"$not": {"$gt": 3}}}, {}, True),
    ({"a": {"$not": {"$gt": 3}}}, {"a": "x"}, True),
    ({"a": {"$not": {"$gt": 3}}}, {"a": [1, 4]}, False),
    ({"a": {"$not": {"$gt": 3}}}, {"a": [1, 2]}, True),
    ({"a": {"$not": {"$gt": 3, "$lt": 5}}}, {"a": [1, 9]}, False),
    ({"a": {"$not": {"$gt": 3, "$lt": 5}}}, {"a": 9}, True),
    ({"a": {"$not": {"$ne": 1}}}, {"a": [1, 2]}, True),
    ({"a": {"$not": {"$not": {"$gt": 3}}}}, {"a": 4}, True),
    ({"a": {"$not": {"$size": 2}}}, {"a": [1]}, True),
    ({"a": {"$not": {"$regex": "^x"}}}, {"a": "xy"}, False),
    ({"a": {"$not": {"$regex": "^x"}}}, {"a": 5}, True),
    ({"a": {"$not": {"$elemMatch": {"$gt": 3}}}}, {"a": [1, 2]}, True),
    ({"a": {"$not": {"$exists": True}}}, {}, True),
]


@answers(NEGATIONS)
def test_negations_match_documents_without_the_path(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


MEMBERSHIP: list[Case] = [
    ({"a": {"$in": [1, "x"]}}, {"a": "x"}, True),
    ({"a": {"$in": [1, "x"]}}, {"a": 1.0}, True),
    ({"a": {"$in": [1, "x"]}}, {"a": True}, False),
    ({"a": {"$in": [True]}}, {"a": 1}, False),
    ({"a": {"$in": [True]}}, {"a": True}, True),
    ({"a": {"$in": [1, True]}}, {"a": True}, True),
    ({"a": {"$in": [0]}}, {"a": False}, False),
    ({"a": {"$in": [1, "x"]}}, {"a": ["y", "x"]}, True),
    ({"a": {"$in": [1, "x"]}}, {"a": [["x"]]}, False),
    ({"a": {"$in": [[1, 2]]}}, {"a": [1, 2]}, True),
    ({"a": {"$in": [[1, 2]]}}, {"a": [[1, 2]]}, True),
    ({"a": {"$in": [[1, 2]]}}, {"a": 1}, False),
    ({"a": {"$in": [{"b": 1}]}}, {"a": {"b": 1.0}}, True),
    ({"a": {"$in": [{"b": 1, "c": 2}]}}, {"a": {"c": 2, "b": 1}}, False),
    ({"a": {"$in": []}}, {"a": 1}, False),
    ({"a": {"$in": []}}, {}, False),
    ({"a.b": {"$in": [2]}}, {"a": [{"b": 1}, {"b": 2}]}, True),
    ({"a": {"$all": [1, 2]}}, {"a": [2, 3, 1]}, True),
    ({"a": {"$all": [1, 2]}}, {"a": [1]}, False),
    ({"a": {"$all": [1]}}, {"a": 1}, True),
    ({"a": {"$all": [1, 1.0]}}, {"a": [1]}, True),
    ({"a": {"$all": [1, 2]}}, {}, False),
    ({"a": {"$all": []}}, {"a": []}, False),
    ({"a": {"$all": []}}, {"a": [1]}, False),
    ({"a": {"$all": [[1, 2]]}}, {"a": [1, 2]}, True),
    ({"a": {"$all": [[1, 2]]}}, {"a": [[1, 2], 3]}, True),
    ({"a": {"$all": [[1, 2]]}}, {"a": [1, 2, 3]}, False),
    ({"a": {"$all": [[1], [2]]}}, {"a": [[2], [1]]}, True),
    ({"a.b": {"$all": [1, 2]}}, {"a": [{"b": 1}, {"b": 2}]}, True),
    (
        {"a": {"$all": [{"$elemMatch": {"n": 1, "s": "x"}}, {"$elemMatch": {"n": 2}}]}},
        {"a": [{"n": 1, "s": "x"}, {"n": 2}]},
        True,
    ),
    (
        {"a": {"$all": [{"$elemMatch": {"n": 1, "s": "x"}}, {"$elemMatch": {"n": 2}}]}},
        {"a": [{"n": 1}, {"s": "x"}, {"n": 2}]},
        False,
    ),
]


@answers(MEMBERSHIP)
def test_in_and_all(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


SHAPES: list[Case] = [
    ({"a": {"$exists": True}}, {"a": None}, True),
    ({"a": {"$exists": True}}, {"a": []}, True),
    ({"a": {"$exists": True}}, {}, False),
    ({"a": {"$exists": False}}, {}, True),
    ({"a": {"$exists": False}}, {"a": None}, False),
    ({"a.b": {"$exists": True}}, {"a": [{"b": 1}, {"c": 1}]}, True),
    ({"a.b": {"$exists": False}}, {"a": [{"b": 1}, {"c": 1}]}, False),
    ({"a.b": {"$exists": False}}, {"a": []}, True),
    ({"a.b": {"$exists": False}}, {"a": 4}, True),
    ({"a.b": {"$exists": False}}, {"a": [1, 2]}, True),
    ({"a.0": {"$exists": True}}, {"a": [None]}, True),
    ({"a.0": {"$exists": True}}, {"a": []}, False),
    ({"a": {"$size": 2}}, {"a": [1, 2]}, True),
    ({"a": {"$size": 2}}, {"a": [1]}, False),
    ({"a": {"$size": 2}}, {"a": [[1, 2]]}, False),
    ({"a": {"$size": 1}}, {"a": [[1, 2]]}, True),
    ({"a": {"$size": 2.0}}, {"a": [1, 2]}, True),
    ({"a": {"$size": 0}}, {"a": []}, True),
    ({"a": {"$size": 0}}, {}, False),
    ({"a": {"$size": 0}}, {"a": None}, False),
    ({"a": {"$size": 2}}, {"a": "xy"}, False),
    ({"a": {"$size": 1}}, {"a": {"b": 1}}, False),
    ({"a.0": {"$size": 2}}, {"a": [[1, 2]]}, True),
    ({"a.b": {"$size": 2}}, {"a": [{"b": [1]}, {"b": [1, 2]}]}, True),
    ({"a.b": {"$size": 2}}, {"a": {"b": [[1, 2]]}}, False),
    ({"a.b": {"$size": 2}}, {"a": [{"b": [[1, 2]]}]}, False),
    ({"a": {"$type": "string"}}, {"a": "x"}, True),
    ({"a": {"$type": "string"}}, {"a": [1, "x"]}, True),
    ({"a": {"$type": "string"}}, {"a": 1}, False),
    ({"a": {"$type": "string"}}, {}, False),
    ({"a": {"$type": "null"}}, {"a": None}, True),
    ({"a": {"$type": "null"}}, {}, False),
    ({"a": {"$type": "bool"}}, {"a": False}, True),
    ({"a": {"$type": "bool"}}, {"a": 0}, False),
    ({"a": {"$type": "number"}}, {"a": 1}, True),
    ({"a": {"$type": "number"}}, {"a": 1.5}, True),
    ({"a": {"$type": "number"}}, {"a": True}, False),
    ({"a": {"$type": "int"}}, {"a": 1}, True),
    ({"a": {"$type": "int"}}, {"a": 1.0}, False),
    ({"a": {"$type": "double"}}, {"a": 1.0}, True),
    ({"a": {"$type": "double"}}, {"a": 1}, False),
    ({"a": {"$type": "object"}}, {"a": {}}, True),
    ({"a": {"$type": "object"}}, {"a": [{}]}, True),
    ({"a": {"$type": "object"}}, {"a": []}, False),
    ({"a": {"$type": "array"}}, {"a": []}, True),
    ({"a": {"$type": "array"}}, {"a": {}}, False),
    ({"a": {"$type": ["string", "null"]}}, {"a": None}, True),
    ({"a": {"$type": ["string", "null"]}}, {"a": 1}, False),
]


@answers(SHAPES)
def test_exists_size_and_type(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


REGEX: list[Case] = [
    ({"a": {"$regex": "b"}}, {"a": "abc"}, True),
    ({"a": {"$regex": "^b"}}, {"a": "abc"}, False),
    ({"a": {"$regex": ""}}, {"a": ""}, True),
    ({"a": {"$regex": "b"}}, {"a": ["x", "abc"]}, True),
    ({"a": {"$regex": "b"}}, {"a": [["abc"]]}, False),
    ({"a": {"$regex": "1"}}, {"a": 1}, False),
    ({"a": {"$regex": ""}}, {}, False),
    ({"a": {"$regex": "B", "$options": "i"}}, {"a": "abc"}, True),
    ({"a": {"$regex": "É", "$options": "i"}}, {"a": "é"}, True),
    ({"a": {"$regex": "^b"}}, {"a": "a\nb"}, False),
    ({"a": {"$regex": "^b", "$options": "m"}}, {"a": "a\nb"}, True),
    ({"a": {"$regex": "a.b"}}, {"a": "a\nb"}, False),
    ({"a": {"$regex": "a.b", "$options": "s"}}, {"a": "a\nb"}, True),
    ({"a": {"$regex": "a b # c", "$options": "x"}}, {"a": "ab"}, True),
    ({"a": {"$regex": "a b"}}, {"a": "ab"}, False),
    ({"a": {"$regex": "A.B", "$options": "si"}}, {"a": "a\nb"}, True),
    ({"a": {"$regex": "b", "$ne": "abc"}}, {"a": "abc"}, False),
    ({"a.b": {"$regex": "x"}}, {"a": [{"b": "x"}]}, True),
]


@answers(REGEX)
def test_regular_expressions(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


ELEMENTS: list[Case] = [
    ({"a": {"$elemMatch": {"$gt": 3, "$lt": 5}}}, {"a": [1, 9]}, False),
    ({"a": {"$elemMatch": {"$gt": 3, "$lt": 5}}}, {"a": [1, 4]}, True),
    ({"a": {"$elemMatch": {"$gt": 3}}}, {"a": 4}, False),
    ({"a": {"$elemMatch": {"$gt": 3}}}, {}, False),
    ({"a": {"$elemMatch": {"$gt": 3}}}, {"a": [[4]]}, False),
    ({"a": {"$elemMatch": {"$elemMatch": {"$gt": 3}}}}, {"a": [[4]]}, True),
    ({"a": {"$elemMatch": {"$eq": None}}}, {"a": [1, None]}, True),
    ({"a": {"$elemMatch": {"$eq": None}}}, {"a": [{}]}, False),
    ({"a": {"$elemMatch": {"$eq": None}}}, {"a": []}, False),
    ({"a": {"$elemMatch": {"$ne": None}}}, {"a": [[]]}, True),
    ({"a": {"$elemMatch": {"$ne": None}}}, {"a": []}, False),
    ({"a": {"$elemMatch": {"$ne": None}}}, {"a": [None]}, False),
    ({"a": {"$elemMatch": {"$not": {"$gt": 3}}}}, {"a": [9, 1]}, True),
    ({"a": {"$elemMatch": {"$not": {"$gt": 3}}}}, {"a": [9]}, False),
    ({"a": {"$elemMatch": {"$in": [1, None]}}}, {"a": [None]}, True),
    ({"a": {"$elemMatch": {"$nin": [1, 2]}}}, {"a": [1, 2]}, False),
    ({"a": {"$elemMatch": {"$nin": [1, 2]}}}, {"a": [1, 3]}, True),
    ({"a": {"$elemMatch": {"$size": 2}}}, {"a": [[1, 2]]}, True),
    ({"a": {"$elemMatch": {"$type": "array"}}}, {"a": [[1]]}, True),
    ({"a": {"$elemMatch": {"$type": "number"}}}, {"a": [[1]]}, False),
    ({"a": {"$elemMatch": {"$exists": True}}}, {"a": [None]}, True),
    ({"a": {"$elemMatch": {"$exists": False}}}, {"a": [None]}, False),
    ({"a": {"$elemMatch": {"$regex": "^x"}}}, {"a": ["y", "x"]}, True),
    ({"a": {"$elemMatch": {"$all": [[1, 2]]}}}, {"a": [[1, 2]]}, True),
    ({"a": {"$elemMatch": {"$all": [1, 2]}}}, {"a": [[1, 2]]}, False),
    ({"a": {"$elemMatch": {"$all": []}}}, {"a": [[1, 2]]}, False),
    ({"a": {"$elemMatch": {"n": 1, "s": "x"}}}, {"a": [{"n": 1}, {"s": "x"}]}, False),
    ({"a": {"$elemMatch": {"n": 1, "s": "x"}}}, {"a": [{"n": 1, "s": "x"}]}, True),
    ({"a": {"$elemMatch": {"n": 1}}}, {"a": {"n": 1}}, False),
    ({"a": {"$elemMatch": {"b": None}}}, {"a": [[]]}, True),
    ({"a": {"$elemMatch": {"b": None}}}, {"a": [1, None]}, False),
    ({"a": {"$elemMatch": {"b": {"$ne": None}}}}, {"a": [[]]}, False),
    ({"a": {"$elemMatch": {"0": 5}}}, {"a": [[5, 6]]}, True),
    ({"a": {"$elemMatch": {}}}, {"a": [{}]}, True),
    ({"a": {"$elemMatch": {}}}, {"a": [[]]}, True),
    ({"a": {"$elemMatch": {}}}, {"a": [1]}, False),
    ({"a": {"$elemMatch": {"$or": [{"n": 1}, {"n": 2}]}}}, {"a": [{"n": 2}]}, True),
    ({"a": {"$elemMatch": {"$nor": [{"n": 1}]}}}, {"a": [{"n": 1}]}, False),
    ({"a": {"$elemMatch": {"b.c": 1}}}, {"a": [{"b": [{"c": 1}]}]}, True),
    ({"a": {"$elemMatch": {"b": {"$elemMatch": {"$gt": 1}}}}}, {"a": [{"b": [1]}, {"b": [2]}]}, True),
    ({"a.b": {"$elemMatch": {"c": 1}}}, {"a": [{"b": [{"c": 1}]}]}, True),
    ({"a.0": {"$elemMatch": {"$eq": 1}}}, {"a": [[1]]}, True),
]


@answers(ELEMENTS)
def test_elem_match_asks_one_element_to_fulfil_everything(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


LOGIC: list[Case] = [
    ({}, {}, True),
    ({"a": 1, "b": 2}, {"a": 1, "b": 2}, True),
    ({"a": 1, "b": 2}, {"a": 1, "b": 3}, False),
    ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 3}, True),
    ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, False),
    ({"$and": [{"a": 1}, {"a": 2}]}, {"a": [1, 2]}, True),
    ({"$and": [{"a": 1}, {"a": 2}]}, {"a": 1}, False),
    ({"$or": [{"a": 1}, {"b": 1}]}, {"b": 1}, True),
    ({"$or": [{"a": 1}, {"b": 1}]}, {"a": 2}, False),
    ({"$or": [{"a": 1}, {}]}, {"a": 2}, True),
    ({"$nor": [{"a": 1}, {"b": 1}]}, {"a": 2}, True),
    ({"$nor": [{"a": 1}, {"b": 1}]}, {"b": 1}, False),
    ({"$nor": [{}]}, {"b": 1}, False),
    ({"a": 1, "$or": [{"b": 1}, {"c": 1}]}, {"a": 1, "c": 1}, True),
    ({"a": 1, "$or": [{"b": 1}, {"c": 1}]}, {"c": 1}, False),
    ({"$or": [{"$and": [{"a": 1}, {"b": 1}]}, {"$nor": [{"c": 1}]}]}, {"a": 1, "c": 1}, False),
]


@answers(LOGIC)
def test_logical_operators(filter: Any, document: Any, expected: bool) -> None:
    check(filter, document, expected)


def test_filters_that_are_built_without_parsing_match_too() -> None:
    assert matches(Everything(), {}) is True
    assert matches(Nothing(), {}) is False
    assert matches(And((Nothing(), Everything())), {}) is False
    assert matches(Or((Nothing(), Everything())), {}) is True
    assert matches(Not(Nothing()), {}) is True
    assert matches(And(()), {}) is True
    assert matches(Or(()), {}) is False
    assert matches(All(("a",), ()), {"a": []}) is False
    inner = Or((Exists((), present=False), Nothing(), Compare((), "$eq", 1)))
    assert matches(ElemMatch(("a",), inner, of_values=True), {"a": [2, 1]}) is True
    assert matches(ElemMatch(("a",), Everything(), of_values=True), {"a": [2]}) is True


def test_a_matcher_can_be_used_again_and_leaves_the_document_alone() -> None:
    document = {"a": [{"b": 1}], "c": {"d": [1, 2]}}
    match = matcher(parse_filter({"a.b": 1, "c.d": {"$all": [1, 2]}}))
    assert match(document) is True
    assert match({"a": [], "c": {"d": [1, 2]}}) is False
    assert match(document) is True
    assert document == {"a": [{"b": 1}], "c": {"d": [1, 2]}}


def test_a_pattern_that_takes_too_long_ends_the_query() -> None:
    match = matcher(parse_filter({"a": {"$regex": "(a|aa)+$"}}))
    with pytest.raises(InvalidQuery, match=r"takes longer than 0\.25 s on one value"):
        match({"a": "a" * 60 + "b"})


def test_a_pattern_that_was_never_parsed_is_checked_by_the_matcher() -> None:
    with pytest.raises(InvalidQuery, match="not in its dialect"):
        matcher(Regex(("a",), "(?R)"))
