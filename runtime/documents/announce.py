"""Document changes as messages, for collections that say `realtime.publish`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runtime.model.actor import PUBLIC, Actor
from runtime.model.change import Change, Op
from runtime.model.document import Document
from runtime.model.specs import ChannelSpec, CollectionSpec, ProjectSpec
from runtime.query.match import matches
from runtime.query.project import without
from runtime.rules.decide import Decision, decide


def announcements(
    changes: Sequence[Change], spec: ProjectSpec, *, now: float
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (channel, message) for each change that its collection publishes.

    A message says no more than everybody who may listen to the channel may read: the document before and after is
    held against the row filters of the channel's scope. One that enters what they may read is a create, one that leaves
    it a delete, for which the image before the change decides. Fields are those that the collection allows, less
    those that are hidden from the scope.
    """
    for change in changes:
        collection = spec.collection.get(change.collection)
        publish = collection.publish if collection is not None else None
        channel = spec.channel(publish.channel) if publish is not None else None
        if collection is None or publish is None or channel is None:
            continue
        audience = decide(_listener(channel), "read", collection, now=now)
        op = seen_as(change, audience)
        if op is None or op.value not in publish.on:
            continue
        document = (change.before if op is Op.DELETE else change.after) or {}
        yield channel.name, _message(collection, op, change, document, audience)


def _listener(channel: ChannelSpec) -> Actor:
    """Return the least that somebody on the channel may be."""
    if channel.scope == "public":
        return PUBLIC
    role = channel.scope.removeprefix("role:") if channel.scope.startswith("role:") else None
    return Actor(kind="user", id=None, roles=frozenset({role} if role else ()))


def seen_as(change: Change, audience: Decision) -> Op | None:
    """Return what a change is to those who may read by a decision; None where they see neither side of it."""
    before = change.before is not None and audience.allowed and matches(audience.filter, change.before)
    after = change.after is not None and audience.allowed and matches(audience.filter, change.after)
    if before and after:
        return Op.UPDATE
    if after:
        return Op.CREATE
    return Op.DELETE if before else None


def _message(
    collection: CollectionSpec, op: Op, change: Change, document: Document, audience: Decision
) -> dict[str, Any]:
    shown = without(document, audience.hidden(document))
    fields = collection.publish.fields if collection.publish is not None else ()
    # A field that is called "type" must not pass for the message's.
    named = {name: shown[name] for name in fields if name in shown and name != "type"}
    return {"type": f"{collection.name}.{op.value}", "id": change.id, **named}
