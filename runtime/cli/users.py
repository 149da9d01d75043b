"""`hookstream user`."""

import sys
from pathlib import Path
from typing import Final

import click

from runtime.app import Accounts
from runtime.cli.opening import project_option, with_accounts
from runtime.cli.terminal import CAUTION, QUIET, Piece, Terminal, counted
from runtime.model.document import Document
from runtime.model.errors import NotFound

PAGE: Final = 500

_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the standard input instead of asking for it."
)


@click.group()
def user() -> None:
    """Manage who can sign in.

    Works on the project's database, whether its server is running or not. Changes count from the next request on.
    """


@user.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, help="A role that the user gets; may be given several times.")
@click.option("--name", default="", help="The user's name, for people.")
@_password_stdin
@project_option
@click.pass_obj
def add(terminal: Terminal, email: str, roles: tuple[str, ...], name: str, password_stdin: bool, folder: Path) -> None:
    """Add a user, who can sign in at once.

    The password is asked for, or read from the standard input; it is never an argument, because arguments can be
    seen by everybody on the machine.
    """
    password = _password(email, from_stdin=password_stdin)

    async def work(accounts: Accounts) -> int:
        added = await accounts.auth.users.create(email, password=password, roles=roles, name=name)
        terminal.done("added ", (added["email"], "bold"), *_roles(added))
        return 0

    with_accounts(folder, work)


@user.command("list")
@project_option
@click.pass_obj
def list_(terminal: Terminal, folder: Path) -> None:
    """List all users with their roles."""

    async def work(accounts: Accounts) -> int:
        found: list[Document] = []
        while page := await accounts.auth.users.list(limit=PAGE, offset=len(found)):
            found.extend(page)
        terminal.table(("E-mail", "Roles", "State", "Since", "Name"), [_row(one) for one in found])
        terminal.note((counted(len(found), "user"), QUIET))
        return 0

    with_accounts(folder, work)


@user.command()
@click.argument("email")
@click.argument("roles", nargs=-1)
@click.option("--none", is_flag=True, help="Take all roles away.")
@project_option
@click.pass_obj
def role(terminal: Terminal, email: str, roles: tuple[str, ...], none: bool, folder: Path) -> None:
    """Set a user's roles to exactly ROLES."""
    if bool(roles) == none:
        raise click.UsageError("name the roles that the user is to have, or give --none")

    async def work(accounts: Accounts) -> int:
        changed = await accounts.auth.users.set_roles(await _id(accounts, email), roles)
        terminal.done((changed["email"], "bold"), " has ", ", ".join(changed["roles"]) or "no role")
        return 0

    with_accounts(folder, work)


@user.command()
@click.argument("email")
@_password_stdin
@project_option
@click.pass_obj
def password(terminal: Terminal, email: str, password_stdin: bool, folder: Path) -> None:
    """Set a user's password; all their sessions end."""
    new = _password(email, from_stdin=password_stdin)

    async def work(accounts: Accounts) -> int:
        await accounts.auth.users.set_password(await _id(accounts, email), new)
        terminal.done("the password of ", (email, "bold"), " is set; all their sessions have ended")
        return 0

    with_accounts(folder, work)


@user.command()
@click.argument("email")
@project_option
@click.pass_obj
def disable(terminal: Terminal, email: str, folder: Path) -> None:
    """Shut a user out at once. Nothing of theirs is deleted."""

    async def work(accounts: Accounts) -> int:
        await accounts.auth.users.disable(await _id(accounts, email))
        terminal.done((email, "bold"), " is disabled; all their sessions have ended")
        return 0

    with_accounts(folder, work)


@user.command()
@click.argument("email")
@project_option
@click.pass_obj
def enable(terminal: Terminal, email: str, folder: Path) -> None:
    """Let a disabled user sign in again."""

    async def work(accounts: Accounts) -> int:
        await accounts.auth.users.enable(await _id(accounts, email))
        terminal.done((email, "bold"), " can sign in again")
        return 0

    with_accounts(folder, work)


async def _id(accounts: Accounts, email: str) -> str:
    found = await accounts.auth.users.find_by_email(email)
    if found is None:
        raise NotFound(f"there is no user {email!r}; hookstream user list shows who there is")
    id: str = found["id"]
    return id


def _password(email: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked for the password here; pipe it in and give --password-stdin")
    answer: str = click.prompt(f"Password of {email}", hide_input=True, confirmation_prompt="Once more", err=True)
    return answer


def _roles(user: Document) -> tuple[Piece, ...]:
    return (f" as {', '.join(user['roles'])}",) if user["roles"] else ()


def _row(user: Document) -> tuple[Piece, ...]:
    state: Piece = "active"
    if user["disabled"]:
        state = ("disabled", CAUTION)
    elif user["passwordHash"] is None:
        state = ("no password", CAUTION)
    return user["email"], ", ".join(user["roles"]), state, user["createdAt"][:10], user["name"]
