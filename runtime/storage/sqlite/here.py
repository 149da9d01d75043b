"""Short reads on the event loop itself: the way to a thread and back takes ten times as long as what is done there."""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from typing import Final, TypeVar

from runtime.storage.sqlite.pace import Pace

T = TypeVar("T")

TICK_STEPS: Final = 500
BUDGET_TICKS: Final = 40
"""A read may take 20,000 steps of SQLite's virtual machine, half a millisecond; a page of 20 takes about 250. Counting
in ticks of 500 cannot be seen in the time that a page takes (38 µs)."""
SLOW_S: Final = 0.005
"""What has taken longer than this goes to a thread for a while, however few its steps: a slow disk, large documents."""
TURN_S: Final = 0.001
"""How long reads may go on in one turn of the loop; others have their turn before the next. Where 64 create and 16 list
without pause, the loop is late by 5 ms in the 99th percentile; before there were turns, by 16."""


class Late(Exception):
    """A read was not done here; it has to be done in a thread."""


class Here:
    """Runs functions that read, on the event loop, on a connection of its own, within a budget.

    The connection does not wait for locks. To be used in one event loop.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA busy_timeout = 0")
        connection.set_progress_handler(self._tick, TICK_STEPS)
        self._connection = connection
        self._ticks = 0
        self._spent_s = 0.0
        self._usual_s = TURN_S / 20
        self._is_counting = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def turn(self) -> None:
        """Wait where reads have taken their share of this turn of the loop; who waits longest goes on first.

        Without that, a task that reads and reads would keep the loop to itself, for it never waits, and many that read
        at once would hold up all others.
        """
        if self._waiting or self._spent_s > TURN_S:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            await place

    def run(self, read: Callable[[sqlite3.Connection], T], pace: Pace) -> T:
        """Return what a read returns. It sees every commit that was acknowledged before.

        Raises Late where it exceeds its budget, or SQLite reports anything at all: a thread can wait for locks, and
        says what errors mean.
        """
        self._count()
        self._ticks = BUDGET_TICKS
        started = time.perf_counter()
        try:
            found = read(self._connection)
        except sqlite3.Error as error:
            pace.was_long()
            raise Late from error
        finally:
            took_s = time.perf_counter() - started
            self._spent_s += took_s
            self._usual_s += (took_s - self._usual_s) / 16
        if took_s > SLOW_S:
            pace.was_long()
        else:
            pace.was_short()
        return found

    def state(self) -> int | None:
        """Return a number that is another one after each commit of any other connection; None where that fails.

        SQLite's `data_version`, at 2 µs.
        """
        try:
            (number,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        return int(number)

    def _begin_turn(self) -> None:
        self._spent_s = 0.0
        self._is_counting = False
        for _ in range(max(1, int(TURN_S / self._usual_s))):
            if not self._waiting:
                return
            place = self._waiting.popleft()
            if not place.done():  # cancelled otherwise
                place.set_result(None)
        self._count()

    def _count(self) -> None:
        if not self._is_counting:
            self._is_counting = True
            asyncio.get_running_loop().call_soon(self._begin_turn)

    def _tick(self) -> bool:
        """Count; return True, which interrupts the statement, once: the ROLLBACK that may follow is let through."""
        self._ticks -= 1
        return self._ticks == 0
