"""What users do with their own account: their name, the sessions they have open, and the first time they come in."""

from collections.abc import Sequence

from structlog.typing import FilteringBoundLogger

from runtime.auth.sessions import Sessions
from runtime.auth.users import Users, public_view
from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.model.errors import Forbidden, NotFound, Unauthenticated


class Account:
    """The account of whoever has signed in. Nothing in here is for the public, or for API tokens.

    The e-mail address is not theirs to change: it is what they are known by, hooks may go by it, and nobody has shown
    that another is theirs. Admins change it.
    """

    def __init__(self, users: Users, sessions: Sessions, *, log: FilteringBoundLogger) -> None:
        self._users = users
        self._sessions = sessions
        self._log = log

    async def owner(self, actor: Actor) -> tuple[Document, str]:
        """Return the stored user that an actor is, and the id of the session. Raises Unauthenticated, Forbidden."""
        if not actor.is_authenticated:
            raise Unauthenticated("nobody is signed in; sign in first")
        user = await self._users.get(actor.id) if actor.kind == "user" and actor.id else None
        if user is None or actor.session is None:
            raise Forbidden("this is about the account of a user who has signed in; an API token has none")
        return user, actor.session

    async def rename(self, actor: Actor, name: str) -> Document:
        """Change one's own name; return the public view. Raises InvalidDocument, Unauthenticated, Forbidden."""
        user, _ = await self.owner(actor)
        after = await self._users.change(user["id"], name=name, by=user["id"])
        self._log.info("account_renamed", user=user["id"])
        return public_view(after)

    async def set_up(self, actor: Actor, *, email: str | None, name: str, password: str, ip: str) -> Document:
        """Give oneself a name and a password, having come in with a one-time code; return the public view.

        It is one commit, in which all other sessions and all one-time codes of theirs end. Only an admin may choose an
        address too: the first one has none that anybody else gave. Raises Conflict (code `has_password`),
        InvalidDocument, NotUnique, Unauthenticated, Forbidden.
        """
        user, session = await self.owner(actor)
        if email is not None and not actor.is_admin:
            raise Forbidden("the address is for an admin to change; leave it out")
        after = await self._users.set_up(
            user["id"], email=email, name=name, password=password, keep_session=session, by=user["id"]
        )
        self._log.info("account_set_up", user=user["id"], ip=ip)
        return public_view(after)

    async def sessions(self, actor: Actor) -> Sequence[Document]:
        """Return one's own sessions, the one seen last first. Raises Unauthenticated, Forbidden."""
        user, _ = await self.owner(actor)
        return await self._sessions.of_all(user=user["id"])

    async def end_session(self, actor: Actor, id: str) -> None:
        """End one of one's own sessions. Raises NotFound, also for another's; Unauthenticated, Forbidden."""
        user, _ = await self.owner(actor)
        session = await self._sessions.get(id)
        if session is None or session["user"] != user["id"]:
            raise NotFound("there is no such session of yours; it may have ended already")
        await self._sessions.close(id)
        self._log.info("session_ended", session=id, user=user["id"], by=user["id"])

    async def end_other_sessions(self, actor: Actor) -> None:
        """End all of one's own sessions but the one that asks, and open one-time codes with them.

        Raises Unauthenticated, Forbidden.
        """
        user, session = await self.owner(actor)
        await self._users.end_sessions(user["id"], keep_session=session, by=user["id"])
        self._log.info("sessions_ended", user=user["id"], by=user["id"])
