"""What SQLite's planner knows of the values in indexes. Without it, it takes a flag for as good an index as a name."""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Final

from runtime.storage.sqlite.tables import Tables

LOOKED_AT: Final = 10_000
"""Entries of an index that are looked at, whatever its size: 1.4 ms for each index."""
FIRST: Final = 1000
"""Written documents after which it is time to look for the first time; after that it is whenever a collection may have
doubled."""


def analyse(connection: Connection, collections: Sequence[Tables]) -> dict[str, int]:
    """Look at the indexes of collections; return how many documents each has. To be run in a transaction."""
    connection.execute(f"PRAGMA analysis_limit = {LOOKED_AT}")
    for tables in collections:
        for table in (tables.keys, *tables.arrays.values()):
            connection.execute(f"ANALYZE {table}")
    # other connections read statistics when the schema has changed, and not before
    connection.execute("CREATE TABLE analysed (key)")
    connection.execute("DROP TABLE analysed")
    return {
        tables.layout.collection: int(connection.execute(f"SELECT count(*) FROM {tables.keys}").fetchone()[0])
        for tables in collections
    }


def is_analysed(connection: Connection) -> bool:
    """Return whether there are any statistics in the file."""
    (found,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone()
    return bool(found)


class Growth:
    """Counts what is written, and says when it is time to `analyse`."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def written(self, collections: Iterable[str]) -> list[str]:
        """Count documents by their collections; return the collections whose time has come, each once."""
        due = []
        for collection, number in Counter(collections).items():
            left = self._left.get(collection, FIRST)
            self._left[collection] = left - number
            if 0 < left <= number:
                due.append(collection)
        return due

    def analysed(self, documents: Mapping[str, int]) -> None:
        """Begin to count anew, for collections that have so many documents now."""
        self._left.update({collection: max(FIRST, number) for collection, number in documents.items()})
