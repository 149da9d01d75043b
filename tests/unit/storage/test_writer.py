"""One thread writes: what waits shares a transaction, each part fails alone, and whoever waits hears of it."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from runtime.model.errors import Conflict, Unavailable
from runtime.storage.sqlite.connection import Place
from runtime.storage.sqlite.writer import GROUP_LIMIT, NotTogether, Work, Writer

Part = Callable[[sqlite3.Connection], Any]


class Traced:
    """A writer over a file, all statements of which are written down; it can be held in the middle of a part."""

    def __init__(self, path: Path) -> None:
        self.place = Place(path, lock_timeout_s=0.05)
        self.connection = self.place.create()
        self.connection.execute("CREATE TABLE t (v UNIQUE)")
        self.statements: list[str] = []
        self.connection.set_trace_callback(self.statements.append)
        self.begun = 0
        work = Work(begin=self.count, together=self.together, one=self.one)
        self.writer = Writer(self.connection, self.place, work)
        self.go_on = threading.Event()
        self.is_held = threading.Event()

    def count(self, _: sqlite3.Connection) -> None:
        self.begun += 1

    def together(self, connection: sqlite3.Connection, parts: Sequence[Part]) -> list[Any]:
        try:
            return [part(connection) for part in parts]
        except (Conflict, KeyError) as error:
            raise NotTogether from error

    def one(self, connection: sqlite3.Connection, part: Part) -> Any:
        return part(connection)

    def insert(self, value: Any) -> Callable[[sqlite3.Connection], Any]:
        return lambda connection: connection.execute("INSERT INTO t VALUES (?)", (value,)).rowcount

    def fail(self, error: Exception) -> Callable[[sqlite3.Connection], Any]:
        def run(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO t VALUES ('half')")
            raise error

        return run

    async def hold(self) -> "asyncio.Future[None]":
        """Occupy the thread, so that what is submitted from now on waits together."""

        def wait(_: sqlite3.Connection) -> None:
            self.is_held.set()
            self.go_on.wait()

        held = self.writer.write(wait)
        await asyncio.to_thread(self.is_held.wait)
        return held

    def values(self) -> list[Any]:
        reader = self.place.read()
        found = [value for (value,) in reader.execute("SELECT v FROM t ORDER BY v")]
        reader.close()
        return found


@pytest.fixture
async def traced(tmp_path: Path) -> AsyncIterator[Traced]:
    traced = Traced(tmp_path / "store.db")
    yield traced
    traced.go_on.set()
    await traced.writer.close()
    traced.connection.close()


async def test_what_waits_shares_one_transaction(traced: Traced) -> None:
    held = await traced.hold()
    waiting = [traced.writer.write(traced.insert(n)) for n in range(50)]
    traced.go_on.set()
    await held
    assert await asyncio.gather(*waiting) == [1] * 50
    assert traced.statements.count("COMMIT") == 2
    assert traced.statements.count("SAVEPOINT part") == 0
    assert traced.begun == 2
    assert traced.values() == list(range(50))


async def test_what_is_submitted_in_one_turn_of_the_loop_is_one_group(traced: Traced) -> None:
    assert await asyncio.gather(*(traced.writer.write(traced.insert(n)) for n in range(50))) == [1] * 50
    assert traced.statements.count("COMMIT") == 1


async def test_a_group_is_bounded(traced: Traced) -> None:
    held = await traced.hold()
    waiting = [traced.writer.write(traced.insert(n)) for n in range(GROUP_LIMIT + 1)]
    traced.go_on.set()
    await asyncio.gather(held, *waiting)
    assert traced.statements.count("COMMIT") == 3


async def test_results_come_after_the_commit(traced: Traced) -> None:
    held = await traced.hold()
    first = traced.writer.write(traced.insert(1))
    last = traced.writer.write(lambda _: (first.done(), traced.values()))
    traced.go_on.set()
    await held
    assert await last == (False, [])
    assert first.done()
    assert traced.values() == [1]


async def test_each_part_fails_alone_and_leaves_no_trace(traced: Traced) -> None:
    held = await traced.hold()
    parts = [
        traced.insert(1), traced.fail(Conflict("no")), traced.insert(2), traced.fail(KeyError("bug")), traced.insert(3)
    ]  # fmt: skip
    waiting = [traced.writer.write(part) for part in parts]
    traced.go_on.set()
    await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, Conflict, int, KeyError, int]
    assert traced.statements.count("COMMIT") == 2
    assert traced.statements.count("SAVEPOINT part") == 5
    assert traced.values() == [1, 2, 3]


async def test_where_sqlite_fails_the_others_are_tried_again_each_alone(traced: Traced) -> None:
    held = await traced.hold()
    waiting = [traced.writer.write(traced.insert(value)) for value in (1, 2, 1, 3)]
    traced.go_on.set()
    await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, int, sqlite3.IntegrityError, int]
    assert traced.values() == [1, 2, 3]


async def test_a_full_disk_refuses_what_is_too_much_and_takes_the_rest(traced: Traced) -> None:
    (pages,) = traced.connection.execute("PRAGMA page_count").fetchone()
    traced.connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    held = await traced.hold()
    waiting = [traced.writer.write(traced.insert(value)) for value in ("a", "b" * 100_000, "c")]
    traced.go_on.set()
    await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [int, Unavailable, int]
    assert "the disk is full; free some space" in str(outcomes[1])
    assert traced.values() == ["a", "c"]


async def test_what_wants_to_be_alone_shares_with_nobody(traced: Traced) -> None:
    held = await traced.hold()
    kinds = [False, False, True, False, True, True, False]
    waiting = [(traced.writer.run if alone else traced.writer.write)(traced.insert(n)) for n, alone in enumerate(kinds)]
    traced.go_on.set()
    await asyncio.gather(held, *waiting)
    assert traced.statements.count("COMMIT") == 1 + 6
    assert traced.values() == list(range(7))


async def test_what_is_cancelled_before_its_turn_never_runs(traced: Traced) -> None:
    held = await traced.hold()
    waiting = [traced.writer.write(traced.insert(n)) for n in range(4)]
    waiting[1].cancel()
    waiting[3].cancel()
    traced.go_on.set()
    await asyncio.gather(held, *waiting, return_exceptions=True)
    assert traced.values() == [0, 2]


async def test_what_is_cancelled_while_it_runs_is_applied_whole(traced: Traced) -> None:
    held = await traced.hold()
    held.cancel()
    traced.go_on.set()
    assert await traced.writer.write(traced.insert(1)) == 1
    assert held.cancelled()


async def test_another_process_that_writes_too_long_makes_it_unavailable(traced: Traced) -> None:
    other = sqlite3.connect(traced.place.path or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    held, waiting = traced.writer.write(traced.insert(0)), [traced.writer.write(traced.insert(n)) for n in (1, 2, 3)]
    with pytest.raises(Unavailable, match=r"was locked by another process for 0\.05 seconds"):
        await held
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
    assert traced.statements.count("BEGIN IMMEDIATE") <= 2
    other.execute("ROLLBACK")
    other.close()
    assert await traced.writer.write(traced.insert(4)) == 1
    assert traced.values() == [4]


async def test_a_fault_before_the_parts_reaches_all_of_them(tmp_path: Path) -> None:
    def begun(_: sqlite3.Connection) -> None:
        raise RuntimeError("broken")

    place = Place(tmp_path / "store.db")
    connection = place.create()
    writer = Writer(
        connection, place, Work(begin=begun, together=lambda _, batches: batches, one=lambda _, batch: batch)
    )
    for _ in range(2):
        with pytest.raises(RuntimeError, match="broken"):
            await writer.write("batch")
    assert not connection.in_transaction
    await writer.close()
    connection.close()


async def test_closing_finishes_what_waits_and_refuses_the_rest(traced: Traced) -> None:
    held = await traced.hold()
    waiting = [(traced.writer.run if n == 2 else traced.writer.write)(traced.insert(n)) for n in range(4)]
    closing = asyncio.ensure_future(traced.writer.close())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="closed"):
        traced.writer.write(traced.insert(9))
    traced.go_on.set()
    await closing
    assert all(part.done() for part in [held, *waiting])
    assert traced.values() == [0, 1, 2, 3]
    await traced.writer.close()
