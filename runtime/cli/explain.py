"""`hookstream explain`."""

from pathlib import Path

import click

from runtime.cli.opening import project_option, with_project
from runtime.cli.terminal import BAD, CAUTION, GOOD, PLACE, QUIET, Terminal
from runtime.model.actor import ADMIN, PUBLIC, Actor
from runtime.model.document import Document
from runtime.model.errors import NotFound
from runtime.model.specs import ACTIONS, Action, CollectionSpec
from runtime.rules.explain import Explanation, GrantLine
from runtime.rules.explain import explain as explained
from runtime.web.project import Project

_STYLES = {"allowed": GOOD, "refused": BAD, "depends": CAUTION}


@click.command(
    epilog="""\b
    Examples:
      hookstream explain public read posts
      hookstream explain ada@example.org update posts/0193b7c2-2c1c-7d3a-b4f1-6a3c5d0e9f21"""
)
@click.argument("actor")
@click.argument("action", type=click.Choice(ACTIONS), metavar="|".join(ACTIONS))
@click.argument("target", metavar="COLLECTION[/ID]")
@project_option
@click.pass_obj
def explain(terminal: Terminal, actor: str, action: Action, target: str, folder: Path) -> None:
    """Explain who may do what, and which line of which file says so.

    ACTOR is `public`, a user's e-mail address, `token:NAME` or `role:NAME`. With an ID it is about that document as it
    is stored now, without one about the collection as a whole.
    """

    async def work(project: Project) -> int:
        name, _, id = target.partition("/")
        collection = _collection(project, name)
        document = await _document(project, collection, id) if id else None
        who = await _actor(project, actor, terminal)
        show(terminal, explained(who, action, collection, document, now=project.clock.now()), asked=actor)
        return 0

    with_project(folder, work)


def show(terminal: Terminal, explanation: Explanation, *, asked: str) -> None:
    """Print an explanation, the verdict first. `asked` is the actor in the words of who asked."""
    verdict = explanation.verdict
    what = f"{asked} {explanation.action} {explanation.collection}"
    terminal.say((verdict, _STYLES[verdict]), f"  {what}")
    terminal.say(explanation.reason)
    terminal.say(("counts as  ", QUIET), ", ".join(explanation.principals))
    for entry in explanation.lines:
        _show_entry(terminal, entry)
    if explanation.hidden is None:
        terminal.say(("hidden     ", QUIET), "depends on the document")
    elif explanation.hidden and explanation.action == "read" and verdict != "refused":
        terminal.say(("hidden     ", QUIET), ", ".join(sorted(explanation.hidden)))


def _show_entry(terminal: Terminal, entry: GrantLine) -> None:
    grant = entry.grant
    mark = {True: ("✓", GOOD), False: ("✗", BAD), None: ("?", CAUTION)}[entry.matches]
    conditions = [
        *([f"only {', '.join(sorted(grant.allow))}"] if grant.allow is not None else []),
        *([f"without {', '.join(sorted(grant.deny))}"] if grant.deny else []),
        *([f"sets {', '.join(sorted(grant.set))}"] if grant.set else []),
        *([f"hides {', '.join(sorted(grant.hide))}"] if grant.hide else []),
        *(["the document does not match its filter"] if entry.matches is False else []),
        *(["its filter decides"] if entry.matches is None else []),
    ]
    terminal.say(mark, " ", (str(entry.source), PLACE), f"  {grant.principal}", (f"  {'; '.join(conditions)}", QUIET))


def _collection(project: Project, name: str) -> CollectionSpec:
    found = project.spec.collection.get(name)
    if found is None:
        raise NotFound(f"there is no collection {name!r}; there are {', '.join(project.spec.collection) or 'none'}")
    return found


async def _document(project: Project, collection: CollectionSpec, id: str) -> Document:
    found = None if collection.virtual else await project.store.get(collection.name, id)
    if found is None:
        raise NotFound(f"there is no document {id!r} in {collection.name}; leave the id out to ask about all of them")
    return found.document


async def _actor(project: Project, text: str, terminal: Terminal) -> Actor:
    kind, _, name = text.partition(":")
    if text == "public":
        return PUBLIC
    if kind == "role":
        known = {ADMIN, *project.spec.auth.roles}
        if name not in known:
            raise NotFound(f"there is no role {name!r}; there are {', '.join(sorted(known))}")
        return Actor(kind="user", id="", name=text, roles=frozenset({name}))
    if kind == "token":
        tokens = {token["name"]: token for token in await project.auth.tokens.list()}
        if name not in tokens:
            raise NotFound(f"there is no token {name!r}; there are {', '.join(tokens) or 'none'}")
        return Actor(kind="token", id=text, name=name, roles=frozenset(tokens[name]["roles"]))
    user = await project.auth.users.find_by_email(text)
    if user is None:
        raise NotFound(f"there is no user {text!r}; name public, a user's e-mail address, token:NAME or role:NAME")
    if user["disabled"]:
        terminal.note((f"{text} is disabled and cannot sign in; this is what would hold otherwise", CAUTION))
    return Actor(kind="user", id=user["id"], name=user["email"], roles=frozenset(user["roles"]))
