"""Event streams: `GET /api/{ns}/_events?channels=a,b`, and those that a read hook makes of its response."""

from collections.abc import Awaitable
from typing import Any, Final

from aiohttp import hdrs, web

from runtime.auth.throttle import address_key
from runtime.documents.live import Question
from runtime.model.actor import Actor
from runtime.model.errors import InvalidDocument, InvalidQuery, RateLimited, Unavailable
from runtime.model.ports import StreamRequest
from runtime.realtime.membership import CHANNELS_AT_ONCE
from runtime.realtime.scopes import is_channel_name
from runtime.realtime.subscriber import Subscriber
from runtime.web.handover import HEADERS, EventStream, hand_over
from runtime.web.json import json_response, read_object
from runtime.web.project import Project, actor_of, client_ip, hook_request, project_of

DEAD_AFTER: Final = 2
"""A peer that acknowledges nothing for so many times realtime.sendTimeout is gone."""

LONGEST_ID: Final = 64
"""Characters of `lastEventId`; ours have 24 at most."""

routes = web.RouteTableDef()


@routes.get("/api/{ns}/_events")
async def events(request: web.Request) -> web.StreamResponse:
    """Open one stream for declared channels, each authorised by its scope and its `subscribe` hook.

    Refused ones are named in `ready`; where all are, the answer is 403, or 401 to the public.
    """
    project = project_of(request)
    names = _requested_channels(request)
    if request.method == hdrs.METH_HEAD:
        project.reception.require_any(names, actor_of(request))
        return EventStream()
    opening = project.reception.open(
        names, actor_of(request), last_id=_last_id(request), address=_address(request), request=hook_request(request)
    )
    return await _answer(request, project, opening)


@routes.post("/api/{ns}/_events")
async def not_to_be_posted_to(request: web.Request) -> web.StreamResponse:
    """Refuse: a stream is opened with GET, which is all that an `EventSource` can send."""
    raise web.HTTPMethodNotAllowed(request.method, [hdrs.METH_GET, hdrs.METH_HEAD])


@routes.post("/api/{ns}/_events/{connection}")
async def change_stream(request: web.Request) -> web.Response:
    """Change an open stream of one's own: `{"subscribe": [...], "unsubscribe": [...], "lastEventId"?}`.

    The answer is `{"channels": {name: {recovered, missed?, presence?}}, "denied": {name: reason}, "unsubscribed":
    [names]}`. Raises NotFound for a stream that is gone or another's.
    """
    body = await read_object(request)
    last_id = body.get("lastEventId")
    if not (last_id is None or (isinstance(last_id, str) and len(last_id) <= LONGEST_ID)):
        raise InvalidDocument("lastEventId is no id", errors={"/lastEventId": "must be the id of a message"})
    if unknown := sorted(body.keys() - {"subscribe", "unsubscribe", "lastEventId"}):
        raise InvalidDocument(
            "the request's body does not fit; see errors",
            errors={f"/{name}": "is not known here; known are subscribe, unsubscribe, lastEventId" for name in unknown},
        )
    answer = await project_of(request).reception.change(
        request.match_info["connection"], actor_of(request), subscribe=_names(body, "subscribe"),
        unsubscribe=_names(body, "unsubscribe"), last_id=last_id or None, request=hook_request(request, body),
    )  # fmt: skip
    return json_response(answer)


async def open_stream(
    request: web.Request, project: Project, actor: Actor, stream: StreamRequest
) -> web.StreamResponse:
    """Answer a request with the stream that a read hook asked for. Scopes do not matter: the hook has decided.

    Raises InvalidQuery where a channel cannot be called so, Unavailable where there is no room and the client did not
    ask for an event stream.
    """
    _require_names(stream.channels)
    if request.method == hdrs.METH_HEAD:
        return EventStream()
    opening = project.reception.open_granted(stream, actor, last_id=_last_id(request), address=_address(request))
    return await _answer(request, project, opening)


async def open_watch(request: web.Request, project: Project, stream: StreamRequest) -> web.StreamResponse:
    """Answer an admin's request with a stream of channels that they look at from outside; see `Reception.watch`."""
    if request.method == hdrs.METH_HEAD:
        return EventStream()
    opening = project.reception.watch(stream, actor_of(request), last_id=_last_id(request), address=_address(request))
    return await _answer(request, project, opening)


async def open_live(request: web.Request, project: Project, question: Question, *, is_one: bool) -> web.StreamResponse:
    """Answer a request with a stream of what it asks for, a list or one document: a snapshot, then what changes."""
    opening = project.live.open(question, actor_of(request), is_one=is_one, address=_address(request))
    return await _answer(request, project, opening)


def takes_stream(request: web.Request) -> bool:
    """Tell whether the client asks for an event stream, as an `EventSource` does."""
    return "text/event-stream" in request.headers.get(hdrs.ACCEPT, "").lower()


def takes_json(request: web.Request) -> bool:
    """Tell whether the client takes anything beside an event stream."""
    accepted = request.headers.get(hdrs.ACCEPT, "").lower()
    return "json" in accepted or "*/*" in accepted


async def _answer(request: web.Request, project: Project, opening: Awaitable[Subscriber]) -> web.StreamResponse:
    try:
        subscriber = await opening
    except Unavailable as refused:
        return overloaded(request, project, refused)
    dead_after_s = DEAD_AFTER * project.spec.realtime.send_timeout_s
    return await hand_over(request, subscriber, dead_after_s=dead_after_s)


def overloaded(request: web.Request, project: Project, refused: Unavailable | RateLimited) -> web.StreamResponse:
    """Tell a client for whose stream there is no room, in words that an `EventSource` does not die of.

    Raises `refused` where the client did not ask for an event stream.
    """
    if not takes_stream(request):
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


def _names(body: dict[str, Any], key: str) -> tuple[str, ...]:
    names = body.get(key, [])
    is_list = isinstance(names, list) and all(isinstance(name, str) and is_channel_name(name) for name in names)
    if not is_list or len(names) > CHANNELS_AT_ONCE:
        message = f"must be a list of at most {CHANNELS_AT_ONCE} channels' names"
        raise InvalidDocument(f"{key} {message}", errors={f"/{key}": message})
    return tuple(dict.fromkeys(names))


def _address(request: web.Request) -> str:
    return address_key(client_ip(request))


def _last_id(request: web.Request) -> str | None:
    # The header is what an EventSource sends when it reconnects by itself; the parameter is for the first connection of
    # a page that remembers where it was.
    return request.headers.get("Last-Event-ID") or request.query.get("lastEventId") or None
