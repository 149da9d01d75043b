"""Jobs over HTTP: who may start them, who may watch, and what it looks like."""

import asyncio
import json

import pytest

from runtime.app import reload

CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 100000/minute, login: 1000/minute, connect: 100000/minute}
channels:
  - {name: news, description: What is new, scope: public}
  - {name: "user:{userId}", description: Private events of one user, scope: user}
collections: !include collections/*.yml
jobs: !include jobs/*.yml
"""

JOBS = """
- name: render
  description: Renders a report
  file: jobs/render.py
  timeout: 60s
  retries: {max: 2, backoff: 5s, factor: 3}
  input: {type: object, required: [articleId], properties: {articleId: {type: string}}}
  permissions: {role:editor: true}
  events: {channel: "user:{userId}", prefix: generation}
- {name: open, file: jobs/quick.py, permissions: {public: true}}
- {name: members, file: jobs/quick.py, permissions: {authenticated: true}}
- {name: bad, file: jobs/bad.py, permissions: {authenticated: true}}
- {name: digest, file: jobs/quick.py, cron: "0 6 * * *", timezone: Europe/Berlin}
- {name: past, file: jobs/quick.py, at: "2020-01-01T00:00:00"}
"""

RENDER = """
async def run(ctx):
    ctx.log.info("rendering", article=ctx.input["articleId"])
    ctx.progress(40, "halfway")
    return {"url": f"/reports/{ctx.input['articleId']}"}
"""

BAD = """
def run(ctx):
    password = "hunter2"
    raise ValueError("no such article")
"""


@pytest.fixture
async def desk(serve):
    return await serve(
        {
            "config.yml": CONFIG,
            "jobs/jobs.yml": JOBS,
            "jobs/render.py": RENDER,
            "jobs/bad.py": BAD,
            "jobs/quick.py": "async def run(ctx): return ctx.run.queued_by is not None\n",
        }
    )


async def ended(desk, id):
    """Look until a run has ended; each look gives the loop a turn."""
    while (run := await desk.project.ledger.get(id))["finishedAt"] is None:
        pass
    return run


async def start(desk, job, body=None, *, by):
    answer = await desk.ask("POST", f"/_jobs/{job}", body, by=by)
    assert answer.status == 202, answer.text
    id = answer.json["jobId"]
    await ended(desk, id)
    return id


async def test_starting_a_job_answers_202_with_the_place_to_watch_it(desk):
    answer = await desk.ask("POST", "/_jobs/render", {"articleId": "a1"}, by="editor")
    assert answer.status == 202
    id = answer.json["jobId"]
    assert answer.json == {"jobId": id}
    assert answer.headers["Location"] == f"/api/desk/_jobs/runs/{id}"
    await ended(desk, id)
    run = (await desk.ask("GET", f"/_jobs/runs/{id}", by="editor")).json
    assert set(run) == {
        "id", "job", "state", "attempt", "input", "progress", "result", "error",
        "scheduledAt", "dueAt", "queuedAt", "startedAt", "finishedAt", "cancelAt",
    }  # fmt: skip
    assert (run["job"], run["state"], run["attempt"], run["input"], run["result"], run["error"]) == (
        "render", "succeeded", 1, {"articleId": "a1"}, {"url": "/reports/a1"}, None,
    )  # fmt: skip
    assert run["progress"] == {"percent": 100, "message": "halfway"}


@pytest.mark.parametrize(
    ("job", "by", "status", "code"),
    [
        ("render", None, 401, "unauthenticated"),
        ("render", "author", 403, "forbidden"),
        ("members", None, 401, "unauthenticated"),
        ("digest", None, 401, "unauthenticated"),
        ("digest", "editor", 403, "forbidden"),
        ("nonesuch", None, 401, "unauthenticated"),
        ("nonesuch", "editor", 404, "unknown_job"),
        ("nonesuch", "admin", 404, "unknown_job"),
    ],
)
async def test_who_may_not_start_a_job_is_told_so_and_nothing_is_queued(desk, job, by, status, code):
    answer = await desk.ask("POST", f"/_jobs/{job}", {"articleId": "a1"}, by=by)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await desk.project.ledger.find(limit=1) == []


@pytest.mark.parametrize(
    ("job", "by"), [("open", None), ("members", "author"), ("digest", "admin"), ("open", "editor")]
)
async def test_who_may_start_a_job(desk, job, by):
    id = await start(desk, job, by=by)
    assert (await desk.project.ledger.get(id))["result"] is (by is not None)


async def test_an_api_token_may_start_what_its_roles_permit_and_watch_it(desk):
    added = await desk.project.auth.tokens.add("press", roles=["editor"])
    token = added if isinstance(added, str) else added[0]
    bearer = {"Authorization": f"Bearer {token}"}
    answer = await desk.ask("POST", "/_jobs/render", {"articleId": "a1"}, headers=bearer)
    assert answer.status == 202
    run = await ended(desk, answer.json["jobId"])
    assert run["queuedBy"] == "token:press"
    assert (await desk.ask("GET", f"/_jobs/runs/{run['id']}", headers=bearer)).status == 200


@pytest.mark.parametrize(
    ("body", "status", "code", "pointers"),
    [
        ({}, 422, "invalid_document", {"/articleId"}),
        ({"articleId": 5}, 422, "invalid_document", {"/articleId"}),
        (["a1"], 400, "malformed_body", None),
    ],
)
async def test_an_input_that_does_not_fit_queues_nothing(desk, body, status, code, pointers):
    answer = await desk.ask("POST", "/_jobs/render", body, by="editor")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert set(answer.json.get("errors", {})) == (pointers or set())
    assert await desk.project.ledger.find(limit=1) == []


async def test_a_body_that_is_not_json_is_refused(desk):
    headers = {"Content-Type": "application/json"}
    answer = await desk.ask("POST", "/_jobs/render", by="editor", data=b"{", headers=headers)
    assert (answer.status, answer.json["code"]) == (400, "malformed_body")


async def test_a_run_is_only_for_its_starter_and_admins(desk):
    id = await start(desk, "render", {"articleId": "a1"}, by="editor")
    assert (await desk.ask("GET", f"/_jobs/runs/{id}", by="editor")).status == 200
    assert (await desk.ask("GET", f"/_jobs/runs/{id}", by="admin")).status == 200
    for by in (None, "author"):
        answer = await desk.ask("GET", f"/_jobs/runs/{id}", by=by)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert (await desk.ask("GET", "/_jobs/runs/nonesuch", by="admin")).status == 404


async def test_what_the_public_started_is_nobodys_to_watch_but_an_admins(desk):
    id = await start(desk, "open", by=None)
    assert (await desk.ask("GET", f"/_jobs/runs/{id}")).status == 404
    assert (await desk.ask("GET", f"/_jobs/runs/{id}", by="admin")).status == 200


async def test_the_starter_learns_type_and_message_of_an_error_and_an_admin_everything(desk):
    id = await start(desk, "bad", by="editor")
    answer = await desk.ask("GET", f"/_jobs/runs/{id}", by="editor")
    assert answer.json["error"] == {"type": "ValueError", "message": "no such article"}
    assert "hunter2" not in answer.text
    run = (await desk.ask("GET", f"/_jobs/runs/{id}", by="admin")).json
    assert (run["error"]["file"], run["error"]["line"]) == ("jobs/bad.py", 4)
    assert "ValueError: no such article" in run["error"]["traceback"]
    assert [line["message"] for line in run["log"]] == ["ValueError: no such article"]


@pytest.mark.parametrize("path", ["/_jobs", "/_jobs/render/runs"])
@pytest.mark.parametrize(("by", "status"), [(None, 401), ("editor", 403), ("admin", 200)])
async def test_looking_around_is_for_admins(desk, path, by, status):
    assert (await desk.ask("GET", path, by=by)).status == status


async def test_the_list_of_jobs_tells_their_settings_next_time_and_last_run(desk):
    id = await start(desk, "render", {"articleId": "a1"}, by="editor")
    jobs = {job["name"]: job for job in (await desk.ask("GET", "/_jobs", by="admin")).json["items"]}
    assert list(jobs) == ["render", "open", "members", "bad", "digest", "past"]
    last = jobs["render"].pop("lastRun")
    assert (last["id"], last["state"], last["result"]) == (id, "succeeded", {"url": "/reports/a1"})
    assert "log" not in last
    assert 0 < jobs["render"].pop("averageSeconds") < 60
    assert jobs["render"] == {
        "name": "render", "description": "Renders a report", "cron": None, "everySeconds": None, "at": None,
        "timezone": "UTC", "timeoutSeconds": 60.0, "overlap": "allow",
        "retries": {"max": 2, "backoffSeconds": 5.0, "factor": 3.0, "jitterSeconds": 0.0},
        "priority": "normal", "catchUp": "never", "jitterSeconds": 0.0, "concurrency": None, "isolate": None,
        "memoryBytes": None,
        "input": {"type": "object", "required": ["articleId"], "properties": {"articleId": {"type": "string"}}},
        "permissions": ["role:editor"], "nextAt": None, "nextTimes": [],
        "file": "jobs/jobs.yml", "line": 2, "code": "jobs/render.py",
        "lastDay": {"queued": 0, "running": 0, "succeeded": 1, "failed": 0, "cancelled": 0, "skipped": 0},
    }  # fmt: skip
    assert (jobs["digest"]["cron"], jobs["digest"]["timezone"], jobs["digest"]["overlap"]) == (
        "0 6 * * *", "Europe/Berlin", "skip",
    )  # fmt: skip
    assert jobs["digest"]["nextAt"][11:] in {"04:00:00.000Z", "05:00:00.000Z"}
    assert len(jobs["digest"]["nextTimes"]) == len(set(jobs["digest"]["nextTimes"])) == 5
    assert jobs["digest"]["nextTimes"][0] == jobs["digest"]["nextAt"]
    assert (jobs["past"]["nextAt"], jobs["past"]["nextTimes"], jobs["past"]["lastRun"]) == (None, [], None)
    assert (jobs["past"]["averageSeconds"], sum(jobs["past"]["lastDay"].values())) == (None, 0)


async def test_a_jobs_history_is_paged_newest_first_each_run_once(desk):
    ids = [await start(desk, "members", by="editor") for _ in range(5)]
    seen, path = [], "/_jobs/members/runs?limit=2"
    while True:
        page = (await desk.ask("GET", path, by="admin")).json
        seen += [run["id"] for run in page["items"]]
        if page["next"] is None:
            break
        assert len(page["items"]) == 2
        path = f"/_jobs/members/runs?limit=2&cursor={page['next']}"
    assert sorted(seen) == sorted(ids)
    assert seen[0] == ids[-1]


async def test_a_history_can_be_narrowed_to_a_state(desk):
    await start(desk, "members", by="editor")
    failed = await start(desk, "bad", by="editor")
    nothing = (await desk.ask("GET", "/_jobs/members/runs?state=failed", by="admin")).json
    assert nothing == {"items": [], "next": None, "users": {}}
    (run,) = (await desk.ask("GET", "/_jobs/bad/runs?state=failed", by="admin")).json["items"]
    assert run["id"] == failed


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/_jobs/members/runs?state=fine", 400, "invalid_query"),
        ("/_jobs/members/runs?limit=0", 400, "invalid_query"),
        ("/_jobs/members/runs?limit=501", 400, "invalid_query"),
        ("/_jobs/members/runs?limit=x", 400, "invalid_query"),
        ("/_jobs/members/runs?cursor=x", 400, "invalid_query"),
        ("/_jobs/runs?since=yesterday", 400, "invalid_query"),
        ("/_jobs/runs?until=2026-01-15T10:30:00", 400, "invalid_query"),
        ("/_jobs/runs?job=nonesuch", 404, "unknown_job"),
        ("/_jobs/nonesuch/runs", 404, "unknown_job"),
    ],
)
async def test_a_history_that_cannot_be_had(desk, path, status, code):
    answer = await desk.ask("GET", path, by="admin")
    assert (answer.status, answer.json["code"]) == (status, code)


async def test_all_runs_can_be_narrowed_to_a_job_and_a_time_and_are_counted_by_state(desk):
    first = await start(desk, "members", by="editor")
    await start(desk, "bad", by="editor")
    last = await start(desk, "members", by="editor")
    queued = {id: (await desk.project.ledger.get(id))["queuedAt"] for id in (first, last)}

    async def ids(query):
        return [run["id"] for run in (await desk.ask("GET", f"/_jobs/runs?{query}", by="admin")).json["items"]]

    assert await ids("job=members") == [last, first]
    assert await ids(f"job=members&since={queued[last]}") == [last]
    assert await ids(f"job=members&until={queued[last]}") == [first]
    assert await ids("until=2020-01-01T00:00:00Z") == []
    answer = (await desk.ask("GET", "/_jobs/runs?state=failed&count=true", by="admin")).json
    assert answer["counts"] == {
        "queued": 0, "running": 0, "succeeded": 2, "failed": 1, "cancelled": 0, "skipped": 0,
    }  # fmt: skip
    assert len(answer["items"]) == 1
    counted = (await desk.ask("GET", "/_jobs/runs?job=members&count=true", by="admin")).json["counts"]
    assert (counted["succeeded"], counted["failed"]) == (2, 0)


async def test_admins_are_told_who_started_a_run_by_their_address_and_others_are_not(desk):
    id = await start(desk, "members", by="editor")
    started_by = (await desk.project.ledger.get(id))["queuedBy"]
    run = (await desk.ask("GET", f"/_jobs/runs/{id}", by="admin")).json
    assert run["users"] == {started_by: "editor@example.org"}
    listed = (await desk.ask("GET", "/_jobs/runs", by="admin")).json
    assert listed["users"] == {started_by: "editor@example.org"}
    assert "users" not in (await desk.ask("GET", f"/_jobs/runs/{id}", by="editor")).json
    nobody = await start(desk, "open", by=None)
    assert (await desk.ask("GET", f"/_jobs/runs/{nobody}", by="admin")).json["users"] == {}


async def test_admins_hear_of_every_run_on_the_channel_of_runs(desk):
    url = "/api/desk/_events?channels=_runs"
    async with desk.client.get(url, headers=await desk.signed_in("admin")) as stream:
        await read_until(stream.content, b"event: ready")
        id = await start(desk, "render", {"articleId": "a1"}, by="editor")
        heard = (await read_until(stream.content, b'"succeeded"')).decode()
    messages = [json.loads(line.removeprefix("data: ")) for line in heard.splitlines() if line.startswith("data: {")]
    runs = [message["run"] for message in messages if message.get("type") == "run"]
    assert {run["id"] for run in runs} == {id}
    assert (runs[-1]["state"], runs[-1]["result"]) == ("succeeded", {"url": "/reports/a1"})
    logs = [message for message in messages if message.get("type") == "log"]
    assert [line["message"] for message in logs for line in message["lines"]] == ["rendering article='a1'"]


async def test_a_run_that_a_hook_has_enqueued_is_heard_of(serve):
    notes = """
name: notes
fields: [{name: title, type: string}]
permissions: {role:editor: {create: true}}
hooks: {create: {before: hooks/notes.py:enqueue}}
"""
    desk = await serve(
        {
            "config.yml": CONFIG,
            "collections/notes.yml": notes,
            "hooks/notes.py": "async def enqueue(ctx): await ctx.jobs.enqueue('members', delay=100)",
            "jobs/jobs.yml": "- {name: members, file: jobs/quick.py}",
            "jobs/quick.py": "async def run(ctx): pass",
        }
    )
    url = "/api/desk/_events?channels=_runs"
    async with desk.client.get(url, headers=await desk.signed_in("admin")) as stream:
        await read_until(stream.content, b"event: ready")
        assert (await desk.ask("POST", "/notes", {"title": "one"}, by="editor")).status == 201
        heard = await read_until(stream.content, b'"queued"')
    (run,) = await desk.project.ledger.find(limit=2)
    assert run["id"].encode() in heard


@pytest.mark.parametrize("by", [None, "editor"])
async def test_nobody_but_admins_hears_of_runs(desk, by):
    headers = await desk.signed_in(by) if by else {}
    async with desk.client.get("/api/desk/_events?channels=_runs,_system,news", headers=headers) as stream:
        ready = await read_until(stream.content, b"data:")
    told = json.loads(ready.decode().rpartition("data: ")[2])
    assert list(told["channels"]) == ["news"]
    assert set(told["denied"]) == {"_runs", "_system"}


async def test_the_starter_hears_of_the_run_on_their_own_channel(desk):
    headers = await desk.signed_in("editor")
    me = (await desk.ask("GET", "/_auth/me", by="editor")).json["user"]["id"]
    url = f"/api/desk/_events?channels=user:{me}"
    async with desk.client.get(url, headers=headers) as stream:
        lines = stream.content
        await read_until(lines, b"event: ready")
        id = await start(desk, "render", {"articleId": "a1"}, by="editor")
        heard = await read_until(lines, b"generation_complete")
    text = heard.decode()
    assert [word for word in ("started", "progress", "complete") if f'"generation_{word}"' in text] == [
        "started", "progress", "complete",
    ]  # fmt: skip
    assert text.count(id) == 3


async def read_until(lines, text):
    heard = b""
    while text not in heard:
        line = await lines.readline()
        assert line, heard
        heard += line
    return heard


async def test_a_run_enqueued_by_a_hook_whose_commit_fails_is_not_there(serve):
    notes = """
name: notes
fields: [{name: title, type: string, unique: true}]
permissions: {role:editor: {create: true}}
hooks: {create: {before: hooks/notes.py:enqueue}}
"""
    desk = await serve(
        {
            "config.yml": CONFIG,
            "collections/notes.yml": notes,
            "hooks/notes.py": "async def enqueue(ctx): await ctx.jobs.enqueue('members')",
            "jobs/jobs.yml": "- {name: members, file: jobs/quick.py}",
            "jobs/quick.py": "async def run(ctx): pass",
        }
    )
    assert (await desk.ask("POST", "/notes", {"title": "one"}, by="editor")).status == 201
    answer = await desk.ask("POST", "/notes", {"title": "one"}, by="editor")
    assert (answer.status, answer.json["code"]) == (409, "not_unique")
    assert len(await desk.project.ledger.find(limit=5)) == 1


LONG = """
import asyncio

async def run(ctx):
    ctx.progress(1, "begun")
    try:
        await asyncio.Event().wait()
    finally:
        ctx.log.info("cleaned up")
"""


@pytest.fixture
async def busy(serve):
    """Jobs that wait: `long` runs until it is cancelled, `one` waits behind another of its kind."""
    jobs = """
- {name: long, file: jobs/long.py, permissions: {role:editor: true}}
- {name: one, file: jobs/long.py, permissions: {role:editor: true, role:author: true}, overlap: queue}
- {name: bad, file: jobs/bad.py, permissions: {role:editor: true}}
- {name: open, file: jobs/long.py, permissions: {public: true}, overlap: queue}
"""
    config = CONFIG.replace("connect: 100000/minute", "connect: 100000/minute, queuedRuns: 3")
    desk = await serve({"config.yml": config, "jobs/jobs.yml": jobs, "jobs/long.py": LONG, "jobs/bad.py": BAD})
    yield desk
    for state in ("queued", "running"):  # a server that stops would give them time to end
        for run in await desk.project.ledger.find(state=state, limit=100):
            await desk.project.ledger.cancel(run["id"], by=None)


async def begun(desk, job, *, by):
    id = (await desk.ask("POST", f"/_jobs/{job}", by=by)).json["jobId"]
    while (await desk.project.ledger.get(id))["progress"]["message"] != "begun":
        pass
    return id


async def test_its_starter_cancels_a_running_run_and_it_cleans_up(busy):
    id = await begun(busy, "long", by="editor")
    answer = await busy.ask("DELETE", f"/_jobs/runs/{id}", by="editor")
    assert (answer.status, answer.json["state"]) == (202, "running")
    run = await ended(busy, id)
    assert (run["state"], run["error"]["type"]) == ("cancelled", "Cancelled")
    assert [line["message"] for line in run["log"]] == ["cleaned up", "cancelled"]
    answer = await busy.ask("DELETE", f"/_jobs/runs/{id}", by="editor")
    assert (answer.status, answer.json["code"]) == (409, "run_ended")


async def test_a_run_that_waits_is_cancelled_at_once(busy):
    await begun(busy, "one", by="editor")
    id = (await busy.ask("POST", "/_jobs/one", by="editor")).json["jobId"]
    answer = await busy.ask("DELETE", f"/_jobs/runs/{id}", by="admin")
    assert (answer.status, answer.json["state"], answer.json["attempt"]) == (200, "cancelled", 0)


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/retry")])
@pytest.mark.parametrize("by", [None, "author"])
async def test_a_run_of_somebody_else_cannot_be_cancelled_or_retried(busy, method, path, by):
    id = await begun(busy, "long", by="editor")
    answer = await busy.ask(method, f"/_jobs/runs/{id}{path}", by=by)
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert (await busy.project.ledger.get(id))["cancelAt"] is None


async def test_a_failed_run_is_retried_by_hand(busy):
    id = await start(busy, "bad", by="editor")
    answer = await busy.ask("POST", f"/_jobs/runs/{id}/retry", by="editor")
    assert (answer.status, answer.json["state"], answer.json["finishedAt"]) == (202, "queued", None)
    run = await ended(busy, id)
    assert (run["state"], run["attempt"], run["failures"]) == ("failed", 2, 1)
    dead = (await busy.ask("GET", "/_jobs/runs?state=failed", by="admin")).json["items"]
    assert [run["id"] for run in dead] == [id]


async def test_what_is_not_dead_is_not_retried(busy):
    id = await begun(busy, "long", by="editor")
    answer = await busy.ask("POST", f"/_jobs/runs/{id}/retry", by="admin")
    assert (answer.status, answer.json["code"]) == (409, "run_not_dead")


async def test_who_may_not_start_a_job_any_more_may_not_retry_it_either(busy):
    id = await begun(busy, "one", by="author")
    await busy.ask("DELETE", f"/_jobs/runs/{id}", by="author")
    await ended(busy, id)
    path = busy.folder / "jobs/jobs.yml"
    path.write_text(path.read_text().replace(", role:author: true", ""))
    assert await reload(busy.project, {}) == ()
    answer = await busy.ask("POST", f"/_jobs/runs/{id}/retry", by="author")
    assert (answer.status, answer.json["code"]) == (403, "forbidden")


async def test_a_user_has_so_many_runs_waiting_and_no_more(busy):
    await begun(busy, "one", by="editor")
    answers = await asyncio.gather(*(busy.ask("POST", "/_jobs/one", by="editor") for _ in range(10)))
    refused = [answer for answer in answers if answer.status != 202]
    assert len(answers) - len(refused) == 3
    assert {(answer.status, answer.json["code"], answer.headers["Retry-After"]) for answer in refused} == {
        (429, "too_many_runs", "10")
    }
    assert (await busy.ask("POST", "/_jobs/one", by="author")).status == 202
    assert (await busy.ask("POST", "/_jobs/one", by="admin")).status == 202


async def test_the_public_together_has_as_many_of_each_job(busy):
    statuses = [(await busy.ask("POST", "/_jobs/open")).status for _ in range(6)]
    assert statuses.count(429) in {2, 3}
    assert statuses[:3] == [202, 202, 202]


async def test_a_run_enqueued_by_a_hook_is_committed_with_the_request(serve):
    """A create whose hook refuses queues nothing; one that goes through queues its run."""
    hooks = """
from runtime import Reject

async def enqueue(ctx):
    await ctx.jobs.enqueue("members", {"title": ctx.document["title"]})
    if ctx.document["title"] == "no":
        raise Reject(422, "refused")
"""
    notes = """
name: notes
fields: [{name: title, type: string, required: true}]
permissions: {role:editor: {create: true, read: true}}
hooks: {create: {before: hooks/notes.py:enqueue}}
"""
    desk = await serve(
        {
            "config.yml": CONFIG,
            "collections/notes.yml": notes,
            "hooks/notes.py": hooks,
            "jobs/jobs.yml": "- {name: members, file: jobs/quick.py}",
            "jobs/quick.py": "async def run(ctx): return ctx.input['title']",
        }
    )
    assert (await desk.ask("POST", "/notes", {"title": "no"}, by="editor")).status == 422
    assert await desk.project.ledger.find(limit=1) == []
    assert (await desk.ask("POST", "/notes", {"title": "yes"}, by="editor")).status == 201
    (run,) = await desk.project.ledger.find(limit=5)
    run = await ended(desk, run["id"])
    editor = (await desk.ask("GET", "/_auth/me", by="editor")).json["user"]["id"]
    assert (run["result"], run["queuedBy"]) == ("yes", editor)
