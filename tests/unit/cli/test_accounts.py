"""`hookstream user`, `token` and `explain`."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog
from click.testing import Result

from runtime.app import open_project
from runtime.model.clock import SystemClock
from runtime.model.document import Document

Run = Callable[..., Result]

ADA = ("user", "add", "ada@example.org", "--password-stdin")
PASSWORD = "correct horse battery"


def stored_users(folder: Path) -> dict[str, Document]:
    async def read() -> dict[str, Document]:
        log = structlog.get_logger()
        async with open_project(folder, environ={}, clock=SystemClock(), log=log) as project:
            return {user["email"]: user for user in await project.auth.users.list()}

    return asyncio.run(read())


def test_a_user_is_added_with_a_password_from_the_standard_input(project: Path, hookstream: Run) -> None:
    result = hookstream(*ADA, "--role", "editor", "--name", "Ada", stdin=f"{PASSWORD}\n")
    assert (result.exit_code, result.stdout) == (0, "✓ added ada@example.org as editor\n")
    ada = stored_users(project)["ada@example.org"]
    assert (ada["roles"], ada["name"], ada["disabled"]) == (["editor"], "Ada", False)
    assert str(ada["passwordHash"]).startswith("$argon2id$")


def test_the_password_is_never_an_argument(hookstream: Run) -> None:
    for command in ("add", "password"):
        assert "--password " not in hookstream("user", command, "--help").stdout


def test_without_a_terminal_nobody_is_asked_for_a_password(project: Path, hookstream: Run) -> None:
    result = hookstream("user", "add", "ada@example.org")
    assert result.exit_code == 2
    assert "--password-stdin" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "password", "reason"),
    [
        (("ada@example.org",), "short", "8"),
        (("ada@example.org",), "", "8"),
        (("ada",), PASSWORD, "no e-mail address"),
        (("ada@example.org", "--role", "editr"), PASSWORD, "did you mean 'editor'?"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    arguments: tuple[str, ...], password: str, reason: str, project: Path, hookstream: Run
) -> None:
    result = hookstream("user", "add", *arguments, "--password-stdin", stdin=password)
    assert result.exit_code == 1
    assert result.stderr.startswith("✗ ")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_address_that_is_taken_is_refused(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, stdin=PASSWORD)
    result = hookstream("user", "add", "ADA@example.org", "--password-stdin", stdin=PASSWORD)
    assert (result.exit_code, result.stderr) == (1, "✗ there is a user with this e-mail address already\n")


def test_users_are_listed_with_their_roles_and_state(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, "--role", "admin", stdin=PASSWORD)
    hookstream("user", "add", "bob@example.org", "--password-stdin", stdin=PASSWORD)
    hookstream("user", "disable", "bob@example.org")
    head, ada, bob = hookstream("user", "list").stdout.splitlines()
    assert head.split() == ["E-mail", "Roles", "State", "Since", "Name"]
    assert ada.split()[:3] == ["ada@example.org", "admin", "active"]
    assert bob.split()[:2] == ["bob@example.org", "disabled"]


def test_a_users_roles_become_exactly_those_named(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, "--role", "editor", stdin=PASSWORD)
    assert hookstream("user", "role", "ada@example.org", "admin").stdout == "✓ ada@example.org has admin\n"
    assert stored_users(project)["ada@example.org"]["roles"] == ["admin"]


def test_taking_all_roles_away_has_to_be_said(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, "--role", "editor", stdin=PASSWORD)
    assert hookstream("user", "role", "ada@example.org").exit_code == 2
    assert hookstream("user", "role", "ada@example.org", "editor", "--none").exit_code == 2
    assert hookstream("user", "role", "ada@example.org", "--none").stdout == "✓ ada@example.org has no role\n"


def test_the_last_admin_is_spared(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, "--role", "admin", stdin=PASSWORD)
    result = hookstream("user", "disable", "ada@example.org")
    assert result.exit_code == 1
    assert "is the last admin; make another user an admin first" in result.stderr


def test_a_new_password_replaces_the_old_one(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, stdin=PASSWORD)
    before = stored_users(project)["ada@example.org"]
    result = hookstream("user", "password", "ada@example.org", "--password-stdin", stdin="another good one\n")
    after = stored_users(project)["ada@example.org"]
    assert result.exit_code == 0
    assert after["passwordHash"] != before["passwordHash"]
    assert after["generation"] == 2


def test_a_user_is_disabled_and_enabled_again(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, stdin=PASSWORD)
    hookstream("user", "disable", "ada@example.org")
    assert stored_users(project)["ada@example.org"]["disabled"] is True
    assert hookstream("user", "enable", "ada@example.org").stdout == "✓ ada@example.org can sign in again\n"
    assert stored_users(project)["ada@example.org"]["disabled"] is False


@pytest.mark.parametrize("command", ["role", "password", "disable", "enable"])
def test_an_unknown_user_is_refused(command: str, project: Path, hookstream: Run) -> None:
    arguments = {"role": ("editor",), "password": ("--password-stdin",)}.get(command, ())
    result = hookstream("user", command, "eve@example.org", *arguments, stdin=PASSWORD)
    assert (result.exit_code, result.stderr) == (
        1,
        "✗ there is no user 'eve@example.org'; hookstream user list shows who there is\n",
    )


def test_a_token_alone_is_on_the_standard_output(project: Path, hookstream: Run) -> None:
    result = hookstream("token", "add", "importer", "--role", "editor", "--expires", "90d")
    assert result.exit_code == 0
    assert result.stdout.startswith("hst_")
    assert len(result.stdout.splitlines()) == 1
    assert "it is not shown again" in result.stderr


def test_tokens_are_listed_without_their_secret(project: Path, hookstream: Run) -> None:
    made = hookstream("token", "add", "importer", "--role", "editor").stdout.strip()
    listed = hookstream("token", "list")
    assert listed.stdout.splitlines()[1].split() == ["importer", "editor", "never", "never"]
    assert made not in listed.stdout + listed.stderr
    assert listed.stderr == "1 token\n"


def test_a_token_is_revoked(project: Path, hookstream: Run) -> None:
    hookstream("token", "add", "importer")
    assert hookstream("token", "revoke", "importer").stdout == "✓ token:importer is revoked\n"
    assert hookstream("token", "list").stderr == "0 tokens\n"
    assert hookstream("token", "revoke", "importer").exit_code == 1


def test_a_lifetime_has_to_be_a_duration(project: Path, hookstream: Run) -> None:
    result = hookstream("token", "add", "importer", "--expires", "soon")
    assert result.exit_code == 2
    assert "'soon' is not a duration" in result.stderr


def test_what_the_public_may_read_depends_on_the_document(project: Path, hookstream: Run) -> None:
    lines = hookstream("explain", "public", "read", "posts").stdout.splitlines()
    assert lines[0] == "depends  public read posts"
    assert lines[2] == "counts as  public"
    assert lines[3].startswith("? collections/posts.yml:12:")


def test_what_a_role_may_do_names_the_line_that_says_so(project: Path, hookstream: Run) -> None:
    lines = hookstream("explain", "role:editor", "create", "posts").stdout.splitlines()
    assert lines[0] == "allowed  role:editor create posts"
    assert lines[-1].startswith("✓ collections/posts.yml:13:")
    assert lines[-1].rstrip().endswith("role:editor")


def test_an_explanation_of_a_document_looks_at_it(project: Path, hookstream: Run) -> None:
    rows = project / "posts.jsonl"
    rows.write_text('{"id": "one", "title": "One", "status": "published"}\n{"id": "two", "title": "Two"}\n')
    assert hookstream("import", "posts", str(rows)).exit_code == 0
    assert hookstream("explain", "public", "read", "posts/one").stdout.startswith("allowed ")
    refused = hookstream("explain", "public", "read", "posts/two").stdout
    assert refused.startswith("refused ")
    assert "the document does not match its filter" in refused


def test_an_explanation_knows_users_and_tokens(project: Path, hookstream: Run) -> None:
    hookstream(*ADA, "--role", "editor", stdin=PASSWORD)
    hookstream("token", "add", "importer", "--role", "editor")
    for actor in ("ada@example.org", "token:importer"):
        assert hookstream("explain", actor, "delete", "posts").stdout.startswith("allowed ")
    hookstream("user", "disable", "ada@example.org")
    assert "is disabled" in hookstream("explain", "ada@example.org", "delete", "posts").stderr


@pytest.mark.parametrize(
    ("actor", "target", "reason"),
    [
        ("eve@example.org", "posts", "there is no user 'eve@example.org'"),
        ("token:nobody", "posts", "there is no token 'nobody'"),
        ("role:editr", "posts", "there is no role 'editr'; there are admin, editor"),
        ("public", "pages", "there is no collection 'pages'; there are posts"),
        ("public", "posts/none", "there is no document 'none' in posts"),
    ],
)
def test_what_does_not_exist_cannot_be_explained(
    actor: str, target: str, reason: str, project: Path, hookstream: Run
) -> None:
    result = hookstream("explain", actor, "read", target)
    assert result.exit_code == 1
    assert reason in result.stderr
