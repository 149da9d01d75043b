"""What the derived tables hold of one document."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from runtime.model.document import Document
from runtime.model.query import Path
from runtime.query.paths import MISSING, array_index
from runtime.storage.keys import Key, NoKey, key_of
from runtime.storage.layout import Layout, pointer


@dataclass(frozen=True, slots=True)
class Row:
    """What is derived from one document.

    `keys` stand in the order of the layout's columns, `arrays` has the elements for each of its arrays, `text` the
    text of each of its text fields.
    """

    keys: tuple[Key, ...]
    arrays: tuple[tuple[Key, ...], ...]
    text: tuple[str | None, ...]


class Misplaced(ValueError):
    """A document holds an array or object where its collection declares a single value."""

    def __init__(self, path: Path, reason: str) -> None:
        self.pointer = pointer(path)
        super().__init__(reason)


def derive(layout: Layout, document: Document) -> Row:
    """Return what is derived from a document. Raises Misplaced where a path that has a key holds no single value."""
    keys = []
    for path in layout.columns:
        value = document.get(path[0]) if len(path) == 1 else _single(document, path)
        try:
            keys.append(key_of(value))
        except NoKey as error:
            raise Misplaced(path, str(error)) from error
    texts = (document.get(name) for name in layout.text)
    return Row(
        keys=tuple(keys),
        arrays=tuple(_elements(document, index.array) for index in layout.arrays if index.array is not None),
        text=tuple(text if isinstance(text, str) else None for text in texts),
    )


def _single(document: Document, path: Path) -> Any:
    value: Any = document
    for position, segment in enumerate(path):
        if isinstance(value, list):
            raise Misplaced(path[:position], "must be an object, no array")
        if not isinstance(value, dict):
            return None
        value = value.get(segment)
    return value


def _elements(document: Document, path: Path) -> tuple[Key, ...]:
    """Return the keys of the different scalars, null left aside, that the matcher tests at a path."""
    found: dict[Key, None] = {}
    for value in reached(document, path):
        if isinstance(value, str | int | float):
            try:
                found[key_of(value)] = None
            except NoKey as error:
                raise Misplaced(path, str(error)) from error
    return tuple(found)


def reached(value: Any, path: Path) -> Iterator[Any]:
    """Yield what a path reaches in a value, as the matcher goes through it.

    Arrays on the way are gone through, one at the end is unwound and not yielded as a whole. MISSING may be among it.
    """
    for position, segment in enumerate(path):
        if isinstance(value, dict):
            value = value.get(segment, MISSING)
        elif isinstance(value, list):
            yield from _behind(value, path[position:])
            return
        else:
            return
    if isinstance(value, list):
        yield from value
    else:
        yield value


def _behind(array: list[Any], rest: Path) -> Iterator[Any]:
    index = array_index(rest[0])
    for position, element in enumerate(array):
        if isinstance(element, dict):
            yield from reached(element, rest)
        if position == index:
            yield from _named(element, rest[1:])


def _named(element: Any, rest: Path) -> Iterator[Any]:
    """Yield what the rest of a path reaches in an element that was named by its index; it is not unwound itself."""
    if not rest:
        yield element
    elif isinstance(element, dict):
        yield from reached(element, rest)
    elif isinstance(element, list):
        yield from _behind(element, rest)
