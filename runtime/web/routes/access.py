"""Users, for admins: `/api/{ns}/_users`."""

from typing import Any, Final

from aiohttp import web

from runtime.auth.codes import Invitation
from runtime.auth.users import public_view
from runtime.model.clock import timestamp
from runtime.model.errors import InvalidDocument, NotFound
from runtime.web.bodies import checked, require
from runtime.web.json import json_response, read_object
from runtime.web.paging import page_of
from runtime.web.project import actor_of, admin_project_of
from runtime.web.routes.auth import NO_STORE

routes = web.RouteTableDef()

USERS: Final = "/api/{ns}/_users"
USER: Final = USERS + "/{id}"


@routes.get(USERS)
async def list_users(request: web.Request) -> web.Response:
    """List users by address: `q` (a part of address or name), `role`, `limit`, `offset`; `{"items", "total"}`."""
    users, asked = admin_project_of(request).auth.users, page_of(request.query)
    among = {"search": asked.search, "role": request.query.get("role", "")}
    found = await users.list(**among, limit=asked.limit, offset=asked.offset)
    total = await users.count(**among)
    return json_response({"items": [public_view(user) for user in found], "total": total}, headers=NO_STORE)


@routes.post(USERS)
async def create_user(request: web.Request) -> web.Response:
    """Create a user: `{"email", "name"?, "roles"?, "password"?, "invite"?}`; 201 with `{"user", "invitation"}`.

    With `"invite": true` the invitation is `{"code", "expiresAt"}`, shown this once; otherwise it is null. Raises
    InvalidDocument, NotUnique.
    """
    project = admin_project_of(request)
    types = {"email": str, "name": str, "roles": list, "password": str, "invite": bool}
    body = checked(await read_object(request), types)
    require(body, ("email",))
    user, invitation = await project.auth.administration.create_user(
        actor_of(request),
        email=body["email"],
        name=body.get("name", ""),
        roles=body.get("roles", []),
        password=body.get("password"),
        invite=body.get("invite", False),
    )
    return json_response({"user": user, "invitation": _shown(invitation)}, status=201, headers=NO_STORE)


@routes.get(USER)
async def get_user(request: web.Request) -> web.Response:
    """Return one user. Raises NotFound."""
    user = await admin_project_of(request).auth.users.get(request.match_info["id"])
    if user is None:
        raise NotFound("there is no such user")
    return json_response(public_view(user), headers=NO_STORE)


@routes.patch(USER)
async def change_user(request: web.Request) -> web.Response:
    """Change a user: `{"email"?, "name"?, "roles"?, "disabled"?}`, in one commit; the answer is the user.

    One who is disabled is signed out at once; other roles count from the next request on, on open streams as well.
    Raises NotFound, InvalidDocument, NotUnique, Conflict (codes `last_admin`, `own_account`).
    """
    project = admin_project_of(request)
    body = checked(await read_object(request), {"email": str, "name": str, "roles": list, "disabled": bool})
    if not body:
        raise InvalidDocument("nothing is to be changed; send email, name, roles or disabled")
    user = await project.auth.administration.change_user(actor_of(request), request.match_info["id"], **body)
    project.recheck.soon()
    return json_response(user, headers=NO_STORE)


@routes.delete(USER)
async def delete_user(request: web.Request) -> web.Response:
    """Delete a user; their documents stay. 204. Raises NotFound, Conflict (codes `last_admin`, `own_account`)."""
    project = admin_project_of(request)
    await project.auth.administration.delete_user(actor_of(request), request.match_info["id"])
    project.recheck.soon()
    return web.Response(status=204)


@routes.post(USER + "/password")
async def set_password(request: web.Request) -> web.Response:
    """Set another user's password: `{"password"}`; their sessions end. The answer is the user."""
    project = admin_project_of(request)
    body = checked(await read_object(request), {"password": str})
    require(body, ("password",))
    user = await project.auth.administration.set_password(actor_of(request), request.match_info["id"], body["password"])
    project.recheck.soon()
    return json_response(user, headers=NO_STORE)


@routes.post(USER + "/invitation")
async def invite(request: web.Request) -> web.Response:
    """Take a user's password away and make a one-time code: 201 with `{"user", "invitation"}`, shown this once."""
    project = admin_project_of(request)
    user, invitation = await project.auth.administration.invite(actor_of(request), request.match_info["id"])
    project.recheck.soon()
    return json_response({"user": user, "invitation": _shown(invitation)}, status=201, headers=NO_STORE)


def _shown(invitation: Invitation | None) -> dict[str, Any] | None:
    if invitation is None:
        return None
    return {"code": invitation.code, "expiresAt": timestamp(invitation.expires_at)}
