"""From the project's storage URL to its store."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime.model.clock import Clock
from runtime.model.errors import Unavailable
from runtime.model.ports import Store
from runtime.storage.mongo.address import SCHEMES
from runtime.storage.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from runtime.storage.mongo.store import MongoStore

SUPPORTED: Final = (
    "sqlite:data/project.db (a file, relative to the project) or sqlite::memory: or "
    "mongodb://HOST/DATABASE?replicaSet=NAME"
)


def open_store(url: str, *, folder: Path, clock: Clock) -> Store:
    """Return the store that a URL names, not yet opened. Relative files are relative to `folder`.

    Raises Unavailable, naming what is supported, for any other URL.
    """
    scheme, _, rest = url.partition(":")
    if scheme in SCHEMES:
        # only then: the driver takes 0.1 s to import and 7 MB to keep, which a project on SQLite need not pay
        store: type[MongoStore] = import_module("runtime.storage.mongo.store").MongoStore
        return store(url, clock=clock)
    if scheme != "sqlite" or not rest or rest.startswith("//"):
        raise Unavailable(f"storage {scheme!r} is not supported; use {SUPPORTED}")  # the rest may hold a password
    return SqliteStore(None if rest == ":memory:" else folder / rest, clock=clock)
