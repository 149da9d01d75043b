"""`hookstream dev`."""

import asyncio
import os
import shlex
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Final

import click

from runtime import __version__
from runtime.app import reload, run
from runtime.app import serve as serve_projects
from runtime.auth.codes import Invitation
from runtime.cli.logs import console_log
from runtime.cli.opening import address_options, folder_argument, opened
from runtime.cli.runs import local_time
from runtime.cli.signals import ENDINGS, HANG_UP, stopped_by_signals
from runtime.cli.summary import summary
from runtime.cli.terminal import BAD, PLACE, QUIET, Piece, Terminal
from runtime.cli.watch import Watch
from runtime.model.clock import SystemClock
from runtime.model.errors import Failure
from runtime.model.specs import ChannelSpec, ProjectSpec
from runtime.web.project import Project
from runtime.web.recent_log import RecentLog

SHOWN_FILES: Final = 3
STOPPING: Final = "stopping; once more ends it at once"


@click.command()
@folder_argument
@address_options
@click.pass_obj
@click.pass_context
def dev(ctx: click.Context, terminal: Terminal, folder: Path, host: str | None, port: int | None) -> None:
    """Serve a project while you work on it.

    What you save in its YAML, hook and job files counts at once, and open event streams stay open. Where something is
    wrong, that is said, and the last good version stays in force. Ctrl-C stops the server, a second one at once.
    """
    watch = Watch(folder.resolve())  # before anything is read: what is saved while it starts counts too

    async def main() -> int:
        recent = RecentLog(SystemClock())
        log = console_log(keep=[recent])
        signals = (*ENDINGS, *([HANG_UP] if HANG_UP else []))
        with stopped_by_signals(*signals, on_stop=lambda: terminal.note((STOPPING, QUIET))) as stop:
            async with opened(folder, log=log) as project:
                server = project.spec.server
                invitation = await project.auth.first_admin()
                following = asyncio.create_task(_follow(project, watch, terminal), name="reload")
                following.add_done_callback(lambda _: stop.set())
                try:
                    await serve_projects(
                        [project], host=host or server.host, port=server.port if port is None else port, stop=stop,
                        on_ready=lambda url: greet(terminal, project.spec, folder, url, invitation), log=log,
                        recent_log=recent,
                    )  # fmt: skip
                finally:
                    following.cancel()
                    await asyncio.wait((following,))
                if not following.cancelled():
                    await following  # it failed, and says why
        terminal.note(("stopped", QUIET))
        return 0

    ctx.exit(run(main()))


def greet(terminal: Terminal, spec: ProjectSpec, folder: Path, url: str, invitation: Invitation | None) -> None:
    """Say what is served, where to look and how to sign in."""
    api = f"{url}/api/{spec.namespace}"
    terminal.say()
    terminal.say(("Hookstream", "bold"), f" {__version__} serves ", (spec.label or spec.namespace, "bold"))
    terminal.say((summary(spec), QUIET))
    terminal.say()
    _fact(terminal, "front page", (f"{url}/", PLACE))
    admin = f"{url}/admin/{spec.namespace}/"
    _fact(terminal, "admin UI", (admin, PLACE))
    if invitation is not None:
        until = local_time(invitation.expires_at)[11:16]
        _fact(terminal, "sign in", (f"{admin}#sign-in={invitation.code}", PLACE))
        _fact(terminal, "", (f"as {invitation.email}, the first admin; good for once, until {until}", QUIET))
    _fact(terminal, "REST", f"curl {shlex.quote(_example(spec, api))}")
    if channel := _public_first(spec.channels):
        _fact(terminal, "events", f"curl -N {_bearer(channel)}{shlex.quote(f'{api}/_events?channels={channel.name}')}")
        if _bearer(channel):
            _fact(terminal, "", ("with TOKEN from: hookstream token add NAME --role ROLE", QUIET))
    terminal.say()
    terminal.say((f"Watching {folder.resolve()} for changes; Ctrl-C stops.", QUIET))


async def _follow(project: Project, watch: Watch, terminal: Terminal) -> None:
    """Reload the project whenever one of its files is saved, and say how that went."""
    folder = project.spec.folder
    watch.take(_named(project))
    async with aclosing(watch.saves()) as saves:
        async for files in saves:
            started = project.clock.monotonic()
            try:
                problems = await reload(project, os.environ)
            except Failure as failure:
                terminal.say()
                terminal.say(("✗ ", BAD), (f"not reloaded: {failure.message}", BAD))
                continue
            finally:
                watch.named = _named(project)
            names = _names(path.relative_to(folder).as_posix() for path in files)
            if problems:
                terminal.say()
                terminal.problems(
                    problems, on=terminal.out, closing=f" after saving {names}; the last good version stays"
                )
                continue
            took = f"{(project.clock.monotonic() - started) * 1000:.0f} ms"
            terminal.done("reloaded ", (names, "bold"), (f"  {summary(project.spec)}  {took}", QUIET))


def _named(project: Project) -> tuple[Path, ...]:
    """Return the files that count wherever they stand: those of the spec, and those where something is wrong."""
    faulty = (project.spec.folder / problem.source.file for problem in project.registry.problems)
    return (*project.spec.files, *faulty)


def _names(files: Iterable[str]) -> str:
    names = list(files)
    more = f" and {len(names) - SHOWN_FILES} more" if len(names) > SHOWN_FILES else ""
    return ", ".join(names[:SHOWN_FILES]) + more


def _fact(terminal: Terminal, name: str, value: Piece) -> None:
    terminal.say((f"  {name:<12}", "bold"), value)


def _example(spec: ProjectSpec, api: str) -> str:
    """Return a URL that shows something: the first collection that the public may read, or what there is."""
    for collection in spec.collections:
        if any(grant.principal == "public" for grant in collection.grants.get("read", ())):
            return f"{api}/{collection.name}"
    return api


def _public_first(channels: Iterable[ChannelSpec]) -> ChannelSpec | None:
    plain = [channel for channel in channels if not channel.is_template]
    return next((channel for channel in plain if channel.scope == "public"), plain[0] if plain else None)


def _bearer(channel: ChannelSpec) -> str:
    return "" if channel.scope == "public" else "-H 'Authorization: Bearer TOKEN' "
