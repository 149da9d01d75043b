"""What admins do with users, sessions and API tokens over HTTP. Each change leaves a line in the log."""

from collections.abc import Sequence
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.auth.codes import INVITATION_TTL_S, Codes, Invitation
from runtime.auth.sessions import Sessions
from runtime.auth.tokens import Tokens
from runtime.auth.users import Users, public_view
from runtime.model.actor import ADMIN, Actor
from runtime.model.document import Document
from runtime.model.errors import Conflict, InvalidDocument, NotFound

OWN_ACCOUNT: Final = "own_account"


class Administration:
    """Changes to accounts in the name of an admin, `by`; whether they are one is for the caller to have decided.

    What is logged are ids, names of tokens and names of fields, never what was typed. Nobody shuts themselves out:
    one's own account cannot be disabled, deleted, stripped of the role admin or given a password in here (Conflict,
    code `own_account`), and there is always an admin left (code `last_admin`). Users that are returned are public
    views.
    """

    def __init__(
        self, *, users: Users, sessions: Sessions, codes: Codes, tokens: Tokens, log: FilteringBoundLogger
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._codes = codes
        self._tokens = tokens
        self._log = log

    async def create_user(
        self, by: Actor, *, email: str, name: str, roles: Sequence[str], password: str | None, invite: bool
    ) -> tuple[Document, Invitation | None]:
        """Create a user, with a password or with an invitation. Raises InvalidDocument, NotUnique."""
        if invite and password is not None:
            message = "choose one: a password, or an invitation with which they choose their own"
            raise InvalidDocument(message, errors={"/password": message})
        user = await self._users.create(email, password=password, roles=roles, name=name, by=by.id)
        self._log.info("user_created", user=user["id"], roles=user["roles"], invited=invite, by=by.id)
        invitation = await self._codes.invite(user, ttl_s=INVITATION_TTL_S) if invite else None
        return public_view(user), invitation

    async def change_user(
        self,
        by: Actor,
        id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        roles: Sequence[str] | None = None,
        disabled: bool | None = None,
    ) -> Document:
        """Change what is not None of a user, in one commit. Raises NotFound, InvalidDocument, NotUnique, Conflict."""
        if disabled:
            _spare_oneself(by, id, "disable")
        if roles is not None and ADMIN not in roles:
            _spare_oneself(by, id, "take the role admin from")
        after = await self._users.change(id, email=email, name=name, roles=roles, disabled=disabled, by=by.id)
        given = {"email": email, "name": name, "roles": roles, "disabled": disabled}
        changed = [field for field, value in given.items() if value is not None]
        self._log.info(
            "user_changed", user=id, changed=changed, roles=after["roles"], disabled=after["disabled"], by=by.id
        )
        return public_view(after)

    async def set_password(self, by: Actor, id: str, password: str) -> Document:
        """Set another user's password; their sessions end. Raises NotFound, InvalidDocument, Conflict."""
        _spare_oneself(by, id, "set the password of")
        after = await self._users.set_password(id, password, by=by.id)
        self._log.info("password_set", user=id, by=by.id)
        return public_view(after)

    async def invite(self, by: Actor, id: str) -> tuple[Document, Invitation]:
        """Take a user's password away and let them in with a one-time code instead; all of before ends.

        So it is also for those who have forgotten theirs. Raises NotFound, Conflict: also where the user is disabled.
        """
        _spare_oneself(by, id, "reset")
        user = await self._users.get(id)
        if user is not None and user["disabled"]:
            raise Conflict("the user is disabled and could not come in; let them sign in again first")
        after = await self._users.clear_password(id, by=by.id)
        invitation = await self._codes.invite(after, ttl_s=INVITATION_TTL_S)
        self._log.info("user_invited", user=id, by=by.id)
        return public_view(after), invitation

    async def delete_user(self, by: Actor, id: str) -> None:
        """Delete a user with their sessions and codes; their documents stay. Raises NotFound, Conflict."""
        _spare_oneself(by, id, "delete")
        await self._users.delete(id, by=by.id)
        self._log.info("user_deleted", user=id, by=by.id)

    async def end_session(self, by: Actor, id: str) -> None:
        """End one session, of whomever. Raises NotFound."""
        session = await self._sessions.get(id)
        if session is None:
            raise NotFound("there is no such session; it may have ended already")
        await self._sessions.close(id)
        self._log.info("session_ended", session=id, user=session["user"], by=by.id)

    async def end_sessions(self, by: Actor, id: str) -> None:
        """Sign a user out everywhere; one's own session that asks stays. Raises NotFound."""
        await self._users.end_sessions(id, keep_session=by.session if by.id == id else None, by=by.id)
        self._log.info("sessions_ended", user=id, by=by.id)

    async def create_token(
        self, by: Actor, name: str, *, roles: Sequence[str], expires_at: float | None
    ) -> tuple[Document, str]:
        """Make an API token; return it as it is listed, and itself, this once. Raises InvalidDocument, Conflict."""
        secret = await self._tokens.add(name, roles=roles, expires_at=expires_at, by=by.id)
        listed = next(token for token in await self._tokens.list() if token["name"] == name)
        self._log.info("token_created", token=name, roles=listed["roles"], expires_at=listed["expiresAt"], by=by.id)
        return listed, secret

    async def revoke_token(self, by: Actor, name: str) -> None:
        """End an API token. Raises NotFound."""
        await self._tokens.revoke(name, by=by.id)
        self._log.info("token_revoked", token=name, by=by.id)


def _spare_oneself(by: Actor, id: str, what: str) -> None:
    if by.id == id:
        raise Conflict(f"you cannot {what} your own account here; another admin can", code=OWN_ACCOUNT)
