"""The one thread that writes, committing in groups.

Whoever waits gets the result after the COMMIT that made it durable. All that is waiting when the thread becomes free
shares one transaction and so one fsync; each part has its own SAVEPOINT and fails alone. Where SQLite itself fails
(disk full, for instance) the parts are tried once more, each in a transaction of its own.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from runtime.model.errors import Unavailable
from runtime.storage.sqlite.connection import Place, code

T = TypeVar("T")

GROUP_LIMIT: Final = 256
"""How many parts share a transaction, so that the first does not wait for too many others. Arbitrary."""
LOCK_ATTEMPTS: Final = 3
"""How often a transaction is begun: SQLite may report a lock early, while another process recovers for instance."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Something to do within a transaction, and who waits for it. `alone`: it shares the transaction with nothing."""

    run: Callable[[sqlite3.Connection], Any]
    future: "asyncio.Future[Any]"
    alone: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    future: "asyncio.Future[Any]"
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs functions on the writing connection, in the order they were submitted.

    It owns its thread until `close`, and uses the connection as long. `begun` is called in every transaction before
    anything else. To be made and used in the event loop that runs at that moment.
    """

    def __init__(
        self, connection: sqlite3.Connection, place: Place, *, begun: Callable[[sqlite3.Connection], object]
    ) -> None:
        self._connection = connection
        self._place = place
        self._begun = begun
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Part | None] = SimpleQueue()
        self._held: _Part | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._work, name="hookstream-writer", daemon=True)
        self._thread.start()

    def submit(self, run: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> "asyncio.Future[T]":
        """Run a function inside a transaction; the future has its result once that is durable, or what it raised.

        It may be run twice, the first run undone. Cancelling the future before its turn means that it never
        runs; later, that it runs to the end, unnoticed. Raises Unavailable after `close`.
        """
        if self._is_closed:
            raise Unavailable(f"{self._place} is closed: the server is stopping")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Part(run, future, alone))
        return future

    async def close(self) -> None:
        """Finish all that was submitted, end the thread. Safe to call twice."""
        if not self._is_closed:
            self._is_closed = True
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (group := self._next_group()) is not None:
            waiting = [part for part in group if not part.future.cancelled()]
            if not waiting:
                continue
            try:
                with self._place.gate:
                    outcomes = self._commit(waiting)
            except Exception as error:  # noqa: BLE001  # the thread must live, and those who wait must hear of it
                outcomes = [_Outcome(part.future, error=error) for part in waiting]
            self._loop.call_soon_threadsafe(_deliver, outcomes)

    def _next_group(self) -> list[_Part] | None:
        first = self._held if self._held is not None else self._queue.get()
        self._held = None
        if first is None:
            return None
        group = [first]
        while not first.alone and len(group) < GROUP_LIMIT:
            try:
                part = self._queue.get_nowait()
            except Empty:
                break
            if part is None:
                self._queue.put(None)
                break
            if part.alone:
                self._held = part
                break
            group.append(part)
        return group

    def _commit(self, group: list[_Part]) -> list[_Outcome]:
        try:
            self._begin()
        except sqlite3.Error as error:
            return [_Outcome(part.future, error=self._place.failure(error)) for part in group]
        try:
            self._begun(self._connection)
            outcomes = [self._run(part) for part in group]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            if len(group) > 1:
                return [outcome for part in group for outcome in self._commit([part])]
            return [_Outcome(group[0].future, error=self._place.failure(error))]
        except Exception:
            self._undo()
            raise
        return outcomes

    def _begin(self) -> None:
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if attempt == LOCK_ATTEMPTS or not code(error).startswith("SQLITE_BUSY_"):
                    raise
            else:
                return

    def _run(self, part: _Part) -> _Outcome:
        self._connection.execute("SAVEPOINT part")
        try:
            outcome = _Outcome(part.future, result=part.run(self._connection))
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to the one who waits
            self._connection.execute("ROLLBACK TO part")
            outcome = _Outcome(part.future, error=error)
        self._connection.execute("RELEASE part")
        return outcome

    def _undo(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _deliver(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        if outcome.future.done():
            continue  # the one who waited was cancelled
        if outcome.error is not None:
            outcome.future.set_exception(outcome.error)
        else:
            outcome.future.set_result(outcome.result)
