"""MongoDB never changes an answer: what it is asked, it answers as the pure matcher and order say, or roughly.

Queries are evaluated by the peer, which was written apart from the matcher.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.clock import SystemClock
from runtime.model.query import (
    All,
    Compare,
    Cursor,
    ElemMatch,
    Exists,
    Filter,
    HasType,
    In,
    Not,
    Query,
    Regex,
    Size,
    TextSearch,
    all_of,
)
from runtime.model.specs import CollectionSpec
from runtime.query.match import matcher
from runtime.query.order import sort_key, sort_value
from runtime.query.parse import parse_filter
from runtime.storage.layout import layout_of
from runtime.storage.mongo.filters import NEVER, OPEN, condition
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.names import collection_name, dotted, from_stored, to_stored
from runtime.storage.mongo.sort import ordering, segments
from runtime.storage.mongo.store import MongoStore
from tests.mongopeer.matching import matches
from tests.mongopeer.ordering import identity, sort
from tests.mongopeer.server import Peer
from tests.unit.storage.test_pushdown import Case, cases, expected, expected_distinct

PATIENT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.fixture
def things(field: Callable[..., Any], collection: Callable[..., CollectionSpec]) -> CollectionSpec:
    item = field("item", "object", fields=(field("name", index=True, type="string"), field("qty", "number")))
    return collection(
        "things",
        field("title", "string"),
        field("n", "number", index=True),
        field("flag", "boolean"),
        field("when", "datetime", unique=True),
        field("text", "markdown"),
        field("author", "object", fields=(field("name", "string", index=True), field("age", "integer"))),
        field("tags", "array", items=field("tag", "string"), index=True),
        field("items", "array", items=item),
        field("meta", "json"),
    )


@pytest.fixture
def kept(things: CollectionSpec) -> Kept:
    return Kept(layout_of(things, ""))


@pytest.mark.timeout(1800)
@settings(deadline=None, suppress_health_check=PATIENT)
@given(case=cases())
def test_the_server_finds_all_that_matches_and_where_it_is_exact_nothing_else(case: Case, kept: Kept) -> None:
    present = list(case.held.values())
    stored = [to_stored(document, []) for document in present]
    for query, behind in case.asked:
        made, match = condition(query.filter, kept.scope), matcher(query.filter)
        for document, lying in zip(present, stored, strict=True):
            found, meant = matches(made.query, lying), match(document)
            assert found == meant if made.exact else found or not meant
        names = ordering(query.sort, kept.is_single)
        if names is None:
            continue
        by, place_of = {name: -1 if down else 1 for name, down in names}, sort_key(query.sort)
        assert [each["_id"] for each in sort(stored, by)] == [each["id"] for each in sorted(present, key=place_of)]
        if behind is None:
            continue
        cursor = behind_it(case, query, behind)
        after = [
            each["_id"]
            for segment in segments(names, cursor)
            for each in sort([lying for lying in stored if matches(segment.query, lying)], by)
        ]
        assert after == expected(present, Query(sort=query.sort, after=cursor))


def behind_it(case: Case, query: Query, id: str) -> Cursor:
    return Cursor(tuple(sort_value(case.held[id], key.path, key.descending) for key in query.sort))


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def store(peer: Peer, things: CollectionSpec) -> AsyncIterator[MongoStore]:
    store = MongoStore(peer.url(), clock=SystemClock())
    await store.open()
    await store.ensure([things])
    yield store
    await store.close()


@pytest.mark.timeout(1800)
@settings(max_examples=5 * settings().max_examples, deadline=None, suppress_health_check=PATIENT)
@given(case=cases())
async def test_pushdown_equals_matcher(case: Case, kept: Kept, peer: Peer, store: MongoStore) -> None:
    """Lists, cursors, counts, texts and distinct values, by the driver and over a socket."""
    present, table = list(case.held.values()), peer.data.made("test.things")
    table.documents = {
        identity(each["id"]): to_stored(each, kept.words.of(kept.texts(each)) if kept.words else []) for each in present
    }
    for query, behind in case.asked:
        if behind is not None:
            query = replace(query, after=behind_it(case, query, behind))
        found = await store.find("things", query)
        assert [record.id for record in found] == expected(present, query)
        assert all(record.document == case.held[record.id] for record in found)
        total = len(expected(present, Query(filter=query.filter, text=query.text)))
        assert await store.count("things", query) == total
    query = case.asked[0][0]
    assert [record.id async for record in store.iterate("things", query)] == expected(present, query)
    assert await store.distinct("things", case.unwound, query.filter) == expected_distinct(
        present, case.unwound, query.filter
    )


LITERAL: list[tuple[Filter, dict[str, Any], bool]] = [
    (Compare(("n",), "$eq", 1), {"n": {"$eq": 1}}, True),
    (Compare(("id",), "$gt", "a"), {"_id": {"$gt": "a"}}, True),
    (Compare(("when",), "$eq", "x"), {"when": {"$eq": "x", "$type": ["number", "string", "bool"]}}, True),
    (Compare(("n",), "$gte", None), {"n": None}, True),
    (Compare(("n",), "$lt", None), NEVER.query, True),
    (Compare(("n",), "$eq", (1,)), NEVER.query, True),
    (Compare(("n",), "$lt", "\ud800"), {}, False),
    (Compare(("tags",), "$eq", "x"), {"tags": {"$eq": "x"}}, True),
    (Compare(("tags",), "$eq", ("x",)), {}, False),
    (Compare(("tags",), "$eq", None), {"tags": None}, False),
    (Compare(("items", "name"), "$eq", None), {}, False),
    (Compare(("items", "0", "name"), "$eq", "x"), {}, False),
    (Compare(("$where",), "$eq", "x"), {}, False),
    (Compare(("_id",), "$eq", "x"), {"__id": {"$eq": "x"}}, True),
    (In(("n",), (1, None, ())), {"n": {"$in": [1, None]}}, True),
    (In(("tags",), ("x", None)), {}, False),
    (Regex(("n",), "^a"), {"n": {"$type": "string"}}, False),
    (Not(Regex(("n",), "^a")), {}, False),
    (Not(Compare(("n",), "$eq", 1)), {"$nor": [{"n": {"$eq": 1}}]}, True),
    (Exists(("items", "name"), True), {"items.name": {"$exists": True}}, False),
    (Exists(("items", "name"), False), {}, False),
    (HasType(("n",), ("int", "null")), {"n": {"$type": ["int", "long", "null"]}}, True),
    (Size(("tags",), 2), {"tags": {"$size": 2}}, True),
    (Size(("n",), 0), NEVER.query, True),
    (All(("tags",), ("x", "y")), {"$and": [{"tags": {"$eq": "x"}}, {"tags": {"$eq": "y"}}]}, True),
    (All(("tags",), ()), NEVER.query, True),
    (
        ElemMatch(("items",), parse_filter({"name": "x", "qty": {"$not": {"$gt": 1}}}), of_values=False),
        {"items": {"$elemMatch": {"name": {"$eq": "x"}}}},
        False,
    ),
    (ElemMatch(("tags",), Compare((), "$gt", 1), of_values=True), {"tags": {"$elemMatch": {"$gt": 1}}}, False),
    (ElemMatch(("tags",), Compare((), "$eq", None), of_values=True), {"tags": {"$type": "array"}}, False),
]


@pytest.mark.parametrize(("filter", "query", "exact"), LITERAL, ids=repr)
def test_what_the_server_is_asked(filter: Filter, query: dict[str, Any], exact: bool, kept: Kept) -> None:
    made = condition(filter, kept.scope)
    assert (made.query, made.exact) == (query, exact)


def test_what_is_open_leaves_the_rest_as_it_is(kept: Kept) -> None:
    known, unknown = Compare(("n",), "$eq", 1), Compare(("a", "0"), "$eq", 1)
    assert condition(all_of(known, unknown), kept.scope) == replace(condition(known, kept.scope), exact=False)
    assert condition(parse_filter({"$or": [{"n": 1}, {"a.0": 1}]}), kept.scope) == OPEN


texts = st.text(alphabet="aäAeé1 -_'\"ßø日\0.", max_size=12) | st.text(max_size=8)


@settings(suppress_health_check=PATIENT)
@given(held=st.lists(texts, min_size=1, max_size=4), words=st.lists(texts, max_size=4).map(" ".join))
def test_the_server_finds_every_document_whose_words_are_meant(held: list[str], words: str, kept: Kept) -> None:
    search = TextSearch(words, ("title", "text"))
    pairs = [(title, title[::-1]) for title in held]
    assert kept.words is not None
    made = kept.words.condition(search)
    for pair, is_meant in zip(pairs, kept.words.chosen(search, pairs), strict=True):
        lying = to_stored({"id": "1"}, kept.words.of(pair))
        assert not is_meant or matches(made.query, lying)


def test_words_are_those_of_sqlite(kept: Kept) -> None:
    assert kept.words is not None
    assert kept.words.of(("Über straßen", "naïve e-mail\0E")) == ["e", "mail", "naive", "straßen", "uber"]
    assert kept.words.of((None, "")) == []
    search = TextSearch("e-mail ub", ("title", "text"))
    pairs = [("Über", "e mail"), ("mail e", "über"), ("über", None)]
    assert kept.words.chosen(search, pairs) == [True, False, False]


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("articles", "articles"),
        ("_users", "_users"),
        ("_changes", "%5Fchanges"),
        ("_store", "%5Fstore"),
        ("a.b", "a%2Eb"),
        ("$x", "%24x"),
        ("system.views", "system%2Eviews"),
        ("~", "%7E"),
        ("ä", "%C3%A4"),
    ],
)
def test_collections_have_names_that_mongodb_takes(name: str, stored: str) -> None:
    assert collection_name(name) == stored


def test_long_names_are_cut_and_stay_apart() -> None:
    first, second = collection_name("x" * 300 + "1"), collection_name("x" * 300 + "2")
    assert first[:52] == second[:52] == "x" * 50 + "%%"
    assert len(first) == 84
    assert first != second


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("a", "b"), "a.b"),
        (("id",), "_id"),
        (("id", "x"), "id.x"),
        (("_id",), "__id"),
        (("a", "_id"), "a._id"),
        (("_words",), "__words"),
        (("a", "0"), None),
        (("a.b",), None),
        (("$a",), None),
        (("a", "$b"), None),
        (("",), None),
        (("a\0",), None),
        (("\ud800",), None),
        ((), None),
    ],
)
def test_paths_have_names_or_none(path: tuple[str, ...], name: str | None) -> None:
    assert dotted(path) == name


def test_documents_lie_as_they_are_with_our_keys_beside_theirs() -> None:
    document = {"version": 1, "_id": "theirs", "_words": [1], "__x": None, "id": "1", "a": {"_id": 2}}
    stored = to_stored(document, ["w"])
    assert stored == {
        "_id": "1", "version": 1, "__id": "theirs", "__words": [1], "___x": None, "id": "1", "a": {"_id": 2},
        "_words": ["w"],
    }  # fmt: skip
    assert list(from_stored(stored).items()) == list(document.items())
