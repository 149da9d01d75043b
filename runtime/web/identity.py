"""Who a request comes from, and whether a browser was made to send it by another site."""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from runtime.auth.identify import Identity
from runtime.auth.secrets import TICKET_PREFIX
from runtime.model.actor import PUBLIC
from runtime.model.errors import CrossSiteRequest, Unauthenticated
from runtime.web.project import ACTOR, is_trusted, project_of

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110 §9.2.1), as far as browsers send them."""

IDENTITY: Final[web.RequestKey[Identity]] = web.RequestKey("identity", Identity)

_NOBODY: Final = Identity(PUBLIC)
"""Who asks where nothing says who."""


def cookie_name(namespace: str) -> str:
    """Return the name of a project's session cookie: cookies know no ports, so the name tells projects apart."""
    return f"hookstream_{namespace}"


def identity_of(request: web.Request) -> Identity:
    """Return who asks and what said so, as the middleware found it."""
    identity: Identity = request.get(IDENTITY, _NOBODY)
    return identity


@web.middleware
async def identity_middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put who asks into `ACTOR` of the request, and what said so, if anything did, into `IDENTITY`.

    Looks at `Authorization: Bearer` (RFC 6750 §2.1), then at the session's cookie; anything else that `Authorization`
    may hold belongs to a proxy in front. A request for an event stream may have a ticket instead, which then counts
    alone. Outside a project's URLs everybody is the public. Where it is the cookie
    that says who asks and the method is not safe, the request must pass `check_same_origin`; a bearer token is nothing
    that another site could make a browser send. Raises Unauthenticated for a bearer token that is not good, NotFound
    for an unknown project, CrossSiteRequest.
    """
    headers = request.headers
    if "ticket=" in request.rel_url.raw_query_string and (ticket := _ticket(request)) is not None:
        identity = await project_of(request).auth.identify.by_ticket(ticket)
        request[IDENTITY], request[ACTOR] = identity, identity.actor
        return await handler(request)
    if "ns" not in request.match_info or ("Authorization" not in headers and "Cookie" not in headers):
        request[ACTOR] = PUBLIC
        return await handler(request)
    project = project_of(request)
    cookie = request.cookies.get(cookie_name(project.spec.namespace))
    identity = await project.auth.identify.actor(bearer=_bearer(request), cookie=cookie)
    if identity.via == "cookie" and request.method not in SAFE_METHODS:
        check_same_origin(request)
    request[IDENTITY], request[ACTOR] = identity, identity.actor
    return await handler(request)


def check_same_origin(request: web.Request) -> None:
    """Refuse a request that a browser sends on behalf of another site than ours or one in `server.cors.origins`.

    The approach of Go's `net/http.CrossOriginProtection` (Go 1.25): no tokens, but two headers that scripts cannot set.
    `Sec-Fetch-Site` (Fetch Metadata §2.4), in all browsers since 2023, decides: `same-origin` and `none` pass. Where
    it is missing, because the browser is older or the connection not secure, `Origin` has to be our own. Where both
    are missing no browser asks, for all of them have long sent `Origin` with every POST, and the request passes.
    Stricter than Go's in one point: the scheme of `Origin` counts too. Raises CrossSiteRequest.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site in {"same-origin", "none"} or (not site and not origin):
        return
    trusted = project_of(request).spec.server.cors_origins
    if origin and _canonical(origin) in {_canonical(other) for other in trusted} - {None}:
        return
    own = own_origin(request)
    if not site and origin and _canonical(origin) == own:
        return
    raise CrossSiteRequest(
        f"this request comes from another site ({origin or site}) than {own}; add that site to server.cors.origins if "
        "it may act for its visitors, and a proxy that speaks https for this server to server.trustedProxies"
    )


def own_origin(request: web.Request) -> str | None:
    """Return the origin under which the client sees this server: `https://example.org`; the default port is left out.

    `X-Forwarded-Proto` and `X-Forwarded-Host` count where the request comes straight from a trusted proxy
    (`server.trustedProxies`). None where the Host header is nonsense.
    """
    scheme, host = request.scheme, request.host
    if is_trusted(request.remote or "", project_of(request).spec.server.trusted_proxies):
        scheme = _first(request.headers.get("X-Forwarded-Proto")) or scheme
        host = _first(request.headers.get("X-Forwarded-Host")) or host
    return _canonical(f"{scheme}://{host}")


def is_secure(request: web.Request) -> bool:
    """Tell whether the client came over https, to us or to a trusted proxy."""
    return (own_origin(request) or "").startswith("https://")


def _ticket(request: web.Request) -> str | None:
    """Return the ticket of a request for an event stream; for any other the parameter means nothing here."""
    ticket = request.query.get("ticket", "")
    if "ns" not in request.match_info or request.method != "GET" or not ticket:
        return None
    if request.path.endswith("/_events"):
        return ticket
    # Elsewhere the parameter may be a read hook's own.
    asks_for_stream = "text/event-stream" in request.headers.get("Accept", "").lower()
    return ticket if asks_for_stream and ticket.startswith(TICKET_PREFIX) else None


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    if not token.strip():
        raise Unauthenticated("the Authorization header has no token; send it as: Authorization: Bearer TOKEN")
    return token.strip()


def _first(header: str | None) -> str:
    # Each proxy on the way appends its own; the first one is what the browser saw.
    return (header or "").partition(",")[0].strip()


def _canonical(origin: str) -> str | None:
    """Return an origin in its one spelling (RFC 6454 §6.2); None for what is none, such as the opaque `null`."""
    try:
        url = URL(origin)
        return str(url.origin()).lower()
    except ValueError:
        return None
