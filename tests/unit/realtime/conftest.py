"""A hub with a clock moved by hand, transports without sockets, a parser that owes nothing to the code under test."""

import asyncio
import codecs
import dataclasses
import json
from pathlib import Path

import pytest

from runtime.model.actor import PUBLIC
from runtime.model.problem import Source
from runtime.model.specs import ChannelSpec, ProjectSpec, RealtimeSpec
from runtime.realtime.hub import Hub
from runtime.realtime.subscriber import Join

NOON = 1_768_478_400.0
"""2026-01-15T12:00:00Z."""


class MovableClock:
    def __init__(self):
        self.passed = 0.0

    def now(self):
        return NOON + self.passed

    def monotonic(self):
        return 1000.0 + self.passed

    def advance(self, seconds):
        self.passed += seconds


@dataclasses.dataclass
class Event:
    """What a client is given: WHATWG HTML §9.2.6, "dispatch the event"."""

    event: str
    data: str
    id: str

    @property
    def json(self):
        return json.loads(self.data)


class Client:
    """The interpretation of an event stream, written from §9.2.5 and §9.2.6 line by line."""

    def __init__(self):
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._begun = False
        self._data, self._event = [], ""
        self.last_id = ""
        self.retry_ms = None
        self.events = []
        self.comments = 0

    def feed(self, raw):
        self._text += self._decoder.decode(raw)
        if not self._begun and self._text:
            self._begun = True
            self._text = self._text.removeprefix("\ufeff")
        while (line := self._next_line()) is not None:
            self._interpret(line)

    def _next_line(self):
        ends = [at for at in (self._text.find("\r"), self._text.find("\n")) if at >= 0]
        if not ends:
            return None
        at = min(ends)
        if self._text[at] == "\r" and at + 1 == len(self._text):
            return None  # perhaps the first half of CRLF
        line = self._text[:at]
        self._text = self._text[at + 2 :] if self._text[at : at + 2] == "\r\n" else self._text[at + 1 :]
        return line

    def _interpret(self, line):
        if line == "":
            if self._data:
                self.events.append(Event(self._event or "message", "\n".join(self._data), self.last_id))
            self._data, self._event = [], ""
            return
        if line.startswith(":"):
            self.comments += 1
            return
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self.last_id = value
        elif name == "retry" and value.isdigit():
            self.retry_ms = int(value)


def unchunk(raw):
    """Return what is there of a chunked body, and whether the last chunk was (RFC 9112 §7.1)."""
    bodies = []
    while b"\r\n" in raw:
        size, _, raw = raw.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            assert raw == b"\r\n", f"after the last chunk came {raw!r}"
            return b"".join(bodies), True
        assert raw[length : length + 2] in {b"\r\n", b"\r", b""}
        bodies.append(raw[:length])
        raw = raw[length + 2 :]
    return b"".join(bodies), False


class FakeSink:
    """A transport whose client reads when the test says so.

    `takes`: how many bytes the kernel takes before the client has to read; what is over that is held, and the stream
    paused. `blinks`: pauses and resumes within each write, as TLS transports may. `then` is called once, after a write.
    """

    def __init__(self, *, takes=None, blinks=False):
        self.subscriber = None
        self.takes = takes
        self.blinks = blinks
        self.fails_with = None
        self.then = None
        self.writes = []
        self.held = b""
        self.sent = b""
        self.closing = False
        self.aborted = False
        self._paused = False
        self._taken = 0

    def write(self, data):
        if self.fails_with is not None:
            raise self.fails_with
        assert data, "an empty write"
        if self.aborted:
            return
        self.writes.append(data)
        if self.blinks:
            self.subscriber.pause_writing()
            self.subscriber.resume_writing()
        room = len(data) if self.takes is None else max(0, self.takes - self._taken)
        if self.held:
            room = 0
        self.sent += data[:room]
        self._taken += room
        self.held += data[room:]
        if self.held and not self._paused:
            self._paused = True
            self.subscriber.pause_writing()
        if self.then is not None:
            then, self.then = self.then, None
            then()

    def read(self, amount=None):
        """Let the client read some of what is held, or all of it, and then as much again as the kernel takes."""
        amount = len(self.held) if amount is None else amount
        self.sent += self.held[:amount]
        self.held = self.held[amount:]
        if not self.held and self._paused:
            self._taken = 0
            self._paused = False
            self.subscriber.resume_writing()

    def close(self):
        if not self.closing:
            self.closing = True
            if not self.held:
                self._lose()

    def abort(self):
        if not self.aborted:
            self.closing = self.aborted = True
            self.held = b""
            self._lose()

    def _lose(self):
        asyncio.get_running_loop().call_soon(self.subscriber.connection_lost, None)

    def is_closing(self):
        return self.closing

    def get_write_buffer_size(self):
        return len(self.held)


class Reader:
    """A stream and what its client has been sent."""

    def __init__(self, subscriber, sink, chunked):
        self.subscriber = subscriber
        self.sink = sink
        self.chunked = chunked

    def begin(self, *, paused=False):
        self.sink.subscriber = self.subscriber
        self.subscriber.attach(self.sink, chunked=self.chunked, paused=paused)
        return self

    @property
    def client(self):
        client = Client()
        client.feed(unchunk(self.sink.sent)[0] if self.chunked else self.sink.sent)
        return client

    @property
    def events(self):
        return self.client.events

    @property
    def ready(self):
        assert self.events[0].event == "ready"
        return self.events[0]

    @property
    def story(self):
        """What came after `ready`, short: the `n` of a message, or an event's name and data."""
        return [e.json["n"] if e.event == "message" else (e.event, e.json) for e in self.events[1:]]

    @property
    def numbers(self):
        return [e.json["n"] for e in self.events if e.event == "message"]

    @property
    def is_complete(self):
        """Whether the response has come to its end, framing included."""
        return self.sink.closing and not self.sink.held and (not self.chunked or unchunk(self.sink.sent)[1])


class World:
    """A hub and what surrounds it."""

    def __init__(self):
        self.clock = MovableClock()
        self.spec = ProjectSpec(
            folder=Path("/nowhere"),
            namespace="newsroom",
            storage="sqlite::memory:",
            realtime=RealtimeSpec(heartbeat_s=15.0, retry_s=2.0, send_timeout_s=10.0),
        )
        self.hub = Hub(lambda: self.spec, clock=self.clock, epoch="test", uniform=lambda low, high: (low + high) / 2)

    def declare(self, name, *, scope="public", **options):
        channel = ChannelSpec(name=name, description="", source=Source("config.yml"), scope=scope, **options)
        others = tuple(c for c in self.spec.channels if c.name != name)
        self.spec = dataclasses.replace(self.spec, channels=(*others, channel))
        self.hub.refresh()

    def configure(self, **realtime):
        self.spec = dataclasses.replace(self.spec, realtime=dataclasses.replace(self.spec.realtime, **realtime))

    def join(self, *channels, chunked=False, takes=None, blinks=False, **join):
        if "options" in join:
            join["options"] = dict.fromkeys(channels, join["options"])
        if join.pop("granted", False):
            join["granted"] = frozenset(channels)
        request = Join(join.pop("actor", PUBLIC), channels, **join)
        return Reader(self.hub.admit(request), FakeSink(takes=takes, blinks=blinks), chunked)

    def listen(self, *channels, **options):
        return self.join(*channels, **options).begin()

    def publish(self, channel, *numbers, **more):
        """Publish messages {"type": "t", "n": number}, each in a call of its own."""
        for number in numbers:
            self.hub.publish([self.hub.prepare(channel, {"type": "t", "n": number, **more})])

    async def send(self, channel, *numbers, **more):
        self.publish(channel, *numbers, **more)
        await self.hub.settled()


@pytest.fixture
async def world():
    world = World()
    yield world
    await world.hub.close(drain_s=0)


@pytest.fixture
def new_world():
    """For tests that need several; whoever makes one closes its hub."""
    return World


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def client():
    return Client()


@pytest.fixture(name="unchunk")
def _unchunk():
    return unchunk
