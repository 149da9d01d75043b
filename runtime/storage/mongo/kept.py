"""How one collection is kept."""

from functools import cached_property

from runtime.model.document import Document
from runtime.model.query import Path
from runtime.storage.layout import Layout
from runtime.storage.mongo.filters import Scope
from runtime.storage.mongo.names import ID, collection_name, dotted
from runtime.storage.mongo.words import Texts, Words


class Kept:
    """A collection's layout, its name in the database and its words."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.name = collection_name(layout.collection)
        self.scope = Scope(self.is_single, frozenset(self.unique.values()).__contains__)

    @cached_property
    def words(self) -> Words | None:
        """The collection's words, None where no field is searched."""
        return Words(self.layout) if self.layout.text else None

    @cached_property
    def unique(self) -> dict[str, Path]:
        """The paths that are unique, by their dotted names."""
        paths = [index.keys[0][0] for index in self.layout.indexes if index.unique]
        return {name: path for path in paths if (name := dotted(path)) is not None}

    def is_single(self, path: Path) -> bool:
        """Return whether a path holds a single value or nothing in every document: the layout refuses others."""
        return path == ID or path in self.layout.columns

    def texts(self, document: Document) -> Texts:
        """Return the texts of a document that are searched."""
        found = (document.get(name) for name in self.layout.text)
        return tuple(text if isinstance(text, str) else None for text in found)
