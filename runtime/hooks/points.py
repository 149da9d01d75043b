"""What a function has to look like to be a hook, and how it is called."""

import dis
import inspect
from typing import Any, Final


def is_async(function: Any) -> bool:
    """Return whether calling it gives a coroutine, which the event loop runs; all else runs in a thread."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004


_WAITING: Final = frozenset({"SEND", "YIELD_VALUE"})
"""What every `await`, `async for` and `async with` is compiled to (Python's `dis`), and nothing else in a coroutine."""


def may_wait(function: Any) -> bool:
    """Return whether an async function could ever be suspended; one without an `await` of any kind never is."""
    if not inspect.isfunction(function) or not function.__code__.co_flags & inspect.CO_COROUTINE:
        return True
    return any(instruction.opname in _WAITING for instruction in dis.get_instructions(function))


def fault_of(function: Any) -> tuple[str, str] | None:
    """Return what keeps an object from being a hook function, and the remedy; None where nothing does.

    A hook function is called with the context as its only argument, so it must take exactly one positional
    argument; more parameters need defaults.
    """
    if inspect.isclass(function):
        return "is a class", "Name a function: def or async def, with one parameter, the context."
    if not callable(function):
        return f"is a {type(function).__name__}, not a function", "Name a function: def or async def."
    if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
        return "is a generator: it has a yield", "A hook runs to its end; to stream, return ctx.realtime.subscribe(…)."
    try:
        signature = inspect.signature(function)
    except ValueError:
        return "has no signature that could be checked", "Wrap it: async def hook(ctx): …"
    try:
        signature.bind(object())
    except TypeError as error:
        return (
            f"cannot be called with the context alone ({error}): it takes {signature}",
            "Give it exactly one parameter: ctx.",
        )
    return None
