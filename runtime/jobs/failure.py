"""What is recorded of an exception that ended a run."""

from collections.abc import Mapping
from typing import Any, Final

from runtime.hooks.frames import place_of_error, traceback_text

MESSAGE_CHARACTERS: Final = 2000
TRACEBACK_CHARACTERS: Final = 20_000


def described(error: BaseException) -> dict[str, Any]:
    """Return an exception as a record has it: type, message, traceback, and the user's own file and line.

    `file` is relative to the project, and None where none of the project's code was on the stack. A long traceback
    keeps its end, which says what went wrong.
    """
    place = place_of_error(error)
    return {
        "type": type(error).__name__,
        "message": storable_text(_message(error), MESSAGE_CHARACTERS),
        "traceback": storable_text(traceback_text(error)[-TRACEBACK_CHARACTERS:], TRACEBACK_CHARACTERS),
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
    }


def said(type: str, message: str) -> dict[str, Any]:
    """Return an error that no exception stands behind, in the same shape."""
    return {"type": type, "message": message, "traceback": None, "file": None, "line": None}


def for_clients(error: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return what the one who started a run may know of its error: no traceback, no file of the server."""
    return None if error is None else {"type": error["type"], "message": error["message"]}


def storable_text(text: str, limit: int) -> str:
    """Return text that can be stored as JSON (no lone surrogates), cut to `limit` characters."""
    clean = text if text.isascii() else text.encode("utf-8", "replace").decode()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as inner:  # noqa: BLE001 — an exception whose __str__ fails must still be recorded
        return f"(its message cannot be shown: {type(inner).__name__})"
