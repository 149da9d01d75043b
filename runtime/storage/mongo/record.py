"""A stored document on its way out."""

from functools import cached_property

import orjson

from runtime.model.document import Document


class MongoRecord:
    """One document as it was stored; its JSON text is made when somebody asks."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def id(self) -> str:
        """The document's id."""
        id: str = self._document["id"]
        return id

    @property
    def version(self) -> int:
        """The document's version."""
        version: int = self._document["version"]
        return version

    @cached_property
    def _encoded(self) -> bytes:
        return orjson.dumps(self._document)

    @property
    def text(self) -> bytes:
        """The document as UTF-8 JSON."""
        return self._encoded

    @property
    def document(self) -> Document:
        """The document, the same object every time; not to be changed."""
        return self._document

    def __repr__(self) -> str:
        return f"<{self.id} version {self.version}>"
