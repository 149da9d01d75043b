"""SQL never changes an answer: whatever is asked of whatever is stored, it is what the pure matcher and order say."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.change import Write
from runtime.model.query import (
    All,
    And,
    Compare,
    Cursor,
    ElemMatch,
    Everything,
    Exists,
    Filter,
    HasType,
    In,
    Not,
    Nothing,
    Or,
    Path,
    Query,
    Regex,
    Size,
    SortKey,
    TextSearch,
)
from runtime.model.specs import CollectionSpec
from runtime.query.match import matcher
from runtime.query.order import is_after, rank, sort_key, sort_value
from runtime.query.values import freeze
from runtime.storage.sqlite import select
from runtime.storage.sqlite.distinct import distinct

Document = dict[str, Any]
QUESTIONS = 6
"""What is asked of each set of documents. 500 sets make 3,000 questions; the profile 30000 makes that many."""

SCALARS = [
    None, True, False, 0, 1, -1, 1.0, -0.0, 0.5, 0.1, 2, 3, 2**53, 2**53 + 1, float(2**53), 2**63 - 1, -(2**63),
    float(2**63), 1e308, 5e-324, 1.7976931348623157e308, 0.30000000000000004,
    "", "a", "b", "ab", "a\0", "a\0b", "A", "1", "true", "null", "é", "e\u0301", "\uffff", "\U0001f600", "\x7f", "'",
    '"', "2026-01-15T10:30:00.000Z", "2026-01-15T10:30:00.001Z",
]  # fmt: skip
scalars = st.sampled_from(SCALARS)
SMALL = [None, True, False, 0, 1, 2, 1.0, "a", "b", "", "a\0b", "1", "2", "10"]
small = st.sampled_from(SMALL)
compounds = st.recursive(
    small, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab0"), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
anything = scalars | compounds

WORDS = ["a", "b", "ab", "A", "e", "é", "1", "true", "null", "2026", "2026-01", "a-b", "nothing", "tru", "00"]
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "title": scalars | sentences,
    "n": scalars,
    "flag": small,
    "when": scalars,
    "text": sentences | scalars,
    "author": st.fixed_dictionaries({}, optional={"name": small, "age": scalars, "more": anything}) | scalars,
    "tags": st.lists(small | compounds, max_size=3) | small,
    "plain": st.lists(small, max_size=3),
    "items": st.lists(
        st.fixed_dictionaries({}, optional={"name": small | compounds, "qty": scalars}) | compounds, max_size=3
    ),
    "meta": anything,
    "extra": anything,
}
documents = st.fixed_dictionaries({}, optional=FIELDS)
PATHS: list[Path] = [
    *((name,) for name in FIELDS),
    ("id",), ("version",), ("createdAt",), ("nothing",),
    ("author", "name"), ("author", "age"), ("author", "more"), ("author", "more", "a"), ("author", "nothing"),
    ("title", "x"), ("title", "0"), ("tags", "0"), ("tags", "1"), ("tags", "a"), ("tags", "0", "a"),
    ("items", "name"), ("items", "qty"), ("items", "0"), ("items", "0", "name"), ("items", "name", "a"),
    ("items", "name", "0"), ("meta", "a"), ("meta", "a", "b"), ("meta", "0"), ("extra", "a"), ("extra", "a", "0"),
]  # fmt: skip
paths = st.sampled_from(PATHS)
favourites = st.sampled_from(
    [("id",), ("n",), ("title",), ("flag",), ("tags",), ("when",), ("items", "name"), ("author", "age")]
)
some_paths = favourites | paths
values = anything.map(freeze)
OPS = ["$eq", "$gt", "$gte", "$lt", "$lte"]
TYPES = ["null", "bool", "number", "string", "object", "array", "int", "double"]


def leaves(where: st.SearchStrategy[Path], *, deep: bool = True) -> st.SearchStrategy[Filter]:
    plain = [
        st.builds(Compare, where, st.sampled_from(OPS), values),
        st.builds(Compare, where, st.just("$eq"), small),
        st.builds(In, where, st.lists(values, max_size=3).map(tuple)),
        st.builds(All, where, st.lists(values, max_size=2).map(tuple)),
        st.builds(Exists, where, st.booleans()),
        st.builds(HasType, where, st.lists(st.sampled_from(TYPES), min_size=1, max_size=2, unique=True).map(tuple)),
        st.builds(Regex, where, st.sampled_from(["a", "^a", "b$", ".", "^$"])),
        st.builds(Size, where, st.integers(0, 3)),
    ]
    if not deep:
        return st.one_of(plain)
    inner = st.sampled_from([("name",), ("qty",), ("a",), ("0",), ("0", "a")])
    of_fields = combined(leaves(inner, deep=False), 3)
    of_values = combined(leaves(st.just(()), deep=False), 3)
    return st.one_of(
        *plain,
        st.builds(ElemMatch, where, of_fields, st.just(False)),
        st.builds(ElemMatch, where, of_values, st.just(True)),
    )


def combined(leaf: st.SearchStrategy[Filter], most: int) -> st.SearchStrategy[Filter]:
    def grow(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        several = st.lists(inner, min_size=1, max_size=3).map(tuple)
        return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, inner)

    return st.recursive(leaf, grow, max_leaves=most)


def hits(known: Sequence[tuple[Path, Any]]) -> st.SearchStrategy[Filter]:
    """Conditions on values that are there."""
    there = st.sampled_from(known)
    return st.one_of(
        st.builds(lambda pair, op: Compare(pair[0], op, pair[1]), there, st.sampled_from(OPS)),
        st.builds(lambda pair, more: In(pair[0], (pair[1], *more)), there, st.lists(values, max_size=2)),
        st.builds(lambda pair, other: All(pair[0], (pair[1], *other)), there, st.lists(small, max_size=1)),
        there.map(lambda pair: Exists(pair[0], True)),
        st.builds(lambda pair, kind: HasType(pair[0], (kind,)), there, st.sampled_from(TYPES)),
        st.builds(
            lambda pair, op: ElemMatch(pair[0], Compare((), op, pair[1]), of_values=True), there, st.sampled_from(OPS)
        ),
        st.builds(
            lambda pair, op: (
                ElemMatch(pair[0][:-1], Compare(pair[0][-1:], op, pair[1]), of_values=False)
                if len(pair[0]) > 1
                else Not(Compare(pair[0], op, pair[1]))
            ),
            there,
            st.sampled_from(OPS),
        ),
    )


def weighted(*choices: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of several strategies, each as often as its weight says; `one_of` would take their parts for its own."""
    spread = [strategy for weight, strategy in choices for _ in range(weight)]
    return st.sampled_from(spread).flatmap(lambda strategy: strategy)


trivial = st.sampled_from([Everything(), Nothing()])
anywhere = leaves(some_paths)
filters = weighted((19, combined(anywhere, 5)), (1, trivial))


def filters_about(held: Sequence[Document]) -> st.SearchStrategy[Filter]:
    """Filters that ask mostly for what documents hold, so that some match and others do not."""
    whole_fields = [((name,), freeze(value)) for document in held for name, value in document.items()]
    known = whole_fields + [
        (path, freeze(value)) for path in PATHS for document in held for value in everything_at(document, path)
    ]
    if not known:
        return filters
    leaf = weighted((3, hits(known)), (1, anywhere))
    return weighted((9, leaf), (9, combined(leaf, 4)), (1, trivial))


sorts = st.lists(st.builds(SortKey, some_paths, st.booleans()), max_size=3, unique_by=lambda key: key.path).map(
    lambda keys: (*(key for key in keys if key.path != ("id",)), SortKey(("id",), bool(keys) and keys[-1].descending))
)


@pytest.fixture
def things(field: Callable[..., Any], collection: Callable[..., CollectionSpec]) -> CollectionSpec:
    return collection(
        "things",
        field("title", "string"),
        field("n", "number", index=True),
        field("flag", "boolean", index=True),
        field("when", "datetime"),
        field("text", "markdown"),
        field("author", "object", fields=(field("name", "string", index=True), field("age", "integer"))),
        field("tags", "array", items=field("tag", "string"), index=True),
        field("plain", "array", items=field("it", "string")),
        field("items", "array", items=field("item", "object", fields=(
            field("name", "string", index=True), field("qty", "number", index=True),
        ))),
        field("meta", "json", index=True),
        indexes=["n,-title", "-when", "tags,-n", "flag,tags,title", "n,-id", "items.name,when", "text"],
    )  # fmt: skip


def is_storable(document: Document) -> bool:
    """Whether declared single values are single; the store refuses others."""
    author = document.get("author")
    single = [document.get(name) for name in ("title", "n", "flag", "when", "text")]
    if isinstance(author, dict):
        single += [author.get("name"), author.get("age")]
    return not any(isinstance(value, list | dict) for value in single) and not isinstance(author, list)


stored = st.lists(documents.filter(is_storable), max_size=10)
IDS = ["1", "10", "2", "a", "A", "é", "\U0001f600", "\uffff", "' OR 1=1 --", '"', "a\0b", "a\0", "%", ";", "x", "y"]


def whole(document: Document, id: str, version: int) -> Document:
    return {"id": id, "version": version, "createdAt": f"2026-01-0{version}", **document}


searches = st.builds(
    TextSearch,
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(" ".join),
    st.lists(st.sampled_from(["title", "text", "n"]), min_size=1, unique=True).map(tuple),
)


@dataclass(frozen=True)
class Case:
    """What is stored, changed and deleted, and then asked; `behind` is the id of a query's cursor."""

    first: list[Document]
    second: list[Document]
    gone: frozenset[str]
    asked: list[tuple[Query, str | None]]
    unwound: Path

    @property
    def held(self) -> dict[str, Document]:
        held: dict[str, Document] = {}
        for version, batch in ((1, self.first), (2, self.second)):
            for id, document in zip(IDS[version - 1 :], batch, strict=False):
                held[id] = whole(document, id, version)
        return {id: document for id, document in held.items() if id not in self.gone}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    case = Case(
        draw(stored.filter(bool)),
        draw(stored),
        draw(st.frozensets(st.sampled_from(IDS), max_size=3)),
        [],
        draw(st.sampled_from([path for path in PATHS if not any(segment.isdigit() for segment in path)])),
    )
    held = case.held
    about, behind = filters_about(list(held.values())), st.none() | st.sampled_from(sorted(held)) if held else st.none()
    limits = st.none() | st.integers(0, 12)
    for _ in range(QUESTIONS):
        text = draw(weighted((4, st.none()), (1, searches)))
        filter = draw(about if text is None else about | st.just(Everything()))
        query = Query(filter, draw(sorts), draw(limits), draw(st.integers(0, 3)), text=text)
        case.asked.append((query, draw(behind)))
    return case


def expected(documents: list[Document], query: Query) -> list[str]:
    found = [document for document in documents if matcher(query.filter)(document) and is_meant(document, query.text)]
    found.sort(key=sort_key(query.sort))
    if query.after is not None:
        found = list(filter(is_after(query.after, query.sort), found))
    stop = None if query.limit is None else query.offset + query.limit
    return [document["id"] for document in found[query.offset : stop]]


def tokens(text: Any) -> list[str]:
    """Return the words of a text, without case and diacritics; written apart from what the store does."""
    plain = unicodedata.normalize("NFD", text) if isinstance(text, str) else ""
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.findall("[a-z0-9]+", letters.lower())


def is_meant(document: Document, text: TextSearch | None) -> bool:
    """Whether every word occurs in one of the fields, the last one perhaps only begun."""
    if text is None:
        return True
    texts = [tokens(document.get(name)) for name in text.fields if name in ("title", "text")]
    *phrases, last = [tokens(word) for word in text.words.split()]
    return all(any(occurs(phrase, there) for there in texts) for phrase in phrases) and any(
        occurs(last, there, begun=True) for there in texts
    )


def occurs(phrase: list[str], there: list[str], *, begun: bool = False) -> bool:
    for start in range(len(there) - len(phrase) + 1):
        *words, last = there[start : start + len(phrase)]
        if words == phrase[:-1] and (last.startswith(phrase[-1]) if begun else last == phrase[-1]):
            return True
    return False


def expected_distinct(documents: list[Document], path: Path, filter: Filter) -> list[Any]:
    found: dict[Any, Any] = {}
    for document in documents:
        if matcher(filter)(document):
            for value in everything_at(document, path):
                found[rank(value)] = value
    return [found[place] for place in sorted(found)]


def everything_at(value: Any, path: Path) -> list[Any]:
    """Return what is at a path of names, arrays gone through and unwound; written apart from what the store does."""
    if not path:
        return value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        return everything_at(value[path[0]], path[1:]) if path[0] in value else []
    members = [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []
    return [found for member in members for found in everything_at(member, path)]


@pytest.mark.timeout(1800)
@settings(
    max_examples=5 * settings().max_examples,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(case=cases())
def test_pushdown_equals_matcher(case: Case, things: CollectionSpec, new_bench: Callable[[], Any]) -> None:
    """Lists, cursors, counts, texts and distinct values; after inserts, changes and deletes."""
    bench = new_bench()
    bench.ensure(things)
    for version, batch in ((1, case.first), (2, case.second)):
        for id, document in zip(IDS[version - 1 :], batch, strict=False):
            bench.put("things", whole(document, id, version))
    for id in case.gone:
        bench.commit(Write("things", id, None, expected=None))
    held = case.held
    tables, present = bench.tables("things"), list(held.values())
    for query, behind in case.asked:
        if behind is not None:
            place = tuple(sort_value(held[behind], key.path, key.descending) for key in query.sort)
            query = replace(query, after=Cursor(place))
        found = select.find(bench.connection, tables, query)
        assert [record.id for record in found] == expected(present, query)
        assert all(record.document == held[record.id] for record in found)
        total = len(expected(present, Query(filter=query.filter, text=query.text)))
        assert select.count(bench.connection, tables, query) == total
        chunk, is_last = select.take(bench.connection, tables, query)
        assert [record.id for record in chunk] == expected(present, query)
        assert is_last
    filter = case.asked[0][0].filter
    assert distinct(bench.connection, tables, case.unwound, filter) == expected_distinct(present, case.unwound, filter)
    again = new_bench()
    again.ensure(things)
    for document in reversed(present):
        again.put("things", document)
    assert bench.derived("things") == again.derived("things")
    bench.close()
    again.close()
