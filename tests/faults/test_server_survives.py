"""What hooks may do to a running server, and that it goes on."""

import aiohttp
import pytest

HOOK = """
import asyncio
import os
import sys
import time

async def read(ctx):
    what = ctx.request.query.get("do")
    if what == "exit":
        sys.exit(3)
    if what == "exit-later":
        asyncio.create_task(leave())
    if what == "block":
        time.sleep(60)
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        await asyncio.sleep(60)
    return None

async def leave():
    sys.exit(4)
"""


@pytest.mark.parametrize(
    ("what", "status", "logged"),
    [
        ("exit", 500, "hook_failed"),
        ("exit-later", 200, "task_exited"),
        ("block", 504, "loop_blocked"),
        ("spin", 504, "loop_blocked"),
        ("sleep", 504, "hook_timeout"),
    ],
)
async def test_a_server_survives_its_hooks_and_names_them(start, newsroom, what, status, logged):
    articles = newsroom / "hooks" / "articles.py"
    articles.write_text(articles.read_text().split("async def read(")[0] + HOOK + rest_of(articles.read_text()))
    config = newsroom / "config.yml"
    config.write_text(config.read_text().replace("{timeout: 5s, slow: 250ms}", "{timeout: 1s, slow: 100ms}"))
    server = start("serve")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.api}/articles", params={"do": what}) as response:
            assert response.status == status
        line = server.wait_for(f'"{logged}"')
        if what != "exit-later":
            assert "hooks/articles.py" in line
        async with session.get(f"{server.api}/articles") as response:
            assert (response.status, await response.json()) == (200, {"items": []})
    assert server.process.poll() is None


def rest_of(source: str) -> str:
    return "\n\ndef no_shouting(" + source.split("def no_shouting(", 1)[1]
