"""Event streams: `GET /api/{ns}/_events?channels=a,b`, and those that a read hook makes of its response."""

from typing import Final

from aiohttp import hdrs, web

from runtime.model.actor import Actor
from runtime.model.errors import Forbidden, InvalidQuery, RateLimited, Unauthenticated, Unavailable
from runtime.model.ports import StreamRequest
from runtime.realtime.scopes import is_channel_name
from runtime.realtime.subscriber import Join
from runtime.web.handover import HEADERS, EventStream, hand_over
from runtime.web.project import Project, actor_of, project_of

CHANNELS_AT_ONCE: Final = 100
"""The most channels of one stream: beyond that a client wants another channel, not more of them."""

DEAD_AFTER: Final = 2
"""A peer that acknowledges nothing for so many times realtime.sendTimeout is gone."""

routes = web.RouteTableDef()


@routes.get("/api/{ns}/_events")
async def events(request: web.Request) -> web.StreamResponse:
    """Open one stream for declared channels, each authorised by its scope.

    Refused ones are named in `ready`; where all are, the answer is 403, or 401 to the public.
    """
    project, actor = project_of(request), actor_of(request)
    names = _requested_channels(request)
    allowed, denied = project.hub.sort_out(names, actor)
    if not allowed:
        reasons = ", ".join(f"{name} ({reason})" for name, reason in denied.items())
        if not actor.is_authenticated:
            raise Unauthenticated(f"sign in to listen to these channels: {reasons}")
        raise Forbidden(f"you may not listen to any of these channels: {reasons}")
    return await _open(request, project, Join(actor, allowed, denied=denied, last_id=_last_id(request)))


@routes.post("/api/{ns}/_events")
async def not_to_be_posted_to(request: web.Request) -> web.StreamResponse:
    """Refuse: a stream is opened with GET, which is all that an `EventSource` can send."""
    raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])


async def open_stream(
    request: web.Request, project: Project, actor: Actor, stream: StreamRequest
) -> web.StreamResponse:
    """Answer a request with the stream that a read hook asked for. Scopes do not matter: the hook has decided.

    Raises InvalidQuery where a channel cannot be called so, Unavailable where there is no room and the client did not
    ask for an event stream.
    """
    _require_names(stream.channels)
    join = Join(actor, stream.channels, last_id=_last_id(request), options=stream, granted=True)
    return await _open(request, project, join)


async def _open(request: web.Request, project: Project, join: Join) -> web.StreamResponse:
    if request.method == hdrs.METH_HEAD:
        return EventStream()
    try:
        subscriber = project.hub.admit(join)
    except Unavailable as refused:
        return overloaded(request, project, refused)
    dead_after_s = DEAD_AFTER * project.spec.realtime.send_timeout_s
    return await hand_over(request, subscriber, dead_after_s=dead_after_s)


def overloaded(request: web.Request, project: Project, refused: Unavailable | RateLimited) -> web.StreamResponse:
    """Tell a client for whose stream there is no room, in words that an `EventSource` does not die of.

    Raises `refused` where the client did not ask for an event stream.
    """
    if "text/event-stream" not in request.headers.get(hdrs.ACCEPT, "").lower():
        raise refused
    return web.Response(body=project.hub.overloaded(refused), headers=HEADERS)


def _requested_channels(request: web.Request) -> tuple[str, ...]:
    given = ",".join(request.query.getall("channels", []))
    names = tuple(dict.fromkeys(name for name in given.split(",") if name))
    if not names:
        raise InvalidQuery(
            "name the channels to listen to: ?channels=system,content", errors={"/channels": "is required"}
        )
    _require_names(names)
    return names


def _require_names(names: tuple[str, ...]) -> None:
    if len(names) > CHANNELS_AT_ONCE:
        raise InvalidQuery(
            f"{len(names)} channels are too many for one stream, {CHANNELS_AT_ONCE} are allowed",
            errors={"/channels": f"has more than {CHANNELS_AT_ONCE} names"},
        )
    wrong = [name for name in names if not is_channel_name(name)]
    if wrong:
        raise InvalidQuery(
            f"{wrong[0]!r} cannot be a channel's name; use 1 to 128 of the characters A-Z a-z 0-9 _ . : -",
            errors={"/channels": f"has {len(wrong)} names that cannot be channels"},
        )


def _last_id(request: web.Request) -> str | None:
    # The header is what an EventSource sends when it reconnects by itself; the parameter is for the first connection of
    # a page that remembers where it was.
    return request.headers.get("Last-Event-ID") or request.query.get("lastEventId") or None
