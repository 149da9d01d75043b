"""Who asks."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["public", "user", "token", "system"]

ADMIN = "admin"
"""The built-in role that may do everything."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the session says; nothing in here ever comes from a request's own words.

    `id` is a user's id, `token:NAME` for an API token, None for the public and the system. `name` is for
    people (an e-mail address, a token's name). `session` is the id of the session or token that
    identified the actor and `expires_at` when that ends (epoch seconds; None: never).
    """

    kind: ActorKind
    id: str | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    session: str | None = None
    expires_at: float | None = None

    @property
    def is_system(self) -> bool:
        """Whether this is the server itself: hooks, jobs and the command line."""
        return self.kind == "system"

    @property
    def is_admin(self) -> bool:
        """Whether everything is allowed."""
        return self.kind == "system" or ADMIN in self.roles

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is known: a user, an API token or the system."""
        return self.kind != "public"


PUBLIC = Actor(kind="public", name="public")
SYSTEM = Actor(kind="system", name="system")
