"""Documents from outside, taken in batch by batch."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from runtime.cli.jsonl import Line
from runtime.model.document import Document
from runtime.model.errors import AlreadyExists, Failure, NotUnique, StoreConflict, Unavailable

OnConflict = Literal["fail", "skip"]

KEPT_FAULTS: Final = 20
"""How many failing lines are remembered; a file that does not fit at all would fill the screen."""


class Creator(Protocol):
    """What creates documents: a `Database`, or `Verbatim`."""

    async def create(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Create a document."""

    def batch(self) -> "AbstractAsyncContextManager[Creator]":
        """Hold documents together: all are committed at the end of the block, or none."""


@dataclass(slots=True)
class Intake:
    """What has been imported into one collection, and what has not. `faults` are the first failing lines' reasons.

    `creator` makes a fresh one, to which nothing sticks of what could not be committed.
    """

    creator: Callable[[], Creator]
    collection: str
    on_conflict: OnConflict
    imported: int = 0
    skipped: int = 0
    failed: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    async def take(self, lines: Sequence[Line]) -> None:
        """Create a document of each line, together in one commit, or each on its own where that fails.

        Raises Unavailable where the store is away: then none of these lines has been imported, or only the first.
        """
        first, repeated = _parted(lines)
        staged: list[Line] = []
        try:
            async with self.creator().batch() as creator:
                staged = [line for line in first if await self._create(creator, line)]
        except StoreConflict:
            await self._take_each(staged)
        else:
            self.imported += len(staged)
        await self._take_each(repeated)

    async def _take_each(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if await self._create(self.creator(), line):
                self.imported += 1

    async def _create(self, creator: Creator, line: Line) -> bool:
        """Create a line's document; return whether that went well. Where it did not, it is counted here."""
        if line.value is None:
            self._fail(line, line.fault)
            return False
        try:
            await creator.create(self.collection, line.value)
        except Unavailable:
            raise
        except Failure as failure:
            if self.on_conflict == "skip" and isinstance(failure, AlreadyExists | NotUnique):
                self.skipped += 1
            else:
                self._fail(line, reason_of(failure))
            return False
        return True

    def _fail(self, line: Line, reason: str) -> None:
        self.failed += 1
        if len(self.faults) < KEPT_FAULTS:
            self.faults.append((line.number, reason))


def _parted(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines that one commit can hold, and those whose id is among them already."""
    first: list[Line] = []
    repeated: list[Line] = []
    ids: set[str] = set()
    for line in lines:
        id = line.value.get("id") if line.value is not None else None
        (repeated if isinstance(id, str) and id in ids else first).append(line)
        if isinstance(id, str):
            ids.add(id)
    return first, repeated


def reason_of(failure: Failure) -> str:
    """Return why a document was refused, in one line, what is said of its fields first."""
    errors = "; ".join(f"{pointer or '/'}: {message}" for pointer, message in failure.errors.items())
    return errors or failure.message
