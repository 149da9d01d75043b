"""One process: the sequence is a number in it."""

from collections.abc import Sequence

from runtime.model.change import Message
from runtime.realtime.brokers import Deliver


class MemoryBroker:
    """Counts, and delivers at once."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._seq = 0
        self._deliver: Deliver | None = None

    @property
    def epoch(self) -> str:
        """The life of this process."""
        return self._epoch

    def attach(self, deliver: Deliver) -> None:
        """Say who takes the messages."""
        self._deliver = deliver

    def publish(self, messages: Sequence[Message]) -> None:
        """Give messages their numbers and deliver them before returning."""
        first, self._seq = self._seq + 1, self._seq + len(messages)
        if self._deliver is not None:
            self._deliver(list(enumerate(messages, first)))
