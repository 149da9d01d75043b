"""The record of a run, and every change it can go through, as pure functions from one document to the next.

    queued ─→ running ─→ succeeded
      ↑ │        │ ├───→ failed          no retry is left, or the job is gone
      │ │        │ └───→ (running)       the lease expired: another worker has it, `attempt` grows
      │ │        ├─────→ queued          a retry is left: due after the backoff
      │ └────────┼─────→ skipped         another run of the job was not finished
      └──────────┘                       given back by a server that stops: the attempt does not count

`attempt` counts how often the run was begun, `failures` how many of those ended with an error. A running run belongs
to `worker` until `leaseUntil`. `slot` is the run's place among the runs of its job: the store keeps it unique, so that
two runs with the same slot cannot both be begun, whichever process tries. It is held from the first begin to the final
state, waits before retries included.
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
from runtime.model.specs import CollectionSpec, FieldSpec, FieldType, IndexSpec, JobSpec, Overlap
from runtime.query.values import check_json

QUEUED: Final = "queued"
RUNNING: Final = "running"
SUCCEEDED: Final = "succeeded"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
SKIPPED: Final = "skipped"
STATES: Final = (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED)

LOG_LINES: Final = 200
LOG_LINE_CHARACTERS: Final = 1000
RESULT_BYTES: Final = 64 * 1024
"""Limits of what a run keeps; arbitrary, chosen so that a record stays well under a megabyte."""

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
        _field("key", "string"),
        _field("scheduledAt", "datetime"),
        _field("dueAt", "datetime"),
        _field("queuedAt", "datetime"),
        _field("queuedBy", "string"),
        _field("startedAt", "datetime"),
        _field("finishedAt", "datetime", index=True),
        _field("attempt", "integer"),
        _field("failures", "integer"),
        _field("worker", "string"),
        _field("leaseUntil", "datetime"),
        _field("slot", "string", unique=True),
        _field("input", "json"),
        _field("progress", "json"),
        _field("log", "json"),
        _field("result", "json"),
        _field("error", "json"),
    ),
    indexes=(
        _index(("state", False), ("dueAt", False)),
        _index(("state", False), ("leaseUntil", False)),
        _index(("job", False), ("queuedAt", True)),
    ),
)
"""The ledger's collection. The first two indexes are for claiming, the third for listing, `finishedAt` for retention.

Its fields are never validated: the functions below make every record.
"""


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
    key: str | None = None, scheduled: float | None = None,
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
        "queuedAt": moment,
        "queuedBy": by,
        "startedAt": None,
        "finishedAt": None,
        "attempt": 0,
        "failures": 0,
        "worker": None,
        "leaseUntil": None,
        "slot": None,
        "input": dict(input),
        "progress": {"percent": 0, "message": ""},
        "log": [],
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
        attempt=run["attempt"] + 1, progress={"percent": 0, "message": ""},
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


def skipped(run: Document, *, now: float) -> Document:
    """Return the record of a run that will not be begun because another of its job is not finished."""
    reason = f"another run of {run['job']!r} was not finished; see the job's overlap setting"
    return _ended(run, now, state=SKIPPED, error=said("Skipped", reason))


def overlap_of(spec: JobSpec) -> Overlap:
    """Return what becomes of a job's run while another is not finished."""
    if spec.overlap is not None:
        return spec.overlap
    return "allow" if spec.cron is None and spec.every_s is None and spec.at is None else "skip"


def takeovers(run: Document) -> int:
    """Return how many attempts of a running or due run ended without a word: their workers died."""
    over: int = run["attempt"] - run["failures"] - (1 if run["state"] == RUNNING else 0)
    return over


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
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        return None, f"the result is not kept: {error}"
    if len(text) > RESULT_BYTES:
        return None, f"the result is not kept: it has {len(text)} bytes as JSON, the limit is {RESULT_BYTES}"
    result = orjson.loads(text)
    for pointer, message in check_json(result).items():
        return None, f"the result is not kept: {pointer or 'it'} {message}"
    return result, None


def _ended(run: Document, now: float, **changes: Any) -> Document:
    return _changed(run, now, finishedAt=timestamp(now), leaseUntil=None, slot=None, **changes)


def _changed(run: Document, now: float, **changes: Any) -> Document:
    return {**run, **changes, "updatedAt": timestamp(now), "version": run["version"] + 1}
