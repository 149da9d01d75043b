"""What the commands on documents do."""

from collections.abc import Callable
from itertools import count, islice
from typing import Any

import bson

from tests.mongopeer.errors import CommandError
from tests.mongopeer.matching import leaves
from tests.mongopeer.ordering import MISSING, identity, sort
from tests.mongopeer.sessions import Command
from tests.mongopeer.tables import Document, View

FIRST_BATCH = 101
BATCH_BYTES = 16 * 1024 * 1024
MAX_BSON_BYTES = 16 * 1024 * 1024


class Cursors:
    """The rest of what was found, by the cursor's number."""

    def __init__(self) -> None:
        self._rest: dict[int, list[Document]] = {}
        self._numbers = count(1000)

    def __len__(self) -> int:
        return len(self._rest)

    def begin(self, namespace: str, found: list[Document], size: int | None) -> dict[str, Any]:
        """Return the first batch."""
        batch = _batch(found, FIRST_BATCH if size is None else size)
        number = 0
        if len(batch) < len(found):
            number = next(self._numbers)
            self._rest[number] = found[len(batch) :]
        return {"cursor": {"firstBatch": batch, "id": bson.Int64(number), "ns": namespace}, "ok": 1.0}

    def go_on(self, namespace: str, number: int, size: int | None) -> dict[str, Any]:
        """Return the next batch."""
        rest = self._rest.pop(number, None)
        if rest is None:
            raise CommandError(43, f"cursor id {number} not found")
        batch = _batch(rest, size or len(rest))
        if len(batch) < len(rest):
            self._rest[number] = rest[len(batch) :]
        left = number if number in self._rest else 0
        return {"cursor": {"nextBatch": batch, "id": bson.Int64(left), "ns": namespace}, "ok": 1.0}

    def kill(self, numbers: list[int]) -> None:
        """Forget cursors."""
        for number in numbers:
            self._rest.pop(number, None)


def _batch(found: list[Document], size: int) -> list[Document]:
    batch: list[Document] = []
    left = BATCH_BYTES
    for document in islice(found, size):
        left -= len(bson.encode(document))
        if left < 0 and batch:
            break
        batch.append(document)
    return batch


def find(view: View, namespace: str, command: Command, cursors: Cursors) -> dict[str, Any]:
    """Filter, sort, skip, limit, projection; options that change what is found otherwise are refused."""
    strange = {"collation", "hint", "min", "max", "tailable", "let"} & command.keys()
    if strange:
        raise CommandError(2, f"find does not take {strange} here")
    found = sort(list(view.table(namespace).found(command.get("filter", {}))), command.get("sort", {}))
    skip, limit = command.get("skip", 0), command.get("limit", 0)
    found = found[skip : skip + limit if limit else None]
    if "projection" in command:
        found = [_projected(document, list(command["projection"])) for document in found]
    size = len(found) if command.get("singleBatch") else command.get("batchSize")
    return cursors.begin(namespace, found, size)


def _projected(document: Document, names: list[str]) -> Document:
    kept: Document = {"_id": document["_id"]}
    for name in names:
        inside, source = kept, document
        *outer, last = name.split(".")
        for part in outer:
            source = source.get(part) if isinstance(source, dict) else None
            inside = inside.setdefault(part, {})
        if isinstance(source, dict) and last in source:
            inside[last] = source[last]
    return kept


def aggregate(view: View, namespace: str, command: Command, cursors: Cursors) -> dict[str, Any]:
    """Count, as `count_documents` asks for it: $match, then $group of all into one."""
    match command["pipeline"]:
        case [{"$match": query}, {"$group": {"_id": 1, "n": {"$sum": 1}}}]:
            number = sum(1 for _ in view.table(namespace).found(query))
            return cursors.begin(namespace, [{"_id": 1, "n": number}] if number else [], None)
    raise CommandError(40324, f"Unrecognized pipeline: {command['pipeline']}")


def distinct(view: View, namespace: str, command: Command) -> dict[str, Any]:
    """The different values at a path, arrays unwound."""
    found: dict[Any, Any] = {}
    for document in view.table(namespace).found(command.get("query", {})):
        for leaf in leaves(document, command["key"].split(".")):
            for value in leaf if isinstance(leaf, list) else [leaf]:
                if value is not MISSING:
                    found.setdefault(identity(value), value)
    return {"values": list(found.values()), "ok": 1.0}


def insert(view: View, namespace: str, command: Command) -> dict[str, Any]:
    """Documents in order."""

    def put(document: Document) -> int:
        _check_keys(document)
        view.put(namespace, document, is_new=True)
        return 1

    return _each(command["documents"], put)


def update(view: View, namespace: str, command: Command) -> dict[str, Any]:
    """Replacements, $set and $inc of top-level fields; one document each."""
    modified = 0
    upserted: list[dict[str, Any]] = []

    def change(each: Command) -> int:
        nonlocal modified
        if each.get("multi"):
            raise CommandError(2, "multi is not taken here")
        found = next(view.table(namespace).found(each["q"]), None)
        if found is None and not each.get("upsert"):
            return 0
        changed = _updated(found, each["q"], each["u"])
        view.put(namespace, changed, is_new=found is None)
        modified += found is not None
        if found is None:
            upserted.append({"index": command["updates"].index(each), "_id": changed["_id"]})
        return 1

    done = _each(command["updates"], change)
    return {**done, "nModified": modified, **({"upserted": upserted} if upserted else {})}


def _updated(found: Document | None, query: Document, update: Document) -> Document:
    base = dict(found) if found is not None else {"_id": query["_id"]}
    if not any(name.startswith("$") for name in update):
        _check_keys(update)
        if update.get("_id", base["_id"]) != base["_id"]:
            raise CommandError(66, "the (immutable) field '_id' was found to have been altered")
        return {"_id": base["_id"], **update}
    for operator, fields in update.items():
        for name, value in fields.items():
            if operator not in ("$set", "$inc") or "." in name:
                raise CommandError(9, f"Unknown modifier: {operator} of {name}")
            base[name] = value if operator == "$set" else base.get(name, 0) + value
    return base


def delete(view: View, namespace: str, command: Command) -> dict[str, Any]:
    """Documents that a query finds, one or all."""

    def remove(each: Command) -> int:
        found = list(islice(view.table(namespace).found(each["q"]), each["limit"] or None))
        for document in found:
            view.remove(namespace, document)
        return len(found)

    return _each(command["deletes"], remove)


def find_and_modify(view: View, namespace: str, command: Command) -> dict[str, Any]:
    """Update the first that a query finds, and answer what it is then, or was."""
    if command.get("remove") or "sort" in command:
        raise CommandError(2, "findAndModify only updates here")
    found = next(view.table(namespace).found(command["query"]), None)
    if found is None and not command.get("upsert"):
        return {"value": None, "lastErrorObject": {"n": 0, "updatedExisting": False}, "ok": 1.0}
    changed = _updated(found, command["query"], command["update"])
    view.put(namespace, changed, is_new=found is None)
    state = {"n": 1, "updatedExisting": found is not None}
    return {"value": changed if command.get("new") else found, "lastErrorObject": state, "ok": 1.0}


def _each(statements: list[Any], run: Callable[[Any], int]) -> dict[str, Any]:
    """Run statements in order, up to the first that fails."""
    done = 0
    for position, statement in enumerate(statements):
        try:
            done += run(statement)
        except CommandError as error:
            if error.labels:
                raise
            failed = {"index": position, "code": error.code, "errmsg": str(error), **error.more}
            return {"n": done, "writeErrors": [failed], "ok": 1.0}
    return {"n": done, "ok": 1.0}


def _check_keys(document: Document) -> None:
    if any(name.startswith("$") for name in document):
        raise CommandError(52, "The dollar ($) prefixed field is not valid for storage")
    if len(bson.encode(document)) > MAX_BSON_BYTES + 16 * 1024:
        raise CommandError(10334, "BSONObj size is invalid")
