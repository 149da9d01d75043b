"""Names and values full of the signs that databases take for code: refused or literal, never code."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.change import Write
from runtime.model.errors import Failure, InvalidDocument, InvalidQuery, NotFound
from runtime.model.ports import Store
from runtime.model.query import Compare, Cursor, Everything, In, Query, SortKey, TextSearch
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.match import matches
from runtime.query.order import is_after, sort_key
from runtime.query.parse import parse_filter, parse_sort

HOSTILE = [
    "'; DROP TABLE changes; --", '" OR 1=1 --', "a\"b", "a'b", "a`b", "[a]", "a;b", "a--b", "/*", "?", "?1", ":id",
    "@x", "$x", "%", "_", "\\", "x' UNION SELECT body", "rowid", "key", "id\"", "sqlite_master", "sqlite_x", "NULL",
    "ORDER BY", "json_extract(body,'$')", "$[0]", "a b", "ä", "日本", "\U0001f600", "\n", "\t", "SELECT", "select",
    "Select", "x" * 300, "\u202e", "~", "~~", "a:text", "a", "A", "documents", "changes", "layout", "text", "c0",
    "value", "__proto__",
]  # fmt: skip
texts = st.sampled_from(HOSTILE) | st.text(max_size=12)


async def test_collections_and_fields_may_have_any_name(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Any, ids: Any
) -> None:
    """Names that differ only in case, in quotes or in signs that are no letters stay apart."""
    names = [name for name in HOSTILE if not set(name) & {".", ",", "$"}]
    fields = [
        *(field(name, unique=not n % 7, index=bool(n % 2)) for n, name in enumerate(names)),
        *(field(f"{name}[]", "array", items=field("it"), index=True) for name in names),
    ]
    specs = [
        collection(name, *fields, indexes=[f"{names[n % 9]},-{names[-1 - n % 9]}"]) for n, name in enumerate(HOSTILE)
    ]
    await store.ensure(specs)
    assert await store.ensure(specs) == []
    for number, name in enumerate(HOSTILE):
        whole = {key: f"{name} {key}" for key in names} | {f"{key}[]": [f"{key}1", "x"] for key in names}
        await create(name, [{"id": f"{number}", **whole}])
    for number, name in enumerate(HOSTILE):
        for key in names[number % 5 :: 5]:
            assert await ids(name, {"nothing": None}, limit=9) == [f"{number}"]
            equal = Query(filter=Compare((key,), "$eq", f"{name} {key}"), sort=(SortKey((key,)), SortKey(("id",))))
            assert [record.id for record in await store.find(name, equal)] == [f"{number}"]
            assert await store.count(name, Query(filter=Compare((f"{key}[]",), "$eq", f"{key}1"))) == 1
            assert await store.count(name, Query(filter=Compare((f"{key}[]",), "$eq", f"{name} {key}"))) == 0
            assert await store.distinct(name, (key,), Everything()) == [f"{name} {key}"]
    assert await store.last_seq() == len(HOSTILE)


@pytest.fixture
async def filled(
    store: Store, field: Callable[..., FieldSpec], collection: Callable[..., CollectionSpec], create: Any
) -> AsyncIterator[list[dict[str, Any]]]:
    """Documents that hold hostile texts; they are there unchanged afterwards, and nothing has to be mended."""
    fields = (field("v", index=True), field("tags", "array", index=True), field("text", "text"))
    notes = collection("notes", *fields, indexes=["tags,-v"])
    await store.ensure([notes])
    documents = [
        {"id": f"id {n} {text}", "version": 1, "v": text, "tags": [text, "x"], "text": text}
        for n, text in enumerate(HOSTILE)
    ]
    await create("notes", documents)
    yield documents
    left = [record.document for record in await store.find("notes", Query()) if record.id.startswith("id ")]
    assert left == sorted(documents, key=lambda document: str(document["id"]))
    assert await store.ensure([notes]) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(value=texts, path=st.lists(texts, min_size=1, max_size=3), words=st.lists(texts, max_size=3).map(" ".join))
async def test_values_and_undeclared_paths_are_never_code(
    store: Store, filled: list[dict[str, Any]], value: str, path: list[str], words: str
) -> None:
    """Whatever is asked finds what the matcher finds, or is refused; and nothing is ever gone afterwards."""
    asked = [
        Compare(("v",), "$eq", value),
        Compare(("v",), "$gt", value),
        In(("tags",), (value, "nothing")),
        Compare(tuple(path), "$eq", value),
        Compare(("v", *path), "$eq", value),
        Compare(("id",), "$eq", value),
    ]
    for filter in asked:
        expected = {document["id"] for document in filled if matches(filter, document)}
        for sort in ("v", "-id"):
            found = await store.find("notes", Query(filter=filter, sort=parse_sort(sort)))
            assert {record.id for record in found} == expected
        unknown = Query(filter=filter, sort=(SortKey(tuple(path)), SortKey(("id",))))
        assert {record.id for record in await store.find("notes", unknown)} == expected
        assert await store.count("notes", Query(filter=filter)) == len(expected)
    await store.find("notes", Query(text=TextSearch(words, ("text", value))))
    await store.distinct("notes", tuple(path), Everything())
    assert await store.get("notes", value) is None
    assert await store.get_many("notes", [value, *path]) == {}
    with pytest.raises(NotFound):
        await store.get(f"other{value}", "1")
    assert await store.count("notes", Query()) == len(HOSTILE)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(value=texts | st.none() | st.integers(-2, 2) | st.booleans(), id=texts, path=st.lists(texts, min_size=1))
async def test_cursors_are_places_whatever_is_in_them(
    store: Store, filled: list[dict[str, Any]], value: Any, id: str, path: list[str]
) -> None:
    """Forged or not, by a field that has an index, by one that is an array and by one that nobody declared."""
    for keys in ((SortKey(("v",)),), (SortKey(("v",), True),), (SortKey(("tags",)),), (SortKey(tuple(path)),)):
        order = (*keys, SortKey(("id",), keys[-1].descending))
        cursor = Cursor((value, id))
        query = Query(sort=order, after=cursor, limit=len(HOSTILE))
        try:
            found = [record.id for record in await store.find("notes", query)]
        except InvalidQuery:
            assert any("\ud800" <= sign <= "\udfff" for sign in f"{value}{id}")
            continue
        behind = sorted(filter(is_after(cursor, order), filled), key=sort_key(order))
        assert found == [document["id"] for document in behind]


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(id=texts, text=texts, by=texts)
async def test_ids_and_contents_are_literal(
    store: Store, filled: list[dict[str, Any]], id: str, text: str, by: str
) -> None:
    key = text.replace("$", "").replace("\0", "")  # keys with NUL are refused before a store sees them; BSON has none
    document = {"id": f"new{id}", "version": 1, "v": text, "tags": [text], "text": text, key: text}
    try:
        (created,) = await store.commit([Write("notes", f"new{id}", document, expected=0, by=by)])
    except InvalidDocument:
        assert any("\ud800" <= sign <= "\udfff" for sign in id + text)
        return
    record = await store.get("notes", f"new{id}")
    assert record is not None
    assert record.document == document
    (change,) = await store.changes(created.seq - 1, 1)
    assert (change.id, change.by, change.after) == (f"new{id}", by, document)
    await store.commit([Write("notes", f"new{id}", None, expected=1)])
    assert await store.count("notes", Query()) == len(HOSTILE)


async def test_halves_of_surrogate_pairs_are_refused_or_found_nowhere(store: Store, filled: Any) -> None:
    half = "\ud800"
    assert await store.get("notes", half) is None
    assert await store.get_many("notes", [half]) == {}
    assert await store.count("notes", Query(filter=Compare(("v",), "$eq", half))) == 0
    assert await store.count("notes", Query(filter=In(("tags",), (half,)))) == 0
    assert await store.count("notes", Query(filter=Compare(("v",), "$lt", half))) > 0
    for write in (
        Write("notes", half, {"id": half, "version": 1}, expected=0),
        Write("notes", "1", {"id": "1", "version": 1, "v": half}, expected=0),
        Write("notes", half, None, expected=None),
    ):
        with pytest.raises(InvalidDocument):
            await store.commit([write])


async def test_what_no_collection_can_hold_is_refused(store: Store, filled: Any) -> None:
    def write(**fields: Any) -> Write:
        return Write("notes", "1", {"id": "1", "version": 1, **fields}, expected=0)

    for wrong in ({"v": 2**63}, {"v": ["a"]}, {"v": {"a": 1}}, {"w": 2**64}, {"w": object()}, {"tags": [2**63]}):
        with pytest.raises(InvalidDocument):
            await store.commit([write(**wrong)])
    with pytest.raises(Failure, match="16 MiB"):
        await store.commit([write(w="x" * 17_000_000)])
    assert await store.get("notes", "1") is None


async def test_operators_in_stored_values_are_values(store: Store, filled: Any, create: Any, ids: Any) -> None:
    await create("notes", [{"id": "op", "w": {"a": {"b": 1}}}])
    assert await ids("notes", {"w": {"a": {"b": 1}}}) == ["op"]
    with pytest.raises(Failure):
        parse_filter({"$where": "1"})
