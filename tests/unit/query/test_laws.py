"""What holds for every filter, order, cursor, update and patch."""

import string
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from runtime.model.errors import InvalidQuery
from runtime.model.query import SortKey
from runtime.query.cursor import decode_cursor, encode_cursor
from runtime.query.match import matcher, matches
from runtime.query.order import compare, is_after, rank, sort_key, sort_value
from runtime.query.parse import filter_paths, parse_fields, parse_filter, parse_path, parse_sort
from runtime.query.project import projector, without
from runtime.query.update import apply_update, is_update, merge_patch, parse_update
from runtime.query.values import check_json, freeze, thaw

law = settings(deadline=None, max_examples=100)

NAMES = ["a", "b", "0", "1"]
PATHS = ["a", "b", "0", "a.b", "a.0", "a.1", "a.b.a", "a.0.b", "b.a.0", "a.0.0"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([-0.0, 0.5, 1.0, 2.0, 9007199254740992.0]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "a", "ab", "b", "$", "\0", "é", "\uffff", "\U0001f600"]),
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)


values = st.recursive(scalars, containers, max_leaves=8)
documents = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)

patterns = st.sampled_from(["", "a", "^a", "b$", "^$", "[^a]", "a|b", "(?i)A"])
bounds = st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])
types = st.sampled_from(["null", "bool", "number", "string", "object", "array", "int", "double"])


def conditions(fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of operators, as they may stand under a field."""
    simple = st.one_of(
        st.tuples(bounds, values),
        st.tuples(st.sampled_from(["$in", "$nin", "$all"]), st.lists(values, max_size=3)),
        st.tuples(st.just("$exists"), st.booleans()),
        st.tuples(st.just("$size"), st.integers(0, 3)),
        st.tuples(st.just("$type"), types | st.lists(types, min_size=1, max_size=2)),
        st.tuples(st.just("$regex"), patterns),
        st.tuples(st.just("$elemMatch"), fields),
    )
    plain = st.lists(simple, min_size=1, max_size=2).map(dict)
    negated = plain.map(lambda condition: {"$not": condition})
    in_element = plain.map(lambda condition: {"$elemMatch": condition})
    return plain | negated | in_element


def filters_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    operands = st.one_of(values, conditions(inner))
    by_field = st.dictionaries(st.sampled_from(PATHS), operands, min_size=1, max_size=2)
    logical = st.tuples(st.sampled_from(["$and", "$or", "$nor"]), st.lists(inner, min_size=1, max_size=3))
    return by_field | logical.map(lambda pair: {pair[0]: pair[1]})


filters = st.recursive(st.just({}), filters_of, max_leaves=5)


def holds(raw: Any, document: Any) -> bool:
    return matches(parse_filter(raw), document)


@law
@given(filters, documents)
def test_a_negation_is_the_complement(raw: Any, document: Any) -> None:
    assert holds({"$nor": [raw]}, document) is not holds(raw, document)
    assert holds({"$nor": [{"$nor": [raw]}]}, document) is holds(raw, document)


@law
@given(st.sampled_from(PATHS), conditions(filters), documents)
def test_not_is_the_complement_of_its_conditions(path: str, condition: Any, document: Any) -> None:
    assert holds({path: {"$not": condition}}, document) is not holds({path: condition}, document)


@law
@given(filters, filters, documents)
def test_de_morgan(one: Any, other: Any, document: Any) -> None:
    first, second = holds(one, document), holds(other, document)
    assert holds({"$and": [one, other]}, document) is (first and second)
    assert holds({"$or": [one, other]}, document) is (first or second)
    assert holds({"$nor": [one, other]}, document) is not (first or second)
    both_negated = {"$or": [{"$nor": [one]}, {"$nor": [other]}]}
    assert holds({"$nor": [{"$and": [one, other]}]}, document) is holds(both_negated, document)


@law
@given(st.sampled_from(PATHS), st.lists(values, max_size=3), documents)
def test_in_all_and_their_negations_are_made_of_equality(path: str, wanted: list[Any], document: Any) -> None:
    equal = [holds({path: {"$eq": value}}, document) for value in wanted]
    assert holds({path: {"$in": wanted}}, document) is any(equal)
    assert holds({path: {"$nin": wanted}}, document) is not any(equal)
    assert holds({path: {"$all": wanted}}, document) is (bool(wanted) and all(equal))
    for value, found in zip(wanted, equal, strict=True):
        assert holds({path: {"$ne": value}}, document) is not found
        assert holds({path: {"$gte": value}}, document) is (holds({path: {"$gt": value}}, document) or found)
        assert holds({path: {"$lte": value}}, document) is (holds({path: {"$lt": value}}, document) or found)


ABSENT = object()


def reached(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value that MongoDB tests at a path, written as plainly as can be, without any short cut."""
    if not path:
        if isinstance(value, list):
            yield from value
        yield value
    elif isinstance(value, dict):
        yield from reached(value.get(path[0], ABSENT), path[1:])
    elif isinstance(value, list):
        yield from reached_in(value, path)
    else:
        yield ABSENT


def reached_in(array: list[Any], path: tuple[str, ...]) -> Iterator[Any]:
    for index, element in enumerate(array):
        if isinstance(element, dict):
            yield from reached(element, path)
        if str(index) == path[0]:
            if len(path) == 1:
                yield element
            elif isinstance(element, dict):
                yield from reached(element, path[1:])
            elif isinstance(element, list):
                yield from reached_in(element, path[1:])


def fulfils(value: Any, op: str, bound: Any) -> bool:
    if value is ABSENT:
        return bound is None and op in ("$eq", "$gte", "$lte")
    if rank(value)[0] != rank(bound)[0]:
        return False
    sign = compare(value, bound)
    return {"$eq": sign == 0, "$gt": sign > 0, "$gte": sign >= 0, "$lt": sign < 0, "$lte": sign <= 0}[op]


@law
@given(st.sampled_from(PATHS), st.sampled_from(["$eq", "$gt", "$gte", "$lt", "$lte"]), values, documents)
def test_comparisons_agree_with_the_plainest_definition(path: str, op: str, bound: Any, document: Any) -> None:
    expected = any(fulfils(value, op, bound) for value in reached(document, tuple(path.split("."))))
    assert holds({path: {op: bound}}, document) is expected


@law
@given(st.lists(scalars | documents, max_size=3), conditions(filters))
def test_elem_match_tests_an_element_that_is_no_array_like_a_field_of_its_own(elements: Any, condition: Any) -> None:
    expected = any(holds({"x": condition}, {"x": element}) for element in elements)
    assert holds({"a": {"$elemMatch": condition}}, {"a": elements}) is expected


@law
@given(filters, documents)
def test_matching_leaves_the_document_alone(raw: Any, document: Any) -> None:
    before = repr(document)
    holds(raw, document)
    assert repr(document) == before


@law
@given(filters)
def test_the_paths_of_a_filter_are_paths(raw: Any) -> None:
    for path in filter_paths(parse_filter(raw)):
        assert parse_path(".".join(path)) == path


@law
@given(values, values, values)
def test_the_order_is_total(one: Any, two: Any, three: Any) -> None:
    assert compare(one, two) == -compare(two, one)
    assert compare(one, one) == 0
    if compare(one, two) <= 0 and compare(two, three) <= 0:
        assert compare(one, three) <= 0
    if compare(one, two) == 0:
        assert compare(one, three) == compare(two, three)
        assert hash(rank(one)) == hash(rank(two))
        assert holds({"x": one}, {"x": two})


@law
@given(values, values)
def test_frozen_values_compare_as_plain_ones(one: Any, other: Any) -> None:
    assert compare(freeze(one), other) == compare(one, other)


sorts = st.lists(st.tuples(st.sampled_from(["", "-"]), st.sampled_from(PATHS)), max_size=3, unique_by=lambda k: k[1])
orders = sorts.map(lambda keys: parse_sort(",".join(sign + path for sign, path in keys)))
lists = st.lists(documents, max_size=8).map(lambda found: [{**d, "id": f"{n:02}"} for n, d in enumerate(found)])


def stands_before(one: Any, other: Any, sort: tuple[SortKey, ...]) -> bool:
    for key in sort:
        mine, theirs = (sort_value(document, key.path, key.descending) for document in (one, other))
        sign = compare(mine, theirs)
        if sign:
            return (sign > 0) is key.descending
    return False


@law
@given(lists, orders)
def test_sorting_is_consistent_with_comparing(found: list[Any], sort: tuple[SortKey, ...]) -> None:
    for one, other in pairwise(sorted(found, key=sort_key(sort))):
        assert stands_before(one, other, sort)
        assert not stands_before(other, one, sort)


@law
@given(lists, orders)
def test_behind_a_cursor_stands_exactly_what_is_sorted_behind_it(found: list[Any], sort: tuple[SortKey, ...]) -> None:
    ordered = sorted(found, key=sort_key(sort))
    for position, document in enumerate(ordered):
        behind = is_after(decode_cursor(encode_cursor(document, sort), sort), sort)
        assert [behind(other) for other in ordered] == [index > position for index in range(len(ordered))]


@law
@given(lists, orders, st.integers(1, 3))
def test_a_walk_by_cursor_sees_each_document_once(found: list[Any], sort: tuple[SortKey, ...], limit: int) -> None:
    seen: list[str] = []
    page = sorted(found, key=sort_key(sort))[:limit]
    while page:
        seen.extend(document["id"] for document in page)
        behind = is_after(decode_cursor(encode_cursor(page[-1], sort), sort), sort)
        page = sorted(filter(behind, found), key=sort_key(sort))[:limit]
    assert seen == [document["id"] for document in sorted(found, key=sort_key(sort))]


@law
@given(values)
def test_freezing_and_thawing_are_inverse(value: Any) -> None:
    assert repr(thaw(freeze(value))) == repr(value)
    assert repr(freeze(thaw(freeze(value)))) == repr(freeze(value))


@law
@given(documents, st.lists(st.sampled_from(["a", "b", "a.b", "b.a", "a.b.a"]), max_size=3))
def test_hidden_fields_are_reached_by_no_filter(document: Any, hidden: list[str]) -> None:
    shown = without(document, hidden)
    for path in hidden:
        assert not holds({path: {"$exists": True}}, shown)
    assert without(shown, hidden) == shown


@law
@given(documents, st.lists(st.sampled_from(["a", "b", "a.b", "b.a", "a.b.a"]), min_size=1, max_size=3))
def test_a_projection_answers_filters_on_its_fields_as_the_whole_does(document: Any, fields: list[str]) -> None:
    kept = projector(parse_fields(",".join(fields)))(document)
    assert projector(parse_fields(",".join(fields)))(kept) == kept
    for path in fields:
        assert holds({path: {"$exists": True}}, kept) is holds({path: {"$exists": True}}, document)


@law
@given(documents, st.sampled_from(PATHS), values)
def test_what_was_set_is_found(document: Any, path: str, value: Any) -> None:
    try:
        changed = apply_update(document, {"$set": {path: value}})
    except InvalidQuery:
        assume(False)
    assert holds({path: value}, changed)
    assert repr(apply_update(changed, {"$set": {path: value}})) == repr(changed)


@law
@given(documents, st.sampled_from(PATHS), values)
def test_adding_to_a_set_twice_is_adding_once_and_pulling_takes_it_out(document: Any, path: str, value: Any) -> None:
    assume(not isinstance(value, dict))
    try:
        once = apply_update(document, {"$addToSet": {path: value}})
    except InvalidQuery:
        assume(False)
    assert repr(apply_update(once, {"$addToSet": {path: value}})) == repr(once)
    pulled = apply_update(once, {"$pull": {path: value}})
    assert repr(apply_update(pulled, {"$pull": {path: value}})) == repr(pulled)
    assert not holds({path: {"$elemMatch": {"$eq": value}}}, pulled)


def difference(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The merge patch that leads from one object to another without nulls."""
    patch: dict[str, Any] = {name: None for name in one if name not in other}
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(one.get(name), dict):
            patch[name] = difference(one[name], value)
        else:
            patch[name] = value
    return patch


def without_nulls(value: Any) -> Any:
    """Members that are null, which no merge patch can set, are dropped."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return value


@law
@given(documents, documents)
def test_a_merge_patch_leads_from_any_object_to_any_other(one: Any, other: Any) -> None:
    target = without_nulls(other)
    assert merge_patch(one, difference(one, target)) == target


@law
@given(values, values)
def test_a_merge_patch_twice_is_a_merge_patch_once(document: Any, patch: Any) -> None:
    once = merge_patch(document, patch)
    assert repr(merge_patch(once, patch)) == repr(once)


@law
@given(documents, documents)
def test_a_merge_patch_leaves_alone_what_it_does_not_name(document: Any, patch: Any) -> None:
    result = merge_patch(document, patch)
    for name, value in document.items():
        if name not in patch:
            assert repr(result[name]) == repr(value)
    assert set(result) == (set(document) - set(patch)) | {name for name in patch if patch[name] is not None}


words = st.sampled_from(
    [
        "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$options", "$size", "$all",
        "$elemMatch", "$type", "$not", "$and", "$or", "$nor", "$where", "$expr", "$function", "$jsonSchema", "$text",
        "$set", "$unset", "$inc", "$push", "$pull", "$addToSet", "$each", "$", "a", "a.b", "a.0", "", ".", "\0",
        "$user.id", "$user",
    ]
)  # fmt: skip
wild_strings = st.one_of(words, st.text(max_size=5), st.text("()[]{}?*+|\\^$:=!<>-.0123456789,adPpRwxz #", max_size=25))
wild_scalars = st.one_of(scalars, st.floats(), st.integers(), wild_strings, st.sampled_from(["int", "i", "imsx", True]))
wild = st.recursive(
    wild_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild_strings, inner, max_size=4),
    max_leaves=20,
)


@settings(law, max_examples=300)
@given(wild | st.dictionaries(wild_strings, wild, max_size=4), documents)
@example({"a": {"$regex": "(?P<x>"}}, {})
@example({"a": {"$regex": "\\p{1/0}"}}, {"a": "x"})
@example({"a": {"$type": {}}}, {})
def test_reading_a_filter_raises_nothing_but_invalid_query(raw: Any, document: Any) -> None:
    for variables in (None, {"$user.id": "u", "$user.roles": ["a"]}):
        with suppress(InvalidQuery):
            assert matcher(parse_filter(raw, variables=variables))(document) in (True, False)


@settings(law, max_examples=300)
@given(st.dictionaries(words, st.dictionaries(wild_strings, wild, max_size=3) | wild, max_size=3) | wild, documents)
def test_an_update_raises_nothing_but_invalid_query_and_makes_only_what_can_be_stored(raw: Any, document: Any) -> None:
    try:
        changed = apply_update(document, raw)
    except InvalidQuery:
        return
    assert is_update(raw)
    assert check_json(changed) == {}
    assert repr(apply_update(document, parse_update(raw))) == repr(changed)


@settings(law, max_examples=200)
@given(wild)
def test_checking_json_raises_nothing(raw: Any) -> None:
    assert all(pointer == "" or pointer.startswith("/") for pointer in check_json(raw))


@settings(law, max_examples=200)
@given(wild_strings | st.text(string.ascii_letters + "-_=,.$", max_size=40))
def test_reading_text_raises_nothing_but_invalid_query(text: str) -> None:
    sort = parse_sort("a")
    with pytest.raises(InvalidQuery):
        decode_cursor(text, sort)
    for read in (parse_sort, parse_fields, parse_path):
        with suppress(InvalidQuery):
            assert read(text)
