"""`hookstream import`."""

import asyncio
import os
import stat
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

import click
from rich.progress import DownloadColumn

from runtime.app import Accounts
from runtime.cli.intake import Creator, Intake, OnConflict
from runtime.cli.jsonl import Line, Splitter, read_lines
from runtime.cli.opening import project_option, with_accounts, with_project
from runtime.cli.progress import bar
from runtime.cli.terminal import BAD, PLACE, Terminal, counted
from runtime.documents.verbatim import Verbatim
from runtime.model.actor import SYSTEM
from runtime.model.clock import Clock
from runtime.model.errors import NotFound, Unavailable
from runtime.model.files import FILES
from runtime.model.specs import CollectionSpec, ProjectSpec
from runtime.web.project import Project

CHUNK_BYTES: Final = 256 * 1024
BATCH_LINES: Final = 200
BATCH_BYTES: Final = 1024 * 1024
"""How much is committed at once; arbitrary: enough to make commits cheap, little enough to be kept in memory."""


@click.command("import", short_help="Import documents from JSON Lines.")
@click.argument("collection")
@click.argument("source", metavar="FILE.jsonl", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--on-conflict", type=click.Choice(["fail", "skip"]), default="fail", show_default=True,
    help="Whether a line fails or is passed over where its id, or a value that must be unique, is there already.",
)  # fmt: skip
@click.option(
    "--verbatim", is_flag=True,
    help="Take lines over word for word, createdAt, updatedAt, createdBy and version too: what export has written.",
)  # fmt: skip
@project_option
@click.pass_obj
@click.pass_context
def import_(
    ctx: click.Context, terminal: Terminal, collection: str, source: str, on_conflict: OnConflict, verbatim: bool,
    folder: Path,
) -> None:  # fmt: skip
    """Create a document of COLLECTION from each line of a JSON Lines file; `-` is the standard input.

    The documents go the way of all others: defaults, validation, unique fields, references and hooks. The system makes
    them, so permissions do not matter. Lines that fail are listed with the reason; the others are imported all the
    same, and the exit code is 1.

    Documents are committed in batches. Where one conflicts with what is stored, the batch is done again line by line,
    and so are its hooks. Messages that hooks send reach nobody: those who listen are connected to the server.

    With --verbatim no hook runs, no default or slug is filled in, and neither fields nor references are checked against
    the YAML: documents come back as they were when `hookstream export` wrote them. Unique fields stay unique. Import
    `_files` first: without it, the files that documents hold are not found.
    """

    async def take(spec: ProjectSpec, clock: Clock, creator: Callable[[CollectionSpec], Creator]) -> int:
        wanted = FILES if verbatim and collection == FILES.name else spec.collection.get(collection)
        if wanted is None or wanted.virtual:
            known = ", ".join(c.name for c in spec.collections if not c.virtual)
            raise NotFound(f"there is no collection {collection!r} to keep documents in; there are {known or 'none'}")
        intake = Intake(lambda: creator(wanted), collection, on_conflict)
        started = clock.monotonic()
        try:
            with ExitStack() as stack:
                stream = _opened(source, stack)
                amount = DownloadColumn()
                shown = stack.enter_context(bar(terminal, "importing", total=_size_bytes(stream), amount=amount))
                await _take_all(intake, read_lines(_chunks(stream), Splitter()), shown.advance)
        except OSError as error:
            raise Unavailable(f"{source} cannot be read to its end: {error.strerror or error}") from error
        finally:
            _report(terminal, intake, clock.monotonic() - started)
        return 1 if intake.failed else 0

    async def take_verbatim(accounts: Accounts) -> int:
        return await take(accounts.spec, accounts.clock, lambda wanted: Verbatim(accounts.store, wanted))

    async def take_as_new(project: Project) -> int:
        return await take(project.spec, project.clock, lambda _: project.documents.database(SYSTEM, ()))

    ctx.exit(with_accounts(folder, take_verbatim) if verbatim else with_project(folder, take_as_new))


async def _take_all(intake: Intake, lines: AsyncIterator[Line], advance: Callable[[int], None]) -> None:
    batch: list[Line] = []
    size_bytes = 0
    async for line in lines:
        batch.append(line)
        size_bytes += line.size_bytes + 1
        if len(batch) >= BATCH_LINES or size_bytes >= BATCH_BYTES:
            await _take(intake, batch)
            advance(size_bytes)
            batch, size_bytes = [], 0
    await _take(intake, batch)
    advance(size_bytes)


async def _take(intake: Intake, batch: Sequence[Line]) -> None:
    """Import a batch. Ctrl-C lets it come to its end, so that what is reported is true."""
    taking = asyncio.create_task(intake.take(batch))
    try:
        await asyncio.shield(taking)
    except asyncio.CancelledError:
        await asyncio.wait((taking,))
        raise


def _opened(source: str, stack: ExitStack) -> BinaryIO:
    return sys.stdin.buffer if source == "-" else stack.enter_context(Path(source).open("rb"))


async def _chunks(stream: BinaryIO) -> AsyncIterator[bytes]:
    """Give the bytes of a file, or of a pipe without keeping the event loop, and Ctrl-C, waiting for them."""
    mode = os.fstat(stream.fileno()).st_mode
    if not stat.S_ISFIFO(mode) and not stat.S_ISSOCK(mode):
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk
        return
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), stream)
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            yield chunk
    finally:
        transport.close()


def _size_bytes(stream: BinaryIO) -> int | None:
    found = os.fstat(stream.fileno())
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _report(terminal: Terminal, intake: Intake, seconds: float) -> None:
    for number, reason in intake.faults:
        terminal.note((f"line {number}", PLACE), f"  {reason}")
    if intake.failed > len(intake.faults):
        terminal.note(f"… and {counted(intake.failed - len(intake.faults), 'line')} more")
    if intake.failed:
        terminal.note(("✗ ", BAD), (f"{counted(intake.failed, 'line')} failed", BAD))
    speed = f" in {seconds:.1f} s, {intake.imported / seconds:,.0f} per second" if intake.imported and seconds else ""
    skipped = f"; {intake.skipped:,} skipped, already there" if intake.skipped else ""
    terminal.done(f"imported {counted(intake.imported, 'document')} into ", (intake.collection, "bold"), speed, skipped)
