"""Full-text search: every word must occur, the last one perhaps only begun."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.ports import Store
from runtime.model.query import Query, TextSearch
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.parse import parse_filter, parse_sort

DOCUMENTS = [
    {
        "id": "1",
        "title": "Fearless Concurrency",
        "body": "Rust makes threads safe.",
        "secret": "mango",
        "n": 3,
        "tags": ["x"],
    },
    {"id": "2", "title": "Rust 1.0", "body": "Über straßen, naïve e-mail\0hidden", "n": 1, "tags": ["x", "y"]},
    {"id": "3", "title": "Threads", "body": "concurrency is not parallelism", "n": 2},
    {"id": "4", "title": "日本語 テキスト", "body": None},
    {"id": "5"},
]
CASES: list[tuple[str, list[str]]] = [
    ("rust", ["1", "2"]),
    ("RUST", ["1", "2"]),
    ("ru", ["1", "2"]),
    ("ru threads", []),
    ("rust threads", ["1"]),
    ("threads rust", ["1"]),
    ("concurrency thr", ["1", "3"]),
    ("uber", ["2"]),
    ("naive", ["2"]),
    ("naïve", ["2"]),
    ("e-mail", ["2"]),
    ("mail-e", []),
    ("e-ma", ["2"]),
    ("1.0", ["2"]),
    ("hidden", ["2"]),
    ("日本", ["4"]),
    ("rust!", ["1", "2"]),
    ("rust, threads.", ["1"]),
    ("--- rust", ["1", "2"]),
    ("  rust  ", ["1", "2"]),
    ("", []),
    ("   ", []),
    ("!", []),
    ("-- \" ' * ( ) :", []),
    ("\0", []),
    ("\ud800", []),
    ("nothing", []),
    ('"', []),
    ('" OR 1=1 --', []),
    ("rust OR nothing", []),
    ("rust AND threads", []),
    ("NOT rust", []),
    ("rust NEAR threads", []),
    ("title:rust", []),
    ("{title}: rust", []),
    ("c0 : rust", []),
    ("^rust", ["1", "2"]),
    ("rust*", ["1", "2"]),
    ('"rust" "threads"', ["1"]),
    ('ru"st', []),
    ("rust' --", ["1", "2"]),
]


@pytest.fixture(autouse=True)
async def articles(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Callable[..., Any]
) -> None:
    fields = (field("title"), field("body", "markdown"), field("secret", "text"), field("n", "number"))
    tags = field("tags", "array", items=field("tag"), index=True)
    await store.ensure(
        [collection("articles", *fields, tags, indexes=["tags,-n"]), collection("numbers", field("n", "number"))]
    )
    await create("articles", DOCUMENTS)
    await create("numbers", [{"id": "1", "n": 1}])


@pytest.fixture
def search(store: Store) -> Callable[..., Awaitable[list[str]]]:
    async def search(words: str, *fields: str, **more: Any) -> list[str]:
        query = Query(text=TextSearch(words, fields or ("title", "body")), **more)
        found = [record.id for record in await store.find("articles", query)]
        assert await store.count("articles", query) == (len(found) if "limit" not in more else 2)
        return found

    return search


@pytest.mark.parametrize(("words", "expected"), CASES)
async def test_words(search: Callable[..., Awaitable[list[str]]], words: str, expected: list[str]) -> None:
    assert await search(words) == expected


async def test_only_the_given_fields_are_searched(search: Callable[..., Awaitable[list[str]]]) -> None:
    """A word in a field that the actor may not read must not find the document."""
    assert await search("mango") == []
    assert await search("mango", "secret") == ["1"]
    assert await search("threads", "title") == ["3"]
    assert await search("threads", "n", "nobody's") == []


async def test_a_collection_without_texts_has_no_words(store: Store) -> None:
    query = Query(text=TextSearch("1", ("n",)))
    assert await store.find("numbers", query) == []
    assert await store.count("numbers", query) == 0


async def test_search_goes_with_filters_sorts_and_limits(search: Callable[..., Awaitable[list[str]]]) -> None:
    assert await search("concurrency", sort=parse_sort("n")) == ["3", "1"]
    assert await search("concurrency", sort=parse_sort("n"), limit=1) == ["3"]
    assert await search("concurrency", filter=parse_filter({"n": {"$gt": 2}})) == ["1"]
    assert await search("rust", filter=parse_filter({"body": {"$regex": "safe"}})) == ["1"]
    assert await search("rust", filter=parse_filter({"nothing": 1})) == []
    assert await search("rust", filter=parse_filter({"tags": "x"}), sort=parse_sort("-n")) == ["1", "2"]
    assert await search("threads", filter=parse_filter({"tags": "x"}), sort=parse_sort("-n")) == ["1"]
    assert await search("rust", filter=parse_filter({"tags": {"$ne": "y"}}), sort=parse_sort("tags")) == ["1"]


async def test_search_follows_changes(store: Store, search: Callable[..., Awaitable[list[str]]]) -> None:
    changed = {"id": "1", "version": 2, "title": "Ownership", "body": "Rust makes threads safe.", "secret": "kiwi"}
    await store.commit([Write("articles", "1", changed, expected=1), Write("articles", "2", None, expected=1)])
    assert await search("fearless") == []
    assert await search("owner") == ["1"]
    assert await search("rust") == ["1"]
    assert await search("mango", "secret") == []
    assert await search("kiwi", "secret") == ["1"]
    await store.commit([Write("articles", "1", {"id": "1", "version": 3}, expected=2)])
    assert await search("rust") == []


async def test_many_words_are_no_trouble(search: Callable[..., Awaitable[list[str]]]) -> None:
    assert await search(" ".join(["rust"] * 2000)) == ["1", "2"]
