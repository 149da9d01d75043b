"""Lists and documents that clients follow: a snapshot, then what has changed in it.

All who ask the same and may read the same share one answer, which is asked for again, at most once in COALESCE_S, when
a change concerns it. The difference is one frame for all of them. What a client that stopped reading has missed it
gets as a snapshot: there is no history to be kept.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

import orjson
from structlog.typing import FilteringBoundLogger

from runtime.documents.live import Question, Shown
from runtime.documents.service import Documents
from runtime.model.actor import Actor
from runtime.model.change import Change, Message
from runtime.model.errors import Failure, InvalidQuery, NotFound, TooLarge, Unavailable
from runtime.realtime import wire
from runtime.realtime.evaluations import Evaluations, Hear
from runtime.realtime.hub import Hub
from runtime.realtime.subscriber import Join, Subscriber

COALESCE_S: Final = 0.05
"""How long changes are collected: a batch of writes is one answer, nobody sees the wait."""

TOGETHER: Final = 4
"""How many answers are asked for at once, so that plain reads are not held up. Arbitrary."""

MOST_FOLLOWED: Final = 500
"""How many different questions of a project may be followed. Each write to its collection is held against each."""

ANSWER_BYTES: Final = 1024 * 1024
"""How large the answer to one may be: it is kept in memory."""

TOTAL_BYTES: Final = 64 * 1024 * 1024
"""How large all of them may be together."""

SHARE: Final = 10
"""How many parts of a hundred of both one user may have asked for, or one address where no user is known."""

TOO_MANY: Final = "too_many_live_queries"

IDLE_S: Final = 5.0
"""How long an answer is kept at least that nobody follows any more: clients reconnect."""

RETRY_S: Final = 1.0
"""How long to leave a store alone that did not answer."""


class Followed:
    """A question with its answer of late; the streams are those of its channel.

    `owner` is who was the first to ask. `shown` is None until the store has answered once. `entering` counts those who
    are about to follow it. One asks at a time, who holds the `lock`.
    """

    def __init__(self, question: Question, owner: str) -> None:
        self.question = question
        self.owner = owner
        self.shown: Sequence[Shown] | None = None
        self.size = 0
        self.entering = 0
        self.is_dirty = False
        self.lock = asyncio.Lock()
        self._before: Sequence[Shown] = ()
        self._encoded: tuple[Sequence[Shown] | None, bytes] = (None, b"")

    def take(self, shown: Sequence[Shown], *, is_behind: bool) -> bytes:
        """Take a new answer and return what leads to it from the one before.

        `is_behind`: what has led to the one before has not gone out to everybody yet.
        """
        old, self.shown = self.shown, shown
        self.size = sum(len(document.text) for document in shown)
        if not is_behind:
            self._before = old or ()
        return b"" if old is None else b"".join(differences(old, shown))

    def snapshot(self, *, is_behind: bool) -> bytes:
        """Return the frame that a stream begins with: the answer to which what goes out next belongs."""
        if self.question.is_signal:
            return wire.frame(event="ready", data="{}")
        shown = self._before if is_behind else self.shown or ()
        if self._encoded[0] is not shown:
            texts = b",".join(document.text for document in shown)
            self._encoded = (shown, wire.frame(event="snapshot", data=b'{"items":[' + texts + b"]}"))
        return self._encoded[1]


def differences(before: Sequence[Shown], after: Sequence[Shown]) -> Iterator[bytes]:
    """Yield the frames that lead from one answer to another, to be applied in this order.

    `remove` has the id of a document, `insert` and `update` the document and `after`, the id of the one in front of it,
    null for the first. A document whose place has changed is updated.
    """
    places = {document.id: place for place, document in enumerate(before)}
    ids = {document.id for document in after}
    for document in before:
        if document.id not in ids:
            yield wire.frame(event="remove", data=orjson.dumps({"id": document.id}))
    furthest, previous = -1, None
    for document in after:
        place = places.get(document.id)
        if place is None:
            yield _placed("insert", document, previous)
        elif document.text != before[place].text or place < furthest:
            yield _placed("update", document, previous)
        else:
            furthest = place
        previous = document.id


def _concerns(question: Question, change: Change) -> bool:
    try:
        return question.concerns(change)
    except InvalidQuery:
        # A regular expression of a permission took too long: the store is to say, whose answer nobody waits for.
        return not question.is_signal


def _placed(event: str, document: Shown, previous: str | None) -> bytes:
    return wire.frame(event=event, data=b'{"item":' + document.text + b',"after":' + orjson.dumps(previous) + b"}")


class LiveQueries:
    """What is followed in a project. Belongs to one event loop; `running` has to be entered once."""

    def __init__(self, hub: Hub, *, documents: Documents, log: FilteringBoundLogger) -> None:
        self._hub = hub
        self._documents = documents
        self._log = log
        self._of: dict[str, dict[str, Followed]] = {}
        self._stirred = asyncio.Event()
        self._evaluations = Evaluations(self._listening, on_too_many=self._all_are_dirty)

    def __len__(self) -> int:
        return sum(len(followed) for followed in self._of.values())

    @property
    def size(self) -> int:
        """How many bytes of documents are kept."""
        return sum(followed.size for followed in self._all())

    async def open(self, question: Question, actor: Actor, *, is_one: bool, address: str) -> Subscriber:
        """Take a place for a stream that follows the answer to a question; the actor may ask it.

        Raises Unavailable where there is no room (`too_many_live_queries` among others), TooLarge where the answer is,
        and NotFound where it `is_one` document, and there is none.
        """
        self._hub.require_place(Join(actor, (question.channel,), address=address))
        followed = self._followed(question, actor.id or address)
        followed.entering += 1
        try:
            async with followed.lock:
                if followed.shown is None or followed.is_dirty or self._evaluations.is_busy:
                    # Whoever has written something before sees it, in the snapshot and not behind it.
                    await self._ask(followed)
                    await self._hub.settled()
            if is_one and not followed.shown and not question.is_signal:
                raise NotFound(f"there is no such {question.collection.name!r} document")
            opening = partial(self._snapshot, followed)
            stream = self._hub.admit(Join(actor, (question.channel,), opening=opening, address=address))
            self._hub.membership.recheck_one(stream)
            return stream
        finally:
            followed.entering -= 1

    def note(self, changes: Sequence[Change]) -> None:
        """Take what was committed; what it changes is found out in later turns of the loop."""
        if self._of:
            self._evaluations.add([change for change in changes if change.collection in self._of])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring answers up to date until the block ends."""
        task = asyncio.create_task(self._work(), name="live queries")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._evaluations.clear()

    async def round(self) -> None:
        """Ask again for the answers that a change concerns, and tell of what is different; forget the unfollowed."""
        self.sweep()
        room = asyncio.Semaphore(TOGETHER)
        dirty = [followed for followed in self._all() if followed.is_dirty]
        ended = await asyncio.gather(*(self._update(followed, room) for followed in dirty), return_exceptions=True)
        for failure in ended:
            if failure is not None:
                raise failure

    def sweep(self) -> None:
        """Forget what nobody follows."""
        for collection, followed in tuple(self._of.items()):
            left = {channel: one for channel, one in followed.items() if self._is_followed(channel, one)}
            if left:
                self._of[collection] = left
            else:
                del self._of[collection]

    def _followed(self, question: Question, owner: str) -> Followed:
        collection, channel = question.collection.name, question.channel
        found = self._of.get(collection, {}).get(channel)
        if found is not None:
            return found
        if not self._has_room(owner):
            self.sweep()
        if not self._has_room(owner):
            raise self._too_many("as many different lists and documents are followed as may be")
        # Before it is asked: what is committed from now on is known to concern it.
        followed = self._of.setdefault(collection, {})[channel] = Followed(question, owner)
        return followed

    def _has_room(self, owner: str) -> bool:
        theirs = sum(followed.owner == owner for followed in self._all())
        return len(self) < MOST_FOLLOWED and theirs < MOST_FOLLOWED * SHARE // 100

    async def _ask(self, followed: Followed) -> None:
        """Ask a question anew, and tell what is different; the lock is held."""
        followed.is_dirty = False
        try:
            shown = () if followed.question.is_signal else await self._documents.ask(followed.question)
            self._require_room(followed, shown)
        except BaseException:
            # Whoever asked is told so; those who follow it already have still to hear of it.
            followed.is_dirty = followed.shown is not None
            raise
        channel = followed.question.channel
        if followed.question.is_signal and followed.shown is not None:
            self._send(channel, wire.frame(event="revalidate", data="{}"))
        self._send(channel, followed.take(shown, is_behind=self._is_behind(channel)))

    def _send(self, channel: str, frames: bytes) -> None:
        if frames:
            now = self._hub.clock.now()
            self._hub.publish([Message(channel, "live", {}, frames, now, framed=True)])

    def _require_room(self, followed: Followed, shown: Sequence[Shown]) -> None:
        size = sum(len(document.text) for document in shown)
        if size > ANSWER_BYTES:
            raise TooLarge(
                f"what is followed has {size} bytes, {ANSWER_BYTES} are allowed; take a lower limit, or name the fields"
            )
        others = [one for one in self._all() if one is not followed]
        theirs = sum(one.size for one in others if one.owner == followed.owner)
        if sum(one.size for one in others) + size > TOTAL_BYTES or theirs + size > TOTAL_BYTES * SHARE // 100:
            raise self._too_many("the lists and documents that are followed have as many bytes as may be")

    def _too_many(self, message: str) -> Unavailable:
        return self._hub.streams.refusal(f"{message}; try again, or follow fewer", code=TOO_MANY)

    async def _update(self, followed: Followed, room: asyncio.Semaphore) -> None:
        async with room, followed.lock:
            try:
                await self._ask(followed)
            except Failure as failure:
                if isinstance(failure, Unavailable) and failure.code != TOO_MANY:
                    raise
                self._end(followed, failure.code)

    def _end(self, followed: Followed, reason: str) -> None:
        # It stays known, or who is about to follow it would never hear of a change: what nobody follows is swept.
        channel = followed.question.channel
        for stream in self._hub.streams:
            if any(topic.name == channel for topic in stream.topics):
                self._hub.membership.withdraw(stream, {channel: reason})

    def _listening(self, collection: str) -> Iterator[Hear]:
        for followed in tuple(self._of.get(collection, {}).values()):
            if not followed.is_dirty:
                yield partial(self._hear, followed)

    def _hear(self, followed: Followed, change: Change) -> None:
        if not followed.is_dirty and _concerns(followed.question, change):
            followed.is_dirty = True
            self._stirred.set()

    def _all_are_dirty(self, collection: str) -> None:
        for followed in self._of.get(collection, {}).values():
            followed.is_dirty = True
        self._stirred.set()

    def _all(self) -> Iterable[Followed]:
        return [one for followed in self._of.values() for one in followed.values()]

    def _is_followed(self, channel: str, followed: Followed) -> bool:
        return followed.entering > 0 or self._hub.is_heard(channel)

    def _is_behind(self, channel: str) -> bool:
        topic = self._hub.topics.get(channel)
        return topic is not None and topic.queued > 0

    def _snapshot(self, followed: Followed) -> bytes:
        return followed.snapshot(is_behind=self._is_behind(followed.question.channel))

    async def _work(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._stirred.wait()
                    await asyncio.sleep(COALESCE_S)
            self._stirred.clear()
            try:
                await self.round()
            except Exception as failure:  # noqa: BLE001 — whatever it is, others go on being followed
                if isinstance(failure, Failure):
                    self._log.warning("live_queries_interrupted", reason=failure.message, retry_in_s=RETRY_S)
                else:
                    self._log.exception("live_queries_failed", retry_in_s=RETRY_S)
                await asyncio.sleep(RETRY_S)
                self._stirred.set()
