"""Keeping the event loop running when a task that a hook has left behind calls `sys.exit`."""

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

T = TypeVar("T")


def run_surviving(loop: asyncio.AbstractEventLoop, main: "asyncio.Task[T]", *, log: "FilteringBoundLogger") -> T:
    """Run a loop until `main` has ended; return its result or raise what it raised.

    asyncio lets SystemExit out of any task end the loop. What a hook itself raises never gets there, but a task
    that it has started with `asyncio.create_task` and left behind is its own. Such an exit is logged as
    `task_exited` and the loop goes on where it was; only `main` can end it. Call it in place of
    `loop.run_until_complete(main)`.
    """
    while True:
        try:
            return loop.run_until_complete(main)
        except SystemExit as error:
            if main.done():
                return main.result()
            log.error("task_exited", reason="a task that a hook has left behind called sys.exit", exit_code=error.code)
