"""Names that MongoDB takes, for names that people and programs choose.

A collection's name may have any signs in the YAML, MongoDB's may not. Top-level keys that begin with `_` get one more,
so that `_id` and `_words` are ours. Paths that MongoDB would read in another way than the query language does have no
name here, and conditions on them are left to the matcher.
"""

import hashlib
from typing import Any, Final
from urllib.parse import quote

from runtime.model.document import Document
from runtime.model.query import Path
from runtime.query.values import key_problem

CHANGES: Final = "_changes"
"""The collection of change records."""
CATALOG: Final = "_store"
"""The collection of what the store has to remember: a layout for each collection, the number of the last change."""
WORDS: Final = "_words"
"""The field with a document's words, for full text."""

ID: Final[Path] = ("id",)
NAME_LIMIT: Final = 100
"""Namespaces may have 255 bytes, the database's name and a dot among them."""


def collection_name(name: str) -> str:
    """Return a collection's name in the database: letters, digits, `_`, `-` as they are, other signs as %XX."""
    safe = quote(name, safe="", errors="surrogatepass").replace(".", "%2E").replace("~", "%7E")
    if safe in (CHANGES, CATALOG):
        return f"%5F{safe[1:]}"
    if len(safe) <= NAME_LIMIT:
        return safe
    return f"{safe[: NAME_LIMIT // 2]}%%{hashlib.sha256(safe.encode()).hexdigest()[:32]}"


def dotted(path: Path) -> str | None:
    """Return a path as MongoDB writes it, or None where it has no name there.

    A segment of digits has none: MongoDB and the language agree on what it means, but in too many words to rely on.
    """
    if path == ID:
        return "_id"
    if not path or any(not segment or segment.isdecimal() or key_problem(segment) for segment in path):
        return None
    return ".".join((_escaped(path[0]), *path[1:]))


def to_stored(document: Document, words: list[str]) -> dict[str, Any]:
    """Return a document as it lies in the database."""
    stored = {"_id": document["id"]}
    stored.update((_escaped(key), value) for key, value in document.items())
    if words:
        stored[WORDS] = words
    return stored


def from_stored(stored: dict[str, Any]) -> Document:
    """Return the document that lies in the database; what is given is used up."""
    del stored["_id"]
    stored.pop(WORDS, None)
    if any(key[:1] == "_" for key in stored):
        return {key[1:] if key[:1] == "_" else key: value for key, value in stored.items()}
    return stored


def _escaped(key: str) -> str:
    return f"_{key}" if key[:1] == "_" else key
