"""What people do to runs: cancelling them, and retrying what is dead."""

import pytest

from runtime.jobs import record
from runtime.jobs.failure import said
from runtime.model.errors import Conflict, InvalidDocument, NotFound

NOTHING = "def run(ctx): pass"

WAITS = """
import asyncio

async def run(ctx):
    ctx.http.seen.append("begun")
    ctx.http.pulse.now()
    try:
        await ctx.http.gate.wait()
    finally:
        await asyncio.sleep(0)
        ctx.http.seen.append(ctx.cancelled)
"""


async def dead(project, clock):
    """A run that has failed for good."""
    id = await project.enqueue("render", {"n": 1})
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    await claim.change(lambda run: record.stepped(run, now=clock.now(), name="first", result=1))
    await claim.change(lambda run: record.failed(run, now=clock.now(), error=said("E", "no")))
    return id


async def test_a_queued_run_is_cancelled_at_once_and_never_begun(project, working, clock):
    project.has(NOTHING, render={})
    id = await project.enqueue("render", delay_s=5)
    run = await project.ledger.cancel(id, by="ada")
    assert (run["state"], run["attempt"], run["finishedAt"], run["cancelBy"]) == (
        "cancelled", 0, "2026-01-15T12:00:00.000Z", "ada",
    )  # fmt: skip
    assert run["error"]["message"] == "cancelled by ada"
    clock.advance(10)
    assert (await project.ledger.claim("w", limit=5)).begun == []


async def test_a_running_job_cleans_up_and_its_run_is_cancelled(project, working, render_events):
    project.has(WAITS, render={"events": render_events, "retries": project.retries(max=3)})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen == ["begun"])
        told = await project.ledger.cancel(id, by="bob")
        assert (told["state"], told["cancelAt"]) == ("running", "2026-01-15T12:00:00.000Z")
        run = await project.reaches(id, "cancelled")
        await project.pulse.until(lambda: "render_failed" in project.publisher.types("user:ada"))
    assert project.hand.seen == ["begun", True]
    assert (run["attempt"], run["cancelBy"], run["slot"], run["leaseUntil"]) == (1, "bob", None, None)
    assert project.publisher.bodies("user:ada")[-1]["error"] == {"type": "Cancelled", "message": "cancelled by bob"}


async def test_the_process_that_has_the_run_learns_of_it_by_its_poll(project, working, clock):
    project.has(WAITS, render={})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen == ["begun"])
        await project.ledger_of_another_process().cancel(id, by=None)
        clock.advance(1)
        run = await project.reaches(id, "cancelled")
    assert run["error"]["message"] == "cancelled by the system"


async def test_it_also_learns_of_it_when_it_stores_progress(project, working, clock):
    project.has("import asyncio\n" + WAITS.replace("ctx.http.pulse.now()", "ctx.progress(1, 'begun')"), render={})
    async with working() as worker:
        id = await project.enqueue("render")
        await project.progress(id, "begun")
        worker._asked_at = clock.monotonic() + 1e9
        await project.ledger_of_another_process().cancel(id, by=None)
        clock.advance(10)
        assert (await project.reaches(id, "cancelled"))["attempt"] == 1


async def test_a_plain_function_sees_it_and_returns(project, working):
    code = """
import time

def run(ctx):
    ctx.progress(1, "begun")
    while not ctx.cancelled:
        time.sleep(0.001)
    ctx.log.info("stopped early")
    return "half"
"""
    project.has(code, render={})
    async with working(grace_s=20.0):
        id = await project.enqueue("render")
        await project.progress(id, "begun")
        await project.ledger.cancel(id, by="ada")
        run = await project.reaches(id, "cancelled")
    assert [line["message"] for line in run["log"]] == ["stopped early", "cancelled"]
    assert run["result"] is None


@pytest.mark.parametrize(
    "code",
    [
        "def run(ctx):\n    ctx.progress(1, 'begun')\n    while True: pass",
        """
import asyncio

async def run(ctx):
    ctx.progress(1, "begun")
    while True:
        try:
            await ctx.http.gate.wait()
            return
        except asyncio.CancelledError:
            pass
""",
    ],
)
async def test_a_job_that_ignores_it_is_left_behind_after_its_grace(project, working, code):
    project.has(code, render={}, other={"code": "async def run(ctx): return 1"})
    async with working(grace_s=0.05):
        id = await project.enqueue("render")
        await project.progress(id, "begun")
        await project.ledger.cancel(id, by="ada")
        await project.reaches(id, "cancelled")
        await project.reaches(await project.enqueue("other"), "succeeded")
        project.hand.gate.set()


async def test_a_run_that_fails_while_it_is_asked_to_end_is_not_tried_again(project, working, clock):
    code = """
async def run(ctx):
    ctx.http.seen.append("begun")
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    raise ValueError("no")
"""
    project.has(code, render={"retries": project.retries(max=3)})
    async with working() as worker:
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen == ["begun"])
        worker._asked_at = clock.monotonic() + 1e9
        await project.ledger_of_another_process().cancel(id, by="ada")
        project.hand.gate.set()
        await project.reaches(id, "cancelled")


async def test_a_run_whose_worker_died_before_it_could_end_it_is_cancelled_by_the_next(project, working, clock):
    project.has(NOTHING, render={})
    id = await project.enqueue("render")
    await project.ledger.claim("dead", limit=1)
    await project.ledger.cancel(id, by="ada")
    clock.advance(30)
    async with working() as worker:
        run = await project.reaches(id, "cancelled")
    assert (run["attempt"], worker.counts.of("render").ended) == (1, {"cancelled": 1})


async def test_what_has_ended_cannot_be_cancelled(project, clock):
    project.has(NOTHING, render={})
    id = await dead(project, clock)
    with pytest.raises(Conflict, match="has ended already: it is failed") as refused:
        await project.ledger.cancel(id, by=None)
    assert refused.value.code == "run_ended"
    with pytest.raises(NotFound):
        await project.ledger.cancel("nonesuch", by=None)


async def test_a_dead_run_is_queued_again_with_all_its_retries_and_its_steps(project, clock):
    project.has(NOTHING, render={})
    id = await dead(project, clock)
    clock.advance(60)
    run = await project.ledger.retry(id, by="ada")
    assert (run["state"], run["dueAt"], run["finishedAt"], run["failures"], run["attempt"], run["steps"]) == (
        "queued", "2026-01-15T12:01:00.000Z", None, 0, 1, {"first": 1},
    )  # fmt: skip
    assert run["log"][-1]["message"] == "retried by ada"
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    assert claim.run["attempt"] == 2


async def test_a_cancelled_run_that_is_retried_is_not_cancelled_again(project, working):
    project.has("async def run(ctx): return 1", render={})
    id = await project.enqueue("render", delay_s=60)
    await project.ledger.cancel(id, by="ada")
    await project.ledger.retry(id, by="ada")
    async with working():
        assert (await project.reaches(id, "succeeded"))["cancelAt"] is None


async def test_only_what_is_dead_and_still_fits_is_retried(project, clock):
    project.has(NOTHING, render={}, other={})
    waiting = await project.enqueue("render", delay_s=60)
    with pytest.raises(Conflict) as refused:
        await project.ledger.retry(waiting, by=None)
    assert refused.value.code == "run_not_dead"
    id = await dead(project, clock)
    project.respecify("render", input={"type": "object", "required": ["articleId"]})
    with pytest.raises(InvalidDocument):
        await project.ledger.retry(id, by=None)
    project.has(NOTHING, other={})
    with pytest.raises(NotFound, match="there is no job 'render'"):
        await project.ledger.retry(id, by=None)
