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
    ({"v": {"$eq": {"x": 2, "y": 2}}}, {"objects"}),
    ({"v": {"$gte": 5}}, {"1 5", "nested"}),
    ({"v": {"$lte": 1}}, {"1 5"}),
    ({"v": {"$lt": "b"}}, HAS_A),
    ({"v": {"$gt": ["a"]}}, {"ab", "ba", "aa", "true", "nested", "objects", "object"}),
    ({"v": {"$gt": None}}, set()),
    ({"v": {"$gte": None}}, {"missing", "null", "null in it"}),
    ({"v": {"$in": [["a"], []]}}, {"a", "nested", "none"}),
    ({"v": {"$nin": [None]}}, ALL_ARRAYS - {"missing", "null", "null in it"}),
    ({"v": {"$exists": False}}, {"missing"}),
    ({"v": {"$type": "null"}}, {"null", "null in it"}),
    ({"v": {"$type": "number"}}, {"1 5", "3", "no array", "nested"}),
    ({"v": {"$type": ["object", "bool"]}}, {"objects", "object", "true"}),
    ({"v": {"$not": {"$regex": "^b"}}}, ALL_ARRAYS - {"ab", "ba"}),
    ({"v": {"$all": [None]}}, {"missing", "null", "null in it"}),
    ({"v": {"$all": [{"x": 1, "y": 1}]}}, {"objects"}),
    ({"v": {"$elemMatch": {"$regex": "^b"}}}, {"ab", "ba"}),
    ({"v": {"$elemMatch": {"$not": {"$gt": 2}}}},
     {"a", "ab", "ba", "aa", "1 5", "null in it", "true", "nested", "objects", "object"}),
    ({"v": {"$elemMatch": {"$size": 1}}}, {"nested"}),
    ({"v": {"$elemMatch": {"$type": "array"}}}, {"nested"}),
    ({"v": {"$elemMatch": {"$elemMatch": {"$eq": "a"}}}}, {"nested"}),
    ({"v": {"$elemMatch": {"$exists": True}}}, ALL_ARRAYS - {"missing", "null", "none", "no array"}),
    ({"v": {"$not": {"$elemMatch": {"$eq": "a"}}}}, ALL_ARRAYS - HAS_A),
    ({"$and": [{"v": "a"}, {"v": "b"}]}, {"ab", "ba"}),
    ({"$or": [{"v": {"$size": 0}}, {"v": True}]}, {"none", "true"}),
    ({"$nor": [{"v": {"$exists": True}}]}, {"missing"}),
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
    ({"o.v": {"$eq": 1}}, {"1"}),
    ({"o.v": {"$gt": 0}}, {"1"}),
    ({"o.v": {"$gte": 1}}, {"1"}),
    ({"o.v": {"$lt": "b"}}, {"a"}),
    ({"o.v": {"$lte": "a"}}, {"a"}),
    ({"o.v": {"$gte": None}}, {"missing", "null", "empty", "null in it", "text"}),
    ({"o.v": {"$in": ["a", None]}}, {"missing", "null", "empty", "null in it", "a", "text"}),
    ({"o.v": {"$nin": ["a", None]}}, {"1"}),
    ({"o.v": {"$regex": "^A$", "$options": "i"}}, {"a"}),
    ({"o.v": {"$not": {"$regex": "a"}}}, {"missing", "null", "empty", "null in it", "1", "text"}),
    ({"o.v": {"$not": {"$exists": True}}}, {"missing", "null", "empty", "text"}),
    ({"o.v": {"$size": 0}}, set()),
    ({"o.v": {"$all": ["a"]}}, {"a"}),
    ({"o.v": {"$elemMatch": {"$eq": "a"}}}, set()),
    ({"o.v": {"$type": ["string", "number"]}}, {"a", "1"}),
    ({"o.v.x": None}, {"missing", "null", "empty", "null in it", "a", "1", "text"}),
    ({"o": {"$type": "object"}}, {"empty", "null in it", "a", "1"}),
    ({"o": {"$type": "string"}}, {"text"}),
    ({"o": {"$gt": {"v": "A"}}}, {"a"}),
    ({"o": {"$in": [{}, "a"]}}, {"empty", "text"}),
    ({"o": {"$ne": {"v": "a"}}}, {"missing", "null", "empty", "null in it", "1", "text"}),
    ({"o.w": {"v": "deep"}}, {"1"}),
    ({"$and": [{"o.v": "a"}, {"o": {"$exists": True}}]}, {"a"}),
    ({"$or": [{"o.v": 1}, {"o": "a"}]}, {"1", "text"}),
    ({"$nor": [{"o.v": None}]}, {"a", "1"}),
]

ITEMS = [
    {"id": "missing"},
    {"id": "none", "items": []},
    {"id": "a1", "items": [{"name": "a", "qty": 1}]},
    {"id": "a1 b5", "items": [{"name": "a", "qty": 1}, {"name": "b", "qty": 5}]},
    {"id": "b1 a5", "items": [{"name": "b", "qty": 1}, {"name": "a", "qty": 5}]},
    {"id": "no name", "items": [{"qty": 1}]},
    {"id": "null name", "items": [{"name": None, "qty": 1}]},
    {"id": "scalars", "items": [1, "a"]},
    {"id": "single", "items": {"name": "a", "qty": 5}},
]
ALL_ITEMS = {document["id"] for document in ITEMS}
NAMED_A = {"a1", "a1 b5", "b1 a5", "single"}
WITH_B = {"a1 b5", "b1 a5"}

MEMBERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"items.name": "a"}, NAMED_A),
    ({"items.name": {"$eq": "b"}}, WITH_B),
    ({"items.name": {"$ne": "a"}}, ALL_ITEMS - NAMED_A),
    ({"items.name": None}, {"missing", "no name", "null name"}),
    ({"items.name": "a", "items.qty": 5}, {"a1 b5", "b1 a5", "single"}),
    ({"items.name": {"$in": ["b", "c"]}}, WITH_B),
    ({"items.name": {"$nin": ["b", "c"]}}, ALL_ITEMS - WITH_B),
    ({"items.name": {"$all": ["a", "b"]}}, WITH_B),
    ({"items.name": {"$regex": "^b"}}, WITH_B),
    ({"items.name": {"$exists": True}}, NAMED_A | {"null name"}),
    ({"items.name": {"$exists": False}}, {"missing", "none", "no name", "scalars"}),
    ({"items.name": {"$type": "null"}}, {"null name"}),
    ({"items.name": {"$size": 1}}, set()),
    ({"items.name": {"$elemMatch": {"$eq": "a"}}}, set()),
    ({"items.name": {"$not": {"$gt": "a"}}}, ALL_ITEMS - WITH_B),
    ({"items.qty": {"$gt": 1}}, {"a1 b5", "b1 a5", "single"}),
    ({"items.qty": {"$gte": 1, "$lt": 2}}, {"a1", "a1 b5", "b1 a5", "no name", "null name"}),
    ({"items.qty": {"$gt": 1, "$lt": 5}}, WITH_B),
    ({"items.qty": {"$lte": 1}}, {"a1", "a1 b5", "b1 a5", "no name", "null name"}),
    ({"items": {"$size": 2}}, {"a1 b5", "b1 a5", "scalars"}),
    ({"items": {"$elemMatch": {"name": "a", "qty": 5}}}, {"b1 a5"}),
    ({"items": {"$elemMatch": {"name": "a", "qty": {"$lt": 5}}}}, {"a1", "a1 b5"}),
    ({"items": {"$elemMatch": {"name": {"$ne": "a"}}}}, {"a1 b5", "b1 a5", "no name", "null name"}),
    ({"items": {"$elemMatch": {"name": None}}}, {"no name", "null name"}),
    ({"items": {"$elemMatch": {"$or": [{"name": "b"}, {"qty": {"$gt": 4}}]}}}, WITH_B),
    ({"$and": [{"items.name": "b"}, {"items.qty": 5}]}, WITH_B),
    ({"$or": [{"items.name": "b"}, {"items": "a"}]}, WITH_B | {"scalars"}),
    ({"$nor": [{"items.qty": 1}, {"items": {"$size": 0}}]}, {"missing", "scalars", "single"}),
]

EARLY, LATE = "2025-12-31T23:59:59.999Z", "2026-01-15T10:30:00.001Z"
DATES = [
    {"id": "missing"},
    {"id": "null", "at": None},
    {"id": "early", "at": EARLY},
    {"id": "middle", "at": "2026-01-15T10:30:00.000Z"},
    {"id": "late", "at": LATE},
    {"id": "day", "at": "2026-01-15"},
    {"id": "number", "at": 2026},
]
ALL_DATES = {document["id"] for document in DATES}
INSTANTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"at": LATE}, {"late"}),
    ({"at": {"$eq": "2026-01-15"}}, {"day"}),
    ({"at": {"$ne": LATE}}, ALL_DATES - {"late"}),
    ({"at": {"$gt": "2026-01-15T10:30:00.000Z"}}, {"late"}),
    ({"at": {"$gte": "2026-01-15T10:30:00.000Z"}}, {"middle", "late"}),
    ({"at": {"$gte": "2026-01-15"}}, {"day", "middle", "late"}),
    ({"at": {"$lt": "2026-01-01"}}, {"early"}),
    ({"at": {"$lte": EARLY}}, {"early"}),
    ({"at": {"$gte": "2026-01-01", "$lt": "2026-02-01"}}, {"day", "middle", "late"}),
    ({"at": {"$lt": "9"}}, {"early", "middle", "late", "day"}),
    ({"at": {"$gt": 0}}, {"number"}),
    ({"at": None}, {"missing", "null"}),
    ({"at": {"$in": [EARLY, None]}}, {"early", "missing", "null"}),
    ({"at": {"$nin": [EARLY, None]}}, {"middle", "late", "day", "number"}),
    ({"at": {"$exists": False}}, {"missing"}),
    ({"at": {"$type": "string"}}, {"early", "middle", "late", "day"}),
    ({"at": {"$regex": "^2026-01-15T"}}, {"middle", "late"}),
    ({"at": {"$size": 1}}, set()),
    ({"at": {"$all": [LATE]}}, {"late"}),
    ({"at": {"$elemMatch": {"$eq": LATE}}}, set()),
    ({"at": {"$not": {"$lt": "2026-01-15"}}}, ALL_DATES - {"early"}),
    ({"$and": [{"at": {"$gt": EARLY}}, {"at": {"$lt": LATE}}]}, {"middle", "day"}),
    ({"$or": [{"at": EARLY}, {"at": 2026}]}, {"early", "number"}),
    ({"$nor": [{"at": {"$gt": EARLY}}, {"at": None}]}, {"early", "number"}),
]

OPERATORS = {
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$size", "$all", "$elemMatch",
    "$type", "$not", "$and", "$or", "$nor",
}  # fmt: skip


def used(value: Any) -> set[str]:
    members = (
        list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list | tuple) else []
    )
    names = {name for name in value if name.startswith("$")} if isinstance(value, dict) else set()
    return names.union(*map(used, members))


@pytest.mark.parametrize("table", [SCALARS, MANY, OBJECTS, MEMBERS, INSTANTS], ids=len)
def test_every_operator_is_asked_of_everything(table: list[tuple[dict[str, Any], set[str]]]) -> None:
    assert OPERATORS - used([filter for filter, _ in table]) == set()


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
    item = field("item", "object", fields=(field("name", index=index), field("qty", "number", index=index)))
    declared = request.param != "undeclared"
    await store.ensure(
        [
            collection("scalars", *([field("v", index=index)] if declared else [])),
            collection("arrays", *([field("v", "array", items=element, index=index)] if declared else [])),
            collection("objects", *([field("o", "object", fields=inner)] if declared else [])),
            collection("items", *([field("items", "array", items=item)] if declared else [])),
            collection("dates", *([field("at", "datetime", index=index)] if declared else [])),
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


async def test_conditions_on_the_objects_of_an_array(store: Store, shape: str, create: Callable[..., Any]) -> None:
    await create("items", ITEMS)
    for filter, expected in MEMBERS:
        await check(store, "items", filter, expected, ALL_ITEMS)


async def test_dates_compare_as_instants(store: Store, shape: str, create: Callable[..., Any], ids: Ids) -> None:
    """And with nothing else: not with numbers, not with what is missing."""
    await create("dates", DATES)
    for filter, expected in INSTANTS:
        await check(store, "dates", filter, expected, ALL_DATES)
    assert await ids("dates", sort="-at") == ["late", "middle", "day", "early", "number", "null", "missing"]


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
