"""What a project's hooks can do wrong, and that the server goes on: one test for each way."""

import asyncio
import textwrap
import threading
from types import SimpleNamespace

import pytest
import uvloop

from runtime.hooks.call import Caller
from runtime.hooks.context import Context, Request
from runtime.hooks.load import load
from runtime.hooks.registry import Registry
from runtime.hooks.survive import run_surviving
from runtime.hooks.watchdog import Watchdog
from runtime.model.actor import PUBLIC
from runtime.model.clock import SystemClock
from runtime.model.errors import HookFailed, HookRecursion, HookTimeout, Unavailable
from runtime.model.problem import ProjectInvalid, Source
from runtime.model.specs import BoundHook, CollectionSpec, HookRef, HooksSpec, ProjectSpec

GOOD = "async def hook(ctx):\n    return 'fine'\n"
LOOPS = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
KINDS = pytest.mark.parametrize("kind", ["def", "async def"])
LIMIT_S = 0.5
"""For hooks that never return: long enough for a thread to have begun its hook by then. All others have a minute."""


class Log:
    def __init__(self):
        self.records = []

    def _log(self, event, **values):
        self.records.append({"event": event, **values})

    info = warning = error = _log

    def of(self, event):
        return [record for record in self.records if record["event"] == event]


class Newsroom:
    """A project with two hook files: `bad.py`, which the test writes, and `good.py`, which has to go on working."""

    def __init__(self, folder):
        self.folder = folder
        self.log = Log()
        self.numbers = iter(range(1, 100))
        (folder / "hooks").mkdir()
        self.write("good", GOOD)

    def write(self, name, source):
        (self.folder / "hooks" / f"{name}.py").write_text(textwrap.dedent(source))

    def load(self):
        hooks = tuple(
            BoundHook(
                HookRef(f"hooks/{name}.py", "hook"), Source("collections/articles.yml", line, 5), "hooks.create.before"
            )
            for line, name in ((21, "good"), (22, "bad"))
        )
        collection = CollectionSpec("articles", Source("collections/articles.yml"), hooks={("create", "before"): hooks})
        spec = ProjectSpec(
            folder=self.folder,
            namespace="newsroom",
            storage="sqlite::memory:",
            collections=(collection,),
            hooks=HooksSpec(timeout_s=60.0, slow_s=0.05, threads=2),
        )
        return load(spec, number=next(self.numbers))

    def run(self, main, *, new_loop=asyncio.new_event_loop):
        """Run `main(call)` as a server would: with a watchdog, and surviving what tasks do that were left behind."""
        registry = Registry(self.load())
        self.registry = registry

        async def everything():
            watchdog = Watchdog(slow_s=0.05, limit_s=60.0, clock=SystemClock(), log=self.log)
            caller = Caller(registry, clock=SystemClock(), log=self.log, watchdog=watchdog)

            async def call(name, *, chain=(), db=None, limit_s=None, **state):
                hook = HookRef(f"hooks/{name}.py", "hook")
                return await caller.call(hook, self.context(state, db), chain=chain, timeout_s=limit_s)

            call.caller = caller
            async with watchdog, caller:
                return await main(call)

        loop = new_loop()
        try:
            return run_surviving(loop, loop.create_task(everything()), log=self.log)
        finally:
            loop.close()

    def context(self, state, db):
        return Context(
            request=Request("POST", "/api/newsroom/articles", id="r1"),
            actor=PUBLIC,
            collection="articles",
            action="create",
            phase="before",
            db=db,
            realtime=SimpleNamespace(),
            jobs=SimpleNamespace(),
            http=SimpleNamespace(),
            config=self.registry.current.spec,
            log=self.log,
            state=state,
        )


@pytest.fixture
def newsroom(tmp_path):
    return Newsroom(tmp_path)


def test_a_syntax_error_at_boot_refuses_to_start(newsroom):
    newsroom.write("bad", "async def hook(ctx:\n    pass\n")
    with pytest.raises(ProjectInvalid) as caught:
        newsroom.load()
    assert str(caught.value) == (
        "collections/articles.yml:22:5: hooks/bad.py:1: SyntaxError: '(' was never closed (hooks.create.before). "
        "Correct the syntax."
    )


def test_a_syntax_error_on_reload_keeps_the_last_good_version(newsroom):
    newsroom.write("bad", "async def hook(ctx):\n    return 'guarded'\n")

    async def main(call):
        before = await call("bad")
        newsroom.write("bad", "async def hook(ctx:\n    return 'broken'\n")
        with pytest.raises(ProjectInvalid) as caught:
            newsroom.load()
        newsroom.registry.fail(caught.value.problems, at=1.0)
        kept = await call("bad")
        problems = newsroom.registry.problems
        newsroom.write("bad", "async def hook(ctx):\n    return 'mended'\n")
        newsroom.registry.swap(newsroom.load())
        return (
            before,
            kept,
            [problem.source.line for problem in problems],
            await call("bad"),
            newsroom.registry.problems,
        )

    assert newsroom.run(main) == ("guarded", "guarded", [22], "mended", ())


def test_a_reload_does_not_disturb_what_is_under_way(newsroom):
    newsroom.write("bad", "async def hook(ctx):\n    await ctx.state['go'].wait()\n    return 'old'\n")

    async def main(call):
        go = asyncio.Event()
        under_way = asyncio.create_task(call("bad", go=go))
        await asyncio.sleep(0)
        newsroom.write("bad", "async def hook(ctx):\n    return 'new'\n")
        newsroom.registry.swap(newsroom.load())
        new = await call("bad")
        go.set()
        return await under_way, new

    assert newsroom.run(main) == ("old", "new")


@LOOPS
@pytest.mark.parametrize(
    "source",
    [
        "import time\ndef hook(ctx):\n    while not ctx.state['release'].wait(1):\n        pass\n",
        "def hook(ctx):\n    while True:\n        pass\n",
        "import asyncio\nasync def hook(ctx):\n    await asyncio.sleep(50)\n",
        "import time\nasync def hook(ctx):\n    time.sleep(50)\n",
        "async def hook(ctx):\n    while True:\n        pass\n",
    ],
    ids=["sync sleep", "sync loop", "async sleep", "async blocking", "async loop"],
)
def test_a_hook_that_never_returns_is_over_its_limit_and_others_go_on(newsroom, source, new_loop):
    newsroom.write("bad", source)
    release = threading.Event()

    async def main(call):
        endless = asyncio.create_task(call("bad", limit_s=LIMIT_S, release=release))
        await asyncio.sleep(0)
        other = await call("good")
        with pytest.raises(HookTimeout):
            await endless
        release.set()
        return other, await call("good")

    assert newsroom.run(main, new_loop=new_loop) == ("fine", "fine")
    (record,) = newsroom.log.of("hook_timeout")
    assert (record["hook"], record["file"]) == ("hooks/bad.py:hook", "hooks/bad.py")
    assert record["line"] in {2, 3, 4}


@LOOPS
def test_a_hook_that_blocks_the_loop_is_named_in_the_log(newsroom, new_loop):
    newsroom.write("bad", "import time\n\nasync def hook(ctx):\n    time.sleep(50)\n")

    async def main(call):
        with pytest.raises(HookTimeout):
            await call("bad", limit_s=LIMIT_S)

    newsroom.run(main, new_loop=new_loop)
    # On a machine that is busy enough, the loop may be held up without any hook, too: that is noted as nobody's.
    (record,) = [record for record in newsroom.log.of("loop_blocked") if record["hook"]]
    assert (record["hook"], record["file"], record["line"]) == ("hooks/bad.py:hook", "hooks/bad.py", 4)


def test_hooks_that_never_return_do_not_take_all_threads_silently(newsroom):
    newsroom.write("bad", "def hook(ctx):\n    ctx.state['release'].wait()\n")
    release = threading.Event()

    async def main(call):
        for _ in range(2):
            with pytest.raises(HookTimeout):
                await call("bad", limit_s=LIMIT_S, release=release)
        with pytest.raises(Unavailable, match="hook threads are exhausted"):
            await call("bad", release=release)
        assert await call("good") == "fine"
        release.set()
        while call.caller.abandoned_threads:
            await asyncio.sleep(0)
        await call("bad", release=release)

    newsroom.run(main)


@LOOPS
@KINDS
@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("import sys; sys.exit(1)", "SystemExit: 1"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("import os; raise OSError('disk')", "OSError: disk"),
    ],
)
def test_whatever_a_hook_raises_is_its_own_failure(newsroom, kind, statement, error, new_loop):
    newsroom.write("bad", f"{kind} hook(ctx):\n    {statement}\n")

    async def main(call):
        with pytest.raises(HookFailed) as caught:
            await call("bad")
        return caught.value.message, caught.value.incident, await call("good")

    message, incident, other = newsroom.run(main, new_loop=new_loop)
    assert message == f"A hook failed. Incident {incident}."
    assert other == "fine"
    (record,) = newsroom.log.of("hook_failed")
    assert (record["incident"], record["error"], record["file"], record["line"]) == (incident, error, "hooks/bad.py", 2)


@LOOPS
def test_a_task_left_behind_that_exits_does_not_end_the_server(newsroom, new_loop):
    newsroom.write(
        "bad",
        """
        import asyncio, sys
        async def hook(ctx):
            ctx.state["left"].append(asyncio.create_task(leave()))
        async def leave():
            sys.exit(1)
        """,
    )

    async def main(call):
        left = []
        await call("bad", left=left)
        await asyncio.wait(left)
        return left[0].exception().code, await call("good")

    assert newsroom.run(main, new_loop=new_loop) == (1, "fine")
    assert len(newsroom.log.of("task_exited")) == 1


@KINDS
def test_a_hook_that_triggers_itself_is_cut_and_the_chain_is_shown(newsroom, kind):
    awaited = "await " if kind == "async def" else ""
    newsroom.write("bad", f"{kind} hook(ctx):\n    {awaited}ctx.db.create('articles', {{}})\n")

    async def main(call):
        class Database:
            """Runs the hook for what a hook creates, as the real one does."""

            def __init__(self, chain):
                self.chain = chain

            async def create(self, collection, document):
                calls.append(len(self.chain))
                await call("bad", chain=self.chain, db=Database((*self.chain, "hooks/bad.py:hook")))

        calls = []
        with pytest.raises(HookRecursion) as caught:
            await Database(()).create("articles", {})
        return calls, caught.value.chain

    calls, chain = newsroom.run(main)
    assert calls == [0, 1, 2, 3, 4, 5]
    assert chain == ("hooks/bad.py:hook",) * 6
    assert len(newsroom.log.of("hook_recursion")) == 1
    assert newsroom.log.of("hook_failed") == []
