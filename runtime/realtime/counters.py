"""What a hub counts."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Plain numbers that only grow, read when somebody asks for metrics.

    `connections` were opened, `messages` published. `events` and `sent_bytes` count what was handed to transports: a
    frame for a thousand subscribers is a thousand events. `replays` are events that came from the buffer, `drops`
    messages that a slow reader did not get, `resets` how often a gap was announced, `send_timeouts` readers cut off
    because they had stopped reading, `refused` streams for which there was no room.
    """

    connections: int = 0
    messages: int = 0
    events: int = 0
    sent_bytes: int = 0
    drops: int = 0
    replays: int = 0
    resets: int = 0
    send_timeouts: int = 0
    refused: int = 0
