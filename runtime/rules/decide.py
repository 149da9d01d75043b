"""What an actor may do with a collection: the grants that apply, and what follows from them.

Grants add up when reading: a row is seen if any grant's filter matches it, and a field of it is hidden only if all the
grants that match the row hide it. For one write they never combine; see `runtime.rules.narrow`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from runtime.model.actor import Actor, ActorKind
from runtime.model.document import Document, Record
from runtime.model.errors import Forbidden, Unauthenticated
from runtime.model.problem import Source
from runtime.model.query import Everything, Filter, Nothing, Path, any_of
from runtime.model.specs import Action, CollectionSpec
from runtime.rules.grants import Entry, Grant
from runtime.rules.paths import common, declared, is_within, minimal, overlaps

BUILT_IN: Final = Source("(built in)")
"""Where the grant of admins and of the system stands: in no file."""

RULINGS_KEPT: Final = 256
"""For how many sets of roles a collection remembers what its permissions say. Arbitrary: projects have a handful."""

_RULINGS: Final = "rulings"


@dataclass(frozen=True, eq=False)
class Ruling:
    """What the permissions of one action of one collection say of all actors who may be called the same.

    It depends on nothing but the YAML, and holds nothing of who asked: it is made once and shared. `entries` are those
    that apply, in the order of the YAML. `unrestricted` is for admins and the system: every row, every field.
    `is_system` is whether readonly fields may be written.
    """

    collection: CollectionSpec
    unrestricted: bool
    is_system: bool
    entries: tuple[Entry, ...]

    def decision(self, actor: Actor, *, now: float) -> "Decision":
        """Return the ruling for one of those actors at one moment."""
        return self._fixed or Decision(self, tuple(entry.bind(actor, now=now) for entry in self.entries))

    @property
    def filter(self) -> Filter | None:
        """What matches the rows of all grants together; None where that depends on who exactly asks, or when."""
        return None if self._fixed is None else self._fixed.filter

    @cached_property
    def uniform_hidden(self) -> frozenset[str] | None:
        """The hidden paths when they are the same for every row that may be read; None where they differ."""
        least = common([grant.hide for grant in self._effective])
        return self._with_hidden_fields(least) if least == self._most_hidden else None

    @cached_property
    def always_hidden(self) -> frozenset[str]:
        """The paths that are hidden in every row that may be read."""
        return self._with_hidden_fields(common([grant.hide for grant in self._effective]))

    @cached_property
    def hidden_by(self) -> Callable[[tuple[frozenset[str], ...]], frozenset[str]]:
        """Return the hidden paths of a row, given the `hide` of all grants that match it."""
        return lru_cache(maxsize=RULINGS_KEPT)(lambda hides: self._with_hidden_fields(common(hides)))

    @cached_property
    def readonly(self) -> frozenset[str]:
        """The dotted paths of the fields that only the system may write; none where it is the system."""
        return frozenset() if self.is_system else declared(self.collection.fields, lambda spec: spec.readonly)

    def may_query(self, path: Path) -> bool:
        """See `Decision.may_query`."""
        return not overlaps(path, self._unqueryable)

    def may_know(self, path: Path) -> bool:
        """Return whether the actors may know that there is such a field: some row may show it to them."""
        return not is_within(path, self.always_hidden)

    @cached_property
    def _unqueryable(self) -> frozenset[str]:
        return self._with_hidden_fields(self._most_hidden)

    @cached_property
    def _fixed(self) -> "Decision | None":
        if any(entry.varies for entry in self.entries):
            return None
        return Decision(self, tuple(entry.form for entry in self.entries))

    @cached_property
    def _effective(self) -> tuple[Grant, ...]:
        return tuple(entry.form for entry in self.entries if not isinstance(entry.form.filter, Nothing))

    @cached_property
    def _most_hidden(self) -> frozenset[str]:
        # All rows get the grants without a filter; a row may get only one of the others.
        everywhere = [grant.hide for grant in self._effective if isinstance(grant.filter, Everything)]
        if everywhere:
            return common(everywhere)
        return minimal(path for grant in self._effective for path in grant.hide)

    @cached_property
    def hidden_fields(self) -> frozenset[str]:
        """The dotted paths of the fields with `hidden: true`; none for admins and the system."""
        if self.unrestricted:
            return frozenset()
        return declared(self.collection.fields, lambda spec: spec.hidden)

    def _with_hidden_fields(self, paths: frozenset[str]) -> frozenset[str]:
        return minimal(paths | self.hidden_fields)


@dataclass(frozen=True)
class Decision:
    """What one actor may do with one action of one collection, at one moment.

    `ruling` is what holds for all who may be called the same. `grants` are those that apply, in the order of the YAML.
    """

    ruling: Ruling
    grants: tuple[Grant, ...]

    @property
    def collection(self) -> CollectionSpec:
        """What the decision is about."""
        return self.ruling.collection

    @property
    def unrestricted(self) -> bool:
        """Whether this is an admin or the system: every row, every field."""
        return self.ruling.unrestricted

    @property
    def is_system(self) -> bool:
        """Whether readonly fields may be written."""
        return self.ruling.is_system

    @property
    def allowed(self) -> bool:
        """Whether anything is allowed at all; for which rows is `filter`'s to say."""
        return bool(self.grants)

    @cached_property
    def filter(self) -> Filter:
        """What matches the rows of all grants together; Nothing where there is no grant."""
        return any_of(*(grant.filter for grant in self.grants))

    def permits(self, record: Record) -> bool:
        """Return whether a stored document is among the rows of any grant."""
        if isinstance(self.filter, Everything):
            return True
        return any(grant.matches(record.document) for grant in self.grants)

    @property
    def uniform_hidden(self) -> frozenset[str] | None:
        """The hidden paths when they are the same for every row that `filter` matches; None where they differ."""
        return self.ruling.uniform_hidden

    def hidden(self, document: Document) -> frozenset[str]:
        """Return the dotted paths that must not leave with this document.

        A path is hidden when every grant whose filter matches the document hides it or what it is part of; fields with
        `hidden: true` always are, except for admins and the system. Where no grant matches, all of it is hidden.
        """
        uniform = self.ruling.uniform_hidden
        if uniform is not None and isinstance(self.filter, Everything):
            return uniform
        matching = tuple(grant.hide for grant in self.grants if grant.matches(document))
        return self.ruling.hidden_by(matching) if matching else frozenset(document)

    def may_query(self, path: Path) -> bool:
        """Return whether a field may be filtered, sorted, searched on or asked for distinct values.

        It may not when it is hidden, holds or is part of what is hidden, in any row that the actor may read:
        answers would tell the hidden value bit by bit.
        """
        return self.ruling.may_query(path)


class Rulings:
    """What the permissions of one collection say, remembered for the actors who ask."""

    def __init__(self, collection: CollectionSpec) -> None:
        self._collection = collection
        self._of = lru_cache(maxsize=RULINGS_KEPT)(self._make)

    def of(self, actor: Actor, action: Action) -> Ruling:
        """Return the ruling for an actor: the same for all who differ in nothing that a permission could name."""
        token = actor.name if actor.kind == "token" else ""
        return self._of(action, actor.kind, actor.roles, token, actor.id is not None)

    def _make(self, action: Action, kind: ActorKind, roles: frozenset[str], token: str, has_id: bool) -> Ruling:
        actor = Actor(kind=kind, name=token, roles=roles)
        if actor.is_admin:
            grant = Grant(principal="system" if actor.is_system else "role:admin", source=BUILT_IN)
            return Ruling(self._collection, unrestricted=True, is_system=actor.is_system, entries=(Entry(grant),))
        principals = principals_of(actor)
        specs = self._collection.grants.get(action, ())
        entries = tuple(Entry.of(spec, has_id=has_id) for spec in specs if spec.principal in principals)
        return Ruling(self._collection, unrestricted=False, is_system=False, entries=entries)


def decide(actor: Actor, action: Action, collection: CollectionSpec, *, now: float) -> Decision:
    """Return what `actor` may do: the same arguments, the same decision. `now` is epoch seconds, for `$now`."""
    rulings: Rulings | None = collection.memo.get(_RULINGS)
    if rulings is None:
        rulings = collection.memo[_RULINGS] = Rulings(collection)
    return rulings.of(actor, action).decision(actor, now=now)


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
