"""What the handover relies on in aiohttp and asyncio, so that a new version that differs is noticed here first."""

import asyncio
import contextlib
import gc
import logging
import re
import socket
import ssl
import struct
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
import uvloop
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from runtime.model.actor import PUBLIC
from runtime.model.clock import SystemClock
from runtime.model.specs import ProjectSpec
from runtime.realtime.hub import Hub
from runtime.realtime.subscriber import Join, Subscriber
from runtime.web import handover

SPEC = ProjectSpec(folder=Path("/nowhere"), namespace="n", storage="sqlite::memory:")


class Site:
    """A server whose every GET is a stream of the channel `news`."""

    def __init__(self, *, runner=None, on_prepare=None, tls=None):
        self.tls = tls
        self.hub = Hub(lambda: SPEC, clock=SystemClock(), epoch="test")
        self.requests = []
        self.transports = []
        self.subscribers = []
        self.tasks = []
        app = web.Application()
        app.router.add_get("/stream", self.stream)
        app.router.add_get("/plain", self.plain)
        if on_prepare:
            app.on_response_prepare.append(on_prepare)
        self.runner = web.AppRunner(app, **(runner or {}))
        self.port = 0

    async def stream(self, request):
        self.requests.append(weakref.ref(request))
        self.tasks.append(weakref.ref(asyncio.current_task()))
        self.transports.append(request.transport)
        self.subscribers.append(self.hub.admit(Join(PUBLIC, ("news",))))
        return await handover.hand_over(request, self.subscribers[-1], dead_after_s=20.0)

    async def plain(self, request):
        return web.Response(text="plain")

    async def __aenter__(self):
        await self.runner.setup()
        context = None
        if self.tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.tls.issue_cert("127.0.0.1").configure_cert(context)
        await web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=context).start()
        self.port = self.runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc):
        await self.hub.close(drain_s=0.05)
        await self.runner.cleanup()

    @contextlib.asynccontextmanager
    async def connection(self):
        context = None
        if self.tls is not None:
            context = ssl.create_default_context()
            self.tls.configure_trust(context)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, ssl=context)
        try:
            yield reader, writer
        finally:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    @contextlib.asynccontextmanager
    async def streaming(self, *, more=b""):
        async with self.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\n" + more + b"\r\n")
            await reader.readuntil(b"event: ready\n")
            yield reader, writer

    async def send(self, n):
        self.hub.publish([self.hub.prepare("news", {"type": "t", "n": n})])
        await self.hub.settled()


async def until(condition):
    while not condition():
        await asyncio.sleep(0)


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request):
    """Run a coroutine on each loop."""
    factory = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}[request.param]
    with asyncio.Runner(loop_factory=factory) as runner:
        yield runner.run


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(params=["handed over", "left with aiohttp"])
def way(request, monkeypatch):
    """Both ways of a stream: the fast one, and the one of an aiohttp whose inside is not known."""
    if request.param == "left with aiohttp":
        monkeypatch.setattr(handover, "can_detach", lambda protocol: False)
    return request.param


@pytest.fixture(params=["plain", "TLS"])
def tls(request, authority):
    return authority if request.param == "TLS" else None


def test_a_stream_works_on_every_loop_and_way_with_and_without_tls(run, way, tls):
    async def story():
        async with Site(tls=tls) as site:
            async with site.streaming() as (reader, _):
                for n in range(50):
                    await site.send(n)
                told = await reader.readuntil(b'"n":49}\n\n\r\n')
                assert [int(n) for n in re.findall(rb'"n":(\d+)}', told)] == [*range(50)]
                assert bool(site.runner.server.connections) is (way == "left with aiohttp")
                site.subscribers[0].end(b"event: closing\ndata: {}\n\n")
                assert await reader.readuntil(b"\r\n0\r\n\r\n") == b"19\r\nevent: closing\ndata: {}\n\n\r\n0\r\n\r\n"
            await until(lambda: site.hub.connections == 0)

    run(story())


def test_http_1_0_gets_a_body_without_chunks(run, way):
    async def story():
        async with Site() as site, site.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.0\r\nHost: t\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"transfer-encoding" not in head.lower()
            assert (await reader.readuntil(b"\n\n")).startswith(b"retry: ")
            await site.send(1)
            assert (await reader.readuntil(b"\n\n")).startswith(b"id: test.1\ndata: {")
            site.subscribers[0].end(b"event: closing\ndata: {}\n\n")
            assert await reader.read() == b"event: closing\ndata: {}\n\n"

    run(story())


def test_what_follows_the_request_is_not_answered(run, way):
    """A client that pipelines after the request for a stream gets the stream and nothing in between."""

    async def story():
        async with Site() as site, site.connection() as (reader, writer):
            request = b"GET /stream HTTP/1.1\r\nHost: t\r\n\r\n"
            writer.write(request + b"GET /plain HTTP/1.1\r\nHost: t\r\n\r\n")
            await reader.readuntil(b"event: ready\n")
            writer.write(b"more junk" * 1000)
            await site.send(1)
            await reader.readuntil(b'"n":1}\n\n\r\n')
            site.subscribers[0].end(b"event: closing\ndata: {}\n\n")
            rest = await reader.readuntil(b"\r\n0\r\n\r\n")
            assert rest == b"19\r\nevent: closing\ndata: {}\n\n\r\n0\r\n\r\n"
            assert len(site.subscribers) == 1

    run(story())


@pytest.mark.parametrize("how", ["FIN", "RST"])
def test_a_client_may_leave_in_any_way(run, tls, how):
    async def story():
        async with Site(tls=tls) as site, site.streaming() as (_, writer):
            if how == "FIN":
                writer.close()
            else:
                sock = writer.transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            await until(lambda: site.hub.connections == 0)
            await site.send(1)

    run(story())


def test_a_client_that_only_says_that_it_sends_no_more_is_gone(run):
    """A half-open connection: no browser has one, and nobody else could be told from one that is gone."""

    async def story():
        async with Site() as site, site.streaming() as (reader, writer):
            writer.write_eof()
            await until(lambda: site.hub.connections == 0)
            await reader.read()

    run(story())


def test_a_client_that_leaves_is_noticed_at_the_next_write_where_aiohttp_keeps_the_connection(run, tls, monkeypatch):
    monkeypatch.setattr(handover, "can_detach", lambda protocol: False)

    async def story():
        async with Site(tls=tls) as site:
            async with site.streaming():
                assert site.hub.connections == 1
            await until(lambda: site.transports[0].is_closing())
            await site.send(1)
            await until(lambda: site.hub.connections == 0)

    run(story())


def test_a_client_that_stops_reading_loses_what_does_not_fit_and_is_told(run, way, tls):
    """Whatever buffers lie between: everything arrives once and in order, or is counted in one reset where it lacks."""

    async def story():
        async with Site(tls=tls) as site, site.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.0\r\nHost: t\r\n\r\n")
            await reader.readuntil(b"event: ready\n")
            writer.transport.pause_reading()
            sent = 0
            while site.hub.topics.get("news").channel.head < 300 or site.subscribers[0].is_live:
                sent += 1
                site.hub.publish([site.hub.prepare("news", {"type": "t", "n": sent, "pad": "x" * 16_000})])
                await site.hub.settled()
            for _ in range(150):
                sent += 1
                await site.send(sent)
            writer.transport.resume_reading()
            seen, lost = [], []
            while (seen[-1] if seen else 0) < sent:
                event = await reader.readuntil(b"\n\n")
                if event.startswith(b"id: ") and b"event: reset" in event:
                    assert b'"reason":"slow"' in event
                    lost.append((len(seen), int(event.split(b'"missed":')[1].split(b"}")[0])))
                elif b'"n":' in event:
                    seen.append(int(event.split(b'"n":')[1].split(b"}")[0].split(b",")[0]))
            [(at, missed)] = lost
            assert seen == [*range(1, at + 1), *range(at + 1 + missed, sent + 1)]
            assert len(seen) - at == 100
            assert site.hub.topics.counts["(undeclared)"].drops == missed

    run(story())


def test_aiohttp_forgets_a_connection_that_was_handed_over(run):
    async def story():
        async with Site() as site, site.streaming() as (reader, _):
            await until(lambda: not site.runner.server.connections)
            [transport] = site.transports
            assert not transport.is_closing()
            assert transport.get_protocol() is site.subscribers[0]
            gc.collect()
            assert site.requests[0]() is None, "the request is still in memory"
            assert site.tasks[0]() is None, "its task is still in memory"
            await site.send(1)
            await reader.readuntil(b'"n":1}\n\n\r\n')

    run(story())


def test_a_departure_is_told_to_the_subscriber(run):
    async def story():
        async with Site() as site:
            async with site.streaming():
                assert site.hub.connections == 1
            await until(lambda: site.hub.connections == 0)

    run(story())


def test_a_connection_may_have_served_other_requests_before(run):
    async def story():
        async with Site() as site, site.connection() as (reader, writer):
            for _ in range(2):
                writer.write(b"GET /plain HTTP/1.1\r\nHost: t\r\n\r\n")
                assert b"HTTP/1.1 200" in await reader.readuntil(b"\r\n\r\nplain")
            writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\n\r\n")
            await reader.readuntil(b"event: ready\n")
            await until(lambda: not site.runner.server.connections)
            await site.send(1)
            await reader.readuntil(b'"n":1')

    run(story())


def test_a_body_that_nobody_reads_does_not_hide_the_departure(run):
    """aiohttp stops reading when a body is not taken; a closed connection is something to read, too."""

    async def stopped_reading(request, response):
        await until(lambda: not request.transport.is_reading())

    async def story():
        async with Site(on_prepare=stopped_reading) as site:
            async with site.connection() as (reader, writer):
                writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 1_000_000)
                await reader.readuntil(b"event: ready\n")
            await until(lambda: site.hub.connections == 0)

    run(story())


def test_nothing_waits_in_user_space_before_the_stream_is_paused(run):
    async def story():
        async with Site() as site, site.streaming():
            assert site.transports[0].get_write_buffer_limits() == (0, 0)

    run(story())


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has it")
def test_a_peer_that_vanished_is_given_up_in_time(run):
    async def story():
        async with Site() as site, site.streaming():
            sock = site.transports[0].get_extra_info("socket")
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 20_000

    run(story())


def test_the_access_log_has_one_line_with_the_true_status(run, caplog):
    async def story():
        async with Site() as site, site.streaming():
            await until(lambda: not site.runner.server.connections)

    with caplog.at_level(logging.INFO, logger="aiohttp.access"):
        run(story())
    [line] = [record.getMessage() for record in caplog.records if record.name == "aiohttp.access"]
    assert '"GET /stream HTTP/1.1" 200' in line
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_server_that_cancels_handlers_keeps_its_connections(run):
    """There the handover would cancel the handler."""

    async def story():
        async with Site(runner={"handler_cancellation": True}) as site:
            async with site.streaming() as (reader, _):
                assert len(site.runner.server.connections) == 1
                await site.send(1)
                await reader.readuntil(b'"n":1')
            await until(lambda: site.hub.connections == 0)

    run(story())


def test_a_client_that_left_before_the_head_leaves_nothing_behind(run):
    async def hang_up(request, response):
        request.transport.abort()

    async def story():
        async with Site(on_prepare=hang_up) as site, site.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                assert b"200" not in await reader.read()
            await until(lambda: site.subscribers and site.hub.connections == 0)

    run(story())


def test_a_client_that_left_with_the_head_leaves_nothing_behind(run, monkeypatch):
    prepare = handover.EventStream.prepare

    async def prepare_and_hang_up(self, request):
        await prepare(self, request)
        request.transport.abort()

    async def story():
        async with Site() as site, site.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                await reader.read()
            await until(lambda: site.subscribers and site.hub.connections == 0)

    monkeypatch.setattr(handover.EventStream, "prepare", prepare_and_hang_up)
    run(story())


def test_a_head_that_cannot_be_made_leaves_nothing_behind(run):
    async def fail(request, response):
        if isinstance(response, handover.EventStream):
            raise ZeroDivisionError

    async def story():
        async with Site(on_prepare=fail) as site, site.connection() as (reader, writer):
            writer.write(b"GET /stream HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 500")
            assert site.hub.connections == 0

    run(story())


async def test_only_an_aiohttp_of_the_known_kind_is_left():
    server = web.Server(lambda request: None)
    assert handover.can_detach(server())
    assert not handover.can_detach(web.Server(lambda request: None, handler_cancellation=True)())
    assert not handover.can_detach(object())
    gone = RequestHandler(server, loop=asyncio.get_running_loop())
    gone.connection_lost(None)
    assert not handover.can_detach(gone)


class SlowResponse:
    """A response whose client takes what it is sent when the test says so."""

    def __init__(self):
        self.taken = []
        self.may_go_on = asyncio.Semaphore(0)

    async def write(self, data):
        self.taken.append(data)
        await self.may_go_on.acquire()


async def test_the_plain_path_sends_everything_before_it_ends():
    hub = Hub(lambda: SPEC, clock=SystemClock(), epoch="test")
    response, transport = SlowResponse(), SimpleNamespace(get_write_buffer_size=lambda: 0)
    subscriber = hub.admit(Join(PUBLIC, ("news",)))
    pump = handover.Pump(response, transport, subscriber)
    running = asyncio.create_task(pump.run())
    await until(lambda: response.taken)
    hub.publish([hub.prepare("news", {"type": "t", "n": 1})])
    await hub.settled()
    subscriber.end(b"goodbye")
    pump.write(b"too late")
    for _ in range(2):
        response.may_go_on.release()
    await running
    assert len(response.taken) == 2
    assert response.taken[1].endswith(b'"n":1}\n\ngoodbye')
    assert hub.connections == 0
    await hub.close()


async def test_the_subscriber_is_small():
    """Memory of ten thousand idle streams is this many times ten thousand; no dict, no task, no queue."""
    subscriber = Subscriber.__new__(Subscriber)
    assert not hasattr(subscriber, "__dict__")
