"""One-time codes: a way to sign in once, without a password."""

from dataclasses import dataclass
from typing import Final

from runtime.auth.records import CODES, creation, fresh, prune_expired
from runtime.auth.secrets import CODE_PREFIX, Secret, new_token, token_id
from runtime.auth.users import Users
from runtime.model.change import Write
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document
from runtime.model.errors import VersionConflict
from runtime.model.ports import Store

CODE_TTL_S: Final = 900.0
"""A quarter of an hour: long enough to copy it from a terminal, too short to be worth finding in a log."""
INVITATION_TTL_S: Final = 3 * 24 * 3600.0
"""Three days: over a weekend. Whoever it was meant for finds a link that somebody else has used worthless, and asks."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A way in for somebody without a password: a one-time `code`, until `expires_at` (epoch seconds)."""

    email: str
    code: str
    expires_at: float


class Codes:
    """The one-time codes of one project."""

    def __init__(self, store: Store, *, users: Users, secret: Secret, clock: Clock) -> None:
        self._store = store
        self._users = users
        self._secret = secret
        self._clock = clock

    async def open(self, user: Document, *, ttl_s: float = CODE_TTL_S) -> str:
        """Return a code that signs this user in, once, within `ttl_s` seconds. It ends with the user's sessions."""
        now = self._clock.now()
        fields = {"user": user["id"], "generation": user["generation"], "expiresAt": timestamp(now + ttl_s)}
        code = fresh(fields, now=now)
        token = new_token(CODE_PREFIX, code["id"])
        code["digest"] = self._secret.digest(token)
        await self._store.commit([creation(CODES, code)])
        return token

    async def invite(self, user: Document, *, ttl_s: float = CODE_TTL_S) -> Invitation:
        """Return a code as `open` does, with whom it is for and until when."""
        expires_at = self._clock.now() + ttl_s
        return Invitation(user["email"], await self.open(user, ttl_s=ttl_s), expires_at)

    async def redeem(self, token: str) -> Document | None:
        """Use up a code and return its user; None where it is none, used or expired, or the user is disabled or gone.

        Of any number of attempts at the same time, one gets the user: the code's deletion is a compare-and-set.
        """
        id = token_id(token, CODE_PREFIX)
        record = await self._store.get(CODES.name, id) if id else None
        if record is None or not self._secret.matches(token, record.document["digest"]):
            return None
        code = record.document
        try:
            await self._store.commit([Write(CODES.name, code["id"], None, expected=code["version"])])
        except VersionConflict:
            return None
        user = await self._users.get(code["user"])
        if epoch_s(code["expiresAt"]) <= self._clock.now() or user is None:
            return None
        return None if user["disabled"] or user["generation"] != code["generation"] else user

    async def prune(self) -> int:
        """Delete the codes that have expired; return how many."""
        return await prune_expired(self._store, CODES, now=self._clock.now())
