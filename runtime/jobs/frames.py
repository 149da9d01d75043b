"""What a job's process and the server say to each other: frames of JSON, each behind its length.

The server sends `{"reply": id, "value"}` or `{"reply": id, "failure"}` to a call, and `{"cancel": true}`. The process
sends `{"call": id, "on", "path", "batch", "method", "args", "kwargs"}`, `{"progress": [percent, message]}`,
`{"log": [level, event, fields]}`, and last `{"ended": {"value", "refused"}}` or `{"ended": {"error"}}`. The very first
frame, from the server, is the Order, pickled: what it holds the process is trusted with anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct
from typing import Any, Final

import orjson

from runtime.hooks.job_context import RunInfo
from runtime.model import errors
from runtime.model.errors import Failure, TooLarge
from runtime.model.specs import JobSpec, ProjectSpec

HEAD: Final = Struct(">I")
FRAME_BYTES: Final = 32 * 1024 * 1024
"""The largest frame that the server reads; arbitrary, twice the largest document."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is to do. `sources` are the files of the edition, by path, as they were when it was loaded."""

    config: ProjectSpec
    spec: JobSpec
    number: int
    sources: Mapping[str, bytes]
    run: RunInfo
    input: Mapping[str, Any]


def framed(value: Mapping[str, Any]) -> bytes:
    """Return a frame. Raises TypeError for what is not JSON, TooLarge beyond FRAME_BYTES."""
    text = orjson.dumps(value)
    if len(text) > FRAME_BYTES:
        raise TooLarge(f"{len(text)} bytes cannot pass between a job's process and the server; pass less at once")
    return HEAD.pack(len(text)) + text


def packed(error: BaseException) -> dict[str, Any]:
    """Return an error as it crosses: a Failure whole, anything else by type and message."""
    if isinstance(error, Failure) and getattr(errors, type(error).__name__, None) is type(error):
        return {"kind": type(error).__name__, "message": error.message, "more": vars(error)}
    return {"kind": type(error).__name__, "message": str(error), "more": None}


def unpacked(failure: Mapping[str, Any]) -> Exception:
    """Return the error again: a Failure of the same class; RuntimeError for what was none."""
    kind = getattr(errors, failure["kind"], None)
    if failure["more"] is None or not (isinstance(kind, type) and issubclass(kind, Failure)):
        return RuntimeError(f"{failure['kind']}: {failure['message']}")
    error: Failure = kind.__new__(kind, failure["message"])
    vars(error).update(failure["more"])
    return error
