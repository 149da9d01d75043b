"""The last lines of this process's log, kept in memory for admins to read."""

import sys
from collections import deque
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from threading import Lock
from traceback import format_exception
from types import TracebackType
from typing import Any, Final

import orjson
from aiohttp import web

from runtime.model.clock import Clock, timestamp

LINES_KEPT: Final = 1000
"""Of requests and of everything else so many each, so that many requests do not push out what is rare."""

VALUE_CHARACTERS: Final = 4000
"""What one value of a line is cut to; a traceback keeps its end."""

LEVELS: Final = ("debug", "info", "warning", "error", "critical")
"""From the least to the gravest."""

REQUEST: Final = "request"
"""The event of the line that there is for each request."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `number` counts all lines of the process, `at` is epoch seconds."""

    number: int
    at: float
    level: str
    event: str
    fields: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        fields = {name: value for name, value in self.fields.items() if name != "project"}
        return {
            "number": self.number, "time": timestamp(self.at), "level": self.level, "event": self.event,
            "fields": fields,
        }  # fmt: skip


class RecentLog:
    """Keeps LINES_KEPT lines of requests, and as many others; written from any thread.

    What is kept of a line cannot change any more and is bounded: values are copied as JSON has them, and cut.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._requests: deque[tuple[int, float, Mapping[str, Any]]] = deque(maxlen=LINES_KEPT)
        self._others: deque[Line] = deque(maxlen=LINES_KEPT)
        self._lock = Lock()

    def __call__(self, _logger: Any, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Keep a line and pass it on as it is: a processor of structlog, to stand before what renders."""
        if event.get("event") == REQUEST:
            self.request(**{name: value for name, value in event.items() if name not in _OWN})
        else:
            kept = {name: _kept(name, value) for name, value in event.items() if name not in _OWN}
            text = _cut(str(event.get("event", "")))
            with self._lock:
                self._last += 1
                self._others.append(Line(self._last, self._clock.now(), _level(level), text, kept))
        return event

    def request(self, **fields: Any) -> None:
        """Keep the line of a request: some 0.3 µs, so that it is made a line only when somebody reads it."""
        with self._lock:
            self._last += 1
            self._requests.append((self._last, self._clock.now(), fields))

    def lines(
        self,
        *,
        namespace: str,
        alone: bool,
        after: int = 0,
        level: str = "debug",
        text: str = "",
        requests: bool = False,
        limit: int = LINES_KEPT,
    ) -> tuple[list[Line], int]:
        """Return the last `limit` lines that concern a project, oldest first, and how many lines there ever were.

        Lines of other projects are never among them; those of no project are where it is `alone` in the process.
        `after` is the number of a line, or how many there were, `level` the least one, `text` what event or fields have
        in them, in any case.
        """
        graver = frozenset(LEVELS[LEVELS.index(level) :])
        wanted = text.casefold()
        with self._lock:
            kept, asked, last = list(self._others), list(self._requests) if requests else [], self._last
        kept += [Line(number, at, "info", REQUEST, fields) for number, at, fields in asked]
        found = [
            line
            for line in kept
            if line.number > after
            and line.level in graver
            and _concerns(line, namespace, alone=alone)
            and (not wanted or _says(line, wanted))
        ]
        found.sort(key=lambda line: line.number)
        return found[-limit:], last


RECENT_LOG: web.AppKey[RecentLog] = web.AppKey("recent_log", RecentLog)

_OWN: Final = frozenset({"event", "level", "timestamp", "_record", "_from_structlog"})
"""What a line says of itself, or carries for structlog alone."""


def _concerns(line: Line, namespace: str, *, alone: bool) -> bool:
    if line.event == REQUEST:
        parts = str(line.fields.get("path", "")).split("/")
        return alone or (len(parts) > 2 and parts[1] in {"api", "admin"} and parts[2] == namespace)
    project = line.fields.get("project")
    return project == namespace or (project is None and alone)


def _level(name: str) -> str:
    return name if name in LEVELS else "info"


def _says(line: Line, wanted: str) -> bool:
    return wanted in line.event.casefold() or any(
        wanted in name.casefold() or wanted in _text(value).casefold() for name, value in line.fields.items()
    )


def _kept(name: str, value: Any) -> Any:
    if name == "exc_info":
        return _traceback(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _cut(value)
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        return _cut(repr(value))
    return orjson.loads(text) if len(text) <= VALUE_CHARACTERS else _cut(text.decode())


def _traceback(value: Any) -> str | None:
    """Return an exception as text: kept itself, it would keep alive all that its frames hold."""
    error = value if isinstance(value, BaseException) else None
    if isinstance(value, tuple) and len(value) == 3:
        error = value[1]
    elif value and error is None:
        error = sys.exc_info()[1]
    if error is None:
        return None
    trace: TracebackType | None = error.__traceback__
    text = "".join(format_exception(type(error), error, trace))
    return _storable(text[-VALUE_CHARACTERS:])


def _cut(text: str) -> str:
    return _storable(text if len(text) <= VALUE_CHARACTERS else f"{text[: VALUE_CHARACTERS - 1]}…")


def _storable(text: str) -> str:
    """Return text without lone surrogates, which JSON cannot have."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
