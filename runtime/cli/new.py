"""`hookstream new`."""

import json
import re
import unicodedata
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import click

from runtime.cli.terminal import QUIET, Terminal
from runtime.model.errors import Conflict, Unavailable
from runtime.settings.schemas import NAMES, read_schema

SCHEMAS: Final = ".schemas"
"""The folder of a new project that holds copies of the JSON Schemas, for editors."""

_TEMPLATE: Final = files("runtime.cli") / "template"
_RENAMED: Final = {"gitignore": ".gitignore"}
"""A `.gitignore` would apply to the template itself."""
_NAMESPACE: Final = "{{namespace}}"
_LONGEST_NAMESPACE: Final = 63


@click.command(short_help="Make a new project in a folder.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def new(terminal: Terminal, folder: Path) -> None:
    """Make a new project in DIR, a folder that does not exist yet or is empty.

    The project has a collection of posts with hooks, a channel that carries their changes, and a job that ticks: small,
    but each part is there and works.
    """
    scaffold(folder)
    terminal.done("made a project in ", (str(folder), "bold"))
    terminal.say()
    terminal.say("Serve it, and look at what it says:")
    terminal.say("  ", ("hookstream dev" if folder == Path() else f"hookstream dev {folder}", "bold"))
    terminal.say()
    terminal.say("Then edit its files; what you save counts at once:")
    for file, about in (
        ("collections/posts.yml", "fields, permissions, which hooks run"),
        ("hooks/posts.py", "the hooks"),
        ("jobs/tick.yml", "when the job in jobs/tick.py runs"),
        ("config.yml", "the rest: channels, roles, port"),
    ):
        terminal.say(f"  {file:<23}", (about, QUIET))


def scaffold(folder: Path) -> None:
    """Write a new project's files. Raises Conflict where something is in the way, Unavailable where writing fails."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            what = "is not empty" if folder.is_dir() else "is a file"
            raise Conflict(f"{folder} {what}; name a folder that does not exist yet, or empty it first")
        for name, text in _files(namespace_of(folder.resolve().name)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Unavailable(
            f"the project cannot be written to {folder}: {error.strerror or error}; name a folder that you may write to"
        ) from error


def namespace_of(name: str) -> str:
    """Return a folder's name as a namespace: `My Blog!` becomes `my-blog`; `site` where nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("-0123456789")
    return words[:_LONGEST_NAMESPACE].strip("-") or "site"


def _files(namespace: str) -> Iterator[tuple[str, str]]:
    for name, source in _walk(_TEMPLATE, ""):
        yield name, source.read_text(encoding="utf-8").replace(_NAMESPACE, namespace)
    for schema in NAMES:
        yield f"{SCHEMAS}/{schema}.json", json.dumps(read_schema(schema), indent=2) + "\n"


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif entry.is_file():
            yield f"{prefix}{_RENAMED.get(entry.name, entry.name)}", entry
