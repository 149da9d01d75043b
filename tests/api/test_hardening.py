"""One test for each way in which a client, or a hook by mistake, tried to get more than is its own."""

from io import BytesIO

import pytest
from aiohttp.web import RequestPayloadError

from runtime.app import reload
from runtime.model.errors import MalformedBody
from runtime.web.json import read_json

JSON = {"Content-Type": "application/json"}

CASES = """
name: cases
fields:
  - {name: title, type: string}
  - {name: type, type: string}
  - {name: slug, type: slug, from: title, unique: true, maxLength: 20}
  - {name: day, type: date}
  - {name: at, type: datetime}
  - {name: tags, type: array, items: {type: string}, default: [new]}
  - {name: data, type: json}
  - {name: code, type: string, pattern: "^[a-z]+$"}
  - {name: slow, type: string, pattern: "^(a+)+$"}
  - {name: meta, type: object, fields: [{name: open, type: string}, {name: closed, type: string}]}
  - {name: notes, type: array, items: {type: reference, collection: notes}}
permissions:
  public: {read: {hide: [meta.closed]}, create: true, update: {deny: [meta.closed, data.closed]}}
  role:author: {read: {hide: [meta.closed]}, update: true}
  role:editor: {read: true, create: true, update: true}
realtime: {publish: {channel: news, fields: [title, type, meta]}}
HOOKS
"""


async def cases(serve, hooks: str = "", body: str = "    pass\n"):
    imports = "import datetime\nfrom dataclasses import replace\nfrom runtime import Reject, Response\n"
    code = f"{imports}async def hook(ctx):\n{body}"
    hooks = f"hooks: {hooks}" if hooks else ""
    return await serve({"collections/cases.yml": CASES.replace("HOOKS", hooks), "hooks/cases.py": code})


# What may be written


@pytest.mark.parametrize("by", [None, "author"])
async def test_a_put_keeps_members_that_its_author_may_not_write_or_not_see(serve, by):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c", "meta": {"open": "o", "closed": "secret"}}, by="editor")
    replaced = await desk.ask("PUT", "/cases/c", {"meta": {"open": "new"}}, by=by)
    assert (replaced.status, replaced.json["meta"]) == (200, {"open": "new"})
    stored = (await desk.ask("GET", "/cases/c", by="editor")).json
    assert stored["meta"] == {"open": "new", "closed": "secret"}


async def test_a_put_keeps_members_of_free_form_json_that_its_author_may_not_write(serve):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c", "data": {"closed": 1, "open": 1}}, by="editor")
    assert (await desk.ask("PUT", "/cases/c", {"data": {"open": 2}})).json["data"] == {"open": 2, "closed": 1}


@pytest.mark.parametrize(
    "body",
    [
        {"meta": {"closed": "x"}},
        {"meta": {"closed": None}},
        {"meta": None},
        {"meta": {}},
        {"meta": []},
        {"meta.closed": "x"},
        {"$set": {"meta": {"open": "x"}}},
        {"$set": {"meta.closed": "x"}},
        {"$unset": {"meta": ""}},
        {"$push": {"meta.closed.0": "x"}},
        {"$set": {"meta.0.closed": "x"}},
        {"$inc": {"data.closed": 1}},
        {"$pull": {"data.items.closed": 1}, "$set": {"data": 1}},
    ],
)
async def test_no_form_of_a_change_reaches_a_denied_member(serve, body):
    desk = await cases(serve)
    whole = {"id": "c", "meta": {"open": "o", "closed": "secret"}, "data": {"closed": 1}}
    before = (await desk.ask("POST", "/cases", whole, by="editor")).json
    refused = await desk.ask("PATCH", "/cases/c", body)
    assert (refused.status, refused.json["code"]) == (403, "fields_forbidden")
    assert (await desk.ask("GET", "/cases/c", by="editor")).json == before


async def test_a_write_does_not_go_by_an_entry_whose_values_were_not_forced(serve):
    teams = """
name: teams
fields: [{name: team, type: string}, {name: status, type: string}]
permissions:
  public: {create: {filter: {team: x}, set: {status: draft}}}
  authenticated: {create: {filter: {status: draft}, set: {team: guests}}}
"""
    desk = await serve({"collections/teams.yml": teams})
    refused = await desk.ask("POST", "/teams", {"team": "z", "status": "published"}, by="author")
    assert (refused.status, refused.json["code"]) == (403, "forbidden")


async def test_a_put_of_what_was_read_works_where_a_field_is_no_longer_declared(serve):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c", "title": "a", "data": {"old": 1}}, by="editor")
    spec = desk.folder / "collections/cases.yml"
    spec.write_text(spec.read_text().replace("  - {name: data, type: json}\n", "").replace(", data.closed", ""))
    assert await reload(desk.project, {}) == ()
    read = (await desk.ask("GET", "/cases/c", by="editor")).json
    assert (await desk.ask("PUT", "/cases/c", {**read, "title": "b"}, by="editor")).json["data"] == {"old": 1}
    assert (await desk.ask("PUT", "/cases/c", {"title": "c"}, by="editor")).json["data"] == {"old": 1}
    refused = await desk.ask("PUT", "/cases/c", {**read, "data": {"old": 2}}, by="editor")
    assert (refused.status, list(refused.json["errors"])) == (422, ["/data"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_write_without_a_body_is_refused(serve, method):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c", "title": "kept"})
    refused = await desk.ask(method, "/cases" if method == "POST" else "/cases/c")
    assert (refused.status, refused.json["code"]) == (415, "unsupported_media")
    assert (await desk.ask("GET", "/cases/c")).json["title"] == "kept"


async def test_a_default_is_no_ones_to_change(serve):
    desk = await cases(serve, "{create: {validate: hooks/cases.py:hook}}", "    ctx.document['tags'].append('x')\n")
    assert (await desk.ask("POST", "/cases", {})).json["tags"] == ["new", "x"]
    assert (await desk.ask("POST", "/cases", {})).json["tags"] == ["new", "x"]


# What may be read


async def test_as_the_caller_a_hook_neither_asks_by_hidden_fields_nor_is_given_them(serve):
    ask = "    return await ctx.db.as_actor().METHOD('cases', {'meta.closed': 'secret'})\n"
    for method in ("find", "count"):
        desk = await cases(serve, "{read: {before: hooks/cases.py:hook}}", ask.replace("METHOD", method))
        assert (await desk.ask("GET", "/cases")).json["code"] == "forbidden"
    write = (
        "    if not ctx.document.get('title'):\n"
        "        ctx.document['data'] = await ctx.db.as_actor().update('cases', 'c', {'title': 'new'})\n"
    )
    desk = await cases(serve, "{create: {before: hooks/cases.py:hook}}", write)
    await desk.ask("POST", "/cases", {"id": "c", "title": "t", "meta": {"open": "o", "closed": "secret"}}, by="editor")
    assert (await desk.ask("POST", "/cases", {})).json["data"]["meta"] == {"open": "o"}


async def test_a_message_about_a_change_has_no_hidden_members_and_its_own_type(serve):
    desk = await cases(serve)
    document = {"id": "c", "title": "t", "type": "cases.delete", "meta": {"open": "o", "closed": "secret"}}
    async with desk.client.get("/api/desk/_events?channels=news") as stream:
        await desk.ask("POST", "/cases", document, by="editor")
        seen = b""
        while b'"c"' not in seen:
            seen += await stream.content.readany()
    assert b'"type":"cases.create"' in seen
    assert b'"meta":{"open":"o"}' in seen
    assert b"secret" not in seen


@pytest.mark.parametrize("name", ["limit", "offset"])
async def test_a_number_with_zeros_in_front_is_no_way_around_its_limit(serve, name):
    desk = await cases(serve)
    refused = await desk.ask("GET", f"/cases?{name}=0000000001999999")
    assert (refused.status, refused.json["code"]) == (400, "invalid_query")


async def test_a_field_that_is_expanded_a_hundred_times_is_read_once(serve, monkeypatch):
    desk = await cases(serve)
    await desk.ask("POST", "/notes", {"id": "n", "title": "t"}, by="editor")
    await desk.ask("POST", "/cases", {"id": "c", "notes": ["n"]}, by="editor")
    asked, find = [], desk.project.store.find

    async def counted(collection, query):
        asked.append(collection)
        return await find(collection, query)

    monkeypatch.setattr(desk.project.store, "find", counted)
    answer = await desk.ask("GET", f"/cases?expand={','.join(['notes'] * 100)}", by="editor")
    assert [note["id"] for note in answer.json["items"][0]["_expand"]["notes"]] == ["n"]
    assert asked == ["cases", "notes"]


async def test_a_version_with_thousands_of_digits_matches_nothing(serve):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c"})
    tag = f'"{"9" * 5000}"'
    assert (await desk.ask("PATCH", "/cases/c", {"title": "x"}, headers={"If-Match": tag})).status == 412
    assert (await desk.ask("GET", "/cases/c", headers={"If-None-Match": tag})).status == 200


async def test_an_answer_without_a_version_is_never_not_modified(serve):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c", "title": "t"})
    part = await desk.ask("GET", "/cases/c?fields=title", headers={"If-None-Match": "*"})
    assert (part.status, part.json, "ETag" in part.headers) == (200, {"id": "c", "title": "t"}, False)


# Values


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "one\n"),
        ("slug", "one\n"),
        ("code", "abc\n"),
        ("notes", ["n\n"]),
        ("day", "2026-W03-4"),
        ("day", "20260115"),
        ("at", "2026-06-30T23:59:60Z"),
        ("at", "0001-01-01T00:00:00+14:00"),
        ("at", "9999-12-31T23:59:59.9999Z"),
        ("at", "2026-01-15T10:30:00"),
    ],
)
async def test_a_value_that_only_looks_right_is_refused(serve, field, value):
    desk = await cases(serve)
    await desk.ask("POST", "/notes", {"id": "n", "title": "t"}, by="editor")
    refused = await desk.ask("POST", "/cases", {field: value})
    assert (refused.status, refused.json["code"]) == (422, "invalid_document")
    assert (await desk.ask("GET", "/cases")).json["items"] == []


async def test_times_long_ago_are_kept_so_that_their_texts_sort(serve):
    desk = await cases(serve)
    made = await desk.ask("POST", "/cases", {"at": "0900-01-01T00:00:00+01:00"})
    assert made.json["at"] == "0899-12-31T23:00:00.000Z"


async def test_a_pattern_that_backtracks_stops_nobody(serve):
    desk = await cases(serve)
    refused = await desk.ask("POST", "/cases", {"slow": "a" * 60 + "!"})
    assert (refused.status, list(refused.json["errors"])) == (422, ["/slow"])


async def test_a_derived_slug_fits_its_field(serve):
    desk = await cases(serve)
    made = await desk.ask("POST", "/cases", {"title": "Quite a long title of an article"})
    assert made.json["slug"] == "quite-a-long-title"
    again = [await desk.ask("POST", "/cases", {"title": "Quite-a-long-titles-x"}) for _ in range(2)]
    assert [answer.json["slug"] for answer in again] == ["quite-a-long-titles", "quite-a-long-title-2"]


@pytest.mark.parametrize("depth", [101, 1000])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_body_that_is_nested_too_deeply_is_refused(serve, method, depth):
    desk = await cases(serve)
    await desk.ask("POST", "/cases", {"id": "c"})
    body = b'{"data":' * depth + b"1" + b"}" * depth
    path = "/cases" if method == "POST" else "/cases/c"
    refused = await desk.ask(method, path, data=BytesIO(body), headers=JSON)
    assert (refused.status, refused.json["code"]) == (400, "malformed_body")


async def test_a_large_document_is_checked_whole(serve):
    desk = await cases(serve)
    refused = await desk.ask("POST", "/cases", {"tags": [*["a"] * 20_000, 5]})
    assert (refused.status, refused.json["errors"]) == (422, {"/tags/20000": "must be a text"})
    assert (await desk.ask("POST", "/cases", {"tags": ["a"] * 20_000})).status == 201


async def test_thousands_of_wrong_references_make_a_short_answer(serve):
    desk = await cases(serve)
    refused = await desk.ask("POST", "/cases", {"notes": [f"n{number}" for number in range(2000)]})
    assert (refused.status, len(refused.json["errors"])) == (422, 50)


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), RequestPayloadError("not chunked")])
async def test_a_body_that_breaks_off_is_no_error_of_the_server(error):
    class Whole:
        def is_eof(self) -> bool:
            return True

    class Broken:
        content_type, content, client_max_size = "application/json", Whole(), 1024

        async def read(self) -> bytes:
            raise error

    with pytest.raises(MalformedBody):
        await read_json(Broken())


# What hooks leave behind

UNSENDABLE = [
    "{'a': {1}}",
    "Response({'a': {1}})",
    "b'bytes'",
    "2**70",
    "Response('x', headers={'X-A': 'a\\r\\nSet-Cookie: b'})",
    "Response('x', headers={'X-A': 5})",
    "Response('x', headers={'X A': 'a'})",
    "Response('x', headers={'Content-Length': '2'})",
    "Response('x', headers={'Transfer-Encoding': 'chunked'})",
    "Response('\\ud800')",
]


@pytest.mark.parametrize("answer", UNSENDABLE)
@pytest.mark.parametrize("phase", ["before", "respond"])
async def test_an_answer_that_cannot_be_sent_is_the_hooks_failure(serve, phase, answer):
    desk = await cases(serve, f"{{read: {{{phase}: hooks/cases.py:hook}}}}", f"    return {answer}\n")
    refused = await desk.ask("GET", "/cases")
    assert (refused.status, refused.json["code"]) == (500, "hook_failed")
    (line,) = [entry for entry in desk.log.entries if entry["event"] == "hook_failed"]
    assert (line["incident"], line["hook"]) == (refused.json["incident"], "hooks/cases.py:hook")


@pytest.mark.parametrize("answer", [*UNSENDABLE, "await ctx.realtime.subscribe('news')"])
async def test_after_a_commit_an_answer_that_cannot_be_sent_leaves_the_plain_one(serve, answer):
    desk = await cases(serve, "{create: {respond: hooks/cases.py:hook}}", f"    return {answer}\n")
    made = await desk.ask("POST", "/cases", {"id": "c", "title": "t"})
    assert (made.status, made.json["title"], made.headers["ETag"]) == (201, "t", '"1"')


async def test_an_endpoint_whose_answer_cannot_be_sent_has_written_nothing(serve):
    act = (
        "name: act\nvirtual: true\npermissions: {public: {create: true}}\nhooks: {create: {before: hooks/act.py:act}}\n"
    )
    code = "async def act(ctx):\n    await ctx.db.create('notes', {'title': 'x'})\n    return {1}\n"
    desk = await serve({"collections/act.yml": act, "hooks/act.py": code})
    assert (await desk.ask("POST", "/act")).json["code"] == "hook_failed"
    assert (await desk.ask("GET", "/notes", by="editor")).json["items"] == []


@pytest.mark.parametrize("phase", ["bind", "validate", "before"])
@pytest.mark.parametrize("value", ["'text'", "[1]", "5"])
async def test_a_hook_that_makes_the_document_something_else_fails_by_name(serve, phase, value):
    desk = await cases(serve, f"{{create: {{{phase}: hooks/cases.py:hook}}}}", f"    ctx.document = {value}\n")
    refused = await desk.ask("POST", "/cases", {})
    assert (refused.status, refused.json["code"]) == (500, "hook_failed")
    assert any(entry.get("hook") == "hooks/cases.py:hook" for entry in desk.log.entries)


@pytest.mark.parametrize("phase", ["validate", "before"])
@pytest.mark.parametrize("value", ["{1}", "float('nan')", "datetime.datetime.now()", "{1: 2}", "2**64", "'\\ud800'"])
async def test_what_a_hook_puts_into_a_document_must_be_json(serve, phase, value):
    desk = await cases(serve, f"{{create: {{{phase}: hooks/cases.py:hook}}}}", f"    ctx.document['data'] = {value}\n")
    refused = await desk.ask("POST", "/cases", {})
    assert (refused.status, refused.json["code"]) == (422, "invalid_document")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("    ctx.query = 'text'\n", 500),
        ("    ctx.query = replace(ctx.query, limit=None)\n", 200),
        ("    ctx.query = replace(ctx.query, limit=0)\n", 200),
    ],
)
async def test_a_query_that_a_hook_has_replaced_is_bounded_and_checked(serve, body, status):
    desk = await cases(serve, "{read: {before: hooks/cases.py:hook}}", body)
    await desk.ask("POST", "/cases", {"id": "c"})
    answer = await desk.ask("GET", "/cases")
    assert answer.status == status
    assert answer.json.get("code") == ("hook_failed" if status == 500 else None)


@pytest.mark.parametrize(
    ("reject", "status", "detail"),
    [
        ("Reject(499, 'no')", 499, "no"),
        ("Reject(430, 'no')", 430, "no"),
        ("Reject(422, ValueError('no'))", 422, "no"),
        ("Reject(422, '\\ud800')", 422, "\ud800"),
        ("Reject(422, 'no', errors={'title': ValueError('x')})", 422, "no"),
    ],
)
async def test_a_refusal_in_odd_words_is_still_that_refusal(serve, reject, status, detail):
    desk = await cases(serve, "{create: {before: hooks/cases.py:hook}}", f"    raise {reject}\n")
    refused = await desk.ask("POST", "/cases", {})
    assert (refused.status, refused.json["code"], refused.json["detail"]) == (status, "rejected", detail)
    assert refused.headers["Content-Type"].startswith("application/problem+json")


async def test_a_hook_finds_headers_by_any_spelling(serve):
    body = "    return [ctx.request.headers['X-Odd'], ctx.request.headers['x-odd']]\n"
    desk = await cases(serve, "{read: {before: hooks/cases.py:hook}}", body)
    assert (await desk.ask("GET", "/cases", headers={"x-ODD": "1"})).json == ["1", "1"]
