"""What storage is measured against: `sqlite3` without anything around it, as one would write it by hand.

One table with a column for what is indexed, a side table for tags, a full-text index and a change log: the same
rows as the store keeps, the same durability (WAL, synchronous=FULL), the same caches.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson
from articles import Article

from runtime.storage.sqlite.connection import CHECKPOINT_PAGES, MMAP_BYTES, WRITER_CACHE_KIB

PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    f"mmap_size = {MMAP_BYTES}",
    f"cache_size = -{WRITER_CACHE_KIB}",
    f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    "temp_store = MEMORY",
)

TABLES: Final = (
    "CREATE TABLE articles (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, "
    "slug TEXT, status TEXT, published TEXT, body TEXT NOT NULL)",
    "CREATE INDEX by_slug ON articles (slug)",
    "CREATE INDEX by_status ON articles (status, published DESC, id DESC)",
    "CREATE TABLE tags (key INTEGER NOT NULL, tag TEXT NOT NULL, published TEXT, id TEXT NOT NULL, "
    "PRIMARY KEY (key, tag)) WITHOUT ROWID",
    "CREATE INDEX by_tag ON tags (tag, published DESC, id DESC)",
    "CREATE VIRTUAL TABLE words USING fts5(title, slug, body, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2')",
    "CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, after TEXT NOT NULL)",
)

RECORD: Final = "a.id, a.version, CAST(a.body AS BLOB)"
GET: Final = f"SELECT {RECORD} FROM articles a WHERE id = ?"
BY_SLUG: Final = f"SELECT {RECORD} FROM articles a WHERE slug = ? ORDER BY id LIMIT 20"
NEWEST: Final = (
    f"SELECT {RECORD} FROM articles a WHERE status = ? AND published < ? ORDER BY published DESC, id DESC LIMIT 20"
)
BY_TAG: Final = (
    f"SELECT {RECORD} FROM tags t JOIN articles a ON a.key = t.key "
    "WHERE t.tag = ? ORDER BY t.published DESC, t.id DESC LIMIT 20"
)

Row = tuple[str, int, bytes]


class Bare:
    """A database and the statements that the benchmark asks of it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        for statement in TABLES:
            self._connection.execute(statement)

    def read(self, statement: str, values: Sequence[str]) -> list[Row]:
        """Return the rows of a statement."""
        return self._connection.execute(statement, values).fetchall()

    def create(self, articles: Sequence[Article]) -> None:
        """Put articles in, in one transaction."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for article in articles:
            text = orjson.dumps(article).decode()
            id, published = article["id"], article["publishedAt"]
            key = execute(
                "INSERT INTO articles (id, version, slug, status, published, body) VALUES (?, ?, ?, ?, ?, ?)",
                (id, article["version"], article["slug"], article["status"], published, text),
            ).lastrowid
            self._connection.executemany(
                "INSERT INTO tags VALUES (?, ?, ?, ?)", [(key, tag, published, id) for tag in article["tags"]]
            )
            words = (key, article["title"], article["slug"], article["body"])
            execute("INSERT INTO words (rowid, title, slug, body) VALUES (?, ?, ?, ?)", words)
            execute("INSERT INTO changes (id, after) VALUES (?, ?)", (id, text))
        execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
