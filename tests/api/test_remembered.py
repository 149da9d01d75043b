"""What is remembered between requests never shows one person what is another's, and never outlives its reason."""

from runtime.app import reload

DIARY = """
name: diary
fields:
  - {name: title, type: string}
  - {name: until, type: datetime}
  - {name: secret, type: text}
permissions:
  public: {read: {filter: {until: {$gt: $now}}, hide: [secret]}}
  role:author: {read: {filter: {createdBy: $user.id}}, create: true}
  role:editor: {read: {hide: [secret]}}
"""
FILES = {"collections/diary.yml": DIARY}
OPEN_DIARY = """
name: diary
fields:
  - {name: title, type: string}
  - {name: secret, type: text}
permissions:
  public: {read: {hide: [secret]}}
  role:author: {create: true}
  role:editor: {read: true}
"""
IN_A_FILE = """
namespace: desk
storage: "sqlite:data/desk.db"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 0/minute, login: 0/minute}
collections: !include collections/*.yml
"""


async def titles(desk, query="", **more):
    return [document["title"] for document in (await desk.ask("GET", f"/diary{query}", **more)).json["items"]]


async def two_authors(desk):
    headers = {name: await desk.signed_in("author", f"{name}@example.org") for name in ("ada", "bob")}
    for name, who in headers.items():
        for number in range(3):
            await desk.ask("POST", "/diary", {"title": f"{name} {number}", "secret": name}, headers=who)
    return headers


async def test_two_users_with_one_role_who_ask_the_same_are_each_answered_with_their_own(serve):
    desk = await serve(FILES)
    who = await two_authors(desk)
    for _ in range(2):
        assert await titles(desk, "?sort=title", headers=who["ada"]) == ["ada 0", "ada 1", "ada 2"]
        assert await titles(desk, "?sort=title", headers=who["bob"]) == ["bob 0", "bob 1", "bob 2"]
        assert await titles(desk, "?sort=title") == []


async def test_pages_go_on_for_each_in_what_is_theirs(serve):
    desk = await serve(FILES)
    who = await two_authors(desk)
    pages = {name: (await desk.ask("GET", "/diary?sort=title&limit=2", headers=who[name])).json for name in who}
    for name, page in pages.items():
        assert await titles(desk, f"?sort=title&limit=2&cursor={page['next']}", headers=who[name]) == [f"{name} 2"]
    crossed = f"?sort=title&limit=2&cursor={pages['ada']['next']}"
    assert await titles(desk, crossed, headers=who["bob"]) == ["bob 0", "bob 1"]


async def test_a_document_is_found_by_its_author_alone(serve):
    desk = await serve(FILES)
    who = await two_authors(desk)
    url = f"/diary/{(await desk.ask('GET', '/diary', headers=who['ada'])).json['items'][0]['id']}"
    statuses = [(await desk.ask("GET", url, headers=h)).status for h in (who["ada"], who["bob"], {}, who["ada"])]
    assert statuses == [200, 404, 404, 200]


async def test_hidden_fields_are_those_of_who_asks_in_lists_and_alone(serve):
    desk = await serve(FILES)
    who = await two_authors(desk)
    editor = await desk.signed_in("editor")
    for _ in range(2):
        own = (await desk.ask("GET", "/diary?sort=title", headers=who["ada"])).json["items"][0]
        seen = (await desk.ask("GET", "/diary?sort=title", headers=editor)).json["items"][0]
        assert (own["secret"], own["id"]) == ("ada", seen["id"])
        assert "secret" not in seen
        assert "secret" not in (await desk.ask("GET", f"/diary/{own['id']}", headers=editor)).json
        assert (await desk.ask("GET", '/diary?filter={"secret":"ada"}', headers=editor)).status == 400
        assert len(await titles(desk, '?filter={"secret":"ada"}', by="admin")) == 3


async def test_a_role_that_is_taken_away_is_gone_with_the_next_request(serve):
    desk = await serve(FILES)
    who = await two_authors(desk)
    assert len(await titles(desk, headers=who["ada"])) == 3
    ada = await desk.project.auth.users.find_by_email("ada@example.org")
    await desk.project.auth.users.set_roles(ada["id"], ["editor"])
    desk.tokens.clear()
    session = await desk.project.auth.sessions.open(
        await desk.project.auth.users.find_by_email("ada@example.org"), ip="127.0.0.1", agent="tests"
    )
    assert len(await titles(desk, headers={"Authorization": f"Bearer {session.token}"})) == 6
    assert (
        await desk.ask("POST", "/diary", {"title": "x"}, headers={"Authorization": f"Bearer {session.token}"})
    ).status == 403


async def test_the_moment_goes_on_for_a_list_that_was_asked_before(serve):
    desk = await serve(FILES)
    who = await desk.signed_in("author")
    await desk.ask("POST", "/diary", {"title": "past", "until": "2020-01-01T00:00:00Z"}, headers=who)
    await desk.ask("POST", "/diary", {"title": "future", "until": "2999-01-01T00:00:00Z"}, headers=who)
    assert [await titles(desk), await titles(desk)] == [["future"], ["future"]]


async def test_permissions_that_are_reloaded_count_for_what_was_asked_before(serve):
    desk = await serve(FILES)
    await two_authors(desk)
    assert (await desk.ask("GET", "/diary?sort=title&limit=1")).json == {"items": []}
    opened = DIARY.replace("{filter: {until: {$gt: $now}}, hide: [secret]}", "true")
    (desk.folder / "collections" / "diary.yml").write_text(opened)
    assert await reload(desk.project, {}) == ()
    (first,) = (await desk.ask("GET", "/diary?sort=title&limit=1")).json["items"]
    assert (first["title"], first["secret"]) == ("ada 0", "ada")
    (desk.folder / "collections" / "diary.yml").write_text(DIARY)
    assert await reload(desk.project, {}) == ()
    assert (await desk.ask("GET", "/diary?sort=title&limit=1")).json == {"items": []}


async def test_a_hook_that_changes_what_it_was_told_of_a_query_changes_it_for_nobody_else(serve):
    hook = "def before(ctx):\n    ctx.request.query['limit'] = '1'\n    return dict(ctx.request.query)\n"
    spec = (
        "name: echo\nvirtual: true\npermissions: {public: {read: true}}\nhooks: {read: {before: hooks/echo.py:before}}"
    )
    desk = await serve({"hooks/echo.py": hook, "collections/echo.yml": spec})
    for _ in range(2):
        assert (await desk.ask("GET", "/echo?limit=2&a=1&a=2")).json == {"limit": "1", "a": "1"}
    assert (await desk.ask("GET", "/echo?limit=2&b=%20x")).json == {"limit": "1", "b": " x"}


async def test_every_answer_has_an_id_of_its_own_and_the_same_headers(serve):
    desk = await serve()
    answers = [await desk.ask("GET", "/notes"), await desk.ask("GET", "/nothing"), await desk.ask("GET", "/notes")]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["Server"] == "hookstream"
        assert answer.headers["Vary"] == "Authorization, Cookie, Origin"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["X-Frame-Options"] == "DENY"
    taken = await desk.ask("GET", "/notes", headers={"X-Request-ID": "from-a-proxy.7"})
    refused = await desk.ask("GET", "/notes", headers={"X-Request-ID": "not harmless!"})
    assert taken.headers["X-Request-ID"] == "from-a-proxy.7"
    assert refused.headers["X-Request-ID"] != "not harmless!"


async def test_a_list_that_was_asked_before_has_what_was_written_since(serve):
    desk = await serve({**FILES, "config.yml": IN_A_FILE})
    ada = await desk.signed_in("editor", "eve@example.org")
    author = await desk.signed_in("author", "ada@example.org")
    for number in range(3):
        made = await desk.ask("POST", "/diary", {"title": f"t{number}"}, headers=author)
        assert made.status == 201
        for _ in range(2):
            seen = await desk.ask("GET", "/diary?sort=title&count=true", headers=ada)
            assert [d["title"] for d in seen.json["items"]] == [f"t{n}" for n in range(number + 1)]
            assert seen.json["total"] == number + 1


async def test_a_list_that_nothing_was_written_to_is_not_asked_for_again(serve, monkeypatch):
    desk = await serve({"collections/diary.yml": OPEN_DIARY, "config.yml": IN_A_FILE})
    eve = await desk.signed_in("editor", "eve@example.org")
    author = await desk.signed_in("author", "ada@example.org")
    await desk.ask("POST", "/diary", {"title": "t", "secret": "s"}, headers=author)
    for who in (eve, author):  # the first request of each is noted in their session
        await titles(desk, "?sort=title", headers=who)
    await titles(desk, "?sort=title", headers=eve)
    store, asked = desk.project.store, []
    find = store.find

    async def counted(collection, query):
        asked.append(collection)
        return await find(collection, query)

    monkeypatch.setattr(store, "find", counted)
    assert await titles(desk, "?sort=title", headers=eve) == ["t"]
    assert asked == []
    assert await titles(desk, "?sort=-title", headers=author) == ["t"]
    assert asked == ["diary"]
    await desk.ask("POST", "/diary", {"title": "u"}, headers=author)
    assert await titles(desk, "?sort=title", headers=eve) == ["t", "u"]
    assert asked == ["diary"] * 2


async def test_a_list_that_is_hidden_from_some_is_remembered_for_each_kind_of_reader(serve):
    desk = await serve({"collections/diary.yml": OPEN_DIARY, "config.yml": IN_A_FILE})
    who = {"eve": await desk.signed_in("editor", "eve@example.org"), "nobody": {}}
    author = await desk.signed_in("author", "ada@example.org")
    await desk.ask("POST", "/diary", {"title": "t", "secret": "s"}, headers=author)
    for _ in range(3):
        for name, secret in (("eve", "s"), ("nobody", None)):
            (seen,) = (await desk.ask("GET", "/diary", headers=who[name])).json["items"]
            assert seen.get("secret") == secret
