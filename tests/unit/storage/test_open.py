"""Opening a store: what a URL names, and what stands in the way."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import Unavailable
from runtime.model.ports import Store
from runtime.model.query import Query
from runtime.storage.open import open_store
from runtime.storage.sqlite.connection import APPLICATION_ID, Place
from runtime.storage.sqlite.store import SqliteStore


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[str], Store]:
    return lambda url: open_store(url, folder=tmp_path, clock=SystemClock())


@pytest.mark.parametrize(
    "url",
    ["", "sqlite", "sqlite:", "sqlite://data/x.db", "sqlite:///data/x.db", "mysql://host/db", "data/x.db", ":memory:"],
)
def test_other_urls_are_refused_naming_what_there_is(opened: Callable[[str], Store], url: str) -> None:
    with pytest.raises(Unavailable, match=r"use sqlite:data/project\.db .* or sqlite::memory:"):
        opened(url)


async def test_the_file_and_its_folder_are_made_for_the_owner_alone(
    opened: Callable[[str], Store], tmp_path: Path
) -> None:
    store = opened("sqlite:data/deep/news room.db")
    await store.open()
    await store.ping()
    file = tmp_path / "data/deep/news room.db"
    for path in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await store.close()
    assert [path.name for path in file.parent.iterdir()] == ["news room.db"]


async def test_an_absolute_path_stands_for_itself(opened: Callable[[str], Store], tmp_path: Path) -> None:
    store = opened(f"sqlite:{tmp_path}/elsewhere.db")
    await store.open()
    await store.close()
    assert (tmp_path / "elsewhere.db").exists()


async def test_memory_is_a_store_of_its_own_and_says_that_it_forgets(opened: Callable[[str], Store]) -> None:
    first, second = opened("sqlite::memory:"), opened("sqlite::memory:")
    await first.open()
    await second.open()
    assert not first.capabilities.durable
    assert "gone when the server stops" in first.capabilities.notes[0]
    await first.close()
    await second.ping()
    await second.close()


async def refused(store: Store, message: str) -> None:
    with pytest.raises(Unavailable, match=message):
        await store.open()
    with pytest.raises(Unavailable, match="not open"):
        await store.ping()
    await store.close()


async def test_a_file_that_is_no_database(opened: Callable[[str], Store], tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite it is not, but long enough to be looked at. " * 50)
    await refused(opened("sqlite:x.db"), "is no SQLite database; let `storage` name another file")


async def test_a_database_of_another_program(opened: Callable[[str], Store], tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "x.db")
    other.execute("CREATE TABLE theirs (v)")
    other.close()
    await refused(opened("sqlite:x.db"), "is the database of another program")
    other = sqlite3.connect(tmp_path / "x.db")
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    other.close()


async def test_a_file_of_another_version(opened: Callable[[str], Store], tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "x.db")
    other.execute(f"PRAGMA application_id = {APPLICATION_ID + 1}")
    other.close()
    await refused(opened("sqlite:x.db"), "made by another version of this program")


async def test_a_folder_in_the_place_of_the_file(opened: Callable[[str], Store], tmp_path: Path) -> None:
    (tmp_path / "x.db").mkdir()
    await refused(opened("sqlite:x.db"), "cannot be opened; let the user that runs the server write there")


async def test_a_file_in_the_place_of_the_folder(opened: Callable[[str], Store], tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    await refused(opened("sqlite:data/x.db"), "cannot be created .* write to .*data, or change `storage`")


async def test_a_folder_that_cannot_be_written(opened: Callable[[str], Store]) -> None:
    await refused(opened("sqlite:/proc/x.db"), "cannot be created .* write to /proc, or change `storage`")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("SQLITE_READONLY", "cannot be written; let the user that runs the server write to the file and its folder"),
        ("SQLITE_READONLY_DIRECTORY", "cannot be written"),
        ("SQLITE_FULL", "cannot grow: the disk is full; free some space"),
        ("SQLITE_IOERR_FSYNC", "cannot be read or written: the disk reports an error"),
        ("SQLITE_CORRUPT_INDEX", "is damaged; restore a backup"),
        ("SQLITE_BUSY_RECOVERY", "was locked by another process for 2 seconds"),
    ],
)
def test_errors_of_sqlite_name_the_remedy(name: str, message: str) -> None:
    error = sqlite3.OperationalError("it")
    error.sqlite_errorname = name
    failure = Place(Path("/data/x.db"), lock_timeout_s=2).failure(error)
    assert isinstance(failure, Unavailable)
    assert str(failure).startswith(f"/data/x.db {message}")


def test_faults_of_ours_stay_what_they_are() -> None:
    error = sqlite3.OperationalError("no such table: x")
    error.sqlite_errorname = "SQLITE_ERROR"
    assert Place(None).failure(error) is error


async def test_a_damaged_file_is_told_by_the_read_that_meets_it(
    tmp_path: Path, field: Callable[..., Any], collection: Callable[..., Any]
) -> None:
    path = tmp_path / "x.db"
    store = SqliteStore(path, clock=SystemClock())
    await store.open()
    await store.ensure([collection("notes", field("v", "string"))])
    await store.commit([Write("notes", f"{n}", {"id": f"{n}", "version": 1, "v": "x" * 500}, 0) for n in range(400)])
    await store.close()
    content = bytearray(path.read_bytes())
    content[4096 * 12 :] = b"\xff" * (len(content) - 4096 * 12)
    path.write_bytes(content)
    store = SqliteStore(path, clock=SystemClock())
    await store.open()
    with pytest.raises(Unavailable, match="is damaged; restore a backup"):
        await store.find("notes", Query())
    await store.close()


async def test_a_closed_store_is_unavailable(opened: Callable[[str], Store], collection: Callable[..., Any]) -> None:
    store = opened("sqlite:x.db")
    with pytest.raises(Unavailable, match="is not open yet"):
        await store.ping()
    await store.open()
    await store.ensure([collection("notes")])
    await store.close()
    await store.close()
    with pytest.raises(Unavailable, match="is closed: the server is stopping"):
        await store.ping()
    with pytest.raises(Unavailable, match="closed"):
        await store.prune_changes("2026")


async def test_readers_that_run_are_awaited_when_the_store_closes(
    opened: Callable[[str], Store], collection: Callable[..., Any]
) -> None:
    store = opened("sqlite:x.db")
    await store.open()
    await store.ensure([collection("notes")])
    reads = [asyncio.ensure_future(store.count("notes", Query())) for _ in range(20)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*reads) == [0] * 20


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    path, failures = tmp_path / "x.db", []
    ready = threading.Barrier(8)

    def create() -> None:
        ready.wait()
        try:
            Place(path).create().close()
        except Unavailable as failure:
            failures.append(failure)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
