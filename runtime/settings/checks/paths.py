"""Dotted paths into the documents of a collection."""

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from runtime.model.document import SYSTEM_FIELDS
from runtime.model.specs import FieldType
from runtime.settings.problems import Report, is_absent, listed, quoted, suggest
from runtime.settings.tree import Node

_KINDS: Final = frozenset(get_args(FieldType))
_ANYTHING_INSIDE: Final = frozenset({"json", "geo", "file"})


class UnknownPath(ValueError):
    """A path leads to nothing that is declared; `remedy` says what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class Fields:
    """The declared fields of one collection, as far as they could be read."""

    def __init__(self, collection: Node) -> None:
        self._collection = collection
        self.top = _named(collection)

    @property
    def complete(self) -> bool:
        """Whether every field at the top could be read, so that another name is certainly wrong."""
        return _complete(self._collection)

    def find(self, path: str) -> Node | None:
        """Return the field that a path leads to, through arrays and their indexes; None for a system field, for what is
        inside of a field that takes anything, and where the field could not be read.

        Raises UnknownPath where certainly nothing is declared.
        """
        first, *rest = path.split(".")
        if first in SYSTEM_FIELDS and not rest:
            return None
        found = self.top.get(first)
        if found is None:
            if self.complete:
                known = [*self.top, *SYSTEM_FIELDS]
                remedy = suggest(first, known, otherwise=f"Name one of: {listed(known)}.")
                raise UnknownPath(f"there is no field {quoted(path)}", remedy)
            return None
        for segment in rest:
            if found is None or found.text_at("type") in _ANYTHING_INSIDE:
                return None
            found = _step(found, segment, path)
        return found

    def check(self, nodes: Iterable[Node], report: Report) -> None:
        """Report the texts among `nodes` that are no paths."""
        for node in nodes:
            if node.text is None:
                continue
            try:
                self.find(node.text)
            except UnknownPath as fault:
                report.at(node, fault.message, fault.remedy)

    def check_top(self, node: Node, name: str, report: Report, *, purpose: str, at_key: bool = False) -> None:
        """Report a name that is no field at the top of the collection."""
        if name in self.top or not self.complete:
            return
        note = report.at_key if at_key else report.at
        if name in SYSTEM_FIELDS:
            note(node, f"{quoted(name)} is a field of the system", f"Remove it; it cannot be {purpose}.")
        elif "." in name and name.partition(".")[0] in self.top:
            first = name.partition(".")[0]
            note(node, f"{quoted(name)} is inside of a field", f"Name the whole field: {first}.")
        else:
            remedy = suggest(name, self.top, otherwise=f"Name one of: {listed(self.top)}.")
            note(node, f"there is no field {quoted(name)}", remedy)


def _named(node: Node) -> Mapping[str, Node]:
    fields = node.get("fields")
    found: dict[str, Node] = {}
    for field in fields.elements if fields else ():
        name = field.text_at("name")
        if name is not None:
            found.setdefault(name, field)
    return found


def _complete(node: Node) -> bool:
    fields = node.get("fields")
    if fields is None:
        return is_absent(node, "fields")
    named = isinstance(fields.value, tuple) and all(field.text_at("name") is not None for field in fields.value)
    return named and fields.whole


def _step(found: Node, segment: str, path: str) -> Node | None:
    """Return what a segment leads to inside of a field; None where that could not be read."""
    if found.text_at("type") == "array":
        items = found.get("items")
        if items is None or segment.isdigit():
            return items
        found = items
    kind = found.text_at("type")
    if kind is None or kind in _ANYTHING_INSIDE or kind not in _KINDS:
        return None
    if kind != "object":
        what = "it holds the id only" if kind == "reference" else f"a {kind} has no members"
        raise UnknownPath(
            f"{quoted(path)} leads into a field that has nothing inside: {what}", "Name the field itself."
        )
    members = _named(found)
    if segment not in members and _complete(found):
        remedy = suggest(segment, members, otherwise=f"Name one of: {listed(members)}.")
        raise UnknownPath(f"there is no field {quoted(path)}", remedy)
    return members.get(segment)
