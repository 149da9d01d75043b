"""Runs of jobs, for people to look at and to wait for."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from runtime.cli.terminal import BAD, CAUTION, GOOD, PLACE, QUIET, Piece, Terminal
from runtime.jobs.record import CANCELLED, FAILED, QUEUED, RUNNING, SKIPPED, SUCCEEDED
from runtime.model.clock import epoch_s
from runtime.model.document import Document
from runtime.model.errors import NotFound
from runtime.web.project import Project

POLL_S: Final = 0.2
"""How often a run that is waited for is looked at. A server stores progress ten times a second at most."""

PROBE_S: Final = 10.0
"""How long a server may take to say that it is there, busy as it may be. Where none is, that is known at once."""

_FINAL: Final = frozenset({SUCCEEDED, FAILED, CANCELLED, SKIPPED})
_STYLES: Final = {SUCCEEDED: GOOD, FAILED: BAD, RUNNING: PLACE, SKIPPED: CAUTION, CANCELLED: CAUTION, QUEUED: QUIET}
_LEVELS: Final = {"warning": CAUTION, "error": BAD}


async def await_run(terminal: Terminal, project: Project, id: str, *, url: str) -> int:
    """Wait until a run has ended, showing its log as it grows; return 0 where it succeeded.

    Where no server of the project answers at `url`, this process does the queued runs meanwhile.
    """
    if await _is_served(project, url):
        return await _watch(terminal, project, id)
    terminal.note((f"no server of this project answers at {url}: doing it here", QUIET))
    async with project.worker.running():
        return await _watch(terminal, project, id)


def show_run(terminal: Terminal, run: Document, *, now: float) -> None:
    """Print a run's record."""
    terminal.say((run["job"], "bold"), "  ", state_of(run), "  ", (run["id"], QUIET))
    facts = {
        "queued": f"{local_time(epoch_s(run['queuedAt']))} by {run['queuedBy'] or 'the system'}",
        "due": _moment(run["dueAt"]) if run["state"] == QUEUED else "",
        "started": _moment(run["startedAt"]),
        "finished": _moment(run["finishedAt"]),
        "took": duration_of(run, now),
        "attempt": f"{run['attempt']}, after {run['failures']} failures" if run["failures"] else str(run["attempt"]),
        "progress": _progress(run),
        "cancel": f"asked for by {run['cancelBy'] or 'the system'}" if run["cancelAt"] else "",
        "input": _json(run["input"]) if run["input"] else "",
        "steps": ", ".join(run["steps"]),
    }
    for name, value in facts.items():
        if value:
            terminal.say((f"{name:<9}", QUIET), value)
    for line in run["log"]:
        _show_line(terminal, line)
    _show_outcome(terminal, run)


def state_of(run: Document) -> Piece:
    """Return a run's state, in its colour."""
    return run["state"], _STYLES[run["state"]]


def local_time(at: float) -> str:
    """Return an instant on this machine's clock."""
    return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M:%S}"


def duration_of(run: Document, now: float) -> str:
    """Return how long the last attempt of a run took, or has been taking."""
    if run["startedAt"] is None:
        return ""
    end = epoch_s(run["finishedAt"]) if run["finishedAt"] else now
    return f"{max(0.0, end - epoch_s(run['startedAt'])):.1f} s"


def newer(before: Sequence[Any], after: Sequence[Any]) -> Sequence[Any]:
    """Return what was added to a log that forgets its oldest lines."""
    for start in range(len(before)):
        kept = len(before) - start
        if before[start:] == after[:kept]:
            return after[kept:]
    return after


async def _is_served(project: Project, url: str) -> bool:
    try:
        limit = aiohttp.ClientTimeout(total=PROBE_S)
        async with project.http.get(f"{url}/api/{project.spec.namespace}", timeout=limit) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _watch(terminal: Terminal, project: Project, id: str) -> int:
    shown: list[dict[str, Any]] = []
    with terminal.err.status("waiting") as status:
        while True:
            run = await project.ledger.get(id)
            if run is None:
                raise NotFound(f"the run {id} is gone; its record was deleted")
            for line in newer(shown, run["log"]):
                _show_line(terminal, line)
            shown = run["log"]
            if run["state"] in _FINAL:
                break
            status.update(f"{run['state']}  {_progress(run)}")
            await asyncio.sleep(POLL_S)
    _show_outcome(terminal, run)
    took = duration_of(run, project.clock.now())
    terminal.say(state_of(run), f"  {run['job']}", f" after {took}" if took else "")
    return 0 if run["state"] == SUCCEEDED else 1


def _show_line(terminal: Terminal, line: dict[str, Any]) -> None:
    at = local_time(epoch_s(line["at"]))[11:]
    terminal.say((at, QUIET), "  ", (f"{line['level']:<8}", _LEVELS.get(line["level"], QUIET)), line["message"])


def _show_outcome(terminal: Terminal, run: Document) -> None:
    if run["result"] is not None:
        terminal.say(("result   ", QUIET), _json(run["result"]))
    error = run["error"]
    if error is None:
        return
    place = f"  {error['file']}:{error['line']}" if error.get("file") else ""
    terminal.say((f"{error['type']}: {error['message']}", BAD), (place, PLACE))
    for line in (error.get("traceback") or "").splitlines():
        terminal.say((f"  {line}", QUIET))


def _progress(run: Document) -> str:
    progress = run["progress"]
    percent = f"{progress['percent']:g} %" if progress["percent"] else ""
    return "  ".join(part for part in (percent, progress["message"]) if part)


def _moment(at: str | None) -> str:
    return local_time(epoch_s(at)) if at else ""


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
