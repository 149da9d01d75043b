"""Documents and their indexes, now and as a transaction sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.mongopeer.errors import CommandError, DuplicateKey, write_conflict
from tests.mongopeer.matching import leaves, matches
from tests.mongopeer.ordering import MISSING, identity

Document = dict[str, Any]
ID_INDEX: Document = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


@dataclass
class Table:
    """A collection: documents by the identity of their `_id`, and when each was written last."""

    namespace: str
    documents: dict[Any, Document] = field(default_factory=dict)
    indexes: dict[str, Document] = field(default_factory=lambda: {"_id_": ID_INDEX})
    written: dict[Any, int] = field(default_factory=dict)

    def found(self, query: Document) -> Iterator[Document]:
        """Yield what a query finds, in no order."""
        asked = query.get("_id", MISSING)
        if isinstance(asked, str | int):
            candidates = [asked]
        elif isinstance(asked, dict) and list(asked) == ["$in"]:
            candidates = asked["$in"]
        else:
            yield from [document for document in list(self.documents.values()) if matches(query, document)]
            return
        for key in dict.fromkeys(map(identity, candidates)):
            document = self.documents.get(key)
            if document is not None and matches(query, document):
                yield document

    def check_unique(self, document: Document, *, besides: Any) -> None:
        """Raise DuplicateKey where another document than `besides` has a key that this one would have."""
        for index in self.indexes.values():
            if not index.get("unique") or not _is_in(index, document):
                continue
            key = _key(index, document)
            for place, other in self.documents.items():
                if place != besides and _is_in(index, other) and _key(index, other) == key:
                    values = {name: next(leaves(document, name.split("."))) for name in index["key"]}
                    raise DuplicateKey(self.namespace, index["name"], index["key"], values)

    def check_index(self, index: Document) -> None:
        """Raise DuplicateKey where the documents do not fit a new unique index."""
        probe = Table(self.namespace, indexes={index["name"]: index})
        for key, document in self.documents.items():
            probe.check_unique(document, besides=key)
            probe.documents[key] = document


def _is_in(index: Document, document: Document) -> bool:
    return matches(index.get("partialFilterExpression", {}), document)


def _key(index: Document, document: Document) -> tuple[Any, ...]:
    return tuple(identity(next(leaves(document, name.split(".")))) for name in index["key"])


class View:
    """The tables as a command sees and writes them: as they are now."""

    def __init__(self, data: "Data") -> None:
        self._data = data

    def table(self, namespace: str) -> Table:
        """Return a table; an empty one where it does not exist."""
        return self._data.tables.get(namespace) or Table(namespace)

    def put(self, namespace: str, document: Document, *, is_new: bool) -> None:
        """Insert or replace. Raises DuplicateKey."""
        table = self._data.made(namespace)
        put(table, document, is_new=is_new)
        table.written[identity(document["_id"])] = self._data.tick()

    def remove(self, namespace: str, document: Document) -> None:
        """Delete a document."""
        table, key = self._data.made(namespace), identity(document["_id"])
        del table.documents[key]
        table.written[key] = self._data.tick()


class Snapshot(View):
    """The tables as they were when a transaction began, with what it wrote itself; committed whole or not at all."""

    def __init__(self, data: "Data") -> None:
        super().__init__(data)
        self._began = data.tick()
        self._tables = {name: Table(name, dict(table.documents), table.indexes) for name, table in data.tables.items()}
        self._touched: dict[tuple[str, Any], None] = {}

    def table(self, namespace: str) -> Table:
        return self._tables.get(namespace) or Table(namespace)

    def put(self, namespace: str, document: Document, *, is_new: bool) -> None:
        self._touch(namespace, document)
        put(self._tables.setdefault(namespace, Table(namespace)), document, is_new=is_new)

    def remove(self, namespace: str, document: Document) -> None:
        self._touch(namespace, document)
        del self._tables[namespace].documents[identity(document["_id"])]

    def commit(self) -> None:
        """Write all to the tables. Raises a write conflict where somebody else has written the same since."""
        for namespace, key in self._touched:
            self._check(namespace, key)
        fresh = {namespace: dict(self._data.made(namespace).documents) for namespace, _ in self._touched}
        for namespace, key in self._touched:
            document = self._tables[namespace].documents.get(key)
            fresh[namespace].pop(key, None) if document is None else fresh[namespace].update({key: document})
        for namespace, documents in fresh.items():
            probe = Table(namespace, documents, self._data.made(namespace).indexes)
            for touched, key in self._touched:
                if touched == namespace and key in documents:
                    try:
                        probe.check_unique(documents[key], besides=key)
                    except DuplicateKey:
                        raise write_conflict() from None
        for namespace, key in self._touched:
            table = self._data.made(namespace)
            table.documents = fresh[namespace]
            table.written[key] = self._data.tick()

    def _touch(self, namespace: str, document: Document) -> None:
        key = identity(document["_id"])
        self._check(namespace, key)
        self._touched[namespace, key] = None

    def _check(self, namespace: str, key: Any) -> None:
        table = self._data.tables.get(namespace)
        if table is not None and table.written.get(key, 0) > self._began:
            raise write_conflict()


def put(table: Table, document: Document, *, is_new: bool) -> None:
    """Insert or replace a document in a table. Raises DuplicateKey."""
    key = identity(document["_id"])
    if is_new and key in table.documents:
        raise DuplicateKey(table.namespace, "_id_", {"_id": 1}, {"_id": document["_id"]})
    table.check_unique(document, besides=key)
    table.documents[key] = document


class Data:
    """All tables, by database and collection."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        self._now = 0

    def tick(self) -> int:
        """Return a number greater than all before."""
        self._now += 1
        return self._now

    def made(self, namespace: str) -> Table:
        """Return a table, made where it does not exist. Raises CommandError for a name that MongoDB refuses."""
        _, _, name = namespace.partition(".")
        if not name or set(name) & {"$", "\0"} or name.startswith("system.") or len(namespace.encode()) > 255:
            raise CommandError(73, f"Invalid namespace specified '{namespace}'")
        return self.tables.setdefault(namespace, Table(namespace))
