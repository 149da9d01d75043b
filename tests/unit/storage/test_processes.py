"""Several processes on one file; here each is a store of its own, which shares nothing with the others but the file."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import NotUnique
from runtime.model.query import Query, TextSearch
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage.sqlite.store import SqliteStore

Make = Callable[..., Any]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[list[SqliteStore]]:
    stores = [SqliteStore(tmp_path / "store.db", clock=SystemClock()) for _ in range(2)]
    for store in stores:
        await store.open()
    yield stores
    for store in stores:
        await store.close()


def create(id: str, **fields: Any) -> Write:
    return Write("notes", id, {"id": id, "version": 1, **fields}, expected=0)


async def found(store: SqliteStore, filter: Any = None, sort: str = "id", **more: Any) -> list[str]:
    query = Query(filter=parse_filter(filter or {}), sort=parse_sort(sort), **more)
    return [record.id for record in await store.find("notes", query)]


async def test_each_sees_what_the_other_committed(stores: list[SqliteStore], collection: Make) -> None:
    one, other = stores
    await one.ensure([collection("notes")])
    assert await other.ensure([collection("notes")]) == []
    for n in range(20):
        await stores[n % 2].commit([create(f"{n:02}")])
        assert await found(stores[1 - n % 2]) == [f"{m:02}" for m in range(n + 1)]
    assert [change.id for change in await other.changes(0, 100)] == [f"{n:02}" for n in range(20)]
    assert await one.last_seq() == await other.last_seq() == 20


async def test_both_write_at_once(stores: list[SqliteStore], collection: Make) -> None:
    for store in stores:
        await store.ensure([collection("notes")])
    await asyncio.gather(*(stores[n % 2].commit([create(f"{n}"), create(f"x{n}")]) for n in range(200)))
    assert len(await found(stores[0])) == 400
    changes = await stores[1].changes(0, 1000)
    assert [change.seq for change in changes] == list(range(1, 401))


async def test_who_has_older_yaml_keeps_the_newer_indexes_whole(
    stores: list[SqliteStore], field: Make, collection: Make
) -> None:
    """A rolling update: the old process goes on writing while the new one has other keys, side tables and texts."""
    old, new = stores
    await old.ensure([collection("notes", field("a", "string", index=True))])
    await old.commit([create("1", a="x", b=1, tags=["t"], text="word")])
    tags = field("tags", "array", items=field("tag", "string"), index=True)
    b, text = field("b", "number", unique=True), field("text", "text")
    await new.ensure([collection("notes", b, tags, text, indexes=["tags,-b"])])
    await old.commit([create("2", a="x", b=2, tags=["t"], text="word")])
    assert await found(new, {"b": 2}) == ["2"]
    assert await found(new, {"tags": "t"}, "-b") == ["2", "1"]
    assert await found(new, text=TextSearch("word", ("text",))) == ["1", "2"]
    with pytest.raises(NotUnique):
        await old.commit([create("3", b=2)])


async def test_who_has_older_yaml_goes_on_reading(stores: list[SqliteStore], field: Make, collection: Make) -> None:
    old, new = stores
    await old.ensure([collection("notes", field("a", "string", index=True), field("tags", "array", index=True))])
    await old.commit([create("1", a="x", tags=["t"])])
    await new.ensure([collection("notes", field("b", "number"))])
    assert await found(old, {"a": "x"}, "a") == ["1"]
    assert await found(old, {"tags": "t"}) == ["1"]
    assert await old.count("notes", Query(filter=parse_filter({"a": {"$ne": "x"}}))) == 0
    assert [record.id async for record in old.iterate("notes", Query(sort=parse_sort("-a")))] == ["1"]


async def test_what_was_prepared_for_another_layout_is_prepared_again(
    stores: list[SqliteStore], field: Make, collection: Make
) -> None:
    """Within one process too: commits that wait behind a reload."""
    one, _ = stores
    await one.ensure([collection("notes")])
    reload = asyncio.ensure_future(one.ensure([collection("notes", field("n", "number", index=True))]))
    commits = [asyncio.ensure_future(one.commit([create(f"{n}", n=n)])) for n in range(5)]
    await asyncio.gather(reload, *commits)
    assert await found(one, {"n": {"$gte": 3}}) == ["3", "4"]


async def test_processes_that_count_with_compare_and_set_lose_nothing(
    stores: list[SqliteStore], tmp_path: Path, collection: Make
) -> None:
    one, _ = stores
    await one.ensure([collection("notes")])
    await one.commit([create("counter", n=0)])
    command = [sys.executable, "-m", "tests.counting", "sqlite", str(tmp_path / "store.db"), "500"]
    processes = [await asyncio.create_subprocess_exec(*command, cwd=ROOT) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    record = await one.get("notes", "counter")
    assert record is not None
    assert record.document == {"id": "counter", "version": 2001, "n": 2000}
    assert await one.last_seq() == 2001
