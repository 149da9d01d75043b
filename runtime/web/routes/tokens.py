"""API tokens, for admins: `/api/{ns}/_tokens`."""

from typing import Any

from aiohttp import web

from runtime.model.clock import epoch_s, timestamp
from runtime.model.errors import InvalidDocument
from runtime.web.bodies import checked, require
from runtime.web.json import json_response, read_object
from runtime.web.project import actor_of, admin_project_of
from runtime.web.routes.auth import NO_STORE

routes = web.RouteTableDef()


@routes.get("/api/{ns}/_tokens")
async def list_tokens(request: web.Request) -> web.Response:
    """List all API tokens by name, without what they are: `{"items"}`."""
    return json_response({"items": await admin_project_of(request).auth.tokens.list()}, headers=NO_STORE)


@routes.post("/api/{ns}/_tokens")
async def create_token(request: web.Request) -> web.Response:
    """Make a token: `{"name", "roles"?, "expiresAt"?}`; 201 with `{"token", "secret"}`, the secret shown this once.

    `expiresAt` is an RFC 3339 date-time, null or left out for never. Raises InvalidDocument, NotUnique, Conflict (code
    `too_many_tokens`).
    """
    project = admin_project_of(request)
    body = await read_object(request)
    if body.get("expiresAt") is None:
        body.pop("expiresAt", None)
    checked(body, {"name": str, "roles": list, "expiresAt": str})
    require(body, ("name",))
    token, secret = await project.auth.administration.create_token(
        actor_of(request), body["name"], roles=body.get("roles", []), expires_at=_moment(body.get("expiresAt"))
    )
    return json_response({"token": token, "secret": secret}, status=201, headers=NO_STORE)


@routes.delete("/api/{ns}/_tokens/{name}")
async def revoke_token(request: web.Request) -> web.Response:
    """End a token, at once and for ever: 204. Raises NotFound."""
    project = admin_project_of(request)
    await project.auth.administration.revoke_token(actor_of(request), request.match_info["name"])
    project.recheck.soon()
    return web.Response(status=204)


def _moment(text: Any) -> float | None:
    if text is None:
        return None
    try:
        return epoch_s(timestamp(epoch_s(text)))  # as it will be kept, in the years that there are
    except (ValueError, OverflowError) as error:
        message = f"must be a date-time such as 2027-01-31T00:00:00Z: {error}"
        raise InvalidDocument(message, errors={"/expiresAt": message}) from error
