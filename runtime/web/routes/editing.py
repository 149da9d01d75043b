"""Who has a document open, by name: `GET /api/{ns}/_editing/{collection}/{id}`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from runtime.model.errors import NotFound
from runtime.realtime.scopes import is_channel_name
from runtime.web.json import json_response
from runtime.web.project import Project, actor_of, hook_request, project_of

routes = web.RouteTableDef()

MOST_NAMED: Final = 100
"""How many of those who are there are named."""

_BY_TOKEN: Final = "token:"  # noqa: S105 — what the ids of tokens begin with


@routes.get("/api/{ns}/_editing/{collection}/{id}")
async def editors(request: web.Request) -> web.Response:
    """Tell who has a document open, to those who are signed in and may read it: `{"users": [{"id", "name"}]}`.

    Who has no name is called what stands before the @ of their address: readers need not know where to write.
    Raises NotFound where there is no such document for them, or the collection has none.
    """
    project, collection = project_of(request), request.match_info["collection"]
    spec, channel = project.spec.collection.get(collection), f"_editing:{collection}:{request.match_info['id']}"
    if spec is None or spec.virtual:
        raise NotFound(f"there is no collection {collection!r} with documents", code="unknown_collection")
    if not is_channel_name(channel):
        raise NotFound(f"there is no {collection!r} document {request.match_info['id']!r}")
    await project.reception.require(channel, actor_of(request), request=hook_request(request))
    users = project.hub.present(channel)["users"][:MOST_NAMED]
    names = await _names(project, users)
    return json_response({"users": [{"id": id, "name": names.get(id, id)} for id in users]})


async def _names(project: Project, ids: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, Any] = await project.auth.users.get_many([id for id in ids if not id.startswith(_BY_TOKEN)])
    names = {id: user.get("name") or user["email"].partition("@")[0] for id, user in found.items()}
    return names | {id: id.removeprefix(_BY_TOKEN) for id in ids if id.startswith(_BY_TOKEN)}
