"""What becomes of runs, told to admins who watch: the built-in channel `_runs`.

Messages are `{"type": "run", "run": …}`, a run as lists have it, and `{"type": "log", "id", "lines": […]}`, what its
log has got since. `{"type": "missed", "count"}` says that so many runs changed without a message: fetch again.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.jobs.ledger import Ledger
from runtime.jobs.record import LOG_LINES, listed
from runtime.jobs.waiting import Wait
from runtime.model.document import Document
from runtime.model.errors import TooLarge
from runtime.model.ports import Publisher

CHANNEL: Final = "_runs"

PAUSE_S: Final = 0.25
"""What has changed is told at once; what changes within this time after it, together: four times a second."""

MOST_TOLD: Final = 50
"""How many runs are told of at once, some two milliseconds' work; of further ones only how many there were."""

LINES_TOGETHER: Final = 40
"""How many lines of a log one message has: with the longest ones it stays below what the hub takes."""


class RunNews:
    """Gathers changes of runs and tells them, where somebody listens; otherwise it costs a look at the hub.

    It is never in the way of a run: what has changed is only noted, and told later, in a turn of its own, each run once
    with what it has come to.
    """

    def __init__(self, publisher: Publisher, ledger: Ledger, *, log: FilteringBoundLogger, wait: Wait) -> None:
        self._publisher = publisher
        self._ledger = ledger
        self._log = log
        self._wait = wait
        self._runs: dict[str, Document | None] = {}
        self._lines: dict[str, deque[Mapping[str, Any]]] = {}
        self._missed = 0
        self._stirred = asyncio.Event()
        self._never = asyncio.Event()

    @property
    def is_heard(self) -> bool:
        """Whether anybody listens."""
        return self._publisher.is_heard(CHANNEL)

    def changed(self, id: str, run: Document | None) -> None:
        """Note that a run has changed; None where its record has to be read."""
        if not self.is_heard:
            return
        if id not in self._runs and len(self._runs) >= MOST_TOLD:
            self._missed += 1
            return
        # Removed first: what is told last is what has changed last.
        self._runs.pop(id, None)
        self._runs[id] = run
        self._stirred.set()

    def stored(self, run: Document) -> None:
        """Note the record of a run that was stored."""
        self.changed(run["id"], run)

    def wrote(self, id: str, lines: Sequence[Mapping[str, Any]]) -> None:
        """Note new lines of a run's log."""
        if lines and self.is_heard and (id in self._lines or len(self._lines) < MOST_TOLD):
            self._lines.setdefault(id, deque(maxlen=LOG_LINES)).extend(lines)
            self._stirred.set()

    async def telling(self) -> None:
        """Tell what is noted, again and again; run it as a task that is cancelled in the end."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self.tell()
            except Exception:  # noqa: BLE001 — whatever it is, runs go on, and so must what is told of them
                self._log.exception("run_news_failed")
            await self._wait(self._never, PAUSE_S)

    async def tell(self) -> None:
        """Tell what is noted. Raises Unavailable where records that have to be read cannot be; then they are missed."""
        runs, self._runs = self._runs, {}
        lines, self._lines = self._lines, {}
        missed, self._missed = self._missed, 0
        if not self.is_heard:
            return
        for id, fresh in lines.items():
            self._tell_lines(id, fresh)
        if unread := [id for id, run in runs.items() if run is None]:
            try:
                runs.update(await self._ledger.get_many(unread))
            except BaseException:
                self._missed += missed + len(runs)
                self._stirred.set()
                raise
        missed += sum(not self._tell_run(run) for run in runs.values() if run is not None)
        if missed:
            self._publisher.say(CHANNEL, {"type": "missed", "count": missed}, transient=True)

    def _tell_run(self, run: Document) -> bool:
        try:
            self._publisher.say(CHANNEL, {"type": "run", "run": listed(run)}, transient=True)
        except TooLarge:
            return False
        return True

    def _tell_lines(self, id: str, lines: Iterable[Mapping[str, Any]]) -> None:
        rest = iter(lines)
        while some := list(islice(rest, LINES_TOGETHER)):
            self._publisher.say(CHANNEL, {"type": "log", "id": id, "lines": some}, transient=True)
