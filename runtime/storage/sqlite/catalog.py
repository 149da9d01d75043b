"""Which collections a file holds, as the file itself says, so that processes with other YAML keep its indexes whole."""

from collections.abc import Iterator, Mapping
from sqlite3 import Connection
from typing import Final

import orjson

from runtime.model.errors import NotFound
from runtime.storage.layout import Layout
from runtime.storage.sqlite.tables import Tables

CREATE: Final = "CREATE TABLE layout (collection TEXT PRIMARY KEY, layout TEXT NOT NULL) STRICT"


class Catalog:
    """The collections of one file, read when it is opened and whenever another process has changed them.

    `generation` is SQLite's `user_version`; whoever changes a layout raises it in the same transaction. What is held is
    replaced as a whole, so any thread may read at any time.
    """

    def __init__(self) -> None:
        self._state: tuple[int, Mapping[str, Tables]] = (-1, {})

    def __getitem__(self, collection: str) -> Tables:
        """Return how a collection lies. Raises NotFound for one that was never ensured, or has no documents."""
        found = self._state[1].get(collection)
        if found is None:
            raise NotFound(f"there is no collection {collection!r} with documents; declare it in the project's YAML")
        return found

    def __iter__(self) -> Iterator[Tables]:
        """Go through all collections, by name."""
        held = self._state[1]
        return iter([held[name] for name in sorted(held)])

    def refresh(self, connection: Connection) -> bool:
        """Read the layouts if they changed since; return whether they did."""
        (generation,) = connection.execute("PRAGMA user_version").fetchone()
        known, held = self._state
        if generation == known:
            return False
        self._state = (generation, {name: _kept(held, layout) for name, layout in layouts(connection).items()})
        return True


def _kept(held: Mapping[str, Tables], layout: Layout) -> Tables:
    tables = held.get(layout.collection)
    return tables if tables is not None and tables.layout == layout else Tables(layout)


def layouts(connection: Connection) -> dict[str, Layout]:
    """Return the layout of every collection in the file."""
    return {
        name: Layout.from_json(name, orjson.loads(text))
        for name, text in connection.execute("SELECT collection, layout FROM layout")
    }


def save(connection: Connection, layout: Layout) -> None:
    """Keep a layout in the file."""
    text = orjson.dumps(layout.to_json()).decode()
    connection.execute("INSERT OR REPLACE INTO layout (collection, layout) VALUES (?, ?)", (layout.collection, text))


def raise_generation(connection: Connection) -> None:
    """Tell every process that layouts have changed."""
    (generation,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {int(generation) + 1}")
