"""Fields: what their types take, and whether their own words agree with each other."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, get_args

from runtime.model.document import SYSTEM_FIELDS
from runtime.model.specs import TEXT_TYPES, FieldType
from runtime.settings.checks.outline import Outline
from runtime.settings.checks.values import misfit, number_at
from runtime.settings.problems import Report, is_absent, listed, quoted, suggest
from runtime.settings.tree import Node

_TAKES: Final[Mapping[str, frozenset[str]]] = {
    "minLength": TEXT_TYPES,
    "maxLength": TEXT_TYPES,
    "pattern": TEXT_TYPES,
    "min": frozenset({"number", "integer", "array", "multiselect"}),
    "max": frozenset({"number", "integer", "array", "multiselect"}),
    "options": frozenset({"select", "multiselect"}),
    "items": frozenset({"array"}),
    "fields": frozenset({"object"}),
    "collection": frozenset({"reference"}),
    "from": frozenset({"slug"}),
    "accept": frozenset({"file"}),
    "maxSize": frozenset({"file"}),
}
_NEEDS: Final[Mapping[str, str]] = {
    "select": "options",
    "multiselect": "options",
    "array": "items",
    "object": "fields",
    "reference": "collection",
}
_EXAMPLES: Final[Mapping[str, str]] = {
    "options": "Add the values to choose from: options: [draft, published].",
    "items": "Say what the elements are: items: {type: string}.",
    "fields": "Add its members, or make it a field of type json, which takes anything.",
    "collection": "Name the collection that it refers to: collection: authors.",
}
_KINDS: Final = frozenset(get_args(FieldType))
_NOT_TEXT: Final = frozenset({"multiselect", "array", "object", "json", "geo", "file", "number", "boolean"})
_NEVER_UNIQUE: Final = frozenset({"multiselect", "array", "object", "json", "geo", "file", "boolean"})
_NOT_INDEXED: Final = frozenset({"object", "geo", "file"})


def check_fields(collection: Node, outline: Outline, report: Report) -> None:
    """Report what is wrong with the fields of a collection."""
    fields = collection.get("fields")
    if fields is None:
        return
    _check_names(fields, report)
    for field in fields.elements:
        name = field.get("name")
        if name is not None and name.text in SYSTEM_FIELDS:
            report.at(name, f"{quoted(name.text)} is a field that every document has already", "Choose another name.")
        _check_origin(field, fields, report)
        for part in inside(field):
            _check_field(part, outline, report)
        _check_keys(field, report, many=False)


def _check_names(fields: Node, report: Report) -> None:
    first: dict[str, Node] = {}
    for field in fields.elements:
        name = field.get("name")
        if name is None or name.text is None:
            continue
        if name.text in first:
            message = f"the field {quoted(name.text)} is declared twice: first at {first[name.text].source}"
            report.at(name, message, "Rename or remove one of the two.")
        first.setdefault(name.text, name)


def inside(field: Node) -> Iterator[Node]:
    """Walk over a field and everything in it that has a type."""
    yield field
    items, members = field.get("items"), field.get("fields")
    if items is not None:
        yield from inside(items)
    for member in members.elements if members else ():
        yield from inside(member)


def _check_keys(field: Node, report: Report, *, many: bool) -> None:
    """Check `unique` and `index` of a field and of what is inside; `many` says that it is inside of an array."""
    kind = field.text_at("type")
    unique, index, default = field.get("unique"), field.get("index"), field.get("default")
    if unique is not None and unique.value is True:
        if kind in _NEVER_UNIQUE:
            report.at_key(
                unique, f"a field of type {kind} cannot be unique", "Remove it; text, numbers and dates can be."
            )
        elif many:
            report.at_key(
                unique, "what is inside of an array cannot be unique", "Remove it, or give it a field of its own."
            )
        if default is not None:
            message = "a unique field cannot have a default: the second document would have it too"
            report.at_key(default, message, "Remove one of the two.")
    if index is not None and index.value is True and kind in _NOT_INDEXED:
        report.at_key(index, f"a field of type {kind} cannot be indexed", "Remove it, or index a member of it.")
    items, members = field.get("items"), field.get("fields")
    for member in members.elements if members else ():
        _check_keys(member, report, many=many)
    if items is not None:
        _check_keys(items, report, many=True)


def _check_origin(field: Node, fields: Node, report: Report) -> None:
    origin = field.get("from")
    if origin is None or origin.text is None or field.text_at("type") not in {None, "slug"}:
        return
    named = [(other.text_at("name"), other) for other in reversed(fields.elements)]
    names = {name: other for name, other in named if name is not None}
    if origin.text in names:
        kind = names[origin.text].text_at("type")
        if names[origin.text] is field or kind in _NOT_TEXT:
            report.at(
                origin, f"a slug cannot be made of {quoted(origin.text)}", "Name a text field, such as the title."
            )
    elif fields.whole and all(name is not None for name, _ in named):
        remedy = suggest(origin.text, names, otherwise=f"Name one of: {listed(names)}.")
        report.at(origin, f"there is no field {quoted(origin.text)} to make the slug of", remedy)


def _check_field(field: Node, outline: Outline, report: Report) -> None:
    if not isinstance(field.value, Mapping):
        return
    members = field.get("fields")
    if members is not None:
        _check_names(members, report)
    kind = field.text_at("type")
    if kind is None:
        return
    for key, kinds in _TAKES.items():
        child = field.get(key)
        if child is not None and kind not in kinds and kind in _KINDS:
            message = f"{quoted(key)} means nothing for a field of type {kind}"
            report.at_key(child, message, f"Remove it; it is for: {listed(sorted(kinds))}.")
    needed = _NEEDS.get(kind)
    if needed is not None and is_absent(field, needed):
        report.missing(field, needed, f"a field of type {kind} needs {quoted(needed)}", _EXAMPLES[needed])
    _check_bounds(field, "minLength", "maxLength", report)
    _check_bounds(field, "min", "max", report)
    _check_pattern(field, report)
    _check_target(field, outline, report)
    _check_default(field, report)
    _check_option_labels(field, report)


def _check_bounds(field: Node, lower: str, upper: str, report: Report) -> None:
    least, most = number_at(field, lower), number_at(field, upper)
    if least is not None and most is not None and least > most:
        report.at_key(field.members[lower], f"{lower} {least} is above {upper} {most}", "Exchange or correct them.")
    if field.text_at("type") in {"array", "multiselect"}:
        for key, bound in ((lower, least), (upper, most)):
            if key in {"min", "max"} and bound is not None and (bound < 0 or bound != int(bound)):
                report.at(field.members[key], f"a list cannot have {bound} elements", "Write a whole number from 0.")


def _check_pattern(field: Node, report: Report) -> None:
    pattern = field.get("pattern")
    if pattern is None or pattern.text is None:
        return
    try:
        re.compile(pattern.text)
    except re.error as error:
        report.at(
            pattern, f"the pattern is not a regular expression: {error}", "Correct it; test it with Python's re module."
        )


def _check_target(field: Node, outline: Outline, report: Report) -> None:
    target = field.get("collection")
    if target is None or target.text is None or field.text_at("type") != "reference":
        return
    names = outline.collection_names
    if names.lacks(target.text):
        remedy = suggest(
            target.text, names.known, otherwise=f"Declare it, or name one of: {listed(sorted(names.known))}."
        )
        report.at(target, f"there is no collection {quoted(target.text)}", remedy)
        return
    declared = outline.collections.get(target.text)
    virtual = declared.get("virtual") if declared else None
    if virtual is not None and virtual.value is True:
        message = f"{quoted(target.text)} is virtual: it has no documents to refer to"
        report.at(target, message, "Name a collection with documents.")


def _check_default(field: Node, report: Report) -> None:
    default = field.get("default")
    if default is None:
        return
    fault = misfit(default.plain(), field)
    if fault is not None:
        report.at(default, f"the default {fault}", "Correct it, or leave it out: there is none then.")


def _check_option_labels(field: Node, report: Report) -> None:
    meta, options = field.get("meta"), field.get("options")
    labels = meta.get("options") if meta else None
    known = [option.text for option in options.elements if option.text is not None] if options else []
    for value, label in labels.members.items() if labels else ():
        if value not in known:
            remedy = suggest(value, known, otherwise=f"Name one of: {listed(known)}.") if known else "Remove it."
            report.at_key(label, f"there is no option {quoted(value)} to give a name to", remedy)
