"""Batches are applied whole or not at all, each against the versions that it expects."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from runtime.model.change import Change, Op, Write
from runtime.model.errors import AlreadyExists, NotFound, NotUnique, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Everything, Query
from runtime.model.specs import CollectionSpec, FieldSpec

Create = Callable[..., Awaitable[list[Change]]]


def document(id: str, version: int = 1, **fields: Any) -> dict[str, Any]:
    return {"id": id, "version": version, **fields}


def put(id: str, version: int = 1, *, expected: int | None = 0, keep: bool = False, **fields: Any) -> Write:
    return Write("notes", id, document(id, version, **fields), expected=expected, by="u1", keep_existing=keep)


def drop(id: str, expected: int | None = None) -> Write:
    return Write("notes", id, None, expected=expected, by="u1")


@pytest.fixture(autouse=True)
async def notes(store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec]) -> None:
    """Notes with two unique fields, one inside an object; quiet ones, which leave no records."""
    address = field("address", "object", fields=(field("mail/home", "email", unique=True),))
    fields = (field("slug", "slug", unique=True), address, field("n", "number", index=True))
    await store.ensure([collection("notes", *fields), collection("_quiet", *fields, logged=False)])


async def stored(store: Store) -> dict[str, Any]:
    return {record.id: record.document for record in await store.find("notes", Query())}


async def test_a_created_document_is_read_back_as_it_was(store: Store) -> None:
    whole = document("1", text="ü\0\n\U0001f600", list=[1, 2.5, -0.0, True, None, {"a": {}}], big=9223372036854775807)
    await store.commit([Write("notes", "1", whole, expected=0)])
    record = await store.get("notes", "1")
    assert record is not None
    assert (record.id, record.version) == ("1", 1)
    assert record.document == whole
    assert record.document is record.document
    assert b'"text":"\xc3\xbc\\u0000\\n\xf0\x9f\x98\x80"' in record.text


async def test_creating_what_is_there_fails(store: Store) -> None:
    await store.commit([put("1", slug="a")])
    with pytest.raises(AlreadyExists) as caught:
        await store.commit([put("1", slug="a", text="other")])
    assert (caught.value.collection, caught.value.id) == ("notes", "1")
    assert await stored(store) == {"1": document("1", slug="a")}


async def test_keep_existing_leaves_what_is_there_and_is_no_failure(store: Store) -> None:
    await store.commit([put("1", text="first")])
    assert await store.commit([put("1", text="second", keep=True)]) == []
    changes = await store.commit([put("1", text="third", keep=True), put("2", keep=True)])
    assert [change.id for change in changes] == ["2"]
    assert await stored(store) == {"1": document("1", text="first"), "2": document("2")}


async def test_an_update_needs_the_expected_version(store: Store) -> None:
    await store.commit([put("1", text="first")])
    await store.commit([put("1", 2, expected=1, text="second")])
    with pytest.raises(VersionConflict) as caught:
        await store.commit([put("1", 2, expected=1, text="third")])
    assert caught.value.stored == 2
    assert await stored(store) == {"1": document("1", 2, text="second")}


async def test_an_update_of_what_is_gone_finds_version_0(store: Store) -> None:
    with pytest.raises(VersionConflict) as caught:
        await store.commit([put("1", 2, expected=1)])
    assert (caught.value.stored, caught.value.id) == (0, "1")


async def test_without_an_expected_version_whatever_is_there_is_replaced(store: Store) -> None:
    created = await store.commit([put("1", 1, expected=None)])
    replaced = await store.commit([put("1", 7, expected=None, text="new")])
    assert [change.op for change in created + replaced] == [Op.CREATE, Op.UPDATE]
    assert await stored(store) == {"1": document("1", 7, text="new")}


async def test_deleting(store: Store) -> None:
    await store.commit([put("1"), put("2"), put("3")])
    with pytest.raises(VersionConflict):
        await store.commit([drop("1", expected=2)])
    await store.commit([drop("1", expected=1)])
    await store.commit([drop("2")])
    assert await store.commit([drop("2")]) == []
    with pytest.raises(VersionConflict) as caught:
        await store.commit([drop("2", expected=1)])
    assert caught.value.stored == 0
    with pytest.raises(AlreadyExists):
        await store.commit([drop("3", expected=0)])
    assert await stored(store) == {"3": document("3")}
    assert await store.get("notes", "1") is None


async def test_a_deleted_document_may_be_created_again(store: Store) -> None:
    await store.commit([put("1", slug="a", n=1)])
    await store.commit([drop("1")])
    await store.commit([put("1", slug="a", n=2)])
    assert await stored(store) == {"1": document("1", slug="a", n=2)}


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_batch_with_one_failing_write_leaves_no_trace(store: Store, place: int) -> None:
    await store.commit([put("there", slug="a", text="first")])
    before = await store.last_seq()
    good = [put("1", slug="one"), drop("there")]
    bad = put("2", 3, expected=2)
    with pytest.raises(VersionConflict) as caught:
        await store.commit([*good[:place], bad, *good[place:]])
    assert caught.value.id == "2"
    assert await stored(store) == {"there": document("there", slug="a", text="first")}
    assert await store.last_seq() == before


async def test_the_first_write_that_cannot_be_applied_is_named(store: Store) -> None:
    await store.commit([put("1", slug="a"), put("2")])
    with pytest.raises(NotUnique):
        await store.commit([put("3", slug="a"), put("2"), put("4", 2, expected=1)])
    with pytest.raises(AlreadyExists):
        await store.commit([put("2"), put("3", slug="a"), put("4", 2, expected=1)])
    with pytest.raises(VersionConflict):
        await store.commit([put("4", 2, expected=1), put("3", slug="a"), put("2")])


async def test_a_batch_goes_over_several_collections(store: Store) -> None:
    quiet = Write("_quiet", "q", document("q"), expected=0)
    changes = await store.commit([put("1"), quiet, put("2")])
    assert [(change.collection, change.id) for change in changes] == [("notes", "1"), ("notes", "2")]
    assert await store.get("_quiet", "q") is not None
    with pytest.raises(AlreadyExists):
        await store.commit([put("3"), quiet])
    assert await store.get("notes", "3") is None


async def test_an_empty_batch_is_nothing(store: Store) -> None:
    assert await store.commit([]) == []
    assert await store.last_seq() == 0


async def test_a_document_twice_in_a_batch_is_a_fault_of_the_caller(store: Store) -> None:
    with pytest.raises(ValueError, match="once"):
        await store.commit([put("1"), put("1", 2, expected=1)])
    assert await stored(store) == {}


async def test_a_document_must_carry_its_id_and_version(store: Store) -> None:
    for wrong in ({"id": "2", "version": 1}, {"version": 1}, {"id": "1"}, {"id": "1", "version": "1"}):
        with pytest.raises(ValueError, match="must have this id, and a version"):
            await store.commit([Write("notes", "1", wrong, expected=0)])


async def test_a_collection_that_nobody_ensured_is_not_found(store: Store) -> None:
    for ask in (
        lambda: store.commit([Write("other", "1", document("1"), expected=0)]),
        lambda: store.get("other", "1"),
        lambda: store.find("other", Query()),
        lambda: store.count("other", Query()),
        lambda: store.distinct("other", ("a",), Everything()),
    ):
        with pytest.raises(NotFound, match="other"):
            await ask()


async def test_a_unique_value_is_taken_once(store: Store) -> None:
    await store.commit([put("1", slug="a")])
    with pytest.raises(NotUnique) as caught:
        await store.commit([put("2", slug="a")])
    assert (caught.value.collection, caught.value.id) == ("notes", "2")
    assert list(caught.value.errors) == ["/slug"]
    await store.commit([put("1", 2, expected=1, slug="b")])
    await store.commit([put("2", slug="a")])
    with pytest.raises(NotUnique) as caught:
        await store.commit([put("2", 2, expected=1, slug="b")])
    assert caught.value.id == "2"
    await store.commit([drop("1")])
    await store.commit([put("2", 2, expected=1, slug="b")])
    assert await stored(store) == {"2": document("2", 2, slug="b")}


async def test_a_unique_field_inside_an_object_is_named_by_its_pointer(store: Store) -> None:
    await store.commit([put("1", address={"mail/home": "a@example.org"})])
    with pytest.raises(NotUnique) as caught:
        await store.commit([put("2", address={"mail/home": "a@example.org"})])
    assert list(caught.value.errors) == ["/address/mail~1home"]


async def test_unique_is_among_present_non_null_values(store: Store) -> None:
    await store.commit([put("1"), put("2"), put("3", slug=None), put("4", slug=None), put("5", slug="")])
    with pytest.raises(NotUnique):
        await store.commit([put("6", slug="")])
    assert len(await stored(store)) == 5


async def test_values_of_different_types_are_different(store: Store) -> None:
    await store.commit(
        [put("1", slug=1), put("2", slug="1"), put("3", slug=True), put("4", slug="a"), put("5", slug="A")]
    )
    for again in (1.0, "1", True, "a"):
        with pytest.raises(NotUnique):
            await store.commit([put("6", slug=again)])


async def test_an_update_may_keep_its_own_unique_value(store: Store) -> None:
    await store.commit([put("1", slug="a")])
    await store.commit([put("1", 2, expected=1, slug="a", text="new")])
    assert await stored(store) == {"1": document("1", 2, slug="a", text="new")}


async def test_a_unique_value_moves_within_a_batch_when_it_is_free_by_then(store: Store) -> None:
    await store.commit([put("1", slug="a")])
    await store.commit([drop("1"), put("2", slug="a")])
    assert await stored(store) == {"2": document("2", slug="a")}


async def test_an_existing_id_is_told_before_a_taken_value(store: Store) -> None:
    """So that a repeated create says that it has happened already."""
    await store.commit([put("1", slug="a")])
    with pytest.raises(AlreadyExists):
        await store.commit([put("1", slug="a")])


async def test_concurrent_commits_fail_alone(store: Store) -> None:
    await store.commit([put("taken", slug="taken")])
    writes = [
        [put(f"n{n}", slug="taken" if n % 3 == 0 else f"s{n}"), put(f"m{n}")] if n % 5 else [put("taken")]
        for n in range(60)
    ]
    outcomes = await asyncio.gather(*(store.commit(batch) for batch in writes), return_exceptions=True)
    for n, outcome in enumerate(outcomes):
        wanted = AlreadyExists if n % 5 == 0 else NotUnique if n % 3 == 0 else list
        assert type(outcome) is wanted
    good = [n for n in range(60) if n % 5 and n % 3]
    assert set(await stored(store)) == {"taken", *(f"n{n}" for n in good), *(f"m{n}" for n in good)}


async def test_compare_and_set_lets_one_of_many_win(store: Store) -> None:
    await store.commit([put("counter", n=0)])

    async def increment() -> None:
        while True:
            record = await store.get("notes", "counter")
            assert record is not None
            try:
                await store.commit(
                    [put("counter", record.version + 1, expected=record.version, n=record.document["n"] + 1)]
                )
            except VersionConflict:
                continue
            return

    await asyncio.gather(*(increment() for _ in range(25)))
    assert await stored(store) == {"counter": document("counter", 26, n=25)}


async def test_a_commit_is_seen_by_every_read_after_it(store: Store) -> None:
    async def write_and_read(n: int) -> None:
        await store.commit([put(f"n{n}", n=n)])
        reads = await asyncio.gather(*(store.get("notes", f"n{n}") for _ in range(3)))
        assert all(record is not None for record in reads)

    await asyncio.gather(*(write_and_read(n) for n in range(40)))


async def test_a_cancelled_commit_is_applied_whole_or_not_at_all(store: Store) -> None:
    """Callers give up at every moment; the store stays whole and goes on."""

    async def give_up(n: int) -> None:
        task = asyncio.ensure_future(store.commit([put(f"a{n}"), put(f"b{n}", slug=f"s{n}")]))
        for _ in range(n % 4):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    await asyncio.gather(*(give_up(n) for n in range(50)))
    await store.commit([put("after")])
    found = set(await stored(store))
    assert "after" in found
    for n in range(50):
        assert (f"a{n}" in found) == (f"b{n}" in found)
    changes = await store.changes(0, 1000)
    assert {change.id for change in changes} == found


async def test_closing_finishes_what_was_submitted(store: Store) -> None:
    pending = [asyncio.ensure_future(store.commit([put(f"n{n}")])) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    outcomes = await asyncio.gather(*pending)
    assert [changes[0].id for changes in outcomes] == [f"n{n}" for n in range(20)]
