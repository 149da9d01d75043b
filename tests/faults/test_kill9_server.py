"""A server that is killed in the middle of writes has kept every document that it acknowledged."""

import asyncio
import random
import signal

import aiohttp

from runtime.model.clock import SystemClock
from runtime.model.query import Query
from runtime.storage.open import open_store

ROUNDS = 3
CLIENTS = 6


async def write_until_it_dies(api: str, token: str, client: int, acknowledged: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        try:
            for number in range(100_000):
                title = f"client {client} number {number}"
                async with session.post(f"{api}/articles", json={"title": title}) as response:
                    document = await response.json()
                    assert response.status == 201, document
                    acknowledged[document["id"]] = title
        except (aiohttp.ClientError, ConnectionError):
            return


async def test_kill_9_under_a_write_load_loses_nothing_acknowledged(start, hookstream, newsroom):
    token = hookstream("token", "add", "load", "--role", "editor").stdout.strip()
    chance = random.Random(9)
    acknowledged: dict[str, str] = {}
    for _ in range(ROUNDS):
        server = await asyncio.to_thread(start, "serve")
        before = len(acknowledged)
        clients = [
            asyncio.create_task(write_until_it_dies(server.api, token, client, acknowledged))
            for client in range(CLIENTS)
        ]
        wanted = before + chance.randint(50, 200)
        while len(acknowledged) < wanted:
            await asyncio.wait(clients, timeout=0.01, return_when=asyncio.FIRST_COMPLETED)
            assert not any(client.done() for client in clients), "a client ended before the server did"
        server.process.send_signal(signal.SIGKILL)
        await asyncio.gather(*clients)
        await asyncio.to_thread(server.process.wait)
    server = await asyncio.to_thread(start, "serve")
    server.stop()
    store = open_store("sqlite:data/newsroom.db", folder=newsroom, clock=SystemClock())
    await store.open()
    try:
        stored = {record.id: record.document["title"] async for record in store.iterate("articles", Query())}
        changes = await store.changes(0, 1_000_000)
    finally:
        await store.close()
    assert {id: stored.get(id) for id in acknowledged} == acknowledged
    recorded = {change.id: change.after["title"] for change in changes if change.collection == "articles"}
    assert recorded == stored
    assert len(acknowledged) > 150
