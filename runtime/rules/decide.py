"""What an actor may do with a collection: the grants that apply, and what follows from them.

Grants add up when reading: a row is seen if any grant's filter matches it, and a field of it is hidden only if all the
grants that match the row hide it. For one write they never combine; see `runtime.rules.narrow`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from runtime.model.actor import Actor
from runtime.model.clock import timestamp
from runtime.model.document import Document
from runtime.model.errors import Forbidden, Unauthenticated
from runtime.model.problem import Source
from runtime.model.query import Everything, Filter, Nothing, Path, any_of
from runtime.model.specs import Action, CollectionSpec, GrantSpec
from runtime.query.match import matches
from runtime.query.parse import parse_filter
from runtime.rules.paths import common, declared, minimal, overlaps

BUILT_IN: Final = Source("(built in)")
"""Where the grant of admins and of the system stands: in no file."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission entry that applies to an actor, its filter parsed and bound.

    `filter` is Nothing where it speaks of a variable that this actor does not have (`$user.id` of the public).
    `hide`, `allow` and `deny` hold dotted paths; `allow` None means every field except those in `deny`. `set`
    has its variables replaced.
    """

    principal: str
    source: Source
    filter: Filter = field(default_factory=Everything)
    hide: frozenset[str] = frozenset()
    allow: frozenset[str] | None = None
    deny: frozenset[str] = frozenset()
    set: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What one actor may do with one action of one collection, at one moment.

    `unrestricted` is for admins and the system: every row, every field. `grants` are those that apply, in the
    order of the YAML. `is_system` is whether readonly fields may be written.
    """

    collection: CollectionSpec
    unrestricted: bool
    is_system: bool
    grants: tuple[Grant, ...]

    @property
    def allowed(self) -> bool:
        """Whether anything is allowed at all; for which rows is `filter`'s to say."""
        return bool(self.grants)

    @cached_property
    def filter(self) -> Filter:
        """What matches the rows of all grants together; Nothing where there is no grant."""
        return any_of(*(grant.filter for grant in self.grants))

    @cached_property
    def uniform_hidden(self) -> frozenset[str] | None:
        """The hidden paths when they are the same for every row that `filter` matches; None where they differ."""
        least = common([grant.hide for grant in self._effective])
        return self._with_hidden_fields(least) if least == self._most_hidden else None

    def hidden(self, document: Document) -> frozenset[str]:
        """Return the dotted paths that must not leave with this document.

        A path is hidden when every grant whose filter matches the document hides it or what it is part of; fields with
        `hidden: true` always are, except for admins and the system. Where no grant matches, all of it is hidden.
        """
        uniform = self.uniform_hidden
        if uniform is not None and isinstance(self.filter, Everything):
            return uniform
        hides = [grant.hide for grant in self._effective if matches(grant.filter, document)]
        return self._with_hidden_fields(common(hides)) if hides else frozenset(document)

    def may_query(self, path: Path) -> bool:
        """Return whether a field may be filtered, sorted, searched on or asked for distinct values.

        It may not when it is hidden, holds or is part of what is hidden, in any row that the actor may read:
        answers would tell the hidden value bit by bit.
        """
        return not overlaps(path, self._with_hidden_fields(self._most_hidden))

    @cached_property
    def _effective(self) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if not isinstance(grant.filter, Nothing))

    @cached_property
    def _most_hidden(self) -> frozenset[str]:
        # All rows get the grants without a filter; a row may get only one of the others.
        everywhere = [grant.hide for grant in self._effective if isinstance(grant.filter, Everything)]
        if everywhere:
            return common(everywhere)
        return minimal(path for grant in self._effective for path in grant.hide)

    @cached_property
    def _hidden_fields(self) -> frozenset[str]:
        if self.unrestricted:
            return frozenset()
        return declared(self.collection.fields, lambda spec: spec.hidden)

    def _with_hidden_fields(self, paths: frozenset[str]) -> frozenset[str]:
        return minimal(paths | self._hidden_fields)


def decide(actor: Actor, action: Action, collection: CollectionSpec, *, now: float) -> Decision:
    """Return what `actor` may do: the same arguments, the same decision. `now` is epoch seconds, for `$now`."""
    if actor.is_admin:
        grant = Grant(principal="system" if actor.is_system else "role:admin", source=BUILT_IN)
        return Decision(collection, unrestricted=True, is_system=actor.is_system, grants=(grant,))
    principals = principals_of(actor)
    variables = _variables(actor, now)
    specs = collection.grants.get(action, ())
    grants = tuple(_bind(spec, variables) for spec in specs if spec.principal in principals)
    return Decision(collection, unrestricted=False, is_system=False, grants=grants)


def require(decision: Decision, actor: Actor, action: Action, collection: CollectionSpec) -> None:
    """Return if the decision allows anything.

    Raises Unauthenticated where nobody is signed in, Forbidden where somebody is.
    """
    if decision.allowed:
        return
    if not actor.is_authenticated:
        raise Unauthenticated(f"Sign in: the public may not {action} {collection.name}.")
    raise Forbidden(f"You may not {action} {collection.name}: no permission there is for you or one of your roles.")


def principals_of(actor: Actor) -> frozenset[str]:
    """Return what permission entries may call this actor: `public`, `authenticated`, `role:NAME`, `token:NAME`."""
    names = {"public"}
    if actor.is_authenticated:
        names.add("authenticated")
    names.update(f"role:{role}" for role in actor.roles)
    if actor.kind == "token":
        names.add(f"token:{actor.name}")
    return frozenset(names)


def _variables(actor: Actor, now: float) -> dict[str, Any]:
    return {"$user.id": actor.id, "$user.roles": sorted(actor.roles), "$now": timestamp(now)}


def _bind(spec: GrantSpec, variables: Mapping[str, Any]) -> Grant:
    return Grant(
        principal=spec.principal,
        source=spec.source,
        filter=_bind_filter(spec.filter, variables),
        hide=minimal(spec.hide),
        allow=spec.allow,
        deny=spec.deny,
        set={name: _bind_value(value, variables) for name, value in spec.set.items()},
    )


def _bind_filter(raw: Mapping[str, Any], variables: Mapping[str, Any]) -> Filter:
    if not raw:
        return Everything()
    if any(text in variables and variables[text] is None for text in _texts(raw)):
        # Not a comparison with null: `createdBy: $user.id` would give the public all that the system created.
        return Nothing()
    return parse_filter(raw, variables=variables)


def _bind_value(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return variables.get(value, value)
    if isinstance(value, Mapping):
        return {key: _bind_value(member, variables) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_bind_value(element, variables) for element in value]
    return value


def _texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, Mapping):
        for member in raw.values():
            yield from _texts(member)
    elif isinstance(raw, list | tuple):
        for element in raw:
            yield from _texts(element)
