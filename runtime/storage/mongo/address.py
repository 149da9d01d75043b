"""Where a project's documents are: a MongoDB URL, taken apart without giving its credentials away."""

import re
from dataclasses import dataclass, field
from typing import Final

from runtime.model.errors import Unavailable

SCHEMES: Final = frozenset({"mongodb", "mongodb+srv"})

_URL: Final = re.compile(
    r"mongodb(?:\+srv)?://(?:[^@/?#]*@)?"
    r"(?P<hosts>(?:[\w.%-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:,(?:[\w.%-]+|\[[0-9A-Fa-f:.]+\])(?::\d+)?)*)"
    r"/(?P<database>[\w-]+)(?:\?(?P<options>\w+=[^&]*(?:&\w+=[^&]*)*)?)?"
)
"""Strict on purpose: a password with a sign that should have been percent-encoded must never pass for a host."""


@dataclass(frozen=True, slots=True)
class Address:
    """A MongoDB database. `url` may hold a password; `str()` shows hosts and database only."""

    url: str = field(repr=False)
    hosts: str
    database: str
    options: frozenset[str]

    @classmethod
    def of(cls, url: str) -> "Address":
        """Return the address that a URL says. Raises Unavailable, without showing the URL, for what is none."""
        found = _URL.fullmatch(url)
        if found is None:
            raise Unavailable(
                "`storage` is no MongoDB address; write mongodb://HOST/DATABASE, or "
                "mongodb://USER:PASSWORD@HOST/DATABASE?replicaSet=NAME with special signs percent-encoded"
            )
        named = (part.partition("=")[0].lower() for part in (found["options"] or "").split("&"))
        return cls(url, found["hosts"], found["database"], frozenset(name for name in named if name))

    def __str__(self) -> str:
        return f"MongoDB at {self.hosts}/{self.database}"
