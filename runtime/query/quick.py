"""JSON Schemas for `jsonschema-rs`, as far as it is known to say what `jsonschema` says.

The two agree on the keywords below and on plain JSON (`tests/unit/query/test_quick.py` holds them against each other).
Regular expressions are of another dialect there, and formats differ: both are answered by the same functions here as
there. A schema with any other keyword is left to `jsonschema` alone.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import regex
from jsonschema_rs import Draft202012Validator

from runtime.query.values import is_storable

Check = Callable[[str], bool]
"""Whether a text is what a format or a pattern asks for."""

_SAME: Final = frozenset({
    "type", "enum", "const", "required", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
})  # fmt: skip
"""Keywords that stay as they are."""
_SAYING_NOTHING: Final = frozenset({
    "title", "description", "default", "examples", "$comment", "$schema", "deprecated", "readOnly", "writeOnly",
})  # fmt: skip
"""Keywords that are left out."""
_ONE: Final = frozenset({"items", "additionalProperties", "not"})
_SEVERAL: Final = frozenset({"prefixItems", "allOf", "anyOf", "oneOf"})


class Quick(Protocol):
    """Whether plain JSON, as `is_storable` lets through, fits a schema."""

    def __call__(self, value: Any, /) -> bool:
        """Return it."""


class _Unknown(Exception):
    """A keyword, or a value of one, on which the two may not agree."""


def quick(schema: Any, *, formats: Mapping[str, Check], pattern: Callable[[str], Check]) -> Quick | None:
    """Return what tells whether a value fits a schema; None where that is `jsonschema`'s to say.

    `formats` are the checks behind `format`, any other says nothing. `pattern` makes the check behind a pattern.
    """
    translation = _Translation(formats, pattern)
    try:
        translated = translation.of(schema)
        validator = Draft202012Validator(translated, formats=translation.checks, validate_formats=True, offline=True)
    except (_Unknown, ValueError, regex.error):
        # What is no schema at all raises where it is used, which `jsonschema` does.
        return None
    return validator.is_valid


class _Translation:
    """Turns schemas into those that ask `checks`, under names of our own, about every format and pattern."""

    def __init__(self, formats: Mapping[str, Check], pattern: Callable[[str], Check]) -> None:
        self.checks: dict[str, Check] = {}
        self._formats = formats
        self._pattern = pattern

    def of(self, schema: Any) -> Any:
        """Return a schema translated. Raises _Unknown, and `regex.error` for what is no pattern."""
        if not isinstance(schema, Mapping):
            return schema
        made: dict[str, Any] = {}
        asked: list[dict[str, str]] = []
        for name, value in schema.items():
            if name == "format":
                asked += self._asked(f"format {value}", self._formats.get(value))
            elif name == "pattern":
                asked += self._asked(f"pattern {value}", self._pattern(value))
            elif name not in _SAYING_NOTHING:
                made[name] = self._keyword(name, value)
        if asked:
            made["allOf"] = [*made.get("allOf", ()), *asked]
        return made

    def _asked(self, name: str, check: Check | None) -> list[dict[str, str]]:
        if check is None:
            return []
        self.checks[name] = check
        return [{"format": name}]

    def _keyword(self, name: str, value: Any) -> Any:
        if name in _ONE:
            return self.of(value)
        if name in _SEVERAL:
            return [self.of(part) for part in value]
        if name == "properties":
            return {key: self.of(part) for key, part in value.items()}
        if name not in _SAME or not is_storable(value):
            raise _Unknown(name)
        return value
