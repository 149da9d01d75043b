"""`hookstream jobs`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from runtime.cli.opening import PROJECT_HELP, project_folder, project_option, with_project
from runtime.cli.runs import await_run, duration_of, local_time, show_run, state_of
from runtime.cli.summary import base_url
from runtime.cli.terminal import QUIET, Piece, Prose, Terminal
from runtime.jobs.record import STATES
from runtime.jobs.timetable import timetable
from runtime.model.clock import epoch_s
from runtime.model.document import Document
from runtime.model.errors import NotFound
from runtime.model.specs import JobSpec
from runtime.web.project import Project

SHOWN_TIMES: Final = 3
UNITS_S: Final[Mapping[str, float]] = {"d": 86400, "h": 3600, "m": 60, "s": 1}


@click.group(invoke_without_command=True)
@click.option("-p", "--project", "folder", metavar="DIR", type=click.Path(path_type=Path), help=PROJECT_HELP)
@click.pass_context
def jobs(ctx: click.Context, folder: Path | None) -> None:
    """List jobs and their runs, and run them by hand.

    Without a command it lists the project's jobs: what starts them, when that will be, and how the last run went.
    Works on the project's database, whether its server is running or not.
    """
    here = folder or Path()
    if ctx.invoked_subcommand is None:
        ctx.exit(_list(ctx.ensure_object(Terminal), project_folder(here)))
    ctx.default_map = {name: {"folder": here} for name in jobs.commands}


@jobs.command("run")
@click.argument("name")
@click.option("--input", "text", metavar="JSON", default="{}", help="What the run is given: a JSON object.")
@click.option("--wait", is_flag=True, help="Wait for the run's end and show how it went; exit code 1 where it failed.")
@project_option
@click.pass_obj
@click.pass_context
def run_(ctx: click.Context, terminal: Terminal, name: str, text: str, wait: bool, folder: Path) -> None:
    """Queue a run of the job NAME.

    The project's server takes it up. With --wait and no server at the project's address, this command does what is
    queued itself, until the run has ended.
    """
    input = json_object(text, "--input")

    async def work(project: Project) -> int:
        write = project.ledger.prepare(name, input, delay_s=0, key=None, by=None)
        await project.ledger.enqueue([write])
        terminal.done("queued a run of ", (name, "bold"), "  ", (write.id, QUIET))
        if not wait:
            terminal.note((f"hookstream jobs show {write.id} tells how it goes", QUIET))
            return 0
        return await await_run(terminal, project, write.id, url=base_url(project.spec))

    ctx.exit(with_project(folder, work))


@jobs.command()
@click.argument("name", required=False)
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="How many, newest first.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state: failed are the dead ones.")
@project_option
@click.pass_obj
def runs(terminal: Terminal, name: str | None, limit: int, state: str | None, folder: Path) -> None:
    """List runs, newest first: of the job NAME, or of all."""

    async def work(project: Project) -> int:
        found = await project.ledger.find(job=name, state=state, limit=limit)
        if not found and name is not None and name not in project.spec.job:
            raise NotFound(f"there is no job {name!r}, and there are no runs of one; see hookstream jobs")
        now = project.clock.now()
        terminal.table(
            ("Run", "Job", "State", "Queued", "Took", "Attempt"),
            [
                (run["id"], run["job"], state_of(run), local_time(epoch_s(run["queuedAt"])), duration_of(run, now),
                 str(run["attempt"]))
                for run in found
            ],
        )  # fmt: skip
        return 0

    with_project(folder, work)


@jobs.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@project_option
@click.pass_obj
def show(terminal: Terminal, id: str, as_json: bool, folder: Path) -> None:
    """Show one run: its times, input, log, result or error."""

    async def work(project: Project) -> int:
        run = await project.ledger.get(id)
        if run is None:
            raise NotFound(f"there is no run {id!r}; hookstream jobs runs shows which there are")
        if as_json:
            terminal.raw(json.dumps(run, indent=2, ensure_ascii=False))
        else:
            show_run(terminal, run, now=project.clock.now())
        return 0

    with_project(folder, work)


@jobs.command()
@click.argument("id")
@project_option
@click.pass_obj
def cancel(terminal: Terminal, id: str, folder: Path) -> None:
    """End a run: one that waits at once, one that is running as soon as it has cleaned up.

    The process that has it learns of it within a second.
    """

    async def work(project: Project) -> int:
        run = await project.ledger.cancel(id, by=None)
        ended = run["finishedAt"] is not None
        terminal.done("cancelled the run " if ended else "told the server to end the run ", (id, QUIET))
        return 0

    with_project(folder, work)


@jobs.command()
@click.argument("id")
@project_option
@click.pass_obj
def retry(terminal: Terminal, id: str, folder: Path) -> None:
    """Queue a run once more that failed, was cancelled or skipped. Its steps that succeeded are not repeated."""

    async def work(project: Project) -> int:
        run = await project.ledger.retry(id, by=None)
        terminal.done("queued the run of ", (run["job"], "bold"), " once more  ", (id, QUIET))
        return 0

    with_project(folder, work)


def json_object(text: str, name: str) -> dict[str, Any]:
    """Return a JSON object that was given as an argument. Raises click's BadParameter."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not JSON: {error}", param_hint=name) from None
    if not isinstance(value, dict):
        raise click.BadParameter("this has to be a JSON object, {…}", param_hint=name)
    return value


def _list(terminal: Terminal, folder: Path) -> int:
    async def work(project: Project) -> int:
        now = project.clock.now()
        rows = []
        for job in project.spec.jobs:
            last = await project.ledger.find(job=job.name, limit=1)
            rows.append((job.name, trigger_of(job), _upcoming(job, now), *_last(last[0] if last else None)))
        terminal.table(("Job", "Trigger", Prose("Next"), "Last run", "State"), rows)
        return 0

    return with_project(folder, work)


def trigger_of(job: JobSpec) -> str:
    """Return what starts a job, in words."""
    zone = "" if job.timezone == "UTC" else f" {job.timezone}"
    if job.cron is not None:
        return f"cron {job.cron}{zone}"
    if job.every_s is not None:
        return f"every {_period(job.every_s)}"
    return "when asked" if job.at is None else f"at {job.at}{zone}"


def _period(seconds: float) -> str:
    for unit, size in UNITS_S.items():
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds * 1000:.0f}ms"


def _upcoming(job: JobSpec, now: float) -> Piece:
    table = timetable(job)
    moment, day = datetime.fromtimestamp(now, UTC), ""
    shown: list[str] = []
    while table is not None and len(shown) < SHOWN_TIMES and (following := table.after(moment)) is not None:
        at = local_time(following.timestamp())
        shown.append(at.removeprefix(day))
        moment, day = following, at[: len("2026-01-15 ")]
    return ", ".join(shown) or ("never", QUIET)


def _last(run: Document | None) -> tuple[Piece, Piece]:
    return (local_time(epoch_s(run["queuedAt"])), state_of(run)) if run else (("never", QUIET), "")
