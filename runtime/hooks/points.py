"""Which hook points there are, what a function may do at each, and what a function has to look like."""

import dis
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.specs import PHASES, Action, Phase


@dataclass(frozen=True, slots=True)
class Point:
    """One phase of one action. `purpose` says what a function is there for, `may` what it may change or return."""

    action: Action
    phase: Phase
    purpose: str
    may: str

    @property
    def name(self) -> str:
        """The point as one word: `create.before`."""
        return f"{self.action}.{self.phase}"


_WRITE: Final[Mapping[Phase, tuple[str, str]]] = {
    "bind": (
        "Shapes the incoming data, before anything has checked it.",
        "Change ctx.document. Raise Reject to refuse.",
    ),
    "validate": (
        "Checks what the schema cannot, after the schema has checked the rest.",
        "Raise Reject with errors by field. Change ctx.document; it is then checked again.",
    ),
    "before": (
        "The last word before the commit; ctx.previous is the stored document. Runs again after a version conflict.",
        "Change ctx.document; it is then checked again. Raise Reject to refuse. Write with ctx.db, send and enqueue: "
        "all of it is committed together, or not at all.",
    ),
    "after": (
        "Tells others, after the commit. What it does is not part of the commit, and its failure is logged only.",
        "Send, enqueue, write with ctx.db. Changes to ctx.document are lost.",
    ),
    "respond": (
        "Reshapes the answer to the client.",
        "Change or replace ctx.result, or return a Response.",
    ),
}
_DELETE_MAY: Final[Mapping[Phase, str]] = {
    "validate": "Raise Reject to refuse; ctx.document is a copy of what is to be deleted.",
    "before": (
        "Raise Reject to refuse. Write with ctx.db, send and enqueue: all of it is committed together, or not at all."
    ),
}
_READ: Final[Mapping[Phase, tuple[str, str]]] = {
    "before": (
        "Runs before anything is read.",
        "Narrow the query with ctx.narrow. Return ctx.realtime.subscribe(…) to answer with an event stream, or a "
        "Response. Raise Reject to refuse.",
    ),
    "respond": (
        "Reshapes the answer to the client; hidden fields are gone already.",
        "Change or replace ctx.result, or return a Response.",
    ),
}


def _point(action: Action, phase: Phase) -> Point:
    purpose, may = (_READ if action == "read" else _WRITE)[phase]
    if action == "delete":
        may = _DELETE_MAY.get(phase, may)
    return Point(action, phase, purpose, may)


POINTS: Final[Mapping[tuple[Action, Phase], Point]] = {
    (action, phase): _point(action, phase) for action, phases in PHASES.items() for phase in phases
}
"""Every hook point, in the order in which the phases of an action run."""


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
