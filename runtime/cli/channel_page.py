"""The page that documents a project's channels, as Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from runtime.model.specs import ChannelSpec, ProjectSpec

SCOPES: Final = {
    "public": "everybody",
    "authenticated": "everybody who is signed in",
    "user": "the user whose id stands for `{userId}`",
}


def channel_page(spec: ProjectSpec) -> str:
    """Return the page: every declared channel with its scope, its settings, and what is sent on it and to it."""
    lines = [f"# Channels of {_plain(spec.label or spec.namespace)}", ""]
    lines.append(f"Listen with `GET /api/{spec.namespace}/_events?channels=NAME,NAME`.")
    for channel in sorted(spec.channels, key=lambda channel: channel.name):
        lines += ["", f"## `{channel.name}`", "", _plain(channel.description), "", *_facts(channel)]
        lines += _messages("Messages", channel.events or {})
        received = {type: receive.schema for type, receive in channel.receive.items()}
        lines += _messages(f"What clients send (`POST /api/{spec.namespace}/_channels/{channel.name}`)", received)
    return "\n".join(lines)


def _facts(channel: ChannelSpec) -> Iterator[str]:
    role = channel.scope.removeprefix("role:")
    yield f"* Who may listen: {SCOPES.get(channel.scope, f'users with the role `{role}`')}"
    if channel.subscribe is not None:
        yield f"* … and whom `{channel.subscribe.ref}` lets in"
    if channel.presence:
        yield "* Presence: `presence` messages say who comes and goes"
    kept = f"the last {channel.buffer_size} messages"
    yield f"* Kept for those who come back: {kept}{_age(channel.message_ttl_s)}"
    if channel.last_n:
        yield f"* Given to those who are new: at most {channel.last_n}{_age(channel.max_age_s)}"
    if channel.events is None:
        yield "* Messages may be of any type"


def _age(seconds: float | None) -> str:
    return "" if seconds is None else f", none older than {seconds:g} s"


def _messages(title: str, schemas: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
    if not schemas:
        return
    yield from ("", f"### {title}")
    for type, schema in schemas.items():
        yield from ("", f"`{type}`")
        if schema:
            text = orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
            yield from ("", "```json", text, "```")


def _plain(text: str) -> str:
    """Return text on one line in which nothing is Markdown's."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in " ".join(text.split()))
