"""Who may upload which files: those who may write them into a document. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runtime.model.actor import Actor
from runtime.model.files import is_accepted
from runtime.model.query import Nothing
from runtime.model.specs import Action, FieldSpec, ProjectSpec
from runtime.rules.decide import decide
from runtime.rules.narrow import may_write

_WRITES: tuple[Action, ...] = ("create", "update")


@dataclass(frozen=True, slots=True)
class Place:
    """A field that takes files of some types, up to a size."""

    accept: tuple[str, ...]
    size_bytes: int


def places(spec: ProjectSpec, actor: Actor, *, now: float) -> tuple[Place, ...]:
    """Return what the fields take that an actor may write files into, in new documents or any that are there."""
    found: dict[Place, None] = {}
    for collection in spec.collections:
        if collection.virtual:
            continue
        for action in _WRITES:
            decision = decide(actor, action, collection, now=now)
            if isinstance(decision.filter, Nothing):
                continue
            for path, field in _file_fields(collection.fields, ""):
                if may_write(decision, path):
                    limit = min(field.max_size_bytes or spec.limits.file_size_bytes, spec.limits.file_size_bytes)
                    found[Place(field.accept, limit)] = None
    return tuple(found)


def largest(taking: Sequence[Place], type: str) -> int | None:
    """Return how large a file of a type may be; None where no place takes any."""
    return max((place.size_bytes for place in taking if is_accepted(type, place.accept)), default=None)


def _file_fields(fields: Sequence[FieldSpec], prefix: str) -> Iterator[tuple[str, FieldSpec]]:
    for field in fields:
        inner: FieldSpec | None = field
        while inner is not None and inner.type == "array":
            inner = inner.items
        if inner is None:
            continue
        path = f"{prefix}{field.name}"
        if inner.type == "file":
            yield path, inner
        elif inner.type == "object":
            yield from _file_fields(inner.fields, f"{path}.")
