"""Files: `/api/{ns}/_files`. Uploading one, and reading one that stands in a document or is one's own."""

from collections.abc import AsyncIterator
from typing import Any, Final

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import BadHttpMessage

from runtime.files.names import disposition
from runtime.files.sniff import INLINE
from runtime.model.errors import MalformedBody, NotFound, UnsupportedMedia
from runtime.model.files import words_of
from runtime.web.json import json_response
from runtime.web.pace import Pace
from runtime.web.project import Project, actor_of, hook_request, project_of

routes = web.RouteTableDef()

FILES: Final = "/api/{ns}/_files"
PART: Final = "file"
"""The name of the form's part that has the file."""
CHUNK_BYTES: Final = 64 * 1024

SANDBOX: Final = "sandbox; default-src 'none'"
"""What a file may do that a browser shows as a page (CSP level 3): nothing, least of all run as one of ours."""
CACHING: Final = "private, max-age=3600"
"""A file under its id never changes. For as long a browser may show it to the same user without asking again."""


@routes.post(FILES)
async def upload(request: web.Request) -> web.Response:
    """Keep a file, the only part of a multipart form: 201 with what a document says of it, and its `url`.

    It is written to disk as it comes, and refused as soon as its size, what it holds or its pace says so.
    """
    project, actor = project_of(request), actor_of(request)
    taking = await project.shelf.require_room(actor, request.content_length)
    if request.content_type != "multipart/form-data":
        raise UnsupportedMedia(f"send the file as multipart/form-data, in a part named {PART}")
    try:
        reader = await request.multipart()
        pace = Pace(project.clock)
        part = await pace.wait(_understood(reader.next()))
        if not isinstance(part, BodyPartReader) or part.name != PART:
            raise MalformedBody(f"the form has to have one part, named {PART}, and that has to be the file")
        record = await project.shelf.receive(actor, taking, name=part.filename, chunks=_chunks(part, reader, pace))
    except (ConnectionError, web.RequestPayloadError, ValueError) as error:
        raise MalformedBody(f"the form cannot be read to its end: {error}") from error
    url = f"/api/{project.spec.namespace}/_files/{record['id']}"
    return json_response({**words_of(record), "url": url}, status=201, headers={hdrs.LOCATION: url})


async def _chunks(part: BodyPartReader, reader: Any, pace: Pace) -> AsyncIterator[bytes]:
    while chunk := await pace.wait(_understood(part.read_chunk(CHUNK_BYTES))):
        pace.came(len(chunk))
        yield bytes(chunk)
    if await pace.wait(_understood(reader.next())) is not None:
        raise MalformedBody(f"the form has more parts than the one named {PART}; upload one file at a time")


async def _understood(coming: Any) -> Any:
    try:
        return await coming
    except (BadHttpMessage, RuntimeError) as error:
        # Headers of a part that are none, too long or too many; what aiohttp says of a form that it cannot read.
        raise MalformedBody("the form cannot be read; send one part, named file, with headers of its own") from error


@routes.get(FILES + "/{id}")
async def download(request: web.Request) -> web.StreamResponse:
    """Send a file, or one range of it (RFC 9110 §14); with `?download` to be saved. 404 for those who may not see it.

    What it is was found by looking at it. What could run scripts is never shown as a page, only saved.
    """
    project = project_of(request)
    record = await _visible(request, project)
    is_inline = record["type"] in INLINE and "download" not in request.query
    return web.FileResponse(
        await project.shelf.path_of(record),
        headers={
            hdrs.CONTENT_TYPE: _content_type(record["type"]),
            hdrs.CONTENT_DISPOSITION: disposition(record["name"], is_inline=is_inline),
            "Content-Security-Policy": SANDBOX,
            hdrs.CACHE_CONTROL: CACHING,
        },
    )


async def _visible(request: web.Request, project: Project) -> dict[str, Any]:
    call = project.documents.call(hook_request(request), actor_of(request))
    record = await project.documents.visible_file(call, request.match_info["id"])
    if record is None:
        raise NotFound("there is no such file, or none that you may see")
    return record


def _content_type(type: str) -> str:
    return f"{type}; charset=utf-8" if type.startswith("text/") else type
