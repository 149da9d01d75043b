"""A bounded pool of reading threads, each with a connection for as long as a read takes."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import LifoQueue
from typing import Final, TypeVar

from runtime.model.errors import Unavailable
from runtime.storage.sqlite.connection import Place

T = TypeVar("T")

READERS: Final = 4
"""How many reads run at once. They share the interpreter's lock where they run Python, so that more would not help."""


class Readers:
    """Runs functions that read, on any of its connections, until `close`.

    A read is a function of a connection and nothing else, and may be run anywhere and any number of times.
    """

    def __init__(self, connections: Sequence[sqlite3.Connection], place: Place) -> None:
        self._place = place
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        for connection in connections:
            self._idle.put(connection)
        self._pool = ThreadPoolExecutor(len(connections), thread_name_prefix="hookstream-reader")
        self._is_closed = False

    async def run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """Return what a read returns. It sees every commit that was acknowledged before.

        A read whose caller is cancelled runs to its end, unnoticed. Raises Unavailable, also after `close`.
        """
        if self._is_closed:
            raise Unavailable(f"{self._place} is closed: the server is stopping")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, read)

    async def close(self) -> None:
        """Wait for the reads that run. Safe to call twice."""
        self._is_closed = True
        await asyncio.to_thread(self._pool.shutdown)

    def _run(self, read: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._idle.get()
        try:
            with self._place.gate:
                return read(connection)
        except sqlite3.Error as error:
            raise self._place.failure(error) from error
        finally:
            self._idle.put(connection)
