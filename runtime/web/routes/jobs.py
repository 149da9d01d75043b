"""Jobs over HTTP: `/api/{ns}/_jobs`.

Starting one is for those whom its YAML permits, looking around is for admins. A run is seen, cancelled and retried by
who started it and by admins; for anybody else it does not exist.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from runtime.jobs.counts import JobCounts
from runtime.jobs.failure import for_clients
from runtime.jobs.ledger import NEWEST_FIRST
from runtime.jobs.record import STATES, listed, overlap_of
from runtime.jobs.timetable import next_fires
from runtime.model.actor import Actor
from runtime.model.clock import epoch_s, timestamp
from runtime.model.document import Document
from runtime.model.errors import Forbidden, InvalidQuery, NotFound, Unauthenticated
from runtime.model.specs import JobSpec
from runtime.query.cursor import decode_cursor, encode_cursor
from runtime.rules.decide import principals_of
from runtime.web.json import json_response, read_object
from runtime.web.project import Project, actor_of, admin_project_of, project_of
from runtime.web.whole_number import whole_number

routes = web.RouteTableDef()

DEFAULT_LIMIT: Final = 50
HIGHEST_LIMIT: Final = 500

STARTER_FIELDS: Final = (
    "id", "job", "state", "attempt", "input", "progress", "result",
    "scheduledAt", "dueAt", "queuedAt", "startedAt", "finishedAt", "cancelAt",
)  # fmt: skip
"""What the one who started a run may know of it, beside the type and message of its error."""

NEXT_TIMES: Final = 5
"""How many of the times at which a job will fire are told."""

DAY_S: Final = 86_400.0


@routes.get("/api/{ns}/_jobs")
async def list_jobs(request: web.Request) -> web.Response:
    """List the project's jobs, for admins: what the YAML says, when each fires next, its last run, and how they went.

    `lastDay` counts the runs that were queued in the last 24 hours by their states. `averageSeconds` is how long the
    attempts took that this process has executed since its start, null where there were none.
    """
    project = admin_project_of(request)
    now = project.clock.now()
    items = await asyncio.gather(*(_summary(project, spec, now) for spec in project.spec.jobs))
    return json_response({"items": items})


@routes.post("/api/{ns}/_jobs/{name}")
async def start_job(request: web.Request) -> web.Response:
    """Queue a run, with the body as its input: 202 with `{"jobId"}`, and `Location` is where the run can be watched.

    For admins, and for those whom the job's `permissions` name. Raises Unauthenticated, Forbidden, NotFound,
    InvalidDocument (errors by JSON pointer), TooLarge, and RateLimited where `limits.queuedRuns` of theirs are waiting
    already (admins may have any number); then nothing is queued.
    """
    project, actor, name = project_of(request), actor_of(request), request.match_info["name"]
    _require_start(actor, project.spec.job.get(name), name)
    input = await read_object(request) if request.body_exists else {}
    write = project.ledger.prepare(name, input, delay_s=0, key=None, by=actor.id)
    limit = 0 if actor.is_admin else project.spec.limits.queued_runs
    async with project.ledger.place(by=actor.id, job=name, limit=limit):
        await project.ledger.enqueue([write])
    location = f"/api/{project.spec.namespace}/_jobs/runs/{write.id}"
    return json_response({"jobId": write.id}, status=202, headers={"Location": location})


@routes.get("/api/{ns}/_jobs/runs/{id}")
async def get_run(request: web.Request) -> web.Response:
    """Return a run: all of it to admins, what concerns them to the one who queued it. NotFound for anybody else.

    For admins, `users` names those who queued and cancelled it: their email addresses by their ids.
    """
    actor, run = actor_of(request), await _own_run(request)
    users = {"users": await _users(project_of(request), [run])} if actor.is_admin else {}
    return json_response(_shown(actor, run) | users)


@routes.delete("/api/{ns}/_jobs/runs/{id}")
async def cancel_run(request: web.Request) -> web.Response:
    """Cancel a run: 200 with its record where it waited and is cancelled, 202 where it is running and was told.

    Raises NotFound, and Conflict (code `run_ended`).
    """
    project, actor, run = project_of(request), actor_of(request), await _own_run(request)
    cancelled = await project.ledger.cancel(run["id"], by=actor.id)
    return json_response(_shown(actor, cancelled), status=200 if cancelled["finishedAt"] else 202)


@routes.post("/api/{ns}/_jobs/runs/{id}/retry")
async def retry_run(request: web.Request) -> web.Response:
    """Queue a run that failed, was cancelled or skipped once more: 202 with its record.

    For admins, and for who started it, as long as they may start the job. Raises NotFound, Forbidden, InvalidDocument
    where its input does not fit the job any more, Conflict (code `run_not_dead`), RateLimited.
    """
    project, actor, run = project_of(request), actor_of(request), await _own_run(request)
    _require_start(actor, project.spec.job.get(run["job"]), run["job"])
    limit = 0 if actor.is_admin else project.spec.limits.queued_runs
    async with project.ledger.place(by=actor.id, job=run["job"], limit=limit):
        revived = await project.ledger.retry(run["id"], by=actor.id)
    return json_response(_shown(actor, revived), status=202)


@routes.get("/api/{ns}/_jobs/runs")
@routes.get("/api/{ns}/_jobs/{name}/runs")
async def list_runs(request: web.Request) -> web.Response:
    """List the runs of a job, or of all, newest first, for admins.

    `job`, `state`, `since` and `until` (RFC 3339, held against `queuedAt`) narrow the list; `limit` is 50, at most
    500; `cursor` is where to go on. The answer is `{"items", "next", "users"}`: `next` is the cursor of the page
    behind, null on the last, `users` the e-mail addresses of those who queued them, by id. With `count=true`, `counts`
    says how many there are of each state, whatever `state` asks for. A job that is no longer in the project keeps its
    history. Raises InvalidQuery, and NotFound for a job that never was.
    """
    project, asked = admin_project_of(request), request.query
    limit = whole_number(asked, "limit", default=DEFAULT_LIMIT, lowest=1, highest=HIGHEST_LIMIT)
    name = request.match_info.get("name") or asked.get("job")
    state = asked.get("state")
    if state is not None and state not in STATES:
        raise InvalidQuery(f"state must be one of {', '.join(STATES)}")
    since, until = _moment(asked, "since"), _moment(asked, "until")
    after = decode_cursor(asked["cursor"], NEWEST_FIRST) if asked.get("cursor") else None
    runs = await project.ledger.find(job=name, state=state, since=since, until=until, limit=limit + 1, after=after)
    if not runs and name is not None and not await _has_been(project, name):
        raise NotFound(f"there is no job {name!r}, and there are no runs of one", code="unknown_job")
    page = runs[:limit]
    following = encode_cursor(page[-1], NEWEST_FIRST) if len(runs) > limit else None
    answer: dict[str, Any] = {
        "items": [listed(run) for run in page],
        "next": following,
        "users": await _users(project, page),
    }
    if asked.get("count") == "true":
        answer["counts"] = await project.ledger.count(job=name, since=since, until=until)
    return json_response(answer)


async def _has_been(project: Project, name: str) -> bool:
    return name in project.spec.job or bool(await project.ledger.find(job=name, limit=1))


async def _users(project: Project, runs: Sequence[Document]) -> dict[str, str]:
    """Return the email addresses of those who queued or cancelled runs, as far as they are users that are there."""
    ids = {id for run in runs for id in (run["queuedBy"], run["cancelBy"]) if id is not None}
    found = await project.auth.users.get_many(sorted(ids)) if ids else {}
    return {id: user["email"] for id, user in found.items()}


async def _own_run(request: web.Request) -> Document:
    """Return the run that the URL names, if it is the actor's to know of. Raises NotFound."""
    project, actor, id = project_of(request), actor_of(request), request.match_info["id"]
    run = await project.ledger.get(id)
    if run is not None and (actor.is_admin or (actor.id is not None and run["queuedBy"] == actor.id)):
        return run
    raise NotFound(f"there is no run {id!r}, or it is not yours; sign in as who started it, or as an admin")


def _shown(actor: Actor, run: Document) -> Document:
    if actor.is_admin:
        return run
    return {**{name: run[name] for name in STARTER_FIELDS}, "error": for_clients(run["error"])}


def _require_start(actor: Actor, spec: JobSpec | None, name: str) -> None:
    if actor.is_admin or (spec is not None and spec.permissions & principals_of(actor)):
        return
    if not actor.is_authenticated:
        raise Unauthenticated(f"sign in to start the job {name!r}")
    if spec is None:
        raise NotFound(f"there is no job {name!r}", code="unknown_job")
    raise Forbidden(f"you may not start the job {name!r}; its permissions do not name you or your roles")


async def _summary(project: Project, spec: JobSpec, now: float) -> dict[str, Any]:
    last = await project.ledger.find(job=spec.name, limit=1)
    day_ago = timestamp(now - DAY_S)
    times = _next_times(spec, now)
    return {
        "name": spec.name,
        "description": spec.description,
        "file": spec.source.file,
        "line": spec.source.line,
        "code": spec.ref.file,
        "cron": spec.cron,
        "everySeconds": spec.every_s,
        "at": spec.at,
        "timezone": spec.timezone,
        "timeoutSeconds": spec.timeout_s,
        "retries": {
            "max": spec.retries.max, "backoffSeconds": spec.retries.backoff_s, "factor": spec.retries.factor,
            "jitterSeconds": spec.retries.jitter_s,
        },
        "overlap": overlap_of(spec),
        "priority": spec.priority,
        "catchUp": spec.catch_up,
        "jitterSeconds": spec.jitter_s,
        "concurrency": asdict(spec.concurrency) if spec.concurrency else None,
        "isolate": "process" if spec.isolated else None,
        "memoryBytes": spec.memory_bytes,
        "input": spec.input,
        "permissions": sorted(spec.permissions),
        "nextAt": times[0] if times else None,
        "nextTimes": times,
        "lastRun": listed(last[0]) if last else None,
        "lastDay": await project.ledger.count(job=spec.name, since=day_ago) if last else dict.fromkeys(STATES, 0),
        "averageSeconds": _average_s(project.worker.counts.jobs.get(spec.name)),
    }  # fmt: skip


def _average_s(counts: JobCounts | None) -> float | None:
    return round(counts.duration_s / counts.attempts, 3) if counts is not None and counts.attempts else None


def _next_times(spec: JobSpec, now: float) -> list[str]:
    try:
        return [timestamp(at) for at in next_fires(spec, now, most=NEXT_TIMES)]
    except ValueError:
        # The schedule could not use it either, and has logged why.
        return []


def _moment(parameters: Mapping[str, str], name: str) -> str | None:
    """Return an instant of the query as records have it. Raises InvalidQuery."""
    text = parameters.get(name)
    if not text:
        return None
    try:
        return timestamp(epoch_s(text))
    except (ValueError, OverflowError) as error:
        raise InvalidQuery(f"{name} must be a time such as 2026-01-15T10:30:00Z") from error
