"""Joins in the store: recorded, held by processes with a lease, ended once whoever ends them."""

import asyncio
import dataclasses
from types import SimpleNamespace

import pytest
import structlog

from runtime.model.actor import PUBLIC, Actor
from runtime.model.errors import HookFailed, Unavailable, VersionConflict
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import BoundHook, HookRef
from runtime.realtime.attendance import Attendance
from runtime.realtime.records import COLLECTIONS
from runtime.storage.open import open_store

ADA = Actor(kind="user", id="ada")
BOB = Actor(kind="user", id="bob")
LEAVE = BoundHook(HookRef("hooks/rooms.py", "left"), Source("config.yml"), "")


class FakeHooks:
    """Commits the claim, as the hook's own commit would; fails as it is told."""

    def __init__(self, store):
        self.store = store
        self.told = []
        self.failure = None
        self.meanwhile = None

    async def leave(self, hook, spec, channel, actor, *, connection, claim):
        if self.failure is not None:
            raise self.failure
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        await self.store.commit([claim])
        self.told.append((channel, actor.id, connection))


class Node:
    """A process."""

    def __init__(self, world, store):
        self.world = world
        self.hooks = FakeHooks(store)
        self.said = []
        world.hub.say = lambda channel, message: self.said.append((message["status"], message["userId"]))

        async def who(id):
            return {"ada": ADA, "bob": BOB}.get(id, PUBLIC)

        self.log = structlog.testing.LogCapture()
        log = structlog.wrap_logger(None, processors=[self.log])
        self.attendance = Attendance(store, world.hub, hooks=self.hooks, actors=who, clock=world.clock, log=log)

    async def enter(self, actor, connection, channel="room"):
        _, is_shown = self.attendance.counts(channel, None)
        await self.attendance.enter(channel, actor, connection, is_shown=is_shown)

    async def leave(self, connection, *, after=5.0):
        self.world.hub.presence.left(connection, None, self.world.clock.monotonic())
        self.world.clock.advance(after)
        await self.attendance.round()


@pytest.fixture
async def nodes(new_world, tmp_path):
    """Two processes on one store, and the store."""
    worlds = [new_world(), new_world()]
    clock = worlds[0].clock
    for world in worlds:
        world.clock = world.hub.clock = clock
        world.declare("room", presence=True, leave=LEAVE)
        world.declare("plain", presence=True)
        world.declare("line", leave=LEAVE)
    store = open_store("sqlite::memory:", folder=tmp_path, clock=clock)
    await store.open()
    await store.ensure(COLLECTIONS)
    yield SimpleNamespace(one=Node(worlds[0], store), two=Node(worlds[1], store), store=store, clock=clock)
    for world in worlds:
        await world.hub.close(drain_s=0)
    await store.close()


async def documents(nodes, collection="_joins"):
    return [record.document for record in await nodes.store.find(collection, Query())]


async def test_a_join_is_recorded_and_ends_with_the_hook(nodes):
    await nodes.one.enter(ADA, "c1")
    await nodes.one.enter(ADA, "c2")
    (join,) = await documents(nodes)
    assert (join["channel"], join["user"], len(join["nodes"]), join["version"]) == ("room", "ada", 1, 1)
    await nodes.one.leave("c1")
    assert nodes.one.hooks.told == []
    await nodes.one.leave("c2")
    assert nodes.one.hooks.told == [("room", "ada", None)]
    assert nodes.one.said == [("online", "ada"), ("offline", "ada")]
    assert await documents(nodes) == []


async def test_without_a_hook_the_record_just_ends(nodes):
    await nodes.one.enter(ADA, "c1", "plain")
    await nodes.one.leave("c1")
    assert (nodes.one.hooks.told, nodes.one.said) == ([], [("online", "ada"), ("offline", "ada")])
    assert await documents(nodes) == []


async def test_a_connection_leaves_at_once_where_there_is_no_presence(nodes):
    await nodes.one.enter(ADA, "c1", "line")
    await nodes.one.enter(PUBLIC, "c2", "line")
    await nodes.one.leave("c1", after=0.0)
    await nodes.one.leave("c2", after=0.0)
    assert nodes.one.hooks.told == [("line", "ada", "c1"), ("line", None, "c2")]
    assert nodes.one.said == []


async def test_a_user_on_two_processes_leaves_with_the_last_of_them(nodes):
    await nodes.one.enter(ADA, "c1")
    await nodes.two.enter(ADA, "c2")
    await nodes.one.leave("c1")
    assert nodes.one.hooks.told == []
    await nodes.two.leave("c2")
    assert (nodes.one.hooks.told, nodes.two.hooks.told) == ([], [("room", "ada", None)])


async def test_what_a_dead_process_left_behind_is_ended_once(nodes):
    await nodes.one.enter(ADA, "c1")
    await nodes.one.enter(BOB, "c2")
    await nodes.two.enter(BOB, "c3")
    nodes.clock.advance(14.0)
    await nodes.two.attendance.round()
    assert nodes.two.hooks.told == []
    nodes.clock.advance(6.0)  # one has said nothing for 20 s, two has
    await asyncio.gather(nodes.two.attendance.round(), nodes.two.attendance._reap())
    assert nodes.two.hooks.told == [("room", "ada", None)]
    (join,) = await documents(nodes)
    assert (join["user"], join["nodes"]) == ("bob", [nodes.two.attendance._node])
    assert [lease["id"] for lease in await documents(nodes, "_nodes")] == [nodes.two.attendance._node]


async def test_two_processes_that_find_the_same_dead_one_do_not_both_fire(nodes, new_world):
    await nodes.one.enter(ADA, "c1")
    nodes.clock.advance(20.0)
    world = new_world()
    world.clock = world.hub.clock = nodes.clock
    world.declare("room", presence=True, leave=LEAVE)
    three = Node(world, nodes.store)
    await asyncio.gather(nodes.two.attendance.round(), three.attendance.round())
    assert sorted(nodes.two.hooks.told + three.hooks.told) == [("room", "ada", None)]
    assert await documents(nodes) == []
    await world.hub.close(drain_s=0)


async def test_a_process_that_dies_while_it_sees_somebody_off_is_followed_by_another(nodes):
    await nodes.one.enter(ADA, "c1")
    nodes.one.hooks.failure = Unavailable("the store is away")
    with pytest.raises(Unavailable):
        await nodes.one.leave("c1")
    (join,) = await documents(nodes)
    assert (join["nodes"], join["leaving"]) == ([], nodes.one.attendance._node)
    nodes.clock.advance(20.0)
    await nodes.two.attendance.round()
    assert nodes.two.hooks.told == [("room", "ada", None)]


async def test_a_store_that_was_away_is_asked_again(nodes):
    await nodes.one.enter(ADA, "c1")
    nodes.one.hooks.failure = Unavailable("the store is away")
    with pytest.raises(Unavailable):
        await nodes.one.leave("c1")
    nodes.one.hooks.failure = None
    await nodes.one.attendance.round()
    await nodes.one.attendance.round()
    assert nodes.one.hooks.told == [("room", "ada", None)]


async def test_who_comes_back_elsewhere_while_the_hook_runs_has_not_left(nodes):
    await nodes.one.enter(ADA, "c1")
    nodes.one.hooks.meanwhile = lambda: nodes.two.enter(ADA, "c2")
    await nodes.one.leave("c1")
    assert nodes.one.hooks.told == []
    (join,) = await documents(nodes)
    assert (join["nodes"], join["leaving"]) == ([nodes.two.attendance._node], None)
    await nodes.two.leave("c2")
    assert nodes.two.hooks.told == [("room", "ada", None)]


async def test_who_comes_back_here_while_the_hook_runs_joins_anew(nodes):
    await nodes.one.enter(ADA, "c1")
    coming = []

    async def meanwhile():
        coming.append(asyncio.create_task(nodes.one.enter(ADA, "c2")))
        await asyncio.sleep(0)

    nodes.one.hooks.meanwhile = meanwhile
    await nodes.one.leave("c1")
    await coming[0]
    assert nodes.one.hooks.told == [("room", "ada", None)]
    assert nodes.one.said == [("online", "ada"), ("offline", "ada"), ("online", "ada")]
    assert [join["version"] for join in await documents(nodes)] == [1]
    assert nodes.one.world.hub.present("room")["users"] == ["ada"]


async def test_a_hook_that_fails_was_fired(nodes):
    nodes.one.hooks.failure = HookFailed("A hook failed.", incident="i")
    await nodes.one.enter(ADA, "c1")
    await nodes.one.leave("c1")
    assert await documents(nodes) == []
    assert nodes.one.log.entries[0]["event"] == "leave_hook_failed"


async def test_a_hook_that_meets_a_conflict_of_its_own_was_fired_too(nodes):
    nodes.one.hooks.failure = VersionConflict("of another document", collection="articles", id="a", stored=2)
    await nodes.one.enter(ADA, "c1")
    await nodes.one.leave("c1")
    assert await documents(nodes) == []


async def test_a_process_that_was_taken_for_dead_begins_anew(nodes):
    await nodes.one.enter(ADA, "c1")
    before = nodes.one.attendance._node
    nodes.clock.advance(20.0)
    await nodes.two.attendance.round()
    assert nodes.two.hooks.told == [("room", "ada", None)]
    await nodes.one.attendance.round()
    (join,) = await documents(nodes)
    assert join["nodes"] == [nodes.one.attendance._node]
    assert join["nodes"] != [before]
    assert nodes.one.log.entries[0]["event"] == "attendance_lost"


async def test_who_has_been_deleted_is_still_known_by_id(nodes):
    await nodes.one.enter(Actor(kind="user", id="gone"), "c1")
    await nodes.one.enter(Actor(kind="token", id="token:importer"), "c2")
    nodes.clock.advance(20.0)
    await nodes.two.attendance.round()
    assert sorted(nodes.two.hooks.told) == [("room", "gone", None), ("room", "token:importer", None)]


async def test_a_channel_that_is_declared_no_longer_has_no_hook(nodes):
    await nodes.one.enter(ADA, "c1")
    world = nodes.one.world
    world.spec = dataclasses.replace(world.spec, channels=())
    world.hub.refresh()
    await nodes.one.leave("c1")
    assert (nodes.one.hooks.told, await documents(nodes)) == ([], [])


async def test_a_join_that_cannot_be_recorded_is_none(nodes):
    class Away:
        async def get(self, *_):
            raise Unavailable("the store is away")

        commit = get

    store, nodes.one.attendance._store = nodes.one.attendance._store, Away()
    with pytest.raises(Unavailable):
        await nodes.one.enter(ADA, "c1")
    nodes.one.attendance._store = store
    nodes.clock.advance(5.0)
    await nodes.one.attendance.round()
    assert (len(nodes.one.world.hub.presence), nodes.one.said, nodes.one.hooks.told) == (0, [], [])


async def test_a_process_that_ends_well_shortens_its_lease_and_leaves_the_rest_to_the_next(nodes):
    async with nodes.one.attendance.running():
        await nodes.one.enter(ADA, "c1")
        await nodes.two.enter(BOB, "c2")
    nodes.clock.advance(4.0)
    await nodes.two.attendance._reap()
    assert nodes.two.hooks.told == []
    nodes.clock.advance(1.0)
    await nodes.two.attendance._reap()
    assert nodes.two.hooks.told == [("room", "ada", None)]
