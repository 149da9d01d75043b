"""Commits to MongoDB when others, or the network, are in the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from runtime.model.change import Change, Write
from runtime.model.clock import SystemClock
from runtime.model.errors import NotUnique, TooLarge, Unavailable, VersionConflict
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo import driver
from runtime.storage.mongo.store import MongoStore
from tests.mongopeer.errors import CommandError, write_conflict
from tests.mongopeer.server import Peer

Open = Callable[..., Awaitable[MongoStore]]
UNKNOWN = CommandError(50, "time is up", labels=["UnknownTransactionCommitResult"])


@pytest.fixture
def is_replica_set() -> bool:
    return True


@pytest.fixture
async def peer(is_replica_set: bool) -> AsyncIterator[Peer]:
    async with Peer(is_replica_set=is_replica_set) as peer:
        yield peer


@pytest.fixture
async def opened(
    peer: Peer, field: Callable[..., Any], collection: Callable[..., CollectionSpec]
) -> AsyncIterator[Open]:
    """Open a store on the peer, as each process has one, with notes; it is closed with the test."""
    specs = [
        collection("notes", field("slug", "slug", unique=True)),
        collection("_quiet", field("slug", "slug", unique=True), logged=False),
    ]
    async with AsyncExitStack() as stack:

        async def open_it(**options: str) -> MongoStore:
            store = MongoStore(peer.url(**options), clock=SystemClock())
            await store.open()
            stack.push_async_callback(store.close)
            await store.ensure(specs)
            return store

        yield open_it


standalone = pytest.mark.parametrize("is_replica_set", [False])
both = pytest.mark.parametrize("is_replica_set", [True, False])


def write(id: str, version: int = 1, expected: int | None = 0, collection: str = "notes", **fields: Any) -> Write:
    keep = fields.pop("keep_existing", False)
    document = {"id": id, "version": version, **fields}
    return Write(collection, id, document, expected=expected, keep_existing=keep)


async def stored(store: MongoStore, collection: str = "notes") -> dict[str, int]:
    return {record.id: record.version for record in await store.find(collection, Query())}


async def held_up(
    peer: Peer, command: str, work: Any, *, skip: int = 0
) -> tuple["asyncio.Future[list[Change]]", asyncio.Event]:
    """Start some work and return when a command of it waits at the peer; the event lets it go on."""
    gate = asyncio.Event()
    peer.fail(command, until=gate, skip=skip)
    before = peer.seen.count(command)
    task = asyncio.ensure_future(work)
    while peer.seen.count(command) <= before + skip:
        await asyncio.sleep(0)
    return task, gate


@pytest.mark.parametrize("command", ["find", "insert", "findAndModify", "commitTransaction"])
async def test_a_transaction_that_others_are_in_the_way_of_is_run_again(peer: Peer, opened: Open, command: str) -> None:
    store = await opened()
    peer.fail(command, times=3, error=write_conflict())
    changes = await store.commit([write("1"), write("2", expected=None)])
    assert [(change.seq, change.id) for change in changes] == [(1, "1"), (2, "2")]
    assert await store.changes(0, 10) == changes
    assert await stored(store) == {"1": 1, "2": 1}


async def test_a_transaction_that_others_are_always_in_the_way_of_is_given_up(
    peer: Peer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "TRANSACTION_ATTEMPTS", 3)
    store = await opened()
    peer.fail("insert", times=100, error=write_conflict())
    with pytest.raises(Unavailable, match="is too busy: others write the same documents all the time"):
        await store.commit([write("1")])
    assert peer.seen.count("insert") == 3
    assert await stored(store) == {}


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("command", ["insert", "findAndModify", "commitTransaction"])
async def test_a_batch_that_is_cut_off_is_applied_once(peer: Peer, opened: Open, command: str, drop: str) -> None:
    store = await opened()
    peer.fail(command, drop=drop)
    changes = await store.commit([write("1", slug="a"), write("2")])
    assert [(change.seq, change.id) for change in changes] == [(1, "1"), (2, "2")]
    assert await store.changes(0, 10) == changes
    assert await stored(store) == {"1": 1, "2": 1}


async def test_a_commit_without_an_answer_is_asked_for_again(peer: Peer, opened: Open) -> None:
    store = await opened()
    peer.fail("commitTransaction", times=4, error=UNKNOWN)
    await store.commit([write("1")])
    assert await stored(store) == {"1": 1}


async def test_a_commit_that_never_has_an_answer_is_said_to_be_unknown(peer: Peer, opened: Open) -> None:
    store = await opened()
    peer.fail("commitTransaction", times=100, error=UNKNOWN)
    with pytest.raises(Unavailable, match="nobody knows whether it did; read again before you repeat the write"):
        await store.commit([write("1")])


async def test_a_record_that_cannot_be_written_undoes_its_documents(peer: Peer, opened: Open) -> None:
    store = await opened()
    peer.fail("insert", skip=1, error=CommandError(1, "internal"))
    with pytest.raises(driver.OperationFailure):
        await store.commit([write("1")])
    assert await stored(store) == {}
    assert await store.last_seq() == 0
    await store.commit([write("2")])
    assert [change.id for change in await store.changes(0, 10)] == ["2"]


async def test_a_single_unlogged_write_needs_no_transaction(peer: Peer, opened: Open) -> None:
    store = await opened()
    await store.commit([write("1", collection="_quiet")])
    await store.commit([write("1", 2, 1, collection="_quiet"), write("2", collection="_quiet")])
    assert peer.seen.count("commitTransaction") == 1
    assert await stored(store, "_quiet") == {"1": 2, "2": 1}


@both
async def test_several_processes_count_up_without_losing_one(opened: Open, is_replica_set: bool) -> None:
    stores = [await opened() for _ in range(4)]
    await stores[0].commit([write("counter", n=0)])

    async def count_up(store: MongoStore) -> None:
        for _ in range(15):
            while True:
                record = await store.get("notes", "counter")
                assert record is not None
                try:
                    await store.commit(
                        [write("counter", record.version + 1, record.version, n=record.document["n"] + 1)]
                    )
                except VersionConflict:
                    continue
                break

    await asyncio.gather(*(count_up(store) for store in stores))
    record = await stores[1].get("notes", "counter")
    assert record is not None
    assert record.document == {"id": "counter", "version": 61, "n": 60}
    changes = await stores[2].changes(0, 100)
    assert sorted(change.version for change in changes) == list(range(1, 62))
    if is_replica_set:
        assert [change.version for change in changes] == list(range(1, 62))


@both
async def test_records_of_several_processes_have_numbers_of_their_own(opened: Open) -> None:
    stores = [await opened() for _ in range(3)]
    batches = [[write(f"{n} {m}"), write(f"{n} {m}'")] for n in range(3) for m in range(5)]
    outcomes = await asyncio.gather(*(stores[n % 3].commit(batch) for n, batch in enumerate(batches)))
    numbers = [change.seq for changes in outcomes for change in changes]
    assert sorted(numbers) == list(range(1, 31))
    assert all(second.seq == first.seq + 1 for first, second in outcomes)


@both
async def test_a_document_that_comes_into_being_meanwhile_is_kept(peer: Peer, opened: Open) -> None:
    first, second = await opened(), await opened()
    task, gate = await held_up(peer, "insert", first.commit([write("1", n=1, keep_existing=True), write("2")]))
    await second.commit([write("1", n=2)])
    gate.set()
    assert [change.id for change in await task] == ["2"]
    record = await first.get("notes", "1")
    assert record is not None
    assert record.document["n"] == 2


@both
async def test_whatever_comes_into_being_meanwhile_is_replaced(peer: Peer, opened: Open) -> None:
    first, second = await opened(), await opened()
    task, gate = await held_up(peer, "insert", first.commit([write("2"), write("1", 9, None)]))
    await second.commit([write("1")])
    gate.set()
    assert [(change.id, change.op) for change in await task] == [("2", "create"), ("1", "update")]
    assert await stored(first) == {"1": 9, "2": 1}


@both
async def test_a_unique_value_that_is_taken_meanwhile_is_told(peer: Peer, opened: Open) -> None:
    first, second = await opened(), await opened()
    task, gate = await held_up(peer, "insert", first.commit([write("1"), write("2", slug="a")]))
    await second.commit([write("3", slug="a")])
    gate.set()
    with pytest.raises(NotUnique) as caught:
        await task
    assert (caught.value.id, list(caught.value.errors)) == ("2", ["/slug"])
    assert await stored(second) == {"3": 1}


@standalone
async def test_one_by_one_a_batch_that_is_overtaken_is_undone(peer: Peer, opened: Open) -> None:
    first, second = await opened(), await opened()
    await first.commit([write("1"), write("2", slug="b"), write("3", n=1)])
    batch = [write("new"), write("1", 2, 1), Write("notes", "2", None, expected=1), write("3", 2, 1)]
    task, gate = await held_up(peer, "update", first.commit(batch), skip=1)
    await second.commit([write("3", 5, 1, n=2)])
    gate.set()
    with pytest.raises(VersionConflict) as caught:
        await task
    assert (caught.value.id, caught.value.stored) == ("3", 5)
    assert await stored(first) == {"1": 1, "2": 1, "3": 5}
    assert [change.id for change in await first.changes(3, 10)] == ["3"]
    with pytest.raises(NotUnique):
        await second.commit([write("4", slug="b")])


@standalone
async def test_one_by_one_a_lost_connection_is_told(peer: Peer, opened: Open) -> None:
    store = await opened()
    peer.fail("insert", drop="before")
    with pytest.raises(Unavailable, match="does not answer"):
        await store.commit([write("1")])
    await store.commit([write("1")])
    assert await stored(store) == {"1": 1}


@both
async def test_a_change_too_large_for_the_log_is_refused_whole(opened: Open) -> None:
    store = await opened()
    large = "x" * 9_000_000
    await store.commit([write("1", text=large), write("1", collection="_quiet", text=large)])
    with pytest.raises(TooLarge, match=r"the old and the new form of notes/1 have 17\.2 MiB together"):
        await store.commit([write("2"), write("1", 2, 1, text=large)])
    await store.commit([write("1", 2, 1, collection="_quiet", text=large)])
    assert await stored(store) == {"1": 1}
    assert await store.last_seq() == 1
