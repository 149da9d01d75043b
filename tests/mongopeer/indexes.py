"""Commands about collections and indexes."""

from typing import Any

from tests.mongopeer.commands import Cursors
from tests.mongopeer.errors import CommandError
from tests.mongopeer.sessions import Command
from tests.mongopeer.tables import Data, Document

INDEX_LIMIT = 64


def create(data: Data, namespace: str) -> dict[str, Any]:
    """Make a collection."""
    if namespace in data.tables:
        raise CommandError(48, f"Collection {namespace} already exists.")
    data.made(namespace)
    return {"ok": 1.0}


def drop(data: Data, namespace: str) -> dict[str, Any]:
    """Drop a collection."""
    if data.tables.pop(namespace, None) is None:
        raise CommandError(26, "ns not found")
    return {"ok": 1.0}


def drop_database(data: Data, database: str) -> dict[str, Any]:
    """Drop all collections of a database."""
    for namespace in [name for name in data.tables if name.startswith(f"{database}.")]:
        del data.tables[namespace]
    return {"ok": 1.0}


def list_collections(data: Data, database: str, cursors: Cursors) -> dict[str, Any]:
    """The collections of a database."""
    names = [name.partition(".")[2] for name in data.tables if name.startswith(f"{database}.")]
    found = [{"name": name, "type": "collection", "options": {}} for name in names]
    return cursors.begin(f"{database}.$cmd.listCollections", found, len(found))


def list_indexes(data: Data, namespace: str, cursors: Cursors) -> dict[str, Any]:
    """The indexes of a collection."""
    table = data.tables.get(namespace)
    if table is None:
        raise CommandError(26, f"ns does not exist: {namespace}")
    return cursors.begin(namespace, list(table.indexes.values()), len(table.indexes))


def create_indexes(data: Data, namespace: str, command: Command) -> dict[str, Any]:
    """Build all of the indexes or none."""
    table = data.made(namespace)
    before = len(table.indexes)
    made = dict(table.indexes)
    for index in command["indexes"]:
        index = {"v": 2, **index}
        if _is_there(made, index):
            continue
        _check(index)
        if index.get("unique"):
            table.check_index(index)
        made[index["name"]] = index
        if len(made) > INDEX_LIMIT:
            raise CommandError(67, f"add index fails, too many indexes for {namespace} key:{index['key']}")
    table.indexes = made
    return {"numIndexesBefore": before, "numIndexesAfter": len(made), "ok": 1.0}


def _is_there(made: dict[str, Document], index: Document) -> bool:
    same = made.get(index["name"])
    if same is not None:
        if {**same, "v": 2} == index and list(same["key"]) == list(index["key"]):
            return True
        raise CommandError(86, f"An existing index has the same name as the requested index: {index['name']}")
    keys = list(index["key"].items())
    for other in made.values():
        options = ("unique", "partialFilterExpression")
        if list(other["key"].items()) == keys and all(bool(other.get(o)) == bool(index.get(o)) for o in options):
            raise CommandError(85, f"Index already exists with a different name: {other['name']}")
    return False


def _check(index: Document) -> None:
    for name, direction in index["key"].items():
        if not name or name.startswith("$") or ".." in name or name.endswith(".") or direction not in (1, -1):
            raise CommandError(67, f"Values in the index key pattern are not valid: {name!r}")
    if index["name"] in ("", "*") or "\0" in index["name"]:
        raise CommandError(67, "The index name is not valid")


def drop_indexes(data: Data, namespace: str, command: Command) -> dict[str, Any]:
    """Drop an index by its name."""
    table = data.tables.get(namespace)
    if table is None or command["index"] not in table.indexes:
        raise CommandError(27, f"index not found with name [{command['index']}]")
    table.indexes = {name: index for name, index in table.indexes.items() if name != command["index"]}
    return {"nIndexesWas": len(table.indexes) + 1, "ok": 1.0}
