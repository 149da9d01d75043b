"""What waits for one reader of one channel, under each policy, literally."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.realtime.backlog import PIECE_BYTES, Backlog, Policy, pieces
from runtime.realtime.channel import Channel, Gap
from runtime.realtime.counters import Counters

OLDEST = Policy(limit=3, keeps_oldest=True)
NEWEST = Policy(limit=3)


class Waiting:
    """A channel with room for three and one reader who stopped after message 1."""

    def __init__(self, policy, *, ttl=None, buffer_size=3):
        self.channel = Channel("c", buffer_size=buffer_size, message_ttl_s=ttl)
        self.channel.append(1, 0.0, b"1")
        self.backlog = Backlog(self.channel, 1, policy)
        self.wants_more = self.backlog.hold()

    def publish(self, *seqs, at=0.0):
        for seq in seqs:
            entry = self.channel.append(seq, at, b"%d" % seq)
            if self.wants_more:
                self.wants_more = self.backlog.keep(self.channel.head, entry)

    def read(self, most=None, *, now=0.0):
        """Take what waits, or the first few of it: frames as numbers, gaps as (reason, missed, seq)."""
        told = []
        for item in self.backlog.items(now):
            if len(told) == most:
                break
            self.backlog.sent(item)
            gap = item.content if isinstance(item.content, Gap) else None
            told.append((gap.reason, gap.missed, item.seq) if gap else int(item.content))
        return told

    def hold_again(self):
        self.wants_more = self.backlog.hold()


def test_drop_oldest_keeps_the_last_and_says_before_them_how_many_are_missing():
    waiting = Waiting(NEWEST)
    waiting.publish(2, 3, 4, 5, 6, 7, 8)
    assert waiting.read() == [("slow", 4, 5), 6, 7, 8]


def test_drop_newest_keeps_the_first_and_says_after_them_how_many_are_missing():
    waiting = Waiting(OLDEST)
    waiting.publish(2, 3, 4, 5, 6, 7, 8)
    assert waiting.read() == [2, 3, 4, ("slow", 4, 8)]


@pytest.mark.parametrize("policy", [OLDEST, NEWEST])
def test_what_fits_is_not_dropped(policy):
    waiting = Waiting(policy)
    waiting.publish(2, 3, 4)
    assert waiting.read() == [2, 3, 4]


@pytest.mark.parametrize("policy", [OLDEST, NEWEST])
def test_what_was_read_does_not_come_again(policy):
    waiting = Waiting(policy)
    waiting.publish(2, 3)
    assert waiting.read() == [2, 3]
    assert waiting.read() == []


def test_a_reader_that_pauses_again_keeps_its_first_ones_and_has_room_for_as_many_as_it_read():
    waiting = Waiting(OLDEST)
    waiting.publish(2, 3, 4)
    assert waiting.read(2) == [2, 3]
    waiting.hold_again()
    waiting.publish(5, 6, 7, 8)
    assert waiting.read() == [4, 5, 6, ("slow", 2, 8)]


def test_after_a_hole_nothing_is_kept_until_the_hole_was_told():
    waiting = Waiting(OLDEST)
    waiting.publish(2, 3, 4, 5)
    assert waiting.read(2) == [2, 3]
    waiting.hold_again()
    assert not waiting.wants_more
    waiting.publish(6)
    assert waiting.read() == [4, ("slow", 2, 6)]
    waiting.hold_again()
    waiting.publish(7)
    assert waiting.read() == [7]


def test_a_reader_that_pauses_while_it_is_caught_up_keeps_what_the_ring_drops_later():
    waiting = Waiting(OLDEST)
    waiting.backlog = Backlog(waiting.channel, 0, OLDEST)
    waiting.hold_again()
    waiting.publish(2, 3, 4, 5)
    assert waiting.read() == [1, 2, 3, ("slow", 2, 5)]


def test_a_smaller_limit_than_the_channels_holds_for_this_reader():
    waiting = Waiting(Policy(limit=2), buffer_size=10)
    waiting.publish(2, 3, 4, 5)
    assert waiting.read() == [("slow", 2, 3), 4, 5]


@pytest.mark.parametrize(
    ("policy", "told"),
    [(OLDEST, [("slow", 2, 3), 4]), (NEWEST, [("slow", 2, 3), 4])],
)
def test_what_got_too_old_while_it_waited_is_missed(policy, told):
    waiting = Waiting(policy, ttl=60.0)
    waiting.publish(2, 3, at=0.0)
    waiting.publish(4, at=30.0)
    assert waiting.read(now=61.0) == told


def test_a_reader_may_want_nothing_as_old_as_the_channel_keeps():
    waiting = Waiting(Policy(limit=3, ttl_s=10.0), ttl=60.0)
    waiting.publish(2, 3, at=0.0)
    waiting.publish(4, at=30.0)
    assert waiting.read(now=31.0) == [("slow", 2, 3), 4]


def resumed(channel, seq, policy=NEWEST, now=0.0):
    waiting = Waiting.__new__(Waiting)
    waiting.channel, waiting.backlog = channel, Backlog.resume(channel, seq, policy, now)
    return waiting


def numbered(*seqs, buffer_size=3):
    channel = Channel("c", buffer_size=buffer_size)
    for seq in seqs:
        channel.append(seq, 0.0, b"%d" % seq)
    return channel


def test_a_resuming_reader_gets_exactly_what_it_missed():
    waiting = resumed(numbered(2, 4, 6, 8), 4)
    assert waiting.backlog.gap is None
    assert waiting.read() == [6, 8]


def test_a_resuming_reader_that_was_away_too_long_is_told_first():
    waiting = resumed(numbered(2, 4, 6, 8, 10), 1)
    assert waiting.backlog.gap == Gap("evicted", 2)
    assert waiting.read() == [("evicted", 2, 4), 6, 8, 10]
    assert waiting.backlog.gap is None


def test_a_resuming_reader_that_wants_less_is_told_of_the_difference():
    assert resumed(numbered(2, 4, 6, 8, 10), 1, Policy(limit=2)).read() == [("evicted", 3, 6), 8, 10]
    assert resumed(numbered(2, 4, 6), 2, Policy(limit=1)).read() == [("evicted", 1, 4), 6]
    assert resumed(numbered(2, 4, 6), 2, Policy(limit=3, ttl_s=5.0), now=9.0).read() == [("expired", 2, 6)]


def test_an_unknown_reader_gets_all_that_is_kept_after_a_reset_of_unknown_size():
    waiting = resumed(numbered(2, 4, 6, 8), 0)
    waiting.backlog = Backlog.restart(waiting.channel, NEWEST, 0.0)
    assert waiting.read() == [("epoch", None, 2), 4, 6, 8]


def test_a_fresh_reader_misses_nothing():
    waiting = resumed(numbered(2, 4, 6, 8), 0)
    waiting.backlog = Backlog.fresh(waiting.channel, NEWEST, 0.0, last_n=2, max_age_s=None)
    assert waiting.read() == [6, 8]


def told(raw):
    return raw.decode().split()


def reset(channel, gap, seq):
    return f"reset:{channel}:{gap.reason}:{gap.missed}@{seq} ".encode()


def test_several_channels_come_in_the_order_of_the_project():
    a, b, counters = numbered(), numbered(), Counters()
    for seq, channel in [(1, a), (2, b), (3, a), (4, a), (5, b), (6, a), (7, a)]:
        channel.append(seq, 0.0, b"%d " % seq)
    backlogs = [Backlog.resume(a, 1, NEWEST, 0.0), Backlog.resume(b, 1, NEWEST, 0.0)]
    [piece] = pieces(backlogs, 0.0, counters, reset)
    assert told(piece) == ["2", "reset:c:evicted:1@3", "4", "5", "6", "7"]
    assert (a.counts.replays, a.counts.resets, b.counts.replays, b.counts.resets) == (3, 1, 2, 0)
    assert (a.counts.drops, b.counts.drops, counters.events) == (0, 0, 6)


def test_pieces_are_bounded_and_can_be_stopped_after_any():
    channel, counters = Channel("c", buffer_size=10), Counters()
    for seq in range(1, 7):
        channel.append(seq, 0.0, b"x" * (PIECE_BYTES // 2))
    backlog = Backlog.resume(channel, 0, Policy(10), 0.0)
    first = next(pieces([backlog], 0.0, counters, reset))
    assert len(first) == PIECE_BYTES
    assert backlog.mark == 2
    assert [len(piece) for piece in pieces([backlog], 0.0, counters, reset)] == [PIECE_BYTES, PIECE_BYTES]
    assert list(pieces([backlog], 0.0, counters, reset)) == []


def test_what_a_slow_reader_missed_is_counted_as_dropped():
    waiting, counters = Waiting(NEWEST), Counters()
    waiting.publish(2, 3, 4, 5, 6)
    list(pieces([waiting.backlog], 0.0, counters, reset))
    counts = waiting.backlog.channel.counts
    assert (counts.drops, counts.replays) == (2, 3)


events = st.lists(st.one_of(st.integers(1, 6), st.just("read one"), st.just("read all")), max_size=40)


@given(events, st.integers(1, 5), st.booleans())
def test_a_slow_reader_gets_everything_once_in_order_or_is_told_how_much_not(events, limit, keeps_oldest):
    channel = Channel("c", buffer_size=limit)
    backlog = Backlog(channel, 0, Policy(limit, keeps_oldest))
    keen, seq, got, missed, ids = backlog.hold(), 0, [], 0, []
    for event in [*events, "read all"]:
        if isinstance(event, int):
            for _ in range(event):
                seq += 1
                entry = channel.append(seq, 0.0, b"%d" % seq)
                keen = keen and backlog.keep(channel.head, entry)
            continue
        for item in backlog.items(0.0):
            backlog.sent(item)
            ids.append(item.seq)
            if isinstance(item.content, Gap):
                missed += item.content.missed
            else:
                got.append(int(item.content))
            if event == "read one":
                break
        keen = backlog.hold()
    assert got == sorted(set(got))
    assert ids == sorted(set(ids))
    assert len(got) + missed == seq
