"""What audiences are told of changes."""

import asyncio
import dataclasses

import pytest

from runtime.documents.audience import Audience, audience_channel
from runtime.model.actor import Actor
from runtime.model.change import Change, Op
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec, GrantSpec
from runtime.realtime.evaluations import MOST_WAITING, SLICE

SOURCE = Source("collections/notes.yml")
EDITOR = Actor(kind="user", id="7", roles=frozenset({"editor"}))
READER = Actor(kind="user", id="42")
WRITER = Actor(kind="user", id="5")


def grant(principal, **said):
    return GrantSpec(principal, SOURCE, **said)


NOTES = CollectionSpec(
    "notes",
    SOURCE,
    (FieldSpec("title", "string", SOURCE), FieldSpec("key", "string", SOURCE, hidden=True)),
    grants={
        "read": (
            grant("role:editor"),
            grant("public", filter={"status": "published"}, hide=frozenset({"notes", "author.email"})),
            grant("authenticated", filter={"createdBy": "$user.id"}),
            grant("role:timed", filter={"until": {"$gt": "$now"}}, hide=frozenset({"createdBy"})),
        )
    },
)


def change(before, after, *, seq=1, by="5", id="n1", at="2026-01-15T12:00:00.000Z", collection="notes"):
    op = Op.CREATE if before is None else Op.DELETE if after is None else Op.UPDATE
    stored = [None if body is None else {"id": id, "createdBy": "5", "version": 3, **body} for body in (before, after)]
    return Change(seq, collection, id, op, 3, at, by, *stored)


def told(actor, before, after, **more):
    return Audience(actor, NOTES).message(change(before, after, **more))


DRAFT, PUBLISHED = {"status": "draft", "title": "a"}, {"status": "published", "title": "a"}


def test_a_draft_of_somebody_else_is_silent():
    assert told(READER, None, DRAFT) is None
    assert told(READER, DRAFT, {**DRAFT, "title": "b"}) is None
    assert told(READER, DRAFT, None) is None


def test_what_comes_to_be_readable_is_inserted_with_all_its_fields():
    message = {"type": "inserted", "id": "n1", "version": 3, "by": "5", "fields": ["status", "title"]}
    assert told(READER, None, PUBLISHED) == message
    assert told(READER, DRAFT, PUBLISHED) == message
    assert told(EDITOR, DRAFT, PUBLISHED) == {**message, "type": "updated", "fields": ["status"]}


def test_what_leaves_the_row_filter_is_removed():
    assert told(READER, PUBLISHED, DRAFT) == {"type": "removed", "id": "n1", "version": 3, "by": "5", "fields": []}
    assert told(EDITOR, PUBLISHED, DRAFT)["type"] == "updated"


def test_a_delete_is_told_to_those_who_could_read_what_was_deleted():
    assert told(READER, PUBLISHED, None)["type"] == "removed"
    assert told(READER, DRAFT, None) is None
    assert told(WRITER, DRAFT, None)["type"] == "removed"  # it was their own


def test_hidden_fields_are_never_named():
    before = {**PUBLISHED, "notes": "x", "key": "1", "author": {"name": "A", "email": "a@example.org"}}
    after = {**before, "notes": "y", "key": "2", "author": {"name": "A", "email": "b@example.org"}, "title": "b"}
    assert told(READER, before, after)["fields"] == ["title"]
    assert told(READER, None, after)["fields"] == ["status", "title", "author"]
    assert told(READER, before, {**before, "key": "2"})["fields"] == []
    assert told(EDITOR, before, after)["fields"] == ["title", "notes", "author"]


def test_fields_differ_as_json_does():
    assert told(EDITOR, {"a": 1, "b": 1, "c": None}, {"a": True, "b": 1, "d": None})["fields"] == ["a", "d", "c"]


def test_now_is_the_moment_of_the_change():
    timed = Actor(kind="user", id="9", roles=frozenset({"timed"}))
    until = {"status": "draft", "until": "2026-01-15T12:00:00.000Z"}
    assert told(timed, None, until, at="2026-01-15T11:59:59.999Z")["type"] == "inserted"
    assert told(timed, None, until, at="2026-01-15T12:00:00.000Z") is None


def test_the_author_is_named_to_those_who_may_see_who_created_it():
    timed = Actor(kind="user", id="9", roles=frozenset({"timed"}))
    until = {"status": "draft", "until": "2027-01-01T00:00:00.000Z"}
    assert told(EDITOR, None, until, by="6")["by"] == "6"
    assert told(timed, None, until, by="6")["by"] is None
    assert told(timed, until, None, by="6")["by"] is None
    assert told(EDITOR, until, None, by="6")["by"] == "6"


@pytest.fixture
async def desk(world):
    world.spec = dataclasses.replace(world.spec, collections=(NOTES, dataclasses.replace(NOTES, name="letters")))
    return world


def listen(world, actor):
    return world.listen(audience_channel(actor, NOTES), actor=actor)


def stories(reader):
    return [(e.json["type"], e.json.get("id")) for e in reader.events if e.event == "message"]


async def settled(world):
    """Let everything be evaluated and sent."""
    while world.hub.audiences.is_busy:
        await asyncio.sleep(0)
    await world.hub.settled()


async def test_an_audience_is_asked_once_however_many_listen(desk, monkeypatch):
    asked = []
    message = Audience.message
    monkeypatch.setattr(Audience, "message", lambda self, change: asked.append(change.id) or message(self, change))
    readers = [listen(desk, dataclasses.replace(EDITOR, id=str(n))) for n in range(100)]
    desk.hub.audiences.note([change(None, DRAFT)])
    await settled(desk)
    assert asked == ["n1"]
    assert {tuple(stories(reader)) for reader in readers} == {(("inserted", "n1"),)}
    assert len({id(reader.sink.writes[-1]) for reader in readers}) == 1  # and encoded once


async def test_nothing_is_asked_before_the_writers_answer(desk, monkeypatch):
    monkeypatch.setattr(Audience, "message", lambda *_: pytest.fail("asked too early"))
    listen(desk, EDITOR)
    desk.hub.audiences.note([change(None, DRAFT)])
    assert desk.hub.audiences.is_busy
    monkeypatch.undo()
    await settled(desk)


async def test_changes_that_nobody_listens_for_are_not_kept(desk):
    desk.hub.audiences.note([change(None, DRAFT)])
    assert not desk.hub.audiences.is_busy
    listen(desk, EDITOR)
    desk.hub.audiences.note([change(None, DRAFT, collection="letters")])
    assert not desk.hub.audiences.is_busy


async def test_an_audience_that_has_gone_is_forgotten(desk):
    reader = listen(desk, EDITOR)
    desk.hub.lost(reader.subscriber)
    desk.hub.audiences.note([change(None, DRAFT)])
    await settled(desk)
    desk.hub.audiences.note([change(None, DRAFT)])
    assert not desk.hub.audiences.is_busy
    assert len(desk.hub.topics) == 1  # only what had been opened


async def test_an_admin_who_watches_an_audience_does_not_become_what_it_may_read(desk):
    channel = audience_channel(READER, NOTES)
    watcher = desk.listen(channel, actor=Actor(kind="user", id="1", roles=frozenset({"admin"})), granted=True)
    desk.hub.audiences.note([change(None, DRAFT)])
    assert not desk.hub.audiences.is_busy
    reader = listen(desk, READER)
    desk.hub.audiences.note([change(None, DRAFT), change(None, PUBLISHED, id="n2")])
    await settled(desk)
    assert stories(reader) == stories(watcher) == [("inserted", "n2")]


async def test_audiences_of_users_who_come_and_go_do_not_pile_up(desk):
    for n in range(500):
        reader = listen(desk, Actor(kind="user", id=str(n)))
        desk.hub.lost(reader.subscriber)
    assert len(desk.hub.audiences) <= 64


async def test_the_order_is_that_of_the_commits(desk):
    readers = [listen(desk, EDITOR), listen(desk, READER)]
    for n in range(3 * SLICE):
        desk.hub.audiences.note([change(None, PUBLISHED, id=f"n{n}")])
    await settled(desk)
    for reader in readers:
        assert stories(reader) == [("inserted", f"n{n}") for n in range(3 * SLICE)]


async def test_a_fault_with_one_change_does_not_end_it(desk, monkeypatch):
    message = Audience.message

    def faulty(self, change):
        if change.id == "bad":
            raise ValueError("a bug")
        return message(self, change)

    monkeypatch.setattr(Audience, "message", faulty)
    reader, faults = listen(desk, EDITOR), []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
    desk.hub.audiences.note([change(None, DRAFT, id=id) for id in ("n1", "bad", "n2")])
    await settled(desk)
    assert stories(reader) == [("inserted", "n1"), ("inserted", "n2")]
    assert faults == ["a bug"]


async def test_more_changes_than_can_wait_are_told_as_one(desk):
    reader = listen(desk, EDITOR)
    desk.hub.audiences.note([change(None, DRAFT, id=f"n{n}") for n in range(MOST_WAITING + 1)])
    await settled(desk)
    assert [event.json["keys"] for event in reader.events if event.event == "message"] == [["notes"]]
    desk.hub.audiences.note([change(None, DRAFT, id="later")])
    await settled(desk)
    assert stories(reader) == [("revalidate", None), ("inserted", "later")]
