"""`hookstream backup` and `hookstream restore`."""

import os
from pathlib import Path

import click
from rich.filesize import decimal
from rich.progress import MofNCompleteColumn

from runtime.app import FILES_FOLDER, load_backups, run
from runtime.auth.secrets import SECRET_FILE
from runtime.cli.opening import project_option
from runtime.cli.progress import Bar, bar
from runtime.cli.signals import cancelled_by_signals
from runtime.cli.terminal import CAUTION, QUIET, Terminal, counted
from runtime.files.copies import beside, copy_back, copy_out, require_free
from runtime.model.clock import SystemClock
from runtime.model.ports import Progress
from runtime.model.specs import ProjectSpec

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(short_help="Back up the database and the files, while they are used.")
@click.argument("target", metavar="FILE", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE where it is there already.")
@click.option("--without-files", is_flag=True, help="Copy the database alone.")
@project_option
@click.pass_obj
def backup(terminal: Terminal, target: Path, force: bool, without_files: bool, folder: Path) -> None:
    """Copy the project's database to FILE as it is at this moment: documents, users, runs and all else it keeps.

    The server may go on running, and writers do not wait. The copy is checked before it gets its name, and only its
    owner can read it. Works while the project's YAML and its data do not fit each other, and while a hook file is
    broken.

    Uploaded files are copied to the folder FILE.files; on the same disk they take no more room.

    The key in data/secret is not in it. Keep a copy of that apart: without it, all have to sign in again, and API
    tokens have to be made anew.
    """

    async def main() -> int:
        clock = SystemClock()
        spec, backups = load_backups(folder, environ=os.environ, clock=clock)
        started = clock.monotonic()
        if not without_files:
            require_free(target, replace=force)
        with cancelled_by_signals(), bar(terminal, "copying", total=None, amount=MofNCompleteColumn()) as shown:
            await backups.back_up(target, namespace=spec.namespace, replace=force, progress=_told(shown))
        took = f"{_size(target)} in {clock.monotonic() - started:.1f} s"
        terminal.done("backed up ", (spec.namespace, "bold"), f" to {target}: {took}, and found whole")
        if not without_files and (count := copy_out(spec.folder / FILES_FOLDER, target)):
            terminal.done(f"copied {counted(count, 'file')} to {beside(target)}")
        terminal.note((_about_the_secret(spec), CAUTION))
        return 0

    run(main())


@click.command(short_help="Put a backup in the database's place.")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--any-project", is_flag=True, help="Take a backup of another project too, or one that names none.")
@project_option
@click.pass_obj
def restore(terminal: Terminal, source: Path, any_project: bool, folder: Path) -> None:
    """Put FILE, which `hookstream backup` has made, in the place of the project's database.

    Stop the server first; as long as anything has the database open, this is refused. FILE is checked before anything
    is touched, and stays where it is. The previous database is kept beside the new one, and can be restored in the
    same way. Files that are in FILE.files and no longer in the project are put back; others stay.

    All is as it was at the time of the backup: sessions and tokens that were ended since are good again, and runs that
    were queued are done.
    """

    async def main() -> int:
        spec, backups = load_backups(folder, environ=os.environ, clock=SystemClock())
        files = copy_back(source, spec.folder / FILES_FOLDER)
        with cancelled_by_signals(), bar(terminal, "copying", total=None, amount=MofNCompleteColumn()) as shown:
            restored = await backups.restore(
                source, namespace=spec.namespace, any_project=any_project, progress=_told(shown)
            )
        made = f", as it was at {restored.made_at}" if restored.made_at else ""
        terminal.done("restored ", (spec.namespace, "bold"), f" from {source}{made}")
        if files:
            terminal.note((f"{counted(files, 'file')} that were missing are there again", QUIET))
        if restored.aside is not None:
            terminal.note((f"the previous database is kept as {restored.aside}", QUIET))
        return 0

    run(main())


def _told(shown: Bar) -> Progress:
    def tell(done: int, total: int) -> None:
        shown.reach(done, total)
        if done == total:
            shown.label("checking")

    return tell


def _size(file: Path) -> str:
    return decimal(file.stat().st_size)


def _about_the_secret(spec: ProjectSpec) -> str:
    where = "auth.secret (AUTH_SECRET)" if spec.auth.secret else SECRET_FILE.as_posix()
    return f"{where} is not in it; keep a copy apart: without it, sessions and API tokens end with a restore elsewhere"
