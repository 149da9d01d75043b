"""Reads a project's YAML files: where they may be, how large, and what an include stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from runtime.model.problem import Source
from runtime.settings.problems import Report, quoted, suggest
from runtime.settings.tree import Node
from runtime.settings.yaml import Budget, Text, TooManyValues, compose

LARGEST_BYTES: Final = 1024 * 1024
"""How large one file may be. Settings are written by hand; what is larger is something else."""

SUFFIXES: Final = frozenset({".yml", ".yaml", ".json"})
FILE_COST: Final = 50
"""How many values opening a file counts for, so that includes cannot multiply without end."""
_WILDCARDS: Final = frozenset("*?[")


@dataclass(slots=True)
class Reader:
    """Reads the files of one project. `folder` is resolved; `files` grows with each file that was opened."""

    folder: Path
    variables: Mapping[str, str]
    report: Report
    files: list[Path] = field(default_factory=list)
    _budget: Budget = field(default_factory=Budget)
    _opened: list[Path] = field(default_factory=list)

    def read(self, name: str) -> Node | None:
        """Return a file's document with all that it includes; None where it cannot be read, which is reported."""
        try:
            return self._file(self.folder / name)
        except TooManyValues as fault:
            remedy = "Split the project, or use fewer aliases and includes."
            self.report.add(fault.source, "", "the project has more values than can be meant", remedy)
            return None

    def text(self, path: Path) -> str | None:
        """Return a file's text (UTF-8, a byte order mark allowed); None where it cannot be read, which is reported."""
        name = path.relative_to(self.folder).as_posix()
        self.files.append(path)
        try:
            with path.open("rb") as file:
                content = file.read(LARGEST_BYTES + 1)
        except OSError as error:
            reason = (error.strerror or "it cannot be opened").lower()
            self.report.add(Source(name), "", f"{name} cannot be read: {reason}", "Check the file and its permissions.")
            return None
        if len(content) > LARGEST_BYTES:
            self.report.add(Source(name), "", f"{name} is larger than {LARGEST_BYTES // 1024} KiB", "Split it.")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            self.report.add(Source(name, line, 1), "", f"{name} is not UTF-8", "Save the file as UTF-8.")
            return None

    def _file(self, path: Path) -> Node | None:
        content = self.text(path)
        if content is None:
            return None

        def include(pattern: str, here: Node) -> Node:
            return self._include(pattern, here, beside=path.parent)

        name = path.relative_to(self.folder).as_posix()
        self._budget.spend(FILE_COST, Source(name))
        self._opened.append(path)
        try:
            return compose(Text(content, name, self.variables, include, self._budget, self.report))
        finally:
            self._opened.pop()

    def _include(self, pattern: str, here: Node, *, beside: Path) -> Node:
        fault = _outside(pattern)
        if fault is not None:
            return self._refuse(
                here, f"!include {quoted(pattern)} {fault}", "Name a file inside the project, relative to this one."
            )
        if _WILDCARDS.isdisjoint(pattern):
            return self._one(pattern, here, beside=beside)
        return self._many(pattern, here, beside=beside)

    def _one(self, name: str, here: Node, *, beside: Path) -> Node:
        path = beside / name
        if not path.is_file():
            siblings = (sibling.name for sibling in _visible(path.parent))
            nearest = suggest(
                path.name, siblings, otherwise="Create it, or correct the path; it is relative to this file."
            )
            return self._refuse(here, f"there is no file {quoted(name)} to include", nearest)
        node = self._open(path, here)
        if node is None:
            return replace(here, value=None, whole=False)
        return replace(node, key=here.key)

    def _many(self, pattern: str, here: Node, *, beside: Path) -> Node:
        fixed = beside.joinpath(*_fixed_parts(pattern))
        if not fixed.is_dir():
            nearest = suggest(fixed.name, _folders(fixed.parent), otherwise="Create it, or correct the path.")
            return self._refuse(
                here, f"there is no folder {quoted(_name(fixed, self.folder))} to include from", nearest
            )
        try:
            found = sorted(p for p in beside.glob(pattern) if _is_shown(p.relative_to(beside)) and p.is_file())
        except ValueError:
            return self._refuse(
                here, f"!include {quoted(pattern)} is not a pattern", "Write one like collections/*.yml."
            )
        items: list[Node] = []
        whole = True
        for path in found:
            node = self._open(path, here)
            if node is None:
                whole = False
            elif isinstance(node.value, tuple):
                items.extend(node.value)
                whole = whole and node.whole
            else:
                items.append(node)
        return replace(here, value=tuple(items), whole=whole)

    def _open(self, path: Path, here: Node) -> Node | None:
        """Return the document of a file that exists; None where it may not or cannot be read, which is reported."""
        real = path.resolve()
        name = _name(path, self.folder)
        if not real.is_relative_to(self.folder):
            self.report.at(here, f"{quoted(name)} leads out of the project", "Replace the link by the file itself.")
        elif path.suffix not in SUFFIXES:
            self.report.at(
                here, f"{quoted(name)} is not a YAML file", "Include files that end with .yml, .yaml or .json."
            )
        elif real in [opened.resolve() for opened in self._opened]:
            chain = " → ".join(_name(p, self.folder) for p in [*self._opened, path])
            self.report.at(here, f"the file includes itself: {chain}", "Take one of these includes out.")
        else:
            node = self._file(path)
            return None if node is None or node.lost else node
        return None

    def _refuse(self, here: Node, message: str, remedy: str) -> Node:
        self.report.at(here, message, remedy)
        return replace(here, value=None, whole=False)


def _outside(pattern: str) -> str | None:
    """Say why an include must not be followed, by its words alone; None where nothing is wrong with them."""
    parts = PurePosixPath(pattern).parts
    if not parts:
        return "names no file"
    if "\\" in pattern or not pattern.isprintable():
        return "is not a path with forward slashes"
    if parts[0].startswith("/") or ":" in parts[0]:
        return "is an absolute path"
    if ".." in parts:
        return "leaves the folder of its file"
    return None


def _fixed_parts(pattern: str) -> Iterator[str]:
    for part in PurePosixPath(pattern).parts[:-1]:
        if not _WILDCARDS.isdisjoint(part):
            return
        yield part


def _is_shown(path: Path) -> bool:
    """Whether no part of a path is hidden: editors keep locks and drafts under such names."""
    return not any(part.startswith(".") for part in path.parts)


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _is_shown(Path(path.name))] if folder.is_dir() else []


def _folders(folder: Path) -> list[str]:
    return [path.name for path in _visible(folder) if path.is_dir()]


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
