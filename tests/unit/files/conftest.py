"""A shelf of files on a store and a folder of its own, with a clock that can be moved."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import LogCapture

from runtime.files.blobs import Blobs
from runtime.files.shelf import Shelf
from runtime.files.upkeep import Upkeep
from runtime.model.actor import Actor
from runtime.model.files import COLLECTIONS, FILES, USES, amendment, use
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec, FieldSpec, ProjectSpec
from runtime.storage.open import open_store

SOURCE = Source("collections/notes.yml", 1, 1)
NOTES = CollectionSpec("notes", SOURCE, (FieldSpec("paper", "file", SOURCE),))
ADA = Actor(kind="user", id="ada", roles=frozenset({"admin"}))


class Clock:
    def __init__(self) -> None:
        # What the disk says of files is by the machine's clock.
        self.at = time.time()

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


class Room:
    """All that files need, and shorthands for what tests do with it."""

    def __init__(self, folder: Path, store, clock: Clock) -> None:
        self.folder, self.store, self.clock = folder, store, clock
        self.blobs = Blobs(folder)
        self.spec = ProjectSpec(folder, "desk", "", collections=(NOTES,))
        self.log = LogCapture()

    def shelf(self, *, store=None, blobs=None) -> Shelf:
        async def count(_user: str) -> None: ...

        return Shelf(
            lambda: self.spec, store=store or self.store, blobs=blobs or self.blobs, count=count, clock=self.clock,
            log=self.log,
        )  # fmt: skip

    def upkeep(self, *, store=None, blobs=None) -> Upkeep:
        return Upkeep(store or self.store, blobs or self.blobs, clock=self.clock)

    async def upload(self, data: bytes = b"hello", *, store=None, blobs=None) -> dict:
        shelf = self.shelf(store=store, blobs=blobs)

        async def chunks() -> AsyncIterator[bytes]:
            yield data

        return await shelf.receive(ADA, await shelf.require_room(ADA, len(data)), name="a.txt", chunks=chunks())

    async def hold(self, file: str, document: str = "note", *, ended: bool = False) -> None:
        """Write what a document's commit would."""
        record = (await self.store.get(FILES.name, file)).document
        writes = [use(file, "notes", document, now=self.clock.now(), ended=ended)]
        if not ended:
            writes.append(amendment(record, {"used": True, "expiresAt": None}, now=self.clock.now()))
        await self.store.commit(writes)

    async def records(self) -> list[dict]:
        return [record.document for record in await self.store.find(FILES.name, Query())]

    async def uses(self) -> list[dict]:
        return [record.document for record in await self.store.find(USES.name, Query())]

    def on_disk(self) -> list[str]:
        return sorted(p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file())


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    clock = Clock()
    store = open_store("sqlite:files.db", folder=tmp_path, clock=clock)
    await store.open()
    await store.ensure([*COLLECTIONS, NOTES])
    yield Room(tmp_path / "files", store, clock)
    await store.close()
