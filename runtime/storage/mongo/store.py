"""Documents in MongoDB: the port, on one database."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping, Sequence
from typing import Any, Final

from runtime.model.change import Change, Write
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Record
from runtime.model.errors import NotFound, Unavailable
from runtime.model.ports import Capabilities, Foreign, Survey
from runtime.model.query import Filter, Path, Query
from runtime.model.specs import CollectionSpec
from runtime.storage.mongo import changes, ensure
from runtime.storage.mongo.address import Address
from runtime.storage.mongo.commit import one_by_one
from runtime.storage.mongo.driver import Database
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.line import Line
from runtime.storage.mongo.prepare import Prepared, prepare
from runtime.storage.mongo.read import Reader
from runtime.storage.mongo.survey import survey
from runtime.storage.watch import watch

PREPARED_HERE: Final = 50_000
"""How many characters of full text are taken apart on the event loop, a millisecond or two; more goes to a thread."""

WEAKER: Final = (
    "a standalone MongoDB server has no transactions: a request that writes several documents writes them one after "
    "another, and a crash in between leaves some of them; run the server as a replica set, one member is enough",
    "on a standalone MongoDB server the record of a change is written after the document: a crash in between loses the "
    "record, and with several processes records may be numbered in another order than the documents were written",
)


class MongoStore:
    """The store of one project, in the database that a URL names.

    To be opened, used and closed in one event loop. Several processes may have one database open. On a replica set or
    a sharded cluster a batch is a transaction; `capabilities` says what is weaker on a standalone server.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        self._address = Address.of(url)
        self._database = Database(self._address, clock=clock)
        self._clock = clock
        self._kept: Mapping[str, Kept] = {}
        self._commits: set[asyncio.Task[list[Change]]] = set()
        self._line = Line(self._database, clock=clock)
        self._alone = asyncio.Lock()
        self._state = "is not open yet: the server is starting"
        self._has_transactions = False

    @property
    def capabilities(self) -> Capabilities:
        """What this store can promise; of a store that is not open yet, the least."""
        notes = () if self._has_transactions else WEAKER
        return Capabilities(name="mongodb", durable=True, atomic_batches=self._has_transactions, notes=notes)

    async def open(self) -> None:
        """Connect, and make the collections that every store has. Raises Unavailable with the remedy."""
        try:
            self._has_transactions = await self._database.connect()
            await ensure.found(self._database)
        except BaseException:
            await self._database.close()
            raise
        self._state = ""

    async def close(self) -> None:
        """Finish what was submitted, disconnect. Safe to call twice."""
        self._state = "is closed: the server is stopping"
        await asyncio.gather(*self._commits, return_exceptions=True)
        await self._database.close()

    async def ensure(self, collections: Sequence[CollectionSpec]) -> list[str]:
        """Make collections and indexes fit; return a line for each thing that was changed.

        Raises ProjectInvalid, changing nothing, where the stored documents do not fit. Nodes should run the same YAML:
        what a node writes that has not seen a new text field yet is found by its words once it is written again.
        """
        fitting = ensure.Fitting(self._opened(), collections, self._kept)
        await fitting.check()
        made = await fitting.make()
        self._kept = {**self._kept, **{kept.layout.collection: kept for kept in made}}
        await asyncio.gather(*self._commits, return_exceptions=True)
        await fitting.finish()
        return fitting.report

    async def get(self, collection: str, id: str) -> Record | None:
        """Return one document."""
        return await self._reader(collection).get(id)

    async def get_many(self, collection: str, ids: Sequence[str]) -> dict[str, Record]:
        """Return the documents that exist among `ids`, by id."""
        return dict(await self._reader(collection).get_many(ids))

    async def find(self, collection: str, query: Query) -> list[Record]:
        """Return the matching documents in order.

        Raises InvalidQuery where more than `sorting.SORT_LIMIT` would have to be sorted by a path that may hold arrays.
        """
        return list(await self._reader(collection).find(query))

    async def count(self, collection: str, query: Query) -> int:
        """Return how many match the filter and the text."""
        return await self._reader(collection).count(query)

    async def distinct(self, collection: str, path: Path, filter: Filter) -> list[Any]:
        """Return the different values at a path, arrays unwound, in sort order."""
        return await self._reader(collection).distinct(path, filter)

    async def iterate(self, collection: str, query: Query) -> AsyncIterator[Record]:
        """Go through any number of documents, a chunk at a time; between two chunks nothing is held on the server."""
        async for chunk in self._reader(collection).chunks(query):
            for record in chunk:
                yield record

    async def commit(self, writes: Sequence[Write]) -> list[Change]:
        """Apply all writes or none, durably; return the change records of logged collections, in order.

        A caller that is cancelled does not know whether the batch was applied; it was, as a whole, or was not.
        Besides what the port says, raises InvalidDocument and TooLarge for documents that no collection could hold.
        """
        if not writes:
            return []
        if len({(write.collection, write.id) for write in writes}) < len(writes):
            raise ValueError("a batch may write each document once")
        self._opened()
        return await self._finished(self._commit(writes))

    async def changes(self, since: int, limit: int) -> list[Change]:
        """Return change records with `seq` > since, in commit order."""
        return await changes.read(self._opened(), since, limit)

    async def last_seq(self) -> int:
        """Return the `seq` of the newest change record; 0 where there is none."""
        return await changes.last_seq(self._opened())

    async def prune_changes(self, before: str) -> int:
        """Delete change records older than a timestamp; return how many."""
        return await changes.prune(self._opened(), before)

    def watch(self, since: int | None = None) -> AsyncGenerator[Foreign, None]:
        """Yield what other processes commit to the database; on a standalone server, in the order of the numbers."""
        return watch(
            since,
            given=lambda: changes.given_seq(self._opened()),
            look=lambda since, upto: changes.look(self._opened(), since, upto),
        )

    def state(self) -> object | None:
        """Return None: it would take a question to the server."""
        return None

    async def ping(self) -> None:
        """Return if a server that can be written to answers; raise Unavailable otherwise."""
        await self._opened().ping()

    async def survey(self) -> Survey:
        """Return what there is in the database, as the server estimates it."""
        return await survey(self._opened(), self._kept.values(), str(self._address))

    def _opened(self) -> Database:
        if self._state:
            raise Unavailable(f"{self._address} {self._state}")
        return self._database

    def _find(self, collection: str) -> Kept:
        found = self._kept.get(collection)
        if found is None:
            raise NotFound(f"there is no collection {collection!r} with documents; declare it in the project's YAML")
        return found

    def _reader(self, collection: str) -> Reader:
        return Reader(self._opened(), self._find(collection))

    async def _finished(self, work: Coroutine[Any, Any, list[Change]]) -> list[Change]:
        """Wait for a commit, which goes on to its end when the one who waits gives up."""
        task = asyncio.create_task(work)
        self._commits.add(task)
        task.add_done_callback(self._commits.discard)
        task.add_done_callback(_seen)
        return await asyncio.shield(task)

    async def _commit(self, writes: Sequence[Write]) -> list[Change]:
        batch = await self._prepared(writes)
        if self._has_transactions:
            if len(batch) == 1 and not batch[0].kept.layout.logged:
                return await one_by_one(self._database, batch, at="")
            return await self._line.commit(batch)
        # so that of one process at least, records have the order of documents
        async with self._alone:
            return await one_by_one(self._database, batch, at=timestamp(self._clock.now()))

    async def _prepared(self, writes: Sequence[Write]) -> list[Prepared]:
        pairs = [(write, self._find(write.collection)) for write in writes]
        size = sum(len(text) for write, kept in pairs if write.document for text in kept.texts(write.document) if text)
        if size <= PREPARED_HERE:
            return [prepare(write, kept) for write, kept in pairs]
        return await asyncio.to_thread(lambda: [prepare(write, kept) for write, kept in pairs])


def _seen(task: "asyncio.Task[list[Change]]") -> None:
    """Take note of a failure that the one who asked for it does not wait for any more."""
    if not task.cancelled():
        task.exception()
