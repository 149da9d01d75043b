"""The way of clients into channels: scopes, `subscribe` hooks, the count of who is there; and out again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from runtime.hooks.context import Request
from runtime.model.actor import Actor
from runtime.model.errors import Failure, Forbidden, NotFound, Unauthenticated
from runtime.model.ports import StreamRequest
from runtime.model.specs import ChannelSpec
from runtime.realtime.attendance import Attendance
from runtime.realtime.built_in import QUESTION, READERS
from runtime.realtime.editing import Editing
from runtime.realtime.handlers import ChannelHooks
from runtime.realtime.hub import Hub, new_connection
from runtime.realtime.membership import require_few
from runtime.realtime.scopes import is_channel_name, require_free
from runtime.realtime.subscriber import NOTHING, Join, Subscriber

Again = Callable[[Iterable[Actor]], Awaitable[Mapping[Actor, Actor | None]]]
"""Finds who actors are now, by what had identified them; None for those who are nobody any more."""


@dataclass(slots=True)
class _Verdict:
    """Who may join which channels, how, and why not the others."""

    actor: Actor
    options: dict[str, StreamRequest] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    denied: dict[str, str] = field(default_factory=dict)


class Reception:
    """Lets clients in. Belongs to one event loop."""

    def __init__(
        self, hub: Hub, *, hooks: ChannelHooks, attendance: Attendance, editing: Editing, again: Again
    ) -> None:
        self._hub = hub
        self._editing = editing
        self._hooks = hooks
        self._attendance = attendance
        self._again = again
        # Changes of one stream are made one after the other, or its presence could differ from its channels.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(
        self, names: Sequence[str], actor: Actor, *, last_id: str | None, address: str, request: Request
    ) -> Subscriber:
        """Take a place for a stream of declared channels; those that the actor may not have are `denied`.

        Raises Unauthenticated and Forbidden where that is all of them, Unavailable where there is no room.
        """
        allowed = self.require_any(names, actor)
        self._hub.require_place(Join(actor, allowed, address=address))
        connection = new_connection()
        verdict = await self._admit(names, actor, connection=connection, request=request)
        if not verdict.allowed:
            raise _refused(verdict.denied, verdict.actor)
        join = Join(
            verdict.actor, tuple(verdict.allowed), denied=verdict.denied or NOTHING, last_id=last_id,
            options=verdict.options or NOTHING, address=address, connection=connection,
        )  # fmt: skip
        return self._take_place(join)

    def require_any(self, names: Sequence[str], actor: Actor) -> tuple[str, ...]:
        """Return the channels that an actor may listen to by their scopes. Raises where there is none of them."""
        require_few(len(names))
        allowed, denied = self._hub.sort_out(names, actor)
        if not allowed:
            raise _refused(denied, actor)
        return allowed

    async def open_granted(
        self, stream: StreamRequest, actor: Actor, *, last_id: str | None, address: str
    ) -> Subscriber:
        """Take a place for the stream that a read hook hands out.

        Raises Unavailable where there is no room, InvalidMessage (`reserved_channel`) for channels of the server's own.
        """
        for name in stream.channels:
            require_free(name)
        require_few(len(stream.channels))
        options = dict.fromkeys(stream.channels, stream)
        join = Join(
            actor, stream.channels, last_id=last_id, options=options, granted=frozenset(stream.channels),
            address=address, connection=new_connection(),
        )  # fmt: skip
        self._hub.require_place(join)
        denied = await self._enter(stream.channels, actor, join.connection, options)
        if denied:
            self._attendance.withdraw(join.connection)
            raise next(iter(denied.values()))
        return self._take_place(join)

    async def watch(self, stream: StreamRequest, actor: Actor, *, last_id: str | None, address: str) -> Subscriber:
        """Take a place for an admin who looks at channels from outside, whatever their scopes.

        Nobody has joined: presence and `leave` hooks know nothing of it. Raises Forbidden for anybody else, and
        Unavailable where there is no room. Whoever is no admin any more loses the stream.
        """
        if not actor.is_admin:
            raise Forbidden("only admins may watch channels")
        require_few(len(stream.channels))
        join = Join(
            actor, stream.channels, last_id=last_id, options=dict.fromkeys(stream.channels, stream),
            granted=frozenset(stream.channels), is_watch=True, address=address, connection=new_connection(),
        )  # fmt: skip
        return self._hub.admit(join)

    async def change(
        self, connection: str, actor: Actor,
        *, subscribe: Sequence[str], unsubscribe: Sequence[str], last_id: str | None, request: Request,
    ) -> dict[str, Any]:  # fmt: skip
        """Change what an open stream of the actor's listens to; return `{channels, denied, unsubscribed}`.

        `channels` says what each of `subscribe` has got, as `ready` does. Raises NotFound, code `unknown_connection`,
        where there is no such stream, or it is somebody else's: nobody is told which.
        """
        self._own(connection, actor)
        turn = self._turns.setdefault(connection, asyncio.Lock())
        async with turn:
            gone = await self._hub.membership.shrink(connection, unsubscribe) if unsubscribe else []
            has = {topic.name for topic in self._own(connection, actor).topics}
            wanted = [name for name in dict.fromkeys(subscribe) if name not in has]
            require_few(len(has) + len(wanted))
            verdict = await self._admit(wanted, actor, connection=connection, request=request)
            states = await self._extend(connection, verdict, last_id)
        known = {name: {"recovered": True} for name in subscribe if name in has}
        return {"channels": {**known, **states}, "denied": verdict.denied, "unsubscribed": gone}

    async def require(self, channel: str, actor: Actor, *, request: Request) -> ChannelSpec:
        """Return the declaration of a channel that an actor is subscribed to, or may subscribe to; else raise.

        NotFound (`unknown_channel`), Unauthenticated and Forbidden by its scope; what its `subscribe` hook raises.
        """
        spec = self._hub.topics.spec_of(channel) if is_channel_name(channel) else None
        if spec is None:
            raise NotFound(f"there is no channel {channel!r}", code="unknown_channel")
        _, denied = self._hub.sort_out([channel], actor)
        if denied:
            raise _refused(denied, actor)
        if _is_asked_of(spec) and not self._is_subscribed(channel, actor):
            await self._admitted(spec, channel, actor, connection=None, request=request)
        return spec

    def _is_subscribed(self, channel: str, actor: Actor) -> bool:
        streams = self._hub.streams.of_user(actor.id) if actor.id is not None else ()
        joined = (stream for stream in streams if not (stream.join.is_watch and channel in stream.join.granted))
        return any(topic.name == channel for stream in joined for topic in stream.topics)

    def _own(self, connection: str, actor: Actor) -> Subscriber:
        stream = self._hub.streams.get(connection)
        owner = stream.join.actor if stream is not None else None
        if stream is None or owner is None or (owner.kind, owner.id) != (actor.kind, actor.id):
            raise NotFound("there is no such stream of yours; open one", code="unknown_connection")
        return stream

    async def _admit(self, names: Sequence[str], actor: Actor, *, connection: str, request: Request) -> _Verdict:
        """Ask scopes and hooks, then record those who join channels that count."""
        verdict = await self._judged(names, actor, connection=connection, request=request)
        refused = await self._enter(verdict.allowed, verdict.actor, connection, verdict.options)
        verdict.denied.update({name: failure.code for name, failure in refused.items()})
        verdict.allowed = [name for name in verdict.allowed if name not in refused]
        return verdict

    async def _judged(self, names: Sequence[str], actor: Actor, *, connection: str, request: Request) -> _Verdict:
        allowed, denied = self._hub.sort_out(names, actor)
        verdict = _Verdict(actor, denied=dict(denied))
        hooked = [name for name in allowed if (spec := self._hub.topics.spec_of(name)) and _is_asked_of(spec)]
        if hooked:
            answers = await asyncio.gather(
                *(self._ask(name, actor, connection=connection, request=request) for name in hooked)
            )
            for name, answer in zip(hooked, answers, strict=True):
                if isinstance(answer, Failure):
                    verdict.denied[name] = answer.code
                elif answer is not None:
                    verdict.options[name] = answer
            # Hooks take their time. Who was demoted or signed out meanwhile must not come in.
            now = (await self._again([actor]))[actor]
            if now is None:
                raise Unauthenticated("your session has ended; sign in again")
            verdict.actor = now
            allowed, denied = self._hub.sort_out(names, now)
            verdict.denied.update(denied)
        verdict.allowed = [name for name in allowed if name not in verdict.denied]
        return verdict

    async def _ask(
        self, name: str, actor: Actor, *, connection: str, request: Request
    ) -> StreamRequest | Failure | None:
        spec = self._hub.topics.spec_of(name)
        try:
            return None if spec is None else await self._admitted(
                spec, name, actor, connection=connection, request=request
            )  # fmt: skip
        except Failure as failure:
            return failure

    async def _admitted(
        self, spec: ChannelSpec, channel: str, actor: Actor, *, connection: str | None, request: Request
    ) -> StreamRequest | None:
        """Ask what scopes cannot tell; return the options of who joins. Raises what stands against it."""
        if spec.scope == QUESTION:
            raise Forbidden("what is followed is asked for by its own URL, with Accept: text/event-stream")
        if spec.scope == READERS:
            await self._editing.require_reader(channel, actor, request=request)
            return None
        return await self._hooks.subscribe(spec, channel, actor, connection=connection, request=request)

    async def _enter(
        self, names: Iterable[str], actor: Actor, connection: str, options: Mapping[str, StreamRequest]
    ) -> dict[str, Failure]:
        """Record the joins of channels that count; return what stood against it."""
        refused: dict[str, Failure] = {}
        try:
            for name in names:
                asked = options[name].presence if name in options else None
                is_kept, is_shown = self._attendance.counts(name, asked)
                if is_kept:
                    try:
                        await self._attendance.enter(name, actor, connection, is_shown=is_shown)
                    except Failure as failure:
                        refused[name] = failure
        except asyncio.CancelledError:
            self._attendance.withdraw(connection, tuple(names))
            raise
        return refused

    def _take_place(self, join: Join) -> Subscriber:
        try:
            stream = self._hub.admit(join)
        except BaseException:
            self._attendance.withdraw(join.connection)
            raise
        self._hub.membership.recheck_one(stream)
        return stream

    async def _extend(self, connection: str, verdict: _Verdict, last_id: str | None) -> Mapping[str, Any]:
        if not verdict.allowed:
            return {}
        try:
            states = await self._hub.membership.extend(
                connection, verdict.allowed, last_id=last_id, options=verdict.options
            )
        except BaseException:
            self._attendance.withdraw(connection, tuple(verdict.allowed))
            raise
        if (stream := self._hub.streams.get(connection)) is not None:
            self._hub.membership.recheck_one(stream)
        return states


def _is_asked_of(spec: ChannelSpec) -> bool:
    """Tell whether more than the scope decides who may join."""
    return spec.subscribe is not None or spec.scope in (READERS, QUESTION)


def _refused(denied: Mapping[str, str], actor: Actor) -> Failure:
    reasons = ", ".join(f"{name} ({reason})" for name, reason in denied.items())
    if not actor.is_authenticated:
        return Unauthenticated(f"sign in to listen to these channels: {reasons}")
    return Forbidden(f"you may not listen to any of these channels: {reasons}")
