"""Users: who can sign in, with which roles."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from runtime.auth.passwords import Passwords, check_password
from runtime.auth.records import BATCH, CODES, SESSIONS, USERS, amended, amendment, creation, fresh, removal
from runtime.auth.roles import checked_roles
from runtime.model.actor import ADMIN
from runtime.model.change import Write
from runtime.model.clock import Clock
from runtime.model.document import Document
from runtime.model.errors import Conflict, InvalidDocument, NotFound, NotUnique, Unauthenticated, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Compare, Everything, Filter, Not, Query, Regex, SortKey, all_of, any_of
from runtime.model.specs import CollectionSpec

EMAIL_LENGTH_MAX: Final = 254
"""Characters: the longest path of RFC 5321 §4.5.3.1.3 without its brackets."""
NAME_LENGTH_MAX: Final = 200
NO_ADDRESS: Final = (
    f"this is no e-mail address; write it like ada@example.org, in at most {EMAIL_LENGTH_MAX} characters"
)
ATTEMPTS: Final = 5
"""How often a change is tried again when others write the same user at the same moment."""
OVERTAKEN: Final = "the user is being changed by others at the same moment; try again"


def normalised(email: str) -> str:
    """Return an e-mail address as it is stored and looked up: stripped, composed (NFC), in lower case."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def public_view(user: Document) -> Document:
    """Return what may leave the server of a user: no hash, no generation; `hasPassword` instead."""
    view = {key: value for key, value in user.items() if key not in {"passwordHash", "generation"}}
    return {**view, "hasPassword": user["passwordHash"] is not None}


class Users:
    """The users of one project. `declared` gives the project's roles as they are now.

    What is returned are stored documents, with the hash; `public_view` makes them fit to leave the server. Every method
    may raise Unavailable.
    """

    def __init__(
        self, store: Store, *, clock: Clock, passwords: Passwords, declared: Callable[[], Collection[str]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._passwords = passwords
        self._declared = declared

    async def create(
        self,
        email: str,
        *,
        password: str | None = None,
        roles: Sequence[str] = (),
        name: str = "",
        by: str | None = None,
    ) -> Document:
        """Create a user. Without a password there is no signing in but with a one-time code.

        Raises InvalidDocument and, where the address is taken, NotUnique.
        """
        user = fresh(
            {
                **self._checked(email=email, name=name, roles=roles, password=password),
                "disabled": False,
                "passwordHash": None if password is None else await self._passwords.hash(password),
                "generation": 1,
            },
            now=self._clock.now(),
            by=by,
        )
        await self._commit([creation(USERS, user)])
        return user

    async def get(self, id: str) -> Document | None:
        """Return one user, or None."""
        record = await self._store.get(USERS.name, id)
        return record.document if record else None

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Return the users that exist among `ids`, by id."""
        return {id: record.document for id, record in (await self._store.get_many(USERS.name, ids)).items()}

    async def find_by_email(self, email: str) -> Document | None:
        """Return the user with this address, however it is written, or None."""
        address = normalised(email)
        if not _is_address(address):
            return None
        found = await self._store.find(USERS.name, Query(filter=Compare(("email",), "$eq", address), limit=1))
        return found[0].document if found else None

    async def list(self, *, search: str = "", role: str = "", limit: int = 100, offset: int = 0) -> Sequence[Document]:
        """Return users, by e-mail address: those with `search` in their address or name, and those with a role."""
        order = (SortKey(("email",)), SortKey(("id",)))
        query = Query(filter=_among(search, role), sort=order, limit=limit, offset=offset)
        return [record.document for record in await self._store.find(USERS.name, query)]

    async def count(self, *, search: str = "", role: str = "") -> int:
        """Return how many users `list` would go through."""
        return await self._store.count(USERS.name, Query(filter=_among(search, role)))

    async def enabled_admins(self) -> Sequence[Document]:
        """Return the users with the role admin that are not disabled, the oldest first, at most BATCH."""
        filter = all_of(Compare(("roles",), "$eq", ADMIN), Compare(("disabled",), "$eq", False))
        return [r.document for r in await self._store.find(USERS.name, Query(filter=filter, limit=BATCH))]

    async def change(
        self,
        id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        roles: Sequence[str] | None = None,
        disabled: bool | None = None,
        by: str | None = None,
    ) -> Document:
        """Change what is not None of a user, in one commit. One who is disabled loses sessions and one-time codes.

        Raises NotFound, InvalidDocument, NotUnique (the address), Conflict (the last admin).
        """
        given = self._checked(email=email, name=name, roles=roles)
        dismisses = bool(disabled) or (roles is not None and ADMIN not in given["roles"])

        def fields(user: Document) -> Mapping[str, Any]:
            if disabled is None or disabled == user["disabled"]:
                return given
            return {**given, "disabled": disabled, "generation": user["generation"] + disabled}

        return await self._change(id, fields, dismisses=dismisses, by=by)

    async def set_roles(self, id: str, roles: Sequence[str], *, by: str | None = None) -> Document:
        """Give a user other roles, from their next request on.

        Raises NotFound, InvalidDocument, Conflict (the last admin).
        """
        return await self.change(id, roles=roles, by=by)

    async def set_password(
        self,
        id: str,
        password: str,
        *,
        pointer: str = "/password",
        instead_of: Document | None = None,
        keep_session: str | None = None,
        by: str | None = None,
    ) -> Document:
        """Set a user's password, and end their sessions and one-time codes in the same commit.

        `instead_of` is the user whose password was verified: if another is stored by now, Conflict is raised.
        `keep_session` is the id of a session that goes on; Unauthenticated is raised where it has ended by now.
        Raises NotFound, and InvalidDocument, naming `pointer`, for a password that is too short or too long.
        """
        check_password(password, pointer=pointer)
        hashed = await self._passwords.hash(password)

        def fields(user: Document) -> Mapping[str, Any]:
            if instead_of is not None and user["passwordHash"] != instead_of["passwordHash"]:
                raise Conflict("the password was changed by somebody else at the same moment; sign in again")
            return {"passwordHash": hashed, "generation": user["generation"] + 1}

        return await self._change(id, fields, keep_session=keep_session, by=by)

    async def set_up(
        self, id: str, *, email: str | None, name: str, password: str, keep_session: str, by: str | None = None
    ) -> Document:
        """Give a user who has no password yet a name, a password and, where it is not None, an address: in one commit.

        All their one-time codes and all sessions but `keep_session` end in it. Raises Conflict (code `has_password`)
        where there is a password by now, and what `change` and `set_password` raise.
        """
        given = self._checked(email=email, name=name, password=password)
        hashed = await self._passwords.hash(password)

        def fields(user: Document) -> Mapping[str, Any]:
            if user["passwordHash"] is not None:
                message = "there is a password already; sign in with it, and change it under your account"
                raise Conflict(message, code="has_password")
            return {**given, "passwordHash": hashed, "generation": user["generation"] + 1}

        return await self._change(id, fields, keep_session=keep_session, by=by)

    async def clear_password(self, id: str, *, by: str | None = None) -> Document:
        """Take a user's password away, so that only a one-time code lets them in; sessions and codes of before end.

        Raises NotFound.
        """
        return await self._change(id, lambda user: {"passwordHash": None, "generation": user["generation"] + 1}, by=by)

    async def renew_hash(self, user: Document, password: str) -> None:
        """Store the hash of the password that `user` has just proved to know, made with today's parameters."""
        after = amended(user, {"passwordHash": await self._passwords.hash(password)}, now=self._clock.now())
        try:
            await self._store.commit([amendment(USERS, after)])
        except VersionConflict:
            return  # the user is being changed; the next sign-in renews it

    async def disable(self, id: str, *, by: str | None = None) -> Document:
        """Shut a user out: sessions and one-time codes end at once. Raises NotFound, Conflict (the last admin)."""
        return await self.change(id, disabled=True, by=by)

    async def enable(self, id: str, *, by: str | None = None) -> Document:
        """Let a user sign in again; the sessions of before stay ended. Raises NotFound."""
        return await self.change(id, disabled=False, by=by)

    async def end_sessions(self, id: str, *, keep_session: str | None = None, by: str | None = None) -> None:
        """Sign a user out everywhere, but for a session to keep; open one-time codes end too.

        Raises NotFound, and Unauthenticated where the session to keep has ended by now.
        """
        await self._change(id, lambda user: {"generation": user["generation"] + 1}, keep_session=keep_session, by=by)

    async def delete(self, id: str, *, by: str | None = None) -> None:
        """Delete a user with all sessions and one-time codes. Raises NotFound, Conflict (the last admin)."""
        for _ in range(ATTEMPTS):
            user = await self._stored(id)
            gone = Write(USERS.name, id, None, expected=user["version"], by=by)
            endings = await self._endings(user, keep_session=None, generation=0)
            try:
                await self._store.commit([gone, *await self._another_admin(user), *endings])
            except VersionConflict:
                continue
            return
        raise Conflict(OVERTAKEN)

    async def _change(
        self,
        id: str,
        fields: Callable[[Document], Mapping[str, Any]],
        *,
        keep_session: str | None = None,
        dismisses: bool = False,
        by: str | None = None,
    ) -> Document:
        for _ in range(ATTEMPTS):
            user = await self._stored(id)
            after = amended(user, fields(user), now=self._clock.now())
            writes = [amendment(USERS, after, by=by), *(await self._another_admin(user) if dismisses else ())]
            if after["generation"] != user["generation"]:
                writes += await self._endings(user, keep_session=keep_session, generation=after["generation"])
            try:
                await self._commit(writes)
            except VersionConflict:
                continue
            return after
        raise Conflict(OVERTAKEN)

    async def _commit(self, writes: Sequence[Write]) -> None:
        try:
            await self._store.commit(writes)
        except NotUnique as failure:
            message = "there is a user with this e-mail address already"
            raise NotUnique(message, collection=USERS.name, id=failure.id, errors={"/email": message}) from failure

    def _checked(
        self,
        *,
        email: str | None = None,
        name: str | None = None,
        roles: Sequence[str] | None = None,
        password: str | None = None,
    ) -> dict[str, Any]:
        """Return what is not None as it is stored, the password aside. Raises InvalidDocument with all faults."""
        errors: dict[str, str] = {}
        given: dict[str, Any] = {}
        if email is not None:
            given["email"] = normalised(email)
            if not _is_address(given["email"]):
                errors["/email"] = NO_ADDRESS
        if name is not None:
            given["name"] = name.strip()
            if len(name) > NAME_LENGTH_MAX or not name.isprintable():
                errors["/name"] = f"a name has at most {NAME_LENGTH_MAX} characters, in one line"
        if roles is not None:
            given["roles"] = list(dict.fromkeys(roles))
            errors |= _faults(checked_roles, roles, self._declared())
        if password is not None:
            errors |= _faults(check_password, password)
        if errors:
            raise InvalidDocument("; ".join(errors.values()), errors=errors)
        return given

    async def _endings(self, user: Document, *, keep_session: str | None, generation: int) -> Sequence[Write]:
        writes = [removal(spec, document) for spec in (SESSIONS, CODES) for document in await self._owned(spec, user)]
        if keep_session is None:
            return writes
        kept = await self._store.get(SESSIONS.name, keep_session)
        if kept is None:
            raise Unauthenticated("your session has ended; sign in again")
        moved = amended(kept.document, {"generation": generation}, now=self._clock.now())
        return [amendment(SESSIONS, moved), *(write for write in writes if write.id != keep_session)]

    async def _owned(self, spec: CollectionSpec, user: Document) -> Sequence[Document]:
        owned = Query(filter=Compare(("user",), "$eq", user["id"]), limit=BATCH)
        return [record.document for record in await self._store.find(spec.name, owned)]

    async def _another_admin(self, user: Document) -> Sequence[Write]:
        """Return what is committed with the dismissal of a user: of an admin, that another one is still there.

        It changes nothing of that one but the version, so of admins who dismiss each other in one instant one comes too
        late. Raises Conflict where there is no other.
        """
        if ADMIN not in user["roles"] or user["disabled"]:
            return ()
        others = Not(Compare(("id",), "$eq", user["id"]))
        filter = all_of(Compare(("roles",), "$eq", ADMIN), Compare(("disabled",), "$eq", False), others)
        found = await self._store.find(USERS.name, Query(filter=filter, limit=1))
        if not found:
            raise Conflict(f"{user['email']} is the last admin; make another user an admin first", code="last_admin")
        other = found[0].document
        return (amendment(USERS, {**other, "version": other["version"] + 1}),)

    async def _stored(self, id: str) -> Document:
        user = await self.get(id)
        if user is None:
            raise NotFound("there is no such user")
        return user


def _faults(check: Callable[..., object], *arguments: object) -> Mapping[str, str]:
    """Return the errors by which a check refuses; none where it does not."""
    try:
        check(*arguments)
    except InvalidDocument as invalid:
        return invalid.errors
    return {}


def _among(search: str, role: str) -> Filter:
    """Return what finds users by a part of their address or name, in any case, and by role."""
    pattern = re.escape(search.strip())
    found = any_of(Regex(("email",), pattern, "i"), Regex(("name",), pattern, "i")) if pattern else Everything()
    return all_of(found, Compare(("roles",), "$eq", role)) if role else found


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    if not local or not domain or "@" in local or len(text) > EMAIL_LENGTH_MAX:
        return False
    return text.isprintable() and not any(character.isspace() for character in text)
