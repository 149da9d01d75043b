"""Bytes on disk under the hash of what they are: written whole or not at all, kept once however often they come.

`ab/cdef…` is a file, by its SHA-256. Beside these folders lie `NAME.part`, what is being received; `HASH-NAME.check`, a
file that may have lost its last record; `HASH.going`, one that is being removed. Whatever moment a process dies at, a
file without a record has one of these beside it, by which upkeep finds it: nothing is ever looked for by going through
all files, and none is removed because a database happens not to know it.

Several processes may share the folder, on several machines. Removing renames first, then asks once more whether there
is a record, and puts the file back if so; receiving looks after its commit whether the file is still there, and puts
it there again if not. Whichever of the two comes last sees what the other did.
"""

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO, Final

from runtime.model.errors import StorageFull, Unavailable

_PART: Final = re.compile(r"[0-9a-f]{16}(?:-([0-9a-f]{64}))?\.part")
_CHECK: Final = re.compile(r"([0-9a-f]{64})-[0-9a-f]{16}\.check")
_GOING: Final = re.compile(r"([0-9a-f]{64})\.going")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(slots=True)
class Draft:
    """A file that is being received, and from when it `is_kept` on, the sign that there may be no record of it.

    Blocking; belongs to one thread at a time.
    """

    path: Path
    file: BinaryIO
    digest: Any = field(default_factory=hashlib.sha256)
    is_kept: bool = False

    def write(self, block: bytes) -> None:
        """Add to the file. Raises StorageFull, Unavailable."""
        with _named(self.path):
            self.file.write(block)
            self.digest.update(block)

    def close(self) -> None:
        """Have all of it on disk when this returns."""
        with _named(self.path):
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()

    @property
    def hash(self) -> str:
        """The SHA-256 of what was written, in hexadecimal digits."""
        return str(self.digest.hexdigest())

    def discard(self) -> None:
        """Remove the draft, if it is still there; one that is kept stays, and by it upkeep finds what it is kept as."""
        with contextlib.suppress(OSError):  # what is full now would be written by closing
            self.file.close()
        if not self.is_kept:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A file on disk that asks whether its bytes are needed; `hash` is None where it never got so far."""

    path: Path
    hash: str | None


class Blobs:
    """The folder that holds them. All methods block; they raise Unavailable where the disk fails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, hash: str) -> Path | None:
        """Return where the bytes lie, None where they do not."""
        return next((path for path in (self._kept(hash), self._going(hash)) if path.is_file()), None)

    def draft(self) -> Draft:
        """Begin a file, for the owner alone."""
        path = self._folder / f"{token_hex(8)}.part"
        with _named(path):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Draft(path, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"))

    def keep(self, draft: Draft) -> None:
        """Give a closed draft its place; it stays beside it until the record is committed."""
        named = draft.path.with_name(f"{draft.path.stem}-{draft.hash}.part")
        with _named(draft.path):
            draft.path.rename(named)
            draft.path = named
            _sync(self._folder)
        draft.is_kept = True
        try:
            self._put(named, draft.hash)
        except Unavailable:
            draft.is_kept = self._kept(draft.hash).is_file()
            raise

    def confirm(self, draft: Draft) -> None:
        """Finish: the record is committed. Puts the bytes back where they were being removed at that moment."""
        self._put(draft.path, draft.hash)
        draft.path.unlink(missing_ok=True)
        self._forget_when(draft.hash)

    def doubt(self, hash: str) -> Doubt:
        """Note that a file may be without a record soon."""
        path = self._folder / f"{hash}-{token_hex(8)}.check"
        with _named(path):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            _sync(self._folder)
        return Doubt(path, hash)

    def doubts(self, *, before: float) -> list[Doubt]:
        """Return what was left behind before a moment, in epoch seconds."""
        found = []
        with _named(self._folder), contextlib.suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            for entry in entries:
                match = _PART.fullmatch(entry.name) or _CHECK.fullmatch(entry.name) or _GOING.fullmatch(entry.name)
                with contextlib.suppress(FileNotFoundError):  # another process has just seen to it
                    if match is not None and entry.stat().st_mtime < before:
                        found.append(Doubt(Path(entry.path), match[1]))
        return sorted(found, key=lambda doubt: doubt.path.name)

    def set_aside(self, hash: str) -> None:
        """Begin to remove a file, which can still be put back."""
        with _named(self._kept(hash)), contextlib.suppress(FileNotFoundError):
            going = self._going(hash)
            self._kept(hash).rename(going)
            os.utime(going)  # it begins to be old now
            _sync(self._folder)

    def restore(self, doubt: Doubt) -> None:
        """End a doubt: there is a record. Whatever of the bytes is left gets its place again."""
        if doubt.hash is not None:
            for path in (self._going(doubt.hash), doubt.path):
                if path.suffix != ".check" and path.is_file():
                    self._put(path, doubt.hash)
            self._going(doubt.hash).unlink(missing_ok=True)
        doubt.path.unlink(missing_ok=True)
        if doubt.hash is not None:
            self._forget_when(doubt.hash)

    def remove(self, doubt: Doubt) -> None:
        """End a doubt: there is no record. What was set aside goes."""
        with _named(doubt.path):
            if doubt.hash is not None:
                self._going(doubt.hash).unlink(missing_ok=True)
            doubt.path.unlink(missing_ok=True)

    def _forget_when(self, hash: str) -> None:
        """Have the time of a kept file say nothing: who uploads the same bytes would learn that, and when, they came.

        Answers tell it (`Last-Modified`, `ETag`). A file that still is somebody's draft as well is left to them.
        """
        path = self._kept(hash)
        with contextlib.suppress(OSError):  # gone again, or another user's on a shared disk
            if path.stat().st_nlink == 1:
                os.utime(path, (0, 0))

    def _put(self, source: Path, hash: str) -> None:
        target = self._kept(hash)
        with _named(target):
            if not target.parent.is_dir():
                target.parent.mkdir(mode=0o700, exist_ok=True)
                _sync(self._folder)
            # Unlike a rename, a link never replaces what is there already: the same bytes, perhaps being read.
            with contextlib.suppress(FileExistsError):
                os.link(source, target)
            _sync(target.parent)

    def _kept(self, hash: str) -> Path:
        return self._folder / hash[:2] / hash[2:]

    def _going(self, hash: str) -> Path:
        return self._folder / f"{hash}.going"


def _sync(folder: Path) -> None:
    """Have the names in a folder on disk, where folders can be opened at all."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into a failure with a name."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull("there is no room left to keep files; make room on the server's disk") from error
        raise Unavailable(f"files cannot be kept in {path.parent}: {error.strerror or error}") from error
