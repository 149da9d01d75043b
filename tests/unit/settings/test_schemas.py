"""The schemas that ship with the package."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runtime.model.specs import ACTIONS, PHASES, FieldType
from runtime.settings.schemas import NAMES, read_schema


def _properties(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        found = schema.get("properties")
        if isinstance(found, dict):
            yield from found.items()
        for part in schema.values():
            yield from _properties(part)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_by_its_own_rules(name: str) -> None:
    Draft202012Validator.check_schema(read_schema(name))


def _described(name: str, part: dict[str, Any], definitions: dict[str, Any]) -> bool:
    target = definitions.get(part.get("$ref", "").rpartition("/")[2], {})
    return any("description" in place or "title" in place for place in (part, target)) or name in {*ACTIONS, "name"}


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_described(name: str) -> None:
    schema = read_schema(name)
    definitions = {key: part for other in NAMES for key, part in read_schema(other)["$defs"].items()}
    assert [key for key, part in _properties(schema) if not _described(key, part, definitions)] == []


def test_the_schema_knows_every_field_type_and_no_other() -> None:
    assert set(read_schema("collection")["$defs"]["type"]["enum"]) == set(FieldType.__args__)  # type: ignore[attr-defined]


def test_the_schema_knows_every_phase_of_every_action() -> None:
    definitions = read_schema("collection")["$defs"]
    hooks = definitions["collection"]["properties"]["hooks"]["properties"]
    found = {
        action: tuple(definitions["writeHooks"]["properties"] if "$ref" in part else part["properties"])
        for action, part in hooks.items()
    }
    assert found == dict(PHASES)


def test_a_schema_is_a_fresh_copy() -> None:
    read_schema("jobs").clear()
    assert read_schema("jobs")["title"] == "jobs/*.yml"


def test_an_unknown_schema_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are config, collection, jobs"):
        read_schema("../config")
