"""Instants as text, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.clock import epoch_s, is_timestamp, timestamp


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_768_473_000.0, "2026-01-15T10:30:00.000Z"),
        (1_768_473_000.0004, "2026-01-15T10:30:00.000Z"),
        (1_768_473_000.9996, "2026-01-15T10:30:01.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"),
        (-62_135_596_800.0, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799.999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_has_one_text(seconds, text):
    assert timestamp(seconds) == text
    assert is_timestamp(text)


@pytest.mark.parametrize("seconds", [253_402_300_800.0, -62_135_596_801.0, float("inf"), float("nan")])
def test_what_no_calendar_has_cannot_be_told(seconds):
    with pytest.raises((ValueError, OverflowError)):
        timestamp(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-01-15", "2026-01-15T10:30:00Z", "2026-01-15T10:30:00.000+00:00", "2026-01-15 10:30:00.000Z",
        "2026-02-30T10:30:00.000Z", "2026-W03-4T10:30:00.000Z", "2026-01-15T24:00:00.000Z", "2026-01-15T10:60:00.000Z",
        "2026-01-15T10:30:60.000Z", "0000-01-15T10:30:00.000Z", "2026-01-15T10:30:00.000Z\n",
        "٢026-01-15T10:30:00.000Z", "2026-01-15T10:30:00,000Z", "2026-01-15T10:30:00.000z",
    ],
)  # fmt: skip
def test_nothing_else_is_a_timestamp(text):
    assert not is_timestamp(text)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_there_and_back_is_where_it_began(milliseconds):
    text = timestamp(milliseconds / 1000)
    assert is_timestamp(text)
    assert round(epoch_s(text) * 1000) == milliseconds
