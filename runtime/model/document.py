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


def new_id(epoch_s: float) -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): 36 characters that sort by the millisecond they were made in."""
    milliseconds = int(epoch_s * 1000)
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | (random & 0x3FFF_FFFF_FFFF_FFFF)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
