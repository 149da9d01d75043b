"""Hooks around reads and writes: their order, what they may do, and what happens when they fail."""

import asyncio
import json

import pytest

from runtime.app import reload

TRACED = """
name: traced
fields: [{name: title, type: string, required: true}, {name: slug, type: slug, from: title, unique: true}]
permissions:
  public: {read: true, create: true, update: true, delete: true}
hooks:
  read: {before: hooks/trace.py:trace, respond: hooks/trace.py:show}
  create: &all
    bind: hooks/trace.py:trace
    validate: hooks/trace.py:trace
    before: hooks/trace.py:trace
    after: hooks/trace.py:trace
    respond: hooks/trace.py:show
  update: *all
  delete:
    validate: hooks/trace.py:trace
    before: hooks/trace.py:trace
    after: hooks/trace.py:trace
    respond: hooks/trace.py:show
"""

TRACE = """
async def trace(ctx):
    ctx.state.setdefault("seen", []).append(f"{ctx.action}.{ctx.phase}")

async def show(ctx):
    return {"seen": [*ctx.state["seen"], f"{ctx.action}.{ctx.phase}"]}
"""


@pytest.mark.parametrize(
    ("method", "path", "body", "seen"),
    [
        ("GET", "/traced", None, ["read.before", "read.respond"]),
        ("GET", "/traced/one", None, ["read.before", "read.respond"]),
        (
            "POST",
            "/traced",
            {"title": "b"},
            ["create.bind", "create.validate", "create.before", "create.after", "create.respond"],
        ),
        (
            "PATCH",
            "/traced/one",
            {"title": "b"},
            ["update.bind", "update.validate", "update.before", "update.after", "update.respond"],
        ),
        (
            "PUT",
            "/traced/one",
            {"title": "b"},
            ["update.bind", "update.validate", "update.before", "update.after", "update.respond"],
        ),
        ("DELETE", "/traced/one", None, ["delete.validate", "delete.before", "delete.after", "delete.respond"]),
    ],
)
async def test_phases_run_in_their_order_and_no_others(serve, method, path, body, seen):
    desk = await serve({"collections/traced.yml": TRACED, "hooks/trace.py": TRACE})
    await desk.ask("POST", "/traced", {"id": "one", "title": "a"})
    answer = await desk.ask(method, path, body)
    assert answer.json == {"seen": seen}


def collection(hooks: str, *, name: str = "things", public: str = "{read: true, create: true, update: true}") -> str:
    return (
        f"name: {name}\n"
        "fields: [{name: title, type: string, required: true, maxLength: 20}, {name: count, type: integer}]\n"
        f"permissions: {{public: {public}}}\n"
        f"hooks: {hooks}\n"
    )


async def things(serve, hooks: str, code: str, **more: str):
    return await serve({"collections/things.yml": collection(hooks), "hooks/things.py": code, **more})


async def test_bind_shapes_what_the_client_sent(serve):
    code = "async def tidy(ctx):\n    ctx.document['title'] = ctx.document['title'].strip().title()\n"
    desk = await things(serve, "{create: {bind: hooks/things.py:tidy}}", code)
    assert (await desk.ask("POST", "/things", {"title": "  a day "})).json["title"] == "A Day"


async def test_what_before_changes_is_validated_again(serve):
    code = "async def spoil(ctx):\n    ctx.document['title'] = 'x' * 21\n"
    desk = await things(serve, "{create: {before: hooks/things.py:spoil}}", code)
    refused = await desk.ask("POST", "/things", {"title": "a"})
    assert (refused.status, refused.json["errors"]) == (422, {"/title": "must have at most 20 characters"})
    assert (await desk.ask("GET", "/things")).json["items"] == []


async def test_reject_refuses_with_its_own_words(serve):
    code = (
        "from runtime import Reject\n"
        "def no_shouting(ctx):\n"
        "    if ctx.document['title'].isupper():\n"
        "        raise Reject(422, 'titles are not shouted', errors={'title': 'all capitals'})\n"
    )
    desk = await things(serve, "{create: {validate: hooks/things.py:no_shouting}}", code)
    refused = await desk.ask("POST", "/things", {"title": "LOUD"})
    assert (refused.status, refused.json["code"], refused.json["detail"], refused.json["errors"]) == (
        422,
        "rejected",
        "titles are not shouted",
        {"/title": "all capitals"},
    )
    assert (await desk.ask("POST", "/things", {"title": "Quiet"})).status == 201


async def test_permissions_are_decided_before_any_hook_runs(serve):
    desk = await serve(
        {
            "collections/things.yml": collection("{create: {bind: hooks/things.py:boom}}", public="{read: true}"),
            "hooks/things.py": "async def boom(ctx):\n    raise RuntimeError('a hook ran')\n",
        }
    )
    assert (await desk.ask("POST", "/things", {"title": "a"})).status == 401


async def test_a_failing_hook_is_a_500_that_tells_nothing_and_writes_nothing(serve):
    code = "async def fail(ctx):\n    raise RuntimeError('the password is hunter2')\n"
    desk = await things(serve, "{create: {before: hooks/things.py:fail}}", code)
    refused = await desk.ask("POST", "/things", {"title": "a"})
    assert (refused.status, refused.json["code"]) == (500, "hook_failed")
    assert "hunter2" not in refused.text
    assert refused.json["incident"] in refused.json["detail"]
    assert (await desk.ask("GET", "/things")).json["items"] == []
    (line,) = [entry for entry in desk.log.entries if entry["event"] == "hook_failed"]
    assert line["incident"] == refused.json["incident"]
    assert (line["hook"], line["line"]) == ("hooks/things.py:fail", 2)


async def test_an_after_hook_that_fails_changes_nothing_of_the_answer(serve):
    code = "async def fail(ctx):\n    raise RuntimeError('too late')\n"
    desk = await things(serve, "{create: {after: hooks/things.py:fail}}", code)
    made = await desk.ask("POST", "/things", {"title": "a"})
    assert (made.status, made.json["title"]) == (201, "a")
    assert [d["title"] for d in (await desk.ask("GET", "/things")).json["items"]] == ["a"]
    assert any(entry["event"] == "after_hook_failed" for entry in desk.log.entries)


async def test_a_respond_hook_that_fails_after_a_commit_leaves_the_plain_answer(serve):
    code = "async def fail(ctx):\n    raise RuntimeError('too late')\n"
    desk = await things(serve, "{create: {respond: hooks/things.py:fail}}", code)
    made = await desk.ask("POST", "/things", {"title": "a"})
    assert (made.status, made.json["title"]) == (201, "a")


async def test_what_a_hook_writes_is_committed_with_the_request_or_not_at_all(serve):
    code = (
        "from runtime import Reject\n"
        "async def count(ctx):\n"
        "    await ctx.db.create('notes', {'id': 'from-hook', 'title': 'counted'})\n"
        "    assert (await ctx.db.get('notes', 'from-hook'))['title'] == 'counted'\n"
        "    assert await ctx.db.count('notes') == 1\n"
        "    if ctx.document['title'] == 'bad':\n"
        "        raise Reject(409, 'no')\n"
    )
    desk = await things(serve, "{create: {before: hooks/things.py:count}}", code)
    assert (await desk.ask("POST", "/things", {"title": "bad"})).status == 409
    assert (await desk.ask("GET", "/notes", by="editor")).json["items"] == []
    assert (await desk.ask("POST", "/things", {"title": "good"})).status == 201
    assert [d["id"] for d in (await desk.ask("GET", "/notes", by="editor")).json["items"]] == ["from-hook"]


async def test_a_plain_function_writes_from_its_thread(serve):
    code = (
        "def count(ctx):\n"
        "    ctx.db.create('notes', {'id': 'from-thread', 'title': 'counted'})\n"
        "    ctx.document['count'] = ctx.db.count('notes')\n"
    )
    desk = await things(serve, "{create: {before: hooks/things.py:count}}", code)
    assert (await desk.ask("POST", "/things", {"title": "a"})).json["count"] == 1
    assert (await desk.ask("GET", "/notes/from-thread", by="editor")).json["title"] == "counted"


async def test_two_writes_of_a_hook_to_one_document_are_one_change(serve):
    code = (
        "async def twice(ctx):\n"
        "    await ctx.db.create('notes', {'id': 'n', 'title': 'one'})\n"
        "    await ctx.db.update('notes', 'n', {'title': 'two'})\n"
    )
    desk = await things(serve, "{create: {before: hooks/things.py:twice}}", code)
    assert (await desk.ask("POST", "/things", {"title": "a"})).status == 201
    note = (await desk.ask("GET", "/notes/n", by="editor")).json
    assert note["title"] == "two"
    changes = await desk.project.store.changes(0, 10)
    assert [(c.collection, c.op.value) for c in changes] == [("notes", "create"), ("things", "create")]
    assert note["version"] == changes[0].version


async def test_hooks_that_trigger_each_other_are_cut_off_with_the_chain_shown(serve):
    code = "async def again(ctx):\n    await ctx.db.create('things', {'title': 'again'})\n"
    desk = await things(serve, "{create: {before: hooks/things.py:again}}", code)
    refused = await desk.ask("POST", "/things", {"title": "a"})
    assert (refused.status, refused.json["code"]) == (500, "hook_recursion")
    assert (await desk.ask("GET", "/things")).json["items"] == []
    (line,) = [entry for entry in desk.log.entries if entry["event"] == "hook_recursion"]
    assert line["chain"].split(" > ") == ["hooks/things.py:again"] * 6


async def test_writes_that_overtake_each_other_are_redone_and_none_is_lost(serve):
    code = (
        "import asyncio\n"
        "async def slow(ctx):\n"
        "    await asyncio.sleep(0)\n"
        "    ctx.document['count'] = ctx.previous.get('count', 0) + 1\n"
    )
    desk = await things(serve, "{update: {before: hooks/things.py:slow}}", code)
    await desk.ask("POST", "/things", {"id": "a", "title": "a", "count": 0})
    answers = await asyncio.gather(*(desk.ask("PATCH", "/things/a", {"title": f"t{n}"}) for n in range(3)))
    assert [a.status for a in answers] == [200, 200, 200]
    assert (await desk.ask("GET", "/things/a")).json["count"] == 3


async def test_a_read_hook_narrows_what_is_found(serve):
    code = "async def only_small(ctx):\n    ctx.narrow({'count': {'$lt': 2}})\n"
    desk = await things(serve, "{read: {before: hooks/things.py:only_small}}", code)
    for count in range(4):
        await desk.ask("POST", "/things", {"id": f"t{count}", "title": "t", "count": count})
    assert [d["count"] for d in (await desk.ask("GET", "/things?sort=count")).json["items"]] == [0, 1]
    assert (await desk.ask("GET", "/things/t1")).status == 200
    assert (await desk.ask("GET", "/things/t3")).status == 404


async def test_a_virtual_collection_is_answered_by_its_hooks(serve):
    feed = (
        "name: feed\nvirtual: true\npermissions: {public: {read: true, create: true}}\n"
        "hooks: {read: {before: hooks/feed.py:read}, create: {before: hooks/feed.py:act}}\n"
    )
    code = (
        "from runtime import Response\n"
        "async def read(ctx):\n"
        "    return {'hello': ctx.request.query.get('name', 'world')}\n"
        "def act(ctx):\n"
        "    return Response({'did': ctx.document}, status=202, headers={'X-Feed': 'yes'})\n"
    )
    desk = await serve({"collections/feed.yml": feed, "hooks/feed.py": code})
    assert (await desk.ask("GET", "/feed?name=you")).json == {"hello": "you"}
    acted = await desk.ask("POST", "/feed", {"x": 1})
    assert (acted.status, acted.headers["X-Feed"], acted.json) == (202, "yes", {"did": {"x": 1}})


async def test_messages_go_out_only_when_the_commit_succeeded(serve):
    code = (
        "from runtime import Reject\n"
        "async def send(ctx):\n"
        "    await ctx.realtime.send('news', {'type': 'made', 'title': ctx.document['title']})\n"
        "    if ctx.document['title'] == 'bad':\n"
        "        raise Reject(409, 'no')\n"
    )
    desk = await things(serve, "{create: {before: hooks/things.py:send}}", code)
    async with desk.client.get("/api/desk/_events?channels=news") as stream:
        await desk.ask("POST", "/things", {"title": "bad"})
        await desk.ask("POST", "/things", {"title": "good"})
        seen = b""
        while b'"good"' not in seen:
            seen += await stream.content.readany()
    assert b'"bad"' not in seen


async def test_a_reload_swaps_hooks_and_keeps_open_streams(serve):
    code = "async def send(ctx):\n    await ctx.realtime.send('news', {'type': 'one'})\n"
    desk = await things(serve, "{create: {after: hooks/things.py:send}}", code)
    async with desk.client.get("/api/desk/_events?channels=news") as stream:
        await desk.ask("POST", "/things", {"title": "a"})
        (desk.folder / "hooks/things.py").write_text(code.replace("one", "two"))
        assert await reload(desk.project, {}) == ()
        await desk.ask("POST", "/things", {"title": "b"})
        seen = b""
        while b'"two"' not in seen:
            seen += await stream.content.readany()
    assert seen.index(b'"one"') < seen.index(b'"two"')


async def test_a_hook_file_that_is_broken_on_reload_leaves_the_last_good_version(serve):
    code = "def guard(ctx):\n    from runtime import Reject\n    raise Reject(403, 'guarded')\n"
    desk = await things(serve, "{create: {validate: hooks/things.py:guard}}", code)
    (desk.folder / "hooks/things.py").write_text("def guard(ctx:\n    pass\n")
    (problem,) = await reload(desk.project, {})
    assert "hooks/things.py" in str(problem)
    assert desk.project.registry.problems == (problem,)
    assert (await desk.ask("POST", "/things", {"title": "a"})).json["detail"] == "guarded"
    (desk.folder / "hooks/things.py").write_text("def guard(ctx):\n    pass\n")
    assert await reload(desk.project, {}) == ()
    assert desk.project.registry.problems == ()
    assert (await desk.ask("POST", "/things", {"title": "a"})).status == 201


FAILING = """
from runtime import Reject


async def fail(ctx):
    title = ctx.document["title"]
    if title == "rejected":
        raise Reject(422, "no")
    if title == "fine":
        return
    raise RuntimeError(f"cannot do {title}")


async def quiet(ctx):
    pass
"""


def failure_of(site_json):
    (item,) = [item for item in site_json["items"] if item["hook"] == "hooks/things.py:fail"]
    return item


async def test_admins_see_where_a_hook_is_used_and_how_it_fares(serve):
    desk = await things(serve, "{create: {before: hooks/things.py:fail, after: [hooks/things.py:quiet]}}", FAILING)
    await desk.ask("POST", "/things", {"title": "rejected"})
    await desk.ask("POST", "/things", {"title": "fine"})
    refused = await desk.ask("POST", "/things", {"title": "it"})
    item = failure_of((await desk.ask("GET", "/_hooks", by="admin")).json)
    (failure,) = item.pop("lastFailures")
    assert item.pop("p50") >= 0
    assert item.pop("p99") >= 0
    assert item == {
        "hook": "hooks/things.py:fail",
        "file": "hooks/things.py",
        "line": 5,
        "async": True,
        "uses": [
            {
                "kind": "collection",
                "name": "things",
                "point": "create.before",
                "file": "collections/things.yml",
                "line": 4,
            }
        ],
        "calls": 3,
        "running": 0,
        "failures": 1,
        "timeouts": 0,
    }
    assert failure.pop("at").endswith("Z")
    assert failure.pop("request")
    assert failure.pop("traceback").endswith(
        '    raise RuntimeError(f"cannot do {title}")\nRuntimeError: cannot do it\n'
    )
    assert failure == {
        "incident": refused.json["incident"],
        "kind": "error",
        "error": "RuntimeError: cannot do it",
        "file": "hooks/things.py",
        "line": 11,
        "run": None,
        "snippet": {
            "first": 6,
            "lines": [
                '    title = ctx.document["title"]',
                '    if title == "rejected":',
                '        raise Reject(422, "no")',
                '    if title == "fine":',
                "        return",
                '    raise RuntimeError(f"cannot do {title}")',
                "",
                "",
                "async def quiet(ctx):",
                "    pass",
                "",
            ],
        },
    }  # fmt: skip


async def test_where_functions_of_channels_and_jobs_are_used(serve, room_files):
    room_files["jobs/tell.py"] = "async def run(ctx):\n    pass\n"
    room_files["config.yml"] += "jobs: [{name: tell, file: jobs/tell.py}]\n"
    desk = await serve(room_files)
    items = (await desk.ask("GET", "/_hooks", by="admin")).json["items"]
    used = {item["hook"]: [(use["kind"], use["name"], use["point"]) for use in item["uses"]] for item in items}
    assert used == {
        "hooks/rooms.py:hung_up": [("channel", "line", "leave")],
        "hooks/rooms.py:left": [("channel", "room:{room}", "leave")],
        "hooks/rooms.py:may_join": [("channel", "room:{room}", "subscribe")],
        "hooks/rooms.py:on_chat": [("channel", "room:{room}", "receive.chat")],
        "hooks/rooms.py:stream": [("collection", "streams", "read.before")],
        "jobs/tell.py:run": [("job", "tell", "run")],
    }


async def test_the_last_twenty_failures_are_kept_and_as_many_told_as_are_asked_for(serve):
    desk = await things(serve, "{create: {before: hooks/things.py:fail}}", FAILING)
    for n in range(22):
        await desk.ask("POST", "/things", {"title": f"t{n}"})
    item = failure_of((await desk.ask("GET", "/_hooks", by="admin")).json)
    assert item["failures"] == 22
    assert [f["error"] for f in item["lastFailures"]] == [f"RuntimeError: cannot do t{n}" for n in range(21, 1, -1)]
    answer = (await desk.ask("GET", "/_hooks?failures=1&hook=hooks/things.py:fail", by="admin")).json
    (item,) = answer["items"]
    assert [f["error"] for f in item["lastFailures"]] == ["RuntimeError: cannot do t21"]
    wrong = await desk.ask("GET", "/_hooks?failures=21", by="admin")
    assert (wrong.status, wrong.json["detail"]) == (400, "failures must be a whole number from 0 to 20")
    unknown = await desk.ask("GET", "/_hooks?hook=hooks/other.py:x", by="admin")
    assert (unknown.status, unknown.json["code"]) == (404, "unknown_hook")


async def test_an_incident_that_an_editor_reports_is_found_by_its_id(serve):
    desk = await things(serve, "{create: {before: hooks/things.py:fail}}", FAILING)
    await desk.ask("POST", "/things", {"title": "one"})
    incident = (await desk.ask("POST", "/things", {"title": "two"})).json["incident"]
    found = (await desk.ask("GET", f"/_hooks/incidents/{incident}", by="admin")).json
    assert [(f["hook"], f["error"]) for f in found["failures"]] == [
        ("hooks/things.py:fail", "RuntimeError: cannot do two")
    ]
    missing = await desk.ask("GET", "/_hooks/incidents/abc", by="admin")
    assert (missing.status, missing.json["code"]) == (404, "unknown_incident")


@pytest.mark.parametrize(
    ("code", "hooks", "kind", "error", "line"),
    [
        (
            "async def again(ctx):\n    await ctx.db.create('things', {'title': 'again'})\n",
            "{create: {before: hooks/things.py:again}}",
            "recursion",
            "triggered itself too deeply: " + " > ".join(["hooks/things.py:again"] * 6),
            1,
        ),
        (
            "async def spoil(ctx):\n    ctx.document = 5\n",
            "{create: {before: hooks/things.py:spoil}}",
            "answer",
            "ctx.document was set to a int, not a dict",
            1,
        ),
    ],
)
async def test_whatever_ends_as_an_incident_is_found_with_its_function(serve, code, hooks, kind, error, line):
    desk = await things(serve, hooks, code)
    incident = (await desk.ask("POST", "/things", {"title": "a"})).json["incident"]
    (failure,) = (await desk.ask("GET", f"/_hooks/incidents/{incident}", by="admin")).json["failures"]
    assert (failure["kind"], failure["error"], failure["file"], failure["line"]) == (
        kind,
        error,
        "hooks/things.py",
        line,
    )
    assert failure["snippet"]["lines"][0].startswith("async def")


async def test_a_hook_over_its_time_limit_is_found_at_the_line_where_it_was(serve):
    code = "import asyncio\n\nasync def wait(ctx):\n    await asyncio.sleep(60)\n"
    config = {"config.yml": config_text() + "hooks: {timeout: 50ms}\n"}
    desk = await things(serve, "{create: {before: hooks/things.py:wait}}", code, **config)
    incident = (await desk.ask("POST", "/things", {"title": "a"})).json["incident"]
    (failure,) = (await desk.ask("GET", f"/_hooks/incidents/{incident}", by="admin")).json["failures"]
    assert (failure["kind"], failure["error"], failure["line"]) == ("timeout", "over its time limit of 0.05 s", 4)


def config_text():
    return (
        "namespace: desk\n"
        'storage: "sqlite::memory:"\n'
        'auth: {secret: "a secret for tests only", roles: [editor, author]}\n'
        "limits: {requests: 100000/minute}\n"
        "collections: !include collections/*.yml\n"
    )


@pytest.mark.parametrize("path", ["/_hooks", "/_hooks/incidents/abc"])
async def test_hooks_and_their_failures_are_for_admins_alone(serve, path):
    desk = await serve()
    assert [(await desk.ask("GET", path, by=by)).status for by in (None, "author", "editor")] == [401, 403, 403]


async def test_what_an_exception_says_of_itself_is_bounded(serve):
    code = "async def fail(ctx):\n    raise RuntimeError('x' * 1_000_000 + '\\ud800')\n"
    desk = await things(serve, "{create: {before: hooks/things.py:fail}}", code)
    refused = await desk.ask("POST", "/things", {"title": "a"})
    assert refused.json["code"] == "hook_failed"
    (failure,) = failure_of((await desk.ask("GET", "/_hooks", by="admin")).json)["lastFailures"]
    assert len(failure["error"]) <= 2000
    assert len(failure["traceback"]) <= 16_000
    assert failure["error"].startswith("RuntimeError: xxx")
    assert "[…]" in failure["traceback"]


async def admin_stream(desk, *channels):
    headers = await desk.signed_in("admin")
    stream = await desk.client.get("/api/desk/_events", params={"channels": ",".join(channels)}, headers=headers)
    await stream.content.readuntil(b"\n\n")
    return stream


async def next_message(stream):
    frame = await stream.content.readuntil(b"\n\n")
    (data,) = [line for line in frame.decode().splitlines() if line.startswith("data: ")]
    message = json.loads(data.removeprefix("data: "))
    return {key: value for key, value in message.items() if key not in ("channel", "timestamp")}


async def test_a_failing_hook_is_told_on_the_channel_of_hooks(serve):
    desk = await things(serve, "{create: {before: hooks/things.py:fail}}", FAILING)
    stream = await admin_stream(desk, "_hooks")
    refused = await desk.ask("POST", "/things", {"title": "it"})
    assert await next_message(stream) == {
        "type": "failed",
        "hook": "hooks/things.py:fail",
        "incident": refused.json["incident"],
        "error": "RuntimeError: cannot do it",
    }
    stream.close()


async def test_a_reload_that_fails_and_one_that_recovers_are_told_at_once(serve):
    desk = await things(serve, "{create: {validate: hooks/things.py:guard}}", "def guard(ctx):\n    pass\n")
    stream = await admin_stream(desk, "_hooks", "_project")
    (desk.folder / "hooks/things.py").write_text("def guard(ctx:\n    pass\n")
    await reload(desk.project, {})
    assert await next_message(stream) == {"type": "problems", "count": 1}
    answer = (await desk.ask("GET", "/_hooks", by="admin")).json
    (problem,) = answer["problems"]
    assert (answer["edition"], problem["file"], problem["line"]) == (1, "collections/things.yml", 4)
    assert answer["failedAt"] >= answer["loadedAt"]
    assert "hooks/things.py:1" in problem["message"]
    assert problem["remedy"] == "Correct the syntax."
    (desk.folder / "hooks/things.py").write_text("def guard(ctx):\n    pass\n")
    await reload(desk.project, {})
    assert [await next_message(stream), await next_message(stream)] == [
        {"type": "reloaded", "edition": 2},
        {"type": "problems", "count": 0},
    ]
    answer = (await desk.ask("GET", "/_hooks", by="admin")).json
    assert (answer["edition"], answer["problems"], answer["failedAt"]) == (2, [], None)
    stream.close()


@pytest.mark.parametrize(("by", "status"), [(None, 401), ("editor", 403)])
async def test_the_channel_of_hooks_is_for_admins_and_that_of_the_project_for_whoever_is_signed_in(serve, by, status):
    desk = await serve()
    assert (await desk.ask("GET", "/_events?channels=_hooks", by=by)).status == status
    headers = await desk.signed_in("editor")
    async with desk.client.get("/api/desk/_events?channels=_project", headers=headers) as stream:
        assert b'"_project":{"recovered":false}' in await stream.content.readuntil(b"\n\n")
