"""A fault in what the user wrote, at its place."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a file of the project: `file` relative to the project, `line` and `column` from 1.

    Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: where it stands, the path inside the document (`channels.0.scope`), what, and the remedy."""

    source: Source
    path: str
    message: str
    remedy: str

    def __str__(self) -> str:
        at = f" ({self.path})" if self.path else ""
        return f"{self.source}: {self.message}{at}. {self.remedy}"


class ProjectInvalid(Exception):
    """The project cannot be loaded. `problems` holds every fault found, in the order of their places."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.source.file, p.source.line, p.source.column)))
        super().__init__("\n".join(str(p) for p in self.problems))
