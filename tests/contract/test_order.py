"""In which order documents come, page after page."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.errors import InvalidQuery
from runtime.model.ports import Store
from runtime.model.query import Cursor, Query
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.cursor import decode_cursor, encode_cursor
from runtime.query.parse import parse_filter, parse_sort

Ids = Callable[..., Awaitable[list[str]]]

MIXED = [
    {"id": "true", "v": True},
    {"id": "smile", "v": "\U0001f600"},
    {"id": "private", "v": "\uffff"},
    {"id": "a-nul", "v": "a\0"},
    {"id": "a", "v": "a"},
    {"id": "B", "v": "B"},
    {"id": "empty", "v": ""},
    {"id": "2^53+1", "v": 9007199254740993},
    {"id": "2^53 float", "v": 9007199254740992.0},
    {"id": "ten", "v": 10},
    {"id": "two", "v": 2},
    {"id": "minus", "v": -0.5},
    {"id": "null", "v": None},
    {"id": "missing"},
    {"id": "false", "v": False},
]
ASCENDING = [
    "missing", "null", "minus", "two", "ten", "2^53 float", "2^53+1", "empty", "B", "a", "a-nul", "private", "smile",
    "false", "true",
]  # fmt: skip


@pytest.fixture(params=["indexed", "declared", "undeclared"])
async def mixed(
    request: pytest.FixtureRequest,
    store: Store,
    field: Callable[..., FieldSpec],
    collection: Callable[..., CollectionSpec],
    create: Callable[..., Any],
) -> str:
    fields = (
        [] if request.param == "undeclared" else [field("v", index=request.param == "indexed"), field("w", "number")]
    )
    indexes = ["w,-v"] if request.param == "indexed" else []
    await store.ensure([collection("mixed", *fields, indexes=indexes)])
    await create("mixed", MIXED)
    return str(request.param)


async def walked(store: Store, sort: str, size: int, filter: Any = None) -> list[str]:
    return [id for page in await pages(store, sort, size, filter) for id in page]


async def pages(store: Store, sort: str, size: int, filter: Any = None) -> list[list[str]]:
    order = parse_sort(sort)
    found: list[list[str]] = []
    after: Cursor | None = None
    while True:
        query = Query(filter=parse_filter(filter or {}), sort=order, limit=size, after=after)
        page = await store.find("mixed", query)
        if not page:
            return found
        found.append([record.id for record in page])
        after = decode_cursor(encode_cursor(page[-1].document, order), order)


async def test_types_sort_as_in_mongodb(mixed: str, ids: Ids) -> None:
    """Null and missing, numbers by value, strings by code point, booleans; equal ones by id."""
    assert await ids("mixed", sort="v") == ASCENDING
    assert await ids("mixed", sort="-v") == ASCENDING[::-1]


async def test_equal_values_sort_by_id_in_the_direction_of_the_last_key(mixed: str, ids: Ids) -> None:
    assert (await ids("mixed", sort="nothing"))[:3] == ["2^53 float", "2^53+1", "B"]
    assert (await ids("mixed", sort="-nothing"))[:3] == ["two", "true", "ten"]


async def test_limit_and_offset_cut_the_order(mixed: str, ids: Ids) -> None:
    assert await ids("mixed", sort="v", limit=3) == ["missing", "null", "minus"]
    assert await ids("mixed", sort="v", limit=2, offset=3) == ["two", "ten"]
    assert await ids("mixed", sort="v", offset=13) == ["false", "true"]
    assert await ids("mixed", sort="v", limit=0) == []
    assert await ids("mixed", sort="v", limit=5, offset=99) == []


@pytest.mark.parametrize("size", [1, 2, 4, 15])
async def test_cursors_lead_to_each_document_once(store: Store, mixed: str, size: int) -> None:
    assert await walked(store, "v", size) == ASCENDING
    assert await walked(store, "-v", size) == ASCENDING[::-1]
    assert await walked(store, "id", size) == sorted(ASCENDING)
    assert await walked(store, "nothing,-v", size) == ASCENDING[::-1]


async def test_pages_are_full_across_the_border_to_null(store: Store, mixed: str) -> None:
    assert await pages(store, "-v", 4) == [
        ["true", "false", "smile", "private"],
        ["a-nul", "a", "B", "empty"],
        ["2^53+1", "2^53 float", "ten", "two"],
        ["minus", "null", "missing"],
    ]


async def test_cursors_go_on_within_a_filter(store: Store, mixed: str) -> None:
    assert await pages(store, "-v", 2, {"v": {"$type": "string"}}) == [
        ["smile", "private"],
        ["a-nul", "a"],
        ["B", "empty"],
    ]
    assert await pages(store, "v", 2, {"v": {"$regex": "^a"}}) == [["a", "a-nul"]]


async def test_a_cursor_stays_right_while_documents_come_and_go(
    store: Store, mixed: str, create: Callable[..., Any]
) -> None:
    """What comes in front is not seen, what comes behind is; the cursor's own document may be gone."""
    order = parse_sort("v")
    first = await store.find("mixed", Query(sort=order, limit=4))
    assert [record.id for record in first] == ["missing", "null", "minus", "two"]
    after = decode_cursor(encode_cursor(first[-1].document, order), order)
    await create("mixed", [{"id": "one", "v": 1}, {"id": "three", "v": 3}, {"id": "null2", "v": None}])
    await store.commit([Write("mixed", "two", None, expected=1)])
    rest = await store.find("mixed", Query(sort=order, limit=3, after=after))
    assert [record.id for record in rest] == ["three", "ten", "2^53 float"]


async def test_several_keys_in_several_directions(store: Store, mixed: str, ids: Ids) -> None:
    for number, (w, v) in enumerate([(1, "x"), (2, "x"), (1, "y"), (2, None), (None, "x"), (2, "y")]):
        document = {"id": f"w{number}", "version": 1, "w": w, "v": v}
        await store.commit([Write("mixed", document["id"], document, expected=0)])
    only = {"id": {"$regex": "^w"}}
    assert await ids("mixed", only, sort="w,v") == ["w4", "w0", "w2", "w3", "w1", "w5"]
    assert await ids("mixed", only, sort="w,-v") == ["w4", "w2", "w0", "w5", "w1", "w3"]
    assert await ids("mixed", only, sort="-w,v") == ["w3", "w1", "w5", "w0", "w2", "w4"]
    assert await ids("mixed", only, sort="-w,-v") == ["w5", "w1", "w3", "w2", "w0", "w4"]
    for sort in ("w,v", "w,-v", "-w,v", "-w,-v"):
        assert await walked(store, sort, 1, only) == await ids("mixed", only, sort=sort)


async def test_arrays_sort_by_their_smallest_or_largest_element(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Any, ids: Ids
) -> None:
    await store.ensure([collection("lists", field("v", "array", items=field("it", "number"), index=True))])
    await create(
        "lists",
        [
            {"id": "1 9", "v": [9, 1]},
            {"id": "2", "v": [2]},
            {"id": "none", "v": []},
            {"id": "null", "v": None},
            {"id": "3 4", "v": [3, 4]},
        ],
    )
    assert await ids("lists", sort="v") == ["none", "null", "1 9", "2", "3 4"]
    assert await ids("lists", sort="-v") == ["1 9", "3 4", "2", "null", "none"]


FREE = [
    {"id": "[]", "v": []},
    {"id": "missing"},
    {"id": "null", "v": None},
    {"id": "0", "v": 0},
    {"id": "5 1", "v": [5, 1]},
    {"id": "3", "v": 3},
    {"id": "a", "v": "a"},
    {"id": "{}", "v": {}},
    {"id": "{a: 1}", "v": {"a": 1}},
    {"id": "{b: 0}", "v": {"b": 0}},
    {"id": "{a: x}", "v": {"a": "x"}},
    {"id": "[[z]]", "v": [["z"]]},
    {"id": "false", "v": False},
    {"id": "true", "v": True},
]


@pytest.mark.parametrize("is_declared", [True, False])
async def test_objects_and_arrays_have_a_place_in_the_order_too(
    store: Store,
    field: Callable[..., FieldSpec],
    collection: Callable[..., CollectionSpec],
    create: Any,
    is_declared: bool,
) -> None:
    """Of members the types count first, then the names, then the values."""
    await store.ensure([collection("mixed", *([field("v", "json", index=True)] if is_declared else []))])
    await create("mixed", reversed(FREE))
    ascending = [document["id"] for document in FREE]
    assert await walked(store, "v", 3) == ascending
    descending = ascending[::-1]
    descending.remove("5 1")
    descending.insert(descending.index("3"), "5 1")
    assert await walked(store, "-v", 3) == descending


async def test_documents_with_an_element_come_in_another_order(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Any, ids: Ids
) -> None:
    """The commonest list of all: articles with a tag, latest first; with an index over both."""
    tags = field("tags", "array", items=field("tag"), index=True)
    await store.ensure([collection("articles", tags, field("at", "datetime"), indexes=["tags,-at"])])
    await create(
        "articles",
        [
            {"id": "1", "tags": ["x", "y"], "at": "2026-01-01T00:00:00.000Z"},
            {"id": "2", "tags": ["x", "x"], "at": "2026-01-03T00:00:00.000Z"},
            {"id": "3", "tags": ["y"], "at": "2026-01-04T00:00:00.000Z"},
            {"id": "4", "tags": ["x"]},
            {"id": "5", "at": "2026-01-05T00:00:00.000Z"},
        ],
    )
    assert await ids("articles", {"tags": "x"}, sort="-at") == ["2", "1", "4"]
    assert await ids("articles", {"tags": "x"}, sort="at") == ["4", "1", "2"]
    assert await ids("articles", {"tags": "y", "at": {"$lt": "2026-01-04"}}, sort="-at") == ["1"]
    assert await ids("articles", {"tags": {"$all": ["x", "y"]}}, sort="-at") == ["1"]


async def test_a_cursor_of_another_order_is_refused(store: Store, mixed: str) -> None:
    with pytest.raises((InvalidQuery, ValueError)):
        await store.find("mixed", Query(sort=parse_sort("v,w"), after=Cursor(("a",))))
