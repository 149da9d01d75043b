"""Removes files that no document holds any more, and what killed processes have left behind."""

import asyncio
from collections.abc import Sequence
from typing import Final

from runtime.files.blobs import Blobs, Doubt
from runtime.model.change import Write
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Document
from runtime.model.errors import VersionConflict
from runtime.model.files import FILES, KEPT_S, USES, amendment
from runtime.model.ports import Store
from runtime.model.query import Compare, Everything, Filter, Query, SortKey, all_of

BATCH: Final = 100
"""Records that are looked at together; arbitrarily chosen and may change."""
STALE_S: Final = 3600.0
"""After how long what lies beside the files was left behind: an upload writes every few seconds, or ends."""


class Upkeep:
    """Goes through what may be no longer needed, in batches. Safe beside uploads, writes, and another one of it."""

    def __init__(self, store: Store, blobs: Blobs, *, clock: Clock) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock

    async def prune(self) -> int:
        """Do all that is due now; return how many files were removed."""
        await self._end_uses()
        removed = await self._remove_expired()
        for doubt in await asyncio.to_thread(self._blobs.doubts, before=self._clock.now() - STALE_S):
            await self._settle(doubt)
        return removed

    async def _end_uses(self) -> None:
        """Forget the uses that have ended; a file without another one expires in KEPT_S."""
        after = ""
        while ended := await self._page(USES.name, Compare(("ended",), "$eq", True), after):
            after = ended[-1]["id"]
            for file in sorted({use["file"] for use in ended}):
                await self._end(file, [use for use in ended if use["file"] == file])

    async def _end(self, file: str, ended: Sequence[Document]) -> None:
        now = self._clock.now()
        writes = [Write(USES.name, use["id"], None, expected=use["version"]) for use in ended]
        record = await self._store.get(FILES.name, file)
        if record is not None and record.document["expiresAt"] is None and not await self._is_held(file):
            writes.append(amendment(record.document, {"expiresAt": timestamp(now + KEPT_S)}, now=now))
        await self._try(writes)

    async def _remove_expired(self) -> int:
        removed, after = 0, ""
        due = Compare(("expiresAt",), "$lte", timestamp(self._clock.now()))
        while expired := await self._page(FILES.name, due, after):
            after = expired[-1]["id"]
            for record in expired:
                removed += await self._remove(record)
        return removed

    async def _remove(self, record: Document) -> bool:
        if await self._is_held(record["id"]):
            await self._try([amendment(record, {"used": True, "expiresAt": None}, now=self._clock.now())])
            return False
        doubt = await asyncio.to_thread(self._blobs.doubt, record["hash"])
        removed = await self._try([Write(FILES.name, record["id"], None, expected=record["version"])])
        await self._settle(doubt)
        return removed

    async def _settle(self, doubt: Doubt) -> None:
        """Remove the bytes that a doubt is about if no record has them."""
        if doubt.hash is None or not await self._has_record(doubt.hash):
            if doubt.hash is not None:
                await asyncio.to_thread(self._blobs.set_aside, doubt.hash)
            if doubt.hash is None or not await self._has_record(doubt.hash):
                await asyncio.to_thread(self._blobs.remove, doubt)
                return
        await asyncio.to_thread(self._blobs.restore, doubt)

    async def _has_record(self, hash: str) -> bool:
        return bool(await self._store.find(FILES.name, Query(filter=Compare(("hash",), "$eq", hash), limit=1)))

    async def _is_held(self, file: str) -> bool:
        held = all_of(Compare(("file",), "$eq", file), Compare(("ended",), "$eq", False))
        return bool(await self._store.find(USES.name, Query(filter=held, limit=1)))

    async def _page(self, collection: str, due: Filter, after: str) -> list[Document]:
        behind: Filter = Compare(("id",), "$gt", after) if after else Everything()
        query = Query(filter=all_of(due, behind), sort=(SortKey(("id",)),), limit=BATCH)
        return [record.document for record in await self._store.find(collection, query)]

    async def _try(self, writes: Sequence[Write]) -> bool:
        """Commit, or leave things as they are where somebody else was faster; the next time sees to it."""
        try:
            await self._store.commit(writes)
        except VersionConflict:
            return False
        return True
