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
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


class Places:
    """The cursors of one sort order, written and read."""

    def __init__(self, sort: Sequence[SortKey]) -> None:
        self._sort = tuple(sort)
        text = ",".join([("-" if key.descending else "") + ".".join(key.path) for key in sort])
        self._mark = _checksum(text.encode("utf-8"))

    def behind(self, document: Document) -> str:
        """Return the place behind a document: letters, digits, `-` and `_`.

        Raises InvalidQuery where the document's sort values are too long to be carried in a URL.
        """
        body = orjson.dumps([_carried(document, key) for key in self._sort])
        text = base64.b64encode(self._mark + _checksum(body) + body, b"-_").rstrip(b"=").decode("ascii")
        if len(text) > CURSOR_LIMIT:
            raise InvalidQuery("the values that are sorted by are too long for a cursor; sort by a shorter field")
        return text

    def read(self, text: str) -> Cursor:
        """Return the place that `behind` wrote.

        Raises InvalidQuery for a cursor of another sort order, and for text that is none.
        """
        blob = _decoded(text)
        body = blob[2 * _CHECKSUM_BYTES :]
        if blob[_CHECKSUM_BYTES : 2 * _CHECKSUM_BYTES] != _checksum(body):
            raise _damaged()
        if blob[:_CHECKSUM_BYTES] != self._mark:
            raise InvalidQuery(
                "the cursor was made for another sort order; send the same sort, or start without a cursor"
            )
        return Cursor(tuple(_values(body, len(self._sort))))


def encode_cursor(document: Document, sort: Sequence[SortKey]) -> str:
    """Return the place behind a document in a sort order; see `Places`."""
    return Places(sort).behind(document)


def decode_cursor(text: str, sort: Sequence[SortKey]) -> Cursor:
    """Return the place that `encode_cursor` wrote; see `Places`."""
    return Places(sort).read(text)


def _carried(document: Document, key: SortKey) -> Any:
    if len(key.path) == 1:
        value = document.get(key.path[0])
        if type(value) in _SCALARS:
            return value  # as it nearly always is, in a third of the time
    value = sort_value(document, key.path, key.descending)
    return _EMPTY_ARRAY if value is EMPTY_ARRAY else thaw(value)


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
