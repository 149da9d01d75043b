"""Files beside a backup, and back."""

import os
import shutil
from pathlib import Path

import pytest

from runtime.files.copies import beside, copy_back, copy_out, require_free
from runtime.model.errors import Conflict, Unavailable

ONE, TWO = "aa/" + "1" * 62, "bb/" + "2" * 62


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    put(folder, ONE, "one")
    put(folder, TWO, "two")
    put(folder, "0123456789abcdef.part", "half")
    put(folder, "aa/no-hash", "not ours")
    return folder


def cannot_link(*_arguments):
    raise OSError(18, "Invalid cross-device link")


@pytest.mark.parametrize("is_same_disk", [True, False])
def test_files_are_copied_beside_a_backup_and_back(files, tmp_path, monkeypatch, is_same_disk):
    if not is_same_disk:
        monkeypatch.setattr(os, "link", cannot_link)
    backup = tmp_path / "news.db"
    assert copy_out(files, backup) == 2
    assert content(tmp_path / "news.db.files") == {ONE: "one", TWO: "two"}
    assert (files / ONE).samefile(tmp_path / "news.db.files" / ONE) == is_same_disk
    (files / ONE).unlink()
    put(files, "cc/" + "3" * 62, "newer")
    assert copy_back(backup, files) == 1
    assert content(files)[ONE] == "one"
    assert content(files)["cc/" + "3" * 62] == "newer"
    assert copy_back(backup, files) == 0


def test_files_of_another_backup_are_replaced_only_when_asked_to(files, tmp_path):
    backup = tmp_path / "news.db"
    require_free(backup, replace=False)
    copy_out(files, backup)
    with pytest.raises(Conflict, match="--force"):
        require_free(backup, replace=False)
    require_free(backup, replace=True)
    (files / ONE).unlink()
    assert copy_out(files, backup) == 1
    assert content(beside(backup)) == {TWO: "two"}
    shutil.rmtree(files)
    assert (copy_out(files, backup), beside(backup).exists()) == (0, False)


def test_a_copy_that_fails_leaves_the_one_before(files, tmp_path, monkeypatch):
    backup = tmp_path / "news.db"
    copy_out(files, backup)
    put(files, "cc/" + "3" * 62, "newer")
    monkeypatch.setattr(os, "link", cannot_link)
    monkeypatch.setattr(shutil, "copyfile", cannot_link)
    with pytest.raises(Unavailable, match="the database alone was"):
        copy_out(files, backup)
    assert content(beside(backup)) == {ONE: "one", TWO: "two"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["files", "news.db.files"]
