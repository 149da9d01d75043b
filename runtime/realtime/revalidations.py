"""What clients are to fetch again, told once for many calls."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from runtime.model.clock import Clock

MERGE_S: Final = 0.1
"""Calls within this time of the first become one message: a batch of writes is one refetch, nobody sees the wait."""

KEYS_AT_ONCE: Final = 100
"""A message with more keys goes out before its time."""


class Revalidations:
    """Keys that wait for their message, by channel. Belongs to one event loop; its one timer runs while any wait."""

    def __init__(self, clock: Clock, tell: Callable[[str, Sequence[str]], None]) -> None:
        """`tell(channel, keys)` sends a message; it must not raise."""
        self._clock = clock
        self._tell = tell
        self._waiting: dict[str, tuple[float, dict[str, None]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, channel: str, keys: Sequence[str]) -> None:
        """Have clients of a channel told of keys, within MERGE_S."""
        _, waiting = self._waiting.setdefault(channel, (self._clock.monotonic() + MERGE_S, {}))
        waiting.update(dict.fromkeys(keys))
        if len(waiting) >= KEYS_AT_ONCE:
            self._send(channel)
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(MERGE_S, self._on_time)

    def send_due(self) -> None:
        """Send what has waited long enough."""
        now = self._clock.monotonic()
        for channel in [channel for channel, (due, _) in self._waiting.items() if due <= now]:
            self._send(channel)

    def flush(self) -> None:
        """Send everything now, and let the timer go."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for channel in tuple(self._waiting):
            self._send(channel)

    def _on_time(self) -> None:
        self._timer = None
        self.send_due()
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(MERGE_S, self._on_time)

    def _send(self, channel: str) -> None:
        self._tell(channel, tuple(self._waiting.pop(channel)[1]))
