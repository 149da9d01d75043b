"""Documents over REST: `/api/{ns}/{collection}` and `/api/{ns}/{collection}/{id}`."""

import re
from typing import Final

from aiohttp import hdrs, web

from runtime.documents.call import Call
from runtime.documents.live import Question
from runtime.documents.reads import Answer, Result
from runtime.documents.writes import Mode
from runtime.hooks.context import Response
from runtime.model.errors import InvalidQuery
from runtime.model.ports import StreamRequest
from runtime.web.answers import hook_response
from runtime.web.json import raw_json_response, read_object
from runtime.web.project import Project, actor_of, hook_request, project_of
from runtime.web.routes.events import open_live, open_stream, takes_json, takes_stream

routes = web.RouteTableDef()

LIST: Final = "/api/{ns}/{collection:[a-z][A-Za-z0-9_]*}"
ONE: Final = LIST + "/{id}"

_ENTITY_TAG: Final = re.compile(r'(W/)?"([^"]*)"')
_VERSION: Final = re.compile(r"[0-9]{1,19}")


@routes.get(LIST)
async def list_documents(request: web.Request) -> web.StreamResponse:
    """List documents: filter, q, sort, limit, cursor or offset, fields, expand, count; or follow the list."""
    project, call = _call(request)
    if _is_followed(request, project):
        return await _follow(request, project, call)
    answer = await project.documents.read_list(call, request.match_info["collection"], call.request.query)
    return await _answer(request, project, answer)


@routes.post(LIST)
async def create_document(request: web.Request) -> web.StreamResponse:
    """Create a document: 201 with `Location`."""
    return await _write(request, "create")


@routes.get(ONE)
async def get_document(request: web.Request) -> web.StreamResponse:
    """Return one document, or follow it; 304 where `If-None-Match` names its version (RFC 9110 §13.1.2)."""
    project, call = _call(request)
    if _is_followed(request, project):
        return await _follow(request, project, call)
    collection, id = request.match_info["collection"], request.match_info["id"]
    answer = await project.documents.read_one(call, collection, id, call.request.query)
    known = _versions(request, "If-None-Match", weak=True)
    version = answer.version if isinstance(answer, Result) else None
    if known is not None and version is not None and version in (known or {version}):
        return web.Response(status=304, headers={"ETag": f'"{version}"'})
    return await _answer(request, project, answer)


@routes.put(ONE)
async def replace_document(request: web.Request) -> web.StreamResponse:
    """Replace a document; what the actor can neither see nor write stays as it is."""
    return await _write(request, "replace")


@routes.patch(ONE)
async def change_document(request: web.Request) -> web.StreamResponse:
    """Change a document by a JSON Merge Patch (RFC 7396) or by update operators."""
    return await _write(request, "patch")


@routes.delete(ONE)
async def delete_document(request: web.Request) -> web.StreamResponse:
    """Delete a document: 204."""
    return await _write(request, "delete")


def _call(request: web.Request, body: object = None) -> tuple[Project, Call]:
    project = project_of(request)
    return project, project.documents.call(hook_request(request, body), actor_of(request))


def _is_followed(request: web.Request, project: Project) -> bool:
    """Tell whether a read asks for an event stream that no hook alone is to make."""
    if request.method != hdrs.METH_GET or not takes_stream(request):
        return False
    spec = project.spec.collection.get(request.match_info["collection"])
    if spec is None or spec.virtual:
        return False
    # Where the collection cannot be followed, only a hook can make a stream; who takes nothing else is told so.
    return spec.live is True or (("read", "before") not in spec.hooks and not takes_json(request))


async def _follow(request: web.Request, project: Project, call: Call) -> web.StreamResponse:
    collection, id = request.match_info["collection"], request.match_info.get("id")
    question = await project.documents.follow(call, collection, call.request.query, id=id)
    if isinstance(question, Question):
        return await open_live(request, project, question, is_one=id is not None)
    return await _answer(request, project, question)


async def _write(request: web.Request, mode: Mode) -> web.StreamResponse:
    collection, id = request.match_info["collection"], request.match_info.get("id")
    spec = project_of(request).spec.collection.get(collection)
    body = {} if mode == "delete" else await _body(request, may_be_missing=spec is not None and spec.virtual)
    project, call = _call(request, body)
    pinned = _versions(request, "If-Match", weak=False)
    answer = await project.documents.write(call, collection, mode=mode, id=id, body=body, if_match=pinned or None)
    if mode == "delete" and not _responds(call, collection):
        return web.Response(status=204)
    return await _answer(request, project, answer, created=mode == "create" and not _is_virtual(call, collection))


async def _body(request: web.Request, *, may_be_missing: bool) -> dict[str, object]:
    """Return the body of a write; an action of a virtual collection may have none."""
    if may_be_missing and not request.can_read_body and request.content_type == "application/octet-stream":
        # What HTTP takes a body for of which nothing is said.
        return {}
    return await read_object(request)


def _responds(call: Call, collection: str) -> bool:
    spec = call.edition.spec.collection.get(collection)
    return spec is not None and (spec.virtual or bool(spec.hooks.get(("delete", "respond"))))


def _is_virtual(call: Call, collection: str) -> bool:
    spec = call.edition.spec.collection.get(collection)
    return spec is not None and spec.virtual


def _versions(request: web.Request, header: str, *, weak: bool) -> frozenset[int] | None:
    """Return the versions that a precondition names: none for `*`, None where the header is missing.

    A weak tag never satisfies `If-Match` (RFC 9110 §13.1.1); a tag that is no version of ours matches nothing.
    """
    text = request.headers.get(header)
    if text is None:
        return None
    if text.strip() == "*":
        return frozenset()
    tags = _ENTITY_TAG.findall(text)
    if not tags:
        raise InvalidQuery(f'{header} takes entity tags such as "3", or *')
    usable = [tag for is_weak, tag in tags if weak or not is_weak]
    return frozenset(int(tag) for tag in usable if _VERSION.fullmatch(tag)) or frozenset({-1})


async def _answer(
    request: web.Request, project: Project, answer: Answer, *, created: bool = False
) -> web.StreamResponse:
    if isinstance(answer, StreamRequest):
        return await open_stream(request, project, actor_of(request), answer)
    if isinstance(answer, Response):
        return hook_response(answer)
    headers = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
    if created and answer.id is not None:
        headers["Location"] = f"{request.path}/{answer.id}"
    return raw_json_response(answer.text, status=201 if created else 200, headers=headers)
