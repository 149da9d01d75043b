"""Notices that user code blocks the event loop, names it, and interrupts it when it is over its time limit.

A thread asks the loop for a sign of life again and again. Where none comes in time, the stack of the loop's thread
tells what it is doing. The interruption is a signal where that is possible (the loop runs in the main thread): its
handler runs in that thread, looks at the very frame that it would interrupt, and also ends calls that wait in C
code, such as `time.sleep` or a socket's `recv`. Elsewhere an exception is thrown into the thread, which ends loops
in Python code only.
"""

import asyncio
import signal
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from runtime.hooks.frames import Place, may_interrupt, outward, place_in_stack, place_of
from runtime.hooks.interrupt import Interrupted, take_back, throw_into
from runtime.model.clock import Clock

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

SIGNAL: Final[int | None] = getattr(signal, "SIGURG", None)
"""Ignored by default and used by nobody here, so that a stray one does no harm."""

LOOKS_PER_LIMIT: Final = 4
"""How often a blocked loop is looked at within `slow_s`, so that an interruption comes soon after its time."""


@dataclass(frozen=True, slots=True)
class Blockage:
    """A block of the event loop: by which hook (None: not by user code), where, and how long when it was noticed."""

    hook: str | None
    place: Place | None
    seconds: float


@dataclass(slots=True)
class Watched:
    """What a task runs: a hook, and its time limit."""

    hook: str
    limit_s: float


class Watchdog:
    """Watches one event loop, from a thread of its own: `async with Watchdog(…)` on that loop.

    A block of `slow_s` seconds or more is logged as `loop_blocked` with hook, file, line and seconds, and once it
    is over as `loop_free`. `limit_s` applies to user code outside of any call, such as a task that a hook has left
    behind. Both may be changed at any time. Where several watch one loop, each sees to the projects that were
    attached to it.
    """

    def __init__(self, *, slow_s: float, limit_s: float, clock: Clock, log: "FilteringBoundLogger") -> None:
        self.slow_s = slow_s
        self.limit_s = limit_s
        self._clock = clock
        self._log = log
        self._projects: set[str] = set()
        self._calls: dict[asyncio.Task[Any], Watched] = {}
        self._blocks: Counter[str] = Counter()
        self._last: Blockage | None = None
        self._alive = threading.Event()
        self._stopped = threading.Event()
        self._armed = False
        self._meant: Watched | None = None
        self._handles_signal = False

    @property
    def blocks(self) -> dict[str, int]:
        """How often the loop was found blocked, by hook; "" for blocks that were not user code's."""
        return dict(self._blocks)

    @property
    def last(self) -> Blockage | None:
        """The block that was noticed last."""
        return self._last

    def attach(self, project: Path) -> None:
        """Say that the code of the project in this folder is to be watched."""
        self._projects.add(str(project))

    def enter(self, task: asyncio.Task[Any], hook: str, limit_s: float) -> Watched | None:
        """Say which hook a task runs, until `leave`; return what it has run until now."""
        outer = self._calls.get(task)
        self._calls[task] = Watched(hook, limit_s)
        return outer

    def leave(self, task: asyncio.Task[Any], outer: Watched | None = None) -> None:
        """Say that a task's hook has ended; it goes on with what `enter` returned."""
        if outer is not None:
            self._calls[task] = outer
        else:
            self._calls.pop(task, None)

    async def __aenter__(self) -> Self:
        """Begin to watch the running loop."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._previous_handler = self._install_handler()
        self._thread = threading.Thread(target=self._watch, name="hookstream-watchdog", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the thread."""
        self._stopped.set()
        self._alive.set()
        # The thread does not wait for anything but the two events above.
        self._thread.join()
        if self._handles_signal and SIGNAL is not None and signal.getsignal(SIGNAL) == self._on_signal:
            signal.signal(SIGNAL, self._previous_handler)
        self._handles_signal = False

    def _install_handler(self) -> Any:
        is_main = threading.current_thread() is threading.main_thread()
        if SIGNAL is None or not is_main:
            return None
        present = signal.getsignal(SIGNAL)
        # Other watchdogs of this loop pass on what is not meant for them; a stranger's handler is left alone.
        self._handles_signal = present is signal.SIG_DFL or isinstance(getattr(present, "__self__", None), Watchdog)
        return signal.signal(SIGNAL, self._on_signal) if self._handles_signal else None

    def _watch(self) -> None:
        while not self._stopped.wait(self.slow_s / 2):
            self._alive.clear()
            if self._stopped.is_set():
                # Set before the sign of life that was just wiped away, while the loop waits for this thread.
                return
            asked_at = self._clock.monotonic()
            try:
                self._loop.call_soon_threadsafe(self._alive.set)
            except RuntimeError:
                # The loop was closed without this watchdog having been left: there is nothing to watch any more.
                return
            if not self._alive.wait(self.slow_s):
                self._attend(asked_at)

    def _attend(self, asked_at: float) -> None:
        """Stay with a blocked loop until it is free."""
        watched, since = self._watched(), asked_at
        blockage, has_looked = self._look(since), True
        while not self._alive.wait(self.slow_s / LOOKS_PER_LIMIT):
            if self._watched() is not watched:
                # One hook after the other blocks the loop: each is reported, and has a limit, of its own.
                self._report_end(blockage, since)
                watched, since = self._watched(), self._clock.monotonic()
                blockage, has_looked = None, False
            seconds = self._clock.monotonic() - since
            if not has_looked and seconds >= self.slow_s:
                blockage, has_looked = self._look(since), True
            if seconds > (self.limit_s if watched is None else watched.limit_s):
                self._interrupt(watched)
        self._report_end(blockage, since)

    def _report_end(self, blockage: Blockage | None, since: float) -> None:
        if blockage is not None:
            seconds = round(self._clock.monotonic() - since, 3)
            self._log.warning("loop_free", hook=blockage.hook, seconds=seconds)

    def _look(self, asked_at: float) -> Blockage | None:
        """Report what blocks the loop; None where that is the code of a project that others see to."""
        frame = self._frame()
        place = place_in_stack(frame)
        if place is not None and place.project not in self._projects:
            return None
        blockage = Blockage(self._hook(frame), place, round(self._clock.monotonic() - asked_at, 3))
        self._blocks[blockage.hook or ""] += 1
        self._last = blockage
        file, line = _file_and_line(place, frame)
        self._log.warning("loop_blocked", hook=blockage.hook, file=file, line=line, seconds=blockage.seconds)
        return blockage

    def _hook(self, frame: FrameType | None) -> str | None:
        """Return the hook whose code a stack is in; for a task that a hook has left behind, its outermost function."""
        places = [place for each in outward(frame) if (place := place_of(each))]
        if not places:
            return None
        watched = self._watched()
        return watched.hook if watched is not None else f"{places[-1].file}:{places[-1].function}"

    def _watched(self) -> Watched | None:
        task = asyncio.current_task(self._loop)
        return self._calls.get(task) if task is not None else None

    def _frame(self) -> FrameType | None:
        return sys._current_frames().get(self._loop_thread)

    def _may_interrupt(self, watched: Watched | None, frame: FrameType | None) -> bool:
        place = place_in_stack(frame)
        is_ours = place is not None and place.project in self._projects
        # The loop may have gone on since it was looked at: what it runs by now has a limit of its own.
        return is_ours and self._watched() is watched and may_interrupt(frame)

    def _interrupt(self, watched: Watched | None) -> None:
        """Interrupt what was watched, if it is what the loop still runs."""
        if not self._may_interrupt(watched, self._frame()):
            return
        if self._handles_signal and SIGNAL is not None:
            self._meant, self._armed = watched, True
            signal.pthread_kill(self._loop_thread, SIGNAL)
            return
        throw_into(self._loop_thread)
        # The loop may have gone on between the look and the throw; there it must not be hit.
        if not self._may_interrupt(watched, self._frame()):
            take_back(self._loop_thread)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._armed and self._may_interrupt(self._meant, frame):
            self._armed = False
            raise Interrupted
        if callable(self._previous_handler):
            self._previous_handler(number, frame)


def _file_and_line(place: Place | None, frame: FrameType | None) -> tuple[str | None, int | None]:
    if place is not None:
        return place.file, place.line
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else (None, None)
