"""One timer for many items."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.realtime.wheel import Wheel


def test_an_item_is_due_at_its_time_and_not_before():
    wheel = Wheel(0.5)
    wheel.set("a", 10.0)
    wheel.set("b", 10.1)
    assert wheel.take_due(9.99) == []
    assert wheel.take_due(10.0) == ["a"]
    assert wheel.take_due(10.49) == []
    assert wheel.take_due(10.5) == ["b"]
    assert len(wheel) == 0


def test_the_last_time_set_counts():
    wheel = Wheel(1.0)
    wheel.set("a", 5.0)
    wheel.set("a", 9.0)
    assert wheel.take_due(8.0) == []
    wheel.set("a", 2.0)
    assert wheel.take_due(8.0) == ["a"]
    assert wheel.take_due(99.0) == []


def test_a_cleared_item_is_forgotten():
    wheel = Wheel(1.0)
    wheel.set("a", 5.0)
    wheel.clear("a")
    wheel.clear("unknown")
    assert wheel.take_due(9.0) == []


def test_after_a_long_sleep_the_earliest_come_first():
    wheel = Wheel(1.0)
    for name, at in [("c", 3000.0), ("a", 1.0), ("b", 200.0), ("d", 1e6)]:
        wheel.set(name, at)
    assert wheel.take_due(5000.0) == ["a", "b", "c"]


times = st.floats(0, 100, allow_nan=False)


@given(st.dictionaries(st.integers(), times), times)
def test_items_are_never_early_and_at_most_one_slot_late(due_at, now):
    wheel = Wheel(0.5)
    for item, at in due_at.items():
        wheel.set(item, at)
    due = set(wheel.take_due(now))
    assert all(due_at[item] <= now for item in due)
    assert all(at > now - 0.5 for item, at in due_at.items() if item not in due)
