"""Indexes over several fields: that each can be indexed, and at most one of them is an array."""

from typing import Final

from runtime.settings.checks.paths import Fields, UnknownPath
from runtime.settings.problems import Report, quoted
from runtime.settings.tree import Node

_NO_ORDER: Final = frozenset({"object", "geo", "file"})
_ANYTHING: Final = frozenset({"json", "geo", "file"})
_SEVERAL_VALUES: Final = frozenset({"array", "multiselect", "json"})


def check_indexes(collection: Node, fields: Fields, report: Report) -> None:
    """Report what is wrong with the indexes of a collection."""
    indexes = collection.get("indexes")
    for index in indexes.elements if indexes else ():
        keys = [(key, key.text.removeprefix("-")) for key in index.elements if key.text is not None]
        several = [path for key, path in keys if _is_fine(key, path, fields, report) and _has_several(path, fields)]
        if len(several) > 1:
            remedy = "Leave one in it, and index the others themselves."
            report.at(index, "an index cannot go over several arrays", remedy)


def _is_fine(key: Node, path: str, fields: Fields, report: Report) -> bool:
    """Report a path that cannot be indexed; return whether it can."""
    try:
        field = fields.find(path)
    except UnknownPath as fault:
        report.at(key, fault.message, fault.remedy)
        return False
    kind = field.text_at("type") if field else None
    if kind in _NO_ORDER:
        report.at(key, f"{quoted(path)} is of type {kind}, which has no order", "Name another field.")
        return False
    if any(step in _ANYTHING for step in _kinds(path.rpartition(".")[0], fields)):
        remedy = "Give it a field of its own to index it."
        report.at(key, f"{quoted(path)} is inside of a field that takes anything", remedy)
        return False
    return True


def _has_several(path: str, fields: Fields) -> bool:
    return any(kind in _SEVERAL_VALUES for kind in _kinds(path, fields))


def _kinds(path: str, fields: Fields) -> list[str | None]:
    """Return the types of the fields on the way of a path, its end included; of what is no field, None."""
    segments = path.split(".") if path else []
    found = (fields.find(".".join(segments[:length])) for length in range(1, len(segments) + 1))
    return [field.text_at("type") if field else None for field in found]
