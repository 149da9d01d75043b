"""A document's rows in all tables of its collection: put in, changed where they differ, taken out."""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Sequence
from sqlite3 import Cursor

from runtime.storage.derive import Row
from runtime.storage.keys import Key
from runtime.storage.layout import Index
from runtime.storage.names import quoted
from runtime.storage.sqlite.tables import Tables

New = tuple[str, int, bytes, Row]
"""A document to put in: its id, version, body and what is derived from it."""


def insert_all(cursor: Cursor, tables: Tables, documents: Sequence[New]) -> None:
    """Put new documents in, table by table.

    Where an id or a unique key is taken the whole transaction is undone, besides the IntegrityError.
    """
    tables.insert_document.put(cursor, [new[:3] for new in documents])
    first = int(cursor.lastrowid or 0) - len(documents) + 1
    tables.insert_keys.put(cursor, [(key, id, *row.keys) for key, (id, _, _, row) in enumerate(documents, first)])
    for place, index in enumerate(tables.layout.arrays):
        others = tables.others[index]
        elements = [
            (key, value, id, *(row.keys[n] for n in others))
            for key, (id, _, _, row) in enumerate(documents, first)
            for value in row.arrays[place]
        ]
        tables.insert_array[index].put(cursor, elements)
    texts = [(key, *row.text) for key, (_, _, _, row) in enumerate(documents, first) if any(row.text)]
    tables.insert_text.put(cursor, texts)


def insert(cursor: Cursor, tables: Tables, *, id: str, version: int, body: bytes, row: Row) -> None:
    """Put a new document in. Raises IntegrityError where its id or a unique key is taken."""
    cursor.execute(tables.insert_document.one, (id, version, body))
    key = int(cursor.lastrowid or 0)
    insert_keys(cursor, tables, key=key, id=id, row=row)
    for index, values in zip(tables.layout.arrays, row.arrays, strict=True):
        insert_array(cursor, tables, index, key=key, id=id, keys=row.keys, values=values)
    insert_text(cursor, tables, key=key, text=row.text)


def insert_keys(cursor: Cursor, tables: Tables, *, key: int, id: str, row: Row) -> None:
    """Put a document's keys in."""
    cursor.execute(tables.insert_keys.one, (key, id, *row.keys))


def insert_array(
    cursor: Cursor, tables: Tables, index: Index, *, key: int, id: str, keys: Sequence[Key], values: Sequence[Key]
) -> None:
    """Put a row for each element of an array into its side table."""
    if values:
        others = tuple(keys[place] for place in tables.others[index])
        cursor.executemany(tables.insert_array[index].one, [(key, value, id, *others) for value in values])


def insert_text(cursor: Cursor, tables: Tables, *, key: int, text: Sequence[str | None]) -> None:
    """Put a document's texts into the full-text index."""
    if any(text):
        cursor.execute(tables.insert_text.one, (key, *text))


def update(cursor: Cursor, tables: Tables, *, key: int, id: str, version: int, body: bytes, old: Row, new: Row) -> None:
    """Put a document in another's place. Only what differs is touched: an index entry costs more than its comparison.

    Raises IntegrityError where a unique key is taken.
    """
    cursor.execute(tables.update_document, (version, body, key))
    names = tables.layout.columns.values()
    # 1, 1.0 and True are equal in Python: the types are compared too, so that the stored key is the document's own
    changed = [
        (name, value)
        for name, value, was in zip(names, new.keys, old.keys, strict=True)
        if value != was or type(value) is not type(was)
    ]
    if changed:
        assignments = ", ".join(f"{quoted(name)} = ?" for name, _ in changed)
        cursor.execute(
            f"UPDATE {tables.keys} SET {assignments} WHERE key = ?",
            (*(value for _, value in changed), key),
        )
    _update_arrays(cursor, tables, key=key, id=id, old=old, new=new)
    if new.text != old.text:
        _delete_text(cursor, tables, key=key, text=old.text)
        insert_text(cursor, tables, key=key, text=new.text)


def remove(cursor: Cursor, tables: Tables, *, key: int, old: Row) -> None:
    """Take a document out."""
    cursor.execute(tables.delete_document, (key,))
    cursor.execute(tables.delete_keys, (key,))
    for index, values in zip(tables.layout.arrays, old.arrays, strict=True):
        if values:
            cursor.execute(tables.delete_array[index], (key,))
    _delete_text(cursor, tables, key=key, text=old.text)


def _update_arrays(cursor: Cursor, tables: Tables, *, key: int, id: str, old: Row, new: Row) -> None:
    for place, index in enumerate(tables.layout.arrays):
        before, after = old.arrays[place], new.arrays[place]
        others = tables.others[index]
        if repr(before) == repr(after) and all(repr(old.keys[n]) == repr(new.keys[n]) for n in others):
            continue
        if before:
            cursor.execute(tables.delete_array[index], (key,))
        insert_array(cursor, tables, index, key=key, id=id, keys=new.keys, values=after)


def _delete_text(cursor: Cursor, tables: Tables, *, key: int, text: Sequence[str | None]) -> None:
    if any(text):
        cursor.execute(tables.delete_text, (key, *text))
