"""Channels: what is sent on them, who joins, what clients may send."""

from typing import Any

from runtime.model.specs import ChannelSpec, ReceiveSpec
from runtime.settings.measures import duration_s
from runtime.settings.tree import Node
from runtime.settings.typed.collections import build_hook
from runtime.settings.typed.values import parsed, value


def build_channel(node: Node) -> ChannelSpec:
    """Return the spec of a channel in which no problem was found."""
    on_full: Any = value(node, "onFull", "drop-oldest")
    hooks, receive = node.get("hooks"), node.get("receive")
    subscribe, leave = (hooks.get("subscribe"), hooks.get("leave")) if hooks else (None, None)
    return ChannelSpec(
        name=str(node.members["name"].value),
        description=str(node.members["description"].value),
        source=node.source,
        scope=str(node.members["scope"].value),
        buffer_size=value(node, "bufferSize", 100),
        on_full=on_full,
        message_ttl_s=parsed(node, "messageTTL", duration_s, None),
        last_n=value(node, "lastN", 0),
        max_age_s=parsed(node, "maxAge", duration_s, None),
        events=value(node, "events", None),
        presence=value(node, "presence", default=False),
        subscribe=build_hook(subscribe) if subscribe else None,
        leave=build_hook(leave) if leave else None,
        receive={type: _receive(type, part) for type, part in receive.members.items()} if receive else {},
    )


def _receive(type: str, node: Node) -> ReceiveSpec:
    hook = node.get("hook")
    return ReceiveSpec(
        type=type,
        source=node.source,
        hook=build_hook(hook) if hook else None,
        schema=value(node, "schema", None),
        transient=value(node, "transient", default=False),
    )
