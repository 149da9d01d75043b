"""Noticing that a project's files were saved."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from runtime.cli.check import CODE_FOLDERS
from runtime.model.errors import Unavailable

SUFFIXES: Final = frozenset({".yml", ".yaml", ".json", ".env", ".py"})
TREES: Final = ("collections", *CODE_FOLDERS)
QUIET_MS: Final = 100
"""How long nothing more must be saved before a reload: editors write several files, and files several times."""
LONGEST_MS: Final = 1000
"""How long a reload is put off at most."""
LOOK_MS: Final = 1000
"""How often the files are looked at without a notice; some file systems, network and container mounts, give none."""

Seen = Mapping[Path, tuple[int, int]]


def watched_folders(folder: Path, named: Iterable[Path]) -> frozenset[Path]:
    """Return the folders whose files make a project: its own, those of its YAML and code, and those of `named` files.

    Nothing else below the project's folder is looked at: it may hold a virtual environment, uploads, a frontend.
    """
    found = {folder, *(path.parent for path in named)}
    for tree in TREES:
        found.update(_folders(folder / tree))
    return frozenset(path for path in found if path.is_dir())


def snapshot(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Return the time (ns) and size of every file in these folders, not below them, that may be part of a project."""
    seen: dict[Path, tuple[int, int]] = {}
    for folder in folders:
        for path in _listed(folder):
            if not is_relevant(path):
                continue
            try:
                stat = path.stat()
            except OSError:
                continue  # deleted since it was listed, as editors do
            seen[path] = stat.st_mtime_ns, stat.st_size
    return seen


def changed(before: Seen, after: Seen) -> tuple[Path, ...]:
    """Return the files that were made, changed or deleted."""
    return tuple(sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path)))


class Watch:
    """What is saved in a project's folder from now on. `named` are files that count wherever they stand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.named: tuple[Path, ...] = ()
        self._polling = False
        self._seen: Seen = self._look()

    def take(self, files: Iterable[Path]) -> None:
        """Name files that were just read: of what stands beside them too, only what is saved from now on counts."""
        before = self._folders()
        self.named = tuple(files)
        self._seen = {**snapshot(self._folders() - before), **self._seen}

    async def saves(self) -> AsyncGenerator[tuple[Path, ...]]:
        """Give the files of each save, for ever.

        The notices of the file system only say when to look; what counts is that a file's time or size is another than
        at the last look. So nothing that is saved during a reload, or before a new folder is watched, gets lost.
        """
        while True:
            try:
                async with aclosing(self._saves_in(self._folders())) as saves:
                    async for files in saves:
                        yield files
            except FileNotFoundError:
                continue  # a folder was deleted a moment before it was to be watched
            except OSError as error:
                if self._polling:
                    raise Unavailable(f"{self._folder} cannot be watched: {error}; use hookstream serve") from error
                self._polling = True  # the system's limit of watches is reached; looking goes without

    async def _saves_in(self, folders: frozenset[Path]) -> AsyncGenerator[tuple[Path, ...]]:
        """Give the files of each save until other folders than these are to be watched."""
        notices = awatch(
            *folders, watch_filter=_filter, debounce=LONGEST_MS, step=QUIET_MS, rust_timeout=LOOK_MS,
            yield_on_timeout=True, recursive=False, force_polling=self._polling or None,
        )  # fmt: skip
        async with aclosing(notices):
            async for told in notices:
                before, self._seen = self._seen, self._look() if told else await self._settled()
                if files := changed(before, self._seen):
                    yield files
                if self._folders() != folders:
                    return

    async def _settled(self) -> Seen:
        """Look as often as it takes for two looks to agree: what no notice has told of may just be being written."""
        last, seen = self._seen, self._look()
        for _ in range(LONGEST_MS // QUIET_MS):
            if not changed(last, seen):
                break
            await asyncio.sleep(QUIET_MS / 1000)
            last, seen = seen, self._look()
        return seen

    def _look(self) -> Seen:
        return snapshot(self._folders())

    def _folders(self) -> frozenset[Path]:
        return watched_folders(self._folder, self.named)


def is_relevant(path: Path) -> bool:
    """Tell whether a file may be part of a project; editors' drafts and hidden files are not."""
    return path.suffix in SUFFIXES and not path.name.startswith((".", "#", "~"))


def _filter(_change: Change, path: str) -> bool:
    # Folders have no such suffix, and a new one may hold files already.
    return is_relevant(Path(path)) or not Path(path).suffix


def _folders(top: Path) -> Iterator[Path]:
    if not top.is_dir():
        return
    yield top
    for entry in _listed(top):
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith((".", "__pycache__")):
            yield from _folders(entry)


def _listed(folder: Path) -> tuple[Path, ...]:
    try:
        return tuple(folder.iterdir())
    except OSError:
        return ()  # deleted since it was found
