"""Collects faults, and finds the word that was meant."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from runtime.model.problem import Problem, Source
from runtime.settings.tree import Node, member_path

SIMILARITY = 0.6
"""How alike two words must be for one to be offered for the other: difflib's own default, one typo in a short word."""

MISSPELT = 0.7
"""How alike a key must be to another to be taken for it; `read` and `create`, which are both right, are at 0.6."""


class Report:
    """Every problem found so far, each once however many aliases lead to it."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._places: set[tuple[Source, str]] = set()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found, in the order in which it was found."""
        return tuple(self._problems)

    def add(self, source: Source, path: str, message: str, remedy: str) -> None:
        """Note a problem."""
        self._problems[Problem(source, path, message, remedy)] = None
        self._places.add((source, path))

    def knows(self, source: Source, path: str) -> bool:
        """Whether something has been said already about this path at this place."""
        return (source, path) in self._places

    def at(self, node: Node, message: str, remedy: str) -> None:
        """Note a problem with a value."""
        self.add(node.source, node.path, message, remedy)

    def at_key(self, node: Node, message: str, remedy: str) -> None:
        """Note a problem with the key in front of a value, or with the whole of it."""
        self.add(node.place, node.path, message, remedy)

    def missing(self, node: Node, key: str, message: str, remedy: str) -> None:
        """Note that a mapping lacks a key."""
        self.add(node.place, member_path(node.path, key), message, remedy)


def nearest(word: str, known: Iterable[str], *, similarity: float = SIMILARITY) -> str | None:
    """Return the known word that is most like this one, None where none is near."""
    candidates = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), candidates, n=1, cutoff=similarity)
    return candidates[found[0]] if found else None


def is_absent(node: Node, key: str) -> bool:
    """Whether a mapping certainly lacks a key: nothing in it was lost, and no other key looks like a misspelt one."""
    if not isinstance(node.value, Mapping) or not node.whole or key in node.value:
        return False
    return not any(nearest(other, [key], similarity=MISSPELT) for other in node.value)


def suggest(word: str, known: Iterable[str], *, otherwise: str, similarity: float = SIMILARITY) -> str:
    """Return `Did you mean "x"?` with the known word that is most like this one; `otherwise` where none is near."""
    found = nearest(word, known, similarity=similarity)
    return f'Did you mean "{found}"?' if found is not None else otherwise


def listed(words: Iterable[str]) -> str:
    """Return words as a person lists them: `a, b, c`, or `(none)`."""
    return ", ".join(words) or "(none)"


def quoted(value: str, *, longest: int = 60) -> str:
    """Return text in quotes on one line, cut where it is long."""
    line = " ".join(value.split())
    return f'"{line}"' if len(line) <= longest else f'"{line[:longest]}…"'
