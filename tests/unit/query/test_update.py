"""Update operators: what they make of a document, and what they refuse."""

from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.query.update import apply_update, is_update, parse_update

Case = tuple[Any, Any, Any]

SET: list[Case] = [
    ({}, {"$set": {"a": 1}}, {"a": 1}),
    ({"a": 1, "b": 2}, {"$set": {"a": [3]}}, {"a": [3], "b": 2}),
    ({"a": 1}, {"$set": {"a": None}}, {"a": None}),
    ({"a": 1}, {"$set": {}}, {"a": 1}),
    ({}, {"$set": {"a.b.c": 1}}, {"a": {"b": {"c": 1}}}),
    ({"a": {"x": 1}}, {"$set": {"a.b": 2}}, {"a": {"x": 1, "b": 2}}),
    ({"a": {"x": 1}}, {"$set": {"a": {"b": 2}}}, {"a": {"b": 2}}),
    ({"a": [1, 2]}, {"$set": {"a.1": 5}}, {"a": [1, 5]}),
    ({"a": [1, 2]}, {"$set": {"a.2": 5}}, {"a": [1, 2, 5]}),
    ({"a": [1]}, {"$set": {"a.3": 5}}, {"a": [1, None, None, 5]}),
    ({"a": [{"b": 1}]}, {"$set": {"a.0.b": 5}}, {"a": [{"b": 5}]}),
    ({"a": []}, {"$set": {"a.1.b": 5}}, {"a": [None, {"b": 5}]}),
    ({"a": []}, {"$set": {"a.1000": 5}}, {"a": [*[None] * 1000, 5]}),
    ({"a": [[1]]}, {"$set": {"a.0.1": 5}}, {"a": [[1, 5]]}),
    ({}, {"$set": {"a.0": 5}}, {"a": {"0": 5}}),
    ({"a": {"0": 1}}, {"$set": {"a.0": 5}}, {"a": {"0": 5}}),
    ({}, {"$set": {"b": 1, "a": 2}}, {"b": 1, "a": 2}),
    ({}, {"$set": {"a.x": 1, "a.y": 2}}, {"a": {"x": 1, "y": 2}}),
]

UNSET: list[Case] = [
    ({"a": 1, "b": 2}, {"$unset": {"a": ""}}, {"b": 2}),
    ({"a": 1}, {"$unset": {"b": True}}, {"a": 1}),
    ({"a": 1}, {"$unset": {"a": {"$any": 1}}}, {}),
    ({"a": {"b": 1, "c": 2}}, {"$unset": {"a.b": 1}}, {"a": {"c": 2}}),
    ({"a": {}}, {"$unset": {"a.b.c": 1}}, {"a": {}}),
    ({"a": 5}, {"$unset": {"a.b": 1}}, {"a": 5}),
    ({"a": None}, {"$unset": {"a.b.c": 1}}, {"a": None}),
    ({"a": [1, 2]}, {"$unset": {"a.0": 1}}, {"a": [None, 2]}),
    ({"a": [1, 2]}, {"$unset": {"a.2": 1}}, {"a": [1, 2]}),
    ({"a": [1, 2]}, {"$unset": {"a.7": 1}}, {"a": [1, 2]}),
    ({"a": [1, 2]}, {"$unset": {"a.x": 1}}, {"a": [1, 2]}),
    ({"a": [{"b": 1}]}, {"$unset": {"a.0.b": 1}}, {"a": [{}]}),
    ({"a": [{"b": 1}]}, {"$unset": {"a.b": 1}}, {"a": [{"b": 1}]}),
]

INC: list[Case] = [
    ({"a": 1}, {"$inc": {"a": 2}}, {"a": 3}),
    ({"a": 1}, {"$inc": {"a": -2.5}}, {"a": -1.5}),
    ({}, {"$inc": {"a": 2}}, {"a": 2}),
    ({}, {"$inc": {"a.b": 2}}, {"a": {"b": 2}}),
    ({"a": [1, 2]}, {"$inc": {"a.1": 1}}, {"a": [1, 3]}),
    ({"a": [1]}, {"$inc": {"a.1": 4}}, {"a": [1, 4]}),
    ({"a": 2**63 - 2}, {"$inc": {"a": 1}}, {"a": 2**63 - 1}),
]

PUSH: list[Case] = [
    ({"a": [1]}, {"$push": {"a": 2}}, {"a": [1, 2]}),
    ({}, {"$push": {"a": 2}}, {"a": [2]}),
    ({}, {"$push": {"a.b": 2}}, {"a": {"b": [2]}}),
    ({"a": [1]}, {"$push": {"a": [2, 3]}}, {"a": [1, [2, 3]]}),
    ({"a": [1]}, {"$push": {"a": {"$each": [2, 3]}}}, {"a": [1, 2, 3]}),
    ({"a": [1]}, {"$push": {"a": {"$each": []}}}, {"a": [1]}),
    ({}, {"$push": {"a": {"$each": []}}}, {"a": []}),
    ({"a": [1]}, {"$push": {"a": {"b": 1}}}, {"a": [1, {"b": 1}]}),
    ({"a": [[1]]}, {"$push": {"a.0": 2}}, {"a": [[1, 2]]}),
    ({"a": [1]}, {"$push": {"a": 1}}, {"a": [1, 1]}),
]

ADD_TO_SET: list[Case] = [
    ({"a": [1]}, {"$addToSet": {"a": 2}}, {"a": [1, 2]}),
    ({"a": [1]}, {"$addToSet": {"a": 1}}, {"a": [1]}),
    ({"a": [1]}, {"$addToSet": {"a": 1.0}}, {"a": [1]}),
    ({"a": [1]}, {"$addToSet": {"a": True}}, {"a": [1, True]}),
    ({"a": [None]}, {"$addToSet": {"a": None}}, {"a": [None]}),
    ({}, {"$addToSet": {"a": 1}}, {"a": [1]}),
    ({"a": [1]}, {"$addToSet": {"a": {"$each": [2, 1, 2, 3]}}}, {"a": [1, 2, 3]}),
    ({"a": [1, 1]}, {"$addToSet": {"a": 1}}, {"a": [1, 1]}),
    ({"a": [{"x": 1, "y": 2}]}, {"$addToSet": {"a": {"x": 1, "y": 2}}}, {"a": [{"x": 1, "y": 2}]}),
    ({"a": [{"x": 1, "y": 2}]}, {"$addToSet": {"a": {"y": 2, "x": 1}}}, {"a": [{"x": 1, "y": 2}, {"y": 2, "x": 1}]}),
    ({"a": [[1]]}, {"$addToSet": {"a": [1]}}, {"a": [[1]]}),
]

PULL: list[Case] = [
    ({"a": [1, 2, 1]}, {"$pull": {"a": 1}}, {"a": [2]}),
    ({"a": [1, 1.0, True]}, {"$pull": {"a": 1}}, {"a": [True]}),
    ({"a": [1, None]}, {"$pull": {"a": None}}, {"a": [1]}),
    ({"a": [[1], 1]}, {"$pull": {"a": 1}}, {"a": [[1]]}),
    ({"a": [[1, 2], [2, 1], 1]}, {"$pull": {"a": [1, 2]}}, {"a": [[2, 1], 1]}),
    ({"a": [1]}, {"$pull": {"a": 5}}, {"a": [1]}),
    ({}, {"$pull": {"a": 5}}, {}),
    ({"a": {}}, {"$pull": {"a.b.c": 5}}, {"a": {}}),
    ({"a": [1]}, {"$pull": {"a.5": 5}}, {"a": [1]}),
    ({"a": [1, 5, 9]}, {"$pull": {"a": {"$gte": 5}}}, {"a": [1]}),
    ({"a": [1, 5, 9]}, {"$pull": {"a": {"$gt": 1, "$lt": 9}}}, {"a": [1, 9]}),
    ({"a": ["x", "y", 1]}, {"$pull": {"a": {"$in": ["x", 1]}}}, {"a": ["y"]}),
    ({"a": ["x", "y"]}, {"$pull": {"a": {"$not": {"$eq": "x"}}}}, {"a": ["x"]}),
    ({"a": ["xa", "yb"]}, {"$pull": {"a": {"$regex": "^X", "$options": "i"}}}, {"a": ["yb"]}),
    ({"a": [[1, 2], [7]]}, {"$pull": {"a": {"$gte": 6}}}, {"a": [[1, 2]]}),
    ({"a": [{"n": 1, "m": 2}, {"n": 2}]}, {"$pull": {"a": {"n": 1}}}, {"a": [{"n": 2}]}),
    ({"a": [{"n": 1, "m": 2}]}, {"$pull": {"a": {"m": 2, "n": 1}}}, {"a": []}),
    ({"a": [{"n": 1}, {"n": 7}]}, {"$pull": {"a": {"n": {"$gt": 5}}}}, {"a": [{"n": 1}]}),
    ({"a": [{"n": 1}, 1, [1]]}, {"$pull": {"a": {}}}, {"a": [1, [1]]}),
    ({"a": [{"n": 1}, {"m": 1}, 5]}, {"$pull": {"a": {"$or": [{"n": 1}, {"m": 1}]}}}, {"a": [5]}),
    ({"a": [{"n": [1, 9]}]}, {"$pull": {"a": {"n": {"$elemMatch": {"$gt": 5}}}}}, {"a": []}),
    ({"a": {"b": [1, 2]}}, {"$pull": {"a.b": 2}}, {"a": {"b": [1]}}),
]

TOGETHER: list[Case] = [
    (
        {"title": "x", "views": 1, "tags": ["a"], "old": 1},
        {"$set": {"title": "y"}, "$inc": {"views": 1}, "$push": {"tags": "b"}, "$unset": {"old": ""}},
        {"title": "y", "views": 2, "tags": ["a", "b"]},
    ),
    ({"a": {"b": 1, "c": 1}}, {"$set": {"a.b": 2}, "$inc": {"a.c": 1}}, {"a": {"b": 2, "c": 2}}),
    ({"a": [1, 2]}, {"$set": {"a.0": 9}, "$inc": {"a.1": 1}}, {"a": [9, 3]}),
]


@pytest.mark.parametrize(
    ("document", "update", "expected"), [*SET, *UNSET, *INC, *PUSH, *ADD_TO_SET, *PULL, *TOGETHER]
)  # fmt: skip
def test_an_update_makes_a_new_document(document: Any, update: Any, expected: Any) -> None:
    before = repr(document)
    changed = apply_update(document, update)
    assert repr(changed) == repr(expected)
    assert repr(document) == before
    assert repr(apply_update(document, parse_update(update))) == repr(expected)


def test_the_result_shares_nothing_with_what_came_in() -> None:
    document = {"kept": {"x": [1]}, "a": [{"b": 1}]}
    value = {"y": [1]}
    update = parse_update({"$set": {"s": value}, "$push": {"a": {"$each": [value]}}})
    first, second = apply_update(document, update), apply_update(document, update)
    first["kept"]["x"].append(2)
    first["s"]["y"].append(2)
    first["a"][1]["y"].append(3)
    first["a"][0]["b"] = 5
    assert document == {"kept": {"x": [1]}, "a": [{"b": 1}]}
    assert value == {"y": [1]}
    assert second == {"kept": {"x": [1]}, "a": [{"b": 1}, {"y": [1]}], "s": {"y": [1]}}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"$set": {}}, True),
        ({"$zzz": 1}, True),
        ({"a": 1, "$set": {}}, True),
        ({}, False),
        ({"a": {"$set": 1}}, False),
        ({"a$": 1}, False),
        ([], False),
        (None, False),
        ("$set", False),
    ],
)
def test_an_update_is_told_from_a_merge_patch_by_its_keys(raw: Any, expected: bool) -> None:
    assert is_update(raw) is expected


@pytest.mark.parametrize(
    ("document", "update", "pointer", "words"),
    [
        ({"a": 5}, {"$set": {"a.b": 1}}, "/$set/a.b", "cannot reach 'b': 'a' holds a number, which has no fields"),
        ({"a": "x"}, {"$set": {"a.b.c": 1}}, "/$set/a.b.c", "cannot reach 'b': 'a' holds a string"),
        ({"a": True}, {"$inc": {"a.b": 1}}, "/$inc/a.b", "'a' holds a boolean"),
        ({"a": None}, {"$set": {"a.b": 1}}, "/$set/a.b", "'a' holds null, which has no fields"),
        ({"a": {"b": 5}}, {"$push": {"a.b.c": 1}}, "/$push/a.b.c", "cannot reach 'c': 'a.b' holds a number"),
        ({"a": 5}, {"$pull": {"a.b": 1}}, "/$pull/a.b", "'a' holds a number"),
        ({"a": [5]}, {"$set": {"a.0.b": 1}}, "/$set/a.0.b", "cannot reach 'b': 'a.0' holds a number"),
        ({"a": [5]}, {"$set": {"a.b": 1}}, "/$set/a.b", "'a' holds an array, whose elements have numbers"),
        ({"a": [{"b": 1}]}, {"$set": {"a.b.c": 1}}, "/$set/a.b.c", "'a' holds an array, whose elements have numbers"),
        ({"a": [5]}, {"$set": {"a.01": 1}}, "/$set/a.01", "whose elements have numbers"),
        ({"a": []}, {"$set": {"a.1001": 1}}, "/$set/a.1001", "fill the array up with 1001 nulls; at most 1000"),
        ({"a": []}, {"$set": {"a.99999999999999999999": 1}}, "/$set/a.99999999999999999999", "at most 1000"),
        ({"a": []}, {"$push": {"a.1001": 1}}, "/$push/a.1001", "at most 1000"),
        ({"a": "1"}, {"$inc": {"a": 1}}, "/$inc/a", "$inc needs a number, but 'a' holds a string"),
        ({"a": None}, {"$inc": {"a": 1}}, "/$inc/a", "but 'a' holds null"),
        ({"a": True}, {"$inc": {"a": 1}}, "/$inc/a", "but 'a' holds a boolean"),
        ({"a": 2**63 - 1}, {"$inc": {"a": 1}}, "/$inc/a", "the sum is beyond what a number can hold"),
        ({"a": 1.7e308}, {"$inc": {"a": 1.7e308}}, "/$inc/a", "the sum is beyond what a number can hold"),
        ({"a": 1}, {"$push": {"a": 1}}, "/$push/a", "$push needs an array, but 'a' holds a number"),
        ({"a": None}, {"$push": {"a": 1}}, "/$push/a", "$push needs an array, but 'a' holds null"),
        ({"a": {}}, {"$addToSet": {"a": 1}}, "/$addToSet/a", "$addToSet needs an array, but 'a' holds an object"),
        ({"a": "x"}, {"$pull": {"a": "x"}}, "/$pull/a", "$pull needs an array, but 'a' holds a string"),
    ],
)
def test_an_update_that_does_not_fit_the_document_is_refused(
    document: Any, update: Any, pointer: str, words: str
) -> None:
    before = repr(document)
    with pytest.raises(InvalidQuery) as caught:
        apply_update(document, update)
    assert list(caught.value.errors) == [pointer]
    assert words in caught.value.errors[pointer]
    assert caught.value.message.startswith(f"the update at {pointer}: ")
    assert repr(document) == before


@pytest.mark.parametrize(
    ("raw", "pointer", "words"),
    [
        ({"$rename": {"a": "b"}}, "/$rename", "$rename is no operator here; there are $set $unset $inc"),
        ({"$sett": {"a": "b"}}, "/$sett", "did you mean $set?"),
        ({"$addtoset": {"a": "b"}}, "/$addtoset", "did you mean $addToSet?"),
        ({"$where": "1"}, "/$where", "$where is no operator here"),
        ({"$set": {"a": 1}, "b": 2}, "/b", "fields and operators cannot be mixed in one object; put fields under $set"),
        ({"$set": {"a": 1}, 5: 2}, "/5", "fields and operators cannot be mixed"),
        ({"$set": 5}, "/$set", '$set takes an object of paths, such as {"$set": {"author.name": …}}'),
        ({"$set": ["a"]}, "/$set", "$set takes an object of paths"),
        ({"$set": {"": 1}}, "/$set/", "a field's name is missing"),
        ({"$set": {1: 1}}, "/$set/1", "a field's name is missing"),
        ({"$set": {"a..b": 1}}, "/$set/a..b", "empty segment"),
        ({"$set": {"a.$": 1}}, "/$set/a.$", "may not contain $"),
        ({"$set": {"a.$[].b": 1}}, "/$set/a.$[].b", "may not contain $"),
        ({"$unset": {"$a": 1}}, "/$unset/$a", "may not contain $"),
        ({"$set": {"a": {"$b": 1}}}, "/$set/a/$b", "may not contain $"),
        ({"$set": {"a": float("nan")}}, "/$set/a", "not a finite number"),
        ({"$set": {"a/b": [2**63]}}, "/$set/a~1b/0", "beyond 64 bits"),
        ({"$inc": {"a": "1"}}, "/$inc/a", "$inc takes a number"),
        ({"$inc": {"a": True}}, "/$inc/a", "$inc takes a number"),
        ({"$inc": {"a": None}}, "/$inc/a", "$inc takes a number"),
        ({"$inc": {"a": float("inf")}}, "/$inc/a", "not a finite number"),
        ({"$inc": {"a": 2**63}}, "/$inc/a", "beyond 64 bits"),
        ({"$push": {"a": {"$each": 5}}}, "/$push/a", '$push takes a value, or {"$each": [...]} and nothing beside it'),
        ({"$push": {"a": {"$each": [], "$slice": 3}}}, "/$push/a", "nothing beside it"),
        ({"$push": {"a": {"$position": 0}}}, "/$push/a", "nothing beside it"),
        ({"$push": {"a": {"$each": [1, {"$b": 1}]}}}, "/$push/a/$each/1/$b", "may not contain $"),
        ({"$addToSet": {"a": {"$each": {"b": 1}}}}, "/$addToSet/a", "$addToSet takes a value"),
        ({"$pull": {"a": {"$gtt": 5}}}, "/$pull/a/$gtt", "did you mean $gt?"),
        ({"$pull": {"a": {"b": {"$where": "1"}}}}, "/$pull/a/b/$where", "it would run code"),
        ({"$pull": {"a": {"$gt": 5, "b": 1}}}, "/$pull/a/b", "cannot be mixed"),
        ({"$pull": {"a": [float("nan")]}}, "/$pull/a/0", "not a finite number"),
        ({"$set": {"a": 1}, "$unset": {"a": 1}}, "/$unset/a", "conflicts with $set of 'a'; change a place once"),
        ({"$set": {"a": 1, "a.b": 1}}, "/$set/a.b", "conflicts with $set of 'a'"),
        ({"$set": {"a.b": 1, "a": 1}}, "/$set/a.b", "conflicts with $set of 'a'"),
        ({"$inc": {"a.b.c": 1}, "$push": {"a.b": 1}}, "/$inc/a.b.c", "conflicts with $push of 'a.b'"),
        ({"$set": {f"f{n}": 1 for n in range(201)}}, "/$set", "one operator may change 200 paths"),
    ],
)
def test_what_is_no_update_is_refused(raw: Any, pointer: str, words: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_update(raw)
    assert list(caught.value.errors) == [pointer]
    assert words in caught.value.errors[pointer]


@pytest.mark.parametrize("raw", [None, [], {}, "x", 5])
def test_an_update_is_an_object_of_operators(raw: Any) -> None:
    with pytest.raises(InvalidQuery, match="an update is an object of operators: \\$set \\$unset \\$inc"):
        parse_update(raw)


def test_every_fault_of_an_update_is_named() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_update({"$zzz": 1, "$set": {"a..b": 1, "c": float("nan")}, "$inc": {"d": "x"}})
    assert list(caught.value.errors) == ["/$zzz", "/$set/a..b", "/$set/c", "/$inc/d"]


def test_paths_that_only_begin_with_the_same_letters_do_not_conflict() -> None:
    assert apply_update({}, {"$set": {"a": 1, "ab": 2, "c.d": 3, "c.de": 4}}) == {
        "a": 1,
        "ab": 2,
        "c": {"d": 3, "de": 4},
    }


def test_an_update_may_change_as_many_paths_as_its_limit() -> None:
    assert len(apply_update({}, {"$set": {f"f{n}": n for n in range(200)}})) == 200


def test_an_endlessly_nested_update_is_refused() -> None:
    raw: Any = 1
    for _ in range(100_000):
        raw = [raw]
    with pytest.raises(InvalidQuery, match="nested deeper than 100 levels"):
        parse_update({"$set": {"a": raw}})
