"""What admins are told of the running server: facts, the last hour, the last lines of the log."""

import json
from contextlib import AsyncExitStack

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer

from runtime import __version__
from runtime.app import open_project, running
from runtime.model.clock import SystemClock
from runtime.model.errors import Unavailable
from runtime.web.build import build
from runtime.web.recent_log import RecentLog

FILES = {
    "jobs/quick.py": "async def run(ctx): pass\n",
    "hooks/notes.py": "async def fail(ctx): raise RuntimeError('a bug')\n",
}


@pytest.fixture
async def desk(serve):
    return await serve(FILES)


@pytest.mark.parametrize("path", ["/_system", "/_system/history", "/_system/log"])
@pytest.mark.parametrize(("by", "status"), [(None, 401), ("editor", 403), ("admin", 200)])
async def test_the_system_is_for_admins(desk, path, by, status):
    assert (await desk.ask("GET", path, by=by)).status == status


async def test_the_facts_name_what_runs_and_where(desk):
    await desk.ask("POST", "/notes", {"title": "one"}, by="editor")
    await desk.ask("GET", "/notes/nonesuch", by="editor")
    told = (await desk.ask("GET", "/_system", by="admin")).json
    assert told["project"] == {
        "namespace": "desk", "label": "desk", "edition": 1, "problems": 0, "collections": 1, "channels": 2, "jobs": 0,
    }  # fmt: skip
    assert told["versions"]["hookstream"] == __version__
    assert told["versions"]["store"].startswith("SQLite 3.")
    assert told["process"]["pid"] > 0
    assert told["process"]["uptimeSeconds"] >= 0
    assert told["process"]["startedAt"].endswith("Z")
    assert told["broker"] == "memory"
    assert told["realtime"]["maxConnections"] == 10_000
    assert told["jobs"] == {"waiting": 0, "running": 0, "capacity": 10, "ended": {}, "takenOver": 0}
    assert told["disk"]["freeBytes"] <= told["disk"]["totalBytes"]


async def test_the_facts_tell_what_is_stored_and_what_the_store_promises(desk):
    await desk.ask("POST", "/notes", {"title": "one"}, by="editor")
    store = (await desk.ask("GET", "/_system", by="admin")).json["store"]
    collections = {each["name"]: (each["documents"], each["exact"]) for each in store["collections"]}
    assert collections["notes"] == (1, True)
    assert collections["_users"] == (2, True)
    assert (store["name"], store["durable"], store["problem"]) == ("sqlite", False, None)
    assert store["notes"] == [
        "documents are kept in memory and are gone when the server stops; set `storage` to a file"
    ]
    assert store["changes"] == {"records": 1, "exact": True}


async def test_a_file_is_named_below_the_project_and_no_absolute_path_is_told(serve, tmp_path):
    config = """
namespace: desk
storage: "sqlite:data/desk.db"
auth: {secret: "a secret for tests only", roles: [editor, author]}
collections: !include collections/*.yml
"""
    desk = await serve({"config.yml": config})
    answer = await desk.ask("GET", "/_system", by="admin")
    assert answer.json["store"]["place"] == "data/desk.db"
    assert set(answer.json["store"]["sizeBytes"]) == {"file", "wal"}
    assert answer.json["store"]["sizeBytes"]["file"] > 0
    assert str(tmp_path) not in answer.text


async def test_a_file_elsewhere_is_named_without_where_that_is(serve, tmp_path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "desk.db"
    config = f"""
namespace: desk
storage: "sqlite:{elsewhere}"
auth: {{secret: "a secret for tests only", roles: [editor, author]}}
collections: !include collections/*.yml
"""
    desk = await serve({"config.yml": config})
    answer = await desk.ask("GET", "/_system", by="admin")
    assert answer.json["store"]["place"] == "…/desk.db"
    assert str(elsewhere.parent) not in answer.text


async def test_a_store_that_is_away_leaves_the_other_facts(desk, monkeypatch):
    async def away():
        raise Unavailable("the database does not answer; start it")

    monkeypatch.setattr(desk.project.store, "survey", away)
    told = (await desk.ask("GET", "/_system", by="admin")).json
    assert told["store"]["problem"] == "the database does not answer; start it"
    assert (told["store"]["collections"], told["versions"]["store"]) == (None, None)
    assert told["process"]["pid"] > 0


async def test_requests_are_counted_by_how_they_ended_and_streams_are_not(desk):
    before = desk.project.requests.statuses.copy()
    for _ in range(3):
        await desk.ask("GET", "/notes")
    await desk.ask("GET", "/notes/nonesuch")
    async with desk.client.get("/api/desk/_events?channels=news") as stream:
        await stream.content.readuntil(b"event: ready")
    after = desk.project.requests.statuses
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 0, 3, 0, 1, 0]


async def test_the_history_has_a_sample_for_every_ten_seconds(serve, monkeypatch):
    monkeypatch.setattr("runtime.web.sampler.SAMPLE_S", 3600.0)  # none but the test takes any
    desk = await serve(FILES)
    assert (await desk.ask("GET", "/_system/history", by="admin")).json == {"everySeconds": 10.0, "items": []}
    desk.project.sampler.tick()
    await desk.ask("GET", "/notes/nonesuch")
    desk.project.sampler.tick()
    (sample,) = (await desk.ask("GET", "/_system/history", by="admin")).json["items"]
    assert set(sample) == {
        "at", "seconds", "requests", "p50", "p95", "p99", "errors", "statuses", "connections", "events", "drops", "rss",
        "threads", "cpu", "loopLag", "runs", "waiting",
    }  # fmt: skip
    assert sample["statuses"]["4xx"] == 1
    assert sample["requests"] > 0
    assert sample["p99"] >= sample["p50"] > 0


async def test_samples_come_live_to_those_who_listen(desk):
    headers = await desk.signed_in("admin")
    async with desk.client.get("/api/desk/_events?channels=_system", headers=headers) as stream:
        ready = await stream.content.readuntil(b"\n\n")
        assert b"event: ready" in ready
        desk.project.sampler.tick()
        frame = await stream.content.readuntil(b"\n\n")
    message = json.loads(frame.decode().partition("data: ")[2])
    assert (message["type"], message["channel"], message["connections"]) == ("sample", "_system", 1)
    assert not frame.startswith(b"id:")


@pytest.fixture
async def logged(tmp_path):
    """Serve projects in folders whose log is kept as `hookstream dev` keeps it."""
    clock = SystemClock()
    recent = RecentLog(clock)
    wrapper = structlog.make_filtering_bound_logger(0)
    chain = [recent, structlog.processors.JSONRenderer()]
    logger = structlog.wrap_logger(structlog.PrintLogger(), processors=chain, wrapper_class=wrapper)
    async with AsyncExitStack() as stack:

        async def start(*names):
            projects = {}
            for name in names:
                folder = tmp_path / name
                (folder / "hooks").mkdir(parents=True)
                (folder / "config.yml").write_text(CONFIG.replace("NAME", name))
                (folder / "hooks" / "notes.py").write_text("async def fail(ctx): raise RuntimeError('a bug')\n")
                opened = open_project(folder, environ={}, clock=clock, log=logger)
                projects[name] = await stack.enter_async_context(opened)
                await stack.enter_async_context(running(projects[name]))
            app = build(projects, clock=clock, log=logger, recent_log=recent)
            return Site(await stack.enter_async_context(TestClient(TestServer(app))), projects)

        yield start


CONFIG = """
namespace: NAME
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor]}
limits: {requests: 100000/minute, login: 1000/minute}
collections:
  - name: notes
    fields: [{name: title, type: string}]
    permissions: {public: {create: true}}
    hooks: {create: {before: hooks/notes.py:fail}}
"""

PASSWORD = "correct horse battery"


class Site:
    def __init__(self, client, projects):
        self.client = client
        self.projects = projects
        self.cookies = {}

    async def sign_in(self, name):
        await self.projects[name].auth.users.create(f"{name}@example.org", password=PASSWORD, roles=["admin"])
        body = {"email": f"{name}@example.org", "password": PASSWORD}
        async with self.client.post(f"/api/{name}/_auth/login", json=body) as answer:
            assert answer.status == 200
            self.cookies[name] = {key: morsel.value for key, morsel in answer.cookies.items()}

    async def log(self, name, **query):
        async with self.client.get(f"/api/{name}/_system/log", params=query, cookies=self.cookies[name]) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body


async def test_the_log_has_the_last_lines_as_records(logged):
    site = await logged("desk")
    await site.sign_in("desk")
    assert (await site.client.post("/api/desk/notes", json={"title": "x"})).status == 500
    lines = (await site.log("desk"))["items"]
    (failed,) = [line for line in lines if line["event"] == "hook_failed"]
    assert failed["level"] == "error"
    assert failed["time"].endswith("Z")
    assert failed["fields"]["hook"] == "hooks/notes.py:fail"
    assert "project" not in failed["fields"]
    numbers = [line["number"] for line in lines]
    assert numbers == sorted(set(numbers))


async def test_the_log_is_narrowed_by_level_and_text_and_has_requests_where_asked(logged):
    site = await logged("desk")
    await site.sign_in("desk")
    await site.client.post("/api/desk/notes", json={"title": "x"})

    async def events(**query):
        return {line["event"] for line in (await site.log("desk", **query))["items"]}

    assert "request" not in await events()
    assert "request" in await events(requests="true")
    assert await events(level="error") == {"hook_failed"}
    assert await events(text="NOTES.PY:fail") == {"hook_failed"}
    assert await events(text="/api/desk/notes", requests="true") >= {"request"}
    assert await events(text="nowhere to be found") == set()
    assert len((await site.log("desk", limit="1"))["items"]) == 1


async def test_only_what_is_new_comes_after_the_last_answer(logged):
    site = await logged("desk")
    await site.sign_in("desk")
    last = (await site.log("desk"))["last"]
    assert (await site.log("desk", after=str(last)))["items"] == []
    await site.client.post("/api/desk/notes", json={"title": "x"})
    fresh = await site.log("desk", after=str(last))
    assert "hook_failed" in {line["event"] for line in fresh["items"]}
    assert fresh["last"] > last


@pytest.mark.parametrize("query", ["level=loud", "limit=0", "limit=1001", "after=-1", "after=x"])
async def test_a_log_that_cannot_be_had(desk, query):
    answer = await desk.ask("GET", f"/_system/log?{query}", by="admin")
    assert (answer.status, answer.json["code"]) == (400, "invalid_query")


async def test_no_password_token_or_cookie_is_in_the_log(logged):
    site = await logged("desk")
    await site.sign_in("desk")
    added = await site.projects["desk"].auth.tokens.add("press", roles=["admin"])
    token = added if isinstance(added, str) else added[0]
    wrong = {"email": "desk@example.org", "password": "a wrong password"}
    await site.client.post("/api/desk/_auth/login", json=wrong)
    await site.client.get("/api/desk/_system", headers={"Authorization": f"Bearer {token}"})
    await site.client.get("/api/desk/_events?channels=x&ticket=tck_secret")
    await site.client.post("/api/desk/notes", json={"title": "x"}, cookies=site.cookies["desk"])
    lines = await site.log("desk", requests="true", limit="1000")
    text = json.dumps(lines)
    assert len(lines["items"]) > 4
    cookies = list(site.cookies["desk"].values())
    assert cookies
    for secret in (PASSWORD, "a wrong password", token, "tck_secret", "a secret for tests only", *cookies):
        assert secret not in text


async def test_an_admin_of_one_project_reads_nothing_of_another_in_the_same_process(logged):
    site = await logged("desk", "shop")
    await site.sign_in("desk")
    await site.sign_in("shop")
    assert (await site.client.post("/api/shop/notes", json={"title": "x"})).status == 500
    shop = await site.log("shop", requests="true")
    desk = await site.log("desk", requests="true")
    assert "hook_failed" in {line["event"] for line in shop["items"]}
    assert "hook_failed" not in {line["event"] for line in desk["items"]}
    assert desk["items"]
    assert {line["fields"]["path"].split("/")[2] for line in desk["items"] if line["event"] == "request"} == {"desk"}
    assert "shop" not in json.dumps(desk["items"])
