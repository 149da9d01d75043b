"""`hookstream new`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from runtime.cli.new import namespace_of, scaffold
from runtime.hooks.load import load as load_hooks
from runtime.settings.load import load as load_settings
from runtime.settings.schemas import read_schema

Run = Callable[..., Result]


def test_a_new_project_has_these_files(tmp_path: Path, hookstream: Run) -> None:
    assert hookstream("new", str(tmp_path / "blog")).exit_code == 0
    files = {path.relative_to(tmp_path / "blog").as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {
        ".gitignore",
        ".schemas/collection.json",
        ".schemas/config.json",
        ".schemas/jobs.json",
        "README.md",
        "collections/posts.yml",
        "config.yml",
        "config.yml.env",
        "hooks/posts.py",
        "jobs/tick.py",
        "jobs/tick.yml",
    }


def test_a_new_project_is_valid_and_named_after_its_folder(tmp_path: Path) -> None:
    scaffold(tmp_path / "My Blog")
    spec = load_settings(tmp_path / "My Blog", {})
    load_hooks(spec, number=1)
    assert (spec.namespace, spec.storage, spec.server.port) == ("my-blog", "sqlite:data/my-blog.db", 8090)


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    scaffold(tmp_path / "blog")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "{{" in path.read_text()]


def test_editors_find_the_schemas_that_the_files_name(tmp_path: Path) -> None:
    scaffold(tmp_path / "blog")
    for path in (tmp_path / "blog").rglob("*.yml"):
        first = path.read_text().splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / named).is_file(), path


def test_it_says_what_to_do_next(tmp_path: Path, hookstream: Run) -> None:
    folder = tmp_path / "blog"
    assert f"hookstream dev {folder}" in hookstream("new", str(folder)).stdout


def test_the_current_folder_will_do_if_it_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hookstream: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    result = hookstream("new", ".")
    assert result.exit_code == 0
    assert "  hookstream dev\n" in result.stdout
    assert (tmp_path / "config.yml").is_file()


def test_a_folder_with_anything_in_it_is_refused_and_left_alone(tmp_path: Path, hookstream: Run) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = hookstream("new", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr == (f"✗ {tmp_path} is not empty; name a folder that does not exist yet, or empty it first\n")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path, hookstream: Run) -> None:
    (tmp_path / "blog").write_text("mine")
    result = hookstream("new", str(tmp_path / "blog"))
    assert (result.exit_code, result.stderr) == (
        1,
        f"✗ {tmp_path / 'blog'} is a file; name a folder that does not exist yet, or empty it first\n",
    )


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path: Path, hookstream: Run) -> None:
    (tmp_path / "file").write_text("")
    result = hookstream("new", str(tmp_path / "file" / "blog"))
    assert result.exit_code == 1
    assert result.stderr.startswith(
        f"✗ the project cannot be written to {tmp_path / 'file' / 'blog'}: Not a directory;"
    )


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("blog", "blog"),
        ("My Blog!", "my-blog"),
        ("2024 Zürich", "zurich"),
        ("日本", "site"),
        ("--", "site"),
        ("a" * 80, "a" * 63),
        (f"{'a' * 62}-b", "a" * 62),
    ],
)
def test_a_folders_name_becomes_a_namespace(name: str, namespace: str) -> None:
    assert namespace_of(name) == namespace


def test_a_schema_is_printed_as_json(hookstream: Run) -> None:
    result = hookstream("schema", "jobs")
    assert result.exit_code == 0
    assert '"title": "jobs/*.yml"' in result.stdout
    assert read_schema("jobs")["title"] == "jobs/*.yml"


def test_an_unknown_schema_is_wrong_usage(hookstream: Run) -> None:
    result = hookstream("schema", "channels")
    assert result.exit_code == 2
    assert "'config', 'collection', 'jobs'" in result.stderr
