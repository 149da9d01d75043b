"""A served project, made from a few files, for tests that speak HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from httpx_sse._decoders import SSEDecoder, SSELineDecoder
from structlog.testing import LogCapture

from runtime.app import open_project, running
from runtime.model.clock import SystemClock
from runtime.model.query import Query
from runtime.web.build import build
from runtime.web.project import Project

CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 100000/minute, login: 1000/minute, connect: 100000/minute}
channels:
  - {name: news, description: What is new, scope: public}
  - {name: staff, description: For those signed in, scope: authenticated}
collections: !include collections/*.yml
"""

NOTES = """
name: notes
fields:
  - {name: title, type: string, required: true, maxLength: 20}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: rank, type: integer, index: true}
  - {name: tags, type: array, items: {type: string}, index: true}
  - {name: secret, type: text}
permissions:
  public: {read: {filter: {status: published}, hide: [secret]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: {set: {status: draft}}
    update: {filter: {createdBy: $user.id}, deny: [status]}
  role:editor: {read: true, create: true, update: true, delete: true}
"""


class ShiftedClock(SystemClock):
    """The system's clock, so many seconds ahead: `clock.ahead_s += 60` lets a minute pass."""

    ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s


@dataclass
class Served:
    """A project that answers over HTTP, with the log that it wrote."""

    client: TestClient
    project: Project
    folder: Path
    log: LogCapture
    clock: ShiftedClock
    tokens: dict[str, str] = field(default_factory=dict)

    async def signed_in(self, role: str, email: str | None = None) -> dict[str, str]:
        """Return the headers of a user with a role, made at the first call."""
        email = email or f"{role}@example.org"
        if email not in self.tokens:
            roles = ["admin"] if role == "admin" else [role]
            user = await self.project.auth.users.create(email, roles=roles)
            session = await self.project.auth.sessions.open(user, ip="127.0.0.1", agent="tests")
            self.tokens[email] = session.token
        return {"Authorization": f"Bearer {self.tokens[email]}"}

    async def ask(self, method: str, path: str, body: Any = None, *, by: str | None = None, **more: Any) -> "Answer":
        """Send a request to `/api/desk` + path as a user with role `by`, or as the public."""
        headers = {**(await self.signed_in(by) if by else {}), **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        async with self.client.request(method, f"/api/desk{path}", headers=headers, **more) as response:
            return await Answer.of(response)


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @classmethod
    async def of(cls, response: ClientResponse) -> "Answer":
        return cls(response.status, response.headers, await response.text())

    @property
    def json(self) -> Any:
        return json.loads(self.text)


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Serve a project made of files, `{"hooks/x.py": text}`; config and the notes collection are there already."""
    async with AsyncExitStack() as stack:

        async def start(files: Mapping[str, str] | None = None) -> Served:
            for name, text in {"config.yml": CONFIG, "collections/notes.yml": NOTES, **(files or {})}.items():
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            log = LogCapture()
            logger = structlog.wrap_logger(None, processors=[log], wrapper_class=structlog.stdlib.BoundLogger)
            clock = ShiftedClock()
            project = await stack.enter_async_context(open_project(tmp_path, environ={}, clock=clock, log=logger))
            await stack.enter_async_context(running(project))
            app = build({project.spec.namespace: project}, clock=clock, log=logger)
            client = await stack.enter_async_context(TestClient(TestServer(app)))
            return Served(client, project, tmp_path, log, clock)

        yield start


ROOMS_CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 100000/minute, login: 1000/minute, connect: 100000/minute, send: 100000/minute}
channels:
  - {name: news, description: What is new, scope: public, lastN: 10}
  - {name: staff, description: For those signed in, scope: authenticated, lastN: 10}
  - {name: editors, description: For editors, scope: "role:editor"}
  - name: user:{userId}
    description: One user's own
    scope: user
  - name: room:{room}
    description: A room
    scope: authenticated
    presence: true
    hooks: {subscribe: hooks/rooms.py:may_join, leave: hooks/rooms.py:left}
    receive:
      chat: {hook: hooks/rooms.py:on_chat, schema: {type: object, required: [text], additionalProperties: false,
             properties: {text: {type: string, maxLength: 50}}}}
      typing: {transient: true}
  - name: line
    description: With a leave hook and no presence
    scope: public
    hooks: {leave: hooks/rooms.py:hung_up}
  - name: wall
    description: Anybody may write
    scope: public
    presence: true
    receive: {note: {schema: {type: object, properties: {text: {type: string}}}}}
collections: !include collections/*.yml
"""

DIARY = """
name: diary
fields:
  - {name: what, type: string, index: true}
  - {name: who, type: string}
  - {name: where, type: string}
permissions: {}
"""

STREAMS = """
name: streams
virtual: true
permissions: {public: {read: true}}
hooks: {read: {before: hooks/rooms.py:stream}}
"""

ROOMS_HOOKS = """
import asyncio
from runtime import ChannelContext, Context, Reject


async def may_join(ctx: ChannelContext):
    room = ctx.channel.parameters["room"]
    if room == "closed":
        raise Reject(403, "this room is closed", code="room_closed")
    if room == "broken":
        raise RuntimeError("a bug")
    if room == "slow":
        await asyncio.sleep(60)
    await ctx.db.create("diary", {"what": "joined", "who": ctx.user.id, "where": ctx.channel.name})
    if room == "history":
        return await ctx.realtime.subscribe(ctx.channel.name, last_n=3)


async def left(ctx: ChannelContext):
    await ctx.db.create("diary", {"what": "left", "who": ctx.user.id, "where": ctx.channel.name})
    await ctx.realtime.send("news", {"type": "left", "who": ctx.user.id})
    if ctx.channel.parameters["room"] == "faulty":
        raise RuntimeError("a bug")


def hung_up(ctx: ChannelContext):
    ctx.db.create("diary", {"what": "hung up", "who": ctx.connection, "where": ctx.channel.name})


async def on_chat(ctx: ChannelContext):
    if ctx.message["text"] == "swear":
        raise Reject(422, "mind your words", errors={"text": "not here"})
    await ctx.realtime.send(ctx.channel.name, {"type": "chat", "text": ctx.message["text"], "by": ctx.user.id})


async def stream(ctx: Context):
    asked = ctx.request.query
    if asked.get("to"):
        return await ctx.realtime.subscribe(asked["to"], presence=True)
    if asked.get("kick"):
        return {"ended": await ctx.realtime.disconnect(user=asked["kick"])}
    if asked.get("refetch"):
        await ctx.realtime.revalidate(asked["refetch"], scopes=["news", "staff"])
        await ctx.realtime.revalidate("other", scopes=["news"])
        return {}
    if asked.get("say"):
        async with ctx.realtime.text_stream("news", type="story") as story:
            for word in asked["say"].split():
                await story.write(word + " ")
            if asked.get("fail"):
                raise RuntimeError("a bug")
        return {}
    return {"present": await ctx.realtime.presence("room:a"), "query": dict(asked)}
"""

ROOMS_FILES = {
    "config.yml": ROOMS_CONFIG,
    "collections/diary.yml": DIARY,
    "collections/streams.yml": STREAMS,
    "hooks/rooms.py": ROOMS_HOOKS,
}


class Listening:
    """An open stream: what has come so far, and waiting for more."""

    def __init__(self, response):
        self.response = response
        self.events = []
        self.ended = False
        self._lines, self._decoder = SSELineDecoder(), SSEDecoder()

    async def until(self, found):
        """Read on until an event is found; return the first of these. An end of the stream is an error."""
        seen = 0
        while True:
            for event in self.events[seen:]:
                seen += 1
                if found(event):
                    return json.loads(event.data)
            await self._read()

    async def event(self, name):
        return await self.until(lambda event: event.event == name)

    async def message(self, type, **members):
        def fits(event):
            body = json.loads(event.data)
            return event.event == "message" and body["type"] == type and members.items() <= body.items()

        return await self.until(fits)

    async def end(self):
        """Read to the end; return the names of all events."""
        while not self.ended:
            await self._read(may_end=True)
        return [event.event for event in self.events]

    async def _read(self, *, may_end=False):
        data = await self.response.content.readany()
        if not data:
            self.ended = True
            assert may_end, f"the stream has ended after {self.events}"
        for line in self._lines.decode(data.decode()):
            if (event := self._decoder.decode(line)) is not None:
                self.events.append(event)

    def bodies(self, type):
        bodies = [json.loads(event.data) for event in self.events if event.event == "message"]
        return [body for body in bodies if body["type"] == type]

    async def close(self):
        self.response.close()


@pytest.fixture
def listening() -> type[Listening]:
    """What reads a stream, made of its response."""
    return Listening


@pytest.fixture
def room_files() -> dict[str, str]:
    """The files of a project with rooms, to be changed at will."""
    return dict(ROOMS_FILES)


class Desk:
    """A served project with rooms, and those who listen."""

    def __init__(self, site: Served, stack: AsyncExitStack) -> None:
        self.site = site
        self.ask = site.ask
        self.project = site.project
        self.hub = site.project.hub
        self._stack = stack

    async def listen(self, *channels, by=None, path="/_events", headers=None, **query):
        """Open a stream; return it when it is ready."""
        headers = {**(await self.site.signed_in(by) if by else {}), **(headers or {})}
        if channels:
            query["channels"] = ",".join(channels)
        response = await self.site.client.get(f"/api/desk{path}", params=query, headers=headers)
        assert response.status == 200, await response.text()
        stream = Listening(response)
        self._stack.push_async_callback(stream.close)
        stream.ready = await stream.event("ready")
        stream.id = stream.ready["connection"]
        return stream

    async def gone(self, stream):
        """Close a stream and wait until the server has noticed."""
        await stream.close()
        while self.hub.streams.get(stream.id) is not None:
            await asyncio.sleep(0.01)

    async def records(self, collection):
        return [record.document for record in await self.project.store.find(collection, Query())]

    async def user(self, role):
        await self.site.signed_in(role)
        return (await self.project.auth.users.find_by_email(f"{role}@example.org"))["id"]

    async def diary(self, what):
        """Return what hooks have written: (what, who, where)."""
        entries = [entry for entry in await self.records("diary") if entry["what"] == what]
        return [(entry["what"], entry["who"], entry["where"]) for entry in entries]

    async def eventually(self, condition):
        while not await condition():
            await asyncio.sleep(0.01)

    async def forget(self):
        """Let the time of grace of those who are gone be over."""
        for member in self.hub.presence.members():
            if member.gone_at is not None:
                member.gone_at -= 5.0
        await self.project.attendance.round()


@pytest.fixture
async def desk(serve: Serve, room_files: dict[str, str]) -> AsyncIterator[Desk]:
    """A served project with rooms, made of `room_files`."""
    async with AsyncExitStack() as stack:
        yield Desk(await serve(room_files), stack)
