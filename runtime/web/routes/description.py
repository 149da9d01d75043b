"""What an interface is made from: `/api/{ns}/_admin`, the project as the one who asks may know it."""

import hashlib
from typing import Any, Final

import orjson
from aiohttp import web

from runtime import __version__
from runtime.auth.passwords import LENGTH_MAX, LENGTH_MIN
from runtime.documents.audience import audience_channel
from runtime.documents.listing import HIGHEST_LIMIT
from runtime.model.actor import ADMIN, Actor
from runtime.model.errors import Unauthenticated
from runtime.rules.description import described
from runtime.web.json import raw_json_response
from runtime.web.project import Project, actor_of, project_of

routes = web.RouteTableDef()

_TAG_LENGTH: Final = 32


@routes.get("/api/{ns}/_admin")
async def description(request: web.Request) -> web.Response:
    """Describe the project to whoever is signed in: collections, fields, what they may do; 304 where nothing changed.

    The entity tag is made of the answer itself: an edition's number says nothing after a restart. Raises
    Unauthenticated.
    """
    project, actor = project_of(request), actor_of(request)
    if not actor.is_authenticated:
        raise Unauthenticated("this is for those who have signed in; sign in, or send an API token")
    text = orjson.dumps(await _described(project, actor))
    tag = f'"{hashlib.sha256(text).hexdigest()[:_TAG_LENGTH]}"'
    if tag in {known.strip().removeprefix("W/") for known in request.headers.get("If-None-Match", "").split(",")}:
        return web.Response(status=304, headers={"ETag": tag})
    return raw_json_response(text, headers={"ETag": tag})


async def _described(project: Project, actor: Actor) -> dict[str, Any]:
    edition = project.registry.current
    spec, now = edition.spec, project.clock.now()
    collections = ((c, described(c, actor, now=now)) for c in spec.collections)
    return {
        "namespace": spec.namespace,
        "label": spec.label or spec.namespace,
        "version": __version__,
        "edition": edition.number,
        "user": await _user(project, actor),
        "isAdmin": actor.is_admin,
        "roles": [ADMIN, *spec.auth.roles] if actor.is_admin else [],
        "limits": {
            "bodyBytes": spec.server.body_limit_bytes,
            "fileBytes": spec.limits.file_size_bytes,
            "list": HIGHEST_LIMIT,
            "passwordLength": {"min": LENGTH_MIN, "max": LENGTH_MAX},
        },
        "collections": [{**found, "live": audience_channel(actor, c)} for c, found in collections if found is not None],
    }


async def _user(project: Project, actor: Actor) -> dict[str, Any]:
    """Return who asks, in the shape of a user; an API token has no address and no password."""
    user = await project.auth.users.get(actor.id) if actor.kind == "user" and actor.id else None
    return {
        "id": actor.id,
        "email": user["email"] if user else "",
        "name": user["name"] if user else actor.name,
        "roles": sorted(actor.roles),
        "hasPassword": user is not None and user["passwordHash"] is not None,
    }
