"""The files of one project: received, found again, and removed when no document holds them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from structlog.typing import FilteringBoundLogger

from runtime.files.blobs import Blobs, Draft
from runtime.files.dimensions import dimensions
from runtime.files.names import cleaned
from runtime.files.rights import Place, largest, places
from runtime.files.sniff import HEAD_BYTES, media_type
from runtime.model.actor import Actor
from runtime.model.change import Write
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Document, new_id
from runtime.model.errors import (
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from runtime.model.files import FILES, KEPT_S
from runtime.model.ports import Store
from runtime.model.query import Compare, Query, all_of
from runtime.model.specs import LimitsSpec, ProjectSpec

BLOCK_BYTES: Final = 1024 * 1024
"""How much of an upload is in memory at once, and is written in one go."""
MOST_UNUSED: Final = 1000
"""How many files of one user may wait for a document that holds them."""
MOST_AT_ONCE: Final = 20
"""How many files one user may be sending at once: each holds a file open here, however slowly it comes."""
RETRY_S: Final = 5.0
"""When to try again whoever is sending as many."""


class Shelf:
    """Keeps files: their records in the store, their bytes in a folder.

    `current` is the project as it is now. `count` counts an upload of a user and raises RateLimited.
    """

    def __init__(
        self,
        current: Callable[[], ProjectSpec],
        *,
        store: Store,
        blobs: Blobs,
        count: Callable[[str], Awaitable[None]],
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._current = current
        self._store = store
        self._count = count
        self._clock = clock
        self._log = log
        self._arriving: Counter[str] = Counter()
        self._sending: Counter[str] = Counter()
        self.blobs = blobs

    async def require_room(self, actor: Actor, announced_bytes: int | None) -> tuple[Place, ...]:
        """Return the places for which the actor may upload files, before any of one is read.

        `announced_bytes` is the size that the request says, a little more than the file's. Raises Unauthenticated,
        Forbidden, RateLimited, TooLarge.
        """
        if actor.id is None:
            raise Unauthenticated("files are uploaded by those who have signed in; sign in, or send an API token")
        taking = places(self._current(), actor, now=self._clock.now())
        if not taking:
            raise Forbidden("you may not write into any field that holds files")
        await self._count(actor.id)
        most = max(place.size_bytes for place in taking)
        if announced_bytes is not None and announced_bytes > most + BLOCK_BYTES:
            raise _too_large(most)
        return taking

    async def receive(
        self, actor: Actor, taking: tuple[Place, ...], *, name: str | None, chunks: AsyncIterator[bytes]
    ) -> Document:
        """Keep a file and return its record; it is durable then. Where this raises, nothing of it stays.

        A store that went away just when it got the record may have it or not: then the bytes stay until upkeep knows.

        Raises Invalid (`empty_file`), UnsupportedMedia (`file_type_refused`), TooLarge (`file_too_large`, or
        `too_many_unused_files` where too much of the actor's waits to be used), RateLimited (`too_many_uploads`),
        StorageFull, Unavailable, and what `chunks` raises.
        """
        name, now = cleaned(name), self._clock.now()
        async with self._turn(actor), self._drafted() as draft, self._allowance(actor) as take:
            size, most, known = 0, 0, {}
            async for block in _blocks(chunks):
                if not size:
                    type = media_type(block[:HEAD_BYTES], name)
                    most, known = _limit_of(taking, type), _words(block, type)
                size += len(block)
                if size > most:
                    raise _too_large(most)
                take(len(block))
                await asyncio.to_thread(draft.write, block)
            if not size:
                raise Invalid("the file is empty; send one that has something in it", code="empty_file")
            await asyncio.to_thread(draft.close)
            await self._recount(actor)
            await asyncio.to_thread(self.blobs.keep, draft)
            record = _record(name, now=now, by=actor.id, size=size, hash=draft.hash, **known)
            await self._store.commit([Write(FILES.name, record["id"], record, expected=0, by=actor.id)])
            await asyncio.to_thread(self.blobs.confirm, draft)
        return record

    async def path_of(self, record: Document) -> str:
        """Return where the bytes of a file lie. Raises NotFound where they were lost, which the log says."""
        path = await asyncio.to_thread(self.blobs.path, record["hash"])
        if path is None:
            self._log.error("file_lost", file=record["id"], hash=record["hash"])
            raise NotFound("the bytes of this file are not where they were kept; its record still is", code="file_lost")
        return str(path)

    @asynccontextmanager
    async def _turn(self, actor: Actor) -> AsyncIterator[None]:
        user = actor.id or ""
        if self._sending[user] >= MOST_AT_ONCE:
            message = f"you are sending {MOST_AT_ONCE} files at once, as many as you may; wait until one is there"
            raise RateLimited(message, retry_after_s=RETRY_S, code="too_many_uploads")
        self._sending[user] += 1
        try:
            yield
        finally:
            self._sending[user] -= 1
            if not self._sending[user]:
                del self._sending[user]

    @asynccontextmanager
    async def _drafted(self) -> AsyncIterator[Draft]:
        draft = await asyncio.to_thread(self.blobs.draft)
        try:
            yield draft
        finally:
            await asyncio.shield(asyncio.to_thread(draft.discard))

    @asynccontextmanager
    async def _allowance(self, actor: Actor) -> AsyncIterator[Callable[[int], None]]:
        """Give what counts the bytes that arrive, against what the actor may have lying about unused."""
        user, limits = actor.id or "", self._current().limits
        waiting = await self._unused(user, limits)
        taken = 0

        def take(count: int) -> None:
            nonlocal taken
            taken += count
            self._arriving[user] += count
            if waiting + self._arriving[user] > limits.unused_files_bytes:
                raise _too_many_unused(limits)

        try:
            yield take
        finally:
            self._arriving[user] -= taken
            if not self._arriving[user]:
                del self._arriving[user]

    async def _recount(self, actor: Actor) -> None:
        """Count what waits once more: other files of the actor, sent at the same time, may have been kept meanwhile."""
        user, limits = actor.id or "", self._current().limits
        if await self._unused(user, limits) + self._arriving[user] > limits.unused_files_bytes:
            raise _too_many_unused(limits)

    async def _unused(self, user: str, limits: LimitsSpec) -> int:
        theirs = all_of(Compare(("createdBy",), "$eq", user), Compare(("used",), "$eq", False))
        found = await self._store.find(FILES.name, Query(filter=theirs, limit=MOST_UNUSED))
        if len(found) == MOST_UNUSED:
            raise _too_many_unused(limits)
        return sum(record.document["size"] for record in found)


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather chunks into blocks of at least BLOCK_BYTES; the last one is shorter."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= BLOCK_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)


def _limit_of(taking: tuple[Place, ...], type: str) -> int:
    most = largest(taking, type)
    if most is None:
        accepted = ", ".join(sorted({type for place in taking for type in place.accept}))
        raise UnsupportedMedia(
            f"this is a file of type {type}, by what it holds; you may upload {accepted}", code="file_type_refused"
        )
    return most


def _words(head: bytes, type: str) -> dict[str, str | int]:
    size = dimensions(head, type)
    return {"type": type, **({"width": size[0], "height": size[1]} if size else {})}


def _record(name: str, *, now: float, by: str | None, **fields: object) -> Document:
    at = timestamp(now)
    return {
        "id": new_id(now), "createdAt": at, "updatedAt": at, "createdBy": by, "version": 1, "name": name, **fields,
        "used": False, "expiresAt": timestamp(now + KEPT_S),
    }  # fmt: skip


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the file is over the limit of {most} bytes; send a smaller one", code="file_too_large")


def _too_many_unused(limits: LimitsSpec) -> TooLarge:
    return TooLarge(
        f"files that you have uploaded and no document holds may be {MOST_UNUSED} and have {limits.unused_files_bytes} "
        "bytes together; save the documents that they are for, or try again in a day",
        code="too_many_unused_files",
    )
