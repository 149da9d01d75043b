"""The admin UI: `/admin/{project}/…` is one page, whatever follows; `/admin/_assets/…` are the files that it loads.

The page asks nothing of who loads it: what it shows comes from the API, which decides by the session.
"""

from html import escape
from importlib.resources import files
from secrets import token_urlsafe
from string import Template
from typing import Final

from aiohttp import web

from runtime.model.errors import NotFound
from runtime.web.admin_ui import ADMIN_UI, content_type
from runtime.web.project import PROJECTS

routes = web.RouteTableDef()

NONCE_BYTES: Final = 16
"""128 bits, as Content Security Policy (level 3, §7.1) asks for at least."""

_IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""A built file's name holds a hash of what is in it: what has changed has another name."""

_PLAIN_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PLAIN: Final = files("runtime.web") / "pages" / "plain.html"
_NOT_BUILT: Final = (
    "<p>This installation has no admin UI: it was not built. In a clone of the repository, <code>make run</code> "
    "builds it, and so does <code>pip install .</code>; packages have it inside.</p>"
)


@routes.get("/admin")
@routes.get("/admin/")
async def front(request: web.Request) -> web.Response:
    """Lead to the project that is served here; where there are several, name them."""
    projects = request.app[PROJECTS]
    if len(projects) == 1:
        raise web.HTTPFound(f"/admin/{next(iter(projects))}/")
    return _plain(request, title="Which project?", body="")


@routes.get("/admin/_assets/{name}")
async def asset(request: web.Request) -> web.FileResponse:
    """Return a built file, compressed for those who accept that. Raises NotFound."""
    name = request.match_info["name"]
    ui = request.app[ADMIN_UI].current()
    path = ui.assets.get(name) if ui else None
    if path is None:
        raise NotFound("the admin UI has no such file; reload the page, a newer one may be there")
    # aiohttp sends the file of this name with .gz in its place where the request accepts that.
    headers = {"Cache-Control": _IMMUTABLE, "Content-Type": content_type(name), "Vary": "Accept-Encoding"}
    return web.FileResponse(path, headers=headers)


@routes.get("/admin/{project}")
@routes.get("/admin/{project}/{rest:.*}")
async def page(request: web.Request) -> web.Response:
    """Return the one page of the UI, with a nonce that no other answer has."""
    if request.match_info["project"] not in request.app[PROJECTS]:
        return _plain(
            request, title="No such project", body="<p>No project of this name is served here.</p>", status=404
        )
    ui = request.app[ADMIN_UI].current()
    if ui is None:
        return _plain(request, title="The admin UI is not built", body=_NOT_BUILT, status=503)
    nonce = token_urlsafe(NONCE_BYTES)
    return web.Response(text=ui.page_with(nonce), content_type="text/html", headers=_headers(_policy(nonce)))


def _policy(nonce: str) -> str:
    """Return the page's Content-Security-Policy: nothing of another host, no inline script, no styles but our own.

    Pictures may also be `data:` and `blob:`: previews of files that somebody is about to upload.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _plain(request: web.Request, *, title: str, body: str, status: int = 200) -> web.Response:
    """Return a page without script that says something, and names the projects there are."""
    served = request.app[PROJECTS].items()
    links = "".join(
        f'<li><a href="/admin/{escape(name)}/">{escape(project.spec.label or name)}</a></li>'
        for name, project in served
        if name != request.match_info.get("project")
    )
    text = Template(_PLAIN.read_text(encoding="utf-8")).substitute(title=escape(title), body=body, links=links)
    return web.Response(text=text, status=status, content_type="text/html", headers=_headers(_PLAIN_POLICY))
