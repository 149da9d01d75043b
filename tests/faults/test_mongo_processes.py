"""Several processes on one MongoDB, which is a process of its own too: what they share is a socket each."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo.store import MongoStore

ROOT = Path(__file__).resolve().parents[2]
PROCESSES, TIMES = 4, 500


async def started(stack: AsyncExitStack, *arguments: str) -> Process:
    """Start Python in a process of its own, which is ended with the stack."""
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdin=PIPE, stdout=PIPE)

    async def end() -> None:
        if process.returncode is None:
            process.kill()
        await process.communicate()

    stack.push_async_callback(end)
    return process


@pytest.fixture(params=[[], ["--standalone"]], ids=["replica set", "standalone"])
async def url(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The URL of a peer in a process of its own."""
    async with AsyncExitStack() as stack:
        peer = await started(stack, "-m", "tests.mongopeer", *request.param)
        yield (await peer.stdout.readline()).decode().strip()


@pytest.mark.timeout(300)
async def test_processes_that_count_with_compare_and_set_lose_nothing(url: str) -> None:
    store = MongoStore(url, clock=SystemClock())
    await store.open()
    await store.ensure([CollectionSpec(name="notes", source=Source("collections/notes.yml", 1, 1))])
    await store.commit([Write("notes", "counter", {"id": "counter", "version": 1, "n": 0}, expected=0)])
    async with AsyncExitStack() as stack:
        processes = [await started(stack, "-m", "tests.counting", "mongo", url, str(TIMES)) for _ in range(PROCESSES)]
        assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    record = await store.get("notes", "counter")
    changes = await store.changes(0, 3000)
    await store.close()
    assert record is not None
    assert record.document == {"id": "counter", "version": 2001, "n": 2000}
    assert sorted(change.version for change in changes) == list(range(1, 2002))
    if "replicaSet" in url:
        assert [change.version for change in changes] == list(range(1, 2002))
