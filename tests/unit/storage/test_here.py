"""Short reads on the event loop: what ends in a thread after all, what is the same either way, who waits for whom."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import Unavailable
from runtime.model.query import Query
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage import sorting
from runtime.storage.sqlite import here, select, statistics
from runtime.storage.sqlite.connection import Place, snapshot
from runtime.storage.sqlite.here import Here, Late
from runtime.storage.sqlite.pace import Pace
from runtime.storage.sqlite.readers import Readers, Short
from runtime.storage.sqlite.store import SqliteStore

Make = Callable[..., Any]
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
async def store(tmp_path: Path, field: Make, collection: Make) -> AsyncIterator[SqliteStore]:
    """A store of 400 notes whose `n` has an index and whose `m` has none."""
    store = SqliteStore(tmp_path / "store.db", clock=SystemClock())
    await store.open()
    await store.ensure([collection("notes", field("n", "number", index=True), field("m", "number"))])
    await store.commit([note(number) for number in range(400)])
    yield store
    await store.close()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads that answered, in order."""
    names: list[str] = []
    for function in ("get", "answer", "total"):
        original = getattr(select, function)

        def told(*parts: Any, original: Any = original) -> Any:
            names.append(threading.current_thread().name.partition("_")[0])
            return original(*parts)

        monkeypatch.setattr(select, function, told)
    return names


@pytest.fixture
def connection() -> Any:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def note(number: int, **fields: Any) -> Write:
    document = {"id": f"{number:03}", "version": 1, "n": number, "m": -number, **fields}
    return Write("notes", document["id"], document, expected=None)


def asking(filter: Any = None, sort: str = "id", limit: int | None = 2, **more: Any) -> Query:
    return Query(filter=parse_filter(filter or {}), sort=parse_sort(sort), limit=limit, **more)


async def found(store: SqliteStore, *parts: Any, **more: Any) -> list[str]:
    return [record.id for record in await store.find("notes", asking(*parts, **more))]


async def test_short_reads_are_answered_on_the_loop(store: SqliteStore, threads: list[str]) -> None:
    """The first of a shape goes to a thread, which makes its plan."""
    for number in (7, 8):
        assert await found(store, {"n": {"$gte": number}}, "n") == [f"{number:03}", f"{number + 1:03}"]
        assert await store.count("notes", asking({"n": {"$lt": number}})) == number
    record = await store.get("notes", "009")
    assert record is not None
    assert record.document["n"] == 9
    assert threads == ["hookstream-reader"] * 2 + ["MainThread"] * 3


async def test_what_cannot_be_interrupted_or_brings_much_goes_to_a_thread(
    store: SqliteStore, threads: list[str]
) -> None:
    for _ in range(2):
        assert len(await found(store, limit=None)) == 400
        assert len(await found(store, limit=101)) == 101
        assert await found(store, {"nothing": None}) == ["000", "001"]
        assert await found(store, {"n": {"$in": list(range(101))}}) == ["000", "001"]
        assert await store.count("notes", asking()) == 400
    assert threads == ["hookstream-reader"] * 10


async def test_a_read_over_its_budget_is_answered_in_a_thread_and_its_shape_left_alone(
    store: SqliteStore, threads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await found(store, sort="m") == ["399", "398"]
    monkeypatch.setattr(here, "BUDGET_TICKS", 1)
    for _ in range(20):
        assert await found(store, sort="m") == ["399", "398"]
    tried = ["MainThread", "hookstream-reader"]
    assert threads == ["hookstream-reader", *tried, *["hookstream-reader"] * 16, *tried, *["hookstream-reader"] * 2]


async def test_the_loop_goes_on_while_a_read_is_in_a_thread(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await found(store, sort="m") == ["399", "398"]
    monkeypatch.setattr(here, "BUDGET_TICKS", 1)
    go_on, answer = threading.Event(), select.answer

    def held_up(*parts: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            go_on.wait()
        return answer(*parts)

    monkeypatch.setattr(select, "answer", held_up)
    long = asyncio.create_task(found(store, sort="m"))
    for number in range(50):
        assert await store.get("notes", f"{number:03}") is not None
        await asyncio.sleep(0)
    assert not long.done()
    go_on.set()
    assert await long == ["399", "398"]


async def test_what_was_interrupted_leaves_nothing_behind(connection: sqlite3.Connection) -> None:
    """No transaction, which would hold an old state of the file for ever; and the next read has a budget of its own."""

    def read(connection: sqlite3.Connection) -> Any:
        with snapshot(connection):
            return connection.execute(FOREVER).fetchall()

    on_loop, pace = Here(connection), Pace()
    for _ in range(3):
        with pytest.raises(Late):
            on_loop.run(read, pace)
        assert not connection.in_transaction
        assert on_loop.run(lambda c: c.execute("SELECT 1").fetchone(), pace) == (1,)


async def test_a_locked_database_is_not_waited_for_on_the_loop(tmp_path: Path) -> None:
    path = tmp_path / "rollback.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE t (x)")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            on_loop = Here(connection)
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(Late) as caught:
                on_loop.run(lambda c: c.execute("SELECT * FROM t").fetchall(), Pace())
            assert getattr(caught.value.__cause__, "sqlite_errorname", "") == "SQLITE_BUSY"
            other.execute("COMMIT")


async def test_what_fails_on_the_loop_is_done_in_a_thread(connection: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as another:
        readers = Readers([another], Place(Path("unused.db")), Here(connection))

        def fail(_: sqlite3.Connection) -> tuple[int]:
            raise sqlite3.OperationalError("database is locked")

        assert await readers.run(lambda c: c.execute("SELECT 5").fetchone(), Short(fail, Pace())) == (5,)
        await readers.close()


async def test_after_close_both_ways_are_closed(store: SqliteStore) -> None:
    assert await found(store, sort="n") == await found(store, sort="n") == ["000", "001"]
    await store.close()
    for ask in (store.get("notes", "001"), store.get_many("notes", ["001"]), found(store, sort="n"), found(store)):
        with pytest.raises(Unavailable, match="is closed"):
            await ask


async def test_a_task_that_reads_and_reads_does_not_keep_the_loop_to_itself(store: SqliteStore) -> None:
    async def read_on() -> None:
        while True:
            await store.get("notes", "001")

    tasks = [asyncio.create_task(read_on()) for _ in range(3)]
    for _ in range(10):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_those_who_wait_for_the_next_turn_go_on_in_order(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(here, "TURN_S", 0.0)
    on_loop, order = Here(connection), []

    async def read(name: str) -> None:
        await on_loop.turn()
        order.append(name)
        on_loop.run(lambda c: c.execute("SELECT 1").fetchone(), Pace())

    first, second, gone, last = [asyncio.create_task(read(name)) for name in ("first", "second", "gone", "last")]
    await asyncio.sleep(0)
    assert order == ["first"]
    gone.cancel()
    await asyncio.gather(first, second, last)
    assert order == ["first", "second", "last"]


def test_a_shape_that_was_long_rests_twice_as_long_each_time() -> None:
    pace, rests = Pace(), []
    for _ in range(8):
        pace.was_long()
        rest = 0
        while not pace.is_due():
            rest += 1
        rests.append(rest)
    assert rests == [16, 32, 64, 128, 256, 512, 1024, 1024]
    pace.was_short()
    assert pace.is_due()


async def test_what_was_committed_is_seen_at_once(store: SqliteStore) -> None:
    for number in range(20):
        await store.commit([note(5, n=1000 + number)])
        record = await store.get("notes", "005")
        assert record is not None
        assert record.document["n"] == 1000 + number
        assert await found(store, {"n": 1000 + number}, "n") == ["005"]


async def test_another_process_may_change_the_layout_under_a_kept_plan(
    store: SqliteStore, tmp_path: Path, field: Make, collection: Make
) -> None:
    for _ in range(2):
        assert await found(store, {"m": -7}, "m") == ["007"]
    other = SqliteStore(tmp_path / "store.db", clock=SystemClock())
    await other.open()
    await other.ensure([collection("notes", field("n", "number", index=True))])
    await other.close()
    for _ in range(3):
        assert await found(store, {"m": -7}, "m") == ["007"]
        assert await found(store, {"m": -8}, "m") == ["008"]


async def test_going_through_all_sorts_by_a_key_without_an_index_in_parts(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an order with null, numbers, texts and booleans in it, where places end between equal values too."""
    monkeypatch.setattr(sorting, "SORT_LIMIT", 7)
    monkeypatch.setattr(select, "CHUNK_ROWS", 3)
    values = [None, True, "a", 3, None, 1.5, False, "b", 3, None, "a", True, 0, None, None]
    await store.commit([note(number, m=values[number], n=-1) for number in range(len(values))])
    up = ["000", "004", "009", "013", "014", "012", "005", "003", "008", "002", "010", "007", "006", "001", "011"]
    for sort, expected in (("m", up), ("-m", up[::-1])):
        for limit in (None, 15, 9, 7, 1):
            query = asking({"n": -1}, sort, limit)
            assert [record.id async for record in store.iterate("notes", query)] == expected[:limit]
        query = asking({"n": -1}, sort, None, offset=2)
        assert [record.id async for record in store.iterate("notes", query)] == expected[2:]


async def test_what_stops_matching_meanwhile_is_left_out(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(select, "CHUNK_ROWS", 2)
    seen = []
    async for record in store.iterate("notes", asking({"n": {"$lt": 6}}, "m", None)):
        seen.append(record.id)
        if len(seen) == 1:
            await store.commit([note(3, n=100), Write("notes", "001", None, expected=None)])
    assert seen == ["005", "004", "002", "000"]


async def test_sorting_is_done_once_for_many_chunks(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_times = []
    original = select.places

    def told(*parts: Any) -> Any:
        sorted_times.append(1)
        return original(*parts)

    monkeypatch.setattr(select, "places", told)
    monkeypatch.setattr(select, "CHUNK_ROWS", 10)
    assert len([record async for record in store.iterate("notes", asking(sort="m", limit=None))]) == 400
    assert sorted_times == [1]


async def test_a_collection_that_has_grown_is_analysed_and_all_connections_know(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:

        def known() -> dict[str, int]:
            rows = other.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'notes:keys'")
            return {name: int(stat.split()[0]) for name, stat in rows}

        (before,) = other.execute("PRAGMA schema_version").fetchone()
        assert known() == {}
        await store.commit([note(number) for number in range(400, 999)])
        await store.commit([note(999)])
        await store.commit([note(1000)])
        assert known() == {"notes:index:.n": 1000, "sqlite_autoindex_notes:keys_1": 1000}
        assert other.execute("PRAGMA schema_version").fetchone()[0] > before


def test_growth_is_told_once_and_then_when_it_may_have_doubled() -> None:
    growth = statistics.Growth()
    assert growth.written(["a"] * 999 + ["b"]) == []
    assert growth.written(["a", "a", "b"]) == ["a"]
    assert growth.written(["a"] * 5000) == []
    growth.analysed({"a": 6001})
    assert growth.written(["a"] * 6000) == []
    assert growth.written(["a"]) == ["a"]
    assert growth.written(["b"] * 997) == []
    assert growth.written(["b"]) == ["b"]
