"""Times at which no server was there, and clocks that are set."""

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from runtime.jobs.triggers import Schedule
from runtime.model.clock import epoch_s

NOTHING = "def run(ctx): pass"
DAY = 86400.0


@pytest.fixture
def scheduling(project, clock):
    """Enter schedules, each like a server that was started anew; what a start has to do is done when it is left."""

    @asynccontextmanager
    async def enter():
        schedule = Schedule(project.ledger, registry=project.registry, clock=clock, log=project.log, wait=clock.wait)
        async with schedule.running():
            schedule._scheduler.pause()  # what the machine's clock comes by meanwhile is no matter of the test's
            yield schedule

    return enter


@pytest.fixture
def served(scheduling):
    async def serve():
        async with scheduling():
            pass

    return serve


async def instants(project, job):
    return [run["scheduledAt"] for run in await project.runs(job=job)]


async def test_once_makes_up_for_the_last_time_that_was_missed_and_never_does_not(project, served, clock):
    project.has(
        NOTHING, once={"every_s": DAY, "catch_up": "once"}, never={"every_s": DAY}, at={
            "at": "2026-01-16T09:00:00Z", "catch_up": "once",
        },
    )  # fmt: skip
    await served()
    assert await project.runs() == []
    clock.advance(3 * DAY)
    await served()
    assert await instants(project, "once") == ["2026-01-18T00:00:00.000Z"]
    assert await instants(project, "at") == ["2026-01-16T09:00:00.000Z"]
    assert await instants(project, "never") == []


async def test_what_was_made_up_for_is_not_made_up_for_again(project, served, clock):
    project.has(NOTHING, once={"every_s": DAY, "catch_up": "once"})
    await served()
    clock.advance(3 * DAY)
    for _ in range(3):
        await served()
        clock.advance(60)
    assert await instants(project, "once") == ["2026-01-18T00:00:00.000Z"]


async def test_a_job_that_is_new_has_missed_nothing(project, served, clock):
    project.has(NOTHING, other={"every_s": DAY, "catch_up": "once"})
    await served()
    clock.advance(3 * DAY)
    project.has(NOTHING, once={"every_s": DAY, "catch_up": "once"})
    await served()
    assert await project.runs() == []


async def test_a_trigger_that_was_changed_has_missed_nothing(project, served, clock):
    project.has(NOTHING, once={"every_s": DAY, "catch_up": "once"})
    await served()
    clock.advance(3 * DAY)
    project.respecify("once", every_s=3600.0)
    await served()
    assert await project.runs() == []


async def test_what_fired_was_not_missed(project, scheduling, served, clock):
    project.has(NOTHING, once={"every_s": DAY, "catch_up": "once"})
    async with scheduling() as schedule:
        await project.pulse.until(lambda: [w for w in project.store.writes if w.collection == "_triggers"])
        clock.advance(DAY)
        schedule._fired("once", datetime(2026, 1, 16, tzinfo=UTC))
    await served()
    assert await instants(project, "once") == ["2026-01-16T00:00:00.000Z"]


async def test_a_clock_that_jumps_by_a_year_makes_one_run(project, served, clock):
    project.has(NOTHING, once={"every_s": 1.0, "catch_up": "once"}, cron={"cron": "* * * * *", "catch_up": "once"})
    await served()
    clock.advance(365 * DAY)
    await served()
    assert await instants(project, "once") == ["2027-01-15T12:00:00.000Z"]
    assert await instants(project, "cron") == ["2027-01-15T12:00:00.000Z"]


async def test_while_the_store_is_away_what_was_missed_is_not_forgotten(
    project, scheduling, served, clock, store, logged
):
    project.has(NOTHING, once={"every_s": DAY, "catch_up": "once"})
    await served()
    clock.advance(DAY)

    async def away(*_):
        store.check()

    store.get_many = away
    store.away = True
    async with scheduling():
        await project.pulse.until(lambda: [e for e in logged.entries if e["event"] == "runs_not_queued"])
        store.away = False
        del store.get_many
        clock.advance(1)
        await project.pulse.until(lambda: [w for w in project.store.writes if w.document.get("job") == "once"])
    assert await instants(project, "once") == ["2026-01-16T00:00:00.000Z"]


async def test_what_fires_over_a_minute_late_is_left_out_unless_it_is_to_be_caught_up(
    project, scheduling, clock, logged
):
    """The machine slept, or the loop was blocked."""
    project.has(NOTHING, never={"every_s": DAY}, once={"every_s": DAY, "catch_up": "once"})
    async with scheduling() as schedule:
        for job in ("never", "once"):
            schedule._fired(job, datetime.fromtimestamp(clock.now(), UTC) - timedelta(seconds=61))
            schedule._fired(job, datetime.fromtimestamp(clock.now(), UTC) - timedelta(seconds=59))
    assert await instants(project, "never") == ["2026-01-15T11:59:01.000Z"]
    assert await instants(project, "once") == ["2026-01-15T11:58:59.000Z", "2026-01-15T11:59:01.000Z"]
    (entry,) = [entry for entry in logged.entries if entry["event"] == "run_missed"]
    assert (entry["job"], entry["late_s"]) == ("never", 61)


async def test_a_clock_that_is_set_back_has_its_timers_computed_anew(project, scheduling, clock):
    project.has(NOTHING, digest={"every_s": DAY})
    async with scheduling() as schedule:
        before = schedule._scheduler.get_job("digest")
        await project.pulse.until(lambda: clock.timers)
        now, clock.now = clock.now, lambda: now() - 3600
        clock.advance(30)
        await project.pulse.until(lambda: schedule._scheduler.get_job("digest") is not before)
    assert epoch_s("2026-01-15T11:00:30Z") == clock.now()
