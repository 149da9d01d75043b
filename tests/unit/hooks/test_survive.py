import asyncio
import sys

import pytest
import uvloop

from runtime.hooks.survive import run_surviving

LOOPS = pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])


@pytest.fixture
def loop(new_loop):
    loop = new_loop()
    yield loop
    loop.close()


async def leaves():
    sys.exit(3)


@LOOPS
def test_an_exit_in_a_task_left_behind_does_not_end_the_loop(loop, log):
    async def main():
        codes = []
        for _ in range(2):
            left = asyncio.ensure_future(leaves())
            await asyncio.wait([left])
            codes.append(left.exception().code)
        return codes

    assert run_surviving(loop, loop.create_task(main()), log=log) == [3, 3]
    assert [record["exit_code"] for record in log.of("task_exited")] == [3, 3]


@LOOPS
def test_the_main_task_may_exit(loop, log):
    with pytest.raises(SystemExit):
        run_surviving(loop, loop.create_task(leaves()), log=log)
    assert log.of("task_exited") == []


@LOOPS
def test_what_the_main_task_raises_is_raised(loop, log):
    async def main():
        raise LookupError

    with pytest.raises(LookupError):
        run_surviving(loop, loop.create_task(main()), log=log)
