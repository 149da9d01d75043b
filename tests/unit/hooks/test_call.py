import asyncio
import contextvars
import threading

import pytest

from runtime.hooks.call import Caller
from runtime.hooks.registry import Registry
from runtime.model.clock import SystemClock
from runtime.model.errors import (
    Forbidden,
    HookFailed,
    HookRecursion,
    HookTimeout,
    NotFound,
    Reject,
    Unavailable,
)
from runtime.model.ports import StreamRequest
from runtime.model.specs import HookRef, HooksSpec

HOOK = HookRef("hooks/a.py", "hook")
BOTH = pytest.mark.parametrize("kind", ["def", "async def"])
BEGUN_S = 0.5
"""A limit by which a thread has begun its hook and is in the midst of it."""


@pytest.fixture
def hooked(bench, start):
    """Write a hook file, load it, and return `call(...)`."""

    def make(source, *, timeout_s=30.0, threads=4, watchdog=None):
        bench.write("hooks/a.py", source)
        caller, edition = start(
            "hooks/a.py:hook", hooks=HooksSpec(timeout_s=timeout_s, threads=threads), watchdog=watchdog
        )

        async def call(ctx=None, **options):
            return await caller.call(HOOK, ctx or bench.context(edition), **options)

        call.caller = caller
        call.edition = edition
        return call

    return make


@BOTH
async def test_a_hook_returns_what_it_returns(hooked, kind):
    assert await hooked(f"{kind} hook(ctx):\n    return ctx.user.name\n")() == "ada@example.org"


@BOTH
async def test_a_refusal_passes_through_as_it_is(hooked, kind):
    call = hooked(
        f"""
        from runtime import Reject
        {kind} hook(ctx):
            raise Reject(422, "titles are not shouted", errors={{"title": "all capitals"}})
        """
    )
    with pytest.raises(Reject) as caught:
        await call()
    assert (caught.value.status, caught.value.errors) == (422, {"/title": "all capitals"})
    stats = call.caller.stats["hooks/a.py:hook"]
    assert (stats.calls, stats.failures, stats.timeouts) == (1, 0, 0)


@BOTH
async def test_failures_that_the_database_raises_pass_through(hooked, kind):
    call = hooked(f"from runtime import NotFound\n{kind} hook(ctx):\n    raise NotFound('no such article')\n")
    with pytest.raises(NotFound):
        await call()


@BOTH
@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("raise GeneratorExit", "GeneratorExit: "),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("import asyncio; raise asyncio.CancelledError", "CancelledError: "),
    ],
)
async def test_anything_else_is_a_failed_hook_whose_message_tells_nothing(hooked, log, kind, statement, error):
    call = hooked(f"{kind} hook(ctx):\n    {statement}\n")
    with pytest.raises(HookFailed) as caught:
        await call()
    incident = caught.value.incident
    assert caught.value.message == f"A hook failed. Incident {incident}."
    assert len(incident) == 12
    (record,) = log.of("hook_failed")
    assert record["hook"] == "hooks/a.py:hook"
    assert (record["incident"], record["error"]) == (incident, error)
    assert (record["file"], record["line"]) == ("hooks/a.py", 2)
    assert record["request"] == "r1"
    assert type(caught.value.__cause__).__name__ == error.split(":")[0]


@BOTH
async def test_the_logged_traceback_begins_with_the_users_frame(hooked, log, kind):
    call = hooked(f"import json\n{kind} hook(ctx):\n    return json.loads('{{')\n")
    with pytest.raises(HookFailed):
        await call()
    (record,) = log.of("hook_failed")
    lines = record["traceback"].splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].endswith('hooks/a.py", line 3, in hook')
    assert lines[2].strip() == "return json.loads('{')"
    assert (record["file"], record["line"]) == ("hooks/a.py", 3)


async def test_the_traceback_shows_the_lines_that_were_loaded(bench, hooked, log):
    call = hooked("async def hook(ctx):\n    raise ValueError('first')\n")
    bench.write("hooks/a.py", "async def hook(ctx):\n    pass  # edited\n")
    with pytest.raises(HookFailed):
        await call()
    assert "raise ValueError('first')" in log.of("hook_failed")[0]["traceback"]


@pytest.mark.parametrize(
    "source", ["def hook(ctx):\n    return other()\n", "async def hook(ctx):\n    return other()\n"]
)
async def test_a_coroutine_that_nobody_awaited_is_named_as_such(hooked, log, source):
    call = hooked(f"async def other():\n    return 1\n{source}")
    with pytest.raises(HookFailed):
        await call()
    assert log.of("hook_failed")[0]["error"] == (
        "TypeError: hooks/a.py:hook returned a coroutine that nobody awaited; "
        "use `async def`, and `await` what is returned"
    )


async def test_an_async_hook_over_its_limit_is_cancelled(hooked, log):
    call = hooked(
        """
        import asyncio
        async def hook(ctx):
            await helper()
        async def helper():
            await asyncio.Event().wait()
        """,
        timeout_s=0.02,
    )
    with pytest.raises(HookTimeout) as caught:
        await call()
    assert caught.value.message == f"A hook took too long. Incident {caught.value.incident}."
    (record,) = log.of("hook_timeout")
    assert (record["hook"], record["limit_s"]) == ("hooks/a.py:hook", 0.02)
    assert (record["file"], record["line"]) == ("hooks/a.py", 6)
    assert call.caller.stats["hooks/a.py:hook"].timeouts == 1


async def test_a_cancelled_hook_may_clean_up(bench, hooked):
    call = hooked(
        """
        import asyncio
        async def hook(ctx):
            try:
                await asyncio.Event().wait()
            finally:
                ctx.state["cleaned"] = True
        """,
        timeout_s=0.02,
    )
    ctx = bench.context(call.edition)
    with pytest.raises(HookTimeout):
        await call(ctx)
    assert ctx.state == {"cleaned": True}


async def test_the_limit_of_a_call_may_be_given(hooked):
    call = hooked("import asyncio\nasync def hook(ctx):\n    await asyncio.Event().wait()\n")
    with pytest.raises(HookTimeout):
        await call(timeout_s=0.02)


async def test_a_hook_that_swallows_its_cancellation_does_not_hold_the_request(bench, hooked, log):
    call = hooked(
        """
        import asyncio
        async def hook(ctx):
            while not ctx.state.get("enough"):
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    pass
        """
    )
    ctx = bench.context(call.edition)
    with pytest.raises(HookTimeout):
        await call(ctx, timeout_s=0.02)
    assert log.of("hook_abandoned")[0]["hook"] == "hooks/a.py:hook"
    (left,) = asyncio.all_tasks() - {asyncio.current_task()}
    ctx.state["enough"] = True
    await call.caller.close()
    assert left.done()


async def test_being_cancelled_from_outside_passes_and_ends_the_hook(bench, hooked):
    call = hooked(
        """
        import asyncio
        async def hook(ctx):
            ctx.state["started"].set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ctx.state["cancelled"] = True
                raise
        """
    )
    started = asyncio.Event()
    ctx = bench.context(call.edition, state={"started": started})
    task = asyncio.create_task(call(ctx))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ctx.state["cancelled"]


async def test_a_call_whose_caller_is_closed_before_the_hook_began_has_failed(bench, hooked):
    call = hooked("import asyncio\nasync def hook(ctx):\n    ctx.state['ran'] = True\n    await asyncio.sleep(0)\n")
    ctx = bench.context(call.edition)
    task = asyncio.create_task(call(ctx))
    closing = asyncio.create_task(call.caller.close())
    with pytest.raises(HookFailed):
        await task
    await closing
    assert ctx.state == {}


@pytest.mark.parametrize(("wait", "is_same"), [("pass", True), ("await asyncio.sleep(0)", False)])
async def test_a_hook_that_never_waits_needs_no_task_of_its_own(bench, hooked, wait, is_same):
    call = hooked(f"import asyncio\nasync def hook(ctx):\n    {wait}\n    ctx.state['task'] = asyncio.current_task()\n")
    ctx = bench.context(call.edition)
    await call(ctx)
    assert (ctx.state["task"] is asyncio.current_task()) == is_same


async def test_plain_hooks_run_in_threads_of_their_own(bench, hooked):
    call = hooked(
        "import threading\ndef hook(ctx):\n    return threading.current_thread().name, threading.get_ident()\n"
    )
    name, ident = await call()
    assert name == "hookstream-hook-0"
    assert ident != threading.get_ident()
    assert await call() == (name, ident)
    assert (await call(bench.job_context(call.edition)))[0] == "hookstream-job"


@BOTH
async def test_context_variables_are_seen_by_hooks_and_not_changed_by_them(bench, hooked, kind):
    variable = contextvars.ContextVar("variable", default="unset")
    call = hooked(
        f"{kind} hook(ctx):\n    seen = ctx.state['var'].get()\n    ctx.state['var'].set('by hook')\n    return seen\n"
    )
    variable.set("by caller")
    assert await call(bench.context(call.edition, state={"var": variable})) == "by caller"
    assert variable.get() == "by caller"


async def test_a_plain_hook_uses_the_facades_without_await(bench, hooked):
    call = hooked(
        """
        def hook(ctx):
            stored = ctx.db.get("articles", "a1")
            ctx.realtime.send("content", {"type": "one"})
            ctx.realtime.channel("content").send({"type": "two"})
            run = ctx.jobs.enqueue("digest", {"n": 1})
            return stored, run, ctx.db.whoami(), ctx.db.as_actor().whoami(), ctx.realtime.subscribe("a")
        """
    )
    stored, run, system, actor, stream = await call()
    assert stored == {"id": "a1", "title": "Stored"}
    assert (run, system, actor) == ("run-1", "system", "actor")
    assert stream == StreamRequest(("a",))
    assert [message.type for message in bench.sent] == ["one", "two"]


async def test_a_plain_job_uses_batches_and_reports_progress(bench, start):
    bench.write(
        "jobs/j.py",
        """
        def run(ctx):
            ctx.progress(50, "half")
            with ctx.db.batch() as db:
                db.get("articles", "a1")
            try:
                with ctx.db.batch():
                    raise LookupError
            except LookupError:
                pass
            return ctx.cancelled
        """,
    )
    caller, edition = start(jobs=("jobs/j.py",))
    told, here = [], threading.get_ident()
    ctx = bench.job_context(edition, report=lambda *args: told.append((*args, threading.get_ident() == here)))
    assert await caller.call(edition.spec.jobs[0].ref, ctx) is False
    assert told == [(50.0, "half", True)]
    assert bench.database.batches == ["entered", "committed", "entered", "dropped LookupError"]


async def test_what_a_plain_hook_assigns_is_kept(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.document = {'title': 'New'}\n    ctx.result = 5\n")
    ctx = bench.context(call.edition, document={"title": "Old"})
    await call(ctx)
    assert (ctx.document, ctx.result) == ({"title": "New"}, 5)


async def test_the_http_session_is_for_async_hooks(hooked, log):
    call = hooked("def hook(ctx):\n    ctx.http.get('http://example.org')\n")
    with pytest.raises(HookFailed):
        await call()
    assert log.of("hook_failed")[0]["error"] == (
        "RuntimeError: ctx.http needs an async function: write `async def` instead of `def`."
    )


async def test_a_plain_context_says_so_where_it_would_wait_on_the_loop_for_itself(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.state['db'] = ctx.db\n")
    ctx = bench.context(call.edition)
    await call(ctx)
    with pytest.raises(RuntimeError, match="async code needs an async hook"):
        ctx.state["db"].get("articles", "a1")


async def test_errors_of_the_database_reach_a_plain_hook(bench, hooked):
    class Strict:
        async def get(self, collection, id):
            raise Forbidden("not yours")

    call = hooked("def hook(ctx):\n    ctx.db.get('articles', 'a1')\n")
    with pytest.raises(Forbidden):
        await call(bench.context(call.edition, db=Strict()))


async def test_a_plain_hook_that_waits_for_the_database_is_over_its_limit_too(bench, hooked):
    class Slow:
        def __init__(self):
            self.cancelled = asyncio.Event()

        async def get(self, collection, id):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise

    call = hooked(
        "def hook(ctx):\n    try:\n        ctx.db.get('a', 'b')\n    finally:\n        ctx.state['ended'].set()\n"
    )
    slow, ended = Slow(), threading.Event()
    with pytest.raises(HookTimeout):
        await call(bench.context(call.edition, db=slow, state={"ended": ended}), timeout_s=BEGUN_S)
    await slow.cancelled.wait()
    assert await asyncio.to_thread(ended.wait, 120)


async def test_a_plain_hook_in_an_endless_loop_is_interrupted(bench, hooked, log):
    call = hooked(
        """
        def hook(ctx):
            try:
                while True:
                    pass
            finally:
                ctx.state["ended"].set()
        """
    )
    ended = threading.Event()
    with pytest.raises(HookTimeout):
        await call(bench.context(call.edition, state={"ended": ended}), timeout_s=BEGUN_S)
    assert await asyncio.to_thread(ended.wait, 120)
    (record,) = log.of("hook_timeout")
    assert record["file"] == "hooks/a.py"
    assert record["line"] in {4, 5}


async def test_abandoned_threads_are_replaced_until_there_are_too_many(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.state['release'].wait()\n    ctx.db.get('articles', 'a1')\n", threads=2)
    release = threading.Event()
    ctx = bench.context(call.edition, state={"release": release})
    for _ in range(2):
        with pytest.raises(HookTimeout):
            await call(ctx, timeout_s=BEGUN_S)
    assert call.caller.abandoned_threads == 2
    with pytest.raises(Unavailable, match="hook threads are exhausted: 2 plain hooks never returned") as caught:
        await call(ctx, timeout_s=BEGUN_S)
    assert caught.value.code == "hook_threads_exhausted"
    release.set()
    while call.caller.abandoned_threads:
        await asyncio.sleep(0)
    await call(ctx)


async def test_a_call_waits_for_a_free_thread(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.state['gate'].wait(20)\n    return ctx.state['name']\n", threads=1)
    gates = [threading.Event(), threading.Event()]
    calls = [
        asyncio.create_task(call(bench.context(call.edition, state={"gate": gate, "name": name})))
        for gate, name in zip(gates, "ab", strict=True)
    ]
    gates[0].set()
    assert await calls[0] == "a"
    gates[1].set()
    assert await calls[1] == "b"


async def test_a_call_that_finds_no_free_thread_in_time_is_refused(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.state['gate'].wait(20)\n", threads=1)
    gate = threading.Event()
    ctx = bench.context(call.edition, state={"gate": gate})
    first = asyncio.create_task(call(ctx))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match=r"none became free in 0\.02 s"):
        await call(ctx, timeout_s=0.02)
    gate.set()
    await first
    await call(ctx)


async def test_a_cancelled_call_gives_its_place_back(bench, hooked):
    call = hooked("def hook(ctx):\n    ctx.state['gate'].wait(20)\n", threads=1)
    gate = threading.Event()
    ctx = bench.context(call.edition, state={"gate": gate})
    running, waiting = asyncio.create_task(call(ctx)), asyncio.create_task(call(ctx))
    await asyncio.sleep(0)
    waiting.cancel()
    running.cancel()
    for task in (waiting, running):
        with pytest.raises(asyncio.CancelledError):
            await task
    gate.set()
    while call.caller.abandoned_threads:
        await asyncio.sleep(0)
    await call(ctx)


async def test_long_jobs_do_not_take_the_threads_of_hooks(bench, hooked):
    call = hooked("def hook(ctx):\n    return True\n", threads=1)
    gate = threading.Event()
    bench.write("jobs/j.py", "def run(ctx):\n    ctx.input['gate'].wait(20)\n")
    edition = bench.load("hooks/a.py:hook", jobs=("jobs/j.py",), hooks=HooksSpec(threads=1))
    call.caller._registry.swap(edition)
    job = asyncio.create_task(
        call.caller.call(edition.spec.jobs[0].ref, bench.job_context(edition, input={"gate": gate}))
    )
    await asyncio.sleep(0)
    assert await call(bench.context(edition)) is True
    gate.set()
    await job


@BOTH
async def test_a_chain_that_is_too_deep_is_cut_and_shown(hooked, log, kind):
    call = hooked(f"{kind} hook(ctx):\n    return 'ran'\n")
    assert await call(chain=("a", "b", "c", "d")) == "ran"
    with pytest.raises(HookRecursion) as caught:
        await call(chain=("a", "b", "c", "d", "e"))
    assert caught.value.chain == ("a", "b", "c", "d", "e", "hooks/a.py:hook")
    assert caught.value.message == f"Hooks triggered each other too deeply. Incident {caught.value.incident}."
    assert log.of("hook_recursion")[0]["chain"] == "a > b > c > d > e > hooks/a.py:hook"


async def test_a_call_under_way_finishes_on_the_edition_it_began_on(bench, start):
    source = (
        "async def hook(ctx):\n    await ctx.state['go'].wait()\n    return helper()\ndef helper():\n    return {!r}\n"
    )
    bench.write("hooks/a.py", source.format("old"))
    caller, old = start("hooks/a.py:hook")
    registry: Registry = caller._registry
    go = asyncio.Event()
    ctx = bench.context(old, state={"go": go})
    call = asyncio.create_task(caller.call(HOOK, ctx))
    await asyncio.sleep(0)
    bench.write("hooks/a.py", source.format("new"))
    new = bench.load("hooks/a.py:hook", number=2)
    registry.swap(new)
    go.set()
    assert await call == "old"
    assert await caller.call(HOOK, ctx.for_phase("after")) == "old"
    assert await caller.call(HOOK, bench.context(new, state={"go": go})) == "new"


async def test_a_request_whose_hook_a_reload_has_removed_still_finds_it(bench, start):
    bench.write("hooks/a.py", "async def hook(ctx):\n    return 'still here'\n")
    caller, old = start("hooks/a.py:hook")
    caller._registry.swap(bench.load(number=2))
    assert await caller.call(HOOK, bench.context(old)) == "still here"


async def test_stats_tell_how_a_hook_has_fared(bench, hooked):
    call = hooked("async def hook(ctx):\n    if ctx.state.get('fail'):\n        raise ValueError('no')\n")
    await call()
    with pytest.raises(HookFailed) as caught:
        await call(bench.context(call.edition, state={"fail": True}))
    stats = call.caller.stats["hooks/a.py:hook"]
    assert (stats.calls, stats.failures, stats.running, len(stats.durations_s)) == (2, 1, 0, 2)
    note = stats.last_failure
    assert (note.incident, note.error, note.file, note.line) == (
        caught.value.incident,
        "ValueError: no",
        "hooks/a.py",
        3,
    )
    assert "raise ValueError('no')" in note.traceback


async def test_each_failure_is_told_once_with_the_name_of_the_function(bench):
    bench.write("hooks/a.py", "async def hook(ctx):\n    raise ValueError('no')\n")
    edition, told = bench.load("hooks/a.py:hook"), []
    async with Caller(
        Registry(edition), clock=SystemClock(), log=bench.log, on_failure=lambda name, note: told.append((name, note))
    ) as caller:
        with pytest.raises(HookFailed) as caught:
            await caller.call(HOOK, bench.context(edition))
        ((name, note),) = told
    assert (name, note.incident, note.request, note.kind) == (
        "hooks/a.py:hook", caught.value.incident, "r1", "error",
    )  # fmt: skip
    assert note.snippet.lines == ("async def hook(ctx):", "    raise ValueError('no')", "")


async def test_what_a_hook_left_behind_and_cannot_be_used_is_its_failure(bench, start):
    bench.write("hooks/a.py", "\n\nasync def hook(ctx):\n    pass\n")
    caller, _ = start("hooks/a.py:hook")
    failure = caller.faulted([HOOK], "it is no dict", request="r1")
    stats = caller.stats["hooks/a.py:hook"]
    note = stats.note_of(failure.incident)
    assert (stats.failures, note.kind, note.error, note.line, note.request) == (1, "answer", "it is no dict", 3, "r1")
