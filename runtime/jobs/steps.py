"""Where the results of a run's steps are kept: in its record, under the run's lease."""

from typing import Any

import orjson

from runtime.jobs import record
from runtime.jobs.claiming import Claim
from runtime.model.clock import Clock
from runtime.model.document import Document
from runtime.model.errors import InvalidDocument, TooLarge
from runtime.query.values import check_json


class KeptSteps:
    """The steps of a run that a worker holds. Implements `StepRecord`."""

    def __init__(self, claim: Claim, clock: Clock) -> None:
        self._claim = claim
        self._clock = clock

    async def recall(self, name: str) -> tuple[bool, Any]:
        """Return whether a step has succeeded before, and with which result."""
        steps = self._claim.run["steps"]
        return (True, orjson.loads(orjson.dumps(steps[name]))) if name in steps else (False, None)

    async def keep(self, name: str, result: Any) -> Any:
        """Store a result; return it as it will be recalled.

        Raises VersionConflict where the run's lease is lost, Unavailable, and what `StepRecord` says.
        """
        try:
            text = orjson.dumps(result)
        except TypeError as error:
            raise _not_json(name, str(error)) from error
        if len(text) > record.RESULT_BYTES:
            raise _too_large(name, f"it has {len(text)} bytes as JSON, the limit is {record.RESULT_BYTES}")
        value = orjson.loads(text)
        for pointer, message in check_json(value).items():
            raise _not_json(name, f"{pointer or 'it'} {message}")
        kept = self._claim.run["steps"]
        if len(kept) >= record.STEPS:
            raise _too_large(name, f"the run has {record.STEPS} steps already, which is the limit")
        if len(text) + len(orjson.dumps(kept)) > record.STEPS_BYTES:
            raise _too_large(name, f"the steps of a run may have {record.STEPS_BYTES} bytes together")

        def stepped(run: Document) -> Document:
            return record.stepped(run, now=self._clock.now(), name=name, result=value)

        await self._claim.change(stepped)
        return orjson.loads(text)


def _not_json(name: str, why: str) -> InvalidDocument:
    return InvalidDocument(f"the result of the step {name!r} cannot be stored: {why}", code="step_not_json")


def _too_large(name: str, why: str) -> TooLarge:
    message = f"the result of the step {name!r} cannot be stored: {why}; store it as a document and return its id"
    return TooLarge(message, code="step_too_large")
