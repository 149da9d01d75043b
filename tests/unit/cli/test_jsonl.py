"""JSON Lines, cut and read."""

from collections.abc import AsyncIterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runtime.cli.jsonl import Line, Splitter, read_lines


def lines_of(*chunks: bytes, limit_bytes: int = 1000) -> list[Line]:
    splitter = Splitter(limit_bytes)
    return [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.end()


def test_each_line_is_an_object_with_its_number() -> None:
    assert lines_of(b'{"a": 1}\n{"a": 2}\n') == [Line(1, 8, {"a": 1}), Line(2, 8, {"a": 2})]


def test_the_last_line_needs_no_end() -> None:
    assert lines_of(b'{"a": 1}\n{"a": 2}') == [Line(1, 8, {"a": 1}), Line(2, 8, {"a": 2})]


def test_blank_lines_are_counted_and_passed_over() -> None:
    assert lines_of(b'\n  \n{"a": 1}\n\n') == [Line(3, 8, {"a": 1})]


def test_lines_may_end_with_a_carriage_return_too() -> None:
    assert lines_of(b'{"a": 1}\r\n{"a": 2}\r\n') == [Line(1, 9, {"a": 1}), Line(2, 9, {"a": 2})]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert lines_of(b'\xef\xbb\xbf{"a": 1}\n') == [Line(1, 11, {"a": 1})]


def test_a_line_that_is_not_json_does_not_harm_the_others() -> None:
    broken, good = lines_of(b'{"a": \n{"a": 2}\n')
    assert broken.value is None
    assert broken.fault.startswith("the line is not JSON: ")
    assert good == Line(2, 8, {"a": 2})


def test_bytes_that_are_not_utf_8_are_a_fault() -> None:
    (line,) = lines_of(b'{"a": "\xff"}\n')
    assert line.fault.startswith("the line is not JSON: ")


def test_a_line_must_be_an_object() -> None:
    assert lines_of(b"[1]\n") == [Line(1, 3, fault="the line is not a JSON object, {…}")]


def test_an_integer_that_would_be_rounded_is_a_fault() -> None:
    fault = "the line has an integer beyond 64 bits; write it as a string"
    assert lines_of(b'{"a":18446744073709551616}\n') == [Line(1, 26, fault=fault)]


def test_a_line_over_the_limit_is_a_fault_and_the_next_one_is_read() -> None:
    long = b'{"a": "' + b"x" * 50 + b'"}'
    assert lines_of(long[:20], long[20:] + b'\n{"a": 2}\n', limit_bytes=30) == [
        Line(1, 59, fault="the line is longer than 30 bytes"),
        Line(2, 8, {"a": 2}),
    ]


def test_a_line_over_the_limit_is_not_kept_in_memory() -> None:
    splitter = Splitter(limit_bytes=10)
    for _ in range(1000):
        splitter.feed(b"x" * 100)
    assert len(splitter._rest) <= 10


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_how_the_bytes_arrive_does_not_matter(content: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut <= len(content)), len(content)]
    pieces = [content[start:end] for start, end in pairwise(edges)]
    assert lines_of(*pieces, limit_bytes=20) == lines_of(content, limit_bytes=20)


async def test_a_stream_gives_each_line_as_soon_as_it_is_complete() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b'{"a"', b': 1}\n{"a": ', b"2}"):
            yield chunk

    numbers = [line.number async for line in read_lines(chunks(), Splitter())]
    assert numbers == [1, 2]
