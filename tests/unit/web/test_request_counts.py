"""How requests are counted, and what percentiles are made of it."""

import pytest

from runtime.web.request_counts import BOUNDS_S, RequestCounts, percentile_ms


def test_answers_are_counted_by_the_class_of_their_status():
    counts = RequestCounts()
    for status in (200, 201, 304, 404, 422, 500, 599):
        counts.observe(status, 0.001)
    assert counts.statuses == [0, 0, 2, 1, 2, 2]


def test_nothing_has_no_percentiles():
    assert percentile_ms(RequestCounts().durations, 50) is None


@pytest.mark.parametrize("seconds", [0.0002, 0.0013, 0.02, 0.5, 7.0])
def test_a_percentile_is_right_to_twelve_percent(seconds):
    counts = RequestCounts()
    for _ in range(1000):
        counts.observe(200, seconds)
    assert percentile_ms(counts.durations, 50) == pytest.approx(seconds * 1000, rel=0.13)


def test_percentiles_tell_the_usual_from_the_slow():
    counts = RequestCounts()
    for _ in range(97):
        counts.observe(200, 0.002)
    for _ in range(3):
        counts.observe(200, 1.5)
    assert percentile_ms(counts.durations, 50) == pytest.approx(2, rel=0.13)
    assert percentile_ms(counts.durations, 95) == pytest.approx(2, rel=0.13)
    assert percentile_ms(counts.durations, 99) == pytest.approx(1500, rel=0.13)


def test_what_is_beyond_the_last_bound_counts_as_that():
    counts = RequestCounts()
    counts.observe(200, 1000.0)
    assert percentile_ms(counts.durations, 99) == round(BOUNDS_S[-1] * 1000, 3) == 100_000.0
