"""The command `hookstream` and what it does about failures."""

import asyncio
import sys
from typing import Any

import click

from runtime import __version__
from runtime.cli.backups import backup, restore
from runtime.cli.channels import channels, send, tail
from runtime.cli.check import check
from runtime.cli.dev import dev
from runtime.cli.explain import explain
from runtime.cli.exports import export
from runtime.cli.imports import import_
from runtime.cli.jobs import jobs
from runtime.cli.new import new
from runtime.cli.schema import schema
from runtime.cli.serve import serve
from runtime.cli.terminal import Terminal
from runtime.cli.tokens import token
from runtime.cli.users import user
from runtime.model.errors import Failure
from runtime.model.problem import ProjectInvalid


class Commands(click.Group):
    """Commands in the order in which they are added, whose failures are one clear line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the commands' names, in the order in which a project needs them."""
        return list(self.commands)

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


for _command in (
    new,
    dev,
    serve,
    check,
    explain,
    user,
    token,
    import_,
    export,
    backup,
    restore,
    jobs,
    channels,
    tail,
    send,
    schema,
):
    main.add_command(_command)
