"""An uninvited client tries every door of the channels; each is shut, with a name on it."""

import asyncio
import json

import pytest

from runtime.app import reload
from runtime.model.change import Write
from runtime.model.query import Query
from runtime.realtime.attendance import Attendance

SECRET = "x" * 43


async def refusal(desk, method, path, body=None, *, by=None, **more):
    answer = await desk.ask(method, path, body, by=by, **more)
    return answer.status, answer.json["code"]


@pytest.mark.parametrize(
    ("channel", "by", "refused"),
    [
        ("nowhere", None, (401, "unauthenticated")),
        ("nowhere", "admin", (403, "forbidden")),
        ("_joins", "admin", (403, "forbidden")),
        ("staff", None, (401, "unauthenticated")),
        ("editors", "author", (403, "forbidden")),
        ("user:somebody", "editor", (403, "forbidden")),
        ("user:", "editor", (403, "forbidden")),
        ("room:closed", "editor", (403, "forbidden")),
        ("room:", "editor", (403, "forbidden")),
    ],
)
async def test_a_channel_that_is_not_for_everybody_is_refused(desk, channel, by, refused):
    assert await refusal(desk, "GET", f"/_events?channels={channel}", by=by) == refused


async def test_another_users_channel_is_closed_by_every_way_in(desk):
    theirs = f"user:{await desk.user('author')}"
    assert await refusal(desk, "GET", f"/_events?channels={theirs}", by="editor") == (403, "forbidden")
    stream = await desk.listen("news", by="editor")
    answer = await desk.ask("POST", f"/_events/{stream.id}", {"subscribe": [theirs]}, by="editor")
    assert answer.json["denied"] == {theirs: "forbidden"}
    assert await refusal(desk, "POST", f"/_channels/{theirs}", {"type": "t"}, by="editor") == (403, "forbidden")
    assert await refusal(desk, "GET", f"/_channels/{theirs}/presence", by="editor") == (403, "forbidden")
    await desk.listen(theirs, by="author")


async def test_a_stream_is_changed_by_its_owner_alone(desk):
    theirs = await desk.listen("news", by="editor")
    nobodys = await desk.listen("news")
    change = {"subscribe": ["staff"]}
    unknown = (404, "unknown_connection")
    assert await refusal(desk, "POST", f"/_events/{theirs.id}", change, by="author") == unknown
    assert await refusal(desk, "POST", f"/_events/{theirs.id}", change, by="admin") == unknown
    assert await refusal(desk, "POST", f"/_events/{theirs.id}", change) == unknown
    assert await refusal(desk, "POST", f"/_events/{nobodys.id}", change, by="editor") == unknown
    assert await refusal(desk, "POST", "/_events/AAAAAAAAAAAAAAAA", change, by="editor") == unknown
    assert await refusal(desk, "POST", f"/_events/{theirs.id[:-1]}", change, by="editor") == unknown
    answer = await desk.ask("POST", f"/_events/{nobodys.id}", change)
    assert answer.json["denied"] == {"staff": "unauthenticated"}
    await desk.gone(theirs)
    assert await refusal(desk, "POST", f"/_events/{theirs.id}", change, by="editor") == unknown


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"subscribe": "news"}, (422, "invalid_document")),
        ({"subscribe": [1]}, (422, "invalid_document")),
        ({"subscribe": ["a b"]}, (422, "invalid_document")),
        ({"subscribe": ["news\n"]}, (422, "invalid_document")),
        ({"subscribe": [f"c{n}" for n in range(101)]}, (422, "invalid_document")),
        ({"subscribe": [f"user:{n}" for n in range(100)]}, (422, "too_many_subscriptions")),
        ({"lastEventId": 5}, (422, "invalid_document")),
        ({"lastEventId": "x" * 65}, (422, "invalid_document")),
        ({"actor": "admin"}, (422, "invalid_document")),
        ([], (400, "malformed_body")),
    ],
)
async def test_a_change_that_is_none_changes_nothing(desk, body, refused):
    stream = await desk.listen("news", by="editor")
    assert await refusal(desk, "POST", f"/_events/{stream.id}", body, by="editor") == refused
    assert [topic.name for topic in desk.hub.streams.get(stream.id).topics] == ["news"]


@pytest.mark.parametrize(
    ("channel", "body", "by", "refused"),
    [
        ("room:a", {"type": "chat", "text": "x"}, None, (401, "unauthenticated")),
        ("room:closed", {"type": "chat", "text": "x"}, "editor", (403, "room_closed")),
        ("nowhere", {"type": "chat"}, "admin", (404, "unknown_channel")),
        ("news", {"type": "t"}, "editor", (403, "not_receiving")),
        ("news", {"type": "t"}, "admin", (403, "not_receiving")),
        ("room:a", {"type": "presence", "status": "offline"}, "editor", (422, "unknown_type")),
        ("room:a", {"type": "revalidate", "keys": ["x"]}, "editor", (422, "unknown_type")),
        ("room:a", {"type": ["chat"]}, "editor", (422, "unknown_type")),
        ("room:a", {"text": "x"}, "editor", (422, "unknown_type")),
        ("room:a", {"type": "chat"}, "editor", (422, "invalid_message")),
        ("room:a", {"type": "chat", "text": 5}, "editor", (422, "invalid_message")),
        ("room:a", {"type": "chat", "text": "x" * 51}, "editor", (422, "invalid_message")),
        ("room:a", {"type": "chat", "text": "x", "more": 1}, "editor", (422, "invalid_message")),
        ("room:a", {"type": "chat", "text": "x", "userId": "somebody"}, "editor", (422, "invalid_message")),
        ("room:a", {"type": "typing", "userId": "somebody"}, "editor", (422, "invalid_message")),
        ("wall", {"type": "note", "text": "x" * 65_536}, None, (413, "too_large")),
        ("wall", ["note"], None, (400, "malformed_body")),
    ],
)
async def test_a_message_that_does_not_pass_all_gates_goes_nowhere(desk, channel, body, by, refused):
    before = desk.hub.counters.events
    assert await refusal(desk, "POST", f"/_channels/{channel}", body, by=by) == refused
    assert desk.hub.counters.events == before
    assert [topic.channel.head for topic in desk.hub.topics if topic.name == channel] in ([], [0])


async def test_a_body_that_is_no_json_is_told_so_after_the_gates_before_it(desk):
    bad = {"data": b"{", "headers": {"Content-Type": "application/json"}}
    assert await refusal(desk, "POST", "/_channels/wall", **bad) == (400, "malformed_body")
    assert await refusal(desk, "POST", "/_channels/room:a", **bad) == (401, "unauthenticated")
    deep = {"data": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}
    assert await refusal(desk, "POST", "/_channels/wall", **deep) == (400, "malformed_body")


@pytest.mark.parametrize(
    "name", ["a%0Ab", "..%2F_users", "%00", "*", "room:*", "room:%7Broom%7D", "room:%0A", "x" * 200]
)
async def test_a_name_with_more_in_it_than_a_name_is_no_channel(desk, name):
    answer = await desk.ask("GET", f"/_events?channels={name}", by="admin")
    assert (answer.status, answer.json["code"]) in {(400, "invalid_query"), (403, "forbidden")}
    answer = await desk.ask("POST", f"/_channels/{name}", {"type": "chat", "text": "x"}, by="admin")
    assert (answer.status, answer.json["code"]) in {(404, "unknown_channel"), (404, "not_found")}
    assert len(desk.hub.topics) == 0


async def test_who_is_demoted_while_a_hook_lets_them_in_stays_out(serve, room_files):
    room_files["hooks/rooms.py"] = """
import asyncio
from runtime import ChannelContext

async def may_join(ctx: ChannelContext):
    await ctx.realtime.send("news", {"type": "asked"})
    while not await ctx.db.get("diary", "go"):
        await asyncio.sleep(0.01)

async def left(ctx): ...
async def hung_up(ctx): ...
async def on_chat(ctx): ...
async def stream(ctx): ...
"""
    room_files["config.yml"] = room_files["config.yml"].replace(
        "description: A room\n    scope: authenticated", 'description: A room\n    scope: "role:editor"'
    )
    site = await serve(room_files)
    users, documents = site.project.auth.users, site.project.documents.database(None, ())
    await site.signed_in("editor")
    editor = (await users.find_by_email("editor@example.org"))["id"]

    async def let_in(change):
        joining = asyncio.create_task(site.ask("GET", "/_events?channels=room:a", by="editor"))
        while not site.project.caller.stats or site.project.caller.stats["hooks/rooms.py:may_join"].running == 0:
            await asyncio.sleep(0.01)
        await change
        await documents.create("diary", {"id": "go"})
        answer = await joining
        await documents.delete("diary", "go")
        return answer.status, answer.json["code"]

    assert await let_in(users.set_roles(editor, ["author"])) == (403, "forbidden")
    await users.set_roles(editor, ["editor"])
    assert await let_in(users.end_sessions(editor)) == (401, "unauthenticated")
    assert site.project.hub.connections == 0
    assert [record.document for record in await site.project.store.find("_joins", Query())] == []


async def test_a_session_that_expires_ends_its_streams_and_opens_none(desk):
    stream = await desk.listen("staff", by="editor")
    session = desk.hub.streams.get(stream.id).join.actor.session
    store = desk.project.store
    record = await store.get("_sessions", session)
    ended = {**record.document, "expiresAt": "2020-01-01T00:00:00.000Z", "version": record.version + 1}
    await store.commit([Write("_sessions", session, ended, expected=record.version)])
    desk.project.recheck.soon()
    assert (await stream.end())[-1] == "expired"
    assert await refusal(desk, "GET", "/_events?channels=news", by="editor") == (401, "unauthenticated")


async def test_a_ticket_is_good_once_in_time_and_here(desk):
    invalid = (401, "invalid_ticket")
    assert await refusal(desk, "POST", "/_auth/ticket") == (401, "unauthenticated")
    for forged in ("garbage", f"hsk_{'0' * 32}_{SECRET}", f"hss_{'0' * 32}_{SECRET}", "%00"):
        assert await refusal(desk, "GET", f"/_events?channels=news&ticket={forged}") == invalid
    ticket = (await desk.ask("POST", "/_auth/ticket", by="editor")).json["ticket"]
    other = ticket[:-1] + ("A" if ticket[-1] != "A" else "B")
    assert await refusal(desk, "GET", f"/_events?channels=news&ticket={other}") == invalid
    record = (await desk.records("_tickets"))[0]
    assert ticket not in str(record)
    both = await asyncio.gather(*(desk.ask("HEAD", f"/_events?channels=news&ticket={ticket}") for _ in range(2)))
    assert [answer.status for answer in both] == [200, 200]  # HEAD asks for no stream, so it takes none
    stream = await desk.listen("staff", ticket=ticket)
    assert await refusal(desk, "GET", f"/_events?channels=news&ticket={ticket}") == invalid
    await desk.gone(stream)


async def test_a_ticket_that_is_too_old_or_whose_session_has_ended_opens_nothing(desk):
    ticket = (await desk.ask("POST", "/_auth/ticket", by="editor")).json["ticket"]
    record = (await desk.records("_tickets"))[0]
    late = {**record, "expiresAt": "2020-01-01T00:00:00.000Z", "version": 2}
    await desk.project.store.commit([Write("_tickets", record["id"], late, expected=1)])
    assert await refusal(desk, "GET", f"/_events?channels=news&ticket={ticket}") == (401, "invalid_ticket")
    ticket = (await desk.ask("POST", "/_auth/ticket", by="editor")).json["ticket"]
    await desk.ask("POST", "/_auth/logout", by="editor")
    assert await refusal(desk, "GET", f"/_events?channels=news&ticket={ticket}") == (401, "invalid_ticket")


async def test_thousands_of_rooms_that_nobody_stays_in_are_forgotten(desk):
    for start in range(0, 2000, 100):
        names = [f"user:{n}" for n in range(start, start + 100)]
        stream = await desk.listen(*names, by="admin")
        await desk.gone(stream)
    assert len(desk.hub.topics.counts) == 1, "they are counted as one"
    for _ in range(3):
        desk.hub.tick()
    assert len(desk.hub.topics) == 0
    assert len(desk.hub.presence) == 0


async def test_too_many_channels_at_once_are_refused(desk):
    desk.hub.topics._limit = 50
    names = ",".join(f"user:{n}" for n in range(60))
    assert await refusal(desk, "GET", f"/_events?channels={names}", by="admin") == (503, "too_many_channels")
    assert len(desk.hub.topics) == 0
    names = ",".join(f"user:{n}" for n in range(101))
    assert await refusal(desk, "GET", f"/_events?channels={names}", by="admin") == (400, "invalid_query")


async def test_presence_that_flaps_says_nothing_and_writes_little(desk):
    watcher = await desk.listen("room:a", by="author")
    for _ in range(10):
        await desk.gone(await desk.listen("room:a", by="editor"))
    await desk.ask("POST", "/_channels/room:a", {"type": "chat", "text": "end"}, by="editor")
    await watcher.message("chat", text="end")
    assert [body["status"] for body in watcher.bodies("presence") if body["userId"] == await desk.user("editor")] == [
        "online"
    ]
    (record,) = [r for r in await desk.records("_joins") if r["user"] == await desk.user("editor")]
    assert record["version"] == 1
    assert await desk.diary("left") == []


@pytest.fixture
def closing(desk, monkeypatch):
    """Close all rooms by a reload while somebody is on the way into one: their scope and hook have been asked."""

    def close():
        enter, file = Attendance.enter, desk.site.folder / "config.yml"

        async def entered(self, *arguments, **more):
            await enter(self, *arguments, **more)
            file.write_text(file.read_text().replace("name: room:{room}", "name: hall:{room}"))
            assert await reload(desk.project, {}) == ()

        monkeypatch.setattr(Attendance, "enter", entered)

    return close


async def test_who_is_on_the_way_in_while_a_reload_closes_the_channel_does_not_listen(desk, closing):
    headers = await desk.site.signed_in("editor")
    closing()
    response = await desk.site.client.get("/api/desk/_events?channels=room:a,news", headers=headers)
    ready = json.loads((await response.content.readuntil(b"\n\n")).decode().partition("data: ")[2])
    response.close()
    assert (list(ready["channels"]), ready["denied"]) == (["news"], {"room:a": "undeclared"})


async def test_an_open_stream_that_is_on_the_way_in_then_does_not_either(desk, closing):
    stream = await desk.listen("news", by="editor")
    closing()
    answer = await desk.ask("POST", f"/_events/{stream.id}", {"subscribe": ["room:a"]}, by="editor")
    assert answer.status == 200
    assert await stream.event("denied") == {"channel": "room:a", "reason": "undeclared"}
