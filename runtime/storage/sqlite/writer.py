"""The one thread that writes, committing in groups.

Whoever waits gets the result after the COMMIT that made it durable. All batches that are waiting when the thread
becomes free share one transaction and so one fsync. They are applied together; where that cannot be done, once more,
one by one with a SAVEPOINT each, so that each fails alone; and where SQLite itself fails (disk full, for instance) once
more, each in a transaction of its own. Together, because 64 creates then take half the time: at each SAVEPOINT the
full-text index writes down all that it has gathered.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final, Generic, TypeVar

from runtime.model.errors import Unavailable
from runtime.storage.sqlite.connection import Place, code

B = TypeVar("B")
R = TypeVar("R")
T = TypeVar("T")

GROUP_LIMIT: Final = 256
"""How many parts share a transaction, so that the first does not wait for too many others. Arbitrary."""
LOCK_ATTEMPTS: Final = 3
"""How often a transaction is begun: SQLite may report a lock early, while another process recovers for instance."""


class NotTogether(Exception):
    """These batches have to be applied one by one."""


@dataclass(frozen=True, slots=True)
class Work(Generic[B, R]):
    """What is done in a transaction. All of it may be done twice, the first time undone.

    `begin` comes first in every transaction. `together` applies many batches and returns for each what became of it; it
    raises NotTogether where it cannot. `one` applies a single batch.
    """

    begin: Callable[[sqlite3.Connection], object]
    together: Callable[[sqlite3.Connection, Sequence[B]], Sequence[R | Exception]]
    one: Callable[[sqlite3.Connection, B], R]


@dataclass(slots=True)
class _Part:
    """A batch, or else a function that has a transaction to itself; and who waits."""

    future: "asyncio.Future[Any]"
    batch: Any
    run: Callable[[sqlite3.Connection], Any] | None = None


@dataclass(slots=True)
class _Outcome:
    future: "asyncio.Future[Any]"
    result: Any


class Writer(Generic[B, R]):
    """Applies batches on the writing connection, in the order they were submitted.

    It owns its thread until `close`, and uses the connection as long. To be made and used in the event loop that runs
    at that moment.
    """

    def __init__(self, connection: sqlite3.Connection, place: Place, work: Work[B, R]) -> None:
        self._connection = connection
        self._place = place
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._submitted: list[_Part] = []
        self._queue: SimpleQueue[list[_Part] | None] = SimpleQueue()
        self._waiting: deque[_Part] = deque()
        self._is_closed = False
        self._thread = threading.Thread(target=self._write, name="hookstream-writer", daemon=True)
        self._thread.start()

    def write(self, batch: B) -> "asyncio.Future[R]":
        """Apply a batch; the future has its result once that is durable, or what it raised.

        Cancelling the future before its turn means that the batch is never applied; later, that it is, unnoticed.
        Raises Unavailable after `close`.
        """
        return self._submit(_Part(self._loop.create_future(), batch))

    def run(self, function: Callable[[sqlite3.Connection], T]) -> "asyncio.Future[T]":
        """Run a function in a transaction of its own, as `write` applies a batch."""
        return self._submit(_Part(self._loop.create_future(), None, function))

    def _submit(self, part: _Part) -> "asyncio.Future[Any]":
        if self._is_closed:
            raise Unavailable(f"{self._place} is closed: the server is stopping")
        if not self._submitted:
            # What else is submitted in this turn of the loop comes along: one group, where it were a first and the rest
            self._loop.call_soon(self._hand_over)
        self._submitted.append(part)
        return part.future

    def _hand_over(self) -> None:
        parts, self._submitted = self._submitted, []
        if parts:
            self._queue.put(parts)

    async def close(self) -> None:
        """Finish all that was submitted, end the thread. Safe to call twice."""
        if not self._is_closed:
            self._is_closed = True
            self._hand_over()
            self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _write(self) -> None:
        while (group := self._next_group()) is not None:
            waiting = [part for part in group if not part.future.cancelled()]
            if not waiting:
                continue
            with self._place.gate:
                outcomes = self._settle(waiting)
            self._loop.call_soon_threadsafe(_deliver, outcomes)

    def _next_group(self) -> list[_Part] | None:
        while not self._waiting:
            parts = self._queue.get()
            if parts is None:
                return None
            self._waiting.extend(parts)
        self._take_more()
        group = [self._waiting.popleft()]
        while group[0].run is None and self._waiting and self._waiting[0].run is None and len(group) < GROUP_LIMIT:
            group.append(self._waiting.popleft())
        return group

    def _take_more(self) -> None:
        while len(self._waiting) < GROUP_LIMIT:
            try:
                parts = self._queue.get_nowait()
            except Empty:
                return
            if parts is None:
                self._queue.put(None)
                return
            self._waiting.extend(parts)

    def _settle(self, group: list[_Part]) -> list[_Outcome]:
        try:
            return self._commit(group)
        except Exception as error:  # noqa: BLE001  # the thread must live, and those who wait must hear of it
            return _failed(group, error)

    def _commit(self, group: list[_Part]) -> list[_Outcome]:
        failure: Exception | None = None
        for apply in (self._together, self._one_by_one) if group[0].run is None else (self._alone,):
            try:
                return self._transaction(group, apply)
            except NotTogether:
                continue
            except sqlite3.Error as error:
                failure = self._place.failure(error)
        if len(group) > 1 or failure is None:
            return [outcome for part in group for outcome in self._settle([part])]
        return _failed(group, failure)

    def _transaction(self, group: list[_Part], apply: Callable[[list[_Part]], Sequence[Any]]) -> list[_Outcome]:
        try:
            self._begin()
        except sqlite3.Error as error:
            return _failed(group, self._place.failure(error))
        try:
            self._work.begin(self._connection)
            results = apply(group)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        return [_Outcome(part.future, result) for part, result in zip(group, results, strict=True)]

    def _begin(self) -> None:
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if attempt == LOCK_ATTEMPTS or not code(error).startswith("SQLITE_BUSY_"):
                    raise
            else:
                return

    def _together(self, group: list[_Part]) -> Sequence[Any]:
        return self._work.together(self._connection, [part.batch for part in group])

    def _one_by_one(self, group: list[_Part]) -> Sequence[Any]:
        return [self._one(part) for part in group]

    def _one(self, part: _Part) -> Any:
        self._connection.execute("SAVEPOINT part")
        result: Any
        try:
            result = self._work.one(self._connection, part.batch)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is belongs to the one who waits
            self._connection.execute("ROLLBACK TO part")
            result = error
        self._connection.execute("RELEASE part")
        return result

    def _alone(self, group: list[_Part]) -> Sequence[Any]:
        return [part.run(self._connection) for part in group if part.run is not None]


def _failed(group: list[_Part], error: Exception) -> list[_Outcome]:
    return [_Outcome(part.future, error) for part in group]


def _deliver(outcomes: list[_Outcome]) -> None:
    for outcome in outcomes:
        if outcome.future.done():
            continue  # the one who waited was cancelled
        if isinstance(outcome.result, Exception):
            outcome.future.set_exception(outcome.result)
        else:
            outcome.future.set_result(outcome.result)
