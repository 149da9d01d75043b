"""Who may listen to which channel, pure."""

import re
from typing import Final, Literal

from runtime.model.actor import Actor
from runtime.model.errors import InvalidMessage
from runtime.model.specs import ChannelSpec

Refusal = Literal["undeclared", "unauthenticated", "forbidden"]
"""Why a scope keeps somebody out."""

_NAME: Final = re.compile(r"[A-Za-z0-9.:-][A-Za-z0-9_.:-]{0,127}|_[A-Za-z0-9_.:~-]{0,255}")


def is_channel_name(text: str) -> bool:
    """Tell whether a channel can be called so: 1 to 128 of `A-Z a-z 0-9 _ . : -`.

    The server's own begin with `_`. They may be longer and have a `~`, for the ids of documents are part of them.
    """
    return _NAME.fullmatch(text) is not None


def is_reserved(channel: str) -> bool:
    """Tell whether a name is kept for the server's own channels, whether there is one of that name or not."""
    return channel.startswith("_")


def require_free(channel: str) -> None:
    """Raise InvalidMessage, code `reserved_channel`, for a name that hooks and clients cannot use."""
    if is_reserved(channel):
        raise InvalidMessage(
            f"{channel!r} is the server's own, as all channels whose names begin with _; use another name",
            code="reserved_channel",
        )


def may_join(spec: ChannelSpec | None, channel: str, actor: Actor) -> Refusal | None:
    """Return why an actor may not listen to a channel, or None where it may.

    What nobody declared is closed to everyone, the admin included: only a hook can hand it out. A declared channel is
    open to the admin whatever its scope. A `user` channel is open to the user whose id stands in the name where the
    template has `{userId}`; the id comes from the session, never from the request.
    """
    if spec is None:
        return "undeclared"
    if spec.scope == "public" or actor.is_admin:
        return None
    if not actor.is_authenticated:
        return "unauthenticated"
    if spec.scope == "authenticated":
        return None
    if spec.scope.startswith("role:") and spec.scope.removeprefix("role:") in actor.roles:
        return None
    if spec.scope == "user" and actor.id is not None and (spec.match(channel) or {}).get("userId") == actor.id:
        return None
    return "forbidden"
