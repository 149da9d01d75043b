"""Loads a project: all of it, or all that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from runtime.model.problem import ProjectInvalid, Source
from runtime.model.specs import ProjectSpec
from runtime.settings.checks.project import check_project
from runtime.settings.problems import Report
from runtime.settings.reader import Reader
from runtime.settings.shape import check_shape
from runtime.settings.typed.project import build_project
from runtime.settings.variables import read_defaults

CONFIG: Final = "config.yml"
DEFAULTS: Final = "config.yml.env"


def load(folder: Path, environ: Mapping[str, str]) -> ProjectSpec:
    """Return the project in a folder, read anew, as an immutable snapshot.

    `environ` is the process's environment; it wins over the defaults of `config.yml.env`. Hook and job files are
    checked to be there; what is in them is for `runtime.hooks` to find out. Nothing is written, nothing outside of the
    folder is read. Raises ProjectInvalid with every problem that was found.
    """
    report = Report()
    home = folder.resolve()
    if not (home / CONFIG).is_file():
        message = f"there is no {CONFIG} in {folder}"
        report.add(Source(CONFIG), "", message, "Run `hookstream new DIR` to make a project, or name another folder.")
        raise ProjectInvalid(report.problems)
    reader = Reader(home, {}, report)
    environment = {**_defaults(home, reader, report), **environ}
    reader.variables = environment
    root = reader.read(CONFIG)
    if root is not None:
        # what knows more about a place speaks first; the schemas are silent there
        check_project(root, home, report)
        check_shape(root, report)
    if root is None or report.problems:
        raise ProjectInvalid(report.problems)
    return build_project(root, folder=home, environment=environment, files=reader.files)


def _defaults(home: Path, reader: Reader, report: Report) -> dict[str, str]:
    path = home / DEFAULTS
    text = reader.text(path) if path.exists() else None
    return {} if text is None else read_defaults(text, file=DEFAULTS, report=report)
