"""Parts of documents: what was asked for, and what is left without the hidden fields."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from runtime.model.document import Document
from runtime.model.query import Path

_Tree = dict[str, Any]
"""Paths as a tree: a segment leads to the tree of what follows, to None where a path ends."""


def projector(fields: tuple[Path, ...] | None) -> Callable[[Document], Document]:
    """Return what makes of a document a new one with only what stands at the paths; with all of it for None.

    As MongoDB's projection: keys keep the document's order, arrays are gone through and keep their objects (scalars in
    an array cannot have the field and are left out), an object without the field stays as an empty one. Segments of
    digits are keys here, never indexes. Values that are kept whole are shared with the document: change neither.
    """
    if fields is None:
        return dict
    tree = _tree(fields)
    return lambda document: _kept(document, tree)


def without(document: Document, hidden: Collection[str]) -> Document:
    """Return a new document without what stands at the dotted paths, going through arrays of any depth.

    Segments of digits are keys here, never indexes. What nothing was taken from is shared with `document`: change
    neither.
    """
    return remover(hidden)(document)


def remover(hidden: Collection[str]) -> Callable[[Document], Document]:
    """Return `without` for these paths, for many documents."""
    if not hidden:
        return dict
    tree = _tree(tuple(text.split(".")) for text in hidden)
    return lambda document: _stripped(document, tree)


def _tree(paths: Iterable[Path]) -> _Tree:
    """Return the paths as a tree; where one is the beginning of another, the shorter one counts."""
    root: _Tree = {}
    for path in sorted(paths, key=len):
        node = root
        for segment in path[:-1]:
            node = node.setdefault(segment, {})
            if node is None:
                break
        else:
            node[path[-1]] = None
    return root


def _kept(value: dict[str, Any], tree: _Tree) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, member in value.items():
        if name not in tree:
            continue
        rest = tree[name]
        if rest is None:
            kept[name] = member
        elif isinstance(member, dict):
            kept[name] = _kept(member, rest)
        elif isinstance(member, list):
            kept[name] = _kept_elements(member, rest)
    return kept


def _kept_elements(array: list[Any], tree: _Tree) -> list[Any]:
    return [
        _kept(element, tree) if isinstance(element, dict) else _kept_elements(element, tree)
        for element in array
        if isinstance(element, dict | list)
    ]


def _stripped(value: dict[str, Any], tree: _Tree) -> dict[str, Any]:
    return {
        name: _stripped_member(member, tree[name]) if name in tree else member
        for name, member in value.items()
        if tree.get(name, tree) is not None
    }


def _stripped_member(member: Any, tree: _Tree) -> Any:
    if isinstance(member, dict):
        return _stripped(member, tree)
    if isinstance(member, list):
        return [_stripped_member(element, tree) for element in member]
    return member
