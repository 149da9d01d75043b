"""What happens to every request: an id, a log line, headers, cross-origin rules, rates."""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from structlog.typing import FilteringBoundLogger

from runtime.auth.throttle import RateLimiter, address_key
from runtime.model.clock import Clock
from runtime.model.document import new_id
from runtime.model.errors import NotFound, RateLimited
from runtime.model.specs import Rate
from runtime.web.project import PROJECTS, REQUEST_ID, Project, actor_of, client_ip
from runtime.web.routes.events import overloaded

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EXPOSED: Final = "ETag, Location, Retry-After, X-Request-ID"
_METHODS: Final = "GET, POST, PUT, PATCH, DELETE"
_HEADERS: Final = "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID"
_PREFLIGHT_AGE_S: Final = "600"


def logged(log: FilteringBoundLogger, clock: Clock) -> Middleware:
    """Return the middleware that gives each request an id and a line in the log.

    A proxy's `X-Request-ID` is taken over where it is harmless as text.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        offered = request.headers.get("X-Request-ID", "")
        request[REQUEST_ID] = offered if _REQUEST_ID.fullmatch(offered) else new_id(clock.now())
        started = clock.monotonic()
        response = await handler(request)
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status,
            ms=round((clock.monotonic() - started) * 1000, 1),
            actor=actor_of(request).id or actor_of(request).kind,
            request_id=request[REQUEST_ID],
        )
        return response

    return middleware


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers that every answer has on a response that is about to be sent, event streams included."""
    response.headers["Server"] = "hookstream"
    response.headers.setdefault("X-Request-ID", request.get(REQUEST_ID, ""))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Authorization, Cookie, Origin"
    origin = request.headers.get("Origin")
    if origin is not None and _is_allowed(request, origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = _EXPOSED


@web.middleware
async def cross_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer preflights (Fetch standard §3.3.2) for the origins that the project names, and for no others."""
    is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not is_preflight:
        return await handler(request)
    headers = {}
    if _is_allowed(request, request.headers.get("Origin", "")):
        headers = {
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _HEADERS,
            "Access-Control-Max-Age": _PREFLIGHT_AGE_S,
        }
    return web.Response(status=204, headers=headers)


def _is_allowed(request: web.Request, origin: str) -> bool:
    project = _named_project(request)
    return project is not None and origin in project.spec.server.cors_origins


def _named_project(request: web.Request) -> Project | None:
    """Return the project in the path, also where no route matched, as for a preflight."""
    parts = request.path.split("/")
    return request.app[PROJECTS].get(parts[2]) if len(parts) > 2 and parts[1] == "api" else None


def rate_limited(projects: Mapping[str, Project], clock: Clock) -> Middleware:
    """Return the middleware that holds users, or addresses where no user is known, to their rates.

    Opening a stream counts against `limits.connect`, everything else against `limits.requests`.
    """
    connects, requests = {}, {}
    for namespace, project in projects.items():
        connects[namespace] = RateLimiter(_rate(project, "connect"), clock=clock, what="new event streams")
        requests[namespace] = RateLimiter(_rate(project, "requests"), clock=clock)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        project = _named_project(request)
        if project is None:
            return await handler(request)
        is_stream = request.path == f"/api/{project.spec.namespace}/_events"
        limiter = (connects if is_stream else requests)[project.spec.namespace]
        try:
            await limiter.hit(actor_of(request).id or address_key(client_ip(request)))
        except RateLimited as refused:
            if is_stream:
                return overloaded(request, project, refused)
            raise
        return await handler(request)

    return middleware


def _rate(project: Project, name: Literal["connect", "requests"]) -> Callable[[], Rate]:
    def rate() -> Rate:
        limits = project.spec.limits
        return limits.connect if name == "connect" else limits.requests

    return rate


@web.middleware
async def known_project(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse paths of projects that are not served here, before anything else looks at them."""
    if request.path.startswith("/api/") and _named_project(request) is None:
        known = ", ".join(sorted(request.app[PROJECTS].keys()))
        raise NotFound(f"no such project is served here; there is {known}", code="unknown_project")
    return await handler(request)
