"""Documents in one SQLite file, or in memory: the port, on one writing thread and a few reading ones."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path as FilePath
from typing import Any, TypeVar

from runtime.model.change import Change, Write
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Record
from runtime.model.errors import Unavailable
from runtime.model.ports import Capabilities, Foreign, Progress, Restored, Survey
from runtime.model.query import Cursor, Filter, Path, Query
from runtime.model.specs import CollectionSpec
from runtime.query.order import sort_value
from runtime.storage.keys import NoKey, key_of
from runtime.storage.sqlite import changes, select, statistics
from runtime.storage.sqlite.backup import Label, back_up
from runtime.storage.sqlite.catalog import Catalog
from runtime.storage.sqlite.changes import Stamp
from runtime.storage.sqlite.connection import Place, code
from runtime.storage.sqlite.distinct import distinct
from runtime.storage.sqlite.ensure import ensure
from runtime.storage.sqlite.here import Here
from runtime.storage.sqlite.pace import Pace
from runtime.storage.sqlite.plan import ask, asked_before
from runtime.storage.sqlite.readers import READERS, Readers, Short
from runtime.storage.sqlite.restore import restore
from runtime.storage.sqlite.statistics import Growth
from runtime.storage.sqlite.steps import in_steps
from runtime.storage.sqlite.survey import survey
from runtime.storage.sqlite.tables import Tables
from runtime.storage.sqlite.together import Outcome, apply_together
from runtime.storage.sqlite.write import Batch, apply, prepare
from runtime.storage.sqlite.writer import Work, Writer
from runtime.storage.watch import watch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Open:
    writer: Writer[Batch, list[Change]]
    readers: Readers
    stack: AsyncExitStack


class SqliteStore:
    """The store of one project. `path` None keeps everything in memory, for tests and trials.

    To be opened, used and closed in one event loop. Several processes may have one file open: they see each
    other's commits at once and wait for each other's writes, `lock_timeout_s` at most.
    """

    def __init__(self, path: FilePath | None, *, clock: Clock, lock_timeout_s: float = 10.0) -> None:
        self._place = Place(path, lock_timeout_s)
        self._clock = clock
        self._catalog = Catalog()
        self._origin = secrets.randbits(62)
        self._by_id = Pace()
        self._growth = Growth()
        self._opened: _Open | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this store can promise."""
        if self._place.path is not None:
            return Capabilities(name="sqlite", durable=True, atomic_batches=True)
        note = "documents are kept in memory and are gone when the server stops; set `storage` to a file"
        return Capabilities(name="sqlite", durable=False, atomic_batches=True, notes=(note,))

    async def open(self) -> None:
        """Open the file, making it and its folder where they are missing. Raises Unavailable with the remedy."""
        async with AsyncExitStack() as stack:
            connection = await asyncio.to_thread(self._place.create)
            stack.callback(connection.close)
            reading, here = [connection], None
            if self._place.path is not None:
                here = Here(stack.enter_context(closing(self._place.read())))
                reading = [stack.enter_context(closing(self._place.read())) for _ in range(READERS)]
            try:
                self._catalog.refresh(connection)
            except sqlite3.Error as error:
                raise self._place.failure(error) from error
            work = Work(begin=self._catalog.refresh, together=self._apply_together, one=self._apply)
            writer = Writer(connection, self._place, work)
            stack.push_async_callback(writer.close)
            readers = Readers(reading, self._place, here)
            stack.push_async_callback(readers.close)
            self._opened = _Open(writer, readers, stack.pop_all())

    async def close(self) -> None:
        """Finish what was submitted and what is being read, close the file. Safe to call twice."""
        if self._opened is not None:
            await self._opened.stack.aclose()

    async def ensure(self, collections: Sequence[CollectionSpec]) -> list[str]:
        """Make tables and indexes fit the collections; return a line for each thing that was changed.

        Writers wait meanwhile. Raises ProjectInvalid, changing nothing, where the stored documents do not fit.
        """
        opened = self._open()
        report = await opened.writer.run(lambda connection: ensure(connection, collections))
        await opened.readers.run(self._catalog.refresh)
        if report or not await opened.readers.run(statistics.is_analysed):
            names = [spec.name for spec in collections if not spec.virtual]
            self._analysed(await opened.writer.run(self._analyse(names)))
        return report

    async def get(self, collection: str, id: str) -> Record | None:
        """Return one document."""
        if not _is_storable(id):
            return None

        def read(connection: sqlite3.Connection, tables: Tables) -> Record | None:
            return select.get(connection, tables, id)

        tables = self._tables(collection)
        return await self._read(collection, read, Short(lambda connection: read(connection, tables), self._by_id))

    async def get_many(self, collection: str, ids: Sequence[str]) -> dict[str, Record]:
        """Return the documents that exist among `ids`, by id."""
        asked = [id for id in dict.fromkeys(ids) if _is_storable(id)]

        def read(connection: sqlite3.Connection, tables: Tables) -> dict[str, Record]:
            return dict(select.get_many(connection, tables, asked))

        tables, short = self._tables(collection), None
        if len(asked) <= select.SHORT:
            short = Short(lambda connection: read(connection, tables), self._by_id)
        return await self._read(collection, read, short)

    async def find(self, collection: str, query: Query) -> list[Record]:
        """Return the matching documents in order.

        Raises InvalidQuery where more than `sorting.SORT_LIMIT` would have to be sorted by a path without a key.
        """
        asked, short = asked_before(self._tables(collection), query), None
        if asked is not None and select.is_short(asked):
            short = Short(partial(select.answer, asked), asked.plan.pace)
        found = await self._read(
            collection, lambda connection, tables: select.answer(ask(tables, query), connection), short
        )
        return list(found)

    async def count(self, collection: str, query: Query) -> int:
        """Return how many match the filter and the text."""
        query = select.counted(query)
        asked, short = asked_before(self._tables(collection), query), None
        if asked is not None and select.is_short_total(asked):
            short = Short(partial(select.total, asked), asked.plan.pace)
        return await self._read(
            collection, lambda connection, tables: select.total(ask(tables, query), connection), short
        )

    async def distinct(self, collection: str, path: Path, filter: Filter) -> list[Any]:
        """Return the different values at a path, arrays unwound, in sort order."""
        return await self._read(collection, lambda connection, tables: distinct(connection, tables, path, filter))

    async def iterate(self, collection: str, query: Query) -> AsyncIterator[Record]:
        """Go through any number of documents, a chunk at a time; between two chunks nothing is held in the file.

        Where no index has the order, ids are sorted first, `sorting.SORT_LIMIT` at a time. InvalidQuery where there are
        more and the order is by a path without a key.
        """
        if await self._read(collection, lambda connection, tables: select.is_walk(connection, tables, query)):
            chunks = self._by_cursor(collection, query)
        else:
            chunks = self._by_places(collection, query)
        async for chunk in chunks:
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
        opened = self._open()
        committed = await opened.writer.write([prepare(write, self._catalog[write.collection]) for write in writes])
        due = self._growth.written([write.collection for write in writes])
        if due:
            with suppress(Unavailable):  # closed meanwhile; the commit is done all the same
                opened.writer.run(self._analyse(due)).add_done_callback(self._analysed_aside)
        return committed

    async def changes(self, since: int, limit: int) -> list[Change]:
        """Return change records with `seq` > since, in commit order."""
        return await self._open().readers.run(lambda connection: changes.read(connection, since, limit))

    async def last_seq(self) -> int:
        """Return the `seq` of the newest change record; 0 where there is none."""
        return await self._open().readers.run(changes.last_seq)

    async def prune_changes(self, before: str) -> int:
        """Delete change records older than a timestamp; return how many. Writers get their turn in between.

        It ends where `changes.PRUNE_ROWS` in a row are younger.
        """
        pruned, since = 0, 0
        while True:
            some, since = await self._open().writer.run(partial(changes.prune, before=before, since=since))
            pruned += some
            if not some:
                return pruned

    def watch(self, since: int | None = None) -> AsyncGenerator[Foreign, None]:
        """Yield what other processes commit to the file."""

        async def given() -> int:
            return await self._open().readers.run(changes.given_seq)

        async def look(since: int, upto: int) -> tuple[int, list[Change]]:
            return await self._open().readers.run(partial(changes.look, since=since, upto=upto, origin=self._origin))

        return watch(since, given=given, look=look)

    async def back_up(self, target: FilePath, *, namespace: str, replace: bool, progress: Progress) -> None:
        """Copy the file as it is at this moment, in a thread and a transaction of its own; see `Backups`."""
        label = Label(namespace, timestamp(self._clock.now()))
        await in_steps(lambda steps: back_up(self._place, target, label=label, replace=replace, steps=steps), progress)

    async def restore(self, source: FilePath, *, namespace: str, any_project: bool, progress: Progress) -> Restored:
        """Put a copy of a backup in the file's place, where nobody has it open; see `Backups`."""
        label = Label(namespace, timestamp(self._clock.now()))
        return await in_steps(
            lambda steps: restore(self._place, source, label=label, any_project=any_project, steps=steps), progress
        )

    def state(self) -> object | None:
        """Return what is another after each commit, also of other processes; None for a database in memory."""
        return self._open().readers.state()

    async def ping(self) -> None:
        """Return if the file can be read; raise Unavailable otherwise."""
        await self._open().readers.run(lambda connection: connection.execute("PRAGMA user_version").fetchone())

    async def survey(self) -> Survey:
        """Return what there is in the file, and how large it is."""
        path = self._place.path
        return await self._open().readers.run(lambda connection: survey(connection, self._catalog, path))

    def _open(self) -> _Open:
        if self._opened is None:
            raise Unavailable(f"{self._place} is not open yet: the server is starting")
        return self._opened

    def _apply_together(self, connection: sqlite3.Connection, batches: Sequence[Batch]) -> Sequence[Outcome]:
        return apply_together(connection, batches, look=self._catalog.__getitem__, stamp=self._stamp())

    def _apply(self, connection: sqlite3.Connection, batch: Batch) -> list[Change]:
        return apply(connection, batch, look=self._catalog.__getitem__, stamp=self._stamp())

    def _stamp(self) -> Stamp:
        return Stamp(timestamp(self._clock.now()), self._origin)

    def _analyse(self, names: Sequence[str]) -> Callable[[sqlite3.Connection], dict[str, int]]:
        return lambda connection: statistics.analyse(connection, [self._catalog[name] for name in names])

    def _analysed(self, documents: Mapping[str, int]) -> None:
        self._growth.analysed(documents)
        for collection in documents:
            self._catalog[collection].plans.clear()

    def _analysed_aside(self, done: "asyncio.Future[dict[str, int]]") -> None:
        # where it failed, the planner goes on with what it knew; nobody waits, and a full disk is told to who writes
        if not done.cancelled() and done.exception() is None:
            self._analysed(done.result())

    def _tables(self, collection: str) -> Tables:
        self._open()
        return self._catalog[collection]

    async def _read(
        self, collection: str, read: Callable[[sqlite3.Connection, Tables], T], short: Short[T] | None = None
    ) -> T:
        def attempt(connection: sqlite3.Connection) -> T:
            try:
                return read(connection, self._catalog[collection])
            except sqlite3.OperationalError as error:
                # another process may have given the collection other columns; its layout is in the file
                if code(error) != "SQLITE_ERROR" or not self._catalog.refresh(connection):
                    raise
                return read(connection, self._catalog[collection])

        return await self._open().readers.run(attempt, short)

    async def _by_cursor(self, collection: str, query: Query) -> AsyncIterator[Sequence[Record]]:
        is_last = False
        while not is_last:
            asked = query
            chunk, is_last = await self._read(
                collection,
                lambda connection, tables: select.take(connection, tables, asked),  # noqa: B023
            )
            yield chunk
            if not is_last:
                last = chunk[-1].document
                place = tuple(sort_value(last, key.path, key.descending) for key in query.sort)
                left = None if query.limit is None else query.limit - len(chunk)
                query = replace(query, after=Cursor(place), offset=0, limit=left)

    async def _by_places(self, collection: str, query: Query) -> AsyncIterator[Sequence[Record]]:
        is_last = False
        while not is_last:
            asked = query
            ids, after = await self._read(
                collection,
                lambda connection, tables: select.places(connection, tables, asked),  # noqa: B023
            )
            done = 0
            while done < len(ids):
                some = ids[done : done + select.CHUNK_ROWS]
                chunk, looked_at = await self._read(
                    collection,
                    lambda connection, tables: select.still(connection, tables, query, some),  # noqa: B023
                )
                yield chunk
                done += looked_at
            left = None if query.limit is None else query.limit - len(ids)
            query, is_last = replace(query, after=after, offset=0, limit=left), after is None


def _is_storable(id: str) -> bool:
    try:
        key_of(id)
    except NoKey:
        return False
    return True
