"""A loaded project, typed and immutable. `runtime.settings` makes it from YAML; nobody else does.

Durations are seconds, sizes bytes. Every spec that a user wrote knows its `source`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from runtime.model.problem import Source

Action = Literal["read", "create", "update", "delete"]
ACTIONS: Final[tuple[Action, ...]] = ("read", "create", "update", "delete")

FieldType = Literal[
    "string", "text", "markdown", "richtext", "slug", "email", "url", "number", "integer", "boolean", "date",
    "datetime", "select", "multiselect", "object", "array", "reference", "json", "geo", "file",
]  # fmt: skip
TEXT_TYPES: Final = frozenset({"string", "text", "markdown", "richtext", "slug", "email", "url"})
"""The field types that `q` searches."""


@dataclass(frozen=True, slots=True)
class HookRef:
    """A function of a hook file: `hooks/articles.py:announce`, the file relative to the project."""

    file: str
    function: str

    def __str__(self) -> str:
        return f"{self.file}:{self.function}"


@dataclass(frozen=True, slots=True)
class BoundHook:
    """A hook function at one place of the YAML, e.g. the first `after` of `create` in `articles`."""

    ref: HookRef
    source: Source
    path: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a collection, or of an object or array inside one.

    `origin` is the YAML's `from`: the field that a slug is made of. `items` is an array's element, `fields` an object's
    members, `collection` a reference's target. `min` and `max` bound numbers, or the length of an array.
    """

    name: str
    type: FieldType
    source: Source
    required: bool = False
    default: Any = None
    unique: bool = False
    index: bool = False
    min: float | None = None
    max: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    options: tuple[str, ...] = ()
    origin: str | None = None
    hidden: bool = False
    readonly: bool = False
    items: "FieldSpec | None" = None
    fields: tuple["FieldSpec", ...] = ()
    collection: str | None = None
    accept: tuple[str, ...] = ()
    max_size_bytes: int | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantSpec:
    """One permission entry: what `principal` may do with one action of one collection.

    `principal` is `public`, `authenticated`, `role:NAME` or `token:NAME`. `filter` is in the query language, not yet
    bound to an actor (`$user.id`, `$user.roles`, `$now`). `allow` None means every field except those in `deny`.
    """

    principal: str
    source: Source
    filter: Mapping[str, Any] = field(default_factory=dict)
    hide: frozenset[str] = frozenset()
    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()
    set: Mapping[str, Any] = field(default_factory=dict)


Phase = Literal["bind", "validate", "before", "after", "respond"]
PHASES: Final[Mapping[Action, tuple[Phase, ...]]] = {
    "read": ("before", "respond"),
    "create": ("bind", "validate", "before", "after", "respond"),
    "update": ("bind", "validate", "before", "after", "respond"),
    "delete": ("validate", "before", "after", "respond"),
}


@dataclass(frozen=True, slots=True)
class PublishSpec:
    """Document changes as messages: which channel, after which actions, with which fields."""

    channel: str
    on: frozenset[Action]
    fields: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """A compound index: (path, descending) pairs, in order."""

    keys: tuple[tuple[str, bool], ...]
    source: Source


@dataclass(frozen=True)
class CollectionSpec:
    """One collection: `logged` leaves change records, `live` may be streamed (None where the YAML does not say)."""

    name: str
    source: Source
    fields: tuple[FieldSpec, ...] = ()
    virtual: bool = False
    logged: bool = True
    grants: Mapping[Action, tuple[GrantSpec, ...]] = field(default_factory=dict)
    hooks: Mapping[tuple[Action, Phase], tuple[BoundHook, ...]] = field(default_factory=dict)
    publish: PublishSpec | None = None
    live: bool | None = None
    indexes: tuple[IndexSpec, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What other floors work out from nothing but this spec, each under a name of its own: made once, gone with it."""

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs of it: what was worked out here may be nothing that can be sent."""
        return {**self.__dict__, "memo": {}}

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        """The top-level fields by their names."""
        return {f.name: f for f in self.fields}

    def field_at(self, path: tuple[str, ...]) -> FieldSpec | None:
        """Return the declared field at a path, seeing through arrays and numeric indexes; None: not declared."""
        found = self.by_name.get(path[0])
        for segment in path[1:]:
            if found is not None and found.type == "array":
                found = found.items
                if segment.isdigit():
                    continue
            if found is None or found.type != "object":
                return None
            found = next((f for f in found.fields if f.name == segment), None)
        return found


OnFull = Literal["drop-oldest", "drop-newest"]


@dataclass(frozen=True, slots=True)
class ReceiveSpec:
    """What clients may send to a channel: messages of one type.

    `schema` describes them without `type`, `channel` and `timestamp`; None takes any payload. `hook` decides what is
    sent on; without one the message itself is, with the sender's `userId`. With `transient` what is sent on is not
    kept.
    """

    type: str
    source: Source
    hook: BoundHook | None = None
    schema: Mapping[str, Any] | None = None
    transient: bool = False


@dataclass(frozen=True)
class ChannelSpec:
    """A declared channel. `name` may be a template: `user:{userId}`.

    `scope` is `public`, `authenticated`, `role:NAME` or `user`. `events` maps message types to JSON Schemas; None
    means that any type may be sent. `receive` is what clients may send, by type. `subscribe` is asked before somebody
    joins, `leave` told when they have left. With `presence` the users on the channel are announced.
    """

    name: str
    description: str
    source: Source
    scope: str
    buffer_size: int = 100
    on_full: OnFull = "drop-oldest"
    message_ttl_s: float | None = None
    last_n: int = 0
    max_age_s: float | None = None
    events: Mapping[str, Mapping[str, Any]] | None = None
    presence: bool = False
    subscribe: BoundHook | None = None
    leave: BoundHook | None = None
    receive: Mapping[str, ReceiveSpec] = field(default_factory=dict)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.name)
        return re.compile("".join(f"(?P<{p}>[^:/?#\\s]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts)))

    @property
    def is_template(self) -> bool:
        """Whether the name has parameters."""
        return "{" in self.name

    def match(self, channel: str) -> dict[str, str] | None:
        """Return the template's parameters in a channel's name, {} for a plain name, None for another channel."""
        found = self._pattern.fullmatch(channel)
        return found.groupdict() if found else None


@dataclass(frozen=True, slots=True)
class RetrySpec:
    """How often a failed run is tried again, and after how long: `backoff_s * factor ** (retry - 1)`.

    `jitter_s` is the most that chance adds to each wait.
    """

    max: int = 0
    backoff_s: float = 5.0
    factor: float = 2.0
    jitter_s: float = 0.0


@dataclass(frozen=True, slots=True)
class JobEventsSpec:
    """Messages about a run: `<prefix>_started`, `_progress`, `_complete`, `_failed` on a channel."""

    channel: str
    prefix: str


Overlap = Literal["skip", "queue", "allow"]
Priority = Literal["high", "normal", "low"]
CatchUp = Literal["never", "once"]


@dataclass(frozen=True, slots=True)
class ConcurrencySpec:
    """How many runs of a job that have the same key may be unfinished at once, over all processes.

    `key` is `$input.PATH` or `$user.id`; None is one key for the whole job.
    """

    max: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class JobSpec:
    """One job. At most one of `cron`, `every_s`, `at` is set; none means that it is only enqueued.

    `overlap` says what becomes of a run while another of the same job is not finished (with `concurrency`: as many as
    it allows). None, where the YAML does not say: `skip` for a job with a trigger; for one that is only enqueued,
    because somebody asked for each run, `queue` with `concurrency` and `allow` without.

    `catch_up` says what becomes of a time at which no server was there to fire. `jitter_s` is the most by which a
    fired run is put off. With `isolated` each run has a process of its own, which may take `memory_bytes`.
    """

    name: str
    source: Source
    ref: HookRef
    description: str = ""
    cron: str | None = None
    every_s: float | None = None
    at: str | None = None
    timezone: str = "UTC"
    timeout_s: float = 300.0
    retries: RetrySpec = RetrySpec()
    overlap: Overlap | None = None
    input: Mapping[str, Any] | None = None
    permissions: frozenset[str] = frozenset()
    events: JobEventsSpec | None = None
    priority: Priority = "normal"
    catch_up: CatchUp = "never"
    jitter_s: float = 0.0
    concurrency: ConcurrencySpec | None = None
    isolated: bool = False
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """Where and how HTTP is served."""

    host: str = "127.0.0.1"
    port: int = 8090
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    body_limit_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AuthSpec:
    """`secret` "" means: kept in `data/secret`, made at the first start."""

    secret: str = field(default="", repr=False)
    session_ttl_s: float = 5 * 24 * 3600.0
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in `per_s` seconds, in a moving window. A count of 0 means no limit."""

    count: int
    per_s: float


@dataclass(frozen=True, slots=True)
class LimitsSpec:
    """Rates per user where one is known, otherwise per address; `login` per address and per account.

    `queued_runs` is how many runs of jobs one user may have waiting; 0 is no limit. `unused_files_bytes` is for all
    files of one user that no document holds yet.
    """

    requests: Rate = Rate(300, 60.0)
    login: Rate = Rate(5, 60.0)
    connect: Rate = Rate(30, 60.0)
    send: Rate = Rate(60, 60.0)
    queued_runs: int = 100
    upload: Rate = Rate(60, 60.0)
    file_size_bytes: int = 20 * 1024**2
    unused_files_bytes: int = 200 * 1024**2


@dataclass(frozen=True, slots=True)
class RealtimeSpec:
    """Limits and rhythms of event streams. 0 connections, heartbeat or send timeout: no limit, none, never.

    `max_per_address` is for those whom no user is known of and for those who are known; an office may share an address.
    """

    max_connections: int = 10_000
    max_per_user: int = 20
    max_per_address: int = 1000
    heartbeat_s: float = 15.0
    retry_s: float = 2.0
    send_timeout_s: float = 10.0
    message_limit_bytes: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class HooksSpec:
    """Time limits of hooks. `threads` is how many plain (not async) functions may run at once.

    So many each of jobs, of hooks, of hooks inside what hooks write, and so on.
    """

    timeout_s: float = 5.0
    slow_s: float = 0.25
    threads: int = 32


@dataclass(frozen=True)
class ProjectSpec:
    """One project, whole. `folder` is absolute. `files` are all YAML files that were read, for watching."""

    folder: Path
    namespace: str
    storage: str
    label: str = ""
    broker: str = "memory:"
    server: ServerSpec = ServerSpec()
    auth: AuthSpec = AuthSpec()
    limits: LimitsSpec = LimitsSpec()
    realtime: RealtimeSpec = RealtimeSpec()
    hooks: HooksSpec = HooksSpec()
    channels: tuple[ChannelSpec, ...] = ()
    collections: tuple[CollectionSpec, ...] = ()
    jobs: tuple[JobSpec, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = ()

    @cached_property
    def collection(self) -> Mapping[str, CollectionSpec]:
        """The collections by name."""
        return {c.name: c for c in self.collections}

    @cached_property
    def job(self) -> Mapping[str, JobSpec]:
        """The jobs by name."""
        return {j.name: j for j in self.jobs}

    def channel(self, name: str) -> ChannelSpec | None:
        """Return the declared channel of a name, a plain name before a template; None where it is undeclared."""
        plain = next((c for c in self.channels if c.name == name and not c.is_template), None)
        return plain or next((c for c in self.channels if c.is_template and c.match(name) is not None), None)
