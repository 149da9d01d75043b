"""What a store tells of itself, for people."""

from collections.abc import Awaitable, Callable
from typing import Any

from runtime.model.change import Write
from runtime.model.ports import Store, Tally
from runtime.model.specs import CollectionSpec

Create = Callable[..., Awaitable[Any]]


async def test_documents_are_told_by_collection_and_changes_as_far_as_they_are_kept(
    store: Store, collection: Callable[..., CollectionSpec], create: Create
) -> None:
    await store.ensure([collection("notes"), collection("empty"), collection("_quiet", logged=False)])
    await create("notes", [{"id": "1"}, {"id": "2"}, {"id": "3"}])
    await create("_quiet", [{"id": "1"}])
    await store.commit([Write("notes", "2", None, expected=1)])
    told = await store.survey()
    numbers = {name: tally.number for name, tally in told.documents.items()}
    assert numbers == {"_quiet": 1, "empty": 0, "notes": 2}
    assert list(numbers) == ["_quiet", "empty", "notes"]
    assert told.changes.number == 4


async def test_old_changes_that_were_pruned_are_not_counted(
    store: Store, collection: Callable[..., CollectionSpec], create: Create, clock: Any
) -> None:
    await store.ensure([collection("notes")])
    assert (await store.survey()).changes.number == 0
    await create("notes", [{"id": "1"}, {"id": "2"}])
    clock.seconds += 60
    await create("notes", [{"id": "3"}])
    assert await store.prune_changes("2026-01-15T10:30:30.000Z") == 2
    assert (await store.survey()).changes.number == 1


async def test_what_keeps_them_is_named_with_its_version_and_size(store: Store) -> None:
    told = await store.survey()
    engines = {"sqlite": "SQLite 3.", "mongodb": "MongoDB "}
    assert told.engine.startswith(engines[store.capabilities.name])
    assert set(told.size_bytes) in ({"file", "wal"}, {"memory"}, {"data", "indexes"})
    assert sum(told.size_bytes.values()) > 0


async def test_no_password_is_in_the_place(store: Store) -> None:
    place = (await store.survey()).place
    assert place
    assert "@" not in place


async def test_a_large_collection_of_a_file_is_estimated(
    store: Store, collection: Callable[..., CollectionSpec], monkeypatch: Any, create: Create
) -> None:
    monkeypatch.setattr("runtime.storage.sqlite.survey.COUNTED", 2)
    await store.ensure([collection("notes")])
    await create("notes", [{"id": str(number)} for number in range(5)])
    tally = (await store.survey()).documents["notes"]
    is_mongo = store.capabilities.name == "mongodb"
    assert tally == Tally(5, exact=False) if is_mongo else (2 <= tally.number <= 5 and not tally.exact)
