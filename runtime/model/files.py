"""Files that documents hold: how they are recorded, and what a document says of one. Pure.

A record of `_files` stands for one uploaded file; its bytes lie elsewhere, under their hash. A record of `_file_uses`
says that a document holds it, and is committed together with the document. A use that has ended stays as such until
upkeep has seen it: whoever ends one writes nothing that other documents with the same file are written with too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from runtime.model.change import Write
from runtime.model.clock import timestamp
from runtime.model.document import Document
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, IndexSpec

_SOURCE: Final = Source("runtime/model/files")

FILES: Final = CollectionSpec(
    "_files",
    _SOURCE,
    (
        FieldSpec("name", "string", _SOURCE),
        FieldSpec("size", "integer", _SOURCE),
        FieldSpec("type", "string", _SOURCE),
        FieldSpec("width", "integer", _SOURCE),
        FieldSpec("height", "integer", _SOURCE),
        FieldSpec("hash", "string", _SOURCE, index=True),
        FieldSpec("used", "boolean", _SOURCE),
        FieldSpec("expiresAt", "datetime", _SOURCE, index=True),
    ),
    logged=False,
    indexes=(IndexSpec((("createdBy", False), ("used", False)), _SOURCE),),
)
"""`used` is whether a document has ever held it; `expiresAt` when upkeep looks at it, null as long as it is held."""

USES: Final = CollectionSpec(
    "_file_uses",
    _SOURCE,
    (
        FieldSpec("file", "string", _SOURCE),
        FieldSpec("collection", "string", _SOURCE),
        FieldSpec("document", "string", _SOURCE),
        FieldSpec("ended", "boolean", _SOURCE, index=True),
    ),
    logged=False,
    indexes=(IndexSpec((("file", False), ("ended", False), ("createdAt", False)), _SOURCE),),
)
"""One for each document that holds a file, however often, or has held it of late."""

COLLECTIONS: Final = (FILES, USES)
"""Both, for `Store.ensure`."""

WORDS: Final = ("name", "type", "size", "width", "height")
"""What a document says of a file beside its id; the last two of images only."""

KEPT_S: Final = 24 * 3600.0
"""How long a file stays that no document holds: enough to fill in a form, or to take a removal back."""

_LIVE, _ENDED = 1, 2


@dataclass(frozen=True, slots=True)
class Held:
    """A file at its place in a document: the JSON pointer, and the pointer without the places in arrays."""

    pointer: str
    place: str
    field: FieldSpec
    value: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The file's id."""
        return str(self.value["id"])


def holding(fields: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """Return the fields in which files may stand, in nested objects and arrays too."""
    return tuple(field for field in fields if _may_hold(field))


def _may_hold(field: FieldSpec) -> bool:
    inner = field.fields if field.items is None else (field.items, *field.fields)
    return field.type == "file" or any(map(_may_hold, inner))


def files_in(document: Mapping[str, Any], fields: Sequence[FieldSpec]) -> Iterator[Held]:
    """Yield the files that a document holds, in nested objects and arrays too."""
    for field in fields:
        yield from _in_value(document.get(field.name), field, f"/{field.name}", f"/{field.name}")


def _in_value(value: Any, field: FieldSpec, pointer: str, place: str) -> Iterator[Held]:
    if field.type == "file" and isinstance(value, Mapping) and isinstance(value.get("id"), str):
        yield Held(pointer, place, field, value)
    elif field.type == "array" and isinstance(value, list) and field.items is not None:
        for index, item in enumerate(value):
            yield from _in_value(item, field.items, f"{pointer}/{index}", place)
    elif field.type == "object" and isinstance(value, Mapping):
        for member in field.fields:
            name = f"/{member.name}"
            yield from _in_value(value.get(member.name), member, pointer + name, place + name)


def described(document: Document, fields: Sequence[FieldSpec], words: Mapping[str, Document]) -> Document:
    """Return a document in which each file has these words, by its id; one without words stays as it is."""
    return {**document, **{f.name: _described(document[f.name], f, words) for f in fields if f.name in document}}


def _described(value: Any, field: FieldSpec, words: Mapping[str, Document]) -> Any:
    if field.type == "file" and isinstance(value, Mapping):
        return words.get(str(value.get("id")), value)
    if field.type == "array" and isinstance(value, list) and field.items is not None:
        return [_described(item, field.items, words) for item in value]
    if field.type == "object" and isinstance(value, Mapping):
        return described(dict(value), field.fields, words)
    return value


def words_of(record: Mapping[str, Any]) -> Document:
    """Return what a document says of the file of a record."""
    found = {"id": record["id"], **{word: record.get(word) for word in WORDS}}
    return {word: value for word, value in found.items() if value is not None}


def is_accepted(type: str, accept: Sequence[str]) -> bool:
    """Return whether a media type is among those named, of which `image/*` stands for all images; none named is any."""
    kind = type.partition("/")[0]
    return not accept or type in accept or f"{kind}/*" in accept


def use(file: str, collection: str, document: str, *, now: float, ended: bool = False) -> Write:
    """Return the write that says that a document holds a file from now on, or that it does no longer."""
    id, at = f"{file}:{collection}:{document}", timestamp(now)
    record = {
        "id": id, "createdAt": at, "updatedAt": at, "createdBy": None, "version": _ENDED if ended else _LIVE,
        "file": file, "collection": collection, "document": document, "ended": ended,
    }  # fmt: skip
    return Write(USES.name, id, record, expected=None)


def amendment(record: Document, fields: Mapping[str, Any], *, now: float) -> Write:
    """Return the write that changes a file's record, if nobody else has done so meanwhile."""
    version = record["version"] + 1
    after = {**record, **fields, "updatedAt": timestamp(now), "version": version}
    return Write(FILES.name, record["id"], after, expected=record["version"])
