"""The matcher held against tinymongo, which other people wrote after the same manual.

Where the two disagree, a rule below has to say why, and to prove it: the rule writes the filter in other words, which
by MongoDB's manual mean the same, and tinymongo has to come round to our answer. What no rule explains fails.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinymongo import TinyMongoClient

from runtime.query.match import matcher
from runtime.query.order import sort_key
from runtime.query.parse import parse_filter, parse_sort

Raw = dict[str, Any]

SCALARS = [None, True, False, 0, 1, 1.0, 2, 1.5, -1, 2**40, "", "a", "b", "ab", "A", "1", "2026-01-15T10:30:00.000Z"]
scalars = st.sampled_from(SCALARS)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
documents = st.lists(
    st.fixed_dictionaries({}, optional={"v": values, "w": values, "x": scalars}), min_size=1, max_size=8
)  # fmt: skip
paths = st.sampled_from(["v", "w", "x", "v.a", "v.b", "v.a.b", "v.0", "v.1", "v.0.a", "w.a", "x.a", "_id"])
operands: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"], values),
    **dict.fromkeys(["$in", "$nin", "$all"], st.lists(values, max_size=3)),
    "$exists": st.booleans(),
    "$regex": st.sampled_from(["a", "^a", "b$", ".", "^$", "^[ab]+$", "A|1"]),
    "$size": st.integers(0, 3),
    "$type": st.sampled_from(["null", "bool", "number", "string", "object", "array", "int", "double"]),
}
tests = st.sampled_from(sorted(operands)).flatmap(lambda name: operands[name].map(lambda operand: {name: operand}))
elements = tests | st.builds(lambda name, test: {name: test}, st.sampled_from(["a", "b", "0"]), tests)
conditions = st.recursive(
    tests | elements.map(lambda element: {"$elemMatch": element}),
    lambda inner: (
        inner.map(lambda condition: {"$not": condition}) | st.builds(lambda one, other: {**one, **other}, inner, inner)
    ),
    max_leaves=2,
)
leaves = st.builds(lambda path, condition: {path: condition}, paths, conditions | values)
filters = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda name, parts: {name: parts},
        st.sampled_from(["$and", "$or", "$nor"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)


@dataclass(frozen=True)
class Rule:
    """A difference: what tinymongo does otherwise and why ours is right, where it shows, and how else to say it."""

    why: str
    shows: Callable[[str, str, Any], bool]
    otherwise: Callable[[str, Any, "Rules"], Raw]


Rules = Sequence[Rule]


def is_negative(condition: Raw) -> bool:
    return bool({"$not", "$ne", "$nin"} & condition.keys()) or condition.get("$exists") is False


NOT_OF_NOT = Rule(
    "What is negated is a condition on a path as a whole, so that two negations cancel each other. At a path through "
    "an array tinymongo asks element by element instead, and two negations hold of an array that has no such element. "
    "Source: MongoDB manual, $not and $nor, which agree with each other there.",
    lambda path, name, operand: name == "$not" and "." in path and is_negative(operand),
    lambda path, operand, rules: {"$nor": [in_other_words({path: operand}, rules)]},
)
ALL_OF_ARRAYS = Rule(
    "$all means equality with each of its values, and equality with an array finds the field that is this array as "
    "well as one that has it for an element. tinymongo looks among the elements alone. Source: MongoDB manual, $all, "
    "with nested arrays.",
    lambda path, name, operand: name == "$all" and any(isinstance(value, list) for value in operand),
    lambda path, operand, _: {"$and": [{path: {"$eq": value}} for value in operand]},
)
LARGE_INTEGERS = Rule(
    "JSON has one type for integers, and ours is called int however large they are. BSON has two, which tinymongo "
    "keeps apart; we mean both, and ask MongoDB itself for both.",
    lambda path, name, operand: name == "$type" and operand == "int",
    lambda path, operand, _: {path: {"$type": ["int", "long"]}},
)
RULES = [NOT_OF_NOT, ALL_OF_ARRAYS, LARGE_INTEGERS]


def operators(operand: Any) -> bool:
    return isinstance(operand, dict) and any(name.startswith("$") for name in operand)


def in_other_words(filter: Raw, rules: Rules) -> Raw:
    """Return a filter that means the same, by the rules that show in it."""
    parts: list[Raw] = []
    for name, operand in filter.items():
        if name.startswith("$"):
            parts.append({name: [in_other_words(part, rules) for part in operand]})
        elif operators(operand):
            parts.extend(reworded(name, *each, rules) for each in operand.items())
        else:
            parts.append({name: operand})
    return parts[0] if len(parts) == 1 else {"$and": parts}


def reworded(path: str, name: str, operand: Any, rules: Rules) -> Raw:
    for rule in rules:
        if rule.shows(path, name, operand):
            return rule.otherwise(path, operand, rules)
    if name == "$not":
        return {"$nor": [in_other_words({path: operand}, rules)]}
    if name == "$elemMatch" and not operators(operand):
        return {path: {name: in_other_words(operand, rules)}}
    if name == "$elemMatch" and operand.get("$type") == "int" and LARGE_INTEGERS in rules:
        return {path: {name: {"$type": ["int", "long"]}}}
    return {path: {name: operand}}


def shown(filter: Any, path: str = "") -> Iterator[Rule]:
    """Yield the rules that show in a filter."""
    if isinstance(filter, list):
        for part in filter:
            yield from shown(part, path)
    elif isinstance(filter, dict):
        for name, operand in filter.items():
            yield from (rule for rule in RULES if rule.shows(path, name, operand))
            yield from shown(operand, path if name.startswith("$") else name)


@pytest.fixture
def tiny() -> Iterator[Any]:
    """A collection of tinymongo, in memory."""
    client = TinyMongoClient(backend="memory")
    yield client["test"]["things"]
    client.close()


def found_by(tiny: Any, filter: Raw) -> set[str]:
    return {found["_id"] for found in tiny.find(filter)}


def put(tiny: Any, held: list[Raw]) -> list[Raw]:
    """Make them what the collection holds; return them as they lie there."""
    lying = [{"_id": str(number), **document} for number, document in enumerate(held)]
    tiny.delete_many({})
    tiny.insert_many(deepcopy(lying))
    return lying


PATIENT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.timeout(1800)
@settings(max_examples=5 * settings().max_examples, deadline=None, suppress_health_check=PATIENT)
@given(held=documents, asked=st.lists(filters, min_size=6, max_size=6))
def test_tinymongo_finds_the_same_or_a_rule_says_why_not(held: list[Raw], asked: list[Raw], tiny: Any) -> None:
    lying = put(tiny, held)
    for raw in asked:
        matches = matcher(parse_filter(raw))
        ours = {document["_id"] for document in lying if matches(document)}
        if found_by(tiny, raw) == ours:
            continue
        rules = list(shown(raw))
        assert rules, f"nothing explains that tinymongo finds {found_by(tiny, raw)} and we {ours} for {raw}"
        same = in_other_words(raw, [rule for rule in RULES if rule is not LARGE_INTEGERS])  # "long" is no word of ours
        matches = matcher(parse_filter(same))
        assert {document["_id"] for document in lying if matches(document)} == ours, same
        other = in_other_words(raw, RULES)
        assert found_by(tiny, other) == ours, (
            f"the rules do not explain what tinymongo finds for {raw}, nor for {other}"
        )


DIFFERENT: list[tuple[Rule, Raw, list[Raw], set[str], set[str]]] = [
    (NOT_OF_NOT, {"v.a": {"$not": {"$ne": 1}}}, [{"v": []}, {"v": [{"a": 1}]}, {"v": 1}], {"1"}, {"0", "1"}),
    (NOT_OF_NOT, {"v.1": {"$not": {"$exists": False}}}, [{"v": [1, {}]}, {"v": [1]}], {"0"}, {"1"}),
    (ALL_OF_ARRAYS, {"v": {"$all": [[]]}}, [{"v": []}, {"v": [[]]}, {"v": [1]}], {"0", "1"}, {"1"}),
    (ALL_OF_ARRAYS, {"v": {"$all": [[1, 2]]}}, [{"v": [1, 2]}, {"v": [[1, 2]]}, {"v": [1]}], {"0", "1"}, {"1"}),
    (LARGE_INTEGERS, {"v": {"$type": "int"}}, [{"v": 1}, {"v": 2**40}, {"v": 1.5}], {"0", "1"}, {"0"}),
]


@pytest.mark.parametrize(("rule", "filter", "held", "ours", "theirs"), DIFFERENT)
def test_each_rule_is_still_needed(
    rule: Rule, filter: Raw, held: list[Raw], ours: set[str], theirs: set[str], tiny: Any
) -> None:
    """When this fails because tinymongo has changed its mind, the rule can go."""
    lying = put(tiny, held)
    matches = matcher(parse_filter(filter))
    assert {document["_id"] for document in lying if matches(document)} == ours
    assert found_by(tiny, filter) == theirs
    assert list(shown(filter)) == [rule]


@settings(deadline=None, suppress_health_check=PATIENT)
@given(held=documents, path=st.sampled_from(["v", "w", "x", "v.a", "x.a"]), is_descending=st.booleans())
def test_tinymongo_sorts_the_same(held: list[Raw], path: str, is_descending: bool, tiny: Any) -> None:
    lying = put(tiny, held)
    order = parse_sort(f"{'-' if is_descending else ''}{path},_id")
    theirs = tiny.find({}).sort([(path, -1 if is_descending else 1), ("_id", 1)])
    ours = sorted(lying, key=sort_key(order))
    assert [document["_id"] for document in theirs] == [document["_id"] for document in ours]
