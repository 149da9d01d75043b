"""Changes that have still to be held against what somebody listens to."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from runtime.model.change import Change

SLICE: Final = 64
"""How many times a change is held against something before the loop may do something else: about a millisecond."""

MOST_WAITING: Final = 2000
"""How many changes may wait. They hold documents; beyond this it is said that there were many."""

Hear = Callable[[Change], object]


class Evaluations:
    """Takes changes at once, and has them heard bit by bit in later turns of the loop, in their order.

    So whoever has written them is answered first, and others are not held up. Belongs to one event loop.
    """

    def __init__(self, listening: Callable[[str], Iterable[Hear]], *, on_too_many: Callable[[str], None]) -> None:
        """Ask `listening` who hears of a collection's changes; `on_too_many` is told where some were forgotten."""
        self._listening = listening
        self._on_too_many = on_too_many
        self._waiting: deque[Change] = deque()
        self._now: deque[tuple[Hear, Change]] = deque()
        self._timer: asyncio.Handle | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is still something to be heard."""
        return bool(self._waiting or self._now)

    def add(self, changes: Sequence[Change]) -> None:
        """Take changes that somebody may want to hear of."""
        self._waiting.extend(changes)
        if len(self._waiting) > MOST_WAITING:
            forgotten = {change.collection for change in self._waiting} | {change.collection for _, change in self._now}
            self.clear()
            for collection in sorted(forgotten):
                self._on_too_many(collection)
        self._go_on()

    def clear(self) -> None:
        """Forget what was not heard."""
        self._waiting.clear()
        self._now.clear()

    def _go_on(self) -> None:
        if self._timer is None and self.is_busy:
            self._timer = asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._timer = None
        try:
            for _ in range(SLICE):
                if not self._now and not self._next():
                    break
                hear, change = self._now.popleft()
                hear(change)
        finally:
            # What one change raises must not keep the next from being heard.
            self._go_on()

    def _next(self) -> bool:
        """Find out who hears of the next change; False where none is left."""
        while self._waiting and not self._now:
            change = self._waiting.popleft()
            self._now.extend((hear, change) for hear in self._listening(change.collection))
        return bool(self._now)
