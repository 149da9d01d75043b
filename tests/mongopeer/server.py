"""The peer itself: a socket, a dispatcher, and faults on demand."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.mongopeer import commands, indexes, wire
from tests.mongopeer.errors import CommandError
from tests.mongopeer.sessions import Command, Session, Sessions
from tests.mongopeer.tables import Data, View

SET_NAME = "peer"
WRITES = ("insert", "update", "delete", "findAndModify")
HELLOS = ("hello", "isMaster", "ismaster")


@dataclass
class Fault:
    """What goes wrong with the next `times` commands of a name, once `skip` of them have gone well.

    `drop`: the connection is cut, "before" the command is done or "after". `error` is answered in its place. `until`:
    the answer waits for the event.
    """

    command: str
    times: int = 1
    skip: int = 0
    drop: str = ""
    error: CommandError | None = None
    until: asyncio.Event | None = None


@dataclass
class Peer:
    """A MongoDB server in this process. To be used in one event loop.

    `seen` lists the names of the commands that came, hellos left aside. `stop` and `start` keep the documents and the
    port.
    """

    is_replica_set: bool = True
    port: int = 0
    data: Data = field(default_factory=Data)
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.StreamWriter, asyncio.Task[Any] | None] = {}
        self._cursors = commands.Cursors()
        self._sessions = Sessions(self.data, is_replica_set=self.is_replica_set)

    async def __aenter__(self) -> "Peer":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def url(self, database: str = "test", **options: str) -> str:
        """Return the URL of a database."""
        named = {"replicaSet": SET_NAME, **options} if self.is_replica_set else options
        query = "&".join(f"{name}={value}" for name, value in named.items())
        return f"mongodb://{self.address}/{database}" + (f"?{query}" if query else "")

    @property
    def open_cursors(self) -> int:
        """How many cursors have not been read to the end, and not been closed."""
        return len(self._cursors)

    def fail(self, command: str, **more: Any) -> Fault:
        """Let commands of a name go wrong."""
        fault = Fault(command, **more)
        self.faults.append(fault)
        return fault

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut all connections, wait for what serves them, listen no more."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for fault in self.faults:
                if fault.until is not None:
                    fault.until.set()
            serving = [task for task in self._connections.values() if task is not None]
            for writer in list(self._connections):
                writer.close()
            await asyncio.gather(*serving)
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            writer.close()  # it was on its way in when all were cut
            return
        self._connections[writer] = asyncio.current_task()
        try:
            while (request := await wire.read(reader)) is not None:
                answer = await self._answer(request[1])
                if answer is None:
                    return
                writer.write(wire.reply(request[0], answer))
                await writer.drain()
        except ConnectionError:
            return  # the driver has gone
        finally:
            del self._connections[writer]
            writer.close()

    async def _answer(self, command: Command) -> dict[str, Any] | None:
        """Return the answer, None to cut the connection."""
        name = next(iter(command))
        if name not in HELLOS:
            self.seen.append(name)
        fault = self._fault(name)
        if fault is not None:
            if fault.until is not None:
                await fault.until.wait()
            if fault.error is not None:
                return fault.error.reply()
            if fault.drop == "before":
                return None
        answer = self._run(name, command)
        return None if fault is not None and fault.drop == "after" else answer

    def _fault(self, name: str) -> Fault | None:
        for fault in self.faults:
            if fault.command == name and fault.times > 0:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _run(self, name: str, command: Command) -> dict[str, Any]:
        session: Session | None = None
        try:
            session = self._sessions.of(command)
            is_retry = session is not None and name in WRITES and command.get("autocommit") is None
            if is_retry and session is not None and session.answer is not None:
                return session.answer
            answer = self._done(name, command, session)
            if is_retry and session is not None:
                session.answer = answer
            if "writeErrors" in answer and command.get("autocommit") is False:
                self._sessions.abort(session)
        except CommandError as error:
            if command.get("autocommit") is False:
                self._sessions.abort(session)
            return error.reply()
        return answer

    def _done(self, name: str, command: Command, session: Session | None) -> dict[str, Any]:
        database = command["$db"]
        namespace = f"{database}.{command[name]}"
        view = self._sessions.view(command, session)
        about_documents = _on_documents(name, view, namespace, command, self._cursors)
        if about_documents is not None:
            return about_documents
        match name:
            case "hello" | "isMaster" | "ismaster":
                return self._hello()
            case "ping" | "endSessions":
                return {"ok": 1.0}
            case "buildInfo":
                return {"version": "7.0.0", "versionArray": [7, 0, 0, 0], "ok": 1.0}
            case "dbStats":
                return {"db": database, "storageSize": 8192.0, "indexSize": 4096.0, "ok": 1.0}
            case "getMore":
                namespace = f"{database}.{command['collection']}"
                return self._cursors.go_on(namespace, command["getMore"], command.get("batchSize"))
            case "killCursors":
                self._cursors.kill(command["cursors"])
                return {"cursorsKilled": command["cursors"], "ok": 1.0}
            case "commitTransaction" if session is not None:
                self._sessions.commit(session)
                return {"ok": 1.0}
            case "abortTransaction":
                self._sessions.abort(session)
                return {"ok": 1.0}
        return self._about_collections(name, command, database, namespace)

    def _about_collections(self, name: str, command: Command, database: str, namespace: str) -> dict[str, Any]:
        match name:
            case "create":
                return indexes.create(self.data, namespace)
            case "drop":
                return indexes.drop(self.data, namespace)
            case "dropDatabase":
                return indexes.drop_database(self.data, database)
            case "listCollections":
                return indexes.list_collections(self.data, database, self._cursors)
            case "createIndexes":
                return indexes.create_indexes(self.data, namespace, command)
            case "listIndexes":
                return indexes.list_indexes(self.data, namespace, self._cursors)
            case "dropIndexes":
                return indexes.drop_indexes(self.data, namespace, command)
        raise CommandError(59, f"no such command: '{name}'")

    def _hello(self) -> dict[str, Any]:
        member = {
            "setName": SET_NAME,
            "setVersion": 1,
            "hosts": [self.address],
            "me": self.address,
            "primary": self.address,
            "secondary": False,
        }
        return {
            "helloOk": True,
            "isWritablePrimary": True,
            "ismaster": True,
            **(member if self.is_replica_set else {}),
            "maxBsonObjectSize": commands.MAX_BSON_BYTES,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 21,
            "readOnly": False,
            "ok": 1.0,
        }


def _on_documents(
    name: str, view: View, namespace: str, command: Command, cursors: commands.Cursors
) -> dict[str, Any] | None:
    match name:
        case "find":
            return commands.find(view, namespace, command, cursors)
        case "aggregate":
            return commands.aggregate(view, namespace, command, cursors)
        case "distinct":
            return commands.distinct(view, namespace, command)
        case "count":
            return {"n": sum(1 for _ in view.table(namespace).found({})), "ok": 1.0}
        case "insert":
            return commands.insert(view, namespace, command)
        case "update":
            return commands.update(view, namespace, command)
        case "delete":
            return commands.delete(view, namespace, command)
        case "findAndModify":
            return commands.find_and_modify(view, namespace, command)
    return None
