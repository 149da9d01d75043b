"""Whether the server lives, whether it can work, and its numbers."""

from ipaddress import ip_address
from typing import Final

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from runtime.model.errors import Failure, Forbidden, InvalidQuery, Unauthenticated
from runtime.web.facts import facts
from runtime.web.json import json_response
from runtime.web.metrics import METRICS
from runtime.web.project import PROJECTS, admin_project_of
from runtime.web.recent_log import LEVELS, LINES_KEPT, RECENT_LOG
from runtime.web.sampler import HISTORY_S
from runtime.web.whole_number import whole_number

routes = web.RouteTableDef()

DEFAULT_LINES: Final = 200
HIGHEST_NUMBER: Final = 2**53


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


@routes.get("/api/{ns}/_system")
async def tell_facts(request: web.Request) -> web.Response:
    """Return what runs here and how it does, for admins: see `runtime.web.facts`."""
    return json_response(await facts(admin_project_of(request)))


@routes.get("/api/{ns}/_system/history")
async def tell_history(request: web.Request) -> web.Response:
    """Return the samples of the last hour, for admins, oldest first: see `runtime.web.sampler.Sample`."""
    project = admin_project_of(request)
    return json_response({"everySeconds": HISTORY_S, "items": [sample.body() for sample in project.sampler.history]})


@routes.get("/api/{ns}/_system/log")
async def tell_log(request: web.Request) -> web.Response:
    """Return the last lines of this process's log that concern the project, for admins, oldest first.

    `level` is the least one, `text` what a line has in it, `limit` 200, at most 1000. `requests=true` has the lines of
    requests too. `after` is the `last` of an earlier answer: then only newer lines come. Raises InvalidQuery.
    """
    project, asked = admin_project_of(request), request.query
    level = asked.get("level") or "debug"
    if level not in LEVELS:
        raise InvalidQuery(f"level must be one of {', '.join(LEVELS)}")
    limit = whole_number(asked, "limit", default=DEFAULT_LINES, lowest=1, highest=LINES_KEPT)
    after = whole_number(asked, "after", default=0, lowest=0, highest=HIGHEST_NUMBER)
    lines, last = request.app[RECENT_LOG].lines(
        namespace=project.spec.namespace, alone=len(request.app[PROJECTS]) == 1, after=after, level=level,
        text=asked.get("text", ""), requests=asked.get("requests") == "true", limit=limit,
    )  # fmt: skip
    return json_response({"items": [line.body() for line in lines], "last": last})


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
