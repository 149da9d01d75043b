"""What other processes commit to the same database reaches the clients of this one."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Final, NoReturn

from structlog.typing import FilteringBoundLogger

from runtime.model.change import Change
from runtime.model.errors import Failure
from runtime.model.ports import Store

RETRY_S: Final = 1.0
"""How long to leave a store alone that could not be read."""


async def follow(store: Store, tell: Callable[[Sequence[Change]], None], *, log: FilteringBoundLogger) -> NoReturn:
    """Tell of changes that others commit from now on, in commit order; run it as a task that is cancelled in the end.

    Where the store cannot be read it goes on from the last change that it told of. Changes that were pruned before they
    could be read are lost to those who listen, and named in the log.
    """
    seq: int | None = None
    while True:
        try:
            async with aclosing(store.watch(seq)) as watching:
                async for foreign in watching:
                    seq = foreign.seq
                    if foreign.missed:
                        log.warning("changes_of_others_missed", records=foreign.missed, up_to=seq)
                    if foreign.changes:
                        tell(foreign.changes)
        except Failure as failure:
            log.warning("following_interrupted", reason=failure.message, retry_in_s=RETRY_S)
        except Exception:
            log.exception("following_failed", retry_in_s=RETRY_S)
        await asyncio.sleep(RETRY_S)
