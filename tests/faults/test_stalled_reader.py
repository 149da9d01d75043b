"""One reader stops reading while 16 KiB messages flow: a real server, real sockets."""

import asyncio
import resource
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

READERS = 100
BUFFER = 10
PAD = "x" * 16_000
MESSAGES = 700
"""11 MB: more than the kernel holds for a reader that does not read."""
MIB = 1024 * 1024

CHANNEL = """\
  - name: flow
    description: What flows
    scope: public
    bufferSize: {buffer}
    onFull: {policy}

"""


class Reader(asyncio.Protocol):
    """Reads numbers of messages, and what the server says of itself."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.story: list[int | str] = []
        self.closed = asyncio.get_running_loop().create_future()
        self._rest = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.write(b"GET /api/newsroom/_events?channels=flow HTTP/1.1\r\nHost: t\r\n\r\n")

    def data_received(self, data: bytes) -> None:
        *events, self._rest = (self._rest + data).split(b"\n\n")
        for event in events:
            if b'"n":' in event:
                self.story.append(int(event.partition(b'"n":')[2].partition(b",")[0]))
            elif b"event: reset\n" in event:
                self.story.append(event.partition(b"data: ")[2].decode())
            elif b"event: ready\n" in event:
                self.story.append("ready")

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set_result(None)


async def until(condition) -> None:
    while not condition():
        await asyncio.sleep(0)


def memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.fixture(autouse=True)
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Scene:
    """A server with a channel `flow`, and who listens to it."""

    def __init__(self, server, session: aiohttp.ClientSession) -> None:
        self.server = server
        self._session = session
        self.sent = 0

    async def listen(self, count: int, *, takes: int = 0) -> list[Reader]:
        """Open streams; `takes`: how much the kernel may keep for each on its own side, where that is to be little."""
        made = []
        for _ in range(count):
            sock = socket.socket()
            if takes:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
            sock.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(sock, ("127.0.0.1", self.server.port))
            made.append((await loop.create_connection(Reader, sock=sock))[1])
        await until(lambda: all(reader.story for reader in made))
        return made

    async def send_timeouts(self) -> int:
        """Return how many readers the server has cut off because they took nothing."""
        async with self._session.get(f"http://127.0.0.1:{self.server.port}/metrics") as response:
            text = await response.text()
        return round(float(text.partition('sse_send_timeouts_total{namespace="newsroom"} ')[2].partition("\n")[0]))

    async def send(self, count: int) -> None:
        for _ in range(count):
            self.sent += 1
            url = f"{self.server.api}/_channels/flow/messages"
            async with self._session.post(url, json={"type": "t", "n": self.sent, "pad": PAD}) as response:
                assert response.status == 202, await response.text()


@pytest.fixture
async def scene(start, hookstream, newsroom):
    """Start the scene with a policy; the deadline for those who take nothing is as given."""
    sessions = []

    async def make(policy: str, *, send_timeout: str) -> Scene:
        config = (newsroom / "config.yml").read_text()
        declared = CHANNEL.format(buffer=BUFFER, policy=policy)
        config = config.replace("channels:\n", f"realtime: {{sendTimeout: {send_timeout}}}\n\nchannels:\n{declared}", 1)
        (newsroom / "config.yml").write_text(config)
        token = hookstream("token", "add", "desk", "--role", "admin").stdout.strip()
        server = await asyncio.to_thread(start, "serve")
        sessions.append(aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}))
        return Scene(server, sessions[-1])

    yield make
    for session in sessions:
        await session.close()


@pytest.mark.parametrize("policy", ["drop-oldest", "drop-newest"])
async def test_a_reader_that_wakes_is_told_what_it_missed_and_the_others_missed_nothing(scene, policy):
    scene = await scene(policy, send_timeout="10m")
    stalled, *others = await scene.listen(20)
    await scene.send(5)
    await until(lambda: stalled.story[-1] == 5)
    stalled.transport.pause_reading()
    await scene.send(MESSAGES - 5)
    await until(lambda: all(reader.story[-1] == MESSAGES for reader in others))
    stalled.transport.resume_reading()
    await until(lambda: any(isinstance(event, str) for event in stalled.story[1:]))
    await scene.send(1)
    await until(lambda: stalled.story[-1] == MESSAGES + 1)
    await until(lambda: all(reader.story[-1] == MESSAGES + 1 for reader in others))
    assert {tuple(reader.story) for reader in others} == {("ready", *range(1, MESSAGES + 2))}
    [place] = [n for n, event in enumerate(stalled.story) if n and isinstance(event, str)]
    before, after = stalled.story[1:place], stalled.story[place + 1 :]
    missed = MESSAGES + 1 - len(before) - len(after)
    assert stalled.story[place] == f'{{"channel":"flow","reason":"slow","missed":{missed}}}'
    assert before == [*range(1, len(before) + 1)]
    if policy == "drop-oldest":
        assert after == [*range(MESSAGES - BUFFER + 1, MESSAGES + 2)]
    else:
        assert after == [MESSAGES + 1]
    for reader in (stalled, *others):
        reader.transport.abort()


async def test_a_reader_that_never_wakes_is_cut_off_memory_is_bounded_and_the_others_lose_nothing(scene):
    scene = await scene("drop-oldest", send_timeout="1s")
    stalled, *others = await scene.listen(READERS)
    await scene.send(20)
    await until(lambda: all(reader.story[-1] == 20 for reader in (stalled, *others)))
    begun_with = memory(scene.server.process.pid)
    stalled.transport.pause_reading()
    while await scene.send_timeouts() == 0:
        await scene.send(10)
        assert memory(scene.server.process.pid) - begun_with < 8 * MIB
    stalled.transport.resume_reading()
    await stalled.closed
    assert stalled.story[1:] == [*range(1, len(stalled.story))], "what it got before was whole and in order"
    await until(lambda: all(reader.story[-1] == scene.sent for reader in others))
    assert {tuple(reader.story) for reader in others} == {("ready", *range(1, scene.sent + 1))}
    for reader in others:
        reader.transport.abort()
    assert scene.server.stop(signal.SIGTERM) == 0


async def test_a_reader_for_whom_little_waits_is_cut_off_by_the_kernel_and_counted(scene):
    """What it does not take fits into the server's own socket buffer: no transport is ever full."""
    scene = await scene("drop-oldest", send_timeout="1s")
    [stalled] = await scene.listen(1, takes=4096)
    stalled.transport.pause_reading()
    await scene.send(20)
    while await scene.send_timeouts() == 0:
        await asyncio.sleep(0.1)
    assert await scene.send_timeouts() == 1
    stalled.transport.resume_reading()
    await stalled.closed
    assert stalled.story[1:] == [*range(1, len(stalled.story))], "what it got before was whole and in order"
    assert len(stalled.story) < 20
