"""`hookstream check`."""

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from runtime.cli.opening import folder_argument
from runtime.cli.summary import summary
from runtime.cli.terminal import Terminal
from runtime.hooks.load import load as load_hooks
from runtime.model.problem import Problem, ProjectInvalid, Source
from runtime.model.specs import ProjectSpec
from runtime.settings.load import load as load_settings

CODE_FOLDERS: Final = ("hooks", "jobs")


@click.command()
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON, for editors and CI.")
@click.pass_obj
@click.pass_context
def check(ctx: click.Context, terminal: Terminal, folder: Path, as_json: bool) -> None:
    """Find what is wrong with a project, without starting it.

    Reads all YAML files and loads all hook and job files, which runs what stands at their top level. Every problem is
    listed with its file, line and column, and what to do about it; then the exit code is 1. The database is not
    touched.
    """
    try:
        spec = inspected(folder, os.environ)
    except ProjectInvalid as invalid:
        if as_json:
            terminal.raw(json.dumps({"ok": False, "problems": [_as_json(p) for p in invalid.problems]}, indent=2))
        else:
            terminal.problems(invalid.problems, on=terminal.out)
        ctx.exit(1)
    if as_json:
        terminal.raw(json.dumps({"ok": True, "problems": []}, indent=2))
    else:
        terminal.done((spec.namespace, "bold"), f": {summary(spec)}")


def inspected(folder: Path, environ: Mapping[str, str]) -> ProjectSpec:
    """Return a project that has nothing wrong with it; its files have been loaded.

    Raises ProjectInvalid. What functions hook files have is known only once the YAML is right; where it is not, the
    files' syntax is looked at all the same.
    """
    try:
        spec = load_settings(folder, environ)
    except ProjectInvalid as invalid:
        raise ProjectInvalid((*invalid.problems, *_syntax_problems(folder.resolve()))) from None
    load_hooks(spec, number=1)
    return spec


def _syntax_problems(folder: Path) -> Iterator[Problem]:
    for path in sorted(path for name in CODE_FOLDERS for path in (folder / name).rglob("*.py")):
        file = path.relative_to(folder).as_posix()
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(path.read_bytes(), file, "exec", dont_inherit=True)
        except SyntaxError as error:
            source = Source(file, error.lineno or 0, error.offset or 0)
            yield Problem(source, "", f"{type(error).__name__}: {error.msg}", "Correct the syntax.")
        except (OSError, ValueError) as error:
            yield Problem(Source(file), "", f"the file cannot be read: {error}", "Correct the file or its permissions.")


def _as_json(problem: Problem) -> Mapping[str, Any]:
    return {
        "file": problem.source.file,
        "line": problem.source.line,
        "column": problem.source.column,
        "path": problem.path,
        "message": problem.message,
        "remedy": problem.remedy,
    }
