"""Tickets: a way to open one event stream where neither cookies nor headers can be sent."""

from dataclasses import dataclass
from typing import Final

from runtime.auth.records import TICKETS, creation, fresh, prune_expired
from runtime.auth.secrets import TICKET_PREFIX, Secret, new_token, token_id
from runtime.model.actor import Actor
from runtime.model.change import Write
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.errors import Unauthenticated, VersionConflict
from runtime.model.ports import Store

TICKET_TTL_S: Final = 30.0
"""Long enough to open a stream with, too short to be worth finding in the log of a proxy."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket that has just been made: `text` is shown this once; `expires_at` is epoch seconds."""

    text: str
    expires_at: float


class Tickets:
    """The tickets of one project. Each stands for the session or API token that it was made with."""

    def __init__(self, store: Store, *, secret: Secret, clock: Clock) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock

    async def open(self, actor: Actor) -> Ticket:
        """Return a ticket of an actor, good once, for TICKET_TTL_S seconds and no longer than its session.

        Raises Unauthenticated for the public, which needs none.
        """
        if actor.session is None:
            raise Unauthenticated("nobody is signed in; sign in first, the public needs no ticket")
        now = self._clock.now()
        ticket = fresh(
            {"kind": actor.kind, "session": actor.session, "expiresAt": timestamp(now + TICKET_TTL_S)},
            now=now,
            by=actor.id,
        )
        text = new_token(TICKET_PREFIX, ticket["id"])
        ticket["digest"] = self._secret.digest(text)
        await self._store.commit([creation(TICKETS, ticket)])
        return Ticket(text, epoch_s(ticket["expiresAt"]))

    async def redeem(self, text: str) -> tuple[str, str] | None:
        """Use up a ticket; return the kind of its actor and the session. None where it is none, used or expired.

        Of any number of attempts at the same time one succeeds: the ticket's deletion is a compare-and-set.
        """
        id = token_id(text, TICKET_PREFIX)
        record = await self._store.get(TICKETS.name, id) if id else None
        if record is None or not self._secret.matches(text, record.document["digest"]):
            return None
        ticket = record.document
        try:
            await self._store.commit([Write(TICKETS.name, ticket["id"], None, expected=ticket["version"])])
        except VersionConflict:
            return None
        if epoch_s(ticket["expiresAt"]) <= self._clock.now():
            return None
        return ticket["kind"], ticket["session"]

    async def prune(self) -> int:
        """Delete the tickets that have expired; return how many."""
        return await prune_expired(self._store, TICKETS, now=self._clock.now())
