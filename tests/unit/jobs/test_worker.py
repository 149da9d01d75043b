"""The worker: when it looks, how much it takes on, and how it stops."""

import asyncio

from runtime.model.errors import Unavailable

OK = "async def run(ctx): return ctx.run.attempt"

WAITS = """
async def run(ctx):
    ctx.http.seen.append(ctx.run.id)
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    return ctx.run.attempt
"""


async def test_what_this_process_queues_is_begun_at_once_and_not_at_the_next_poll(project, working):
    """No time passes at all, so it can only be the event."""
    project.has(OK, render={})
    async with working():
        await project.reaches(await project.enqueue("render"), "succeeded")
        await project.reaches(await project.enqueue("render"), "succeeded")


async def test_what_another_process_queues_is_found_by_the_poll(project, working, clock):
    project.has(OK, render={})
    other = project.ledger_of_another_process()
    async with working():
        await project.pulse.until(lambda: [due for due, _ in clock.timers if due == 1])
        write = other.prepare("render", None, delay_s=0, key=None, by=None)
        await other.enqueue([write])
        assert (await project.ledger.get(write.id))["state"] == "queued"
        clock.advance(1)
        await project.reaches(write.id, "succeeded")


async def test_a_delayed_run_is_begun_when_it_is_due(project, working, clock):
    project.has(OK, render={})
    async with working():
        id = await project.enqueue("render", delay_s=0.4)
        await project.pulse.until(lambda: [due for due, _ in clock.timers if due < 1])
        clock.advance(0.4)
        run = await project.reaches(id, "succeeded")
    assert run["startedAt"] == "2026-01-15T12:00:00.400Z"


async def test_no_more_runs_than_allowed_go_on_at_once(project, working):
    project.has(WAITS, render={})
    async with working(concurrency=2) as worker:
        queued = [await project.enqueue("render") for _ in range(5)]
        await project.pulse.until(lambda: len(project.hand.seen) == 2)
        assert (worker.busy, len(await project.runs(state="queued"))) == (2, 3)
        project.hand.gate.set()
        for id in queued:
            await project.reaches(id, "succeeded")
    assert sorted(project.hand.seen) == sorted(queued)


async def test_two_workers_never_run_the_same_run(project, working):
    project.has("async def run(ctx): ctx.http.seen.append(ctx.run.id)", render={})
    async with working(), working(ledger=project.ledger_of_another_process()):
        queued = [await project.enqueue("render") for _ in range(30)]
        for id in queued:
            await project.reaches(id, "succeeded")
    assert sorted(project.hand.seen) == sorted(queued)


async def test_a_run_whose_worker_died_is_begun_again_with_attempt_2(project, working, clock):
    project.has(OK, render={})
    id = await project.enqueue("render")
    await project.ledger.claim("dead", limit=1)
    clock.advance(30)
    async with working():
        run = await project.reaches(id, "succeeded")
    assert (run["attempt"], run["failures"], run["result"]) == (2, 0, 2)
    assert [line["message"] for line in run["log"]] == ["attempt 2 begins"]


async def test_a_run_that_kills_its_worker_each_time_comes_to_an_end(project, working, clock):
    project.has(OK, render={})
    id = await project.enqueue("render")
    for _ in range(11):
        await project.ledger.claim("dead", limit=1)
        clock.advance(30)
    async with working():
        run = await project.reaches(id, "failed")
    assert (run["attempt"], run["error"]["type"]) == (12, "WorkerLost")
    assert run["error"]["message"] == "the server died 11 times while it ran this"


async def test_stopping_lets_runs_finish_within_the_drain(project, working):
    project.has(WAITS, render={})
    async with working(drain_s=30.0):
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        asyncio.get_running_loop().call_soon(project.hand.gate.set)
    run = await project.ledger.get(id)
    assert (run["state"], run["attempt"]) == ("succeeded", 1)


async def test_stopping_gives_the_rest_back_without_using_up_an_attempt(project, working):
    project.has(WAITS, render={})
    async with working() as worker:
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
    run = await project.ledger.get(id)
    assert (run["state"], run["attempt"], run["failures"], run["leaseUntil"], worker.busy) == ("queued", 0, 0, None, 0)
    project.hand.gate.set()
    async with working():
        assert (await project.reaches(id, "succeeded"))["attempt"] == 1


async def test_a_job_that_is_stopped_can_clean_up_and_knows_why(project, working):
    project.has(
        """
import asyncio

async def run(ctx):
    ctx.http.seen.append(ctx.cancelled)
    ctx.http.pulse.now()
    try:
        await ctx.http.gate.wait()
    finally:
        await asyncio.sleep(0)
        ctx.http.seen.append(ctx.cancelled)
        ctx.progress(33, "interrupted")
        ctx.log.info("cleaned up")
""",
        render={},
    )
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
    run = await project.ledger.get(id)
    assert project.hand.seen == [False, True]
    assert [line["message"] for line in run["log"]] == ["cleaned up"]
    assert (run["state"], run["progress"]) == ("queued", {"percent": 0, "message": ""})


async def test_a_worker_that_stops_begins_nothing_any_more(project, working):
    project.has(WAITS, render={})
    async with working(drain_s=30.0):
        await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)

        async def late():
            late.id = await project.enqueue("render")
            project.hand.gate.set()

        ending = asyncio.create_task(late())
    await ending
    assert (await project.ledger.get(late.id))["state"] == "queued"


async def test_what_is_claimed_in_the_moment_of_stopping_is_given_back_untouched(project, working):
    project.has(WAITS, render={})
    id = await project.enqueue("render")
    claim = project.ledger.claim
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow_claim(worker, *, limit, lost):
        claims = await claim(worker, limit=limit, lost=lost)
        arrived.set()
        await go_on.wait()
        return claims

    project.ledger.claim = slow_claim
    async with working():
        await arrived.wait()
        asyncio.get_running_loop().call_soon(go_on.set)
    run = await project.ledger.get(id)
    assert (run["state"], run["attempt"], project.hand.seen) == ("queued", 0, [])


async def test_a_store_that_is_away_is_asked_again(project, working, store, clock, logged):
    project.has(OK, render={})
    id = await project.enqueue("render")
    store.away = True
    async with working():
        await project.pulse.until(lambda: [entry for entry in logged.entries if entry["event"] == "ledger_not_read"])
        store.away = False
        await project.pulse.until(lambda: clock.timers)
        clock.advance(1)
        await project.reaches(id, "succeeded")


async def test_an_error_nobody_foresaw_does_not_end_the_worker(project, working, clock, logged):
    project.has(OK, render={})
    id = await project.enqueue("render")
    claim = project.ledger.claim

    async def broken(worker, *, limit, lost):
        project.ledger.claim = claim
        project.pulse.now()
        raise ZeroDivisionError

    project.ledger.claim = broken
    async with working():
        await project.pulse.until(lambda: logged.entries and clock.timers)
        clock.advance(1)
        await project.reaches(id, "succeeded")
    assert logged.entries[0]["event"] == "ledger_not_read"


async def test_a_skipped_run_is_told_to_the_one_who_asked_for_it(project, working, render_events):
    project.has(WAITS, render={"overlap": "skip", "events": render_events})
    async with working():
        await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        id = await project.enqueue("render", by="bob")
        await project.reaches(id, "skipped")
        await project.pulse.until(lambda: project.publisher.bodies("user:bob"))
    (body,) = project.publisher.bodies("user:bob")
    assert (body["type"], body["jobId"], body["error"]["type"]) == ("render_failed", id, "Skipped")


async def test_the_store_refusing_an_end_is_tried_again(project, working, store, clock):
    """The work is done; that the store is away when it ends must not make it undone."""
    project.has(WAITS, render={})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        commit, refusals = store.commit, []

        async def refusing(writes):
            if len(refusals) < 2:
                refusals.append(writes)
                project.pulse.now()
                raise Unavailable("the store is away")
            return await commit(writes)

        store.commit = refusing
        project.hand.gate.set()
        for times in (1, 2):
            await project.pulse.until(lambda times=times: len(refusals) == times)
            await asyncio.sleep(0)
            clock.advance(1)
        assert (await project.reaches(id, "succeeded"))["result"] == 1
