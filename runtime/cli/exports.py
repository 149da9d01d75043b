"""`hookstream export`."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import click
from rich.progress import MofNCompleteColumn

from runtime.app import Accounts
from runtime.cli.files import written_whole
from runtime.cli.jobs import json_object
from runtime.cli.opening import project_option, with_accounts
from runtime.cli.progress import bar
from runtime.cli.terminal import Terminal, counted
from runtime.model.errors import NotFound, Unavailable
from runtime.model.files import FILES, holding
from runtime.model.ports import Store
from runtime.model.query import Query
from runtime.model.specs import ProjectSpec
from runtime.query.parse import parse_filter, parse_sort

BUFFER_BYTES: Final = 1024 * 1024


@click.command(
    short_help="Export documents as JSON Lines.",
    epilog="""\b
    Examples:
      hookstream export articles articles.jsonl
      hookstream export articles --filter '{"status": "published"}' --sort=-publishedAt | head
      hookstream export --all copies/""",
)
@click.argument("collection", required=False)
@click.argument(
    "target", metavar="[FILE.jsonl]", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-"
)
@click.option("--filter", "filter", metavar="JSON", help="Only documents that match, as in the REST API's filters.")
@click.option(
    "--sort", metavar="FIELDS", default="id", show_default=True, help="The order, such as -publishedAt,title."
)
@click.option(
    "--all", "folder_of_all", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Export every collection, each to DIR/COLLECTION.jsonl.",
)  # fmt: skip
@project_option
@click.pass_obj
@click.pass_context
def export(
    ctx: click.Context, terminal: Terminal, collection: str | None, target: Path, filter: str | None, sort: str,
    folder_of_all: Path | None, folder: Path,
) -> None:  # fmt: skip
    """Write the documents of COLLECTION to a file, or to the standard output: a line of JSON each, as they are stored.

    All fields are in it, hidden ones too. `hookstream import --verbatim` takes such a file back without any loss. A
    file appears when it is complete and not before, only its owner can read it, and one of that name is replaced.

    Works while the project's server is running, and while a hook file is broken. Documents that change meanwhile are
    exported as they are at some moment. Users, runs and all else that is no collection of the YAML is in backups only,
    but for `_files`: what documents with files cannot do without. The files themselves are in data/files.
    """
    if (collection is None) == (folder_of_all is None):
        raise click.UsageError("name a collection, or give --all DIR")
    if folder_of_all is not None and (filter is not None or sort != "id"):
        raise click.UsageError("--filter and --sort are for one collection")
    query = Query(filter=parse_filter(json_object(filter or "{}", "--filter")), sort=parse_sort(sort))

    async def work(accounts: Accounts) -> int:
        names = _kept(accounts.spec)
        if folder_of_all is not None:
            _make_folder(folder_of_all)
            for name in names:
                await _export(terminal, accounts.store, name, query, folder_of_all / f"{name}.jsonl")
        elif collection in names:
            await _export(terminal, accounts.store, collection, query, target)
        else:
            known = ", ".join(names)
            raise NotFound(f"there is no collection {collection!r} that keeps documents; there are {known or 'none'}")
        return 0

    ctx.exit(with_accounts(folder, work))


def _kept(spec: ProjectSpec) -> list[str]:
    kept = [collection for collection in spec.collections if not collection.virtual]
    has_files = any(holding(collection.fields) for collection in kept)
    # First, so that whoever imports all of them in this order has the files when documents come that hold them.
    return [*([FILES.name] if has_files else []), *(collection.name for collection in kept)]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be made: {error.strerror or error}") from error


async def _export(terminal: Terminal, store: Store, collection: str, query: Query, target: Path) -> None:
    if target == Path("-"):
        await _write(store, collection, query, sys.stdout.buffer)
        return
    total = await store.count(collection, query) if terminal.err.is_terminal else None
    amount = MofNCompleteColumn()
    with bar(terminal, f"exporting {collection}", total=total, amount=amount) as shown, _opened(target) as stream:
        written = await _write(store, collection, query, stream, shown.advance)
    terminal.done(f"exported {counted(written, 'document')} of ", (collection, "bold"), f" to {target}")


async def _write(
    store: Store, collection: str, query: Query, stream: BinaryIO, advance: Callable[[], None] = lambda: None
) -> int:
    written = 0
    async for record in store.iterate(collection, query):
        stream.write(record.text + b"\n")
        written += 1
        advance()
    stream.flush()
    return written


@contextmanager
def _opened(target: Path) -> Iterator[BinaryIO]:
    """Open a file to write; devices and pipes as they are, all else beside its place until it is complete."""
    if target.exists() and not target.is_file():
        with target.open("wb") as stream:
            yield stream
        return
    with written_whole(target) as draft:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb", buffering=BUFFER_BYTES) as stream:
            yield stream
