"""Messages about a run: `<prefix>_started`, `_progress`, `_complete`, `_failed`."""

import re
from typing import Any, Final, Literal

from structlog.typing import FilteringBoundLogger

from runtime.jobs.failure import for_clients
from runtime.model.document import Document
from runtime.model.errors import Failure, TooLarge
from runtime.model.ports import Publisher
from runtime.model.specs import JobSpec

Outcome = Literal["started", "progress", "complete", "failed"]

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_VALUE: Final = re.compile(r"[^:/?#\s]+")
"""What a channel template's parameter matches, so that nobody's input can name another channel."""


class Announcer:
    """Tells a job's channel what becomes of its runs."""

    def __init__(self, publisher: Publisher, log: FilteringBoundLogger) -> None:
        self._publisher = publisher
        self._log = log

    def announce(self, spec: JobSpec | None, run: Document, outcome: Outcome) -> None:
        """Send the message of an outcome; call it after the record is stored.

        Every message has `jobId`, `progress`, `message`, `result` and `error`, null where there is none. An error is
        its type and message, never more. A result that is too large for a message is left out: the run's record has
        it. A message that the channel refuses is logged and changes nothing for the run. Nothing is sent where the job
        has no `events`, or where the channel cannot be filled: a scheduled run has no `{userId}`.
        """
        if spec is None or spec.events is None or (channel := channel_of(spec.events.channel, run)) is None:
            return
        message = {
            "type": f"{spec.events.prefix}_{outcome}",
            "jobId": run["id"],
            "progress": run["progress"]["percent"],
            "message": run["progress"]["message"],
            "result": run["result"] if outcome == "complete" else None,
            "error": for_clients(run["error"]) if outcome == "failed" else None,
        }
        try:
            self._send(channel, message)
        except Failure as refused:
            self._log.warning(
                "job_message_refused", job=spec.name, run=run["id"], channel=channel, type=message["type"],
                reason=refused.message, errors=refused.errors,
            )  # fmt: skip

    def _send(self, channel: str, message: dict[str, Any]) -> None:
        try:
            prepared = self._publisher.prepare(channel, message)
        except TooLarge:
            prepared = self._publisher.prepare(channel, {**message, "result": None})
        self._publisher.publish([prepared])


def channel_of(template: str, run: Document) -> str | None:
    """Return a run's channel: `{userId}` is who queued it, every other parameter comes from its input.

    None where a parameter has no value, or one that a channel's name cannot hold.
    """
    values = {**run["input"], "userId": run["queuedBy"]}
    missing = False

    def fill(parameter: re.Match[str]) -> str:
        nonlocal missing
        value = values.get(parameter[1])
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        missing = missing or not _VALUE.fullmatch(text)
        return text

    name = _PARAMETER.sub(fill, template)
    return None if missing else name
