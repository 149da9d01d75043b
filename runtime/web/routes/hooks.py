"""For admins: how hooks do, and what was wrong with the last reload."""

from typing import Any

from aiohttp import web

from runtime.hooks.stats import HookStats
from runtime.model.clock import timestamp
from runtime.web.json import json_response
from runtime.web.project import admin_project_of

routes = web.RouteTableDef()


@routes.get("/api/{ns}/_hooks")
async def list_hooks(request: web.Request) -> web.Response:
    """Return the functions of the project with their record, the edition in force and the problems of the last reload.

    Durations are milliseconds over the last calls. An incident's traceback is that of the last failure.
    """
    project = admin_project_of(request)
    registry = project.registry
    stats = project.caller.stats
    names = sorted(str(ref) for ref in registry.current.functions)
    return json_response(
        {
            "edition": registry.current.number,
            "problems": [
                {"file": p.source.file, "line": p.source.line, "path": p.path, "message": p.message, "remedy": p.remedy}
                for p in registry.problems
            ],
            "items": [_record(name, stats.get(name)) for name in names],
        }
    )


def _record(name: str, stats: HookStats | None) -> dict[str, Any]:
    stats = stats or HookStats(name)
    p50, p99 = stats.percentile_s(50), stats.percentile_s(99)
    record: dict[str, Any] = {
        "hook": name,
        "calls": stats.calls,
        "running": stats.running,
        "failures": stats.failures,
        "timeouts": stats.timeouts,
        "p50": None if p50 is None else round(p50 * 1000, 3),
        "p99": None if p99 is None else round(p99 * 1000, 3),
        "lastFailure": None,
    }
    if (note := stats.last_failure) is not None:
        record["lastFailure"] = {
            "at": timestamp(note.at),
            "incident": note.incident,
            "error": note.error,
            "file": note.file,
            "line": note.line,
            "traceback": note.traceback,
        }
    return record
