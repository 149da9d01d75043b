"""Real servers: `hookstream` in a process of its own, on a copy of the newsroom. And what every run says of itself."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
PROJECT = ("config.yml", "config.yml.env", "collections", "hooks", "jobs")
START_S = 60
LIMITS = "requests: 1000000/minute, login: 1000/minute, connect: 100000/minute"

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""An example may take as long as the machine lets it: there are no timed assertions."""
settings.register_profile("30000", max_examples=1_000)
"""`pytest --hypothesis-profile=30000 …` asks ten times as much as usual: 30,000 questions of each store's pushdown."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let every run ask something else, and say by which number it can be asked again.

    Where all services are required the questions are always the same: what such a run finds is the change's doing.
    """
    if config.getoption("--hypothesis-seed") is None:
        config.option.hypothesis_seed = 1 if os.environ.get("REQUIRE_SERVICES") else random.randrange(2**32)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what may take minutes, so that it is not what all wait for in the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what random tests are made of."""
    return [f"random questions: again with --hypothesis-seed={config.getoption('--hypothesis-seed')}"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how a failure is seen again, and whether MongoDB's own server has had its say in this run."""
    if terminalreporter.getreports("failed"):
        terminalreporter.write_line(pytest_report_header(terminalreporter.config)[0], yellow=True)
    if not any("contract/" in report.nodeid for report in terminalreporter.getreports("passed")):
        return
    if os.environ.get("MONGODB_URI"):
        terminalreporter.write_line("mongodb: the store's contract ran against the server that MONGODB_URI names too")
    else:
        terminalreporter.write_line(
            "mongodb: the store's contract did NOT run against a real server, only against tests/mongopeer; "
            "set MONGODB_URI to run it there",
            yellow=True,
        )


@dataclass
class Server:
    """A running `hookstream`; `lines` is all that it has printed so far."""

    process: subprocess.Popen[str]
    folder: Path
    port: int
    lines: list[str] = field(default_factory=list)
    grew: threading.Condition = field(default_factory=threading.Condition)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/newsroom"

    def read(self) -> None:
        for line in self.process.stdout:
            with self.grew:
                self.lines.append(line.rstrip("\n"))
                self.grew.notify_all()
        with self.grew:
            self.lines.append("(end of output)")
            self.grew.notify_all()

    def wait_for(self, text: str, *, after: int = 0, timeout_s: float = START_S) -> str:
        """Return the first line from `after` on that contains a text, as soon as it is printed."""

        def found() -> str | None:
            return next((line for line in self.lines[after:] if text in line), None)

        with self.grew:
            ended = self.grew.wait_for(lambda: found() or "(end of output)" in self.lines, timeout_s)
        if not ended or found() is None:
            raise AssertionError(f"{text!r} was not printed:\n" + "\n".join(self.lines))
        return found()

    def stop(self, how: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(timeout=START_S)


FreePort = Callable[[], int]


@pytest.fixture(scope="session")
def free_port() -> Iterator[FreePort]:
    """Give ports of this session's own: other tests that ask the system for a port, at the same time, get others.

    A socket that only holds a port leaves it to a server in another process, where both of them allow that.
    """
    with ExitStack() as held:

        def give() -> int:
            holder = held.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(("127.0.0.1", 0))
            port = holder.getsockname()[1]
            if sys.platform != "linux":  # others do not share a port that is held
                holder.close()
            return port

        yield give


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return files of authors and articles: the real ones where they are at hand, otherwise as many made ones."""
    authors, posts = SHARED / "rust-blog-authors.jsonl", SHARED / "rust-blog-articles.jsonl"
    if authors.exists() and posts.exists():
        return authors, posts
    folder = tmp_path_factory.mktemp("articles")
    authors, posts = folder / "authors.jsonl", folder / "articles.jsonl"
    authors.write_text("".join(json.dumps({"id": f"author-{n}", "name": f"Author {n}"}) + "\n" for n in range(20)))
    rows = (
        {
            "slug": f"post-{n}",
            "title": f"Post {n}",
            "publishedAt": f"20{10 + n % 15}-03-{1 + n % 28:02}T00:00:00.000Z",
            "authors": [f"author-{n % 20}"],
            "tags": ["release"] if n % 5 == 0 else [],
            "status": "published",
            "body": "word " * (40 + n * 7 % 3000),
        }
        for n in range(750)
    )
    posts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return authors, posts


@pytest.fixture(scope="session")
def give_port(free_port: FreePort) -> Callable[[Path], None]:
    """Have the project in a folder listen on a free port."""

    def change(folder: Path) -> None:
        config = (folder / "config.yml").read_text()
        config, changed = re.subn(r"port: \d+", f"port: {free_port()}", config)
        assert changed == 1
        (folder / "config.yml").write_text(config)

    return change


@pytest.fixture(scope="session")
def copy_newsroom(give_port: Callable[[Path], None]) -> Callable[[Path], Path]:
    """Copy the newsroom to a folder; the copy listens on a free port and has limits that a test does not reach."""

    def copy_to(folder: Path) -> Path:
        folder.mkdir()
        for name in PROJECT:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)
        give_port(folder)
        config = (folder / "config.yml").read_text()
        config, changed = re.subn(r"limits: \{.*?\}", f"limits: {{{LIMITS}}}", config)
        assert changed == 1
        (folder / "config.yml").write_text(config)
        return folder

    return copy_to


@pytest.fixture
def newsroom(tmp_path: Path, copy_newsroom: Callable[[Path], Path]) -> Path:
    """A copy of the newsroom that listens on a free port, with limits that a test does not reach."""
    return copy_newsroom(tmp_path / "newsroom")


Start = Callable[..., Server]


@contextmanager
def launching() -> Iterator[Start]:
    """Give a function that starts `hookstream COMMAND` on a folder; whatever it started is ended with the block."""
    servers: list[tuple[Server, threading.Thread]] = []

    def launch(command: str, *, folder: Path, environ: Mapping[str, str] | None = None) -> Server:
        port = int(re.search(r"port: (\d+)", (folder / "config.yml").read_text())[1])
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", command, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **(environ or {})},
        )
        server = Server(process, folder, port)
        reader = threading.Thread(target=server.read, daemon=True)
        servers.append((server, reader))
        reader.start()
        server.wait_for(f"http://127.0.0.1:{port}")
        return server

    try:
        yield launch
    finally:
        for server, reader in servers:
            if server.process.poll() is None:
                server.process.kill()
            server.process.wait()
            reader.join()  # before what it reads is closed under it
            server.process.stdout.close()


@pytest.fixture(scope="session")
def servers() -> Callable[[], AbstractContextManager[Start]]:
    """What starts servers for longer or shorter than a test: `with servers() as launch: launch("dev", folder=…)`."""
    return launching


@pytest.fixture
def start(newsroom: Path) -> Iterator[Start]:
    """Start `hookstream COMMAND` on the newsroom and return it when it answers; it is ended with the test."""
    with launching() as launch:
        yield lambda command="serve", *, folder=newsroom: launch(command, folder=folder)


@pytest.fixture
def hookstream(newsroom: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `hookstream …` in the newsroom's folder to its end."""

    def run(*arguments: str, input: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "runtime.cli", *arguments],
            cwd=newsroom,
            input=input,
            text=True,
            capture_output=True,
            timeout=120,
            env={**os.environ, "COLUMNS": "200"},
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run
