"""Sets of dotted paths, where a path stands for all that it holds. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator

from runtime.model.query import Path
from runtime.model.specs import FieldSpec


def covers(paths: Collection[str], path: str) -> bool:
    """Return whether `path` is in the set, or part of a path that is: "author" covers "author.email"."""
    return any(path == whole or path.startswith(f"{whole}.") for whole in paths)


def minimal(paths: Iterable[str]) -> frozenset[str]:
    """Return the set without the paths that another of its paths covers."""
    unique = frozenset(paths)
    if len(unique) < 2:
        return unique
    return frozenset(path for path in unique if not covers(unique - {path}, path))


def common(sets: Collection[frozenset[str]]) -> frozenset[str]:
    """Return, as a minimal set, the paths that all of the sets cover; nothing where there is no set."""
    every = frozenset(path for paths in sets for path in paths)
    return minimal(path for path in every if all(covers(paths, path) for paths in sets))


def overlaps(path: Path, others: Iterable[str]) -> bool:
    """Return whether `path` is one of the others, part of one, or holds one. Indexes into arrays say nothing here."""
    mine = _names(path)
    return any(_is_prefix(mine, theirs) or _is_prefix(theirs, mine) for theirs in map(_split, others))


def is_within(path: Path, others: Iterable[str]) -> bool:
    """Return whether `path` is one of the others or part of one. Indexes into arrays say nothing here."""
    mine = _names(path)
    return any(_is_prefix(theirs, mine) for theirs in map(_split, others))


def declared(fields: Iterable[FieldSpec], is_meant: Callable[[FieldSpec], bool]) -> frozenset[str]:
    """Return the dotted paths of the fields that are meant, also inside objects and arrays; the outermost if nested."""
    return frozenset(_declared(fields, is_meant, ""))


def _declared(fields: Iterable[FieldSpec], is_meant: Callable[[FieldSpec], bool], prefix: str) -> Iterator[str]:
    for spec in fields:
        inner: FieldSpec | None = spec
        while inner is not None and inner.type == "array" and not is_meant(inner):
            inner = inner.items
        if inner is None:
            continue
        path = f"{prefix}{spec.name}"
        if is_meant(inner):
            yield path
        elif inner.type == "object":
            yield from _declared(inner.fields, is_meant, f"{path}.")


def _split(path: str) -> Path:
    return _names(tuple(path.split(".")))


def _names(path: Path) -> Path:
    return path[:1] + tuple(segment for segment in path[1:] if not segment.isdecimal())


def _is_prefix(short: Path, long: Path) -> bool:
    return long[: len(short)] == short
