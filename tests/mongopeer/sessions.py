"""Transactions and retried writes. Source: MongoDB's specifications of transactions and of retryable writes."""

from dataclasses import dataclass
from typing import Any

from tests.mongopeer.errors import CommandError
from tests.mongopeer.tables import Data, Snapshot, View

Command = dict[str, Any]


@dataclass
class Session:
    """What the server remembers of a session: its transaction, or the answer to its last write."""

    number: int = -1
    snapshot: Snapshot | None = None
    state: str = "none"
    answer: dict[str, Any] | None = None


class Sessions:
    """All sessions; a deployment without a replica set has no transactions."""

    def __init__(self, data: Data, *, is_replica_set: bool) -> None:
        self._data = data
        self._is_replica_set = is_replica_set
        self._sessions: dict[bytes, Session] = {}

    def of(self, command: Command) -> Session | None:
        """Return the session of a numbered command, None for others. Raises CommandError for what it may not do."""
        if "txnNumber" not in command:
            return None
        if not self._is_replica_set:
            raise CommandError(20, "Transaction numbers are only allowed on a replica set member or mongos")
        session = self._sessions.setdefault(bytes(command["lsid"]["id"]), Session())
        number = int(command["txnNumber"])
        if command.get("startTransaction"):
            session.number, session.snapshot, session.state = number, Snapshot(self._data), "begun"
        elif command.get("autocommit") is False and not self._may_go_on(session, command, number):
            message = f"Given transaction number {number} does not match any in-progress transactions"
            raise CommandError(251, message, labels=["TransientTransactionError"])
        elif command.get("autocommit") is None and number != session.number:
            session.number, session.answer, session.state = number, None, "none"
        return session

    def view(self, command: Command, session: Session | None) -> View:
        """Return what a command sees."""
        if session is not None and session.snapshot is not None and command.get("autocommit") is False:
            return session.snapshot
        return View(self._data)

    @staticmethod
    def commit(session: Session) -> None:
        """Commit a session's transaction; to do it again is no failure."""
        snapshot, session.snapshot = session.snapshot, None
        if session.state == "begun" and snapshot is not None:
            session.state = "aborted"
            snapshot.commit()
            session.state = "committed"

    @staticmethod
    def abort(session: Session | None) -> None:
        """Forget a session's transaction."""
        if session is not None and session.state == "begun":
            session.snapshot, session.state = None, "aborted"

    @staticmethod
    def _may_go_on(session: Session, command: Command, number: int) -> bool:
        if session.number != number:
            return False
        return session.state == "begun" or (session.state == "committed" and "commitTransaction" in command)
