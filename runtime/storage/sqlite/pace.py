"""Whether questions of one shape are short enough for the event loop, as far as it is known."""

from typing import Final

FIRST_PAUSE: Final = 16
LONGEST_PAUSE: Final = 1024
"""How many questions go to a thread before one of their shape is tried on the loop again: what is tried in vain costs
half a millisecond, spread over so many."""


class Pace:
    """Remembers of a shape how its questions fared on the loop. To be used on the loop alone."""

    __slots__ = ("_left", "_pause")

    def __init__(self) -> None:
        self._pause = 0
        self._left = 0

    def is_due(self) -> bool:
        """Return whether to try the next one on the loop."""
        if self._left:
            self._left -= 1
            return False
        return True

    def was_short(self) -> None:
        """Go on like that."""
        self._pause = 0

    def was_long(self) -> None:
        """Leave the loop alone for a while, each time for twice as many questions."""
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        self._left = self._pause
