"""Event streams over real sockets: both loops, HTTP/1.1 and HTTP/1.0, TLS, and the path that stays with aiohttp."""

import asyncio
import contextlib
import dataclasses
import json
import socket
import ssl
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
import uvloop
from aiohttp import web
from httpx_sse._decoders import SSEDecoder, SSELineDecoder

from runtime.model.actor import PUBLIC, Actor
from runtime.model.ports import StreamRequest
from runtime.model.problem import Source
from runtime.model.specs import ChannelSpec, ProjectSpec, RealtimeSpec
from runtime.realtime.attendance import Attendance
from runtime.realtime.hub import Hub
from runtime.realtime.reception import Reception
from runtime.web import handover
from runtime.web.errors import errors_middleware
from runtime.web.project import ACTOR, PROJECTS, QUERIES, Queries
from runtime.web.routes import events

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
ACTORS = {
    "reader": Actor(kind="user", id="42"),
    "editor": Actor(kind="user", id="7", roles=frozenset({"editor"})),
    "guest": Actor(kind="user", id="9", expires_at=1_768_478_400.0 + 60),
}
CHANNELS = {
    "news": "public",
    "sport": "public",
    "staff": "authenticated",
    "desk": "role:editor",
    "user:{userId}": "user",
}
EVENT_SOURCE = {"Accept": "text/event-stream"}

# Made for these tests, good for nothing else.
KEY_AND_CERTIFICATE = """
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgtWAQMMxej7ZgRVv7
hcFXpkosQ1nibcfZHnevvtZym6yhRANCAASDX+wnPuiSYcOVn5Gvcr68ho6sWyfH
8uB3HGCWDzeSaiuGwiOg3/j+OFknm7Bgh4PvswH4l015PeHK3ftuoGO/
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUOoGAIkr0hxkcmjPOCJvgJg+xiNAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAzMDMxM1oYDzIxMjYxMDI4
MDMwMzEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASDX+wnPuiSYcOVn5Gvcr68ho6sWyfH8uB3HGCWDzeSaiuGwiOg3/j+
OFknm7Bgh4PvswH4l015PeHK3ftuoGO/o28wbTAdBgNVHQ4EFgQUn7/WIP0wZHgk
XDFrbKCWJEqJARkwHwYDVR0jBBgwFoAUn7/WIP0wZHgkXDFrbKCWJEqJARkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAJr7Tthn+L/ZS3I++OSGgt2JTJyr+c02DbmFgIX+RrM9AiEA
8lH7ZmlfbhbyWaKpGrFe7+lLswCB8rm0itg8UWR7RBE=
-----END CERTIFICATE-----
"""


class MovableClock:
    def __init__(self):
        self.passed = 0.0

    def now(self):
        return 1_768_478_400.0 + self.passed

    def monotonic(self):
        return 1000.0 + self.passed

    def advance(self, seconds):
        self.passed += seconds


@web.middleware
async def believe_the_header(request, handler):
    """Instead of signing in."""
    request[ACTOR] = ACTORS.get(request.headers.get("X-Actor"), PUBLIC)
    return await handler(request)


async def hook_stream(request):
    """Instead of a read hook."""
    stream = StreamRequest(tuple(request.query["to"].split(",")), last_n=2)
    return await events.open_stream(request, request.app[PROJECTS]["newsroom"], request[ACTOR], stream)


class Site:
    """A server with event streams and nothing else."""

    def __init__(self):
        self.clock = MovableClock()
        self.spec = ProjectSpec(
            folder=Path("/nowhere"),
            namespace="newsroom",
            storage="sqlite::memory:",
            realtime=RealtimeSpec(),
            channels=tuple(
                ChannelSpec(name=name, description="", source=Source("config.yml"), scope=scope)
                for name, scope in CHANNELS.items()
            ),
        )
        self.hub = Hub(lambda: self.spec, clock=self.clock, epoch="test", uniform=lambda low, high: (low + high) / 2)
        self.port = 0
        self.tls = False
        self.runner = None

    def configure(self, **realtime):
        self.spec = dataclasses.replace(self.spec, realtime=dataclasses.replace(self.spec.realtime, **realtime))

    def project(self):
        """The project, with the spec as it is at each look."""
        site = self

        class Project(SimpleNamespace):
            @property
            def spec(self):
                return site.spec

        attendance = Attendance(None, self.hub, hooks=None, actors=None, clock=self.clock, log=None)
        reception = Reception(self.hub, hooks=None, attendance=attendance, editing=None, again=None)
        return Project(hub=self.hub, clock=self.clock, reception=reception)

    @contextlib.asynccontextmanager
    async def serving(self):
        app = web.Application(middlewares=[errors_middleware, believe_the_header])
        app[QUERIES] = Queries()
        app[PROJECTS] = {"newsroom": self.project()}
        app.add_routes(events.routes)
        app.router.add_get("/api/{ns}/hooked", hook_stream)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=self.certificate() if self.tls else None).start()
        self.port = self.runner.addresses[0][1]
        try:
            yield
        finally:
            await self.hub.close(drain_s=0.05)
            await self.runner.cleanup()

    @staticmethod
    def certificate():
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "both.pem"
            path.write_text(KEY_AND_CERTIFICATE)
            context.load_cert_chain(path)
        return context

    def publish(self, channel, *numbers, **more):
        self.hub.publish([self.hub.prepare(channel, {"type": "t", "n": n, **more}) for n in numbers])

    async def send(self, channel, *numbers, **more):
        self.publish(channel, *numbers, **more)
        await self.hub.settled()

    async def until(self, condition):
        """Let the loop run until something is so; the test's own time limit is the end of patience."""
        while not condition():
            await asyncio.sleep(0)

    @contextlib.asynccontextmanager
    async def ask(self, path, **options):
        stream = Stream(self, path, **options)
        await stream.open()
        try:
            yield stream
        finally:
            await stream.close()

    def listen(self, *channels, **options):
        return self.ask(f"/api/newsroom/_events?channels={','.join(channels)}", **options)


class Stream:
    """A client that reads when it is told to, on a socket with a small window if wanted."""

    def __init__(self, site, path, *, by=None, headers=None, version="1.1", method="GET", window=None):
        self.site = site
        lines = [f"{method} {path} HTTP/{version}", "Host: test", *(f"{k}: {v}" for k, v in (headers or {}).items())]
        if by:
            lines.append(f"X-Actor: {by}")
        self.request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self.window = window
        self.status, self.headers = 0, {}
        self.body = b""
        self.events = []
        self.comments = 0
        self.ended = False  # the body, as its framing says
        self.closed = False  # the connection
        self._raw = b""
        self._lines, self._decoder = SSELineDecoder(), SSEDecoder()

    async def open(self):
        sock = socket.socket()
        sock.setblocking(False)
        if self.window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.window)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.site.port))
        context = ssl._create_unverified_context() if self.site.tls else None
        self.reader, self.writer = await asyncio.open_connection(
            sock=sock, ssl=context, server_hostname="localhost" if context else None, limit=self.window or 65536
        )
        self.writer.write(self.request)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        status, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        self.status = int(status.split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines)

    async def close(self):
        self.writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    async def read_some(self):
        data = await self.reader.read(65536)
        if not data:
            self.closed = True
        self._raw += data
        if self.headers.get("Transfer-Encoding") == "chunked":
            self._take_chunks()
        else:
            self._take(self._raw)
            self._raw = b""
            self.ended = self.closed or len(self.body) == int(self.headers.get("Content-Length", -1))

    def _take_chunks(self):
        while b"\r\n" in self._raw and not self.ended:
            size, rest = self._raw.split(b"\r\n", 1)
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            assert rest[length : length + 2] == b"\r\n"
            self._take(rest[:length])
            self._raw = rest[length + 2 :]
            self.ended = length == 0

    def _take(self, body):
        self.body += body
        self.comments += body == b":\n"
        text = body.decode()
        for line in self._lines.decode(text) if text else []:
            if (event := self._decoder.decode(line)) is not None:
                self.events.append(event)

    async def read_until(self, condition):
        while not condition():
            assert not self.closed, f"the connection was closed after {self.events}"
            await self.read_some()

    async def read_events(self, count):
        await self.read_until(lambda: len(self.events) >= count)
        return self.events[:count]

    async def ready(self):
        [event] = await self.read_events(1)
        assert event.event == "ready"
        return json.loads(event.data)

    async def story(self, count):
        """Return what came after `ready`, once there is so much of it."""
        return [self.short(event) for event in (await self.read_events(count + 1))[1:]]

    def short(self, event):
        data = json.loads(event.data)
        return data["n"] if event.event == "message" else (event.event, data)

    async def numbers_until(self, last):
        await self.read_until(lambda: self.events and f'"n":{last},' in self.events[-1].data.replace("}", ","))
        return [json.loads(event.data)["n"] for event in self.events if event.event == "message"]

    async def read_body(self):
        await self.read_until(lambda: self.ended)
        return self.body

    async def read_to_the_end(self):
        while not self.closed:
            await self.read_some()


def on(loops, *, tls=False):
    """Make a test of a story about a site, once per event loop."""

    def decorate(story):
        @pytest.mark.parametrize("loop", loops)
        def test(loop, monkeypatch):
            async def telling():
                site = Site()
                site.tls = tls
                site.monkeypatch = monkeypatch
                async with site.serving():
                    await story(site)

            with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
                runner.run(telling())

        test.__name__ = story.__name__
        test.__doc__ = story.__doc__
        return test

    return decorate


on_both_loops = on(["asyncio", "uvloop"])


def by_the_plain_path(story):
    """Make tests of a story twice: with the handover, and with a server that aiohttp keeps."""

    async def plain(site):
        site.monkeypatch.setattr(handover, "can_detach", lambda protocol: False)
        await story(site)

    def decorate(name):
        return plain

    return decorate(story.__name__)


# -- the stream


@on_both_loops
async def test_the_first_bytes_come_at_once_with_the_right_headers(site):
    async with site.listen("news", headers=EVENT_SOURCE) as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert stream.headers["Cache-Control"] == "no-store, no-transform"
        assert stream.headers["X-Accel-Buffering"] == "no"
        assert stream.headers["Transfer-Encoding"] == "chunked"
        assert "Content-Encoding" not in stream.headers
        ready = await stream.ready()
        assert ready["channels"] == {"news": {"recovered": False}}
        assert ready["denied"] == {}
        assert stream.body.startswith(b"retry: 2000\nid: test.0\nevent: ready\n")


@on_both_loops
async def test_messages_come_in_order_whatever_is_in_them(site):
    async with site.listen("news", "sport") as stream:
        await site.send("news", 1, text="a line\nand another\r\n\r\nevent: forged\ndata: x")
        await site.send("sport", 2, text="\ufeff🎈\u2028")
        site.publish("news", 3)
        site.publish("sport", 4)
        assert await stream.story(4) == [1, 2, 3, 4]
        assert json.loads(stream.events[1].data)["text"] == "a line\nand another\r\n\r\nevent: forged\ndata: x"
        assert json.loads(stream.events[2].data)["text"] == "\ufeff🎈\u2028"
        assert [event.id for event in stream.events] == ["test.0", "test.1", "test.2", "test.3", "test.4"]
        assert stream.events[3].data.startswith('{"type":"t","channel":"news","timestamp":"2026-01-15T12:00:00.000Z",')


@on_both_loops
async def test_http_1_0_gets_the_same_without_chunks(site):
    """What nginx speaks to its upstreams unless told otherwise."""
    async with site.listen("news", version="1.0") as stream:
        assert "Transfer-Encoding" not in stream.headers
        await site.send("news", 1)
        assert await stream.story(1) == [1]
        closing = asyncio.create_task(site.hub.close(drain_s=5))
        await stream.read_to_the_end()
        await closing
        assert stream.events[-1].event == "closing"


@on_both_loops
async def test_a_burst_is_neither_lost_nor_reordered(site):
    async with site.listen("news") as one, site.listen("news", "sport") as other:
        for stream in (one, other):
            await stream.ready()
        site.publish("news", *range(2000))
        for stream in (one, other):
            assert await stream.numbers_until(1999) == list(range(2000))


@on_both_loops
async def test_a_client_that_comes_back_gets_exactly_what_it_missed_on_two_channels(site):
    async with site.listen("news", "sport") as stream:
        await site.send("news", 1)
        await site.send("sport", 2)
        await stream.story(2)
        seen = stream.events[-1].id
    for n in range(3, 9):
        await site.send("sport" if n % 3 else "news", n)
        await site.send("staff", -n)
    for options in ({"headers": {"Last-Event-ID": seen}}, {"headers": {"Last-Event-ID": seen}, "version": "1.0"}):
        async with site.listen("news", "sport", **options) as again:
            assert (await again.ready())["channels"] == {"news": {"recovered": True}, "sport": {"recovered": True}}
            assert await again.story(6) == [3, 4, 5, 6, 7, 8]
            await site.send("news", 100)
            await site.send("news", 0)
            assert (await again.story(8))[-2:] == [100, 0]
    async with site.ask(f"/api/newsroom/_events?channels=news,sport&lastEventId={seen}") as again:
        assert (await again.story(6)) == [3, 4, 5, 6, 7, 8]


@on_both_loops
async def test_the_header_counts_where_the_parameter_says_otherwise(site):
    await site.send("news", 1, 2, 3)
    path = "/api/newsroom/_events?channels=news&lastEventId=test.0"
    async with site.ask(path, headers={"Last-Event-ID": "test.2"}) as stream:
        assert await stream.story(1) == [3]


@on_both_loops
async def test_after_a_restart_the_client_is_told(site):
    await site.send("news", 1)
    async with site.listen("news", headers={"Last-Event-ID": "earlier.7"}) as stream:
        assert await stream.story(2) == [("reset", {"channel": "news", "reason": "epoch"}), 1]


async def disconnects_are_noticed(site):
    async with site.listen("news") as stream, site.listen("news") as other:
        await stream.ready()
        await other.ready()
        assert site.hub.connections == 2
        stream.writer.close()
        await stream.writer.wait_closed()
        await site.until(lambda: site.hub.connections == 1)
        await site.send("news", 1)
        assert await other.story(1) == [1]
    await site.until(lambda: site.hub.connections == 0)


test_a_client_that_goes_away_is_noticed_without_a_write = on_both_loops(disconnects_are_noticed)


@on_both_loops
async def test_what_a_client_says_after_its_request_is_ignored(site):
    async with site.listen("news") as stream:
        await stream.ready()
        stream.writer.write(b"GET /api/newsroom/_events?channels=sport HTTP/1.1\r\nHost: test\r\n\r\n" + b"x" * 100_000)
        await stream.writer.drain()
        await site.send("news", 1)
        assert await stream.story(1) == [1]


# -- clients that do not read


async def stall(site, stream):
    """Publish until the stream's transport takes no more. Return how many messages that took."""
    await stream.ready()
    subscriber = next(s for s in site.hub.streams if s.id == json.loads(stream.events[0].data)["connection"])
    sent = 0
    while subscriber.is_live:
        sent += 1
        await site.send("news", sent, pad="x" * 16_000)
        await asyncio.sleep(0)
    return sent


async def stalled_readers_are_cut_off(site):
    async with site.listen("news", window=4096) as stalled, site.listen("news") as other:
        reading = asyncio.create_task(other.numbers_until(-1))
        sent = await stall(site, stalled)
        await site.send("news", *range(sent + 1, sent + 51), pad="x" * 1000)
        await site.send("news", -1)
        assert await reading == [*range(1, sent + 51), -1]
        site.clock.advance(10)
        site.hub.tick()
        await site.until(lambda: site.hub.connections == 1)
        assert site.hub.counters.send_timeouts == 1


test_a_stalled_reader_does_not_delay_the_others_and_is_cut_off = on_both_loops(stalled_readers_are_cut_off)


async def stalled_readers_that_wake_are_told(site):
    async with site.listen("news", window=4096) as stream:
        sent = await stall(site, stream)
        await site.send("news", *range(sent + 1, sent + 301), pad="x" * 100)
        total = sent + 300
        numbers = await stream.numbers_until(total)
        [reset] = [json.loads(event.data) for event in stream.events if event.event == "reset"]
        assert (reset["channel"], reset["reason"]) == ("news", "slow")
        assert len(numbers) + reset["missed"] == total
        assert numbers[-100:] == list(range(total - 99, total + 1))
        assert numbers == sorted(numbers)
        await site.send("news", 0)
        assert (await stream.numbers_until(0))[-1] == 0


test_a_stalled_reader_that_wakes_is_told_what_it_missed = on_both_loops(stalled_readers_that_wake_are_told)


# -- who may listen


@on_both_loops
async def test_refused_channels_are_named_in_ready(site):
    async with site.listen("news", "staff", "desk", "user:42", "user:7", "secret", by="reader") as stream:
        ready = await stream.ready()
        assert list(ready["channels"]) == ["news", "staff", "user:42"]
        assert ready["denied"] == {"desk": "forbidden", "user:7": "forbidden", "secret": "undeclared"}
        await site.send("desk", 1)
        await site.send("user:7", 2)
        await site.send("user:42", 3)
        assert await stream.story(1) == [3]


@on_both_loops
async def test_where_all_are_refused_the_answer_is_no(site):
    async with site.listen("staff", "secret") as stream:
        await stream.read_body()
        problem = json.loads(stream.body)
        assert (stream.status, problem["code"]) == (401, "unauthenticated")
        assert problem["detail"].endswith("staff (unauthenticated), secret (undeclared)")
    async with site.listen("desk", by="reader", headers=EVENT_SOURCE) as stream:
        await stream.read_body()
        assert (stream.status, json.loads(stream.body)["code"]) == (403, "forbidden")
    assert site.hub.connections == 0


@on_both_loops
async def test_a_forged_user_id_opens_nothing(site):
    path = "/api/newsroom/_events?channels=user:7&userId=7&lastEventId=test.0"
    async with site.ask(path, by="reader", headers={"X-User-Id": "7"}) as stream:
        assert stream.status == 403


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "is required"),
        ("?channels=", "is required"),
        ("?channels=,,", "is required"),
        ("?channels=" + ",".join(f"c{n}" for n in range(101)), "has more than 100 names"),
        ("?channels=a%20b,news,a/b", "has 2 names that cannot be channels"),
        ("?channels=" + "x" * 129, "has 1 names that cannot be channels"),
    ],
)
def test_channels_that_cannot_be_are_refused(query, error, monkeypatch):
    async def story(site):
        async with site.ask(f"/api/newsroom/_events{query}") as stream:
            await stream.read_body()
            problem = json.loads(stream.body)
            assert (stream.status, problem["code"]) == (400, "invalid_query")
            assert problem["errors"] == {"/channels": error}

    on(["asyncio"])(story)("asyncio", monkeypatch)


@on_both_loops
async def test_a_hundred_channels_are_possible_and_named_twice_is_named_once(site):
    names = [f"user:{n}" for n in range(99)]
    site.spec = dataclasses.replace(
        site.spec, channels=tuple(dataclasses.replace(c, scope="public") for c in site.spec.channels)
    )
    path = f"/api/newsroom/_events?channels={','.join(names)}&channels=news,news,user:5"
    async with site.ask(path) as stream:
        assert list((await stream.ready())["channels"]) == [*names, "news"]


@on_both_loops
async def test_head_tells_the_headers_and_opens_nothing(site):
    async with site.listen("news", method="HEAD") as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert site.hub.connections == 0
    async with site.listen("desk", method="HEAD", by="reader") as stream:
        assert stream.status == 403


@on_both_loops
async def test_post_is_not_the_way(site):
    async with site.listen("news", method="POST") as stream:
        await stream.read_body()
        assert (stream.status, stream.headers["Allow"]) == (405, "GET, HEAD")
        assert json.loads(stream.body)["code"] == "method_not_allowed"


# -- streams of hooks


@on_both_loops
async def test_a_hook_may_open_what_nobody_declared(site):
    await site.send("backstage", 1, 2, 3)
    await site.send("desk", 4)
    async with site.ask("/api/newsroom/hooked?to=backstage,desk") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert await stream.story(3) == [2, 3, 4]
        await site.send("backstage", 5)
        assert (await stream.story(4))[-1] == 5
        seen = stream.events[-2].id
    async with site.ask("/api/newsroom/hooked?to=backstage,desk", headers={"Last-Event-ID": seen}) as stream:
        assert await stream.story(1) == [5]


@on_both_loops
async def test_a_hook_that_was_given_nonsense_opens_nothing(site):
    async with site.ask("/api/newsroom/hooked?to=room%20one") as stream:
        await stream.read_body()
        assert (stream.status, json.loads(stream.body)["code"]) == (400, "invalid_query")


# -- no room


@on_both_loops
async def test_an_event_source_for_which_there_is_no_room_is_told_to_come_back(site):
    site.configure(max_connections=1)
    async with site.listen("news") as first:
        await first.ready()
        async with site.listen("news", headers=EVENT_SOURCE) as stream:
            await stream.read_body()
            assert stream.status == 200
            assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
            assert stream.body == b'retry: 15000\nevent: overloaded\ndata: {"code":"too_many_connections"}\n\n'
        async with site.listen("news") as stream:
            await stream.read_body()
            assert (stream.status, stream.headers["Retry-After"]) == (503, "15")
            assert json.loads(stream.body)["code"] == "too_many_connections"
        await site.send("news", 1)
        assert await first.story(1) == [1]
    await site.until(lambda: site.hub.connections == 0)
    async with site.listen("news") as stream:
        await stream.ready()


@on_both_loops
async def test_a_user_with_too_many_streams_is_told(site):
    site.configure(max_per_user=1)
    async with site.listen("news", by="reader") as first, site.listen("news", by="editor") as second:
        await first.ready()
        await second.ready()
        async with site.listen("news", by="reader") as stream:
            assert stream.status == 503


# -- the end


@on_both_loops
async def test_a_stream_ends_with_its_session(site):
    async with site.listen("news", by="guest") as stream, site.listen("news", by="reader") as other:
        await stream.ready()
        await other.ready()
        site.clock.advance(60.5)
        site.hub.tick()
        await stream.read_to_the_end()
        assert (stream.events[-1].event, stream.events[-1].data, stream.ended) == ("expired", "{}", True)
        await site.until(lambda: site.hub.connections == 1)
        await site.send("news", 1)
        assert await other.story(1) == [1]


@on_both_loops
async def test_silence_is_broken_by_a_comment(site):
    async with site.listen("news") as stream:
        await stream.ready()
        site.clock.advance(15.5)
        site.hub.tick()
        await stream.read_until(lambda: stream.comments == 1)
        assert len(stream.events) == 1


async def goodbyes_are_said(site):
    async with site.listen("news") as stream, site.listen("news") as other:
        await stream.ready()
        await other.ready()
        site.publish("news", 1)
        closing = asyncio.create_task(site.hub.close(drain_s=5))
        for each in (stream, other):
            await each.read_body()
            assert await each.story(2) == [1, ("closing", {})]
            assert each.body.endswith(b"retry: 7000\nevent: closing\ndata: {}\n\n")
        await closing
        assert site.hub.connections == 0
        async with site.listen("news", headers=EVENT_SOURCE) as late:
            await late.read_body()
            assert late.events[0].data == '{"code":"closing"}'


test_a_server_that_stops_says_so = on_both_loops(goodbyes_are_said)


@on_both_loops
async def test_a_server_that_stops_does_not_wait_for_who_does_not_read(site):
    async with site.listen("news", window=4096) as stream:
        await stall(site, stream)
        await site.hub.close(drain_s=0.01)
        await site.until(lambda: site.hub.connections == 0)


# -- the path that stays with aiohttp: the same stories


async def messages_and_replay(site):
    async with site.listen("news", "sport") as stream, site.listen("news", version="1.0") as old:
        await stream.ready()
        await old.ready()
        site.publish("news", *range(2000))
        assert await stream.numbers_until(1999) == list(range(2000))
        assert await old.numbers_until(1999) == list(range(2000))
        seen = stream.events[-2].id
    async with site.listen("news", "sport", headers={"Last-Event-ID": seen}) as again:
        assert await again.story(1) == [1999]
    await site.send("news", 1)
    await site.until(lambda: site.hub.connections == 0)


test_plain_messages_and_replay = on_both_loops(by_the_plain_path(messages_and_replay))
test_plain_stalled_readers_are_cut_off = on_both_loops(by_the_plain_path(stalled_readers_are_cut_off))
test_plain_stalled_readers_that_wake_are_told = on_both_loops(by_the_plain_path(stalled_readers_that_wake_are_told))
test_plain_goodbyes_are_said = on_both_loops(by_the_plain_path(goodbyes_are_said))


# -- TLS

on_both_loops_with_tls = on(["asyncio", "uvloop"], tls=True)


async def messages_over_tls(site):
    async with site.listen("news", "sport") as stream:
        ready = await stream.ready()
        sink = site.hub.streams.get(ready["connection"])._sink
        assert sink.get_write_buffer_limits() == (0, 1)
        await site.send("news", 1)
        site.publish("sport", *range(2, 2000))
        assert await stream.numbers_until(1999) == list(range(1, 2000))


test_tls_messages = on_both_loops_with_tls(messages_over_tls)
test_tls_disconnects_are_noticed = on_both_loops_with_tls(disconnects_are_noticed)
test_tls_stalled_readers_are_cut_off = on_both_loops_with_tls(stalled_readers_are_cut_off)
test_tls_stalled_readers_that_wake_are_told = on_both_loops_with_tls(stalled_readers_that_wake_are_told)
test_tls_goodbyes_are_said = on_both_loops_with_tls(goodbyes_are_said)
