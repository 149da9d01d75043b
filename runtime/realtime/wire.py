"""Server-sent events as bytes, pure: frames, ids and HTTP chunks."""

import re
import secrets
from typing import Final, NamedTuple

HEARTBEAT: Final = b":\n"
"""A comment: every client ignores it (WHATWG HTML §9.2.6), proxies count it as traffic. No empty line follows, for some
clients (httpx-sse) take that for the end of an event."""

LAST_CHUNK: Final = b"0\r\n\r\n"
"""Ends a chunked body (RFC 9112 §7.1)."""

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_ID: Final = re.compile(r"([0-9a-z-]{1,11})\.([0-9]{1,12})")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class StreamId(NamedTuple):
    """A place in a project's sequence: `seq` counts from 1 within an epoch, 0 is before the first message."""

    epoch: str
    seq: int


def frame(*, data: str | bytes, event: str | None = None, id: str | None = None, retry_ms: int | None = None) -> bytes:
    """Return one event (WHATWG HTML §9.2.5).

    Every line of `data` gets a `data:` of its own, whether LF, CR or CRLF ends it; a client reads each as LF, so JSON
    passes unchanged. Text is encoded as UTF-8. Raises ValueError for an `event` or `id` with a line end or NUL, which
    would be another frame or an ignored id.
    """
    lines: list[bytes] = []
    if retry_ms is not None:
        lines.append(b"retry: %d" % retry_ms)
    if id is not None:
        lines.append(b"id: " + _one_line(id))
    if event is not None:
        lines.append(b"event: " + _one_line(event))
    raw = data.encode() if isinstance(data, str) else data
    lines.extend(b"data: " + line for line in _LINE_END.split(raw))
    return b"\n".join(lines) + b"\n\n"


def without_id(frame: bytes) -> bytes:
    """Return a message's frame without its first line, the id: for one that comes out of the sequence."""
    return frame[frame.index(b"\n") + 1 :]


def chunk(body: bytes) -> bytes:
    """Return `body` as one chunk of a chunked body (RFC 9112 §7.1); nothing for nothing, which would be the end."""
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""


def format_id(epoch: str, seq: int) -> str:
    """Return `<epoch>.<seq>`: at most 24 characters of `[0-9a-z.-]`."""
    return f"{epoch}.{seq}"


def parse_id(text: str) -> StreamId | None:
    """Return the place that an id names, or None where it has not the form of one."""
    found = _ID.fullmatch(text)
    return StreamId(found[1], int(found[2])) if found else None


def new_epoch(now_s: float) -> str:
    """Return a name for the life of one sequence: the start's second and four random characters, in base 36.

    Two starts never share one, so that an id from before a restart is known to be one.
    """
    seconds, text = int(now_s), ""
    while seconds:
        seconds, digit = divmod(seconds, 36)
        text = _DIGITS[digit] + text
    return text + "".join(secrets.choice(_DIGITS) for _ in range(4))


def _one_line(text: str) -> bytes:
    if any(c in text for c in "\r\n\0"):
        raise ValueError(f"{text!r} has a line end or NUL, which no event or id can carry")
    return text.encode()
