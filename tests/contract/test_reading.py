"""Reads of one, some, all and different documents."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.errors import InvalidQuery
from runtime.model.ports import Store
from runtime.model.query import Cursor, Query, SortKey
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.parse import parse_filter, parse_sort


@pytest.fixture(autouse=True)
async def things(store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec]) -> None:
    fields = (
        field("n", "number", index=True),
        field("name"),
        field("o", "object", fields=(field("name"),)),
        field("tags", "array", items=field("it", "json"), index=True),
    )
    await store.ensure([collection("things", *fields)])


async def test_one_document_by_its_id(store: Store, create: Callable[..., Any]) -> None:
    await create("things", [{"id": "a", "n": 1}, {"id": "A", "n": 2}])
    record = await store.get("things", "a")
    assert record is not None
    assert record.text == b'{"version":1,"id":"a","n":1}'
    assert await store.get("things", "b") is None
    assert await store.get("things", "") is None


async def test_documents_by_their_ids(store: Store, create: Callable[..., Any]) -> None:
    await create("things", [{"id": f"n{n}"} for n in range(1200)])
    asked = [f"n{n}" for n in range(0, 1200, 2)] + ["nobody", "n0", "n0"] + [f"m{n}" for n in range(900)]
    found = await store.get_many("things", asked)
    assert set(found) == {f"n{n}" for n in range(0, 1200, 2)}
    assert all(record.id == id for id, record in found.items())
    assert await store.get_many("things", []) == {}


async def test_different_values(store: Store, create: Callable[..., Any]) -> None:
    await create(
        "things",
        [
            {"id": "1", "n": 2, "tags": ["b", "a"], "o": {"name": "x"}, "free": [{"v": 1}, {"v": [2, 3]}]},
            {"id": "2", "n": 2.0, "tags": ["a", None], "o": {"name": None}, "free": {"v": True}},
            {"id": "3", "n": True, "tags": [], "free": {"v": None}},
            {"id": "4", "n": None, "tags": [["a"]]},
            {"id": "5", "n": "2", "tags": "c"},
            {"id": "6", "tags": [{"x": 1}, {"x": 1}]},
        ],
    )
    every = parse_filter({})
    assert await store.distinct("things", ("n",), every) == [None, 2, "2", True]
    assert await store.distinct("things", ("n",), parse_filter({"n": {"$ne": None}})) == [2, "2", True]
    assert await store.distinct("things", ("n",), parse_filter({"tags": "a"})) == [2]
    assert await store.distinct("things", ("tags",), every) == [None, "a", "b", "c", {"x": 1}, ["a"]]
    assert await store.distinct("things", ("tags",), parse_filter({"n": {"$regex": "2"}})) == ["c"]
    assert await store.distinct("things", ("o", "name"), every) == [None, "x"]
    assert await store.distinct("things", ("free", "v"), every) == [None, 1, 2, 3, True]
    assert await store.distinct("things", ("nothing",), every) == []
    assert await store.distinct("things", ("id",), parse_filter({"n": 2})) == ["1", "2"]


@pytest.mark.parametrize("sort", ["id", "-id", "n", "-n", "name,-n", "tags", "-nothing", "o.name"])
async def test_iterating_sees_each_document_once_in_order(store: Store, create: Callable[..., Any], sort: str) -> None:
    await create(
        "things",
        [{"id": f"{n:04}", "n": n % 7, "name": "abc"[n % 3], "tags": [n % 5, n % 2]} for n in range(1000)],
    )
    for filter in ({}, {"n": {"$gte": 3}}, {"name": {"$regex": "[ab]"}}):
        query = Query(filter=parse_filter(filter), sort=parse_sort(sort))
        found = [record.id async for record in store.iterate("things", query)]
        assert found == [record.id for record in await store.find("things", query)]
        assert len(found) == await store.count("things", query)
        cut = Query(filter=query.filter, sort=query.sort, limit=300, offset=5)
        assert [record.id async for record in store.iterate("things", cut)] == found[5:305]


async def test_iterating_over_nothing(store: Store) -> None:
    assert [record async for record in store.iterate("things", Query())] == []
    assert [record async for record in store.iterate("things", Query(limit=0))] == []


async def test_large_documents_are_iterated_in_small_pieces(store: Store, create: Callable[..., Any]) -> None:
    await create("things", [{"id": f"{n:02}", "text": "x" * 1_500_000} for n in range(12)])
    assert [record.id async for record in store.iterate("things", Query())] == [f"{n:02}" for n in range(12)]


@pytest.mark.parametrize("sort", ["id", "-n", "tags"])
async def test_iterating_while_others_write(store: Store, create: Callable[..., Any], sort: str) -> None:
    """What is there from the beginning to the end is seen once; what goes away or stops matching is not seen later."""
    await create("things", [{"id": f"{n:04}", "n": n, "tags": [n]} for n in range(800)])
    query = Query(filter=parse_filter({"n": {"$lt": 10_000}}), sort=parse_sort(sort))
    seen: list[str] = []
    async for record in store.iterate("things", query):
        seen.append(record.id)
        if len(seen) == 100:
            await create("things", [{"id": f"new{n}", "n": n + 0.5, "tags": [n]} for n in range(50)])
            late = "0700" if sort != "-n" else "0030"
            other = "0710" if sort != "-n" else "0040"
            await store.commit([Write("things", late, None, expected=1)])
            hidden = {"id": other, "version": 2, "n": 99_999, "tags": [710]}
            await store.commit([Write("things", other, hidden, expected=1)])
    old = [id for id in seen if not id.startswith("new")]
    assert len(old) == len(set(old)) == 798
    assert late not in old
    assert other not in old
    assert len(seen) == len(set(seen))


async def test_a_slow_pattern_is_refused(store: Store, create: Callable[..., Any]) -> None:
    await create("things", [{"id": "1", "name": "a" * 60 + "b"}])
    query = Query(filter=parse_filter({"name": {"$regex": "(a|aa)+$"}}))
    for ask in (store.find, store.count):
        with pytest.raises(InvalidQuery, match="takes longer"):
            await ask("things", query)
    assert await store.get("things", "1") is not None


async def test_a_damaged_cursor_is_refused(store: Store, create: Callable[..., Any]) -> None:
    await create("things", [{"id": "1", "n": 1}])
    order = (SortKey(("n",)), SortKey(("id",)))
    for values in (("\ud800", "1"), (1, None), (1, 7), (1,), (2**70, "1")):
        with pytest.raises(InvalidQuery, match="cursor"):
            await store.find("things", Query(sort=order, after=Cursor(values)))


async def test_ping_answers(store: Store) -> None:
    await store.ping()


async def test_capabilities_say_what_is_promised(store: Store) -> None:
    """What a store promises less than the port says, it says in words."""
    promised = store.capabilities
    assert (promised.durable and promised.atomic_batches) == (promised.notes == ())
