"""MongoDB goes away and comes back while many write: what was acknowledged is there, once, and batches are whole."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import AlreadyExists, Unavailable
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo.store import MongoStore
from tests.mongopeer.server import Peer

WRITERS, BATCHES = 6, 20
COMMANDS = ("find", "insert", "findAndModify", "commitTransaction")


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def stores(peer: Peer) -> AsyncIterator[list[MongoStore]]:
    """Two processes."""
    stores = [MongoStore(peer.url(serverSelectionTimeoutMS="60000"), clock=SystemClock()) for _ in range(2)]
    for store in stores:
        await store.open()
        await store.ensure([CollectionSpec(name="notes", source=Source("collections/notes.yml", 1, 1))])
    yield stores
    for store in stores:
        await store.close()


def batch(name: str) -> list[Write]:
    ids = [f"{name} {part}" for part in "abc"]
    return [Write("notes", id, {"id": id, "version": 1}, expected=0) for id in ids]


async def write(store: MongoStore, name: str) -> bool:
    """Commit a batch, again and again where the server is away; return whether it was always known what came of it."""
    is_known = True
    while True:
        try:
            await store.commit(batch(name))
        except Unavailable as error:
            is_known &= "nobody knows" not in str(error)
        except AlreadyExists:
            assert not is_known, f"{name} was said not to be committed, and was"
            return False
        else:
            return is_known


async def check(store: MongoStore, names: list[str]) -> None:
    expected = {f"{name} {part}" for name in names for part in "abc"}
    assert {record.id for record in await store.find("notes", Query())} == expected
    log = await store.changes(0, 10_000)
    assert Counter(change.id for change in log) == Counter(expected)
    assert [change.seq for change in log] == list(range(1, len(expected) + 1))
    at = {change.id: change.seq for change in log}
    for name in names:
        assert [at[f"{name} {part}"] - at[f"{name} a"] for part in "abc"] == [0, 1, 2]


@pytest.mark.parametrize("seed", range(2))
async def test_connections_that_are_cut_at_any_moment_lose_nothing_and_double_nothing(
    peer: Peer, stores: list[MongoStore], seed: int
) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        peer.fail(chance.choice(COMMANDS), skip=chance.randrange(30), drop=chance.choice(["before", "after"]))
    names = [f"{writer} {number}" for writer in range(WRITERS) for number in range(BATCHES)]

    async def work(writer: int) -> None:
        for number in range(BATCHES):
            assert await write(stores[writer % 2], f"{writer} {number}")

    await asyncio.gather(*map(work, range(WRITERS)))
    assert sum(fault.times == 0 for fault in peer.faults) >= 15
    peer.faults.clear()
    await check(stores[0], names)


async def test_a_server_that_is_restarted_again_and_again_loses_nothing(peer: Peer, stores: list[MongoStore]) -> None:
    """A stop closes every connection wherever it is; what a commit without an answer has done is asked for again."""
    done: list[str] = []
    is_over = asyncio.Event()

    async def work(writer: int) -> None:
        number = 0
        while not is_over.is_set():
            name = f"{writer} {number}"
            await write(stores[writer % 2], name)
            done.append(name)
            number += 1

    writers = [asyncio.ensure_future(work(writer)) for writer in range(WRITERS)]
    for restart in range(8):
        target = len(peer.seen) + 40 + 7 * restart
        while len(peer.seen) < target:
            await asyncio.sleep(0)
        await peer.stop()
        await peer.start()
    is_over.set()
    await asyncio.gather(*writers)
    assert len(done) > WRITERS
    await check(stores[1], done)
