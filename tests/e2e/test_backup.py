"""Backups of a newsroom that is being written to, and their way back."""

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
import httpx

from runtime.model.clock import SystemClock
from runtime.model.query import Query, TextSearch
from runtime.storage.open import open_store

CLIENTS = 6
BEFORE = 150
"""How many documents are acknowledged before the backup begins."""
PATIENCE_S = 60


async def write_until_told(
    api: str, token: str, client: int, sent: set[str], acknowledged: dict[str, str], stop: asyncio.Event
) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    number = 0
    async with aiohttp.ClientSession(headers=headers) as session:
        while not stop.is_set():
            title, number = f"client{client} number{number}", number + 1
            sent.add(title)
            article = {"title": title, "body": "word " * 400, "tags": [f"tag{number % 7}", "all"]}
            async with session.post(f"{api}/articles", json=article) as response:
                document = await response.json()
                assert response.status == 201, document
                acknowledged[document["id"]] = title


async def reach(acknowledged: dict[str, str], wanted: int, clients: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(acknowledged) < wanted:
            await asyncio.wait(clients, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
            assert not any(client.done() for client in clients), "a client ended before it was told to"


async def check_consistent(newsroom: Path) -> dict[str, str]:
    """Return the stored titles by id; all that is derived from the documents has to agree with them."""
    with closing(sqlite3.connect(newsroom / "data" / "newsroom.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("""INSERT INTO "articles:text" ("articles:text") VALUES ('integrity-check')""")
    store = open_store("sqlite:data/newsroom.db", folder=newsroom, clock=SystemClock())
    await store.open()
    try:
        stored = {record.id: record.document["title"] async for record in store.iterate("articles", Query())}
        changes = await store.changes(0, 1_000_000)
        words = Query(text=TextSearch("number0", ("title",)))
        found = {record.document["title"] async for record in store.iterate("articles", words)}
    finally:
        await store.close()
    assert {change.id: change.after["title"] for change in changes if change.collection == "articles"} == stored
    assert found == {title for title in stored.values() if title.endswith(" number0")}
    return stored


async def test_a_backup_under_a_write_load_holds_all_that_was_acknowledged_before(start, hookstream, newsroom):
    hookstream("user", "add", "ada@example.org", "--role", "editor", "--password-stdin", input="correct horse battery")
    token = hookstream("token", "add", "load", "--role", "editor").stdout.strip()
    server = await asyncio.to_thread(start, "serve")
    sent: set[str] = set()
    acknowledged: dict[str, str] = {}
    stop = asyncio.Event()
    clients = [
        asyncio.create_task(write_until_told(server.api, token, client, sent, acknowledged, stop))
        for client in range(CLIENTS)
    ]
    await reach(acknowledged, BEFORE, clients)
    before = dict(acknowledged)
    done = await asyncio.to_thread(hookstream, "backup", "news.backup")
    sent_before_the_end = set(sent)
    assert re.fullmatch(r"✓ backed up newsroom to news\.backup: \d.* in .* s, and found whole\n", done.stdout)
    assert "data/secret is not in it" in done.stderr
    await reach(acknowledged, len(sent_before_the_end) + 20, clients)  # the writers go on

    refused = await asyncio.to_thread(hookstream, "restore", "news.backup", check=False)
    assert refused.returncode == 1
    assert "newsroom.db is open in another process; stop the server" in refused.stderr
    await reach(acknowledged, len(acknowledged) + 20, clients)
    stop.set()
    await asyncio.gather(*clients)
    server.stop()

    restored = hookstream("restore", "news.backup")
    assert restored.stdout.startswith("✓ restored newsroom from news.backup, as it was at 20")
    (aside,) = (newsroom / "data").glob("newsroom.db.before-restore-*")
    assert aside.name in restored.stderr
    stored = await check_consistent(newsroom)
    assert before.items() <= stored.items()
    assert stored.items() <= acknowledged.items()
    assert set(stored.values()) <= sent_before_the_end
    assert len(stored) < len(acknowledged)

    server = await asyncio.to_thread(start, "serve")
    last = next(iter(before))
    async with httpx.AsyncClient(base_url=server.api, timeout=PATIENCE_S) as client:
        answer = await client.get(f"/articles/{last}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["title"]) == (200, before[last])
        login = {"email": "ada@example.org", "password": "correct horse battery"}
        assert (await client.post("/_auth/login", json=login)).status_code == 200
    server.stop()

    hookstream("restore", str(aside))
    assert (await check_consistent(newsroom)) == acknowledged


def test_a_backup_that_cannot_be_used_leaves_the_newsroom_as_it_was(hookstream, newsroom):
    hookstream("import", "authors", "-", input='{"id": "ada", "name": "Ada"}\n')
    hookstream("backup", "news.backup")
    hookstream("import", "authors", "-", input='{"id": "bob", "name": "Bob"}\n')

    content = bytearray((newsroom / "news.backup").read_bytes())
    content[4096 * 6 :] = b"\xff" * (len(content) - 4096 * 6)
    (newsroom / "damaged").write_bytes(content)
    done = hookstream("restore", "damaged", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"✗ damaged .*; take another backup\n", done.stderr)

    config = (newsroom / "config.yml").read_text()
    (newsroom / "config.yml").write_text(config.replace("namespace: newsroom", "namespace: gazette"))
    done = hookstream("restore", "news.backup", check=False)
    assert done.returncode == 1
    assert "is of the project 'newsroom', not 'gazette'" in done.stderr
    (newsroom / "config.yml").write_text(config)

    assert sorted(path.name for path in (newsroom / "data").iterdir()) == ["newsroom.db", "secret"]
    assert '"id":"bob"' in hookstream("export", "authors").stdout
    hookstream("restore", "news.backup")
    assert '"id":"bob"' not in hookstream("export", "authors").stdout


def test_the_newsroom_moves_by_export_and_import_without_a_loss(hookstream, newsroom, tmp_path):
    hookstream("import", "authors", "-", input='{"id": "ada", "name": "Ada"}\n{"id": "bob", "name": "Bob"}\n')
    lines = '{"id": "one", "title": "One", "status": "published", "authors": ["bob"], "tags": ["a", "b"]}\n'
    hookstream("import", "articles", "-", input=lines)
    hookstream("import", "comments", "-", input='{"article": "one", "text": "first"}\n')
    hookstream("export", "--all", str(tmp_path / "one"))
    shutil.rmtree(newsroom / "data")
    for name in ("comments", "articles", "authors"):  # in whatever order: references are not checked again
        hookstream("import", name, str(tmp_path / "one" / f"{name}.jsonl"), "--verbatim")
    hookstream("export", "--all", str(tmp_path / "two"))
    for name in ("articles.jsonl", "authors.jsonl", "comments.jsonl"):
        exported = (tmp_path / "one" / name).read_bytes()
        assert exported.count(b"\n") >= 1
        assert (tmp_path / "two" / name).read_bytes() == exported


def test_a_mongodb_store_is_backed_up_with_its_own_tools(hookstream, newsroom):
    env = newsroom / "config.yml.env"
    env.write_text(env.read_text().replace("sqlite:data/newsroom.db", "mongodb://127.0.0.1:1/news?replicaSet=x"))
    for command in ("backup", "restore"):
        done = hookstream(command, "config.yml", check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("✗ ")
        assert "mongodump and mongorestore" in done.stderr
