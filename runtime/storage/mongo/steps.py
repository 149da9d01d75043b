"""What is asked of the driver, and what it may answer; nothing here knows which driver that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Body(Protocol):
    """An encoded document."""

    @property
    def raw(self) -> bytes | memoryview:
        """The document as BSON."""


class Unstorable(ValueError):
    """A document holds what BSON cannot: an integer beyond 64 bits, a key with NUL."""


class Transient(Exception):
    """Somebody else's transaction was in the way: the whole transaction has to be run again."""


class Taken(Exception):
    """A unique index has the value already. `position` is that of the write in its batch, `fields` are the index's."""

    def __init__(self, position: int, fields: tuple[str, ...]) -> None:
        super().__init__(f"write {position}: {fields}")
        self.position = position
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Insert:
    """Put a document in. `id` is its `_id`."""

    id: str
    body: Body


@dataclass(frozen=True, slots=True)
class Replace:
    """Put a document in the place of one that has this version."""

    id: str
    version: int
    body: Body


@dataclass(frozen=True, slots=True)
class Patch:
    """Set one field of the document that has this version."""

    id: str
    version: int
    field: str
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Take out the document that has this version."""

    id: str
    version: int


Step = Insert | Replace | Patch | Remove


@dataclass(frozen=True, slots=True)
class Index:
    """An index: fields with 1 or -1, and which documents it holds (`only`, None for all)."""

    name: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    only: Mapping[str, Any] | None = None
