"""The record of a run, and every change it can go through, as pure functions from one document to the next.

    queued ─→ running ─→ succeeded
      ↑ │        │ ├───→ failed          no retry is left, or the job is gone
      │ │        │ ├───→ cancelled       somebody asked for that, and the job has ended or was stopped
      │ │        │ └───→ (running)       the lease expired: another worker has it, `attempt` and `lost` grow
      │ │        ├─────→ queued          a retry is left: due after the backoff
      │ ├────────┼─────→ skipped         another run of the job was not finished
      │ └────────┼─────→ cancelled
      ├──────────┘                       given back by a server that stops: the attempt does not count
      └─ failed, cancelled, skipped      retried by hand: its steps stay, its failures are forgiven

`attempt` counts how often the run was begun, `failures` how many of those ended with an error, `lost` how many ended
without a word because their worker died. A running run belongs to `worker` until `leaseUntil`. `lane` is what the run
shares its places with: its job, and the value of its key where the job's `concurrency` has one. `slot` is its place
there: the store keeps it unique, so that two runs with the same slot cannot both be begun, whichever process tries. It
is held from the first begin to the final state, waits before retries included.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from runtime.jobs.failure import said, storable_text
from runtime.model.clock import timestamp
from runtime.model.document import Document
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType, IndexSpec, JobSpec, Overlap, Priority
from runtime.query.values import check_json

QUEUED: Final = "queued"
RUNNING: Final = "running"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
SKIPPED: Final = "skipped"
STATES: Final = (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED)
DEAD: Final = frozenset({FAILED, CANCELLED, SKIPPED})
"""States that a run can be retried from by hand."""

PRIORITIES: Final = ("high", "normal", "low")
"""In the order in which runs are taken."""

LOG_LINES: Final = 200
LOG_LINE_CHARACTERS: Final = 1000
RESULT_BYTES: Final = 64 * 1024
STEPS: Final = 100
STEPS_BYTES: Final = 256 * 1024
"""Limits of what a run keeps; arbitrary, chosen so that a record stays well under a megabyte."""

UNLISTED: Final = frozenset({"log", "steps", "lane", "slot"})
"""What lists of runs leave out: one run at a time has it."""

LANE_CHARACTERS: Final = 200
"""Longer lanes are told by their digest."""

_SYSTEM: Final = Source("_runs")


def _field(name: str, type: FieldType, *, unique: bool = False, index: bool = False) -> FieldSpec:
    return FieldSpec(name=name, type=type, source=_SYSTEM, unique=unique, index=index)


def _index(*keys: tuple[str, bool]) -> IndexSpec:
    return IndexSpec(keys=keys, source=_SYSTEM)


RUNS: Final = CollectionSpec(
    name="_runs",
    source=_SYSTEM,
    logged=False,
    fields=(
        _field("job", "string"),
        FieldSpec(name="state", type="select", source=_SYSTEM, options=STATES),
        _field("key", "json"),
        _field("scheduledAt", "json"),
        _field("dueAt", "datetime"),
        FieldSpec(name="priority", type="select", source=_SYSTEM, options=PRIORITIES),
        _field("queuedAt", "datetime"),
        _field("queuedBy", "string"),
        _field("startedAt", "json"),
        _field("finishedAt", "datetime", index=True),
        _field("attempt", "json"),
        _field("failures", "json"),
        _field("lost", "json"),
        _field("worker", "string"),
        _field("leaseUntil", "datetime"),
        _field("cancelAt", "datetime"),
        _field("cancelBy", "json"),
        _field("lane", "string"),
        _field("slot", "string", unique=True),
        _field("input", "json"),
        _field("progress", "json"),
        _field("log", "json"),
        _field("steps", "json"),
        _field("result", "json"),
        _field("error", "json"),
    ),
    indexes=(
        _index(("state", False), ("priority", False), ("dueAt", False), ("lane", False)),
        _index(("state", False), ("leaseUntil", False)),
        _index(("job", False), ("queuedAt", True)),
    ),
)
"""The ledger's collection. The first two indexes are for claiming, the third for listing, `finishedAt` for retention.

Its fields are never validated: the functions below make every record. What is never searched or sorted by is `json`,
for which a store derives nothing.
"""

TRIGGERS: Final = CollectionSpec(
    name="_triggers",
    source=_SYSTEM,
    logged=False,
    fields=(_field("trigger", "string"), _field("seenAt", "datetime")),
)
"""Up to which instant each job's trigger was seen to; the id is the job's name. For `catchUp`."""


def run_id(job: str, kind: str, key: str) -> str:
    """Return the id that a job and a key always give: a UUIDv8 (RFC 9562 §5.8) made of their SHA-256.

    `kind` keeps the keys of the schedule apart from those that people choose.
    """
    digest = hashlib.sha256(json.dumps([job, kind, key]).encode()).digest()
    value = int.from_bytes(digest[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def queued(
    *, id: str, job: str, input: Mapping[str, Any], now: float, due: float, by: str | None,
    key: str | None = None, scheduled: float | None = None, priority: Priority = "normal", lane: str | None = None,
) -> Document:  # fmt: skip
    """Return the record of a new run, due at an instant.

    `scheduledAt` stays what it was first meant for, while `dueAt` moves with every retry: `scheduled`, the instant that
    a trigger fired for, or else the first `due`.
    """
    moment = timestamp(now)
    return {
        "id": id,
        "job": job,
        "state": QUEUED,
        "key": key,
        "scheduledAt": timestamp(due if scheduled is None else scheduled),
        "dueAt": timestamp(due),
        "priority": priority,
        "queuedAt": moment,
        "queuedBy": by,
        "startedAt": None,
        "finishedAt": None,
        "attempt": 0,
        "failures": 0,
        "lost": 0,
        "worker": None,
        "leaseUntil": None,
        "cancelAt": None,
        "cancelBy": None,
        "lane": job if lane is None else lane,
        "slot": None,
        "input": dict(input),
        "progress": {"percent": 0, "message": ""},
        "log": [],
        "steps": {},
        "result": None,
        "error": None,
        "createdAt": moment,
        "updatedAt": moment,
        "createdBy": by,
        "version": 1,
    }


def begun(run: Document, *, worker: str, now: float, lease_until: float, slot: str | None) -> Document:
    """Return the record with its next attempt begun. The error of the attempt before stays until this one ends."""
    return _changed(
        run, now,
        state=RUNNING, worker=worker, leaseUntil=timestamp(lease_until), slot=slot, startedAt=timestamp(now),
        attempt=run["attempt"] + 1, lost=run["lost"] + (run["state"] == RUNNING),
        progress={"percent": 0, "message": ""},
    )  # fmt: skip


def renewed(
    run: Document, *, now: float, lease_until: float, progress: Mapping[str, Any], log: Sequence[Mapping[str, Any]]
) -> Document:
    """Return the record with a later lease and what the run has told since."""
    return _changed(run, now, leaseUntil=timestamp(lease_until), progress=dict(progress), log=kept_log(log))


def succeeded(run: Document, *, now: float, result: Any) -> Document:
    """Return the record with its result, ended well and whole: its progress is 100, the last message stays."""
    progress = {**run["progress"], "percent": 100}
    return _ended(run, now, state=SUCCEEDED, result=result, error=None, progress=progress)


def failed(run: Document, *, now: float, error: Mapping[str, Any]) -> Document:
    """Return the record with its error, not to be tried again."""
    return _ended(run, now, state=FAILED, error=dict(error), failures=run["failures"] + 1)


def retried(run: Document, *, now: float, due: float, error: Mapping[str, Any]) -> Document:
    """Return the record with its error, queued again for `due`. It keeps its slot."""
    return _changed(
        run, now,
        state=QUEUED, dueAt=timestamp(due), leaseUntil=None, error=dict(error), failures=run["failures"] + 1,
    )  # fmt: skip


def given_back(run: Document, *, now: float) -> Document:
    """Return the record queued as if this attempt had not been begun. It keeps its slot."""
    return _changed(
        run, now, state=QUEUED, leaseUntil=None, attempt=run["attempt"] - 1, progress={"percent": 0, "message": ""}
    )


def cancel_requested(run: Document, *, now: float, by: str | None) -> Document:
    """Return the record of a running run that its worker shall end."""
    return _changed(run, now, cancelAt=timestamp(now), cancelBy=by)


def cancelled(run: Document, *, now: float, by: str | None) -> Document:
    """Return the record of a run that was ended because somebody asked for it: `by`, the system where it is None."""
    error = said("Cancelled", f"cancelled by {by or 'the system'}")
    asked = run["cancelAt"] or timestamp(now)
    return _ended(run, now, state=CANCELLED, cancelAt=asked, cancelBy=by, error=error)


def revived(run: Document, *, now: float, by: str | None) -> Document:
    """Return the record of a dead run queued again by hand: its steps stay, its retries are all there again."""
    line = log_line(now, "info", f"retried by {by or 'the system'}")
    return _changed(
        run, now,
        state=QUEUED, dueAt=timestamp(now), finishedAt=None, failures=0, lost=0, cancelAt=None, cancelBy=None,
        worker=None, log=kept_log([*run["log"], line]),
    )  # fmt: skip


def stepped(run: Document, *, now: float, name: str, result: Any) -> Document:
    """Return the record with the result of a step that has succeeded."""
    return _changed(run, now, steps={**run["steps"], name: result})


def skipped(run: Document, *, now: float) -> Document:
    """Return the record of a run that will not be begun because another of its job is not finished."""
    reason = f"another run of {run['job']!r} was not finished; see the job's overlap setting"
    return _ended(run, now, state=SKIPPED, error=said("Skipped", reason))


def overlap_of(spec: JobSpec) -> Overlap:
    """Return what becomes of a job's run while another is not finished."""
    if spec.overlap is not None:
        return spec.overlap
    if spec.cron is not None or spec.every_s is not None or spec.at is not None:
        return "skip"
    return "queue" if spec.concurrency else "allow"


def lane_of(spec: JobSpec, *, input: Mapping[str, Any], by: str | None) -> str:
    """Return what a run of a job shares its places with: the job, or the job and the value of its key."""
    key = spec.concurrency.key if spec.concurrency else None
    if key is None:
        return spec.name
    value: Any = by if key == "$user.id" else input
    if key != "$user.id":
        for part in key.split(".")[1:]:
            value = value.get(part) if isinstance(value, Mapping) else None
    text = json.dumps(value, sort_keys=True)
    lane = f"{spec.name}/{text}"
    return lane if len(lane) <= LANE_CHARACTERS else f"{spec.name}/{hashlib.sha256(text.encode()).hexdigest()}"


def places_of(spec: JobSpec, lane: str) -> tuple[str, ...] | None:
    """Return the slots of a lane, of which a run needs one; None where there is no limit."""
    if spec.concurrency is not None:
        return (lane, *(f"{lane}#{number}" for number in range(1, spec.concurrency.max)))
    return None if overlap_of(spec) == "allow" else (lane,)


def spread(id: str, turn: int) -> float:
    """Return a number from 0 to below 1 that looks like chance and is the same for a run in every process."""
    return int.from_bytes(hashlib.sha256(f"{id} {turn}".encode()).digest()[:6], "big") / (1 << 48)


def listed(run: Document) -> dict[str, Any]:
    """Return a run as lists have it."""
    return {name: value for name, value in run.items() if name not in UNLISTED}


def kept_log(lines: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the last LOG_LINES lines."""
    return [dict(line) for line in lines[-LOG_LINES:]]


def log_line(now: float, level: str, message: str) -> dict[str, Any]:
    """Return one line of a run's log."""
    return {"at": timestamp(now), "level": level, "message": storable_text(message, LOG_LINE_CHARACTERS)}


def kept_result(value: Any) -> tuple[Any, str | None]:
    """Return what a run's result is kept as, and why it is not kept, where it cannot be: then it is kept as None.

    Work that is done must not fail, and be done again, because its result is too large or is not JSON.
    """
    if value is None:
        return None, None
    try:
        return checked_json(value), None
    except ValueError as error:
        return None, f"the result is not kept: {error}"


def checked_json(value: Any) -> Any:
    """Return a copy of a result as JSON has it. Raises ValueError where it is none, or over RESULT_BYTES."""
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        raise ValueError(str(error)) from error
    if len(text) > RESULT_BYTES:
        raise ValueError(f"it has {len(text)} bytes as JSON, the limit is {RESULT_BYTES}")
    result = orjson.loads(text)
    for pointer, message in check_json(result).items():
        raise ValueError(f"{pointer or 'it'} {message}")
    return result


def _ended(run: Document, now: float, **changes: Any) -> Document:
    return _changed(run, now, finishedAt=timestamp(now), leaseUntil=None, slot=None, **changes)


def _changed(run: Document, now: float, **changes: Any) -> Document:
    return {**run, **changes, "updatedAt": timestamp(now), "version": run["version"] + 1}
