"""The store's contract runs over every adapter: a leg for each. A leg is how to make stores of one database."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from runtime.model.change import Change, Write
from runtime.model.ports import Store
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType, IndexSpec
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage.open import open_store
from tests.mongopeer.server import Peer

SOURCE = Source("collections/things.yml", 3, 5)


class StandingClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_768_473_000.0  # 2026-01-15T10:30:00Z

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds


Make = Callable[[], Store]
"""Makes a store that is not open yet; each time another one of the same database, but for one in memory."""
Leg = Callable[[Path, StandingClock], AbstractAsyncContextManager[Make]]


def sqlite(url: str) -> Leg:
    @asynccontextmanager
    async def leg(folder: Path, clock: StandingClock) -> AsyncIterator[Make]:
        yield lambda: open_store(url, folder=folder, clock=clock)

    return leg


PATIENCE = dict.fromkeys(("serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"), "120000")
"""The peer shares the test's loop: while it works on a hard question it gives the driver no sign of life."""


def mongo_peer(*, is_replica_set: bool) -> Leg:
    @asynccontextmanager
    async def leg(folder: Path, clock: StandingClock) -> AsyncIterator[Make]:
        async with Peer(is_replica_set=is_replica_set) as peer:
            yield lambda: open_store(peer.url(**PATIENCE), folder=folder, clock=clock)

    return leg


@asynccontextmanager
async def mongo_server(folder: Path, clock: StandingClock) -> AsyncIterator[Make]:
    """A database of its own on the server that MONGODB_URI names; it is dropped afterwards."""
    client: Any = AsyncIOMotorClient(os.environ["MONGODB_URI"])
    name = f"hookstream_{uuid.uuid4().hex}"
    base, _, options = os.environ["MONGODB_URI"].partition("?")
    scheme, _, rest = base.partition("://")
    try:
        url = f"{scheme}://{rest.partition('/')[0]}/{name}" + (f"?{options}" if options else "")
        yield lambda: open_store(url, folder=folder, clock=clock)
    finally:
        await client.drop_database(name)
        client.close()


LEGS: dict[str, Leg] = {
    "sqlite-file": sqlite("sqlite:data/store.db"),
    "sqlite-memory": sqlite("sqlite::memory:"),
    "mongo": mongo_peer(is_replica_set=True),
    "mongo-standalone": mongo_peer(is_replica_set=False),
    **({"mongo-server": mongo_server} if os.environ.get("MONGODB_URI") else {}),
}


@pytest.fixture
def clock() -> StandingClock:
    """A clock that stands until it is moved."""
    return StandingClock()


@pytest.fixture(params=LEGS)
async def make_store(request: pytest.FixtureRequest, tmp_path: Path, clock: StandingClock) -> AsyncIterator[Make]:
    """Make a store that is not open yet."""
    async with LEGS[request.param](tmp_path, clock) as make:
        yield make


@pytest.fixture
async def store(make_store: Make) -> AsyncIterator[Store]:
    """An open store without collections."""
    store = make_store()
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def other(make_store: Make, store: Store) -> AsyncIterator[Store]:
    """Another store of the same database, as another process would have it."""
    if not store.capabilities.durable:
        pytest.skip("a database in memory has one store")
    other = make_store()
    await other.open()
    yield other
    await other.close()


@pytest.fixture
def field() -> Callable[..., FieldSpec]:
    """Make a field as the YAML would."""

    def make(name: str, type: FieldType = "string", **more: Any) -> FieldSpec:
        return FieldSpec(name=name, type=type, source=SOURCE, **more)

    return make


@pytest.fixture
def collection() -> Callable[..., CollectionSpec]:
    """Make a collection as the YAML would; indexes as "status,-publishedAt"."""

    def make(name: str, *fields: FieldSpec, indexes: Sequence[str] = (), **more: Any) -> CollectionSpec:
        compound = tuple(
            IndexSpec(tuple((key.removeprefix("-"), key.startswith("-")) for key in text.split(",")), SOURCE)
            for text in indexes
        )
        return CollectionSpec(name=name, source=SOURCE, fields=fields, indexes=compound, **more)

    return make


@pytest.fixture
def create(store: Store) -> Callable[..., Awaitable[list[Change]]]:
    """Create documents in one commit; what is not given is version 1."""

    async def create(collection: str, documents: Iterable[dict[str, Any]], by: str | None = None) -> list[Change]:
        return await store.commit(
            [Write(collection, d["id"], {"version": 1, **d}, expected=0, by=by) for d in documents]
        )

    return create


@pytest.fixture
def ids(store: Store) -> Callable[..., Awaitable[list[str]]]:
    """Ask as the REST API does; the ids of what is found."""

    async def ids(collection: str, filter: Any = None, *, sort: str = "id", **more: Any) -> list[str]:
        query = Query(filter=parse_filter(filter or {}), sort=parse_sort(sort), **more)
        return [record.id for record in await store.find(collection, query)]

    return ids
