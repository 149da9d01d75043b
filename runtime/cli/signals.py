"""What Ctrl-C and the signals of process supervisors do to a command."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)
HANG_UP: Final = None if sys.platform == "win32" else signal.SIGHUP
"""Sent when a terminal is closed. Servers that have none take it as the wish to reload. Windows does not know it."""


@contextmanager
def on_signals(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Call functions on signals, on the event loop, within the block. Windows knows no such thing: Ctrl-C cancels."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        yield
        return
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


@contextmanager
def cancelled_by_signals() -> Iterator[None]:
    """Cancel the task that is in the block on Ctrl-C and on SIGTERM."""
    task = asyncio.current_task()

    def cancel() -> None:
        if task is not None:
            task.cancel()

    with on_signals(dict.fromkeys(ENDINGS, cancel)):
        yield


@contextmanager
def stopped_by_signals(*numbers: signal.Signals, on_stop: Callable[[], None] = lambda: None) -> Iterator[asyncio.Event]:
    """Give an event that the first of these signals sets, calling `on_stop`; a second one ends the process at once.

    That is safe: what was acknowledged is stored.
    """
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask() -> None:
        stop.set()
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)
        on_stop()

    with on_signals(dict.fromkeys(numbers, ask)):
        yield stop
