"""Durations, sizes and rates as people write them, parsed once."""

import re
from typing import Final

from runtime.model.specs import Rate

SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
BYTES: Final = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
PERIODS: Final = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}

_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d)")
_SIZE = re.compile(r"([0-9]{1,9})(B|KiB|MiB|GiB)")
_RATE = re.compile(r"([0-9]{1,9})/(second|minute|hour|day)")


def duration_s(text: str) -> float:
    """Return the seconds of a duration: `500ms`, `15s`, `10m`, `24h`, `5d`.

    A whole number and one unit, nothing around or between them. Raises ValueError.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration; write a whole number and a unit: 500ms, 15s, 10m, 24h or 5d")
    # milliseconds are divided: 7 / 1000 is the nearest float to 0.007, 7 * 0.001 is not
    return int(found[1]) / 1000 if found[2] == "ms" else int(found[1]) * SECONDS[found[2]]


def size_bytes(text: str) -> int:
    """Return the bytes of a size: `512B`, `64KiB`, `1MiB`, `2GiB`. Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a size; write a whole number and a unit: 512B, 64KiB, 1MiB or 2GiB")
    return int(found[1]) * BYTES[found[2]]


def rate(text: str) -> Rate:
    """Return a rate: `300/minute`, per second, minute, hour or day. `0/minute` is no limit. Raises ValueError."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a rate; write 300/minute, or per second, hour or day")
    return Rate(int(found[1]), PERIODS[found[2]])
