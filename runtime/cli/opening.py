"""Which project a command is about, and opening it."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from runtime.app import Accounts, open_accounts, open_project, run
from runtime.cli.logs import Log, console_log
from runtime.cli.signals import cancelled_by_signals
from runtime.model.clock import SystemClock
from runtime.settings.load import CONFIG
from runtime.web.project import Project

Command = TypeVar("Command", bound=Callable[..., Any])

PROJECT_HELP: Final = "The project's folder; by default the current one."

_FOLDER: Final = click.Path(path_type=Path)


def folder_argument(command: Command) -> Command:
    """Give a command the argument DIR: a project's folder, by default the current one."""
    return click.argument("folder", metavar="[DIR]", type=_FOLDER, default=".", callback=_project_folder)(command)


def folders_argument(command: Command) -> Command:
    """Give a command the arguments DIR…: folders of projects, by default the current one."""
    return click.argument("folders", metavar="[DIR]...", type=_FOLDER, nargs=-1, callback=_project_folders)(command)


def project_option(command: Command) -> Command:
    """Give a command the option --project: a project's folder, by default the current one."""
    return click.option(
        "-p", "--project", "folder", metavar="DIR", type=_FOLDER, default=".",
        callback=_project_folder, help=PROJECT_HELP,
    )(command)  # fmt: skip


def address_options(command: Command) -> Command:
    """Give a command --host and --port: where a server listens, None for what config.yml says."""
    command = click.option(
        "--port", type=click.IntRange(0, 65535), help="The port; 0 takes a free one. Default: as config.yml says."
    )(command)
    return click.option("--host", metavar="HOST", help="The address to listen at. Default: as config.yml says.")(
        command
    )


@asynccontextmanager
async def opened(folder: Path, *, log: Log) -> AsyncIterator[Project]:
    """Open a project for one command; nothing runs in the background. Raises ProjectInvalid, Unavailable."""
    async with open_project(folder, environ=os.environ, clock=SystemClock(), log=log) as project:
        yield project


def with_project(folder: Path, work: Callable[[Project], Awaitable[int]]) -> int:
    """Open a project, do one thing with it and close it; return what the work returned, an exit code.

    Of the log, warnings and errors are shown. Ctrl-C and SIGTERM cancel the work. Raises ProjectInvalid, and the
    failures of the work.
    """

    async def main() -> int:
        with cancelled_by_signals():
            async with opened(folder, log=console_log(logging.WARNING)) as project:
                return await work(project)

    return run(main())


@asynccontextmanager
async def opened_accounts(folder: Path) -> AsyncIterator[Accounts]:
    """Open a project without its hooks, for one command; of the log, warnings and errors are shown.

    Raises ProjectInvalid, Unavailable.
    """
    log = console_log(logging.WARNING)
    async with open_accounts(folder, environ=os.environ, clock=SystemClock(), log=log) as accounts:
        yield accounts


def with_accounts(folder: Path, work: Callable[[Accounts], Awaitable[int]]) -> int:
    """Do what `with_project` does, without the hooks: for commands that must work while a hook file is broken."""

    async def main() -> int:
        with cancelled_by_signals():
            async with opened_accounts(folder) as accounts:
                return await work(accounts)

    return run(main())


def project_folder(folder: Path) -> Path:
    """Return a folder that holds a project. Raises click's UsageError."""
    if (folder / CONFIG).is_file():
        return folder
    where = "here" if folder == Path() else f"in {folder}"
    raise click.UsageError(f"there is no {CONFIG} {where}; name a project's folder, or make one: hookstream new DIR")


def _project_folder(_ctx: click.Context, _parameter: click.Parameter, folder: Path) -> Path:
    return project_folder(folder)


def _project_folders(_ctx: click.Context, _parameter: click.Parameter, folders: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(project_folder(folder) for folder in folders or (Path(),))
