"""kill -9 in the middle of writes: what was acknowledged is there, what was not is there whole or not at all."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runtime.model.change import Change, Op
from runtime.model.clock import SystemClock
from runtime.model.problem import Source
from runtime.model.query import Compare, Query, SortKey, TextSearch
from runtime.model.specs import CollectionSpec, FieldSpec, IndexSpec
from runtime.storage.sqlite.store import SqliteStore

ROUNDS = 20
MOST_ACKNOWLEDGED = 150
TASKS = 8

WRITER = """
import asyncio, json, sys
from pathlib import Path
from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.storage.sqlite.store import SqliteStore

async def work(store, name):
    for n in range(1_000_000):
        ids = [f"{name}-{n}-{place}" for place in "abc"]
        documents = [
            {"id": id, "version": 1, "batch": f"{name}-{n}", "slug": id, "n": n, "tags": ["all", f"t{n % 3}"],
             "text": f"first word{n % 5}", "filling": "x" * (n % 50) * 40}
            for id in ids
        ]
        await commit(store, [Write("notes", id, document, 0) for id, document in zip(ids, documents)])
        changed = {**documents[1], "version": 2, "tags": ["all", "changed"], "text": f"second word{n % 5}"}
        await commit(store, [Write("notes", ids[0], None, 1), Write("notes", ids[1], changed, 1)])

async def commit(store, writes):
    changes = await store.commit(writes)
    print(json.dumps([[change.seq, change.op, change.id, change.version] for change in changes]), flush=True)

async def main():
    store = SqliteStore(Path(sys.argv[1]), clock=SystemClock())
    await store.open()
    await asyncio.gather(*(work(store, f"{sys.argv[2]}-{task}") for task in range(int(sys.argv[3]))))

asyncio.run(main())
"""


@pytest.fixture
def notes() -> CollectionSpec:
    source = Source("collections/notes.yml", 1, 1)
    tag = FieldSpec("tag", "string", source)
    fields = (
        FieldSpec("slug", "slug", source, unique=True),
        FieldSpec("n", "integer", source, index=True),
        FieldSpec("tags", "array", source, items=tag, index=True),
        FieldSpec("text", "text", source),
    )
    return CollectionSpec("notes", source, fields, indexes=(IndexSpec((("tags", False), ("n", True)), source),))


def killed_in_the_middle(path: Path, name: str, after: int) -> Iterator[list[Any]]:
    """Let a process write, kill it once it has acknowledged so many commits; yield all that it acknowledged."""
    command = [sys.executable, "-c", WRITER, str(path), name, str(TASKS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for count, line in enumerate(process.stdout, 1):
            if count == after:
                process.send_signal(signal.SIGKILL)
            if line.endswith("\n"):
                yield json.loads(line)
    assert process.returncode == -signal.SIGKILL


def replayed(changes: list[Change]) -> dict[str, dict[str, Any]]:
    """Return what the change records say is stored; each must go on from what was there."""
    documents: dict[str, dict[str, Any]] = {}
    for change in changes:
        assert documents.pop(change.id, None) == change.before
        if change.after is not None:
            documents[change.id] = change.after
    return documents


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, notes: CollectionSpec) -> None:
    path = tmp_path / "store.db"
    moments = random.Random(9)
    acknowledged: list[list[Any]] = []
    for number in range(ROUNDS):
        store = SqliteStore(path, clock=SystemClock())
        await store.open()
        assert await store.ensure([notes]) == (["notes: created"] if number == 0 else [])
        await store.close()
        for commit in killed_in_the_middle(path, f"r{number}", moments.randint(1, MOST_ACKNOWLEDGED)):
            acknowledged.append(commit)
        store = SqliteStore(path, clock=SystemClock())
        await store.open()
        await check(store, path, acknowledged)
        await store.close()


async def check(store: SqliteStore, path: Path, acknowledged: list[list[Any]]) -> None:
    changes = await store.changes(0, 1_000_000)
    recorded = {change.seq: [change.seq, change.op, change.id, change.version] for change in changes}
    for commit in acknowledged:
        for record in commit:
            assert recorded[record[0]] == record
    documents = {record.id: record.document async for record in store.iterate("notes", Query())}
    assert documents == replayed(changes)
    check_batches_are_whole(changes)
    check_tables(path, documents)
    await check_answers(store, documents)


def check_batches_are_whole(changes: list[Change]) -> None:
    """Each batch creates three documents together; the next commit deletes one and changes another, together."""
    steps: dict[str, list[Op]] = defaultdict(list)
    for change in changes:
        document = change.after or change.before
        assert document is not None
        steps[document["batch"]].append(change.op)
    for ops in steps.values():
        assert ops in ([Op.CREATE] * 3, [Op.CREATE] * 3 + [Op.DELETE, Op.UPDATE])


def check_tables(path: Path, documents: dict[str, dict[str, Any]]) -> None:
    """The file is sound, and every derived table has what the documents say, no more and no less."""
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ids = dict(file.execute('SELECT key, id FROM "notes:documents"'))
        keys = file.execute('SELECT key, id, ".slug", ".n", ".version" FROM "notes:keys"').fetchall()
        elements = file.execute('SELECT key, value, id, ".n" FROM "notes:array:.tags,-.n"').fetchall()
        file.execute("""INSERT INTO "notes:text" ("notes:text") VALUES ('integrity-check')""")
        file.execute('CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, "notes:text", instance)')
        words = file.execute("SELECT doc, col, term FROM temp.vocabulary").fetchall()
    assert sorted(ids.values()) == sorted(documents)
    assert sorted(keys) == sorted(
        (key, id, documents[id]["slug"], documents[id]["n"], documents[id]["version"]) for key, id in ids.items()
    )
    assert sorted(elements) == sorted(
        (key, tag, id, documents[id]["n"]) for key, id in ids.items() for tag in documents[id]["tags"]
    )
    columns = {"c0": "slug", "c1": "text"}
    found = {(ids[key], columns[column], word) for key, column, word in words}
    assert found == {
        (id, name, word)
        for id, document in documents.items()
        for name in ("slug", "text")
        for word in document[name].replace("-", " ").split()
    }


async def check_answers(store: SqliteStore, documents: dict[str, dict[str, Any]]) -> None:
    """And what is asked through them is found."""
    for tag in ("all", "changed", "t1"):
        query = Query(Compare(("tags",), "$eq", tag), sort=(SortKey(("n",), True), SortKey(("id",), True)))
        expected = [document for document in documents.values() if tag in document["tags"]]
        expected.sort(key=lambda document: (document["n"], document["id"]), reverse=True)
        assert [record.document for record in await store.find("notes", query)] == expected
    for word in ("second", "word3"):
        query = Query(text=TextSearch(word, ("text",)))
        found = {record.id for record in await store.find("notes", query)}
        assert found == {id for id, document in documents.items() if word in document["text"].split()}
