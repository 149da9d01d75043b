"""Lists and documents that are followed over HTTP: real streams of real changes."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientSession, TCPConnector

from runtime.app import reload
from runtime.documents.service import Documents
from runtime.model.change import Write
from runtime.model.errors import Unavailable
from runtime.realtime import evaluations, live

NOTES = """
name: notes
fields:
  - {name: title, type: string}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: rank, type: integer, index: true}
  - {name: secret, type: text}
permissions:
  public: {read: {filter: {status: published}, hide: [secret]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: true
  role:editor: {read: true, create: true, update: true, delete: true}
realtime: {live: true}
"""

LETTERS = """
name: letters
fields: [{name: title, type: string}, {name: to, type: string}]
permissions:
  public: {read: true}
  role:editor: {create: true, update: true}
hooks: {read: {before: hooks/letters.py:read}}
realtime: {live: true}
"""

SHAPED = """
name: shaped
fields: [{name: title, type: string}]
permissions: {public: {read: true}}
hooks: {read: {respond: hooks/letters.py:shape}}
realtime: {live: true}
"""

PLAIN = """
name: plain
fields: [{name: title, type: string}]
permissions: {public: {read: true}, role:editor: {create: true}}
"""

HOOKS = """
import dataclasses
from runtime import Context, Reject
from runtime.model.query import Compare


async def read(ctx: Context):
    asked = ctx.request.query
    if asked.get("stream"):
        return await ctx.realtime.subscribe("news")
    if asked.get("closed"):
        raise Reject(403, "closed", code="closed")
    if asked.get("to"):
        ctx.query = dataclasses.replace(ctx.query, filter=Compare(("to",), "$eq", asked["to"]))


def shape(ctx: Context):
    return {"shaped": True}
"""

FILES = {
    "collections/notes.yml": NOTES, "collections/letters.yml": LETTERS, "collections/shaped.yml": SHAPED,
    "collections/plain.yml": PLAIN, "hooks/letters.py": HOOKS,
}  # fmt: skip
STREAM = {"Accept": "text/event-stream"}


class Page:
    """A list as a client that follows it has it."""

    def __init__(self, stream):
        self.stream = stream
        self.items = []
        self._seen = 0

    @property
    def ids(self):
        return [item["id"] for item in self.items]

    async def until(self, condition):
        """Read on until the list is like that."""
        while not condition(self):
            while self._seen == len(self.stream.events):
                await self.stream._read()
            event = self.stream.events[self._seen]
            self._seen += 1
            self.apply(event.event, json.loads(event.data))
        return self

    def apply(self, name, data):
        if name == "snapshot":
            self.items = data["items"]
        elif name == "remove":
            self.items = [item for item in self.items if item["id"] != data["id"]]
        elif name in ("insert", "update"):
            rest = [item for item in self.items if item["id"] != data["item"]["id"]]
            at = 0 if data["after"] is None else [item["id"] for item in rest].index(data["after"]) + 1
            self.items = [*rest[:at], data["item"], *rest[at:]]

    def names(self):
        return [event.event for event in self.stream.events]


class Site:
    def __init__(self, site, session, stack, listening):
        self.site, self.ask, self.project = site, site.ask, site.project
        self._session, self._stack, self._listening = session, stack, listening

    async def follow(self, path, *, by=None, headers=None, **query):
        headers = {**STREAM, **(await self.site.signed_in(by) if by else {}), **(headers or {})}
        url = self.site.client.make_url(f"/api/desk{path}")
        response = await self._session.get(url, params=query, headers=headers)
        assert response.status == 200, await response.text()
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        stream = self._listening(response)
        self._stack.push_async_callback(stream.close)
        page = Page(stream)
        await stream._read()
        return await page.until(lambda page: page._seen > 0)

    async def refused(self, path, *, by=None, **query):
        answer = await self.ask("GET", path, by=by, headers=STREAM, params=query)
        return answer.status, answer.json["code"]

    async def create(self, id, by="editor", collection="notes", **body):
        answer = await self.ask("POST", f"/{collection}", {"id": id, "title": id, **body}, by=by)
        assert answer.status == 201, answer.text

    async def change(self, id, **body):
        assert (await self.ask("PATCH", f"/notes/{id}", body, by="editor")).status == 200

    async def delete(self, id):
        assert (await self.ask("DELETE", f"/notes/{id}", by="editor")).status == 204


@pytest.fixture
async def site(serve, listening):
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        yield Site(await serve(FILES), session, stack, listening)


@pytest.fixture
def asked(monkeypatch):
    """Which questions the store was asked."""
    questions = []
    ask = Documents.ask

    async def counted(self, question):
        questions.append(question.channel)
        return await ask(self, question)

    monkeypatch.setattr(Documents, "ask", counted)
    return questions


async def test_a_list_is_a_snapshot_and_then_what_changes_in_it(site):
    await site.create("b", rank=2)
    page = await site.follow("/notes", by="editor", sort="rank")
    assert page.names() == ["snapshot"]
    plain = (await site.ask("GET", "/notes?sort=rank", by="editor")).json["items"]
    assert page.items == plain
    await site.create("a", rank=1)
    await page.until(lambda page: page.ids == ["a", "b"])
    await site.change("a", rank=3, secret="x")
    await page.until(lambda page: page.ids == ["b", "a"])
    assert page.items == (await site.ask("GET", "/notes?sort=rank", by="editor")).json["items"]
    await site.delete("b")
    await page.until(lambda page: page.ids == ["a"])
    assert page.names() == ["snapshot", "insert", "update", "remove"]
    assert [event.id for event in page.stream.events] == [""] * 4


async def test_two_roles_see_different_things_of_one_change(site):
    public, editor = await site.follow("/notes"), await site.follow("/notes", by="editor")
    await site.create("a", secret="x")
    await editor.until(lambda page: page.ids == ["a"])
    await site.change("a", status="published")
    await public.until(lambda page: page.ids == ["a"])
    await editor.until(lambda page: page.items[0]["status"] == "published")
    assert "secret" not in public.items[0]
    assert editor.items[0]["secret"] == "x"
    assert (public.names(), editor.names()) == (["snapshot", "insert"], ["snapshot", "insert", "update"])
    await site.change("a", status="draft")
    await public.until(lambda page: page.ids == [])
    assert public.names()[-1] == "remove"
    await editor.until(lambda page: page.items[0]["status"] == "draft")
    assert editor.names()[-1] == "update"


async def test_what_others_draft_and_delete_says_nothing(site):
    public, author = await site.follow("/notes"), await site.follow("/notes", by="author")
    await site.create("a")
    await site.change("a", title="b")
    await site.delete("a")
    await site.create("own", by="author")
    await author.until(lambda page: page.ids == ["own"])
    await site.create("p", status="published")
    await public.until(lambda page: page.ids == ["p"])
    assert public.names() == ["snapshot", "insert"]


async def test_a_document_that_leaves_the_filter_is_removed(site):
    await site.create("a", rank=1)
    page = await site.follow("/notes", by="editor", filter='{"rank": {"$lt": 5}}')
    await site.change("a", rank=7)
    await page.until(lambda page: page.ids == [])
    await site.create("far", rank=9)
    await site.change("a", rank=4)
    await page.until(lambda page: page.ids == ["a"])
    assert page.names() == ["snapshot", "remove", "insert"]


async def test_what_falls_off_the_end_is_removed_and_what_was_behind_it_comes_in(site):
    for n in (2, 3, 4):
        await site.create(f"n{n}", rank=n)
    page = await site.follow("/notes", by="editor", sort="rank", limit="2")
    assert page.ids == ["n2", "n3"]
    await site.create("n1", rank=1)
    await page.until(lambda page: page.ids == ["n1", "n2"])
    await site.delete("n1")
    await page.until(lambda page: page.ids == ["n2", "n3"])
    await site.change("n2", rank=9)
    await page.until(lambda page: page.ids == ["n3", "n4"])


async def test_a_place_changes_though_nothing_that_is_shown_does(site):
    for n in (1, 2, 3):
        await site.create(f"n{n}", rank=n)
    page = await site.follow("/notes", by="editor", sort="rank", fields="title")
    assert page.items[0] == {"id": "n1", "title": "n1"}
    await site.change("n1", rank=9)
    await page.until(lambda page: page.ids == ["n2", "n3", "n1"])


async def test_a_burst_is_asked_for_once(site, asked):
    page = await site.follow("/notes", by="editor", limit="500")
    asked.clear()
    # While the question is put, it is put once more at the end at the latest.
    await asyncio.gather(*(site.create(f"n{n}") for n in range(100)))
    await page.until(lambda page: len(page.items) == 100)
    assert len(asked) < 20


async def test_a_hundred_equal_streams_are_one_evaluation_and_one_frame(site, asked, monkeypatch):
    weighed = []
    concerns = live.Question.concerns
    monkeypatch.setattr(
        live.Question, "concerns", lambda self, change: weighed.append(change.id) or concerns(self, change)
    )
    object.__setattr__(site.project.spec.realtime, "max_per_user", 1000)
    await site.site.signed_in("editor")
    pages = await asyncio.gather(*(site.follow("/notes", by="editor", sort="rank") for _ in range(100)))
    assert len(asked) == 1
    assert len(site.project.live) == 1
    before = site.project.hub.counters.events
    await site.create("a", rank=1)
    for page in pages:
        await page.until(lambda page: page.ids == ["a"])
    assert (len(asked), weighed) == (2, ["a"])
    assert site.project.hub.counters.events - before == 100
    (counts,) = [c for name, c in site.project.hub.topics.counts.items() if name.startswith("_live")]
    assert counts.messages == 1  # one frame for all of them


async def test_users_with_the_same_permission_share_and_others_do_not(site, asked):
    await site.site.signed_in("editor", "second@example.org")
    headers = {"Authorization": f"Bearer {site.site.tokens['second@example.org']}"}
    await site.follow("/notes", by="editor")
    await site.follow("/notes", headers=headers)
    assert len(asked) == 1
    await site.follow("/notes", by="author")
    await site.follow("/notes")
    await site.follow("/notes", by="editor", limit="7")
    assert len(set(asked)) == 4


async def test_who_reconnects_gets_a_fresh_snapshot(site):
    page = await site.follow("/notes", by="editor")
    await page.stream.close()
    await site.create("a")
    again = await site.follow("/notes", by="editor", headers={"Last-Event-ID": "whatever.1"})
    assert (again.names(), again.ids) == (["snapshot"], ["a"])


async def test_who_has_written_sees_it_in_the_snapshot(site):
    await site.follow("/notes", by="editor")
    for n in range(5):
        await site.create(f"n{n}")
        assert len((await site.follow("/notes", by="editor")).items) == n + 1


async def test_one_document_is_followed_until_it_is_gone_and_when_it_comes_back(site):
    await site.create("a", status="published")
    page = await site.follow("/notes/a")
    assert page.ids == ["a"]
    await site.change("a", title="new")
    await page.until(lambda page: page.items[0]["title"] == "new")
    await site.change("a", status="draft")
    await page.until(lambda page: page.ids == [])
    await site.change("a", status="published")
    await page.until(lambda page: page.ids == ["a"])
    await site.create("b", status="published")
    await site.delete("a")
    await page.until(lambda page: page.ids == [])
    assert page.names() == ["snapshot", "update", "remove", "insert", "remove"]
    assert await site.refused("/notes/a") == (404, "not_found")
    assert await site.refused("/notes/nothing", by="editor") == (404, "not_found")


async def test_a_signal_says_that_and_not_what(site, asked):
    page = await site.follow("/notes", live="signal", filter='{"rank": 1}')
    assert page.names() == ["ready"]
    await site.create("draft", rank=1)
    await site.create("other", rank=2, status="published")
    await site.create("a", rank=1, status="published")
    await page.until(lambda page: "revalidate" in page.names())
    assert page.names() == ["ready", "revalidate"]
    assert page.stream.events[1].data == "{}"
    assert asked == []


async def test_a_hook_narrows_answers_and_refuses(site):
    page = await site.follow("/letters", to="me")
    await site.create("x", collection="letters", to="you")
    await site.create("y", collection="letters", to="me")
    await page.until(lambda page: page.ids == ["y"])
    assert page.names() == ["snapshot", "insert"]
    assert await site.refused("/letters", closed="1") == (403, "closed")
    answer = await site.follow("/letters", stream="1")
    assert answer.names() == ["ready"]
    assert await site.refused("/letters/x", to="me") == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "query", "refused"),
    [
        ("/notes", {"q": "x"}, (400, "invalid_query")),
        ("/notes", {"cursor": "x"}, (400, "invalid_query")),
        ("/notes", {"offset": "1"}, (400, "invalid_query")),
        ("/notes", {"expand": "author"}, (400, "invalid_query")),
        ("/notes", {"count": "true"}, (400, "invalid_query")),
        ("/notes", {"live": "yes"}, (400, "invalid_query")),
        ("/notes", {"limit": "501"}, (400, "invalid_query")),
        ("/notes", {"filter": '{"secret": "x"}'}, (400, "invalid_query")),
        ("/notes", {"sort": "secret"}, (400, "invalid_query")),
        ("/plain", {}, (400, "not_live")),
        ("/plain/a", {}, (400, "not_live")),
        ("/shaped", {}, (400, "not_live")),
        ("/nowhere", {}, (404, "unknown_collection")),
    ],
)
async def test_what_cannot_be_followed_is_refused_by_name(site, path, query, refused):
    assert await site.refused(path, **query) == refused
    if refused == (400, "invalid_query") and not {"filter", "sort", "limit"} & query.keys():
        answer = await site.ask("GET", path, headers=STREAM, params=query)
        assert next(iter(query)) in answer.json["detail"]


async def test_a_plain_request_stays_plain(site):
    await site.create("a", status="published")
    assert (await site.ask("GET", "/notes")).json["items"][0]["id"] == "a"
    assert (await site.ask("GET", "/plain", headers={"Accept": "text/event-stream, */*"})).json == {"items": []}
    head = await site.site.client.head("/api/desk/notes", headers=STREAM)
    assert (head.status, head.headers["Content-Type"]) == (200, "application/json")


async def test_who_loses_a_role_loses_what_it_opened(site):
    page = await site.follow("/notes", by="editor")
    public = await site.follow("/notes", by="author")
    user = await site.project.auth.users.find_by_email("editor@example.org")
    await site.project.auth.users.set_roles(user["id"], ["author"])
    await site.project.recheck.round()
    assert await page.stream.end() == ["snapshot", "denied"]
    await site.create("p", by="admin", status="published")
    await public.until(lambda page: page.ids == ["p"])


async def test_what_another_process_has_committed_is_told_as_well(site):
    page = await site.follow("/notes", by="editor")
    at = "2026-01-15T12:00:00.000Z"
    document = {"id": "a", "createdAt": at, "updatedAt": at, "createdBy": None, "version": 1, "title": "a"}
    changes = await site.project.store.commit([Write("notes", "a", document, expected=0)])
    site.project.documents.note(changes, announces=False)
    await page.until(lambda page: page.ids == ["a"])


async def test_a_reload_ends_what_may_be_followed_no_longer_and_nothing_else(site):
    notes, letters = await site.follow("/notes", by="editor"), await site.follow("/letters")
    (site.site.folder / "collections/notes.yml").write_text(NOTES.replace("live: true", "live: false"))
    assert await reload(site.project, {}) == ()
    assert await notes.stream.end() == ["snapshot", "denied"]
    await site.create("a", collection="letters")
    await letters.until(lambda page: page.ids == ["a"])


HOOKED = "hooks: {read: {%s}}\nrealtime: {live: true}"


@pytest.mark.parametrize("phase", ["before: hooks/letters.py:read", "respond: hooks/letters.py:shape"])
async def test_a_reload_ends_what_another_hook_would_be_asked_about(site, phase):
    notes, letters = await site.follow("/notes"), await site.follow("/letters")
    one = await site.follow("/notes", by="editor", live="signal")
    file = site.site.folder / "collections/notes.yml"
    file.write_text(NOTES.replace("realtime: {live: true}", HOOKED % phase))
    assert await reload(site.project, {}) == ()
    assert await notes.stream.end() == ["snapshot", "denied"]
    assert await one.stream.end() == ["ready", "denied"]
    if "before" in phase:
        again = await site.follow("/notes", by="editor")
        file.write_text(file.read_text().replace("type: text}", "type: text, index: false}"))
        assert await reload(site.project, {}) == ()
        await site.create("a")
        await again.until(lambda page: page.ids == ["a"])  # the hooks are the same, and what it was told holds
    await site.create("a", collection="letters")
    await letters.until(lambda page: page.ids == ["a"])


async def test_who_is_let_in_while_a_reload_shuts_them_out_is_told_so(site, monkeypatch):
    ask, file = Documents.ask, site.site.folder / "collections/notes.yml"

    async def reloaded(self, question):
        monkeypatch.setattr(Documents, "ask", ask)
        file.write_text(NOTES.replace("public: {read: {filter: {status: published}, hide: [secret]}}", ""))
        assert await reload(site.project, {}) == ()
        return await ask(self, question)

    monkeypatch.setattr(Documents, "ask", reloaded)
    answer = await site.site.client.get("/api/desk/notes", headers=STREAM)
    assert (answer.status, await answer.text()) == (200, "")
    refused = await site.site.client.get("/api/desk/notes", headers=STREAM)
    assert refused.status == 401


async def test_who_is_shut_out_is_told(site):
    page = await site.follow("/notes", by="editor")
    user = await site.project.auth.users.find_by_email("editor@example.org")
    await site.project.auth.users.disable(user["id"])
    await site.project.recheck.round()
    assert await page.stream.end() == ["snapshot", "expired"]


async def test_its_channel_is_reached_in_no_other_way(site):
    page = await site.follow("/notes")
    (channel,) = [topic.name for topic in site.project.hub.topics]
    answer = await site.ask("GET", f"/_events?channels={channel}")
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert "(forbidden)" in answer.json["detail"]
    assert (await site.ask("GET", f"/_events?channels={channel}", by="editor")).status == 403
    assert (await site.ask("POST", f"/_channels/{channel}", {"type": "insert"}, by="admin")).status == 403
    assert page.names() == ["snapshot"]


async def test_so_many_questions_may_be_followed(site, monkeypatch):
    monkeypatch.setattr(live, "MOST_FOLLOWED", 2)
    monkeypatch.setattr(live, "SHARE", 100)
    first = await site.follow("/notes", limit="1")
    await site.follow("/notes", limit="2")
    refused = await site.follow("/notes", limit="3")  # an EventSource would die of a 503
    assert (refused.names(), refused.stream.events[0].data) == (["overloaded"], '{"code":"too_many_live_queries"}')
    await site.follow("/notes", limit="2")
    await first.stream.close()
    while site.project.hub.connections > 2:
        await asyncio.sleep(0.01)
    assert (await site.follow("/notes", limit="3")).names() == ["snapshot"]


async def test_one_address_or_user_cannot_take_all_the_room(site, monkeypatch):
    monkeypatch.setattr(live, "MOST_FOLLOWED", 20)
    for limit in "12":
        await site.follow("/notes", limit=limit)
        await site.follow("/notes", limit=limit)  # what is followed already takes no room
        await site.follow("/notes", by="editor", limit=limit)
    assert (await site.follow("/notes", limit="3")).names() == ["overloaded"]
    assert (await site.follow("/notes", by="editor", limit="3")).names() == ["overloaded"]
    assert (await site.follow("/notes", by="admin", limit="3")).names() == ["snapshot"]
    await site.create("a", secret="x" * 700)
    monkeypatch.setattr(live, "TOTAL_BYTES", 30_000)
    refused = [(await site.follow("/notes", by="author", fields="title", limit=limit)).names()[0] for limit in "12"]
    assert refused == ["snapshot"] * 2


async def test_a_clients_regular_expression_is_not_held_against_changes(site, monkeypatch):
    page = await site.follow("/notes", by="editor", filter='{"title": {"$regex": "^(a|aa)+$"}}')
    await site.create("b", title="a" * 60 + "b")  # which takes too long, for the store as well
    assert await page.stream.end() == ["snapshot", "denied"]
    assert json.loads(page.stream.events[-1].data)["reason"] == "invalid_query"
    page = await site.follow("/notes", by="editor", filter='{"rank": 1, "title": {"$regex": "^x"}}')
    await site.create("c", title="y", rank=1)
    await site.create("d", title="xy", rank=1)
    await page.until(lambda page: page.ids == ["d"])
    assert page.names() == ["snapshot", "insert"]


async def test_an_answer_has_so_many_bytes(site, monkeypatch):
    monkeypatch.setattr(live, "ANSWER_BYTES", 1000)
    await site.create("a", secret="x" * 500)
    page, named = await site.follow("/notes", by="editor"), await site.follow("/notes", by="editor", fields="title")
    await site.create("b", secret="x" * 500)
    await named.until(lambda page: page.ids == ["a", "b"])
    assert await page.stream.end() == ["snapshot", "denied"]
    assert json.loads(page.stream.events[-1].data)["reason"] == "too_large"
    assert await site.refused("/notes", by="editor") == (413, "too_large")


async def test_all_answers_together_have_so_many_bytes(site, monkeypatch):
    await site.create("a", secret="x" * 500)
    await site.follow("/notes", by="editor")
    monkeypatch.setattr(live, "TOTAL_BYTES", 1000)
    monkeypatch.setattr(live, "SHARE", 100)
    assert (await site.follow("/notes", by="editor", limit="7")).names() == ["overloaded"]
    assert 500 < site.project.live.size < 1000


async def test_what_nobody_follows_is_forgotten(site, asked):
    page = await site.follow("/notes", by="editor")
    await page.stream.close()
    while site.project.hub.connections:
        await asyncio.sleep(0.01)
    await site.project.live.round()
    assert (len(site.project.live), site.project.live.size) == (0, 0)
    await site.create("a")
    assert len(asked) == 1


async def test_a_store_that_does_not_answer_is_asked_again(site, monkeypatch):
    monkeypatch.setattr(live, "RETRY_S", 0.01)
    page, ask, failures = await site.follow("/notes", by="editor"), Documents.ask, []

    async def failing(self, question):
        if len(failures) < 2:
            failures.append(question.channel)
            raise Unavailable("the store is away")
        return await ask(self, question)

    monkeypatch.setattr(Documents, "ask", failing)
    await site.create("a")
    await page.until(lambda page: page.ids == ["a"])
    assert len(failures) == 2
    assert [entry["event"] for entry in site.site.log.entries].count("live_queries_interrupted") == 2


async def test_changes_that_come_while_it_is_asked_are_not_missed(site, monkeypatch):
    ask, reached, go_on = Documents.ask, asyncio.Event(), asyncio.Event()

    async def slow(self, question):
        shown = await ask(self, question)
        reached.set()
        await go_on.wait()
        return shown

    monkeypatch.setattr(Documents, "ask", slow)
    opening = asyncio.create_task(site.follow("/notes", by="editor"))
    await reached.wait()
    await site.create("a")  # after the store was read, before the snapshot was sent
    go_on.set()
    page = await opening
    await page.until(lambda page: page.ids == ["a"])


async def test_more_changes_than_can_wait_are_asked_for(site, monkeypatch):
    page = await site.follow("/notes", by="editor")
    monkeypatch.setattr(evaluations, "MOST_WAITING", 0)
    await site.create("a")
    await page.until(lambda page: page.ids == ["a"])


async def test_an_answer_that_grows_too_large_ends_all_who_follow_it_whoever_is_told_first(site, monkeypatch):
    monkeypatch.setattr(live, "ANSWER_BYTES", 1000)
    monkeypatch.setattr(live, "COALESCE_S", 0.5)
    await site.create("a")
    first = await site.follow("/notes", by="editor")
    await site.change("a", secret="x" * 2000)
    assert await site.refused("/notes", by="editor") == (413, "too_large")
    assert await first.stream.end() == ["snapshot", "denied"]


async def test_who_waits_for_an_answer_that_ends_those_before_them_follows_the_next_one(site, monkeypatch):
    monkeypatch.setattr(live, "ANSWER_BYTES", 1000)
    await site.create("a")
    first = await site.follow("/notes", by="editor")
    ask, asked, release = Documents.ask, asyncio.Event(), asyncio.Event()

    async def held(self, question):
        answer = await ask(self, question)
        asked.set()
        await release.wait()
        return answer

    monkeypatch.setattr(Documents, "ask", held)
    await site.change("a", secret="x" * 2000)
    await asked.wait()
    second = asyncio.create_task(site.follow("/notes", by="editor"))
    while not any(followed.entering for followed in site.project.live._all()):
        await asyncio.sleep(0)
    await site.change("a", secret="")
    release.set()
    assert await first.stream.end() == ["snapshot", "denied"]
    page = await second
    await site.create("b")
    await page.until(lambda page: page.ids == ["a", "b"])
