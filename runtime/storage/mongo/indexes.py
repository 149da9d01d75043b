"""The indexes that a collection asks for."""

import hashlib
import re
from typing import Final

from runtime.model.query import Path
from runtime.storage.layout import Index, Layout
from runtime.storage.mongo import steps
from runtime.storage.mongo.filters import PRESENT
from runtime.storage.mongo.names import WORDS, dotted

PREFIX: Final = "hookstream:"
"""Indexes whose names begin so are ours to build and to drop; others are an administrator's, and left alone."""
INDEX_LIMIT: Final = 64
"""How many indexes MongoDB lets a collection have, the one on `_id` and the one on words among them."""

_READABLE: Final = re.compile(r"[\w., -]{1,100}", re.ASCII)


def label(index: Index) -> str:
    """Return an index as the YAML writes it: `status, -publishedAt`."""
    return ", ".join(f"-{'.'.join(path)}" if down else ".".join(path) for path, down in index.keys)


def wanted(layout: Layout) -> dict[str, Index]:
    """Return the indexes over fields by their names, those that must be there first.

    Those that MongoDB has no room for are left out, which makes questions slow and never wrong.
    """
    room = INDEX_LIMIT - 1 - bool(layout.text)
    declared = sorted((*layout.indexes, *layout.arrays), key=lambda index: not index.unique)
    found = {_name(index): index for index in declared if all(dotted(path) is not None for path, _ in index.keys)}
    return dict(list(found.items())[:room])


def model(name: str, index: Index) -> steps.Index:
    """Return an index as the driver takes it. The id is behind its keys, so that it has a whole order."""
    keys = index.keys if index.unique else index.order
    return steps.Index(
        name=name,
        keys=tuple((_dotted(path), -1 if down else 1) for path, down in keys),
        unique=index.unique,
        only={_dotted(index.keys[0][0]): PRESENT} if index.unique else None,
    )


def words(layout: Layout) -> steps.Index | None:
    """Return the index for full text, where there is a field that is searched."""
    return steps.Index(f"{PREFIX}words", ((WORDS, 1),)) if layout.text else None


def _name(index: Index) -> str:
    text = label(index)
    if not _READABLE.fullmatch(text):
        text = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{PREFIX}{'unique on' if index.unique else 'on'} {text}"


def _dotted(path: Path) -> str:
    name = dotted(path)
    if name is None:
        raise LookupError(f"{path} has no name in MongoDB")
    return name
