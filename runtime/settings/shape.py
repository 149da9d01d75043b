"""Holds a project against its JSON Schemas, and says what is wrong the way a person would."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from runtime.settings.problems import Report, is_absent, listed, quoted, suggest
from runtime.settings.schemas import NAMES, read_schema
from runtime.settings.tree import Node, member_path

_WORDS: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def check_shape(root: Node, report: Report) -> None:
    """Report what does not fit the schemas, but for places that something was said about already."""
    registry: Registry[Any] = Registry().with_resources(
        (f"{name}.json", Resource.from_contents(read_schema(name))) for name in NAMES
    )
    validator = Draft202012Validator({"$ref": "config.json"}, registry=registry)
    for error in validator.iter_errors(root.plain()):
        fault = _Fault.of(error)
        node = node_at(root, error.absolute_path)
        if "propertyNames" in error.absolute_schema_path and isinstance(node.value, Mapping):
            _tell(report, node.value[fault.value], fault, at_key=True)
        else:
            _SPECIAL.get(fault.keyword, _tell)(report, node, fault)


@dataclass(frozen=True, slots=True)
class _Fault:
    """A value that a keyword of a schema refuses, with what the keyword and the schema around it say."""

    keyword: str
    value: Any
    limit: Any
    schema: Mapping[str, Any]
    otherwise: str

    @classmethod
    def of(cls, error: ValidationError) -> "_Fault":
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        return cls(str(error.validator), error.instance, error.validator_value, schema, error.message)


def node_at(root: Node, path: Any) -> Node:
    """Return the node at a path of keys and indexes into `root.plain()`; where there is none, the nearest around it."""
    node = root
    for step in path:
        child = node.get(step) if isinstance(step, str) else None
        if isinstance(step, int) and step < len(node.elements):
            child = node.elements[step]
        if child is None:
            break
        node = child
    return node


def _tell(report: Report, node: Node, fault: _Fault, *, at_key: bool = False) -> None:
    message, remedy = _words(fault, subject(node))
    place = node.place if at_key else node.source
    if not report.knows(place, node.path):
        report.add(place, node.path, message, remedy)


def _missing(report: Report, node: Node, fault: _Fault) -> None:
    known = fault.schema.get("properties", {})
    for key in fault.limit:
        path = member_path(node.path, key)
        # a lost value is no missing one, and a misspelt key is reported as that
        if is_absent(node, key) and not report.knows(node.place, path):
            report.add(node.place, path, f"{quoted(key)} is missing", _remedy_for_missing(key, known.get(key, {})))


def _remedy_for_missing(key: str, schema: Mapping[str, Any]) -> str:
    description = schema.get("description")
    return f'Add "{key}": {description}' if description else f'Add "{key}".'


def _unknown(report: Report, node: Node, fault: _Fault) -> None:
    known = list(fault.schema.get("properties", {}))
    for key, child in node.members.items():
        if key not in known and not report.knows(child.place, child.path):
            remedy = suggest(key, known, otherwise=f"Remove it; known here: {listed(known)}.")
            report.at_key(child, f"unknown key {quoted(key)}", remedy)


def _repeated(report: Report, node: Node, _fault: _Fault) -> None:
    seen: list[Any] = []
    for element in node.elements:
        value = element.plain()
        if value in seen and not report.knows(element.source, element.path):
            report.at(element, f"{quoted(str(value))} is there twice", "Remove one of the two.")
        seen.append(value)


_SPECIAL: Final[Mapping[str, Callable[[Report, Node, _Fault], None]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "uniqueItems": _repeated,
}


def subject(node: Node) -> str:
    """Return what to call a value in a sentence: its key, or its place in a list."""
    before, _, last = node.path.rpartition(".")
    if not last:
        return "the file"
    if not last.isdigit():
        return last
    around = before.rpartition(".")[2]
    return f"an item of {around}" if around and not around.isdigit() else "an item"


def _words(fault: _Fault, name: str) -> tuple[str, str]:
    value, limit, schema = fault.value, fault.limit, fault.schema
    remedy = schema.get("errorMessage")
    match fault.keyword:
        case "type":
            return _wrong_type(name, value, schema)
        case "enum":
            choices = [str(choice) for choice in limit]
            otherwise = f"Write one of: {listed(choices)}."
            return f"{name} cannot be {quoted(str(value))}", suggest(str(value), choices, otherwise=otherwise)
        case "const":
            return f"{name} must be {json.dumps(limit)}, not {_found(value)}", remedy or f"Write {json.dumps(limit)}."
        case "pattern":
            return f"{quoted(value)} is not {schema.get('title', 'allowed')}", remedy or f"It must match {limit}."
        case "minimum" | "maximum":
            return f"{name} cannot be {value}", f"Write a number {_range(schema)}."
        case "minLength" | "minItems" | "minProperties" if limit == 1:
            return f"{name} is empty", "Fill it, or leave it out."
        case "maxLength":
            return f"{name} is longer than {limit} characters", "Shorten it."
    return f"{name}: {fault.otherwise}", remedy or "Correct it."


def _range(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None:
        return f"from {least}" if most is None else f"up to {most}"
    return f"from {least} to {most}"


def _wrong_type(name: str, value: Any, schema: Mapping[str, Any]) -> tuple[str, str]:
    expected = schema["type"]
    kinds = [expected] if isinstance(expected, str) else list(expected)
    title = schema.get("title")
    wanted = title if title and not title.endswith(f" {name}") else " or ".join(_WORDS[kind] for kind in kinds)
    message = f"{name} must be {wanted}, not {_found(value)}"
    if value is None:
        return message, "Give it a value, or leave it out."
    return message, schema.get("errorMessage") or _type_remedy(kinds[0], value)


def _type_remedy(kind: str, value: Any) -> str:
    match kind:
        case "string" if isinstance(value, bool | int | float):
            return f'Put it in quotes: "{json.dumps(value)}".'
        case "array" if isinstance(value, str):
            return f"Put it in brackets: [{value}]." if len(value) <= 40 else "Put it in brackets."
        case "array" if isinstance(value, Mapping):
            return 'Begin each item with "- ".'
        case "object" if isinstance(value, list):
            return 'Write "key: value" lines without dashes.'
        case "object":
            return 'Write "key: value" lines.'
        case "boolean":
            return "Write true or false."
        case "integer" | "number" if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            return "Leave out the quotes."
    return f"Write {_WORDS[kind]}."


def _found(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return json.dumps(value)
        case int() | float():
            return f"the number {json.dumps(value)}"
        case str():
            return "text"
        case list():
            return "a list"
    return "a mapping"
