"""Two thousand clients lose their streams at once while messages flow, and come back with what they saw last."""

import asyncio
import re
import resource

import aiohttp
import pytest

CLIENTS = 2000
LATE = 500
"""How many of them come back when what they missed is no longer kept."""
BUFFER = 100
BEFORE, BETWEEN, BEYOND, AFTER = 20, 60, 70, 20
"""Messages before the storm, while the first come back, until the buffer has lost some, while the others come back."""
TOTAL = BEFORE + BETWEEN + BEYOND + AFTER

MESSAGE = re.compile(rb'id: (\S+)\ndata: \{"type":"note".*"n":(\d+)\}$')
RESET = re.compile(rb'event: reset\ndata: .*"reason":"evicted","missed":(\d+)\}$')


class Client(asyncio.Protocol):
    """One stream after another; `story` is all that was read: numbers of messages, and resets as text."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.story: list[int | str] = []
        self.last_id = b""
        self.ready = 0
        self._rest = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self._rest = b""
        resume = b"Last-Event-ID: %b\r\n" % self.last_id if self.last_id else b""
        path = b"/api/newsroom/_events?channels=content"
        transport.write(b"GET %b HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n%b\r\n" % (path, resume))

    def data_received(self, data: bytes) -> None:
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if message := MESSAGE.search(event):
                self.last_id = message[1]
                self.story.append(int(message[2]))
            elif reset := RESET.search(event):
                self.story.append(f"{int(reset[1])} evicted")
            elif b"event: ready\n" in event:
                self.ready += 1
            else:
                self.story.append(repr(event))

    @property
    def seen(self) -> int:
        return next((n for n in reversed(self.story) if isinstance(n, int)), 0)


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0)


@pytest.fixture
def many_files():
    """Room for 2,000 sockets here and as many in the server, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_each_client_sees_every_kept_message_once_in_order_or_one_reset_with_the_count(
    many_files, start, hookstream, newsroom
):
    config = (newsroom / "config.yml").read_text()
    declared = "    scope: public\n"
    assert (config.count(declared), config.count("channels:\n")) == (1, 1)
    config = config.replace(declared, f"{declared}    bufferSize: {BUFFER}\n")
    realtime = f"realtime: {{maxPerAddress: {2 * CLIENTS}, sendTimeout: 10m}}"
    config = config.replace("channels:\n", f"{realtime}\n\nchannels:\n")
    (newsroom / "config.yml").write_text(config)
    token = hookstream("token", "add", "desk", "--role", "admin").stdout.strip()
    server = await asyncio.to_thread(start, "serve")
    loop, sent = asyncio.get_running_loop(), 0
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:

        async def publish(count: int) -> None:
            nonlocal sent
            for _ in range(count):
                sent += 1
                url = f"{server.api}/_channels/content/messages"
                async with session.post(url, json={"type": "note", "n": sent}) as response:
                    assert response.status == 202, await response.text()

        async def connect(clients: list[Client], times: int) -> None:
            for client in clients:
                await loop.create_connection(lambda client=client: client, "127.0.0.1", server.port)
            await until(lambda: all(client.ready == times for client in clients))

        clients = [Client() for _ in range(CLIENTS)]
        late, early = clients[:LATE], clients[LATE:]
        await connect(clients, 1)
        await publish(BEFORE)
        storm = asyncio.create_task(publish(BETWEEN))
        await until(lambda: all(client.seen for client in clients))
        for client in clients:
            client.transport.abort()
        left_at = [client.seen for client in late]
        await connect(early, 2)
        await storm
        await publish(BEYOND)
        await until(lambda: all(client.seen == sent for client in early))  # so all of them are in the channel's memory
        storm = asyncio.create_task(publish(AFTER))
        await connect(late, 2)
        await storm
        await until(lambda: all(client.seen == TOTAL for client in clients))
    for client in clients:
        client.transport.abort()
    assert {tuple(client.story) for client in early} == {tuple(range(1, TOTAL + 1))}
    for client, left in zip(late, left_at, strict=True):
        [(place, told)] = [(n, event) for n, event in enumerate(client.story) if isinstance(event, str)]
        missed = int(told.removesuffix(" evicted"))
        assert client.story == [*range(1, left + 1), told, *range(left + missed + 1, TOTAL + 1)]
        assert place == left
        assert BEFORE + BETWEEN + BEYOND - BUFFER - left <= missed <= TOTAL - BUFFER - left
