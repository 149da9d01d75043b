"""Sort orders and lists of fields as they are written in a URL."""

import pytest

from runtime.model.errors import InvalidQuery
from runtime.model.query import SortKey
from runtime.query.parse import parse_fields, parse_sort

ID = SortKey(("id",))


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("", (ID,)),
        ("  ", (ID,)),
        ("id", (ID,)),
        ("-id", (SortKey(("id",), descending=True),)),
        ("title", (SortKey(("title",)), ID)),
        ("-publishedAt", (SortKey(("publishedAt",), True), SortKey(("id",), True))),
        ("-publishedAt,title", (SortKey(("publishedAt",), True), SortKey(("title",)), ID)),
        (" -a , +b ", (SortKey(("a",), True), SortKey(("b",)), ID)),
        ("author.name,-items.0", (SortKey(("author", "name")), SortKey(("items", "0"), True), SortKey(("id",), True))),
        ("a,-id", (SortKey(("a",)), SortKey(("id",), True))),
        ("a,id,b", (SortKey(("a",)), ID)),
        ("a-b", (SortKey(("a-b",)), ID)),
        ("--a", (SortKey(("-a",), True), SortKey(("id",), True))),
    ],
)
def test_a_sort_order_is_total(text: str, sort: tuple[SortKey, ...]) -> None:
    assert parse_sort(text) == sort


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",", "a field's name is missing"),
        ("a,", "a field's name is missing"),
        ("-", "a field's name is missing"),
        ("a..b", "empty segment"),
        ("$where", "may not contain \\$"),
        ("a,-a", "names 'a' twice; name it once"),
        ("a,b,c,d,e,f,g,h,i", "a sort order may have 8 keys"),
    ],
)
def test_what_is_no_sort_order_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        parse_sort(text)


def test_a_sort_order_may_have_eight_keys_beside_the_id() -> None:
    assert len(parse_sort("a,b,c,d,e,f,g,h")) == 9


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("title", (("id",), ("title",))),
        ("title, author.name ,title", (("id",), ("title",), ("author", "name"))),
        ("title,id", (("id",), ("title",))),
    ],
)
def test_a_list_of_fields_has_the_id_in_front(text: str, fields: tuple[tuple[str, ...], ...]) -> None:
    assert parse_fields(text) == fields


def test_a_list_of_fields_may_have_a_hundred() -> None:
    assert len(parse_fields(",".join(f"f{n}" for n in range(100)))) == 101


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a field's name is missing"),
        ("a,,b", "a field's name is missing"),
        ("$a", "may not contain \\$"),
        (",".join(f"f{n}" for n in range(101)), "may have 100; leave it out to get every field"),
    ],
)
def test_what_is_no_list_of_fields_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        parse_fields(text)
