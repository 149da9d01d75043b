"""How slowly the body of a request may come."""

import asyncio
from collections.abc import Awaitable
from typing import Final, TypeVar

from runtime.model.clock import Clock
from runtime.model.errors import RequestTimeout

PATIENCE_S: Final = 30.0
"""How long a body is waited for at most while nothing of it comes."""
SLOWEST_BYTES_S: Final = 4096
"""What a body has to have a second on the whole to be waited for longer: less than any network that is of use has."""

Piece = TypeVar("Piece")


class Pace:
    """Holds who sends a body to a pace: a byte now and then would keep a connection, and memory, for ever.

    There are `PATIENCE_S` seconds of waiting to be used up. What comes gives some back, a second for each
    `SLOWEST_BYTES_S` bytes, up to as many as there were. Only waiting counts, not what is done with what has come.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left_s = PATIENCE_S

    async def wait(self, coming: Awaitable[Piece]) -> Piece:
        """Return what is coming. Raises RequestTimeout where it does not come in time."""
        since = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._left_s):
                piece = await coming
        except TimeoutError as late:
            raise _too_slow() from late
        self._left_s -= self._clock.monotonic() - since
        if self._left_s <= 0:
            raise _too_slow()
        return piece

    def came(self, count: int) -> None:
        """Note that so many bytes have come."""
        self._left_s = min(self._left_s + count / SLOWEST_BYTES_S, PATIENCE_S)


def _too_slow() -> RequestTimeout:
    return RequestTimeout(
        f"the body comes too slowly: nothing for {PATIENCE_S:.0f} seconds, or less than {SLOWEST_BYTES_S} bytes a "
        "second; send it again over a better connection"
    )
