import asyncio
import contextlib
import signal
import sys
import threading
import time

import pytest
import uvloop

from runtime.hooks.call import Caller
from runtime.hooks.frames import may_interrupt
from runtime.hooks.registry import Registry
from runtime.hooks.watchdog import Watchdog, Watched
from runtime.model.clock import SystemClock
from runtime.model.errors import HookTimeout
from runtime.model.specs import HookRef, HooksSpec

LOOPS = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
WHERE = pytest.mark.parametrize("run_in", ["main thread", "another thread"])


def by_hooks(log, event):
    """Return what was logged of hooks: a busy machine may hold up a loop without any, which is noted as nobody's."""
    return [record for record in log.of(event) if record["hook"]]


class CountingClock:
    """A clock that stands still unless it is moved, and counts how often it was read."""

    def __init__(self):
        self.time = 1000.0
        self.reads = 0

    def now(self):
        return self.time

    def monotonic(self):
        self.reads += 1
        return self.time


@pytest.fixture
def running(bench):
    """Run `main(call, edition)` on a loop with a watchdog and a caller; return its result."""

    def run(source, main, *, new_loop, clock=None, limit_s=0.3, run_in="main thread"):
        bench.write("hooks/a.py", source)
        edition = bench.load("hooks/a.py:hook", "hooks/a.py:other", hooks=HooksSpec(timeout_s=limit_s))
        the_clock = clock or SystemClock()

        async def everything():
            watchdog = Watchdog(slow_s=0.05, limit_s=limit_s, clock=the_clock, log=bench.log)
            async with watchdog, Caller(Registry(edition), clock=the_clock, log=bench.log, watchdog=watchdog) as caller:

                async def call(name, *, timeout_s=None, **state):
                    ctx = bench.context(edition, state=state)
                    return await caller.call(HookRef("hooks/a.py", name), ctx, timeout_s=timeout_s)

                call.watchdog = watchdog
                return await main(call)

        def on_a_loop():
            with asyncio.Runner(loop_factory=new_loop) as runner:
                return runner.run(everything())

        if run_in == "main thread":
            return on_a_loop()
        answer = []
        thread = threading.Thread(target=lambda: answer.append(on_a_loop()))
        thread.start()
        thread.join()
        return answer[0]

    return run


@LOOPS
@WHERE
def test_a_hook_that_blocks_the_loop_is_named_with_its_file_and_line(running, log, new_loop, run_in):
    source = """
    import time

    async def hook(ctx):
        helper(ctx.state["noticed"])
        return "went on"

    def helper(noticed):
        while not noticed.is_set():
            time.sleep(0.001)

    async def other(ctx): ...
    """

    async def main(call):
        assert await call("hook", noticed=log.expect("loop_blocked"), timeout_s=60) == "went on"
        return call.watchdog.blocks, call.watchdog.last

    blocks, last = running(source, main, new_loop=new_loop, run_in=run_in)
    (record,) = by_hooks(log, "loop_blocked")
    assert record["hook"] == "hooks/a.py:hook"
    assert record["file"] == "hooks/a.py"
    assert record["line"] in {9, 10}
    assert record["seconds"] >= 0.05
    assert {hook: count for hook, count in blocks.items() if hook} == {"hooks/a.py:hook": 1}
    assert (last.hook, last.place.function) == ("hooks/a.py:hook", "helper")
    assert by_hooks(log, "loop_free")[0]["hook"] == "hooks/a.py:hook"


@LOOPS
@WHERE
def test_an_endless_loop_in_an_async_hook_is_interrupted_and_others_go_on(running, log, new_loop, run_in):
    source = """
    async def hook(ctx):
        while True:
            pass

    async def other(ctx):
        return "answered"
    """

    async def main(call):
        endless = asyncio.create_task(call("hook"))
        await asyncio.sleep(0)
        answer = await call("other")
        with pytest.raises(HookTimeout):
            await endless
        return answer

    assert running(source, main, new_loop=new_loop, run_in=run_in) == "answered"
    (record,) = log.of("hook_timeout")
    assert record["hook"] == "hooks/a.py:hook"
    assert record["file"] == "hooks/a.py"
    assert record["line"] in {3, 4}


@LOOPS
def test_a_call_that_waits_in_c_code_is_interrupted_in_the_main_thread(running, log, new_loop):
    source = """
    import time
    async def hook(ctx):
        time.sleep(50)
    async def other(ctx): ...
    """

    async def main(call):
        with pytest.raises(HookTimeout):
            await call("hook")

    running(source, main, new_loop=new_loop)
    (record,) = log.of("hook_timeout")
    assert (record["file"], record["line"]) == ("hooks/a.py", 4)


@LOOPS
@WHERE
def test_a_hook_that_catches_the_interruption_is_interrupted_again(running, log, new_loop, run_in):
    source = """
    async def hook(ctx):
        for _ in range(2):
            try:
                while True:
                    pass
            except BaseException:
                ctx.state["caught"].append(1)
        return "too late"
    async def other(ctx): ...
    """

    async def main(call):
        caught = []
        with contextlib.suppress(HookTimeout):
            await call("hook", caught=caught)
        return caught

    assert running(source, main, new_loop=new_loop, run_in=run_in) == [1, 1]


@LOOPS
@WHERE
def test_a_task_that_a_hook_left_behind_is_interrupted_too(running, log, new_loop, run_in):
    source = """
    import asyncio
    async def hook(ctx):
        ctx.state["task"].append(asyncio.create_task(behind()))
    async def behind():
        while True:
            pass
    async def other(ctx): ...
    """

    async def main(call):
        tasks = []
        await call("hook", task=tasks)
        await asyncio.wait(tasks)
        return type(tasks[0].exception()).__name__

    assert running(source, main, new_loop=new_loop, run_in=run_in) == "Interrupted"
    assert by_hooks(log, "loop_blocked")[0]["hook"] == "hooks/a.py:behind"


@LOOPS
def test_a_block_that_is_nobodys_hook_is_logged_without_one(running, log, new_loop):
    async def main(call):
        while not any(record["file"] == __file__ for record in log.of("loop_blocked")):
            time.sleep(0.001)
        return call.watchdog.blocks

    blocks = running("def hook(ctx): ...\nother = hook\n", main, new_loop=new_loop)
    assert set(blocks) == {""}
    assert {record["hook"] for record in log.of("loop_blocked")} == {None}


@LOOPS
def test_hooks_that_block_one_after_the_other_have_a_limit_each(running, log, new_loop):
    source = """
    import time
    async def hook(ctx):
        while not ctx.state["noticed"].is_set():
            time.sleep(0.001)
        ctx.state["clock"].time += 10
    async def other(ctx):
        enough = ctx.state["clock"].reads + 4
        while ctx.state["clock"].reads < enough:
            time.sleep(0.001)
        return "not interrupted"
    """
    clock = CountingClock()

    async def main(call):
        first = asyncio.create_task(call("hook", noticed=log.expect("loop_blocked"), clock=clock, timeout_s=1000))
        second = asyncio.create_task(call("other", clock=clock, timeout_s=5))
        return await asyncio.gather(first, second)

    assert running(source, main, new_loop=new_loop, clock=clock, limit_s=1000) == [None, "not interrupted"]


@LOOPS
@WHERE
def test_a_hook_that_the_loop_has_gone_on_to_is_not_hit_in_place_of_the_one_before(running, new_loop, run_in):
    source = """
    async def hook(ctx):
        done = ctx.state["done"]
        ctx.state["begun"].set()
        while not done:
            pass
        return sum(range(1000))
    async def other(ctx): ...
    """

    async def main(call):
        begun, done = threading.Event(), []

        def late():
            begun.wait()
            call.watchdog._interrupt(Watched("hooks/a.py:other", 1.0))
            done.append(True)

        interrupting = threading.Thread(target=late)
        interrupting.start()
        try:
            return await call("hook", begun=begun, done=done)
        finally:
            interrupting.join()

    assert running(source, main, new_loop=new_loop, run_in=run_in, limit_s=60) == 499500


@LOOPS
def test_the_signals_former_handler_comes_back(running, new_loop):
    async def main(call):
        return signal.getsignal(signal.SIGURG)

    handler = running("def hook(ctx): ...\nother = hook\n", main, new_loop=new_loop)
    assert handler is not signal.SIG_DFL
    assert signal.getsignal(signal.SIGURG) is signal.SIG_DFL


@LOOPS
def test_each_of_two_projects_on_a_loop_sees_to_its_own_hooks(bench, tmp_path_factory, new_loop):
    one, two = (type(bench)(tmp_path_factory.mktemp(name)) for name in ("one", "two"))
    source = "import time\nasync def hook(ctx):\n    time.sleep(50)\n"
    for project in (one, two):
        project.write("hooks/a.py", source)

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            for project, limit_s in ((one, 0.3), (two, 0.6)):
                edition = project.load("hooks/a.py:hook", hooks=HooksSpec(timeout_s=limit_s))
                watchdog = Watchdog(slow_s=0.05, limit_s=limit_s, clock=SystemClock(), log=project.log)
                await stack.enter_async_context(watchdog)
                caller = Caller(Registry(edition), clock=SystemClock(), log=project.log, watchdog=watchdog)
                await stack.enter_async_context(caller)
                project.call = (caller, edition)
            for project in (one, two):
                caller, edition = project.call
                with pytest.raises(HookTimeout):
                    await caller.call(HookRef("hooks/a.py", "hook"), project.context(edition))

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(main())
    for project in (one, two):
        assert [record["hook"] for record in by_hooks(project.log, "loop_blocked")] == ["hooks/a.py:hook"]
        assert len(project.log.of("hook_timeout")) == 1
    assert by_hooks(two.log, "loop_free")[0]["seconds"] >= 0.6
    assert signal.getsignal(signal.SIGURG) is signal.SIG_DFL


@LOOPS
def test_a_hook_inside_of_another_leaves_that_one_watched(running, new_loop):
    async def main(call):
        task, watchdog = asyncio.current_task(), call.watchdog
        outer = watchdog.enter(task, "outer", 1.0)
        await call("hook")
        inner = watchdog.enter(task, "inner", 1.0)
        watchdog.leave(task)
        return outer, inner.hook

    assert running("async def hook(ctx): ...\nother = hook\n", main, new_loop=new_loop) == (None, "outer")


@LOOPS
def test_a_handler_of_someone_else_is_left_alone(running, new_loop):
    def theirs(number, frame):
        raise AssertionError

    async def main(call):
        return signal.getsignal(signal.SIGURG)

    signal.signal(signal.SIGURG, theirs)
    try:
        assert running("def hook(ctx): ...\nother = hook\n", main, new_loop=new_loop) is theirs
    finally:
        signal.signal(signal.SIGURG, signal.SIG_DFL)


@LOOPS
def test_a_stray_signal_interrupts_nothing(running, new_loop):
    source = """
    import os, signal
    async def hook(ctx):
        os.kill(os.getpid(), signal.SIGURG)
        return sum(range(1000))
    async def other(ctx): ...
    """

    async def main(call):
        return await call("hook")

    assert running(source, main, new_loop=new_loop) == 499500


def test_code_that_others_rely_on_is_not_interrupted_half_way(bench):
    bench.write("hooks/a.py", "def hook(look):\n    return look()\n")
    hook = bench.load("hooks/a.py:hook").functions[HookRef("hooks/a.py", "hook")].function

    def looking_from(module):
        scope = {"__name__": module, "look": lambda: may_interrupt(sys._getframe(1))}
        exec("def function():\n    return look()\n", scope)
        return scope["function"]

    assert hook(looking_from("json.decoder")) is True
    assert hook(looking_from("runtime.documents.service")) is False
    assert hook(looking_from("asyncio.tasks")) is False
    assert looking_from("json.decoder")() is False


async def test_leaving_does_not_wait_for_a_sign_of_life_that_was_wiped_away(log):
    class WipedAfterTheLast(threading.Event):
        """Clears itself only once it was set by whoever leaves."""

        def __init__(self):
            super().__init__()
            self.asked = threading.Event()

        def clear(self):
            self.asked.set()
            self.wait()
            super().clear()

    watchdog = Watchdog(slow_s=0.01, limit_s=1, clock=SystemClock(), log=log)
    watchdog._alive = alive = WipedAfterTheLast()
    async with watchdog:
        await asyncio.to_thread(alive.asked.wait)
    assert not alive.is_set()
