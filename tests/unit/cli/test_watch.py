"""Noticing that files were saved."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from pathlib import Path

import pytest

from runtime.cli import watch as watching
from runtime.cli.new import scaffold
from runtime.cli.watch import Watch, changed, is_relevant, snapshot, watched_folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scaffold(tmp_path / "blog")
    return tmp_path / "blog"


@pytest.mark.parametrize("name", ["config.yml", "a.yaml", "config.yml.env", "hooks.py", "schema.json"])
def test_files_of_these_kinds_count(name: str) -> None:
    assert is_relevant(Path("blog", name))


@pytest.mark.parametrize("name", [".posts.py.swp", "posts.py~", ".#posts.py", "#posts.py", "news.db", "README.md"])
def test_drafts_of_editors_and_other_files_do_not_count(name: str) -> None:
    assert not is_relevant(Path("blog", name))


def test_only_the_folders_of_a_project_are_watched(folder: Path) -> None:
    for name in ("hooks/shared/deep", "hooks/__pycache__", "data", ".venv/lib", "node_modules/x"):
        (folder / name).mkdir(parents=True)
    names = {path.relative_to(folder).as_posix() for path in watched_folders(folder, [])}
    assert names == {".", "collections", "hooks", "hooks/shared", "hooks/shared/deep", "jobs"}


def test_the_folders_of_included_files_are_watched_too(folder: Path) -> None:
    (folder / "settings").mkdir()
    named = [folder / "settings" / "roles.yml", folder / "gone" / "x.yml"]
    assert folder / "settings" in watched_folders(folder, named)
    assert folder / "gone" not in watched_folders(folder, named)


def test_a_loop_of_links_ends(folder: Path) -> None:
    (folder / "hooks" / "again").symlink_to(folder / "hooks")
    assert folder / "hooks" / "again" not in watched_folders(folder, [])


def test_made_changed_and_deleted_files_are_told_and_no_others(folder: Path) -> None:
    folders = watched_folders(folder, [])
    before = snapshot(folders)
    (folder / "hooks" / "new.py").write_text("x = 1\n")
    (folder / "hooks" / "posts.py").write_text("x = 1\n")
    (folder / "jobs" / "tick.yml").unlink()
    (folder / "README.md").write_text("changed")
    names = [path.relative_to(folder).as_posix() for path in changed(before, snapshot(folders))]
    assert names == ["hooks/new.py", "hooks/posts.py", "jobs/tick.yml"]


def test_a_file_that_is_saved_without_a_change_counts(folder: Path) -> None:
    path, folders = folder / "hooks" / "posts.py", watched_folders(folder, [])
    before = snapshot(folders)
    os.utime(path, ns=(1, 1))
    assert changed(before, snapshot(folders)) == (path,)


@pytest.mark.parametrize("polling", [False, True])
async def test_a_save_is_told_with_its_files(folder: Path, polling: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(folder)
    watch._polling = polling
    async with asyncio.timeout(20), aclosing(watch.saves()) as saves:
        (folder / "hooks" / "posts.py").write_text("x = 1\n")
        assert await anext(saves) == (folder / "hooks" / "posts.py",)
        (folder / "config.yml").write_text("namespace: other\n")
        assert await anext(saves) == (folder / "config.yml",)


async def test_what_is_saved_during_a_reload_is_told_afterwards(folder: Path) -> None:
    async with asyncio.timeout(20), aclosing(Watch(folder).saves()) as saves:
        (folder / "hooks" / "posts.py").write_text("x = 1\n")
        await anext(saves)
        (folder / "hooks" / "posts.py").write_text("x = 12\n")
        assert await anext(saves) == (folder / "hooks" / "posts.py",)


async def test_what_no_notice_tells_of_is_told_when_all_of_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, rest = folder / "hooks" / "posts.py", ["x = 1\n", "y = 2\n"]

    async def silent(*paths: Path, **given: object) -> AsyncGenerator[set[object]]:
        while True:
            yield set()
            await asyncio.sleep(0)

    def looked(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
        seen = snapshot(folders)
        if rest:
            with file.open("a") as saved:
                saved.write(rest.pop())
        return seen

    watch = Watch(folder)
    file.write_text("")
    monkeypatch.setattr(watching, "awatch", silent)
    monkeypatch.setattr(watching, "snapshot", looked)
    async with asyncio.timeout(20), aclosing(watch.saves()) as saves:
        assert await anext(saves) == (file,)
        assert watch._seen[file][1] == len("x = 1\ny = 2\n")


async def test_files_that_are_taken_count_from_then_on(folder: Path) -> None:
    elsewhere = folder / "settings" / "roles.yml"
    elsewhere.parent.mkdir()
    elsewhere.write_text("[editor]\n")
    watch = Watch(folder)
    (folder / "config.yml").write_text("namespace: other\n")
    watch.take([elsewhere])
    async with asyncio.timeout(20), aclosing(watch.saves()) as saves:
        assert await anext(saves) == (folder / "config.yml",)
        elsewhere.write_text("[editor, author]\n")
        assert await anext(saves) == (elsewhere,)


async def test_a_new_folder_is_watched_from_its_first_file_on(folder: Path) -> None:
    async with asyncio.timeout(20), aclosing(Watch(folder).saves()) as saves:
        (folder / "hooks" / "shared").mkdir()
        first = folder / "hooks" / "shared" / "names.py"
        first.write_text("x = 1\n")
        assert await anext(saves) == (first,)
        first.write_text("x = 12\n")
        assert await anext(saves) == (first,)


async def test_a_watched_folder_may_be_deleted(folder: Path) -> None:
    async with asyncio.timeout(20), aclosing(Watch(folder).saves()) as saves:
        (folder / "jobs" / "tick.yml").unlink()
        (folder / "jobs" / "tick.py").unlink()
        (folder / "jobs").rmdir()
        assert await anext(saves) == (folder / "jobs" / "tick.py", folder / "jobs" / "tick.yml")
        (folder / "config.yml").write_text("namespace: other\n")
        assert await anext(saves) == (folder / "config.yml",)


async def test_a_system_without_watches_left_is_looked_at_instead(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = watching.awatch

    def limited(*paths: Path, force_polling: bool | None, **given: object) -> object:
        if not force_polling:
            raise OSError("OS file watch limit reached")
        return real(*paths, force_polling=True, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(watching, "awatch", limited)
    async with asyncio.timeout(20), aclosing(Watch(folder).saves()) as saves:
        (folder / "hooks" / "posts.py").write_text("x = 1\n")
        assert await anext(saves) == (folder / "hooks" / "posts.py",)
