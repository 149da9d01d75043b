"""A few lines of a project's own source, as they were loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.hooks.frames import Place
from runtime.hooks.load import Edition

AROUND: Final = 5
"""How many lines are shown before and after the one that matters."""

LONGEST_LINE: Final = 300
"""Characters of a line that are shown."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """Consecutive lines of a file; `first` is the number of the first one."""

    first: int
    lines: tuple[str, ...]


def snippet_at(edition: Edition, place: Place) -> Snippet | None:
    """Return the lines around a place, None where there are none.

    Only what the edition has loaded is looked at: what is shown is what ran, and nothing but the project's own files
    can be shown, whatever a traceback names.
    """
    source = edition.sources().get(str(Path(place.project, place.file)))
    if source is None or place.line < 1:
        return None
    # As Python counts lines: a form feed, at which str.splitlines breaks too, does not end one.
    lines = source.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    first = max(1, place.line - AROUND)
    shown = tuple(line[:LONGEST_LINE] for line in lines[first - 1 : place.line + AROUND])
    return Snippet(first, shown) if shown else None
