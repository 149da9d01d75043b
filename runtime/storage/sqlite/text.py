"""Full-text search: what a user typed, as an expression of FTS5 in which nothing but words is left."""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Sequence

from runtime.model.query import TextSearch
from runtime.storage.sqlite.tables import Tables


def search(tables: Tables, key: str) -> str:
    """Return the condition that the document of a key is found. Bind an `expression`."""
    return f"{key} IN (SELECT rowid FROM {tables.text}(?))"


def expression(text: TextSearch, tables: Tables) -> str | None:
    """Return the expression that every word occurs in one of the fields, the last one perhaps only begun.

    What stands between white space is a word, or several in a row (`e-mail`); of punctuation alone it is none. None
    where nothing can be found: without any word or field. Case and diacritics do not matter. Fields that are not
    searched have no words.
    """
    return _expression(text.words, [number for number, name in enumerate(tables.layout.text) if name in text.fields])


def _expression(words: str, columns: Sequence[int]) -> str | None:
    # NUL would end the expression for SQLite, halves of surrogate pairs cannot be bound; neither is in a word
    clean = words.replace("\0", " ").encode("utf-8", "replace").decode()
    phrases = " ".join('"' + word.replace('"', '""') + '"' for word in clean.split())
    if not phrases or not columns:
        return None
    names = " ".join(f"c{number}" for number in columns)
    return f"{{{names}}} : ({phrases} *)"
