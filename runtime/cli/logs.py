"""How the log is written: readable lines while one develops, JSON lines when one serves."""

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final, TextIO, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger, Processor

from runtime.cli.terminal import printable

Log = FilteringBoundLogger

_SHARED: Final[Sequence[Processor]] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_FIRST: Final = ("timestamp", "level", "event")
"""What a line of JSON begins with; the rest is as it was given."""


class _StandardError:
    """The standard error as it is at the moment of writing: a progress bar puts itself in its place."""

    def write(self, text: str) -> int:
        """Write text."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Write out what is buffered."""
        sys.stderr.flush()


def console_log(level: int = logging.INFO) -> Log:
    """Write the log of this process for people, to the standard error; return the logger.

    Tracebacks stand below their line. What libraries log by way of the standard library is shown from WARNING on.
    """
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=24, exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )
    shared = (structlog.processors.add_log_level, stamp, _traceback_below, _harmless)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_library(cast("TextIO", _StandardError()), shared=shared, last=(renderer,))
    return _logger()


def json_log(level: int = logging.INFO) -> Log:
    """Write the log of this process for machines, a JSON object a line, to the standard output; return the logger.

    Every line has `timestamp` (RFC 3339, UTC), `level` and `event`. What cannot be JSON is written as text.
    """
    structlog.configure(
        processors=[*_SHARED, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(file=sys.stdout.buffer),
        cache_logger_on_first_use=False,
    )
    last = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json_text))
    _adopt_standard_library(sys.stdout, shared=_SHARED, last=last)
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


def _json(event: Mapping[str, Any], **_: Any) -> bytes:
    event = {**{name: event[name] for name in _FIRST if name in event}, **event}
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # What user code logs may hold anything; a line that says less is better than an error in who logs.
        texts = {str(key): value if isinstance(value, str) else repr(value) for key, value in event.items()}
        return json.dumps(texts).encode()


def _json_text(event: Mapping[str, Any], **_: Any) -> str:
    return _json(event).decode()
