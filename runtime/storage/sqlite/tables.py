"""The SQL text of one collection: its tables, and the statements that write them.

    articles:documents      key, id, version, body          the truth
    articles:keys           key, id, one column per path    derived, compared and sorted
    articles:array:.tags    key, value, id, other columns   derived, one row for each different element
    articles:text           FTS5 without content            derived, rowid is the key

`key` is the row's number; it never leaves the store. Derived tables are filled in the transaction of the document.
"""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

from runtime.model.query import Path
from runtime.storage.layout import ID, Index, Layout
from runtime.storage.names import identifier, quoted
from runtime.storage.sqlite.insert import Insert

RECORD = "d.id, d.version, CAST(d.body AS BLOB)"
"""What a record is made of; as BLOB, because Python would decode TEXT only for the socket to encode it again."""


class Tables:
    """The names and statements of one collection's tables."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.documents = quoted(f"{layout.prefix}:documents")
        self.keys_name = f"{layout.prefix}:keys"
        self.keys = quoted(self.keys_name)
        self.text = quoted(f"{layout.prefix}:text")
        self.arrays: dict[Index, str] = {}
        """The quoted side table of each array index."""
        for index in layout.arrays:
            name = identifier(f"{layout.prefix}:array:{self._label(index)}", [n[1:-1] for n in self.arrays.values()])
            self.arrays[index] = quoted(name)
        self.plans: dict[Hashable, Any] = {}
        """What `plan` has made of questions, by their shape."""

    def column(self, path: Path) -> str | None:
        """Return the quoted column of a path in the keys table, or None where it has none."""
        if path == ID:
            return "id"
        name = self.layout.columns.get(path)
        return quoted(name) if name is not None else None

    def key_column(self, path: Path) -> str:
        """Return the column of a path that an index goes over."""
        column = self.column(path)
        if column is None:
            raise LookupError(f"{'.'.join(path)} has no key in {self.layout.collection}")
        return column

    def side_column(self, index: Index, path: Path) -> str | None:
        """Return the column of a path in an array's side table: `value` for the array itself."""
        if path == index.array:
            return "value"
        return self.column(path) if path == ID or any(path == other for other, _ in index.keys) else None

    @cached_property
    def create_documents(self) -> str:
        """The table of bodies. Ids are unique because those of the keys are."""
        return (
            f"CREATE TABLE {self.documents} "
            "(key INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT"
        )

    @cached_property
    def create_keys(self) -> str:
        """The table of keys. ANY keeps every value as it was bound; TEXT would hold the id "2" for equal to 2."""
        columns = "".join(f", {quoted(name)} ANY" for name in self.layout.columns.values())
        return f"CREATE TABLE {self.keys} (key INTEGER PRIMARY KEY, id ANY NOT NULL UNIQUE{columns}) STRICT"

    @cached_property
    def create_text(self) -> str:
        """The full-text index. It keeps no content: to delete, what was indexed is told again."""
        columns = ", ".join(f"c{number}" for number in range(len(self.layout.text)))
        return (
            f"CREATE VIRTUAL TABLE {self.text} USING fts5"
            f"({columns}, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')"
        )

    @cached_property
    def tune_text(self) -> str:
        """Have the full-text index merge 8 segments at a time, not 4: it takes 30 % less of the time of 64 creates."""
        return f"INSERT INTO {self.text} ({self.text}, rank) VALUES ('automerge', 8)"

    def create_array(self, index: Index) -> tuple[str, str]:
        """Return the statements for the side table of an array and its index."""
        others = [path for path, _ in index.keys if path not in (index.array, ID)]
        columns = "".join(f", {self.key_column(path)} ANY" for path in others)
        table = self.arrays[index]
        name = quoted(f"{table[1:-1]}:order")
        order = ", ".join(f"{self.side_column(index, path)}{' DESC' if down else ''}" for path, down in index.order)
        return (
            f"CREATE TABLE {table} (key INTEGER NOT NULL, value ANY NOT NULL, id ANY NOT NULL{columns}, "
            "PRIMARY KEY (key, value)) STRICT, WITHOUT ROWID",
            f"CREATE INDEX {name} ON {table} ({order})",
        )

    def index_name(self, index: Index) -> str:
        """Return the quoted name of an index over keys."""
        kind = "unique" if index.unique else "index"
        return quoted(f"{self.layout.prefix}:{kind}:{self._label(index)}")

    def create_index(self, index: Index) -> str:
        """Return the statement for an index over keys.

        NULLs differ from each other, so that `unique` holds among present, non-null values.
        """
        order = index.keys if index.unique else index.order
        columns = ", ".join(f"{self.key_column(path)}{' DESC' if down else ''}" for path, down in order)
        return f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {self.index_name(index)} ON {self.keys} ({columns})"

    @cached_property
    def insert_document(self) -> Insert:
        """Bind id, version, body."""
        return Insert(f"{self.documents} (id, version, body)", "(?, ?, CAST(? AS TEXT))")

    @cached_property
    def insert_keys(self) -> Insert:
        """Bind key, id and a row's keys."""
        names = "".join(f", {quoted(name)}" for name in self.layout.columns.values())
        return Insert(f"{self.keys} (key, id{names})", f"(?, ?{', ?' * len(self.layout.columns)})")

    @cached_property
    def insert_text(self) -> Insert:
        """Bind key and a row's texts. The index writes a segment for each statement, and merges them later."""
        row = f"(?{', ?' * len(self.layout.text)})"
        return Insert(f"{self.text} (rowid, {self._text_columns})", row)

    @cached_property
    def delete_text(self) -> str:
        """Bind key and the texts that were indexed; other ones would damage the index."""
        return (
            f"INSERT INTO {self.text} ({self.text}, rowid, {self._text_columns}) "
            f"VALUES ('delete', ?{', ?' * len(self.layout.text)})"
        )

    @cached_property
    def insert_array(self) -> Mapping[Index, Insert]:
        """Bind key, value, id and the keys at `others`."""
        return {
            index: Insert(table, f"(?, ?, ?{', ?' * len(self.others[index])})") for index, table in self.arrays.items()
        }

    @cached_property
    def others(self) -> Mapping[Index, tuple[int, ...]]:
        """Where in a row's keys the columns stand that a side table repeats."""
        places = {path: place for place, path in enumerate(self.layout.columns)}
        return {
            index: tuple(places[path] for path, _ in index.keys if path not in (index.array, ID))
            for index in self.arrays
        }

    @cached_property
    def update_document(self) -> str:
        """Bind version, body, key."""
        return f"UPDATE {self.documents} SET version = ?, body = CAST(? AS TEXT) WHERE key = ?"

    @cached_property
    def delete_document(self) -> str:
        """Bind key."""
        return f"DELETE FROM {self.documents} WHERE key = ?"

    @cached_property
    def delete_keys(self) -> str:
        """Bind key."""
        return f"DELETE FROM {self.keys} WHERE key = ?"

    @cached_property
    def delete_array(self) -> Mapping[Index, str]:
        """Bind key."""
        return {index: f"DELETE FROM {table} WHERE key = ?" for index, table in self.arrays.items()}

    @cached_property
    def select_one(self) -> str:
        """Bind id; a record."""
        return f"SELECT {RECORD} FROM {self.keys} k JOIN {self.documents} d ON d.key = k.key WHERE k.id = ?"

    def select_many(self, count: int) -> str:
        """Return a statement for some records, in no order. Bind that many ids, of which some may be the same."""
        ids = ", ".join("?" * count)
        return f"SELECT {RECORD} FROM {self.keys} k JOIN {self.documents} d ON d.key = k.key WHERE k.id IN ({ids})"

    @cached_property
    def select_by_key(self) -> str:
        """Bind key; a record."""
        return f"SELECT {RECORD} FROM {self.documents} d WHERE d.key = ?"

    @cached_property
    def select_stored(self) -> str:
        """Bind id; key, version and body of what is there."""
        return (
            "SELECT d.key, d.version, CAST(d.body AS BLOB) "
            f"FROM {self.keys} k JOIN {self.documents} d ON d.key = k.key WHERE k.id = ?"
        )

    @cached_property
    def _text_columns(self) -> str:
        return ", ".join(f"c{number}" for number in range(len(self.layout.text)))

    def _label(self, index: Index) -> str:
        names = (self.layout.columns.get(path, "." + ".".join(path)) for path, _ in index.keys)
        return ",".join(f"-{name}" if down else name for name, (_, down) in zip(names, index.keys, strict=True))
