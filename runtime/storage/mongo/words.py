"""Full text. SQLite's own index, in memory, says what the words of a text are and whether a text is meant.

So both stores answer the same by construction. A document's words lie beside it in the database, for MongoDB to find
what may be meant; which of that is meant, in these fields and in this order, is asked of SQLite again.
"""

# ruff: noqa: S608 - the names in SQL are this module's own

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import orjson

from runtime.model.query import TextSearch
from runtime.storage.layout import Layout
from runtime.storage.mongo.filters import NEVER, Condition, conjunction
from runtime.storage.mongo.names import WORDS
from runtime.storage.sqlite.tables import Tables
from runtime.storage.sqlite.text import expression, search

ASKED: Final = 20
"""How many words MongoDB is asked for; the rest is decided behind it."""

_LAST: Final = "\U0010ffff"
"""Behind every sign that may be in a word."""

Texts = tuple[str | None, ...]
"""A document's texts, in the order of its layout's text fields."""


class Words:
    """The words of one collection's documents. May be used from any thread.

    It holds an index in memory that is emptied after every use.
    """

    def __init__(self, layout: Layout) -> None:
        self._tables = Tables(replace(layout, prefix="texts"))
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute(self._tables.create_text)
        self._connection.execute(f"CREATE VIRTUAL TABLE found USING fts5vocab({self._tables.text}, instance)")

    def of(self, texts: Texts) -> list[str]:
        """Return the different words of a document, sorted."""
        return sorted(set(self._sequence(texts)))

    def condition(self, text: TextSearch) -> Condition:
        """Return the condition that a document has the words, the last perhaps only begun; never exact.

        NEVER where nothing can be meant: there is no word, or no field that is searched.
        """
        if not set(text.fields) & set(self._tables.layout.text):
            return NEVER
        *before, last = text.words.replace("\0", " ").encode("utf-8", "replace").decode().split() or [""]
        whole = dict.fromkeys(self._sequence(self._alone(" ".join(before))))
        *also, begun = self._sequence(self._alone(last)) or [""]
        whole.update(dict.fromkeys(also))
        parts = [Condition({WORDS: word}) for word in list(whole)[:ASKED]]
        if begun:
            parts.append(Condition({WORDS: {"$elemMatch": {"$gte": begun, "$lt": begun + _LAST}}}))
        if not parts:
            return NEVER
        return replace(conjunction(parts), exact=False)

    def chosen(self, text: TextSearch, documents: Sequence[Texts]) -> list[bool]:
        """Return for each document whether the search finds it."""
        words = expression(text, self._tables)
        if words is None:
            return [False] * len(documents)
        numbers = orjson.dumps(list(range(len(documents)))).decode()
        with self._filled(documents):
            rows = self._connection.execute(
                f"SELECT value FROM json_each(?) WHERE {search(self._tables, 'value')}", (numbers, words)
            )
            found = {number for (number,) in rows}
        return [number in found for number in range(len(documents))]

    def _alone(self, text: str) -> Texts:
        return (text, *[None] * (len(self._tables.layout.text) - 1))

    def _sequence(self, texts: Texts) -> list[str]:
        if not any(texts):
            return []
        with self._filled([texts]):
            return [word for (word,) in self._connection.execute("SELECT term FROM found ORDER BY col, offset")]

    @contextmanager
    def _filled(self, documents: Sequence[Texts]) -> Iterator[None]:
        rows: list[tuple[Any, ...]] = [(number, *texts) for number, texts in enumerate(documents)]
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                self._connection.executemany(self._tables.insert_text.one, rows)
                yield
            finally:
                self._connection.execute("ROLLBACK")
