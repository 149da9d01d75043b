"""Opening a database, and what its errors mean."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from runtime.model.errors import TooLarge, Unavailable
from runtime.storage.sqlite import catalog, changes

APPLICATION_ID: Final = 0x486B_0002
"""Marks a file as ours (SQLite's `application_id`): "Hk", then the number of the format."""

LOWEST_SQLITE: Final = (3, 37, 0)
"""STRICT tables."""

STATEMENTS: Final = 512
"""Prepared statements that a connection keeps; every shape of a query is one."""
CACHE_KIB: Final = 16 * 1024
WRITER_CACHE_KIB: Final = 64 * 1024
"""Filled by use only. A group of commits touches pages all over the indexes."""
CHECKPOINT_PAGES: Final = 8000
"""32 MiB of log before it goes into the file: with SQLite's 1000, pages that many commits touch are copied too often.
64 concurrent creates copy 1.7 pages each, 2.3 with 4000, and are 1.05 times as fast."""
MMAP_BYTES: Final = 256 * 1024 * 1024
"""Reads through the mapping save a copy: get by id 7.6 instead of 8.8 µs, scans two times faster (100,000 × 1 KB)."""
WAL_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""What is left of the write-ahead log after a burst."""
SWITCH_PAUSE_S: Final = 0.02
"""Between two tries to switch a new file to WAL."""


_MEANINGS: Final[Mapping[str, str]] = {
    "SQLITE_BUSY": "was locked by another process for {seconds:g} seconds; find out what holds it, or try again",
    "SQLITE_LOCKED": "was locked for {seconds:g} seconds; try again",
    "SQLITE_FULL": "cannot grow: the disk is full; free some space",
    "SQLITE_READONLY": "cannot be written; let the user that runs the server write to the file and its folder",
    "SQLITE_CANTOPEN": "cannot be opened; let the user that runs the server write there, and check that it is a file",
    "SQLITE_PERM": "cannot be opened; let the user that runs the server read and write it",
    "SQLITE_NOTADB": "is no SQLite database; let `storage` name another file, or restore a backup",
    "SQLITE_CORRUPT": "is damaged; restore a backup",
    "SQLITE_IOERR": "cannot be read or written: the disk reports an error; check it and its free space",
    "SQLITE_PROTOCOL": "is being opened by too many processes at once; try again",
}


def code(error: sqlite3.Error) -> str:
    """Return SQLite's name for an error, such as SQLITE_BUSY; "" for one of the driver's own."""
    return getattr(error, "sqlite_errorname", "")


class _Replaced(Exception):
    """While a database was being opened, another file was put in its place."""


@dataclass(frozen=True)
class Place:
    """Where a database is: a file, or `path` None for one in memory, which has a single connection.

    `gate` is held around every use of a connection that others use too; for a file it is open to all. `lock_timeout_s`
    is how long to wait for another process that writes.
    """

    path: Path | None
    lock_timeout_s: float = 10.0
    gate: AbstractContextManager[object] = field(init=False)

    def __post_init__(self) -> None:
        gate = contextlib.nullcontext() if self.path is not None else threading.Lock()
        object.__setattr__(self, "gate", gate)

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else "the database in memory"

    def create(self) -> sqlite3.Connection:
        """Open for writing; make the file, its folder and the tables that every store has, where they are missing.

        Raises Unavailable with the remedy.
        """
        if sqlite3.sqlite_version_info < LOWEST_SQLITE:
            lowest = ".".join(map(str, LOWEST_SQLITE))
            raise Unavailable(f"SQLite {sqlite3.sqlite_version} is too old; install {lowest} or newer")
        while True:
            file = self._make_file(self.path) if self.path is not None else None
            connection = self._connect()
            try:
                self._prepare(connection, file)
            except _Replaced:
                connection.close()
            except BaseException:
                connection.close()
                raise
            else:
                return connection

    def read(self) -> sqlite3.Connection:
        """Open for reading: the connection itself refuses to write. Raises Unavailable with the remedy."""
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def failure(self, error: sqlite3.Error) -> Exception:
        """Return what an error of SQLite means to users; the error itself where it is a fault of ours."""
        meaning = next((text for prefix, text in _MEANINGS.items() if code(error).startswith(prefix)), None)
        if meaning is not None:
            return Unavailable(f"{self} {meaning.format(seconds=self.lock_timeout_s)} (SQLite: {error})")
        if code(error) == "SQLITE_TOOBIG":
            return TooLarge(f"a value is larger than {self} can hold; split it")
        return error

    def _make_file(self, path: Path) -> os.stat_result:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # sessions and password hashes are in there: nobody else's to read
            return path.stat()
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be created ({error.strerror}); "
                f"let the user that runs the server write to {path.parent}, or change `storage`"
            ) from error

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path if self.path is not None else ":memory:",
                timeout=self.lock_timeout_s,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=STATEMENTS,
            )
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        except sqlite3.Error as error:
            raise self.failure(error) from error
        return connection

    def _prepare(self, connection: sqlite3.Connection, file: os.stat_result | None) -> None:
        try:
            with snapshot(connection):
                self._check_ours(connection)
                self._check_in_place(file)
            self._switch_to_wal(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
            connection.execute("PRAGMA temp_store = MEMORY")
            if _is_ours(connection):
                return
            with transaction(connection):
                self._check_ours(connection)
                if not _is_ours(connection):
                    connection.execute(changes.CREATE)
                    connection.execute(catalog.CREATE)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        except sqlite3.Error as error:
            raise self.failure(error) from error

    def _check_in_place(self, file: os.stat_result | None) -> None:
        """Raise _Replaced where `file`, which was there before the connection, is not what is there now.

        To be called with a lock on the database: `restore` replaces it when nobody has one, and not behind this.
        """
        if self.path is not None and file is not None:
            try:
                replaced = not os.path.samestat(self.path.stat(), file)
            except FileNotFoundError:
                replaced = True
            if replaced:
                raise _Replaced

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        """Write the file's mode; processes that start together take turns, because SQLite does not always wait here."""
        connection.execute("PRAGMA busy_timeout = 0")
        for _ in range(int(self.lock_timeout_s / SWITCH_PAUSE_S)):
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if not code(error).startswith("SQLITE_BUSY"):
                    raise
                time.sleep(SWITCH_PAUSE_S)
        connection.execute(f"PRAGMA busy_timeout = {int(self.lock_timeout_s * 1000)}")
        connection.execute("PRAGMA journal_mode = WAL")

    def _check_ours(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application == APPLICATION_ID or (application == 0 and tables == 0):
            return
        if application >> 16 == APPLICATION_ID >> 16:
            raise Unavailable(f"{self} was made by another version of this program; open it with that one and export")
        raise Unavailable(f"{self} is the database of another program; let `storage` name another file")


def _is_ours(connection: sqlite3.Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(application == APPLICATION_ID)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Run a block as one transaction: committed at its end, undone where it raises."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def snapshot(connection: sqlite3.Connection) -> AbstractContextManager[None]:
    """Let several statements see one state."""
    return transaction(connection, "BEGIN")
