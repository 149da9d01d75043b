"""The channels that every project has: declared here, not in its YAML. Their names begin with `_`."""

from typing import Final

from runtime.documents.audience import audience_channel
from runtime.documents.live import live_audience
from runtime.model.actor import Actor
from runtime.model.problem import Source
from runtime.model.specs import ChannelSpec, ProjectSpec, ReceiveSpec
from runtime.realtime.scopes import Refusal, is_reserved, may_join
from runtime.rules.decide import decide

AUDIENCE: Final = "audience"
"""The scope of a channel for those whose permissions say what its name says."""

READERS: Final = "readers"
"""The scope of a channel for those who may read the document that its name has; who that is the store has to say."""

QUESTION: Final = "question"
"""The scope of a channel for those who have asked for something, by its URL, and would be shown the same now."""

FOCUS: Final = "focus"
"""The type of message that says in which field somebody is."""

_SOURCE: Final = Source("(built in)")
_FOCUSED: Final = {
    "type": "object",
    "required": ["field"],
    "additionalProperties": False,
    "properties": {
        "field": {"type": ["string", "null"], "maxLength": 256, "pattern": "^(?:/(?:[^/~]|~[01])*)+$"},
    },
}
"""`field` is a JSON pointer (RFC 6901) into the document, or null for none."""

PROJECT: Final = ChannelSpec(
    "_project", "When the project was loaded anew", _SOURCE, "authenticated", buffer_size=10, message_ttl_s=600.0
)
HOOKS: Final = ChannelSpec(
    "_hooks", "Failures of hooks, and the problems of a reload", _SOURCE, "role:admin", message_ttl_s=600.0
)
RUNS: Final = ChannelSpec(
    "_runs", "Each change of a run, and the lines of its log", _SOURCE, "role:admin", message_ttl_s=60.0
)
SYSTEM: Final = ChannelSpec(
    "_system", "How the server does, while somebody listens", _SOURCE, "role:admin", message_ttl_s=60.0
)
DOCUMENTS: Final = ChannelSpec(
    "_documents:{collection}:{audience}", "Which documents of a collection have changed, as those who listen see it",
    _SOURCE, AUDIENCE, buffer_size=200, message_ttl_s=600.0,
)  # fmt: skip
EDITING: Final = ChannelSpec(
    "_editing:{collection}:{id}", "Who else has a document open, and in which field they are",
    _SOURCE, READERS, message_ttl_s=60.0, presence=True,
    receive={FOCUS: ReceiveSpec(FOCUS, _SOURCE, schema=_FOCUSED, transient=True)},
)  # fmt: skip

LIVE: Final = ChannelSpec(
    "_live:{collection}:{audience}:{question}", "What has changed in a list or document that is followed",
    _SOURCE, QUESTION, buffer_size=1, message_ttl_s=1.0,
)  # fmt: skip

BUILT_IN: Final = (PROJECT, HOOKS, RUNS, SYSTEM, DOCUMENTS, EDITING, LIVE)
"""All of them."""


def declared(project: ProjectSpec, channel: str) -> ChannelSpec | None:
    """Return the declaration that a channel's name belongs to, built in or the project's; None where there is none."""
    if not is_reserved(channel):
        return project.channel(channel)
    return next((spec for spec in BUILT_IN if spec.match(channel) is not None), None)


def refusal_of(project: ProjectSpec, channel: str, actor: Actor) -> Refusal | None:
    """Return why an actor may not listen to a built-in channel, or None where it may.

    For a document's readers this is only what can be told without the document; the rest is the reception's to ask.
    What a name says of permissions is never believed: what the actor's own would be called is made anew and compared.
    """
    spec = declared(project, channel)
    parts = spec.match(channel) if spec is not None else None
    if spec is None or parts is None:
        return "undeclared"
    if spec.scope not in (AUDIENCE, READERS, QUESTION):
        return may_join(spec, channel, actor)
    collection = project.collection.get(parts["collection"])
    if spec.scope == QUESTION:
        is_live = collection is not None and collection.live is True
        audience = live_audience(actor, collection) if collection is not None else None
        return None if is_live and audience == parts["audience"] else "forbidden"
    if not actor.is_authenticated:
        return "unauthenticated"
    if collection is None:
        return "forbidden"
    if spec.scope == AUDIENCE:
        return None if audience_channel(actor, collection) == channel else "forbidden"
    is_readable = not collection.virtual and decide(actor, "read", collection, now=0.0).allowed
    return None if is_readable else "forbidden"
