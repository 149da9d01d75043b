"""How far a command is, for those who watch it in a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from runtime.cli.terminal import Terminal


class Bar:
    """A progress bar. Any thread may move it on."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, by: float = 1) -> None:
        """Move on."""
        if not self._progress.disable:
            self._progress.advance(self._task, by)

    def reach(self, done: float, total: float) -> None:
        """Say how much of how much is done."""
        self._progress.update(self._task, completed=done, total=total)

    def label(self, text: str) -> None:
        """Say what is done now."""
        self._progress.update(self._task, description=text)


@contextmanager
def bar(terminal: Terminal, label: str, *, total: float | None, amount: ProgressColumn) -> Iterator[Bar]:
    """Show a bar within the block, in a terminal only. `amount` is its column of numbers; `total` may be unknown."""
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), amount, TimeRemainingColumn(),
        console=terminal.err, transient=True, disable=not terminal.err.is_terminal,
    )  # fmt: skip
    with progress:
        yield Bar(progress, progress.add_task(label, total=total))
