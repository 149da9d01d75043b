"""Who may be seen at a document, and whether they still may."""

from collections.abc import Iterator

from runtime.documents.reads import Result
from runtime.documents.service import Documents
from runtime.hooks.context import Request, Response
from runtime.model.actor import Actor
from runtime.model.document import Record
from runtime.model.errors import Forbidden
from runtime.model.ports import Store
from runtime.realtime.built_in import EDITING
from runtime.realtime.hub import Hub
from runtime.realtime.scopes import is_reserved
from runtime.realtime.subscriber import Subscriber
from runtime.rules.decide import decide


class Editing:
    """Keeps the channels of documents for those who may read these. Belongs to one event loop."""

    def __init__(self, hub: Hub, *, documents: Documents, store: Store) -> None:
        self._hub = hub
        self._documents = documents
        self._store = store

    async def require_reader(self, channel: str, actor: Actor, *, request: Request) -> None:
        """Return if an actor may read the document that a channel is about: as if they asked for it, hooks included.

        Raises what reading it raises, NotFound where there is none that they may see.
        """
        parts = EDITING.match(channel) or {}
        call = self._documents.call(request, actor)
        answer = await self._documents.read_one(call, parts["collection"], parts["id"], {})
        if not isinstance(answer, Result) and not (isinstance(answer, Response) and answer.status < 400):
            raise Forbidden("what a hook answers for this document is no document")

    async def review(self) -> None:
        """Take the channels of documents from streams whose owners may read these no longer.

        Permissions and row filters decide, for the documents and actors of this moment. Raises Unavailable.
        """
        rooms: dict[str, dict[str, list[tuple[str, Subscriber]]]] = {}
        for channel, collection, id, stream in self._present():
            rooms.setdefault(collection, {}).setdefault(id, []).append((channel, stream))
        for collection, documents in rooms.items():
            records = await self._store.get_many(collection, list(documents))
            for id, streams in documents.items():
                for channel, stream in streams:
                    if not self._may_read(stream.join.actor, collection, records.get(id)):
                        self._hub.membership.withdraw(stream, {channel: "not_found"})

    def _present(self) -> Iterator[tuple[str, str, str, Subscriber]]:
        for member in self._hub.presence.members():
            parts = EDITING.match(member.channel) if is_reserved(member.channel) else None
            if parts is None or self._hub.spec.collection.get(parts["collection"]) is None:
                continue
            for connection in member.connections:
                stream = self._hub.streams.get(connection)
                if stream is not None:
                    yield member.channel, parts["collection"], parts["id"], stream

    def _may_read(self, actor: Actor, collection: str, record: Record | None) -> bool:
        spec = self._hub.spec.collection.get(collection)
        if spec is None or record is None:
            return False
        return decide(actor, "read", spec, now=self._hub.clock.now()).permits(record)
