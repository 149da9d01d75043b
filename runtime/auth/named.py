"""Whoever can be named in a question about permissions."""

from dataclasses import dataclass

from runtime.auth.tokens import Tokens
from runtime.auth.users import Users
from runtime.model.actor import ADMIN, PUBLIC, Actor
from runtime.model.errors import NotFound
from runtime.model.specs import ProjectSpec


@dataclass(frozen=True, slots=True)
class Named:
    """An actor as it would be if it asked now. `disabled` is a user who cannot sign in."""

    actor: Actor
    disabled: bool = False


async def named(text: str, *, users: Users, tokens: Tokens, spec: ProjectSpec) -> Named:
    """Return the actor that a text names: `public`, `role:NAME`, `token:NAME`, a user's e-mail address or id.

    A role is a user who has no other and owns nothing. Raises NotFound, naming what there is.
    """
    kind, _, name = text.partition(":")
    if text == "public":
        return Named(PUBLIC)
    if kind == "role":
        return Named(_role(name, spec))
    if kind == "token":
        return Named(await _token(name, tokens))
    user = await users.find_by_email(text) or await users.get(text)
    if user is None:
        raise NotFound(f"there is no user {text!r}; name public, a user's e-mail address, token:NAME or role:NAME")
    actor = Actor(kind="user", id=user["id"], name=user["email"], roles=frozenset(user["roles"]))
    return Named(actor, disabled=user["disabled"])


def _role(name: str, spec: ProjectSpec) -> Actor:
    known = {ADMIN, *spec.auth.roles}
    if name not in known:
        raise NotFound(f"there is no role {name!r}; there are {', '.join(sorted(known))}")
    return Actor(kind="user", id="", name=f"role:{name}", roles=frozenset({name}))


async def _token(name: str, tokens: Tokens) -> Actor:
    known = {token["name"]: token for token in await tokens.list()}
    if name not in known:
        raise NotFound(f"there is no token {name!r}; there are {', '.join(known) or 'none'}")
    return Actor(kind="token", id=f"token:{name}", name=name, roles=frozenset(known[name]["roles"]))
