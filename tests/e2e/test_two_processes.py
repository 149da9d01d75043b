"""Two processes on one database: what is written by one reaches the clients of the other."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp


@asynccontextmanager
async def messages(api: str, channel: str) -> AsyncIterator[AsyncIterator[dict]]:
    """Join a channel; the messages that come from then on."""
    async with aiohttp.ClientSession() as session, session.get(f"{api}/_events?channels={channel}") as response:

        async def all_of_them() -> AsyncIterator[dict]:
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

        found = all_of_them()
        assert "channels" in await anext(found)  # the `ready` frame
        yield found


async def test_what_is_imported_beside_a_server_reaches_its_clients(start, hookstream):
    server = start("serve")
    async with messages(server.api, "content") as coming:
        rows = "".join(
            json.dumps({"id": f"a{n}", "title": f"Title {n}", "status": "draft" if n == 2 else "published"}) + "\n"
            for n in range(5)
        )
        await asyncio.to_thread(hookstream, "import", "articles", "-", input=rows)
        seen = [await anext(coming) for _ in range(4)]
        assert [(message["type"], message["id"], message["title"]) for message in seen] == [
            ("articles.create", "a0", "Title 0"),
            ("articles.create", "a1", "Title 1"),
            ("articles.create", "a3", "Title 3"),
            ("articles.create", "a4", "Title 4"),
        ]


async def test_two_servers_on_one_file_tell_each_others_clients_and_nobody_twice(
    start, hookstream, newsroom, give_port
):
    one = start("serve")
    beside = newsroom.with_name("beside")
    shutil.copytree(newsroom, beside, ignore=shutil.ignore_patterns("newsroom.db*"))
    env = beside / "config.yml.env"
    env.write_text(env.read_text().replace("sqlite:data/newsroom.db", f"sqlite:{newsroom}/data/newsroom.db"))
    give_port(beside)
    other = start("serve", folder=beside)
    token = hookstream("token", "add", "desk", "--role", "editor").stdout.strip()
    bearer = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=bearer) as session,
        messages(one.api, "content") as at_one,
        messages(other.api, "content") as at_other,
    ):
        for n in range(3):
            for name, api in (("one", one.api), ("other", other.api)):
                article = {"title": f"{name} {n}", "status": "published"}
                async with session.post(f"{api}/articles", json=article) as sent:
                    assert sent.status == 201, await sent.text()
        # Which of the last two comes first depends on when the other's changes are looked for.
        at_one_seen = await created(at_one, until={"one 2", "other 2"})
        at_other_seen = await created(at_other, until={"one 2", "other 2"})
        for seen, own, theirs in ((at_one_seen, "one", "other"), (at_other_seen, "other", "one")):
            assert [title for title in seen if title.startswith(own)] == [f"{own} {n}" for n in range(3)]
            assert [title for title in seen if title.startswith(theirs)] == [f"{theirs} {n}" for n in range(3)]


async def created(coming: AsyncIterator[dict], *, until: set[str]) -> list[str]:
    """Return the titles of the articles that are told of, until these are among them."""
    seen: list[str] = []
    async for message in coming:
        if message["type"] == "articles.create":
            seen.append(message["title"])
            if until <= set(seen):
                return seen
    raise AssertionError(f"the stream ended without {until!r}: {seen}")
