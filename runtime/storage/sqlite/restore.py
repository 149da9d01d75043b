"""A backup in the place of the database: checked beside it first, then put there by one rename.

Whoever has a database open in WAL mode holds a shared lock on its file until they close it
(`sqlite3WalClose` finds out in this way who the last one is). So the exclusive lock, which is held
here from beginning to end, says that nobody has it open, and keeps everybody from opening it. Who waits for the lock
meanwhile has the previous file in their hands; `Place.create` notices, and opens the new one.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Final, NoReturn
from urllib.parse import quote

from runtime.model.errors import Conflict, Invalid, NotFound, Unavailable
from runtime.model.ports import Restored
from runtime.storage.sqlite.backup import (
    BESIDE,
    Label,
    copy,
    drop_label,
    faults_of,
    label_of,
    new_file,
    put_label,
    sync,
)
from runtime.storage.sqlite.connection import APPLICATION_ID, Place, code
from runtime.storage.sqlite.steps import Steps

if sys.platform != "win32":
    import fcntl

PATIENCE_S: Final = 1.0
"""How long another process may still have the database open: commands have it for a moment."""

_DAMAGED: Final = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_IOERR")
_LOCK_START: Final = 0x4000_0002
_LOCK_BYTES: Final = 510
"""The bytes of a file that SQLite locks, shared by all who read (https://sqlite.org/fileformat2.html#the_lock_byte_page)."""


def restore(place: Place, source: Path, *, label: Label, any_project: bool, steps: Steps) -> Restored:
    """Put a copy of `source` in the place of a database, whole or not at all.

    `label` is for the previous database, which is kept aside under a name with the label's instant; its namespace is
    the one that `source` has to have, but for `any_project`. Raises what the port says.
    """
    if place.path is None:
        raise NotFound(f"nothing can be restored into {place}; set `storage` to a file, such as sqlite:data/project.db")
    if not source.is_file():
        raise NotFound(f"there is no file {source}")
    path = place.path.resolve()
    aside = path.with_name(f"{path.name}.before-restore-{''.join(c for c in label.at if c.isalnum())}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.samefile(source):
            raise Invalid(f"{source} is the database itself; name a backup of it")
        with _there(path), ExitStack() as stack:
            previous = _Previous(place, path, stack)
            staged = path.with_name(f".{path.name}.{token_hex(4)}.restoring")
            stack.enter_context(_discarded(staged))
            found = _stage(source, staged, None if any_project else label.namespace, steps)
            _like(path, staged)
            kept = previous.set_aside(aside, label)
            staged.replace(path)
            _sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"{path} cannot be replaced: {error}") from error
    return Restored(found.at if found is not None else None, aside if kept else None)


class _Previous:
    """The database that is there, with a lock that nobody else's stands beside, until the stack is left.

    Raises Conflict where somebody has it open. What is too damaged for SQLite is kept as it is, file by file.
    """

    def __init__(self, place: Place, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._stack = stack
        self._place = place
        self._connection: sqlite3.Connection | None = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
        stack.callback(self._close)
        try:
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # a lock is kept until the connection is closed
            self._connection.execute("BEGIN EXCLUSIVE")
            self._connection.execute("COMMIT")
            self._is_empty = self._ask("SELECT count(*) FROM sqlite_schema") == 0
            application = self._ask("PRAGMA application_id")
        except sqlite3.Error as error:
            self._give_up(error)
        else:
            if not self._is_empty and application >> 16 != APPLICATION_ID >> 16:
                raise Conflict(f"{path} is the database of another program; let `storage` name another file")

    def set_aside(self, aside: Path, label: Label) -> bool:
        """Give the database a second name, with nothing left beside it; return whether there was any worth keeping."""
        if self._connection is not None:
            try:
                # The log goes into the file, and nothing stays that could be taken for the new database's.
                (mode,) = self._connection.execute("PRAGMA journal_mode = DELETE").fetchone()
                if mode != "delete":
                    raise Unavailable(f"{self._path} keeps its write-ahead log; close what uses it, and try again")
                if not self._is_empty:
                    put_label(self._connection, label)
            except sqlite3.Error as error:
                self._give_up(error)
        if self._connection is not None:
            for suffix in BESIDE:  # all is in the file by now; what SQLite leaves behind means nothing
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
            if not self._is_empty:
                os.link(self._path, aside)
            return not self._is_empty
        os.link(self._path, aside)
        for suffix in BESIDE:
            with suppress(FileNotFoundError):
                Path(f"{self._path}{suffix}").rename(f"{aside}{suffix}")
        return True

    def _ask(self, question: str) -> int:
        (answer,) = self._connection.execute(question).fetchone() if self._connection is not None else (0,)
        return int(answer)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without SQLite where the database is damaged, with a lock that those who have it open stand against."""
        if code(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            _refuse_open(self._path, error)
        if not code(error).startswith(_DAMAGED):
            raise self._place.failure(error) from error
        self._close()
        self._is_empty = False
        if sys.platform != "win32":  # there, files that are open cannot be renamed
            file = self._stack.enter_context(self._path.open("r+b"))
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_BYTES, _LOCK_START)
            except OSError:
                _refuse_open(self._path, error)


def _refuse_open(path: Path, error: Exception) -> NoReturn:
    raise Conflict(f"{path} is open in another process; stop the server, and whatever else uses it, first") from error


def _stage(source: Path, staged: Path, namespace: str | None, steps: Steps) -> Label | None:
    """Copy a backup to where it can be renamed from, and check it; return its label."""
    try:
        with closing(_reading(source)) as connection:
            label = _checked(source, connection, namespace)
            with new_file(staged):
                copy(connection, staged, steps)
        with closing(sqlite3.connect(staged, isolation_level=None)) as connection:
            steps.watch(connection)
            faults = faults_of(connection)
            if faults:
                raise Invalid(f"{source} is damaged: {faults}; take another backup")
            drop_label(connection)
            # As all databases in use: who opens it has a lock on it from the first moment on.
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        if code(error).startswith("SQLITE_NOTADB"):
            raise Invalid(f"{source} is no database; name a file that hookstream backup has made") from error
        raise Invalid(f"{source} cannot be used: {error}; take another backup") from error
    sync(staged)
    return label


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, isolation_level=None)


def _checked(source: Path, connection: sqlite3.Connection, namespace: str | None) -> Label | None:
    """Return the label of a file that is a database of ours, of this version and this project."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application >> 16 != APPLICATION_ID >> 16:
        raise Invalid(f"{source} is no database of Hookstream; name a file that hookstream backup has made")
    if application != APPLICATION_ID:
        raise Invalid(f"{source} was made by another version of this program; restore it with that one and export")
    label = label_of(connection)
    if namespace is None or (label is not None and label.namespace == namespace):
        return label
    if label is None:
        raise Conflict(
            f"{source} does not say which project it is of; if it is one of {namespace!r}, add --any-project"
        )
    raise Conflict(f"{source} is of the project {label.namespace!r}, not {namespace!r}; add --any-project to take it")


@contextmanager
def _there(path: Path) -> Iterator[None]:
    """Have a file to lock where there is none yet; it goes again where the block raises."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        yield
        return
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def _discarded(path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        for suffix in ("", *BESIDE):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def _like(model: Path, path: Path) -> None:
    """Let the same users read and write a file as another one."""
    shutil.copymode(model, path)
    if sys.platform != "win32" and os.geteuid() == 0:
        wanted = model.stat()
        os.chown(path, wanted.st_uid, wanted.st_gid)


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
