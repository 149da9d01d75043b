"""What the tests of jobs share: a clock moved by hand, a project of real files, real callers, hooks and store."""

import asyncio
import dataclasses
import itertools
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import structlog
from structlog.testing import LogCapture

from runtime.hooks.call import Caller
from runtime.hooks.load import load
from runtime.hooks.registry import Registry
from runtime.jobs.ledger import Ledger
from runtime.jobs.record import RUNS, TRIGGERS
from runtime.jobs.worker import Worker
from runtime.model.actor import Actor
from runtime.model.change import Message
from runtime.model.errors import InvalidMessage, TooLarge, Unavailable
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import HookRef, JobEventsSpec, JobSpec, ProjectSpec, RetrySpec
from runtime.storage.open import open_store

NOON = 1_768_478_400.0
"""2026-01-15T12:00:00Z."""


class MovableClock:
    """Time that passes only by `advance`, for those who wait on it as well."""

    def __init__(self):
        self.passed = 0.0
        self.timers = []
        self.on_timer = lambda: None

    def now(self):
        return NOON + self.passed

    def monotonic(self):
        return 1000.0 + self.passed

    def advance(self, seconds):
        self.passed += seconds
        for due, over in self.timers:
            if due <= self.passed and not over.done():
                over.set_result(None)

    async def wait(self, event, seconds):
        timer = (self.passed + seconds, asyncio.get_running_loop().create_future())
        self.timers.append(timer)
        self.on_timer()
        self.advance(0)
        waiting = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((waiting, timer[1]), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            self.timers.remove(timer)
        return event.is_set()


class Pulse:
    """Lets tests wait for a condition that is looked at whenever something was written or sent."""

    def __init__(self):
        self.beat = asyncio.Event()

    def now(self):
        self.beat.set()

    async def until(self, condition):
        while True:
            self.beat.clear()
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await self.beat.wait()


class WatchedStore:
    """The real store; notes every write, and can be away."""

    def __init__(self, store, pulse):
        self.store = store
        self.pulse = pulse
        self.writes = []
        self.away = False

    def __getattr__(self, name):
        return getattr(self.store, name)

    async def find(self, collection, query):
        self.check()
        return await self.store.find(collection, query)

    async def commit(self, writes):
        self.check()
        changes = await self.store.commit(writes)
        self.writes.extend(writes)
        self.pulse.now()
        return changes

    def check(self):
        if self.away:
            self.pulse.now()
            raise Unavailable("the store is away")


class Publisher:
    """A hub that keeps what it is given."""

    def __init__(self, clock, pulse):
        self.clock = clock
        self.pulse = pulse
        self.sent = []
        self.limit = 65_536
        self.refuse = set()
        self.heard = set()

    def prepare(self, channel, message):
        text = json.dumps(message).encode()
        if len(text) > self.limit:
            raise TooLarge("the message is too large")
        if message["type"] in self.refuse:
            raise InvalidMessage("the channel does not know this type")
        return Message(channel=channel, type=message["type"], body=dict(message), text=text, at=self.clock.now())

    def publish(self, messages):
        self.sent.extend(messages)
        self.pulse.now()

    def is_heard(self, channel):
        return channel in self.heard

    def say(self, channel, message, *, transient=False):
        said = replace(self.prepare(channel, message), transient=transient)
        self.publish([said])
        return said

    def bodies(self, channel):
        return [message.body for message in self.sent if message.channel == channel]

    def types(self, channel):
        return [message.type for message in self.sent if message.channel == channel]


class FakeDatabase:
    """A `ctx.db` that tells who asked for it, and how its batches ended."""

    def __init__(self, actor, chain, seen=None):
        self.actor = actor
        self.chain = chain
        self.seen = [] if seen is None else seen

    async def whoami(self):
        return [self.actor.id, sorted(self.actor.roles), list(self.chain)]

    def as_actor(self):
        return ActorDatabase(self.actor)

    @asynccontextmanager
    async def batch(self):
        try:
            yield self
        except BaseException:
            self.seen.append("abandoned")
            raise
        self.seen.append("committed")


class ActorDatabase:
    def __init__(self, actor):
        self.actor = actor

    async def whoami(self):
        return ["actor", self.actor.id]


class Project:
    """A project whose job files the test writes. `hand` is what they find as `ctx.http`."""

    def __init__(self, folder, store, clock, log, publisher, pulse):
        self.folder = folder
        self.store, self.clock, self.log, self.publisher, self.pulse = store, clock, log, publisher, pulse
        self.hand = SimpleNamespace(gate=asyncio.Event(), seen=[], pulse=pulse)
        self.numbers = itertools.count(1)
        self.registry = Registry(self.edition())
        self.caller = Caller(self.registry, clock=clock, log=log)
        self.ledger = Ledger(store, self.registry, clock)

    def edition(self, code=None, **jobs):
        """Load a project with one job per keyword: its settings, and its `code` where it is not the common one."""
        (self.folder / "jobs").mkdir(exist_ok=True)
        specs = []
        for name, given in jobs.items():
            settings = dict(given)
            file = f"jobs/{name}.py"
            (self.folder / file).write_text(settings.pop("code", code))
            specs.append(JobSpec(name, Source("jobs/jobs.yml", 1, 1), HookRef(file, "run"), **settings))
        spec = ProjectSpec(self.folder, "newsroom", "sqlite::memory:", jobs=tuple(specs))
        return load(spec, number=next(self.numbers))

    def has(self, code, **jobs):
        """Reload the project with these jobs."""
        self.registry.swap(self.edition(code, **jobs))

    def respecify(self, name, **settings):
        """Reload the project with one job's settings changed."""
        spec = self.registry.current.spec
        jobs = tuple(dataclasses.replace(j, **settings) if j.name == name else j for j in spec.jobs)
        self.registry.swap(load(dataclasses.replace(spec, jobs=jobs), number=next(self.numbers)))

    def ledger_of_another_process(self, *, ahead_s=0.0):
        """Return a second ledger on the store; its clock may be ahead, without a timer of the first being over."""
        clock = self.clock
        if ahead_s:
            clock = MovableClock()
            clock.passed = self.clock.passed + ahead_s
        return Ledger(self.store, self.registry, clock)

    def worker(self, *, ledger=None, **settings):
        settings = {"drain_s": 0.0, "wait": self.clock.wait} | settings
        return Worker(
            ledger or self.ledger, registry=self.registry, caller=self.caller, publisher=self.publisher,
            database=self.database, actors=self.actor, http=self.hand, clock=self.clock, log=self.log, **settings,
        )  # fmt: skip

    def database(self, actor, chain):
        return FakeDatabase(actor, chain, self.hand.seen)

    def retries(self, **settings):
        return RetrySpec(**settings)

    async def progress(self, id, message):
        """Wait until a run has told this as its progress."""

        async def told():
            return (await self.ledger.get(id))["progress"]["message"] == message

        await self.pulse.until(told)

    async def failures(self, id, count):
        """Wait until a run has failed so often; return its record."""

        async def failed():
            run = await self.ledger.get(id)
            return run if run["failures"] == count else None

        return await self.pulse.until(failed)

    async def actor(self, id):
        return Actor(kind="user", id=id, roles=frozenset({"editor"}))

    async def enqueue(self, job, input=None, *, delay_s=0, key=None, by="ada"):
        write = self.ledger.prepare(job, input, delay_s=delay_s, key=key, by=by)
        await self.ledger.enqueue([write])
        return write.id

    async def runs(self, **like):
        """All records that have these values, in the order in which they were queued."""
        found = [r.document for r in await self.store.store.find("_runs", Query())]
        found = [run for run in found if all(run[name] == value for name, value in like.items())]
        return sorted(found, key=lambda run: (run["queuedAt"], run["dueAt"], run["id"]))

    async def reaches(self, id, state):
        """Wait until a run has a state; return its record."""

        async def reached():
            run = await self.ledger.get(id)
            return run if run["state"] == state else None

        return await self.pulse.until(reached)


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
async def pulse(clock):
    pulse = Pulse()
    clock.on_timer = pulse.now
    return pulse


@pytest.fixture
def logged():
    return LogCapture()


@pytest.fixture
def log(logged):
    return structlog.wrap_logger(None, processors=[logged], wrapper_class=structlog.stdlib.BoundLogger)


@pytest.fixture
def publisher(clock, pulse):
    return Publisher(clock, pulse)


@pytest.fixture
async def store(tmp_path, clock, pulse):
    store = open_store("sqlite::memory:", folder=tmp_path, clock=clock)
    await store.open()
    await store.ensure([RUNS, TRIGGERS])
    yield WatchedStore(store, pulse)
    await store.close()


@pytest.fixture
async def project(tmp_path, store, clock, log, publisher, pulse):
    project = Project(tmp_path, store, clock, log, publisher, pulse)
    yield project
    await project.caller.close()


@pytest.fixture
def working(project):
    """Enter workers: `async with working() as worker`."""

    @asynccontextmanager
    async def enter(**settings):
        worker = project.worker(**settings)
        async with worker.running():
            yield worker

    return enter


@pytest.fixture
def render_events():
    return JobEventsSpec(channel="user:{userId}", prefix="render")
