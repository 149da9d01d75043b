"""Time, passed in and never called from the depth, so that tests can move it."""

import re
import time
from datetime import datetime, timedelta
from typing import Final, Protocol

_EPOCH: Final = datetime(1970, 1, 1)  # UTC, as all that is made of it
_TIMESTAMP: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


class Clock(Protocol):
    """What time it is."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return the monotonic seconds."""
        return time.monotonic()


def timestamp(epoch_s: float) -> str:
    """Return an instant as the wire has it: `2026-01-15T10:30:00.000Z` (RFC 3339, UTC, milliseconds).

    Such strings sort as the instants do.
    """
    seconds, milliseconds = divmod(round(epoch_s * 1000), 1000)
    # Not strftime: its %Y leaves out the zeros of years before 1000.
    return f"{(_EPOCH + timedelta(0, seconds)).isoformat()}.{milliseconds:03}Z"


def is_timestamp(text: str) -> bool:
    """Return whether a text is an instant exactly as `timestamp` returns it; this takes a tenth of the way and back."""
    if not _TIMESTAMP.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def epoch_s(text: str) -> float:
    """Return the seconds since the epoch of an RFC 3339 date-time.

    Raises ValueError where the text is none or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; end it with Z or an offset such as +02:00")
    return moment.timestamp()
