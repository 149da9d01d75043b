"""The documents of one project, for everybody who reads or writes them."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import aiohttp
import orjson
from structlog.typing import FilteringBoundLogger

from runtime.documents.announce import announcements
from runtime.documents.attachments import visible_file
from runtime.documents.batch import Member, Operation, is_worth_another_try, locate_conflict, stage_all
from runtime.documents.call import After, Call, one_write_each
from runtime.documents.database import AtOnce, CallDatabase
from runtime.documents.live import Question, Shown, ask, read_question
from runtime.documents.parts import Parts
from runtime.documents.reads import Answer, Result, is_hooked, read_list, read_one, ready, respond
from runtime.documents.writes import Intent, Mode, Staged, answer, context_of, prepare, resolve
from runtime.hooks.call import Caller
from runtime.hooks.context import Context, Request, Response
from runtime.hooks.facades import Jobs, Realtime
from runtime.hooks.registry import Registry
from runtime.model.actor import PUBLIC, Actor
from runtime.model.change import Change, Message, Unit
from runtime.model.clock import Clock
from runtime.model.document import Document
from runtime.model.errors import Conflict, Failure, NotFound, NotUnique, StoreConflict, VersionConflict
from runtime.model.ports import Database, Enqueuer, Publisher, Store
from runtime.model.specs import BoundHook, CollectionSpec

MOST_RETRIES: Final = 3
"""How often a write is redone because another one came first."""

INTERNAL: Final = Request(method="INTERNAL", path="/")
"""The request of those who come by no request: jobs and the command line."""

T = TypeVar("T")
Listener = Callable[[Sequence[Change]], None]


class Documents:
    """Reads and writes documents as an actor, with permissions, hooks and one commit for each write."""

    def __init__(
        self,
        *,
        registry: Registry,
        store: Store,
        caller: Caller,
        publisher: Publisher,
        enqueuer: Enqueuer,
        http: aiohttp.ClientSession,
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        self._registry = registry
        self._listeners: list[Listener] = []
        self._parts = Parts(
            store=store, caller=caller, publisher=publisher, enqueuer=enqueuer, http=http, clock=clock, log=log,
            database=lambda call: CallDatabase(self._parts, call),
        )  # fmt: skip

    def call(self, request: Request, actor: Actor) -> Call:
        """Return the start of a request, bound to the project as it is at this moment."""
        return Call(request=request, actor=actor, edition=self._registry.current, now=self._parts.clock.now())

    def add_listener(self, listener: Listener) -> None:
        """Have `listener` told of committed changes, in the order in which this process commits. It must not block."""
        self._listeners.append(listener)

    def note(self, changes: Sequence[Change], *, announces: bool) -> None:
        """Tell listeners of what another process has committed; with `announces` the channels of this one as well.

        Without it, whoever committed them has announced them here too.
        """
        if announces:
            self._parts.publisher.publish(self._announced(changes, self.call(INTERNAL, PUBLIC)))
        for listener in self._listeners:
            listener(changes)

    async def read_list(self, call: Call, collection: str, parameters: Mapping[str, str]) -> Answer:
        """Answer a list request, `parameters` being the URL's. Raises what permissions, hooks and store raise."""
        spec = self._spec(call, collection)
        if not is_hooked(spec):
            return await read_list(self._parts, call, spec, parameters)
        return await self._read(call, lambda: read_list(self._parts, call, spec, parameters))

    async def read_one(self, call: Call, collection: str, id: str, parameters: Mapping[str, str]) -> Answer:
        """Answer a request for one document. Raises NotFound where there is none that the actor may see."""
        spec = self._spec(call, collection)
        if not is_hooked(spec):
            return await read_one(self._parts, call, spec, id, parameters)
        return await self._read(call, lambda: read_one(self._parts, call, spec, id, parameters))

    async def follow(
        self, call: Call, collection: str, parameters: Mapping[str, str], *, id: str | None = None
    ) -> Question | Answer:
        """Return what a request to follow a list, or one document, asks for; or what a hook answers to it.

        Raises what `read_question` raises.
        """
        spec = self._spec(call, collection)
        return await self._read(call, lambda: read_question(self._parts, call, spec, parameters, id=id))

    async def ask(self, question: Question) -> Sequence[Shown]:
        """Return the documents that a question is answered with now, in their order. Raises Unavailable."""
        return await ask(self._parts, question, self.call(INTERNAL, question.actor))

    async def write(
        self,
        call: Call,
        collection: str,
        *,
        mode: Mode,
        id: str | None = None,
        body: Mapping[str, Any] | None = None,
        if_match: frozenset[int] | None = None,
    ) -> Result | Response:
        """Write one document and return it as the actor may see it.

        The document, what hooks wrote, sent and enqueued, and the change record are one atomic commit. When this
        returns or a `Failure` of step 11 or 12 is logged, it is durable; when it raises, nothing was written. Raises
        NotFound, Forbidden, InvalidDocument, NotUnique, AlreadyExists, Reject, HookFailed, PreconditionFailed, and
        Conflict where other writers came first MOST_RETRIES times.
        """
        spec = self._spec(call, collection)
        intent = await prepare(self._parts, call, spec, mode=mode, id=id, body=body or {}, if_match=if_match)
        if spec.virtual:
            return await self._act(intent)
        staged = await self._resolve_and_commit(intent)
        await self._run_afters(call)
        return await self._written(staged)

    async def batch(self, call: Call, operations: Sequence[Operation]) -> list[Result | Response]:
        """Write several documents, all or none, and return each as the actor may see it, in the same order.

        Each takes the path of a single write, hooks included; they share one commit, and the `after` hooks of all run
        behind it, then the `respond` hooks. Where others came first everything before the commit is done again. Raises
        what the first failing one raises as a single write, with pointers to it; then nothing was written.
        """
        made: list[Member] = []

        async def attempt() -> list[Staged]:
            made.clear()  # or a conflict within would be taken for one of the attempt before
            made.extend(await stage_all(self._parts, call, operations))
            return [member.staged for member in made]

        try:
            written = await self._settled(call, attempt, is_worth_another_try)
        except StoreConflict as conflict:
            locate_conflict(conflict, made)
            raise
        for staged in written:
            await self._run_afters(staged.intent.call)
        return [await self._written(staged) for staged in written]

    async def _written(self, staged: Staged) -> Result | Response:
        """Return the answer to a committed write (step 12)."""
        intent = staged.intent
        shown = answer(self._parts, staged)
        plain = Result(orjson.dumps(shown), staged.document["version"], intent.id)
        if (intent.action, "respond") not in intent.collection.hooks:
            return plain
        context = context_of(self._parts, intent).for_phase(
            "respond", document=staged.document, previous=staged.previous, result=shown
        )
        return await self._responded(intent, context, plain)

    async def act(self, call: Call, attempt: Callable[[], Awaitable[T]], *, claims: Collection[str] = frozenset()) -> T:
        """Run user code that belongs to no collection, and commit what the call has collected then, all or nothing.

        Returns what `attempt` returns. It is made again where others came first, but for documents of the collections
        in `claims`, where that is for the caller to know: then VersionConflict is raised.
        """
        made = await self._settled(
            call, attempt, lambda conflict, made: conflict.collection not in claims and _is_overtaken(conflict, made)
        )
        await self._run_afters(call)
        return made

    def facilities(self, call: Call, *, transient: bool = False) -> tuple[Database, Realtime, Jobs]:
        """Return the `db`, `realtime` and `jobs` of a call's hooks: what they are told is collected in the call.

        With `transient` messages are, unless their sender says otherwise.
        """
        parts = self._parts
        return parts.database(call), parts.realtime(call, transient=transient), parts.jobs(call)

    def database(self, actor: Actor, chain: tuple[str, ...]) -> Database:
        """Return a `ctx.db` for a job: it commits at once. `actor` is whom `as_actor()` stands for."""
        call = self.call(INTERNAL, actor)
        at_once = AtOnce(self._write_at_once, self._commit_and_run_afters)
        return CallDatabase(self._parts, call.nested(chain), at_once=at_once)

    async def visible_file(self, call: Call, id: str) -> Document | None:
        """Return the record of a file that the actor may see; None where there is none."""
        return await visible_file(self._parts, call, id)

    def _spec(self, call: Call, collection: str) -> CollectionSpec:
        spec = call.edition.spec.collection.get(collection)
        if spec is None:
            raise NotFound(f"there is no collection {collection!r}", code="unknown_collection")
        return spec

    async def _read(self, call: Call, attempt: Callable[[], Awaitable[T]]) -> T:
        """Answer a read; what its hooks have written is committed before the answer goes out."""
        answered = await self._settled(call, attempt, _is_overtaken)
        await self._run_afters(call)
        return answered

    async def _act(self, intent: Intent) -> Result | Response:
        """Run a virtual collection's action: its `before` hooks are the endpoint."""
        call, collection = intent.call, intent.collection
        hooks = collection.hooks.get((intent.action, "before"), ())

        async def attempt() -> tuple[Context, bytes | Response]:
            context, returned = await self._parts.run_phase(call, collection, context_of(self._parts, intent), "before")
            context.result = context.result if returned is None else returned
            return context, ready(self._parts, call, hooks, context.result)

        context, made = await self._settled(call, attempt, _is_overtaken)
        await self._run_afters(call)
        if isinstance(made, Response):
            return made
        return await self._responded(intent, context, Result(made))

    async def _resolve_and_commit(self, intent: Intent) -> Staged:
        return await self._settled(
            intent.call,
            lambda: resolve(self._parts, intent),
            lambda conflict, staged: is_worth_another_try(conflict, [staged]),
        )

    async def _settled(
        self, call: Call, attempt: Callable[[], Awaitable[T]], is_worth: Callable[[StoreConflict, T], bool]
    ) -> T:
        """Make an attempt and commit what it has collected, again where others came first; return what it returned.

        Raises Conflict where they did so MOST_RETRIES times, and any conflict that is not worth another attempt.
        """
        mark = call.mark()
        for retry in range(MOST_RETRIES + 1):
            made = await attempt()
            try:
                await self._commit(call)
            except (VersionConflict, NotUnique) as conflict:
                if not is_worth(conflict, made):
                    raise
                self._parts.log.info("write_retried", collection=conflict.collection, id=conflict.id, retry=retry)
                call.rollback(mark)
            else:
                return made
        raise Conflict("others kept changing what this write depends on; try again")

    async def _write_at_once(self, intent: Intent) -> Staged:
        staged = await self._resolve_and_commit(intent)
        await self._run_afters(intent.call)
        return staged

    async def _commit(self, call: Call) -> None:
        """Apply what the call has collected, then let messages out and wake workers (steps 9 and 10)."""
        unit = call.unit
        if not unit.writes and not unit.messages:
            return
        changes = await self._parts.store.commit(one_write_each(unit.writes)) if unit.writes else []
        messages = [*unit.messages, *self._announced(changes, call)]
        runs = [write for write in unit.writes if write.collection == "_runs"]
        unit.writes.clear()
        unit.messages.clear()
        if messages:
            self._parts.publisher.publish(messages)
        for listener in self._listeners:
            listener(changes)
        if runs:
            self._parts.enqueuer.wake(runs)

    def _announced(self, changes: Sequence[Change], call: Call) -> list[Message]:
        messages = []
        for channel, message in announcements(changes, call.edition.spec, now=call.now):
            try:
                messages.append(self._parts.publisher.prepare(channel, message))
            except Failure as failure:
                self._parts.log.error("announcement_refused", channel=channel, reason=failure.message)
        return messages

    async def _run_afters(self, call: Call) -> None:
        """Run the hooks that waited for the commit. The write is done: whatever fails here is logged, never raised."""
        afters, call.afters[:] = list(call.afters), []
        for after in afters:
            for hook in after.hooks:
                await self._run_after(replace(call, chain=after.chain, unit=Unit(), afters=[]), after, hook)

    async def _run_after(self, call: Call, after: After, hook: BoundHook) -> None:
        context = self._parts.context(
            call, after.collection, after.action, id=after.id, document=after.document, previous=after.previous
        )
        try:
            await self._parts.run_hook(call, hook, context, "after")
            await self._commit_and_run_afters(call)
        except Failure as failure:
            self._parts.log.warning(
                "after_hook_failed", hook=str(hook.ref), collection=after.collection.name, id=after.id,
                action=after.action, code=failure.code, reason=failure.message, request_id=call.request.id,
            )  # fmt: skip

    async def _commit_and_run_afters(self, call: Call) -> None:
        await self._commit(call)
        await self._run_afters(call)

    async def _responded(self, intent: Intent, context: Context, plain: Result) -> Result | Response:
        """Build the answer of a committed write (step 12); where a `respond` hook fails, it is the `plain` one."""
        mark = intent.call.mark()
        try:
            answered = await respond(self._parts, intent.call, intent.collection, context, version=plain.version)
            await self._commit_and_run_afters(intent.call)
        except Failure as failure:
            intent.call.rollback(mark)
            self._parts.log.warning(
                "respond_hook_failed", collection=intent.collection.name, id=intent.id, action=intent.action,
                code=failure.code, reason=failure.message, request_id=intent.call.request.id,
            )  # fmt: skip
            return plain
        return answered


def _is_overtaken(conflict: StoreConflict, _made: object) -> bool:
    return isinstance(conflict, VersionConflict)
