"""Makes a database fit the collections of the YAML.

All that may stand against it is looked for first, so that nothing is changed where the documents do not fit. Documents
themselves are never touched, but for the words that lie beside them.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final

import orjson

from runtime.model.document import Document
from runtime.model.problem import Problem, ProjectInvalid
from runtime.model.query import Path
from runtime.model.specs import CollectionSpec
from runtime.query.order import rank
from runtime.query.paths import MISSING
from runtime.storage.derive import Misplaced, derive, reached
from runtime.storage.fit import fits
from runtime.storage.layout import Layout, layout_of, problems
from runtime.storage.mongo import changes, indexes
from runtime.storage.mongo.driver import Database
from runtime.storage.mongo.filters import PRESENT
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.names import CATALOG, CHANGES, WORDS, from_stored
from runtime.storage.mongo.steps import Patch, Taken

NAMED: Final = 5
"""How many documents a problem names."""


async def found(database: Database) -> None:
    """Make the collections that every store has."""
    await database.create(CHANGES)
    await database.create(CATALOG)
    await database.create_indexes(CHANGES, [changes.BY_TIME])


class Fitting:
    """One `ensure`: call `check`, `make`, `finish`, in that order. `report` grows meanwhile.

    Between `make` and `finish` the caller has to write by the new layouts, and to wait for writes by the old ones.
    """

    def __init__(self, database: Database, specs: Sequence[CollectionSpec], kept: Mapping[str, Kept]) -> None:
        self.report: list[str] = []
        self._database = database
        self._specs = [spec for spec in specs if not spec.virtual]
        self._kept = kept
        self._fittings: list[_One] = []

    async def check(self) -> None:
        """Raise ProjectInvalid with all that stands against it."""
        wrong: list[Problem] = []
        for spec in self._specs:
            refused = list(problems(spec))
            wrong.extend(refused)
            if not refused:
                one = _One(
                    self._database, spec, await _catalogued(self._database, spec.name), self._kept.get(spec.name)
                )
                wrong.extend(await one.problems())
                self._fittings.append(one)
        if wrong:
            raise ProjectInvalid(wrong)

    async def make(self) -> list[Kept]:
        """Build and drop what has to be; return how the collections are kept now.

        Raises ProjectInvalid where another process has written what does not fit meanwhile.
        """
        for one in self._fittings:
            await one.make()
            self.report.extend(f"{one.kept.layout.collection}: {line}" for line in one.report)
        return [one.kept for one in self._fittings]

    async def finish(self) -> None:
        """Take the words of all documents anew where the fields have changed, and remember the layouts."""
        for one in self._fittings:
            await one.finish()


class _One:
    """The way of one collection from how it lies to how it should; `old` is None for a new one."""

    def __init__(self, database: Database, spec: CollectionSpec, old: Layout | None, kept: Kept | None) -> None:
        layout = layout_of(spec, "")
        self.kept = kept if kept is not None and kept.layout == layout else Kept(layout)
        self.report: list[str] = []
        self._database = database
        self._spec = spec
        self._old = old

    async def problems(self) -> list[Problem]:
        if self._old is None:
            stranger = await self._database.first(self.kept.name, {})
            if stranger is None or await _catalogued(self._database, self._spec.name) is not None:
                return []
            return [self._stranger()]
        wrong = await self._misfits(self._old)
        for name, path in self.kept.unique.items():
            was = any(index.unique and index.keys[0][0] == path for index in self._old.indexes)
            if not was and not wrong:
                wrong.extend([problem async for problem in self._duplicates(name, path)])
        return wrong

    async def make(self) -> None:
        name, new = self.kept.name, indexes.wanted(self.kept.layout)
        if self._old is None:
            await self._database.create(name)
            self.report.append("created")
        there = await self._database.indexes(name)
        old = indexes.wanted(self._old) if self._old is not None else {}
        for index in there:
            if index.startswith(indexes.PREFIX) and index not in new and index != f"{indexes.PREFIX}words":
                await self._database.drop_index(name, index)
                self.report.append(f"{_title(index)} dropped")
        missing = [indexes.model(title, index) for title, index in new.items() if title not in there]
        words = indexes.words(self.kept.layout)
        if words is not None and words.name not in there:
            missing.append(words)
        try:
            if missing:
                await self._database.create_indexes(name, missing)
        except Taken as taken:
            raise ProjectInvalid([await self._taken(taken.fields[0])]) from taken
        if self._old is not None:
            self.report.extend(f"{_title(title)} added" for title in new if title not in old)
            self._tell_text(self._old)

    async def finish(self) -> None:
        old, new = self._old, self.kept.layout
        if old is not None and old.text != new.text:
            async with aclosing(self._documents()) as batches:
                async for stored in batches:
                    steps = await asyncio.to_thread(self._worded, stored)
                    if steps:
                        await self._database.write(self.kept.name, steps)
        if old != new:
            text = orjson.dumps(new.to_json()).decode()
            await self._database.put(CATALOG, {"_id": f"collection {new.collection}", "layout": text})

    def _worded(self, stored: list[dict[str, Any]]) -> list[Patch]:
        steps = []
        for each in stored:
            document = from_stored(each)
            words = self.kept.words.of(self.kept.texts(document)) if self.kept.words is not None else []
            steps.append(Patch(document["id"], document["version"], WORDS, words))
        return steps

    def _tell_text(self, old: Layout) -> None:
        fields = self.kept.layout.text
        if old.text != fields:
            self.report.append(f"full text rebuilt over {', '.join(fields)}" if fields else "full text dropped")

    async def _misfits(self, old: Layout) -> list[Problem]:
        """Documents that hold what a field's type, or the place of a single value, does not allow now."""
        new = self.kept.layout
        changed = [
            (number, field)
            for number, field in enumerate(self._spec.fields)
            if old.types.get(field.name) != new.types[field.name]
        ]
        moved = old.columns.keys() != new.columns.keys() or old.arrays != new.arrays
        if not changed and not moved:
            return []
        bad: dict[int, list[str]] = {number: [] for number, _ in changed}
        misplaced: Problem | None = None
        async with aclosing(self._documents()) as batches:
            async for stored in batches:
                for document in map(from_stored, stored):
                    for number, field in changed:
                        if not fits(field, document.get(field.name)):
                            bad[number].append(document["id"])
                    misplaced = misplaced or self._misplaced(document)
        wrong = [
            Problem(
                field.source,
                f"fields.{number}.type",
                f"{field.name!r} of {self._spec.name!r} is not of type {field.type} in {_named(bad[number])}",
                "Change these documents first, or keep the type they fit",
            )
            for number, field in changed
            if bad[number]
        ]
        fitting = [field for number, field in changed if not bad[number] and field.name in old.types]
        self.report.extend(f"{field.name} is of type {field.type} now; all documents fit" for field in fitting)
        return wrong or ([misplaced] if misplaced is not None else [])

    def _misplaced(self, document: Document) -> Problem | None:
        try:
            derive(self.kept.layout, document)
        except Misplaced as error:
            return Problem(
                self._spec.source,
                "fields",
                f"{error.pointer} of {self._spec.name}/{document['id']} {error}",
                "Change the document first, or declare the field with a type that holds what is there",
            )
        return None

    async def _duplicates(self, name: str, path: Path) -> AsyncGenerator[Problem, None]:
        """Values that several documents have at a path that is to be unique; equal ones come in a row."""
        told = 0
        value: Any = MISSING
        ids: list[str] = []
        asked = self._database.batches(self.kept.name, {name: PRESENT}, sort=[(name, 1), ("_id", 1)], fields=[name])
        async with aclosing(asked) as batches:
            async for stored in batches:
                for each in stored:
                    id = each["_id"]
                    here = next(reached(each, tuple(name.split("."))))
                    if value is not MISSING and rank(here) == rank(value):
                        ids.append(id)
                        continue
                    if len(ids) > 1:
                        yield self._twice(path, value, ids)
                        told += 1
                        if told == NAMED:
                            return
                    value, ids = here, [id]
        if len(ids) > 1:
            yield self._twice(path, value, ids)

    def _twice(self, path: Path, value: Any, ids: Sequence[str]) -> Problem:
        field = self._spec.by_name.get(path[0])
        return Problem(
            field.source if field is not None else self._spec.source,
            f"fields.{'.'.join(path)}.unique",
            f"{'.'.join(path)!r} of {self._spec.name!r} cannot be unique: {_value(value)} is in {_named(ids)}",
            "Change the value in all of these documents but one, or take `unique` away",
        )

    async def _taken(self, name: str) -> Problem:
        path = self.kept.unique[name]
        async for problem in self._duplicates(name, path):
            return problem
        return self._twice(path, None, [])

    def _stranger(self) -> Problem:
        return Problem(
            self._spec.source,
            "name",
            f"the database has a collection {self.kept.name!r} already, with documents that are not this project's",
            "Let `storage` name another database, or rename the collection",
        )

    def _documents(self) -> AsyncGenerator[list[dict[str, Any]], None]:
        return self._database.batches(self.kept.name, {}, sort=[("_id", 1)])


async def _catalogued(database: Database, collection: str) -> Layout | None:
    found = await database.first(CATALOG, {"_id": f"collection {collection}"})
    return Layout.from_json(collection, orjson.loads(found["layout"])) if found is not None else None


def _title(index: str) -> str:
    title = index.removeprefix(indexes.PREFIX)
    return f"unique index {title.removeprefix('unique ')}" if title.startswith("unique ") else f"index {title}"


def _named(ids: Sequence[str]) -> str:
    if len(ids) == 1:
        return f"document {ids[0]}"
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"documents {', '.join(ids[:NAMED])}{more}"


def _value(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 100 else f"{text[:100]}…"
