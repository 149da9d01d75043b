"""Who joins and leaves channels that keep count: recorded in the store, announced, and told to `leave` hooks once.

A channel keeps count where it has presence or a `leave` hook. The store has a record of each join, so that whoever was
on a channel when a server was killed is found by the next one, or by another that runs: it then fires what has to be
fired. A `leave` hook's writes and the end of the record are one commit: however many processes try, they count once.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from structlog.typing import FilteringBoundLogger

from runtime.model.actor import PUBLIC, Actor
from runtime.model.change import Write
from runtime.model.clock import Clock, timestamp
from runtime.model.document import Document
from runtime.model.errors import AlreadyExists, Failure, Unavailable, VersionConflict
from runtime.model.ports import Store
from runtime.model.query import Compare, Query, any_of
from runtime.realtime import records
from runtime.realtime.handlers import ChannelHooks
from runtime.realtime.hub import Hub
from runtime.realtime.presence import GRACE_S, Member
from runtime.realtime.records import JOINS, NODES

LEASE_S: Final = 15.0
"""After how long a process that says nothing counts as dead."""

UPKEEP_S: Final = 5.0
"""How often the lease is renewed, and the dead are looked for."""

LOOK_S: Final = 0.5
"""How often it is looked whether somebody's time of grace is over."""

TOGETHER: Final = 16
"""How many leave at once: a slow `leave` hook must not keep all others waiting. Arbitrary."""

ATTEMPTS: Final = 5
BATCH: Final = 100


class Attendance:
    """Keeps the joins of one process. Belongs to one event loop; `running` has to be entered once."""

    def __init__(
        self,
        store: Store,
        hub: Hub,
        *,
        hooks: ChannelHooks,
        actors: Callable[[str], Awaitable[Actor]],
        clock: Clock,
        log: FilteringBoundLogger,
    ) -> None:
        """`actors` finds who an id in a record is now, the public where nobody is left."""
        self._store = store
        self._hub = hub
        self._presence = hub.presence
        self._hooks = hooks
        self._actors = actors
        self._clock = clock
        self._log = log
        self._node = secrets.token_hex(8)
        self._lease: Document | None = None
        self._lease_lock = asyncio.Lock()
        self._upkeep_at = 0.0
        self._stirred = asyncio.Event()
        self._presence.on_gone = self._stirred.set

    def counts(self, channel: str, presence: bool | None) -> tuple[bool, bool]:
        """Return whether joins of a channel are kept, and whether presence shows them; a hook may have a say in it."""
        spec = self._hub.topics.spec_of(channel)
        is_shown = presence if presence is not None else spec is not None and spec.presence
        return is_shown or (spec is not None and spec.leave is not None), is_shown

    async def enter(self, channel: str, actor: Actor, connection: str, *, is_shown: bool) -> None:
        """Record that a connection joins, and announce its user if it is their first. Raises Unavailable.

        Whoever calls this calls `withdraw` if the connection then does not come about; its end the hub tells.
        """
        member = self._presence.enter(channel, actor, connection, is_shown=is_shown)
        try:
            async with member.lock:
                if member.record_id is None:
                    await self._hold(member)
                    self._announce(member, "online")
        except BaseException:
            self.withdraw(connection, (channel,))
            raise

    def withdraw(self, connection: str, channels: Sequence[str] | None = None) -> None:
        """Note that a connection is on some channels, or on all (None), no longer."""
        self._presence.left(connection, channels, self._clock.monotonic())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See to those who have left, and to what other processes have left behind, until the block ends.

        Who is there at the end stays recorded, for a short time: the next process finds out who does not come back.
        """
        task = asyncio.create_task(self._work(), name="attendance")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if self._lease is not None:
                with suppress(Failure):
                    await self._renew(GRACE_S)

    async def round(self) -> None:
        """Do what is due: let those go who have left for good; now and then renew the lease and look for the dead.

        `running` does it by itself. Raises Unavailable where the store does not answer: then it is all still to do.
        """
        await _together(self._depart(member) for member in self._presence.due(self._clock.monotonic()))
        if self._clock.monotonic() >= self._upkeep_at:
            self._upkeep_at = self._clock.monotonic() + UPKEEP_S
            await self._keep_lease()
            await self._reap()

    async def _work(self) -> None:
        while True:
            self._stirred.clear()
            try:
                await self.round()
            except Failure as failure:
                self._log.warning("attendance_interrupted", reason=failure.message, retry_in_s=LOOK_S)
                await asyncio.sleep(LOOK_S)
            except Exception:  # noqa: BLE001 — whatever it is, others must be able to leave
                self._log.exception("attendance_failed", retry_in_s=LOOK_S)
                await asyncio.sleep(LOOK_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._stirred.wait()

    # -- coming and going

    async def _hold(self, member: Member) -> None:
        """Record a member as held by this process."""
        await self._require_lease()
        id = records.join_id(member.channel, member.id)
        for _ in range(ATTEMPTS):
            now = self._clock.now()
            found = await self._store.get(JOINS.name, id)
            if found is None:
                document = records.joined(
                    channel=member.channel, member=member.id, user=member.actor.id, shown=member.is_shown,
                    node=self._node, now=now,
                )  # fmt: skip
            else:
                document = records.held(found.document, self._node, now=now)
            try:
                await self._put(document)
            except (VersionConflict, AlreadyExists):
                continue
            member.record_id = id
            return
        raise Unavailable(f"others keep changing who is on {member.channel!r}; try again")

    async def _depart(self, member: Member) -> None:
        async with member.lock:
            if member.connections:
                return
            member.has_left = True
            if member.record_id is not None:
                await self._release(member)
            self._presence.forget(member)

    async def _release(self, member: Member) -> None:
        for _ in range(ATTEMPTS):
            found = await self._store.get(JOINS.name, member.record_id or "")
            if found is None:
                break
            left = records.let_go(found.document, {self._node}, now=self._clock.now())
            try:
                if left["nodes"]:
                    await self._put(left)
                    break
                if await self._finish(found.document, member.actor):
                    break
            except VersionConflict:
                continue
        member.record_id = None
        self._announce(member, "offline")

    async def _finish(self, join: Document, actor: Actor) -> bool:
        """Fire `leave` for a join that nobody holds, and end its record; False where somebody else has changed it."""
        channel = join["channel"]
        spec = self._hub.topics.spec_of(channel)
        if spec is None or spec.leave is None:
            return await self._end(join)
        claimed = records.claimed(join, self._node, now=self._clock.now())
        try:
            await self._put(claimed)
        except VersionConflict:
            return False
        end = Write(JOINS.name, join["id"], None, expected=claimed["version"])
        connection = join["member"][1:] if join["member"].startswith("~") else None
        try:
            await self._hooks.leave(spec.leave, spec, channel, actor, connection=connection, claim=end)
        except Unavailable:
            raise  # not done, and nothing of it stored: it is done again
        except Failure as failure:
            if isinstance(failure, VersionConflict) and failure.collection == JOINS.name:
                return False  # somebody came back meanwhile: what the hook did is forgotten
            self._log.warning(
                "leave_hook_failed", hook=str(spec.leave.ref), channel=channel, user=actor.id, code=failure.code,
                reason=failure.message,
            )  # fmt: skip
            return await self._end(claimed)
        return True

    async def _end(self, join: Document) -> bool:
        try:
            await self._store.commit([Write(JOINS.name, join["id"], None, expected=join["version"])])
        except VersionConflict:
            return False
        return True

    async def _put(self, document: Document) -> None:
        version = document["version"]
        await self._store.commit([Write(JOINS.name, document["id"], document, expected=version - 1)])

    def _announce(self, member: Member, status: str) -> None:
        if not member.is_shown:
            return
        channel = self._hub.topics.open(member.channel, self._clock.monotonic()).channel
        channel.counts.present += 1 if status == "online" else -1
        if member.user is not None:
            self._hub.say(member.channel, {"type": "presence", "status": status, "userId": member.user})

    # -- the lease of this process, and what is left of others

    async def _require_lease(self) -> None:
        async with self._lease_lock:
            if self._lease is None:
                await self._renew(LEASE_S)

    async def _renew(self, seconds: float) -> None:
        now = self._clock.now()
        until = timestamp(now + seconds)
        if self._lease is None:
            at = timestamp(now)
            lease: dict[str, Any] = {
                "id": self._node, "createdAt": at, "updatedAt": at, "createdBy": None, "version": 1,
                "leaseUntil": until,
            }  # fmt: skip
        else:
            version = self._lease["version"] + 1
            lease = {**self._lease, "leaseUntil": until, "updatedAt": timestamp(now), "version": version}
        await self._store.commit([Write(NODES.name, lease["id"], lease, expected=lease["version"] - 1)])
        self._lease = lease

    async def _keep_lease(self) -> None:
        """Renew the lease while it is needed; where others have taken this process for dead, begin as another."""
        async with self._lease_lock:
            if self._lease is None:
                return
            if not len(self._presence):
                await self._store.commit([Write(NODES.name, self._lease["id"], None, expected=None)])
                self._lease = None
                return
            try:
                await self._renew(LEASE_S)
                return
            except VersionConflict:
                self._log.warning("attendance_lost", reason="this process was silent for too long")
                self._lease, self._node = None, secrets.token_hex(8)
                await self._renew(LEASE_S)
        await _together(self._hold_again(member) for member in self._presence.members())

    async def _hold_again(self, member: Member) -> None:
        async with member.lock:
            if member.record_id is not None and member.connections:
                await self._hold(member)

    async def _reap(self) -> None:
        """Let go of the joins of processes that have died."""
        now = timestamp(self._clock.now())
        expired = await self._store.find(NODES.name, Query(filter=Compare(("leaseUntil",), "$lte", now), limit=BATCH))
        dead = {record.id for record in expired} - {self._node}
        for node in dead:
            theirs = any_of(Compare(("nodes",), "$eq", node), Compare(("leaving",), "$eq", node))
            while joins := await self._store.find(JOINS.name, Query(filter=theirs, limit=BATCH)):
                await _together(self._reap_one(record.document, dead) for record in joins)
            await self._store.commit([Write(NODES.name, node, None, expected=None)])

    async def _reap_one(self, join: Document, dead: set[str]) -> None:
        left = records.let_go(join, dead, now=self._clock.now())
        with suppress(VersionConflict):
            if left["nodes"]:
                await self._put({**left, "leaving": None})
            elif await self._finish(join, await self._who(join["user"])):
                self._log.info("left_behind", channel=join["channel"], user=join["user"])
                if join["shown"] and join["user"] is not None:
                    message = {"type": "presence", "status": "offline", "userId": join["user"]}
                    self._hub.say(join["channel"], message)

    async def _who(self, user: str | None) -> Actor:
        """Return who a join was of; somebody who has been deleted since is still known by their id."""
        if user is None:
            return PUBLIC
        actor = await self._actors(user)
        return actor if actor.id is not None else Actor("token" if user.startswith("token:") else "user", id=user)


async def _together(work: Iterable[Awaitable[None]]) -> None:
    """Await all of it, TOGETHER at a time; raise the first failure when all have ended."""
    waiting: Sequence[Awaitable[None]] = list(work)
    failures: list[BaseException] = []
    for start in range(0, len(waiting), TOGETHER):
        ended = await asyncio.gather(*waiting[start : start + TOGETHER], return_exceptions=True)
        failures.extend(outcome for outcome in ended if isinstance(outcome, BaseException))
    if failures:
        raise failures[0]
