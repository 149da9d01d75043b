"""What a floor needs of a floor above it, as protocols. `runtime.app` puts the real ones in."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Protocol, runtime_checkable

from runtime.model.change import Change, Message, Write
from runtime.model.clock import Clock
from runtime.model.document import Document, Record
from runtime.model.query import Filter, Path, Query
from runtime.model.specs import CollectionSpec, OnFull


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a store can promise. `notes` says in words what is weaker than the port's contract; shown in `/readyz`."""

    name: str
    durable: bool
    atomic_batches: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreign:
    """Changes that others have committed, in commit order, up to the number `seq`.

    `missed` is how many records up to there were pruned, or never written, before they could be read; their own among
    them.
    """

    changes: Sequence[Change]
    seq: int
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A number of things, counted or, where that would take long, estimated."""

    number: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """What a store tells of itself, for people.

    `engine` names what keeps the documents, with versions. `place` is a file or a database, never a credential.
    `size_bytes` has parts by name, `file` and `wal` of SQLite, `data` and `indexes` of MongoDB. `documents` are counted
    by collection, those of the system included; `changes` are the records of the change log.
    """

    engine: str
    place: str
    size_bytes: Mapping[str, int]
    documents: Mapping[str, Tally]
    changes: Tally


class Store(Protocol):
    """Where documents are kept.

    The caller has checked collection names, filters and sort keys: collections are those of the last `ensure`, filters
    come from `runtime.query.parse`. What a filter, a sort order and a cursor mean is defined by `runtime.query.match`
    and `.order`; an adapter may push them down, but never answers anything else. Every method may raise `Unavailable`.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this store can promise."""

    async def open(self) -> None:
        """Connect, create what is missing. Raises Unavailable with the remedy where that is impossible."""

    async def close(self) -> None:
        """Finish what was acknowledged, release everything. Safe to call twice."""

    async def ensure(self, collections: Sequence[CollectionSpec]) -> list[str]:
        """Make tables and indexes fit the collections; return a line for each thing that was changed.

        Called at start and after a reload, with all collections, those of the system included. Collections that are
        no longer named keep their data. Raises ProjectInvalid, changing nothing, where the data does not fit (a new
        unique field with duplicates), naming the documents.
        """

    async def get(self, collection: str, id: str) -> Record | None:
        """Return one document."""

    async def get_many(self, collection: str, ids: Sequence[str]) -> dict[str, Record]:
        """Return the documents that exist among `ids`, by id."""

    async def find(self, collection: str, query: Query) -> list[Record]:
        """Return the matching documents in order, whole: `query.fields` is the caller's to apply."""

    async def count(self, collection: str, query: Query) -> int:
        """Return how many match `query.filter` and `query.text`; the rest of the query is ignored."""

    async def distinct(self, collection: str, path: Path, filter: Filter) -> list[Any]:
        """Return the different values at a path, arrays unwound, in sort order."""

    def iterate(self, collection: str, query: Query) -> AsyncIterator[Record]:
        """Go through any number of documents in bounded memory.

        A document that is there from beginning to end and does not change is seen exactly once. `limit` may be None.
        """

    async def commit(self, writes: Sequence[Write]) -> list[Change]:
        """Apply all writes or none, durably; return the change records of logged collections, in order.

        At most one write per document in a batch. Raises AlreadyExists (`expected=0` and it is there, without
        `keep_existing`), VersionConflict (another version, or gone), NotUnique: for the first write that cannot be
        applied, in the order given. When it returns, a crash of process or machine loses nothing.
        """

    async def changes(self, since: int, limit: int) -> list[Change]:
        """Return change records with `seq` > since, in commit order."""

    async def last_seq(self) -> int:
        """Return the `seq` of the newest change record; 0 where there is none."""

    async def prune_changes(self, before: str) -> int:
        """Delete change records older than a timestamp; return how many."""

    def watch(self, since: int | None = None) -> AsyncGenerator[Foreign, None]:
        """Yield what others commit to the same database: never what this store commits, nothing twice.

        It goes on from the number of a change record, `Foreign.seq` of what was seen last. None is from now on, and
        what is yielded first has no changes: it says from where. It ends when the iterator is closed, or by raising.
        """

    def state(self) -> object | None:
        """Return what stays equal while nothing is committed, by nobody else either; None where that is not known.

        What is read after it was returned is what would be read again, for as long as it is equal. Does not wait.
        """

    async def ping(self) -> None:
        """Return if the store answers; raise Unavailable otherwise."""

    async def survey(self) -> Survey:
        """Return what there is: how much, how large, where. What is dear to count is estimated."""


Progress = Callable[[int, int], None]
"""Told how much of how much is done; perhaps in another thread than the one that asked."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done.

    `made_at` is when the backup was made, None where the file does not say. `aside` is where the previous database is
    kept, None where there was none.
    """

    made_at: str | None
    aside: FilePath | None


@runtime_checkable
class Backups(Protocol):
    """What a `Store` may offer besides, where one file can hold all that it keeps.

    Users, runs and the change log are part of a backup as documents are. Both methods work on a store that is not open,
    and need no collections. One that is cancelled leaves things as they were. Progress is told in pages.
    """

    async def back_up(self, target: FilePath, *, namespace: str, replace: bool, progress: Progress) -> None:
        """Write the database as it is at this moment to a file, for the owner alone.

        Reads and writes go on meanwhile, of other processes too. The copy says which project it is of and when it was
        made; it takes its name only when it was found to be whole. Raises, leaving `target` as it was: Conflict where
        there is one and not `replace`, or where it is the database itself; NotFound where there is no database;
        Unavailable where it is damaged, or files cannot be written.
        """

    async def restore(self, source: FilePath, *, namespace: str, any_project: bool, progress: Progress) -> Restored:
        """Put a backup in the database's place, at once and whole, and keep the previous one aside.

        `namespace` is this project's; the backup has to be of it too, but for `any_project`. Whoever wants to open the
        database meanwhile waits. Raises, leaving everything as it was: Conflict where a process has the database open,
        or the backup is another project's; NotFound, or Invalid where the file is none that could be used; Unavailable
        where files cannot be written.
        """


class Publisher(Protocol):
    """What hands messages to channels: the hub of a project."""

    clock: Clock

    def prepare(self, channel: str, message: Mapping[str, Any]) -> Message:
        """Check a message against its channel and stamp it.

        Raises InvalidMessage (no `type`, a type or payload that the channel's `events` refuse, not JSON, a bad channel
        name) and TooLarge.
        """

    def publish(self, messages: Sequence[Message]) -> None:
        """Give messages their place in the sequence and send them to whoever listens. Returns at once."""

    def revalidation(self, channel: str, key: str) -> Message:
        """Return the message that tells clients of a channel to fetch `key` again. Raises InvalidMessage."""

    def is_heard(self, channel: str) -> bool:
        """Tell whether anybody listens to a channel now, so that what nobody hears need not be made."""

    def say(self, channel: str, message: Mapping[str, Any], *, transient: bool = False) -> Message:
        """Publish a message of the server's own, and return it.

        One that is `transient` is for whoever listens at this moment, and is not kept. Raises TooLarge.
        """

    def present(self, channel: str) -> dict[str, Any]:
        """Return who is on a channel: `{"users": [ids, sorted], "anonymous": count}`."""

    def disconnect(self, *, user: str | None = None, connection: str | None = None) -> int:
        """End the streams of a user, or one stream, soon; return how many."""


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What `ctx.realtime.subscribe` returns and a read hook hands back: make this response an event stream.

    None keeps the channel's own setting, or the default for a channel that nobody declared.
    """

    channels: tuple[str, ...]
    last_n: int | None = None
    max_age_s: float | None = None
    buffer_size: int | None = None
    on_full: OnFull | None = None
    message_ttl_s: float | None = None
    presence: bool | None = None


class Enqueuer(Protocol):
    """What makes runs out of requests for work: the ledger."""

    def prepare(
        self,
        job: str,
        input: Mapping[str, Any] | None,
        *,
        delay_s: float,
        key: str | None,
        by: str | None,
        at: float | None = None,
    ) -> Write:
        """Return the write that queues a run; the run's id is the write's. Raises NotFound, InvalidDocument.

        It is due `delay_s` from now, or at an instant in epoch seconds. With a `key`, the same job and key give the
        same id, and the write keeps a run that exists.
        """

    def wake(self, runs: Sequence[Write]) -> None:
        """Tell the workers that runs were committed: `runs` are the writes that `prepare` gave."""


class Database(Protocol):
    """`ctx.db`: documents, for hooks and jobs.

    It acts as the system, whatever the caller's permissions; `as_actor()` gives the same with the caller's. Filters are
    written as in the REST API. Inside a request, writes are seen by later reads of the same request and are
    committed together with it; in a job each call commits at once, unless within `async with db.batch()`.
    Writes run the collection's hooks.
    """

    async def get(self, collection: str, id: str) -> Document | None:
        """Return one document, or None."""

    async def find(
        self,
        collection: str,
        filter: Mapping[str, Any] | None = None,
        *,
        sort: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Document]:
        """Return documents that match, sorted like `"-publishedAt,title"`."""

    async def find_one(
        self, collection: str, filter: Mapping[str, Any] | None = None, *, sort: str | None = None
    ) -> Document | None:
        """Return the first document that matches, or None."""

    async def count(self, collection: str, filter: Mapping[str, Any] | None = None) -> int:
        """Return how many documents match."""

    async def create(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Create a document; return it as stored. Raises InvalidDocument, AlreadyExists, NotUnique, Reject."""

    async def update(self, collection: str, id: str, changes: Mapping[str, Any]) -> Document:
        """Change a document: a JSON Merge Patch (RFC 7396), or update operators (`{"$inc": {"views": 1}}`).

        Raises NotFound beside what `create` raises.
        """

    async def delete(self, collection: str, id: str) -> None:
        """Delete a document. Raises NotFound, Reject."""

    def as_actor(self) -> "Database":
        """Return the same, bound to what the caller may do; it raises Unauthenticated and Forbidden too."""

    def batch(self) -> AbstractAsyncContextManager["Database"]:
        """Hold a job's writes together: all are committed at the end of the block, or none where it raises."""


Subscriber = Callable[[Sequence[Change]], Awaitable[None] | None]
"""Told of committed changes, in commit order, after the answer to the writer is on its way."""
