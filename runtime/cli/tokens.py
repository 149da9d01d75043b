"""`hookstream token`."""

from pathlib import Path
from typing import Any

import click

from runtime.app import Accounts
from runtime.cli.opening import project_option, with_accounts
from runtime.cli.terminal import CAUTION, QUIET, Piece, Terminal, counted
from runtime.model.clock import epoch_s
from runtime.model.document import Document
from runtime.settings.measures import duration_s


class Duration(click.ParamType[float]):
    """A duration such as `90d`, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        try:
            return duration_s(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group(short_help="Manage API tokens, for programs.")
def token() -> None:
    """Manage API tokens, with which programs act under a name of their own.

    A token named importer is `token:importer` in permissions, and has the permissions of its roles besides. It is
    sent as `Authorization: Bearer TOKEN`.
    """


@token.command()
@click.argument("name")
@click.option("--role", "roles", multiple=True, help="A role that the token gets; may be given several times.")
@click.option("--expires", type=Duration(), metavar="DURATION", help="When it ends, e.g. 90d. Default: never.")
@project_option
@click.pass_obj
def add(terminal: Terminal, name: str, roles: tuple[str, ...], expires: float | None, folder: Path) -> None:
    """Make a token and print it, this once: only a digest of it is kept."""

    async def work(accounts: Accounts) -> int:
        expires_at = None if expires is None else accounts.clock.now() + expires
        made = await accounts.auth.tokens.add(name, roles=roles, expires_at=expires_at)
        terminal.note((f"token:{name}", "bold"), " is made. Keep what follows; it is not shown again.")
        terminal.raw(made)
        return 0

    with_accounts(folder, work)


@token.command("list")
@project_option
@click.pass_obj
def list_(terminal: Terminal, folder: Path) -> None:
    """List all tokens, without what they are."""

    async def work(accounts: Accounts) -> int:
        found = await accounts.auth.tokens.list()
        terminal.table(("Name", "Roles", "Expires", "Last used"), [_row(one, accounts.clock.now()) for one in found])
        terminal.note((counted(len(found), "token"), QUIET))
        return 0

    with_accounts(folder, work)


@token.command()
@click.argument("name")
@project_option
@click.pass_obj
def revoke(terminal: Terminal, name: str, folder: Path) -> None:
    """End a token, at once and for ever."""

    async def work(accounts: Accounts) -> int:
        await accounts.auth.tokens.revoke(name)
        terminal.done((f"token:{name}", "bold"), " is revoked")
        return 0

    with_accounts(folder, work)


def _row(token: Document, now: float) -> tuple[Piece, ...]:
    expires_at = token["expiresAt"]
    expires: Piece = expires_at or "never"
    if expires_at is not None and epoch_s(expires_at) <= now:
        expires = (f"{expires_at} (over)", CAUTION)
    return token["name"], ", ".join(token["roles"]), expires, token["lastUsedAt"] or "never"
