"""`hookstream tail` and `send`, against a server that does as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from runtime.cli.access import Access, MintedToken
from runtime.cli.channels import View, follow
from runtime.cli.sse import Event
from runtime.cli.terminal import Terminal
from runtime.model.errors import Failure, NotFound, Unauthenticated, Unavailable
from runtime.model.specs import ProjectSpec

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SPEC = ProjectSpec(folder=Path("/blog"), namespace="blog", storage="sqlite::memory:")


class Heard:
    """A view that remembers, and ends the command when it has heard enough."""

    def __init__(self, enough: int) -> None:
        self.events: list[Event] = []
        self.reasons: list[str] = []
        self._enough = enough

    def show(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) == self._enough:
            raise EnoughHeard

    def lost(self, reason: str, wait_s: float) -> None:
        self.reasons.append(reason)


class EnoughHeard(Exception):
    """The test has heard what it waited for."""


@asynccontextmanager
async def served(handler: Handler, *, is_minted: bool = False) -> AsyncIterator[Access]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)

    async def token() -> str:
        return "hst_secret"

    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield Access(http, str(server.make_url("")).rstrip("/"), SPEC, token, is_minted=is_minted)


async def stream(request: web.Request, *frames: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    for frame in frames:
        await response.write(frame.encode())
    return response


def problem(status: int, code: str, detail: str, **headers: str) -> web.Response:
    return web.json_response(
        {"status": status, "code": code, "detail": detail}, status=status,
        content_type="application/problem+json", headers=headers,
    )  # fmt: skip


async def test_a_request_names_the_channels_and_who_asks() -> None:
    asked: list[web.Request] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return await stream(request, "data: {}\n\n")

    heard = Heard(1)
    async with served(handler) as server:
        with pytest.raises(EnoughHeard):
            await follow(server, ("posts", "user:42"), heard)  # type: ignore[arg-type]
    (request,) = asked
    assert request.path == "/api/blog/_events"
    assert request.query["channels"] == "posts,user:42"
    assert request.headers["Authorization"] == "Bearer hst_secret"
    assert request.headers["Accept"] == "text/event-stream"
    assert "Last-Event-ID" not in request.headers


async def test_a_lost_connection_is_made_again_from_the_last_message_on() -> None:
    last_ids: list[str | None] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        last_ids.append(request.headers.get("Last-Event-ID"))
        if len(last_ids) == 1:
            response = await stream(request, "retry: 0\nid: e.1\ndata: a\n\n", "data: half of")
            assert request.transport is not None
            request.transport.abort()
            return response
        return await stream(request, f"id: e.{len(last_ids)}\ndata: {len(last_ids)}\n\n")

    heard = Heard(3)
    async with served(handler) as server:
        with pytest.raises(EnoughHeard):
            await follow(server, ("posts",), heard)  # type: ignore[arg-type]
    assert last_ids == [None, "e.1", "e.2"]
    assert [event.data for event in heard.events] == ["a", "2", "3"]
    assert heard.reasons == ["the connection is lost", "the server ended the stream"]


async def test_a_refusal_for_the_moment_is_waited_out_once_there_was_a_connection() -> None:
    async def pause(seconds: float) -> None:
        waits.append(seconds)

    async def handler(request: web.Request) -> web.StreamResponse:
        answers.append(len(answers))
        if answers[-1] == 1:
            return problem(429, "rate_limited", "too many requests", **{"Retry-After": "7"})
        return await stream(request, "retry: 1500\ndata: a\n\n")

    waits: list[float] = []
    answers: list[int] = []
    async with served(handler) as server:
        with pytest.raises(EnoughHeard):
            await follow(server, ("posts",), Heard(2), pause=pause)  # type: ignore[arg-type]
    assert waits == [1.5, 7.0]


async def test_a_server_that_is_not_there_is_said_at_once() -> None:
    async def token() -> str:
        return "hst_secret"

    async with aiohttp.ClientSession() as http:
        server = Access(http, "http://127.0.0.1:1", SPEC, token, is_minted=False)
        with pytest.raises(
            Unavailable, match=r"no server answers at http://127.0.0.1:1 .*; start it with hookstream dev"
        ):
            await follow(server, ("posts",), Heard(1))  # type: ignore[arg-type]


async def test_a_refusal_is_what_the_server_says() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return problem(403, "forbidden", "you may not listen to any of these channels")

    async with served(handler) as server:
        with pytest.raises(Failure, match="you may not listen to any of these channels") as caught:
            await follow(server, ("posts",), Heard(1))  # type: ignore[arg-type]
    assert caught.value.code == "forbidden"


async def test_a_server_that_does_not_know_the_token_is_another_projects() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return problem(401, "unauthenticated", "the token is wrong")

    async with served(handler, is_minted=True) as server:
        with pytest.raises(Unauthenticated, match="does not know this project's tokens"):
            await follow(server, ("posts",), Heard(1))  # type: ignore[arg-type]
    async with served(handler, is_minted=False) as server:
        with pytest.raises(Failure, match="the token is wrong"):
            await follow(server, ("posts",), Heard(1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<html>", content_type="text/html"),
        lambda: web.Response(text="gone", status=404),
        lambda: web.json_response([], status=500),
        lambda: web.Response(status=302, headers={"Location": "http://elsewhere.example/"}),
    ],
)
async def test_what_is_no_hookstream_server_is_recognised(answer: Callable[[], web.Response]) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return answer()

    async with served(handler) as server:
        with pytest.raises(NotFound, match="is a Hookstream server there"):
            await follow(server, ("posts",), Heard(1))  # type: ignore[arg-type]


def shown(event: Event, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[str, str]:
    View(Terminal(), as_json=as_json).show(event)
    told = capsys.readouterr()
    return told.out, told.err


def test_a_message_is_shown_with_its_time_channel_type_and_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"type":"tick","channel":"system","timestamp":"2026-01-15T10:30:07.000Z","posts":3,"by":"Zoë"}'
    out, err = shown(Event("message", text, "e.1"), capsys)
    assert out.endswith(':07  system  tick  {"posts": 3, "by": "Zoë"}\n')
    assert err == ""


def test_a_message_is_json_as_it_was_sent_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(Event("message", '{"type":"tick"}', "e.1"), capsys, as_json=True) == ('{"type":"tick"}\n', "")


def test_a_message_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = shown(Event("message", '{"type":"x\\u001b[2J","text":"\\u009b2J"}', ""), capsys)
    assert out == '--:--:--    x\\x1b[2J  {"text": "\\x9b2J"}\n'


@pytest.mark.parametrize(
    ("type", "data", "told"),
    [
        ("ready", '{"channels":{"a":{"recovered":false},"b":{"recovered":false}}}', "listening to a, b\n"),
        ("ready", '{"channels":{"a":{"recovered":true}}}', "connected again to a\n"),
        (
            "ready",
            '{"channels":{"a":{}},"denied":{"x":"undeclared"}}',
            "listening to a\nnot listening to x: undeclared\n",
        ),
        ("reset", '{"channel":"a","reason":"evicted","missed":3}', "reset of a: 3 messages are lost (evicted)\n"),
        ("reset", '{"channel":"a","reason":"epoch"}', "reset of a: an unknown number of messages are lost (epoch)\n"),
        ("denied", '{"channel":"a","reason":"forbidden"}', "no longer listening to a: forbidden\n"),
        ("closing", "{}", "the server says: closing\n"),
        ("overloaded", '{"code":"too_many_connections"}', "the server says: overloaded\n"),
        ("something-new", "{}", ""),
    ],
)
def test_what_the_server_says_is_told_apart_from_messages(
    type: str, data: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(Event(type, data, ""), capsys) == ("", told)


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time


class Tokens:
    def __init__(self) -> None:
        self.live: dict[str, float | None] = {}
        self.made = 0

    async def add(self, name: str, *, roles: list[str], expires_at: float | None) -> str:
        assert roles == ["admin"]
        self.made += 1
        self.live[name] = expires_at
        return f"token {self.made}"

    async def revoke(self, name: str) -> None:
        if name not in self.live:
            raise NotFound("there is no token of this name")
        del self.live[name]


class StandIn:
    """As much of a project as a token needs."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tokens = Tokens()
        self.auth: Any = self


async def test_a_token_is_made_once_lives_an_hour_and_is_revoked() -> None:
    project = StandIn()
    minted = MintedToken(project)  # type: ignore[arg-type]
    assert [await minted.token(), await minted.token()] == ["token 1", "token 1"]
    assert list(project.tokens.live.values()) == [4600.0]
    await minted.revoke()
    await minted.revoke()
    assert project.tokens.live == {}


async def test_a_token_is_replaced_before_it_ends() -> None:
    project = StandIn()
    minted = MintedToken(project)  # type: ignore[arg-type]
    await minted.token()
    project.clock.time = 4539.0
    assert await minted.token() == "token 1"
    project.clock.time = 4540.0
    assert await minted.token() == "token 2"
    assert list(project.tokens.live.values()) == [8140.0]


async def test_a_token_that_somebody_else_has_revoked_is_fine() -> None:
    project = StandIn()
    minted = MintedToken(project)  # type: ignore[arg-type]
    await minted.token()
    project.tokens.live.clear()
    await minted.revoke()


async def test_no_token_is_made_that_nobody_asked_for() -> None:
    project = StandIn()
    await MintedToken(project).revoke()  # type: ignore[arg-type]
    assert project.tokens.made == 0


def test_channels_are_listed_also_where_no_server_answers(
    project: Path, hookstream: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    told = hookstream("channels")
    assert told.exit_code == 0
    assert "no server answers: the declared channels, without numbers" in told.stderr
    assert [line.split()[:2] for line in told.stdout.splitlines()] == [
        ["Channel", "Scope"], ["posts", "public"], ["system", "authenticated"],
    ]  # fmt: skip


def test_the_page_about_channels_says_what_is_sent_and_by_whom(project: Path, hookstream: Callable[..., Any]) -> None:
    config = project / "config.yml"
    text = config.read_text()
    room = """channels:
  - name: room:{room}
    description: A room <b>for</b> talks
    scope: role:editor
    presence: true
    lastN: 5
    messageTTL: 1h
    hooks: {subscribe: hooks/posts.py:stamp}
    receive: {chat: {schema: {type: object, required: [text]}}, typing: {transient: true}}
"""
    config.write_text(text.replace("channels:\n", room))
    page = hookstream("channels", "--markdown").stdout
    assert page.startswith("# Channels of ")
    assert (
        page.partition("## `room:{room}`")[2]
        == """

A room \\<b\\>for\\</b\\> talks

* Who may listen: users with the role `editor`
* … and whom `hooks/posts.py:stamp` lets in
* Presence: `presence` messages say who comes and goes
* Kept for those who come back: the last 100 messages, none older than 3600 s
* Given to those who are new: at most 5
* Messages may be of any type

### What clients send (`POST /api/blog/_channels/room:{room}`)

`chat`

```json
{
  "type": "object",
  "required": [
    "text"
  ]
}
```

`typing`

## `system`

Signs of life from the scheduled job

* Who may listen: everybody who is signed in
* Kept for those who come back: the last 100 messages

### Messages

`tick`

```json
{
  "type": "object",
  "required": [
    "posts"
  ],
  "properties": {
    "posts": {
      "type": "integer"
    }
  }
}
```
"""
    )
