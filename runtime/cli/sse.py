"""Reading an event stream (WHATWG HTML §9.2.6), pure."""

import codecs
from dataclasses import dataclass
from typing import Final

from runtime.model.errors import TooLarge

RETRY_S: Final = 2.0
"""How long to wait where the server has not said."""
_LONGEST_EVENT: Final = 16 * 1024 * 1024
"""Characters that one event may have; a server that never ends a line must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `type` is `message` where the stream does not say; `id` is the last that the stream has named."""

    type: str
    data: str
    id: str


class Reader:
    """Turns the bytes of one connection into events.

    `last_id` is the last id that was named, `retry_s` how long the server asks to wait before connecting again.
    """

    def __init__(self, *, last_id: str = "", retry_s: float = RETRY_S) -> None:
        self.last_id = last_id
        self.retry_s = retry_s
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._is_start = True
        self._type = ""
        self._data: list[str] = []

    def resumed(self) -> "Reader":
        """Return the reader of the next connection."""
        return Reader(last_id=self.last_id, retry_s=self.retry_s)

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that this chunk completes. Raises TooLarge where one is longer than is believable."""
        text = self._rest + self._decode(chunk)
        if self._is_start and text:
            text, self._is_start = text.removeprefix("\ufeff"), False
        # A CR at the end may be half of a CRLF: what follows decides.
        held = "\r" if text.endswith("\r") else ""
        *lines, rest = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = rest + held
        if len(self._rest) + sum(map(len, self._data)) > _LONGEST_EVENT:
            raise TooLarge("the stream has an event that does not end; whatever sends it is no Hookstream server")
        return [event for line in lines if (event := self._line(line)) is not None]

    def _line(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._type = value
        elif field == "id" and "\0" not in value:
            self.last_id = value
        elif field == "retry" and value.isascii() and value.isdigit():
            self.retry_s = int(value) / 1000
        return None

    def _dispatch(self) -> Event | None:
        data, type = self._data, self._type
        self._data, self._type = [], ""
        return Event(type or "message", "\n".join(data), self.last_id) if data else None
