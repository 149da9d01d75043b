"""Why an actor may or may not do something: which line of which file says so."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from runtime.model.actor import Actor
from runtime.model.document import Document
from runtime.model.problem import Source
from runtime.model.query import Everything, Nothing
from runtime.model.specs import ACTIONS, Action, CollectionSpec, GrantSpec
from runtime.rules.decide import Decision, decide, principals_of
from runtime.rules.grants import Grant
from runtime.rules.narrow import may_write

_WRITES: Final = frozenset({"create", "update"})

Verdict = Literal["allowed", "refused", "depends"]


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One permission entry that applies to the actor.

    `matches` is whether its filter matches the document; None where no document was given and there is a filter.
    `spec` is the entry as the YAML has it, None for what admins and the system have without one.
    """

    grant: Grant
    matches: bool | None
    spec: GrantSpec | None = None

    @property
    def source(self) -> Source:
        """The place in the YAML."""
        return self.grant.source


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is decided and why.

    `verdict` is `depends` where no document was given and every entry that applies has a filter. `reason` is a
    sentence for people. `principals` is what permission entries may call the actor, sorted. `lines` are the
    entries that apply, in the order of the YAML. `hidden` are the paths of the document that are hidden from
    the actor, None where that depends on the document. `writable` are the fields that a create or an update may write,
    under one entry or another.
    """

    actor: Actor
    action: Action
    collection: str
    verdict: Verdict
    reason: str
    principals: tuple[str, ...]
    lines: tuple[GrantLine, ...]
    hidden: frozenset[str] | None
    writable: tuple[str, ...] = ()

    @property
    def deciding(self) -> GrantLine | None:
        """The entry that allows it: the first whose filter matches, as far as that is known."""
        return next((line for line in self.lines if line.matches), None)


def explain(
    actor: Actor, action: Action, collection: CollectionSpec, document: Document | None, *, now: float
) -> Explanation:
    """Explain what `decide` decides; with a document, whether the actor may do it to this one, as it is.

    A write is asked about the stored document only: its result has to match the same entry too, which is known
    when it is tried.
    """
    decision = decide(actor, action, collection, now=now)
    specs = collection.grants.get(action, ())
    lines = tuple(GrantLine(grant, _matches(grant, document), _spec_of(grant, specs)) for grant in decision.grants)
    verdict = _verdict(lines)
    hidden = decision.uniform_hidden if document is None else decision.hidden(document)
    return Explanation(
        actor=actor,
        action=action,
        collection=collection.name,
        verdict=verdict,
        reason=" ".join(_reason(actor, action, collection, lines, verdict)),
        principals=tuple(sorted(principals_of(actor))),
        lines=lines,
        hidden=hidden,
        writable=tuple(_writable(decision, document)) if action in _WRITES else (),
    )


def matrix(actor: Actor, collections: Iterable[CollectionSpec], *, now: float) -> tuple[Explanation, ...]:
    """Explain every action of every collection, about no document in particular."""
    return tuple(explain(actor, action, collection, None, now=now) for collection in collections for action in ACTIONS)


def _spec_of(grant: Grant, specs: Sequence[GrantSpec]) -> GrantSpec | None:
    return next((spec for spec in specs if (spec.principal, spec.source) == (grant.principal, grant.source)), None)


def _writable(decision: Decision, document: Document | None) -> Iterator[str]:
    """Yield the fields at the top that may be written; of what nothing is known of, as far as that can be said."""
    matching = [grant for grant in decision.grants if _matches(grant, document) is not False]
    for field in decision.collection.fields if matching else ():
        if may_write(replace(decision, grants=tuple(matching)), field.name):
            yield field.name


def _matches(grant: Grant, document: Document | None) -> bool | None:
    if isinstance(grant.filter, Everything | Nothing):
        return isinstance(grant.filter, Everything)
    return None if document is None else grant.matches(document)


def _verdict(lines: tuple[GrantLine, ...]) -> Verdict:
    if any(line.matches for line in lines):
        return "allowed"
    return "depends" if any(line.matches is None for line in lines) else "refused"


def _reason(
    actor: Actor, action: Action, collection: CollectionSpec, lines: tuple[GrantLine, ...], verdict: Verdict
) -> Iterator[str]:
    if actor.is_admin:
        yield "Admins and the system may do everything."
    elif not lines:
        names = " or ".join(sorted(principals_of(actor)))
        yield f"No permission of {collection.name} for {action} is given to {names}."
    elif verdict == "allowed":
        line = next(line for line in lines if line.matches)
        yield f"{line.grant.principal} may, says {line.source}."
    elif verdict == "depends":
        yield "It depends on the document: every entry that applies has a filter."
    else:
        yield "No entry that applies has a filter that matches."
