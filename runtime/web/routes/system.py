"""Whether the server lives, whether it can work, and its numbers."""

from ipaddress import ip_address

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from runtime.model.errors import Failure, Forbidden, Unauthenticated
from runtime.web.json import json_response
from runtime.web.metrics import METRICS
from runtime.web.project import PROJECTS

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(_request: web.Request) -> web.Response:
    """Say that the process answers."""
    return json_response({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Say whether every project can be worked with: 200, or 503 naming what is away.

    `notes` tell what the store promises less than others do; `problems` counts those of the last reload.
    """
    projects = {}
    for namespace, project in request.app[PROJECTS].items():
        state = {
            "store": project.store.capabilities.name,
            "status": "ok",
            "notes": list(project.store.capabilities.notes),
            "problems": len(project.registry.problems),
        }
        try:
            await project.store.ping()
        except Failure as failure:
            state["status"] = failure.message
        projects[namespace] = state
    ready = all(state["status"] == "ok" for state in projects.values())
    body = {"status": "ok" if ready else "unavailable", "projects": projects}
    return json_response(body, status=200 if ready else 503)


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Return the numbers in Prometheus' text format; to this machine only, unless an admin's API token asks."""
    if not _is_local(request) and not await _is_admin(request):
        raise Forbidden("metrics are for this machine and for admins; scrape from here, or send an admin's API token")
    body = generate_latest(request.app[METRICS])
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _is_admin(request: web.Request) -> bool:
    """Tell whether a bearer token of this request is an admin's in any project served here."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    for project in request.app[PROJECTS].values():
        try:
            identity = await project.auth.identify.actor(bearer=token.strip(), cookie=None)
        except Unauthenticated:
            continue
        if identity.actor.is_admin:
            return True
    return False


def _is_local(request: web.Request) -> bool:
    """Tell whether the request comes from this machine and did not come through a proxy on it."""
    if any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
