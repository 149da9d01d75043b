"""Signing in and out, and who one is: `/api/{ns}/_auth/…`."""

from math import ceil
from typing import Final

from aiohttp import web

from runtime.auth.auth import SignedIn
from runtime.model.clock import timestamp
from runtime.model.errors import Unauthenticated
from runtime.web.bodies import checked, require
from runtime.web.identity import check_same_origin, cookie_name, identity_of, is_secure
from runtime.web.json import json_response, read_object
from runtime.web.project import Project, actor_of, client_ip, project_of

routes = web.RouteTableDef()

NO_STORE: Final = {"Cache-Control": "no-store"}


@routes.post("/api/{ns}/_auth/login")
async def login(request: web.Request) -> web.Response:
    """Sign in: `{"email", "password"}` or `{"code"}`; the answer is `{"user", "expiresAt"}`.

    A browser gets a cookie that no script can read, and its session of before ends. With `"bearer": true` there is no
    cookie, but a `"token"` in the answer. Raises Unauthenticated, RateLimited, InvalidDocument, and CrossSiteRequest:
    otherwise another site could sign its visitors in as somebody else.
    """
    check_same_origin(request)
    project = project_of(request)
    body = checked(await read_object(request), {"email": str, "password": str, "code": str, "bearer": bool})
    origin = {"ip": client_ip(request), "agent": request.headers.get("User-Agent", "")}
    if "code" in body:
        require(body, ("code",), without=("email", "password"))
        signed_in = await project.auth.login_with_code(body["code"], **origin)
    else:
        require(body, ("email", "password"))
        signed_in = await project.auth.login(body["email"], body["password"], **origin)
    answer = {"user": signed_in.user, "expiresAt": timestamp(signed_in.expires_at)}
    if body.get("bearer"):
        return json_response({**answer, "token": signed_in.token}, headers=NO_STORE)
    before = identity_of(request)
    if before.via == "cookie":
        await project.auth.logout(before.actor)
        project.recheck.soon()
    response = json_response(answer, headers=NO_STORE)
    _set_cookie(response, request, project=project, signed_in=signed_in)
    return response


@routes.post("/api/{ns}/_auth/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session that this request is made in; 204, also where nobody was signed in. A cookie is taken back.

    An API token has no session and is Forbidden. Raises CrossSiteRequest: otherwise another site could sign people out.
    """
    check_same_origin(request)
    project = project_of(request)
    await project.auth.logout(actor_of(request))
    project.recheck.soon()
    response = web.Response(status=204, headers=NO_STORE)
    if identity_of(request).via != "bearer":
        name = cookie_name(project.spec.namespace)
        response.del_cookie(name, path="/", httponly=True, samesite="Lax", secure=is_secure(request))
    return response


@routes.post("/api/{ns}/_auth/ticket")
async def ticket(request: web.Request) -> web.Response:
    """Make a ticket for one event stream, where neither a cookie nor a header can be sent: `{"ticket", "expiresAt"}`.

    It is good once, for 30 seconds, as `?ticket=` of `_events` and of a read hook's stream. Raises Unauthenticated for
    the public.
    """
    made = await project_of(request).auth.tickets.open(actor_of(request))
    return json_response({"ticket": made.text, "expiresAt": timestamp(made.expires_at)}, status=201, headers=NO_STORE)


@routes.get("/api/{ns}/_auth/me")
async def me(request: web.Request) -> web.Response:
    """Tell who one is: `{"user", "expiresAt"}` or `{"token", "expiresAt"}`. Raises Unauthenticated for the public."""
    if identity_of(request).stale_cookie:
        raise Unauthenticated("your session has ended; sign in again")
    return json_response(await project_of(request).auth.me(actor_of(request)), headers=NO_STORE)


@routes.post("/api/{ns}/_auth/password")
async def password(request: web.Request) -> web.Response:
    """Set one's own password: `{"current", "new"}`; the answer is `{"user"}`, and all other sessions end.

    `current` may be left out or null by somebody who has no password yet.
    """
    body = await read_object(request)
    if body.get("current") is None:
        body.pop("current", None)
    checked(body, {"current": str, "new": str})
    require(body, ("new",))
    project = project_of(request)
    user = await project.auth.change_password(
        actor_of(request), current=body.get("current"), new=body["new"], ip=client_ip(request)
    )
    project.recheck.soon()
    return json_response({"user": user}, headers=NO_STORE)


@routes.patch("/api/{ns}/_auth/me")
async def rename(request: web.Request) -> web.Response:
    """Change one's own name: `{"name"}`; the answer is `{"user"}`. The address is for admins to change."""
    body = checked(await read_object(request), {"name": str})
    require(body, ("name",))
    user = await project_of(request).auth.account.rename(actor_of(request), body["name"])
    return json_response({"user": user}, headers=NO_STORE)


@routes.post("/api/{ns}/_auth/setup")
async def set_up(request: web.Request) -> web.Response:
    """Finish an account that a one-time code has opened: `{"name", "password", "email"?}`; the answer is `{"user"}`.

    In one commit: from then on no code lets anybody in any more, and all other sessions have ended. `email` is for
    admins. Raises Conflict (code `has_password`) where there is a password already.
    """
    body = checked(await read_object(request), {"email": str, "name": str, "password": str})
    require(body, ("password",))
    project = project_of(request)
    user = await project.auth.account.set_up(
        actor_of(request),
        email=body.get("email"),
        name=body.get("name", ""),
        password=body["password"],
        ip=client_ip(request),
    )
    project.recheck.soon()
    return json_response({"user": user}, headers=NO_STORE)


def _set_cookie(response: web.Response, request: web.Request, *, project: Project, signed_in: SignedIn) -> None:
    response.set_cookie(
        cookie_name(project.spec.namespace),
        signed_in.token,
        max_age=ceil(signed_in.expires_at - project.clock.now()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=is_secure(request),
    )
