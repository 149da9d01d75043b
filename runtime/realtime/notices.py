"""What the server tells the admin UI of the project's code: on `_project` and `_hooks`."""

from collections.abc import Mapping
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.hooks.stats import FailureNote
from runtime.model.clock import Clock
from runtime.model.errors import Failure
from runtime.realtime.built_in import HOOKS, PROJECT
from runtime.realtime.hub import Hub

MOST_FAILURES: Final = 5
"""How many failures are told in a second: a broken hook fails as often as it is called, and all are counted anyway."""

LONGEST_ERROR: Final = 200
"""Characters of an error in a message; the whole of it is at `GET _hooks`."""


class Notices:
    """Tells of reloads and of failing hooks. Never raises: what it tells of must take its course."""

    def __init__(self, hub: Hub, *, clock: Clock, log: FilteringBoundLogger) -> None:
        self._hub = hub
        self._clock = clock
        self._log = log
        self._second = 0
        self._told = 0

    def reloaded(self, edition: int) -> None:
        """Tell everybody who is signed in that the project is another now."""
        self._say(PROJECT.name, {"type": "reloaded", "edition": edition})

    def problems(self, count: int) -> None:
        """Tell admins how many problems stand against the last reload: 0 when it has recovered."""
        self._say(HOOKS.name, {"type": "problems", "count": count})

    def failed(self, hook: str, note: FailureNote) -> None:
        """Tell admins that a function has failed, MOST_FAILURES times a second at most."""
        second = int(self._clock.monotonic())
        if second != self._second:
            self._second, self._told = second, 0
        self._told += 1
        if self._told > MOST_FAILURES:
            return
        error = note.error[:LONGEST_ERROR]
        self._say(HOOKS.name, {"type": "failed", "hook": hook, "incident": note.incident, "error": error})

    def _say(self, channel: str, message: Mapping[str, Any]) -> None:
        try:
            self._hub.say(channel, message)
        except Failure as failure:
            self._log.warning("notice_not_sent", channel=channel, reason=failure.message)
