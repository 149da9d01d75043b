"""What a channel's hook functions are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runtime.hooks.context import Request
from runtime.hooks.facades import Jobs, Realtime
from runtime.model.actor import Actor
from runtime.model.ports import Database
from runtime.model.specs import ProjectSpec

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from structlog.typing import FilteringBoundLogger


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel as a hook sees it: its `name`, and what stands for the template's `parameters` in it.

    For `user:42` of `user:{userId}` these are `{"userId": "42"}`.
    """

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelContext:
    """What a `subscribe`, `leave` or `receive` hook is given: who, which channel, and the project's facilities.

    What it writes, sends and enqueues is committed when it has returned, all or nothing. In a plain (not `async`)
    function the methods of `db`, `realtime` and `jobs` are called without `await`.
    """

    request: Request
    """The HTTP request that led here; of a `leave`, which no request leads to, method `INTERNAL`."""

    actor: Actor
    """Who joins, has left or sends, as the session says: a user with roles, an API token or the public."""

    channel: ChannelInfo
    """The channel: `ctx.channel.name`, `ctx.channel.parameters["room"]`."""

    message: Mapping[str, Any]
    """In `receive`: what the client sent, checked, `type` included; empty otherwise."""

    connection: str | None
    """The stream that joins or has left; None in `receive`, and in `leave` of a user with presence."""

    db: Database
    """The project's documents, as the system; `ctx.db.as_actor()` with the caller's permissions."""

    realtime: Realtime
    """Channels: `await ctx.realtime.send(ctx.channel.name, {"type": "chat", …})`."""

    jobs: Jobs
    """Jobs: `await ctx.jobs.enqueue("render-report", {"articleId": "…"})`."""

    http: "ClientSession"
    """A shared `aiohttp.ClientSession` for requests to other servers; for `async` functions only."""

    config: ProjectSpec
    """The whole project as its YAML says, typed and immutable."""

    log: "FilteringBoundLogger"
    """A structured logger that knows the channel."""

    state: dict[str, Any] = field(default_factory=dict)
    """A dict for this call."""

    @property
    def user(self) -> Actor:
        """The same as `actor`."""
        return self.actor

    @property
    def env(self) -> Mapping[str, str]:
        """The environment: the process's own over the defaults of `config.yml.env`."""
        return self.config.environment

    def in_thread(self, *, db: Database, realtime: Realtime, jobs: Jobs, http: "ClientSession") -> "ChannelContext":
        """Return this context with other facades: those that a plain function can call from its thread."""
        return replace(self, db=db, realtime=realtime, jobs=jobs, http=http)
