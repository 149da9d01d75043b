"""What clients send to channels, and the four gates that it passes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from runtime.auth.throttle import RateLimiter
from runtime.hooks.context import Request
from runtime.model.actor import Actor
from runtime.model.clock import Clock
from runtime.model.errors import Forbidden, InvalidMessage, TooLarge
from runtime.model.specs import ChannelSpec, ReceiveSpec
from runtime.realtime.composer import ENVELOPE
from runtime.realtime.handlers import ChannelHooks
from runtime.realtime.hub import Hub
from runtime.realtime.message_schemas import MessageSchemas
from runtime.realtime.reception import Reception
from runtime.realtime.scopes import is_reserved

SENDER: Final = "userId"
"""The field of a message that says who has sent it; only the session knows that."""


class Inbox:
    """Takes messages of clients. Belongs to one event loop."""

    def __init__(self, hub: Hub, *, reception: Reception, hooks: ChannelHooks, clock: Clock) -> None:
        self._hub = hub
        self._reception = reception
        self._hooks = hooks
        self._limiter = RateLimiter(lambda: hub.spec.limits.send, clock=clock, what="messages")
        self._project = hub.spec
        self._schemas = MessageSchemas()

    async def send(
        self, channel: str, actor: Actor,
        *, address: str, request: Request, read: Callable[[], Awaitable[Mapping[str, Any]]],
    ) -> dict[str, Any]:  # fmt: skip
        """Take a client's message: check it, then hand it to the hook of its type, or send it on; return it.

        The gates, in order: the scope admits the actor; they are subscribed, or may subscribe; the channel takes
        messages of this type; the payload fits. `read` gives the body when it is its turn. Raises RateLimited, what
        `Reception.require` raises, Forbidden (`not_receiving`), InvalidMessage (`unknown_type`), TooLarge, and what
        the hook raises.
        """
        # What an interface says by itself, such as where the focus is, must not take the place of what people say.
        await self._limiter.hit(f"_{actor.id or address}" if is_reserved(channel) else actor.id or address)
        spec = await self._reception.require(channel, actor, request=request)
        body = dict(await read())
        receive = self._receive(spec, channel, body.get("type"))
        payload = {key: value for key, value in body.items() if key not in ENVELOPE}
        self._check(spec, receive, channel, payload)
        message = {"type": receive.type, "channel": channel, **payload}
        if receive.hook is not None:
            await self._hooks.receive(receive, spec, channel, actor, message=message, request=request)
            return {**message, SENDER: actor.id}
        if is_reserved(channel):
            self._hub.topics.require_room(channel)
            return dict(self._hub.say(channel, {**message, SENDER: actor.id}, transient=receive.transient).body)
        prepared = replace(self._hub.prepare(channel, {**message, SENDER: actor.id}), transient=receive.transient)
        self._hub.publish([prepared])
        return dict(prepared.body)

    def _receive(self, spec: ChannelSpec, channel: str, type: object) -> ReceiveSpec:
        if not spec.receive:
            raise Forbidden(f"channel {channel!r} takes no messages of clients", code="not_receiving")
        receive = spec.receive.get(type) if isinstance(type, str) else None
        if receive is None:
            known = ", ".join(sorted(spec.receive))
            raise InvalidMessage(
                f"channel {channel!r} takes no such messages of clients; it takes: {known}",
                errors={"/type": f"must be one of: {known}"},
                code="unknown_type",
            )
        return receive

    def _check(self, spec: ChannelSpec, receive: ReceiveSpec, channel: str, payload: Mapping[str, Any]) -> None:
        if SENDER in payload:
            message = "says who has sent it, which the session does; leave it out"
            raise InvalidMessage(f"{SENDER} {message}", errors={f"/{SENDER}": message})
        limit_bytes = self._hub.spec.realtime.message_limit_bytes
        if (size := len(orjson.dumps(payload))) > limit_bytes:
            raise TooLarge(f"a message has at most {limit_bytes} bytes of JSON, this one has {size}")
        if receive.schema is None:
            return
        if self._project is not self._hub.spec:
            self._project = self._hub.spec
            self._schemas.forget()
        self._schemas.check(payload, receive.schema, declared=spec.name, channel=channel, type=receive.type)
