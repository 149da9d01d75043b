"""Who has signed in: one's own sessions, `/api/{ns}/_auth/sessions`, and for admins those of all, `_sessions`."""

from collections.abc import Awaitable
from typing import Any, Final

from aiohttp import web

from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.web.json import json_response
from runtime.web.paging import page_of
from runtime.web.project import Project, actor_of, admin_project_of, project_of
from runtime.web.routes.auth import NO_STORE

routes = web.RouteTableDef()

_FIELDS: Final = ("id", "createdAt", "lastSeenAt", "expiresAt", "ip", "agent")


@routes.get("/api/{ns}/_auth/sessions")
async def list_own(request: web.Request) -> web.Response:
    """List one's own sessions: `{"items"}`, the one seen last first; `current` is the one that asks."""
    actor = actor_of(request)
    found = await project_of(request).auth.account.sessions(actor)
    return json_response({"items": [_shown(session, actor) for session in found]}, headers=NO_STORE)


@routes.delete("/api/{ns}/_auth/sessions")
async def end_others(request: web.Request) -> web.Response:
    """End all of one's own sessions but the one that asks: 204."""
    project = project_of(request)
    return await _ended(project, project.auth.account.end_other_sessions(actor_of(request)))


@routes.delete("/api/{ns}/_auth/sessions/{id}")
async def end_own(request: web.Request) -> web.Response:
    """End one of one's own sessions: 204. Raises NotFound, also where it is another's."""
    project = project_of(request)
    return await _ended(project, project.auth.account.end_session(actor_of(request), request.match_info["id"]))


@routes.get("/api/{ns}/_sessions")
async def list_all(request: web.Request) -> web.Response:
    """List the sessions of all users, for admins: `user` (an id), `limit`, `offset`; `{"items", "total"}`."""
    project, actor, asked = admin_project_of(request), actor_of(request), page_of(request.query)
    user = request.query.get("user") or None
    sessions = project.auth.sessions
    found = await sessions.of_all(user=user, limit=asked.limit, offset=asked.offset)
    items = [{**_shown(session, actor), "user": _owner(session)} for session in found]
    return json_response({"items": items, "total": await sessions.count(user=user)}, headers=NO_STORE)


@routes.delete("/api/{ns}/_sessions/{id}")
async def end_any(request: web.Request) -> web.Response:
    """End a session of whomever, for admins: 204. Raises NotFound."""
    project = admin_project_of(request)
    return await _ended(project, project.auth.administration.end_session(actor_of(request), request.match_info["id"]))


@routes.delete("/api/{ns}/_users/{id}/sessions")
async def end_all_of_user(request: web.Request) -> web.Response:
    """Sign a user out everywhere, for admins: 204. Of one's own the session that asks goes on. Raises NotFound."""
    project = admin_project_of(request)
    return await _ended(project, project.auth.administration.end_sessions(actor_of(request), request.match_info["id"]))


async def _ended(project: Project, ending: Awaitable[object]) -> web.Response:
    """Wait until sessions have ended, have it asked at once whose the open streams are now, and answer 204."""
    await ending
    project.recheck.soon()
    return web.Response(status=204)


def _shown(session: Document, actor: Actor) -> dict[str, Any]:
    return {**{name: session[name] for name in _FIELDS}, "current": session["id"] == actor.session}


def _owner(session: Document) -> dict[str, Any]:
    return {name: session["owner"][name] for name in ("id", "email", "name", "roles")}
