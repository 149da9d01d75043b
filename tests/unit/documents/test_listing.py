"""How a list request is read, and what is remembered of it."""

import pytest

from runtime.documents.listing import LISTINGS_KEPT, LONGEST_REMEMBERED, read_listing
from runtime.model.actor import PUBLIC, Actor
from runtime.model.errors import Forbidden, InvalidQuery
from runtime.model.problem import Source
from runtime.model.query import And, Compare, SortKey
from runtime.model.specs import CollectionSpec, FieldSpec, GrantSpec
from runtime.rules.decide import decide

HERE = Source("collections/notes.yml")
ADA = Actor(kind="user", id="ada", roles=frozenset({"author"}))
BOB = Actor(kind="user", id="bob", roles=frozenset({"author"}))
EDITOR = Actor(kind="user", id="eve", roles=frozenset({"editor"}))
BOTH = Actor(kind="user", id="cleo", roles=frozenset({"author", "chief"}))
PUBLISHED = Compare(("status",), "$eq", "published")


@pytest.fixture
def notes():
    """A collection in which the public and authors may not see the same, editors see all, and chiefs what is theirs."""
    fields = tuple(FieldSpec(name, "string", HERE) for name in ("status", "title", "secret"))
    grants = (
        GrantSpec("public", HERE, filter={"status": "published"}, hide=frozenset({"secret"})),
        GrantSpec("role:author", HERE, filter={"createdBy": "$user.id"}, hide=frozenset({"secret"})),
        GrantSpec("role:editor", HERE),
        GrantSpec("role:chief", HERE, filter={"createdBy": "$user.id"}),
    )
    return CollectionSpec("notes", HERE, fields=fields, grants={"read": grants})


def listing(notes, actor, **parameters):
    return read_listing(parameters, notes, decide(actor, "read", notes, now=0.0))


def test_a_listing_is_read_once_for_all_who_may_ask_the_same(notes):
    first, second = listing(notes, PUBLIC, sort="title"), listing(notes, PUBLIC, sort="title")
    assert second is first
    assert listing(notes, ADA, sort="title") is listing(notes, BOB, sort="title")
    assert listing(notes, PUBLIC, sort="-title") is not first


def test_what_is_asked_of_the_store_keeps_to_the_rows_that_may_be_seen(notes):
    asked = listing(notes, PUBLIC, filter='{"title":"a"}', limit="7")
    assert asked.fetch.filter == And((Compare(("title",), "$eq", "a"), PUBLISHED))
    assert (asked.query.limit, asked.fetch.limit) == (7, 8)
    assert asked.query.filter == Compare(("title",), "$eq", "a")


def test_where_rows_depend_on_who_asks_nothing_of_them_is_remembered(notes):
    assert listing(notes, ADA, sort="title").fetch is None
    assert "ada" not in repr(notes.memo)


def test_what_one_may_ask_another_may_not_whoever_came_first(notes):
    for _ in range(2):
        assert listing(notes, EDITOR, filter='{"secret":"s"}').query.filter == Compare(("secret",), "$eq", "s")
        with pytest.raises(InvalidQuery, match="has no field 'secret'"):
            listing(notes, PUBLIC, filter='{"secret":"s"}')
        with pytest.raises(InvalidQuery, match="has no field 'secret'"):
            listing(notes, ADA, sort="secret")
        with pytest.raises(Forbidden):
            listing(notes, BOTH, sort="secret")
        assert listing(notes, EDITOR, q="word").query.text.fields == ("status", "title", "secret")
        assert listing(notes, PUBLIC, q="word").query.text.fields == ("status", "title")


def test_a_mistake_is_a_mistake_the_second_time_too(notes):
    for _ in range(2):
        with pytest.raises(InvalidQuery):
            listing(notes, PUBLIC, limit="0")


def test_parameters_that_the_api_does_not_know_fill_no_memory(notes):
    first = listing(notes, PUBLIC, sort="title")
    for number in range(LISTINGS_KEPT + 1):
        listing(notes, PUBLIC, sort="title", buster=str(number))
    assert listing(notes, PUBLIC, sort="title") is first


def test_clients_cannot_fill_the_memory(notes):
    first = listing(notes, PUBLIC, sort="title")
    for number in range(LISTINGS_KEPT):
        listing(notes, PUBLIC, filter=f'{{"title":"{number}"}}')
    assert len(notes.memo["listings"]) == LISTINGS_KEPT
    assert listing(notes, PUBLIC, sort="title") is not first
    long = f'{{"title":"{"x" * LONGEST_REMEMBERED}"}}'
    assert listing(notes, PUBLIC, filter=long) is not listing(notes, PUBLIC, filter=long)
    assert len(notes.memo["listings"]) == LISTINGS_KEPT


def test_each_page_begins_at_its_own_cursor(notes):
    plain = listing(notes, PUBLIC, sort="title")
    a, b = plain.places.behind({"id": "1", "title": "a"}), plain.places.behind({"id": "2", "title": "b"})
    assert listing(notes, PUBLIC, sort="title", cursor=a).query.after.values == ("a", "1")
    assert listing(notes, PUBLIC, sort="title", cursor=b).fetch.after.values == ("b", "2")
    assert listing(notes, PUBLIC, sort="title").query.after is None
    with pytest.raises(InvalidQuery, match="another sort order"):
        listing(notes, PUBLIC, sort="-title", cursor=a)
    with pytest.raises(InvalidQuery, match="exclude each other"):
        listing(notes, PUBLIC, sort="title", cursor=a, offset="1")


def test_a_query_that_hooks_have_changed_is_not_what_was_remembered(notes):
    plain = listing(notes, PUBLIC, sort="title")
    other = listing(notes, PUBLIC, sort="-status").query
    changed = plain.asking(other)
    assert (changed.query, changed.fetch) == (other, None)
    text = changed.places.behind({"id": "1", "status": "s"})
    assert changed.places.read(text).values == ("s", "1")
    assert plain.query.sort == (SortKey(("title",)), SortKey(("id",)))
    assert plain.asking(None) is plain
    assert plain.asking(plain.query) is plain
