"""`jsonschema-rs` says what `jsonschema` says, wherever it is asked."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from runtime.documents.schema import document_schema, patch_schema
from runtime.documents.validate import format_checker
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec
from runtime.query.schemas import compiled
from runtime.query.values import is_storable

WHERE = Source("test")
FORMATS = ("email", "url", "date", "date-time")
PATTERNS = ("^a+$", "a", r"^\d+$", r"\w", "[^a]", r"^\p{L}+$", "^(?i)A$", r"^.$", r"\bé", "(a)\\1", "^(?=a)")
SCALARS = (
    None, True, False, 0, 1, -1, 2, 3, 1.0, 0.0, -0.0, 0.1, 1.5, 2.5, 1e308, 5e-324, -90, 180.5, 2**31, 2**53,
    2**53 + 1, 2.0**53, 2**63 - 1, -(2**63), 9.3e18, -9.223372036854776e18, "", "a", "aa", "A", "é", "e\u0301", "👍",
    "👍🏽", "a\n", "1", "١", "a\0", "draft", "published", "a@b.de", "a b@c.de", "http://a.de", "ftp://a", "2026-01-15",
    "2026-02-30", "2026-W03-4", "2026-01-15T10:30:00Z", "2026-01-15T10:30:00.000Z", "2026-01-15T24:00:00.000Z",
    "2026-01-15T10:30:00", "0001-01-01T00:00:00+10:00", "slug-of-it", "Slug", "019b-1", "-x", "Point",
)  # fmt: skip
NAMES = ("a", "b", "c", "type", "coordinates", "é", "a/b", "")


def containers(inner):
    return st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)


VALUES = st.recursive(
    st.sampled_from(SCALARS) | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    containers, max_leaves=8,
)  # fmt: skip
NUMBERS = st.sampled_from([value for value in SCALARS if type(value) in (int, float)])
SIZES = st.integers(0, 4)


def schemas():
    leaves = st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["null", "boolean", "object", "array", "number", "string", "integer"])
            | st.lists(st.sampled_from(["null", "object", "array", "string", "integer"]), min_size=1, unique=True),
            "enum": st.lists(VALUES, min_size=1, max_size=4),
            "const": VALUES,
            "minimum": NUMBERS, "maximum": NUMBERS, "exclusiveMinimum": NUMBERS, "exclusiveMaximum": NUMBERS,
            "minLength": SIZES, "maxLength": SIZES, "minItems": SIZES, "maxItems": SIZES,
            "minProperties": SIZES, "maxProperties": SIZES,
            "uniqueItems": st.booleans(),
            "required": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
            "format": st.sampled_from([*FORMATS, "ipv4", "uuid"]),
            "pattern": st.sampled_from(PATTERNS),
            "title": st.just("t"), "default": VALUES,
        },
    )  # fmt: skip

    def nested(inner):
        return st.builds(
            lambda leaf, more: {**leaf, **more},
            leaves,
            st.fixed_dictionaries(
                {},
                optional={
                    "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
                    "additionalProperties": inner, "items": inner, "not": inner,
                    "prefixItems": st.lists(inner, min_size=1, max_size=2),
                    "allOf": st.lists(inner, min_size=1, max_size=2),
                    "anyOf": st.lists(inner, min_size=1, max_size=2),
                    "oneOf": st.lists(inner, min_size=1, max_size=2),
                },
            ),
        )  # fmt: skip

    return st.recursive(leaves | st.booleans(), nested, max_leaves=5)


LEAF_TYPES = (
    "string", "text", "slug", "email", "url", "number", "integer", "boolean", "date", "datetime", "select",
    "multiselect", "reference", "json", "geo",
)  # fmt: skip
GIVEN = st.fixed_dictionaries(
    {"type": st.sampled_from([*LEAF_TYPES, "array", "object"]), "required": st.booleans()},
    optional={
        "min": st.sampled_from([0.0, 1.0, 2.5, 2.0**53]), "max": st.sampled_from([2.0, 3.5, 2.0**62]),
        "min_length": SIZES, "max_length": SIZES, "pattern": st.sampled_from(PATTERNS),
    },
)  # fmt: skip


@st.composite
def fields(draw, name, depth=0):
    given = draw(GIVEN)
    if depth > 1 and given["type"] in ("array", "object"):
        given["type"] = "json"
    items = draw(st.none() | fields("", depth + 1)) if given["type"] == "array" else None
    names = draw(st.integers(0, 2)) if given["type"] == "object" else 0
    members = tuple(draw(fields(member, depth + 1)) for member in NAMES[:names])
    return FieldSpec(name, source=WHERE, options=("draft", "published", "a"), items=items, fields=members, **given)


@st.composite
def collections(draw):
    return CollectionSpec("articles", WHERE, fields=tuple(draw(fields(name)) for name in NAMES[:3]))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example({"uniqueItems": True}, [1, True])
@example({"uniqueItems": True}, [1, 1.0])
@example({"uniqueItems": True}, [{"a": [1]}, {"a": [True]}])
@example({"enum": [1]}, True)
@example({"const": [0.0]}, [False])
@example({"type": "integer"}, 1.0)
@example({"type": "integer"}, 1e308)
@example({"minimum": 2.0**53}, 2**53 - 1)
@example({"maximum": 2.0**53}, 2**53 + 1)
@example({"exclusiveMinimum": 9.223372036854775807e18}, 2**63 - 1)
@example({"maxLength": 1}, "e\u0301")
@example({"maxLength": 1}, "👍")
@given(schemas(), VALUES)
def test_both_say_the_same_of_schemas_that_users_write(schema, value):
    ready = compiled(schema, formats=format_checker())
    assert ready.quick is not None
    assert ready.quick(value) == ready.validator.is_valid(value)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(collections(), st.dictionaries(st.sampled_from(NAMES[:3]), VALUES, max_size=3))
def test_both_say_the_same_of_documents_and_patches(collection, value):
    for schema in (document_schema(collection), patch_schema(collection)):
        ready = compiled(schema, formats=format_checker())
        assert ready.quick is not None
        assert ready.quick(value) == ready.validator.is_valid(value)


@pytest.mark.parametrize(
    "schema",
    [
        {"multipleOf": 0.1},
        {"$ref": "#/$defs/a", "$defs": {"a": {}}},
        {"patternProperties": {"^a$": {}}},
        {"propertyNames": {"pattern": "^a$"}},
        {"items": {"contains": {"const": 1}}},
        {"anyOf": [{"if": {}, "then": {}}]},
        {"properties": {"a": {"unevaluatedProperties": False}}},
        {"not": {"dependentRequired": {"a": ["b"]}}},
        {"minimum": 2**64},
        {"enum": [("a",)]},
        {"pattern": "("},
        {"type": "text"},
        {"somethingElse": 1},
    ],
)
def test_what_the_two_may_see_differently_is_left_to_one(schema):
    assert compiled(schema).quick is None


def test_a_property_may_be_called_like_a_keyword():
    ready = compiled({"properties": {"pattern": {"type": "string"}, "$ref": {"const": 1}}})
    assert ready.quick is not None
    assert ready.quick({"pattern": "(", "$ref": 1})
    assert not ready.quick({"pattern": 1})


def test_a_format_says_nothing_without_its_check():
    ready = compiled({"format": "ipv4"}, formats=format_checker())
    assert ready.surely_fits("no address")
    assert not compiled({"format": "email"}, formats=format_checker()).surely_fits("no address")


def test_a_pattern_that_never_ends_does_not_match():
    assert not compiled({"pattern": "^(a+)+$"}).surely_fits("a" * 5000 + "b")


@pytest.mark.parametrize("value", [(1,), float("nan"), 2**64, "\ud800", {"a": {1}}, {1: 1}, {"$a": 1}])
def test_what_cannot_be_stored_surely_fits_nowhere(value):
    assert not is_storable(value)
    assert not compiled({}).surely_fits(value)
