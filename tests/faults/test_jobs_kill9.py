"""Servers that are killed in the middle of jobs, and several of them on one database file."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import asynccontextmanager

import pytest

from runtime.model.change import Write
from runtime.model.clock import SystemClock, epoch_s, timestamp
from runtime.model.query import Query
from runtime.storage.open import open_store

RUNS = 200
KILLS = 4
HELD = 5
"""So many runs wait in their middle until there is a file `last`: each kill finds them there, however late it comes."""

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
    while 0 <= number < HELD and not (folder / "last").exists():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.03)
    done(folder, number, f"attempt {ctx.run.attempt} of")
    await ctx.step("second", done, folder, number, "second")
    return first
"""

TICK = "async def run(ctx): return ctx.run.scheduled_at\\n"

SERVER = """
import asyncio
import os
import sys
import time
from pathlib import Path

import structlog

from runtime.app import open_project, running
from runtime.model.clock import SystemClock

structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


async def live(folder):
    while True:
        with open(folder + "/beats.txt", "a") as beats:
            beats.write(f"{os.getpid()} {time.time()}\\n")
        await asyncio.sleep(0.05)


async def main(folder, lease_s):
    async with open_project(Path(folder), environ={}, clock=SystemClock(), log=structlog.get_logger()) as project:
        project.ledger.lease_s = lease_s
        async with running(project):
            living = asyncio.create_task(live(folder))
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
    """A project on disk, and processes that serve it without HTTP."""
    files = {
        "config.yml": CONFIG, "collections/notes.yml": NOTES, "hooks/notes.py": HOOKS,
        "jobs/jobs.yml": JOBS, "jobs/tick.py": TICK.replace("\\n", "\n"),
        "jobs/work.py": WORK.replace("\\\\", "\\").replace("HELD", str(HELD)),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "effects.txt").write_text("")
    return Desk(tmp_path)


class Desk:
    def __init__(self, folder):
        self.folder = folder

    async def serve(self, *more, lease_s=600.0):
        """Start a server. No such lease of a living one ends, even where it does not get the processor for a while."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVER, str(self.folder), str(lease_s), *more,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert await process.stdout.readline() == b"ready\n"
        return process

    @asynccontextmanager
    async def serving(self, **options):
        process = await self.serve(**options)
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

    async def end_leases(self):
        """Let time pass for what servers held that were killed; return how many runs that are."""
        lost = [run for run in await self.runs("work") if run["state"] == "running"]
        ended = [{**run, "leaseUntil": timestamp(0.0), "version": run["version"] + 1} for run in lost]
        async with self.store() as store:
            await store.commit([Write("_runs", run["id"], run, expected=run["version"] - 1) for run in ended])
        return len(lost)

    async def beats(self, *, after):
        """The signs of life of each server, once all that have given any have given one after this moment."""
        while True:
            beats = defaultdict(list)
            for line in (self.folder / "beats.txt").read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    beats[line.split()[0]].append(float(line.split()[1]))
            if all(moments[-1] > after for moments in beats.values()):
                return list(beats.values())
            await asyncio.sleep(0.02)

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
            await desk.until(
                lambda runs, wanted=wanted, number=number: succeeded(runs) >= wanted and held(runs, number + 1) == HELD
            )
        assert await desk.end_leases() >= HELD
    (desk.folder / "last").touch()
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
        # A step is repeated only where the kill came between its effect and its record.
        assert 1 <= effects[f"first {number}"] <= (1 if number < HELD else run["attempt"])
        assert run["attempt"] == KILLS + 1 or number >= HELD
    assert {run["attempt"] for run in runs} >= {1, KILLS + 1}


def held(runs, attempt):
    """How many of the runs that wait have recorded their first step and are at it for so many times."""
    return sum(
        run["job"] == "work" and run["input"]["number"] < HELD and run["attempt"] == attempt and "first" in run["steps"]
        for run in runs
    )


async def test_what_a_killed_server_ran_is_taken_over_once_its_lease_has_ended(desk):
    await desk.enqueue(1)
    async with desk.serving(lease_s=3.0):
        await desk.until(lambda runs: any("first" in run["steps"] for run in runs))
    (lost,) = await desk.runs("work")
    assert lost["state"] == "running"
    (desk.folder / "last").touch()
    async with desk.serving(lease_s=3.0):
        await desk.until(lambda runs: succeeded(runs) == 1)
    (run,) = await desk.runs("work")
    assert run["attempt"] > lost["attempt"]
    assert run["startedAt"] > lost["leaseUntil"]
    assert desk.effects()["first 0"] == 1


def succeeded(runs):
    return sum(run["job"] == "work" and run["state"] == "succeeded" for run in runs)


async def test_two_servers_on_one_file_run_each_scheduled_time_once(desk):
    async with desk.serving(), desk.serving():
        await desk.until(lambda runs: ticks(runs) >= TICKS)
        runs = await desk.runs("tick")
        times = sorted(epoch_s(run["scheduledAt"]) for run in runs)
        beats = await desk.beats(after=times[-1])
    assert len(times) == len(set(times))
    assert {time % 1 for time in times} == {0.0}
    for missed in set(range(int(times[0]), int(times[-1]))) - set(times):
        lived = [moments for moments in beats if was_up(moments, missed)]
        assert lived == [], "it is left out only where no server got the processor for a second"
    assert all(run["attempt"] == 1 for run in runs)


def was_up(moments, at):
    """Whether a server had begun by then, and gave a sign of life in the second that followed."""
    return moments[0] < at and any(at + 0.1 < moment < at + 0.9 for moment in moments)


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
    await desk.end_leases()
    async with desk.serving():
        await desk.until(lambda runs: succeeded(runs) == 1)
