"""Backing up a SQLite file and putting a backup in its place."""

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import Conflict, Failure, Invalid, NotFound, Unavailable
from runtime.model.ports import Backups, Restored
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec
from runtime.storage.sqlite.connection import APPLICATION_ID, Place
from runtime.storage.sqlite.store import SqliteStore

PAGE = 4096


class FixedClock(SystemClock):
    """It is half past ten."""

    def now(self) -> float:
        return 1768473000.0


def nothing(done: int, total: int) -> None:
    """Nobody watches."""


@pytest.fixture
def notes(collection: Callable[..., CollectionSpec], field: Callable[..., Any]) -> CollectionSpec:
    return collection("notes", field("text", "text"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "x.db"


@pytest.fixture
def store(path: Path) -> SqliteStore:
    """The store of the project "blog", not open."""
    return SqliteStore(path, clock=FixedClock())


@pytest.fixture
def write(store: SqliteStore, notes: CollectionSpec) -> Callable[..., None]:
    """Store notes with these ids."""

    def run(*ids: str) -> None:
        async def commit() -> None:
            await store.open()
            await store.ensure([notes])
            await store.commit([Write("notes", id, {"id": id, "version": 1, "text": f"note {id}"}, 0) for id in ids])
            await store.close()

        asyncio.run(commit())

    return run


@pytest.fixture
def read(path: Path, notes: CollectionSpec) -> Callable[[], list[str]]:
    """Return the ids of what is stored."""

    def run() -> list[str]:
        async def find() -> list[str]:
            store = SqliteStore(path, clock=SystemClock())
            await store.open()
            await store.ensure([notes])
            try:
                return [record.id for record in await store.find("notes", Query())]
            finally:
                await store.close()

        return asyncio.run(find())

    return run


def back_up(store: Backups, target: Path, *, replace: bool = False, namespace: str = "blog") -> None:
    asyncio.run(store.back_up(target, namespace=namespace, replace=replace, progress=nothing))


def restore(store: Backups, source: Path, *, any_project: bool = False, namespace: str = "blog") -> Restored:
    return asyncio.run(store.restore(source, namespace=namespace, any_project=any_project, progress=nothing))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_whole_file_for_the_owner_alone(
    store: SqliteStore, write: Callable[..., None], tmp_path: Path
) -> None:
    write("a", "b")
    back_up(store, tmp_path / "b.db")
    assert names(tmp_path) == ["b.db", "data"]
    assert stat.S_IMODE((tmp_path / "b.db").stat().st_mode) == 0o600
    (tmp_path / "b.db").chmod(0o400)
    with closing(sqlite3.connect(f"file:{tmp_path}/b.db?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT id FROM 'notes:keys' ORDER BY id").fetchall() == [("a",), ("b",)]
        assert connection.execute("SELECT namespace, at FROM backup").fetchall() == [
            ("blog", "2026-01-15T10:30:00.000Z")
        ]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert names(tmp_path) == ["b.db", "data"]


def test_what_is_restored_is_what_was_backed_up_and_the_rest_is_kept_aside(
    store: SqliteStore, write: Callable[..., None], read: Callable[[], list[str]], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    write("b")
    aside = path.with_name("x.db.before-restore-20260115T103000000Z")
    assert restore(store, tmp_path / "b.db") == Restored("2026-01-15T10:30:00.000Z", aside)
    assert names(path.parent) == ["x.db", aside.name]
    assert read() == ["a"]
    kept = tmp_path / "kept.db"
    aside.rename(kept)
    restore(store, kept)
    assert read() == ["a", "b"]


def test_a_backup_is_restored_where_there_is_nothing_yet(
    store: SqliteStore, write: Callable[..., None], read: Callable[[], list[str]], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    path.unlink()
    path.parent.rmdir()
    assert restore(store, tmp_path / "b.db").aside is None
    assert names(path.parent) == ["x.db"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read() == ["a"]


def test_what_a_killed_process_left_in_the_log_is_kept_aside_too(
    store: SqliteStore, write: Callable[..., None], read: Callable[[], list[str]], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    asyncio.run(store.open())  # a process of its own would be killed here: its files are copied as they lie
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE 'notes:documents' SET version = 9")
        lying = {path.name: path.read_bytes() for path in path.parent.iterdir()}
    asyncio.run(store.close())
    assert len(lying["x.db-wal"]) > 0
    for name, content in lying.items():
        (path.parent / name).write_bytes(content)
    aside = restore(store, tmp_path / "b.db").aside
    assert names(path.parent) == ["x.db", aside.name]
    with closing(sqlite3.connect(aside)) as connection:
        assert connection.execute("SELECT version FROM 'notes:documents'").fetchall() == [(9,)]


def test_the_restored_file_has_the_mode_of_the_one_before(
    store: SqliteStore, write: Callable[..., None], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    path.chmod(0o660)
    restore(store, tmp_path / "b.db")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_link_to_the_database_stays(
    store: SqliteStore, write: Callable[..., None], read: Callable[[], list[str]], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    write("b")
    (tmp_path / "disk").mkdir()
    path.rename(tmp_path / "disk" / "real.db")
    path.symlink_to(tmp_path / "disk" / "real.db")
    restore(store, tmp_path / "b.db")
    assert path.is_symlink()
    assert read() == ["a"]


@pytest.mark.parametrize("damage", ["head", "middle", "log"])
def test_a_damaged_database_is_replaced_and_kept_as_it_is(
    damage: str,
    store: SqliteStore,
    write: Callable[..., None],
    read: Callable[[], list[str]],
    path: Path,
    tmp_path: Path,
) -> None:
    write("a", *(f"{n}" for n in range(500)))
    back_up(store, tmp_path / "b.db")
    content = bytearray(path.read_bytes())
    if damage == "head":
        content[:PAGE] = b"\xff" * PAGE
        Path(f"{path}-journal").write_bytes(b"\0 what is left of a journal")
    elif damage == "middle":
        content[PAGE:] = b"\xff" * (len(content) - PAGE)
    else:
        Path(f"{path}-wal").write_bytes(b"\xff" * 10_000)
    path.write_bytes(content)
    aside = restore(store, tmp_path / "b.db").aside
    assert len(read()) == 501
    if damage == "head":
        assert aside.read_bytes() == content
        assert Path(f"{aside}-journal").read_bytes() == b"\0 what is left of a journal"
        assert names(path.parent) == ["x.db", aside.name, f"{aside.name}-journal"]


async def test_as_long_as_somebody_has_the_database_open_nothing_is_restored(
    store: SqliteStore, notes: CollectionSpec, path: Path, tmp_path: Path
) -> None:
    await store.open()
    await store.ensure([notes])
    await store.back_up(tmp_path / "b.db", namespace="blog", replace=False, progress=nothing)
    await store.commit([Write("notes", "a", {"id": "a", "version": 1}, 0)])
    with pytest.raises(Conflict, match=r"x\.db is open in another process; stop the server"):
        await store.restore(tmp_path / "b.db", namespace="blog", any_project=False, progress=nothing)
    assert await store.get("notes", "a") is not None
    await store.commit([Write("notes", "b", {"id": "b", "version": 1}, 0)])
    await store.close()
    assert names(path.parent) == ["x.db"]


def test_whoever_waits_for_a_restore_gets_the_new_database(
    store: SqliteStore, write: Callable[..., None], path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    write("b")
    connect = sqlite3.connect
    restored: list[Restored] = []

    def connect_and_be_overtaken(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)  # it has the file in its hands, and no lock on it yet
        monkeypatch.setattr(sqlite3, "connect", connect)
        thread = threading.Thread(target=lambda: restored.append(restore(store, tmp_path / "b.db")))
        thread.start()
        thread.join()
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_and_be_overtaken)
    with closing(Place(path).create()) as connection:
        assert connection.execute("SELECT id FROM 'notes:keys'").fetchall() == [("a",)]
    (done,) = restored
    with closing(sqlite3.connect(done.aside)) as connection:
        assert connection.execute("SELECT count(*) FROM 'notes:keys'").fetchall() == [(2,)]


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[PAGE * 8 :] = b"\xff" * (len(content) - PAGE * 8)
    path.write_bytes(content)


def marked(application: int) -> Callable[[Path], None]:
    def mark(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA application_id = {application}")

    return mark


def unlabelled(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE backup")


@pytest.mark.parametrize(
    ("spoil", "kind", "told"),
    [
        (lambda path: path.write_text("no database at all" * 100), Invalid, "is no database; name a file that hookstr"),
        (lambda path: path.write_bytes(b""), Invalid, "is no database of Hookstream"),
        (lambda path: path.unlink(), NotFound, "there is no file"),
        (damaged, Invalid, "take another backup"),
        (lambda path: path.write_bytes(path.read_bytes()[: PAGE * 9]), Invalid, "take another backup"),
        (marked(1), Invalid, "is no database of Hookstream"),
        (marked(APPLICATION_ID + 1), Invalid, "was made by another version of this program"),
        (unlabelled, Conflict, "does not say which project it is of; if it is one of 'blog', add --any-project"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    spoil: Callable[[Path], None],
    kind: type[Failure],
    told: str,
    store: SqliteStore,
    write: Callable[..., None],
    read: Callable[[], list[str]],
    path: Path,
    tmp_path: Path,
) -> None:
    write("a", *(f"{n}" for n in range(500)))
    back_up(store, tmp_path / "b.db")
    write("b")
    spoil(tmp_path / "b.db")
    with pytest.raises(kind, match=told):
        restore(store, tmp_path / "b.db")
    assert names(path.parent) == ["x.db"]
    assert len(read()) == 502


def test_a_file_that_cannot_be_used_makes_no_database(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    (tmp_path / "b.db").write_bytes(b"")
    with pytest.raises(Invalid):
        restore(store, tmp_path / "b.db")
    assert names(path.parent) == []


def test_the_backup_of_another_project_is_taken_only_where_that_is_said(
    store: SqliteStore, write: Callable[..., None], read: Callable[[], list[str]], tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db", namespace="shop")
    write("b")
    with pytest.raises(Conflict, match="is of the project 'shop', not 'blog'; add --any-project to take it"):
        restore(store, tmp_path / "b.db")
    restore(store, tmp_path / "b.db", any_project=True)
    assert read() == ["a"]


def test_the_database_of_another_program_is_not_replaced(
    store: SqliteStore, write: Callable[..., None], path: Path, tmp_path: Path
) -> None:
    write("a")
    back_up(store, tmp_path / "b.db")
    marked(1)(path)
    with pytest.raises(Conflict, match="is the database of another program"):
        restore(store, tmp_path / "b.db")


def test_a_database_is_no_backup_of_itself(
    store: SqliteStore, write: Callable[..., None], path: Path, tmp_path: Path
) -> None:
    write("a")
    with pytest.raises(Invalid, match="is the database itself"):
        restore(store, path)
    (tmp_path / "link.db").symlink_to(path)
    for target in (path, Path(f"{path}-wal"), path.parent / ".." / "data" / "x.db", tmp_path / "link.db"):
        with pytest.raises(Conflict, match="is the database itself"):
            back_up(store, target, replace=True)


def test_a_file_that_is_there_is_replaced_only_where_that_is_said(
    store: SqliteStore, write: Callable[..., None], tmp_path: Path
) -> None:
    write("a")
    (tmp_path / "b.db").write_text("precious")
    with pytest.raises(Conflict, match="is there already"):
        back_up(store, tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "precious"
    back_up(store, tmp_path / "b.db", replace=True)
    assert (tmp_path / "b.db").read_bytes().startswith(b"SQLite format 3")


def test_a_database_that_does_not_exist_is_not_backed_up(store: SqliteStore, path: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no database at"):
        back_up(store, tmp_path / "b.db")
    assert names(tmp_path) == []


def test_memory_is_neither_backed_up_nor_restored(tmp_path: Path) -> None:
    (tmp_path / "b.db").touch()
    for work in (back_up, restore):
        with pytest.raises(NotFound, match=r"in memory.* set `storage` to a file"):
            work(SqliteStore(None, clock=SystemClock()), tmp_path / "b.db")


def test_a_damaged_database_makes_no_backup(
    store: SqliteStore, write: Callable[..., None], path: Path, tmp_path: Path
) -> None:
    write("a", *(f"{n}" for n in range(500)))
    damaged(path)
    with pytest.raises(Unavailable, match="is damaged"):
        back_up(store, tmp_path / "b.db")
    assert names(tmp_path) == ["data"]


def test_a_folder_that_is_not_there_is_named(store: SqliteStore, write: Callable[..., None], tmp_path: Path) -> None:
    write("a")
    with pytest.raises(Unavailable, match=r"nowhere/b\.db cannot be written: No such file"):
        back_up(store, tmp_path / "nowhere" / "b.db")


async def test_progress_is_told_up_to_the_end(
    store: SqliteStore, notes: CollectionSpec, path: Path, tmp_path: Path
) -> None:
    await store.open()
    await store.ensure([notes])
    body = "x" * 8000
    await store.commit([Write("notes", f"{n}", {"id": f"{n}", "version": 1, "text": body}, 0) for n in range(500)])
    told: list[tuple[int, int]] = []
    await store.back_up(
        tmp_path / "b.db", namespace="blog", replace=False, progress=lambda done, total: told.append((done, total))
    )
    await store.close()
    total = (tmp_path / "b.db").stat().st_size // PAGE
    assert len(told) > 3
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    assert total - 2 <= told[-1][1] <= total


@pytest.mark.parametrize("is_restore", [False, True])
async def test_one_that_is_cancelled_leaves_nothing(
    is_restore: bool, store: SqliteStore, notes: CollectionSpec, path: Path, tmp_path: Path
) -> None:
    await store.open()
    await store.ensure([notes])
    body = "x" * 8000
    await store.commit([Write("notes", f"{n}", {"id": f"{n}", "version": 1, "text": body}, 0) for n in range(500)])
    await store.back_up(tmp_path / "b.db", namespace="blog", replace=False, progress=nothing)
    await store.close()
    loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def progress(done: int, total: int) -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait()

    if is_restore:
        work = store.restore(tmp_path / "b.db", namespace="blog", any_project=False, progress=progress)
    else:
        work = store.back_up(tmp_path / "c.db", namespace="blog", replace=False, progress=progress)
    task = asyncio.create_task(work)
    await begun.wait()
    task.cancel()
    loop.call_soon(go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names(tmp_path) == ["b.db", "data"]
    assert names(path.parent) == ["x.db"]
