"""A copy of a database that is in use, and the label by which such a copy is known."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from runtime.model.errors import Conflict, NotFound, Unavailable
from runtime.storage.sqlite.connection import Place, snapshot
from runtime.storage.sqlite.steps import Steps

STEP_PAGES: Final = 256
"""How much is copied between two reports: 1 MiB."""
NAMED_FAULTS: Final = 3
"""How many of the faults that SQLite finds in a damaged file are named."""
BESIDE: Final = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a database, in files whose names end so."""

_LABEL: Final = "CREATE TABLE backup (namespace TEXT NOT NULL, at TEXT NOT NULL) STRICT"
_HAS_LABEL: Final = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'backup'"


@dataclass(frozen=True, slots=True)
class Label:
    """Which project a copy is of, and when it was made. It is a table of copies alone, never of a database in use."""

    namespace: str
    at: str


def back_up(place: Place, target: Path, *, label: Label, replace: bool, steps: Steps) -> None:
    """Copy a database to a file, which takes its name when it was found to be whole. Raises what the port says."""
    if place.path is None:
        raise NotFound(f"{place} cannot be backed up; set `storage` to a file, such as sqlite:data/project.db")
    if not place.path.is_file() or place.path.stat().st_size == 0:
        raise NotFound(f"there is no database at {place} yet; it is made when the project is first served")
    final = target.resolve()
    draft = final.with_name(f".{final.name}.{token_hex(4)}.part")
    try:
        _require_free(place.path.resolve(), final, replace=replace)
        with new_file(draft):
            with closing(place.read()) as source:
                copy(source, draft, steps)
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                steps.watch(connection)
                connection.execute("PRAGMA journal_mode = DELETE")  # one file, which may lie where nobody can write
                put_label(connection, label)
                faults = faults_of(connection)
            if faults:
                raise Unavailable(
                    f"{place} is damaged, and so no backup of it was kept: {faults}; restore an older one"
                )
            sync(draft)
            _require_free(place.path.resolve(), final, replace=replace)
            draft.replace(final)
    except sqlite3.Error as error:
        raise place.failure(error) from error
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror or error}") from error


def _require_free(database: Path, target: Path, *, replace: bool) -> None:
    if target in {Path(f"{database}{suffix}") for suffix in ("", *BESIDE)}:
        raise Conflict(f"{target} is the database itself; name another file")
    if target.exists() and not target.is_file():
        raise Conflict(f"{target} is no file that could be replaced; name another one")
    if target.exists() and not replace:
        raise Conflict(f"{target} is there already; name another file, or give --force to replace it")


def copy(source: sqlite3.Connection, target: Path, steps: Steps) -> None:
    """Copy what a database holds at this moment into an empty file, step by step.

    A read transaction is held from beginning to end: so what is copied is one state, writers go on, and SQLite does
    not begin anew whenever one of them commits. Until it ends the write-ahead log can only grow.
    """
    with closing(sqlite3.connect(target, isolation_level=None)) as connection, snapshot(source):
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        connection.execute("PRAGMA synchronous = OFF")  # `sync` comes at the end
        source.backup(
            connection, pages=STEP_PAGES, progress=lambda _, remaining, total: steps.done(total - remaining, total)
        )


def faults_of(connection: sqlite3.Connection) -> str:
    """Return what SQLite finds wrong in a whole database, "" where it finds nothing."""
    found = [str(line) for (line,) in connection.execute(f"PRAGMA integrity_check({NAMED_FAULTS})")]
    return "" if found == ["ok"] else "; ".join(found)


def put_label(connection: sqlite3.Connection, label: Label) -> None:
    """Label a database."""
    drop_label(connection)
    connection.execute(_LABEL)
    connection.execute("INSERT INTO backup (namespace, at) VALUES (?, ?)", (label.namespace, label.at))


def drop_label(connection: sqlite3.Connection) -> None:
    """Take a database's label off."""
    connection.execute("DROP TABLE IF EXISTS backup")


def label_of(connection: sqlite3.Connection) -> Label | None:
    """Return a database's label; None for one that has been copied by other means."""
    (has_label,) = connection.execute(_HAS_LABEL).fetchone()
    found = connection.execute("SELECT namespace, at FROM backup").fetchone() if has_label else None
    return Label(*found) if found is not None else None


def sync(path: Path) -> None:
    """Have a file on disk when this returns."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


@contextmanager
def new_file(path: Path) -> Iterator[None]:
    """Make an empty file for the owner alone; where the block raises, it goes again with all that is beside it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    except BaseException:
        for suffix in ("", *BESIDE):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        raise
