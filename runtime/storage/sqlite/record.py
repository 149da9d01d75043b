"""A stored document on its way out."""

import orjson

from runtime.model.document import Document


class SqliteRecord:
    """One document as it was stored: the text goes to the socket as it is, and is decoded when somebody asks."""

    __slots__ = ("_document", "id", "text", "version")

    def __init__(self, id: str, version: int, text: bytes) -> None:
        self.id = id
        self.version = version
        self.text = text
        self._document: Document | None = None

    @property
    def document(self) -> Document:
        """The decoded document, the same object every time; not to be changed."""
        if self._document is None:
            self._document = orjson.loads(self.text)
        return self._document

    def __repr__(self) -> str:
        return f"<{self.id} version {self.version}>"
