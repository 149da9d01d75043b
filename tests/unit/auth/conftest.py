"""What the tests of identities share: a clock moved by hand, a store in memory, cheap passwords that are counted."""

import dataclasses
from pathlib import Path

import pytest
import structlog
from argon2 import PasswordHasher
from structlog.testing import LogCapture

from runtime.auth.auth import Auth
from runtime.auth.passwords import Passwords
from runtime.auth.records import COLLECTIONS
from runtime.auth.secrets import Secret
from runtime.model.query import Query
from runtime.model.specs import AuthSpec, ProjectSpec
from runtime.storage.open import open_store

NOON = 1_768_478_400.0
"""2026-01-15T12:00:00Z."""


class MovableClock:
    def __init__(self):
        self.passed = 0.0

    def now(self):
        return NOON + self.passed

    def monotonic(self):
        return 1000.0 + self.passed

    def advance(self, seconds):
        self.passed += seconds


class CountingHasher(PasswordHasher):
    """The cheapest Argon2 there is; notes what it verified against."""

    def __init__(self):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1, hash_len=16, salt_len=8)
        self.verified = []

    def verify(self, hash, password):
        self.verified.append(hash)
        return super().verify(hash, password)


class Project:
    """A spec that can be replaced, as a reload does."""

    def __init__(self, folder):
        self.spec = ProjectSpec(
            folder, "newsroom", "sqlite::memory:", auth=AuthSpec(session_ttl_s=432_000.0, roles=("editor", "author"))
        )

    def replace(self, **changes):
        self.spec = dataclasses.replace(self.spec, **changes)


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture
async def store(tmp_path: Path, clock):
    store = open_store("sqlite::memory:", folder=tmp_path, clock=clock)
    await store.open()
    await store.ensure(COLLECTIONS)
    yield store
    await store.close()


@pytest.fixture
def secret():
    return Secret(b"a key of the tests, long enough for anybody")


@pytest.fixture
def logged():
    return LogCapture()


@pytest.fixture
def log(logged):
    return structlog.wrap_logger(None, processors=[logged], wrapper_class=structlog.stdlib.BoundLogger)


@pytest.fixture
def hasher():
    return CountingHasher()


@pytest.fixture
def passwords(hasher, log):
    return Passwords(log=log, hasher=hasher)


@pytest.fixture
def auth(project, store, clock, secret, log, passwords):
    return Auth(lambda: project.spec, store=store, clock=clock, secret=secret, log=log, passwords=passwords)


@pytest.fixture
async def ada(auth):
    return await auth.users.create("ada@example.org", password="correct horse", roles=["editor"], name="Ada")


@pytest.fixture
def stored(store):
    """The text of everything that is stored in a collection."""

    async def texts(collection):
        return b"\n".join([record.text async for record in store.iterate(collection, Query(limit=None))]).decode()

    return texts
