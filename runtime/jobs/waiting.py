"""Waiting, passed in like the clock, so that tests need not wait."""

import asyncio
from collections.abc import Awaitable, Callable

Wait = Callable[[asyncio.Event, float], Awaitable[bool]]
"""Waits for an event, at most so many seconds; tells whether it is set."""


async def wait_for(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event on the loop's own clock. Raises nothing but CancelledError."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
