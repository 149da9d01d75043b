"""Durations, sizes and rates."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.specs import Rate
from runtime.settings.measures import duration_s, rate, size_bytes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("7ms", 0.007), ("15s", 15.0), ("10m", 600.0), ("24h", 86400.0), ("5d", 432000.0), ("0s", 0.0)],
)
def test_a_duration_is_seconds(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"), [("0B", 0), ("512B", 512), ("64KiB", 65536), ("1MiB", 1048576), ("2GiB", 2147483648)]
)
def test_a_size_is_bytes(text: str, size: int) -> None:
    assert size_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300/minute", Rate(300, 60.0)),
        ("5/second", Rate(5, 1.0)),
        ("10/hour", Rate(10, 3600.0)),
        ("1/day", Rate(1, 86400.0)),
        ("0/minute", Rate(0, 60.0)),
    ],
)
def test_a_rate_is_a_count_and_a_period(text: str, expected: Rate) -> None:
    assert rate(text) == expected


@pytest.mark.parametrize(
    "text", ["", "5", "5 s", " 5s", "5s ", "1.5s", "-5s", "5S", "5min", "1h30m", "٥s", "5s\n", "s", "1e3s"]
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write"):
        duration_s(text)


@pytest.mark.parametrize("text", ["", "64", "64KB", "64kib", "1.5MiB", "64 KiB", "64K"])
def test_what_is_not_a_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size; write"):
        size_bytes(text)


@pytest.mark.parametrize("text", ["", "300", "300/min", "300 / minute", "/minute", "300/60s", "-1/minute"])
def test_what_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate; write"):
        rate(text)


@given(st.integers(min_value=0, max_value=999_999_999))
def test_units_agree_with_each_other(number: int) -> None:
    assert duration_s(f"{number}s") == number
    assert duration_s(f"{number}m") == duration_s(f"{number}s") * 60
    assert duration_s(f"{number}d") == duration_s(f"{number}h") * 24
    assert duration_s(f"{number}ms") == number / 1000
    assert size_bytes(f"{number}MiB") == size_bytes(f"{number}KiB") * 1024


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else than ValueError is raised, whatever stands there."""
    for read in (duration_s, size_bytes, rate):
        with suppress(ValueError):
            read(text)
