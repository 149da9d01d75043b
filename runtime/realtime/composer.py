"""Messages, checked at the sender and encoded once."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from runtime.model.change import Message
from runtime.model.clock import Clock, timestamp
from runtime.model.errors import InvalidMessage, TooLarge
from runtime.model.specs import ChannelSpec
from runtime.query.values import step
from runtime.realtime.message_schemas import MessageSchemas
from runtime.realtime.scopes import is_channel_name

TYPE_LIMIT: Final = 64
"""The longest `type`, in characters."""

ENVELOPE: Final = ("type", "channel", "timestamp")
"""What the hub fills in or reads itself; a schema in `events` describes the rest."""

# Dates and dataclasses are for the sender to spell out: there is no one way to write them as JSON.
_STRICT: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


class Composer:
    """Makes messages of what hooks and jobs send."""

    def __init__(self, spec_of: Callable[[str], ChannelSpec | None], clock: Clock) -> None:
        """`spec_of` returns a channel's declaration as it is now."""
        self._spec_of = spec_of
        self._clock = clock
        self._schemas = MessageSchemas()

    def refresh(self) -> None:
        """Forget compiled schemas: the project was loaded anew."""
        self._schemas.forget()

    def compose(self, channel: str, message: Mapping[str, Any], *, limit_bytes: int, own: bool = False) -> Message:
        """Check and stamp a message; the contract is that of `Publisher.prepare`.

        `channel` and `timestamp` are set here, whatever the sender put there, so that a message can be passed on.
        Strict JSON: no NaN, no integers beyond 64 bits, text keys, text that is valid Unicode. The schema of a type
        describes the message without `type`, `channel` and `timestamp`. The server's `own` messages, such as
        `presence`, need none.
        """
        if not is_channel_name(channel):
            raise InvalidMessage(
                f"{channel!r} cannot be a channel's name; use 1 to 128 of the characters A-Z a-z 0-9 _ . : -"
            )
        type_ = self._type_of(channel, message)
        at = self._clock.now()
        rest = {key: value for key, value in message.items() if key not in ENVELOPE}
        text = self._encode(channel, {"type": type_, "channel": channel, "timestamp": timestamp(at), **rest})
        if len(text) > limit_bytes:
            raise TooLarge(
                f"a {type_!r} message for channel {channel!r} has {len(text)} bytes of JSON, {limit_bytes} are "
                "allowed; send a reference to the data, or raise realtime.messageLimit"
            )
        body: dict[str, Any] = orjson.loads(text)
        if not own:
            self._check(channel, type_, body)
        return Message(channel=channel, type=type_, body=body, text=text, at=at)

    def _type_of(self, channel: str, message: Mapping[str, Any]) -> str:
        if not isinstance(message, Mapping):
            raise InvalidMessage(
                f"a message for channel {channel!r} must be an object with a type, not {type(message).__name__}"
            )
        type_ = message.get("type")
        if isinstance(type_, str) and 0 < len(type_) <= TYPE_LIMIT:
            return type_
        raise InvalidMessage(
            f'a message for channel {channel!r} needs a type of 1 to {TYPE_LIMIT} characters: {{"type": "…"}}',
            errors={"/type": f"must be text of 1 to {TYPE_LIMIT} characters"},
        )

    def _encode(self, channel: str, body: dict[str, Any]) -> bytes:
        try:
            text = orjson.dumps(body, option=_STRICT)
        except TypeError as error:
            raise InvalidMessage(f"a message for channel {channel!r} is not JSON: {error}") from error
        # orjson writes NaN and the infinities as null; without a null in the text there was none.
        if b"null" in text and (pointer := _not_finite(body, "")) is not None:
            raise InvalidMessage(
                f"a message for channel {channel!r} is not JSON: {pointer} is no finite number",
                errors={pointer: "must be a finite number"},
            )
        return text

    def _check(self, channel: str, type_: str, body: Mapping[str, Any]) -> None:
        spec = self._spec_of(channel)
        if spec is None or spec.events is None:
            return
        if type_ not in spec.events:
            known = ", ".join(sorted(spec.events)) or "none"
            raise InvalidMessage(
                f"channel {channel!r} has no {type_!r} messages; declared in its events: {known}",
                errors={"/type": f"must be one of: {known}"},
            )
        payload = {key: value for key, value in body.items() if key not in ENVELOPE}
        self._schemas.check(payload, spec.events[type_], declared=spec.name, channel=channel, type=type_)


def _not_finite(value: Any, pointer: str) -> str | None:
    if isinstance(value, float):
        return None if math.isfinite(value) else pointer
    if isinstance(value, Mapping):
        members = [(step(pointer, key), member) for key, member in value.items()]
    elif isinstance(value, list | tuple):
        members = [(step(pointer, index), member) for index, member in enumerate(value)]
    else:
        return None
    found = (_not_finite(member, place) for place, member in members)
    return next((at for at in found if at is not None), None)
