"""Holding messages against the schemas of their types."""

from collections.abc import Mapping
from typing import Any

from referencing.exceptions import Unresolvable

from runtime.model.errors import InvalidMessage
from runtime.query.schemas import Schema, compiled, faults


class MessageSchemas:
    """The schemas of message types, by channel and type, compiled at their first use."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], Schema] = {}

    def forget(self) -> None:
        """Forget all of them: the project was loaded anew."""
        self._compiled.clear()

    def check(
        self, payload: Mapping[str, Any], schema: Mapping[str, Any], *, declared: str, channel: str, type: str
    ) -> None:
        """Return if a message without its envelope fits the schema of its type; `declared` names the declaration.

        Raises InvalidMessage, errors by JSON pointer.
        """
        found = self._compiled.get((declared, type))
        if found is None:
            found = self._compiled[declared, type] = compiled(schema)
        try:
            errors = faults(found, payload, unknown="is not in the schema of these messages")
        except Unresolvable as error:
            raise InvalidMessage(
                f"the schema of {type!r} in channel {declared!r} refers to {error.ref!r}, which is not in it"
            ) from error
        if errors:
            told = "; ".join(f"{pointer or '/'} {message}" for pointer, message in errors.items())
            raise InvalidMessage(
                f"a {type!r} message for channel {channel!r} does not fit its schema: {told}", errors=errors
            )
