"""Async methods for plain functions: a worker thread calls, the event loop does the work, the thread waits.

Each call of a plain hook has a bridge of its own. Once it is closed (the hook has returned or is over its time
limit) every wait under way ends, and so does whatever a thread that was left behind tries to do through it.
"""

import asyncio
import concurrent.futures
import contextlib
import inspect
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, NoReturn, TypeVar, cast

from runtime.hooks.channel_context import ChannelContext
from runtime.hooks.context import Context
from runtime.hooks.interrupt import Interrupted
from runtime.hooks.job_context import JobContext
from runtime.hooks.outcome import Outcome, captured_async

T = TypeVar("T")
AnyContext = Context | JobContext | ChannelContext


class Bridge:
    """Lets one thread wait for coroutines that run on an event loop. Made and closed on the loop's thread.

    There is no lock: the loop must never wait for one that a thread which was interrupted may not have given back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._closed = False
        self._waiting: set[concurrent.futures.Future[Outcome]] = set()
        self._tasks: set[asyncio.Task[Outcome]] = set()

    def context(self, context: AnyContext) -> AnyContext:
        """Return a context whose `db`, `realtime` and `jobs` are called without `await`."""
        # Users see the types of the async facades; in a plain function their methods give the result itself.
        db = cast("Any", Blocking(context.db, self))
        realtime = cast("Any", Blocking(context.realtime, self))
        jobs = cast("Any", Blocking(context.jobs, self))
        http = cast("Any", NotInThreads("ctx.http"))
        if isinstance(context, JobContext):
            report = self._later(context.report)
            return context.in_thread(db=db, realtime=realtime, jobs=jobs, http=http, report=report, wait=self.wait)
        return context.in_thread(db=db, realtime=realtime, jobs=jobs, http=http)

    def wait(self, awaitable: Awaitable[T]) -> T:
        """Run something awaitable on the loop; return its result or raise what it raises.

        Raises Interrupted once the bridge is closed, RuntimeError on the loop's own thread, where waiting would never
        end.
        """
        coroutine = _coroutine(awaitable)
        if threading.get_ident() == self._loop_thread:
            coroutine.close()
            raise RuntimeError("This context belongs to a plain function in a thread; async code needs an async hook.")
        if self._is_closed():
            coroutine.close()
            raise Interrupted
        future: concurrent.futures.Future[Outcome] = concurrent.futures.Future()
        self._waiting.add(future)
        self._loop.call_soon_threadsafe(self._begin, coroutine, future)
        if self._is_closed():
            # `close` may have looked for waits just before this one was there.
            future.cancel()
        try:
            outcome = future.result()
        except concurrent.futures.CancelledError:
            raise Interrupted from None
        finally:
            self._waiting.discard(future)
        if outcome.error is not None:
            raise outcome.error
        return cast("T", outcome.value)

    def close(self) -> tuple[asyncio.Task[Outcome], ...]:
        """End all waits; return the tasks that this has cancelled and that still have to end. Safe to call twice."""
        self._closed = True
        for future in tuple(self._waiting):
            future.cancel()
        for task in self._tasks:
            task.cancel()
        return tuple(self._tasks)

    def _is_closed(self) -> bool:
        return self._closed

    def _begin(self, coroutine: Coroutine[Any, Any, Any], future: concurrent.futures.Future[Outcome]) -> None:
        if self._closed:
            coroutine.close()
            return
        task = self._loop.create_task(captured_async(lambda: coroutine))
        self._tasks.add(task)

        def settle(ended: asyncio.Task[Outcome]) -> None:
            self._tasks.discard(ended)
            coroutine.close()
            if not future.done() and not ended.cancelled():
                future.set_result(ended.result())

        task.add_done_callback(settle)

    def _later(self, report: Callable[[float, str], None]) -> Callable[[float, str], None]:
        def call(percent: float, message: str) -> None:
            if self._closed:
                raise Interrupted
            self._loop.call_soon_threadsafe(report, percent, message)

        return call


class Blocking:
    """The face of an object with async methods, for a thread that may wait.

    A method that is awaited elsewhere returns its result; an async context manager becomes a plain one (`with
    ctx.db.batch():`, entered and left in tasks of their own); a method that returns another such object, as
    `db.as_actor()` and `realtime.channel(name)` do, returns that with the same face.
    """

    __slots__ = ("_bridge", "_target")

    def __init__(self, target: object, bridge: Bridge) -> None:
        self._target = target
        self._bridge = bridge

    def __repr__(self) -> str:
        return f"<{self._target!r}, to be called without await>"

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if not callable(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            return self._plain(value(*args, **kwargs))

        return call

    def _plain(self, value: Any) -> Any:
        if inspect.isawaitable(value):
            return self._bridge.wait(value)
        if hasattr(value, "__aenter__"):
            return self._entered(value)
        return self._faced(value)

    def _faced(self, value: Any) -> Any:
        return Blocking(value, self._bridge) if _has_async_methods(type(value)) else value

    @contextlib.contextmanager
    def _entered(self, manager: contextlib.AbstractAsyncContextManager[Any]) -> Iterator[Any]:
        value = self._bridge.wait(manager.__aenter__())
        try:
            yield self._faced(value)
        except BaseException as error:
            if not self._bridge.wait(manager.__aexit__(type(error), error, error.__traceback__)):
                raise
        else:
            self._bridge.wait(manager.__aexit__(None, None, None))


class NotInThreads:
    """Stands where something that plain functions cannot use would be; says so when it is touched."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> NoReturn:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        raise RuntimeError(f"{self._name} needs an async function: write `async def` instead of `def`.")


def _has_async_methods(cls: type) -> bool:
    return any(inspect.iscoroutinefunction(getattr(cls, name, None)) for name in dir(cls))


def _coroutine(awaitable: Awaitable[T]) -> Coroutine[Any, Any, T]:
    if isinstance(awaitable, Coroutine):
        return awaitable

    async def wrapped() -> T:
        return await awaitable

    return wrapped()
