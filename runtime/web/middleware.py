"""What happens to every request: an id, a log line, headers, cross-origin rules, rates."""

import itertools
import re
import secrets
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, Literal, Protocol

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from runtime.auth.throttle import RateLimiter, address_key
from runtime.model.clock import Clock
from runtime.model.errors import NotFound, RateLimited
from runtime.model.specs import Rate
from runtime.web.project import ADDRESSED, CHARGE, PROJECTS, REQUEST_ID, Charge, Project, actor_of, client_ip
from runtime.web.routes.events import overloaded

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_EXPOSED: Final = "ETag, Location, Retry-After, X-Request-ID"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}
_VARY: Final = "Authorization, Cookie, Origin"
_ALL_HEADERS: Final = CIMultiDict(
    {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}
)
_API_HEADERS: Final = CIMultiDict({**_ALL_HEADERS, "Cache-Control": "private, no-cache"})
"""What an answer has unless it says otherwise itself."""

ADDRESSES_KEPT: Final = 1024
"""For how many addresses it is remembered what counts as one with them."""


class RequestLog(Protocol):
    """Where a line for each request goes."""

    def __call__(self, *, method: str, path: str, status: int, ms: float, actor: str, request_id: str) -> None:
        """Log a request that was answered: `actor` is an id, or `public`."""


def logged(log: RequestLog, clock: Clock) -> Middleware:
    """Return the middleware that gives each request an id and a line in the log.

    A proxy's `X-Request-ID` is taken over where it is harmless as text. Ids of our own count on from a random number:
    they tell requests apart and are no secrets.
    """
    numbers = itertools.count(secrets.randbits(63))

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        id = request.headers.get("X-Request-ID")
        if id is None or not _REQUEST_ID.fullmatch(id):
            id = f"{next(numbers):x}"
        request[REQUEST_ID] = id
        started = clock.monotonic()
        response = await handler(request)
        seconds = clock.monotonic() - started
        project = request.get(ADDRESSED)
        if project is not None and not response.prepared:  # what is on its way already is an event stream
            project.requests.observe(response.status, seconds)
        actor = actor_of(request)
        log(
            method=request.method,
            path=request.path,
            status=response.status,
            ms=round(seconds * 1000, 1),
            actor=actor.id or actor.kind,
            request_id=id,
        )
        return response

    return middleware


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers that every answer has on a response that is about to be sent, event streams included."""
    headers = response.headers
    headers["Server"] = "hookstream"
    headers.setdefault("X-Request-ID", request.get(REQUEST_ID, ""))
    if request.path.startswith("/api/"):
        headers["Vary"] = _VARY
        headers.merge(_API_HEADERS)
    else:
        headers.merge(_ALL_HEADERS)
    origin = request.headers.get("Origin")
    if origin is not None and _is_allowed(request, origin):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
        headers["Access-Control-Expose-Headers"] = _EXPOSED


@web.middleware
async def addressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the project in the path, `ADDRESSED` of the request, and refuse paths of those that are not served here.

    Answers preflights (Fetch standard §3.3.2) for the origins that the project names, and for no others.
    """
    project = _named_project(request)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        is_allowed = _is_allowed(request, request.headers.get("Origin", ""))
        return web.Response(status=204, headers=_PREFLIGHT if is_allowed else None)
    if project is not None:
        request[ADDRESSED] = project
    elif request.path.startswith("/api/"):
        known = ", ".join(sorted(request.app[PROJECTS].keys()))
        raise NotFound(f"no such project is served here; there is {known}", code="unknown_project")
    return await handler(request)


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
        connects[f"/api/{namespace}/_events"] = RateLimiter(
            _rate(project, "connect"), clock=clock, what="new event streams"
        )
        requests[namespace] = RateLimiter(_rate(project, "requests"), clock=clock)
    known_key = lru_cache(maxsize=ADDRESSES_KEPT)(address_key)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        project = request.get(ADDRESSED)
        if project is None:
            return await handler(request)
        stream_limiter = connects.get(request.path)
        limiter = stream_limiter or requests[project.spec.namespace]
        if limiter.is_off:
            return await handler(request)
        key = actor_of(request).id or known_key(client_ip(request))
        request[CHARGE] = Charge(limiter, key)
        try:
            await limiter.hit(key)
        except RateLimited as refused:
            if stream_limiter is not None:
                return overloaded(request, project, refused)
            raise
        return await handler(request)

    return middleware


def _rate(project: Project, name: Literal["connect", "requests"]) -> Callable[[], Rate]:
    def rate() -> Rate:
        limits = project.spec.limits
        return limits.connect if name == "connect" else limits.requests

    return rate
