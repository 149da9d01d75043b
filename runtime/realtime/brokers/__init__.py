"""What carries messages between nodes."""

from collections.abc import Callable, Sequence
from typing import Protocol

from runtime.model.change import Message

Deliver = Callable[[Sequence[tuple[int, Message]]], None]
"""Takes messages with their numbers, in the order of these. Returns at once."""


class Broker(Protocol):
    """Gives every message of a project its number and brings it to the hub of every node."""

    @property
    def epoch(self) -> str:
        """The life of the sequence: numbers of another epoch mean nothing here."""

    def attach(self, deliver: Deliver) -> None:
        """Say who takes the messages on this node. Called once, before the first publish."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Give messages consecutive places in the order given, and hand them to `deliver`, now or later.

        Numbers are at least 1, grow, and are never used twice in an epoch; a transient message has that of the one
        before it. Returns at once and does not raise: what
        happened is committed already.
        """
