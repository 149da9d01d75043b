"""Values held against JSON Schema (draft 2020-12), and what is wrong with them in words that a person understands.

For everything that clients and hooks send: documents, the input of jobs, messages. Never fetches a schema from
elsewhere, and no pattern can hold up the server.

`jsonschema` decides and tells. It takes some 50 µs for a document of six fields, so a value is shown to `jsonschema-rs`
first, which takes less than one: what that finds right is right, as far as the two are known to agree (`runtime.query.
quick`), and only what it refuses is looked at again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial, reduce
from typing import Any, Final

import regex
from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from referencing import Registry

from runtime.query.quick import Quick, quick
from runtime.query.values import is_storable, step

MOST_FAULTS: Final = 50
"""How many faults one answer names; arbitrary, enough for a form."""
PATTERN_LIMIT_S: Final = 0.1
"""How long one pattern may take on one text, which counts as not matching then; honest ones take microseconds."""
LONGEST_MESSAGE: Final = 200


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema ready for use; see `compiled`. `quick` is None where `validator` has to see every value."""

    validator: Validator
    quick: Quick | None

    def surely_fits(self, value: Any) -> bool:
        """Return True where a value fits and can be stored; False where `faults` and `check_json` have to be asked."""
        return self.quick is not None and is_storable(value) and self.quick(value)


def compiled(schema: Mapping[str, Any], *, formats: FormatChecker | None = None) -> Schema:
    """Return a schema ready for use. `formats` are the checks behind `format`, which says nothing without them."""
    checks = {name: partial(_conforms, formats, name) for name in formats.checkers} if formats is not None else {}
    validator = _Limited(schema, format_checker=formats, registry=Registry())
    return Schema(validator, quick(schema, formats=checks, pattern=_pattern))


def faults(schema: Schema, value: Any, *, unknown: str) -> dict[str, str]:
    """Return what is wrong with a value, by JSON pointer (RFC 6901), at most MOST_FAULTS; nothing where it fits.

    `unknown` is what is said of a member that may not be there. Raises `referencing.exceptions.Unresolvable` where the
    schema refers to what is not in it.
    """
    if schema.surely_fits(value):
        return {}
    found: dict[str, str] = {}
    for error in schema.validator.iter_errors(value):
        for pointer, message in _told(error, unknown):
            found.setdefault(pointer, message)
        if len(found) >= MOST_FAULTS:
            break
    return found


def _conforms(formats: FormatChecker, name: str, value: str) -> bool:
    return formats.conforms(value, name)


def _pattern(pattern: str) -> Callable[[str], bool]:
    """Return what searches a text, with a time limit: a pattern that backtracks would be a way to stop the server.

    Raises `regex.error` where it is no pattern.
    """
    # JSON Schema's `$` (ECMA-262 §22.2.2.4) is the very end, Python's is also before a last line break.
    ends = pattern.endswith("$") and not pattern.endswith(r"\$")
    search = regex.compile(pattern[:-1] + r"\Z" if ends else pattern).search

    def matches(text: str) -> bool:
        try:
            return search(text, timeout=PATTERN_LIMIT_S) is not None
        except TimeoutError:
            return False

    return matches


def _matches_pattern(_validator: object, pattern: str, value: object, _schema: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and not _pattern(pattern)(value):
        yield ValidationError(f"does not match {pattern}")


_Limited: Final[type[Validator]] = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _matches_pattern}
)


def _told(error: ValidationError, unknown: str) -> Iterator[tuple[str, str]]:
    """Yield (pointer, message) for one error of the validator."""
    pointer = reduce(step, error.absolute_path, "")
    wanted: Any = error.validator_value
    sent: Any = error.instance
    schema: Any = error.schema
    if error.validator == "required":
        yield from ((step(pointer, name), "is required") for name in wanted if name not in sent)
    elif error.validator == "additionalProperties" and wanted is False and "patternProperties" not in schema:
        known = list(schema.get("properties", {}))
        for name in set(sent) - set(known):
            yield step(pointer, name), unknown + _guess(name, known)
    elif error.validator == "anyOf" and error.context:
        yield from (pair for part in error.context if part.validator != "type" for pair in _told(part, unknown))
        if all(part.validator == "type" for part in error.context):
            yield pointer, _sentence(error.context[0])
    else:
        yield pointer, _sentence(error)


def _guess(name: object, known: list[str]) -> str:
    close = get_close_matches(str(name), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


_TYPE_NAMES: Final = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_FORMATS: Final = {
    "email": "must be an e-mail address",
    "url": "must be an http or https URL",
    "date": "must be a date such as 2026-01-15",
    "date-time": "must be a date and time with an offset, such as 2026-01-15T10:30:00Z",
}
_SENTENCES: Final = {
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "const": "must be {!r}",
    "pattern": "must match {}",
}


def _sentence(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    if error.validator == "type":
        names = [wanted] if isinstance(wanted, str) else [n for n in wanted if n != "null"] or wanted
        return f"must be {' or '.join(_TYPE_NAMES[n] for n in names)}"
    if error.validator == "minLength" and wanted == 1:
        return "must not be empty"
    if error.validator == "enum":
        return "must be one of " + ", ".join(str(option) for option in wanted if option is not None)
    if error.validator == "format" and wanted in _FORMATS:
        return _FORMATS[wanted]
    if error.validator == "uniqueItems":
        return "must not hold anything twice"
    if error.validator in _SENTENCES:
        return _SENTENCES[str(error.validator)].format(wanted)
    return error.message[:LONGEST_MESSAGE]
