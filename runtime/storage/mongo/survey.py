"""What a database holds, as the server estimates it: for people who look after it."""

import asyncio
from collections.abc import Iterable
from importlib.metadata import version

from runtime.model.ports import Survey, Tally
from runtime.storage.mongo.driver import Database
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.names import CHANGES


async def survey(database: Database, kept: Iterable[Kept], place: str) -> Survey:
    """Return what a database holds. Numbers are those of the server's metadata, which a crash may leave wrong."""
    names = {each.layout.collection: each.name for each in kept}
    built, sizes, changes, *numbers = await asyncio.gather(
        database.ask("buildInfo"),
        database.ask("dbStats"),
        _number(database, CHANGES),
        *(_number(database, name) for name in names.values()),
    )
    return Survey(
        engine=f"MongoDB {built['version']}, Motor {version('motor')}",
        place=place,
        size_bytes={"data": int(sizes["storageSize"]), "indexes": int(sizes["indexSize"])},
        documents=dict(sorted(zip(names, numbers, strict=True))),
        changes=changes,
    )


async def _number(database: Database, name: str) -> Tally:
    return Tally(int((await database.ask("count", name))["n"]), exact=False)
