"""Long work on a database in a thread of its own: it tells how far it is, and can be stopped."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from runtime.model.ports import Progress

T = TypeVar("T")

WATCH_EVERY: Final = 10_000
"""Instructions of SQLite's virtual machine between two looks at whether to stop; less than a millisecond's worth."""


class Stopped(Exception):
    """Whoever waited for the work does not any more."""


class Steps:
    """What the work reports to, and asks whether it is to go on."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Have the work end at its next step; from any thread."""
        self._stopped.set()

    def done(self, done: int, total: int) -> None:
        """Tell how far the work is. Raises Stopped."""
        if self._stopped.is_set():
            raise Stopped
        self._progress(done, total)

    def watch(self, connection: sqlite3.Connection) -> None:
        """Have long statements of a connection end too, with SQLite's SQLITE_INTERRUPT."""
        connection.set_progress_handler(self._stopped.is_set, WATCH_EVERY)


async def in_steps(work: Callable[[Steps], T], progress: Progress) -> T:
    """Do the work in a thread and return what it returns; where this is cancelled, it is stopped and waited for."""
    steps = Steps(progress)
    working = asyncio.create_task(asyncio.to_thread(work, steps))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        steps.stop()
        await asyncio.gather(working, return_exceptions=True)
        raise
