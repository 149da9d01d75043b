"""Which defaults fit which fields."""

from typing import Any

import pytest

FITTING = [
    "string, default: ''",
    "string, default: abc, minLength: 3, maxLength: 3, pattern: '^a'",
    "slug, default: a-1-b",
    "email, default: a@b.example",
    "url, default: 'https://example.org/x?y'",
    "number, default: 1",
    "number, default: 1.5, min: 1.5, max: 1.5",
    "integer, default: -3, max: -3",
    "boolean, default: false",
    "date, default: 2026-01-31",
    "datetime, default: 2026-01-31T10:30:00Z",
    "datetime, default: '2026-01-31T10:30:00.123+02:00'",
    "select, options: [yes, no], default: no",
    "multiselect, options: [a, b], default: []",
    "multiselect, options: [a, b], default: [b, a], max: 2",
    "array, items: {type: integer}, default: [1, 2], min: 2",
    "array, items: {type: array, items: {type: string}}, default: [[a], []]",
    "object, fields: [{name: a, type: string, required: true}, {name: b, type: date}], default: {a: x}",
    "reference, collection: makers, default: m1",
    "json, default: {a: [1, {b: null}]}",
    "geo, default: {type: Point, coordinates: [16.4, 48.2]}",
]
UNFITTING = [
    ("string, default: 5", "must be text"),
    ("string, default: null", "must not be null"),
    ("string, default: '', required: true", "is empty, and the field is required"),
    ("string, default: a, minLength: 2", "is shorter than minLength 2"),
    ("text, default: abc, maxLength: 2", "is longer than maxLength 2"),
    ("string, default: ba, pattern: '^a'", 'does not match the pattern "^a"'),
    ("slug, default: a--b", "is not a slug"),
    ("email, default: a@b", "is not an e-mail address"),
    ("url, default: 'ftp://example.org'", "is not a URL"),
    ("url, default: 'https://exa mple.org'", "is not a URL"),
    ("url, default: 'http://['", "is not a URL"),
    ("number, default: true", "must be a number"),
    ("number, default: 0.5, min: 1", "is below min 1"),
    ("integer, default: 1.5", "must be a whole number"),
    ("integer, default: 6, max: 5", "is above max 5"),
    ("boolean, default: 'false'", "must be true or false"),
    ("date, default: 20260131", "must be a date such as 2026-01-31"),
    ("date, default: '20260131'", "must be a date such as 2026-01-31"),
    ("date, default: 2026-02-30", "must be a date such as 2026-01-31"),
    ("datetime, default: 2026-01-31", "must be a moment such as"),
    ("datetime, default: 2026-01-31T10:30:00", "must be a moment such as"),
    ("datetime, default: 5", "must be a moment such as"),
    ("select, options: [draft, done], default: drft", 'must be one of draft, done; did you mean "draft"?'),
    ("select, options: [draft, done], default: 5", "must be one of draft, done"),
    ("multiselect, options: [a, b], default: a", "must be a list"),
    ("multiselect, options: [a, b], default: [a, c]", "must be one of a, b"),
    ("multiselect, options: [a, b], default: [a, a]", "holds something twice"),
    ("multiselect, options: [a, b], default: [a, b], max: 1", "is above max 1 elements"),
    ("array, items: {type: integer}, default: 1", "must be a list"),
    ("array, items: {type: integer}, default: [1, x]", "has an element that must be a whole number"),
    ("array, items: {type: integer}, default: [1], min: 2", "is below min 2 elements"),
    ("object, fields: [{name: a, type: string}], default: a", "must be a mapping"),
    ("object, fields: [{name: a, type: string}], default: {b: x}", 'has a member "b" that is not declared'),
    ("object, fields: [{name: a, type: string}], default: {a: 1}", 'has a member "a" that must be text'),
    ("object, fields: [{name: a, type: string, required: true}], default: {}", 'lacks the member "a"'),
    ("reference, collection: makers, default: 5", "must be text"),
    ("geo, default: {type: Point, coordinates: [1]}", "must be a GeoJSON point"),
    ("geo, default: {type: Point, coordinates: [48.2, 116.4]}", "must be a GeoJSON point"),
]


@pytest.mark.parametrize("field", FITTING)
def test_a_default_that_fits_its_type_is_accepted(shop: Any, field: str) -> None:
    shop.write("collections/things.yml", f"name: things\nfields:\n  - {{name: x, type: {field}}}\n")
    assert shop.load().collection["things"].by_name["x"].default is not None


@pytest.mark.parametrize(("field", "message"), UNFITTING)
def test_a_default_that_does_not_fit_its_type_is_refused(shop: Any, field: str, message: str) -> None:
    shop.write("collections/things.yml", f"name: things\nfields:\n  - {{name: x, type: {field}}}\n")
    (problem,) = shop.problems()
    assert problem.path == "fields.0.default"
    assert problem.message.startswith(f"the default {message}")


@pytest.mark.parametrize(
    "field",
    [
        "string, default: x, minLength: 5, maxLength: 2",
        "string, default: x, pattern: '('",
        "select, options: [a, 5], default: b",
        "object, fields: [{type: string}], default: {b: x}",
        "sting, default: 5",
    ],
)
def test_where_the_field_is_wrong_nothing_is_said_about_its_default(shop: Any, field: str) -> None:
    shop.write("collections/things.yml", f"name: things\nfields:\n  - {{name: x, type: {field}}}\n")
    (problem,) = shop.problems()
    assert problem.path != "fields.0.default"
