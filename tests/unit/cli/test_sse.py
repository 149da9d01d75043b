"""Reading an event stream."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cli import sse
from runtime.cli.sse import Event, Reader
from runtime.model.errors import TooLarge


def events_of(*chunks: bytes) -> list[Event]:
    reader = Reader()
    return [event for chunk in chunks for event in reader.feed(chunk)]


def test_an_event_has_a_type_data_and_the_last_id() -> None:
    assert events_of(b'event: reset\nid: e.7\ndata: {"a": 1}\n\n') == [Event("reset", '{"a": 1}', "e.7")]


def test_an_event_without_a_type_is_a_message() -> None:
    assert events_of(b"data: hello\n\n") == [Event("message", "hello", "")]


def test_an_id_holds_for_the_events_behind_it() -> None:
    assert [event.id for event in events_of(b"id: e.1\ndata: a\n\ndata: b\n\nid: e.2\ndata: c\n\n")] == [
        "e.1",
        "e.1",
        "e.2",
    ]


def test_an_id_with_nul_is_ignored() -> None:
    assert events_of(b"id: e.1\ndata: a\n\nid: e\x002\ndata: b\n\n")[1].id == "e.1"


def test_data_of_many_lines_is_joined() -> None:
    assert events_of(b"data: a\ndata:b\ndata\ndata:  c\n\n") == [Event("message", "a\nb\n\n c", "")]


def test_comments_unknown_fields_and_events_without_data_say_nothing() -> None:
    assert events_of(b":\n\n: heartbeat\nfoo: bar\nevent: x\n\ndata: a\n\n") == [Event("message", "a", "")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_any_of_three_ways(end: bytes) -> None:
    assert events_of(b"event: x" + end + b"data: a" + end + end + b"data: b" + end + end + b": end") == [
        Event("x", "a", ""),
        Event("message", "b", ""),
    ]


def test_a_line_end_may_be_cut_in_two() -> None:
    assert events_of(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [Event("message", "a\nb", "")]


def test_a_letter_may_be_cut_in_two() -> None:
    assert events_of(b"data: \xc3", b"\xa9\n\n") == [Event("message", "é", "")]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert events_of(b"\xef\xbb\xbfdata: a\n\n") == [Event("message", "a", "")]


def test_the_server_says_how_long_to_wait() -> None:
    reader = Reader()
    reader.feed(b"retry: 2500\nretry: soon\n\n")
    assert reader.retry_s == 2.5


def test_the_next_connection_goes_on_where_this_one_was_lost() -> None:
    reader = Reader()
    reader.feed(b"retry: 500\nid: e.3\ndata: a\n\ndata: half of")
    following = reader.resumed()
    assert (following.last_id, following.retry_s) == ("e.3", 0.5)
    assert following.feed(b"data: b\n\n") == [Event("message", "b", "e.3")]


@pytest.mark.parametrize("piece", [b"x" * 100, b"data: xxxxxxxxxx\n"])
def test_an_event_that_never_ends_is_refused(piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "_LONGEST_EVENT", 1000)
    with pytest.raises(TooLarge, match="does not end"):
        events_of(*[piece] * 200)


@given(st.text("ab:\r\n dtea", max_size=60), st.lists(st.integers(0, 60)))
def test_how_the_bytes_arrive_does_not_matter(text: str, cuts: list[int]) -> None:
    # A CR at the very end waits for what follows, so the stream goes on.
    content = text.encode() + b"\n: end"
    edges = [0, *sorted(cut for cut in cuts if cut <= len(content)), len(content)]
    pieces = [content[start:end] for start, end in pairwise(edges)]
    assert events_of(*pieces) == events_of(content)
