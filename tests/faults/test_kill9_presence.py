"""A server that is killed with people in a room: each of them leaves once, whoever fires it, and nobody twice."""

import asyncio
import json
import signal

import aiohttp

from runtime.model.change import Write
from runtime.model.clock import SystemClock, timestamp
from runtime.model.query import Query
from runtime.storage.open import open_store

FAR_S = 4_000_000_000.0
"""In 2096: until the test says so, nobody takes the dead for dead, however long a start takes."""

DIARY = """
name: diary
fields: [{name: who, type: string}, {name: room, type: string}]
permissions: {}
"""

LEFT = """

async def left(ctx):
    await ctx.db.create("diary", {"who": ctx.user.id, "room": ctx.channel.name})
"""


async def listen(session, server, token):
    """Open a stream in the room; return it when it is ready, with who is there."""
    headers = {"Authorization": f"Bearer {token}"}
    response = await session.get(f"{server.api}/_events?channels=channel:breaking", headers=headers)
    assert response.status == 200
    while not (line := await response.content.readline()).startswith(b"data: "):
        assert line, "the stream ended before it was ready"
    return response, json.loads(line[6:])["channels"]["channel:breaking"]["presence"]["users"]


async def test_everybody_leaves_exactly_once_after_kill_9(start, hookstream, newsroom):
    (newsroom / "collections" / "diary.yml").write_text(DIARY)
    rooms = newsroom / "hooks" / "rooms.py"
    rooms.write_text(rooms.read_text().partition("async def left")[0] + LEFT)
    tokens = {
        name: hookstream("token", "add", name, "--role", "editor").stdout.strip() for name in ("ada", "bob", "cy")
    }
    server = await asyncio.to_thread(start, "serve")
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        for name in ("ada", "ada", "bob", "cy"):
            _, present = await listen(session, server, tokens[name])
        assert present == ["token:ada", "token:bob", "token:cy"]
        server.process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(server.process.wait)

        store = open_store("sqlite:data/newsroom.db", folder=newsroom, clock=SystemClock())
        await store.open()
        try:
            await set_leases(store, until=FAR_S, but_of=None)
            server = await asyncio.to_thread(start, "serve")
            _, present = await listen(session, server, tokens["cy"])
            assert present == ["token:cy"]
            assert await diary(store) == []
            await set_leases(store, until=0.0, but_of="token:cy")
            await asyncio.to_thread(server.wait_for, "token:ada")
            await asyncio.to_thread(server.wait_for, "token:bob")
            assert await diary(store) == ["token:ada", "token:bob"]

            server.process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(server.process.wait)
            await set_leases(store, until=0.0, but_of=None)
            server = await asyncio.to_thread(start, "serve")
            await asyncio.to_thread(server.wait_for, "token:cy")
            assert await diary(store) == ["token:ada", "token:bob", "token:cy"]
            assert await store.find("_joins", Query()) == []
        finally:
            await store.close()
        assert server.stop() == 0


async def diary(store):
    return sorted(record.document["who"] for record in await store.find("diary", Query()))


async def set_leases(store, *, until, but_of):
    """Have the leases end then of the processes that are dead: of all but the one that holds somebody now."""
    joins = [record.document for record in await store.find("_joins", Query())]
    dead = {node for join in joins if join["user"] != but_of for node in join["nodes"]}
    for record in await store.find("_nodes", Query()):
        if record.id in dead:
            lease = {**record.document, "leaseUntil": timestamp(until), "version": record.version + 1}
            await store.commit([Write("_nodes", record.id, lease, expected=record.version)])
