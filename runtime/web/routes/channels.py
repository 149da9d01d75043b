"""Sending to channels, who is on them, and, for admins, which there are and what is said on them."""

from functools import partial
from typing import Any, Final

from aiohttp import web

from runtime.auth.throttle import address_key
from runtime.model.errors import InvalidQuery, NotFound
from runtime.model.ports import StreamRequest
from runtime.realtime.scopes import is_channel_name
from runtime.settings.measures import duration_s
from runtime.web.channel_view import ChannelView, buffer_size
from runtime.web.json import json_response, read_object
from runtime.web.project import Project, actor_of, admin_project_of, client_ip, hook_request, project_of
from runtime.web.routes.events import open_watch
from runtime.web.whole_number import whole_number

routes = web.RouteTableDef()

MOST_LISTED: Final = 1000
"""How many live channels one answer names, of a template or of those that nobody declared."""

MOST_NAMED: Final = 200
"""Of how many who are present one answer says what they are called."""


@routes.get("/api/{ns}/_channels")
async def list_channels(request: web.Request) -> web.Response:
    """Return the declared channels, the built-in ones, and those that exist and nobody declared.

    `?instances=N` is how many live channels of each template are named, and how many undeclared ones: at most, and by
    default, MOST_LISTED.
    """
    project = admin_project_of(request)
    most = whole_number(request.query, "instances", default=MOST_LISTED, lowest=0, highest=MOST_LISTED)
    return json_response(ChannelView(project.hub, clock=project.clock).channels(most=most))


@routes.get("/api/{ns}/_channels/{channel:[^/]+}")
async def show_channel(request: web.Request) -> web.Response:
    """Return one channel as the list has it, and `there`: who is on it, `{"users": [{"id", "name"}], "anonymous"}`.

    It need not exist, and may be a template. At most MOST_NAMED users are named.
    """
    project, name = admin_project_of(request), request.match_info["channel"]
    if not (is_channel_name(name) or any(spec.name == name for spec in project.spec.channels)):
        _refuse_name(name)
    found = ChannelView(project.hub, clock=project.clock).channel(name, most=MOST_LISTED)
    return json_response({**found, "there": await _there(project, name)})


async def _there(project: Project, channel: str) -> dict[str, Any]:
    present = project.hub.present(channel)
    ids = present["users"][:MOST_NAMED]
    known = await project.auth.users.get_many(ids) if ids else {}
    users = [{"id": id, "name": (known[id]["name"] or known[id]["email"]) if id in known else None} for id in ids]
    return {"users": users, "more": len(present["users"]) - len(ids), "anonymous": present["anonymous"]}


@routes.get("/api/{ns}/_channels/{channel}/messages")
async def watch_channel(request: web.Request) -> web.StreamResponse:
    """Stream the messages of any channel to an admin, who is not there: no presence, no hook, and no scope counts.

    `?lastN=` is how many of those kept come first, `?maxAge=` how old they may be; what is declared where they are
    missing. Who watches what is logged.
    """
    project, channel = admin_project_of(request), request.match_info["channel"]
    if not is_channel_name(channel):
        _refuse_name(channel)
    last_n = None
    if "lastN" in request.query:
        highest = buffer_size(project.hub, channel)
        last_n = whole_number(request.query, "lastN", default=0, lowest=0, highest=highest)
    stream = StreamRequest((channel,), last_n=last_n, max_age_s=_age_s(request), presence=False)
    project.log.info("channel_watched", channel=channel, by=actor_of(request).id, last_n=last_n)
    return await open_watch(request, project, stream)


def _refuse_name(name: str) -> None:
    raise InvalidQuery(f"{name!r} cannot be a channel's name; use 1 to 128 of the characters A-Z a-z 0-9 _ . : -")


def _age_s(request: web.Request) -> float | None:
    text = request.query.get("maxAge")
    try:
        return None if text is None else duration_s(text)
    except ValueError as error:
        raise InvalidQuery(f"maxAge: {error}") from error


@routes.post("/api/{ns}/_channels/{channel:[^/]+}")
async def receive_message(request: web.Request) -> web.Response:
    """Take a client's message, of a type that the channel's `receive` names: 202 with what was accepted."""
    accepted = await project_of(request).inbox.send(
        request.match_info["channel"], actor_of(request), address=address_key(client_ip(request)),
        request=hook_request(request), read=partial(read_object, request),
    )  # fmt: skip
    return json_response(accepted, status=202)


@routes.get("/api/{ns}/_channels/{channel}/presence")
async def presence(request: web.Request) -> web.Response:
    """Tell who is on a channel, to those who may listen to it: `{"users": [ids], "anonymous": count}`.

    Raises NotFound where the channel has no presence, and what keeps somebody from listening.
    """
    project, channel = project_of(request), request.match_info["channel"]
    spec = await project.reception.require(channel, actor_of(request), request=hook_request(request))
    if not (spec.presence or project.hub.presence.shows(channel)):
        raise NotFound(f"channel {channel!r} has no presence", code="no_presence")
    return json_response(project.hub.present(channel))


@routes.post("/api/{ns}/_channels/{channel}/messages")
async def send_message(request: web.Request) -> web.Response:
    """Send a message to a channel: 202 with the message as it went out. It is checked like one that a hook sends."""
    project = admin_project_of(request)
    message = project.hub.prepare(request.match_info["channel"], await read_object(request))
    project.hub.publish([message])
    return json_response(dict(message.body), status=202)
