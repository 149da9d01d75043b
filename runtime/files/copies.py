"""Copies of a project's files, for its backups: beside the copy of the database, and back from there.

A file never changes under its hash, so a copy on the same disk is a second name of it, which takes no room. Whatever
is there already stays as it is. All of it blocks.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Final

from runtime.model.errors import Conflict, Unavailable

_FOLDER: Final = re.compile(r"[0-9a-f]{2}")
_FILE: Final = re.compile(r"[0-9a-f]{62}")


def beside(backup: Path) -> Path:
    """Return where the files that belong to a backup of the database are."""
    return backup.with_name(f"{backup.name}.files")


def require_free(backup: Path, *, replace: bool) -> None:
    """Raise Conflict where there are files of another backup that may not be replaced."""
    target = beside(backup)
    if target.exists() and not (replace and target.is_dir()):
        raise Conflict(f"{target} is there already; name another file, or give --force to replace it")


def copy_out(files: Path, backup: Path) -> int:
    """Copy the files of a project beside a backup, whole or not at all; return how many.

    The database has to be copied before: so all that it knows are there. Without files there is no folder. Raises
    Unavailable.
    """
    target = beside(backup)
    draft = target.with_name(f".{target.name}.{token_hex(4)}.part")
    try:
        try:
            count = _copy(files, draft)
            if target.exists():
                shutil.rmtree(target)
            if count:
                draft.rename(target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise Unavailable(f"the files cannot be copied to {target}: {error}; the database alone was") from error
    return count


def copy_back(backup: Path, files: Path) -> int:
    """Put the files that a backup has, and the project has not, into the project; return how many. Raises Unavailable.

    Files that only the project has stay: its present database may be put back one day.
    """
    try:
        return _copy(beside(backup), files)
    except OSError as error:
        raise Unavailable(f"the files of {backup} cannot be copied to {files}: {error}") from error


def _copy(source: Path, target: Path) -> int:
    count = 0
    for path in _blobs(source):
        folder = target / path.parent.name
        if (folder / path.name).is_file():
            continue
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place(path, folder / path.name)
        count += 1
    return count


def _blobs(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for inner in sorted(path for path in folder.iterdir() if _FOLDER.fullmatch(path.name) and path.is_dir()):
        yield from sorted(path for path in inner.iterdir() if _FILE.fullmatch(path.name) and path.is_file())


def _place(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it to another disk: it appears whole."""
    try:
        os.link(source, target)
    except OSError:
        draft = target.with_name(f"{target.name}.{token_hex(4)}")
        try:
            shutil.copyfile(source, draft)
            draft.chmod(0o600)
            with draft.open("r+b") as file:
                os.fsync(file.fileno())
            draft.rename(target)
        finally:
            draft.unlink(missing_ok=True)
