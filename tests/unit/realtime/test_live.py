"""Answers that are followed: what leads from one to the next, and what a slow reader gets."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.documents.live import Question, Shown, without_regexes
from runtime.model.actor import PUBLIC
from runtime.model.change import Message
from runtime.model.problem import Source
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec, GrantSpec
from runtime.query.parse import parse_filter
from runtime.realtime.live import Followed, differences

SOURCE = Source("collections/notes.yml")
NOTES = CollectionSpec("notes", SOURCE, grants={"read": (GrantSpec("public", SOURCE),)}, live=True)


def shown(**texts):
    return [Shown(id, json.dumps({"id": id, "n": n}).encode()) for id, n in texts.items()]


def told(before, after):
    """Return the frames between two answers as (event, data)."""
    frames = [frame.decode().strip().split("\n") for frame in differences(before, after)]
    return [(event.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for event, data in frames]


def applied(before, frames):
    """Apply frames as a client does."""
    items = [json.loads(document.text) for document in before]
    for event, data in frames:
        id = data["id"] if event == "remove" else data["item"]["id"]
        items = [item for item in items if item["id"] != id]
        if event != "remove":
            at = 0 if data["after"] is None else [item["id"] for item in items].index(data["after"]) + 1
            items.insert(at, data["item"])
    return items


def test_what_is_gone_new_and_different_is_told_in_that_order():
    before, after = shown(a=1, b=1, c=1), shown(b=1, d=1, c=2)
    assert told(before, after) == [
        ("remove", {"id": "a"}),
        ("insert", {"item": {"id": "d", "n": 1}, "after": "b"}),
        ("update", {"item": {"id": "c", "n": 2}, "after": "d"}),
    ]


def test_nothing_is_told_of_what_is_the_same():
    assert told(shown(a=1, b=2), shown(a=1, b=2)) == []


def test_a_document_that_only_moves_is_updated():
    assert told(shown(a=1, b=1), shown(b=1, a=1)) == [("update", {"item": {"id": "a", "n": 1}, "after": "b"})]


@pytest.mark.parametrize(
    ("asked", "looser"),
    [
        ({"a": {"$regex": "x"}}, {}),
        ({"a": {"$regex": "x"}, "b": 1}, {"b": 1}),
        ({"$or": [{"a": {"$regex": "x"}}, {"b": 1}]}, {}),
        ({"$or": [{"a": {"$regex": "x"}, "c": 2}, {"b": 1}]}, {"$or": [{"c": 2}, {"b": 1}]}),
        ({"a": {"$not": {"$regex": "x"}}}, {}),
        ({"$nor": [{"a": {"$regex": "x"}}, {"b": 1}]}, {}),
        ({"a": {"$elemMatch": {"$regex": "x"}}, "b": 1}, {"b": 1}),
        (
            {"a": {"$not": {"$gt": 1}}, "b": {"$elemMatch": {"c": 1}}},
            {"a": {"$not": {"$gt": 1}}, "b": {"$elemMatch": {"c": 1}}},
        ),
    ],
)
def test_a_filter_without_its_regular_expressions_matches_more(asked, looser):
    assert without_regexes(parse_filter(asked)) == parse_filter(looser)


answers = st.lists(st.sampled_from("abcdefgh"), unique=True).flatmap(
    lambda ids: st.tuples(*(st.integers(0, 2) for _ in ids)).map(lambda ns: shown(**dict(zip(ids, ns, strict=True))))
)


@given(answers, answers)
def test_from_any_answer_to_any_other(before, after):
    frames, known = told(before, after), {document.id for document in before}
    assert applied(before, frames) == [json.loads(document.text) for document in after]
    assert {data["item"]["id"] for event, data in frames if event == "insert"} == {d.id for d in after} - known
    assert {data["id"] for event, data in frames if event == "remove"} == known - {d.id for d in after}


@given(answers, answers)
def test_what_is_told_twice_changes_nothing(before, after):
    assert applied(after, told(before, after)) == [json.loads(document.text) for document in after]


@pytest.fixture
def followed():
    return Followed(Question(NOTES, PUBLIC, "0" * 24, Query(), is_signal=False), "somebody")


def test_a_snapshot_is_what_the_next_frames_belong_to(followed):
    assert followed.take(shown(a=1), is_behind=False) == b""
    first = followed.snapshot(is_behind=False)
    assert first == b'event: snapshot\ndata: {"items":[{"id": "a", "n": 1}]}\n\n'
    assert followed.take(shown(a=2), is_behind=False).startswith(b"event: update\n")
    assert followed.snapshot(is_behind=True) == first  # the update is still to come
    followed.take(shown(a=3), is_behind=True)
    assert followed.snapshot(is_behind=True) == first  # and now two of them
    assert b'"n": 3' in followed.snapshot(is_behind=False)


def test_a_snapshot_is_encoded_once(followed):
    followed.take(shown(a=1), is_behind=False)
    assert followed.snapshot(is_behind=False) is followed.snapshot(is_behind=False)


class Followers:
    """Streams of one question in a world, and what they are told."""

    def __init__(self, world, followed):
        self.world, self.followed = world, followed
        self.channel = followed.question.channel
        followed.take(shown(a=0), is_behind=False)

    def listen(self, **options):
        def opening():
            topic = self.world.hub.topics.get(self.channel)
            return self.followed.snapshot(is_behind=topic is not None and topic.queued > 0)

        return self.world.join(self.channel, opening=opening, granted=True, **options).begin()

    async def tell(self, **texts):
        topic = self.world.hub.topics.get(self.channel)
        frames = self.followed.take(shown(**texts), is_behind=topic is not None and topic.queued > 0)
        self.world.hub.publish([Message(self.channel, "live", {}, frames, 0.0, framed=True)])
        await self.world.hub.settled()


def story(reader):
    return [
        (event.event, [item["n"] for item in event.json["items"]] if "items" in event.json else event.json["item"]["n"])
        for event in reader.events
    ]


async def test_a_stream_begins_with_a_snapshot_and_has_no_ids(world, followed):
    reader = Followers(world, followed).listen(chunked=True)
    assert story(reader) == [("snapshot", [0])]
    assert (reader.client.retry_ms, reader.client.last_id) == (2000, "")


async def test_a_reader_that_missed_something_gets_a_snapshot_in_its_place(world, followed):
    followers = Followers(world, followed)
    quick, slow = followers.listen(), followers.listen(takes=100)
    await followers.tell(a=1)
    await followers.tell(a=2)
    await followers.tell(a=3)
    slow.sink.takes = None
    slow.sink.read()
    await world.hub.settled()
    assert story(quick) == [("snapshot", [0]), ("update", 1), ("update", 2), ("update", 3)]
    assert story(slow) == [("snapshot", [0]), ("update", 1), ("snapshot", [3])]
    await followers.tell(a=4)
    assert story(slow)[-1] == ("update", 4)
    assert world.hub.topics.counts["_live:{collection}:{audience}:{question}"].drops == 0


async def test_a_reader_that_was_slow_and_missed_nothing_gets_nothing_twice(world, followed):
    followers = Followers(world, followed)
    slow = followers.listen(takes=10)
    assert slow.sink.held
    slow.sink.takes = None
    slow.sink.read()
    await followers.tell(a=1)
    assert story(slow) == [("snapshot", [0]), ("update", 1)]


async def test_who_joins_while_something_is_on_its_way_gets_it_after_the_snapshot(world, followed):
    followers = Followers(world, followed)
    first = followers.listen()
    frames = followed.take(shown(a=1), is_behind=False)
    world.hub.publish([Message(followers.channel, "live", {}, frames, 0.0, framed=True)])
    second = followers.listen()
    await world.hub.settled()
    assert story(first) == story(second) == [("snapshot", [0]), ("update", 1)]
    third = followers.listen()
    assert story(third) == [("snapshot", [1])]


async def test_its_memory_is_one_frame(world, followed):
    followers = Followers(world, followed)
    followers.listen()
    for n in range(10):
        await followers.tell(a=n + 1)
    assert len(world.hub.topics.get(followers.channel).channel) == 1
