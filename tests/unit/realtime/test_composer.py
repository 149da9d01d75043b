"""Messages are checked at the sender."""

import datetime
import math
import uuid
from collections import defaultdict

import pytest

from runtime.model.errors import InvalidMessage, TooLarge, Unavailable
from runtime.realtime.hub import Hub

WARNING = {
    "type": "object",
    "required": ["message"],
    "additionalProperties": False,
    "properties": {"message": {"type": "string"}, "level": {"type": "integer", "minimum": 1}},
}


async def test_type_channel_and_timestamp_come_first(world):
    message = world.hub.prepare("content", {"id": "x", "type": "content-updated", "title": "é"})
    assert message.text.decode() == (
        '{"type":"content-updated","channel":"content","timestamp":"2026-01-15T12:00:00.000Z","id":"x","title":"é"}'
    )
    assert message.body == {
        "type": "content-updated",
        "channel": "content",
        "timestamp": "2026-01-15T12:00:00.000Z",
        "id": "x",
        "title": "é",
    }
    assert (message.channel, message.type, message.at) == ("content", "content-updated", 1_768_478_400.0)


async def test_a_message_can_be_passed_on(world):
    first = world.hub.prepare("a", {"type": "t", "n": 1})
    world.clock.advance(1)
    second = world.hub.prepare("b", first.body)
    assert second.text == b'{"type":"t","channel":"b","timestamp":"2026-01-15T12:00:01.000Z","n":1}'


async def test_what_the_sender_changes_later_does_not_change_the_message(world):
    data = {"type": "t", "list": [1]}
    message = world.hub.prepare("a", data)
    data["list"].append(2)
    assert message.body["list"] == [1]


@pytest.mark.parametrize("message", [None, "t", ["type"], 7])
async def test_a_message_is_an_object(world, message):
    with pytest.raises(InvalidMessage, match="must be an object with a type"):
        world.hub.prepare("a", message)


@pytest.mark.parametrize("message", [{}, {"type": ""}, {"type": 7}, {"type": None}, {"type": "x" * 65}])
async def test_a_message_has_a_type(world, message):
    with pytest.raises(InvalidMessage) as caught:
        world.hub.prepare("a", message)
    assert caught.value.errors == {"/type": "must be text of 1 to 64 characters"}
    assert caught.value.code == "invalid_message"


async def test_a_type_may_have_64_characters(world):
    assert world.hub.prepare("a", {"type": "x" * 64}).type == "x" * 64


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 129, "a\n"])
async def test_a_channel_has_a_plain_name(world, name):
    with pytest.raises(InvalidMessage, match="cannot be a channel's name"):
        world.hub.prepare(name, {"type": "t"})


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (math.nan, "/x"),
        ({"a": [None, math.inf]}, "/x/a/1"),
        ({"a/b~": -math.inf}, "/x/a~1b~0"),
    ],
)
async def test_a_number_is_finite(world, value, pointer):
    with pytest.raises(InvalidMessage) as caught:
        world.hub.prepare("a", {"type": "t", "x": value})
    assert caught.value.errors == {pointer: "must be a finite number"}


async def test_null_is_not_taken_for_nan(world):
    assert world.hub.prepare("a", {"type": "t", "x": None, "y": [1.5, "null"]}).text.endswith(
        b'"x":null,"y":[1.5,"null"]}'
    )


@pytest.mark.parametrize(
    "value",
    [
        2**64,
        {1: "a"},
        "\ud800",
        b"bytes",
        {1, 2},
        object(),
        datetime.datetime(2026, 1, 15, tzinfo=datetime.UTC),
        datetime.date(2026, 1, 15),
    ],
)
async def test_only_json_goes_out(world, value):
    with pytest.raises(InvalidMessage, match="is not JSON"):
        world.hub.prepare("a", {"type": "t", "x": value})


async def test_what_has_one_spelling_in_json_may_be_sent_as_it_is(world):
    grouped = defaultdict(list, {"a": (1, 2)})
    identifier = uuid.UUID("01976f3e-8a11-7000-8000-000000000000")
    message = world.hub.prepare("a", {"type": "t", "x": grouped, "id": identifier})
    assert message.text.endswith(b'"x":{"a":[1,2]},"id":"01976f3e-8a11-7000-8000-000000000000"}')
    assert message.body["x"] == {"a": [1, 2]}


async def test_the_limit_is_for_the_bytes_that_go_out(world):
    text = '{"type":"t","channel":"a","timestamp":"2026-01-15T12:00:00.000Z","x":""}'
    world.configure(message_limit_bytes=len(text) + 4)
    assert world.hub.prepare("a", {"type": "t", "x": "éé"}).type == "t"
    with pytest.raises(TooLarge, match=r"has 77 bytes of JSON, 76 are allowed.*realtime\.messageLimit"):
        world.hub.prepare("a", {"type": "t", "x": "éé."})


async def test_a_declared_type_must_fit_its_schema(world):
    world.declare("system", events={"warning": WARNING})
    assert world.hub.prepare("system", {"type": "warning", "message": "soon", "level": 2}).type == "warning"
    with pytest.raises(InvalidMessage, match="does not fit its schema") as caught:
        world.hub.prepare("system", {"type": "warning", "level": 0, "more": 1})
    assert caught.value.errors == {
        "/message": "is required",
        "/more": "is not in the schema of these messages",
        "/level": "must be at least 1",
    }


async def test_an_unknown_type_is_refused_with_the_known_ones(world):
    world.declare("system", events={"warning": WARNING, "all-clear": {}})
    with pytest.raises(InvalidMessage, match="declared in its events: all-clear, warning") as caught:
        world.hub.prepare("system", {"type": "warnung", "message": "x"})
    assert caught.value.errors == {"/type": "must be one of: all-clear, warning"}


async def test_a_channel_of_a_template_has_the_templates_events(world):
    world.declare("user:{userId}", events={"warning": WARNING})
    with pytest.raises(InvalidMessage):
        world.hub.prepare("user:42", {"type": "other"})
    assert world.hub.prepare("users", {"type": "other"}).type == "other"


async def test_after_a_reload_the_new_schema_holds(world):
    world.declare("system", events={"warning": WARNING})
    world.hub.prepare("system", {"type": "warning", "message": "x"})
    world.declare("system", events={"warning": {"required": ["text"]}})
    assert world.hub.prepare("system", {"type": "warning", "text": "x"}).type == "warning"
    with pytest.raises(InvalidMessage):
        world.hub.prepare("system", {"type": "warning", "message": "x"})


async def test_a_schema_is_never_fetched(world):
    world.declare("system", events={"warning": {"$ref": "http://127.0.0.1:1/schema.json"}})
    with pytest.raises(InvalidMessage, match=r"refers to 'http://127\.0\.0\.1:1/schema\.json', which is not in it"):
        world.hub.prepare("system", {"type": "warning"})


async def test_there_is_a_bound_for_channels(world):
    hub = Hub(lambda: world.spec, clock=world.clock, channel_limit=2)
    hub.publish([hub.prepare("a", {"type": "t"}), hub.prepare("b", {"type": "t"})])
    with pytest.raises(Unavailable, match="2 channels") as caught:
        hub.prepare("c", {"type": "t"})
    assert caught.value.code == "too_many_channels"
    assert hub.prepare("a", {"type": "t"}).channel == "a"
    await hub.close()
