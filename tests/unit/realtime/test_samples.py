"""Rates, from a number that only grows and some moments at which it was looked at."""

import dataclasses

import pytest

from runtime.realtime.counters import Samples


def grown(*steps):
    """Have a number grow by `by` at each moment: (moment, by) in turn; return the samples and the number."""
    samples, number = Samples(), 0
    for at, by in steps:
        samples.take(number, at)
        number += by
    return samples, number


def test_what_came_within_the_time_is_the_rate():
    samples, number = grown((100.0, 5), (105.0, 10), (109.0, 5))
    assert samples.rate(number, 110.0, 10.0) == 2.0
    assert samples.rate(number, 112.0, 10.0) == 1.5
    assert samples.rate(number, 110.0, 60.0) == pytest.approx(20 / 60)


def test_a_number_that_does_not_grow_has_no_rate():
    assert Samples().rate(7, 0.0, 10.0) == 0.0
    samples, number = grown((100.0, 5))
    assert samples.rate(number, 110.5, 10.0) == 0.0


def test_samples_are_a_second_apart_and_reach_back_a_minute():
    samples, number = grown(*[(n / 10, 1) for n in range(2000)])
    assert len(samples._samples) <= 61
    assert samples.rate(number, 199.9, 10.0) == pytest.approx(10.0, rel=0.11)
    assert samples.rate(number, 199.9, 60.0) == pytest.approx(10.0, rel=0.02)


async def test_a_channel_and_its_declaration_know_their_rates(world):
    world.declare("room:{room}")
    await world.send("room:a", 1, 2, 3)
    await world.send("room:b", 1)
    message = world.hub.prepare("room:b", {"type": "t"})
    world.hub.publish([dataclasses.replace(message, transient=True)])
    await world.hub.settled()
    a, b = world.hub.topics.get("room:a"), world.hub.topics.get("room:b")
    counts, now = world.hub.topics.counts["room:{room}"], world.clock.monotonic()
    assert (a.messages, b.messages, counts.messages) == (3, 2, 5)
    rates = [(of.samples.rate(of.messages, now, 10.0)) for of in (a, b, counts)]
    assert rates == [0.3, 0.2, 0.5]


async def test_what_slow_readers_miss_is_known_of_each_channel_of_a_template(world):
    world.declare("room:{room}", buffer_size=2)
    reader = world.listen("room:a")
    await world.send("room:b", 1)
    reader.sink.takes = 0
    for n in range(6):
        await world.send("room:a", n)
    reader.sink.takes = None
    reader.sink.read()
    a, b = (world.hub.topics.get(name).channel for name in ("room:a", "room:b"))
    assert [(a.drops, a.resets), (b.drops, b.resets)] == [(3, 1), (0, 0)]
    assert world.hub.topics.counts["room:{room}"].drops == 3
