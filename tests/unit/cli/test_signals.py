"""What signals do."""

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from runtime.cli.signals import cancelled_by_signals, on_signals, stopped_by_signals


@pytest.fixture(autouse=True)
def same_handlers_afterwards() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_signal_calls_its_function_as_often_as_it_comes() -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    with on_signals({signal.SIGHUP: lambda: heard.put_nowait("hup")}):
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGHUP)
            assert await heard.get() == "hup"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_server_is_asked_to_stop(number: signal.Signals) -> None:
    with stopped_by_signals(signal.SIGINT, signal.SIGTERM) as stop:
        os.kill(os.getpid(), number)
        await stop.wait()


async def test_the_second_signal_is_the_systems_to_handle() -> None:
    with stopped_by_signals(signal.SIGINT, signal.SIGTERM) as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


async def test_a_command_that_only_waits_is_cancelled() -> None:
    async def command() -> None:
        with cancelled_by_signals():
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.Event().wait()

    task = asyncio.create_task(command())
    await asyncio.wait((task,))
    assert task.cancelled()
