"""What filters find, literally; the same with and without indexes, and of fields that nobody declared."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from runtime.model.ports import Store
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.parse import parse_filter

Ids = Callable[..., Awaitable[list[str]]]

VALUES = [
    {"id": "missing"},
    {"id": "null", "v": None},
    {"id": "minus", "v": -1},
    {"id": "zero", "v": 0},
    {"id": "half", "v": 0.5},
    {"id": "one", "v": 1},
    {"id": "one.0", "v": 1.0},
    {"id": "two", "v": 2},
    {"id": "2^53", "v": 9007199254740992},
    {"id": "2^53+1", "v": 9007199254740993},
    {"id": "2^63-1", "v": 9223372036854775807},
    {"id": "empty", "v": ""},
    {"id": "1text", "v": "1"},
    {"id": "B", "v": "B"},
    {"id": "a", "v": "a"},
    {"id": "a-nul-b", "v": "a\0b"},
    {"id": "ab", "v": "ab"},
    {"id": "umlaut", "v": "ä"},
    {"id": "smile", "v": "\U0001f600"},
    {"id": "false", "v": False},
    {"id": "true", "v": True},
]
EVERY = {document["id"] for document in VALUES}
NUMBERS = {"minus", "zero", "half", "one", "one.0", "two", "2^53", "2^53+1", "2^63-1"}
STRINGS = {"empty", "1text", "B", "a", "a-nul-b", "ab", "umlaut", "smile"}

SCALARS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, EVERY),
    ({"v": "a"}, {"a"}),
    ({"v": {"$eq": "a"}}, {"a"}),
    ({"v": "a\0b"}, {"a-nul-b"}),
    ({"v": ""}, {"empty"}),
    ({"v": "A"}, set()),
    ({"v": 1}, {"one", "one.0"}),
    ({"v": 1.0}, {"one", "one.0"}),
    ({"v": True}, {"true"}),
    ({"v": False}, {"false"}),
    ({"v": "1"}, {"1text"}),
    ({"v": 9007199254740992}, {"2^53"}),
    ({"v": 9007199254740992.0}, {"2^53"}),
    ({"v": 9007199254740993}, {"2^53+1"}),
    ({"v": None}, {"missing", "null"}),
    ({"v": []}, set()),
    ({"v": {}}, set()),
    ({"v": {"$ne": "a"}}, EVERY - {"a"}),
    ({"v": {"$ne": 1}}, EVERY - {"one", "one.0"}),
    ({"v": {"$ne": None}}, EVERY - {"missing", "null"}),
    ({"v": {"$gt": 1}}, {"two", "2^53", "2^53+1", "2^63-1"}),
    ({"v": {"$gte": 1}}, {"one", "one.0", "two", "2^53", "2^53+1", "2^63-1"}),
    ({"v": {"$lt": 1}}, {"minus", "zero", "half"}),
    ({"v": {"$lte": 0.5}}, {"minus", "zero", "half"}),
    ({"v": {"$gt": 9007199254740992.0}}, {"2^53+1", "2^63-1"}),
    ({"v": {"$gte": 9223372036854775808.0}}, set()),
    ({"v": {"$gt": 0, "$lt": 2}}, {"half", "one", "one.0"}),
    ({"v": {"$gt": "a"}}, {"a-nul-b", "ab", "umlaut", "smile"}),
    ({"v": {"$gte": "a"}}, {"a", "a-nul-b", "ab", "umlaut", "smile"}),
    ({"v": {"$lt": "a"}}, {"empty", "1text", "B"}),
    ({"v": {"$lte": ""}}, {"empty"}),
    ({"v": {"$gt": "ä"}}, {"smile"}),
    ({"v": {"$gt": False}}, {"true"}),
    ({"v": {"$gte": False}}, {"false", "true"}),
    ({"v": {"$lt": True}}, {"false"}),
    ({"v": {"$lte": True}}, {"false", "true"}),
    ({"v": {"$gte": None}}, {"missing", "null"}),
    ({"v": {"$gt": None}}, set()),
    ({"v": {"$gt": []}}, set()),
    ({"v": {"$lt": {"a": 1}}}, set()),
    ({"v": {"$in": ["a", 1, True]}}, {"a", "one", "one.0", "true"}),
    ({"v": {"$in": [None, "ab"]}}, {"missing", "null", "ab"}),
    ({"v": {"$in": []}}, set()),
    ({"v": {"$in": [["a"], {}]}}, set()),
    ({"v": {"$nin": ["a", None]}}, EVERY - {"a", "missing", "null"}),
    ({"v": {"$nin": []}}, EVERY),
    ({"v": {"$exists": True}}, EVERY - {"missing"}),
    ({"v": {"$exists": False}}, {"missing"}),
    ({"v": {"$regex": "^a"}}, {"a", "a-nul-b", "ab"}),
    ({"v": {"$regex": "B", "$options": "i"}}, {"B", "ab", "a-nul-b"}),
    ({"v": {"$not": {"$regex": "^a"}}}, EVERY - {"a", "a-nul-b", "ab"}),
    ({"v": {"$size": 0}}, set()),
    ({"v": {"$all": ["a"]}}, {"a"}),
    ({"v": {"$all": ["a", "ab"]}}, set()),
    ({"v": {"$all": []}}, set()),
    ({"v": {"$all": [None]}}, {"missing", "null"}),
    ({"v": {"$elemMatch": {"$eq": "a"}}}, set()),
    ({"v": {"$type": "null"}}, {"null"}),
    ({"v": {"$type": "bool"}}, {"false", "true"}),
    ({"v": {"$type": "number"}}, NUMBERS),
    ({"v": {"$type": "int"}}, NUMBERS - {"half", "one.0"}),
    ({"v": {"$type": "double"}}, {"half", "one.0"}),
    ({"v": {"$type": "string"}}, STRINGS),
    ({"v": {"$type": ["object", "array"]}}, set()),
    ({"v": {"$type": ["string", "bool"]}}, STRINGS | {"false", "true"}),
    ({"v": {"$not": {"$gt": 0}}}, EVERY - {"half", "one", "one.0", "two", "2^53", "2^53+1", "2^63-1"}),
    ({"v": {"$not": {"$type": "string"}}}, EVERY - STRINGS),
    ({"$or": [{"v": "a"}, {"v": 2}]}, {"a", "two"}),
    ({"$and": [{"v": {"$gte": 0}}, {"v": {"$lte": 0}}]}, {"zero"}),
    ({"$nor": [{"v": {"$type": "string"}}, {"v": {"$type": "number"}}]}, {"missing", "null", "false", "true"}),
    ({"$or": [{"v": {"$exists": False}}, {"v": {"$regex": "^B$"}}]}, {"missing", "B"}),
    ({"id": "a"}, {"a"}),
    ({"id": {"$in": ["a", "ab", "nobody"]}}, {"a", "ab"}),
    ({"id": {"$gte": "umlaut"}}, {"umlaut", "zero"}),
    ({"id": {"$exists": False}}, set()),
    ({"version": 1, "v": "a"}, {"a"}),
    ({"v.x": None}, EVERY),
    ({"v.0": "a"}, set()),
    ({"nothing": None}, EVERY),
    ({"nothing": {"$exists": True}}, set()),
]

ARRAYS = [
    {"id": "missing"},
    {"id": "null", "v": None},
    {"id": "none", "v": []},
    {"id": "a", "v": ["a"]},
    {"id": "ab", "v": ["a", "b"]},
    {"id": "ba", "v": ["b", "a"]},
    {"id": "aa", "v": ["a", "a"]},
    {"id": "1 5", "v": [1, 5]},
    {"id": "3", "v": [3]},
    {"id": "no array", "v": 3},
    {"id": "null in it", "v": [None, "a"]},
    {"id": "true", "v": [True]},
    {"id": "nested", "v": [["a"], 7]},
    {"id": "objects", "v": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]},
    {"id": "object", "v": [{"x": 1, "y": 2}]},
]
ALL_ARRAYS = {document["id"] for document in ARRAYS}
HAS_A = {"a", "ab", "ba", "aa", "null in it"}

MANY: list[tuple[dict[str, Any], set[str]]] = [
    ({"v": "a"}, HAS_A),
    ({"v": {"$ne": "a"}}, ALL_ARRAYS - HAS_A),
    ({"v": ["a"]}, {"a", "nested"}),
    ({"v": ["a", "b"]}, {"ab"}),
    ({"v": []}, {"none"}),
    ({"v": None}, {"missing", "null", "null in it"}),
    ({"v": {"$ne": None}}, ALL_ARRAYS - {"missing", "null", "null in it"}),
    ({"v": True}, {"true"}),
    ({"v": 1}, {"1 5"}),
    ({"v": {"$gt": 2, "$lt": 4}}, {"1 5", "3", "no array"}),
    ({"v": {"$elemMatch": {"$gt": 2, "$lt": 4}}}, {"3"}),
    ({"v": {"$elemMatch": {"$ne": "a"}}},
     {"ab", "ba", "1 5", "3", "null in it", "true", "nested", "objects", "object"}),
    ({"v": {"$elemMatch": {"$eq": None}}}, {"null in it"}),
    ({"v": {"$elemMatch": {"$in": [3, 5]}}}, {"1 5", "3"}),
    ({"v": {"$not": {"$gt": 2}}}, ALL_ARRAYS - {"1 5", "3", "no array", "nested"}),
    ({"v": {"$in": ["b", 3]}}, {"ab", "ba", "3", "no array"}),
    ({"v": {"$in": ["b", None]}}, {"ab", "ba", "missing", "null", "null in it"}),
    ({"v": {"$nin": ["b", 3]}}, ALL_ARRAYS - {"ab", "ba", "3", "no array"}),
    ({"v": {"$all": ["a", "b"]}}, {"ab", "ba"}),
    ({"v": {"$all": [["a"]]}}, {"a", "nested"}),
    ({"v": {"$all": []}}, set()),
    ({"v": {"$size": 2}}, {"ab", "ba", "aa", "1 5", "null in it", "nested", "objects"}),
    ({"v": {"$size": 0}}, {"none"}),
    ({"v": {"$exists": True}}, ALL_ARRAYS - {"missing"}),
    ({"v": {"$type": "array"}}, ALL_ARRAYS - {"missing", "null", "no array"}),
    ({"v": {"$type": "string"}}, HAS_A),
    ({"v": {"$regex": "^b"}}, {"ab", "ba"}),
    ({"v.0": "a"}, {"a", "ab", "aa"}),
    ({"v.1": "a"}, {"ba", "aa", "null in it"}),
    ({"v.x": 1}, {"objects", "object"}),
    ({"v.x": {"$gte": 2}}, {"objects"}),
    ({"v.0.x": 2}, set()),
    ({"v.x": 1, "v.y": 2}, {"objects", "object"}),
    ({"v": {"$elemMatch": {"x": 1, "y": 2}}}, {"object"}),
    ({"v": {"$elemMatch": {"x": {"$in": [2]}, "y": {"$gt": 1}}}}, {"objects"}),
    ({"v": {"x": 1, "y": 2}}, {"object"}),
    ({"v": {"y": 2, "x": 1}}, set()),
]  # fmt: skip

NESTED = [
    {"id": "missing"},
    {"id": "null", "o": None},
    {"id": "empty", "o": {}},
    {"id": "null in it", "o": {"v": None}},
    {"id": "a", "o": {"v": "a"}},
    {"id": "1", "o": {"v": 1, "w": {"v": "deep"}}},
    {"id": "text", "o": "a"},
]
OBJECTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"o.v": "a"}, {"a"}),
    ({"o.v": 1}, {"1"}),
    ({"o.v": None}, {"missing", "null", "empty", "null in it", "text"}),
    ({"o.v": {"$ne": "a"}}, {"missing", "null", "empty", "null in it", "1", "text"}),
    ({"o.v": {"$exists": True}}, {"null in it", "a", "1"}),
    ({"o.v": {"$type": "null"}}, {"null in it"}),
    ({"o.w.v": "deep"}, {"1"}),
    ({"o.w.v": {"$exists": False}}, {"missing", "null", "empty", "null in it", "a", "text"}),
    ({"o": {"v": "a"}}, {"a"}),
    ({"o": {}}, {"empty"}),
    ({"o": "a"}, {"text"}),
    ({"o": None}, {"missing", "null"}),
]


@pytest.fixture(params=["indexed", "declared", "undeclared"])
async def shape(
    request: pytest.FixtureRequest,
    store: Store,
    field: Callable[..., FieldSpec],
    collection: Callable[..., CollectionSpec],
) -> str:
    """Three ways to declare the same data; what is found must not depend on them."""
    index = request.param == "indexed"
    element = field("it", "json")
    inner = (
        field("v", index=index),
        field("w", "object", fields=(field("v", index=index),)),
    )
    declared = request.param != "undeclared"
    await store.ensure(
        [
            collection("scalars", *([field("v", index=index)] if declared else [])),
            collection("arrays", *([field("v", "array", items=element, index=index)] if declared else [])),
            collection("objects", *([field("o", "object", fields=inner)] if declared else [])),
        ]
    )
    return str(request.param)


async def check(store: Store, collection: str, filter: dict[str, Any], expected: set[str], every: set[str]) -> None:
    for asked, ids in (
        (filter, expected),
        ({"$nor": [filter]} if filter else {}, every - expected if filter else every),
    ):
        query = Query(filter=parse_filter(asked))
        found = [record.id for record in await store.find(collection, query)]
        assert found == sorted(ids)
        assert await store.count(collection, query) == len(ids)


async def test_conditions_on_single_values(store: Store, shape: str, create: Callable[..., Any]) -> None:
    await create("scalars", VALUES)
    for filter, expected in SCALARS:
        await check(store, "scalars", filter, expected, EVERY)


async def test_conditions_on_arrays(store: Store, shape: str, create: Callable[..., Any]) -> None:
    await create("arrays", ARRAYS)
    for filter, expected in MANY:
        await check(store, "arrays", filter, expected, ALL_ARRAYS)


async def test_conditions_inside_objects(store: Store, shape: str, create: Callable[..., Any]) -> None:
    await create("objects", NESTED)
    for filter, expected in OBJECTS:
        await check(store, "objects", filter, expected, {document["id"] for document in NESTED})


async def test_an_id_is_a_string_and_no_number(store: Store, shape: str, create: Callable[..., Any], ids: Ids) -> None:
    await create("scalars", [{"id": "2"}, {"id": "10"}])
    assert await ids("scalars", {"id": 2}) == []
    assert await ids("scalars", {"id": {"$in": [2, "10"]}}) == ["10"]
    assert await ids("scalars", {"id": {"$gte": 1}}) == []
    assert await ids("scalars", {"id": {"$gte": "1"}}) == ["10", "2"]
    assert await ids("scalars", {"id": {"$nin": [2, True, None]}}) == ["10", "2"]


async def test_dates_compare_as_instants(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Any, ids: Ids
) -> None:
    await store.ensure([collection("events", field("at", "datetime", index=True))])
    await create(
        "events",
        [
            {"id": "1", "at": "2026-01-15T10:30:00.000Z"},
            {"id": "2", "at": "2026-01-15T10:30:00.001Z"},
            {"id": "3", "at": "2025-12-31T23:59:59.999Z"},
        ],
    )
    assert await ids("events", {"at": {"$gte": "2026-01-15T10:30:00.000Z"}}) == ["1", "2"]
    assert await ids("events", {"at": {"$lt": "2026-01-01T00:00:00.000Z"}}) == ["3"]
    assert await ids("events", sort="-at") == ["2", "1", "3"]


async def test_a_filter_of_many_conditions_is_answered(
    store: Store, shape: str, create: Callable[..., Any], ids: Ids
) -> None:
    """500 conditions side by side, 20 negations inside each other, 1000 values: as far as the language goes."""
    await create("scalars", VALUES)
    assert await ids("scalars", {"$or": [{"v": f"no {n}"} for n in range(498)] + [{"v": "a"}]}) == ["a"]
    assert await ids("scalars", {"v": {"$in": [*range(100, 1099), "a"]}}) == ["a"]
    lists = [{"v": {"$in": [*range(n * 1000, n * 1000 + 999), "a"]}} for n in range(1, 60)]
    assert await ids("scalars", {"$and": lists}) == ["a"]
    assert await ids("scalars", {"$or": [*lists, {"v": True}]}) == ["a", "true"]
    deep: dict[str, Any] = {"v": "a"}
    for _ in range(20):
        deep = {"$nor": [deep]}
    assert await ids("scalars", deep) == ["a"]
