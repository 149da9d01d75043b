"""Many batches applied as one: what they put in goes into each table by one statement, not by one for each document.

Where that cannot be told apart from applying one batch after the other, it is quicker; everything else is refused and
left to `write.apply`.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain, islice

from runtime.model.change import Change
from runtime.model.errors import Failure, StoreConflict
from runtime.storage.sqlite import rows
from runtime.storage.sqlite.changes import Stamp, append
from runtime.storage.sqlite.tables import Tables
from runtime.storage.sqlite.write import Batch, Look, Put, Step, entry_of, steps_of, take
from runtime.storage.sqlite.writer import NotTogether

Outcome = list[Change] | Exception


def apply_together(
    connection: sqlite3.Connection, batches: Sequence[Batch], *, look: Look, stamp: Stamp
) -> list[Outcome]:
    """Apply the batches; return the change records of each, or why it cannot be applied.

    New documents are put in first. That none of their values is taken then means that none was in the order given: a
    document is written once, so what takes a value earlier would still do so, or do so later, and be refused. Raises
    NotTogether, and IntegrityError where an id or a unique key is taken; what was applied is the caller's to undo.
    """
    cursor = connection.cursor()
    _check_apart(batches)
    steps: list[list[Step]] = []
    refused: dict[int, Failure] = {}
    for number, batch in enumerate(batches):
        try:
            steps.append(list(steps_of(cursor, batch, look)))
        except Failure as failure:
            if len(batch) > 1:
                raise NotTogether from failure  # a write before this one may be what cannot be applied
            steps.append([])
            refused[number] = failure
    taken = list(chain.from_iterable(steps))
    _insert(cursor, taken)
    try:
        for step in taken:
            if step.stored is not None:
                take(cursor, step)
    except StoreConflict as conflict:
        raise NotTogether from conflict  # nobody can undo this batch alone
    changes = iter(append(cursor, [entry_of(step) for step in taken if step.is_logged], stamp))
    return [
        refused[number] if number in refused else list(islice(changes, sum(step.is_logged for step in some)))
        for number, some in enumerate(steps)
    ]


def _check_apart(batches: Sequence[Batch]) -> None:
    written = [(prepared.write.collection, prepared.write.id) for batch in batches for prepared in batch]
    if len(set(written)) < len(written):
        raise NotTogether


def _insert(cursor: sqlite3.Cursor, steps: Sequence[Step]) -> None:
    documents: dict[Tables, list[rows.New]] = {}
    for step in steps:
        put = step.prepared
        if step.stored is None and isinstance(put, Put):
            documents.setdefault(put.tables, []).append((put.write.id, put.version, put.body, put.row))
    for tables, some in documents.items():
        rows.insert_all(cursor, tables, some)
