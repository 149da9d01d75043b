"""Which version of a project's code is in force."""

from collections.abc import Callable, Sequence

from runtime.hooks.load import Edition
from runtime.model.problem import Problem
from runtime.model.specs import ProjectSpec


class Registry:
    """The edition in force, and the problems of the last reload if it failed.

    Replacing the edition is one step: a request that has begun on the old one finishes on it, the next begins on
    the new one. Belongs to the event loop's thread.
    """

    def __init__(self, edition: Edition) -> None:
        self._current = edition
        self._previous = edition
        self._problems: tuple[Problem, ...] = ()
        self._failed_at: float | None = None
        self._callbacks: list[Callable[[Edition], None]] = []

    @property
    def current(self) -> Edition:
        """The edition in force."""
        return self._current

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong with the last reload; empty where the edition in force is what the files say."""
        return self._problems

    @property
    def failed_at(self) -> float | None:
        """When the last reload failed, in epoch seconds; None where it did not."""
        return self._failed_at

    def edition_of(self, spec: ProjectSpec) -> Edition:
        """Return the edition that a spec belongs to, if it is the current or the one before; otherwise the current."""
        return self._previous if self._previous.spec is spec else self._current

    def swap(self, edition: Edition) -> None:
        """Put an edition in force, forget the problems, and tell those who asked to know, in their order."""
        self._previous, self._current = self._current, edition
        self._problems, self._failed_at = (), None
        for callback in tuple(self._callbacks):
            callback(edition)

    def fail(self, problems: Sequence[Problem], *, at: float) -> None:
        """Keep the edition in force and remember why, and when, a newer one could not be loaded."""
        self._problems, self._failed_at = tuple(problems), at

    def on_swap(self, callback: Callable[[Edition], None]) -> None:
        """Have `callback(edition)` called after every swap; what it raises reaches the caller of `swap`."""
        self._callbacks.append(callback)
