"""`ctx.step`: what has succeeded is not done again."""

import pytest


@pytest.fixture
def stepping(project, working):
    """Run a job, twice at most, to its end; return its record."""

    async def run(code, *, state="succeeded"):
        project.has(code, render={"retries": project.retries(max=1, backoff_s=0.0)})
        async with working():
            return await project.reaches(await project.enqueue("render"), state)

    return run


async def test_a_step_that_succeeded_is_not_repeated_by_the_next_attempt(stepping, project):
    code = """
async def charge(amount, *, seen):
    seen.append(amount)
    return {"charged": amount}

async def run(ctx):
    seen = ctx.http.seen
    first = await ctx.step("charge", charge, 5, seen=seen)
    first["changed"] = True
    second = await ctx.step("ship", lambda: seen.append("shipped"))
    if ctx.run.attempt == 1:
        raise ValueError
    return [first, second]
"""
    run = await stepping(code)
    assert project.hand.seen == [5, "shipped"]
    assert (run["result"], run["attempt"]) == ([{"charged": 5, "changed": True}, None], 2)
    assert run["steps"] == {"charge": {"charged": 5}, "ship": None}


async def test_a_plain_job_does_its_steps_in_its_own_thread(stepping, project):
    code = """
import threading

def run(ctx):
    mine = threading.get_ident()
    same = ctx.step("same", lambda: threading.get_ident() == mine)
    if ctx.run.attempt == 1:
        raise ValueError
    async def late():
        return "late"
    return [same, ctx.step("late", late)]
"""
    assert (await stepping(code))["result"] == [True, "late"]


async def test_a_plain_step_of_an_async_job_does_not_block_the_loop(stepping):
    code = """
import threading

async def run(ctx):
    return await ctx.step("elsewhere", lambda: threading.current_thread() is not threading.main_thread())
"""
    assert (await stepping(code))["result"] is True


async def test_a_step_that_fails_is_done_again(stepping, project):
    code = """
async def run(ctx):
    def once():
        ctx.http.seen.append(ctx.run.attempt)
        if ctx.run.attempt == 1:
            raise ValueError
    await ctx.step("once", once)
"""
    await stepping(code)
    assert project.hand.seen == [1, 2]


async def test_steps_may_go_on_at_the_same_time(stepping):
    code = """
import asyncio

async def run(ctx):
    return await asyncio.gather(*(ctx.step(f"part {n}", lambda n=n: n * n) for n in range(20)))
"""
    run = await stepping(code)
    assert run["result"] == [n * n for n in range(20)]
    assert len(run["steps"]) == 20


@pytest.mark.parametrize(
    ("step", "type", "message"),
    [
        (
            "await ctx.step('a', int); await ctx.step('a', int)",
            "ValueError",
            "ctx.step was called twice with the name 'a'; each step of a run has its own name",
        ),
        ("await ctx.step('', int)", "ValueError", "ctx.step takes a name of 1 to 200 characters, this has 0"),
        (
            "await ctx.step('a', object)",
            "InvalidDocument",
            "the result of the step 'a' cannot be stored: Type is not JSON serializable: object",
        ),
        (
            "await ctx.step('a', lambda: 'x' * 65535)",
            "TooLarge",
            "the result of the step 'a' cannot be stored: it has 65537 bytes as JSON, the limit is 65536; "
            "store it as a document and return its id",
        ),
        (
            "for n in range(9): await ctx.step(str(n), lambda: 'x' * 60000)",
            "TooLarge",
            "the result of the step '4' cannot be stored: the steps of a run may have 262144 bytes together; "
            "store it as a document and return its id",
        ),
        (
            "for n in range(101): await ctx.step(str(n), int)",
            "TooLarge",
            "the result of the step '100' cannot be stored: the run has 100 steps already, which is the limit; "
            "store it as a document and return its id",
        ),
    ],
)
async def test_what_cannot_be_a_step(stepping, step, type, message):
    run = await stepping(f"async def run(ctx):\n    {step}", state="failed")
    assert (run["error"]["type"], run["error"]["message"]) == (type, message)


async def test_a_run_that_is_taken_over_goes_on_behind_its_finished_steps(project, working, clock):
    """The worker that has lost the run cannot store a step any more."""
    code = """
async def run(ctx):
    attempt = ctx.run.attempt
    await ctx.step("first", lambda: attempt)
    ctx.http.seen.append(attempt)
    ctx.http.pulse.now()
    if attempt == 1:
        await ctx.http.gate.wait()
    try:
        return [await ctx.step("second", lambda: attempt), attempt]
    finally:
        ctx.http.seen.append("left")
        ctx.http.pulse.now()
"""
    project.has(code, render={})
    other = project.ledger_of_another_process(ahead_s=31)
    async with working():
        id = await project.enqueue("render")
        await project.pulse.until(lambda: project.hand.seen == [1])
        (_,) = (await other.claim("other", limit=1)).begun
        project.hand.gate.set()
        await project.pulse.until(lambda: project.hand.seen == [1, "left"])
        assert (await other.get(id))["steps"] == {"first": 1}
        clock.advance(62)
        run = await project.reaches(id, "succeeded")
    assert run["result"] == [3, 3]
