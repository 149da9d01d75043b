"""A project on disk, and the command line without a process of its own."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from runtime.cli import main
from runtime.cli.new import scaffold

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Commands configure the log of their process; give the next test what it had before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, which is the current folder. Nobody serves it: nothing listens at port 1."""
    folder = tmp_path / "blog"
    scaffold(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PORT", "1")
    return folder


@pytest.fixture
def hookstream(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; give what it printed and its exit code."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("HOOKSTREAM_TOKEN", raising=False)

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin, prog_name="hookstream")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
