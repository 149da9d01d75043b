"""The command `hookstream` and what it does about failures."""

import asyncio
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import click

from runtime import __version__
from runtime.cli.terminal import Terminal
from runtime.model.errors import Failure
from runtime.model.problem import ProjectInvalid

_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("new:new", "Make a new project in a folder."),
    "dev": ("dev:dev", "Serve a project while you work on it."),
    "serve": ("serve:serve", "Serve one project, or several under one address."),
    "check": ("check:check", "Find what is wrong with a project, without starting it."),
    "explain": ("explain:explain", "Explain who may do what, and which line of which file says so."),
    "user": ("users:user", "Manage who can sign in."),
    "token": ("tokens:token", "Manage API tokens, for programs."),
    "import": ("imports:import_", "Import documents from JSON Lines."),
    "export": ("exports:export", "Export documents as JSON Lines."),
    "backup": ("backups:backup", "Back up the database and the files, while they are used."),
    "restore": ("backups:restore", "Put a backup in the database's place."),
    "jobs": ("jobs:jobs", "List jobs and their runs, and run them by hand."),
    "channels": ("channels:channels", "List the channels, or write a page about them."),
    "tail": ("channels:tail", "Show the messages of channels as they are sent, until Ctrl-C."),
    "send": ("channels:send", "Send a message to a channel."),
    "schema": ("schema:schema", "Print the JSON Schema of a kind of YAML file."),
}
"""Where each command is, below this package, and its first sentence; in the order in which a project needs them."""


class Commands(click.Group):
    """The commands, whose failures are one clear line and exit code 1.

    A command is imported when it is asked for: all of them together, and the server with them, take half a second.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the commands' names."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Return a command, imported now; None where there is none of this name."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"runtime.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Write the list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it raises by name is said, and never a traceback."""
        terminal = ctx.ensure_object(Terminal)
        try:
            return super().invoke(ctx)
        except ProjectInvalid as invalid:
            terminal.problems(invalid.problems, on=terminal.err)
        except Failure as failure:
            terminal.refuse(failure)
        except asyncio.CancelledError:
            raise click.Abort from None
        raise click.exceptions.Exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="hookstream %(version)s")
def main() -> None:
    """Hooks and jobs for a headless CMS, with everything live over REST and SSE.

    A project is a folder with a config.yml. Start one with `hookstream new DIR`, serve it with `hookstream dev DIR`
    and edit away: what you save counts at once.

    Exit codes: 0 is fine, 1 means that something was found wrong or refused, 2 that the command was not used right.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no ✓ still gets the rest of the line.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
