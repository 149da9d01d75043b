"""Documents written one by one with pauses, and how long each answer took."""

import asyncio
import time
from statistics import median, quantiles
from typing import Any, Final

import aiohttp

WRITES: Final = 40
PAUSE_S: Final = 0.08
"""Longer than a fan-out to 5,000 takes: what is asked is whether a write waits for its own fan-out."""


async def paced_writes(url: str) -> dict[str, Any]:
    """Create documents and return p50 and p95 of the time until the answer, in ms. Raises for any answer but 201."""
    took: list[float] = []
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        for number in range(WRITES):
            started = time.perf_counter()
            async with session.post(url, json={"text": f"note {number}"}) as response:
                await response.read()
            took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(PAUSE_S)
    return {"p50": median(took), "p95": quantiles(took, n=20)[18]}
