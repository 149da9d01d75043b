from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.actor import Actor
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, GrantSpec

HERE = Source("collections/articles.yml", 1, 1)


@pytest.fixture
def grant() -> Callable[..., GrantSpec]:
    """Make a permission entry; `line` says where it stands."""

    def make(principal: str, *, line: int = 1, **values: Any) -> GrantSpec:
        frozen = {key: frozenset(value) if key in {"hide", "allow", "deny"} else value for key, value in values.items()}
        return GrantSpec(principal, Source("collections/articles.yml", line, 3), **frozen)

    return make


@pytest.fixture
def collection() -> Callable[..., CollectionSpec]:
    """Make a collection with these grants by action: `collection(read=[…], fields=[…])`."""

    def make(*, fields: list[FieldSpec] | None = None, **grants: list[GrantSpec]) -> CollectionSpec:
        by_action: Any = {action: tuple(entries) for action, entries in grants.items()}
        return CollectionSpec("articles", HERE, fields=tuple(fields or ()), grants=by_action)

    return make


@pytest.fixture
def field() -> Callable[..., FieldSpec]:
    """Make a field: `field("title")`, `field("author", "object", fields=(…))`."""

    def make(name: str, type: Any = "string", **values: Any) -> FieldSpec:
        return FieldSpec(name, type, HERE, **values)

    return make


@pytest.fixture
def ada() -> Actor:
    return Actor(kind="user", id="ada", name="ada@example.org", roles=frozenset({"author"}))


@pytest.fixture
def importer() -> Actor:
    return Actor(kind="token", id="token:importer", name="importer")


@pytest.fixture
def admin() -> Actor:
    return Actor(kind="user", id="root", roles=frozenset({"admin"}))
