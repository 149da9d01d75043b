"""What there is: the front page for people, `/api` and `/api/{ns}` for programs."""

from importlib.resources import files
from typing import Final

from aiohttp import web

from runtime.model.errors import NotFound
from runtime.model.specs import ProjectSpec
from runtime.realtime.scopes import may_join
from runtime.rules.decide import decide, principals_of
from runtime.web.json import json_response
from runtime.web.project import PROJECTS, actor_of, project_of

routes = web.RouteTableDef()

_PAGES: Final = files("runtime.web") / "pages"
_TYPES: Final = {"welcome.css": "text/css", "welcome.js": "text/javascript"}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content Security Policy (level 3): nothing but this server's own files, no inline script, no frames."""


@routes.get("/")
async def welcome(_request: web.Request) -> web.Response:
    """Return the front page."""
    page = (_PAGES / "welcome.html").read_text(encoding="utf-8")
    return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": _POLICY})


@routes.get("/_welcome/{name}")
async def asset(request: web.Request) -> web.Response:
    """Return one of the page's two files."""
    name = request.match_info["name"]
    if name not in _TYPES:
        raise NotFound("the page has no such file")
    return web.Response(text=(_PAGES / name).read_text(encoding="utf-8"), content_type=_TYPES[name])


@routes.get("/api")
async def projects(request: web.Request) -> web.Response:
    """List the projects that are served here."""
    served = request.app[PROJECTS].items()
    return json_response({"projects": [{"namespace": name, "label": p.spec.label or name} for name, p in served]})


@routes.get("/api/{ns}")
async def project(request: web.Request) -> web.Response:
    """Return who asks, and what they may read, listen to and start in a project; the rest is not named."""
    served, actor = project_of(request), actor_of(request)
    spec: ProjectSpec = served.spec
    now = served.clock.now()
    return json_response(
        {
            "namespace": spec.namespace,
            "label": spec.label or spec.namespace,
            "user": {"id": actor.id, "name": actor.name, "roles": sorted(actor.roles)} if actor.id else None,
            "collections": [
                {"name": c.name, "label": c.meta.get("label", c.name)}
                for c in spec.collections
                if decide(actor, "read", c, now=now).allowed
            ],
            "channels": [
                channel.name
                for channel in spec.channels
                if not channel.is_template and may_join(channel, channel.name, actor) is None
            ],
            "jobs": [
                {"name": job.name, "description": job.description, "input": job.input}
                for job in spec.jobs
                if actor.is_admin or job.permissions & principals_of(actor)
            ],
        }
    )
