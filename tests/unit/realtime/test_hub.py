"""Publishing, joining, replay, and what a stream is told."""

import asyncio
import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.model.actor import Actor
from runtime.model.errors import Unavailable
from runtime.model.ports import StreamRequest
from runtime.realtime.fanout import BATCH_BYTES, SLICE

READER = Actor(kind="user", id="42")
EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_message_reaches_whoever_listens(world, chunked):
    reader = world.listen("news", chunked=chunked)
    await world.send("news", 1)
    assert reader.events[1].data == ('{"type":"t","channel":"news","timestamp":"2026-01-15T12:00:00.000Z","n":1}')
    assert (reader.events[1].event, reader.events[1].id) == ("message", "test.1")


async def test_a_stream_begins_with_ready(world):
    reader = world.listen("news", "user:42", denied={"secret": "undeclared"})
    assert reader.client.retry_ms == 2000
    assert reader.ready.id == "test.0"
    assert reader.ready.json == {
        "connection": reader.subscriber.id,
        "channels": {"news": {"recovered": False}, "user:42": {"recovered": False}},
        "denied": {"secret": "undeclared"},
    }
    assert len(reader.sink.writes) == 1


async def test_connections_cannot_be_guessed(world):
    ids = {world.listen("news").subscriber.id for _ in range(10)}
    assert len(ids) == 10
    assert all(len(id) == 16 for id in ids)


async def test_publishing_returns_before_anything_is_written(world):
    reader = world.listen("news")
    world.publish("news", 1)
    assert reader.story == []
    await world.hub.settled()
    assert reader.story == [1]


async def test_a_channel_nobody_listens_to_costs_nothing_but_its_memory(world):
    await world.send("nobody", 1, 2)
    assert world.hub.counters.events == 0
    assert [(topic.name, topic.channel.head) for topic in world.hub.topics] == [("nobody", 2)]


async def test_everything_of_one_turn_goes_out_in_one_write(world):
    one, many = world.listen("news"), world.listen("news", "sport", "weather")
    one.sink.writes.clear()
    many.sink.writes.clear()
    world.publish("news", 1)
    world.publish("sport", 2)
    world.publish("news", 3)
    world.publish("elsewhere", 4)
    await world.hub.settled()
    assert (one.story, many.story) == ([1, 3], [1, 2, 3])
    assert (len(one.sink.writes), len(many.sink.writes)) == (1, 1)


async def test_a_frame_is_encoded_once_for_all(world):
    readers = [world.listen("news", chunked=True) for _ in range(3)]
    await world.send("news", 1)
    assert len({id(reader.sink.writes[-1]) for reader in readers}) == 1
    several = [world.listen("news", "sport", chunked=True) for _ in range(3)]
    world.publish("news", 2)
    world.publish("sport", 3)
    await world.hub.settled()
    assert len({id(reader.sink.writes[-1]) for reader in several}) == 1


async def test_a_big_fan_out_lets_the_loop_serve_in_between(world):
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    world.publish("news", 1)
    turns = []

    while not readers[-1].story:
        turns.append(sum(1 for reader in readers if reader.story))
        await asyncio.sleep(0)
    assert turns == [0, SLICE]


async def test_both_framings_share_a_slice_and_nobody_gets_a_batch_twice(world):
    readers = [world.listen("news", chunked=chunked) for chunked in (False, True) for _ in range(SLICE - 50)]
    await world.send("news", 1)
    await world.send("news", 2)
    assert all(reader.story == [1, 2] for reader in readers)


async def test_what_is_published_during_a_fan_out_is_the_next_batch(world):
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    readers[0].sink.then = lambda: world.publish("news", 2, 3)
    await world.send("news", 1)
    await world.hub.settled()
    assert readers[-1].story == [1, 2, 3]
    assert len(readers[-1].sink.writes) == 3  # ready, the first, the other two


async def test_a_burst_of_two_thousand_is_neither_lost_nor_reordered(world):
    readers = [world.listen("news"), world.listen("news", "sport", chunked=True)]
    await world.send("news", *range(2000))
    for reader in readers:
        assert reader.story == list(range(2000))
        assert len(reader.sink.writes) <= 4


async def test_a_batch_is_bounded(world):
    reader = world.listen("news")
    world.publish("news", *range(12), text="x" * 60_000)
    await world.hub.settled()
    assert reader.story == list(range(12))
    assert all(len(write) <= BATCH_BYTES for write in reader.sink.writes)
    assert len(reader.sink.writes) == 4


# -- joining


async def test_a_fresh_subscriber_gets_the_last_few(world):
    world.declare("news", last_n=2, max_age_s=60.0)
    await world.send("news", 1, 2)
    world.clock.advance(50)
    await world.send("news", 3, 4, 5)
    assert world.listen("news").story == [4, 5]
    world.clock.advance(61)
    assert world.listen("news").story == []


async def test_a_hook_may_ask_for_more_or_fewer(world):
    world.declare("news", last_n=2, max_age_s=60.0)
    await world.send("news", 1, 2, 3)
    world.clock.advance(100)

    def story(**options):
        return world.listen("news", options=StreamRequest(("news",), **options), granted=True).story

    assert story(last_n=3, max_age_s=200.0) == [1, 2, 3]
    assert story(last_n=1, max_age_s=200.0) == [3]
    assert story(last_n=3) == []
    assert story(max_age_s=200.0) == [2, 3]
    assert story(last_n=0, max_age_s=200.0) == []


async def test_a_hook_may_ask_an_undeclared_channel_to_keep_more(world):
    options = StreamRequest(("log",), buffer_size=300, message_ttl_s=3600.0)
    world.listen("log", options=options, granted=True)
    await world.send("log", *range(250))
    world.clock.advance(3000)
    assert world.listen("log", last_id="test.0").numbers == list(range(250))


async def test_a_hook_may_not_stretch_a_declared_age(world):
    world.declare("news", message_ttl_s=60.0)
    world.listen("news", options=StreamRequest(("news",), message_ttl_s=3600.0), granted=True)
    await world.send("news", 1)
    world.clock.advance(61)
    assert world.listen("news", last_id="test.0").story == [
        ("reset", {"channel": "news", "reason": "expired", "missed": 1})
    ]


async def test_the_first_id_resumes_without_loss_where_nothing_else_was_seen(world):
    world.declare("news", last_n=2)
    world.declare("sport", last_n=1)
    await world.send("news", 1, 2, 3)
    await world.send("sport", 4, 5)
    reader = world.listen("news", "sport")
    assert reader.story == [2, 3, 5]
    assert reader.ready.id == "test.1"
    assert world.listen("news", "sport", last_id="test.1").story == [2, 3, 4, 5]


async def test_between_snapshot_and_live_nothing_is_lost_or_doubled(world):
    world.declare("news", last_n=10)
    await world.send("news", 1)
    world.publish("news", 2)
    reader = world.listen("news")
    world.publish("news", 3)
    assert reader.story == [1]
    await world.hub.settled()
    assert reader.story == [1, 2, 3]


async def test_who_joins_in_the_middle_of_a_fan_out_gets_its_batch_once(world):
    world.declare("news", last_n=10)
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    late = []
    readers[0].sink.then = lambda: late.append(world.listen("news"))
    await world.send("news", 1)
    await world.send("news", 2)
    assert late[0].story == [1, 2]


async def test_who_stops_and_goes_on_in_the_middle_of_a_fan_out_gets_its_batch_once(world):
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    last = readers[-1]

    def stop_and_go_on():
        last.subscriber.pause_writing()
        last.subscriber.resume_writing()

    readers[0].sink.then = stop_and_go_on
    await world.send("news", 1)
    await world.send("news", 2)
    assert last.story == [1, 2]


# -- resuming


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(world):
    first = world.listen("news")
    await world.send("news", 1, 2)
    await world.send("other", 3)
    seen = first.events[-1].id
    await world.send("news", 4, 5)
    again = world.listen("news", last_id=seen)
    assert again.story == [4, 5]
    assert again.ready.json["channels"] == {"news": {"recovered": True}}
    assert again.ready.id == "test.2"


async def test_one_id_resumes_any_set_of_channels(world):
    await world.send("news", 1)
    await world.send("sport", 2)
    await world.send("news", 3)
    await world.send("weather", 4)
    await world.send("sport", 5)
    assert world.listen("news", "sport", last_id="test.1").story == [2, 3, 5]
    assert world.listen("sport", "weather", last_id="test.2").story == [4, 5]
    assert world.listen("quiet", last_id="test.5").ready.json["channels"] == {"quiet": {"recovered": True}}


async def test_who_was_away_too_long_is_told_where_the_hole_is_and_how_big(world):
    world.declare("news", buffer_size=2)
    world.declare("sport", buffer_size=5)
    for n in range(1, 5):
        await world.send("sport", n * 10)
        await world.send("news", n)
    again = world.listen("news", "sport", last_id="test.1")
    assert again.ready.json["channels"] == {"news": {"recovered": False, "missed": 2}, "sport": {"recovered": True}}
    assert again.story == [
        20,
        ("reset", {"channel": "news", "reason": "evicted", "missed": 2}),
        30,
        3,
        40,
        4,
    ]
    assert [e.id for e in again.events] == ["test.1", "test.3", "test.4", "test.5", "test.6", "test.7", "test.8"]


async def test_expired_messages_are_neither_delivered_nor_silently_missing(world):
    world.declare("news", message_ttl_s=60.0, last_n=10)
    await world.send("news", 1, 2)
    world.clock.advance(40)
    await world.send("news", 3)
    world.clock.advance(30)
    assert world.listen("news").story == [3]
    assert world.listen("news", last_id="test.1").story == [
        ("reset", {"channel": "news", "reason": "expired", "missed": 1}),
        3,
    ]


@pytest.mark.parametrize("last_id", ["earlier.3", "test.4", "nonsense", "test.-1", "'; drop"])
async def test_an_id_that_is_not_ours_means_a_reset_and_all_that_is_kept(world, last_id):
    await world.send("news", 1, 2, 3)
    again = world.listen("news", "sport", last_id=last_id)
    assert again.story == [
        ("reset", {"channel": "news", "reason": "epoch"}),
        ("reset", {"channel": "sport", "reason": "epoch"}),
        1,
        2,
        3,
    ]
    assert again.ready.json["channels"] == {"news": {"recovered": False}, "sport": {"recovered": False}}
    assert again.ready.id == "test.0"


async def test_a_forgotten_channel_leaves_no_gap_untold(world):
    world.declare("news", message_ttl_s=60.0)
    await world.send("news", 1)
    await world.send("other", 2)
    world.clock.advance(61)
    world.hub.tick()
    assert [topic.name for topic in world.hub.topics] == ["other"]
    assert world.listen("news", last_id="test.0").story == [("reset", {"channel": "news", "reason": "expired"})]
    assert world.listen("news", last_id="test.1").story == []


async def test_undeclared_channels_go_away_when_they_are_not_used(world):
    world.listen("listened", granted=True)
    await world.send("sent", 1)
    await world.send("listened", 2)
    world.clock.advance(599)
    world.hub.tick()
    assert {topic.name for topic in world.hub.topics} == {"sent", "listened"}
    world.clock.advance(2)
    world.hub.tick()
    assert {topic.name for topic in world.hub.topics} == {"listened"}


async def test_channels_of_a_template_do_not_pile_up(world):
    world.declare("user:{userId}")
    world.declare("news")
    await world.send("user:1", 1)
    await world.send("news", 2)
    world.clock.advance(3601)
    world.hub.tick()
    assert {topic.name for topic in world.hub.topics} == {"news"}
    assert world.listen("news", last_id="test.0").story == [2]


class Wanderer:
    """A client that is slow, drops and comes back."""

    def __init__(self, world, wanted, **options):
        self.world, self.wanted, self.options = world, wanted, options
        self.seen, self.last_id = [], "test.0"
        self.published, self.of_interest = 0, {}
        self.reader = None
        self.come()

    def come(self):
        if self.reader is None:
            self.reader = self.world.listen(*self.wanted, last_id=self.last_id, **self.options)

    def go(self):
        if self.reader is not None:
            self.seen.extend(self.reader.events[1:])
            self.last_id = self.seen[-1].id if self.seen else self.last_id
            self.reader.subscriber.connection_lost(None)
            self.reader = None

    def read(self):
        if self.reader is not None:
            self.reader.sink.read()

    def hear(self, channel, count):
        self.world.publish(channel, *range(self.published + 1, self.published + count + 1), pad="x" * 50)
        for _ in range(count):
            self.published += 1
            if channel in self.wanted:
                self.of_interest[self.published] = channel


publish = st.tuples(st.sampled_from("abc"), st.integers(1, 4))
plans = st.lists(st.one_of(publish, st.sampled_from(["come", "go", "read", "settle"])), max_size=30)


@given(
    plan=plans,
    wanted=st.sampled_from(["a", "ab", "abc"]),
    on_full=st.sampled_from(["drop-oldest", "drop-newest"]),
    chunked=st.booleans(),
    takes=st.integers(300, 2000),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_whatever_happens_a_client_gets_everything_once_in_order_or_is_told(
    new_world, plan, wanted, on_full, chunked, takes
):
    world = new_world()
    for name in "abc":
        world.declare(name, buffer_size=3, on_full=on_full)
    client = Wanderer(world, wanted, chunked=chunked, takes=takes)
    for step in plan:
        if step == "settle":
            await world.hub.settled()
        elif isinstance(step, tuple):
            client.hear(*step)
        else:
            getattr(client, step)()
    await world.hub.settled()
    client.come()
    while client.reader.sink.held:
        client.read()
    client.go()

    heard = [event.json["n"] for event in client.seen if event.event == "message"]
    assert heard == sorted(set(heard))
    ids = [int(event.id.removeprefix("test.")) for event in client.seen]
    assert ids == sorted(ids)
    resets = [(event.json, seq) for event, seq in zip(client.seen, ids, strict=True) if event.event == "reset"]
    for n, channel in client.of_interest.items():  # a message's number is its place in the sequence
        assert n in heard or any(reset["channel"] == channel and seq >= n for reset, seq in resets)
    missed = sum(reset["missed"] for reset, _ in resets)
    if len(wanted) == 1:
        assert len(heard) + missed == len(client.of_interest)
    else:  # who drops before it comes to a reset hears later of what is missing from there on
        assert len(heard) + missed <= len(client.of_interest)
    await world.hub.close(drain_s=0)


# -- places


async def test_there_is_room_for_so_many_connections(world):
    world.configure(max_connections=2)
    first = world.listen("news")
    world.join("news")  # admitted, not yet attached
    with pytest.raises(Unavailable, match=r"realtime\.maxConnections") as caught:
        world.join("news")
    assert (caught.value.code, caught.value.retry_after_s) == ("too_many_connections", 15.0)
    first.subscriber.connection_lost(None)
    assert world.listen("news").ready
    assert (world.hub.connections, world.hub.counters.connections, world.hub.counters.refused) == (2, 3, 1)


async def test_a_user_has_room_for_fewer_and_the_public_is_nobody(world):
    world.configure(max_per_user=1)
    reader = world.listen("news", actor=READER)
    with pytest.raises(Unavailable, match=r"realtime\.maxPerUser") as caught:
        world.join("news", actor=READER)
    assert caught.value.code == "too_many_connections"
    world.listen("news", actor=EDITOR)
    world.listen("news")
    world.listen("news")
    reader.subscriber.connection_lost(None)
    world.listen("news", actor=READER)


async def test_zero_is_no_limit(world):
    world.configure(max_per_user=0, max_connections=0)
    for _ in range(30):
        world.listen("news", actor=READER)


async def test_a_lost_connection_gives_back_everything_once(world):
    reader = world.listen("news", "sport", actor=READER)
    reader.subscriber.connection_lost(None)
    reader.subscriber.connection_lost(None)
    assert world.hub.connections == 0
    assert [topic.subscribers for topic in world.hub.topics] == [0, 0]
    assert world.hub.streams.of_user("42") == ()
    await world.send("news", 1)
    assert world.hub.counters.events == 0


async def test_an_overloaded_stream_says_when_to_come_back(world, client):
    client.feed(world.hub.overloaded(Unavailable("full", code="too_many_connections")))
    assert client.retry_ms == 15_000
    assert [(e.event, e.json) for e in client.events] == [("overloaded", {"code": "too_many_connections"})]


# -- counting


async def test_what_happens_is_counted(world):
    world.declare("news", buffer_size=2, last_n=1)
    first, second = world.listen("news"), world.listen("news", chunked=True)
    await world.send("news", 1, 2, 3)
    counters, counts = world.hub.counters, world.hub.topics.counts["news"]
    assert (counts.messages, counters.events, counts.replays) == (3, 6, 0)
    assert counters.sent_bytes == len(first.sink.sent) + len(second.sink.sent)
    world.listen("news", last_id="test.0")
    assert (counts.replays, counts.resets, counts.drops, counters.events) == (2, 1, 0, 9)
    [news] = world.hub.topics
    assert (news.name, news.subscribers, news.channel.head) == ("news", 3, 3)


async def test_channels_are_counted_by_declaration_never_by_their_own_names(world):
    world.declare("user:{userId}")
    world.listen("user:1")
    world.listen("user:1", "user:2", "hidden")
    await world.send("user:1", 1)
    await world.send("user:2", 2, 3)
    await world.send("hidden", 4)
    counts = world.hub.topics.counts
    assert {name: each.messages for name, each in counts.items()} == {"user:{userId}": 3, "(undeclared)": 1}
    assert world.hub.topics.subscribers() == {"user:{userId}": 3, "(undeclared)": 1}
    world.spec = dataclasses.replace(world.spec, channels=())
    world.hub.refresh()
    await world.send("hidden", 5)
    assert (counts["user:{userId}"].messages, counts["(undeclared)"].messages) == (3, 2)
    assert world.hub.topics.subscribers() == {"user:{userId}": 0, "(undeclared)": 0}


async def test_what_was_counted_is_not_forgotten_with_the_channel(world):
    await world.send("gone", 1)
    world.clock.advance(601)
    world.hub.tick()
    world.hub.tick()
    assert (len(world.hub.topics), world.hub.topics.counts["(undeclared)"].messages) == (0, 1)


async def test_how_long_a_message_took_until_everybody_was_written_to_is_counted(world):
    readers = [world.listen("news") for _ in range(257)]
    readers[0].sink.then = lambda: world.clock.advance(0.02)
    readers[256].sink.then = lambda: world.clock.advance(0.02)
    await world.send("news", 1)
    latency = world.hub.counters.latency
    assert latency.counts == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert latency.total_s == pytest.approx(0.04)
    world.clock.advance(5)
    await world.send("news", 2)
    assert latency.counts == [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
