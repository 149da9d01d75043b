"""What SQLite does for the commonest questions: which index it takes, and what is left to Python."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.errors import InvalidQuery
from runtime.model.query import Cursor, Query, TextSearch
from runtime.model.specs import CollectionSpec
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage import sorting
from runtime.storage.sqlite import plan, select, statistics
from runtime.storage.sqlite.connection import transaction
from runtime.storage.sqlite.plan import Asked, ask

STATUS = "SEARCH k USING COVERING INDEX articles:index:.status,-.publishedAt"
BODIES = "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)"


@pytest.fixture
def articles(bench: Any, field: Callable[..., Any], collection: Callable[..., CollectionSpec]) -> Any:
    bench.ensure(
        collection(
            "articles",
            field("title", "string"),
            field("slug", "slug", unique=True),
            field("body", "markdown"),
            field("status", "select", options=("draft", "published"), index=True),
            field("author", "object", fields=(field("name", "string", index=True),)),
            field("tags", "array", items=field("tag", "string"), index=True),
            field("topics", "array", items=field("topic", "string"), index=True),
            field("free", "array", items=field("it", "string")),
            field("publishedAt", "datetime"),
            indexes=["status,-publishedAt", "tags,-publishedAt"],
        )
    )
    return bench


def made(bench: Any, filter: Any = None, sort: str = "id", **more: Any) -> Asked:
    query = Query(filter=parse_filter(filter or {}), sort=parse_sort(sort), **more)
    return ask(bench.tables("articles"), query)


def explained(bench: Any, asked: Asked, segment: int = 0) -> list[str]:
    plan = asked.plan
    bindings = (*asked.bindings(plan.where, plan.segments[segment]), 20, 0)
    rows = bench.rows(f"EXPLAIN QUERY PLAN {plan.records(bench.connection, segment, bindings)}", *bindings)
    return [row[3] for row in rows]


def test_a_list_with_filter_and_sort_is_one_walk_through_the_compound_index(articles: Any) -> None:
    for sort in ("-publishedAt", "publishedAt"):
        found = explained(articles, made(articles, {"status": "published"}, sort))
        assert found == [f"{STATUS} (.status=?)", BODIES]


def test_a_cursor_enters_the_index_where_it_stands(articles: Any) -> None:
    after = Cursor(("2026-01-15T10:30:00.000Z", "a1"))
    behind = made(articles, {"status": "published"}, "-publishedAt", after=after)
    assert explained(articles, behind) == [f"{STATUS} (.status=? AND (.publishedAt,id)<(?,?))", BODIES]
    assert explained(articles, behind, 1) == [f"{STATUS} (.status=? AND .publishedAt=?)", BODIES]
    upwards = made(articles, {"status": "published"}, "publishedAt", after=after)
    assert explained(articles, upwards) == [f"{STATUS} (.status=? AND (.publishedAt,id)>(?,?))", BODIES]
    assert len(upwards.plan.segments) == 1


def test_documents_with_a_tag_latest_first_are_one_walk_through_the_side_table(articles: Any) -> None:
    found = explained(articles, made(articles, {"tags": "rust"}, "-publishedAt"))
    assert found == ["SEARCH s USING COVERING INDEX articles:array:.tags,-.publishedAt:order (value=?)", BODIES]


def test_other_conditions_beside_a_tag_are_looked_up_in_the_keys(articles: Any) -> None:
    found = explained(articles, made(articles, {"tags": "rust", "status": "draft"}, "-publishedAt"))
    assert found == [
        "SEARCH s USING COVERING INDEX articles:array:.tags,-.publishedAt:order (value=?)",
        "SEARCH k USING INTEGER PRIMARY KEY (rowid=?)",
        BODIES,
    ]


def test_an_index_that_another_begins_with_is_not_built_twice_over_arrays(articles: Any) -> None:
    names = [name for (name,) in articles.rows("SELECT name FROM sqlite_master WHERE name LIKE '%:array:%'")]
    assert names == [
        "articles:array:.tags,-.publishedAt",
        "articles:array:.tags,-.publishedAt:order",
        "articles:array:.topics",
        "articles:array:.topics:order",
    ]


def test_the_order_by_id_and_unique_values_need_no_sorting(articles: Any) -> None:
    assert explained(articles, made(articles)) == [
        "SCAN k USING COVERING INDEX sqlite_autoindex_articles:keys_1",
        BODIES,
    ]
    by_slug = explained(articles, made(articles, {"slug": "a"}))
    assert by_slug == ["SEARCH k USING INDEX articles:unique:.slug (.slug=?)", BODIES]


def test_where_sqlite_sorts_it_sorts_keys_and_reads_the_bodies_of_one_page(articles: Any) -> None:
    found = explained(articles, made(articles, {"author.name": "Ann"}, "title"))
    assert found == [
        "CO-ROUTINE p",
        "SEARCH k USING INDEX articles:index:.author.name (.author.name=?)",
        "USE TEMP B-TREE FOR ORDER BY",
        "SCAN p",
        BODIES,
        "USE TEMP B-TREE FOR ORDER BY",
    ]


def test_bodies_are_not_sorted_where_sqlite_takes_another_index_than_the_one_with_the_order(articles: Any) -> None:
    found = explained(articles, made(articles, {"status": {"$in": ["draft", "published"]}}, "id"))
    assert found[0] == "CO-ROUTINE p"
    assert "TEMP B-TREE" in found[2]


def test_a_count_reads_no_bodies(articles: Any) -> None:
    for filter, step in (
        ({"status": "draft"}, "SEARCH k USING COVERING INDEX articles:index:.status (.status=?)"),
        ({"tags": "rust"}, "SEARCH s USING COVERING INDEX articles:array:.tags,-.publishedAt:order (value=?)"),
        ({"title": {"$gt": "m"}}, "SCAN k"),
    ):
        asked = ask(articles.tables("articles"), select.counted(Query(filter=parse_filter(filter))))
        rows = articles.rows(f"EXPLAIN QUERY PLAN {asked.plan.total()}", *asked.bindings(asked.plan.where))
        assert [row[3] for row in rows] == [step]


EXACT: list[tuple[Any, bool]] = [
    ({}, True),
    ({"status": "draft"}, True),
    ({"status": None}, True),
    ({"status": {"$ne": "draft"}}, True),
    ({"status": {"$in": ["draft", None, 1, True]}}, True),
    ({"status": {"$nin": ["draft"]}}, True),
    ({"title": {"$gt": "a", "$lte": "b"}}, True),
    ({"title": {"$not": {"$gt": "a"}}}, True),
    ({"title": {"$gt": 1}}, True),
    ({"title": {"$gte": None}}, True),
    ({"title": ["a"]}, True),
    ({"title": {"$type": ["string", "int"]}}, True),
    ({"title": {"$size": 1}}, True),
    ({"title": {"$all": ["a"]}}, True),
    ({"author.name": "Ann"}, True),
    ({"id": {"$in": ["a", "b"]}}, True),
    ({"version": {"$gt": 1}, "createdAt": {"$lt": "2026"}}, True),
    ({"$or": [{"status": "draft"}, {"tags": "rust"}]}, True),
    ({"$nor": [{"status": "draft"}, {"tags": "rust"}]}, True),
    ({"tags": {"$in": ["a", "b"]}}, True),
    ({"tags": {"$gt": "a"}}, True),
    ({"tags": {"$all": ["a", "b"]}}, True),
    ({"status": {"$exists": True}}, False),
    ({"status": {"$exists": False}}, False),
    ({"title": {"$regex": "^a"}}, False),
    ({"title": {"$type": "null"}}, False),
    ({"tags": None}, False),
    ({"tags": ["a"]}, False),
    ({"tags": {"$size": 1}}, False),
    ({"tags": {"$elemMatch": {"$eq": "a"}}}, False),
    ({"free": "a"}, False),
    ({"body": "a"}, False),
    ({"title.x": "a"}, False),
    ({"nothing": "a"}, False),
    ({"$or": [{"status": "draft"}, {"nothing": 1}]}, False),
    ({"status": "draft", "nothing": 1}, False),
    ({"nothing": {"$ne": 1}}, False),
]


@pytest.mark.parametrize(("filter", "is_exact"), EXACT)
def test_where_sql_says_it_all_the_matcher_is_not_asked(articles: Any, filter: Any, is_exact: bool) -> None:
    assert made(articles, filter).plan.where.exact is is_exact


NARROWED: list[tuple[Any, str]] = [
    ({"status": "draft", "nothing": 1}, '(k.".status" = ?)'),
    ({"title": {"$regex": "^a"}}, """k.".title" >= '' AND k.".title" < x''"""),
    ({"status": {"$exists": False}}, 'k.".status" IS NULL'),
    ({"$or": [{"status": "draft"}, {"nothing": 1}]}, "1"),
    ({"nothing": {"$ne": 1}}, "1"),
    ({"$nor": [{"title": {"$regex": "a"}}]}, "1"),
]


@pytest.mark.parametrize(("filter", "sql"), NARROWED)
def test_what_cannot_be_said_in_sql_is_narrowed_as_far_as_it_can(articles: Any, filter: Any, sql: str) -> None:
    assert made(articles, filter).plan.where.sql == sql


def test_undeclared_paths_and_values_are_never_in_the_text(articles: Any) -> None:
    filter = {"x'); DROP TABLE y --": "z'); DROP", "tags": "w'); DROP", "title": {"$gt": "v'); DROP"}}
    hostile = made(articles, filter, "u'); DROP", text=TextSearch("t'); DROP", ("title", "s'); DROP")))
    texts = [hostile.plan.bodies(), made(articles, filter, "-publishedAt").plan.candidates(hostile.plan.segments[0])]
    assert not any("DROP" in text for text in texts)


def test_questions_that_differ_in_values_alone_share_a_plan(articles: Any) -> None:
    one = made(articles, {"status": "draft", "title": {"$gt": "a"}}, "-publishedAt", limit=5)
    other = made(articles, {"status": "published", "title": {"$gt": "b"}}, "-publishedAt", limit=9, offset=2)
    assert other.plan is one.plan
    assert one.bindings(one.plan.where) == ("draft", "a")
    assert other.bindings(other.plan.where) == ("published", "b")


DIFFERENT: list[tuple[Any, Any]] = [
    ({"title": "a"}, {"title": None}),
    ({"title": "a"}, {"title": ["a"]}),
    ({"title": {"$gt": "a"}}, {"title": {"$gt": 1}}),
    ({"title": {"$gt": 1}}, {"title": {"$gt": True}}),
    ({"title": {"$in": ["a", "b"]}}, {"title": {"$in": ["a", None]}}),
    ({"title": {"$in": ["a", "b"]}}, {"title": {"$in": ["a"]}}),
    ({"title": {"$exists": True}}, {"title": {"$exists": False}}),
    ({"title": {"$type": "string"}}, {"title": {"$type": "null"}}),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_values_that_sql_depends_on_have_plans_of_their_own(articles: Any, one: Any, other: Any) -> None:
    assert made(articles, one).plan is not made(articles, other).plan


def test_a_plan_is_of_one_layout(articles: Any, field: Callable[..., Any], collection: Callable[..., Any]) -> None:
    before = made(articles, {"slug": "a"}, "title")
    articles.put("articles", {"id": "1", "version": 1, "title": "t", "slug": "a"})
    articles.ensure(collection("articles", field("title", "string")))
    after = made(articles, {"slug": "a"}, "title")
    assert (before.plan.where.exact, after.plan.where.exact) == (True, False)
    found = select.find(articles.connection, articles.tables("articles"), after.query)
    assert [record.id for record in found] == ["1"]


def test_plans_are_kept_in_bounds(articles: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "PLANS_KEPT", 3)
    for name in ("a", "b", "c", "d", "e"):
        made(articles, {name: 1})
    assert len(articles.tables("articles").plans) == 2


def test_statistics_tell_a_field_with_many_values_from_one_with_two(articles: Any) -> None:
    question = {"status": "draft", "author.name": "Ann 7"}
    without = explained(articles, made(articles, question, "title"))[1]
    assert without == "SEARCH k USING INDEX articles:index:.status (.status=?)"
    for number in range(300):
        document = {"status": ("draft", "published")[number % 2], "author": {"name": f"Ann {number}"}, "tags": ["t"]}
        articles.put("articles", {"id": f"{number}", "version": 1, **document})
    tables = articles.tables("articles")
    with transaction(articles.connection):
        assert statistics.analyse(articles.connection, [tables]) == {"articles": 300}
    tables.plans.clear()
    informed = explained(articles, made(articles, question, "title"))[1]
    assert informed == "SEARCH k USING INDEX articles:index:.author.name (.author.name=?)"


def test_sorting_in_memory_is_bounded(articles: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        articles.put("articles", {"id": f"{number:02}", "version": 1, "body": f"{99 - number}"})
    monkeypatch.setattr(sorting, "SORT_LIMIT", 10)
    tables = articles.tables("articles")

    def ids(**more: Any) -> list[str]:
        query = Query(sort=parse_sort("body"), **more)
        return [record.id for record in select.find(articles.connection, tables, query)]

    assert ids(limit=3) == ["11", "10", "09"]
    assert ids(limit=3, offset=7) == ["04", "03", "02"]
    for more in ({}, {"limit": 11}, {"limit": 3, "offset": 8}):
        with pytest.raises(InvalidQuery, match="more than 10 documents would have to be sorted by body"):
            ids(**more)
    assert len(ids(filter=parse_filter({"id": {"$lt": "10"}}))) == 10
