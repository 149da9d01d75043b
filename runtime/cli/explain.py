"""`hookstream explain`."""

from pathlib import Path

import click

from runtime.cli.opening import project_option, with_project
from runtime.cli.terminal import BAD, CAUTION, GOOD, PLACE, QUIET, Terminal
from runtime.model.specs import ACTIONS, Action
from runtime.rules.explain import Explanation, GrantLine
from runtime.web.inquiry import inquire
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

    ACTOR is `public`, a user's e-mail address or id, `token:NAME` or `role:NAME`. With an ID it is about that document
    as it is stored now, without one about the collection as a whole.
    """

    async def work(project: Project) -> int:
        name, _, id = target.partition("/")
        found = await inquire(project, actor, action, name, id or None)
        if found.disabled:
            terminal.note((f"{actor} is disabled and cannot sign in; this is what would hold otherwise", CAUTION))
        show(terminal, found.explanation, asked=actor)
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
