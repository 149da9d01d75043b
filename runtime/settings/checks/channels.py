"""Channels: names that can be told apart, scopes that somebody is in, events that are JSON Schemas."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from runtime.settings.checks.code import check_hook
from runtime.settings.checks.json_schemas import check_json_schema
from runtime.settings.checks.outline import Outline
from runtime.settings.checks.permissions import check_role
from runtime.settings.problems import Report, quoted, suggest
from runtime.settings.tree import Node

USER_ID = "{userId}"
BUILT_IN_TYPES: Final = ("presence", "revalidate")
"""Types of messages that mean something to every client; only the server sends them."""
_PARAMETER = re.compile(r"\{(\w+)\}")


def check_channel(channel: Node, outline: Outline, report: Report) -> None:
    """Report what is wrong with one channel."""
    name = channel.get("name")
    for parameter, times in Counter(_PARAMETER.findall(name.text or "") if name else ()).items():
        if times > 1 and name is not None:
            report.at(name, f"{{{parameter}}} is there twice", "Give each part of the name another one.")
    _check_scope(channel, outline, report)
    last_n, size = channel.get("lastN"), channel.get("bufferSize")
    kept = size.value if size is not None else 100
    if last_n is not None and isinstance(last_n.value, int) and isinstance(kept, int) and last_n.value > kept:
        message = f"lastN is {last_n.value}, but only {kept} messages are kept"
        report.at(last_n, message, f"Raise bufferSize, or lower lastN to {kept}.")
    events = channel.get("events")
    for type, schema in events.members.items() if events else ():
        _check_type(schema, type, report)
        check_json_schema(schema, report)
    hooks = channel.get("hooks")
    for hook in hooks.members.values() if hooks else ():
        check_hook(hook, outline.folder, report)
    _check_receive(channel, outline, report)


def _check_receive(channel: Node, outline: Outline, report: Report) -> None:
    receive, events = channel.get("receive"), channel.get("events")
    for type, part in receive.members.items() if receive else ():
        _check_type(part, type, report)
        hook, schema = part.get("hook"), part.get("schema")
        if hook is not None:
            check_hook(hook, outline.folder, report)
        elif isinstance(part.value, Mapping) and events is not None and events.members and type not in events.members:
            message = f"the channel would refuse {quoted(type)}: its events do not name it"
            report.at_key(part, message, "Add it to the channel's events, or give it a hook that sends something else.")
        if schema is not None:
            check_json_schema(schema, report)


def _check_type(node: Node, type: str, report: Report) -> None:
    if type in BUILT_IN_TYPES:
        report.at_key(node, f"{quoted(type)} messages are the server's own", "Choose another type.")


def _check_scope(channel: Node, outline: Outline, report: Report) -> None:
    scope, name = channel.get("scope"), channel.text_at("name")
    if scope is None or scope.text is None:
        return
    if scope.text.startswith("role:"):
        check_role(scope, scope.text.removeprefix("role:"), outline, report)
    elif scope.text == "user":
        if name is not None and USER_ID not in name:
            message = f"the scope user needs {USER_ID} in the channel's name: it is held against the subscriber's id"
            report.at(scope, message, f'Name it like "{name}:{USER_ID}", or choose another scope.')
    elif scope.text not in {"public", "authenticated"}:
        known = ["public", "authenticated", "user", *(f"role:{role}" for role in sorted(outline.roles.known))]
        bare = f'Did you mean "role:{scope.text}"?' if scope.text in outline.roles.known else None
        remedy = bare or suggest(scope.text, known, otherwise="Write public, authenticated, role:NAME or user.")
        report.at(scope, f"{quoted(scope.text)} is not a scope", remedy)
