"""Collections and their fields."""

from collections.abc import Mapping
from typing import Any

from runtime.model.specs import (
    ACTIONS,
    PHASES,
    Action,
    BoundHook,
    CollectionSpec,
    FieldSpec,
    GrantSpec,
    HookRef,
    IndexSpec,
    Phase,
    PublishSpec,
)
from runtime.settings.measures import size_bytes
from runtime.settings.tree import Node
from runtime.settings.typed.values import parsed, texts, value

_WRITES: tuple[Action, ...] = ("create", "update", "delete")


def build_collection(node: Node) -> CollectionSpec:
    """Return a collection's spec. The order of everything is the YAML's."""
    fields, indexes, realtime = node.get("fields"), node.get("indexes"), node.get("realtime")
    publish = realtime.get("publish") if realtime else None
    return CollectionSpec(
        name=str(node.members["name"].value),
        source=node.source,
        fields=tuple(_field(field) for field in fields.elements) if fields else (),
        virtual=value(node, "virtual", default=False),
        grants=_grants(node.get("permissions")),
        hooks=_hooks(node.get("hooks")),
        publish=_publish(publish) if publish else None,
        live=value(realtime, "live", default=None) if realtime else None,
        indexes=tuple(_index(index) for index in indexes.elements) if indexes else (),
        meta=value(node, "meta", default={}),
    )


def _field(node: Node) -> FieldSpec:
    items, members = node.get("items"), node.get("fields")
    kind: Any = node.members["type"].value
    return FieldSpec(
        name=node.text_at("name") or "",
        type=kind,
        source=node.source,
        required=value(node, "required", default=False),
        default=value(node, "default", default=None),
        unique=value(node, "unique", default=False),
        index=value(node, "index", default=False),
        min=value(node, "min", default=None),
        max=value(node, "max", default=None),
        min_length=value(node, "minLength", default=None),
        max_length=value(node, "maxLength", default=None),
        pattern=node.text_at("pattern"),
        options=texts(node, "options"),
        origin=node.text_at("from"),
        hidden=value(node, "hidden", default=False),
        readonly=value(node, "readonly", default=False),
        items=_field(items) if items else None,
        fields=tuple(_field(member) for member in members.elements) if members else (),
        collection=node.text_at("collection"),
        accept=texts(node, "accept"),
        max_size_bytes=parsed(node, "maxSize", size_bytes, None),
        meta=value(node, "meta", default={}),
    )


def _grants(permissions: Node | None) -> Mapping[Action, tuple[GrantSpec, ...]]:
    given = permissions.members if permissions else {}
    grants = {
        action: tuple(
            _grant(actions.members[action], principal)
            for principal, actions in given.items()
            if action in actions.members
        )
        for action in ACTIONS
    }
    return {action: found for action, found in grants.items() if found}


def _grant(node: Node, principal: str) -> GrantSpec:
    return GrantSpec(
        principal=principal,
        source=node.place,
        filter=value(node, "filter", default={}),
        hide=frozenset(texts(node, "hide")),
        allow=frozenset(texts(node, "allow")) if "allow" in node.members else None,
        deny=frozenset(texts(node, "deny")),
        set=value(node, "set", default={}),
    )


def _hooks(hooks: Node | None) -> Mapping[tuple[Action, Phase], tuple[BoundHook, ...]]:
    found: dict[tuple[Action, Phase], tuple[BoundHook, ...]] = {}
    for action, phases in PHASES.items():
        given = hooks.get(action) if hooks else None
        for phase in phases:
            functions = given.get(phase) if given else None
            if functions is not None:
                found[action, phase] = tuple(build_hook(function) for function in functions.elements or (functions,))
    return found


def build_hook(node: Node) -> BoundHook:
    """Return the hook that a `hooks/file.py:function` names."""
    file, _, function = str(node.value).rpartition(":")
    return BoundHook(HookRef(file, function), node.source, node.path)


def _publish(node: Node) -> PublishSpec:
    named = frozenset(texts(node, "on"))
    return PublishSpec(
        channel=str(node.members["channel"].value),
        on=frozenset(action for action in _WRITES if not named or action in named),
        fields=texts(node, "fields"),
        source=node.place,
    )


def _index(node: Node) -> IndexSpec:
    keys = (str(key.value) for key in node.elements)
    return IndexSpec(tuple((key.removeprefix("-"), key.startswith("-")) for key in keys), node.source)
