"""Changes of documents as those see them who may read the same."""

from collections.abc import Mapping
from typing import Any, Final

from runtime.documents.announce import seen_as
from runtime.documents.reads import is_hooked
from runtime.model.actor import Actor
from runtime.model.change import Change, Op
from runtime.model.clock import epoch_s
from runtime.model.document import SYSTEM_FIELDS, Document
from runtime.model.specs import CollectionSpec
from runtime.query.project import without
from runtime.rules.audiences import audience_of
from runtime.rules.decide import Decision, decide

_TYPES: Final[Mapping[Op, str]] = {Op.CREATE: "inserted", Op.UPDATE: "updated", Op.DELETE: "removed"}


def audience_channel(actor: Actor, collection: CollectionSpec) -> str | None:
    """Return the channel that tells a signed-in actor of changed documents; None where they are told of none.

    All who may read the same share one. Permission entries decide who may read what; the code of hooks, which may
    allow less, is not asked about each change. So where hooks run when the collection is read only admins are told,
    unless the YAML says `live: true`. With `live: false` nobody is.
    """
    if collection.virtual or collection.live is False or not actor.is_authenticated:
        return None
    if collection.live is None and is_hooked(collection) and not actor.is_admin:
        return None
    audience = audience_of(actor, collection)
    return None if audience is None else f"_documents:{collection.name}:{audience}"


class Audience:
    """All who may read the same of a collection: what the permissions say, for any one of them."""

    def __init__(self, actor: Actor, collection: CollectionSpec) -> None:
        """Make the audience that an actor is of. What a reload changes is another audience's, under another name."""
        self._actor = actor
        self._decision = decide(actor, "read", collection, now=0.0)
        self._has_moments = any("$now" in entry.names for entry in self._decision.ruling.entries)

    def at(self, now: float) -> Decision:
        """Return what the audience may read at a moment."""
        return self._decision.ruling.decision(self._actor, now=now) if self._has_moments else self._decision

    def message(self, change: Change) -> dict[str, Any] | None:
        """Return what is said of a change, as this audience sees it at the moment of the change; None where it is none.

        A document that comes to be readable is inserted, one that no longer is is removed. `fields` are the top-level
        fields that differ in what may be seen of them. `by` is the author of the change, for those who may see who has
        created the document.
        """
        decision = self.at(epoch_s(change.at))
        op = seen_as(change, decision)
        if op is None:
            return None
        before = _shown(change.before, decision) if op is not Op.CREATE else {}
        after = _shown(change.after, decision) if op is not Op.DELETE else {}
        return {
            "type": _TYPES[op],
            "id": change.id,
            "version": change.version,
            "by": change.by if "createdBy" in (before if op is Op.DELETE else after) else None,
            "fields": [] if op is Op.DELETE else _differing(before, after),
        }


def _shown(document: Document | None, decision: Decision) -> Document:
    if document is None:
        return {}
    hidden = decision.hidden(document)
    return without(document, hidden) if hidden else document


def _differing(before: Document, after: Document) -> list[str]:
    names = dict.fromkeys((*after, *before))
    return [name for name in names if name not in SYSTEM_FIELDS and _differ(before, after, name)]


def _differ(before: Document, after: Document, name: str) -> bool:
    if (name in before) != (name in after):
        return True
    old, new = before[name], after[name]
    # Python holds True and 1 for equal, which are two values in JSON.
    return old is not new and (type(old) is not type(new) or old != new)
