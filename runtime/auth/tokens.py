"""API tokens: programs that act under a name of their own."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.auth.records import TOKENS, creation, fresh, removal, touch
from runtime.auth.roles import checked_roles
from runtime.auth.secrets import API_PREFIX, Secret, new_token, token_id
from runtime.model.actor import Actor
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document
from runtime.model.errors import Conflict, InvalidDocument, NotFound, NotUnique
from runtime.model.ports import Store
from runtime.model.query import Compare, Query, SortKey

TOKENS_MAX: Final = 500
"""Arbitrary: they are for programs, and all of them are listed at once."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", re.ASCII)


class Tokens:
    """The API tokens of one project. `declared` gives the project's roles as they are now."""

    def __init__(
        self,
        store: Store,
        *,
        secret: Secret,
        clock: Clock,
        declared: Callable[[], Collection[str]],
        log: FilteringBoundLogger,
    ) -> None:
        self._store = store
        self._secret = secret
        self._clock = clock
        self._declared = declared
        self._log = log

    async def add(
        self, name: str, *, roles: Sequence[str] = (), expires_at: float | None = None, by: str | None = None
    ) -> str:
        """Make a token and return it, this once. In permissions it is `token:NAME`.

        `expires_at` is epoch seconds; None: never. Raises InvalidDocument and, where the name is taken, NotUnique.
        """
        now = self._clock.now()
        if not _NAME.fullmatch(name):
            message = (
                "a token's name has 1 to 64 letters, digits, dots, hyphens or underscores, a letter or digit first"
            )
            raise InvalidDocument(message, errors={"/name": message})
        if expires_at is not None and expires_at <= now:
            message = "a token has to expire in the future"
            raise InvalidDocument(message, errors={"/expiresAt": message})
        document = fresh(
            {
                "name": name,
                "roles": checked_roles(roles, self._declared()),
                "lastUsedAt": None,
                "expiresAt": None if expires_at is None else timestamp(expires_at),
            },
            now=now,
            by=by,
        )
        if await self._store.count(TOKENS.name, Query()) >= TOKENS_MAX:
            message = f"there are {TOKENS_MAX} API tokens already; revoke one first"
            raise Conflict(message, code="too_many_tokens")
        token = new_token(API_PREFIX, document["id"])
        document["digest"] = self._secret.digest(token)
        try:
            await self._store.commit([creation(TOKENS, document)])
        except NotUnique as failure:
            message = f"there is a token {name!r} already; revoke it first, or choose another name"
            raise NotUnique(message, collection=TOKENS.name, id=failure.id, errors={"/name": message}) from failure
        return token

    async def revoke(self, name: str, *, by: str | None = None) -> None:
        """End a token, at once and for ever: a later one of the same name is another. Raises NotFound."""
        found = await self._store.find(TOKENS.name, Query(filter=Compare(("name",), "$eq", name), limit=1))
        if not found:
            raise NotFound("there is no token of this name")
        await self._store.commit([removal(TOKENS, found[0].document, by=by)])

    async def list(self) -> Sequence[Document]:
        """Return all tokens by name, the expired ones included, without their digests."""
        order = (SortKey(("name",)), SortKey(("id",)))
        return [
            {key: value for key, value in record.document.items() if key != "digest"}
            for record in await self._store.find(TOKENS.name, Query(sort=order))
        ]

    async def resolve(self, token: str) -> Actor | None:
        """Return the actor of a token; None where it is none, revoked or expired."""
        id = token_id(token, API_PREFIX)
        record = await self._store.get(TOKENS.name, id) if id else None
        if record is None:
            return None
        document = record.document
        now = self._clock.now()
        actor = _actor(document, now)
        if actor is None or not self._secret.matches(token, document["digest"]):
            return None
        await touch(self._store, TOKENS, document, field="lastUsedAt", now=now, log=self._log)
        return actor

    async def again(self, ids: Sequence[str]) -> dict[str, Actor]:
        """Return the actors of the tokens with these ids; those that were revoked or have expired are missing."""
        now = self._clock.now()
        found = await self._store.get_many(TOKENS.name, ids)
        actors = {id: _actor(record.document, now) for id, record in found.items()}
        return {id: actor for id, actor in actors.items() if actor is not None}


def _actor(document: Document, now: float) -> Actor | None:
    """Return the actor of a stored token; None where it has expired."""
    expires_at = None if document["expiresAt"] is None else epoch_s(document["expiresAt"])
    if expires_at is not None and expires_at <= now:
        return None
    return Actor(
        kind="token",
        id=f"token:{document['name']}",
        name=document["name"],
        roles=frozenset(document["roles"]),
        session=document["id"],
        expires_at=expires_at,
    )
