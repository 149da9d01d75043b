"""What a request needs of the project it speaks to."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import aiohttp
from aiohttp import web
from structlog.typing import FilteringBoundLogger

from runtime.auth.auth import Auth
from runtime.documents.service import Documents
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
from runtime.realtime.hub import Hub


@dataclass(slots=True)
class Project:
    """The parts of one served project, put together by `runtime.app`."""

    registry: Registry
    store: Store
    documents: Documents
    auth: Auth
    hub: Hub
    ledger: Ledger
    schedule: Schedule
    worker: Worker
    caller: Caller
    watchdog: Watchdog
    http: aiohttp.ClientSession
    clock: Clock
    log: FilteringBoundLogger

    @property
    def spec(self) -> ProjectSpec:
        """The project as it is now; a reload replaces it."""
        return self.registry.current.spec


PROJECTS: web.AppKey[dict[str, Project]] = web.AppKey("projects", dict)
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)


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
    if not trusted:
        return peer
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
    return Request(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        headers=request.headers,
        cookies=dict(request.cookies),
        ip=client_ip(request),
        body=body,
        id=request.get(REQUEST_ID, ""),
    )
