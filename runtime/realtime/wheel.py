"""One timer for everything that has to be looked at now and then."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Wheel(Generic[T]):
    """Items in slots of time. Pure; not thread-safe.

    Ten thousand streams with a timer each would be ten thousand timers; here they are some sets, and setting or
    clearing one is a step in a dict. The price is precision: an item is due up to one slot late.
    """

    def __init__(self, slot_s: float) -> None:
        """Begin empty; `slot_s` is how fine the time is divided."""
        self._slot_s = slot_s
        self._slots: dict[int, set[T]] = {}
        self._slot_of: dict[T, int] = {}

    def __len__(self) -> int:
        return len(self._slot_of)

    def set(self, item: T, at: float) -> None:
        """Make an item due at a time, and no longer at an earlier set one."""
        self.clear(item)
        slot = -int(-at // self._slot_s)  # rounded up: never early
        self._slot_of[item] = slot
        self._slots.setdefault(slot, set()).add(item)

    def clear(self, item: T) -> None:
        """Forget an item; it may be unknown."""
        slot = self._slot_of.pop(item, None)
        if slot is None:
            return
        self._slots[slot].discard(item)
        if not self._slots[slot]:
            del self._slots[slot]

    def take_due(self, now: float) -> list[T]:
        """Take out and return what is due, earliest slots first."""
        last = int(now // self._slot_s)
        due: list[T] = []
        for slot in sorted(slot for slot in self._slots if slot <= last):
            due.extend(self._slots.pop(slot))
        for item in due:
            del self._slot_of[item]
        return due
