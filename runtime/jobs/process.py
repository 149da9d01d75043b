"""A run in a process of its own, seen from the server: what it asks is done here, and it can really be killed."""

import asyncio
import contextlib
import json
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final

from runtime.hooks.job_context import JobContext
from runtime.hooks.load import Edition
from runtime.hooks.steps import Steps
from runtime.jobs.failure import said
from runtime.jobs.frames import FRAME_BYTES, HEAD, Order, framed, packed
from runtime.model.ports import Database
from runtime.model.specs import JobSpec

BOOT: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from runtime.jobs.child import main; main(int(sys.argv.pop()))"
)

LATE_GRACE_S: Final = 0.5
"""How long a run over its timeout may clean up, as in the server's own process."""

OUTPUT_CHUNK: Final = 64 * 1024
OUTPUT_PAUSE_S: Final = 0.01
"""A process that prints without end is read at 6 MB/s at most, so that reading it costs the server little."""

OUTPUT_LINES: Final = 200
"""Of each chunk: the run's log keeps no more."""

CALLS: Final = 100
"""How many calls of a process are answered at once; further ones wait."""


class Died(Exception):
    """The job failed in its process, or its process did; `error` is as a run's record has it."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Process:
    """One attempt in a process. `line(level, text)` is given what it prints."""

    def __init__(
        self, spec: JobSpec, edition: Edition, context: JobContext, *, line: Callable[[str, str], None]
    ) -> None:
        self._spec = spec
        self._edition = edition
        self._context = context
        self._line = line
        self._batches: dict[int, tuple[AsyncExitStack, Database]] = {}
        self._ended: Mapping[str, Any] | None = None

    async def run(self, *, grace_s: float) -> Any:
        """Start the process, answer its calls, return what the job's function returned.

        The process and all that it has started are killed before this returns, however it ends. Raises Died. Being
        cancelled gives the job `grace_s` to clean up.
        """
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        try:
            process = await _start(theirs)
        except BaseException:
            # A process that was started at this very moment ends by itself: it finds the other end closed.
            writer.close()
            raise
        pumps = [
            asyncio.create_task(self._pump(stream, level))
            for stream, level in ((process.stdout, "info"), (process.stderr, "warning"))
            if stream is not None
        ]
        serving = asyncio.create_task(self._serve(reader, writer))
        late = False
        try:
            writer.write(self._order())
            late = not (await asyncio.wait((serving,), timeout=self._spec.timeout_s))[0]
            if late:
                await self._interrupt(serving, writer, LATE_GRACE_S)
        except asyncio.CancelledError:
            await self._interrupt(serving, writer, grace_s)
            raise
        finally:
            if self._ended is None and not late and serving.done():
                # It closed its end, so that it is ending by itself: with what code?
                await asyncio.wait((asyncio.ensure_future(process.wait()),), timeout=LATE_GRACE_S)
            code = process.returncode
            _kill(process)
            await process.wait()
            serving.cancel()
            await asyncio.wait(pumps, timeout=LATE_GRACE_S)
            for task in pumps:
                task.cancel()
            await asyncio.gather(serving, *pumps, return_exceptions=True)
            writer.close()
        if late:
            raise Died(said("Timeout", f"it took longer than its timeout of {self._spec.timeout_s:g} s"))
        return self._outcome(code)

    def _outcome(self, code: int | None) -> Any:
        ended = self._ended
        if ended is None:
            raise Died(_death(code))
        if "error" in ended:
            raise Died(ended["error"])
        if ended["refused"] is not None:
            self._line("warning", str(ended["refused"]))
        return ended["value"]

    def _order(self) -> bytes:
        context = self._context
        sources = self._edition.sources()
        order = Order(context.config, self._spec, self._edition.number, sources, context.run, dict(context.input))
        text = pickle.dumps(order)
        return HEAD.pack(len(text)) + text

    async def _interrupt(self, serving: asyncio.Task[None], writer: asyncio.StreamWriter, grace_s: float) -> None:
        writer.write(framed({"cancel": True}))
        await asyncio.wait((serving,), timeout=grace_s)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Do what the process asks until it has ended, one way or the other."""
        calls: set[asyncio.Task[None]] = set()
        frames = 0
        try:
            while self._ended is None:
                try:
                    (length,) = HEAD.unpack(await reader.readexactly(HEAD.size))
                    if length > FRAME_BYTES:
                        return
                    frame = json.loads(await reader.readexactly(length))
                except (asyncio.IncompleteReadError, ConnectionError):
                    return
                if "call" in frame:
                    if len(calls) >= CALLS:
                        await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
                    task = asyncio.create_task(self._answer(frame, writer))
                    calls.add(task)
                    task.add_done_callback(calls.discard)
                else:
                    self._take(frame)
                frames += 1
                if frames % CALLS == 0:
                    await asyncio.sleep(0)  # frames that are there already are read without giving way
        finally:
            for task in calls:
                task.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            for stack, _ in self._batches.values():
                with contextlib.suppress(_Abandoned):
                    await stack.__aexit__(_Abandoned, _Abandoned(), None)

    def _take(self, frame: Mapping[str, Any]) -> None:
        if "progress" in frame:
            percent, message = frame["progress"]
            self._context.report(percent, message)
        elif "log" in frame:
            level, event, fields = frame["log"]
            log = {"debug": self._context.log.debug, "info": self._context.log.info}
            log |= {"warning": self._context.log.warning, "error": self._context.log.error}
            log.get(level, self._context.log.error)(event, **fields)
        elif "ended" in frame:
            self._ended = frame["ended"]

    async def _answer(self, frame: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            reply = framed({"reply": frame["call"], "value": await self._done(frame)})
        except Exception as error:  # noqa: BLE001 — whatever it is, it is the call's answer
            reply = framed({"reply": frame["call"], "failure": packed(error)})
        writer.write(reply)
        await writer.drain()

    async def _done(self, frame: Mapping[str, Any]) -> Any:
        on, method = frame["on"], frame["method"]
        args, kwargs = frame["args"], frame["kwargs"]
        if on == "db" and method == "batch":
            return await self._begin_batch(frame)
        if on == "db" and method in {"commit", "abandon"}:
            return await self._end_batch(frame["batch"], commit=method == "commit")
        function = getattr(self._target(frame), method)
        if method.startswith("_") or not asyncio.iscoroutinefunction(function):
            raise AttributeError(f"ctx.{on}.{method} cannot be called from a job with a process of its own")
        return await function(*args, **kwargs)

    def _target(self, frame: Mapping[str, Any]) -> Any:
        if frame["on"] == "db":
            return self._database(frame)
        steps = self._context.steps
        targets = {"realtime": self._context.realtime, "jobs": self._context.jobs}
        return targets.get(frame["on"]) or (steps.kept if isinstance(steps, Steps) else None)

    def _database(self, frame: Mapping[str, Any]) -> Database:
        batch = frame["batch"]
        db = self._context.db if batch is None else self._batches[batch][1]
        return db.as_actor() if frame["path"] else db

    async def _begin_batch(self, frame: Mapping[str, Any]) -> int:
        stack = AsyncExitStack()
        db = await stack.enter_async_context(self._database(frame).batch())
        number: int = frame["call"]
        self._batches[number] = stack, db
        return number

    async def _end_batch(self, number: int, *, commit: bool) -> None:
        stack, _ = self._batches.pop(number)
        if commit:
            await stack.aclose()
        else:
            with contextlib.suppress(_Abandoned):
                await stack.__aexit__(_Abandoned, _Abandoned(), None)

    async def _pump(self, stream: asyncio.StreamReader, level: str) -> None:
        """Give what the process prints to the log, line by line, in bounded memory."""
        left = b""
        while chunk := await stream.read(OUTPUT_CHUNK):
            *lines, left = (left + chunk).split(b"\n")
            left = left[-OUTPUT_CHUNK:]
            for line in lines[-OUTPUT_LINES:]:
                self._line(level, line.decode("utf-8", "replace"))
            await asyncio.sleep(OUTPUT_PAUSE_S)
        if left:
            self._line(level, left.decode("utf-8", "replace"))


class _Abandoned(Exception):
    """Ends a batch whose block has raised, or whose process is gone, without committing it."""


async def _start(end: socket.socket) -> asyncio.subprocess.Process:
    """Start a process with one end of the socket, which is closed here."""
    with end:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", BOOT, json.dumps(sys.path), str(end.fileno()),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            pass_fds=(end.fileno(),), start_new_session=True,
        )  # fmt: skip


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process and whatever it has started in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _death(code: int | None) -> dict[str, Any]:
    """Return what is recorded of a process that ended without saying how its job went."""
    if code is None:
        return said("Killed", "its process stopped answering and was killed")
    if code >= 0:
        return said("Exited", f"its process ended with exit code {code} before run had returned")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    hint = "; the system does that when memory is short" if name == "SIGKILL" else ""
    return said("Killed", f"its process was ended by {name}{hint}")
