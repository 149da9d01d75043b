"""Everything about who somebody is, for one project."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.auth.account import Account
from runtime.auth.administration import Administration
from runtime.auth.codes import Codes, Invitation
from runtime.auth.identify import Identify
from runtime.auth.passwords import Passwords, check_password
from runtime.auth.secrets import Secret
from runtime.auth.sessions import Sessions
from runtime.auth.throttle import LoginThrottle
from runtime.auth.tickets import Tickets
from runtime.auth.tokens import Tokens
from runtime.auth.users import Users, public_view
from runtime.model.actor import ADMIN, Actor
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Document
from runtime.model.errors import Forbidden, InvalidDocument, NotUnique, RateLimited, Unauthenticated
from runtime.model.ports import Store
from runtime.model.specs import ProjectSpec

FIRST_ADMIN: Final = "admin@localhost"
WRONG_PASSWORD: Final = "the e-mail address or the password is wrong"  # noqa: S105
WRONG_CODE: Final = "the code is wrong, used or expired"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody has signed in. `user` is the public view; `token` is shown this once; `expires_at` is epoch seconds."""

    user: Document
    token: str
    expires_at: float


class Auth:
    """The users, sessions, one-time codes and API tokens of one project, and what is done with them over HTTP.

    `spec` gives the project as it is now: a reloaded rate, role or session time counts at once. The store must know
    `records.COLLECTIONS`. Events are logged as `login_succeeded` and `login_failed`, with the user's id where
    there is one, and never with what was typed: people type passwords into e-mail fields.
    """

    def __init__(
        self,
        spec: Callable[[], ProjectSpec],
        *,
        store: Store,
        clock: Clock,
        secret: Secret,
        log: FilteringBoundLogger,
        passwords: Passwords | None = None,
    ) -> None:
        self._log = log
        self._passwords = passwords or Passwords(log=log)
        self._throttle = LoginThrottle(lambda: spec().limits.login, clock=clock)
        self.users = Users(store, clock=clock, passwords=self._passwords, declared=lambda: spec().auth.roles)
        self.sessions = Sessions(
            store,
            users=self.users,
            secret=secret,
            clock=clock,
            ttl_s=lambda: spec().auth.session_ttl_s,
            log=log,
        )
        self.codes = Codes(store, users=self.users, secret=secret, clock=clock)
        self.tokens = Tokens(store, secret=secret, clock=clock, declared=lambda: spec().auth.roles, log=log)
        self.tickets = Tickets(store, secret=secret, clock=clock)
        self.account = Account(self.users, self.sessions, log=log)
        self.administration = Administration(
            users=self.users, sessions=self.sessions, codes=self.codes, tokens=self.tokens, log=log
        )
        self.identify = Identify(users=self.users, sessions=self.sessions, tokens=self.tokens, tickets=self.tickets)

    async def login(self, email: str, password: str, *, ip: str, agent: str) -> SignedIn:
        """Sign in with a password and open a session.

        Raises RateLimited, and Unauthenticated with one message, after one computation of the same cost, whether the
        address is unknown, the password wrong or missing, or the user disabled.
        """
        await self._admit(ip, email=email, method="password")
        user = await self.users.find_by_email(email)
        right = await self._passwords.verify(user["passwordHash"] if user else None, password)
        if user is None:
            raise self._refused(WRONG_PASSWORD, method="password", reason="unknown_user", ip=ip)
        if not right or user["disabled"]:
            reason = "wrong_password" if not right else "disabled"
            raise self._refused(WRONG_PASSWORD, method="password", reason=reason, ip=ip, user=user["id"])
        await self._throttle.succeeded(email)
        if self._passwords.is_outdated(user["passwordHash"]):
            await self.users.renew_hash(user, password)
        return await self._open(user, method="password", ip=ip, agent=agent)

    async def login_with_code(self, code: str, *, ip: str, agent: str) -> SignedIn:
        """Sign in with a one-time code, which is used up. Raises RateLimited, Unauthenticated."""
        await self._admit(ip, email=None, method="code")
        user = await self.codes.redeem(code)
        if user is None:
            raise self._refused(WRONG_CODE, method="code", reason="wrong_code", ip=ip)
        return await self._open(user, method="code", ip=ip, agent=agent)

    async def logout(self, actor: Actor) -> None:
        """End the actor's session, at once. The public has none; an API token is Forbidden."""
        if actor.kind == "token":
            raise Forbidden("an API token has no session to end; revoke the token instead")
        if actor.session is not None:
            await self.sessions.close(actor.session)

    async def change_password(self, actor: Actor, *, current: str | None, new: str, ip: str) -> Document:
        """Set the actor's own password, keep this session, end all others in the same commit; return the public view.

        Somebody who has no password yet, having come in with a one-time code, does not need `current`. Raises
        InvalidDocument (`/current`, `/new`), RateLimited, Conflict, Unauthenticated, Forbidden for an API token.
        """
        user, session = await self.account.owner(actor)
        check_password(new, pointer="/new")
        if user["passwordHash"] is not None:
            await self._prove(user, current, ip=ip)
        after = await self.users.set_password(
            user["id"], new, pointer="/new", instead_of=user, keep_session=session, by=user["id"]
        )
        self._log.info("password_changed", user=user["id"], ip=ip)
        return public_view(after)

    async def me(self, actor: Actor) -> Document:
        """Return who asks: `{"user", "expiresAt"}`, or `{"token": {name, roles}, "expiresAt"}` for an API token.

        Raises Unauthenticated for the public.
        """
        if not actor.is_authenticated:
            raise Unauthenticated("nobody is signed in; sign in first")
        expires_at = None if actor.expires_at is None else timestamp(actor.expires_at)
        if actor.kind != "user" or actor.id is None:
            return {"token": {"name": actor.name, "roles": sorted(actor.roles)}, "expiresAt": expires_at}
        user = await self.users.get(actor.id)
        if user is None:
            raise Unauthenticated("your user has been deleted")
        return {"user": public_view(user), "expiresAt": expires_at}

    async def first_admin(self) -> Invitation | None:
        """Return a way in as long as no admin has a password; called at each start.

        Where there is no admin, `admin@localhost` is created. As long as no enabled admin has set a password, every
        start gives a fresh code for one of them, used one before or not: whoever starts the server twice gets in twice,
        and whoever starts it owns the store anyway. From the first password on there is no code any more, so a server
        that others can reach, or whose output others can read, should have one. There is none either where
        `admin@localhost` exists and is disabled or no admin: somebody decided that, and `hookstream user` is how to
        decide otherwise.
        """
        admins = await self.users.enabled_admins()
        if any(admin["passwordHash"] is not None for admin in admins):
            return None
        if not admins:
            try:
                admins = [await self.users.create(FIRST_ADMIN, roles=[ADMIN])]
            except NotUnique:
                # Another process that starts at this moment was faster, or the address is somebody else's.
                admins = await self.users.enabled_admins()
                if not admins:
                    self._log.warning("no_admin", remedy=f"hookstream user role {FIRST_ADMIN} admin")
                    return None
        admin = next((admin for admin in admins if admin["email"] == FIRST_ADMIN), admins[0])
        return await self.codes.invite(admin)

    async def prune(self) -> int:
        """Delete expired sessions, codes and tickets; return how many. For the server's regular upkeep."""
        return await self.sessions.prune() + await self.codes.prune() + await self.tickets.prune()

    async def _prove(self, user: Document, current: str | None, *, ip: str) -> None:
        if current is None:
            message = "the current password is needed to set a new one"
            raise InvalidDocument(message, errors={"/current": message})
        await self._throttle.change(user["id"])
        if not await self._passwords.verify(user["passwordHash"], current):
            self._log.warning("password_change_refused", user=user["id"], ip=ip)
            message = "the current password is wrong"
            raise InvalidDocument(message, errors={"/current": message})

    async def _admit(self, ip: str, *, email: str | None, method: str) -> None:
        try:
            await self._throttle.attempt(ip, email=email)
        except RateLimited:
            self._log.warning("login_failed", method=method, reason="rate_limited", ip=ip)
            raise

    def _refused(self, message: str, *, method: str, reason: str, ip: str, user: str | None = None) -> Unauthenticated:
        self._log.warning("login_failed", method=method, reason=reason, ip=ip, user=user)
        return Unauthenticated(message)

    async def _open(self, user: Document, *, method: str, ip: str, agent: str) -> SignedIn:
        session = await self.sessions.open(user, ip=ip, agent=agent)
        self._log.info("login_succeeded", method=method, user=user["id"], session=session.id, ip=ip)
        return SignedIn(public_view(user), session.token, session.expires_at)
