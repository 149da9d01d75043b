"""What a server answers when it refuses."""

from collections.abc import Sequence
from typing import Any


class CommandError(Exception):
    """A command failed, with MongoDB's number for the reason."""

    def __init__(self, code: int, message: str, *, labels: Sequence[str] = (), **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.labels = tuple(labels)
        self.more = more

    def reply(self) -> dict[str, Any]:
        """Return the answer."""
        labels = {"errorLabels": list(self.labels)} if self.labels else {}
        return {"ok": 0.0, "errmsg": str(self), "code": self.code, **labels, **self.more}


class DuplicateKey(CommandError):
    """A unique index has the key already."""

    def __init__(self, namespace: str, index: str, keys: dict[str, Any], values: dict[str, Any]) -> None:
        message = f"E11000 duplicate key error collection: {namespace} index: {index} dup key: {values}"
        super().__init__(11000, message, keyPattern=keys, keyValue=values)


def write_conflict() -> CommandError:
    """Return that another transaction was in the way, and that the whole may be run again."""
    return CommandError(112, "Write conflict during plan execution", labels=["TransientTransactionError"])
