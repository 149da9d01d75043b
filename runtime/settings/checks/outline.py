"""What the parts of a project may refer to, as far as it could be read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.settings.problems import is_absent
from runtime.settings.tree import Node

BUILT_IN: Final = ("admin", "public", "authenticated")
"""Names that mean something in permissions without being declared."""

_PARAMETER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind. Where not all of them could be read, none is ever lacking."""

    known: frozenset[str]
    complete: bool

    def lacks(self, name: str) -> bool:
        """Whether this name certainly does not exist."""
        return self.complete and name not in self.known


@dataclass(frozen=True, slots=True)
class Outline:
    """A project's roles, channels and collections. Where a name is declared twice, the first counts."""

    folder: Path
    roles: Names
    channels: Mapping[str, Node]
    channel_names: Names
    collections: Mapping[str, Node]
    collection_names: Names

    def channel(self, name: str) -> Node | None:
        """Return the declared channel that a name belongs to: a plain name before a template."""
        if name in self.channels:
            return self.channels[name]
        return next((node for template, node in self.channels.items() if _fits(name, template)), None)


def survey(root: Node, folder: Path) -> Outline:
    """Return the outline of a project."""
    roles, roles_complete = _items(root, "auth", "roles")
    channels, channel_names = _declared(root, "channels")
    collections, collection_names = _declared(root, "collections")
    return Outline(
        folder=folder,
        roles=Names(frozenset(role.text for role in roles if role.text is not None), roles_complete),
        channels=channels,
        channel_names=channel_names,
        collections=collections,
        collection_names=collection_names,
    )


def generic(channel: str) -> str:
    """Return a channel's name with its parameters unnamed: two templates that are alike are the same channels."""
    return _PARAMETER.sub("{}", channel)


def _fits(name: str, template: str) -> bool:
    parts = (re.escape(part) for part in generic(template).split("{}"))
    return "{" in template and re.fullmatch(r"[^:/?#\s]+".join(parts), name) is not None


def _declared(root: Node, kind: str) -> tuple[Mapping[str, Node], Names]:
    items, complete = _items(root, kind)
    found: dict[str, Node] = {}
    for item in items:
        name = item.text_at("name")
        if name is None:
            complete = False
        else:
            found.setdefault(name, item)
    return found, Names(frozenset(found), complete)


def _items(node: Node, *keys: str) -> tuple[tuple[Node, ...], bool]:
    """Return the items of the list that the keys lead to, and whether these are certainly all."""
    for key in keys:
        child = node.get(key)
        if child is None:
            return (), is_absent(node, key)
        node = child
    return node.elements, isinstance(node.value, tuple) and node.whole
