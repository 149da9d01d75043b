"""Built-in channels over HTTP: changes for each audience, who is at a document, what nobody else may use."""

import asyncio
import json

import pytest

from runtime.app import reload
from runtime.documents.audience import Audience, audience_channel
from runtime.model.change import Change, Op

HOOKED = """
name: letters
fields: [{name: title, type: string}]
permissions:
  authenticated: {read: true}
  role:editor: {create: true, update: true}
hooks: {read: {before: hooks/letters.py:read}}
"""

LETTERS = """
from runtime import Context, Reject


async def read(ctx: Context):
    if ctx.id == "sealed":
        raise Reject(403, "sealed", code="sealed")
    if ctx.id == "stream":
        return await ctx.realtime.subscribe("lobby")


async def misuse(ctx: Context):
    asked = ctx.request.query
    if asked.get("send"):
        await ctx.realtime.send(asked["send"], {"type": "hello"})
    if asked.get("refetch"):
        await ctx.realtime.revalidate("all", scopes=[asked["refetch"]])
    return await ctx.realtime.subscribe(asked["to"])
"""

MISUSE = """
name: misuse
virtual: true
permissions: {public: {read: true}}
hooks: {read: {before: hooks/letters.py:misuse}}
"""


@pytest.fixture
def room_files(room_files):
    return {
        **room_files, "collections/letters.yml": HOOKED, "collections/misuse.yml": MISUSE, "hooks/letters.py": LETTERS,
    }  # fmt: skip


async def audience(desk, by, collection="notes"):
    actor = await desk.project.auth.identify.by_id(await desk.user(by))
    return audience_channel(actor, desk.project.spec.collection[collection])


def stories(stream, *types):
    """Return what has come of some types: (type, id, fields)."""
    wanted = types or ("inserted", "updated", "removed")
    return [(body["type"], body["id"], body["fields"]) for type in wanted for body in stream.bodies(type)]


async def created(desk, by="editor", collection="notes", **body):
    answer = await desk.ask("POST", f"/{collection}", {"title": "a", **body}, by=by)
    assert answer.status == 201, answer.text
    return answer.json["id"]


async def changed(desk, id, **body):
    assert (await desk.ask("PATCH", f"/notes/{id}", body, by="editor")).status == 200


# -- changes


async def test_each_audience_hears_of_one_change_what_it_may_read(desk):
    editors, authors = await audience(desk, "editor"), await audience(desk, "author")
    assert editors != authors
    editor, author = await desk.listen(editors, by="editor"), await desk.listen(authors, by="author")
    id = await created(desk, secret="x")
    assert await editor.message("inserted", id=id) == {
        "type": "inserted", "channel": editors, "timestamp": editor.bodies("inserted")[0]["timestamp"], "id": id,
        "version": 1, "by": await desk.user("editor"), "fields": ["status", "title", "secret"],
    }  # fmt: skip
    await changed(desk, id, status="published")
    assert (await author.message("inserted", id=id))["fields"] == ["status", "title"]
    await changed(desk, id, secret="y", title="b")
    assert (await author.message("updated", version=3))["fields"] == ["title"]
    assert (await editor.message("updated", version=3))["fields"] == ["title", "secret"]
    await changed(desk, id, status="draft")
    await author.message("removed", id=id)
    await changed(desk, id, title="c")  # a draft is silent
    hidden = await created(desk, title="gone")
    await desk.ask("DELETE", f"/notes/{hidden}", by="editor")
    seen = await created(desk, title="last", status="published")
    await author.message("inserted", id=seen)
    await editor.message("inserted", id=seen)
    assert [body["id"] for type in ("inserted", "updated", "removed") for body in author.bodies(type)] == [
        id, seen, id, id,
    ]  # fmt: skip
    assert [(body["type"], body["id"]) for body in editor.bodies("removed")] == [("removed", hidden)]
    await desk.ask("DELETE", f"/notes/{seen}", by="editor")
    await author.message("removed", id=seen)


async def test_an_author_hears_of_their_own_drafts(desk):
    author = await desk.listen(await audience(desk, "author"), by="author")
    id = await created(desk, by="author")
    assert (await author.message("inserted", id=id))["by"] == await desk.user("author")


async def test_nobody_joins_an_audience_that_is_not_theirs(desk):
    editors, authors = await audience(desk, "editor"), await audience(desk, "author")
    for channel, by in [(authors, "editor"), (editors, "author"), (editors, "admin")]:
        answer = await desk.ask("GET", f"/_events?channels={channel}", by=by)
        assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert (await desk.ask("GET", f"/_events?channels={editors}")).status == 401
    stream = await desk.listen("news", by="author")
    answer = await desk.ask("POST", f"/_events/{stream.id}", {"subscribe": [editors, authors]}, by="author")
    assert (answer.json["denied"], list(answer.json["channels"])) == ({editors: "forbidden"}, [authors])


async def test_another_role_ends_an_audience(desk):
    channel = await audience(desk, "author")
    stream = await desk.listen(channel, "news", by="author")
    await desk.project.auth.users.set_roles(await desk.user("author"), ["editor"])
    await desk.project.recheck.round()
    assert await stream.event("denied") == {"channel": channel, "reason": "forbidden"}


async def test_what_another_process_has_committed_is_told_as_well(desk):
    stream = await desk.listen(await audience(desk, "editor"), by="editor")
    body = {"id": "n1", "createdBy": None, "version": 1, "title": "a"}
    change = Change(1, "notes", "n1", Op.CREATE, 1, "2026-01-15T12:00:00.000Z", None, None, body)
    desk.project.documents.note([change], announces=False)
    assert (await stream.message("inserted", id="n1"))["fields"] == ["title"]


async def test_an_answer_does_not_wait_for_those_who_are_told(desk, monkeypatch):
    told = []
    monkeypatch.setattr(Audience, "message", lambda *_: told.append(1))
    await desk.listen(await audience(desk, "editor"), by="editor")
    seen = []
    desk.project.documents.add_listener(lambda _: seen.append(len(told)))
    await created(desk)
    assert (seen, told) == ([0], [1])


async def test_a_collection_with_hooks_that_read_is_told_of_to_admins_alone(desk):
    assert await audience(desk, "editor", "letters") is None
    admins = await audience(desk, "admin", "letters")
    stream = await desk.listen(admins, by="admin")
    id = await created(desk, collection="letters")
    await stream.message("inserted", id=id)


async def test_a_reload_that_has_a_hook_read_ends_it_for_all_but_admins(desk):
    editors, admins = await audience(desk, "editor"), await audience(desk, "admin")
    stream, other = await desk.listen(editors, by="editor"), await desk.listen(admins, by="admin")
    file = desk.site.folder / "collections/notes.yml"
    file.write_text(file.read_text() + "hooks: {read: {before: hooks/letters.py:read}}\n")
    assert await reload(desk.project, {}) == ()
    assert await stream.end() == ["ready", "denied"]
    id = await created(desk)
    await other.message("inserted", id=id)
    assert stories(stream) == []


# -- who is at a document


async def test_who_is_at_a_document_is_announced_and_named(desk):
    id = await created(desk, status="published")
    channel, editor, author = f"_editing:notes:{id}", await desk.user("editor"), await desk.user("author")
    first = await desk.listen(channel, by="editor")
    assert first.ready["channels"][channel]["presence"] == {"users": [editor], "anonymous": 0}
    second = await desk.listen(channel, by="author")
    await first.message("presence", status="online", userId=author)
    answer = await desk.ask("GET", f"/_editing/notes/{id}", by="author")
    assert sorted(answer.json["users"], key=lambda user: user["name"]) == [
        {"id": author, "name": "author"}, {"id": editor, "name": "editor"},
    ]  # fmt: skip
    await desk.gone(second)
    assert {user["id"] for user in (await desk.ask("GET", f"/_editing/notes/{id}", by="editor")).json["users"]} == {
        editor, author,
    }  # fmt: skip
    await desk.forget()
    await first.message("presence", status="offline", userId=author)
    assert (await desk.ask("GET", f"/_editing/notes/{id}", by="editor")).json["users"] == [
        {"id": editor, "name": "editor"}
    ]


async def test_only_who_may_read_a_document_is_let_in(desk):
    draft = await created(desk)
    channel = f"_editing:notes:{draft}"
    answer = await desk.ask("GET", f"/_events?channels={channel}", by="author")
    assert (answer.status, f"{channel} (not_found)" in answer.json["detail"]) == (403, True)
    assert (await desk.ask("GET", f"/_events?channels={channel}")).status == 401
    assert (await desk.ask("GET", "/_events?channels=_editing:notes:nothing", by="editor")).status == 403
    assert (await desk.ask("GET", "/_events?channels=_editing:nowhere:1", by="admin")).status == 403
    assert (await desk.ask("GET", "/_events?channels=_editing:streams:1", by="admin")).status == 403
    refused = [
        (answer.status, answer.json["code"])
        for answer in [
            await desk.ask("GET", f"/_editing/notes/{draft}", by="author"),
            await desk.ask("GET", f"/_editing/notes/{draft}"),
            await desk.ask("GET", "/_editing/notes/nothing", by="editor"),
            await desk.ask("GET", "/_editing/nowhere/1", by="editor"),
            await desk.ask("GET", "/_editing/streams/1", by="admin"),
            await desk.ask("GET", "/_editing/notes/a%20b", by="editor"),
            await desk.ask("POST", f"/_channels/{channel}", {"type": "focus", "field": None}, by="author"),
        ]
    ]
    assert refused == [
        (404, "not_found"), (401, "unauthenticated"), (404, "not_found"), (404, "unknown_collection"),
        (404, "unknown_collection"), (404, "not_found"), (404, "not_found"),
    ]  # fmt: skip
    assert await desk.records("_joins") == []


async def test_hooks_that_read_are_asked_too(desk):
    ids = [await created(desk, collection="letters", id=id) for id in ("sealed", "stream", "open")]
    refused = [f"_editing:letters:{id}" for id in ids[:2]]
    stream = await desk.listen("news", *refused, f"_editing:letters:{ids[2]}", by="author")
    assert stream.ready["denied"] == {refused[0]: "sealed", refused[1]: "forbidden"}
    assert list(stream.ready["channels"]) == ["news", "_editing:letters:open"]


async def test_ids_with_every_letter_that_ids_may_have(desk):
    id = "A.b_c~d-" + "9" * 120
    await created(desk, id=id)
    stream = await desk.listen(f"_editing:notes:{id}", by="editor")
    assert list(stream.ready["channels"]) == [f"_editing:notes:{id}"]
    assert len((await desk.ask("GET", f"/_editing/notes/{id}", by="editor")).json["users"]) == 1


async def test_the_field_in_which_somebody_is_passes_by(desk):
    id = await created(desk)
    channel = f"_editing:notes:{id}"
    stream = await desk.listen(channel, by="editor")
    answer = await desk.ask("POST", f"/_channels/{channel}", {"type": "focus", "field": "/title"}, by="editor")
    editor = await desk.user("editor")
    assert (answer.status, answer.json["userId"], answer.json["field"]) == (202, editor, "/title")
    heard = await stream.message("focus")
    assert (heard["field"], heard["userId"], heard["channel"]) == ("/title", editor, channel)
    kept = desk.hub.topics.get(channel).channel
    assert (len(kept), kept.counts.messages) == (1, 2)  # that somebody has come is kept, the focus is not
    await desk.ask("POST", f"/_channels/{channel}", {"type": "focus", "field": None}, by="editor")
    await stream.message("focus", field=None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"type": "focus"}, "invalid_message"),
        ({"type": "focus", "field": "title"}, "invalid_message"),
        ({"type": "focus", "field": ""}, "invalid_message"),
        ({"type": "focus", "field": "/a~2"}, "invalid_message"),
        ({"type": "focus", "field": "/" + "a" * 256}, "invalid_message"),
        ({"type": "focus", "field": 1}, "invalid_message"),
        ({"type": "focus", "field": "/a", "more": 1}, "invalid_message"),
        ({"type": "focus", "field": "/a", "userId": "somebody"}, "invalid_message"),
        ({"type": "presence", "status": "online"}, "unknown_type"),
        ({"type": "inserted", "id": "1"}, "unknown_type"),
    ],
)
async def test_nothing_else_is_taken_of_clients(desk, body, code):
    id = await created(desk)
    await desk.listen(f"_editing:notes:{id}", by="editor")
    answer = await desk.ask("POST", f"/_channels/_editing:notes:{id}", body, by="editor")
    assert (answer.status, answer.json["code"]) == (422, code)


async def test_where_the_focus_is_has_a_rate_of_its_own(serve, room_files, desk):
    id = await created(desk)
    limited = desk.project.spec.limits
    object.__setattr__(limited, "send", type(limited.send)(2, 60.0))
    statuses = [
        (await desk.ask("POST", f"/_channels/{channel}", body, by="editor")).status
        for channel, body in [(f"_editing:notes:{id}", {"type": "focus", "field": "/a"})] * 3
        + [("room:a", {"type": "typing"})] * 3
    ]
    assert statuses == [202, 202, 429, 202, 202, 429]


async def test_who_may_read_a_document_no_longer_is_taken_off_it(desk):
    shown, own = await created(desk, status="published"), await created(desk, by="author")
    rooms = [f"_editing:notes:{shown}", f"_editing:notes:{own}"]
    stream = await desk.listen(*rooms, "news", by="author")
    editor = await desk.listen(rooms[0], by="editor")
    await desk.project.recheck.round()
    await changed(desk, shown, status="draft")
    await desk.project.recheck.round()
    assert await stream.event("denied") == {"channel": rooms[0], "reason": "not_found"}
    assert [event.event for event in editor.events if event.event == "denied"] == []
    await desk.forget()
    await editor.message("presence", status="offline", userId=await desk.user("author"))
    await desk.ask("DELETE", f"/notes/{own}", by="editor")
    await desk.project.recheck.round()
    await stream.until(lambda event: event.event == "denied" and json.loads(event.data)["channel"] == rooms[1])
    await desk.ask("DELETE", f"/notes/{shown}", by="editor")
    await desk.project.recheck.round()
    assert (await editor.end())[-1] == "denied"  # none was left, so the stream has ended


async def test_who_loses_a_role_loses_the_documents_that_it_opened(desk):
    id = await created(desk, by="admin")
    stream = await desk.listen(f"_editing:notes:{id}", "news", by="editor")
    await desk.project.auth.users.set_roles(await desk.user("editor"), ["author"])
    await desk.project.recheck.round()
    assert await stream.event("denied") == {"channel": f"_editing:notes:{id}", "reason": "not_found"}


# -- what is the server's own


@pytest.mark.parametrize("query", ["send=_runs", "refetch=_project", "to=_hooks", "to=_mine", "send=_mine"])
async def test_hooks_neither_send_to_them_nor_hand_them_out(desk, query):
    answer = await desk.ask("GET", f"/misuse?to=lobby&{query}" if "to=" not in query else f"/misuse?{query}")
    assert (answer.status, answer.json["code"]) == (422, "reserved_channel")


async def test_admins_do_not_send_to_them_either(desk):
    answer = await desk.ask("POST", "/_channels/_project/messages", {"type": "reloaded"}, by="admin")
    assert (answer.status, answer.json["code"]) == (422, "reserved_channel")
    answer = await desk.ask("POST", "/_channels/_project", {"type": "reloaded"}, by="admin")
    assert (answer.status, answer.json["code"]) == (403, "not_receiving")


async def test_they_are_not_listed_as_the_projects(desk):
    await desk.listen("_project", by="editor")
    listed = (await desk.ask("GET", "", by="admin")).json["channels"]
    assert listed == ["news", "staff", "editors", "line", "wall"]


async def test_many_audiences_end_with_their_streams(desk):
    streams = [await desk.listen(await audience(desk, by), by=by) for by in ("editor", "author")]
    for stream in streams:
        await desk.gone(stream)
    await created(desk)
    await asyncio.sleep(0)
    await created(desk)
    assert len(desk.hub.audiences) == 0
