"""Permission entries: read once, and filled in for whoever asks.

A filter is parsed with a stand-in for each variable (`$user.id`), whose place the actor's value takes later: some 2 µs
where parsing takes 40, and nothing of an actor is kept anywhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from runtime.model.actor import Actor
from runtime.model.clock import timestamp
from runtime.model.document import Document
from runtime.model.problem import Source
from runtime.model.query import All, And, Compare, ElemMatch, Everything, Filter, FrozenObject, In, Not, Nothing, Or
from runtime.model.specs import GrantSpec
from runtime.query.match import matcher
from runtime.query.parse import parse_filter
from runtime.rules.paths import minimal

_ID: Final = "$user.id"
_VALUES: Final[Mapping[str, Callable[[Actor, float], Any]]] = {
    _ID: lambda actor, _: actor.id,
    "$user.roles": lambda actor, _: sorted(actor.roles),
    "$now": lambda _, now: timestamp(now),
}
# A text with NUL at both ends is nothing that a permission would be about.
_STAND_INS: Final[Mapping[str, Any]] = {
    name: [f"\0{name}\0"] if name == "$user.roles" else f"\0{name}\0" for name in _VALUES
}


@dataclass(frozen=True)
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

    @cached_property
    def matches(self) -> Callable[[Document], bool]:
        """What tells whether a document matches the filter."""
        return matcher(self.filter)


@dataclass(frozen=True, slots=True)
class Entry:
    """A permission entry for all actors that it applies to and that have an id, or for all that have none.

    `form` is its grant with stand-ins for the variables in `names`: `hide`, `allow` and `deny` are as they will be.
    """

    form: Grant
    names: frozenset[str] = frozenset()
    fills: bool = False

    @classmethod
    def of(cls, spec: GrantSpec, *, has_id: bool) -> "Entry":
        """Read an entry. Raises InvalidQuery where its filter is none."""
        names = frozenset(_texts(spec.filter)) & _VALUES.keys()
        read = parse_filter(spec.filter, variables=_STAND_INS) if spec.filter else Everything()
        if _ID in names and not has_id:
            # Not a comparison with null: `createdBy: $user.id` would give the public all that the system created.
            names, read = frozenset(), Nothing()
        form = Grant(
            principal=spec.principal, source=spec.source, filter=read, hide=minimal(spec.hide),
            allow=spec.allow, deny=spec.deny, set=spec.set,
        )  # fmt: skip
        return cls(form, names, fills=any(map(_is_filled, spec.set.values())))

    @property
    def varies(self) -> bool:
        """Whether the grant depends on who exactly asks, or when, or must not be shared."""
        return bool(self.names) or self.fills

    def bind(self, actor: Actor, *, now: float) -> Grant:
        """Return the grant with its variables replaced; the same object every time where it has none."""
        if not self.varies:
            return self.form
        filter, values = self.form.filter, self.form.set
        if self.names:
            filter = _bound(filter, {_key(_STAND_INS[name]): _VALUES[name](actor, now) for name in self.names})
        if self.fills:
            values = _filled(values, {name: value(actor, now) for name, value in _VALUES.items()})
        return replace(self.form, filter=filter, set=values)


def _key(stand_in: Any) -> Any:
    return tuple(stand_in) if isinstance(stand_in, list) else stand_in


def _bound(filter: Filter, values: Mapping[Any, Any]) -> Filter:
    """Return a filter with the values in place of their stand-ins; a list's stand-in is a frozen list of one."""
    match filter:
        case And(parts=parts):
            return And(tuple(_bound(part, values) for part in parts))
        case Or(parts=parts):
            return Or(tuple(_bound(part, values) for part in parts))
        case Not(part=part):
            return Not(_bound(part, values))
        case Compare(path=path, op=op, value=value):
            return Compare(path, op, _value(value, values))
        case In(path=path, values=members):
            return In(path, _value(members, values))
        case All(path=path, values=members):
            return All(path, _value(members, values))
        case ElemMatch(path=path, filter=inner, of_values=of_values):
            return ElemMatch(path, _bound(inner, values), of_values)
    return filter


def _value(value: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(value, str):
        return values.get(value, value)
    if isinstance(value, tuple):
        return tuple(values[value]) if value in values else tuple(_value(element, values) for element in value)
    if isinstance(value, FrozenObject):
        return FrozenObject(tuple((key, _value(member, values)) for key, member in value.items()))
    return value


def _is_filled(value: Any) -> bool:
    # Lists and objects are made anew each time: they become part of a document, which hooks may change.
    return value in _VALUES if isinstance(value, str) else isinstance(value, Mapping | Sequence)


def _filled(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return values.get(value, value)
    if isinstance(value, Mapping):
        return {key: _filled(member, values) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(element, values) for element in value]
    return value


def _texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, Mapping):
        for member in raw.values():
            yield from _texts(member)
    elif isinstance(raw, Sequence):
        for element in raw:
            yield from _texts(element)
