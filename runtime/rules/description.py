"""What an actor may know of a collection, as JSON from which an interface can be made. Pure.

It follows from the permissions alone: collections of which the actor may neither read nor create a document are not
described, and neither are fields that they can never see. That a field is in a form says nothing of what the server
will do: it decides again about every write.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.actor import Actor
from runtime.model.document import SYSTEM_FIELDS
from runtime.model.query import Nothing
from runtime.model.specs import ACTIONS, TEXT_TYPES, Action, CollectionSpec, FieldSpec
from runtime.rules.decide import Decision, decide
from runtime.rules.narrow import may_choose
from runtime.rules.paths import covers

DEFAULT_SORT: Final = "-createdAt"
COLUMNS: Final = 5
"""How many columns a list has where the YAML names none. Arbitrary: what fits."""

_NAMING: Final = ("title", "name", "label", "subject", "headline")
"""Fields that are likely to name a document, the likeliest first."""
_NARROW_TYPES: Final = frozenset(
    {"string", "slug", "email", "number", "integer", "boolean", "date", "datetime", "select", "multiselect"}
    | {"reference"}
)
"""Types whose values fit into a column."""
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

Described = dict[str, Any]


def described(collection: CollectionSpec, actor: Actor, *, now: float) -> Described | None:
    """Return what the actor may know of a collection with documents; None where that is nothing.

    `can` tells of each action whether it is allowed for some documents at least. What is not set is left out of fields.
    """
    known = _Known.of(collection, actor, now=now)
    if collection.virtual or not (known.can["read"] or known.can["create"]):
        return None
    meta = collection.meta
    fields = [_field(field, known, path=field.name) for field in collection.fields if known.includes(field.name)]
    shown = [field for field in collection.fields if known.may_read(field.name)]
    title = _title(meta, shown)
    label = meta.get("label") or spoken(collection.name)
    return {
        "name": collection.name,
        "label": label,
        "singular": meta.get("singular") or label,
        "description": meta.get("description"),
        "icon": meta.get("icon"),
        "group": meta.get("group"),
        "title": title,
        "listFields": _columns(collection, known, title, shown),
        "sort": _sort(meta, known),
        "searchable": known.can["read"]
        and any(field.type in TEXT_TYPES and known.may_query(field.name) for field in collection.fields),
        "virtual": False,
        "can": dict(known.can),
        "fields": fields,
    }


def spoken(name: str) -> str:
    """Return a name of the YAML as people would write it: `publishedAt` is "Published at"; other texts stay."""
    if not _NAME.fullmatch(name):
        return name
    words = _WORD.findall(name)
    text = " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the permissions of a collection say of one actor."""

    decisions: Mapping[Action, Decision]
    can: Mapping[Action, bool]
    unseen: frozenset[str]
    secret: frozenset[str]

    @classmethod
    def of(cls, collection: CollectionSpec, actor: Actor, *, now: float) -> "_Known":
        decisions = {action: decide(actor, action, collection, now=now) for action in ACTIONS}
        can = {action: not isinstance(decision.filter, Nothing) for action, decision in decisions.items()}
        read = decisions["read"].ruling
        return cls(decisions, can, unseen=read.always_hidden, secret=read.hidden_fields)

    def includes(self, path: str) -> bool:
        """Tell whether the actor may know that a field is there: they can see it somewhere, or fill it in."""
        return not covers(self.secret, path) and (self.may_read(path) or self.may_write("create", path))

    def may_read(self, path: str) -> bool:
        return self.can["read"] and not covers(self.unseen, path)

    def may_query(self, path: str) -> bool:
        return self.can["read"] and self.decisions["read"].may_query(tuple(path.split(".")))

    def may_write(self, action: Action, path: str) -> bool:
        return self.can[action] and may_choose(self.decisions[action], path)


def _field(field: FieldSpec, known: _Known, *, path: str) -> Described:
    """Describe a field; what is not set is left out. An array's element has the path of the array."""
    meta, origin = field.meta, field.origin
    members = [
        _field(member, known, path=f"{path}.{member.name}")
        for member in field.fields
        if known.includes(f"{path}.{member.name}")
    ]
    found: Described = {
        "name": field.name,
        "type": field.type,
        "label": meta.get("label") or (spoken(field.name) if field.name else ""),
        **{key: meta.get(key) for key in ("help", "placeholder", "group", "widget", "width")},
        "required": field.required or None,
        "default": field.default,
        "unique": field.unique or None,
        "index": field.index or None,
        "min": field.min,
        "max": field.max,
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "pattern": field.pattern,
        "options": _options(field) or None,
        "from": origin if origin and known.includes(origin) else None,
        "readonly": field.readonly or None,
        "collection": field.collection,
        "accept": list(field.accept) or None,
        "maxBytes": field.max_size_bytes,
        "items": _field(field.items, known, path=path) if field.items else None,
        "fields": members or None,
        "can": {
            "read": known.may_read(path),
            "query": known.may_query(path),
            # An object may be written where a member of it may be.
            "create": known.may_write("create", path) or any(member["can"]["create"] for member in members),
            "update": known.may_write("update", path) or any(member["can"]["update"] for member in members),
        },
    }
    return {key: value for key, value in found.items() if value is not None}


def _options(field: FieldSpec) -> list[Described]:
    labels = field.meta.get("options") or {}
    return [{"value": value, "label": labels.get(value) or spoken(value)} for value in field.options]


def _title(meta: Mapping[str, Any], shown: Sequence[FieldSpec]) -> str:
    """Return the field that stands for a document: the YAML's, one that is called so, or the first text."""
    names = [field.name for field in shown]
    texts = [field.name for field in shown if field.type in ("string", "email", "slug")]
    wanted = (meta.get("title"), *(name for name in _NAMING if name in texts), *texts)
    return next((name for name in wanted if name in names), "id")


def _columns(collection: CollectionSpec, known: _Known, title: str, shown: Sequence[FieldSpec]) -> list[str]:
    named = [path for path in collection.meta.get("listFields") or () if _is_shown(path, collection, known)]
    if named:
        return named
    narrow = [field.name for field in shown if _element(field).type in _NARROW_TYPES and field.name != title]
    return [title, *narrow[: COLUMNS - 2], "updatedAt"]


def _is_shown(path: str, collection: CollectionSpec, known: _Known) -> bool:
    is_known = path in SYSTEM_FIELDS or collection.field_at(tuple(path.split("."))) is not None
    return is_known and known.may_read(path)


def _element(field: FieldSpec) -> FieldSpec:
    return field.items or field


def _sort(meta: Mapping[str, Any], known: _Known) -> str:
    wanted = (meta.get("sort"), DEFAULT_SORT)
    return next((text for text in wanted if text and all(map(known.may_query, _sorted_by(text)))), "id")


def _sorted_by(text: str) -> list[str]:
    return [key.strip().removeprefix("-") for key in text.split(",")]
