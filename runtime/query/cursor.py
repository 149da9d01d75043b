"""Cursors on the wire: the place behind the last document of a page, as text for a URL.

A cursor is no secret and no capability: it holds the sort values of a document that the client has seen, and a forged
one is only another place in the same list. Its checksum tells damage, not fraud.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any, Final

import orjson

from runtime.model.document import Document
from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, SortKey
from runtime.query.order import EMPTY_ARRAY, sort_value
from runtime.query.values import check_json, freeze, thaw

CURSOR_LIMIT: Final = 4096
"""How many characters a cursor may have: half of what HTTP servers commonly take as a request line."""

_EMPTY_ARRAY: Final = {"$empty": "array"}
"""How EMPTY_ARRAY is written; a stored object cannot have such a key."""
_CHECKSUM_BYTES: Final = 4


def encode_cursor(document: Document, sort: Sequence[SortKey]) -> str:
    """Return the place behind a document in a sort order: letters, digits, `-` and `_`.

    Raises InvalidQuery where the document's sort values are too long to be carried in a URL.
    """
    values = [sort_value(document, key.path, key.descending) for key in sort]
    body = orjson.dumps([_EMPTY_ARRAY if value is EMPTY_ARRAY else thaw(value) for value in values])
    text = base64.urlsafe_b64encode(_checksum(_text(sort)) + _checksum(body) + body).rstrip(b"=").decode("ascii")
    if len(text) > CURSOR_LIMIT:
        raise InvalidQuery("the values that are sorted by are too long for a cursor; sort by a shorter field")
    return text


def decode_cursor(text: str, sort: Sequence[SortKey]) -> Cursor:
    """Return the place that `encode_cursor` wrote.

    Raises InvalidQuery for a cursor of another sort order, and for text that is none.
    """
    blob = _decoded(text)
    body = blob[2 * _CHECKSUM_BYTES :]
    if blob[_CHECKSUM_BYTES : 2 * _CHECKSUM_BYTES] != _checksum(body):
        raise _damaged()
    if blob[:_CHECKSUM_BYTES] != _checksum(_text(sort)):
        raise InvalidQuery("the cursor was made for another sort order; send the same sort, or start without a cursor")
    return Cursor(tuple(_values(body, len(sort))))


def _values(body: bytes, count: int) -> list[Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _damaged() from error
    if not isinstance(found, list) or len(found) != count or not isinstance(found[-1], str):
        raise _damaged()
    values = [EMPTY_ARRAY if value == _EMPTY_ARRAY else value for value in found]
    if check_json([value for value in values if value is not EMPTY_ARRAY]):
        raise _damaged()
    return [freeze(value) for value in values]


def _decoded(text: str) -> bytes:
    if len(text) > CURSOR_LIMIT:
        raise _damaged()
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _damaged() from error


def _damaged() -> InvalidQuery:
    return InvalidQuery("the cursor is damaged; send it exactly as `next` gave it, or start without a cursor")


def _checksum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(_CHECKSUM_BYTES, "big")


def _text(sort: Sequence[SortKey]) -> bytes:
    return ",".join(("-" if key.descending else "") + ".".join(key.path) for key in sort).encode("utf-8")
