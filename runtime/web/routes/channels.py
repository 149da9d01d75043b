"""Sending to channels, who is on them, and, for admins, which there are."""

from functools import partial
from typing import Any, Final

from aiohttp import web

from runtime.auth.throttle import address_key
from runtime.model.errors import NotFound
from runtime.model.specs import ChannelSpec
from runtime.realtime.topic import Topic
from runtime.web.json import json_response, read_object
from runtime.web.project import actor_of, admin_project_of, client_ip, hook_request, project_of

routes = web.RouteTableDef()

MOST_LISTED: Final = 1000
"""How many live channels one answer names."""


@routes.get("/api/{ns}/_channels")
async def list_channels(request: web.Request) -> web.Response:
    """Return the declared channels, then live ones that are not plain declared ones: at most MOST_LISTED of these."""
    project = admin_project_of(request)
    live = {topic.name: topic for topic in project.hub.topics}
    declared = [_channel(spec.name, spec, live.pop(spec.name, None)) for spec in project.spec.channels]
    others = [_channel(name, topic.spec, topic) for name, topic in sorted(live.items())[:MOST_LISTED]]
    return json_response({"items": declared + others})


def _channel(name: str, spec: ChannelSpec | None, topic: Topic | None) -> dict[str, Any]:
    return {
        "name": name,
        "declared": spec is not None,
        "description": spec.description if spec else "",
        "scope": spec.scope if spec else None,
        "events": spec.events if spec else None,
        "receive": sorted(spec.receive) if spec else [],
        "presence": spec.presence if spec else False,
        "subscribers": topic.subscribers if topic else 0,
        "kept": len(topic.channel) if topic else 0,
    }


@routes.post("/api/{ns}/_channels/{channel}")
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
