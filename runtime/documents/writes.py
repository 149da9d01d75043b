"""The one path of a write, step by step (docs/hooks.md tells users the same); each step sees what the one before left:

1. the actor is known; 2. action permission, before any user code; 3. fields that the client may not write; 4. `bind`
shapes the data; 5. JSON Schema; 6. `validate`; 7. the stored document and the row filter; 8. `before` may change or
veto, what it changed is validated again, and the row filter is checked on the result; 9. one atomic commit;
10. messages go out and workers wake; 11. `after`; 12. `respond`.

Steps 2 to 6 are `prepare`, 7 and 8 are `resolve`, which is run again where the server's own read was overtaken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

from runtime.documents.attachments import attach, settled
from runtime.documents.call import After, Call
from runtime.documents.parts import Parts
from runtime.documents.references import references
from runtime.documents.slugs import free_slug
from runtime.documents.validate import Validator
from runtime.hooks.context import Context
from runtime.hooks.values import copy_json
from runtime.model.change import Write
from runtime.model.clock import timestamp
from runtime.model.document import SYSTEM_FIELDS, Document
from runtime.model.errors import AlreadyExists, Conflict, Forbidden, InvalidDocument, NotFound, PreconditionFailed
from runtime.model.specs import Action, CollectionSpec, Phase
from runtime.query.schemas import MOST_FAULTS
from runtime.query.update import apply_update, is_update, merge_patch, parse_update
from runtime.rules.decide import Decision, decide, require
from runtime.rules.grants import Grant
from runtime.rules.narrow import may_write, permit, writable
from runtime.rules.paths import overlaps

_SYSTEM: Final = frozenset(SYSTEM_FIELDS)

Mode = Literal["create", "replace", "patch", "delete"]
ACTION_OF: Final[Mapping[Mode, Action]] = {
    "create": "create", "replace": "update", "patch": "update", "delete": "delete",
}  # fmt: skip


@dataclass(slots=True)
class Intent:
    """A write that has passed steps 2 to 6. `data` is what the client sent, shaped by `bind`.

    `grants` are those under which all of these fields may be written, `chosen` the one whose values were forced.
    `context` is that of the last hook, None before any has run: most collections have none.
    """

    call: Call
    collection: CollectionSpec
    mode: Mode
    action: Action
    id: str
    data: Document
    grants: tuple[Grant, ...]
    decision: Decision
    if_match: frozenset[int] | None
    validator: Validator
    context: Context | None = None
    chosen: Grant | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """A write that is in the unit, waiting for the commit. `derived` are the fields whose slugs were made for it."""

    intent: Intent
    document: Document
    previous: Document | None
    derived: frozenset[str] = frozenset()


async def prepare(
    parts: Parts, call: Call, collection: CollectionSpec, *,
    mode: Mode, id: str | None, body: Mapping[str, Any], if_match: frozenset[int] | None = None,
) -> Intent:  # fmt: skip
    """Take a write through steps 2 to 6. Raises what the steps raise."""
    action = ACTION_OF[mode]
    decision = decide(call.actor, action, collection, now=call.now)
    require(decision, call.actor, action, collection)
    data = dict(body) if collection.virtual else _own_fields(body)
    grants = writable(decision, _written_paths(data))
    validator = parts.validator(call.edition, collection)
    intent = Intent(
        call=call,
        collection=collection,
        mode=mode,
        action=action,
        id=_new_id(parts, validator, body, call.now) if mode == "create" else _same_id(id, body),
        data=data,
        grants=grants,
        decision=decision,
        if_match=if_match,
        validator=validator,
    )
    if _is_hooked(intent, "bind"):
        bound = await _run(parts, intent, "bind", data)
        intent.data = bound if collection.virtual else _own_fields(bound)
    if not collection.virtual:
        await _check_incoming(intent)
    if _is_hooked(intent, "validate"):
        intent.data = await _run(parts, intent, "validate", intent.data)
    return intent


def _is_hooked(intent: Intent, phase: Phase) -> bool:
    return (intent.action, phase) in intent.collection.hooks


async def _run(parts: Parts, intent: Intent, phase: Phase, document: Document, stored: Document | None = None) -> Any:
    """Run the hooks of a phase over a document; return it as they left it."""
    context = context_of(parts, intent).for_phase(phase, document=document, previous=stored)
    intent.context, _ = await parts.run_phase(intent.call, intent.collection, context, phase)
    return intent.context.document


def context_of(parts: Parts, intent: Intent) -> Context:
    """Return what the last hook has left behind, or what the first one sees."""
    if intent.context is not None:
        return intent.context
    return parts.context(intent.call, intent.collection, intent.action, id=intent.id, document=intent.data)


def _own_fields(body: Mapping[str, Any]) -> Document:
    if _SYSTEM.isdisjoint(body):
        return dict(body)
    return {name: value for name, value in body.items() if name not in _SYSTEM}


def _new_id(parts: Parts, validator: Validator, body: Mapping[str, Any], now: float) -> str:
    return parts.ids.new(now) if body.get("id") is None else validator.check_id(body["id"])


def _same_id(id: str | None, body: Mapping[str, Any]) -> str:
    if body.get("id", id) != id:
        raise InvalidDocument("a document keeps its id", errors={"/id": "must be the id of the URL, or left out"})
    return id or ""


def _written_paths(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the dotted paths that a body writes: an object that is merged is written member by member."""
    if is_update(data):
        return frozenset(path for change in data.values() if isinstance(change, dict) for path in change)
    return frozenset(_leaves(data, ""))


def _leaves(value: Mapping[str, Any], prefix: str) -> list[str]:
    paths: list[str] = []
    for name, item in value.items():
        if isinstance(item, dict) and item:
            paths.extend(_leaves(item, f"{prefix}{name}."))
        else:
            paths.append(f"{prefix}{name}")
    return paths


async def _check_incoming(intent: Intent) -> None:
    """Check a create whole, with its defaults, and a change as far as it can be without the stored document."""
    validator = intent.validator
    if intent.mode == "create":
        intent.data = _complete(intent, validator.normalise(intent.data))
        await validator.check(intent.data)
    elif intent.mode == "replace":
        # Fields that are declared no longer come back with what was read; whether they do is seen in the end.
        known = {k: v for k, v in intent.data.items() if k in intent.collection.by_name}
        await validator.check_patch(known)
    elif intent.mode == "patch" and is_update(intent.data):
        parse_update(intent.data)
    elif intent.mode == "patch":
        await validator.check_patch(intent.data)


def _complete(intent: Intent, data: Document) -> Document:
    """Return a new document with its defaults, and the values that the chosen grant forces."""
    document = {f.name: copy_json(f.default) for f in intent.validator.defaults}
    document.update(data)
    if intent.mode == "create":
        intent.chosen = _choose(intent.grants, document)
        document.update(intent.chosen.set)
    return document


def _choose(grants: tuple[Grant, ...], document: Document) -> Grant:
    """Return the grant that a write goes by: the first whose filter the document fits once its values are set.

    Where none fits yet, the first: a `before` hook may still make it fit, and the result is checked.
    """
    return next((g for g in grants if g.matches({**document, **g.set} if g.set else document)), grants[0])


async def resolve(parts: Parts, intent: Intent) -> Staged:
    """Take a prepared write through steps 7 and 8 and put it into the unit."""
    call, collection = intent.call, intent.collection
    stored = None if intent.mode == "create" else await _stored(parts, intent)
    grants = _grants_for(parts, intent, stored)
    if intent.if_match is not None and stored is not None and stored["version"] not in intent.if_match:
        raise PreconditionFailed(
            f"the document is at version {stored['version']} by now; read it again and redo the change",
            current=parts.visible(call, collection, stored),
        )
    candidate = _candidate(intent, stored, grants)
    derived = await _derive_slugs(parts, intent, candidate)
    if _is_hooked(intent, "before"):
        candidate = await _run(parts, intent, "before", parts.copy(candidate), stored)
    if intent.mode == "delete":
        return await _stage(parts, intent, document=stored or {}, previous=stored)
    _check_untouched(intent, stored)
    document = await _finished(parts, intent, candidate, stored)
    # Not by a grant whose values were not forced.
    if permit([g for g in grants if not g.set or g is intent.chosen], stored, document) is None:
        raise Forbidden(f"your permissions do not allow {collection.name!r} to become this; see its row filters")
    return await _stage(parts, intent, document=document, previous=stored, derived=derived)


def _check_untouched(intent: Intent, stored: Document | None) -> None:
    """Raise where this unit has written the document meanwhile: what it wrote would be lost."""
    name, id = intent.collection.name, intent.id
    pending = intent.call.pending(name).get(id, stored)
    if pending is stored:
        return
    if intent.mode == "create" and pending is not None:
        raise AlreadyExists(f"{name}/{id} exists already; choose another id, or update it", collection=name, id=id)
    if intent.mode != "create":
        raise Conflict(f"a hook has written {name}/{id} while it was being written; change ctx.document instead")


async def _stored(parts: Parts, intent: Intent) -> Document:
    stored = await parts.load(intent.call, intent.collection.name, intent.id)
    if stored is None:
        raise NotFound(f"there is no {intent.collection.name!r} document {intent.id!r}")
    return stored


def _grants_for(parts: Parts, intent: Intent, stored: Document | None) -> tuple[Grant, ...]:
    """Return the grants whose row filter the stored document fits.

    Raises Forbidden where there is none, or NotFound where the actor may not even read the document: a refusal must not
    tell that it exists.
    """
    if stored is None:
        return intent.grants
    fitting = tuple(g for g in intent.grants if g.matches(stored))
    if fitting:
        return fitting
    if parts.visible(intent.call, intent.collection, stored) is None:
        raise NotFound(f"there is no {intent.collection.name!r} document {intent.id!r}")
    raise Forbidden(f"you may not {intent.action} this {intent.collection.name!r} document")


def _candidate(intent: Intent, stored: Document | None, grants: tuple[Grant, ...]) -> Document:
    """Return the document as the client wants it, with what the chosen grant forces."""
    if intent.mode == "delete":
        return dict(stored or {})
    if stored is None:
        return dict(intent.data)
    if intent.mode == "patch":
        change = apply_update if is_update(intent.data) else merge_patch
        candidate = change(stored, intent.data)
    else:
        candidate = {**_complete(intent, intent.data), **_kept(intent, stored)}
    intent.chosen = _choose(grants, candidate)
    return {**candidate, **intent.chosen.set}


def _kept(intent: Intent, stored: Document) -> Document:
    """Return what a PUT leaves as it is: what the actor cannot write, or not see, and fields no longer declared."""
    read = decide(intent.call.actor, "read", intent.collection, now=intent.call.now)
    hidden = read.hidden(stored)

    def is_out_of_reach(path: str) -> bool:
        return overlaps(tuple(path.split(".")), hidden) or not may_write(intent.decision, path)

    declared, sent = intent.collection.by_name, intent.data
    undeclared = {name: value for name, value in stored.items() if name not in declared and name not in sent}
    return {**undeclared, **_unreached(sent, stored, is_out_of_reach, prefix="")}


def _unreached(
    sent: Mapping[str, Any], stored: Mapping[str, Any], is_out_of_reach: Callable[[str], bool], *, prefix: str
) -> Document:
    """Return the members of an object to put back: those out of reach that were not sent, inside of objects too."""
    kept: Document = {}
    for name, value in stored.items():
        if not is_out_of_reach(f"{prefix}{name}"):
            continue
        if name not in sent:
            kept[name] = value
        elif isinstance(value, dict) and isinstance(sent[name], dict):
            inner = _unreached(sent[name], value, is_out_of_reach, prefix=f"{prefix}{name}.")
            kept[name] = {**sent[name], **inner}
    return kept


async def _derive_slugs(parts: Parts, intent: Intent, document: Document) -> frozenset[str]:
    """Make the slugs that are left out; return their fields."""
    missing = [f for f in intent.validator.slugs if not document.get(f.name)]
    for field in missing:
        pending = intent.call.pending(intent.collection.name)
        document[field.name] = await free_slug(
            parts.store, intent.collection.name, field,
            text=document.get(field.origin or ""), own_id=intent.id, pending=pending,
        )  # fmt: skip
    return frozenset(field.name for field in missing)


async def _finished(parts: Parts, intent: Intent, document: Document, stored: Document | None) -> Document:
    """Return the document as it will be stored: normalised, valid, its references checked, its system fields set."""
    own = document
    if not (intent.mode == "create" and own == intent.data and _is_unhooked(intent)):
        own = intent.validator.normalise(_own_fields(document))
        await intent.validator.check(own if stored is None else _without_left_overs(intent.collection, own, stored))
    if intent.validator.referring:
        await _check_references(parts, intent, own, stored or {})
    if intent.validator.holding:
        own = await settled(parts, intent.call, own, stored or {}, intent.validator.holding)
    moment = timestamp(parts.clock.now())
    return {
        "id": intent.id,
        **own,
        "createdAt": stored["createdAt"] if stored else moment,
        "updatedAt": moment,
        "createdBy": stored["createdBy"] if stored else intent.call.actor.id,
        "version": 1
        + (stored["version"] if stored else intent.call.deleted_version(intent.collection.name, intent.id)),
    }


def _is_unhooked(intent: Intent) -> bool:
    """Tell whether nobody could have changed the data of a create since it was checked."""
    return not _is_hooked(intent, "validate") and not _is_hooked(intent, "before")


def _without_left_overs(collection: CollectionSpec, document: Document, stored: Document) -> Document:
    """Return a document without the values of fields that the YAML no longer has: they do not stand in the way."""
    return {
        name: value
        for name, value in document.items()
        if name in collection.by_name or name not in stored or stored[name] != value
    }


async def _check_references(parts: Parts, intent: Intent, document: Document, stored: Document) -> None:
    """Raise InvalidDocument for references to documents that do not exist. Those that were stored already may stay."""
    fields = intent.validator.referring
    before = {(target, id) for _, target, id in references(stored, fields)}
    wanted: dict[str, dict[str, str]] = {}
    for pointer, target, id in references(document, fields):
        if (target, id) not in before:
            wanted.setdefault(target, {})[pointer] = id
    errors: dict[str, str] = {}
    for target, ids in wanted.items():
        existing = await parts.existing(intent.call, target, tuple(ids.values()))
        errors |= {p: f"there is no {target!r} document with this id" for p, id in ids.items() if id not in existing}
    if errors:
        told = dict(islice(errors.items(), MOST_FAULTS))
        raise InvalidDocument("the document refers to what does not exist; see errors", errors=told)


async def _stage(
    parts: Parts, intent: Intent, *,
    document: Document, previous: Document | None, derived: frozenset[str] = frozenset(),
) -> Staged:  # fmt: skip
    call, collection, holding = intent.call, intent.collection, intent.validator.holding
    if holding:
        kept = {} if intent.mode == "delete" else document
        await attach(parts, call, collection.name, intent.id, before=previous or {}, after=kept, fields=holding)
    call.unit.writes.append(
        Write(
            collection=collection.name,
            id=intent.id,
            document=None if intent.mode == "delete" else document,
            expected=previous["version"] if previous else 0,
            by=call.actor.id,
        )
    )
    hooks = collection.hooks.get((intent.action, "after"), ())
    if hooks:
        call.afters.append(
            After(
                hooks=hooks,
                collection=collection,
                action=intent.action,
                id=intent.id,
                document=document,
                previous=previous,
                chain=call.chain,
            )
        )
    return Staged(intent=intent, document=document, previous=previous, derived=derived)


def answer(parts: Parts, staged: Staged) -> Document:
    """Return a written document as its writer may see it; of one that they may not read, only what identifies it."""
    document = parts.visible(staged.intent.call, staged.intent.collection, staged.document)
    return document or {name: staged.document[name] for name in ("id", "version")}
