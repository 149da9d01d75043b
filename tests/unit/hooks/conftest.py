import textwrap
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from runtime.hooks.call import Caller
from runtime.hooks.context import Context, Request
from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.job_context import JobContext, RunInfo
from runtime.hooks.load import Edition, load
from runtime.hooks.registry import Registry
from runtime.hooks.watchdog import Watchdog
from runtime.model.actor import Actor
from runtime.model.change import Message, Write
from runtime.model.clock import SystemClock
from runtime.model.problem import Source
from runtime.model.specs import BoundHook, CollectionSpec, HookRef, HooksSpec, JobSpec, ProjectSpec

UNTOUCHED = HooksSpec()
USER = Actor(kind="user", id="u1", name="ada@example.org", roles=frozenset({"author"}))


class RecordingLog:
    """A structlog logger's face that keeps what it is told; `seen[event]` is set once an event has been logged."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.seen: dict[str, threading.Event] = {}

    def expect(self, event: str) -> threading.Event:
        return self.seen.setdefault(event, threading.Event())

    def of(self, event: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["event"] == event]

    def _log(self, event: str, **values: Any) -> None:
        self.records.append({"event": event, **values})
        self.expect(event).set()

    debug = info = warning = error = _log


class FakePublisher:
    def prepare(self, channel: str, message: Mapping[str, Any]) -> Message:
        return Message(channel, message["type"], dict(message), b"{}", 0.0)

    def publish(self, messages: Any) -> None:
        raise NotImplementedError


class FakeEnqueuer:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def prepare(
        self, job: str, input: Any, *, delay_s: float, key: str | None, by: str | None, at: Any = None
    ) -> Write:
        self.asked.append((job, input, delay_s, key, by))
        return Write("_runs", f"run-{len(self.asked)}", {"job": job}, 0)

    def wake(self, runs: Any) -> None:
        raise NotImplementedError


class FakeDatabase:
    """As much of a database as hooks need here; every method really waits for the loop."""

    def __init__(self, documents: dict[str, dict[str, Any]], *, as_user: bool = False) -> None:
        self.documents = documents
        self.as_user = as_user
        self.batches: list[str] = []

    async def get(self, collection: str, id: str) -> dict[str, Any] | None:
        return self.documents.get(f"{collection}/{id}")

    async def whoami(self) -> str:
        return "actor" if self.as_user else "system"

    def as_actor(self) -> "FakeDatabase":
        return FakeDatabase(self.documents, as_user=True)

    def batch(self) -> "FakeBatch":
        return FakeBatch(self)


class FakeBatch:
    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    async def __aenter__(self) -> FakeDatabase:
        self._database.batches.append("entered")
        return self._database

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, traceback: Any) -> None:
        self._database.batches.append("committed" if kind is None else f"dropped {kind.__name__}")


class Workbench:
    """A project in a folder, its editions, and contexts for its hooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = RecordingLog()
        self.sent: list[Message] = []
        self.stored: list[Write] = []
        self.enqueuer = FakeEnqueuer()
        self.database = FakeDatabase({"articles/a1": {"id": "a1", "title": "Stored"}})

    def write(self, file: str, text: str) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def spec(
        self, *refs: str, jobs: tuple[str, ...] = (), namespace: str = "newsroom", hooks: HooksSpec = UNTOUCHED
    ) -> ProjectSpec:
        bound = tuple(
            BoundHook(
                HookRef(*ref.split(":")), Source("collections/articles.yml", 10 + i, 3), f"hooks.create.after.{i}"
            )
            for i, ref in enumerate(refs)
        )
        collection = CollectionSpec(
            "articles", Source("collections/articles.yml", 1, 1), hooks={("create", "after"): bound} if bound else {}
        )
        return ProjectSpec(
            folder=self.folder,
            namespace=namespace,
            storage="sqlite::memory:",
            collections=(collection,),
            jobs=tuple(JobSpec(file, Source("jobs/jobs.yml", 1, 3), HookRef(file, "run")) for file in jobs),
            hooks=hooks,
            environment={"GREETING": "hello"},
        )

    def load(self, *refs: str, number: int = 1, **spec: Any) -> Edition:
        return load(self.spec(*refs, **spec), number=number)

    def context(self, edition: Edition, **values: Any) -> Context:
        given: dict[str, Any] = {
            "request": Request("POST", "/api/newsroom/articles", id="r1"),
            "actor": USER,
            "collection": "articles",
            "action": "create",
            "phase": "before",
            "db": self.database,
            "realtime": Realtime(FakePublisher(), self.sent.append),
            "jobs": Jobs(self.enqueuer, self._store, by="u1"),
            "http": object(),
            "config": edition.spec,
            "log": self.log,
        }
        return Context(**(given | values))

    def job_context(self, edition: Edition, **values: Any) -> JobContext:
        given: dict[str, Any] = {
            "run": RunInfo("run-1", "digest", 1, "2026-01-15T10:30:00.000Z"),
            "input": {},
            "db": self.database,
            "realtime": Realtime(FakePublisher(), self.sent.append),
            "jobs": Jobs(self.enqueuer, self._store),
            "http": object(),
            "config": edition.spec,
            "log": self.log,
            "report": lambda percent, message: None,
            "is_cancelled": lambda: False,
            "steps": None,
        }
        return JobContext(**(given | values))

    async def _store(self, write: Write) -> None:
        self.stored.append(write)


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


@pytest.fixture
def log(bench: Workbench) -> RecordingLog:
    return bench.log


Start = Callable[..., Any]


@pytest.fixture
async def start(bench: Workbench) -> AsyncIterator[Start]:
    """Load a project and return a caller for it: `caller, edition = start("hooks/a.py:run")`."""
    callers: list[Caller] = []

    def started(*refs: str, watchdog: Watchdog | None = None, **spec: Any) -> tuple[Caller, Edition]:
        edition = bench.load(*refs, **spec)
        caller = Caller(Registry(edition), clock=SystemClock(), log=bench.log, watchdog=watchdog)
        callers.append(caller)
        return caller, edition

    yield started
    for caller in callers:
        await caller.close()
