"""Bodies of requests that have a few known members: what is wrong with them, by JSON pointer."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from runtime.model.errors import InvalidDocument
from runtime.query.values import step

_WORDS: Final[Mapping[type, str]] = {str: "a string", bool: "true or false", list: "a list of strings"}


def checked(body: dict[str, Any], types: Mapping[str, type]) -> dict[str, Any]:
    """Return the body if all members are known and of their types; `list` is a list of strings.

    Raises InvalidDocument with all that is wrong.
    """
    errors = {
        f"/{key}": f"must be {_WORDS[types[key]]}" for key in types if key in body and not _is(body[key], types[key])
    }
    errors |= {step("", key): f"is not known here; known are {', '.join(types)}" for key in body if key not in types}
    _refuse(errors)
    return body


def require(body: Mapping[str, Any], keys: Collection[str], *, without: Collection[str] = ()) -> None:
    """Raise InvalidDocument where a member is missing, or one is there that cannot be sent together with them."""
    errors = {f"/{key}": "is required" for key in keys if key not in body}
    errors |= {f"/{key}": f"cannot be sent together with {', '.join(keys)}" for key in without if key in body}
    _refuse(errors)


def _is(value: Any, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, kind)


def _refuse(errors: Mapping[str, str]) -> None:
    if errors:
        raise InvalidDocument("the request's body does not fit; see errors", errors=errors)
