"""What becomes of a stream: slow clients, silence, expiry, reloads, the end."""

import asyncio

import pytest

from runtime.model.actor import Actor
from runtime.model.errors import Unavailable
from runtime.model.ports import StreamRequest
from runtime.realtime.backlog import PIECE_BYTES
from runtime.realtime.fanout import SLICE

READER = Actor(kind="user", id="42")
EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))


def dropped(channel, missed):
    return ("reset", {"channel": channel, "reason": "slow", "missed": missed})


# -- slow clients


async def test_a_stalled_reader_does_not_delay_the_others(world):
    stalled, other = world.listen("news", takes=0), world.listen("news")
    for n in range(50):
        await world.send("news", n)
    assert other.story == list(range(50))
    assert stalled.sink.sent == b""


@pytest.mark.parametrize("chunked", [False, True])
async def test_drop_oldest_a_slow_reader_gets_the_last_and_hears_of_the_others(world, chunked):
    world.declare("news", buffer_size=3, on_full="drop-oldest")
    reader = world.listen("news", chunked=chunked)
    await world.send("news", 1)
    reader.sink.takes = 0
    await world.send("news", 2)  # handed over, and held by the transport
    for n in range(3, 10):
        await world.send("news", n)
    reader.sink.takes = None
    reader.sink.read()
    assert reader.story == [1, 2, dropped("news", 4), 7, 8, 9]
    assert [e.id for e in reader.events[3:]] == ["test.6", "test.7", "test.8", "test.9"]
    assert world.hub.topics.counts["news"].drops == 4
    await world.send("news", 10)
    assert reader.story[-1] == 10


async def test_drop_newest_a_slow_reader_gets_the_first_and_hears_of_the_others(world):
    world.declare("news", buffer_size=3, on_full="drop-newest")
    reader = world.listen("news")
    await world.send("news", 1)
    reader.sink.takes = 0
    await world.send("news", 2)
    for n in range(3, 10):
        await world.send("news", n)
    reader.sink.takes = None
    reader.sink.read()
    assert reader.story == [1, 2, 3, 4, 5, dropped("news", 4)]
    assert reader.events[-1].id == "test.9"
    await world.send("news", 10)
    assert reader.story[-1] == 10


async def test_each_channel_of_a_stream_has_its_own_policy(world):
    world.declare("old", buffer_size=2, on_full="drop-newest")
    world.declare("new", buffer_size=2, on_full="drop-oldest")
    reader = world.listen("old", "new", takes=0)
    for n in range(1, 5):
        await world.send("old", n)
        await world.send("new", n * 10)
    reader.sink.takes = None
    reader.sink.read()
    # In the project's order 1 10 2 20 3 30 4 40: of `old` the first two were kept, of `new` the last two.
    assert reader.story == [1, 2, dropped("new", 2), 30, dropped("old", 2), 40]


async def test_a_stream_may_ask_for_another_policy_than_its_channel_has(world):
    world.declare("news", buffer_size=5)
    options = StreamRequest(("news",), buffer_size=2, on_full="drop-newest")
    reader = world.listen("news", takes=0, options=options, granted=True)
    for n in range(1, 6):
        await world.send("news", n)
    reader.sink.takes = None
    reader.sink.read()
    assert reader.story == [1, 2, dropped("news", 3)]


async def test_memory_behind_a_stalled_reader_is_bounded(world):
    world.declare("keep", buffer_size=3, on_full="drop-newest")
    readers = [world.listen("keep", takes=0) for _ in range(4)]
    held = [len(reader.sink.held) for reader in readers]
    await world.send("keep", *range(500), pad="x" * 1000)
    assert [len(reader.sink.held) for reader in readers] == held
    [topic] = world.hub.topics
    assert len(topic.channel) == 3
    assert topic.keepers == {}
    assert all(len(reader.subscriber._backlogs[0]._kept) == 3 for reader in readers)


async def test_a_reader_that_pauses_again_and_again_loses_nothing_that_fits(world):
    world.declare("news", buffer_size=50)
    reader = world.listen("news", takes=100)
    await world.send("news", *range(40), pad="x" * 4000)
    while reader.sink.held:
        reader.sink.read()
    assert reader.story == list(range(40))
    assert world.hub.topics.counts["news"].resets == 0


async def test_a_reader_that_catches_up_is_not_given_more_than_it_takes(world):
    world.declare("news", buffer_size=50)
    await world.send("news", *range(40), pad="x" * 16_000)
    reader = world.listen("news", takes=0, last_id="test.0")
    assert PIECE_BYTES < len(reader.sink.held) < PIECE_BYTES + 17_000
    while reader.sink.held:
        reader.sink.read()
    assert reader.story == list(range(40))


async def test_who_leaves_while_it_waits_leaves_nothing_behind(world):
    world.declare("news", buffer_size=3, on_full="drop-newest")
    reader = world.listen("news", takes=0)
    [topic] = world.hub.topics
    assert len(topic.keepers) == 1
    reader.subscriber.connection_lost(None)
    assert topic.keepers == {}


async def test_a_transport_that_blinks_while_it_catches_up_gets_nothing_twice(world):
    world.declare("news", buffer_size=50)
    await world.send("news", *range(40), pad="x" * 16_000)
    reader = world.listen("news", blinks=True, last_id="test.0")
    await world.send("news", 40)
    assert reader.story == list(range(41))
    assert len(reader.sink.writes) == 9  # eight pieces of five messages, and the live one


async def test_a_transport_that_pauses_and_resumes_within_a_write_gets_everything_once(world):
    """As asyncio's TLS transports may."""
    world.declare("news", last_n=5)
    await world.send("news", 1, 2)
    reader = world.listen("news", "sport", blinks=True)
    await world.send("news", 3)
    await world.send("sport", 4)
    assert reader.story == [1, 2, 3, 4]


async def test_a_transport_that_is_full_from_the_start_gets_ready_all_the_same(world):
    reader = world.join("news")
    reader.begin(paused=True)
    await world.send("news", 1)
    assert [e.event for e in reader.events] == ["ready"]
    reader.subscriber.resume_writing()
    assert reader.story == [1]


async def test_a_reader_that_reads_nothing_is_cut_off(world):
    stalled, other = world.listen("news", takes=0), world.listen("news")
    world.clock.advance(9)
    world.hub.tick()
    assert not stalled.sink.aborted
    world.clock.advance(1)
    world.hub.tick()
    assert stalled.sink.aborted
    await asyncio.sleep(0)
    assert (world.hub.connections, world.hub.counters.send_timeouts) == (1, 1)
    await world.send("news", 1)
    assert other.story == [1]


async def test_a_reader_that_the_kernel_gives_up_first_is_counted_too(world):
    reset, given_up = world.listen("news"), world.listen("news")
    reset.subscriber.connection_lost(ConnectionResetError())
    assert world.hub.counters.send_timeouts == 0
    given_up.subscriber.connection_lost(TimeoutError())
    assert (world.hub.connections, world.hub.counters.send_timeouts) == (0, 1)


async def test_a_reader_that_reads_slowly_is_not_cut_off(world):
    reader = world.listen("news", takes=0)
    for _ in range(3):
        world.clock.advance(9)
        reader.sink.read(10)
        world.hub.tick()
        world.clock.advance(1)
        world.hub.tick()
        assert not reader.sink.aborted
    world.clock.advance(10)
    world.hub.tick()
    assert reader.sink.aborted


async def test_a_deadline_of_zero_is_none(world):
    world.configure(send_timeout_s=0.0)
    reader = world.listen("news", takes=0)
    world.clock.advance(10_000)
    world.hub.tick()
    assert not reader.sink.aborted


@pytest.mark.parametrize("error", [RuntimeError("the handler is closed"), ConnectionResetError()])
async def test_a_transport_that_fails_is_cut_off_and_stops_nobody_else(world, error):
    readers = [world.listen("news") for _ in range(3)]
    readers[1].sink.fails_with = error
    await world.send("news", 1)
    assert [reader.story for reader in readers] == [[1], [], [1]]
    assert readers[1].sink.aborted
    await asyncio.sleep(0)
    assert world.hub.connections == 2


async def test_a_transport_that_fails_while_it_catches_up_is_cut_off(world):
    reader = world.join("news")
    reader.sink.fails_with = OSError()
    reader.begin()
    await asyncio.sleep(0)
    assert reader.sink.aborted
    assert world.hub.connections == 0


async def test_a_fault_of_the_hub_does_not_stop_what_comes_later(world):
    reader = world.listen("news")
    faults = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context["exception"]))
    reader.sink.fails_with = ZeroDivisionError()
    await world.send("news", 1)
    reader.sink.fails_with = None
    await world.send("news", 2)
    assert reader.story == [2]
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


# -- silence


async def test_after_silence_a_heartbeat(world):
    reader = world.listen("news")
    world.clock.advance(14.9)
    world.hub.tick()
    assert reader.client.comments == 0
    world.clock.advance(0.6)
    world.hub.tick()
    assert reader.client.comments == 1
    world.clock.advance(15.5)
    world.hub.tick()
    assert reader.client.comments == 2


async def test_who_got_a_message_needs_no_heartbeat(world):
    busy, quiet = world.listen("news", "sport", chunked=True), world.listen("sport")
    world.clock.advance(10)
    await world.send("news", 1)
    world.clock.advance(5.5)
    world.hub.tick()
    assert (busy.client.comments, quiet.client.comments) == (0, 1)
    world.clock.advance(9)
    world.hub.tick()
    assert (busy.client.comments, quiet.client.comments) == (0, 1)
    world.clock.advance(1)
    world.hub.tick()
    assert (busy.client.comments, quiet.client.comments) == (1, 1)


async def test_who_reads_nothing_gets_no_heartbeats_to_read(world):
    world.configure(send_timeout_s=0.0)
    reader = world.listen("news", takes=0)
    held = len(reader.sink.held)
    for _ in range(5):
        world.clock.advance(16)
        world.hub.tick()
    assert len(reader.sink.held) == held
    reader.sink.takes = None
    reader.sink.read()
    world.clock.advance(16)
    world.hub.tick()
    assert reader.client.comments == 1


async def test_a_heartbeat_of_zero_is_none(world):
    world.configure(heartbeat_s=0.0)
    reader = world.listen("news")
    world.clock.advance(10_000)
    world.hub.tick()
    assert reader.client.comments == 0


async def test_many_heartbeats_at_once_let_the_loop_serve_in_between(world):
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    world.clock.advance(20)
    world.hub.tick()
    assert sum(reader.client.comments for reader in readers) == SLICE
    await asyncio.sleep(0)
    assert sum(reader.client.comments for reader in readers) == SLICE + 1


# -- expiry


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_stream_ends_when_its_session_does(world, chunked):
    actor = Actor(kind="user", id="42", expires_at=world.clock.now() + 40)
    reader = world.listen("news", actor=actor, chunked=chunked)
    world.clock.advance(39)
    world.hub.tick()
    assert not reader.sink.closing
    world.clock.advance(1.5)
    world.hub.tick()
    assert reader.story == [("expired", {})]
    assert reader.is_complete
    await world.send("news", 1)
    assert reader.story == [("expired", {})]
    assert world.hub.connections == 0


def watched(world):
    """How many streams the hub looks after."""
    return len(world.hub._pulse._wheel)


async def test_who_goes_while_others_get_heartbeats_is_looked_after_no_longer(world):
    readers = [world.listen("news") for _ in range(SLICE + 1)]
    assert watched(world) == SLICE + 1
    world.clock.advance(16)
    world.hub.tick()
    left = [reader for reader in readers if not reader.client.comments]
    assert len(left) == 1
    left[0].subscriber.connection_lost(None)
    await asyncio.sleep(0)
    assert watched(world) == world.hub.connections == SLICE


async def test_who_went_before_it_was_known_who_they_are_now_is_looked_after_no_longer(world):
    reader, expired = world.listen("news"), world.listen("news")
    for gone in (reader, expired):
        gone.subscriber.connection_lost(None)
    world.hub.identify(reader.subscriber, Actor("user", id="ada"))
    world.hub.identify(expired.subscriber, None)
    assert watched(world) == world.hub.connections == 0


async def test_expiry_does_not_wait_for_a_heartbeat(world):
    world.configure(heartbeat_s=0.0)
    reader = world.listen("news", actor=Actor(kind="user", id="42", expires_at=world.clock.now() + 3))
    world.clock.advance(3.5)
    world.hub.tick()
    assert reader.story == [("expired", {})]


async def test_a_slow_reader_expires_too_and_is_cut_off_if_it_does_not_read(world):
    reader = world.listen("news", takes=0, actor=Actor(kind="user", id="42", expires_at=world.clock.now() + 5))
    world.clock.advance(5.5)
    world.hub.tick()
    assert b"event: expired" in reader.sink.held
    world.clock.advance(4)
    world.hub.tick()
    assert not reader.sink.aborted
    world.clock.advance(0.5)  # ten seconds since it stopped reading
    world.hub.tick()
    assert reader.sink.aborted


async def test_a_goodbye_that_is_not_read_is_not_waited_for(world):
    reader = world.listen("news", actor=Actor(kind="user", id="42", expires_at=world.clock.now() + 5))
    reader.sink.takes = 0
    world.clock.advance(5.5)
    world.hub.tick()
    assert reader.sink.closing
    world.clock.advance(10)
    world.hub.tick()
    assert reader.sink.aborted


async def test_nothing_follows_a_goodbye(world):
    world.declare("news")
    reader = world.listen("news", chunked=True, actor=Actor(kind="user", id="42", expires_at=world.clock.now() + 5))
    reader.sink.takes = 0
    world.clock.advance(5.5)
    world.hub.tick()
    world.declare("news", scope="role:editor")
    await world.send("news", 1)
    reader.sink.read()
    assert reader.story == [("expired", {})]
    assert reader.is_complete


async def test_goodbye_waits_for_the_fan_out_under_way_so_that_nothing_follows_it(world):
    actor = Actor(kind="user", id="42", expires_at=world.clock.now() + 5)
    readers = [world.listen("news") for _ in range(SLICE)]
    last = world.listen("news", actor=actor, chunked=True)
    world.publish("news", 1)
    await asyncio.sleep(0)  # the first slice
    world.clock.advance(5.5)
    world.hub.tick()
    assert (readers[-1].story, last.story) == ([1], [])
    await world.hub.settled()
    assert last.story == [1, ("expired", {})]
    assert last.is_complete


# -- reloads


async def test_who_may_no_longer_listen_loses_the_channel(world):
    world.declare("news", scope="authenticated")
    world.declare("desk", scope="authenticated")
    reader = world.listen("news", "desk", actor=READER)
    editor = world.listen("news", "desk", actor=EDITOR)
    world.declare("desk", scope="role:editor")
    await world.send("desk", 1)
    await world.send("news", 2)
    assert reader.story == [("denied", {"channel": "desk", "reason": "forbidden"}), 2]
    assert editor.story == [1, 2]
    assert {topic.name: topic.subscribers for topic in world.hub.topics} == {"news": 2, "desk": 1}


async def test_with_no_channel_left_the_stream_ends(world):
    world.declare("news")
    reader = world.listen("news", chunked=True)
    world.declare("news", scope="authenticated")
    assert reader.story == [("denied", {"channel": "news", "reason": "unauthenticated"})]
    assert reader.is_complete
    await asyncio.sleep(0)
    assert world.hub.connections == 0


async def test_a_channel_that_is_declared_no_longer_is_lost(world):
    world.declare("news")
    world.declare("sport")
    reader = world.listen("news", "sport")
    world.spec = type(world.spec)(**{**vars(world.spec), "channels": world.spec.channels[:1]})
    world.hub.refresh()
    assert reader.story == [("denied", {"channel": "sport", "reason": "undeclared"})]


async def test_what_a_hook_granted_stays(world):
    world.declare("news")
    reader = world.listen("news", "anything", granted=True)
    world.declare("news", scope="role:editor")
    await world.send("news", 1)
    await world.send("anything", 2)
    assert reader.story == [1, 2]


async def test_a_slow_reader_loses_the_channel_with_what_waits_in_it(world):
    world.declare("news")
    world.declare("desk")
    reader = world.listen("news", "desk", takes=0)
    await world.send("desk", 1)
    await world.send("news", 2)
    world.declare("desk", scope="role:editor")
    reader.sink.takes = None
    reader.sink.read()
    assert reader.story == [("denied", {"channel": "desk", "reason": "unauthenticated"}), 2]


async def test_who_is_refused_between_admission_and_the_first_frame_reads_it_in_ready(world):
    world.declare("news")
    world.declare("desk")
    reader = world.join("news", "desk")
    world.declare("desk", scope="role:editor")
    reader.begin()
    await world.send("desk", 1)
    assert reader.ready.json["channels"] == {"news": {"recovered": False}}
    assert reader.ready.json["denied"] == {"desk": "unauthenticated"}
    assert reader.story == []


async def test_a_fan_out_under_way_when_permissions_change_is_the_last(world):
    world.declare("desk")
    for _ in range(SLICE):
        world.listen("desk")
    last = world.listen("desk")
    world.publish("desk", 1)
    await asyncio.sleep(0)
    world.declare("desk", scope="role:editor")
    world.publish("desk", 2)
    await world.hub.settled()
    assert last.story == [1, ("denied", {"channel": "desk", "reason": "unauthenticated"})]


async def test_a_reload_leaves_a_hook_its_own_settings(world):
    options = StreamRequest(("log",), buffer_size=300)
    world.listen("log", options=options, granted=True)
    world.declare("other")
    await world.send("log", *range(250))
    assert world.listen("log", last_id="test.0").numbers == list(range(250))


async def test_a_reload_changes_what_is_kept(world):
    world.declare("news", buffer_size=5)
    await world.send("news", 1, 2, 3)
    world.declare("news", buffer_size=2)
    assert world.listen("news", last_id="test.0").numbers == [2, 3]


# -- the end


@pytest.mark.parametrize("chunked", [False, True])
async def test_at_the_end_every_stream_is_told(world, chunked):
    reader = world.listen("news", chunked=chunked)
    slow = world.listen("news", takes=0)
    world.publish("news", 1)
    closing = asyncio.create_task(world.hub.close(drain_s=30))
    while not reader.sink.closing:
        await asyncio.sleep(0)
    assert reader.story == [1, ("closing", {})]
    assert reader.client.retry_ms == 7000  # 2 s, by 2 to 5 times
    assert reader.is_complete
    assert not closing.done()
    slow.sink.takes = None
    slow.sink.read()
    slow.subscriber.connection_lost(None)
    await closing
    assert world.hub.connections == 0


async def test_what_was_published_goes_out_before_goodbye(world):
    reader = world.listen("news")
    world.publish("news", 1)
    await world.hub.close(drain_s=30)
    assert reader.story == [1, ("closing", {})]


async def test_goodbye_is_the_last_word_even_if_publishing_goes_on(world):
    readers = [world.listen("news", chunked=True) for _ in range(6 * SLICE)]
    readers[0].subscriber.pause_writing()
    readers[0].subscriber.resume_writing()  # now the last to be written to, and still the first to be told goodbye
    readers[0].sink.then = lambda: world.publish("news", 2)
    world.publish("news", 1)
    await world.hub.close(drain_s=30)
    await world.hub.settled()
    assert all(reader.is_complete for reader in readers)
    assert readers[0].story == [1, 2, ("closing", {})]


async def test_who_does_not_read_is_not_waited_for(world):
    reader = world.listen("news", takes=0)
    await world.hub.close(drain_s=0)
    assert reader.sink.aborted
    assert world.hub.connections == 0


async def test_the_end_can_come_twice_and_nobody_joins_after_it(world):
    waiting = world.join("news")
    closing = asyncio.create_task(world.hub.close(drain_s=30))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as caught:
        world.join("news")
    assert caught.value.code == "closing"
    waiting.begin()  # was admitted before, but its head was still under way
    assert waiting.sink.closing
    assert waiting.sink.sent == b""
    await closing
    await world.hub.close(drain_s=0)
    world.publish("news", 1)
    await world.hub.settled()


async def test_time_goes_by_itself_while_there_is_need(world):
    loop = asyncio.get_running_loop()
    scheduled = []
    loop.call_later = lambda delay, callback, *args: scheduled.append((delay, callback)) or loop.call_soon(lambda: None)
    try:
        reader = world.listen("news")
        [(delay, beat)] = scheduled
        assert delay == 0.5
        world.clock.advance(16)
        beat()
        assert reader.client.comments == 1
        assert len(scheduled) == 2
        reader.subscriber.connection_lost(None)
        world.hub.topics.sweep(world.clock.monotonic(), 10)
        scheduled[1][1]()
        assert len(scheduled) == 2
    finally:
        del loop.call_later
