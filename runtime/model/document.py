"""Documents and what the system puts into them."""

import os
from typing import Any, Final, Protocol

Document = dict[str, Any]
"""A JSON object. Every stored one has the SYSTEM_FIELDS."""

SYSTEM_FIELDS: Final = ("id", "createdAt", "updatedAt", "createdBy", "version")
"""id: a string; createdAt, updatedAt: timestamps; createdBy: an actor's id or null; version: an integer from 1."""

WRITE_LIMIT_BYTES: Final = 16 * 1024 * 1024
"""The largest document as JSON: MongoDB's limit for one document, so that a project can move there."""


class Record(Protocol):
    """A stored document, decoded only when somebody asks for it."""

    @property
    def id(self) -> str:
        """The document's id."""

    @property
    def version(self) -> int:
        """The document's version."""

    @property
    def text(self) -> bytes:
        """The document as UTF-8 JSON, ready for the socket."""

    @property
    def document(self) -> Document:
        """The decoded document. The caller must not change it: decode once, share, copy to change."""


_RANDOM_BYTES: Final = 10
_FETCHED: Final = 256
"""For how many ids randomness is fetched at once. Arbitrarily chosen and may change."""


def new_id(epoch_s: float) -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): 36 characters that sort by the millisecond they were made in."""
    return _uuid7(epoch_s, os.urandom(_RANDOM_BYTES).hex())


class Ids:
    """Makes ids as `new_id` does, many of them. Not thread-safe.

    Randomness is fetched for many at once. Fetching it lets go of the interpreter, and while another thread is busy,
    as the one that writes is, it takes 13 µs to come back.
    """

    def __init__(self) -> None:
        self._random = ""
        self._used = 0

    def new(self, epoch_s: float) -> str:
        """Return an id that was never returned before."""
        if self._used == len(self._random):
            self._random, self._used = os.urandom(_RANDOM_BYTES * _FETCHED).hex(), 0
        start = self._used
        self._used = start + 2 * _RANDOM_BYTES
        return _uuid7(epoch_s, self._random[start : self._used])


def _uuid7(epoch_s: float, random: str) -> str:
    time = f"{int(epoch_s * 1000) & 0xFFFF_FFFF_FFFF:012x}"
    variant = "89ab"[int(random[3], 16) & 3]
    return f"{time[:8]}-{time[8:]}-7{random[:3]}-{variant}{random[4:7]}-{random[7:19]}"
