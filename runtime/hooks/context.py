"""What a hook function is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.values import copy_json, same, value_at
from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.model.errors import InvalidQuery
from runtime.model.ports import Database
from runtime.model.query import Query, all_of
from runtime.model.specs import Action, Phase, ProjectSpec
from runtime.query.parse import parse_filter

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from structlog.typing import FilteringBoundLogger

_KEEP: Final[Any] = object()


@dataclass(frozen=True, slots=True)
class Request:
    """The HTTP request that led to a hook.

    `path` starts with `/` and has no query string. `query` has the first value of each query parameter.
    `headers` are found by any spelling of their name. `ip` is the client's address, behind trusted proxies too.
    `body` is the decoded JSON body, None where there is none; a `bind` hook shapes `ctx.document`, not this.
    `id` is the request id that logs and the `X-Request-ID` header carry.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    ip: str = ""
    body: Any = None
    id: str = ""


class Response:
    """An answer made by a hook itself: `return Response({"ok": True}, status=202, headers={"Retry-After": "5"})`.

    `body` is bytes or text as they are, anything else as JSON; None is an empty body. `status` is 200 to 599; to refuse
    a request, raise `Reject` instead, which forgets what the request wanted to write.
    """

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        if not 200 <= status <= 599:
            raise ValueError(f"Response takes a status from 200 to 599, not {status}")
        self.body = body
        self.status = status
        self.headers = dict(headers or {})


@dataclass(slots=True)
class _Shared:
    """What stays the same through all phases of one request."""

    request: Request
    actor: Actor
    collection: str
    action: Action
    realtime: Realtime
    jobs: Jobs
    http: "ClientSession"
    config: ProjectSpec
    log: "FilteringBoundLogger"
    state: dict[str, Any]


class Context:
    """What a hook function is given: who asks for what, the document, and the project's facilities.

    One request walks through several phases; each phase has a context of its own, and `state` is what they
    share. In a plain (not `async`) hook, which runs in a thread, the methods of `db`, `realtime` and `jobs` are
    called without `await`: they wait and return the result.
    """

    __slots__ = (
        "_db", "_document", "_id", "_lent", "_own_document", "_own_previous", "_phase", "_previous", "_shared",
        "query", "result",
    )  # fmt: skip

    query: Query | None
    """The query of a read; None for writes. `narrow` adds to it; assigning another one replaces it."""

    result: Any
    """In `respond`: the body of the answer, to be changed in place or replaced. None before there is one."""

    def __init__(
        self,
        *,
        request: Request,
        actor: Actor,
        collection: str,
        action: Action,
        phase: Phase,
        db: Database,
        realtime: Realtime,
        jobs: Jobs,
        http: "ClientSession",
        config: ProjectSpec,
        log: "FilteringBoundLogger",
        state: dict[str, Any] | None = None,
        id: str | None = None,
        query: Query | None = None,
        document: Document | None = None,
        previous: Document | None = None,
        result: Any = None,
    ) -> None:
        own_state = {} if state is None else state
        self._shared = _Shared(request, actor, collection, action, realtime, jobs, http, config, log, own_state)
        self._db = db
        self._phase: Phase = phase
        self._id = id
        self._document = document
        self._previous = previous
        self._own_document: Document | None = None
        self._own_previous: Document | None = None
        self._lent = _is_lent(action, phase)
        self.query = query
        self.result = result

    def for_phase(
        self,
        phase: Phase,
        *,
        db: Database | None = None,
        id: str | None = _KEEP,
        query: Query | None = _KEEP,
        document: Document | None = _KEEP,
        previous: Document | None = _KEEP,
        result: Any = _KEEP,
    ) -> "Context":
        """Return a context for another phase, or another hook of the same, of this request; what is not given stays.

        Cheap: nothing is copied until a hook asks for a document that is not its own to change.
        """
        derived = Context.__new__(Context)
        shared = derived._shared = self._shared
        derived._phase = phase
        derived._db = self._db if db is None else db
        derived._id = self._id if id is _KEEP else id
        derived._document = self._document if document is _KEEP else document
        derived._previous = self._previous if previous is _KEEP else previous
        derived._own_document = derived._own_previous = None
        derived._lent = _is_lent(shared.action, phase)
        derived.query = self.query if query is _KEEP else query
        derived.result = self.result if result is _KEEP else result
        return derived

    def in_thread(self, *, db: Database, realtime: Realtime, jobs: Jobs, http: "ClientSession") -> "Context":
        """Return this context with other facades: those that a plain function can call from its thread."""
        derived = self.for_phase(self._phase, db=db)
        derived._own_document, derived._own_previous = self._own_document, self._own_previous
        shared = self._shared
        derived._shared = _Shared(
            shared.request, shared.actor, shared.collection, shared.action, realtime, jobs, http, shared.config,
            shared.log, shared.state,
        )  # fmt: skip
        return derived

    def adopt(self, other: "Context") -> None:
        """Take over what a hook has assigned in a context that `in_thread` derived from this one."""
        self._document = other._document
        self._own_document, self._own_previous = other._own_document, other._own_previous
        self.query, self.result = other.query, other.result

    @property
    def request(self) -> Request:
        """The HTTP request: method, path, query, headers, cookies, ip, body, id."""
        return self._shared.request

    @property
    def actor(self) -> Actor:
        """Who asks, as the session says: a user with roles, an API token, the public, or the system."""
        return self._shared.actor

    @property
    def user(self) -> Actor:
        """The same as `actor`."""
        return self._shared.actor

    @property
    def collection(self) -> str:
        """The collection's name; its spec is `ctx.config.collection[ctx.collection]`."""
        return self._shared.collection

    @property
    def action(self) -> Action:
        """What is done: `read`, `create`, `update` or `delete`."""
        return self._shared.action

    @property
    def phase(self) -> Phase:
        """The phase this hook runs in: `bind`, `validate`, `before`, `after` or `respond`."""
        return self._phase

    @property
    def id(self) -> str | None:
        """The id of the one document that is read or written; None for lists and before a create has given one."""
        return self._id

    @property
    def document(self) -> Document:
        """The document: as it will be written in `bind`, `validate` and `before`, where changes to it count.

        In `after` and `respond` it is a copy of what was written, in the hooks of a delete a copy of what is deleted:
        changes to it change nothing. In a read it is empty; see `query` and `result`.
        """
        if self._lent:
            if self._own_document is None:
                self._own_document = copy_json(self._document or {})
            return self._own_document
        if self._document is None:
            self._document = {}
        return self._document

    @document.setter
    def document(self, value: Document) -> None:
        if self._lent:
            self._own_document = value
        else:
            self._document = value

    @property
    def previous(self) -> Document | None:
        """A copy of the stored document as it was before an update or delete; None for a create and a read."""
        if self._own_previous is None and self._previous is not None:
            self._own_previous = copy_json(self._previous)
        return self._own_previous

    @property
    def db(self) -> Database:
        """The project's documents. It acts as the system; `ctx.db.as_actor()` with the caller's permissions.

        What is written here is committed together with the request, all or nothing.
        """
        return self._db

    @property
    def realtime(self) -> Realtime:
        """Channels: `await ctx.realtime.send("content", {"type": "content-updated"})`."""
        return self._shared.realtime

    @property
    def jobs(self) -> Jobs:
        """Jobs: `await ctx.jobs.enqueue("render-report", {"articleId": ctx.id})`."""
        return self._shared.jobs

    @property
    def http(self) -> "ClientSession":
        """A shared `aiohttp.ClientSession` for requests to other servers; for `async` hooks only."""
        return self._shared.http

    @property
    def config(self) -> ProjectSpec:
        """The whole project as its YAML says, typed and immutable."""
        return self._shared.config

    @property
    def env(self) -> Mapping[str, str]:
        """The environment: the process's own over the defaults of `config.yml.env`."""
        return self._shared.config.environment

    @property
    def log(self) -> "FilteringBoundLogger":
        """A structured logger that knows the request: `ctx.log.info("announced", channel="content")`."""
        return self._shared.log.bind(request_id=self._shared.request.id)

    @property
    def state(self) -> dict[str, Any]:
        """A dict for this request, shared by all of its hooks; nothing reads it but them."""
        return self._shared.state

    def changed(self, field: str) -> bool:
        """Return whether the value at a dotted path differs between `previous` and `document`.

        Where there is no previous document, whatever is present has changed. Null and missing are different, 1 and 1.0
        are not. A number in the path is an index into an array.
        """
        path = field.split(".")
        document = self._document if self._own_document is None else self._own_document
        return not same(value_at(document, path), value_at(self._previous, path))

    def narrow(self, filter: Mapping[str, Any]) -> None:
        """Let a read find only what this filter, in the query language, matches too.

        Raises ValueError outside of reads and where the filter is not in the language: the hook's mistake, not the
        client's.
        """
        if self.query is None:
            raise ValueError(f"ctx.narrow is for read hooks; {self.action} has no query")
        try:
            parsed = parse_filter(filter)
        except InvalidQuery as error:
            raise ValueError(
                f"ctx.narrow was given a filter that cannot be used: {error.message} {error.errors}"
            ) from error
        self.query = replace(self.query, filter=all_of(self.query.filter, parsed))


def _is_lent(action: Action, phase: Phase) -> bool:
    return phase in {"after", "respond"} or action == "delete"
