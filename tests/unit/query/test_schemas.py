"""JSON Schema's faults in plain words."""

import pytest
from referencing.exceptions import Unresolvable

from runtime.query.schemas import MOST_FAULTS, compiled, faults


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"type": "string"}, "a", {}),
        ({"type": "string"}, 1, {"": "must be a text"}),
        ({"type": ["integer", "null"]}, "a", {"": "must be a whole number"}),
        ({"type": "null"}, 1, {"": "must be null"}),
        ({"required": ["a", "b/c"]}, {"a": 1}, {"/b~1c": "is required"}),
        ({"properties": {"name": {}}, "additionalProperties": False}, {"nam": 1}, {"/nam": "?; did you mean 'name'?"}),
        ({"items": {"minimum": 2}}, [2, 1], {"/1": "must be at least 2"}),
        ({"minLength": 1}, "", {"": "must not be empty"}),
        ({"minLength": 2}, "a", {"": "must have at least 2 characters"}),
        ({"enum": ["a", None]}, "b", {"": "must be one of a"}),
        ({"const": 3}, 4, {"": "must be 3"}),
        ({"uniqueItems": True}, [1, 1], {"": "must not hold anything twice"}),
        ({"pattern": "^a$"}, "a\n", {"": "must match ^a$"}),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, 1, {"": "must be a text"}),
        ({"multipleOf": 2}, 3, {"": "3 is not a multiple of 2"}),
    ],
)
def test_a_fault_is_told_at_its_place(schema, value, told):
    assert faults(compiled(schema), value, unknown="?") == told


def test_only_so_many_faults_are_told():
    assert len(faults(compiled({"items": {"type": "string"}}), [1] * 200, unknown="?")) == MOST_FAULTS


def test_a_pattern_that_never_ends_does_not_match():
    assert faults(compiled({"pattern": "^(a+)+$"}), "a" * 5000 + "b", unknown="?") == {"": "must match ^(a+)+$"}


def test_a_schema_is_never_fetched():
    with pytest.raises(Unresolvable):
        faults(compiled({"$ref": "http://127.0.0.1:9/schema.json"}), 1, unknown="?")
