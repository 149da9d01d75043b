"""What hooks answer, made ready to be sent, so that what cannot be sent is found before anything is committed."""

import re
from typing import Any, Final

import orjson

from runtime.hooks.context import Response

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A token (RFC 9110 §5.6.2)."""

_NOT_A_VALUE: Final = re.compile(r"[^\t\x20-\x7e\x80-\U0010ffff]|[\ud800-\udfff]")
"""What a field's value cannot have (RFC 9110 §5.5), line breaks first of all: they would begin another header."""

_FRAMING: Final = frozenset({"connection", "content-length", "transfer-encoding"})
"""How a body is delimited is the server's to say; a wrong word there would mix up the answers of a connection."""


def json_text(value: Any) -> bytes:
    """Return a value as JSON. Raises TypeError where it is none."""
    return orjson.dumps(value)


def sendable(response: Response) -> Response:
    """Return a hook's own answer with its body as bytes: bytes and text as they are, anything else as JSON.

    Text is text/plain unless the hook says otherwise, so that a hook which echoes what a client sent does not become a
    page by accident. Raises TypeError and ValueError for what cannot be a body or a header.
    """
    headers = {str(name).lower(): _checked(name, value) for name, value in response.headers.items()}
    body, kind = _body(response.body)
    if kind is not None:
        headers.setdefault("content-type", kind)
    return Response(body, status=response.status, headers=headers)


def _checked(name: Any, value: Any) -> str:
    if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name) or name.lower() in _FRAMING:
        raise ValueError(f"a Response cannot have the header {name!r}")
    if not isinstance(value, str) or _NOT_A_VALUE.search(value):
        raise ValueError(f"the header {name!r} of a Response is a text on one line, not {value!r}")
    return value


def _body(body: Any) -> tuple[bytes | None, str | None]:
    if body is None:
        return None, None
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return json_text(body), "application/json"
