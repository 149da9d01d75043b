"""JSON Lines as they come: each line on its own, whatever is wrong with the others."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from runtime.model.document import WRITE_LIMIT_BYTES
from runtime.query.values import rounds_integer, too_deep

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: its number from 1, its length, and its object or what is wrong with it."""

    number: int
    size_bytes: int
    value: dict[str, Any] | None = None
    fault: str = ""


class Splitter:
    """Cuts a stream of bytes into lines, with no more than one of them in memory.

    Lines end with LF or CRLF, the last one perhaps with nothing. A line over `limit_bytes` is a fault and is not kept.
    """

    def __init__(self, limit_bytes: int = WRITE_LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._rest = bytearray()
        self._size_bytes = 0
        self._number = 0

    def feed(self, chunk: bytes) -> list[Line]:
        """Return the lines that this chunk completes."""
        lines: list[Line] = []
        *complete, rest = chunk.split(b"\n")
        for part in complete:
            self._keep(part)
            lines.extend(self._end())
        self._keep(rest)
        return lines

    def end(self) -> list[Line]:
        """Return the last line, where it has no end."""
        return self._end() if self._size_bytes else []

    def _keep(self, part: bytes) -> None:
        self._size_bytes += len(part)
        if self._size_bytes <= self._limit_bytes:
            self._rest += part

    def _end(self) -> list[Line]:
        text, size_bytes = bytes(self._rest).strip(), self._size_bytes
        self._rest.clear()
        self._size_bytes = 0
        self._number += 1
        if self._number == 1:
            text = text.removeprefix(_BYTE_ORDER_MARK)
        if size_bytes > self._limit_bytes:
            return [Line(self._number, size_bytes, fault=f"the line is longer than {self._limit_bytes:,} bytes")]
        return [_parsed(self._number, size_bytes, text)] if text else []


async def read_lines(chunks: AsyncIterator[bytes], splitter: Splitter) -> AsyncIterator[Line]:
    """Give the lines of a stream, as soon as they are complete."""
    async for chunk in chunks:
        for line in splitter.feed(chunk):
            yield line
    for line in splitter.end():
        yield line


def _parsed(number: int, size_bytes: int, text: bytes) -> Line:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Line(number, size_bytes, fault=f"the line is not JSON: {error.msg} at column {error.colno}")
    if not isinstance(value, dict):
        return Line(number, size_bytes, fault="the line is not a JSON object, {…}")
    if not too_deep(value) and rounds_integer(text):
        return Line(number, size_bytes, fault="the line has an integer beyond 64 bits; write it as a string")
    return Line(number, size_bytes, value=value)
