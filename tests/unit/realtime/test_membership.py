"""Channels that come and go on an open stream."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.actor import Actor
from runtime.model.errors import InvalidMessage, NotFound, Unavailable
from runtime.realtime.fanout import SLICE

EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))


async def extend(world, reader, *names, last_id=None, options=None):
    options = dict.fromkeys(names, options) if options else {}
    return await world.hub.membership.extend(reader.subscriber.id, names, last_id=last_id, options=options)


async def shrink(world, reader, *names):
    return await world.hub.membership.shrink(reader.subscriber.id, names)


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_stream_gets_what_is_sent_from_then_on(world, chunked):
    reader = world.listen("news", chunked=chunked)
    await world.send("sport", 1)
    assert await extend(world, reader, "sport") == {"sport": {"recovered": False}}
    await world.send("sport", 2)
    assert reader.story == [("subscribed", {"channels": {"sport": {"recovered": False}}}), 2]
    assert await shrink(world, reader, "sport", "never") == ["sport"]
    await world.send("sport", 3)
    await world.send("news", 4)
    assert reader.story[2:] == [("unsubscribed", {"channels": ["sport"]}), 4]


async def test_what_waited_comes_before_subscribed_and_takes_no_id_back(world):
    world.declare("sport", last_n=3)
    reader = world.listen("news")
    await world.send("sport", 1, 2, 3, 4)
    await world.send("news", 5)
    await extend(world, reader, "sport")
    assert reader.story == [5, 2, 3, 4, ("subscribed", {"channels": {"sport": {"recovered": False}}})]
    assert [event.id for event in reader.events] == ["test.0", "test.5", "test.5", "test.5", "test.5", "test.5"]
    again = world.listen("news", "sport", last_id=reader.client.last_id)
    assert again.story == [], "nothing is sent twice to who comes back"


async def test_a_channel_is_joined_from_an_id_on(world):
    world.declare("sport", buffer_size=2)
    reader = world.listen("news")
    await world.send("sport", 1, 2, 3, 4)
    assert await extend(world, reader, "sport", last_id="test.2") == {"sport": {"recovered": True}}
    assert reader.numbers == [3, 4]
    await shrink(world, reader, "sport")
    assert await extend(world, reader, "sport", last_id="test.1") == {"sport": {"recovered": False, "missed": 1}}
    assert ("reset", {"channel": "sport", "reason": "evicted", "missed": 1}) in reader.story
    assert reader.numbers == [3, 4, 3, 4]


async def test_who_reads_slowly_is_told_when_everything_has_come(world):
    world.declare("sport", last_n=2)
    reader = world.listen("news", takes=200)
    await world.send("sport", 1, 2)
    await world.send("news", 3, 4, 5)
    assert reader.sink.held
    await extend(world, reader, "sport")
    await world.send("sport", 6)
    while reader.sink.held:
        reader.sink.read()
    assert reader.numbers.count(6) == 1
    assert [n for n in reader.numbers if n in {3, 4, 5}] == [3, 4, 5]
    assert sorted(reader.numbers) == [1, 2, 3, 4, 5, 6]
    assert reader.story[-1][0] == "subscribed"
    numbers = [int(event.id.split(".")[1]) for event in reader.events]
    assert numbers == sorted(numbers)


async def test_a_channel_is_joined_when_the_fan_out_under_way_is_done(world):
    world.declare("sport", last_n=5)
    others = [world.listen("news") for _ in range(SLICE)]
    reader = world.listen("news")
    world.publish("sport", 1)
    world.publish("news", 2)
    await asyncio.sleep(0)
    joining = asyncio.create_task(extend(world, reader, "sport"))
    await world.hub.settled()
    await joining
    assert reader.story == [2, 1, ("subscribed", {"channels": {"sport": {"recovered": False}}})]
    assert all(other.story == [2] for other in others)


async def test_a_stream_without_channels_stays_open(world):
    reader = world.listen("news")
    await shrink(world, reader, "news")
    await world.send("news", 1)
    assert not reader.sink.closing
    await extend(world, reader, "news")
    await world.send("news", 2)
    assert reader.numbers == [2]


async def test_a_stream_that_is_gone_joins_nothing(world):
    reader = world.listen("news")
    waiting = world.join("news")
    for name in ("nobody", waiting.subscriber.id):
        with pytest.raises(NotFound) as caught:
            await world.hub.membership.extend(name, ["sport"], last_id=None, options={})
        assert caught.value.code == "unknown_connection"
    reader.subscriber.connection_lost(None)
    with pytest.raises(NotFound):
        await shrink(world, reader, "news")
    assert [topic.subscribers for topic in world.hub.topics] == [1]


async def test_a_stream_has_a_hundred_channels_at_most(world):
    reader = world.listen("news")
    with pytest.raises(InvalidMessage, match="at most 100 channels") as caught:
        await extend(world, reader, *(f"c{n}" for n in range(100)))
    assert caught.value.code == "too_many_subscriptions"
    await extend(world, reader, *(f"c{n}" for n in range(99)))
    assert len(reader.subscriber.topics) == 100


async def test_a_project_has_so_many_channels_at_most(world):
    reader = world.listen("news")
    world.hub.topics._limit = 3
    with pytest.raises(Unavailable) as caught:
        await extend(world, reader, "a", "b", "c")
    assert caught.value.code == "too_many_channels"
    assert [topic.name for topic in world.hub.topics] == ["news"]


async def test_joining_twice_is_joining_once(world):
    reader = world.listen("news")
    await asyncio.gather(extend(world, reader, "sport"), extend(world, reader, "sport", "news"))
    await world.send("sport", 1)
    assert reader.numbers == [1]
    assert [topic.subscribers for topic in world.hub.topics] == [1, 1]


async def test_another_actor_loses_what_is_not_theirs(world):
    world.declare("desk", scope="role:editor")
    world.declare("news")
    reader = world.listen("desk", "news", actor=EDITOR)
    world.hub.identify(reader.subscriber, Actor(kind="user", id="7"))
    assert reader.story == [("denied", {"channel": "desk", "reason": "forbidden"})]
    world.hub.identify(reader.subscriber, None)
    assert reader.story[1:] == [("expired", {})]


async def test_transient_messages_are_for_those_who_listen_now(world):
    reader, slow = world.listen("news"), world.listen("news", takes=1)
    transient = world.hub.prepare("news", {"type": "t", "n": 1})
    object.__setattr__(transient, "transient", True)
    world.hub.publish([transient])
    await world.hub.settled()
    await world.send("news", 2)
    assert [(event.data[:10], event.id) for event in reader.events[1:]] == [
        ('{"type":"t', "test.0"), ('{"type":"t', "test.1"),
    ]  # fmt: skip
    while slow.sink.held:
        slow.sink.read()
    assert (reader.numbers, slow.numbers) == ([1, 2], [2])
    assert world.listen("news", last_id="test.0").numbers == [2]


async def test_refetches_within_a_tenth_of_a_second_are_one_message(world):
    world.declare("news", events={"t": {}})
    reader = world.listen("news", "sport")
    hub = world.hub
    hub.publish([hub.revalidation("news", "a"), hub.revalidation("sport", "a"), hub.revalidation("news", "b")])
    hub.publish([hub.revalidation("news", "a")])
    world.clock.advance(0.09)
    hub.tick()
    await hub.settled()
    assert len(reader.events) == 1
    world.clock.advance(0.02)
    hub.tick()
    await hub.settled()
    assert [(e.json["channel"], e.json["keys"]) for e in reader.events[1:]] == [("news", ["a", "b"]), ("sport", ["a"])]
    hub.publish([hub.revalidation("news", "c")])
    await hub.close(drain_s=5)
    assert [e.event for e in reader.events[3:]] == ["message", "closing"]


@pytest.mark.parametrize(("channel", "key"), [("a b", "k"), ("news", ""), ("news", "k" * 257), ("news", 5)])
async def test_a_refetch_that_means_nothing_is_an_error_at_the_sender(world, channel, key):
    with pytest.raises(InvalidMessage):
        world.hub.revalidation(channel, key)


async def test_streams_are_ended_on_purpose(world):
    one, two, other = (world.listen("news", actor=actor) for actor in (EDITOR, EDITOR, Actor(kind="user", id="8")))
    assert world.hub.disconnect(user="7") == 2
    assert world.hub.disconnect(user="nobody") == 0
    assert world.hub.disconnect(connection=other.subscriber.id) == 1
    assert [reader.story for reader in (one, two, other)] == [[("disconnected", {})]] * 3
    assert all(reader.is_complete for reader in (one, two, other))


async def test_addresses_have_their_limit(world):
    world.configure(max_per_address=2)
    first = world.listen("news", address="192.0.2.1")
    world.listen("news", address="192.0.2.1")
    world.listen("news", address="192.0.2.2")
    with pytest.raises(Unavailable, match=r"realtime\.maxPerAddress") as caught:
        world.join("news", address="192.0.2.1")
    assert caught.value.code == "too_many_connections"
    first.subscriber.connection_lost(None)
    world.listen("news", address="192.0.2.1")
    assert world.hub.streams._at_address == {"192.0.2.1": 2, "192.0.2.2": 1}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.sampled_from(["news", "sport"])),
        st.tuples(st.sampled_from(["join", "leave", "settle", "turn", "read"]), st.none()),
    ),
    max_size=40,
)


@given(steps=STEPS, takes=st.sampled_from([None, 150, 400]), chunked=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_whatever_comes_and_goes_nothing_is_lost_doubled_or_out_of_order(new_world, steps, takes, chunked):
    """Of the channel that stays, everything comes once; of the other, at least what came while it was joined."""
    world = new_world()
    world.declare("sport", buffer_size=1000)
    world.declare("news", buffer_size=1000)
    reader = world.listen("news", takes=takes, chunked=chunked)
    sent = {"news": [], "sport": []}
    owed, joined, number = [], False, 0
    for step, channel in steps:
        if step == "publish":
            number += 1
            world.publish(channel, number)
            sent[channel].append(number)
            if joined and channel == "sport":
                owed.append(number)
        elif step == "join":
            await extend(world, reader, "sport")
            joined = True
        elif step == "leave":
            await world.hub.settled()
            while reader.sink.held:
                reader.sink.read()
            await shrink(world, reader, "sport")
            joined = False
        elif step == "settle":
            await world.hub.settled()
        elif step == "turn":
            await asyncio.sleep(0)
        else:
            reader.sink.read()
    await world.hub.settled()
    while reader.sink.held:
        reader.sink.read()
    got = {name: [e.json["n"] for e in reader.events if e.event == "message" and e.json["channel"] == name]
           for name in sent}  # fmt: skip
    assert got["news"] == sent["news"]
    assert got["sport"] == sorted(set(got["sport"]))
    assert set(owed) <= set(got["sport"])
    ids = [int(event.id.split(".")[1]) for event in reader.events]
    assert ids == sorted(ids)
    await world.hub.close(drain_s=0)
