"""For admins: how hooks do, how they have failed, and what was wrong with the last reload."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiohttp import web

from runtime.hooks.load import HookFunction
from runtime.hooks.registry import Registry
from runtime.hooks.stats import KEPT_FAILURES, FailureNote, HookStats
from runtime.model.clock import timestamp
from runtime.model.errors import NotFound
from runtime.model.problem import Problem, Source
from runtime.model.specs import BoundHook, HookRef, ProjectSpec
from runtime.web.json import json_response
from runtime.web.project import admin_project_of
from runtime.web.whole_number import whole_number

routes = web.RouteTableDef()


@routes.get("/api/{ns}/_hooks")
async def list_hooks(request: web.Request) -> web.Response:
    """Return the functions of the project with their record, the edition in force and the problems of the last reload.

    Durations are milliseconds over the last calls. `uses` says where the YAML names a function, `failures` and
    `timeouts` count since the server started, `lastFailures` are the newest first: `?failures=N` says how many of each
    function, at most, and by default, KEPT_FAILURES. `?hook=NAME` is for one function alone.
    """
    project = admin_project_of(request)
    registry, stats = project.registry, project.caller.stats
    wanted = request.query.get("hook")
    most = whole_number(request.query, "failures", default=KEPT_FAILURES, lowest=0, highest=KEPT_FAILURES)
    uses = _uses(registry.current.spec)
    functions = [of for ref, of in registry.current.functions.items() if wanted is None or str(ref) == wanted]
    if wanted is not None and not functions:
        raise NotFound(f"the project has no function {wanted!r}", code="unknown_hook")
    items = [
        _record(function, uses.get(function.ref, []), stats.get(str(function.ref)), most)
        for function in sorted(functions, key=lambda function: str(function.ref))
    ]
    return json_response({**_edition(registry), "items": items})


@routes.get("/api/{ns}/_hooks/incidents/{incident}")
async def find_incident(request: web.Request) -> web.Response:
    """Return the failure that an answer named by its incident: `{"incident", "failures": [{"hook", …}]}`.

    Raises NotFound, code `unknown_incident`, where none is remembered.
    """
    project, incident = admin_project_of(request), request.match_info["incident"]
    found = [(name, note) for name, stats in project.caller.stats.items() if (note := stats.note_of(incident))]
    if not found:
        raise NotFound(
            f"no failure {incident!r} is remembered; the last {KEPT_FAILURES} of each function are, from this process "
            "since it started. The server's log has them all.",
            code="unknown_incident",
        )
    return json_response({"incident": incident, "failures": [{"hook": name, **_failure(note)} for name, note in found]})


def _edition(registry: Registry) -> dict[str, Any]:
    return {
        "edition": registry.current.number,
        "loadedAt": _at(registry.current.loaded_at),
        "failedAt": _at(registry.failed_at),
        "problems": [_problem(problem) for problem in registry.problems],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    source = problem.source
    return {
        "file": source.file,
        "line": source.line,
        "path": problem.path,
        "message": problem.message,
        "remedy": problem.remedy,
    }


def _record(function: HookFunction, uses: list[dict[str, Any]], stats: HookStats | None, most: int) -> dict[str, Any]:
    name = str(function.ref)
    stats = stats or HookStats(name)
    p50, p99 = stats.percentile_s(50), stats.percentile_s(99)
    return {
        "hook": name,
        "file": function.ref.file,
        "line": function.line,
        "async": function.is_async,
        "uses": uses,
        "calls": stats.calls,
        "running": stats.running,
        "failures": stats.failures,
        "timeouts": stats.timeouts,
        "p50": None if p50 is None else round(p50 * 1000, 3),
        "p99": None if p99 is None else round(p99 * 1000, 3),
        "lastFailures": [_failure(note) for note in islice(reversed(stats.notes), most)],
    }


def _failure(note: FailureNote) -> dict[str, Any]:
    snippet = note.snippet
    return {
        "at": timestamp(note.at),
        "incident": note.incident,
        "kind": note.kind,
        "error": note.error,
        "file": note.file,
        "line": note.line,
        "request": note.request,
        "run": note.run,
        "traceback": note.traceback,
        "snippet": None if snippet is None else {"first": snippet.first, "lines": snippet.lines},
    }


def _uses(spec: ProjectSpec) -> dict[HookRef, list[dict[str, Any]]]:
    """Return where the YAML names each function."""
    found: dict[HookRef, list[dict[str, Any]]] = {}
    for ref, use in (*_in_collections(spec), *_in_channels(spec), *_in_jobs(spec)):
        found.setdefault(ref, []).append(use)
    return found


def _in_collections(spec: ProjectSpec) -> Iterator[tuple[HookRef, dict[str, Any]]]:
    for collection in spec.collections:
        for (action, phase), hooks in collection.hooks.items():
            for hook in hooks:
                yield hook.ref, _use("collection", collection.name, f"{action}.{phase}", hook.source)


def _in_channels(spec: ProjectSpec) -> Iterator[tuple[HookRef, dict[str, Any]]]:
    for channel in spec.channels:
        points: list[tuple[str, BoundHook | None]] = [("subscribe", channel.subscribe), ("leave", channel.leave)]
        points.extend((f"receive.{type}", receive.hook) for type, receive in channel.receive.items())
        for point, hook in points:
            if hook is not None:
                yield hook.ref, _use("channel", channel.name, point, hook.source)


def _in_jobs(spec: ProjectSpec) -> Iterator[tuple[HookRef, dict[str, Any]]]:
    for job in spec.jobs:
        yield job.ref, _use("job", job.name, "isolated" if job.isolated else "run", job.source)


def _use(kind: str, name: str, point: str, source: Source) -> dict[str, Any]:
    return {"kind": kind, "name": name, "point": point, "file": source.file, "line": source.line}


def _at(epoch_s: float | None) -> str | None:
    return None if epoch_s is None else timestamp(epoch_s)
