"""`hookstream serve`."""

import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from runtime.app import reload, run
from runtime.app import serve as serve_projects
from runtime.cli.logs import JsonLines, Log, json_log
from runtime.cli.open_files import RESERVE, raise_open_files
from runtime.cli.opening import address_options, folders_argument, opened
from runtime.cli.signals import ENDINGS, HANG_UP, on_signals, stopped_by_signals
from runtime.model.clock import SystemClock
from runtime.model.errors import Failure
from runtime.model.problem import Problem, ProjectInvalid, Source
from runtime.settings.load import CONFIG
from runtime.web.middleware import RequestLog
from runtime.web.project import Project
from runtime.web.recent_log import RecentLog


@click.command()
@folders_argument
@address_options
@click.pass_context
def serve(ctx: click.Context, folders: tuple[Path, ...], host: str | None, port: int | None) -> None:
    """Serve one project, or several under one address.

    For production: files are not watched, and the log is JSON, a line an event, on the standard output. SIGHUP reloads
    all projects; one with problems stays as it was, and the log names them. SIGTERM and SIGINT stop the server once
    open requests are answered and streams are told, a second one at once.

    Several projects need different namespaces. Host and port are those of the first.
    """

    async def main() -> int:
        lines = JsonLines(sys.stdout.buffer)
        recent = RecentLog(SystemClock())
        log = json_log(lines, keep=[recent])
        open_files = raise_open_files()
        with stopped_by_signals(*ENDINGS, on_stop=lambda: log.info("stopping")) as stop:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(lines.held())
                projects = [await stack.enter_async_context(opened(folder, log=log)) for folder in folders]
                require_different_namespaces(projects)
                for project in projects:
                    await _warn_without_admin(project)
                _warn_of_few_files(log, open_files, projects)
                hung_up = asyncio.Event()
                reloading = asyncio.create_task(_reload_on(hung_up, projects), name="reload")
                reloading.add_done_callback(lambda _: stop.set())
                server = projects[0].spec.server
                try:
                    with on_signals({HANG_UP: hung_up.set} if HANG_UP else {}):
                        await serve_projects(
                            projects, host=host or server.host, port=server.port if port is None else port, stop=stop,
                            on_ready=lambda url: _say_ready(log, url, projects), log=log,
                            request_log=_both(lines.request, recent.request), recent_log=recent,
                        )  # fmt: skip
                finally:
                    reloading.cancel()
                    await asyncio.wait((reloading,))
                if not reloading.cancelled():
                    await reloading  # it failed, and says why
        log.info("stopped")
        return 0

    ctx.exit(run(main()))


def _both(first: Callable[..., None], second: Callable[..., None]) -> RequestLog:
    def log(**fields: Any) -> None:
        first(**fields)
        second(**fields)

    return log


def require_different_namespaces(projects: Sequence[Project]) -> None:
    """Raise ProjectInvalid where two projects have the same namespace: their URLs would be the same."""
    seen: dict[str, Path] = {}
    problems = []
    for project in projects:
        name, folder = project.spec.namespace, project.spec.folder
        if name in seen:
            message = f"the namespace {name!r} is that of {seen[name]} too"
            source = Source(str(folder / CONFIG))
            problems.append(Problem(source, "namespace", message, "Give each project its own, or serve it on its own."))
        seen.setdefault(name, folder)
    if problems:
        raise ProjectInvalid(problems)


async def _reload_on(hung_up: asyncio.Event, projects: Sequence[Project]) -> None:
    while True:
        await hung_up.wait()
        hung_up.clear()
        for project in projects:
            await _reload(project)


async def _reload(project: Project) -> None:
    try:
        problems = await reload(project, os.environ)
    except Failure as failure:
        project.log.error("reload_failed", reason=failure.message)
        return
    if problems:
        project.log.error("reload_refused", problems=[str(problem) for problem in problems])
    else:
        project.log.info("reloaded", edition=project.registry.current.number)


async def _warn_without_admin(project: Project) -> None:
    if not any(admin["passwordHash"] is not None for admin in await project.auth.users.enabled_admins()):
        project.log.warning("no_admin", remedy="hookstream user add EMAIL --role admin")


def _warn_of_few_files(log: Log, open_files: int | None, projects: Sequence[Project]) -> None:
    streams = sum(project.spec.realtime.max_connections for project in projects)
    if open_files is not None and open_files < streams + RESERVE:
        remedy = "raise the hard limit (ulimit -Hn, LimitNOFILE=), or lower realtime.maxConnections"
        log.warning("few_open_files", limit=open_files, max_connections=streams, remedy=remedy)


def _say_ready(log: Log, url: str, projects: Sequence[Project]) -> None:
    log.info("serving", url=url, projects=[project.spec.namespace for project in projects], pid=os.getpid())
