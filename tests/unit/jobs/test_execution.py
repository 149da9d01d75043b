"""One attempt of one run: what it is given, what is kept of it, and what is said, whatever its code does."""

import asyncio

import pytest

from runtime.model.change import Write
from runtime.model.specs import RetrySpec

WAITS = """
async def run(ctx):
    ctx.http.seen.append(ctx.run.attempt)
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    return ctx.run.attempt
"""


async def test_a_run_is_executed_and_recorded(project, working, render_events):
    project.has("async def run(ctx): return {'for': ctx.input['articleId']}", render={"events": render_events})
    async with working() as worker:
        id = await project.enqueue("render", {"articleId": "a1"})
        run = await project.reaches(id, "succeeded")
        await project.pulse.until(lambda: "render_complete" in project.publisher.types("user:ada"))
    assert run["result"] == {"for": "a1"}
    assert (run["attempt"], run["failures"], run["error"], run["worker"]) == (1, 0, None, worker.name)
    assert (run["startedAt"], run["finishedAt"], run["progress"]) == (
        "2026-01-15T12:00:00.000Z", "2026-01-15T12:00:00.000Z", {"percent": 100, "message": ""},
    )  # fmt: skip
    assert project.publisher.bodies("user:ada") == [
        {"type": "render_started", "jobId": id, "progress": 0, "message": "", "result": None, "error": None},
        {
            "type": "render_complete",
            "jobId": id,
            "progress": 100,
            "message": "",
            "result": {"for": "a1"},
            "error": None,
        },
    ]


async def test_a_job_knows_which_run_it_is(project, working, clock):
    code = """
async def run(ctx):
    run = ctx.run
    who = await ctx.db.whoami()
    return [run.id, run.job, run.attempt, run.scheduled_at, run.queued_by, ctx.cancelled, ctx.config.namespace, who]
"""
    project.has(code, digest={"every_s": 60.0})
    asked = await project.enqueue("digest")
    async with working():
        run = await project.reaches(asked, "succeeded")
        scheduled = project.ledger.scheduled("digest", clock.now() - 30)
        await project.ledger.enqueue([scheduled])
        fired = await project.reaches(scheduled.id, "succeeded")
    assert run["result"] == [
        asked, "digest", 1, "2026-01-15T12:00:00.000Z", "ada", False, "newsroom",
        ["ada", ["editor"], ["jobs/digest.py:run"]],
    ]  # fmt: skip
    assert fired["result"] == [
        scheduled.id, "digest", 1, "2026-01-15T11:59:30.000Z", None, False, "newsroom",
        [None, [], ["jobs/digest.py:run"]],
    ]  # fmt: skip


async def test_a_plain_function_runs_in_a_thread_with_the_same_facilities(project, working):
    code = """
import threading

def run(ctx):
    ctx.progress(50, "halfway")
    ctx.log.info("rendered", pages=3)
    ctx.realtime.send("system", {"type": "rendered"})
    id = ctx.jobs.enqueue("other", {"from": ctx.run.id})
    return [threading.current_thread() is threading.main_thread(), ctx.db.whoami()[0], id]
"""
    project.has(code, render={}, other={"code": "async def run(ctx): return dict(ctx.input)"})
    async with working():
        id = await project.enqueue("render")
        run = await project.reaches(id, "succeeded")
        other = await project.reaches(run["result"][2], "succeeded")
    assert run["result"][:2] == [False, "ada"]
    assert [line["message"] for line in run["log"]] == ["rendered pages=3"]
    assert run["progress"] == {"percent": 100, "message": "halfway"}
    assert (other["result"], other["queuedBy"]) == ({"from": id}, "ada")
    assert project.publisher.types("system") == ["rendered"]


async def test_what_a_job_sends_and_enqueues_goes_out_at_once(project, working):
    code = """
async def run(ctx):
    await ctx.realtime.send("system", {"type": "begun"})
    await ctx.jobs.enqueue("other")
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    raise ValueError
"""
    project.has(code, render={}, other={"code": "async def run(ctx): pass"})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.publisher.types("system") == ["begun"])
        (other,) = await project.pulse.until(lambda: project.runs(job="other"))
        await project.reaches(other["id"], "succeeded")
        project.hand.gate.set()
        await project.reaches(id, "failed")


async def test_what_a_job_does_to_its_input_does_not_change_the_record(project, working):
    project.has("async def run(ctx): ctx.input['a']['b'] = 2", render={})
    async with working():
        id = await project.enqueue("render", {"a": {"b": 1}})
        assert (await project.reaches(id, "succeeded"))["input"] == {"a": {"b": 1}}


async def test_failures_are_retried_after_5_10_and_20_seconds_and_then_no_more(project, working, clock, render_events):
    code = """
async def run(ctx):
    ctx.http.seen.append(ctx.run.attempt)
    raise ValueError("no such article")
"""
    project.has(code, render={"events": render_events, "retries": RetrySpec(max=3, backoff_s=5.0, factor=2.0)})
    due = []
    async with working():
        id = await project.enqueue("render")
        for failures, backoff in [(1, 5), (2, 10), (3, 20)]:
            run = await project.pulse.until(lambda failures=failures: _failed_times(project, id, failures))
            assert run["state"] == "queued"
            due.append(run["dueAt"])
            clock.advance(backoff)
        run = await project.reaches(id, "failed")
    assert due == ["2026-01-15T12:00:05.000Z", "2026-01-15T12:00:15.000Z", "2026-01-15T12:00:35.000Z"]
    assert project.hand.seen == [1, 2, 3, 4]
    assert (run["attempt"], run["failures"], run["finishedAt"], run["slot"]) == (4, 4, "2026-01-15T12:00:35.000Z", None)
    assert (run["error"]["type"], run["error"]["message"], run["error"]["file"], run["error"]["line"]) == (
        "ValueError", "no such article", "jobs/render.py", 4,
    )  # fmt: skip
    assert 'raise ValueError("no such article")' in run["error"]["traceback"]
    assert [line["message"] for line in run["log"]] == [
        "ValueError: no such article; tried again in 5 s",
        "attempt 2 begins",
        "ValueError: no such article; tried again in 10 s",
        "attempt 3 begins",
        "ValueError: no such article; tried again in 20 s",
        "attempt 4 begins",
        "ValueError: no such article",
    ]
    assert project.publisher.types("user:ada") == ["render_started"] * 4 + ["render_failed"]
    assert project.publisher.bodies("user:ada")[-1]["error"] == {"type": "ValueError", "message": "no such article"}


async def _failed_times(project, id, failures):
    run = await project.ledger.get(id)
    return run if run["failures"] == failures else None


async def test_no_retry_waits_longer_than_a_day(project, working):
    project.has("def run(ctx): 1 / 0", render={"retries": RetrySpec(max=9, backoff_s=1e12, factor=100.0)})
    async with working():
        id = await project.enqueue("render")
        run = await project.pulse.until(lambda: _failed_times(project, id, 1))
    assert (run["state"], run["dueAt"]) == ("queued", "2026-01-16T12:00:00.000Z")


async def test_a_retry_that_goes_well_leaves_no_error(project, working, clock):
    code = """
async def run(ctx):
    if ctx.run.attempt == 1:
        raise ValueError
    return "done"
"""
    project.has(code, render={"retries": RetrySpec(max=1, backoff_s=5.0)})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: _failed_times(project, id, 1))
        clock.advance(5)
        run = await project.reaches(id, "succeeded")
    assert (run["attempt"], run["failures"], run["error"], run["result"]) == (2, 1, None, "done")


@pytest.mark.parametrize("kind", ["async def", "def"])
@pytest.mark.parametrize(
    ("statement", "type", "message"),
    [
        ("import sys; sys.exit(3)", "SystemExit", "3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise GeneratorExit", "GeneratorExit", ""),
        ("import asyncio; raise asyncio.CancelledError('mine')", "CancelledError", "mine"),
        ("raise BaseException('base')", "BaseException", "base"),
        ("raise BaseExceptionGroup('one', [SystemExit(1)])", "BaseExceptionGroup", "one (1 sub-exception)"),
        ("raise MemoryError", "MemoryError", ""),
        ("raise RecursionError('deep')", "RecursionError", "deep"),
        ("from runtime import Reject; raise Reject(422, 'not shouted')", "Reject", "not shouted"),
        ("1 / 0", "ZeroDivisionError", "division by zero"),
    ],
)  # fmt: skip
async def test_whatever_a_job_raises_is_recorded_and_the_next_run_is_well(
    project, working, kind, statement, type, message
):
    project.has(f"{kind} run(ctx):\n    {statement}\n", bad={}, good={"code": "async def run(ctx): return 1"})
    async with working():
        run = await project.reaches(await project.enqueue("bad"), "failed")
        await project.reaches(await project.enqueue("good"), "succeeded")
    error = run["error"]
    assert (error["type"], error["message"], error["file"], error["line"]) == (type, message, "jobs/bad.py", 2)


@pytest.mark.parametrize(
    "code",
    [
        "import asyncio\nasync def run(ctx):\n    await asyncio.Event().wait()\n",
        "import time\ndef run(ctx):\n    while not ctx.cancelled: time.sleep(0.001)\n",
    ],
)
async def test_a_run_over_its_time_is_ended_and_recorded(project, working, code):
    project.has(code, slow={"timeout_s": 0.5})
    async with working():
        run = await project.reaches(await project.enqueue("slow"), "failed")
    error = run["error"]
    assert (error["type"], error["message"]) == ("Timeout", "it took longer than its timeout of 0.5 s")
    assert (error["file"], error["line"]) == ("jobs/slow.py", 3)


async def test_a_thousand_steps_become_one_message_and_the_last_is_always_told(project, working, clock, render_events):
    code = """
async def run(ctx):
    for step in range(1000):
        ctx.progress(step / 10, f"step {step}")
    await ctx.http.gate.wait()
    ctx.progress(99.95, "nearly")
    ctx.progress(99.99, "there")
"""
    project.has(code, render={"events": render_events})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: "render_progress" in project.publisher.types("user:ada"))
        assert (await project.ledger.get(id))["progress"] == {"percent": 99.9, "message": "step 999"}
        project.hand.gate.set()
        run = await project.reaches(id, "succeeded")
        await project.pulse.until(lambda: "render_complete" in project.publisher.types("user:ada"))
    told = [(body["type"], body["progress"], body["message"]) for body in project.publisher.bodies("user:ada")]
    assert told == [
        ("render_started", 0, ""),
        ("render_progress", 99.9, "step 999"),
        ("render_progress", 99.99, "there"),
        ("render_complete", 100, "there"),
    ]
    writes = [w for w in project.store.writes if w.id == id]
    assert [w.document["state"] for w in writes] == ["queued", "running", "running", "succeeded"]
    assert run["version"] == 4


async def test_progress_goes_out_ten_times_a_second_at_most(project, working, clock, render_events):
    code = """
async def run(ctx):
    for percent in (10, 20, 30):
        ctx.progress(percent)
        ctx.http.seen.append(percent)
        ctx.http.pulse.now()
        await ctx.http.gate.wait()
        ctx.http.gate.clear()
    await ctx.http.gate.wait()
"""
    project.has(code, render={"events": render_events})

    def told():
        return [body["progress"] for body in project.publisher.bodies("user:ada") if body["type"] == "render_progress"]

    async with working():
        await project.enqueue("render")
        await project.pulse.until(lambda: told() == [10])
        for percent in (20, 30):
            project.hand.gate.set()
            await project.pulse.until(lambda percent=percent: project.hand.seen[-1] == percent)
        await project.pulse.until(lambda: [due for due, _ in clock.timers if due == 0.1])
        assert told() == [10]
        clock.advance(0.1)
        await project.pulse.until(lambda: told() == [10, 30])


async def test_log_lines_are_seen_while_the_run_goes_on(project, working):
    project.has("async def run(ctx):\n    ctx.log.info('begun')\n    await ctx.http.gate.wait()\n", render={})
    async with working():
        id = await project.enqueue("render")

        async def lines():
            return [line["message"] for line in (await project.ledger.get(id))["log"]] == ["begun"]

        await project.pulse.until(lines)


async def test_a_result_that_cannot_be_kept_does_not_fail_the_run(project, working):
    project.has("async def run(ctx): return object()", render={})
    async with working():
        run = await project.reaches(await project.enqueue("render"), "succeeded")
    assert run["result"] is None
    assert run["log"][0]["message"].startswith("the result is not kept")


async def test_the_lease_is_renewed_while_the_run_goes_on(project, working, clock):
    project.has(WAITS, render={})
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        await project.pulse.until(lambda: [due for due, _ in clock.timers if due == 10])
        clock.advance(10)

        async def renewed():
            return (await project.ledger.get(id))["leaseUntil"] == "2026-01-15T12:00:40.000Z"

        await project.pulse.until(renewed)


async def test_a_run_whose_lease_was_taken_over_is_stopped_and_records_nothing(project, working, logged):
    code = """
async def run(ctx):
    ctx.http.seen.append("begun")
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    ctx.progress(50)
    try:
        await ctx.http.never.wait()
    finally:
        ctx.http.seen.append("stopped")
        ctx.http.pulse.now()
"""
    project.hand.never = asyncio.Event()
    project.has(code, render={})
    async with working() as worker:
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        run = await project.ledger.get(id)
        other = {**run, "worker": "other", "attempt": 2, "version": run["version"] + 1}
        await project.store.commit([Write("_runs", id, other, expected=run["version"])])
        project.hand.gate.set()
        await project.pulse.until(lambda: project.hand.seen == ["begun", "stopped"])
    assert await project.ledger.get(id) == other
    assert worker.busy == 0
    assert [entry["run"] for entry in logged.entries if entry["event"] == "run_lost"] == [id]


async def test_a_run_that_cannot_renew_its_lease_in_time_is_stopped_and_begun_again(project, working, store, clock):
    project.has(WAITS, render={})
    async with working() as worker:
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen)
        store.away = True
        while worker.busy:
            clock.advance(1)
            for _ in range(20):
                await asyncio.sleep(0)
        assert clock.passed >= 30
        store.away = False
        project.hand.gate.set()
        clock.advance(1)
        run = await project.reaches(id, "succeeded")
    assert (run["attempt"], run["result"], project.hand.seen) == (2, 2, [1, 2])


async def test_a_run_of_a_job_that_is_gone_fails_and_says_so(project, working, clock):
    project.has(WAITS, render={})
    id = await project.enqueue("render")
    project.has(WAITS, other={})
    clock.advance(30)
    async with working():
        run = await project.reaches(id, "failed")
    assert (run["error"]["type"], run["error"]["message"]) == (
        "JobRemoved", "there is no job 'render' in the project any more",
    )  # fmt: skip


async def test_a_queued_run_takes_the_new_code_and_a_running_one_ends_on_its_old(project, working, clock):
    code = """
async def run(ctx):
    ctx.http.seen.append("begun")
    ctx.http.pulse.now()
    await ctx.http.gate.wait()
    return "old"
"""
    project.has(code, render={})
    async with working(concurrency=1) as worker:
        first = await project.enqueue("render")
        clock.advance(0.5)
        second = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen == ["begun"])
        assert worker.busy == 1
        project.has("async def run(ctx): return 'new'", render={})
        project.hand.gate.set()
        assert (await project.reaches(first, "succeeded"))["result"] == "old"
        assert (await project.reaches(second, "succeeded"))["result"] == "new"


async def test_an_unknown_job_enqueued_by_a_job_is_that_jobs_error(project, working):
    project.has("async def run(ctx): await ctx.jobs.enqueue('nonesuch')", render={})
    async with working():
        run = await project.reaches(await project.enqueue("render"), "failed")
    assert (run["error"]["type"], run["error"]["file"]) == ("NotFound", "jobs/render.py")
