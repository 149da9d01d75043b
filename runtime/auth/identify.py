"""From what a request carries to who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from runtime.auth.secrets import API_PREFIX
from runtime.auth.sessions import Sessions
from runtime.auth.tickets import Tickets
from runtime.auth.tokens import Tokens
from runtime.auth.users import Users
from runtime.model.actor import PUBLIC, Actor
from runtime.model.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, and what said so.

    `via` None means that nothing did: the actor is the public. `stale_cookie` means that a cookie was sent whose
    session has ended or never was.
    """

    actor: Actor
    via: Literal["bearer", "cookie", "ticket"] | None = None
    stale_cookie: bool = False


class Identify:
    """Resolves credentials, anew for each request: what was revoked a moment ago is worth nothing now."""

    def __init__(self, *, users: Users, sessions: Sessions, tokens: Tokens, tickets: Tickets) -> None:
        self._users = users
        self._sessions = sessions
        self._tokens = tokens
        self._tickets = tickets

    async def by_id(self, id: str) -> Actor:
        """Return the actor of an id that a record names, with the roles of this moment; the public where it is gone.

        For work that is done on somebody's behalf after their request. Such an actor has no session.
        """
        kind, _, name = id.rpartition(":")
        if kind == "token":
            listed = next((token for token in await self._tokens.list() if token["name"] == name), None)
            roles = frozenset(listed["roles"]) if listed else frozenset()
            return Actor(kind="token", id=id, name=name, roles=roles) if listed else PUBLIC
        user = await self._users.get(id)
        if user is None or user["disabled"]:
            return PUBLIC
        return Actor(kind="user", id=id, name=user["email"], roles=frozenset(user["roles"]))

    async def again(self, actors: Iterable[Actor]) -> dict[Actor, Actor | None]:
        """Return who these actors are now, each by what had identified it; None where that has ended.

        A session that was ended, a user who was disabled or deleted, a token that was revoked are worth nothing any
        more; roles are those of this moment. The public and the system stay what they are.
        """
        asked = set(actors)
        sessions = [actor.session for actor in asked if actor.kind == "user" and actor.session]
        tokens = [actor.session for actor in asked if actor.kind == "token" and actor.session]
        found = {**await self._sessions.again(sessions), **await self._tokens.again(tokens)}
        return {actor: actor if actor.session is None else found.get(actor.session) for actor in asked}

    async def by_ticket(self, ticket: str) -> Identity:
        """Return who a ticket stands for, and use it up. Raises Unauthenticated, code `invalid_ticket`."""
        redeemed = await self._tickets.redeem(ticket)
        if redeemed is not None:
            kind, session = redeemed
            found = await (self._tokens if kind == "token" else self._sessions).again([session])
            if session in found:
                return Identity(found[session], via="ticket")
        raise Unauthenticated("the ticket is wrong, used or expired; get another one", code="invalid_ticket")

    async def actor(self, *, bearer: str | None, cookie: str | None) -> Identity:
        """Return who asks. A bearer token, of a session or of an API token, counts before the cookie, a session's.

        A program that means to be somebody must not silently become the public, so a bearer token that is wrong or has
        expired raises Unauthenticated; with a browser's old cookie one is the public.
        """
        if bearer is not None:
            resolver = self._tokens if bearer.startswith(API_PREFIX) else self._sessions
            actor = await resolver.resolve(bearer)
            if actor is None:
                raise Unauthenticated(
                    "the bearer token is wrong, revoked or expired; sign in again, or use a new token"
                )
            return Identity(actor, via="bearer")
        if cookie:
            actor = await self._sessions.resolve(cookie)
            return Identity(actor, via="cookie") if actor else Identity(PUBLIC, stale_cookie=True)
        return Identity(PUBLIC)
