"""A stored document on its way out."""

import orjson

from runtime.model.document import Document


class SqliteRecord:
    """One document as it was stored: the text goes to the socket as it is, and is decoded when somebody asks."""

    __slots__ = ("_document", "_id", "_text", "_version")

    def __init__(self, id: str, version: int, text: bytes) -> None:
        self._id = id
        self._version = version
        self._text = text
        self._document: Document | None = None

    @property
    def id(self) -> str:
        """The document's id."""
        return self._id

    @property
    def version(self) -> int:
        """The document's version."""
        return self._version

    @property
    def text(self) -> bytes:
        """The document as UTF-8 JSON."""
        return self._text

    @property
    def document(self) -> Document:
        """The decoded document, the same object every time; not to be changed."""
        if self._document is None:
            self._document = orjson.loads(self._text)
        return self._document

    def __repr__(self) -> str:
        return f"<{self._id} version {self._version}>"
