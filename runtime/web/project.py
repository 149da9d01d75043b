"""What a request needs of the project it speaks to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Final

import aiohttp
from aiohttp import web
from structlog.typing import FilteringBoundLogger
from yarl import URL

from runtime.auth.auth import Auth
from runtime.auth.secrets import TICKET_PREFIX
from runtime.auth.throttle import RateLimiter
from runtime.documents.service import Documents
from runtime.files.shelf import Shelf
from runtime.hooks.call import Caller
from runtime.hooks.context import Request
from runtime.hooks.registry import Registry
from runtime.hooks.watchdog import Watchdog
from runtime.jobs.ledger import Ledger
from runtime.jobs.triggers import Schedule
from runtime.jobs.worker import Worker
from runtime.model.actor import PUBLIC, Actor
from runtime.model.clock import Clock
from runtime.model.errors import Forbidden, NotFound, Unauthenticated
from runtime.model.ports import Store
from runtime.model.specs import ProjectSpec
from runtime.realtime.attendance import Attendance
from runtime.realtime.hub import Hub
from runtime.realtime.inbox import Inbox
from runtime.realtime.live import LiveQueries
from runtime.realtime.notices import Notices
from runtime.realtime.reception import Reception
from runtime.realtime.recheck import Recheck
from runtime.web.request_counts import RequestCounts
from runtime.web.sampler import Sampler


@dataclass(slots=True)
class Project:
    """The parts of one served project, put together by `runtime.app`."""

    registry: Registry
    store: Store
    documents: Documents
    shelf: Shelf
    auth: Auth
    hub: Hub
    notices: Notices
    reception: Reception
    inbox: Inbox
    attendance: Attendance
    recheck: Recheck
    live: LiveQueries
    ledger: Ledger
    schedule: Schedule
    worker: Worker
    caller: Caller
    watchdog: Watchdog
    http: aiohttp.ClientSession
    clock: Clock
    log: FilteringBoundLogger
    requests: RequestCounts
    sampler: Sampler

    @property
    def spec(self) -> ProjectSpec:
        """The project as it is now; a reload replaces it."""
        return self.registry.current.spec


PROJECTS: web.AppKey[dict[str, Project]] = web.AppKey("projects", dict)
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
ADDRESSED: web.RequestKey[Project] = web.RequestKey("addressed", Project)
"""The project in the path, also where no route matched; missing outside `/api/`."""
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


@dataclass(slots=True)
class Charge:
    """Where a request was counted, so that it may count as several."""

    limiter: RateLimiter
    key: str

    async def more(self, amount: int) -> None:
        """Count that many more. Raises RateLimited."""
        await self.limiter.hit_more(self.key, amount)


CHARGE: web.RequestKey[Charge] = web.RequestKey("charge", Charge)
"""Missing where there is no limit."""


QUERIES_KEPT: Final = 256
"""How many URLs' queries are remembered, of 8 KiB at most each: reading one takes 8 µs."""


class Queries:
    """Reads the queries of URLs, and remembers those of late."""

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=QUERIES_KEPT)(_parameters)

    def read(self, text: str) -> dict[str, str]:
        """Return the first value of each parameter, in a dictionary of the caller's own."""
        return dict(self._read(text))


def _parameters(text: str) -> Mapping[str, str]:
    return dict(URL.build(query_string=text, encoded=True).query)


QUERIES: web.AppKey[Queries] = web.AppKey("queries", Queries)


def project_of(request: web.Request) -> Project:
    """Return the project that the URL names. Raises NotFound."""
    name = request.match_info.get("ns", "")
    project = request.app[PROJECTS].get(name)
    if project is None:
        raise NotFound(f"no project {name!r} is served here", code="unknown_project")
    return project


def actor_of(request: web.Request) -> Actor:
    """Return who asks, as the identity middleware found it."""
    actor: Actor = request.get(ACTOR, PUBLIC)
    return actor


def client_ip(request: web.Request) -> str:
    """Return the address that the request came from.

    `X-Forwarded-For` is believed only as far as its hops are `server.trustedProxies`: read from the right, the first
    address that is no trusted proxy is the client's.
    """
    peer = request.remote or ""
    trusted = project_of(request).spec.server.trusted_proxies if "ns" in request.match_info else ()
    return _behind_proxies(request, peer, trusted) if trusted else peer


def _behind_proxies(request: web.Request, peer: str, trusted: tuple[str, ...]) -> str:
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    for hop in (peer, *reversed(hops)):
        if not is_trusted(hop, trusted):
            return hop
    return hops[0] if hops else peer


def is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    """Tell whether an address is among trusted addresses and networks; what is no address is not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in ip_network(network, strict=False) for network in trusted)


def admin_project_of(request: web.Request) -> Project:
    """Return the project of a request that only admins may make. Raises Unauthenticated, Forbidden, NotFound."""
    project, actor = project_of(request), actor_of(request)
    if not actor.is_authenticated:
        raise Unauthenticated("this is for admins; sign in, or send an admin's API token")
    if not actor.is_admin:
        raise Forbidden("this is for admins")
    return project


def hook_request(request: web.Request, body: object = None) -> Request:
    """Return what hooks are told of a request."""
    query = request.app[QUERIES].read(request.rel_url.raw_query_string)
    if query.get("ticket", "").startswith(TICKET_PREFIX):
        del query["ticket"]  # used up, but no business of logs that a hook may write
    return Request(
        method=request.method,
        path=request.path,
        query=query,
        headers=request.headers,
        cookies=dict(request.cookies) if "Cookie" in request.headers else {},
        ip=client_ip(request),
        body=body,
        id=request.get(REQUEST_ID, ""),
    )
