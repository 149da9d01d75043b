"""The repository is laid out as it has to be."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "runtime").rglob("*.py"))


@pytest.mark.parametrize("folder", ["hooks", "collections", "jobs"])
def test_the_newsroom_never_becomes_a_package(folder):
    """An __init__.py in collections/ would shadow the standard library when the server starts from the root."""
    assert not list((ROOT / folder).rglob("__init__.py"))


def test_no_module_is_longer_than_400_lines():
    assert len(MODULES) > 50
    assert {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text().splitlines())) > 400} == {}


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "runtime" / "py.typed").exists()


def test_dependencies_are_locked_with_hashes():
    lock = (ROOT / "requirements.lock").read_text()
    pinned = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(pinned) > 40
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") > len(pinned)
