"""Collections: their hooks, what they publish, their indexes, and what the admin UI shows of them."""

from runtime.model.document import SYSTEM_FIELDS
from runtime.model.specs import PHASES
from runtime.settings.checks.code import check_hook
from runtime.settings.checks.fields import check_fields
from runtime.settings.checks.indexes import check_indexes
from runtime.settings.checks.outline import Outline
from runtime.settings.checks.paths import Fields, UnknownPath
from runtime.settings.checks.permissions import check_permissions
from runtime.settings.problems import Report, is_absent, listed, quoted, suggest
from runtime.settings.tree import Node

_WITH_DOCUMENTS = ("fields", "realtime", "indexes")


def check_collection(collection: Node, outline: Outline, report: Report) -> None:
    """Report what is wrong with one collection."""
    fields = Fields(collection)
    virtual = collection.get("virtual")
    is_virtual = virtual is not None and virtual.value is True
    check_fields(collection, outline, report)
    check_permissions(collection, fields, outline, report, virtual=is_virtual)
    _check_hooks(collection, outline, report)
    if is_virtual:
        _check_virtual(collection, report)
    else:
        _check_meta(collection, fields, report)
        _check_publish(collection, fields, outline, report)
        check_indexes(collection, fields, report)


def _check_virtual(collection: Node, report: Report) -> None:
    for key in _WITH_DOCUMENTS:
        part = collection.get(key)
        if part is not None:
            message = f"a virtual collection has no documents, so it has no {key}"
            report.at_key(part, message, f"Remove {key}, or remove virtual: true.")
    hooks = collection.get("hooks")
    if is_absent(collection, "hooks"):
        message = "a virtual collection needs hooks: they are all there is of it"
        report.missing(collection, "hooks", message, "Add hooks: {read: {before: hooks/NAME.py:read}}.")
        return
    permissions = collection.get("permissions")
    for actions in permissions.members.values() if permissions else ():
        for action, grant in actions.members.items():
            if action in PHASES and hooks is not None and is_absent(hooks, action):
                message = f"nothing answers {action}: a virtual collection is its hooks"
                report.at_key(grant, message, f"Add a hook for {action}, or remove the permission.")


def _check_hooks(collection: Node, outline: Outline, report: Report) -> None:
    hooks = collection.get("hooks")
    for action, phases in hooks.members.items() if hooks else ():
        known = next((allowed for name, allowed in PHASES.items() if name == action), None)
        for phase, functions in phases.members.items():
            if known is not None and phase not in known:
                remedy = suggest(phase, known, otherwise=f"The phases of {action} are: {listed(known)}.")
                report.at_key(functions, f"{action} has no phase {quoted(phase)}", remedy)
            for function in functions.elements or (functions,):
                check_hook(function, outline.folder, report)


def _check_meta(collection: Node, fields: Fields, report: Report) -> None:
    meta = collection.get("meta")
    if meta is None:
        return
    title, columns, sort = meta.get("title"), meta.get("listFields"), meta.get("sort")
    fields.check([*([title] if title else ()), *(columns.elements if columns else ())], report)
    if sort is None or sort.text is None:
        return
    for key in sort.text.split(","):
        try:
            fields.find(key.strip().removeprefix("-"))
        except UnknownPath as fault:
            report.at(sort, fault.message, fault.remedy)


def _check_publish(collection: Node, fields: Fields, outline: Outline, report: Report) -> None:
    realtime = collection.get("realtime")
    publish = realtime.get("publish") if realtime else None
    if publish is None:
        return
    _check_channel(collection, publish, outline, report)
    shown = publish.get("fields")
    for node in shown.elements if shown else ():
        if node.text is None or node.text in SYSTEM_FIELDS:
            continue
        fields.check_top(node, node.text, report, purpose="published")
        field = fields.top.get(node.text)
        hidden = field.get("hidden") if field else None
        if hidden is not None and hidden.value is True:
            report.at(
                node, f"{quoted(node.text)} is hidden, and would be published", "Remove it here, or hidden there."
            )


def _check_channel(collection: Node, publish: Node, outline: Outline, report: Report) -> None:
    channel = publish.get("channel")
    if channel is None or channel.text is None:
        return
    if "{" in channel.text:
        message = f"{quoted(channel.text)} is a template: a change does not say which channel of it is meant"
        report.at(channel, message, "Name a plain channel, or send from an after hook.")
        return
    if outline.channel_names.lacks(channel.text):
        plain = [name for name in outline.channels if "{" not in name]
        remedy = suggest(channel.text, plain, otherwise="Declare it under channels in config.yml.")
        report.at(channel, f"there is no channel {quoted(channel.text)}", remedy)
        return
    declared = outline.channels.get(channel.text)
    events = declared.get("events") if declared else None
    name, on = collection.text_at("name"), publish.get("on")
    actions = [node.text for node in on.elements] if on else ["create", "update", "delete"]
    unknown = [
        f"{name}.{action}"
        for action in actions
        if events and events.members and f"{name}.{action}" not in events.members
    ]
    if unknown and name is not None:
        message = f"the channel {quoted(channel.text)} would refuse what is published: {listed(unknown)}"
        report.at(channel, message, "Add these types to the channel's events.")
