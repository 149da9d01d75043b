"""What tests of the web floor share."""

import pytest


class MovableClock:
    """A clock that is moved by hand: `clock.seconds += 10`."""

    def __init__(self):
        self.seconds = 1_768_473_000.0

    def now(self):
        return self.seconds

    def monotonic(self):
        return self.seconds


@pytest.fixture
def clock():
    return MovableClock()
