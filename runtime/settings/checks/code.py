"""Names of Python files and functions: their form, and that the files are there, inside the project."""

import re
from pathlib import Path, PurePosixPath
from typing import Final

from runtime.settings.problems import Report, quoted, suggest
from runtime.settings.tree import Node

HOOKS: Final = "hooks"
JOBS: Final = "jobs"
_ALIKE: Final = 0.8
"""How alike two paths must be for one to be offered for the other: they share their folder and their ending."""
_REFERENCE = re.compile(r"(?P<file>.+\.py):(?P<function>[^\W\d]\w*)")


def check_hook(node: Node, folder: Path, report: Report) -> None:
    """Report what is wrong with a `hooks/file.py:function`."""
    text = node.text
    if text is None:
        return
    found = _REFERENCE.fullmatch(text)
    if found is None:
        remedy = "Write file and function: hooks/articles.py:announce."
        report.at(node, f"{quoted(text)} does not name a function of a hook file", remedy)
        return
    _check_file(node, found["file"], folder, report, home=HOOKS, function=found["function"])


def check_job_file(node: Node, folder: Path, report: Report) -> None:
    """Report what is wrong with a job's `jobs/file.py`."""
    text = node.text
    if text is None:
        return
    if not text.endswith(".py"):
        file = text.partition(":")[0]
        example = file if file.endswith(".py") else f"{JOBS}/daily_digest.py"
        remedy = f"Write the file alone: {example}; its function is always run(ctx)."
        report.at(node, f"{quoted(text)} is not a Python file", remedy)
        return
    _check_file(node, text, folder, report, home=JOBS, function="run")


def _check_file(node: Node, file: str, folder: Path, report: Report, *, home: str, function: str) -> None:
    pure = PurePosixPath(file)
    if "\\" in file or not file.isprintable():
        report.at(node, f"{quoted(file)} is not a path with forward slashes", f"Write it like {home}/name.py.")
    elif pure.is_absolute() or ".." in pure.parts or ":" in file:
        report.at(
            node, f"{quoted(file)} leaves the project", f"Put the file under {home}/ and write {home}/{pure.name}."
        )
    elif pure.parts[0] != home or pure.as_posix() != file:
        report.at(node, f"{quoted(file)} is not under {home}/", f"Put the file there and write {home}/{pure.name}.")
    elif not (folder / pure).resolve().is_relative_to(folder):
        report.at(node, f"{quoted(file)} leads out of the project", "Replace the link by the file itself.")
    elif not (folder / pure).is_file():
        there = (path.relative_to(folder).as_posix() for path in (folder / home).rglob("*.py"))
        otherwise = f"Create it with a function {function}(ctx), or correct the path."
        remedy = suggest(file, there, otherwise=otherwise, similarity=_ALIKE)
        report.at(node, f"there is no file {quoted(file)}", remedy)
