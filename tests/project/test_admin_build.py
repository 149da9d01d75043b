"""The built admin UI: how much of it comes first, and that nothing in it leads to another host."""

import json
import os
import re
from pathlib import Path

import pytest

from runtime.web.admin_ui import FOLDER, read_admin_ui

ROOT = Path(__file__).resolve().parents[2]
ADMIN = ROOT / "admin"
FIRST_LOAD_BYTES = 450_000
FIRST = ("index.html",)
"""What is asked for before the first list is there: the page's script, which lists are a part of."""


@pytest.fixture(scope="module")
def built() -> dict[str, dict]:
    """The manifest of the built UI."""
    if read_admin_ui() is None:
        if os.environ.get("REQUIRE_SERVICES"):
            pytest.fail("the admin UI is not built: python admin/hatch_build.py")
        pytest.skip("the admin UI is not built: python admin/hatch_build.py")
    return json.loads((FOLDER / "manifest.json").read_text())


def needed(manifest: dict[str, dict], names: tuple[str, ...]) -> set[str]:
    """Return the files of these chunks and of all that they import at once; not what they may ask for later."""
    files, waiting, seen = set(), [name for name in names if name in manifest], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        files |= {chunk["file"], *chunk.get("css", ())}
        waiting += chunk.get("imports", ())
    return files


def test_the_sign_in_page_and_the_first_list_take_at_most_450_kilobytes(built):
    files = needed(built, FIRST)
    sizes = {name: (FOLDER / f"{name}.gz").stat().st_size for name in files}
    assert len(sizes) >= 2
    assert [name for name in built if name.startswith("src/collections/index")] == []
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sorted(sizes.items(), key=lambda item: -item[1])


def test_each_script_and_stylesheet_has_its_compressed_twin(built):
    named = [chunk["file"] for chunk in built.values()]
    assert [name for name in named if name.endswith((".js", ".css")) and not (FOLDER / f"{name}.gz").exists()] == []


def test_the_page_names_files_of_its_own_server_alone(built):
    page = (FOLDER / "index.html").read_text()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 2
    assert [address for address in addresses if not address.startswith("/admin/_assets/")] == []
    assert "<style" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []


def test_no_file_names_the_host_of_a_registry():
    lock = json.loads((ADMIN / "package-lock.json").read_text())
    assert len(lock["packages"]) > 100
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert "omit-lockfile-registry-resolved=true" in (ADMIN / ".npmrc").read_text().splitlines()


def test_all_platforms_are_in_the_lock_file():
    """npm installs from a lock that lacks a platform's binaries on no machine at all."""
    packages = json.loads((ADMIN / "package-lock.json").read_text())["packages"]
    for package in list(packages.values()):
        for name in package.get("optionalDependencies", {}):
            assert f"node_modules/{name}" in packages, name
