"""`ctx.step` of a job: what has succeeded once is not done again when the run is."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Protocol

LONGEST_NAME: Final = 200


class StepRecord(Protocol):
    """Where a run's steps are kept."""

    async def recall(self, name: str) -> tuple[bool, Any]:
        """Return whether a step has succeeded in an attempt before, and with which result."""

    async def keep(self, name: str, result: Any) -> Any:
        """Store the result of a step that has succeeded; return it as it will be recalled.

        Raises InvalidDocument (code `step_not_json`) and TooLarge (code `step_too_large`).
        """


class Steps:
    """The steps of one attempt, for an async function. `in_thread` runs a plain function without blocking the loop."""

    def __init__(self, kept: StepRecord, in_thread: Callable[[Callable[[], Any]], Awaitable[Any]]) -> None:
        self.kept = kept
        self._in_thread = in_thread
        self._names: set[str] = set()

    async def run(self, name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Do a step, unless it has succeeded before; return its result. See `JobContext.step`."""
        self.take(name)
        found, result = await self.kept.recall(name)
        if found:
            return result
        if inspect.iscoroutinefunction(function):
            value = await function(*args, **kwargs)
        else:
            value = await self._in_thread(lambda: function(*args, **kwargs))
            if inspect.isawaitable(value):
                value = await value
        # The step is done: an attempt that is cancelled at this moment shall not forget it.
        keeping = asyncio.ensure_future(self.kept.keep(name, value))
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.gather(keeping, return_exceptions=True)
            raise

    def take(self, name: str) -> None:
        """Note that a step is done in this attempt. Raises ValueError for the second of a name."""
        if not 1 <= len(name) <= LONGEST_NAME:
            raise ValueError(f"ctx.step takes a name of 1 to {LONGEST_NAME} characters, this has {len(name)}")
        if name in self._names:
            raise ValueError(f"ctx.step was called twice with the name {name!r}; each step of a run has its own name")
        self._names.add(name)

    def plain(self, wait: Callable[[Awaitable[Any]], Any]) -> "PlainSteps":
        """Return the same for a plain function in a thread, which waits for what is awaited by `wait`."""
        return PlainSteps(self, self.kept, wait)


class PlainSteps:
    """The steps of one attempt, for a plain function: they are done in its own thread."""

    def __init__(self, steps: Steps, kept: StepRecord, wait: Callable[[Awaitable[Any]], Any]) -> None:
        self._steps = steps
        self._kept = kept
        self._wait = wait

    def run(self, name: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Do a step, unless it has succeeded before; return its result."""
        self._steps.take(name)
        found, result = self._wait(self._kept.recall(name))
        if found:
            return result
        value = function(*args, **kwargs)
        if inspect.isawaitable(value):
            value = self._wait(value)
        return self._wait(self._kept.keep(name, value))
