"""The newsroom as its users meet it: a real server, curl, real articles, a browser."""

import json
import os
import subprocess
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import async_playwright

WAIT_MS = 60_000


class Curl:
    """`curl -N` on an event stream, read a line at a time."""

    def __init__(self, url: str, *headers: str) -> None:
        options = [part for header in headers for part in ("-H", header)]
        command = ["curl", "-sN", "--max-time", "150", *options, url]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self.last_id = ""

    def message(self, type: str) -> dict:
        """Return the next message of a type."""
        while line := self.process.stdout.readline():
            self.lines.append(line)
            if line.startswith("id: "):
                self.last_id = line[4:].strip()
            if line.startswith("data: ") and json.loads(line[6:]).get("type") == type:
                return json.loads(line[6:])
        raise AssertionError(f"the stream ended without {type!r}:\n" + "".join(self.lines))

    def ready(self) -> dict:
        while line := self.process.stdout.readline():
            self.lines.append(line)
            if line.startswith("data: "):
                return json.loads(line[6:])
        raise AssertionError("the stream ended before it was ready")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def listen():
    open_streams: list[Curl] = []

    def start(url: str, *headers: str) -> Curl:
        open_streams.append(Curl(url, *headers))
        return open_streams[-1]

    yield start
    for stream in open_streams:
        stream.close()


async def test_750_articles_are_imported_and_each_is_found_exactly_once(start, hookstream, articles):
    authors, posts = articles
    hookstream("import", "authors", str(authors))
    done = hookstream("import", "articles", str(posts))
    assert "750" in done.stdout + done.stderr
    api = start("serve").api
    slugs = [json.loads(line)["slug"] for line in posts.read_text().splitlines()]
    dates = {row["slug"]: row["publishedAt"] for row in map(json.loads, posts.read_text().splitlines())}
    seen, cursor = [], ""
    async with aiohttp.ClientSession() as session:
        while cursor is not None:
            query = {"sort": "-publishedAt", "limit": "60", "fields": "slug,publishedAt", "cursor": cursor}
            async with session.get(f"{api}/articles", params=query) as response:
                page = await response.json()
            seen += [item["slug"] for item in page["items"]]
            cursor = page.get("next")
        assert (len(seen), len(set(seen)), set(seen)) == (750, 750, set(slugs))
        assert [dates[slug] for slug in seen] == sorted(dates.values(), reverse=True)
        releases = sum("release" in json.loads(line)["tags"] for line in posts.read_text().splitlines())
        query = {"filter": '{"tags": "release"}', "count": "true", "limit": "1", "expand": "authors"}
        async with session.get(f"{api}/articles", params=query) as response:
            found = await response.json()
        assert found["total"] == releases > 50
        assert [author["id"] for author in found["items"][0]["_expand"]["authors"]] == found["items"][0]["authors"]


async def test_a_stream_shows_jobs_and_hooks_survives_an_edit_and_resumes(start, hookstream, newsroom, listen):
    server = start("dev")
    token = hookstream("token", "add", "desk", "--role", "editor").stdout.strip()
    bearer = f"Authorization: Bearer {token}"
    url = f"{server.api}/_events?channels=system,content"
    stream = listen(url, bearer)
    assert stream.ready()["channels"].keys() == {"system", "content"}
    hookstream("jobs", "run", "status")
    assert stream.message("status")["published"] == 0

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:

        async def write(title: str) -> str:
            async with session.post(f"{server.api}/articles", json={"title": title}) as response:
                assert response.status == 201
                return (await response.json())["id"]

        first = await write("One")
        assert stream.message("content-updated")["id"] == first

        printed = len(server.lines)
        hooks = newsroom / "hooks" / "articles.py"
        hooks.write_text(hooks.read_text().replace('"content-updated"', '"content-edited"'))
        server.wait_for("✓", after=printed)
        second = await write("Two")
        assert stream.message("content-edited")["id"] == second
        assert stream.process.poll() is None

        printed = len(server.lines)
        good = hooks.read_text()
        hooks.write_text(good + "\ndef broken(:\n")
        server.wait_for("hooks/articles.py", after=printed)
        third = await write("Three")
        assert stream.message("content-edited")["id"] == third
        async with session.get(f"{server.api}/_hooks") as response:
            assert response.status == 403

        last_id = stream.last_id
        stream.close()
        missed = [await write(f"Missed {number}") for number in range(3)]
        again = listen(url, bearer, f"Last-Event-ID: {last_id}")
        assert again.ready()["channels"]["content"]["recovered"] is True
        assert [again.message("content-edited")["id"] for _ in missed] == missed
        fourth = await write("Four")
        assert again.message("content-edited")["id"] == fourth
    assert sum('"content-edited"' in line for line in again.lines) == 4


async def test_the_desk_for_breaking_news_talks_and_knows_who_is_there(start, hookstream, listen):
    tokens = {
        name: hookstream("token", "add", name, *roles).stdout.strip()
        for name, roles in (("ann", ("--role", "author")), ("ed", ("--role", "editor")), ("reader", ()))
    }
    server = start("serve")
    room = f"{server.api}/_channels/channel:breaking"

    def bearer(name: str) -> str:
        return f"Authorization: Bearer {tokens[name]}"

    ann = listen(f"{server.api}/_events?channels=channel:breaking", bearer("ann"))
    assert ann.ready()["channels"]["channel:breaking"]["presence"] == {"users": ["token:ann"], "anonymous": 0}
    ed = listen(f"{server.api}/_events?channels=channel:breaking,channel:lobby", bearer("ed"))
    assert ed.ready()["channels"]["channel:breaking"]["presence"]["users"] == ["token:ann", "token:ed"]
    async with aiohttp.ClientSession() as session:

        async def send(name: str, **message: str) -> tuple[int, dict]:
            headers = {"Authorization": f"Bearer {tokens[name]}"}
            async with session.post(room, json=message, headers=headers) as response:
                return response.status, await response.json()

        assert (await send("ed", type="typing"))[0] == 202
        assert ann.message("typing")["userId"] == "token:ed"
        assert (await send("ed", type="chat", content=" It is out. "))[0] == 202
        said = ann.message("chat")
        assert (said["userId"], said["content"]) == ("token:ed", "It is out.")
        status, problem = await send("reader", type="chat", content="let me in")
        assert (status, problem["code"]) == (403, "not_your_room")
        async with session.get(f"{room}/presence", headers={"Authorization": f"Bearer {tokens['ed']}"}) as response:
            assert await response.json() == {"users": ["token:ann", "token:ed"], "anonymous": 0}
    ann.close()
    gone = ed.message("presence")
    while gone["status"] != "offline":
        gone = ed.message("presence")
    assert gone["userId"] == "token:ann"
    ed.close()
    assert "token:ed" in server.wait_for("desk_unattended")


async def test_the_public_authors_and_editors_each_see_and_do_what_is_theirs(start, hookstream):
    for name in ("ann", "ben"):
        hookstream("user", "add", f"{name}@example.org", "--role", "author", "--password-stdin", input="correct horse")
    editor = hookstream("token", "add", "desk", "--role", "editor").stdout.strip()
    api = start("serve").api
    async with aiohttp.ClientSession() as session:

        async def ask(method: str, path: str, token: str | None = None, **body: object) -> tuple[int, dict]:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with session.request(method, f"{api}{path}", json=body or None, headers=headers) as response:
                return response.status, await response.json(content_type=None)

        async def sign_in(name: str) -> str:
            credentials = {"email": f"{name}@example.org", "password": "correct horse", "bearer": True}
            return (await ask("POST", "/_auth/login", **credentials))[1]["token"]

        ann, ben = await sign_in("ann"), await sign_in("ben")
        own = (await ask("POST", "/articles", ann, title="Ann's", status="published", notes="mine"))[1]
        assert own["status"] == "draft"
        assert (await ask("GET", "/articles"))[1] == {"items": []}
        assert (await ask("PATCH", f"/articles/{own['id']}", editor, status="published"))[0] == 200
        (seen,) = (await ask("GET", "/articles"))[1]["items"]
        assert (seen["id"], "notes" in seen) == (own["id"], False)
        refusals = [
            await ask("PATCH", f"/articles/{own['id']}", ben, title="Ben's"),
            await ask("PATCH", f"/articles/{own['id']}", ann, status="draft"),
            await ask("DELETE", f"/articles/{own['id']}", ann),
            await ask("POST", "/articles", title="Anonymous"),
        ]
        assert [(status, problem["code"]) for status, problem in refusals] == [
            (403, "forbidden"),
            (403, "fields_forbidden"),
            (403, "forbidden"),
            (401, "unauthenticated"),
        ]
        assert refusals[1][1]["errors"].keys() == {"/status"}


def test_ten_mistakes_are_ten_problems_with_file_line_and_remedy(newsroom, hookstream):
    def edit(name: str, old: str, new: str) -> None:
        path = newsroom / name
        text = path.read_text()
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1))

    edit("config.yml", "sessionTTL: 5d", "sessionTTL: soon")
    edit("config.yml", "scope: authenticated", "scope: authentificated")
    edit("config.yml", "    bufferSize: 100", "    bufferSise: 100")
    edit("collections/articles.yml", "options: [draft, published]", "opitons: [draft, published]")
    edit("collections/articles.yml", "role:editor: {read", "role:editr: {read")
    edit("collections/articles.yml", "hide: [notes]", "hide: [note]")
    edit("collections/articles.yml", "hooks/articles.py:no_shouting", "hooks/artikles.py:no_shouting")
    edit("collections/comments.yml", "collection: articles", "collection: article")
    edit("jobs/newsroom.yml", 'cron: "0 6 * * ', 'cron: "0 26 * * ')
    edit("jobs/newsroom.yml", "Europe/Berlin", "Europe/Berlinn")
    done = hookstream("check", "--json", check=False)
    problems = json.loads(done.stdout)
    problems = problems if isinstance(problems, list) else problems["problems"]
    assert done.returncode == 1
    assert len(problems) == 10, done.stdout
    assert all(problem["line"] > 0 and problem["remedy"] for problem in problems)
    printed = hookstream("check", check=False)
    assert printed.returncode == 1
    for problem in problems:
        assert f"{problem['file']}:{problem['line']}" in printed.stdout + printed.stderr


@pytest.mark.skipif(
    not os.environ.get("REQUIRE_SERVICES") and not Path("/usr/bin/chromium").exists(), reason="chromium is not there"
)
async def test_a_browser_signs_in_once_watches_and_starts_a_job(start):
    server = start("dev")
    link = server.wait_for("#sign-in=").split("http", 1)[1].split()[0]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page()
        page.set_default_timeout(WAIT_MS)
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await page.goto(f"http{link}")
        await page.get_by_role("button", name="Account of admin").wait_for()
        assert "sign-in=" not in page.url
        await page.goto(f"http://127.0.0.1:{server.port}/")
        await page.get_by_text("admin@localhost").wait_for()
        await page.get_by_role("button", name="Run status").click()
        await page.locator("#messages strong", has_text="status").first.wait_for()
        made = await page.evaluate(
            """async () => (await fetch("/api/newsroom/articles", {method: "POST",
               headers: {"Content-Type": "application/json"}, body: JSON.stringify({title: "From here"})})).status"""
        )
        assert made == 201
        await page.locator("#messages strong", has_text="content-updated").first.wait_for()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("link", name="Sign in").wait_for()
        assert problems == []
        await page.goto(f"http{link}")
        await page.get_by_text("wrong, used or expired").wait_for()
        await browser.close()
