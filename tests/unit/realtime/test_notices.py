"""What admins are told of hooks and reloads."""

import json

import pytest
import structlog
from structlog.testing import LogCapture

from runtime.hooks.stats import FailureNote
from runtime.model.errors import TooLarge
from runtime.realtime.notices import Notices


@pytest.fixture
def log():
    return LogCapture()


@pytest.fixture
def notices(world, log):
    logger = structlog.wrap_logger(None, processors=[log], wrapper_class=structlog.stdlib.BoundLogger)
    return Notices(world.hub, clock=world.clock, log=logger)


def note(incident, error="ValueError: no"):
    return FailureNote(1.0, incident, error, "hooks/a.py", 2, "")


async def told(world, channel):
    """Return what was said on a channel, without its envelope."""
    await world.hub.settled()
    topic = world.hub.topics.get(channel)
    frames = [entry.frame.decode() for _, entry in topic.channel.entries(0)]
    bodies = [json.loads(frame.partition("data: ")[2]) for frame in frames]
    return [{key: value for key, value in body.items() if key not in ("channel", "timestamp")} for body in bodies]


async def test_reloads_are_told_to_all_and_problems_to_admins(world, notices):
    notices.reloaded(3)
    notices.problems(2)
    notices.problems(0)
    assert await told(world, "_project") == [{"type": "reloaded", "edition": 3}]
    assert await told(world, "_hooks") == [{"type": "problems", "count": 2}, {"type": "problems", "count": 0}]


async def test_at_most_five_failures_are_told_in_a_second(world, notices):
    for n in range(8):
        notices.failed("hooks/a.py:hook", note(f"i{n}"))
    world.clock.advance(1.0)
    notices.failed("hooks/a.py:hook", note("later"))
    said = await told(world, "_hooks")
    assert [message["incident"] for message in said] == ["i0", "i1", "i2", "i3", "i4", "later"]
    assert said[0] == {"type": "failed", "hook": "hooks/a.py:hook", "incident": "i0", "error": "ValueError: no"}


async def test_a_long_error_is_cut(world, notices):
    notices.failed("hooks/a.py:hook", note("i", "x" * 5000))
    assert len((await told(world, "_hooks"))[0]["error"]) == 200


async def test_what_cannot_be_sent_is_logged_and_stops_nobody(world, notices, log, monkeypatch):
    def refuse(channel, message):
        raise TooLarge("too large")

    monkeypatch.setattr(world.hub, "say", refuse)
    notices.problems(1)
    assert [(entry["event"], entry["channel"]) for entry in log.entries] == [("notice_not_sent", "_hooks")]
