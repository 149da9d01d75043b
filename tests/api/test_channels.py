"""Rooms over HTTP: joining and leaving, hooks, presence, what clients send, live changes, tickets, expiry."""

import json

import pytest


async def test_a_hook_may_refuse_and_a_faulty_or_slow_one_keeps_everybody_out(serve, room_files):
    files = {**room_files, "config.yml": room_files["config.yml"] + "hooks: {timeout: 1s}\n"}
    site = await serve(files)
    headers = await site.signed_in("editor")
    names = "news,room:closed,room:broken,room:slow,room:open"
    async with site.client.get(f"/api/desk/_events?channels={names}", headers=headers) as response:
        await response.content.readuntil(b"event: ready\n")
        ready = json.loads((await response.content.readline()).removeprefix(b"data: "))
    assert sorted(ready["channels"]) == ["news", "room:open"]
    assert ready["denied"] == {
        "room:closed": "room_closed", "room:broken": "hook_failed", "room:slow": "hook_timeout",
    }  # fmt: skip
    answer = await site.ask("GET", "/_events?channels=room:closed", by="editor")
    assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert "room:closed (room_closed)" in answer.json["detail"]


async def test_a_hook_may_set_options_for_who_joins(desk):
    for n in range(5):
        await desk.ask("POST", "/_channels/room:history", {"type": "chat", "text": str(n)}, by="editor")
    stream = await desk.listen("room:history", by="editor")
    await stream.message("chat", text="4")
    assert [body["text"] for body in stream.bodies("chat")] == ["2", "3", "4"]


async def test_presence_counts_a_user_once_over_all_connections(desk):
    editor, author = await desk.user("editor"), await desk.user("author")
    first = await desk.listen("room:a", by="editor")
    assert first.ready["channels"]["room:a"]["presence"] == {"users": [editor], "anonymous": 0}
    second = await desk.listen("room:a", by="editor")
    watcher = await desk.listen("room:a", by="author")
    assert watcher.ready["channels"]["room:a"]["presence"] == {"users": sorted([editor, author]), "anonymous": 0}
    await first.message("presence", status="online", userId=author)
    await desk.gone(first)
    await desk.forget()
    await desk.gone(second)
    await desk.project.attendance.round()
    again = await desk.listen("room:a", by="editor")
    await desk.gone(again)
    assert watcher.bodies("presence") == []  # a page that was reloaded, nothing more
    await desk.forget()
    offline = await watcher.message("presence", status="offline")
    assert (offline["userId"], offline["channel"]) == (editor, "room:a")
    assert await desk.diary("left") == [("left", editor, "room:a")]
    answer = await desk.ask("GET", "/_channels/room:a/presence", by="author")
    assert answer.json == {"users": [author], "anonymous": 0}
    assert (await desk.ask("GET", "/streams")).json["present"] == {"users": [author], "anonymous": 0}


async def test_who_is_not_known_is_counted_and_not_named(desk):
    one = await desk.listen("wall")
    await desk.listen("wall")
    three = await desk.listen("wall", by="editor")
    assert three.ready["channels"]["wall"]["presence"] == {"users": [await desk.user("editor")], "anonymous": 2}
    assert desk.hub.topics.counts["wall"].present == 3
    await desk.gone(one)
    await desk.forget()
    assert (await desk.ask("GET", "/_channels/wall/presence")).json["anonymous"] == 1
    assert desk.hub.topics.counts["wall"].present == 2
    assert "userId" not in str(three.bodies("presence")[1:])


async def test_presence_is_for_those_who_may_listen(desk):
    statuses = [
        (await desk.ask("GET", f"/_channels/{channel}/presence", by=by)).json.get("code")
        for channel, by in [
            ("room:a", None), ("room:closed", "editor"), ("nowhere", "editor"), ("news", None), ("editors", "author"),
        ]
    ]  # fmt: skip
    assert statuses == ["unauthenticated", "room_closed", "unknown_channel", "no_presence", "forbidden"]


async def test_a_leave_hook_without_presence_is_told_of_every_connection(desk):
    one, two = await desk.listen("line"), await desk.listen("line")
    assert "presence" not in one.ready["channels"]["line"]
    await desk.gone(one)
    await desk.gone(two)

    async def both():
        return len(await desk.diary("hung up")) == 2

    await desk.eventually(both)
    assert sorted(who for _, who, _ in await desk.diary("hung up")) == sorted([one.id, two.id])


async def test_a_leave_hook_that_fails_was_fired_all_the_same(desk):
    stream = await desk.listen("room:faulty", by="editor")
    await desk.gone(stream)
    await desk.forget()
    await desk.forget()
    assert await desk.diary("left") == []  # what it had done is not committed
    assert [entry["hook"] for entry in desk.site.log.entries if entry["event"] == "leave_hook_failed"] == [
        "hooks/rooms.py:left"
    ]
    assert len(desk.hub.presence) == 0


async def test_an_open_stream_changes_what_it_listens_to(desk):
    stream = await desk.listen("news", by="editor")
    for n in range(3):
        await desk.ask("POST", "/_channels/staff/messages", {"type": "t", "n": n}, by="admin")
    body = {"subscribe": ["staff", "room:a", "room:closed", "user:nobody", "nowhere", "news"]}
    answer = await desk.ask("POST", f"/_events/{stream.id}", body, by="editor")
    assert answer.status == 200, answer.text
    editor = await desk.user("editor")
    assert answer.json == {
        "channels": {
            "news": {"recovered": True},
            "staff": {"recovered": False},
            "room:a": {"recovered": False, "presence": {"users": [editor], "anonymous": 0}},
        },
        "denied": {"room:closed": "room_closed", "user:nobody": "forbidden", "nowhere": "undeclared"},
        "unsubscribed": [],
    }
    told = await stream.event("subscribed")
    assert sorted(told["channels"]) == ["room:a", "staff"]
    assert [body["n"] for body in stream.bodies("t")] == [0, 1, 2]
    answer = await desk.ask("POST", f"/_events/{stream.id}", {"unsubscribe": ["staff", "nowhere"]}, by="editor")
    assert answer.json == {"channels": {}, "denied": {}, "unsubscribed": ["staff"]}
    assert (await stream.event("unsubscribed")) == {"channels": ["staff"]}
    await desk.ask("POST", "/_channels/staff/messages", {"type": "t", "n": 3}, by="admin")
    await desk.ask("POST", "/_channels/news/messages", {"type": "end"}, by="admin")
    await stream.message("end")
    assert [body["n"] for body in stream.bodies("t")] == [0, 1, 2]


async def test_a_channel_that_is_joined_again_resumes(desk):
    first = await desk.listen("news", "staff", by="editor")
    await desk.ask("POST", "/_channels/staff/messages", {"type": "t", "n": 0}, by="admin")
    await first.message("t", n=0)
    last_id = first.events[-1].id
    await desk.gone(first)
    for n in (1, 2):
        await desk.ask("POST", "/_channels/staff/messages", {"type": "t", "n": n}, by="admin")
    second = await desk.listen("news", by="editor", lastEventId=last_id)
    body = {"subscribe": ["staff"], "lastEventId": last_id}
    answer = await desk.ask("POST", f"/_events/{second.id}", body, by="editor")
    assert answer.json["channels"] == {"staff": {"recovered": True}}
    await second.event("subscribed")
    assert [body["n"] for body in second.bodies("t")] == [1, 2]


async def test_nothing_is_lost_or_doubled_while_channels_come_and_go(desk):
    """A stream joins and leaves one channel all the time; of the other it gets everything, once, in order."""
    stream = await desk.listen("news", by="editor")

    def publish(channel, n):
        desk.hub.publish([desk.hub.prepare(channel, {"type": "t", "n": n})])

    for n in range(60):
        publish("news", n)
        publish("staff", n)
        if n % 3 == 0:
            change = {"subscribe": ["staff"]} if n % 2 == 0 else {"unsubscribe": ["staff"]}
            answer = await desk.ask("POST", f"/_events/{stream.id}", change, by="editor")
            assert answer.status == 200
    publish("news", 60)
    await stream.message("t", channel="news", n=60)
    assert [body["n"] for body in stream.bodies("t") if body["channel"] == "news"] == list(range(61))
    ids = [int(event.id.split(".")[1]) for event in stream.events if event.event in {"message", "subscribed"}]
    assert ids == sorted(ids), "the place to resume from never goes back"


async def test_clients_send_through_a_hook_or_straight(desk):
    editor = await desk.user("editor")
    stream = await desk.listen("room:a", by="author")
    answer = await desk.ask("POST", "/_channels/room:a", {"type": "chat", "text": "hello"}, by="editor")
    assert (answer.status, answer.json) == (
        202, {"type": "chat", "channel": "room:a", "text": "hello", "userId": editor},
    )  # fmt: skip
    assert (await stream.message("chat"))["by"] == editor
    answer = await desk.ask("POST", "/_channels/room:a", {"type": "typing", "channel": "news"}, by="editor")
    assert answer.status == 202
    typing = await stream.message("typing")
    assert (typing["userId"], typing["channel"]) == (editor, "room:a")
    assert [e.id for e in stream.events if '"typing"' in e.data] == [stream.events[-2].id], "it has no id of its own"
    late = await desk.listen("room:a", by="author", lastEventId="x.1")
    await desk.ask("POST", "/_channels/room:a", {"type": "chat", "text": "end"}, by="editor")
    await late.message("chat", text="end")
    assert [body["text"] for body in late.bodies("chat")] == ["hello", "end"]
    assert late.bodies("typing") == []
    answer = await desk.ask("POST", "/_channels/wall", {"type": "note", "text": "by nobody"})
    assert (answer.status, answer.json["userId"]) == (202, None)


async def test_a_receive_hook_refuses_in_its_own_words(desk):
    answer = await desk.ask("POST", "/_channels/room:a", {"type": "chat", "text": "swear"}, by="editor")
    assert (answer.status, answer.json["detail"], answer.json["errors"]) == (
        422, "mind your words", {"/text": "not here"},
    )  # fmt: skip


async def test_senders_are_held_to_their_rate(serve, room_files):
    site = await serve(
        {**room_files, "config.yml": room_files["config.yml"].replace("send: 100000/minute", "send: 2/minute")}
    )
    codes = [(await site.ask("POST", "/_channels/wall", {"type": "note"})).status for _ in range(3)]
    assert codes == [202, 202, 429]
    assert (await site.ask("POST", "/_channels/wall", {"type": "note"}, by="editor")).status == 202


async def test_a_ticket_opens_one_stream_as_its_owner(desk):
    answer = await desk.ask("POST", "/_auth/ticket", by="editor")
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    ticket = answer.json["ticket"]
    stream = await desk.listen("editors", ticket=ticket)
    assert stream.ready["channels"] == {"editors": {"recovered": False}}
    again = await desk.ask("GET", f"/_events?channels=editors&ticket={ticket}")
    assert (again.status, again.json["code"]) == (401, "invalid_ticket")
    assert ticket not in str(desk.site.log.entries)
    ticket = (await desk.ask("POST", "/_auth/ticket", by="editor")).json["ticket"]
    hooked = await desk.listen(path="/streams", to="anything", ticket=ticket, headers={"Accept": "text/event-stream"})
    assert hooked.ready["channels"]["anything"]["presence"]["users"] == [await desk.user("editor")]
    ended = await desk.ask("POST", "/_auth/logout", by="editor")
    assert ended.status == 204
    assert (await stream.end())[-1] == "expired"
    assert (await hooked.end())[-1] == "expired"


async def test_a_ticket_is_nothing_to_a_plain_request(desk):
    ticket = (await desk.ask("POST", "/_auth/ticket", by="editor")).json["ticket"]
    assert (await desk.ask("GET", f"/_auth/me?ticket={ticket}")).status == 401
    answer = await desk.ask("GET", f"/streams?ticket={ticket}")
    assert answer.json["query"] == {}, "and hooks do not see it"
    await desk.listen("editors", ticket=ticket)


async def test_who_loses_a_role_loses_the_channels_that_it_opened(desk):
    stream = await desk.listen("editors", "news", by="editor")
    only = await desk.listen("editors", by="editor")
    await desk.project.auth.users.set_roles(await desk.user("editor"), ["author"])
    await desk.project.recheck.round()
    assert await stream.event("denied") == {"channel": "editors", "reason": "forbidden"}
    assert (await only.end())[-1] == "denied"
    await desk.ask("POST", "/_channels/news/messages", {"type": "end"}, by="admin")
    await stream.message("end")


@pytest.mark.parametrize("how", ["disable", "delete", "end_sessions", "revoke"])
async def test_who_is_shut_out_hears_nothing_any_more(desk, how):
    auth = desk.project.auth
    token = await auth.tokens.add("reader", roles=["editor"])
    stream = await desk.listen("editors", by=None if how == "revoke" else "editor", headers=(
        {"Authorization": f"Bearer {token}"} if how == "revoke" else None
    ))  # fmt: skip
    if how == "revoke":
        await auth.tokens.revoke("reader")
    else:
        await getattr(auth.users, how)(await desk.user("editor"))
    desk.project.recheck.soon()
    assert (await stream.end())[-1] == "expired"


async def test_one_credential_is_looked_up_once_for_all_its_streams(desk):
    for _ in range(5):
        await desk.listen("news", by="editor")
    await desk.listen("news")
    asked = []
    desk.project.recheck._again = lambda actors: asked.append(tuple(actors)) or desk.project.auth.identify.again(actors)
    await desk.project.recheck.round()
    assert [len(actors) for actors in asked] == [1]


async def test_a_stream_is_ended_on_purpose(desk):
    stream = await desk.listen("news", by="editor")
    assert (await desk.ask("GET", f"/streams?kick={await desk.user('editor')}")).json == {"ended": 1}
    assert await stream.end() == ["ready", "disconnected"]


async def test_refetches_are_told_once(desk):
    stream = await desk.listen("news", "staff", by="editor")
    for _ in range(3):
        await desk.ask("GET", "/streams?refetch=articles.list")
    first = await stream.message("revalidate", channel="news")
    assert first["keys"] == ["articles.list", "other"]
    assert (await stream.message("revalidate", channel="staff"))["keys"] == ["articles.list"]


async def test_text_is_sent_while_it_is_made(desk):
    stream = await desk.listen("news")
    assert (await desk.ask("GET", "/streams?say=once upon a time")).status == 200
    await stream.message("story", done=True)
    story = stream.bodies("story")
    assert "".join(chunk["text"] for chunk in story) == "once upon a time "
    assert [chunk["done"] for chunk in story] == [False, True]
    assert len({chunk["streamId"] for chunk in story}) == 1
    assert (await desk.ask("GET", "/streams?say=once upon&fail=1")).status == 500
    last = await stream.message("story", done=True, error=True)
    assert last["streamId"] != story[0]["streamId"]


async def test_one_address_has_so_many_streams(serve, room_files):
    site = await serve({**room_files, "config.yml": room_files["config.yml"] + "realtime: {maxPerAddress: 1}\n"})
    async with site.client.get("/api/desk/_events?channels=news") as first:
        assert first.status == 200
        plain = await site.ask("GET", "/_events?channels=news")
        assert (plain.status, plain.json["code"], int(plain.headers["Retry-After"]) >= 10) == (
            503, "too_many_connections", True,
        )  # fmt: skip
        source = await site.ask("GET", "/_events?channels=news", headers={"Accept": "text/event-stream"})
        assert (source.status, 'data: {"code":"too_many_connections"}' in source.text) == (200, True)


async def test_nobody_is_left_recorded_when_all_have_gone(desk):
    stream = await desk.listen("room:a", "wall", by="editor")
    assert len(await desk.records("_joins")) == 2
    await desk.gone(stream)
    await desk.forget()
    desk.project.attendance._upkeep_at = 0.0
    await desk.project.attendance.round()
    assert await desk.records("_joins") == []
    assert await desk.records("_nodes") == []


JOB = """
def run(ctx):
    with ctx.realtime.text_stream("news", type="story") as story:
        story.write("by a thread")
    ctx.realtime.revalidate("articles.list", ["news"])
    ctx.realtime.send("news", {"type": "present", **ctx.realtime.presence("room:a")})
"""


@pytest.mark.parametrize("isolate", ["", ", isolate: process"])
async def test_jobs_have_all_of_it_too(serve, room_files, isolate):
    room_files["jobs/tell.py"] = JOB
    room_files["config.yml"] += f"jobs: [{{name: tell, file: jobs/tell.py{isolate}}}]\n"
    site = await serve(room_files)
    headers = await site.signed_in("admin")
    async with (
        site.client.get("/api/desk/_events?channels=room:a", headers=headers) as room,
        site.client.get("/api/desk/_events?channels=news") as news,
    ):
        await room.content.readuntil(b"event: ready")
        assert (await site.ask("POST", "/_jobs/tell", {}, by="admin")).status == 202
        text = await news.content.readuntil(b'"revalidate"')
        rest = await news.content.readuntil(b"\n\n")
    assert b'"text":"by a thread"' in text
    assert b'"done":true' in text
    assert b'"type":"present"' in text
    assert b'"users":[]' not in text
    assert b'"keys":["articles.list"]' in rest


async def channel(desk, name, **query):
    return (await desk.ask("GET", f"/_channels/{name}", by="admin", params=query)).json


async def listed(desk, **query):
    answer = (await desk.ask("GET", "/_channels", by="admin", params=query)).json
    return {item["name"]: item for item in answer["items"]}, answer["undeclared"]


async def test_admins_see_what_is_declared_of_a_channel(desk):
    items, _ = await listed(desk)
    room = items["room:{room}"]
    assert room["source"] == {"file": "config.yml", "line": 13}
    expected = {
        "declared": True, "builtIn": False, "declaration": "room:{room}", "description": "A room",
        "scope": "authenticated", "events": None, "presence": True, "bufferSize": 100, "messageTTL": None, "lastN": 0,
        "maxAge": None, "onFull": "drop-oldest",
        "hooks": {"subscribe": "hooks/rooms.py:may_join", "leave": "hooks/rooms.py:left"},
    }  # fmt: skip
    assert {key: room[key] for key in expected} == expected
    assert [(r["type"], r["hook"], r["transient"]) for r in room["receive"]] == [
        ("chat", "hooks/rooms.py:on_chat", False),
        ("typing", None, True),
    ]
    assert room["receive"][0]["schema"]["required"] == ["text"]


async def test_built_in_channels_are_listed_as_such(desk):
    items, _ = await listed(desk)
    built_in = {name for name, item in items.items() if item["builtIn"]}
    assert built_in == {name for name in items if name.startswith("_")}
    assert {"_project", "_hooks", "_documents:{collection}:{audience}"} <= built_in
    assert items["_hooks"]["source"] is None


async def test_admins_see_how_a_channel_does_now(desk):
    await desk.listen("news")
    for n in range(3):
        await desk.ask("POST", "/_channels/news/messages", {"type": "t", "n": n}, by="admin")
    await desk.hub.settled()
    news = await channel(desk, "news")
    numbers = {
        key: news[key] for key in ("live", "subscribers", "kept", "messages", "rates", "drops", "resets", "present")
    }
    assert numbers == {
        "live": True, "subscribers": 1, "kept": 3, "messages": 3, "rates": {"10s": 0.3, "60s": 0.05}, "drops": 0,
        "resets": 0, "present": 0,
    }  # fmt: skip
    (first, *_) = desk.hub.topics.get("news").channel.entries(0)
    assert json.loads(first[1].frame.decode().partition("data: ")[2])["timestamp"][:19] == news["oldest"][:19]


async def test_a_template_names_its_live_channels_and_says_how_many_there_are(desk):
    for room in ("b", "a", "c"):
        await desk.listen(f"room:{room}", by="editor")
    items, _ = await listed(desk, instances="2")
    room = items["room:{room}"]
    assert room["instances"]["count"] == 3
    assert [(i["name"], i["subscribers"], i["present"]) for i in room["instances"]["items"]] == [
        ("room:a", 1, 1),
        ("room:b", 1, 1),
    ]
    assert (room["subscribers"], room["present"], room["live"]) == (3, 3, True)
    assert (await channel(desk, "room:{room}"))["instances"]["count"] == 3
    assert "instances" not in items["news"]
    one = await channel(desk, "room:a")
    assert (one["declaration"], one["subscribers"]) == ("room:{room}", 1)


async def test_channels_that_nobody_declared_are_listed_as_long_as_they_live(desk):
    await desk.listen(path="/streams", to="secret")
    items, count = await listed(desk)
    assert count == 1
    assert (items["secret"]["declared"], items["secret"]["scope"], items["secret"]["subscribers"]) == (False, None, 1)
    assert (await listed(desk, instances="0"))[1] == 1
    unknown = await channel(desk, "nowhere")
    assert (unknown["declared"], unknown["live"], unknown["messages"]) == (False, False, 0)


async def test_a_channel_says_who_is_there_by_name(desk):
    await desk.listen("room:a", by="editor")
    await desk.listen("wall")
    id = await desk.user("editor")
    assert (await channel(desk, "room:a"))["there"] == {
        "users": [{"id": id, "name": "editor@example.org"}], "more": 0, "anonymous": 0,
    }  # fmt: skip
    assert (await channel(desk, "wall"))["there"] == {"users": [], "more": 0, "anonymous": 1}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/_channels?instances=1001", "instances"),
        ("/_channels?instances=-1", "instances"),
        ("/_channels/news/messages?lastN=101", "lastN"),
        ("/_channels/news/messages?lastN=x", "lastN"),
        ("/_channels/news/messages?maxAge=10", "maxAge"),
        ("/_channels/new%20s/messages", "new s"),
        ("/_channels/new%20s", "new s"),
    ],
)
async def test_what_is_asked_of_channels_is_checked(desk, path, named):
    answer = await desk.ask("GET", path, by="admin")
    assert (answer.status, answer.json["code"]) == (400, "invalid_query")
    assert named in answer.json["detail"]


ADMIN_ONLY = [
    "/_channels",
    "/_channels/news",
    "/_channels/secret",
    "/_channels/news/messages",
    "/_channels/secret/messages",
]


@pytest.mark.parametrize("path", ADMIN_ONLY)
async def test_channels_are_described_and_watched_by_admins_alone(desk, path):
    desk.hub.publish([desk.hub.prepare("secret", {"type": "t", "n": 1})])
    answers = [await desk.ask("GET", path, by=by) for by in (None, "author", "editor")]
    assert [answer.status for answer in answers] == [401, 403, 403]
    assert all("subscribers" not in answer.text for answer in answers)


async def test_an_admin_watches_a_channel_from_what_was_kept_on(desk):
    for n in range(4):
        await desk.ask("POST", "/_channels/news/messages", {"type": "t", "n": n}, by="admin")
    await desk.hub.settled()
    stream = await desk.listen(path="/_channels/news/messages", by="admin", lastN="2")
    await stream.message("t", n=3)
    assert [body["n"] for body in stream.bodies("t")] == [2, 3]
    await desk.ask("POST", "/_channels/news/messages", {"type": "t", "n": 4}, by="admin")
    await stream.message("t", n=4)
    (line,) = [entry for entry in desk.site.log.entries if entry["event"] == "channel_watched"]
    assert (line["channel"], line["by"], line["last_n"]) == ("news", await desk.user("admin"), 2)


async def test_an_admin_watches_what_nobody_declared_and_what_is_another_s(desk):
    theirs = f"user:{await desk.user('editor')}" if "editor@example.org" in desk.site.tokens else "user:1"
    for name in ("secret", theirs):
        stream = await desk.listen(path=f"/_channels/{name}/messages", by="admin")
        assert list(stream.ready["channels"]) == [name]
        desk.hub.publish([desk.hub.prepare(name, {"type": "t"})])
        await stream.message("t")


async def test_who_watches_is_not_there_and_no_hook_is_asked_or_told(desk):
    await desk.listen("room:a", by="editor")
    for room in ("room:a", "room:closed", "line"):
        stream = await desk.listen(path=f"/_channels/{room}/messages", by="admin")
        await desk.gone(stream)
    assert (await channel(desk, "room:a"))["present"] == 1
    assert [who for what, who, _ in await desk.diary("joined")] == [await desk.user("editor")]
    assert await desk.diary("left") == await desk.diary("hung up") == []


async def test_who_watches_and_is_no_admin_any_more_loses_the_stream(desk):
    stream = await desk.listen(path="/_channels/secret/messages", by="admin")
    other = await desk.project.auth.users.create("other@example.org", roles=["admin"])
    admin = await desk.user("admin")
    await desk.project.auth.users.set_roles(admin, ["editor"], by=other["id"])
    await desk.project.recheck.round()
    assert await stream.event("denied") == {"channel": "secret", "reason": "forbidden"}
    assert (await stream.end())[-1] == "denied"


async def test_who_watches_goes_on_where_the_stream_was_cut(desk):
    stream = await desk.listen(path="/_channels/news/messages", by="admin")
    await desk.ask("POST", "/_channels/news/messages", {"type": "t", "n": 1}, by="admin")
    await stream.message("t", n=1)
    last = stream.events[-1].id
    await stream.close()
    await desk.ask("POST", "/_channels/news/messages", {"type": "t", "n": 2}, by="admin")
    again = await desk.listen(
        path="/_channels/news/messages", by="admin", headers={"Last-Event-ID": last}, lastN="100"
    )  # fmt: skip
    await again.message("t", n=2)
    assert [body["n"] for body in again.bodies("t")] == [2]


async def test_watching_does_not_stand_for_having_joined(desk):
    await desk.listen(path="/_channels/room:closed/messages", by="admin")
    answer = await desk.ask("POST", "/_channels/room:closed", {"type": "chat", "text": "x"}, by="admin")
    assert (answer.status, answer.json["code"]) == (403, "room_closed")


async def test_a_watch_for_which_there_is_no_room_is_told_in_words_that_an_event_source_understands(serve, room_files):
    files = {**room_files, "config.yml": room_files["config.yml"] + "realtime: {maxConnections: 1}\n"}
    site = await serve(files)
    async with site.client.get("/api/desk/_events?channels=news"):
        plain = await site.ask("GET", "/_channels/news/messages", by="admin")
        asked = await site.ask("GET", "/_channels/news/messages", by="admin", headers={"Accept": "text/event-stream"})
    assert (plain.status, plain.json["code"]) == (503, "too_many_connections")
    assert (asked.status, "event: overloaded" in asked.text) == (200, True)
