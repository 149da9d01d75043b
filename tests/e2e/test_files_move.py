"""Files on their way: into a backup and back, from one store to another, through a server that is killed."""

import asyncio
import shutil
import signal
from pathlib import Path

import aiohttp
import pytest

from runtime.model.clock import SystemClock
from runtime.model.files import FILES
from runtime.model.query import Query
from runtime.storage.open import open_store

PICTURE = b"GIF89a\x02\x00\x01\x00" + b"\x00" * 3_000


def signed_in(token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})


async def upload(api: str, token: str, data: bytes = PICTURE) -> str:
    form = aiohttp.FormData()
    form.add_field("file", data, filename="cover.gif", content_type="image/gif")
    async with signed_in(token) as session, session.post(f"{api}/_files", data=form) as response:
        assert response.status == 201, await response.text()
        return (await response.json())["id"]


async def publish(api: str, token: str, cover: str) -> None:
    body = {"id": "first", "title": "First", "status": "published", "cover": {"id": cover}}
    async with signed_in(token) as session, session.post(f"{api}/articles", json=body) as response:
        assert response.status == 201, await response.text()


async def read(api: str, id: str) -> bytes | int:
    async with aiohttp.ClientSession() as session, session.get(f"{api}/_files/{id}") as response:
        return await response.read() if response.status == 200 else response.status


async def recorded(newsroom: Path) -> dict[str, str]:
    """Return the hashes of all files of which there is a record, by their ids."""
    store = open_store("sqlite:data/newsroom.db", folder=newsroom, clock=SystemClock())
    await store.open()
    try:
        return {record.id: record.document["hash"] async for record in store.iterate(FILES.name, Query())}
    finally:
        await store.close()


@pytest.fixture
async def published(start, hookstream):
    """A server whose first article has a cover, and the cover's id; it is stopped."""
    token = hookstream("token", "add", "desk", "--role", "editor").stdout.strip()
    server = await asyncio.to_thread(start, "serve")
    cover = await upload(server.api, token)
    await publish(server.api, token, cover)
    assert await read(server.api, cover) == PICTURE
    assert await asyncio.to_thread(server.stop) == 0
    return cover


async def test_a_backup_brings_lost_files_back(published, start, hookstream, newsroom):
    done = hookstream("backup", "news.backup")
    assert "copied 1 file to news.backup.files" in done.stdout
    assert "copied" not in hookstream("backup", "alone.backup", "--without-files").stdout
    again = hookstream("backup", "news.backup", check=False)
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    shutil.rmtree(newsroom / "data")
    done = hookstream("restore", "news.backup")
    assert "1 file that were missing are there again" in done.stderr
    assert await read((await asyncio.to_thread(start, "serve")).api, published) == PICTURE


async def test_an_export_takes_files_into_another_store(published, start, hookstream, newsroom):
    hookstream("export", "--all", "copies")
    (newsroom / "config.yml.env").write_text("STORAGE_URL=sqlite:data/other.db\n")
    for name in ("_files", "authors", "articles"):
        hookstream("import", name, f"copies/{name}.jsonl", "--verbatim")
    assert await read((await asyncio.to_thread(start, "serve")).api, published) == PICTURE


async def test_kill_9_in_the_middle_of_uploads_leaves_whole_files_or_what_upkeep_finds(start, hookstream, newsroom):
    token = hookstream("token", "add", "desk", "--role", "editor").stdout.strip()
    kept: list[str] = []

    async def upload_on(api: str, client: int) -> None:
        try:
            for number in range(1_000):
                kept.append(await upload(api, token, b"GIF89a" + f"{client} {number} ".encode() + b"x" * 300_000))
        except (aiohttp.ClientError, ConnectionError):
            return

    config = newsroom / "config.yml"
    config.write_text(config.read_text().replace("requests:", "upload: 100000/minute, requests:"))
    server = await asyncio.to_thread(start, "serve")
    clients = [asyncio.create_task(upload_on(server.api, client)) for client in range(4)]
    while len(kept) < 20:
        await asyncio.wait(clients, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
        assert not [client for client in clients if client.done()], "a client ended before the server did"
    server.process.send_signal(signal.SIGKILL)
    await asyncio.gather(*clients)
    await asyncio.to_thread(server.process.wait)
    server = await asyncio.to_thread(start, "serve")
    async with signed_in(token) as session:
        for id in kept:
            async with session.get(f"{server.api}/_files/{id}") as response:
                assert len(await response.read()) > 300_000
    folder = newsroom / "data" / "files"
    hashes = await recorded(newsroom)  # of the last file of each client nobody may have been told
    assert hashes.keys() >= set(kept)
    whole = {path.parent.name + path.name for path in folder.glob("??/*")}
    assert whole >= set(hashes.values())
    parts = [path.name for path in folder.iterdir() if path.is_file()]
    assert all(name.endswith(".part") for name in parts)
    assert whole - set(hashes.values()) <= {name.removesuffix(".part").rpartition("-")[2] for name in parts}
