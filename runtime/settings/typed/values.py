"""Values of nodes that were found good, or their defaults."""

from collections.abc import Callable
from typing import Any, TypeVar

from runtime.settings.tree import Node

T = TypeVar("T")
D = TypeVar("D")


def value(node: Node | None, key: str, default: T) -> T:
    """Return the plain value at a key; the default where the key, or the mapping itself, is not there."""
    child = node.get(key) if node else None
    found: Any = default if child is None else child.plain()
    return found  # type: ignore[no-any-return]


def parsed(node: Node | None, key: str, parse: Callable[[str], T], default: D) -> T | D:
    """Return what `parse` makes of the text at a key; the default where it is not there."""
    text = node.text_at(key) if node else None
    return default if text is None else parse(text)


def texts(node: Node | None, key: str) -> tuple[str, ...]:
    """Return the texts of the list at a key; none where it is not there."""
    child = node.get(key) if node else None
    return tuple(str(element.value) for element in child.elements) if child else ()
