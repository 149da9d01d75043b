"""Who is on which channel, in memory, pure: no clock, no store, nothing that waits."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from runtime.model.actor import Actor

GRACE_S: Final = 5.0
"""How long somebody who is on a channel with presence may be away: a page that is reloaded is not a departure."""


@dataclass(eq=False, slots=True)
class Member:
    """Somebody on a channel: with presence a user over all their connections, otherwise one connection.

    `id` tells members of a channel apart. `is_shown` is whether presence announces them. `record_id` names what the
    store has of them, None where it has nothing yet; `lock` is held while that changes. `gone_at` is since when there
    is no connection (monotonic seconds), None while there is one; `has_left` that their time of grace is over.
    """

    channel: str
    id: str
    actor: Actor
    is_shown: bool
    connections: set[str] = field(default_factory=set)
    gone_at: float | None = None
    has_left: bool = False
    record_id: str | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def connection(self) -> str | None:
        """The one connection that this member is; None for a user with presence."""
        return self.id.removeprefix("~") if self.id.startswith("~") else None

    @property
    def user(self) -> str | None:
        """The id of a user or API token that presence names; None for others."""
        return self.actor.id if self.is_shown and self.connection is None else None


def member_id(actor: Actor, connection: str, *, is_shown: bool) -> str:
    """Return what a member is called: the user with presence, where one is known, otherwise the connection."""
    return actor.id if is_shown and actor.id is not None else f"~{connection}"


class Presence:
    """The members of all channels that count them. Belongs to one event loop; not thread-safe."""

    def __init__(self) -> None:
        self._rooms: dict[str, dict[str, Member]] = {}
        self._of: dict[str, set[Member]] = {}
        self._gone: dict[Member, None] = {}
        self.on_gone: Callable[[], None] = lambda: None
        """Called when somebody may have to depart."""

    def __len__(self) -> int:
        return sum(len(room) for room in self._rooms.values())

    def enter(self, channel: str, actor: Actor, connection: str, *, is_shown: bool) -> Member:
        """Note a connection on a channel; return the member that it belongs to."""
        id = member_id(actor, connection, is_shown=is_shown)
        room = self._rooms.setdefault(channel, {})
        member = room.get(id)
        if member is None:
            member = room[id] = Member(channel, id, actor, is_shown)
        member.actor = actor
        member.connections.add(connection)
        member.gone_at, member.has_left = None, False
        self._gone.pop(member, None)
        self._of.setdefault(connection, set()).add(member)
        return member

    def left(self, connection: str, channels: Sequence[str] | None, now: float) -> None:
        """Note that a connection has left some channels, or all of them (None). It may have been on none."""
        members = self._of.get(connection)
        if members is None:
            return
        for member in [m for m in members if channels is None or m.channel in channels]:
            members.discard(member)
            member.connections.discard(connection)
            if not member.connections:
                member.gone_at = now
                self._gone[member] = None
        if not members:
            del self._of[connection]
        if self._gone:
            self.on_gone()

    def due(self, now: float) -> list[Member]:
        """Return those who are gone for good: with presence after GRACE_S, others at once."""
        return [
            member
            for member in self._gone
            if member.gone_at is not None and now - member.gone_at >= (GRACE_S if member.is_shown else 0.0)
        ]

    def forget(self, member: Member) -> None:
        """Drop a member who has departed; one who has come back meanwhile stays."""
        if member.connections:
            return
        self._gone.pop(member, None)
        room = self._rooms.get(member.channel, {})
        if room.get(member.id) is member:
            del room[member.id]
            if not room:
                del self._rooms[member.channel]

    def members(self) -> Iterable[Member]:
        """Return everybody, those in their time of grace included."""
        return [member for room in self._rooms.values() for member in room.values()]

    def shows(self, channel: str) -> bool:
        """Whether somebody whom presence counts is, or was a moment ago, on a channel."""
        return any(member.is_shown for member in self._rooms.get(channel, {}).values())

    def present(self, channel: str) -> dict[str, Any]:
        """Return `{"users": [ids, sorted], "anonymous": count}`; nobody is named twice, the public not at all."""
        room = self._rooms.get(channel, {}).values()
        shown = [member for member in room if member.is_shown and not member.has_left]
        return {
            "users": sorted(member.user for member in shown if member.user is not None),
            "anonymous": sum(1 for member in shown if member.user is None and member.connections),
        }
