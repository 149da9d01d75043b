"""What a hub itself says on a stream, as frames; what each means is in `runtime.realtime`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from runtime.model.errors import Failure
from runtime.model.specs import RealtimeSpec
from runtime.realtime import wire
from runtime.realtime.channel import Gap
from runtime.realtime.streams import RETRY_S

JITTER: Final = 0.2
"""How far `retry:` is spread around realtime.retry: clients that lost a server together must not come back together."""

CLOSING_RETRY: Final = (2.0, 5.0)
"""What realtime.retry is multiplied with when the server goes: it needs time to come back."""

EXPIRED: Final = wire.frame(event="expired", data="{}")
DISCONNECTED: Final = wire.frame(event="disconnected", data="{}")


class Phrases:
    """Makes the frames of one epoch."""

    def __init__(
        self, epoch: str, settings: Callable[[], RealtimeSpec], uniform: Callable[[float, float], float]
    ) -> None:
        """Take `settings` as they are at each use; `uniform` is where jitter comes from."""
        self._epoch = epoch
        self._settings = settings
        self._uniform = uniform

    def ready(self, connection: str, states: Mapping[str, Any], denied: Mapping[str, str], seq: int) -> bytes:
        """Return the first frame of a stream."""
        data = {"connection": connection, "channels": states, "denied": dict(denied)}
        return self._frame("ready", data, seq=seq, retry_s=self._retry_s())

    def opening(self, frame: bytes) -> bytes:
        """Return the first frame of a stream that begins with something else than `ready`."""
        return b"retry: %d\n%b" % (round(self._retry_s() * 1000), frame)

    def subscribed(self, states: Mapping[str, Any], seq: int) -> bytes:
        """Return what says which channels a stream has got in addition."""
        return self._frame("subscribed", {"channels": states}, seq=seq)

    def unsubscribed(self, channels: Sequence[str]) -> bytes:
        """Return what says which channels a stream has given up."""
        return self._frame("unsubscribed", {"channels": channels})

    def denied(self, denied: Mapping[str, str]) -> bytes:
        """Return what says which channels were taken away."""
        return b"".join(self._frame("denied", {"channel": n, "reason": r}) for n, r in denied.items())

    def reset(self, channel: str, gap: Gap, seq: int | None) -> bytes:
        """Return what tells of a gap."""
        data: dict[str, Any] = {"channel": channel, "reason": gap.reason}
        if gap.missed is not None:
            data["missed"] = gap.missed
        return self._frame("reset", data, seq=seq)

    def closing(self) -> bytes:
        """Return the last frame of a stream whose server stops."""
        return self._frame("closing", {}, retry_s=self._settings().retry_s * self._uniform(*CLOSING_RETRY))

    def overloaded(self, refused: Failure) -> bytes:
        """Return the whole stream of a client for which there is no room."""
        return self._frame("overloaded", {"code": refused.code}, retry_s=self._uniform(*RETRY_S))

    def _retry_s(self) -> float:
        return self._settings().retry_s * self._uniform(1 - JITTER, 1 + JITTER)

    def _frame(self, event: str, data: object, *, seq: int | None = None, retry_s: float | None = None) -> bytes:
        return wire.frame(
            event=event,
            data=orjson.dumps(data),
            id=None if seq is None else wire.format_id(self._epoch, seq),
            retry_ms=None if retry_s is None else round(retry_s * 1000),
        )
