"""Channels come into being when they are used, and go when they are not."""

import pytest

from runtime.model.errors import Unavailable
from runtime.realtime.channel import Gap
from runtime.realtime.topic import REMEMBERED_CHANNELS, Topics


def used(topics, name, seq, *, now=0.0):
    """Send one message to a channel."""
    topic = topics.open(name, now)
    topic.queued += 1
    topic.record(seq, now, b"frame")
    return topic


async def test_a_message_on_its_way_keeps_its_channel(world):
    topics = Topics(lambda: world.spec)
    topic = topics.open("a", 0.0)
    topic.queued += 1
    topics.sweep(10_000.0, 10)
    assert topics.get("a") is topic


async def test_a_channel_is_forgotten_once_its_messages_are_too_old(world):
    topics = Topics(lambda: world.spec)
    used(topics, "a", 1)
    topics.sweep(600.0, 10)
    assert len(topics) == 1
    topics.sweep(600.5, 10)
    assert len(topics) == 0


async def test_one_look_sees_every_channel_once(world):
    topics = Topics(lambda: world.spec)
    for n in range(5):
        topics.open(f"c{n}", 0.0)
    topics.sweep(0.0, 3)
    assert [topic.name for topic in topics] == ["c3", "c4"]
    topics.open("c5", 0.0)
    topics.sweep(0.0, 3)
    assert [topic.name for topic in topics] == []
    topics.sweep(0.0, 3)


async def test_a_plain_declared_channel_without_an_age_keeps_its_messages(world):
    world.declare("news")
    world.declare("user:{userId}")
    topics = Topics(lambda: world.spec)
    used(topics, "news", 1)
    used(topics, "user:1", 2)
    topics.sweep(3600.0, 10)
    assert [topic.name for topic in topics] == ["news", "user:1"]
    topics.sweep(3600.5, 10)
    assert [topic.name for topic in topics] == ["news"]


async def test_a_forgotten_channel_comes_back_knowing_how_far_it_was(world):
    topics = Topics(lambda: world.spec)
    used(topics, "a", 7)
    topics.sweep(601.0, 10)
    assert topics.open("a", 601.0).channel.since(6, 601.0)[1] == Gap("expired", None)
    assert topics.open("a", 601.0).channel.since(7, 601.0)[1] is None
    assert topics.open("new", 601.0).channel.since(0, 601.0)[1] is None


async def test_where_too_many_were_forgotten_a_gap_is_rather_told_than_not(world):
    topics = Topics(lambda: world.spec)
    for n in range(1, REMEMBERED_CHANNELS + 2):
        used(topics, f"c{n}", n)
    topics.sweep(601.0, REMEMBERED_CHANNELS + 1)
    assert len(topics) == 0
    # The first one is remembered no longer, so for every channel without a memory of its own its number stands.
    assert topics.open("c1", 601.0).channel.since(0, 601.0)[1] == Gap("expired", None)
    assert topics.open("new", 601.0).channel.since(0, 601.0)[1] == Gap("expired", None)
    assert topics.open("new", 601.0).channel.since(1, 601.0)[1] is None
    assert topics.open("c2", 601.0).channel.since(1, 601.0)[1] == Gap("expired", None)


async def test_the_bound_is_for_new_channels_and_never_for_what_is_committed(world):
    topics = Topics(lambda: world.spec, limit=1)
    topics.require_room("a")
    topics.open("a", 0.0)
    topics.require_room("a")
    with pytest.raises(Unavailable) as caught:
        topics.require_room("b")
    assert caught.value.code == "too_many_channels"
    assert topics.open("b", 0.0).name == "b"
