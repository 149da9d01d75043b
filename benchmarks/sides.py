"""The store and bare `sqlite3` with the same articles, and what is asked of both."""

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import bare
from articles import EPOCH_S, SPAN_MS, TAGS, Articles, article_id, batches
from bare import Bare
from rounds import Burst

from runtime.model.change import Write
from runtime.model.clock import timestamp
from runtime.model.query import Query
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage.sqlite.store import SqliteStore

QUESTIONS: Final = 2000
"""How many different ones a burst goes through, made beforehand."""
TOGETHER: Final = 64
LOAD_BATCH: Final = 1000


class Sides:
    """Both databases with the same articles in them, and the bursts that are taken on them."""

    def __init__(self, store: SqliteStore, other: Bare, *, documents: int, seconds: float) -> None:
        self._store = store
        self._bare = other
        self._documents = documents
        self._seconds = seconds
        self._articles = Articles()
        self._fresh = itertools.count(documents)

    async def fill(self) -> None:
        """Put the articles into both."""
        for numbers in batches(range(self._documents), LOAD_BATCH):
            made = [self._articles.stored(number) for number in numbers]
            await self._store.commit([_create(article) for article in made])
            self._bare.create(made)

    async def gets(self) -> Mapping[str, Burst]:
        """By id."""
        ids = [article_id(number) for number in self._numbers()]
        return await self._reads(lambda one: self._store.get("articles", one), ids, bare.GET, [(id,) for id in ids])

    async def finds(self) -> Mapping[str, Burst]:
        """By an indexed field."""
        slugs = [f"story-{number}" for number in self._numbers()]
        queries = [_query({"slug": slug}, "id") for slug in slugs]
        return await self._reads(self.find, queries, bare.BY_SLUG, [(slug,) for slug in slugs])

    async def lists(self) -> Mapping[str, Burst]:
        """Twenty published before a moment, latest first."""
        queries, values = self.newest()
        return await self._reads(self.find, queries, bare.NEWEST, values)

    async def tagged(self) -> Mapping[str, Burst]:
        """Twenty with a tag, latest first."""
        queries = [_query({"tags": tag}, "-publishedAt") for tag in TAGS]
        return await self._reads(self.find, queries, bare.BY_TAG, [(tag,) for tag in TAGS])

    def newest(self) -> tuple[list[Query], list[tuple[str, ...]]]:
        """Return the questions of `lists`, for the store and for the other side."""
        chance = random.Random(7)
        moments = [timestamp(EPOCH_S + chance.randrange(SPAN_MS) / 1000) for _ in range(QUESTIONS)]
        queries = [_query({"status": "published", "publishedAt": {"$lt": at}}, "-publishedAt") for at in moments]
        return queries, [("published", at) for at in moments]

    def creates(self) -> Mapping[str, Burst]:
        """One after the other, and TOGETHER at once; bare, each in a transaction, and TOGETHER in one."""
        return {
            "one": lambda: self._burst(self.create),
            "bare one": lambda: self._burst(self._bare_create),
            "many": lambda: self._burst(self._creates, worth=TOGETHER),
            "bare many": lambda: self._burst(self._bare_creates, worth=TOGETHER),
        }

    async def find(self, query: Query) -> object:
        """Ask the store."""
        return await self._store.find("articles", query)

    async def create(self) -> None:
        """Put a new article into the store."""
        await self._store.commit([_create(self._article())])

    async def _creates(self) -> None:
        await asyncio.gather(*(self.create() for _ in range(TOGETHER)))

    async def _bare_create(self) -> None:
        self._bare.create([self._article()])

    async def _bare_creates(self) -> None:
        self._bare.create([self._article() for _ in range(TOGETHER)])

    def _article(self) -> dict[str, Any]:
        return self._articles.stored(next(self._fresh))

    def _numbers(self) -> list[int]:
        chance = random.Random(11)
        return [chance.randrange(self._documents) for _ in range(QUESTIONS)]

    async def _reads(
        self, ask: Callable[[Any], Awaitable[Any]], questions: Sequence[Any], statement: str, values: Sequence[Any]
    ) -> Mapping[str, Burst]:
        """Return the bursts of one question on both sides. Raises ValueError where they do not answer the same."""
        for question, value in zip(questions[:50], values[:50], strict=True):
            found, rows = await ask(question), self._bare.read(statement, value)
            records = found if isinstance(found, list) else [found]
            if not rows or [(record.id, record.version, record.text) for record in records] != rows:
                raise ValueError(f"the sides do not answer the same: {statement} {value}")
        asked, bare_asked = itertools.cycle(questions), itertools.cycle(values)

        async def ours() -> None:
            await ask(next(asked))

        async def theirs() -> None:
            self._bare.read(statement, next(bare_asked))

        return {"store": lambda: self._burst(ours), "bare": lambda: self._burst(theirs)}

    async def _burst(self, work: Callable[[], Awaitable[object]], *, worth: int = 1) -> float:
        done = 0
        started = time.perf_counter()
        while (passed := time.perf_counter() - started) < self._seconds:
            await work()
            done += worth
        return done / passed


def _query(filter: Mapping[str, Any], sort: str) -> Query:
    return Query(filter=parse_filter(filter), sort=parse_sort(sort), limit=20)


def _create(article: dict[str, Any]) -> Write:
    return Write("articles", article["id"], article, expected=0)
