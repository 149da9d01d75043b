"""`hookstream channels`, `hookstream tail` and `hookstream send`."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import click
import orjson

from runtime.app import run
from runtime.cli.access import NO_SERVER, Access, access, access_options
from runtime.cli.channel_page import channel_page
from runtime.cli.jobs import json_object
from runtime.cli.opening import project_option
from runtime.cli.runs import local_time
from runtime.cli.signals import cancelled_by_signals
from runtime.cli.sse import Event, Reader
from runtime.cli.terminal import BAD, CAUTION, PLACE, QUIET, Piece, Prose, Terminal, counted
from runtime.model.clock import epoch_s
from runtime.model.errors import NotFound, Unavailable
from runtime.settings.load import load as load_settings

SEND_S: Final = 30.0
EVENT_STREAM: Final = "text/event-stream"
SILENCE: Final = 3
"""A stream that is silent for so many heartbeats is dead: its server sends at least one."""


@click.command(
    short_help="List the channels, or write a page about them.",
    epilog="""\b
    Example:
      hookstream channels --markdown > CHANNELS.md""",
)
@click.option("--markdown", is_flag=True, help="Write the page that documents the declared channels; needs no server.")
@access_options
@project_option
@click.pass_obj
def channels(terminal: Terminal, markdown: bool, url: str | None, token: str | None, folder: Path) -> None:
    """List the declared channels, and those that live on the project's running server.

    Where no server answers, the declared ones are listed alone, and that is said.
    """
    if markdown:
        terminal.raw(channel_page(load_settings(folder, os.environ)))
        return

    async def main() -> int:
        async with access(folder, url=url, token=token) as server:
            try:
                async with server.request("GET", "_channels", read_s=SEND_S) as response:
                    items = _all_of_the_project(orjson.loads(await response.read())["items"])
            except Unavailable as failure:
                if failure.code != NO_SERVER:
                    raise
                terminal.note(("no server answers: the declared channels, without numbers", CAUTION))
                items = [{"name": c.name, "scope": c.scope, "declared": True} for c in server.spec.channels]
        terminal.table(
            ("Channel", "Scope", "Listening", "Kept", Prose("Description")), [_row(i, server) for i in items]
        )
        terminal.note((counted(len(items), "channel"), QUIET))
        return 0

    run(main())


def _all_of_the_project(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the channels that are not the server's own, each template followed by those that exist of it."""
    found: list[Mapping[str, Any]] = []
    for item in items:
        if not item["builtIn"]:
            instances = item.get("instances", {}).get("items", [])
            found += [item, *({**item, **instance} for instance in instances)]
    return found


def _row(item: Mapping[str, Any], server: Access) -> tuple[Piece, ...]:
    spec = server.spec.channel(item["name"]) or next((c for c in server.spec.channels if c.name == item["name"]), None)
    return (
        (item["name"], "bold" if item["declared"] else PLACE),
        item["scope"] or "by a hook",
        str(item.get("subscribers", "")),
        str(item.get("kept", "")),
        spec.description if spec is not None else "",
    )


@click.command()
@click.argument("channels", metavar="CHANNEL...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print each message as a line of JSON, as it was sent.")
@access_options
@project_option
@click.pass_obj
@click.pass_context
def tail(
    ctx: click.Context, terminal: Terminal, channels: tuple[str, ...], as_json: bool, url: str | None,
    token: str | None, folder: Path,
) -> None:  # fmt: skip
    """Show the messages of channels as they are sent, until Ctrl-C.

    Listens at the project's running server. A lost connection is made again, and what was missed meanwhile follows;
    where messages are gone for good, that is said.
    """

    async def main() -> int:
        with cancelled_by_signals():
            try:
                async with access(folder, url=url, token=token) as server:
                    await follow(server, channels, View(terminal, as_json=as_json))
            except asyncio.CancelledError:
                return 0
        return 0

    ctx.exit(run(main()))


@click.command(
    short_help="Send a message to a channel.",
    epilog="""\b
    Example:
      hookstream send system '{"type": "maintenance", "message": "back at noon"}'""",
)
@click.argument("channel")
@click.argument("message", metavar="JSON")
@access_options
@project_option
@click.pass_obj
def send(terminal: Terminal, channel: str, message: str, url: str | None, token: str | None, folder: Path) -> None:
    """Send a message to a channel, by way of the project's running server.

    JSON is an object with a `type`, or `-` to read it from the standard input. It is checked as any other message.
    """
    body = json_object(sys.stdin.read() if message == "-" else message, "JSON")

    async def main() -> int:
        async with access(folder, url=url, token=token) as server:
            path = f"_channels/{quote(channel, safe='')}/messages"
            async with server.request("POST", path, json=body, read_s=SEND_S) as response:
                sent = orjson.loads(await response.read())
        terminal.done("sent to ", (channel, "bold"), "  ", json.dumps(sent, ensure_ascii=False))
        return 0

    run(main())


class View:
    """What is printed of a stream: messages to the standard output, what else there is to say to the other."""

    def __init__(self, terminal: Terminal, *, as_json: bool) -> None:
        self._terminal = terminal
        self._as_json = as_json

    def show(self, event: Event) -> None:
        """Print an event."""
        if event.type == "message":
            self._message(event.data)
            return
        data = _object(event.data)
        match event.type:
            case "ready":
                self._ready(data)
            case "reset":
                self._reset(data)
            case "denied":
                self._note(f"no longer listening to {data.get('channel')}: {data.get('reason')}", BAD)
            case "closing" | "overloaded" | "expired" | "disconnected":
                self._note(f"the server says: {event.type}", CAUTION)

    def lost(self, reason: str, wait_s: float) -> None:
        """Say that the connection is gone."""
        self._note(f"{reason}; connecting again in {wait_s:.1f} s", CAUTION)

    def _message(self, text: str) -> None:
        if self._as_json:
            self._terminal.raw(text)
            return
        message = _object(text)
        type, channel, at = (message.pop(name, "") for name in ("type", "channel", "timestamp"))
        self._terminal.say(
            (_clock(at), QUIET), "  ", (str(channel), PLACE), "  ", (str(type), "bold"), "  ",
            json.dumps(message, ensure_ascii=False) if message else "",
        )  # fmt: skip

    def _ready(self, data: dict[str, Any]) -> None:
        names = ", ".join(data.get("channels", {}))
        recovered = any(state.get("recovered") for state in data.get("channels", {}).values())
        self._note(f"{'connected again' if recovered else 'listening'} to {names}", QUIET)
        for name, reason in data.get("denied", {}).items():
            self._note(f"not listening to {name}: {reason}", BAD)

    def _reset(self, data: dict[str, Any]) -> None:
        missed = data.get("missed")
        count = "an unknown number of" if missed is None else missed
        self._note(f"reset of {data.get('channel')}: {count} messages are lost ({data.get('reason')})", CAUTION)

    def _note(self, text: str, style: str) -> None:
        self._terminal.note((text, style))


async def follow(
    server: Access, channels: tuple[str, ...], view: View, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Show what channels carry, for ever: a connection that is lost is made again, from the last message on.

    `pause` waits so many seconds before that. Raises what the server refuses, and Unavailable where none answers the
    first time.
    """
    reader, connected = Reader(), False
    while True:
        wait_s, reason = 0.0, "the server ended the stream"
        try:
            async with aclosing(_events(server, channels, reader)) as events:
                async for event in events:
                    connected = True
                    view.show(event)
        except Unavailable as failure:
            if not connected:
                raise
            wait_s = failure.retry_after_s
            reason = "the connection is lost" if failure.code == NO_SERVER else failure.message
        wait_s = max(wait_s, reader.retry_s)
        view.lost(reason, wait_s)
        await pause(wait_s)
        reader = reader.resumed()


async def _events(server: Access, channels: tuple[str, ...], reader: Reader) -> AsyncGenerator[Event]:
    headers = {"Accept": EVENT_STREAM, **({"Last-Event-ID": reader.last_id} if reader.last_id else {})}
    read_s = SILENCE * server.spec.realtime.heartbeat_s
    async with server.request(
        "GET", "_events", headers=headers, params={"channels": ",".join(channels)}, read_s=read_s
    ) as response:
        if response.content_type != EVENT_STREAM:
            raise NotFound(f"{server.url} answers with no event stream; is a Hookstream server there? See --url")
        async for chunk in response.content.iter_any():
            for event in reader.feed(chunk):
                yield event


def _object(text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else {"type": "?", "data": text}


def _clock(at: Any) -> str:
    try:
        return local_time(epoch_s(at))[11:]
    except (TypeError, ValueError):
        return "--:--:--"
