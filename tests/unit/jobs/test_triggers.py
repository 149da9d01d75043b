"""The clockwork. APScheduler knows the machine's clock only, so time is real here, in hundredths of a second."""

import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from runtime.jobs.timetable import Every
from runtime.jobs.triggers import Schedule, _Trigger
from runtime.model.clock import epoch_s, timestamp

NOTHING = "def run(ctx): pass"
FAR = "2100-01-01T00:00:00Z"


@pytest.fixture
def scheduling(project, clock):
    @asynccontextmanager
    async def enter(ledger=None):
        schedule = Schedule(
            ledger or project.ledger, registry=project.registry, clock=clock, log=project.log, wait=clock.wait
        )
        async with schedule.running():
            yield schedule

    return enter


def queued(project, job):
    """The instants that a job has been queued for so far, one for each time that some process tried."""
    return [epoch_s(w.document["scheduledAt"]) for w in project.store.writes if w.document["job"] == job]


async def test_two_processes_queue_one_run_for_each_instant(project, scheduling):
    project.has(NOTHING, digest={"every_s": 0.05})
    async with scheduling(), scheduling(project.ledger_of_another_process()):
        await project.pulse.until(lambda: len(queued(project, "digest")) >= 8)
    tried = queued(project, "digest")
    instants = [epoch_s(run["scheduledAt"]) for run in await project.runs(job="digest")]
    assert len(instants) == len(set(instants)) == len(set(tried))
    assert len(tried) > len(instants)
    assert {round(instant * 1000) % 50 for instant in instants} == {0}
    assert {run["queuedBy"] for run in await project.runs()} == {None}


async def test_a_loop_that_was_busy_over_many_instants_fires_once(project, scheduling):
    project.has(NOTHING, digest={"every_s": 0.01})
    async with scheduling():
        await project.pulse.until(lambda: queued(project, "digest"))
        before = time.time()
        time.sleep(0.1)  # the loop is busy
        after = time.time()
        await project.pulse.until(lambda: queued(project, "digest")[-1] > after)
    assert len([at for at in queued(project, "digest") if before + 0.01 < at <= after]) <= 1


def test_a_trigger_that_missed_many_instants_gives_the_last_of_them():
    trigger = _Trigger(Every(timedelta(minutes=1)))
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert trigger.get_next_fire_time(None, noon) == noon
    assert trigger.get_next_fire_time(noon, noon) == noon + timedelta(minutes=1)
    late = noon + timedelta(days=365, seconds=30)
    assert trigger.get_next_fire_time(noon, late) == noon + timedelta(days=365)
    assert trigger.get_next_fire_time(noon + timedelta(days=365), late) == noon + timedelta(days=365, minutes=1)


async def test_a_single_instant_fires_once_and_not_again_after_a_reload(project, scheduling):
    at = time.time() + 1  # by then the schedule has begun
    project.has(NOTHING, gala={"at": timestamp(at)}, digest={"every_s": 0.03})
    async with scheduling():
        await project.pulse.until(lambda: queued(project, "gala"))
        project.respecify("digest", description="changed")
        before = len(queued(project, "digest"))
        await project.pulse.until(lambda: len(queued(project, "digest")) > before + 1)
    assert queued(project, "gala") == [epoch_s(timestamp(at))]


async def test_a_single_instant_that_is_over_is_not_fired_at_the_start(project, scheduling):
    project.has(NOTHING, gala={"at": "2020-01-01T00:00:00Z"}, digest={"every_s": 0.02})
    async with scheduling():
        await project.pulse.until(lambda: len(queued(project, "digest")) > 1)
    assert queued(project, "gala") == []


async def test_a_reload_adds_changes_and_removes_triggers_and_leaves_the_rest_alone(project, scheduling):
    project.has(NOTHING, stays={"every_s": 0.03}, goes={"every_s": 0.03}, changes={"every_s": 3600.0})
    async with scheduling():
        await project.pulse.until(lambda: queued(project, "stays") and queued(project, "goes"))
        project.has(NOTHING, stays={"every_s": 0.03}, changes={"every_s": 0.03}, comes={"every_s": 0.03})
        gone = time.time()
        await project.pulse.until(lambda: queued(project, "changes") and queued(project, "comes"))
        stays = len(queued(project, "stays"))
        await project.pulse.until(lambda: len(queued(project, "stays")) > stays + 1)
    instants = queued(project, "stays")
    assert len(set(instants)) == len(instants)
    assert {round(instant * 1000) % 30 for instant in instants} == {0}
    assert [at for at in queued(project, "goes") if at > gone] == []


async def test_of_what_fires_while_the_store_is_away_each_jobs_last_is_queued(
    project, scheduling, store, clock, logged
):
    project.has(NOTHING, digest={"at": FAR}, other={"at": FAR})
    noon = datetime(2026, 1, 15, 12, tzinfo=UTC)

    def refusals():
        return [entry for entry in logged.entries if entry["event"] == "runs_not_queued"]

    async with scheduling() as schedule:
        store.away = True
        for job, minute in [("digest", 1), ("other", 1), ("digest", 2)]:
            schedule._fired(job, noon + timedelta(minutes=minute))
        for times in (1, 2):
            await project.pulse.until(lambda times=times: len(refusals()) == times and len(clock.timers) == 1)
            clock.advance(1)
        store.away = False
        await project.pulse.until(lambda: clock.timers)
        clock.advance(1)
        await project.pulse.until(lambda: queued(project, "digest") and queued(project, "other"))
    assert (queued(project, "digest"), queued(project, "other")) == ([1_768_478_520.0], [1_768_478_460.0])
    assert (refusals()[0]["reason"], refusals()[0]["jobs"]) == ("the store is away", ["digest", "other"])


async def test_what_has_fired_when_the_schedule_is_left_is_still_queued(project, scheduling):
    project.has(NOTHING, digest={"at": FAR})
    async with scheduling() as schedule:
        schedule._fired("digest", datetime(2026, 1, 15, 12, tzinfo=UTC))
    assert queued(project, "digest") == [1_768_478_400.0]


async def test_a_trigger_that_cannot_be_used_is_logged_and_the_others_go_on(project, scheduling, logged):
    project.has(NOTHING, bad={"cron": "61 * * * *"}, digest={"every_s": 0.02})
    async with scheduling():
        await project.pulse.until(lambda: queued(project, "digest"))
    (entry,) = [entry for entry in logged.entries if entry["event"] == "job_not_scheduled"]
    assert (entry["job"], entry["source"]) == ("bad", "jobs/jobs.yml:1:1")
    assert "61" in entry["reason"]


async def test_a_scheduled_job_that_needs_an_input_is_logged_each_time(project, scheduling, logged):
    project.has(NOTHING, digest={"every_s": 0.02, "input": {"required": ["a"]}}, other={"every_s": 0.02})
    async with scheduling():
        await project.pulse.until(lambda: len(queued(project, "other")) > 1)
    entries = [entry for entry in logged.entries if entry["event"] == "run_not_queued"]
    assert (entries[0]["job"], entries[0]["errors"]) == ("digest", {"/a": "is required"})
    assert queued(project, "digest") == []


async def test_timers_are_set_anew_twice_a_minute(project, scheduling, clock):
    """A wall clock that was set, or a machine that slept, is noticed."""
    project.has(NOTHING, digest={"at": FAR})
    async with scheduling() as schedule:
        wakeup, woken = schedule._scheduler.wakeup, []
        schedule._scheduler.wakeup = lambda: (woken.append(1), wakeup(), project.pulse.now())
        await project.pulse.until(lambda: clock.timers)
        clock.advance(30)
        await project.pulse.until(lambda: woken == [1])


async def test_a_fault_while_a_run_is_queued_keeps_no_later_one_from_it(project, scheduling, logged, monkeypatch):
    project.has(NOTHING, digest={"every_s": 0.05})
    enqueue, failed = project.ledger.enqueue, []

    async def failing_once(writes):
        if not failed:
            failed.extend(writes)
            raise RuntimeError("a bug")
        await enqueue(writes)

    monkeypatch.setattr(project.ledger, "enqueue", failing_once)
    async with scheduling():
        await project.pulse.until(lambda: queued(project, "digest"))
    assert [entry["jobs"] for entry in logged.entries if entry["event"] == "runs_not_queued"] == [["digest"]]
