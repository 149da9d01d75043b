"""What people see: one voice for all commands."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from runtime.model.errors import Failure
from runtime.model.problem import Problem

GOOD: Final = "bold green"
BAD: Final = "bold red"
CAUTION: Final = "yellow"
QUIET: Final = "dim"
PLACE: Final = "cyan"

Piece = str | tuple[str, str]
"""A piece of a line: text, or text and its style."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A column of sentences, which are wrapped where a terminal is narrow."""

    name: str


class Terminal:
    """Where results go (`out`, the standard output) and where everything else goes (`err`, the standard error).

    Styles and borders appear in a terminal only. Lines are never wrapped, so that what is copied or piped is whole, and
    what is no letter, mark or space is shown as an escape: nobody's data moves the cursor of whoever looks at it.
    """

    def __init__(self) -> None:
        self.out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.err = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, stderr=True)

    def say(self, *pieces: Piece) -> None:
        """Print one line of a result."""
        self.out.print(line(*pieces))

    def note(self, *pieces: Piece) -> None:
        """Print one line that is no result: progress, hints."""
        self.err.print(line(*pieces))

    def done(self, *pieces: Piece) -> None:
        """Say that something was done."""
        self.say(("✓ ", GOOD), *pieces)

    def raw(self, text: str) -> None:
        """Print a line for programs as it is: no styles, no escapes."""
        self.out.file.write(f"{text}\n")
        self.out.file.flush()

    def refuse(self, failure: Failure) -> None:
        """Say in red what failed; its message names the remedy."""
        self.note(("✗ ", BAD), (_one_line(failure.message), BAD))
        for pointer, message in failure.errors.items():
            if message != failure.message:
                self.note("  ", (pointer or "/", PLACE), "  ", message)

    def problems(self, problems: Sequence[Problem], *, on: Console, closing: str = "") -> None:
        """List what is wrong with a project, each fault with its place and the remedy, on one of the two consoles."""
        for problem in problems:
            path = ("  ", (problem.path, QUIET)) if problem.path else ()
            on.print(line((str(problem.source), PLACE), *path))
            on.print(line("  ", (_one_line(problem.message), "bold")))
            on.print(line("  → ", _one_line(problem.remedy)))
        on.print(line(("✗ ", BAD), (counted(len(problems), "problem"), BAD), closing))

    def table(self, columns: Sequence[str | Prose], rows: Iterable[Sequence[Piece]]) -> None:
        """Print a table.

        Columns given by name alone hold what people copy, identifiers above all: they are never wrapped nor cut. Where
        a terminal is too narrow for them, its lines overflow.
        """
        lines = [[line(piece) for piece in row] for row in rows]
        table = Table(box=None, pad_edge=False, header_style="bold")
        for index, column in enumerate(columns):
            if isinstance(column, Prose):
                table.add_column(column.name, overflow="fold")
            else:
                longest = max((row[index].cell_len for row in lines), default=0)
                table.add_column(column, no_wrap=True, min_width=max(longest, len(column)))
        for row in lines:
            table.add_row(*row)
        self._print_whole(table)

    def _print_whole(self, table: Table) -> None:
        width = self.out.width
        needed = Measurement.get(self.out, self.out.options.update(width=_WIDEST), table)
        self.out.width = max(width, needed.minimum) if self.out.is_terminal else max(width, needed.maximum)
        try:
            self.out.print(table, crop=False, soft_wrap=False)
        finally:
            self.out.width = width


_WIDEST: Final = 10_000
"""Characters: more than any table needs."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, formats, surrogates and line ends: what terminals obey instead of showing it."""
_JOINERS: Final = "\u200c\u200d"
"""Formats that scripts and emoji are written with; they move nothing."""


def line(*pieces: Piece) -> Text:
    """Return one line, made of text and of text with a style."""
    return Text.assemble(
        *((printable(piece), "") if isinstance(piece, str) else (printable(piece[0]), piece[1]) for piece in pieces)
    )


def printable(text: str) -> str:
    """Return text in which control characters are shown as escapes."""
    if text.isprintable():
        return text
    return "".join(c.encode("unicode_escape").decode() if _is_unseen(c) else c for c in text)


def counted(count: int, noun: str) -> str:
    """Return `1 job` or `2 jobs`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _JOINERS


def _one_line(text: str) -> str:
    return " ".join(text.split())
