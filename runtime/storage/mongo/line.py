"""The line in which the commits of a process wait: those that wait together go into one transaction together.

All transactions that leave change records count up one number, and so can only be committed one after another. With a
transaction for each, 64 creates at once would wait for 64 majorities; together they wait for two. Measured with 2 ms
for each command and 7 ms for a commit: 64 creates at once took 40 ms in place of 1,060, and one alone 17 ms either way.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from runtime.model.change import Change
from runtime.model.clock import Clock, timestamp
from runtime.model.errors import Failure, TooLarge
from runtime.storage.mongo.commit import Apart, in_transaction, together
from runtime.storage.mongo.driver import Database
from runtime.storage.mongo.prepare import Prepared

WRITES_TOGETHER: Final = 500
BYTES_TOGETHER: Final = 4 * 1024 * 1024
"""What one transaction takes of those that wait; a batch that is larger goes alone. Arbitrary: it is to be short."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A batch, the documents that it writes, and what has become of it."""

    batch: Sequence[Prepared]
    outcome: "asyncio.Future[list[Change]]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def keys(self) -> set[tuple[str, str]]:
        return {(prepared.kept.name, prepared.write.id) for prepared in self.batch}

    @property
    def size(self) -> int:
        return sum(len(prepared.body.raw) for prepared in self.batch if prepared.body is not None)


class Line:
    """Commits batches, each whole or not at all and failing alone, those of one document in the order they came in."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: deque[_Waiting] = deque()
        self._turn = asyncio.Lock()

    async def commit(self, batch: Sequence[Prepared]) -> list[Change]:
        """Commit a batch. Raises what `in_transaction` does. Not to be cancelled: it may be doing others' work."""
        mine = _Waiting(batch)
        self._waiting.append(mine)
        async with self._turn:
            # whoever's turn it is finds itself done by somebody in front, or is the first of those that wait
            if not mine.outcome.done():
                await self._commit(self._next())
        return await mine.outcome

    def _next(self) -> list[_Waiting]:
        """Take the first that waits and those behind it that it can go with: none writes a document of another's."""
        first = self._waiting.popleft()
        group, keys, size = [first], first.keys, first.size
        while self._waiting:
            following = self._waiting[0]
            size += following.size
            if keys & following.keys or len(keys) + len(following.keys) > WRITES_TOGETHER or size > BYTES_TOGETHER:
                break
            keys |= following.keys
            group.append(self._waiting.popleft())
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        try:
            for each in await self._together(group):
                try:
                    each.outcome.set_result(await in_transaction(self._database, each.batch, at=self._now()))
                except Failure as error:
                    each.outcome.set_exception(error)
        except Exception as error:  # noqa: BLE001 - raised where each of them waits, for whom it is theirs alone
            for each in group:
                if not each.outcome.done():
                    each.outcome.set_exception(error)

    async def _together(self, group: list[_Waiting]) -> list[_Waiting]:
        """Commit what can be committed together; return what has to go alone, mostly to fail."""
        left, alone = list(group), list[_Waiting]()
        while len(left) > 1:
            try:
                found = await together(self._database, [each.batch for each in left], at=self._now())
            except TooLarge:
                break
            except Apart as apart:
                alone.append(left.pop(apart.place))
                continue
            for each, changes in zip(left, found, strict=True):
                if changes is None:
                    alone.append(each)
                else:
                    each.outcome.set_result(changes)
            return alone
        return left + alone

    def _now(self) -> str:
        return timestamp(self._clock.now())
