"""Our side of jobs.py, in a process of its own: `python benchmarks/jobs_ours.py FOLDER JOBS SAMPLES`."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import structlog

from runtime.app import open_project, run
from runtime.model.clock import SystemClock
from runtime.web.project import Project

TOGETHER: Final = 100
"""How many callers enqueue at once."""
IDLE_S: Final = 0.02

CONFIG: Final = """\
namespace: bench
storage: sqlite:data/bench.db
auth: {secret: "a secret for benchmarks only"}
jobs:
  - {name: nothing, file: jobs/nothing.py}
  - {name: when, file: jobs/when.py}
"""
NOTHING: Final = "async def run(ctx): pass\n"
WHEN: Final = "import time\n\nasync def run(ctx): return time.perf_counter()\n"


async def measure(folder: Path, jobs: int, samples: int) -> dict[str, Any]:
    """Enqueue and run jobs that do nothing, then pick up single ones when idle; return seconds."""
    for name, text in {"config.yml": CONFIG, "jobs/nothing.py": NOTHING, "jobs/when.py": WHEN}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    log = structlog.wrap_logger(None, wrapper_class=structlog.make_filtering_bound_logger(30))
    async with open_project(folder, environ={}, clock=SystemClock(), log=log) as project:
        started = time.perf_counter()
        for _ in range(jobs // TOGETHER):
            await asyncio.gather(*(_enqueue(project, "nothing") for _ in range(TOGETHER)))
        enqueued = time.perf_counter()
        async with project.worker.running():
            while project.worker.counts.of("nothing").ended["succeeded"] < jobs:
                await asyncio.sleep(0.002)
            ended = time.perf_counter()
            waits = [await _pick_up(project) for _ in range(samples)]
    return {"enqueue": enqueued - started, "run": ended - enqueued, "waits": waits}


async def _enqueue(project: Project, job: str) -> str:
    write = project.ledger.prepare(job, None, delay_s=0, key=None, by=None)
    await project.ledger.enqueue([write])
    return write.id


async def _pick_up(project: Project) -> float:
    """Return how long a single job waits from the call that enqueues it to its first line."""
    await asyncio.sleep(IDLE_S)
    asked = time.perf_counter()
    id = await _enqueue(project, "when")
    while (ended := await project.ledger.get(id)) is None or ended["finishedAt"] is None:
        await asyncio.sleep(0.005)
    begun: float = ended["result"]
    return begun - asked


async def main() -> int:
    """Print the figures as JSON."""
    folder, jobs, samples = sys.argv[1:]
    print(json.dumps(await measure(Path(folder), int(jobs), int(samples))))
    return 0


if __name__ == "__main__":
    run(main())
