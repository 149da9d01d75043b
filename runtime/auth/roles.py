"""Roles that somebody is given have to be roles that the project knows."""

import difflib
from collections.abc import Collection, Iterable

from runtime.model.actor import ADMIN
from runtime.model.errors import InvalidDocument


def checked_roles(roles: Iterable[str], declared: Collection[str]) -> list[str]:
    """Return the roles, each once and in order. `declared` are the project's `auth.roles`; `admin` always is one.

    Raises InvalidDocument for any other, with the role that was probably meant.
    """
    known = sorted({ADMIN, *declared})
    given = list(dict.fromkeys(roles))
    errors = {}
    for index, role in enumerate(given):
        if role not in known:
            near = difflib.get_close_matches(role, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}; add it to auth.roles"
            errors[f"/roles/{index}"] = f"there is no role {role!r}; {hint}"
    if errors:
        raise InvalidDocument("; ".join(errors.values()), errors=errors)
    return given
