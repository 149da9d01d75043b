"""Answers to queries about one collection."""

import asyncio
import heapq
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final

from runtime.model.document import Document
from runtime.model.query import Cursor, Filter, In, Path, Query, all_of
from runtime.query.order import is_after, rank, sort_key, sort_value
from runtime.query.paths import MISSING
from runtime.query.values import scalar_problem
from runtime.storage.derive import reached
from runtime.storage.mongo.driver import Database
from runtime.storage.mongo.filters import Condition, conjunction
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.names import ID, dotted, from_stored
from runtime.storage.mongo.plan import Plan, plan
from runtime.storage.mongo.record import MongoRecord
from runtime.storage.sorting import SORT_LIMIT, too_many

CHUNK_ROWS: Final = 256
CHUNK_BYTES: Final = 4 * 1024 * 1024
"""What `chunks` reads at once, one document at least. Arbitrary."""
IDS_AT_ONCE: Final = 1000
"""Ids in one question; a question may have 16 MiB."""

_Place = tuple[Any, Document]
"""What a document is sorted by, and the document."""


class Reader:
    """Reads one collection."""

    def __init__(self, database: Database, kept: Kept) -> None:
        self._database = database
        self._kept = kept

    async def get(self, id: str) -> MongoRecord | None:
        """Return one document."""
        if scalar_problem(id):
            return None
        found = await self._database.first(self._kept.name, {"_id": id})
        return MongoRecord(from_stored(found)) if found is not None else None

    async def get_many(self, ids: Sequence[str]) -> dict[str, MongoRecord]:
        """Return the documents that exist, by id."""
        asked = [id for id in dict.fromkeys(ids) if not scalar_problem(id)]
        found: dict[str, MongoRecord] = {}
        for start in range(0, len(asked), IDS_AT_ONCE):
            some = Condition({"_id": {"$in": asked[start : start + IDS_AT_ONCE]}})
            async for batch in self._batches(plan(self._kept, Query()), some):
                found.update((document["id"], MongoRecord(document)) for document in batch)
        return found

    async def find(self, query: Query) -> list[MongoRecord]:
        """Return the documents of a query, in order. Raises InvalidQuery beyond SORT_LIMIT."""
        made = plan(self._kept, query)
        if made.order is None:
            return [MongoRecord(document) for document in await self._sorted(made)]
        async with aclosing(self._in_order(made)) as documents:
            return [MongoRecord(document) async for document in documents]

    async def count(self, query: Query) -> int:
        """Return how many documents match a query's filter and text."""
        made = plan(self._kept, Query(filter=query.filter, text=query.text))
        if made.choose is None:
            return await self._database.count(self._kept.name, made.where.query)
        return sum([len(batch) async for batch in self._batches(made)])

    async def distinct(self, path: Path, filter: Filter) -> list[Any]:
        """Return the different values at a path, arrays unwound, in sort order."""
        made = plan(self._kept, Query(filter=filter))
        name = dotted(path)
        if name is not None and self._kept.is_single(path) and made.choose is None:
            values = await self._database.distinct(self._kept.name, name, made.where.query)
            return sorted(values, key=rank)
        found: dict[Any, Any] = {}
        async for batch in self._batches(made):
            for value in (value for document in batch for value in reached(document, path)):
                if value is not MISSING:
                    found.setdefault(rank(value), value)
        return [found[place] for place in sorted(found)]

    def chunks(self, query: Query) -> AsyncIterator[list[MongoRecord]]:
        """Go through the documents of a query, some at a time; between two chunks nothing is held on the server.

        In an order that MongoDB cannot be asked for, the ids are sorted first, in memory: InvalidQuery beyond
        SORT_LIMIT.
        """
        in_order = plan(self._kept, query).order is not None
        return self._chunks_by_cursor(query) if in_order else self._chunks_by_ids(query)

    async def _chunks_by_cursor(self, query: Query) -> AsyncIterator[list[MongoRecord]]:
        while True:
            chunk, is_last = await self._take(query)
            yield chunk
            if is_last:
                return
            place = tuple(sort_value(chunk[-1].document, key.path, key.descending) for key in query.sort)
            left = None if query.limit is None else query.limit - len(chunk)
            query = replace(query, after=Cursor(place), offset=0, limit=left)

    async def _chunks_by_ids(self, query: Query) -> AsyncIterator[list[MongoRecord]]:
        ids = [document["id"] for document in await self._sorted(plan(self._kept, query))]
        for start in range(0, len(ids), CHUNK_ROWS):
            some = tuple(ids[start : start + CHUNK_ROWS])
            still = await self.find(Query(filter=all_of(query.filter, In(ID, some)), text=query.text))
            found = {record.id: record for record in still}
            yield [found[id] for id in some if id in found]

    async def _take(self, query: Query) -> tuple[list[MongoRecord], bool]:
        """Return the first documents of a query, as many as make a chunk, and whether these are all."""
        limit = CHUNK_ROWS if query.limit is None else min(query.limit, CHUNK_ROWS)
        taken: list[MongoRecord] = []
        size = 0
        async with aclosing(self._in_order(plan(self._kept, replace(query, limit=limit)))) as documents:
            async for document in documents:
                taken.append(MongoRecord(document))
                size += len(taken[-1].text)
                if size >= CHUNK_BYTES:
                    return taken, False
        return taken, len(taken) < limit or len(taken) == query.limit

    async def _in_order(self, made: Plan) -> AsyncGenerator[Document, None]:
        left, skip = made.query.limit, made.query.offset
        for segment in made.segments:
            if left == 0:
                return
            ahead, behind = (skip, 0) if made.is_single else (0, skip)
            limit = 0 if left is None or made.choose is not None else left + behind
            async with aclosing(self._batches(made, segment, limit=limit, skip=ahead)) as batches:
                async for batch in batches:
                    for document in batch:
                        if behind:
                            behind -= 1
                            skip -= 1
                            continue
                        yield document
                        if left is not None:
                            left -= 1
                            if left == 0:
                                return

    async def _sorted(self, made: Plan) -> list[Document]:
        """Return the documents of a query, sorted here: for paths that may hold arrays."""
        query = made.query
        place_of = sort_key(query.sort)
        is_behind = is_after(query.after, query.sort) if query.after is not None else None
        stop = None if query.limit is None else query.offset + query.limit

        def add(held: list[_Place], batch: list[Document]) -> list[_Place]:
            held.extend(
                (place_of(document), document) for document in batch if is_behind is None or is_behind(document)
            )
            if stop is not None and stop <= SORT_LIMIT and len(held) >= 2 * stop + CHUNK_ROWS:
                return heapq.nsmallest(stop, held, key=itemgetter(0))
            return held

        held: list[_Place] = []
        async with aclosing(self._batches(made)) as batches:
            async for batch in batches:
                held = await asyncio.to_thread(add, held, batch)
                if len(held) > SORT_LIMIT and (stop is None or stop > SORT_LIMIT):
                    raise too_many(query.sort, SORT_LIMIT)
        ordered = await asyncio.to_thread(lambda: sorted(held, key=itemgetter(0)))
        return [document for _, document in ordered[query.offset : stop]]

    async def _batches(
        self, made: Plan, segment: Condition | None = None, *, limit: int = 0, skip: int = 0
    ) -> AsyncGenerator[list[Document], None]:
        """Yield what matches, in the plan's order where it has one, as the server sends it."""
        where = made.where if segment is None else conjunction((made.where, segment))
        order = () if segment is None or made.order is None else made.order
        asked = self._database.batches(
            self._kept.name,
            where.query,
            sort=[(name, -1 if down else 1) for name, down in order],
            limit=limit,
            skip=skip,
        )
        async with aclosing(asked) as batches:
            async for batch in batches:
                documents = [from_stored(found) for found in batch]
                yield documents if made.choose is None else await asyncio.to_thread(made.choose, documents)
