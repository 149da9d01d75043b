"""When jobs fire: cron on the clocks of a zone, both daylight-saving changes, periods and single instants."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.jobs.timetable import Cron, Every, next_fire, next_fires, timetable
from runtime.model.problem import Source
from runtime.model.specs import HookRef, JobSpec
from runtime.model.weekdays import weekdays

NOON = 1_768_478_400.0
"""2026-01-15T12:00:00Z, a Thursday."""


def job(**settings):
    return JobSpec(name="digest", source=Source("jobs/digest.yml"), ref=HookRef("jobs/digest.py", "run"), **settings)


def fires(expression, start, count, *, timezone="Europe/Berlin"):
    """The first instants after a moment, as UTC text to the minute."""
    table = timetable(job(cron=expression, timezone=timezone))
    moment = datetime.fromisoformat(start)
    times = []
    for _ in range(count):
        moment = table.after(moment)
        times.append(f"{moment:%m-%dT%H:%M}")
    return times


def test_weekday_numbers_are_crons_and_not_apschedulers():
    """`1-5` is Monday to Friday: 2026-01-02 is a Friday, 2026-01-05 a Monday."""
    assert fires("0 6 * * 1-5", "2026-01-02T12:00:00+00:00", 6) == [
        "01-05T05:00", "01-06T05:00", "01-07T05:00", "01-08T05:00", "01-09T05:00", "01-12T05:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("*", "*"),
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "sun,fri,sat"),
        ("fri-mon", "sun,mon,fri,sat"),
        ("*/2", "sun,tue,thu,sat"),
        ("1-5/2", "mon,wed,fri"),
        ("5/1", "fri,sat"),
        ("MON,wed", "mon,wed"),
    ],
)
def test_weekdays_become_names(field, names):
    assert weekdays(field) == names


@pytest.mark.parametrize("field", ["8", "moon", "1-", "1/0", "1/x", "", "1,,2", "-1"])
def test_a_weekday_that_is_none_is_refused(field):
    with pytest.raises(ValueError, match="weekdays"):
        weekdays(field)


def test_day_and_weekday_together_are_either_as_in_cron():
    """Every 13th, and every Friday. 2026-02-13 is both, and fires once."""
    assert fires("0 0 13 * 5", "2026-02-01T12:00:00+00:00", 4, timezone="UTC") == [
        "02-06T00:00", "02-13T00:00", "02-20T00:00", "02-27T00:00",
    ]  # fmt: skip
    assert fires("0 0 13 * 5", "2026-01-10T12:00:00+00:00", 2, timezone="UTC") == ["01-13T00:00", "01-16T00:00"]


def test_a_time_that_the_clocks_skip_fires_an_hour_later_on_the_wall_once():
    """Berlin goes from 02:00 to 03:00 on 2026-03-29: 02:30 does not exist and becomes 03:30."""
    assert fires("30 2 * * *", "2026-03-28T00:00:00+00:00", 3) == ["03-28T01:30", "03-29T01:30", "03-30T00:30"]


def test_a_time_that_comes_twice_fires_the_first_time_only():
    """Berlin goes from 03:00 back to 02:00 on 2026-10-25: 02:30 is 00:30 UTC, and again 01:30 UTC."""
    assert fires("30 2 * * *", "2026-10-24T12:00:00+00:00", 3) == ["10-25T00:30", "10-26T01:30", "10-27T01:30"]
    assert fires("0 2,3 * * *", "2026-10-24T12:00:00+00:00", 3) == ["10-25T00:00", "10-25T02:00", "10-26T01:00"]


def test_skipped_and_existing_times_that_fall_together_fire_once():
    """02:00 does not exist on 2026-03-29 and would be 03:00, which is asked for as well."""
    assert fires("0 2,3 * * *", "2026-03-28T12:00:00+00:00", 3) == ["03-29T01:00", "03-30T00:00", "03-30T01:00"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-28T23:45:00+00:00", ["03-29T00:00", "03-29T00:30", "03-29T01:00", "03-29T01:30", "03-29T02:00"]),
        ("2026-10-24T23:45:00+00:00", ["10-25T00:00", "10-25T00:30", "10-25T01:00", "10-25T01:30", "10-25T02:00"]),
    ],
)
def test_a_rhythm_goes_on_through_both_changes(start, expected):
    assert fires("*/30 * * * *", start, 5) == expected


def test_a_cron_that_never_comes_true_never_fires():
    assert next_fire(job(cron="0 0 30 2 *"), NOON) is None


@pytest.mark.parametrize(
    "expression", ["", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "x * * * *", "@daily"]
)
def test_a_cron_that_is_none_is_a_value_error(expression):
    with pytest.raises(ValueError, match=r"\w"):
        timetable(job(cron=expression))


@pytest.mark.parametrize("zone", ["Europe/Berlln", "../etc/passwd", "Mars"])
def test_an_unknown_time_zone_is_a_value_error(zone):
    with pytest.raises(ValueError, match=r"\w"):
        timetable(job(cron="0 6 * * *", timezone=zone))


def test_a_period_is_counted_from_the_epoch_so_that_all_processes_agree():
    assert next_fire(job(every_s=3600.0), NOON + 1) == 1_768_482_000.0
    assert next_fire(job(every_s=0.25), NOON + 0.3) == NOON + 0.5


def test_the_instant_itself_is_next():
    assert next_fire(job(every_s=60.0), NOON) == NOON
    assert next_fire(job(cron="0 12 * * *"), NOON) == NOON
    assert next_fire(job(at="2026-01-15T12:00:00Z"), NOON) == NOON


def test_a_period_of_nothing_is_refused():
    with pytest.raises(ValueError, match="longer than nothing"):
        timetable(job(every_s=0.0))


def test_a_single_instant_is_on_the_clocks_of_its_zone_unless_it_says_otherwise():
    """Berlin is two hours ahead in July."""
    assert next_fire(job(at="2026-07-01T12:00:00", timezone="Europe/Berlin"), NOON) == 1_782_900_000.0
    assert next_fire(job(at="2026-07-01T12:00:00Z", timezone="Europe/Berlin"), NOON) == 1_782_907_200.0


def test_a_single_instant_that_is_over_does_not_come_again():
    assert next_fire(job(at="2026-01-15T12:00:00Z"), NOON + 1) is None


def test_a_job_without_a_trigger_never_fires():
    assert next_fire(job(), NOON) is None


def test_a_clock_that_jumped_by_56_years_costs_a_few_steps(monkeypatch):
    """The last of 29 million missed minutes is found without going through them."""
    steps = []
    following = Cron._following
    monkeypatch.setattr(Cron, "_following", lambda self, moment: steps.append(moment) or following(self, moment))
    start, end = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC)
    table = timetable(job(cron="* * * * *"))
    assert table.latest(start, end) == datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    assert len(steps) < 10


moments = st.datetimes(datetime(2026, 3, 1), datetime(2026, 11, 30)).map(lambda moment: moment.replace(tzinfo=UTC))


@given(
    expression=st.sampled_from(["*/20 * * * *", "30 2 * * *", "0 2,3 29 3 *", "0 6 * * 1-5", "15 3 1 * 0"]),
    after=moments,
    span=st.timedeltas(timedelta(), timedelta(days=3)),
)
def test_the_latest_instant_is_where_walking_ends(expression, after, span):
    table = timetable(job(cron=expression, timezone="Europe/Berlin"))
    walked, moment = None, after
    while (moment := table.after(moment)) is not None and moment <= after + span:
        walked = moment
    assert table.latest(after, after + span) == walked


@given(period=st.timedeltas(timedelta(milliseconds=1), timedelta(days=9)), moment=moments)
def test_a_period_has_exactly_one_instant_in_every_stretch_of_its_length(period, moment):
    table = Every(period)
    first = table.after(moment)
    assert moment < first <= moment + period
    assert table.after(first) - first == period
    assert table.latest(moment, first) == first
    assert table.latest(moment, first - timedelta(microseconds=1)) is None


def test_several_next_times_follow_one_another_and_end_where_there_are_no_more():
    hour = 3600.0
    assert next_fires(job(every_s=hour), NOON, most=3) == [NOON, NOON + hour, NOON + 2 * hour]
    assert next_fires(job(at="2026-01-15T13:00:00Z"), NOON, most=3) == [NOON + hour]
    assert next_fires(job(), NOON, most=3) == []
