"""Following what others commit to the same database, by its change log."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Final

from runtime.model.change import Change
from runtime.model.ports import Foreign

POLL_S: Final = 0.1
"""How often the log is asked for its last number, which is all that is read while nobody writes. Arbitrary: what a
client sees of another process is as late as that at most."""
RECORDS: Final = 500
"""How many records are looked at at once, to bound what is in memory."""
PATIENCE: Final = 10
"""How many looks a missing record is waited for. Without transactions its number is given before it is written."""


Look = tuple[int, Sequence[Change]]
"""How many records there are in a part of the log, and those among them that others have written."""


async def watch(
    since: int | None, *, given: Callable[[], Awaitable[int]], look: Callable[[int, int], Awaitable[Look]]
) -> AsyncGenerator[Foreign, None]:
    """Yield what others commit, as `Store.watch` says.

    `given` returns the last number that any record got, `look` what there is behind one number up to another.
    """
    if since is None:
        since = await given()
        yield Foreign((), seq=since)
    position = since
    looks = 0
    while True:
        upto = min(await given(), position + RECORDS)
        if upto <= position:
            await asyncio.sleep(POLL_S)
            continue
        kept, changes = await look(position, upto)
        missed = upto - position - kept
        if missed and looks < PATIENCE:
            looks += 1
            await asyncio.sleep(POLL_S)
            continue
        looks, position = 0, upto
        if changes or missed:
            yield Foreign(changes, seq=position, missed=missed)
