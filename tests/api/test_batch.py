"""Several writes in one request: `POST _batch`, all of them or none."""

from io import BytesIO

import pytest

THINGS = """
name: things
fields:
  - {name: title, type: string, maxLength: 20}
  - {name: code, type: string, unique: true}
  - {name: slug, type: slug, from: title, unique: true}
  - {name: count, type: integer, default: 0}
  - {name: parent, type: reference, collection: things}
permissions:
  public: {read: true, create: true, update: true, delete: true}
hooks:
  create: {bind: hooks/t.py:bind, validate: hooks/t.py:validate, before: hooks/t.py:before, after: hooks/t.py:after}
  update: {before: hooks/t.py:before, after: hooks/t.py:after}
  delete: {before: hooks/t.py:before, after: hooks/t.py:after}
realtime: {publish: {channel: news, on: [create, update, delete], fields: [title]}}
"""

HOOKS = """
from runtime import Reject, Response

CALLS = []

def note(ctx):
    CALLS.append((ctx.phase, ctx.action, ctx.document.get("title"), ctx.request.method, ctx.request.path))

def bind(ctx):
    note(ctx)
    ctx.state["seen"] = ctx.state.get("seen", 0) + 1

def validate(ctx):
    note(ctx)
    if ctx.document.get("title") == "refused":
        raise Reject(422, "not this one", errors={"title": "is refused"}, code="not_this_one")

async def before(ctx):
    note(ctx)
    if ctx.document.get("title") == "noted":
        await ctx.db.create("notes", {"id": "note-" + ctx.id, "title": "of a hook"})

async def after(ctx):
    note(ctx)
    if ctx.document.get("title") == "broken":
        raise RuntimeError("after all")
    await ctx.realtime.send("staff", {"type": "after", "seen": ctx.state.get("seen", 0)})

def respond(ctx):
    return Response({"made": ctx.id}, status=202)
"""

FILES = {"collections/things.yml": THINGS, "hooks/t.py": HOOKS}
VIRTUAL = (
    "name: ping\nvirtual: true\npermissions: {public: {create: true}}\nhooks: {create: {before: hooks/t.py:note}}\n"
)


def post(body, collection="things"):
    return {"method": "POST", "path": collection, "body": body}


def calls(desk):
    """Return what the hooks were called with."""
    return next(module.CALLS for module in desk.project.registry.current.modules.values() if hasattr(module, "CALLS"))


async def batch(desk, *operations, by=None, **more):
    return await desk.ask("POST", "/_batch", {"operations": list(operations)}, by=by, **more)


async def test_a_batch_writes_all_and_answers_each_as_a_single_write(serve):
    desk = await serve(FILES)
    await desk.ask("POST", "/things", {"id": "old", "title": "Old"})
    await desk.ask("POST", "/things", {"id": "gone", "title": "Gone"})
    await desk.ask("POST", "/things", {"id": "put", "title": "Put", "code": "c"})
    answer = await batch(
        desk,
        post({"id": "new", "title": "New"}),
        {"method": "PATCH", "path": "things/old", "body": {"$inc": {"count": 2}}, "ifMatch": 1},
        {"method": "DELETE", "path": "things/gone"},
        {"method": "PUT", "path": "things/put", "body": {"title": "Put again"}},
    )
    assert answer.status == 200
    results = answer.json["results"]
    assert [r["status"] for r in results] == [201, 200, 204, 200]
    assert [r.get("body", {}).get("id") for r in results] == ["new", "old", None, "put"]
    assert (results[1]["body"]["count"], results[1]["body"]["version"]) == (2, 2)
    assert results[3]["body"] == (await desk.ask("GET", "/things/put")).json
    assert "code" not in results[3]["body"]
    assert (await desk.ask("GET", "/things?count=true")).json["total"] == 3


async def test_a_batch_is_one_commit_and_its_messages_go_out_behind_it(serve, monkeypatch):
    desk = await serve(FILES)
    commits = []
    commit = desk.project.store.commit

    async def counted(writes):
        commits.append([write.id for write in writes])
        return await commit(writes)

    monkeypatch.setattr(desk.project.store, "commit", counted)
    await batch(desk, post({"id": "a", "title": "a"}), post({"id": "b", "title": "noted"}))
    assert commits == [["a", "note-b", "b"]]


async def test_one_refused_operation_refuses_all_with_its_own_status_code_and_pointers(serve):
    desk = await serve(FILES)
    answer = await batch(desk, post({"id": "a", "title": "fine"}), post({"title": "refused"}))
    assert (answer.status, answer.json["code"]) == (422, "not_this_one")
    assert answer.json["errors"] == {"/operations/1/body/title": "is refused"}
    assert answer.json["detail"] == "not this one"
    assert (await desk.ask("GET", "/things?count=true")).json["total"] == 0


@pytest.mark.parametrize(
    ("operation", "status", "code", "errors"),
    [
        (post({"title": "x" * 21}), 422, "invalid_document", {"/operations/1/body/title": None}),
        (post({"unknown": 1}), 422, "invalid_document", {"/operations/1/body/unknown": None}),
        (post({"parent": "nobody"}), 422, "invalid_document", {"/operations/1/body/parent": None}),
        (post({"id": "first"}), 409, "already_exists", {"/operations/1": None}),
        (post({"id": "stored"}), 409, "already_exists", {"/operations/1": None}),
        (post({"code": "taken"}), 409, "not_unique", {"/operations/1/body/code": None}),
        (post({}, "nowhere"), 404, "unknown_collection", {"/operations/1": None}),
        (post({}, "ping"), 422, "invalid", {"/operations/1": None}),
        (post({"title": "t"}, "notes"), 401, "unauthenticated", {"/operations/1": None}),
        ({"method": "PATCH", "path": "things/none", "body": {}}, 404, "not_found", {"/operations/1": None}),
        (
            {"method": "DELETE", "path": "things/stored", "ifMatch": 7},
            412,
            "precondition_failed",
            {"/operations/1": None},
        ),
    ],
)
async def test_what_refuses_a_single_write_refuses_the_batch(serve, operation, status, code, errors):
    desk = await serve({**FILES, "collections/ping.yml": VIRTUAL})
    await desk.ask("POST", "/things", {"id": "stored", "code": "taken"})
    answer = await batch(desk, post({"id": "first"}), operation)
    assert (answer.status, answer.json["code"], list(answer.json["errors"])) == (status, code, list(errors))
    assert (await desk.ask("GET", "/things/first")).status == 404


async def test_a_stale_if_match_answers_the_document_as_it_is_now(serve):
    desk = await serve(FILES)
    await desk.ask("POST", "/things", {"id": "one", "title": "a"})
    await desk.ask("PATCH", "/things/one", {"title": "b"})
    patch = {"method": "PATCH", "path": "things/one", "body": {"title": "c"}, "ifMatch": 1}
    answer = await batch(desk, patch)
    assert (answer.status, answer.json["current"]["title"]) == (412, "b")


async def test_each_operation_sees_what_those_before_it_have_left(serve):
    desk = await serve(FILES)
    answer = await batch(
        desk,
        post({"id": "parent", "title": "Same"}),
        post({"id": "child", "title": "Same", "parent": "parent"}),
        {"method": "PATCH", "path": "things/parent", "body": {"$inc": {"count": 1}}},
        {"method": "PATCH", "path": "things/parent", "body": {"$inc": {"count": 1}}, "ifMatch": 2},
        {"method": "DELETE", "path": "things/child"},
        post({"id": "child", "title": "Again"}),
    )
    assert [r["status"] for r in answer.json["results"]] == [201, 201, 200, 200, 204, 201]
    parent, child = [(await desk.ask("GET", f"/things/{id}")).json for id in ("parent", "child")]
    assert (parent["count"], parent["version"]) == (2, 3)
    assert (child["title"], child.get("parent")) == ("Again", None)
    assert [r["body"]["slug"] for r in answer.json["results"][:2]] == ["same", "same-2"]


async def test_two_operations_cannot_take_the_same_value_of_a_unique_field(serve):
    desk = await serve(FILES)
    answer = await batch(desk, post({"code": "same"}), post({"code": "same"}))
    assert (answer.status, answer.json["code"]) == (409, "not_unique")
    assert list(answer.json["errors"]) == ["/operations/1/body/code"]


async def test_an_operation_is_a_request_of_its_own_for_its_hooks(serve):
    desk = await serve(FILES)
    await batch(desk, post({"title": "a"}), post({"title": "b"}))
    assert [call for call in calls(desk) if call[0] == "bind"] == [
        ("bind", "create", "a", "POST", "/api/desk/things"),
        ("bind", "create", "b", "POST", "/api/desk/things"),
    ]


async def test_after_hooks_run_behind_the_commit_of_all_with_the_state_of_their_own_operation(serve, monkeypatch):
    desk = await serve(FILES)
    sent = []
    publish = desk.project.hub.publish
    monkeypatch.setattr(desk.project.hub, "publish", lambda messages: (sent.append(messages), publish(messages)))
    await batch(desk, post({"id": "a", "title": "a"}), post({"id": "b", "title": "b"}))
    assert [call[:3] for call in calls(desk)] == [
        ("bind", "create", "a"),
        ("validate", "create", "a"),
        ("before", "create", "a"),
        ("bind", "create", "b"),
        ("validate", "create", "b"),
        ("before", "create", "b"),
        ("after", "create", "a"),
        ("after", "create", "b"),
    ]
    published = [[m.body["id"] for m in messages if m.channel == "news"] for messages in sent]
    assert published[0] == ["a", "b"]
    assert [m.body["seen"] for messages in sent for m in messages if m.channel == "staff"] == [1, 1]


async def test_a_failing_after_hook_changes_nothing(serve):
    desk = await serve(FILES)
    answer = await batch(desk, post({"title": "broken"}), post({"title": "fine"}))
    assert [r["status"] for r in answer.json["results"]] == [201, 201]
    assert (await desk.ask("GET", "/things?count=true")).json["total"] == 2


async def test_a_hook_may_answer_an_operation_itself(serve):
    things = THINGS.replace("after: hooks/t.py:after}\n  update", "respond: hooks/t.py:respond}\n  update")
    desk = await serve({**FILES, "collections/things.yml": things})
    answer = await batch(desk, post({"id": "a"}))
    assert answer.json == {"results": [{"status": 202, "body": {"made": "a"}}]}


async def test_a_batch_that_was_overtaken_is_done_again(serve, monkeypatch):
    desk = await serve(FILES)
    await desk.ask("POST", "/things", {"id": "one", "count": 1})
    commit, others = desk.project.store.commit, [{"$inc": {"count": 10}}]

    async def overtaken(writes):
        if others:
            await desk.ask("PATCH", "/things/one", others.pop())
        return await commit(writes)

    monkeypatch.setattr(desk.project.store, "commit", overtaken)
    answer = await batch(
        desk, post({"id": "two"}), {"method": "PATCH", "path": "things/one", "body": {"$inc": {"count": 1}}}
    )
    assert [r["status"] for r in answer.json["results"]] == [201, 200]
    assert (await desk.ask("GET", "/things/one")).json["count"] == 12
    assert (await desk.ask("GET", "/things?count=true")).json["total"] == 2


async def test_a_batch_has_the_permissions_of_who_sends_it(serve):
    desk = await serve()
    created = await batch(desk, post({"id": "mine", "title": "a", "status": "draft"}, "notes"), by="author")
    assert created.json["results"][0]["body"]["status"] == "draft"
    refused = await batch(desk, {"method": "PATCH", "path": "notes/mine", "body": {"status": "published"}}, by="author")
    assert (refused.status, refused.json["code"]) == (403, "fields_forbidden")
    assert list(refused.json["errors"]) == ["/operations/0/body/status"]
    await desk.ask("POST", "/notes", {"id": "theirs", "title": "a"}, by="editor")
    hidden = await batch(desk, {"method": "DELETE", "path": "notes/theirs"}, by="author")
    assert hidden.status in (403, 404)
    assert (await desk.ask("GET", "/notes/theirs", by="editor")).status == 200


@pytest.mark.parametrize(
    ("body", "code", "errors"),
    [
        ({}, "invalid_batch", None),
        ({"operations": []}, "invalid_batch", None),
        ({"operations": [], "more": 1}, "invalid_batch", None),
        ({"operations": [7]}, "invalid_batch", ["/operations/0"]),
        ({"operations": [{"method": "GET", "path": "things/a"}]}, "invalid_batch", ["/operations/0/method"]),
        ({"operations": [{"method": ["POST"]}]}, "invalid_batch", ["/operations/0/method"]),
        (
            {"operations": [post({}), {"method": "PATCH", "path": "things", "ifMatch": "3"}]},
            "invalid_batch",
            ["/operations/1/path", "/operations/1/body", "/operations/1/ifMatch"],
        ),
        ({"operations": [{**post({}), "ifMatch": 1}]}, "invalid_batch", ["/operations/0/ifMatch"]),
        ({"operations": [{**post({}), "headers": {}}]}, "invalid_batch", ["/operations/0"]),
        ({"operations": [post({}, "_users")]}, "invalid_batch", ["/operations/0/path"]),
        (
            {"operations": [{"method": "DELETE", "path": "things/a", "body": {}}]},
            "invalid_batch",
            ["/operations/0/body"],
        ),
        ({"operations": [{"method": "DELETE", "path": "things/a?x=1"}]}, "invalid_batch", ["/operations/0/path"]),
        (
            {"operations": [{"method": "DELETE", "path": "things/a", "ifMatch": True}]},
            "invalid_batch",
            ["/operations/0/ifMatch"],
        ),
        ({"operations": [post({})] * 101}, "too_many_operations", None),
    ],
)
async def test_what_is_no_batch_is_refused_by_name(serve, body, code, errors):
    desk = await serve(FILES)
    answer = await desk.ask("POST", "/_batch", body)
    assert (answer.status, answer.json["code"]) == (422, code)
    assert (list(answer.json["errors"]) if errors else None) == errors
    assert calls(desk) == []


async def test_a_batch_counts_as_one_request_for_every_ten_operations(serve):
    config = desk_config(limits="{requests: 4/minute}")
    desk = await serve({**FILES, "config.yml": config})
    assert (await batch(desk, *[post({})] * 21)).status == 200
    assert (await batch(desk, *[post({})] * 11)).status == 429
    assert (await desk.ask("GET", "/things?count=true")).status == 429


async def test_the_largest_batch_fits_where_a_window_is_smaller(serve):
    desk = await serve({**FILES, "config.yml": desk_config(limits="{requests: 5/minute}")})
    assert (await batch(desk, *[post({})] * 100)).status == 200


async def test_a_batch_over_the_body_limit_is_refused(serve):
    desk = await serve(FILES)
    body = b'{"operations": [{"method": "POST", "path": "things", "body": {"title": "%b"}}]}' % (b"x" * 1_048_576)
    headers = {"Content-Type": "application/json"}
    answer = await desk.ask("POST", "/_batch", data=BytesIO(body), headers=headers)
    assert (answer.status, answer.json["code"]) == (413, "too_large")


async def test_the_documents_of_a_batch_are_together_no_larger_than_one_may_be(serve, monkeypatch):
    monkeypatch.setattr("runtime.documents.batch.WRITE_LIMIT_BYTES", 1_000)
    desk = await serve(FILES)
    answer = await batch(desk, *[post({"title": "x" * 20})] * 20)
    assert (answer.status, answer.json["code"]) == (413, "too_large")
    assert (await desk.ask("GET", "/things?count=true")).json["total"] == 0


def desk_config(*, limits):
    return (
        'namespace: desk\nstorage: "sqlite::memory:"\n'
        'auth: {secret: "a secret for tests only", roles: [editor, author]}\n'
        f"limits: {limits}\n"
        "channels:\n  - {name: news, description: What is new, scope: public}\n"
        "  - {name: staff, description: For those signed in, scope: authenticated}\n"
        "collections: !include collections/*.yml\n"
    )
