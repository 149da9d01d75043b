"""How one collection lies in the file: derived from its YAML, and kept in the file for other processes to follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.document import SYSTEM_FIELDS
from runtime.model.problem import Problem
from runtime.model.query import Path
from runtime.model.specs import TEXT_TYPES, CollectionSpec, FieldSpec
from runtime.query.values import step
from runtime.storage.names import identifier

REVISION: Final = 1
"""Raised when what is derived from a document changes; files of another revision are indexed anew."""

ID: Final[Path] = ("id",)

SHORT: Final = frozenset(
    {"string", "slug", "email", "url", "number", "integer", "boolean", "date", "datetime", "select", "reference"}
)
"""Field types whose values always have a key. Long texts only get one where an index needs it."""
LONG: Final = frozenset({"text", "markdown", "richtext"})


Keys = tuple[tuple[Path, bool], ...]
"""(path, descending) pairs, in order."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index over keys, the document's id behind them.

    With `array`, one of its paths, it lies in a side table that has a row for each different element there.
    """

    keys: Keys
    unique: bool = False
    array: Path | None = None

    @property
    def order(self) -> Keys:
        """The keys as they are indexed: up to the id, which follows the last in its direction where it is not named."""
        for position, (path, _) in enumerate(self.keys):
            if path == ID:
                return self.keys[: position + 1]
        return (*self.keys, (ID, self.keys[-1][1]))


@dataclass(frozen=True)
class Layout:
    """One collection in the file.

    `prefix` begins the names of its tables. `columns` maps the paths that have a key to column names. `types` has the
    signature of each field, which the stored documents were last found to fit.
    """

    collection: str
    prefix: str
    logged: bool
    columns: Mapping[Path, str]
    indexes: tuple[Index, ...]
    arrays: tuple[Index, ...]
    text: tuple[str, ...]
    types: Mapping[str, Any]
    revision: int

    def to_json(self) -> dict[str, Any]:
        """Return the layout as JSON."""
        return {
            "prefix": self.prefix,
            "logged": self.logged,
            "columns": [[path, name] for path, name in self.columns.items()],
            "indexes": [[index.keys, index.unique, index.array] for index in self.indexes],
            "arrays": [[index.keys, index.unique, index.array] for index in self.arrays],
            "text": self.text,
            "types": self.types,
            "revision": self.revision,
        }

    @classmethod
    def from_json(cls, collection: str, value: Mapping[str, Any]) -> "Layout":
        """Return the layout that `to_json` gave."""
        return cls(
            collection=collection,
            prefix=value["prefix"],
            logged=value["logged"],
            columns={tuple(path): name for path, name in value["columns"]},
            indexes=tuple(_index(*parts) for parts in value["indexes"]),
            arrays=tuple(_index(*parts) for parts in value["arrays"]),
            text=tuple(value["text"]),
            types=value["types"],
            revision=value["revision"],
        )


def pointer(path: Path) -> str:
    """Return a path as JSON pointer (RFC 6901)."""
    text = ""
    for segment in path:
        text = step(text, segment)
    return text


def _index(keys: list[Any], unique: bool, array: list[str] | None) -> Index:
    return Index(
        keys=tuple((tuple(path), descending) for path, descending in keys),
        unique=unique,
        array=tuple(array) if array is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Declared:
    path: Path
    field: FieldSpec
    many: bool


def _declared(fields: tuple[FieldSpec, ...], prefix: Path = (), *, many: bool = False) -> Iterator[_Declared]:
    for field in fields:
        path = (*prefix, field.name)
        is_array = field.type not in SHORT and field.type not in LONG and field.type != "object"
        yield _Declared(path, field, many or is_array)
        if field.type == "object":
            yield from _declared(field.fields, path, many=many)
        elif field.type == "array" and field.items is not None and field.items.type == "object":
            yield from _declared(field.items.fields, path, many=True)


def signature(field: FieldSpec) -> Any:
    """Return what of a field decides whether a stored value fits its type, as JSON."""
    return {
        "type": field.type,
        "items": signature(field.items) if field.items is not None else None,
        "fields": {inner.name: signature(inner) for inner in field.fields},
    }


def layout_of(spec: CollectionSpec, prefix: str) -> Layout:
    """Return the layout that a collection asks for. The collection has no `problems`."""
    declared = {found.path: found for found in _declared(spec.fields)}
    wanted: dict[Keys, Index] = {}
    for found in declared.values():
        if found.field.unique or found.field.index:
            keys: Keys = ((found.path, False),)
            wanted[keys] = Index(keys, unique=found.field.unique, array=found.path if found.many else None)
    for index in spec.indexes:
        keys = tuple((tuple(path.split(".")), descending) for path, descending in index.keys)
        many = next((path for path, _ in keys if path in declared and declared[path].many), None)
        wanted.setdefault(keys, Index(keys, array=many))
        if many is not None and keys[0][0] == many and len(keys) > 1:
            wanted.pop(((many, False),), None)  # the longer one finds the same elements, and each costs a row for them
    keyed = {path for index in wanted.values() for path, _ in index.keys if path != index.array}
    keyed |= {path for path, found in declared.items() if not found.many and found.field.type in SHORT}
    keyed |= {(name,) for name in SYSTEM_FIELDS}
    return Layout(
        collection=spec.name,
        prefix=prefix,
        logged=spec.logged,
        columns=_columns(path for path in sorted(keyed) if path != ID),
        indexes=tuple(index for _, index in sorted(wanted.items()) if index.array is None),
        arrays=tuple(index for _, index in sorted(wanted.items()) if index.array is not None),
        text=tuple(field.name for field in spec.fields if field.type in TEXT_TYPES),
        types={field.name: signature(field) for field in spec.fields},
        revision=REVISION,
    )


def _columns(paths: Iterator[Path]) -> dict[Path, str]:
    columns: dict[Path, str] = {}
    for path in paths:
        columns[path] = identifier("." + ".".join(path), columns.values())
    return columns


def problems(spec: CollectionSpec) -> Iterator[Problem]:
    """Yield what this store cannot index."""
    declared = {found.path: found for found in _declared(spec.fields)}
    system = {(name,) for name in SYSTEM_FIELDS}
    for number, field in enumerate(spec.fields):
        for found in _declared((field,)):
            name = ".".join(found.path)
            if found.field.unique and found.many:
                yield Problem(
                    found.field.source,
                    f"fields.{number}",
                    f"{name!r} of {spec.name!r} may hold several values and cannot be unique",
                    "Take `unique` away, or give the value a field of its own",
                )
            elif found.field.type == "object" and (found.field.unique or found.field.index):
                yield Problem(
                    found.field.source,
                    f"fields.{number}",
                    f"{name!r} of {spec.name!r} is an object and cannot be indexed",
                    "Index fields inside it",
                )
    for number, index in enumerate(spec.indexes):
        paths = [tuple(path.split(".")) for path, _ in index.keys]
        for path in paths:
            if path not in system and (path not in declared or declared[path].field.type == "object"):
                yield Problem(
                    index.source,
                    f"indexes.{number}",
                    f"{'.'.join(path)!r} is no field of {spec.name!r} that can be indexed",
                    "Declare it under fields with a type other than object, or take it out of the index",
                )
        if sum(path in declared and declared[path].many for path in paths) > 1:
            yield Problem(
                index.source,
                f"indexes.{number}",
                f"an index of {spec.name!r} goes over several arrays",
                "Leave one array in it, as MongoDB demands too, and index the others on their own",
            )
