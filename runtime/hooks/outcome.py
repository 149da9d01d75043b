"""How a user function ended."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from runtime.hooks.frames import Place


@dataclass(slots=True)
class Outcome:
    """What a user function returned or raised.

    `late` means that it was over its time limit; `place` is where it was then, if that is known.
    """

    value: Any = None
    error: BaseException | None = None
    late: bool = False
    place: Place | None = None


def captured(function: Callable[[], Any]) -> Outcome:
    """Call a plain function; whatever it raises is an outcome."""
    try:
        return Outcome(value=function())
    except BaseException as error:  # noqa: BLE001 (SystemExit and the like must end the hook only, not the server)
        return Outcome(error=error)


async def captured_async(function: Callable[[], Awaitable[Any]]) -> Outcome:
    """Call an async function; whatever it raises is an outcome.

    A task that ends with SystemExit or KeyboardInterrupt would end the event loop, too.
    """
    try:
        return Outcome(value=await function())
    except BaseException as error:  # noqa: BLE001 (see above)
        return Outcome(error=error)


def captured_at_once(coroutine: Coroutine[Any, Any, Any]) -> Outcome:
    """Run a coroutine that never waits to its end; whatever it raises is an outcome."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return Outcome(value=ended.value)
    except BaseException as error:  # noqa: BLE001 (see above)
        return Outcome(error=error)
    coroutine.close()
    return Outcome(error=RuntimeError("a function without any await has waited"))


async def until_done(future: asyncio.Future[Any], limit_s: float) -> None:
    """Return when a future or task is done or its time is over, whichever is first; it is left as it is.

    As `asyncio.wait` with one future and a timeout, at half the price: every hook that waits comes here.
    """
    if future.done():
        return
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not waiter.done():
            waiter.set_result(None)

    timer = loop.call_later(limit_s, wake)
    future.add_done_callback(wake)
    try:
        await waiter
    finally:
        timer.cancel()
        future.remove_done_callback(wake)
