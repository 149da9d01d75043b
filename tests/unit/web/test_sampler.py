"""Samples of how a project does: what has happened in between, an hour of them, and to whom they are told."""

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import structlog
import structlog.testing

from runtime.model.clock import SystemClock
from runtime.model.specs import ProjectSpec
from runtime.realtime.hub import Hub
from runtime.web.request_counts import RequestCounts
from runtime.web.sampler import KEPT, Sampler

SPEC = ProjectSpec(folder=Path("/nowhere"), namespace="n", storage="sqlite::memory:")


@pytest.fixture
async def hub(clock):
    hub = Hub(lambda: SPEC, clock=clock, epoch="test")
    yield hub
    await hub.close(drain_s=0)


@pytest.fixture
def requests():
    return RequestCounts()


@pytest.fixture
def worker():
    return SimpleNamespace(busy=2, counts=SimpleNamespace(waiting=7))


@pytest.fixture
async def sampler(hub, worker, requests, clock):
    return Sampler(hub, worker, requests, clock=clock, log=structlog.get_logger())


def test_a_sample_tells_what_happened_since_the_one_before(sampler, requests, hub, clock):
    for _ in range(20):
        requests.observe(200, 0.004)
    requests.observe(500, 0.004)
    hub.counters.events += 50
    clock.seconds += 10
    sample = sampler.now()
    assert (sample.at, sample.seconds, sample.requests) == ("2026-01-15T10:30:10.000Z", 10.0, 2.1)
    assert (sample.errors, sample.statuses, sample.events) == (1, {"2xx": 20, "5xx": 1}, 5.0)
    assert sample.p50 == pytest.approx(4, rel=0.13)
    assert (sample.runs, sample.waiting, sample.connections, sample.drops) == (2, 7, 0, 0)


def test_every_second_sample_is_kept_and_begins_where_the_last_kept_one_ended(sampler, requests, clock):
    for number in range(4):
        requests.observe(200 if number < 2 else 404, 0.004)
        clock.seconds += 5
        sampler.tick()
    assert [sample.seconds for sample in sampler.history] == [10.0, 10.0]
    assert [sample.statuses for sample in sampler.history] == [{"2xx": 2}, {"4xx": 2}]


def test_an_hour_is_kept_and_no_more(sampler, clock):
    for _ in range(2 * (KEPT + 5)):
        clock.seconds += 5
        sampler.tick()
    assert len(sampler.history) == 360
    first, last = sampler.history[0].at, sampler.history[-1].at
    assert (first, last) == ("2026-01-15T10:31:00.000Z", "2026-01-15T11:30:50.000Z")


def test_samples_are_told_only_where_somebody_listens(sampler, hub, clock, monkeypatch):
    told = []
    monkeypatch.setattr(hub, "say", lambda channel, message, *, transient: told.append((channel, message, transient)))
    sampler.tick()
    assert told == []
    monkeypatch.setattr(hub, "is_heard", lambda channel: channel == "_system")
    clock.seconds += 5
    sampler.tick()
    ((channel, message, transient),) = told
    assert (channel, message["type"], message["seconds"], transient) == ("_system", "sample", 5.0, True)
    assert message["loopLag"] is None


async def test_a_loop_that_is_blocked_is_late(hub, worker, requests):
    sampler = Sampler(hub, worker, requests, clock=SystemClock(), log=structlog.get_logger())
    async with sampler.running():
        assert sampler.now().loop_lag is None
        time.sleep(0.3)
        while (lag := sampler.now().loop_lag) is None:
            await asyncio.sleep(0)  # and not longer, so that it is the first sign of life alone
    assert lag >= 190


async def test_a_sample_that_fails_does_not_end_sampling(sampler, monkeypatch):
    """The task goes on: what it does is tried again at the next time."""
    taken = []
    monkeypatch.setattr("runtime.web.sampler.SAMPLE_S", 0.001)

    def tick():
        taken.append(1)
        raise RuntimeError("a bug")

    monkeypatch.setattr(sampler, "tick", tick)
    with structlog.testing.capture_logs():
        async with sampler.running():
            while len(taken) < 3:
                await asyncio.sleep(0.001)
    assert len(taken) >= 3
