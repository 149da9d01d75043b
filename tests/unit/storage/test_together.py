"""Batches applied together do what they do one after another, or are left to be applied so."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.change import Change, Op, Write
from runtime.model.clock import SystemClock
from runtime.model.errors import AlreadyExists, Failure, NotUnique, VersionConflict
from runtime.model.query import Query
from runtime.storage.sqlite.changes import Stamp
from runtime.storage.sqlite.connection import transaction
from runtime.storage.sqlite.insert import MOST_ROWS
from runtime.storage.sqlite.store import SqliteStore
from runtime.storage.sqlite.together import apply_together
from runtime.storage.sqlite.write import apply, prepare
from runtime.storage.sqlite.writer import NotTogether

Make = Callable[..., Any]
STAMP = Stamp("2026-01-15T10:30:00.000Z", 1)


@pytest.fixture
def notes(field: Make, collection: Make) -> Any:
    """A collection with everything that is derived: a unique key, an index, a side table, a full text."""
    return collection(
        "notes",
        field("slug", "slug", unique=True),
        field("tags", "array", items=field("tag", "string"), index=True),
        field("text", "text"),
    )


def document(id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": id, "version": version, **fields}


def create(id: str, **fields: Any) -> Write:
    return Write("notes", id, document(id, **fields), expected=0)


def together(bench: Any, *batches: list[Write]) -> list[Any]:
    prepared = [[prepare(write, bench.tables(write.collection)) for write in batch] for batch in batches]
    with transaction(bench.connection):
        return apply_together(bench.connection, prepared, look=bench.tables, stamp=STAMP)


def one_by_one(bench: Any, batches: list[list[Write]]) -> list[Any]:
    outcomes: list[Any] = []
    for batch in batches:
        try:
            prepared = [prepare(write, bench.tables(write.collection)) for write in batch]
            with transaction(bench.connection):
                outcomes.append(apply(bench.connection, prepared, look=bench.tables, stamp=STAMP))
        except Failure as failure:
            outcomes.append(failure)
    return outcomes


def test_each_batch_has_its_records_in_the_order_given(bench: Any, notes: Any, collection: Make) -> None:
    bench.ensure(notes, collection("_quiet", logged=False))
    bench.put("notes", document("old", slug="o"))
    quiet = Write("_quiet", "q", document("q"), expected=0)
    update = Write("notes", "old", document("old", 2, slug="p"), expected=1, by="u")
    was, now = document("old", slug="o"), document("old", 2, slug="p")
    found = together(bench, [update, create("a", slug="x"), quiet], [quiet_of("r")], [create("b", tags=["t"])])
    assert found == [
        [
            Change(2, "notes", "old", Op.UPDATE, 2, STAMP.at, "u", was, now),
            Change(3, "notes", "a", Op.CREATE, 1, STAMP.at, None, None, document("a", slug="x")),
        ],
        [],
        [Change(4, "notes", "b", Op.CREATE, 1, STAMP.at, None, None, document("b", tags=["t"]))],
    ]
    assert bench.rows('SELECT id FROM "notes:documents" ORDER BY id') == [("a",), ("b",), ("old",)]


def quiet_of(id: str) -> Write:
    return Write("_quiet", id, document(id), expected=0)


@pytest.mark.parametrize("count", [1, 2, 3, 7, MOST_ROWS - 1, MOST_ROWS, MOST_ROWS + 1, 5 * MOST_ROWS + 13])
def test_any_number_of_documents_is_put_in_whole(bench: Any, new_bench: Make, notes: Any, count: int) -> None:
    other = new_bench()
    for each in (bench, other):
        each.ensure(notes)
    tags = [[], ["all"], ["all", "some"]]
    batches = [[create(f"{n}", slug=f"s{n}", tags=tags[n % 3], text="word " * (n % 2))] for n in range(count)]
    assert together(bench, *batches) == one_by_one(other, batches)
    assert bench.derived("notes") == other.derived("notes")
    assert bench.rows("SELECT seq, id FROM changes") == [(n + 1, f"{n}") for n in range(count)]
    other.close()


def test_a_conflict_of_one_write_is_its_own(bench: Any, notes: Any) -> None:
    bench.ensure(notes)
    bench.put("notes", document("old"))
    stale = Write("notes", "old", document("old", 8), expected=7)
    first, conflict, last = together(bench, [create("a")], [stale], [create("b")])
    assert ([change.id for change in first], [change.id for change in last]) == (["a"], ["b"])
    assert isinstance(conflict, VersionConflict)
    assert (conflict.id, conflict.stored) == ("old", 1)


@pytest.mark.parametrize(
    "batches",
    [
        [[create("a")], [create("a")]],
        [[create("b"), Write("notes", "old", None, expected=7)]],
        [[create("a")], [Write("notes", "a", None, expected=1)]],
        [[create("a", slug="x")], [Write("notes", "old", document("old", 2, slug="x"), expected=1)]],
    ],
)
def test_what_depends_on_the_order_is_refused(bench: Any, notes: Any, batches: list[list[Write]]) -> None:
    bench.ensure(notes)
    bench.put("notes", document("old"))
    with pytest.raises(NotTogether):
        together(bench, *batches)
    assert bench.rows('SELECT id FROM "notes:documents"') == [("old",)]


IDS = st.sampled_from(["a", "b", "c", "d", "e"])
FIELDS = st.fixed_dictionaries(
    {},
    optional={"slug": st.sampled_from(["x", "y", "z"]), "tags": st.lists(st.sampled_from("tu")), "text": st.just("w")},
)


@st.composite
def writes(draw: st.DrawFn) -> Write:
    name, expected = draw(IDS), draw(st.sampled_from([None, 0, 0, 1]))
    new = document(name, (expected or 0) + 1, **draw(FIELDS)) if draw(st.booleans()) else None
    return Write("notes", name, new, expected, keep_existing=expected == 0 and draw(st.booleans()))


BATCHES = st.lists(st.lists(writes(), min_size=1, max_size=3, unique_by=lambda write: write.id), min_size=1, max_size=4)


@pytest.fixture
def pair(new_bench: Make, notes: Any) -> Iterator[Make]:
    """Make two databases with the same documents, which are closed with the test."""
    made: list[Any] = []

    def make() -> tuple[Any, Any]:
        for _ in range(2):
            made.append(new_bench())
            made[-1].ensure(notes)
            for id, slug in (("a", "x"), ("b", None)):
                made[-1].put("notes", document(id, slug=slug))
        return made[-2], made[-1]

    yield make
    for bench in made:
        bench.close()


def test_together_is_as_one_by_one(pair: Make) -> None:
    """Whatever is not refused has the same outcomes and leaves the same file."""

    @given(BATCHES)
    def check(batches: list[list[Write]]) -> None:
        bench, other = pair()
        try:
            found = together(bench, *batches)
        except (NotTogether, sqlite3.IntegrityError):
            assert not bench.connection.in_transaction
            assert bench.derived("notes") == other.derived("notes")
            return
        expected = one_by_one(other, batches)
        assert [str(each) for each in found] == [str(each) for each in expected]
        assert bench.derived("notes") == other.derived("notes")
        assert bench.rows("SELECT * FROM changes") == other.rows("SELECT * FROM changes")
        sql = 'SELECT id, version, body FROM "notes:documents" ORDER BY id'
        assert bench.rows(sql) == other.rows(sql)

    check()


async def test_of_commits_that_wait_together_each_fails_alone(notes: Any) -> None:
    store = SqliteStore(None, clock=SystemClock())
    await store.open()
    await store.ensure([notes])
    await store.commit([create("old", slug="x"), create("older", slug="y")])
    outcomes = await asyncio.gather(
        store.commit([create("a")]),
        store.commit([Write("notes", "old", document("old", 2, slug="y"), expected=1)]),
        store.commit([create("old")]),
        store.commit([create("b"), create("c", slug="x")]),
        store.commit([Write("notes", "older", None, expected=7)]),
        store.commit([create("d")]),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [
        list, NotUnique, AlreadyExists, NotUnique, VersionConflict, list
    ]  # fmt: skip
    assert [record.id async for record in store.iterate("notes", Query())] == ["a", "d", "old", "older"]
    assert [change.id for change in await store.changes(0, 10)] == ["old", "older", "a", "d"]
    await store.close()
