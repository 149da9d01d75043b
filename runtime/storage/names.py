"""Identifiers in SQL. They are made of the YAML's names alone, never of anything that a request says."""

import re
from collections.abc import Collection
from typing import Final

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.,:-]")


def identifier(name: str, taken: Collection[str]) -> str:
    """Return a readable identifier for a name, different from all in `taken`, however SQLite compares them.

    SQLite holds identifiers that differ only in case for equal, and keeps those that begin with sqlite_ for itself.
    """
    safe = _UNSAFE.sub("~", name)
    if safe.lower().startswith("sqlite_"):
        safe = f"~{safe}"
    lowered = {other.lower() for other in taken}
    while safe.lower() in lowered:
        safe += "~"
    return safe


def quoted(identifier: str) -> str:
    """Return an identifier as SQL text."""
    return '"' + identifier.replace('"', '""') + '"'


def joined(parts: tuple[str, ...], operator: str) -> str:
    """Return the parts joined by AND or OR, as a balanced tree: SQLite refuses expressions deeper than 1000."""
    if len(parts) <= 4:
        return f" {operator} ".join(parts)
    middle = len(parts) // 2
    return f"({joined(parts[:middle], operator)}) {operator} ({joined(parts[middle:], operator)})"
