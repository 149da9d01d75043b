"""The driver: the only module that imports motor, PyMongo and BSON.

The rest of the adapter sees plain dictionaries, the operations below and the exceptions below. Motor is in maintenance
until May 2027; PyMongo's own asynchronous client has the same calls, but for `start_transaction` and `close`, which are
coroutines there.
"""

import asyncio
import math
import random
import secrets
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import bson
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.errors import InvalidDocument as UnencodableDocument
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import DeleteOne, IndexModel, InsertOne, ReadPreference, ReplaceOne, ReturnDocument, UpdateOne, timeout
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from runtime.model.clock import Clock
from runtime.model.errors import Unavailable
from runtime.storage.mongo.address import Address
from runtime.storage.mongo.steps import Body, Index, Insert, Patch, Remove, Replace, Step, Taken, Transient, Unstorable

T = TypeVar("T")

BATCH_ROWS: Final = 256
"""Documents that the server sends at once; it stops at 16 MiB by itself."""
DEFAULTS: Final[Mapping[str, Any]] = {
    "appname": "hookstream",
    "serverSelectionTimeoutMS": 5_000,
    "connectTimeoutMS": 5_000,
    "waitQueueTimeoutMS": 5_000,
    "socketTimeoutMS": 20_000,
}
"""What holds where the URL does not say otherwise: how long to look for a server that can be written to, an election
included; to be connected to it, or to see that it gives no sign of life; to wait for one of the connections, of which
the driver makes 100 at most; and for an answer. The server gives up a question whose connection is closed.
"""
LONG_S: Final = 86_400.0
"""How long an index may take to be built, and old records to be deleted."""
CONFIRM_TIMEOUT_MS: Final = 10_000
"""How long the majority of a replica set may take to have a write on disk."""
TRANSACTION_S: Final = 30.0
"""For how long a transaction is begun again, or the server asked to commit it."""
AWAY_S: Final = 1.0
"""How long nobody else looks for a server that was just not found: each look holds one of the driver's few threads."""
TRANSACTION_ATTEMPTS: Final = 40
"""How often a transaction is run that others were in the way of: some seconds, with PAUSE_S in between."""
COMMIT_ATTEMPTS: Final = 5
"""How often the server is asked to commit where it does not say whether it has."""
PAUSE_S: Final = (0.002, 0.15)
"""The first and the longest pause before another attempt; each is twice the one before, and partly by chance."""

_DUPLICATE_KEY: Final = 11000
_NAMESPACE_EXISTS: Final = 48
_UNAUTHORIZED: Final = 13
_REFUSED: Final = frozenset({18, 8000})
"""AuthenticationFailed, and what Atlas says instead."""
_PASSING: Final = frozenset({43, 50, 64, 91, 133, 134, 175, 237, 262, 290, 11600, 11601, 14031})
"""CursorNotFound (after an election or a restart), MaxTimeMSExpired, WriteConcernFailed, ShutdownInProgress,
FailedToSatisfyReadPreference, ReadConcernMajorityNotAvailableYet, QueryPlanKilled, CursorKilled, ExceededTimeLimit,
TransactionExceededLifetimeLimitSeconds, Interrupted…, OutOfDiskSpace.
"""

Session = Any
"""What a transaction's operations are given, to be in it."""


class _PlainInteger(TypeDecoder):
    """BSON's 64-bit integers come as a subclass of int, which the matcher would not take for a number."""

    bson_type = bson.Int64

    def transform_bson(self, value: Any) -> int:
        return int(value)


_CODEC: Final[CodecOptions[dict[str, Any]]] = CodecOptions(type_registry=TypeRegistry([_PlainInteger()]))
_DURABLY: Final = WriteConcern(w="majority", j=True, wtimeout=CONFIRM_TIMEOUT_MS)


def encode(document: Mapping[str, Any]) -> Body:
    """Return a document as BSON. Raises Unstorable."""
    try:
        return RawBSONDocument(bson.encode(document))
    except (UnencodableDocument, OverflowError, UnicodeError) as error:
        raise Unstorable(str(error)) from error


class Database:
    """One database of a MongoDB deployment. Everything raises Unavailable where the server is away.

    What is written is acknowledged when a majority of the replica set has it in its journal. It is read from where it
    is written, whatever the URL prefers. The driver repeats reads and single writes once, by MongoDB's retryable reads
    and writes, where that is safe. To be used in one event loop.
    """

    def __init__(self, address: Address, *, clock: Clock) -> None:
        self.origin = secrets.randbits(62)
        """Stands for this store in the change records that it writes."""
        self._address = address
        self._clock = clock
        self._client: Any = None
        self._database: Any = None
        self._away_until = -math.inf

    async def connect(self) -> bool:
        """Connect; return whether the deployment has transactions: a replica set or a sharded cluster."""
        options = {name: value for name, value in DEFAULTS.items() if name.lower() not in self._address.options}
        with self._meaning():
            self._client = self._made(options)
            self._database = self._client.get_database(
                self._address.database,
                codec_options=_CODEC,
                read_preference=ReadPreference.PRIMARY,
                write_concern=_DURABLY,
            )
            hello = await self._client.admin.command("hello")
            return "setName" in hello or hello.get("msg") == "isdbgrid"

    def _made(self, options: dict[str, Any]) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # the driver would go on without a misspelt option
            try:
                return AsyncIOMotorClient(self._address.url, **options)
            except UserWarning as warning:
                raise Unavailable(f"{self._address} cannot be used; correct `storage` ({warning})") from warning

    async def close(self) -> None:
        """Let go of every connection."""
        if self._client is not None:
            # motor's close talks to the server, on the thread that calls it
            await asyncio.to_thread(self._client.close)

    async def ping(self) -> None:
        """Return if a server that can be written to answers."""
        with self._meaning():
            await self._database.command("ping")

    async def ask(self, command: str, value: Any = 1) -> dict[str, Any]:
        """Return what the server answers to a command about the database."""
        with self._meaning():
            return dict(await self._database.command(command, value))

    async def batches(
        self,
        collection: str,
        filter: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
        fields: Sequence[str] | None = None,
        session: Session = None,
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """Yield the documents that a filter finds, in order, a batch at a time. `limit` 0 is none."""
        with self._meaning():
            cursor = self._database[collection].find_raw_batches(
                filter,
                projection=dict.fromkeys(fields, 1) if fields is not None else None,
                sort=list(sort) or None,
                limit=limit,
                skip=skip,
                batch_size=BATCH_ROWS,
                allow_disk_use=True if any(name != "_id" for name, _ in sort) else None,
                session=session,
            )
            try:
                async for batch in cursor:
                    yield bson.decode_all(batch, _CODEC)
            finally:
                await cursor.close()

    async def first(
        self, collection: str, filter: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = ()
    ) -> dict[str, Any] | None:
        """Return the first document that a filter finds."""
        with self._meaning():
            found: dict[str, Any] | None = await self._database[collection].find_one(filter, sort=list(sort) or None)
            return found

    async def count(self, collection: str, filter: Mapping[str, Any]) -> int:
        """Return how many documents a filter finds."""
        with self._meaning():
            return int(await self._database[collection].count_documents(filter))

    async def distinct(self, collection: str, key: str, filter: Mapping[str, Any]) -> list[Any]:
        """Return the different values at a dotted path, in no order."""
        with self._meaning():
            return list(await self._database[collection].distinct(key, filter))

    async def write(self, collection: str, steps: Sequence[Step], *, session: Session = None) -> int:
        """Take steps in order, up to the first that fails; return how many found the document they speak of.

        Raises Taken. Outside of a transaction, the steps before that one stay done.
        """
        with self._meaning():
            result = await self._database[collection].bulk_write([_operation(step) for step in steps], session=session)
            return int(result.inserted_count + result.matched_count + result.deleted_count)

    async def increment(self, collection: str, id: str, field: str, by: int, *, session: Session = None) -> int:
        """Add to a number in a document that may have to be made first; return what it is then."""
        with self._meaning():
            found = await self._database[collection].find_one_and_update(
                {"_id": id},
                {"$inc": {field: by}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            return int(found[field])

    async def put(self, collection: str, document: Mapping[str, Any]) -> None:
        """Put a document in, or in the place of the one with its `_id`."""
        with self._meaning():
            await self._database[collection].replace_one({"_id": document["_id"]}, document, upsert=True)

    async def delete(self, collection: str, filter: Mapping[str, Any]) -> int:
        """Delete every document that a filter finds, however long it takes; return how many."""
        with self._meaning(), timeout(LONG_S):
            return int((await self._database[collection].delete_many(filter)).deleted_count)

    async def create(self, collection: str) -> None:
        """Make a collection, unless it is there."""
        with self._meaning():
            try:
                await self._database.create_collection(collection, check_exists=False)
            except OperationFailure as error:
                if error.code != _NAMESPACE_EXISTS:
                    raise

    async def indexes(self, collection: str) -> list[str]:
        """Return the names of a collection's indexes."""
        with self._meaning():
            return list(await self._database[collection].index_information())

    async def create_indexes(self, collection: str, indexes: Sequence[Index]) -> None:
        """Build indexes, and return when they can be used, however long it takes.

        Raises Taken for a unique one over duplicates.
        """
        with self._meaning(), timeout(LONG_S):
            await self._database[collection].create_indexes([_model(index) for index in indexes])

    async def drop_index(self, collection: str, name: str) -> None:
        """Drop an index."""
        with self._meaning():
            await self._database[collection].drop_index(name)

    async def transaction(self, run: Callable[[Session], Awaitable[T]]) -> T:
        """Run a function in a transaction and commit; return what it returned once a majority has it.

        The function sees one snapshot. It is run again from the beginning where another transaction was in the way,
        and must do nothing else than use its session. What it raises undoes the transaction. Raises Unavailable where
        others are in the way for too long, and where the connection breaks so that nobody knows what was committed.
        Source: MongoDB's specification of transactions for drivers, TransientTransactionError and
        UnknownTransactionCommitResult.
        """
        deadline = self._clock.monotonic() + TRANSACTION_S
        for attempt in range(TRANSACTION_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_pause_s(attempt))
            try:
                return await self._attempt(run, deadline)
            except Transient:
                if self._clock.monotonic() > deadline:
                    break
        raise Unavailable(f"{self._address} is too busy: others write the same documents all the time; try again")

    async def _attempt(self, run: Callable[[Session], Awaitable[T]], deadline: float) -> T:
        with self._meaning():
            session = await self._client.start_session()
        async with session:
            session.start_transaction(
                read_concern=ReadConcern("snapshot"), write_concern=_DURABLY, read_preference=ReadPreference.PRIMARY
            )
            try:
                result = await run(session)
                await self._confirm(session, deadline)
            finally:
                if session.in_transaction:
                    await session.abort_transaction()
            return result

    async def _confirm(self, session: Session, deadline: float) -> None:
        for attempt in range(1, COMMIT_ATTEMPTS + 1):
            try:
                with self._translated():
                    await session.commit_transaction()
            except _UnknownOutcome as error:
                if attempt == COMMIT_ATTEMPTS or self._clock.monotonic() > deadline:
                    raise Unavailable(
                        f"{self._address} went away while it was committing, so that nobody knows whether it did; "
                        "read again before you repeat the write"
                    ) from error
                await asyncio.sleep(_pause_s(attempt))
            else:
                return

    @contextmanager
    def _meaning(self) -> Iterator[None]:
        """Turn the driver's errors into ours; faults of ours stay what they are."""
        if self._clock.monotonic() < self._away_until:
            raise Unavailable(f"{self._address} does not answer; start it, or correct `storage`", retry_after_s=AWAY_S)
        with self._translated():
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PyMongoError as error:
            if isinstance(error, ServerSelectionTimeoutError):
                self._away_until = self._clock.monotonic() + AWAY_S
            meaning = self._meaning_of(error)
            if meaning is None:
                raise
            raise meaning from error

    def _meaning_of(self, error: PyMongoError) -> Exception | None:
        if error.has_error_label("UnknownTransactionCommitResult"):
            return _UnknownOutcome()
        if error.has_error_label("TransientTransactionError") and not isinstance(error, ServerSelectionTimeoutError):
            return Transient()
        if isinstance(error, ConnectionFailure):
            return Unavailable(f"{self._address} does not answer; start it, or correct `storage` ({_short(error)})")
        if isinstance(error, ConfigurationError):
            return Unavailable(f"{self._address} cannot be used; correct `storage` ({_short(error)})")
        if isinstance(error, OperationFailure):
            return self._failure(error)
        return None

    def _failure(self, error: OperationFailure) -> Exception | None:
        details: Mapping[str, Any] = error.details or {}
        first: Mapping[str, Any] = next(iter(details.get("writeErrors", ())), details)
        code = first.get("code", error.code)
        if isinstance(error, BulkWriteError) and first is details:
            return Unavailable(f"{self._address} has written, but no majority has it on disk in time; read it again")
        if code == _DUPLICATE_KEY:
            return Taken(int(first.get("index", 0)), tuple(first.get("keyPattern", {})))
        if code in _REFUSED:
            return Unavailable(f"{self._address} refuses the user or the password; correct `storage`")
        if code == _UNAUTHORIZED:
            name = self._address.database
            return Unavailable(f"{self._address} does not let the user do that; grant it the role readWrite on {name}")
        if code in _PASSING:
            return Unavailable(f"{self._address} could not do it now; try again ({_short(error)})")
        return None


class _UnknownOutcome(Exception):
    """The server did not say whether it has committed; it can be asked to commit once more."""


def _short(error: PyMongoError) -> str:
    text = str(error)
    for more in (", Timeout:", ", full error:", " (configured timeouts:"):
        text = text.partition(more)[0]
    return text if len(text) <= 200 else f"{text[:200]}…"


def _pause_s(attempt: int) -> float:
    first, longest = PAUSE_S
    longest = min(longest, first * 2**attempt)
    return random.uniform(longest / 4, longest)  # noqa: S311 - so that two in each other's way do not meet again


def _operation(step: Step) -> Any:
    match step:
        case Insert(_, body):
            return InsertOne(body)
        case Replace(id, version, body):
            return ReplaceOne({"_id": id, "version": version}, body)
        case Patch(id, version, field, value):
            return UpdateOne({"_id": id, "version": version}, {"$set": {field: value}})
        case Remove(id, version):
            return DeleteOne({"_id": id, "version": version})


def _model(index: Index) -> IndexModel:
    options: dict[str, Any] = {"name": index.name, "unique": index.unique}
    if index.only is not None:
        options["partialFilterExpression"] = dict(index.only)
    return IndexModel(list(index.keys), **options)
