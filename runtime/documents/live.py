"""Lists and documents that somebody follows: what is asked, which changes concern it, and what the answer is now."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import orjson

from runtime.documents.call import Call
from runtime.documents.listing import HIGHEST_LIMIT, read_listing, within
from runtime.documents.parts import Parts
from runtime.documents.reads import Answer, Shape, answered_by_hook, run_before
from runtime.model.actor import Actor
from runtime.model.change import Change
from runtime.model.clock import epoch_s
from runtime.model.document import Document
from runtime.model.errors import Forbidden, InvalidQuery
from runtime.model.query import (
    And,
    Compare,
    ElemMatch,
    Everything,
    Filter,
    Not,
    Or,
    Query,
    Regex,
    all_of,
    any_of,
    fingerprint,
)
from runtime.model.specs import PHASES, CollectionSpec, Phase
from runtime.query.match import matcher
from runtime.query.parse import parse_fields
from runtime.rules.audiences import audience_of
from runtime.rules.decide import Decision, decide, require

SIGNAL: Final = "signal"
"""`live=signal`: that something has changed, and not what."""

REFUSED: Final = ("q", "cursor", "offset", "expand", "count")
"""Parameters of a list that mean nothing in one that is followed: it begins at the beginning and has no pages."""

DIGEST_CHARS: Final = 24

_READING: Final[tuple[Phase, ...]] = PHASES["read"]


class Shown(NamedTuple):
    """A document as somebody may see it."""

    id: str
    text: bytes


@dataclass(frozen=True)
class Question:
    """What is followed, by all who ask the same and may read the same; `actor` is any one of them.

    `audience` is what `live_audience` calls them. With `is_signal` they want to know that the answer has changed, not
    the answer.
    """

    collection: CollectionSpec
    actor: Actor
    audience: str
    query: Query
    is_signal: bool

    @property
    def channel(self) -> str:
        """The name of the channel that carries the answer's changes."""
        words = f"{self.is_signal}\n{fingerprint(self.query)}"
        digest = hashlib.sha256(words.encode()).hexdigest()[:DIGEST_CHARS]
        return f"_live:{self.collection.name}:{self.audience}:{digest}"

    def decision(self, now: float) -> Decision:
        """Return what those who ask may read at a moment."""
        return decide(self.actor, "read", self.collection, now=now)

    def concerns(self, change: Change) -> bool:
        """Tell whether a change may change the answer: where it is about a document that is among what is asked for.

        What may be read is held against it exactly, what is asked for without its regular expressions: a client's may
        take long, and this is done between requests.
        """
        test = self._test or matcher(self._asked(epoch_s(change.at)))
        return any(test(document) for document in (change.before, change.after) if document is not None)

    @cached_property
    def _test(self) -> Callable[[Document], bool] | None:
        """What tells documents that are asked for; None where it depends on the moment."""
        has_moments = any("$now" in entry.names for entry in self.decision(0.0).ruling.entries)
        return None if has_moments else matcher(self._asked(0.0))

    def _asked(self, now: float) -> Filter:
        return all_of(without_regexes(self.query.filter), self.decision(now).filter)


def without_regexes(filter: Filter) -> Filter:
    """Return a filter that matches whatever the given one does, and perhaps more, and has no regular expressions."""
    match filter:
        case And(parts=parts):
            return all_of(*map(without_regexes, parts))
        case Or(parts=parts):
            return any_of(*map(without_regexes, parts))
        case Not(part=part) | ElemMatch(filter=part):
            return Everything() if _has_regex(part) else filter
        case Regex():
            return Everything()
    return filter


def _has_regex(filter: Filter) -> bool:
    match filter:
        case And(parts=parts) | Or(parts=parts):
            return any(map(_has_regex, parts))
        case Not(part=part) | ElemMatch(filter=part):
            return _has_regex(part)
    return isinstance(filter, Regex)


def live_audience(actor: Actor, collection: CollectionSpec) -> str | None:
    """Return the name of those who may follow the same of a collection; None where there is nothing to be read.

    They may read the same, and the same hooks are asked: after a reload that has changed either it is another name.
    """
    audience = audience_of(actor, collection)
    hooks = [f"{phase} {hook.ref}" for phase in _READING for hook in collection.hooks.get(("read", phase), ())]
    if audience is None or not hooks:
        return audience
    return hashlib.sha256("\n".join((audience, *hooks)).encode()).hexdigest()[:DIGEST_CHARS]


async def read_question(
    parts: Parts, call: Call, collection: CollectionSpec, parameters: Mapping[str, str], *, id: str | None
) -> Question | Answer:
    """Return what a request for a stream of a list, or of one document, asks for; or what a hook answers to it.

    The `before` hooks of a read are asked once, and may narrow the query. Raises InvalidQuery for parameters that a
    live list does not take and, code `not_live`, where the collection cannot be followed; Forbidden and Unauthenticated
    as for reading.
    """
    decision = decide(call.actor, "read", collection, now=call.now)
    require(decision, call.actor, "read", collection)
    audience = live_audience(call.actor, collection)
    if audience is None:
        raise Forbidden(f"of {collection.name!r} there is nothing that you may read")
    _require_followable(collection, parameters)
    query = _one(parameters, id) if id is not None else read_listing(parameters, collection, decision).query
    if ("read", "before") in collection.hooks:
        context, returned = await run_before(parts, call, collection, query, id=id)
        if returned is not None:
            return await answered_by_hook(parts, call, collection, context, returned)
        hooked = context.query or query
        query = hooked if id is None else replace(query, filter=all_of(query.filter, hooked.filter))
    is_signal = parameters.get("live") == SIGNAL
    if is_signal:
        query = Query(filter=query.filter)
    return Question(collection, call.actor, audience, query, is_signal)


async def ask(parts: Parts, question: Question, call: Call) -> Sequence[Shown]:
    """Return the documents that a question is answered with now, in their order. Raises Unavailable."""
    decision = question.decision(call.now)
    limit = min(HIGHEST_LIMIT if question.query.limit is None else question.query.limit, HIGHEST_LIMIT)
    records = await parts.store.find(question.collection.name, within(question.query, decision.filter, limit=limit))
    shape = Shape(parts, call, decision, question.query.fields, ())
    if shape.is_plain:
        return [Shown(record.id, record.text) for record in records]
    documents = await shape.documents(records)
    return [Shown(record.id, orjson.dumps(shown)) for record, shown in zip(records, documents, strict=True)]


def _one(parameters: Mapping[str, str], id: str) -> Query:
    fields = parse_fields(parameters["fields"]) if parameters.get("fields") else None
    return Query(filter=Compare(("id",), "$eq", id), limit=1, fields=fields)


def _require_followable(collection: CollectionSpec, parameters: Mapping[str, str]) -> None:
    if collection.live is not True:
        raise InvalidQuery(
            f"{collection.name!r} cannot be followed; that takes realtime: {{live: true}} in its YAML", code="not_live"
        )
    if ("read", "respond") in collection.hooks:
        raise InvalidQuery(
            f"{collection.name!r} cannot be followed: a respond hook makes its answers, not single documents; "
            f"listen to its channel of changed documents and read again",
            code="not_live",
        )
    refused = [name for name in REFUSED if parameters.get(name)]
    if refused:
        raise InvalidQuery(
            f"what is followed takes no {refused[0]}; leave it out, or ask without Accept: text/event-stream"
        )
    if parameters.get("live") not in (None, "", SIGNAL):
        raise InvalidQuery(f"live is {SIGNAL} or left out")
