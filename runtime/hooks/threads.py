"""Threads for plain functions: bounded, and replaced when a function does not come back.

A thread cannot be killed. One whose function is over its time limit is abandoned: it no longer counts, another
takes its place, and Interrupted is thrown into it, which ends any loop in Python code. One that waits in C code
stays until that returns; when too many stay, new calls are refused rather than piling up more.
"""

import asyncio
import contextlib
import contextvars
import sys
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, Literal

from runtime.hooks.frames import may_interrupt, place_in_stack
from runtime.hooks.interrupt import Interrupted, throw_into
from runtime.hooks.outcome import Outcome, captured, until_done
from runtime.model.errors import Unavailable

FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 5.0
"""Between two attempts to interrupt an abandoned thread; doubled each time. Arbitrarily chosen and may change."""

EXHAUSTED: Final = "hook_threads_exhausted"
"""The code of the Unavailable that is raised when no thread can be had."""


class HookThreads:
    """Runs plain functions in threads of its own; belongs to one event loop.

    `size` tells how many may run at once, and how many abandoned ones may linger before new calls are refused.
    Threads are started as they are needed and kept; they are daemons, so a function that never returns does not
    keep the process.
    """

    def __init__(self, size: Callable[[], int], *, name: str) -> None:
        self._size = size
        self._name = name
        self._busy = 0
        self._idle: list[_Worker] = []
        self._abandoned: set[_Worker] = set()
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def busy(self) -> int:
        """How many functions run now, those of abandoned threads aside."""
        return self._busy

    @property
    def abandoned(self) -> int:
        """How many threads were given up and have not ended yet."""
        self._abandoned = {worker for worker in self._abandoned if worker.is_alive()}
        return len(self._abandoned)

    async def run(self, function: Callable[[], Any], *, limit_s: float) -> Outcome:
        """Run a function in a thread, with a copy of the caller's context variables.

        `limit_s` counts from when it starts; as long again may be spent waiting for a thread. Being cancelled
        abandons the thread. Raises Unavailable where no thread can be had.
        """
        await self._take(limit_s)
        try:
            return await self._run(function, limit_s)
        finally:
            self._release()

    def close(self) -> None:
        """Send idle threads home and stop looking after abandoned ones. Calls under way must have been cancelled."""
        for worker in self._idle:
            worker.inbox.put(None)
        self._idle.clear()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    async def _run(self, function: Callable[[], Any], limit_s: float) -> Outcome:
        worker = self._idle.pop() if self._idle else self._new_worker()
        context = contextvars.copy_context()
        assignment = _Assignment(lambda: context.run(captured, function))
        worker.inbox.put(assignment)
        try:
            await until_done(assignment.outcome, limit_s)
        except asyncio.CancelledError:
            if assignment.abandon():
                self._linger(worker, assignment)
            else:
                self._idle.append(worker)
            raise
        if assignment.abandon():
            place = place_in_stack(sys._current_frames().get(worker.ident))
            self._linger(worker, assignment)
            return Outcome(late=True, place=place)
        self._idle.append(worker)
        return await assignment.outcome

    def _new_worker(self) -> "_Worker":
        try:
            return _Worker(self._name)
        except RuntimeError as error:
            raise Unavailable(f"hook threads are exhausted: {error}", code=EXHAUSTED) from error

    async def _take(self, limit_s: float) -> None:
        if self.abandoned >= self._size():
            raise Unavailable(
                f"hook threads are exhausted: {len(self._abandoned)} plain hooks never returned; the log names them",
                code=EXHAUSTED,
            )
        if self._busy < self._size():
            self._busy += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(limit_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._release()
            if isinstance(error, TimeoutError):
                message = f"hook threads are busy, none became free in {limit_s:g} s; raise hooks.threads"
                raise Unavailable(message, code=EXHAUSTED) from None
            raise

    def _release(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                # The place is handed on, so `busy` stays as it is.
                turn.set_result(None)
                return
        self._busy -= 1

    def _linger(self, worker: "_Worker", assignment: "_Assignment", pause_s: float = FIRST_PAUSE_S) -> None:
        """Interrupt an abandoned thread, now if it is in user code, and again until it has ended."""
        if not worker.is_alive():
            self._abandoned.discard(worker)
            return
        self._abandoned.add(worker)
        assignment.interrupt(worker.ident)
        timer: asyncio.TimerHandle

        def again() -> None:
            self._timers.discard(timer)
            self._linger(worker, assignment, min(pause_s * 2, LONGEST_PAUSE_S))

        timer = asyncio.get_running_loop().call_later(pause_s, again)
        self._timers.add(timer)


class _Assignment:
    """One call that a worker is to make. Whoever changes its state from `running` decides how it ends."""

    def __init__(self, function: Callable[[], Outcome]) -> None:
        self.function = function
        self.loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = self.loop.create_future()
        self._state: Literal["running", "returned", "abandoned", "over"] = "running"
        self._lock = threading.Lock()

    def returned(self) -> bool:
        """Say, in the worker, that the function has returned; whether the caller is still there."""
        with self._lock:
            waited_for = self._state == "running"
            self._state = "returned" if waited_for else "over"
            return waited_for

    def abandon(self) -> bool:
        """Give up waiting, in the loop; whether the function was still running."""
        with self._lock:
            if self._state == "running":
                self._state = "abandoned"
            return self._state != "returned"

    def interrupt(self, thread_id: int) -> None:
        """Throw Interrupted into the worker if it is in user code."""
        # Not waited for: a worker that is interrupted while it takes the lock would never give it back.
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._state == "abandoned" and may_interrupt(sys._current_frames().get(thread_id)):
                throw_into(thread_id)
        finally:
            self._lock.release()

    def deliver(self, outcome: Outcome) -> None:
        """Hand the outcome to the caller, from the worker."""

        def settle() -> None:
            if not self.outcome.done():
                self.outcome.set_result(outcome)

        # A loop that was closed has nobody who waits.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(settle)


class _Worker:
    """One thread that makes one call after the other, until it is abandoned in one or sent home."""

    def __init__(self, name: str) -> None:
        self.inbox: SimpleQueue[_Assignment | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def ident(self) -> int:
        """The thread's id."""
        return self._thread.ident or 0

    def is_alive(self) -> bool:
        """Whether the thread has not ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            while (assignment := self.inbox.get()) is not None:
                if not _make(assignment):
                    return
                del assignment
        except Interrupted:
            # Thrown at the last moment, when the function had just returned: the thread was abandoned, and ends.
            return


def _make(assignment: _Assignment) -> bool:
    """Make a call and deliver its outcome; whether the caller was still there to take it."""
    outcome = assignment.function()
    if not assignment.returned():
        return False
    assignment.deliver(outcome)
    return True
