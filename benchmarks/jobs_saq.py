"""The other side of jobs.py, with the Python that has saq: `python benchmarks/jobs_saq.py URL JOBS SAMPLES`."""

import asyncio
import json
import sys
import time
from typing import Any, Final

import uvloop
from saq import Queue, Worker

TOGETHER: Final = 100
IDLE_S: Final = 0.02
CONCURRENCY: Final = 10


async def measure(url: str, jobs: int, samples: int) -> dict[str, Any]:
    """Enqueue and run jobs that do nothing, then pick up single ones when idle; return seconds."""
    queue = Queue.from_url(url)
    await queue.connect()
    ended = 0
    begun: asyncio.Queue[float] = asyncio.Queue()

    async def nothing(_context: Any) -> None:
        pass

    async def when(_context: Any) -> None:
        begun.put_nowait(time.perf_counter())

    async def count(_context: Any) -> None:
        nonlocal ended
        ended += 1

    worker = Worker(
        queue, functions=[("nothing", nothing), ("when", when)], concurrency=CONCURRENCY, after_process=count
    )
    started = time.perf_counter()
    for _ in range(jobs // TOGETHER):
        await asyncio.gather(*(queue.enqueue("nothing") for _ in range(TOGETHER)))
    enqueued = time.perf_counter()
    working = asyncio.create_task(worker.start())
    while ended < jobs:
        await asyncio.sleep(0.002)
    done = time.perf_counter()
    waits = []
    for _ in range(samples):
        await asyncio.sleep(IDLE_S)
        asked = time.perf_counter()
        await queue.enqueue("when")
        waits.append(await begun.get() - asked)
    await worker.stop()
    await asyncio.gather(working, return_exceptions=True)
    await queue.disconnect()
    return {"enqueue": enqueued - started, "run": done - enqueued, "waits": waits}


if __name__ == "__main__":
    address, jobs, samples = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(address, int(jobs), int(samples)))))
