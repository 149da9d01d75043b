"""Whether those who have streams open may still have them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import islice
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.model.actor import Actor
from runtime.model.errors import Failure
from runtime.realtime.editing import Editing
from runtime.realtime.hub import Hub
from runtime.realtime.reception import Again
from runtime.realtime.subscriber import Subscriber

EVERY_S: Final = 3.0
"""How long somebody who was shut out, by whichever process, may go on listening at most."""

TOGETHER: Final = 500
"""How many credentials are looked up at once: two queries."""


class Recheck:
    """Asks again and again who the owners of open streams are: once for each session or token, not for each stream.

    Where that has ended, the stream has expired; where roles have changed, it loses what they no longer admit to, and
    the channels of documents that its owner can read no longer.
    Belongs to one event loop.
    """

    def __init__(self, hub: Hub, *, again: Again, editing: Editing, log: FilteringBoundLogger) -> None:
        self._hub = hub
        self._editing = editing
        self._again = again
        self._log = log
        self._stirred = asyncio.Event()

    def soon(self) -> None:
        """Do not wait for the next time: somebody has just signed out."""
        self._stirred.set()

    async def round(self) -> None:
        """Look at every stream once. Raises Unavailable."""
        owned: dict[Actor, list[Subscriber]] = {}
        for stream in self._hub.streams:
            if stream.join.actor.session is not None:
                owned.setdefault(stream.join.actor, []).append(stream)
        actors = iter(owned)
        while some := tuple(islice(actors, TOGETHER)):
            for before, now in (await self._again(some)).items():
                if now != before:
                    for stream in owned[before]:
                        self._hub.identify(stream, now)
        await self._editing.review()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Do so until the block ends."""
        task = asyncio.create_task(self._work(), name="recheck")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._stirred.wait()
            self._stirred.clear()
            try:
                await self.round()
            except Failure as failure:
                self._log.warning("recheck_interrupted", reason=failure.message, retry_in_s=EVERY_S)
            except Exception:  # noqa: BLE001 — whatever it is, the next time must come
                self._log.exception("recheck_failed", retry_in_s=EVERY_S)
