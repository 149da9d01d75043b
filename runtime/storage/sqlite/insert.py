"""Many rows put into a table by one statement.

Python takes the interpreter's lock again after each statement, and `executemany` after each row. Beside an event loop
that is busy, every time is a wait: next to a thread that only counts, 64 documents took 27 ms each with `executemany`,
1 ms each with these statements.
"""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Sequence
from itertools import chain
from sqlite3 import Cursor
from typing import Any, Final

MOST_ROWS: Final = 32
"""In one statement. A connection keeps those of each size that it has prepared, 40 KB for the largest."""


class Insert:
    """An INSERT into one table, for one row or any number."""

    def __init__(self, into: str, row: str) -> None:
        self.one = f"INSERT INTO {into} VALUES {row}"
        """The statement for one row."""
        # Without OR ROLLBACK SQLite would keep a copy of each page that the statement changes, to undo it alone
        self._many = f"INSERT OR ROLLBACK INTO {into} VALUES "
        self._row = row
        self._statements: dict[int, str] = {}

    def put(self, cursor: Cursor, rows: Sequence[Sequence[Any]]) -> None:
        """Put rows in. Where a constraint is violated the whole transaction is undone, besides the IntegrityError."""
        for start in range(0, len(rows), MOST_ROWS):
            some = rows[start : start + MOST_ROWS]
            cursor.execute(self._statement(len(some)), list(chain.from_iterable(some)))

    def _statement(self, rows: int) -> str:
        if rows not in self._statements:
            self._statements[rows] = self._many + ", ".join([self._row] * rows)
        return self._statements[rows]
