"""Messages of the server's own that are for whoever listens at this moment, and for no memory."""

import pytest

from runtime.model.errors import TooLarge


async def test_a_channel_is_heard_as_long_as_somebody_listens(world):
    assert not world.hub.is_heard("news")
    world.declare("news")
    tap = world.listen("news")
    assert world.hub.is_heard("news")
    assert not world.hub.is_heard("other")
    world.hub.lost(tap.subscriber)
    assert not world.hub.is_heard("news")


async def test_what_is_said_in_passing_reaches_who_listens_and_is_not_kept(world):
    world.declare("news", last_n=10, events={})
    tap = world.listen("news")
    world.hub.say("news", {"type": "sample", "n": 1}, transient=True)
    await world.hub.settled()
    assert [event.json["n"] for event in tap.events if event.json.get("type") == "sample"] == [1]
    late = world.listen("news")
    await world.hub.settled()
    assert [event for event in late.events if event.json.get("type") == "sample"] == []


async def test_what_is_too_large_is_refused(world):
    with pytest.raises(TooLarge):
        world.hub.say("news", {"type": "sample", "text": "x" * 300_000}, transient=True)
