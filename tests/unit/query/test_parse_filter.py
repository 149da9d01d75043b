"""What filters are read as, and how what is no filter is refused."""

from types import MappingProxyType
from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.model.query import (
    All,
    And,
    Compare,
    ElemMatch,
    Everything,
    Exists,
    Filter,
    FrozenObject,
    HasType,
    In,
    Not,
    Nothing,
    Or,
    Regex,
    Size,
    fingerprint,
)
from runtime.query.parse import filter_paths, parse_filter

A = ("a",)
B = ("b",)


@pytest.mark.parametrize(
    ("raw", "filter"),
    [
        ({}, Everything()),
        ({"a": 1}, Compare(A, "$eq", 1)),
        ({"a": {"$eq": 1}}, Compare(A, "$eq", 1)),
        ({"a": {"$ne": 1}}, Not(Compare(A, "$eq", 1))),
        ({"a": {"$gt": 1}}, Compare(A, "$gt", 1)),
        ({"a": {"$gte": 1}}, Compare(A, "$gte", 1)),
        ({"a": {"$lt": 1}}, Compare(A, "$lt", 1)),
        ({"a": {"$lte": 1}}, Compare(A, "$lte", 1)),
        ({"a.b": None}, Compare(("a", "b"), "$eq", None)),
        ({"a": {}}, Compare(A, "$eq", FrozenObject(()))),
        ({"a": {"b": [1, {"c": None}]}},
         Compare(A, "$eq", FrozenObject((("b", (1, FrozenObject((("c", None),)))),)))),
        ({"a": {"$in": [1, [2]]}}, In(A, (1, (2,)))),
        ({"a": {"$nin": [1]}}, Not(In(A, (1,)))),
        ({"a": {"$in": []}}, In(A, ())),
        ({"a": {"$exists": True}}, Exists(A, True)),
        ({"a": {"$exists": False}}, Exists(A, False)),
        ({"a": {"$regex": "x"}}, Regex(A, "x", "")),
        ({"a": {"$regex": "x", "$options": "sii"}}, Regex(A, "x", "is")),
        ({"a": {"$options": "i", "$regex": "x"}}, Regex(A, "x", "i")),
        ({"a": {"$regex": "x", "$options": "xsmi"}}, Regex(A, "x", "imsx")),
        ({"a": {"$size": 3.0}}, Size(A, 3)),
        ({"a": {"$size": 2**31 - 1}}, Size(A, 2**31 - 1)),
        ({"a": {"$all": [1, [2]]}}, All(A, (1, (2,)))),
        ({"a": {"$all": []}}, All(A, ())),
        ({"a": {"$all": [{"$elemMatch": {"b": 1}}]}}, ElemMatch(A, Compare(B, "$eq", 1), False)),
        ({"a": {"$type": "string"}}, HasType(A, ("string",))),
        ({"a": {"$type": ["int", "null", "int"]}}, HasType(A, ("int", "null"))),
        ({"a": {"$not": {"$gt": 1}}}, Not(Compare(A, "$gt", 1))),
        ({"a": {"$not": {"$ne": 1}}}, Compare(A, "$eq", 1)),
        ({"a": {"$elemMatch": {"$gt": 1}}}, ElemMatch(A, Compare((), "$gt", 1), True)),
        ({"a": {"$elemMatch": {"b": 1}}}, ElemMatch(A, Compare(B, "$eq", 1), False)),
        ({"a": {"$elemMatch": {}}}, ElemMatch(A, Everything(), False)),
        ({"a": {"$elemMatch": {"$or": [{"b": 1}]}}}, ElemMatch(A, Compare(B, "$eq", 1), False)),
        ({"a": {"$gt": 1, "$lt": 3}}, And((Compare(A, "$gt", 1), Compare(A, "$lt", 3)))),
        ({"a": 1, "b": 2}, And((Compare(A, "$eq", 1), Compare(B, "$eq", 2)))),
        ({"$and": [{"a": 1}, {"b": 2}]}, And((Compare(A, "$eq", 1), Compare(B, "$eq", 2)))),
        ({"$or": [{"a": 1}, {"b": 2}]}, Or((Compare(A, "$eq", 1), Compare(B, "$eq", 2)))),
        ({"$or": [{"a": 1}, {}]}, Everything()),
        ({"$nor": [{"a": 1}]}, Not(Compare(A, "$eq", 1))),
        ({"$nor": [{}]}, Nothing()),
        ({"$nor": [{"$nor": [{}]}]}, Everything()),
        (MappingProxyType({"a": MappingProxyType({"$in": (1, 2)})}), In(A, (1, 2))),
    ],
)  # fmt: skip
def test_a_filter_is_read_as(raw: Any, filter: Filter) -> None:
    assert fingerprint(parse_filter(raw)) == fingerprint(filter)


@pytest.mark.parametrize(
    ("raw", "pointer", "words"),
    [
        ("x", "", 'a filter is an object such as {"status": "published"}'),
        (None, "", "a filter is an object"),
        ([], "", "a filter is an object"),
        ({"$where": "1"}, "/$where", "$where is not part of the query language: it would run code in the database"),
        ({"a": {"$where": "1"}}, "/a/$where", "it would run code"),
        ({"$or": [{"$where": "1"}]}, "/$or/0/$where", "it would run code"),
        ({"a": {"$elemMatch": {"$where": "1"}}}, "/a/$elemMatch/$where", "it would run code"),
        ({"a": {"$not": {"$where": "1"}}}, "/a/$not/$where", "it would run code"),
        ({"$expr": {"$gt": ["$a", "$b"]}}, "/$expr", "fields are compared with values only"),
        ({"$function": {}}, "/$function", "it would run code"),
        ({"$jsonSchema": {}}, "/$jsonSchema", "use $type and $exists"),
        ({"$text": {"$search": "x"}}, "/$text", "searched with the parameter q"),
        ({"$comment": "x"}, "/$comment", "leave it out"),
        ({"a": {"$mod": [2, 0]}}, "/a/$mod", "$mod is not part of the query language"),
        ({"a": {"$near": []}}, "/a/$near", "geographical queries"),
        ({"a": {"$gtee": 1}}, "/a/$gtee", "$gtee is no operator here; did you mean $gte?"),
        ({"a": {"$GTE": 1}}, "/a/$GTE", "did you mean $gte?"),
        ({"a": {"$elemmatch": {}}}, "/a/$elemmatch", "did you mean $elemMatch?"),
        ({"a": {"$exist": True}}, "/a/$exist", "did you mean $exists?"),
        ({"a": {"$zzz": 1}}, "/a/$zzz", "$zzz is no operator here; there are $eq $ne $gt"),
        ({"$zzz": 1}, "/$zzz", "there are $and $or $nor"),
        ({"$ro": []}, "/$ro", "did you mean $or?"),
        ({"$" + "z" * 100: 1}, "/$" + "z" * 100, "$" + "z" * 39 + "… is no operator"),
        ({"$gt": 1}, "/$gt", '$gt stands under a field: {"field": {"$gt": …}}'),
        ({"$not": {"a": 1}}, "/$not", "to negate a whole filter use $nor"),
        ({"a": {"$or": [1]}}, "/a/$or", '$or stands beside fields, not under one: {"$or": [{"field": …}, …]}'),
        ({"a": {"$elemMatch": {"$gt": 1, "$or": []}}}, "/a/$elemMatch/$or", "stands beside fields"),
        ({"a": {"$gt": 1, "b": 2}}, "/a/b", "fields and operators cannot be mixed"),
        ({"a": {"$elemMatch": {"$gt": 1, "b": 2}}}, "/a/$elemMatch/b", "fields and operators cannot be mixed"),
        ({"a": {1: 2, "$gt": 3}}, "/a/1", "fields and operators cannot be mixed"),
        ({"a": {"$eq": {1: 2, "$gt": 3}}}, "/a/$eq", "$gt cannot stand where a value is expected"),
        ({"a": {"$elemMatch": {1: 2}}}, "/a/$elemMatch/1", "the key 1 is no string"),
        ({"a": {1: 2}}, "/a/1", "the key 1 is no string"),
        ({1: 2}, "/1", "the key 1 is no string"),
        ({"$and": []}, "/$and", "$and takes a list of filters, at least one"),
        ({"$or": {"a": 1}}, "/$or", "$or takes a list of filters"),
        ({"$nor": "x"}, "/$nor", "$nor takes a list of filters"),
        ({"$or": [{"a": 1}, 5]}, "/$or/1", "a filter is an object"),
        ({"": 1}, "/", "a field's name is missing"),
        ({"a..b": 1}, "/a..b", "empty segment"),
        ({"a.$.b": 1}, "/a.$.b", "may not contain $"),
        ({"a\0": 1}, "/a\0", "NUL"),
        ({"a": {"$in": 1}}, "/a/$in", "$in takes a list of values"),
        ({"a": {"$nin": {"b": 1}}}, "/a/$nin", "$nin takes a list of values"),
        ({"a": {"$in": [1, {"$regex": "x"}]}}, "/a/$in/1", "a pattern cannot stand where a value is expected"),
        ({"a": {"$in": [{"$gt": 1}]}}, "/a/$in/0", "$gt cannot stand where a value is expected"),
        ({"a": {"$in": [{"$zzz": 1}]}}, "/a/$in/0", "$zzz is no operator"),
        ({"a": {"$eq": {"$gt": 1}}}, "/a/$eq", "$gt cannot stand where a value is expected"),
        ({"a": {"$ne": {"$regex": "x"}}}, "/a/$ne", "a pattern cannot stand"),
        ({"a": {"b": {"$gt": 1}}}, "/a/b/$gt", "may not contain $"),
        ({"a": {"$all": 1}}, "/a/$all", "$all takes a list of values"),
        ({"a": {"$all": [{"$gt": 1}]}}, "/a/$all/0", "$gt cannot stand"),
        ({"a": {"$all": [{"$elemMatch": {"b": 1}}, 5]}}, "/a/$all", "either values or $elemMatch objects, not both"),
        ({"a": {"$all": [{"$elemMatch": {}, "$gt": 1}]}}, "/a/$all", "either values or $elemMatch"),
        ({"a": {"$all": [{"$elemMatch": 5}]}}, "/a/$all/0/$elemMatch", "takes an object of conditions"),
        ({"a": {"$elemMatch": 5}}, "/a/$elemMatch", "$elemMatch takes an object of conditions"),
        ({"a": {"$elemMatch": [1]}}, "/a/$elemMatch", "$elemMatch takes an object of conditions"),
        ({"a": {"$size": -1}}, "/a/$size", "$size takes a whole number from 0"),
        ({"a": {"$size": 1.5}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$size": True}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$size": "1"}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$size": {"$gt": 1}}}, "/a/$size", "it knows no ranges"),
        ({"a": {"$size": 2**31}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$size": float("inf")}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$size": float("nan")}}, "/a/$size", "$size takes a whole number"),
        ({"a": {"$exists": 1}}, "/a/$exists", "$exists takes true or false"),
        ({"a": {"$exists": "true"}}, "/a/$exists", "$exists takes true or false"),
        ({"a": {"$type": 2}}, "/a/$type", "$type takes names of JSON's types: null bool number string"),
        ({"a": {"$type": "date"}}, "/a/$type", "$type takes names"),
        ({"a": {"$type": "long"}}, "/a/$type", "JSON has no type long; did you mean int?"),
        ({"a": {"$type": []}}, "/a/$type", "takes a name or a list of names"),
        ({"a": {"$type": [["int"]]}}, "/a/$type", "$type takes names"),
        ({"a": {"$not": 5}}, "/a/$not", "to exclude a value use $ne"),
        ({"a": {"$not": {}}}, "/a/$not", "$not takes operators"),
        ({"a": {"$not": "^x"}}, "/a/$not", "$not takes operators"),
        ({"a": {"$not": {"b": 1}}}, "/a/$not", "$not takes operators"),
        ({"a": {"$not": {"$gtt": 1}}}, "/a/$not/$gtt", "did you mean $gt?"),
        ({"a": {"$regex": 5}}, "/a/$regex", "$regex takes a pattern as a string"),
        ({"a": {"$regex": "("}}, "/a/$regex", "is invalid"),
        ({"a": {"$regex": "(?R)"}}, "/a/$regex", "not in its dialect"),
        ({"a": {"$regex": "x" * 513}}, "/a/$regex", "longer than 512 characters"),
        ({"a": {"$regex": "x", "$options": "g"}}, "/a/$options", "$options takes the letters i, m, s and x"),
        ({"a": {"$regex": "x", "$options": 5}}, "/a/$options", "$options takes the letters"),
        ({"a": {"$options": "i"}}, "/a/$options", "$options belongs beside $regex"),
        ({"a": float("nan")}, "/a", "not a finite number"),
        ({"a": 2**63}, "/a", "beyond 64 bits"),
        ({"a": {"$in": [1, 2**63]}}, "/a/$in/1", "beyond 64 bits"),
        ({"a": {"b.c": 1}}, "/a/b.c", "may not contain a dot"),
        ({"a": {"$eq": {"b\0": 1}}}, "/a/$eq/b\0", "NUL"),
        ({"a": "\ud800"}, "/a", "surrogate"),
        ({"a": {1, 2}}, "/a", "set is not JSON"),
        ({"a/b~": {"$zz": 1}}, "/a~1b~0/$zz", "is no operator"),
    ],
)
def test_what_is_outside_the_language_is_refused_with_a_remedy(raw: Any, pointer: str, words: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_filter(raw)
    assert list(caught.value.errors) == [pointer]
    assert words in caught.value.errors[pointer]
    assert caught.value.message.startswith(f"the filter at {pointer}: " if pointer else "the filter: ")
    assert words in caught.value.message
    assert caught.value.code == "invalid_query"


def test_every_fault_of_a_filter_is_named() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_filter({"a": {"$gtt": 1, "$size": -1}, "$or": [{"b": {"$in": 5}}, {"$where": ""}]})
    assert list(caught.value.errors) == ["/a/$gtt", "/a/$size", "/$or/0/b/$in", "/$or/1/$where"]
    assert caught.value.message == (
        "the filter at /a/$gtt: $gtt is no operator here; did you mean $gt? (and 3 more; see errors)"
    )


def test_not_more_than_fifty_faults_are_named() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_filter({f"f{n}": {"$zzz": 1} for n in range(100)})
    assert len(caught.value.errors) == 50


def negated(times: int) -> dict[str, Any]:
    raw: dict[str, Any] = {"$gt": 1}
    for _ in range(times):
        raw = {"$not": raw}
    return {"a": raw}


def ored(times: int) -> dict[str, Any]:
    raw: dict[str, Any] = {"a": 1}
    for _ in range(times):
        raw = {"$or": [raw, {"b": 1}]}
    return raw


def in_elements(times: int) -> dict[str, Any]:
    raw: dict[str, Any] = {"a": 1}
    for _ in range(times):
        raw = {"a": {"$elemMatch": raw}}
    return raw


@pytest.mark.parametrize("make", [negated, ored, in_elements])
def test_operators_may_be_nested_to_a_limit(make: Any) -> None:
    parse_filter(make(20))
    with pytest.raises(InvalidQuery, match="nested deeper than 20 levels; flatten them"):
        parse_filter(make(21))


def test_endless_nesting_is_refused_before_anything_recurses() -> None:
    raw: Any = 1
    for _ in range(100_000):
        raw = [raw]
    with pytest.raises(InvalidQuery, match="nested deeper than 100 levels"):
        parse_filter({"a": raw})
    circle: dict[str, Any] = {}
    circle["$or"] = [circle]
    with pytest.raises(InvalidQuery, match="nested deeper than 100 levels"):
        parse_filter(circle)


def test_the_number_of_conditions_is_limited() -> None:
    parse_filter({"$or": [{"a": n} for n in range(500)]})
    with pytest.raises(InvalidQuery, match="a filter may have 500 conditions"):
        parse_filter({"$or": [{"a": n} for n in range(501)]})
    with pytest.raises(InvalidQuery, match="a filter may have 500 conditions") as caught:
        parse_filter({"$or": [{"a": {"$regex": "x", "$gt": "y"}} for _ in range(100_000)]})
    assert len(caught.value.errors) == 1


@pytest.mark.parametrize("operator", ["$in", "$nin", "$all"])
def test_the_number_of_values_is_limited(operator: str) -> None:
    parse_filter({"a": {operator: list(range(1000))}})
    with pytest.raises(InvalidQuery, match="may have 1000 values; ask in several requests"):
        parse_filter({"a": {operator: list(range(1001))}})


def test_the_length_of_strings_is_limited() -> None:
    parse_filter({"a": "x" * 10_000})
    with pytest.raises(InvalidQuery) as caught:
        parse_filter({"a": {"$in": ["x", {"b": "x" * 10_001}]}})
    assert caught.value.errors == {"/a/$in/1/b": "the string is longer than 10000 characters"}


VARIABLES = {"$user.id": "u1", "$user.roles": ["author", "editor"], "$now": "2026-01-15T10:30:00.000Z"}


@pytest.mark.parametrize(
    ("raw", "filter"),
    [
        ({"a": "$user.id"}, Compare(A, "$eq", "u1")),
        ({"a": {"$ne": "$user.id"}}, Not(Compare(A, "$eq", "u1"))),
        ({"a": {"$lte": "$now"}}, Compare(A, "$lte", "2026-01-15T10:30:00.000Z")),
        ({"a": {"$in": ["$user.id", "x"]}}, In(A, ("u1", "x"))),
        ({"a": {"$in": "$user.roles"}}, In(A, ("author", "editor"))),
        ({"a": {"$in": ["$user.roles"]}}, In(A, (("author", "editor"),))),
        ({"a": {"b": ["$user.id"]}}, Compare(A, "$eq", FrozenObject((("b", ("u1",)),)))),
        ({"$or": [{"a": {"$elemMatch": {"b": "$user.id"}}}]}, ElemMatch(A, Compare(B, "$eq", "u1"), False)),
        ({"a": "x$user.id"}, Compare(A, "$eq", "x$user.id")),
        ({"a": {"$regex": "^x$"}}, Regex(A, "^x$", "")),
        ({"a": "$5"}, Compare(A, "$eq", "$5")),
        ({"a": "$nowhere"}, Compare(A, "$eq", "$nowhere")),
    ],
)
def test_variables_stand_for_their_values(raw: Any, filter: Filter) -> None:
    assert fingerprint(parse_filter(raw, variables=VARIABLES)) == fingerprint(filter)


def test_without_variables_their_names_are_plain_strings() -> None:
    assert parse_filter({"a": "$user.id"}) == Compare(A, "$eq", "$user.id")
    assert parse_filter({"a": "$user.mail"}) == Compare(A, "$eq", "$user.mail")
    with pytest.raises(InvalidQuery, match=r"\$in takes a list"):
        parse_filter({"a": {"$in": "$user.roles"}})


def test_a_set_of_roles_is_bound_in_a_fixed_order() -> None:
    bound = parse_filter({"a": {"$in": "$user.roles"}}, variables={"$user.roles": frozenset({"c", "a", "b"})})
    assert bound == In(A, ("a", "b", "c"))


@pytest.mark.parametrize(
    ("raw", "pointer", "words"),
    [
        ({"a": "$user.mail"}, "/a", "$user.mail is no variable; there are $now $user.id $user.roles"),
        ({"a": {"$in": ["$user"]}}, "/a/$in/0", "$user is no variable"),
        ({"a": {"$regex": "$user.id"}}, "/a/$regex", "cannot be used as a pattern"),
        ({"a": {"$in": "$user.id"}}, "/a/$in", "$in takes a list of values"),
        ({"$user.id": "u1"}, "/$user.id", "is no operator here"),
    ],
)
def test_a_misplaced_variable_is_refused(raw: Any, pointer: str, words: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_filter(raw, variables=VARIABLES)
    assert list(caught.value.errors) == [pointer]
    assert words in caught.value.errors[pointer]


def test_a_variables_value_is_never_read_as_an_operator() -> None:
    with pytest.raises(InvalidQuery, match="may not contain \\$"):
        parse_filter({"a": "$user.id"}, variables={"$user.id": {"$ne": None}})


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ({}, set()),
        ({"$nor": [{}]}, set()),
        ({"a": 1, "b.c": {"$gt": 1, "$exists": True}}, {("a",), ("b", "c")}),
        ({"$or": [{"a": {"$in": [1]}}, {"$nor": [{"b": {"$size": 1}}]}]}, {("a",), ("b",)}),
        ({"a": {"$not": {"$regex": "x"}}}, {("a",)}),
        ({"a": {"$all": [1]}, "b": {"$type": "int"}}, {("a",), ("b",)}),
        ({"a": {"$elemMatch": {"b": 1, "c.d": 2}}}, {("a", "b"), ("a", "c", "d")}),
        ({"a": {"$elemMatch": {"$gt": 1}}}, {("a",)}),
        ({"a": {"$elemMatch": {}}}, {("a",)}),
        ({"a": {"$elemMatch": {"b": {"$elemMatch": {"$gt": 1}}}}}, {("a", "b")}),
        ({"a.0.b": 1}, {("a", "0", "b")}),
    ],
)
def test_the_paths_that_a_filter_asks_about(raw: Any, paths: set[tuple[str, ...]]) -> None:
    assert filter_paths(parse_filter(raw)) == paths
