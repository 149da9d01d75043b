"""Counts a document up by compare-and-set, as one of several processes: `python -m tests.counting sqlite PATH 500`.

Instead of `sqlite PATH` it may be `mongo URL`. The collection `notes` is there already, with the document `counter`.
"""

import asyncio
import sys
from pathlib import Path

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import VersionConflict
from runtime.model.ports import Store
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo.store import MongoStore
from runtime.storage.sqlite.store import SqliteStore


async def count_up(store: Store, times: int) -> None:
    await store.open()
    await store.ensure([CollectionSpec(name="notes", source=Source("collections/notes.yml", 1, 1))])
    left = times
    while left:
        record = await store.get("notes", "counter")
        new = {"id": "counter", "version": record.version + 1, "n": record.document["n"] + 1}
        try:
            await store.commit([Write("notes", "counter", new, expected=record.version)])
            left -= 1
        except VersionConflict:
            pass
    await store.close()


def store_of(kind: str, place: str) -> Store:
    clock = SystemClock()
    return SqliteStore(Path(place), clock=clock) if kind == "sqlite" else MongoStore(place, clock=clock)


if __name__ == "__main__":
    asyncio.run(count_up(store_of(*sys.argv[1:3]), int(sys.argv[3])))
