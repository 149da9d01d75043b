"""How user functions end, and waiting for it."""

import asyncio

import pytest

from runtime.hooks.outcome import captured_at_once, until_done


async def returns(value):
    return value


async def raises(error):
    raise error


@pytest.mark.parametrize("value", [None, 3, (1, 2), StopIteration(4)])
def test_what_a_coroutine_returns_is_its_outcome(value):
    outcome = captured_at_once(returns(value))
    assert (outcome.value, outcome.error, outcome.late) == (value, None, False)


@pytest.mark.parametrize("error", [ValueError("a"), SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError()])
def test_what_a_coroutine_raises_is_its_outcome(error):
    assert captured_at_once(raises(error)).error is error


def test_a_coroutine_that_waits_nevertheless_has_failed():
    outcome = captured_at_once(asyncio.sleep(0))
    assert str(outcome.error) == "a function without any await has waited"


async def test_a_done_future_is_not_waited_for():
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    waiting = until_done(future, 0.0)
    with pytest.raises(StopIteration):
        waiting.send(None)


async def test_a_future_is_waited_for_until_it_is_done():
    future = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(until_done(future, 60.0))
    await asyncio.sleep(0)
    assert not waiting.done()
    future.set_exception(ValueError("its own affair"))
    await waiting
    assert isinstance(future.exception(), ValueError)


async def test_a_future_is_left_as_it_is_when_its_time_is_over():
    future = asyncio.get_running_loop().create_future()
    await until_done(future, 0.0)
    assert not future.done()
    future.set_result(1)
    await asyncio.sleep(0)


async def test_whoever_is_cancelled_while_waiting_leaves_the_future_alone():
    future = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(until_done(future, 60.0))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not future.done()
