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
        numbered = []
        for message in messages:
            self._seq += not message.transient
            numbered.append((self._seq, message))
        if self._deliver is not None:
            self._deliver(numbered)
