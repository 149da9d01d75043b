"""YAML as it stands in its files: every value knows its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.model.problem import Source

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a YAML document, its includes and variables resolved.

    `value` is a scalar, a tuple of nodes (a sequence) or a dict of nodes (a mapping). `source` is where the value
    stands, `key` where the key in front of it does, and `path` is its path inside its own file. `whole` is False where
    something that belongs in here could not be read; that has been reported, and nothing should be concluded from its
    absence.
    """

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    source: Source
    path: str = ""
    key: Source | None = None
    whole: bool = True

    @property
    def place(self) -> Source:
        """Where to point when the thing as a whole is meant: its key, or where it begins."""
        return self.key or self.source

    @property
    def lost(self) -> bool:
        """Whether the value itself could not be read."""
        return self.value is None and not self.whole

    @property
    def text(self) -> str | None:
        """The value if it is text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def members(self) -> "Mapping[str, Node]":
        """The readable values of a mapping by their keys; none of anything else."""
        if not isinstance(self.value, Mapping):
            return {}
        return {key: node for key, node in self.value.items() if not node.lost}

    @property
    def elements(self) -> "tuple[Node, ...]":
        """The items of a sequence; none of anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    def get(self, key: str) -> "Node | None":
        """Return the readable value at a key of a mapping."""
        return self.members.get(key)

    def text_at(self, key: str) -> str | None:
        """Return the value at a key if it is text."""
        node = self.get(key)
        return node.text if node else None

    def plain(self) -> Any:
        """Return the value as JSON has it: dicts, lists and scalars, fresh ones. What could not be read is left out."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.members.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    def size(self) -> int:
        """Return how many values there are in here, this one included."""
        children = self.value.values() if isinstance(self.value, Mapping) else self.elements
        return 1 + sum(child.size() for child in children)


def member_path(path: str, member: str | int) -> str:
    """Return the path of something inside `path`."""
    return f"{path}.{member}" if path else str(member)
