"""Frames, ids and chunks."""

import re

import pytest
from httpx_sse._decoders import SSEDecoder, SSELineDecoder
from hypothesis import given
from hypothesis import strategies as st

from runtime.realtime import wire

# Every Unicode text that can be sent: UTF-8 has no surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"]))
awkward = st.lists(
    st.sampled_from(["\r", "\n", "\r\n", ":", " ", "data: x", "id: 1", "\ufeff", "\u2028", "é", "\0", "🎈"])
)


def test_a_message_is_an_id_and_one_line_of_data():
    assert wire.frame(id="k3.17", data=b'{"type":"t"}') == b'id: k3.17\ndata: {"type":"t"}\n\n'


def test_all_fields_stand_before_the_data():
    expected = b"retry: 2000\nid: k3.0\nevent: ready\ndata: {}\n\n"
    assert wire.frame(data="{}", event="ready", id="k3.0", retry_ms=2000) == expected


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_of_data_is_framed(end):
    assert wire.frame(data=f"one{end}two{end}{end}four") == b"data: one\ndata: two\ndata: \ndata: four\n\n"


def test_an_end_at_the_end_is_kept():
    assert wire.frame(data="one\n") == b"data: one\ndata: \n\n"


def test_nothing_is_an_event_too():
    assert wire.frame(data="") == b"data: \n\n"


@pytest.mark.parametrize("field", ["event", "id"])
@pytest.mark.parametrize("evil", ["a\nb", "a\rb", "a\0b"])
def test_a_name_or_id_that_would_be_another_line_is_refused(field, evil):
    with pytest.raises(ValueError, match="line end or NUL"):
        wire.frame(data="", **{field: evil})


def test_the_heartbeat_is_no_event(client):
    stream = wire.HEARTBEAT + wire.frame(data="x", id="e.1") + wire.HEARTBEAT + wire.HEARTBEAT + wire.frame(data="y")
    client.feed(stream)
    assert [e.data for e in client.events] == ["x", "y"]
    assert client.comments == 3
    decoder = SSEDecoder()
    others = [event for line in stream.decode().split("\n")[:-1] if (event := decoder.decode(line)) is not None]
    assert [e.data for e in others] == ["x", "y"]


@given(st.lists(st.one_of(texts, awkward.map("".join)), max_size=5), st.data())
def test_what_is_framed_is_what_an_independent_client_reads(payloads, data):
    stream = "".join(wire.frame(data=payload, id=f"e.{n}").decode() for n, payload in enumerate(payloads))
    cut = data.draw(st.integers(0, len(stream)))
    lines, decoder, events = SSELineDecoder(), SSEDecoder(), []
    for part in filter(None, (stream[:cut], stream[cut:])):
        events.extend(event for line in lines.decode(part) if (event := decoder.decode(line)) is not None)
    expected = [(f"e.{n}", re.sub("\r\n|\r", "\n", payload)) for n, payload in enumerate(payloads)]
    assert [(event.id, event.data) for event in events] == expected


@pytest.mark.parametrize(
    "payload", ["\ufeffmark first", "a\r\nb\rc\nd", " leading blank", ":no comment", "ünï🎈\u2028\u2029\x85", "\0", ""]
)
def test_our_own_reading_of_the_standard_agrees(client, payload):
    raw = wire.frame(data="first") + wire.frame(data=payload, event="e", id="x.1")
    for at in range(len(raw)):
        client.feed(raw[at : at + 1])
    assert client.events[1].data == payload.replace("\r\n", "\n").replace("\r", "\n")
    assert (client.events[1].event, client.events[1].id) == ("e", "x.1")


def test_a_chunk_says_its_length_in_hexadecimal():
    assert wire.chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"


def test_an_empty_chunk_would_end_the_response_so_there_is_none():
    assert wire.chunk(b"") == b""


def test_chunks_come_apart_as_they_were_put_together(unchunk):
    raw = wire.chunk(b"one") + wire.chunk(b"0\r\n\r\n") + wire.chunk(b"x" * 300)
    assert unchunk(raw) == (b"one0\r\n\r\n" + b"x" * 300, False)
    assert unchunk(raw + wire.LAST_CHUNK)[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sk3a9f.17", ("sk3a9f", 17)),
        ("a-b.0", ("a-b", 0)),
        ("a.999999999999", ("a", 999999999999)),
        ("", None),
        ("17", None),
        (".17", None),
        ("a.", None),
        ("A.1", None),
        ("a.-1", None),
        ("a.1.2", None),
        ("a.1\n", None),
        ("a.٣", None),
        ("a.1000000000000", None),
        ("abcdefghijkl.1", None),
    ],
)
def test_only_what_has_the_form_of_an_id_is_one(text, expected):
    assert wire.parse_id(text) == expected


def test_an_id_comes_back_as_it_was():
    assert wire.parse_id(wire.format_id("t5abcd", 42)) == ("t5abcd", 42)


def test_an_epoch_begins_with_its_second_in_base_36():
    epoch = wire.new_epoch(1_768_478_400.9)
    assert re.fullmatch("t8wmo0[0-9a-z]{4}", epoch)
    assert len(wire.format_id(epoch, 999_999_999_999)) <= 24


def test_two_starts_in_one_second_have_two_epochs():
    assert len({wire.new_epoch(1_768_478_400.0) for _ in range(20)}) > 1
