"""Where reads are done: on the event loop those that are short, the others in a bounded pool of threads."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import LifoQueue
from typing import Final, Generic, NamedTuple, TypeVar

from runtime.model.errors import Unavailable
from runtime.storage.sqlite.connection import Place
from runtime.storage.sqlite.here import Here, Late
from runtime.storage.sqlite.pace import Pace

T = TypeVar("T")

READERS: Final = 4
"""How many reads run at once. They share the interpreter's lock where they run Python, so that more would not help."""


class Short(NamedTuple, Generic[T]):
    """A read that may be short, and how others of its shape fared."""

    read: Callable[[sqlite3.Connection], T]
    pace: Pace


class Readers:
    """Runs functions that read, on any of its connections, until `close`.

    A read is a function of a connection and nothing else, and may be run anywhere and any number of times. `here` is
    for the loop; without it, everything is done in threads.
    """

    def __init__(self, connections: Sequence[sqlite3.Connection], place: Place, here: Here | None = None) -> None:
        self._place = place
        self._here = here
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        for connection in connections:
            self._idle.put(connection)
        self._pool = ThreadPoolExecutor(len(connections), thread_name_prefix="hookstream-reader")
        self._is_closed = False

    async def run(self, read: Callable[[sqlite3.Connection], T], short: Short[T] | None = None) -> T:
        """Return what a read returns. It sees every commit that was acknowledged before.

        Where there is a `short` form of it, that is tried on the loop first. A read whose caller is cancelled runs to
        its end, unnoticed. Raises Unavailable, also after `close`.
        """
        if short is not None and self._here is not None and short.pace.is_due():
            await self._here.turn()
            try:
                self._check_open()
                return self._here.run(short.read, short.pace)
            except Late:
                pass
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, read)

    def state(self) -> int | None:
        """Return a number that is another one after each commit; None where none can be told without waiting."""
        return None if self._here is None or self._is_closed else self._here.state()

    async def close(self) -> None:
        """Wait for the reads that run. Safe to call twice."""
        self._is_closed = True
        await asyncio.to_thread(self._pool.shutdown)

    def _check_open(self) -> None:
        if self._is_closed:
            raise Unavailable(f"{self._place} is closed: the server is stopping")

    def _run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._idle.get()
        try:
            with self._place.gate:
                return read(connection)
        except sqlite3.Error as error:
            raise self._place.failure(error) from error
        finally:
            self._idle.put(connection)
