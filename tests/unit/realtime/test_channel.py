"""What a channel remembers, and what it says of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.realtime.channel import REMEMBERED, Channel, Gap


def filled(*seqs, buffer_size=3, ttl=None, at=0.0):
    channel = Channel("c", buffer_size=buffer_size, message_ttl_s=ttl)
    for seq in seqs:
        channel.append(seq, at, b"%d" % seq)
    return channel


def frames(channel, mark):
    return [entry.frame for _, entry in channel.entries(mark)]


def test_the_newest_are_kept():
    channel = filled(2, 3, 5, 7, 11)
    assert frames(channel, 0) == [b"5", b"7", b"11"]
    assert (channel.head, channel.tail, channel.last_seq, channel.lost_seq) == (5, 2, 11, 3)


@pytest.mark.parametrize(
    ("seq", "replayed", "gap"),
    [
        (11, [], None),
        (10, [b"11"], None),
        (7, [b"11"], None),
        (6, [b"7", b"11"], None),
        (4, [b"5", b"7", b"11"], None),
        (3, [b"5", b"7", b"11"], None),  # exactly the newest one that was dropped
        (2, [b"5", b"7", b"11"], Gap("evicted", 1)),
        (1, [b"5", b"7", b"11"], Gap("evicted", 2)),
        (0, [b"5", b"7", b"11"], Gap("evicted", 2)),
    ],
)
def test_a_gap_exists_exactly_if_a_later_message_was_dropped(seq, replayed, gap):
    channel = filled(2, 3, 5, 7, 11)
    mark, found = channel.since(seq, now=0.0)
    assert (frames(channel, mark), found) == (replayed, gap)


def test_messages_over_their_age_are_dropped_and_counted():
    channel = Channel("c", buffer_size=10, message_ttl_s=60.0)
    for seq, at in [(1, 0.0), (2, 30.0), (3, 60.0)]:
        channel.append(seq, at, b"%d" % seq)
    assert channel.since(0, now=60.0) == (0, None)  # as old as it may be
    assert channel.since(0, now=60.5) == (1, Gap("expired", 1))
    assert channel.since(1, now=60.5) == (1, None)
    assert channel.since(0, now=500.0) == (3, Gap("expired", 3))
    assert len(channel) == 0


def test_the_newest_loss_names_the_reason():
    channel = filled(1, 2, 3, 4, ttl=60.0)
    assert channel.since(0, now=0.0)[1] == Gap("evicted", 1)
    assert channel.since(0, now=61.0)[1] == Gap("expired", 4)


@pytest.mark.parametrize(
    ("last_n", "max_age", "expected"),
    [
        (0, None, []),
        (2, None, [b"4", b"5"]),
        (9, None, [b"3", b"4", b"5"]),
        (9, 5.0, [b"4", b"5"]),
        (1, 5.0, [b"5"]),
        (9, 0.0, [b"5"]),
    ],
)
def test_a_fresh_reader_gets_the_last_few_that_are_young_enough(last_n, max_age, expected):
    channel = Channel("c", buffer_size=3)
    for seq in range(1, 6):
        channel.append(seq, float(seq * 5), b"%d" % seq)
    assert frames(channel, channel.recent(last_n, max_age, now=25.0)) == expected


def test_a_channel_without_room_keeps_nothing_and_knows_it():
    channel = filled(1, 2, buffer_size=0)
    assert channel.since(1, now=0.0) == (2, Gap("evicted", 1))
    assert channel.since(2, now=0.0) == (2, None)


def test_what_was_forgotten_with_an_earlier_channel_is_a_gap_of_unknown_size():
    channel = Channel("c", buffer_size=3, forgotten_seq=40)
    channel.append(50, 0.0, b"50")
    assert channel.since(39, now=0.0) == (0, Gap("expired", None))
    assert channel.since(40, now=0.0) == (0, None)


def test_gaps_are_counted_as_far_as_numbers_are_remembered():
    total = 2 * REMEMBERED + 3
    channel = filled(*range(1, total + 1))
    dropped = total - 3
    assert channel.since(dropped - REMEMBERED, now=0.0)[1] == Gap("evicted", REMEMBERED)
    assert channel.since(dropped - REMEMBERED - 1, now=0.0)[1] == Gap("evicted", None)
    assert channel.since(dropped - 1, now=0.0)[1] == Gap("evicted", 1)


def test_a_smaller_ring_drops_at_once_and_a_shorter_life_at_the_next_look():
    channel = filled(1, 2, 3)
    channel.resize(buffer_size=2, message_ttl_s=10.0)
    assert frames(channel, 0) == [b"2", b"3"]
    assert channel.since(0, now=11.0)[1] == Gap("expired", 3)


def test_an_ordinal_knows_its_number():
    channel = filled(2, 3, 5, 7, 11)
    assert [channel.seq_at(ordinal) for ordinal in (1, 2, 3, 4, 5)] == [3, 3, 5, 7, 11]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("message"), st.integers(1, 4)),  # how far the project's sequence goes on
        st.tuples(st.just("time"), st.floats(0, 40, allow_nan=False)),
    ),
    max_size=60,
)


@given(steps, st.integers(0, 6), st.one_of(st.none(), st.just(50.0)), st.integers(0, 200))
def test_replay_agrees_with_a_model_that_remembers_everything(steps, buffer_size, ttl, since):
    channel = Channel("c", buffer_size=buffer_size, message_ttl_s=ttl)
    every, seq, now = [], 0, 0.0
    for what, amount in steps:
        if what == "time":
            now += amount
            continue
        seq += amount
        every.append((seq, now))
        channel.append(seq, now, b"%d" % seq)
    mark, gap = channel.since(since, now)

    # The model: the newest `buffer_size`, and of these what is not too old.
    kept = [(s, at) for s, at in every[max(0, len(every) - buffer_size) :] if ttl is None or now - at <= ttl]
    wanted = [s for s, _ in every if s > since]
    available = [s for s, _ in kept if s > since]
    assert frames(channel, mark) == [b"%d" % s for s in available]
    missed = len(wanted) - len(available)
    assert (gap is not None) == (missed > 0)
    if gap is not None:
        assert gap.missed == missed
