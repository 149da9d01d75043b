"""Every commit of a logged collection leaves records, in commit order."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.change import Change, Op, Write
from runtime.model.errors import AlreadyExists
from runtime.model.ports import Store
from runtime.model.specs import CollectionSpec


@pytest.fixture(autouse=True)
async def notes(store: Store, collection: Callable[..., CollectionSpec]) -> None:
    await store.ensure([collection("notes"), collection("_quiet", logged=False)])


def write(id: str, version: int | None, expected: int | None, by: str | None = None, **fields: Any) -> Write:
    document = None if version is None else {"id": id, "version": version, **fields}
    return Write("notes", id, document, expected=expected, by=by)


async def test_records_tell_what_happened(store: Store, clock: Any) -> None:
    created = await store.commit([write("1", 1, 0, "u1", text="a")])
    clock.seconds += 61.5
    updated = await store.commit([write("1", 2, 1, "u2", text="b")])
    deleted = await store.commit([write("1", None, 2)])
    first, second = {"id": "1", "version": 1, "text": "a"}, {"id": "1", "version": 2, "text": "b"}
    expected = [
        Change(1, "notes", "1", Op.CREATE, 1, "2026-01-15T10:30:00.000Z", "u1", None, first),
        Change(2, "notes", "1", Op.UPDATE, 2, "2026-01-15T10:31:01.500Z", "u2", first, second),
        Change(3, "notes", "1", Op.DELETE, 2, "2026-01-15T10:31:01.500Z", None, second, None),
    ]
    assert created + updated + deleted == expected
    assert await store.changes(0, 100) == expected
    assert await store.changes(1, 1) == expected[1:2]
    assert await store.changes(3, 100) == []
    assert await store.last_seq() == 3


async def test_quiet_collections_leave_none(store: Store) -> None:
    assert await store.commit([Write("_quiet", "1", {"id": "1", "version": 1}, expected=0)]) == []
    assert await store.changes(0, 10) == []
    assert await store.last_seq() == 0


async def test_a_batch_is_recorded_in_its_order(store: Store) -> None:
    changes = await store.commit([write("b", 1, 0), write("a", 1, 0), write("c", 1, 0)])
    assert [(change.seq, change.id) for change in changes] == [(1, "b"), (2, "a"), (3, "c")]


async def test_what_failed_leaves_none(store: Store) -> None:
    await store.commit([write("1", 1, 0)])
    with pytest.raises(AlreadyExists):
        await store.commit([write("2", 1, 0), write("1", 1, 0)])
    await store.commit([write("3", 1, 0)])
    assert [change.id for change in await store.changes(0, 10)] == ["1", "3"]


async def test_records_of_concurrent_commits_are_in_commit_order(store: Store) -> None:
    outcomes = await asyncio.gather(*(store.commit([write(f"a{n}", 1, 0), write(f"b{n}", 1, 0)]) for n in range(30)))
    recorded = await store.changes(0, 100)
    assert [change.seq for change in recorded] == sorted(change.seq for change in recorded)
    assert sorted((change for changes in outcomes for change in changes), key=lambda c: c.seq) == recorded
    for changes in outcomes:
        assert changes[1].seq == changes[0].seq + 1


async def test_old_records_are_pruned_and_their_numbers_not_given_again(store: Store, clock: Any) -> None:
    await store.commit([write(f"n{n}", 1, 0) for n in range(2500)])
    clock.seconds += 1
    await store.commit([write("late", 1, 0)])
    assert await store.prune_changes("2026-01-15T10:30:00.000Z") == 0
    assert await store.prune_changes("2026-01-15T10:30:00.001Z") == 2500
    assert [change.id for change in await store.changes(0, 10)] == ["late"]
    assert await store.prune_changes("2027") == 1
    assert await store.last_seq() == 0
    (change,) = await store.commit([write("next", 1, 0)])
    assert change.seq == 2502
