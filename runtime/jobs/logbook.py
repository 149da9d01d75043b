"""`ctx.log` of a job: a structured logger whose lines are kept with the run."""

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from itertools import islice
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

from runtime.jobs.record import LOG_LINES, log_line
from runtime.model.clock import Clock


class Logbook:
    """The last LOG_LINES lines of a run, written from any thread."""

    def __init__(self, lines: Iterable[Mapping[str, Any]], *, clock: Clock, on_line: Callable[[], None]) -> None:
        self._lines = deque(lines, maxlen=LOG_LINES)
        self._lock = threading.Lock()
        self._clock = clock
        self._on_line = on_line
        self._written = 0

    def write(self, level: str, message: str) -> None:
        """Add a line, and tell whoever keeps them."""
        line = log_line(self._clock.now(), level, message)
        with self._lock:
            self._lines.append(line)
            self._written += 1
        self._on_line()

    def lines(self) -> list[Mapping[str, Any]]:
        """Return what is kept, oldest first."""
        with self._lock:
            return list(self._lines)

    def since(self, written: int) -> tuple[list[Mapping[str, Any]], int]:
        """Return the lines behind the first `written` ones, as far as they are kept, and how many were written now."""
        with self._lock:
            fresh = min(self._written - written, len(self._lines))
            return list(islice(reversed(self._lines), fresh))[::-1], self._written

    def logger(self, log: FilteringBoundLogger) -> FilteringBoundLogger:
        """Return a logger that writes here, every level, and to `log` as well, which has its own mind about levels."""
        wrapper = structlog.make_filtering_bound_logger(logging.DEBUG)
        logger: FilteringBoundLogger = structlog.wrap_logger(log, processors=[self._copy], wrapper_class=wrapper)
        return logger

    def _copy(
        self, _logger: object, level: str, event: MutableMapping[str, Any]
    ) -> tuple[tuple[Any, ...], MutableMapping[str, Any]]:
        text = event.pop("event", "")
        parts = [str(text), *(f"{name}={value!r}" for name, value in event.items() if name != "exc_info")]
        if event.get("exc_info"):
            error = _exception(event["exc_info"])
            parts.append(f"({type(error).__name__}: {error})" if error else "")
        self.write(level, " ".join(part for part in parts if part))
        return (text,), event


def _exception(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    found = exc_info[1] if isinstance(exc_info, tuple) else sys.exc_info()[1]
    return found if isinstance(found, BaseException) else None
