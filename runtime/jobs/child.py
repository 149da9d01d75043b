"""A run in a process of its own, seen from inside: one function is run, and the server asked for everything else."""

import asyncio
import contextlib
import itertools
import os
import pickle
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, MutableMapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn, cast

import orjson
import structlog
from structlog.typing import FilteringBoundLogger

from runtime.hooks.bridge import Bridge
from runtime.hooks.facades import ChannelHandle
from runtime.hooks.job_context import JobContext
from runtime.hooks.load import HookFunction, load
from runtime.hooks.outcome import Outcome, captured, captured_async
from runtime.hooks.steps import Steps
from runtime.hooks.text_stream import TextStream
from runtime.jobs import memory
from runtime.jobs.failure import described, said
from runtime.jobs.frames import HEAD, Order, framed, unpacked
from runtime.jobs.record import kept_result
from runtime.model.clock import SystemClock
from runtime.model.problem import ProjectInvalid

LOST: Final = 70
"""The exit code where the server is gone: EX_SOFTWARE of sysexits.h; nobody reads it."""


def main(descriptor: int) -> NoReturn:
    """Do what the server orders over a socket, then end the process, whatever else still runs in it."""
    for stream in (sys.stdout, sys.stderr):
        cast("Any", stream).reconfigure(line_buffering=True, errors="backslashreplace")
    line = Line(socket.socket(fileno=descriptor))
    order: Order = pickle.loads(line.receive())  # noqa: S301 — from the server that has started this process
    asyncio.run(_work(line, order))
    os._exit(0)


class Line:
    """The socket to the server, for any thread. A frame is sent as a whole, at once: the loop may be blocked."""

    def __init__(self, socket: socket.socket) -> None:
        self._socket = socket
        self._lock = threading.Lock()

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame. Raises TypeError for what is not JSON, TooLarge."""
        data = framed(frame)
        with self._lock:
            self._socket.sendall(data)

    def receive(self) -> bytes:
        """Return the next frame's content. Raises EOFError when the server is gone."""
        (length,) = HEAD.unpack(self._exactly(HEAD.size))
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            part = self._socket.recv(min(count - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)


class Server:
    """Calls to the server and their answers. Calls are made on the loop; a thread of its own reads the answers."""

    def __init__(self, line: Line, loop: asyncio.AbstractEventLoop) -> None:
        self._line = line
        self._loop = loop
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self.cancelled = threading.Event()
        self.on_cancel: Callable[[], object] = lambda: None

    def listen(self) -> None:
        """Read until the server is gone; then so is this process. For a thread."""
        try:
            while True:
                frame = orjson.loads(self._line.receive())
                if "cancel" in frame:
                    self.cancelled.set()
                    self._loop.call_soon_threadsafe(self.on_cancel)
                else:
                    self._loop.call_soon_threadsafe(self._settle, frame)
        finally:
            os._exit(LOST)

    async def call(
        self, on: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, path: str = "",
        batch: int | None = None,
    ) -> Any:  # fmt: skip
        """Have the server do something; return its result or raise what it raised."""
        number = next(self._numbers)
        frame = {"call": number, "on": on, "path": path, "batch": batch, "method": method}
        self._line.send({**frame, "args": args, "kwargs": kwargs})
        future = self._waiting[number] = self._loop.create_future()
        try:
            return await future
        finally:
            del self._waiting[number]

    def _settle(self, frame: dict[str, Any]) -> None:
        future = self._waiting.get(frame["reply"])
        if future is None or future.done():
            return
        if "failure" in frame:
            future.set_exception(unpacked(frame["failure"]))
        else:
            future.set_result(frame["value"])


class Remote:
    """`ctx.realtime` and `ctx.jobs`: each method is the server's."""

    def __init__(self, server: Server, on: str) -> None:
        self._server = server
        self._on = on

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await self._server.call(self._on, name, args, kwargs)

        return call

    def channel(self, name: str) -> ChannelHandle:
        """Return one channel, to send to it several times."""
        return ChannelHandle(cast("Any", self), name)

    def text_stream(self, channel: str, type: str = "text") -> TextStream:
        """Return a text that is sent as it is made."""
        return TextStream(cast("Any", self).send, channel, type=type, now=SystemClock().now())


class RemoteDatabase:
    """`ctx.db`: the port `Database`, each method the server's."""

    def __init__(self, server: Server, *, path: str = "", batch: int | None = None) -> None:
        self._server = server
        self._path = path
        self._batch = batch

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self.call, name)

    async def call(self, method: str, /, *args: Any, **kwargs: Any) -> Any:
        """Call a method of the server's database."""
        return await self._server.call("db", method, args, kwargs, path=self._path, batch=self._batch)

    def as_actor(self) -> "RemoteDatabase":
        """Return the same, bound to what the one who queued the run may do."""
        return RemoteDatabase(self._server, path="as_actor", batch=self._batch)

    @contextlib.asynccontextmanager
    async def batch(self) -> AsyncIterator["RemoteDatabase"]:
        """Hold writes together: all are committed at the end of the block, or none where it raises."""
        number = await self.call("batch")
        batch = RemoteDatabase(self._server, path=self._path, batch=number)
        try:
            yield batch
        except BaseException:
            await batch.call("abandon")
            raise
        await batch.call("commit")


class RemoteSteps:
    """Implements `StepRecord`: the server has the run's record."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def recall(self, name: str) -> tuple[bool, Any]:
        """Return whether a step has succeeded before, and with which result."""
        found, result = await self._server.call("steps", "recall", (name,), {})
        return found, result

    async def keep(self, name: str, result: Any) -> Any:
        """Store the result of a step; return it as it will be recalled."""
        return await self._server.call("steps", "keep", (name, result), {})


class LateSession:
    """`ctx.http`: a session of this process, made when it is first used, since not every job pays for aiohttp."""

    def __init__(self) -> None:
        self._session: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self._session is None:
            import aiohttp  # noqa: PLC0415 — a fifth of a second that most isolated jobs have no use for

            self._session = aiohttp.ClientSession()
        return getattr(self._session, name)

    async def end(self) -> None:
        """Close the session, if there is one."""
        if self._session is not None:
            await self._session.close()


async def _work(line: Line, order: Order) -> None:
    loop = asyncio.get_running_loop()
    server, http = Server(line, loop), LateSession()
    context = _context(line, server, order, http)
    if order.spec.memory_bytes is not None and not memory.limit(order.spec.memory_bytes):
        context.log.warning("memory is not limited on this system")
    threading.Thread(target=server.listen, name="server", daemon=True).start()
    try:
        alone = replace(order.config, collections=(), jobs=(order.spec,))
        function = load(alone, number=order.number, sources=order.sources).functions[order.spec.ref]
    except ProjectInvalid as invalid:
        text = "; ".join(problem.message for problem in invalid.problems)
        line.send({"ended": {"error": said("NotLoaded", text)}})
        return
    outcome = await (_on_loop if function.is_async else _in_thread)(function, context, server)
    await http.end()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    line.send({"ended": _ended(outcome, order.spec.memory_bytes)})


def _context(line: Line, server: Server, order: Order, http: LateSession) -> JobContext:
    return JobContext(
        run=order.run,
        input=order.input,
        db=cast("Any", RemoteDatabase(server)),
        realtime=cast("Any", Remote(server, "realtime")),
        jobs=cast("Any", Remote(server, "jobs")),
        http=cast("Any", http),
        config=order.config,
        log=_logger(line),
        report=lambda percent, message: line.send({"progress": [percent, str(message)]}),
        is_cancelled=server.cancelled.is_set,
        steps=Steps(RemoteSteps(server), asyncio.to_thread),
    )


def _logger(line: Line) -> FilteringBoundLogger:
    def send(
        _logger: object, level: str, event: MutableMapping[str, Any]
    ) -> tuple[tuple[Any, ...], MutableMapping[str, Any]]:
        error = event.pop("exc_info", None)
        error = sys.exc_info()[1] if error is True else error
        text = str(event.pop("event", ""))
        if isinstance(error, BaseException):
            text = f"{text} ({type(error).__name__}: {error})"
        line.send({"log": [level, text, {name: _loggable(value) for name, value in event.items()}]})
        raise structlog.DropEvent

    logger: FilteringBoundLogger = structlog.wrap_logger(
        None, processors=[send], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    return logger


def _loggable(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


async def _on_loop(function: HookFunction, context: JobContext, server: Server) -> Outcome:
    task = asyncio.ensure_future(captured_async(partial(function.function, context)))
    server.on_cancel = task.cancel
    if server.cancelled.is_set():
        task.cancel()
    await asyncio.wait((task,))
    return Outcome(error=asyncio.CancelledError()) if task.cancelled() else task.result()


async def _in_thread(function: HookFunction, context: JobContext, _server: Server) -> Outcome:
    loop = asyncio.get_running_loop()
    plain = Bridge(loop).context(context)
    done: asyncio.Future[Outcome] = loop.create_future()

    def run() -> None:
        outcome = captured(partial(function.function, plain))
        loop.call_soon_threadsafe(done.set_result, outcome)

    threading.Thread(target=run, name="job", daemon=True).start()
    return await done


def _ended(outcome: Outcome, memory_bytes: int | None) -> dict[str, Any]:
    error = outcome.error
    if error is None:
        value, refused = kept_result(outcome.value)
        return {"value": value, "refused": refused}
    if isinstance(error, MemoryError) and memory_bytes is not None:
        memory.relax()
        message = f"it needed more than its memory of {memory_bytes // 1024**2} MiB"
        return {"error": {**described(error), "message": message}}
    return {"error": described(error)}
