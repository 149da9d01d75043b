"""What reads and writes are made with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from structlog.typing import FilteringBoundLogger

from runtime.documents.call import Call
from runtime.documents.validate import Validator
from runtime.hooks.call import Caller
from runtime.hooks.context import Context
from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.load import Edition
from runtime.hooks.values import copy_json
from runtime.model.change import Write
from runtime.model.clock import Clock
from runtime.model.document import Document, Ids
from runtime.model.errors import HookFailed
from runtime.model.ports import Database, Enqueuer, Publisher, Store
from runtime.model.query import Query
from runtime.model.specs import Action, BoundHook, CollectionSpec, Phase
from runtime.query.match import matches
from runtime.query.project import without
from runtime.rules.decide import decide


@dataclass(slots=True)
class Parts:
    """The parts that one project's documents are served with.

    `database` makes the `ctx.db` of a call: as the system, with the caller's own permissions behind `as_actor()`.
    """

    store: Store
    caller: Caller
    publisher: Publisher
    enqueuer: Enqueuer
    http: aiohttp.ClientSession
    clock: Clock
    log: FilteringBoundLogger
    database: Callable[[Call], Database]
    ids: Ids = field(default_factory=Ids)
    _validators: tuple[int, dict[str, Validator]] = field(default=(-1, {}))

    def validator(self, edition: Edition, collection: CollectionSpec) -> Validator:
        """Return the collection's validator in an edition, compiled at its first use."""
        if self._validators[0] != edition.number:
            self._validators = (edition.number, {})
        found = self._validators[1].get(collection.name)
        if found is None:
            found = self._validators[1][collection.name] = Validator(collection)
        return found

    def context(self, call: Call, collection: CollectionSpec, action: Action, **given: Any) -> Context:
        """Return what the hooks of one action see first. What they write, send and enqueue is collected in the call."""
        return Context(
            request=call.request,
            actor=call.actor,
            collection=collection.name,
            action=action,
            phase="before",
            db=self.database(call),
            realtime=self.realtime(call),
            jobs=self.jobs(call),
            http=self.http,
            config=call.edition.spec,
            log=self.log,
            state=call.state,
            **given,
        )

    def realtime(self, call: Call, *, transient: bool = False) -> Realtime:
        """Return the `ctx.realtime` of a call's hooks."""
        return Realtime(self.publisher, call.unit.messages.append, transient=transient)

    def jobs(self, call: Call) -> Jobs:
        """Return the `ctx.jobs` of a call's hooks."""
        return Jobs(self.enqueuer, _collector(call), by=call.actor.id)

    async def run_phase(
        self, call: Call, collection: CollectionSpec, context: Context, phase: Phase
    ) -> tuple[Context, Any]:
        """Run the hooks of one phase in order.

        Returns the context as the last of them left it, and the last value, None aside, that one of them returned.
        """
        answer = None
        for hook in collection.hooks.get((context.action, phase), ()):
            context, returned = await self.run_hook(call, hook, context, phase)
            answer = answer if returned is None else returned
        return context, answer

    async def run_hook(self, call: Call, hook: BoundHook, context: Context, phase: Phase) -> tuple[Context, Any]:
        """Run one hook in a context of its own; return that and what the hook returned.

        Raises HookFailed where it left a document or a query that is none, beside what the hook raises.
        """
        own = context.for_phase(phase, db=self.database(call.nested((*call.chain, str(hook.ref)))))
        returned = await self.caller.call(hook, own, chain=call.chain)
        if own.action in ("create", "update") and phase in ("bind", "validate", "before"):
            if type(own.document) is not dict:
                raise self.failed(call, [hook], f"ctx.document was set to a {type(own.document).__name__}, not a dict")
        elif own.action == "read" and not isinstance(own.query, Query | None):
            raise self.failed(call, [hook], f"ctx.query was set to a {type(own.query).__name__}, not a Query")
        return own, returned

    def failed(self, call: Call, hooks: Sequence[BoundHook], reason: str) -> HookFailed:
        """Return the failure of hooks that left behind what cannot be used; the log says what, under its incident."""
        return self.caller.faulted([hook.ref for hook in hooks], reason, request=call.request.id)

    async def load(self, call: Call, collection: str, id: str) -> Document | None:
        """Return a document as this call would leave it: with what the call has not committed yet."""
        pending = call.pending(collection)
        if id in pending:
            return pending[id]
        record = await self.store.get(collection, id)
        return None if record is None else record.document

    async def existing(self, call: Call, collection: str, ids: Sequence[str]) -> set[str]:
        """Return those of the ids that have a document, seen with what the call has not committed yet."""
        pending = call.pending(collection)
        stored = await self.store.get_many(collection, [id for id in ids if id not in pending])
        return set(stored) | {id for id in ids if pending.get(id) is not None}

    def visible(self, call: Call, collection: CollectionSpec, document: Document) -> Document | None:
        """Return a document as the actor may see it; None where they may not see it at all."""
        read = decide(call.actor, "read", collection, now=call.now)
        if not read.allowed or not matches(read.filter, document):
            return None
        return without(document, read.hidden(document))

    @staticmethod
    def copy(document: Document) -> Document:
        """Return a copy that user code may change."""
        copied: Document = copy_json(document)
        return copied


def _collector(call: Call) -> Callable[[Write], Any]:
    async def collect(write: Write) -> None:
        call.unit.writes.append(write)

    return collect
