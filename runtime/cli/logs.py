"""How the log is written: readable lines while one develops, JSON lines when one serves."""

import asyncio
import json
import logging
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from threading import Lock
from time import time
from typing import Any, BinaryIO, Final, TextIO, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from runtime.cli.terminal import printable

Log = FilteringBoundLogger

_SHARED: Final[Sequence[Processor]] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_FIRST: Final = {"timestamp": None, "level": None, "event": None}
"""What a line of JSON begins with; the rest is as it was given."""

WRITE_EVERY_S: Final = 0.1
"""How late a line may be written that is no warning, where lines are held: a write of its own costs a request 8 µs."""

HELD_LIMIT: Final = 1000
"""After how many requests lines are written, however early it is."""


class _StandardError:
    """The standard error as it is at the moment of writing: a progress bar puts itself in its place."""

    def write(self, text: str) -> int:
        """Write text."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Write out what is buffered."""
        sys.stderr.flush()


def console_log(level: int = logging.INFO, *, keep: Sequence[Processor] = ()) -> Log:
    """Write the log of this process for people, to the standard error; return the logger.

    `keep` are processors that see every line before it is made ready for people.

    Tracebacks stand below their line. What libraries log by way of the standard library is shown from WARNING on.
    """
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=24, exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )
    shared: Sequence[Processor] = (structlog.processors.add_log_level, stamp, *keep, _traceback_below, _harmless)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_library(cast("TextIO", _StandardError()), shared=shared, last=(renderer,))
    return _logger()


class JsonLines:
    """Lines of JSON on their way to a file, in the order in which they were logged, from any thread.

    Each is written at once; while they are `held`, what is no warning waits for WRITE_EVERY_S, for the next warning, or
    until there is much of it.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_holding = False
        self._held: deque[dict[str, Any]] = deque()
        self._lock = Lock()

    def request(self, **fields: Any) -> None:
        """Log a request. While lines are held it is made JSON later, with others: then it takes 2 µs, alone 10."""
        self._held.append({"timestamp": time(), "level": "info", "event": "request", **fields})
        if not self._is_holding or len(self._held) >= HELD_LIMIT:
            self.flush()

    def info(self, line: bytes) -> None:
        """Write a line that may be late."""
        self._write(line)
        if not self._is_holding:
            self._file.flush()

    def warning(self, line: bytes) -> None:
        """Write a line, and all before it, at once."""
        self._write(line)
        self._file.flush()

    # The names by which structlog hands over the lines of a level.
    debug = info
    error = critical = warning

    def flush(self) -> None:
        """Write all that is held."""
        self._write(b"")
        self._file.flush()

    def _write(self, line: bytes) -> None:
        with self._lock:
            held = [self._held.popleft() for _ in range(len(self._held))]
            self._file.write(b"".join([*map(_request_line, held), line]))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Hold lines until the end of the block, which writes what is left."""
        self._is_holding = True
        writing = asyncio.create_task(self._write_by_and_by(), name="log")
        try:
            yield
        finally:
            self._is_holding = False
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            self.flush()

    async def _write_by_and_by(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            # Where nobody reads any more, the lines stay in the buffer, and whoever logs is told when it is full.
            with suppress(OSError):
                self.flush()


def json_log(lines: JsonLines, level: int = logging.INFO, *, keep: Sequence[Processor] = ()) -> Log:
    """Write the log of this process for machines, a JSON object a line; return the logger.

    Every line has `timestamp` (RFC 3339, UTC), `level` and `event`. What cannot be JSON is written as text. What
    libraries log by way of the standard library, from WARNING on, goes to the standard output, as `lines` should.
    `keep` are processors that see every line, but for requests, before it is written.
    """
    structlog.configure(
        processors=[*keep, _json_line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    last = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json_text))
    _adopt_standard_library(sys.stdout, shared=(*_SHARED, *keep), last=last)
    return _logger()


def _logger() -> Log:
    # Bound once: every other call would put its processors together anew.
    return cast("Log", structlog.get_logger().bind())


def _adopt_standard_library(stream: TextIO, *, shared: Sequence[Processor], last: Sequence[Processor]) -> None:
    """Have what libraries log (aiohttp, asyncio, APScheduler) look like the rest."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def _traceback_below(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    text = event.pop("traceback", "")
    if text:
        event["exception"] = text
    return event


def _harmless(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Show control characters as escapes: what visitors send must not move the cursor of whoever reads the log."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[key] = "\n".join(map(printable, value.split("\n"))) if key == "exception" else printable(value)
    return event


def _json_line(logger: Any, method: str, event: MutableMapping[str, Any]) -> bytes:
    """Render a line as structlog's own processors would, in one step."""
    if "exc_info" in event:
        structlog.processors.format_exc_info(logger, method, event)
    return _encoded({**_FIRST, **event, "timestamp": _stamp(time()), "level": method}) + b"\n"


def _request_line(fields: dict[str, Any]) -> bytes:
    fields["timestamp"] = _stamp(fields["timestamp"])
    return _encoded(fields) + b"\n"


def _stamp(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat().removesuffix("+00:00") + "Z"


def _json_text(event: Mapping[str, Any], **_: Any) -> str:
    return _encoded({**_FIRST, **event}).decode()


def _encoded(event: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # What user code logs may hold anything; a line that says less is better than an error in who logs.
        texts = {str(key): value if isinstance(value, str) else repr(value) for key, value in event.items()}
        return json.dumps(texts).encode()
