"""`ctx.realtime` and `ctx.jobs`: thin faces of the hub and the run ledger."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from runtime.hooks.text_stream import TextStream
from runtime.model.change import Message, Write
from runtime.model.clock import epoch_s
from runtime.model.ports import Enqueuer, Publisher, StreamRequest
from runtime.model.specs import OnFull

_UNITS_S: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


class Realtime:
    """Channels, for hooks and jobs.

    Every message is checked when it is sent: a mistake is an error at the sender, never a bad message at a reader. In a
    hook, what `send` and `revalidate` say goes out once the request has committed, in that order; in a job at once.
    `text_stream` and `disconnect` act at once everywhere.
    """

    __slots__ = ("_deliver", "_publisher", "_transient")

    def __init__(self, publisher: Publisher, deliver: Callable[[Message], None], *, transient: bool = False) -> None:
        """`deliver` takes what is to go out; `transient` is whether messages are, where `send` does not say."""
        self._publisher = publisher
        self._deliver = deliver
        self._transient = transient

    async def send(self, channel: str, message: Mapping[str, Any], *, transient: bool | None = None) -> None:
        """Send a message to all subscribers of a channel.

        `message` is a flat JSON object with a `type`; `channel` and `timestamp` are filled in. One that is `transient`
        has no id, is not kept and never replayed, and who reads slowly does not get it: for what is stale in a moment,
        such as who is typing. Raises InvalidMessage where it does not fit the channel's `events`, TooLarge where it
        is over `realtime.messageLimit`.
        """
        prepared = self._publisher.prepare(channel, message)
        is_transient = self._transient if transient is None else transient
        self._deliver(replace(prepared, transient=True) if is_transient else prepared)

    async def broadcast(self, channel: str, message: Mapping[str, Any], *, transient: bool | None = None) -> None:
        """Send a message, exactly as `send` does."""
        await self.send(channel, message, transient=transient)

    def channel(self, name: str) -> "ChannelHandle":
        """Return one channel, to send to it several times. Not awaited."""
        return ChannelHandle(self, name)

    async def presence(self, channel: str) -> dict[str, Any]:
        """Return who is on a channel that has presence: `{"users": [ids], "anonymous": count}`, on this server."""
        return self._publisher.present(channel)

    async def revalidate(self, key: str, scopes: Sequence[str]) -> None:
        """Tell clients which cached query to fetch again: `revalidate("articles.list", scopes=["user:42"])`.

        Every channel in `scopes` gets `{type: "revalidate", keys: [key]}`; calls for a channel within 100 ms become one
        message with all their keys. Raises InvalidMessage for what cannot be a channel or key.
        """
        if isinstance(scopes, str):
            raise TypeError("scopes is a list of channels, not one text")
        for channel in dict.fromkeys(scopes):
            self._deliver(self._publisher.revalidation(channel, key))

    def text_stream(self, channel: str, type: str = "text") -> TextStream:
        """Return a text that is sent as it is made: `async with ctx.realtime.text_stream(channel) as s: …`.

        `await s.write(token)` sends `{type, streamId, text, done}` chunks, in order and at once, hooks included; tokens
        within 50 ms go out together. Where the block raises, what was sent stays sent, and the last chunk says `error`.
        """
        return TextStream(self._send_now, channel, type=type, now=self._publisher.clock.now())

    async def disconnect(self, *, user: str | None = None, connection: str | None = None) -> int:
        """End the streams of a user, or one stream, at once; return how many there were on this server.

        They are told `disconnected`, which says that they shall not come back by themselves.
        """
        if (user is None) == (connection is None):
            raise ValueError("ctx.realtime.disconnect takes a user or a connection")
        return self._publisher.disconnect(user=user, connection=connection)

    async def _send_now(self, channel: str, message: Mapping[str, Any]) -> None:
        self._publisher.publish([self._publisher.prepare(channel, message)])

    async def subscribe(
        self,
        *channels: str,
        last_n: int | None = None,
        max_age: float | str | None = None,
        buffer_size: int | None = None,
        on_full: OnFull | None = None,
        message_ttl: float | str | None = None,
        presence: bool | None = None,
    ) -> StreamRequest:
        """Return what a `read.before` hook returns to turn its response into an event stream of these channels.

        `last_n` messages at most, none older than `max_age`, are sent to a fresh subscriber; `buffer_size` may
        wait for a slow one, and `on_full` says which to drop beyond that; none older than `message_ttl` is sent
        at all; `presence` announces who is there. What is left out is the channel's own setting. Durations are
        seconds, or text such as "10m". Scopes are not checked: the hook decides who may listen. A channel's
        `subscribe` hook returns the same, for its own channel, to set these for who joins. Raises ValueError for
        settings that mean nothing.
        """
        if not channels:
            raise ValueError("ctx.realtime.subscribe needs at least one channel")
        names: tuple[Any, ...] = channels
        for name in names:
            if not isinstance(name, str) or not name:
                raise ValueError(f"a channel's name is a text that is not empty, not {name!r}")
        if on_full not in {None, "drop-oldest", "drop-newest"}:
            raise ValueError(f"on_full is 'drop-oldest' or 'drop-newest', not {on_full!r}")
        return StreamRequest(
            channels=tuple(dict.fromkeys(channels)),
            last_n=_count("last_n", last_n, least=0),
            max_age_s=None if max_age is None else seconds("max_age", max_age),
            buffer_size=_count("buffer_size", buffer_size, least=1),
            on_full=on_full,
            message_ttl_s=None if message_ttl is None else seconds("message_ttl", message_ttl),
            presence=presence,
        )


class ChannelHandle:
    """One channel: `ctx.realtime.channel("content")`."""

    __slots__ = ("_name", "_realtime")

    def __init__(self, realtime: Realtime, name: str) -> None:
        self._realtime = realtime
        self._name = name

    @property
    def name(self) -> str:
        """The channel's name."""
        return self._name

    async def send(self, message: Mapping[str, Any], *, transient: bool | None = None) -> None:
        """Send a message to this channel, as `Realtime.send` does."""
        await self._realtime.send(self._name, message, transient=transient)

    async def broadcast(self, message: Mapping[str, Any], *, transient: bool | None = None) -> None:
        """Send a message to this channel, exactly as `send` does."""
        await self._realtime.send(self._name, message, transient=transient)


class Jobs:
    """Runs of jobs, for hooks and jobs.

    `store` takes the write that queues a run: in a hook it is collected and committed together with the
    request, in a job it is committed at once. Waking the workers after the commit is the business of whoever
    commits. `by` is the id of the actor that the run record names.
    """

    __slots__ = ("_by", "_enqueuer", "_store")

    def __init__(self, enqueuer: Enqueuer, store: Callable[[Write], Awaitable[None]], *, by: str | None = None) -> None:
        self._enqueuer = enqueuer
        self._store = store
        self._by = by

    async def enqueue(
        self,
        job: str,
        input: Mapping[str, Any] | None = None,
        *,
        delay: float | str = 0,
        at: datetime | str | None = None,
        key: str | None = None,
    ) -> str:
        """Queue a run of a job; return the run's id.

        `delay` is seconds, or text such as "10m", before it may start; `at` in its place is the moment, a datetime with
        a zone or text such as "2026-12-24T18:00:00Z", and one that has passed is now. With a `key`, the same job and
        key are one run however often it is asked for, also after it has ended. Raises NotFound for an unknown job,
        InvalidDocument where `input` does not fit the job's schema, ValueError for a delay or moment that means
        nothing.
        """
        delay_s = seconds("delay", delay)
        if at is not None and delay_s:
            raise ValueError("ctx.jobs.enqueue takes a delay or a moment, not both")
        moment = None if at is None else epoch_s(at if isinstance(at, str) else at.isoformat())
        write = self._enqueuer.prepare(job, input, delay_s=delay_s, key=key, by=self._by, at=moment)
        await self._store(write)
        return write.id


def seconds(name: str, value: Any) -> float:
    """Return a duration in seconds, from a number of seconds or a text such as `"500ms"`, `"10m"`, `"24h"`, `"5d"`.

    Raises ValueError, naming the argument, for anything else and for what is negative or not finite.
    """
    if isinstance(value, str):
        found = _DURATION.fullmatch(value.strip())
        if found is None:
            raise ValueError(
                f"{name} is a number of seconds or a text such as '500ms', '15s', '10m', '24h', not {value!r}"
            )
        return float(found[1]) * _UNITS_S[found[2]]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} is a number of seconds from 0, or a text such as '10m', not {value!r}")
    return float(value)


def _count(name: str, value: Any, *, least: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} is a whole number from {least}, not {value!r}")
    return value
