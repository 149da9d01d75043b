"""How a user function ended."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from runtime.hooks.frames import Place


@dataclass(frozen=True, slots=True)
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
