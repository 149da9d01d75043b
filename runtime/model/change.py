"""What is to be written together, and what was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from runtime.model.document import Document


class Op(StrEnum):
    """What happened to a document."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Write:
    """One document to write.

    `document` is the whole new document, `id` and `version` included, or None to delete. `expected` is the
    version that must be stored at that moment: 0 for none (a create), None for whatever is there.
    `keep_existing`, with `expected=0`: where the document exists already the write does nothing and is no failure,
    which makes an id into an idempotency key. `by` is the actor's id, for the change record.
    """

    collection: str
    id: str
    document: Document | None
    expected: int | None
    by: str | None = None
    keep_existing: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One committed write of a logged collection. `seq` grows in commit order, from 1, maybe with gaps."""

    seq: int
    collection: str
    id: str
    op: Op
    version: int
    at: str
    by: str | None
    before: Document | None
    after: Document | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that has been checked and stamped: `body` has `type`, `channel`, `timestamp` first, then the rest.

    `text` is `body` as JSON, UTF-8, on one line. `at` is epoch seconds. One that is `transient` is not kept. Calls of
    `revalidate` in quick succession become one message: of those only `keys` counts, the names to refetch. Of one that
    is `framed`, `text` is whole events as they go over the wire; it has no id.
    """

    channel: str
    type: str
    body: Mapping[str, Any]
    text: bytes
    at: float
    transient: bool = False
    keys: tuple[str, ...] = ()
    framed: bool = False


@dataclass(slots=True)
class Unit:
    """All that one request will commit together. Collected while user code runs, applied at once at the end."""

    writes: list[Write] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def mark(self) -> tuple[int, int]:
        """Return a place to come back to."""
        return len(self.writes), len(self.messages)

    def rollback(self, mark: tuple[int, int]) -> None:
        """Forget what was collected since `mark`."""
        del self.writes[mark[0] :]
        del self.messages[mark[1] :]
