"""Sessions: a user who has signed in, for a fixed time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.auth.records import BATCH, SESSIONS, creation, fresh, prune_expired, removal, touch
from runtime.auth.secrets import SESSION_PREFIX, Secret, new_token, token_id
from runtime.auth.users import Users, public_view
from runtime.model.actor import Actor
from runtime.model.clock import Clock, epoch_s, timestamp
from runtime.model.document import Document
from runtime.model.ports import Store
from runtime.model.query import Compare, Filter, Query, SortKey, all_of

AGENT_LENGTH_MAX: Final = 200
IP_LENGTH_MAX: Final = 64

_UNSHOWN: Final = frozenset({"digest", "generation"})
_LAST_SEEN_FIRST: Final = (SortKey(("lastSeenAt",), descending=True), SortKey(("id",), descending=True))


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that has just been opened. `token` is shown this once; `expires_at` is epoch seconds."""

    id: str
    token: str
    expires_at: float


class Sessions:
    """The sessions of one project. `ttl_s` gives how long a new one lasts, from its opening, used or not."""

    def __init__(
        self,
        store: Store,
        *,
        users: Users,
        secret: Secret,
        clock: Clock,
        ttl_s: Callable[[], float],
        log: FilteringBoundLogger,
    ) -> None:
        self._store = store
        self._users = users
        self._secret = secret
        self._clock = clock
        self._ttl_s = ttl_s
        self._log = log

    async def open(self, user: Document, *, ip: str, agent: str) -> OpenedSession:
        """Open a session for a user who has proved to be one. `ip` and `agent` are kept, cut to their limits.

        `user` is as it was when the proof was checked: if the password was changed or the user shut out since, the
        session is dead from the start.
        """
        now = self._clock.now()
        expires_at = timestamp(now + self._ttl_s())
        session = fresh(
            {
                "user": user["id"],
                "generation": user["generation"],
                "ip": ip[:IP_LENGTH_MAX],
                "agent": agent[:AGENT_LENGTH_MAX],
                "lastSeenAt": timestamp(now),
                "expiresAt": expires_at,
            },
            now=now,
            by=user["id"],
        )
        token = new_token(SESSION_PREFIX, session["id"])
        session["digest"] = self._secret.digest(token)
        await self._store.commit([creation(SESSIONS, session)])
        return OpenedSession(session["id"], token, epoch_s(expires_at))

    async def resolve(self, token: str) -> Actor | None:
        """Return the user of a session's token, with the roles of this moment.

        None where the token is none, the session ended or expired, or the user is disabled or gone.
        """
        id = token_id(token, SESSION_PREFIX)
        record = await self._store.get(SESSIONS.name, id) if id else None
        if record is None:
            return None
        session = record.document
        now = self._clock.now()
        expires_at = epoch_s(session["expiresAt"])
        if not self._secret.matches(token, session["digest"]) or expires_at <= now:
            return None
        actor = _actor(session, await self._users.get(session["user"]))
        if actor is not None:
            await touch(self._store, SESSIONS, session, field="lastSeenAt", now=now, log=self._log)
        return actor

    async def again(self, ids: Sequence[str]) -> dict[str, Actor]:
        """Return who the sessions with these ids belong to now; those that have ended or expired are missing."""
        now = self._clock.now()
        found = await self._store.get_many(SESSIONS.name, ids)
        going = [r.document for r in found.values() if epoch_s(r.document["expiresAt"]) > now]
        users = await self._users.get_many(list({session["user"] for session in going}))
        actors = {session["id"]: _actor(session, users.get(session["user"])) for session in going}
        return {id: actor for id, actor in actors.items() if actor is not None}

    async def close(self, id: str) -> None:
        """End a session by its id, at once. One that has ended already is none of anybody's concern."""
        record = await self._store.get(SESSIONS.name, id)
        if record is not None:
            await self._store.commit([removal(SESSIONS, record.document)])

    async def close_all(self, user_id: str) -> None:
        """End all sessions of a user, at once. Raises NotFound."""
        await self._users.end_sessions(user_id)

    async def list(self, user_id: str) -> Sequence[Document]:
        """Return a user's sessions, the oldest first, at most BATCH, without their digests."""
        owned = Query(filter=Compare(("user",), "$eq", user_id), limit=BATCH)
        return [_shown(record.document) for record in await self._store.find(SESSIONS.name, owned)]

    async def get(self, id: str) -> Document | None:
        """Return one session that has not been ended, without its digest; None where there is none."""
        record = await self._store.get(SESSIONS.name, id)
        return None if record is None else _shown(record.document)

    async def of_all(self, *, user: str | None = None, limit: int = BATCH, offset: int = 0) -> Sequence[Document]:
        """Return the sessions that are good at this moment, of one user or of all, the one seen last first.

        Each has its user's public view under `owner`. Sessions that ended with a change of their user are passed over,
        so a page may have fewer than `limit`.
        """
        query = Query(filter=self._going(user), sort=_LAST_SEEN_FIRST, limit=limit, offset=offset)
        found = [record.document for record in await self._store.find(SESSIONS.name, query)]
        users = await self._users.get_many(list({session["user"] for session in found}))
        return [
            {**_shown(session), "owner": public_view(users[session["user"]])}
            for session in found
            if _actor(session, users.get(session["user"])) is not None
        ]

    async def count(self, *, user: str | None = None) -> int:
        """Return how many sessions have not expired."""
        return await self._store.count(SESSIONS.name, Query(filter=self._going(user)))

    def _going(self, user: str | None) -> Filter:
        going = Compare(("expiresAt",), "$gt", timestamp(self._clock.now()))
        return all_of(going, Compare(("user",), "$eq", user)) if user is not None else going

    async def prune(self) -> int:
        """Delete the sessions that have expired; return how many."""
        return await prune_expired(self._store, SESSIONS, now=self._clock.now())


def _shown(session: Document) -> Document:
    return {key: value for key, value in session.items() if key not in _UNSHOWN}


def _actor(session: Document, user: Document | None) -> Actor | None:
    """Return the user of a session that has not expired; None where it was ended in another way."""
    if user is None or user["disabled"] or user["generation"] != session["generation"]:
        return None
    return Actor(
        kind="user",
        id=user["id"],
        name=user["email"],
        roles=frozenset(user["roles"]),
        session=session["id"],
        expires_at=epoch_s(session["expiresAt"]),
    )
