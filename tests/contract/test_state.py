"""What was read stays right for as long as a store's state is equal: every commit, whoever's, makes it another."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.errors import NotUnique
from runtime.model.ports import Store
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec


@pytest.fixture(autouse=True)
async def notes(store: Store, collection: Callable[..., CollectionSpec], field: Callable[..., Any]) -> None:
    await store.ensure([collection("notes", field("slug", unique=True)), collection("_quiet", logged=False)])


def create(id: str, collection: str = "notes") -> Write:
    return Write(collection, id, {"id": id, "version": 1, "slug": id}, expected=0)


def tells(store: Store) -> bool:
    """Return whether the store knows its state without waiting: a SQLite file does."""
    return store.capabilities.name == "sqlite" and store.capabilities.durable


async def test_reading_leaves_it_equal(store: Store) -> None:
    await store.commit([create("1")])
    before = store.state()
    assert [record.id for record in await store.find("notes", Query(limit=2))] == ["1"]
    assert await store.get("notes", "1") is not None
    assert store.state() == before
    assert (before is not None) == tells(store)


async def test_each_commit_makes_it_another(store: Store) -> None:
    seen = [store.state()]
    for write in (create("1"), create("1", "_quiet"), Write("notes", "1", None, expected=1)):
        await store.commit([write])
        seen.append(store.state())
    assert seen == [None] * 4 if not tells(store) else len(set(seen)) == 4


async def test_what_was_refused_may_leave_it_equal_and_what_follows_does_not(store: Store) -> None:
    await store.commit([create("1")])
    with pytest.raises(NotUnique):
        await store.commit([Write("notes", "2", {"id": "2", "version": 1, "slug": "1"}, expected=0)])
    before = store.state()
    await store.commit([create("2")])
    assert store.state() is None or store.state() != before


async def test_what_another_process_commits_makes_it_another(
    store: Store, other: Store, collection: Callable[..., CollectionSpec], field: Callable[..., Any]
) -> None:
    await other.ensure([collection("notes", field("slug", unique=True)), collection("_quiet", logged=False)])
    before = store.state()
    await other.commit([create("1")])
    assert store.state() is None or store.state() != before
    assert await store.get("notes", "1") is not None
