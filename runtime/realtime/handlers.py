"""Calling the hooks of channels: `subscribe`, `leave` and `receive`."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from structlog.typing import FilteringBoundLogger

from runtime.documents.service import INTERNAL, Documents
from runtime.hooks.call import Caller
from runtime.hooks.channel_context import ChannelContext, ChannelInfo
from runtime.hooks.context import Request
from runtime.model.actor import Actor
from runtime.model.change import Write
from runtime.model.ports import StreamRequest
from runtime.model.specs import BoundHook, ChannelSpec, ReceiveSpec


class ChannelHooks:
    """Calls the functions that channels name; what each has written, sent and enqueued is then committed."""

    def __init__(
        self, documents: Documents, *, caller: Caller, http: aiohttp.ClientSession, log: FilteringBoundLogger
    ) -> None:
        self._documents = documents
        self._caller = caller
        self._http = http
        self._log = log

    async def subscribe(
        self, spec: ChannelSpec, channel: str, actor: Actor, *, connection: str | None, request: Request
    ) -> StreamRequest | None:
        """Ask whether somebody may join; return the options that they do it with.

        Raises Reject where the hook refuses, and what else hooks raise.
        """
        if spec.subscribe is None:
            return None
        answer = await self._run(spec.subscribe, spec, channel, actor, connection=connection, request=request)
        if answer is None:
            return None
        if not isinstance(answer, StreamRequest) or answer.channels != (channel,):
            reason = (
                f"its answer for {channel!r} is neither None nor a stream of that channel alone; "
                "return None, or await ctx.realtime.subscribe(ctx.channel.name, …)"
            )
            raise self._caller.faulted([spec.subscribe.ref], reason, request=request.id)
        return answer

    async def leave(
        self, hook: BoundHook, spec: ChannelSpec, channel: str, actor: Actor, *, connection: str | None, claim: Write
    ) -> None:
        """Tell that somebody has left. What the hook does and `claim` are one commit.

        Raises VersionConflict where the claim fails, and what hooks raise.
        """
        await self._run(hook, spec, channel, actor, connection=connection, request=INTERNAL, claim=claim)

    async def receive(
        self, receive: ReceiveSpec, spec: ChannelSpec, channel: str, actor: Actor,
        *, message: Mapping[str, Any], request: Request,
    ) -> None:  # fmt: skip
        """Give a client's message to the hook that handles its type. Raises what hooks raise."""
        if receive.hook is not None:
            await self._run(
                receive.hook, spec, channel, actor, request=request, message=message, transient=receive.transient
            )

    async def _run(
        self,
        hook: BoundHook,
        spec: ChannelSpec,
        channel: str,
        actor: Actor,
        *,
        request: Request,
        connection: str | None = None,
        message: Mapping[str, Any] | None = None,
        transient: bool = False,
        claim: Write | None = None,
    ) -> Any:
        call = self._documents.call(request, actor)
        inner = call.nested((str(hook.ref),))

        async def attempt() -> Any:
            if claim is not None:
                call.unit.writes.append(claim)
            db, realtime, jobs = self._documents.facilities(inner, transient=transient)
            context = ChannelContext(
                request=request,
                actor=actor,
                channel=ChannelInfo(channel, spec.match(channel) or {}),
                message=message or {},
                connection=connection,
                db=db,
                realtime=realtime,
                jobs=jobs,
                http=self._http,
                config=call.edition.spec,
                log=self._log.bind(channel=channel, request_id=request.id),
            )
            return await self._caller.call(hook, context)

        claims = frozenset({claim.collection} if claim is not None else ())
        return await self._documents.act(call, attempt, claims=claims)
