"""JSON in and out."""

from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from runtime.model.errors import MalformedBody, UnsupportedMedia
from runtime.query.values import DEPTH_LIMIT, rounds_integer, too_deep
from runtime.web.pace import Pace
from runtime.web.project import project_of

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


def json_response(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return an answer with `data` as JSON."""
    return raw_json_response(orjson.dumps(data), status=status, headers=headers)


def raw_json_response(text: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return an answer whose body is JSON already."""
    return web.Response(body=text, status=status, headers=headers, content_type="application/json")


async def read_json(request: web.Request) -> Any:
    """Return the request's body, decoded.

    Raises MalformedBody where it is not JSON, is nested deeper than DEPTH_LIMIT or has an integer that no 64 bits hold
    and that would be rounded, RequestTimeout where it comes too slowly, UnsupportedMedia where it is not said to be
    JSON: a form of another site can send text/plain without asking, but never application/json (the Fetch standard's
    CORS-safelisted content types). The size is bounded by the application's `client_max_size`.
    """
    if request.content_type not in JSON_TYPES:
        raise UnsupportedMedia(f"send the body as application/json, not {request.content_type}")
    try:
        text = await _received(request)
    except (ConnectionError, web.RequestPayloadError) as error:
        raise MalformedBody(f"the body broke off: {error}") from error
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(f"the body is not JSON: {error}") from error
    # Whoever is given the body goes through it by recursion. Few brackets cannot be deep, and are quickly counted.
    if text.count(b"{") + text.count(b"[") > DEPTH_LIMIT and too_deep(body):
        raise MalformedBody(f"the body is nested deeper than {DEPTH_LIMIT} levels; flatten it")
    if rounds_integer(text):
        raise MalformedBody("the body has an integer beyond 64 bits; send it as a string")
    return body


async def _received(request: web.Request) -> bytes:
    content, size_limit = request.content, request.client_max_size
    if content.is_eof():  # all of it is here, as of most requests: nothing has to be waited for
        return await request.read()
    pace, body = Pace(project_of(request).clock), bytearray()
    while piece := await pace.wait(content.readany()):
        pace.came(len(piece))
        body += piece
        if len(body) > size_limit:
            raise web.HTTPRequestEntityTooLarge(size_limit)
    return bytes(body)


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return the request's body, which must be a JSON object. Raises MalformedBody."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise MalformedBody("the body must be a JSON object: {…}")
    return body
