"""How slowly the body of a request may come."""

import asyncio

import pytest

from runtime.model.errors import RequestTimeout
from runtime.web import pace as pace_module
from runtime.web.pace import Pace


@pytest.fixture
def waited(clock):
    """Wait for so many bytes, which take so many seconds to come."""
    pace = Pace(clock)

    async def wait(count, *, seconds):
        async def coming():
            clock.seconds += seconds
            return count

        pace.came(await pace.wait(coming()))

    return wait


async def test_who_sends_a_byte_now_and_then_is_refused_in_the_end(waited):
    for _ in range(6):
        await waited(1, seconds=5)
    with pytest.raises(RequestTimeout, match="less than 4096 bytes a second"):
        await waited(1, seconds=5)


async def test_who_is_slow_and_steady_may_take_long(waited):
    for _ in range(1000):
        await waited(41_000, seconds=10)


async def test_who_has_sent_much_may_stand_still_no_longer_than_others(waited):
    await waited(100_000_000, seconds=1)
    with pytest.raises(RequestTimeout):
        await waited(1, seconds=30)


async def test_what_is_done_between_two_pieces_does_not_count(waited, clock):
    await waited(1, seconds=1)
    clock.seconds += 3600
    await waited(1, seconds=1)


async def test_what_never_comes_is_given_up(clock, monkeypatch):
    monkeypatch.setattr(pace_module, "PATIENCE_S", 0.02)
    with pytest.raises(RequestTimeout):
        await Pace(clock).wait(asyncio.Event().wait())
