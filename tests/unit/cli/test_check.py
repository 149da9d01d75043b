"""`hookstream check`, and the project that commands are about."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


def test_a_project_without_problems_is_summed_up(project: Path, hookstream: Run) -> None:
    result = hookstream("check")
    assert (result.exit_code, result.stdout) == (0, "✓ blog: 1 collection, 2 channels, 1 job, 2 hooks\n")


def test_a_project_elsewhere_is_named(project: Path, hookstream: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert hookstream("check", str(project)).exit_code == 0


def test_checking_leaves_no_database_behind(project: Path, hookstream: Run) -> None:
    hookstream("check")
    assert not (project / "data").exists()


def test_a_problem_has_its_place_and_remedy(project: Path, hookstream: Run) -> None:
    config = project / "config.yml"
    config.write_text(config.read_text().replace("scope: public ", "scope: pubic "))
    result = hookstream("check")
    assert result.exit_code == 1
    assert "config.yml:13:12  channels.0.scope\n" in result.stdout
    assert "  → " in result.stdout
    assert result.stdout.endswith("✗ 1 problem\n")


def test_yaml_and_python_mistakes_are_told_together(project: Path, hookstream: Run) -> None:
    config = project / "config.yml"
    config.write_text(config.read_text().replace("scope: public ", "scope: pubic "))
    (project / "hooks" / "broken.py").write_text("def broken(:\n")
    (project / "jobs" / "tick.py").write_text("async def run(ctx):\nreturn 1\n")
    result = hookstream("check")
    assert "hooks/broken.py:1:12\n  SyntaxError: " in result.stdout
    assert "jobs/tick.py:2:1\n  IndentationError: " in result.stdout
    assert result.stdout.endswith("✗ 3 problems\n")


def test_a_missing_function_is_a_problem_of_the_yaml(project: Path, hookstream: Run) -> None:
    hooks = project / "hooks" / "posts.py"
    hooks.write_text(hooks.read_text().replace("async def stamp", "async def stomp"))
    result = hookstream("check")
    assert result.exit_code == 1
    assert "collections/posts.yml:15:" in result.stdout
    assert "no function stamp" in result.stdout


def test_problems_are_json_for_programs(project: Path, hookstream: Run) -> None:
    config = project / "config.yml"
    config.write_text(config.read_text().replace("scope: public ", "scope: pubic "))
    result = hookstream("check", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    (problem,) = told["problems"]
    assert set(problem) == {"file", "line", "column", "path", "message", "remedy"}
    assert (problem["file"], problem["line"], problem["column"]) == ("config.yml", 13, 12)


def test_a_project_without_problems_is_json_too(project: Path, hookstream: Run) -> None:
    assert json.loads(hookstream("check", "--json").stdout) == {"ok": True, "problems": []}


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("dev",),
        ("serve",),
        ("explain", "public", "read", "posts"),
        ("user", "list"),
        ("user", "disable", "ada@example.org"),
        ("token", "list"),
        ("import", "posts", "-"),
        ("jobs",),
        ("jobs", "runs"),
        ("jobs", "run", "tick"),
        ("tail", "posts"),
        ("send", "posts", "{}"),
    ],
)
def test_a_folder_without_a_project_is_wrong_usage(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hookstream: Run
) -> None:
    monkeypatch.chdir(tmp_path)
    result = hookstream(*command)
    assert result.exit_code == 2
    assert "there is no config.yml here; name a project's folder, or make one: hookstream new DIR" in result.stderr


def test_the_folder_that_has_no_project_is_named(tmp_path: Path, hookstream: Run) -> None:
    result = hookstream("check", str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert f"there is no config.yml in {tmp_path / 'nowhere'}" in result.stderr


def test_an_invalid_project_stops_every_command_that_opens_it(project: Path, hookstream: Run) -> None:
    (project / "config.yml").write_text("namespace: Blog\n")
    result = hookstream("user", "list")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "config.yml:1:12  namespace\n" in result.stderr
    assert result.stderr.endswith("✗ 1 problem\n")


def test_the_version_is_told(hookstream: Run) -> None:
    assert hookstream("--version").stdout == "hookstream 0.1.0\n"


@pytest.mark.parametrize(
    "command",
    [
        "new", "dev", "serve", "check", "explain", "user", "token", "import", "jobs", "tail", "send", "schema",
    ],
)  # fmt: skip
def test_every_command_explains_itself(command: str, hookstream: Run) -> None:
    listed = hookstream("--help").stdout
    assert f"\n  {command} " in listed
    assert "..." not in listed.split("Commands:")[1]
    assert hookstream(command, "--help").exit_code == 0


def test_an_unknown_command_is_wrong_usage(hookstream: Run) -> None:
    assert hookstream("sevre").exit_code == 2
