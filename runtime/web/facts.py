"""What admins are told of a running project and its process, gathered when somebody asks."""

import asyncio
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp

from runtime import __version__
from runtime.hooks.stats import HookStats
from runtime.model.clock import timestamp
from runtime.model.errors import Failure
from runtime.model.ports import Survey
from runtime.web.process import cpu_s, disk, footprint, open_files, open_files_limit
from runtime.web.project import Project

PLACE_ELSEWHERE: Final = "…/"
"""Stands for where a file outside of the project's folder is: the paths of a server are no business of browsers."""


async def facts(project: Project) -> dict[str, Any]:
    """Return everything; what the store cannot tell now is null, and `store.problem` says why."""
    survey, files, free = await asyncio.gather(
        _survey(project), asyncio.to_thread(open_files), asyncio.to_thread(disk, project.spec.folder)
    )
    known = survey if isinstance(survey, Survey) else None
    return {
        "project": _project(project),
        "versions": {
            "hookstream": __version__,
            "python": platform.python_version(),
            "aiohttp": aiohttp.__version__,
            "store": known.engine if known else None,
            "system": f"{platform.system()} {platform.release()}",
        },
        "process": _process(project, files),
        "store": {**_store(project, known), "problem": None if isinstance(survey, Survey) else survey.message},
        "disk": {"freeBytes": free[0], "totalBytes": free[1]} if free else None,
        "broker": project.spec.broker.partition(":")[0],
        "realtime": _realtime(project),
        "requests": _requests(project),
        "hooks": _hooks(project),
        "jobs": _jobs(project),
        "now": project.sampler.now().body(),
    }


async def _survey(project: Project) -> Survey | Failure:
    try:
        return await project.store.survey()
    except Failure as failure:
        return failure


def _project(project: Project) -> dict[str, Any]:
    registry = project.registry
    return {
        "namespace": project.spec.namespace,
        "label": project.spec.label or project.spec.namespace,
        "edition": registry.current.number,
        "problems": len(registry.problems),
        "collections": len(project.spec.collections),
        "channels": len(project.spec.channels),
        "jobs": len(project.spec.jobs),
    }


def _process(project: Project, files: int | None) -> dict[str, Any]:
    taken, started_at = footprint(), project.sampler.started_at
    return {
        "pid": os.getpid(),
        "startedAt": timestamp(started_at),
        "uptimeSeconds": round(project.clock.now() - started_at, 1),
        "rssBytes": taken.rss_bytes,
        "cpuSeconds": round(cpu_s(), 2),
        "processors": os.cpu_count(),
        "threads": taken.threads,
        "openFiles": files,
        "openFilesLimit": open_files_limit(),
    }


def _store(project: Project, survey: Survey | None) -> dict[str, Any]:
    promises = project.store.capabilities
    return {
        "name": promises.name,
        "durable": promises.durable,
        "atomicBatches": promises.atomic_batches,
        "notes": list(promises.notes),
        "place": _place(survey.place, project.spec.folder) if survey else None,
        "sizeBytes": dict(survey.size_bytes) if survey else None,
        "collections": [
            {"name": name, "documents": tally.number, "exact": tally.exact} for name, tally in survey.documents.items()
        ] if survey else None,
        "changes": {"records": survey.changes.number, "exact": survey.changes.exact} if survey else None,
    }  # fmt: skip


def _place(place: str, folder: Path) -> str:
    """Return where a store is: a file relative to the project, or its bare name; a database as it is named."""
    path = Path(place)
    if not path.is_absolute():
        return place
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else f"{PLACE_ELSEWHERE}{path.name}"


def _realtime(project: Project) -> dict[str, Any]:
    hub, counters = project.hub, project.hub.counters
    return {
        "connections": hub.connections,
        "maxConnections": project.spec.realtime.max_connections,
        "subscriptions": sum(hub.topics.subscribers().values()),
        "channels": len(hub.topics),
        "opened": counters.connections,
        "eventsSent": counters.events,
        "bytesSent": counters.sent_bytes,
        "drops": sum(channel.drops for channel in hub.topics.counts.values()),
        "refused": counters.refused,
        "sendTimeouts": counters.send_timeouts,
    }


def _requests(project: Project) -> dict[str, Any]:
    statuses = project.requests.statuses
    return {
        "total": sum(statuses),
        "statuses": {f"{number}xx": count for number, count in enumerate(statuses) if count},
    }


def _hooks(project: Project) -> dict[str, Any]:
    stats: Mapping[str, HookStats] = project.caller.stats
    return {
        "functions": len(project.registry.current.functions),
        "calls": sum(each.calls for each in stats.values()),
        "failures": sum(each.failures for each in stats.values()),
        "timeouts": sum(each.timeouts for each in stats.values()),
        "loopBlocks": sum(project.watchdog.blocks.values()),
        "abandonedThreads": project.caller.abandoned_threads,
    }


def _jobs(project: Project) -> dict[str, Any]:
    worker = project.worker
    ended: dict[str, int] = {}
    for of in worker.counts.jobs.values():
        for state, count in of.ended.items():
            ended[state] = ended.get(state, 0) + count
    return {
        "waiting": worker.counts.waiting,
        "running": worker.busy,
        "capacity": worker.capacity,
        "ended": ended,
        "takenOver": worker.counts.takeovers,
    }
