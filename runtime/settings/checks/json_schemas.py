"""The JSON Schemas that users write: for messages and for the input of jobs."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from runtime.settings.problems import Report, listed, quoted, suggest
from runtime.settings.shape import node_at, subject
from runtime.settings.tree import Node

TYPES: Final = ("null", "boolean", "object", "array", "number", "string", "integer")
_ONE: Final = frozenset({
    "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_SEVERAL: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})
_REFERENCES: Final = ("$ref", "$dynamicRef")
_KEYWORDS: Final = _ONE | _SEVERAL | _NAMED | frozenset(_REFERENCES) | frozenset({
    "$anchor", "$comment", "$dynamicAnchor", "$id", "$schema", "$vocabulary", "const", "contentEncoding",
    "contentMediaType", "default", "dependentRequired", "deprecated", "description", "enum", "examples",
    "exclusiveMaximum", "exclusiveMinimum", "format", "maxContains", "maxItems", "maxLength", "maxProperties",
    "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "pattern", "readOnly",
    "required", "title", "type", "uniqueItems", "writeOnly",
})  # fmt: skip
_TYPO: Final = 0.8
"""How alike a known keyword an unknown one must be to be taken for a misspelling of it; JSON Schema allows others."""


def check_json_schema(node: Node, report: Report) -> None:
    """Report what is wrong with a JSON Schema (Draft 2020-12); references may only lead into the schema itself."""
    if not isinstance(node.value, Mapping):
        return
    before = len(report.problems)
    schema = node.plain()
    for error in _meta_validator().iter_errors(schema):
        place = node_at(node, error.absolute_path)
        message, remedy = _words(error, place)
        report.at(place, message, remedy)
    for part in _parts(node):
        _check_keywords(part, report)
    if len(report.problems) == before:
        _check_references(node, schema, report)


@cache
def _meta_validator() -> Draft202012Validator:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _words(error: ValidationError, place: Node) -> tuple[str, str]:
    value = error.instance
    if place.path.rpartition(".")[2] == "type" and isinstance(value, str):
        otherwise = f"Write one of: {listed(TYPES)}."
        return f"{quoted(value)} is not a type of JSON Schema", suggest(value, TYPES, otherwise=otherwise)
    if error.validator == "format" and error.validator_value == "regex":
        return f"{quoted(str(value))} is not a regular expression", "Correct it; test it with Python's re module."
    reason = error.message if len(error.message) <= 200 else f"it fails {error.validator!r}"
    return f"{subject(place)} cannot stand in a JSON Schema: {reason}", "See JSON Schema, Draft 2020-12."


def _parts(node: Node) -> Iterator[Node]:
    """Walk over a schema and all schemas in it."""
    yield node
    for key, child in node.members.items():
        inner: list[Node] = []
        if key in _ONE:
            inner = [child]
        elif key in _SEVERAL:
            inner = list(child.elements)
        elif key in _NAMED:
            inner = list(child.members.values())
        for part in inner:
            yield from _parts(part)


def _check_keywords(part: Node, report: Report) -> None:
    for key, child in part.members.items():
        meant = [] if key in _KEYWORDS else get_close_matches(key, _KEYWORDS, n=1, cutoff=_TYPO)
        if meant:
            report.at_key(child, f"unknown keyword {quoted(key)} in a JSON Schema", f'Did you mean "{meant[0]}"?')


def _check_references(node: Node, schema: dict[str, Any], report: Report) -> None:
    resolver = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
    for part in _parts(node):
        for keyword in _REFERENCES:
            reference = part.get(keyword)
            if reference is None or reference.text is None:
                continue
            try:
                local = reference.text.startswith("#")
                if local:
                    resolver.lookup(reference.text)
            except Unresolvable:
                local = False
            if not local:
                message = f"{quoted(reference.text)} does not lead anywhere in this schema"
                report.at(reference, message, "Refer to a part of the same schema: #/$defs/NAME.")
