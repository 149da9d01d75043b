"""How late an event loop is while it has work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from statistics import quantiles
from typing import Final

PAUSE_S: Final = 0.002

Work = Callable[[], Awaitable[object]]


async def late_ms(workers: Sequence[Work], *, seconds: float) -> tuple[float, float]:
    """Return by how many ms a short sleep came late while each worker repeats its work: the 99th percentile, the most.

    Without workers it is what the clock and the machine do by themselves.
    """
    running = [asyncio.create_task(_repeat(work)) for work in workers]
    loop = asyncio.get_running_loop()
    late: list[float] = []
    end = loop.time() + seconds
    while (started := loop.time()) < end:
        await asyncio.sleep(PAUSE_S)
        late.append((loop.time() - started - PAUSE_S) * 1000)
    for task in running:
        task.cancel()
    for task in running:
        with suppress(asyncio.CancelledError):
            await task
    return quantiles(late, n=100)[98], max(late)


async def _repeat(work: Work) -> None:
    while True:
        await work()
