"""A connection leaves aiohttp and belongs to its event stream.

aiohttp does what it is good at, up to the response's head: parsing, routing, middlewares, signals. From there on a
stream has no use for it, but would keep its protocol, parser, request, task and keep-alive timer: some 15 KB a
connection, and a task switch for every write. So the transport is given another protocol, the `Subscriber`, and
aiohttp's own is told that the connection is lost, whereupon it lets everything go.

What that relies on, pinned in tests/unit/web/test_handover.py:

1. `asyncio`: `transport.set_protocol` is public; all callbacks, `connection_lost` too, go to the new one.
2. `RequestHandler.connection_lost(None)`, with its `transport` set to None before, closes nothing, removes the handler
   from its `Server` and ends its task when the request handler returns.
3. A response that was prepared is not prepared again, and its `write_eof` is the last thing that is done with it.
4. With `handler_cancellation`, (2) would cancel the request handler, so such servers do not hand over.

Where a server is not like that, `Pump` does the same through `StreamResponse.write`: slower, and a client that goes
away is noticed at the next write only.
"""

import asyncio
import socket
from typing import Final

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from runtime.realtime.subscriber import Subscriber

HEADERS: Final = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}
"""`no-transform` and `X-Accel-Buffering` keep proxies from compressing or collecting what must arrive at once."""

PUMP_BYTES: Final = 64 * 1024
"""How much waits in a `Pump` before the stream is paused: what asyncio takes for its own buffers."""


class EventStream(web.StreamResponse):
    """The response of an event stream; ends without another word once its connection was handed over."""

    def __init__(self) -> None:
        super().__init__(headers=HEADERS)
        self.handed_over = False

    async def write_eof(self, data: bytes = b"") -> None:
        """End the body, if it is still ours."""
        if not self.handed_over:
            await super().write_eof(data)


async def hand_over(request: web.Request, subscriber: Subscriber, *, dead_after_s: float) -> web.StreamResponse:
    """Send the response's head and let the subscriber write the body; the handler returns what this returns.

    Headers of middlewares must be set in `on_response_prepare`: after this they are too late. A connection whose peer
    acknowledges nothing for `dead_after_s` counts as lost (0: when the system says so).
    """
    response = EventStream()
    try:
        await response.prepare(request)
    except BaseException:
        subscriber.connection_lost(None)
        raise
    protocol, transport = request.protocol, request.transport
    if transport is None or transport.is_closing():
        subscriber.connection_lost(None)
        return response
    _set_dead_after(transport, dead_after_s)
    if can_detach(protocol):
        response.handed_over = True
        chunked = response.headers.get("Transfer-Encoding") == "chunked"
        _detach(protocol, transport, subscriber)
        subscriber.attach(transport, chunked=chunked, paused=protocol.writing_paused)
    else:
        await Pump(response, transport, subscriber).run()
    return response


def can_detach(protocol: RequestHandler) -> bool:
    """Tell whether this is the aiohttp that `_detach` knows."""
    server = getattr(protocol, "_manager", None)
    return isinstance(server, web.Server) and not getattr(server, "handler_cancellation", True)


def _detach(protocol: RequestHandler, transport: asyncio.Transport, subscriber: Subscriber) -> None:
    if transport.get_extra_info("sslcontext") is None:
        # Nothing waits in user space unseen: paused means that the kernel takes no more.
        transport.set_write_buffer_limits(high=0)
    else:
        # The TLS layer pauses at `high` bytes, not above; at 0 it would always be paused.
        transport.set_write_buffer_limits(high=1, low=0)
    transport.set_protocol(subscriber)
    protocol.transport = None
    protocol.connection_lost(None)
    transport.resume_reading()  # aiohttp may have stopped for a body that nobody reads; a departure is read, too


def _set_dead_after(transport: asyncio.Transport, seconds: float) -> None:
    # A peer that vanished without a word is otherwise noticed when the kernel gives up resending: in 15 minutes.
    sock = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if seconds > 0 and option is not None and sock is not None and sock.family in {socket.AF_INET, socket.AF_INET6}:
        sock.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


class Pump:
    """The `Sink` of a stream that stays with aiohttp: a bounded buffer and a loop that writes it."""

    def __init__(self, response: web.StreamResponse, transport: asyncio.Transport, subscriber: Subscriber) -> None:
        self._response = response
        self._transport = transport
        self._subscriber = subscriber
        self._waiting: list[bytes] = []
        self._size = 0
        self._paused = False
        self._closing = False
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Be the stream's connection until one of the two ends it."""
        try:
            self._subscriber.attach(self, chunked=False)
            while not self._closing or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                data, self._waiting = b"".join(self._waiting), []
                if data:
                    await self._response.write(data)
                self._size -= len(data)
                if self._paused and not self._size:
                    self._paused = False
                    self._subscriber.resume_writing()
        except ConnectionError:
            return  # the client is gone
        finally:
            self._closing = True
            self._subscriber.connection_lost(None)

    def write(self, data: bytes) -> None:
        """Send soon; nothing any more once closed."""
        if self._closing or not data:
            return
        self._waiting.append(data)
        self._size += len(data)
        self._wake.set()
        if self._size > PUMP_BYTES and not self._paused:
            self._paused = True
            self._subscriber.pause_writing()

    def close(self) -> None:
        """End after what was written is sent."""
        self._closing = True
        self._wake.set()

    def abort(self) -> None:
        """End now: whoever waits for the client to read gets an error."""
        self._waiting.clear()
        self._transport.abort()
        self.close()

    def is_closing(self) -> bool:
        """Whether it is ended or about to."""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """How many bytes are not yet with the client's side of the connection."""
        return self._size + self._transport.get_write_buffer_size()
