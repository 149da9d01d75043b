"""`isolate: process`: what a job in a process of its own can do, and what becomes of it whatever it does."""

import asyncio
import os
from pathlib import Path

import pytest

MIB = 1024**2


@pytest.fixture
def isolated(project, working):
    """Run a job in a process of its own to its end; return its record."""

    async def run(code, *, state="succeeded", input=None, **settings):
        project.has(code, render={"isolated": True} | settings)
        async with working(wait=project.clock.wait):
            return await project.reaches(await project.enqueue("render", input), state)

    return run


async def test_an_async_function_has_all_that_it_has_in_the_server(isolated, project):
    code = """
import os

async def run(ctx):
    ctx.progress(50, "halfway")
    ctx.log.info("rendered", pages=3)
    await ctx.realtime.send("system", {"type": "rendered"})
    await ctx.realtime.channel("system").send({"type": "again"})
    who = [await ctx.db.whoami(), await ctx.db.as_actor().whoami()]
    return [os.getpid(), ctx.input, ctx.run.id, ctx.run.attempt, ctx.config.namespace, ctx.cancelled, who]
"""
    run = await isolated(code, input={"n": 1})
    pid, *rest = run["result"]
    assert pid != os.getpid()
    assert rest == [
        {"n": 1}, run["id"], 1, "newsroom", False,
        [["ada", ["editor"], ["jobs/render.py:run"]], ["actor", "ada"]],
    ]  # fmt: skip
    assert [line["message"] for line in run["log"]] == ["rendered pages=3"]
    assert run["progress"] == {"percent": 100, "message": "halfway"}
    assert project.publisher.types("system") == ["rendered", "again"]


async def test_a_plain_function_calls_without_await(isolated, project):
    code = """
def run(ctx):
    ctx.realtime.send("system", {"type": "rendered"})
    with ctx.db.batch() as db:
        inside = db.whoami()[0]
    return [inside, ctx.step("one", lambda: 1)]
"""
    run = await isolated(code)
    assert (run["result"], run["steps"], project.hand.seen) == (["ada", 1], {"one": 1}, ["committed"])
    assert project.publisher.types("system") == ["rendered"]


async def test_a_batch_whose_block_raises_is_not_committed(isolated, project):
    code = """
async def run(ctx):
    async with ctx.db.batch() as db:
        await db.whoami()
        raise ValueError("no")
"""
    run = await isolated(code, state="failed")
    assert (run["error"]["type"], project.hand.seen) == ("ValueError", ["abandoned"])


async def test_what_the_server_refuses_is_the_same_error_there(isolated):
    code = """
from runtime.model.errors import NotFound

async def run(ctx):
    try:
        await ctx.jobs.enqueue("nonesuch")
    except NotFound as error:
        return [error.code, error.message]
"""
    run = await isolated(code)
    assert run["result"] == [
        "unknown_job",
        "there is no job 'nonesuch'; jobs are declared under `jobs` in the project's YAML",
    ]


async def test_an_error_has_its_traceback_and_the_users_file_and_line(isolated):
    run = await isolated("def run(ctx):\n    raise ValueError('no such article')\n", state="failed")
    error = run["error"]
    assert (error["type"], error["message"], error["file"], error["line"]) == (
        "ValueError", "no such article", "jobs/render.py", 2,
    )  # fmt: skip
    assert "ValueError: no such article" in error["traceback"]


async def test_a_failed_attempt_is_tried_again_and_its_steps_are_not(isolated, project, working, clock):
    project.has(
        """
async def run(ctx):
    first = await ctx.step("first", lambda: ctx.run.attempt)
    if ctx.run.attempt == 1:
        raise ValueError
    return [first, ctx.run.attempt]
""",
        render={"isolated": True, "retries": project.retries(max=1, backoff_s=0.0)},
    )
    async with working():
        run = await project.reaches(await project.enqueue("render"), "succeeded")
    assert (run["result"], run["attempt"]) == ([1, 2], 2)


@pytest.mark.parametrize(
    ("code", "type", "message"),
    [
        (
            "import os\ndef run(ctx): os._exit(3)",
            "Exited",
            "its process ended with exit code 3 before run had returned",
        ),
        ("def run(ctx): raise SystemExit(4)", "SystemExit", "4"),
        ("def run(ctx): raise BaseException('base')", "BaseException", "base"),
        (
            "import os, signal\ndef run(ctx): os.kill(os.getpid(), signal.SIGKILL)",
            "Killed",
            "its process was ended by SIGKILL; the system does that when memory is short",
        ),
        ("import ctypes\ndef run(ctx): ctypes.string_at(0)", "Killed", "its process was ended by SIGSEGV"),
        ("import os\nasync def run(ctx): os.abort()", "Killed", "its process was ended by SIGABRT"),
    ],
)
async def test_the_end_of_the_process_is_recorded_as_what_it_was(isolated, code, type, message):
    run = await isolated(code, state="failed")
    assert (run["error"]["type"], run["error"]["message"]) == (type, message)


async def test_a_job_that_leaks_memory_ends_at_its_limit(isolated):
    code = """
kept = []

def run(ctx):
    while True:
        kept.append(bytearray(1024 * 1024))
"""
    run = await isolated(code, state="failed", memory_bytes=128 * MIB)
    assert (run["error"]["type"], run["error"]["message"], run["error"]["line"]) == (
        "MemoryError", "it needed more than its memory of 128 MiB", 6,
    )  # fmt: skip


async def test_within_its_memory_a_job_is_left_alone(isolated):
    run = await isolated("def run(ctx): return len(bytearray(32 * 1024 * 1024))", memory_bytes=128 * MIB)
    assert run["result"] == 33_554_432


@pytest.mark.parametrize(
    "code",
    [
        "def run(ctx):\n    while True: pass",
        "async def run(ctx):\n    while True: pass",
        "import re\ndef run(ctx): re.match('(a+)+$', 'a' * 64 + 'b')",
    ],
)
async def test_a_job_that_never_returns_is_killed_at_its_timeout(isolated, code):
    run = await isolated(code, state="failed", timeout_s=1.5)
    assert (run["error"]["type"], run["error"]["message"]) == ("Timeout", "it took longer than its timeout of 1.5 s")


async def test_what_is_printed_is_in_the_log_and_bounded(isolated):
    code = """
import sys

def run(ctx):
    print("first")
    print("wrong", file=sys.stderr)
    for number in range(20_000):
        print("line", number, "x" * 50)
    print("y" * 1_000_000)
"""
    run = await isolated(code)
    assert len(run["log"]) == 200
    assert sum(len(line["message"]) for line in run["log"]) <= 200 * 1000
    assert run["log"][-2]["message"].startswith("line 19999 ") or run["log"][-1]["message"].startswith("line 19999 ")


async def test_standard_output_and_error_have_their_levels(isolated):
    run = await isolated("import sys\ndef run(ctx):\n    print('out')\n    print('err', file=sys.stderr)")
    assert sorted((line["level"], line["message"]) for line in run["log"]) == [("info", "out"), ("warning", "err")]


async def test_a_cancelled_job_may_clean_up(isolated, project, working):
    code = """
import asyncio

async def run(ctx):
    ctx.progress(10, "begun")
    try:
        await asyncio.Event().wait()
    finally:
        ctx.log.info("cleaned up", cancelled=ctx.cancelled)
"""
    project.has(code, render={"isolated": True})
    async with working(grace_s=20.0):
        id = await project.enqueue("render")
        await project.progress(id, "begun")
        await project.ledger.cancel(id, by="ada")
        run = await project.reaches(id, "cancelled")
    assert [line["message"] for line in run["log"]] == ["cleaned up cancelled=True", "cancelled"]


async def test_one_that_ignores_it_is_killed_after_its_grace(isolated, project, working):
    code = """
def run(ctx):
    ctx.progress(10, "begun")
    while True:
        pass
"""
    project.has(code, render={"isolated": True})
    async with working(grace_s=0.1):
        id = await project.enqueue("render")
        await project.progress(id, "begun")
        await project.ledger.cancel(id, by="ada")
        run = await project.reaches(id, "cancelled")
    assert run["error"]["message"] == "cancelled by ada"


async def test_what_the_job_has_started_ends_with_it(isolated):
    code = """
import subprocess, sys

def run(ctx):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    return child.pid
"""
    run = await isolated(code)
    while is_alive(run["result"]):  # killed it is; it ends when it gets the processor next
        await asyncio.sleep(0.01)


def is_alive(pid):
    """Whether a process goes on; one that was killed and that init has not reaped yet does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().split()[2] != "Z"


async def test_a_run_takes_the_code_that_the_server_has_loaded_not_what_is_on_disk_now(project, working):
    project.has("def run(ctx): return 'loaded'", render={"isolated": True})
    (project.folder / "jobs/render.py").write_text("def run(ctx: this is broken")
    async with working():
        run = await project.reaches(await project.enqueue("render"), "succeeded")
    assert run["result"] == "loaded"


async def test_a_result_that_is_no_json_is_not_kept_and_the_run_has_succeeded(isolated):
    run = await isolated("def run(ctx): return object()")
    assert (run["result"], run["log"][-1]["message"]) == (
        None, "the result is not kept: Type is not JSON serializable: object",
    )  # fmt: skip
