"""Servers that are killed in the middle of jobs, and several of them on one database file."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from runtime.model.clock import SystemClock, epoch_s
from runtime.model.query import Query
from runtime.storage.open import open_store

RUNS = 200
KILLS = 4

TICKS = int(os.environ.get("HOOKSTREAM_TICKS", "12"))

CONFIG = """
namespace: desk
storage: "sqlite:data/desk.db"
auth: {secret: "a secret for tests only"}
collections: !include collections/*.yml
jobs: !include jobs/*.yml
"""

NOTES = """
name: notes
fields: [{name: title, type: string}]
hooks: {create: {before: hooks/notes.py:enqueue, after: hooks/notes.py:die}}
"""

HOOKS = """
import os
import signal

async def enqueue(ctx):
    await ctx.jobs.enqueue("work", {"number": -1})

async def die(ctx):
    if ctx.document["title"] == "die":
        os.kill(os.getpid(), signal.SIGKILL)
"""

JOBS = """
- {name: work, file: jobs/work.py}
- {name: tick, file: jobs/tick.py, every: 1s, overlap: allow}
"""

WORK = """
import asyncio

def done(folder, number, what):
    with open(folder / "effects.txt", "a") as effects:
        effects.write(f"{what} {number}\\\\n")
    return number

async def run(ctx):
    folder, number = ctx.config.folder, ctx.input["number"]
    first = await ctx.step("first", done, folder, number, "first")
    await asyncio.sleep(0.03)
    done(folder, number, f"attempt {ctx.run.attempt} of")
    await ctx.step("second", done, folder, number, "second")
    return first
"""

TICK = "async def run(ctx): return ctx.run.scheduled_at\\n"

SERVER = """
import asyncio
import sys
from pathlib import Path

import structlog

from runtime.app import open_project, running
from runtime.model.clock import SystemClock

structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


async def main(folder, lease_s):
    async with open_project(Path(folder), environ={}, clock=SystemClock(), log=structlog.get_logger()) as project:
        project.ledger.lease_s = lease_s
        async with running(project):
            print("ready", flush=True)
            for line in sys.stdin if len(sys.argv) > 3 else ():
                await project.documents.database(*ACTOR).create("notes", {"title": line.strip()})
            await asyncio.Event().wait()


from runtime.model.actor import SYSTEM

ACTOR = (SYSTEM, ())
asyncio.run(main(sys.argv[1], float(sys.argv[2])))
"""


@pytest.fixture
def desk(tmp_path):
    """A project on disk, and processes that serve it without HTTP, with a lease of a second."""
    files = {
        "config.yml": CONFIG, "collections/notes.yml": NOTES, "hooks/notes.py": HOOKS,
        "jobs/jobs.yml": JOBS, "jobs/work.py": WORK.replace("\\\\", "\\"), "jobs/tick.py": TICK.replace("\\n", "\n"),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "effects.txt").write_text("")
    return Desk(tmp_path)


class Desk:
    def __init__(self, folder):
        self.folder = folder

    async def serve(self, *more):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, str(self.folder), "1.0", *more,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert await process.stdout.readline() == b"ready\n"
        return process

    @asynccontextmanager
    async def serving(self, *more):
        process = await self.serve(*more)
        try:
            yield process
        finally:
            await kill(process)

    @asynccontextmanager
    async def store(self):
        store = open_store("sqlite:data/desk.db", folder=self.folder, clock=SystemClock())
        await store.open()
        try:
            yield store
        finally:
            await store.close()

    async def runs(self, job):
        async with self.store() as store:
            return [
                record.document async for record in store.iterate("_runs", Query()) if record.document["job"] == job
            ]

    def effects(self):
        return Counter((self.folder / "effects.txt").read_text().splitlines())

    async def until(self, condition):
        """Look every 20 ms: there is no event that a process under test could set here."""
        async with self.store() as store:
            while True:
                runs = [record.document async for record in store.iterate("_runs", Query())]
                if condition(runs):
                    return runs
                await asyncio.sleep(0.02)

    async def enqueue(self, count):
        """Queue runs as a server that does nothing else would."""
        code = (
            "import asyncio, sys, structlog\n"
            "from pathlib import Path\n"
            "from runtime.app import open_project\n"
            "from runtime.model.clock import SystemClock\n"
            "async def main():\n"
            "    async with open_project(Path(sys.argv[1]), environ={}, clock=SystemClock(),"
            " log=structlog.get_logger()) as project:\n"
            "        for number in range(int(sys.argv[2])):\n"
            "            write = project.ledger.prepare('work', {'number': number}, delay_s=0, key=None, by=None)\n"
            "            await project.ledger.enqueue([write])\n"
            "asyncio.run(main())\n"
        )
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(self.folder), str(count))
        assert await process.wait() == 0


async def kill(process):
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    process.stdin.close()
    await process.wait()


async def test_kill_9_in_the_middle_of_200_runs_several_times_loses_and_repeats_nothing(desk):
    await desk.enqueue(RUNS)
    chance = random.Random(5)
    for number in range(KILLS):
        async with desk.serving():
            wanted = 20 + number * 30 + chance.randrange(20)
            await desk.until(lambda runs, wanted=wanted: succeeded(runs) >= wanted)
    lost = {run["input"]["number"] for run in await desk.runs("work") if run["state"] == "running"}
    assert lost
    async with desk.serving():
        await desk.until(lambda runs: succeeded(runs) == RUNS)
    runs = await desk.runs("work")
    assert {run["state"] for run in runs} == {"succeeded"}
    assert [run["result"] for run in sorted(runs, key=lambda run: run["result"])] == list(range(RUNS))
    effects = desk.effects()
    for run in runs:
        number = run["input"]["number"]
        attempts = {n for n in range(1, 20) if effects[f"attempt {n} of {number}"]}
        # Of the attempts that had an effect the last is the run's; one that was killed earlier had none.
        assert max(attempts) == run["attempt"], run
        assert (run["lost"], run["failures"], run["steps"]) == (
            run["attempt"] - 1,
            0,
            {"first": number, "second": number},
        )
        assert effects[f"first {number}"] >= 1
    assert {run["attempt"] for run in runs} >= {1, 2}
    repeated = [run for run in runs if run["attempt"] > 1]
    again = sum(effects[f"first {run['input']['number']}"] > 1 for run in repeated)
    # A step is repeated only where the kill came between its effect and its record.
    assert again < len(repeated) / 2


def succeeded(runs):
    return sum(run["job"] == "work" and run["state"] == "succeeded" for run in runs)


async def test_two_servers_on_one_file_run_each_scheduled_time_once(desk):
    async with desk.serving(), desk.serving():
        await desk.until(lambda runs: ticks(runs) >= TICKS)
    runs = await desk.runs("tick")
    times = sorted(epoch_s(run["scheduledAt"]) for run in runs)
    assert len(times) == len(set(times))
    assert [later - earlier for earlier, later in pairwise(times)] == [1.0] * (len(times) - 1)
    assert all(run["attempt"] == 1 for run in runs)


def ticks(runs):
    return sum(run["job"] == "tick" and run["state"] == "succeeded" for run in runs)


async def test_a_run_of_a_commit_is_there_when_the_process_dies_at_once(desk):
    process = await desk.serve("with input")
    process.stdin.write(b"die\n")
    process.stdin.close()
    assert await process.wait() == -signal.SIGKILL
    (run,) = await desk.runs("work")
    assert (run["state"], run["input"]) in (("queued", {"number": -1}), ("running", {"number": -1}))
    async with desk.store() as store:
        assert [record.document["title"] for record in await store.find("notes", Query())] == ["die"]
    async with desk.serving():
        await desk.until(lambda runs: succeeded(runs) == 1)
