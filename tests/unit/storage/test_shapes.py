"""A plan that was made for some values answers for all others of its shape, as the pure matcher and order do."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.query import (
    All,
    And,
    Compare,
    Cursor,
    ElemMatch,
    Exists,
    Filter,
    In,
    Not,
    Or,
    Query,
    Regex,
    Size,
    SortKey,
)
from runtime.query.match import matcher
from runtime.query.order import is_after, sort_key, sort_value
from runtime.query.values import freeze
from runtime.storage.sqlite import select

VALUES = [None, True, False, 0, 1, 2, -0.0, 0.5, 2**53 + 1, float(2**53), "", "a", "b", "é", "1"]
DOCUMENTS: list[dict[str, Any]] = [
    {"id": f"{number:03}", "version": 1, "n": n, "m": VALUES[number % len(VALUES)], "tags": [n, VALUES[number % 7]]}
    for number, n in enumerate(VALUES * 2)
] + [{"id": "x", "version": 1, "tags": "a"}, {"id": "y", "version": 1, "tags": []}]

values = st.sampled_from(VALUES) | st.sampled_from([["a"], {"a": 1}, []]).map(freeze)
paths = st.sampled_from([("n",), ("m",), ("tags",), ("id",)])
leaves = st.one_of(
    st.builds(Compare, paths, st.sampled_from(["$eq", "$gt", "$lte"]), values),
    st.builds(In, paths, st.lists(values, min_size=1, max_size=2).map(tuple)),
    st.builds(All, paths, st.lists(values, min_size=1, max_size=2).map(tuple)),
    st.builds(Exists, paths, st.booleans()),
    st.builds(Regex, paths, st.sampled_from(["a", "^$"])),
    st.builds(Size, paths, st.integers(0, 2)),
    st.builds(ElemMatch, paths, st.builds(Compare, st.just(()), st.just("$gt"), values), st.just(True)),
)
filters: st.SearchStrategy[Filter] = (
    leaves
    | st.builds(Not, leaves)
    | st.lists(leaves, min_size=2, max_size=2).map(tuple).flatmap(lambda two: st.sampled_from([And(two), Or(two)]))
)
orders = st.sampled_from([(), (SortKey(("n",)),), (SortKey(("m",), True),), (SortKey(("tags",)),)])


@pytest.fixture
def things(bench: Any, field: Callable[..., Any], collection: Callable[..., Any]) -> Any:
    """One database for all examples, so that most questions find a plan that others have made."""
    tags = field("tags", "array", items=field("tag", "string"), index=True)
    n, m = field("n", "number", index=True), field("m", "number")
    bench.ensure(collection("things", n, m, tags, indexes=["tags,n"]))
    for document in DOCUMENTS:
        bench.put("things", document)
    return bench


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(filter=filters, order=orders, behind=st.none() | st.sampled_from(DOCUMENTS), limit=st.none() | st.integers(0, 5))
def test_a_kept_plan_answers_as_the_matcher(
    filter: Filter,
    order: tuple[SortKey, ...],
    behind: dict[str, Any] | None,
    limit: int | None,
    things: Any,
) -> None:
    connection, tables = things.connection, things.tables("things")
    sort = (*order, SortKey(("id",), bool(order) and order[-1].descending))
    after = None
    if behind is not None:
        after = Cursor(tuple(sort_value(behind, key.path, key.descending) for key in sort))
    expected = [document for document in DOCUMENTS if matcher(filter)(document)]
    assert select.count(connection, tables, Query(filter)) == len(expected)
    expected = sorted(expected, key=sort_key(sort))
    if after is not None:
        is_behind = is_after(after, sort)
        expected = [document for document in expected if is_behind(document)]
    query = Query(filter, sort, limit, after=after)
    found = select.find(connection, tables, query)
    assert [record.document for record in found] == expected[:limit]
