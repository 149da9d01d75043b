"""Commits that wait together go into one transaction together, and each still succeeds or fails by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.change import Change, Op, Write
from runtime.model.clock import SystemClock
from runtime.model.errors import AlreadyExists, NotUnique, StoreConflict, TooLarge, Unavailable, VersionConflict
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo import line
from runtime.storage.mongo.store import MongoStore
from tests.mongopeer.errors import CommandError, write_conflict
from tests.mongopeer.server import Peer


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def store(
    peer: Peer, field: Callable[..., Any], collection: Callable[..., CollectionSpec]
) -> AsyncIterator[MongoStore]:
    store = MongoStore(peer.url(serverSelectionTimeoutMS="1000"), clock=SystemClock())
    await store.open()
    slug = field("slug", "slug", unique=True)
    await store.ensure([collection("notes", slug), collection("_quiet", slug, logged=False)])
    yield store
    await store.close()


def write(id: str, version: int = 1, expected: int | None = 0, collection: str = "notes", **fields: Any) -> Write:
    return Write(collection, id, {"id": id, "version": version, **fields}, expected=expected)


async def stored(store: MongoStore, collection: str = "notes") -> dict[str, int]:
    return {record.id: record.version for record in await store.find(collection, Query())}


async def behind_one(peer: Peer, store: MongoStore, *batches: list[Write]) -> list[Any]:
    """Commit batches that all wait while one in front of them is committed; return what came of them."""
    gate = asyncio.Event()
    peer.fail("commitTransaction", until=gate)
    first = asyncio.ensure_future(store.commit([write("first")]))
    while "commitTransaction" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    waiting = asyncio.gather(*(store.commit(batch) for batch in batches), return_exceptions=True)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    peer.seen.clear()
    gate.set()
    await first
    return await waiting


def told(outcomes: list[Any]) -> list[Any]:
    """The ids of the records of those that were committed, the type of failure of the others."""
    return [
        type(outcome) if isinstance(outcome, BaseException) else [change.id for change in outcome]
        for outcome in outcomes
    ]


async def test_those_that_wait_together_are_one_transaction(peer: Peer, store: MongoStore) -> None:
    outcomes = await behind_one(peer, store, *([write(f"{n}"), write(f"{n}'")] for n in range(10)))
    assert peer.seen.count("commitTransaction") == 1
    assert [[change.seq for change in changes] for changes in outcomes] == [[2 * n + 2, 2 * n + 3] for n in range(10)]
    assert [change for changes in outcomes for change in changes] == await store.changes(1, 100)
    assert len(await stored(store)) == 21


async def test_what_cannot_be_applied_fails_alone(peer: Peer, store: MongoStore) -> None:
    await store.commit([write("there", slug="there"), write("second", 3)])
    outcomes = await behind_one(
        peer,
        store,
        [write("1")],
        [write("there")],
        [write("2"), write("second", 3, 2)],
        [write("3", slug="there")],
        [write("4", slug="same")],
        [write("5", slug="same")],
        [write("6"), Write("notes", "nothing", None, expected=1)],
        [write("7")],
    )
    assert told(outcomes) == [
        ["1"], AlreadyExists, VersionConflict, NotUnique, ["4"], NotUnique, VersionConflict, ["7"],
    ]  # fmt: skip
    assert await stored(store) == {"there": 1, "second": 3, "first": 1, "1": 1, "4": 1, "7": 1}
    assert [change.id for change in await store.changes(0, 100)] == ["there", "second", "first", "1", "4", "7"]


async def test_those_of_one_document_come_one_after_another(peer: Peer, store: MongoStore) -> None:
    batches = [[write("1")], [write("1", 2, 1), write("2")], [write("1", 3, 2)], [write("1", 3, 2)]]
    outcomes = await behind_one(peer, store, *batches)
    assert told(outcomes) == [["1"], ["1", "2"], ["1"], VersionConflict]
    assert await stored(store) == {"first": 1, "1": 3, "2": 1}


async def test_a_value_that_one_gives_up_the_next_may_take(peer: Peer, store: MongoStore) -> None:
    await store.commit([write("1", slug="a")])
    outcomes = await behind_one(peer, store, [Write("notes", "1", None, expected=1)], [write("2", slug="a")])
    assert told(outcomes) == [["1"], ["2"]]
    assert await stored(store) == {"first": 1, "2": 1}


async def test_a_change_too_large_for_the_log_fails_alone(peer: Peer, store: MongoStore) -> None:
    await store.commit([write("1", text="x" * 9_000_000)])
    line_bytes = "y" * 3_000_000
    outcomes = await behind_one(peer, store, [write("2")], [write("1", 2, 1, text=line_bytes * 3)], [write("3")])
    assert told(outcomes) == [["2"], TooLarge, ["3"]]


async def test_what_leaves_no_records_goes_with_the_others(peer: Peer, store: MongoStore) -> None:
    quiet = [write("1", collection="_quiet"), write("2", collection="_quiet")]
    outcomes = await behind_one(peer, store, [write("1")], quiet, [write("2"), write("3", collection="_quiet")])
    assert told(outcomes) == [["1"], [], ["2"]]
    assert await stored(store, "_quiet") == {"1": 1, "2": 1, "3": 1}
    assert peer.seen.count("commitTransaction") == 1


async def test_one_transaction_takes_no_more_than_its_measure(
    peer: Peer, store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "WRITES_TOGETHER", 4)
    monkeypatch.setattr(line, "BYTES_TOGETHER", 10_000)
    outcomes = await behind_one(
        peer, store, *([write(f"{n}"), write(f"{n}'")] for n in range(4)), [write("large", text="x" * 20_000)]
    )
    assert len(told(outcomes)) == 5
    assert peer.seen.count("commitTransaction") == 3
    assert len(await stored(store)) == 10


async def test_a_group_that_others_are_in_the_way_of_is_run_again(peer: Peer, store: MongoStore) -> None:
    peer.fail("findAndModify", skip=1, error=write_conflict())
    outcomes = await behind_one(peer, store, *([write(f"{n}")] for n in range(5)))
    assert told(outcomes) == [["0"], ["1"], ["2"], ["3"], ["4"]]
    assert await store.last_seq() == 6


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_group_that_is_cut_off_is_applied_once(peer: Peer, store: MongoStore, drop: str) -> None:
    peer.fail("commitTransaction", skip=1, drop=drop)
    outcomes = await behind_one(peer, store, *([write(f"{n}")] for n in range(5)))
    assert told(outcomes) == [["0"], ["1"], ["2"], ["3"], ["4"]]
    assert [change.seq for change in await store.changes(0, 100)] == [1, 2, 3, 4, 5, 6]


async def test_a_failure_of_the_server_is_told_to_all_and_the_next_go_on(peer: Peer, store: MongoStore) -> None:
    peer.fail("findAndModify", skip=1, error=CommandError(14031, "no space left"))
    outcomes = await behind_one(peer, store, *([write(f"{n}")] for n in range(3)))
    assert told(outcomes) == [Unavailable] * 3
    await store.commit([write("late")])
    assert await stored(store) == {"first": 1, "late": 1}


async def test_a_fault_of_ours_is_told_to_all(peer: Peer, store: MongoStore) -> None:
    peer.fail("findAndModify", skip=1, error=CommandError(9, "cannot parse"))
    outcomes = await behind_one(peer, store, [write("1")], [write("2")])
    assert [str(outcome).partition(",")[0] for outcome in outcomes] == ["cannot parse", "cannot parse"]
    assert await stored(store) == {"first": 1}


async def test_who_gives_up_waiting_keeps_nobody_from_being_committed(peer: Peer, store: MongoStore) -> None:
    gate = asyncio.Event()
    peer.fail("commitTransaction", until=gate)
    tasks = [asyncio.ensure_future(store.commit([write(f"{n}")])) for n in range(5)]
    while "commitTransaction" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    for task in tasks[:3]:
        task.cancel()
    gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert told(outcomes) == [asyncio.CancelledError] * 3 + [["3"], ["4"]]
    await store.close()
    again = MongoStore(peer.url(), clock=SystemClock())
    await again.open()
    assert [change.id for change in await again.changes(0, 100)] == ["0", "1", "2", "3", "4"]
    await again.close()


def random_write(name: str, kind: str, expected: int | None, slug: str) -> Write:
    if kind == "delete":
        return Write("notes", name, None, expected=expected)
    return write(name, (expected or 0) + 1, expected, **({"slug": slug} if slug else {}))


writes = st.builds(
    random_write,
    st.sampled_from(["a", "b", "c", "d"]),
    st.sampled_from(["put", "put", "put", "delete"]),
    st.sampled_from([0, 0, 1, 2, None]),
    st.sampled_from(["", "", "x", "y"]),
)
batches = st.lists(writes, min_size=1, max_size=3, unique_by=lambda write: write.id)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(waiting=st.lists(batches, min_size=2, max_size=8))
async def test_whatever_waits_together_the_log_tells_what_became_of_it(
    waiting: list[list[Write]], peer: Peer, store: MongoStore
) -> None:
    """Each is there whole or not at all, and the documents are what the log makes of them, record by record."""
    for table in peer.data.tables.values():
        if table.namespace != "test._store":
            table.documents, table.written = {}, {}
    before = await store.last_seq()
    outcomes = await behind_one(peer, store, *waiting)
    log = await store.changes(before, 1000)
    acknowledged: list[Change] = []
    for batch, outcome in zip(waiting, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            assert isinstance(outcome, StoreConflict)
            continue
        assert {change.id for change in outcome} <= {write.id for write in batch}
        assert outcome == [change for change in log if change in outcome]
        acknowledged += outcome
    assert sorted([change.seq for change in acknowledged]) == [change.seq for change in log[1:]]
    documents: dict[str, Any] = {}
    for change in log:
        assert documents.pop(change.id, None) == change.before
        if change.op is not Op.DELETE:
            documents[change.id] = change.after
    assert {record.id: record.document for record in await store.find("notes", Query())} == documents
    slugs = [document["slug"] for document in documents.values() if "slug" in document]
    assert len(slugs) == len(set(slugs))
