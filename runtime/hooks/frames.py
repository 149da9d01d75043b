"""Where in the user's files something happened: frames, tracebacks and suspended coroutines."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CoroutineType, FrameType
from typing import Any, Final

from runtime.hooks.modules import ProjectLoader

GUARDED: Final = frozenset({"runtime", "asyncio", "uvloop", "aiohttp", "logging", "structlog"})
"""Packages whose code must not be interrupted half-way, even when user code has called it: they keep locks and state
that everything else relies on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a user's file; `file` is relative to the project, `project` that one's folder."""

    file: str
    line: int
    function: str
    project: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of(frame: FrameType, line: int | None = None) -> Place | None:
    """Return where a frame stands if it runs code of a mounted project, otherwise None."""
    loader = frame.f_globals.get("__loader__")
    if not isinstance(loader, ProjectLoader):
        return None
    file = loader.place(frame.f_code.co_filename)
    if file is None:
        return None
    return Place(file, line or frame.f_lineno or 0, frame.f_code.co_name, loader.folder)


def outward(frame: FrameType | None) -> Iterator[FrameType]:
    """Go through a stack from the innermost frame outwards."""
    while frame is not None:
        yield frame
        frame = frame.f_back


def place_in_stack(frame: FrameType | None) -> Place | None:
    """Return the innermost place in user code that a stack has."""
    return next((place for each in outward(frame) if (place := place_of(each))), None)


def may_interrupt(frame: FrameType | None) -> bool:
    """Return whether a stack is in user code, or in code that it has called and that may be interrupted."""
    for each in outward(frame):
        if place_of(each) is not None:
            return True
        if str(each.f_globals.get("__name__", "")).partition(".")[0] in GUARDED:
            return False
    return False


def place_of_error(error: BaseException) -> Place | None:
    """Return the innermost place in user code that an exception came through."""
    places = [place_of(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return next((place for place in reversed(places) if place is not None), None)


def place_of_coroutine(coroutine: Any) -> Place | None:
    """Return the innermost place in user code at which a suspended coroutine waits."""
    found: Place | None = None
    while isinstance(coroutine, CoroutineType):
        if coroutine.cr_frame is not None:
            found = place_of(coroutine.cr_frame) or found
        coroutine = coroutine.cr_await
    return found


def traceback_text(error: BaseException) -> str:
    """Return a traceback as text that starts at the user's first frame; the whole one where no user code was in it."""
    start = error.__traceback__
    while start is not None and place_of(start.tb_frame) is None:
        start = start.tb_next
    shown = start or error.__traceback__
    return "".join(traceback.TracebackException(type(error), error, shown).format())
