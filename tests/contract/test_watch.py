"""A store tells what others commit to its database: in commit order, nothing twice, nothing of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest

from runtime.model.change import Change, Op, Write
from runtime.model.errors import Unavailable
from runtime.model.ports import Foreign, Store
from runtime.model.specs import CollectionSpec


@pytest.fixture(autouse=True)
async def notes(store: Store, other: Store, collection: Callable[..., CollectionSpec]) -> None:
    for each in (store, other):
        await each.ensure([collection("notes"), collection("_quiet", logged=False)])


def create(id: str, collection: str = "notes") -> Write:
    return Write(collection, id, {"id": id, "version": 1}, expected=0)


async def until(watching: AsyncIterator[Foreign], last: str) -> list[Change]:
    """Return what is told up to the change of a document."""
    seen: list[Change] = []
    async for foreign in watching:
        assert foreign.missed == 0
        seen += foreign.changes
        assert not seen or foreign.seq >= seen[-1].seq
        if seen and seen[-1].id == last:
            return seen
    raise AssertionError("it ended")


async def test_what_others_commit_is_told_from_now_on(store: Store, other: Store, clock: Any) -> None:
    await other.commit([create("before")])
    async with aclosing(store.watch()) as watching:
        assert await anext(watching) == Foreign((), seq=1)
        await other.commit([Write("notes", "1", {"id": "1", "version": 1, "text": "a"}, expected=0, by="u1")])
        clock.seconds += 1
        await other.commit([Write("notes", "1", {"id": "1", "version": 2, "text": "b"}, expected=1)])
        await other.commit([Write("notes", "1", None, expected=2)])
        await other.commit([create("last")])
        last = Change(5, "notes", "last", Op.CREATE, 1, "2026-01-15T10:30:01.000Z", None, None, create("last").document)
        first, second = {"id": "1", "version": 1, "text": "a"}, {"id": "1", "version": 2, "text": "b"}
        assert await until(watching, "last") == [
            Change(2, "notes", "1", Op.CREATE, 1, "2026-01-15T10:30:00.000Z", "u1", None, first),
            Change(3, "notes", "1", Op.UPDATE, 2, "2026-01-15T10:30:01.000Z", None, first, second),
            Change(4, "notes", "1", Op.DELETE, 2, "2026-01-15T10:30:01.000Z", None, second, None),
            last,
        ]


async def test_its_own_commits_are_not(store: Store, other: Store) -> None:
    async with aclosing(store.watch()) as watching, aclosing(other.watch()) as opposite:
        for each in (watching, opposite):
            await anext(each)
        for n in range(20):
            await store.commit([create(f"own {n}")])
            await other.commit([create(f"other {n}"), create(f"quiet {n}", "_quiet")])
        assert [change.id for change in await until(watching, "other 19")] == [f"other {n}" for n in range(20)]
        assert [change.id for change in await until(opposite, "own 19")] == [f"own {n}" for n in range(20)]


async def test_both_write_at_once_and_each_is_told_of_the_other_in_order(store: Store, other: Store) -> None:
    async with aclosing(store.watch()) as watching:
        await anext(watching)
        await asyncio.gather(
            *(each.commit([create(f"{each is store} {n}")]) for n in range(60) for each in (store, other))
        )
        await other.commit([create("last")])
        seen = await until(watching, "last")
        recorded = await store.changes(0, 1000)
        assert seen == [change for change in recorded if not change.id.startswith("True")]
        assert len(seen) == 61


async def test_it_goes_on_from_where_it_was(store: Store, other: Store) -> None:
    async with aclosing(store.watch()) as watching:
        begun = await anext(watching)
    await other.commit([create("meanwhile")])
    async with aclosing(store.watch(begun.seq)) as watching:
        assert [change.id for change in await until(watching, "meanwhile")] == ["meanwhile"]


async def test_more_than_it_holds_at_once_comes_in_parts(store: Store, other: Store) -> None:
    async with aclosing(store.watch(0)) as watching:
        await other.commit([create(f"n{n}") for n in range(1200)])
        assert [change.id for change in await until(watching, "n1199")] == [f"n{n}" for n in range(1200)]


async def test_what_was_pruned_before_it_was_seen_is_counted(store: Store, other: Store, clock: Any) -> None:
    await other.commit([create(f"gone {n}") for n in range(3)])
    clock.seconds += 60
    await other.commit([create("kept")])
    await other.prune_changes("2026-01-15T10:30:30.000Z")
    async with aclosing(store.watch(1)) as watching:
        foreign = await anext(watching)
    assert ([change.id for change in foreign.changes], foreign.seq, foreign.missed) == (["kept"], 4, 2)


async def test_a_closed_store_ends_it(store: Store, other: Store) -> None:
    async with aclosing(store.watch()) as watching:
        await anext(watching)
        await store.close()
        with pytest.raises(Unavailable, match="closed"):
            await anext(watching)
