"""What Prometheus is told, in its own format."""

from pathlib import Path
from types import SimpleNamespace

from prometheus_client import generate_latest

from runtime.model.actor import PUBLIC
from runtime.model.clock import SystemClock
from runtime.model.problem import Source
from runtime.model.specs import ChannelSpec, ProjectSpec
from runtime.realtime.hub import Hub
from runtime.realtime.subscriber import Join
from runtime.web.metrics import metrics_of

ROOMS = ChannelSpec(name="room:{id}", description="", source=Source("config.yml"), scope="public")
SPEC = ProjectSpec(folder=Path("/nowhere"), namespace="n", storage="sqlite::memory:", channels=(ROOMS,))


async def test_the_numbers_of_streams_are_told_by_declaration():
    hub = Hub(lambda: SPEC, clock=SystemClock(), epoch="test")
    project = SimpleNamespace(
        hub=hub,
        worker=SimpleNamespace(busy=0, counts=SimpleNamespace(takeovers=0, waiting=0, jobs={})),
        registry=SimpleNamespace(problems=()),
        caller=SimpleNamespace(stats={}, abandoned_threads=0),
        watchdog=SimpleNamespace(blocks={}),
    )
    hub.admit(Join(PUBLIC, ("room:1", "room:2")))
    hub.publish([hub.prepare(f"room:{n}", {"type": "t"}) for n in (1, 2, 3)])
    await hub.settled()
    hub.topics.counts["room:{id}"].present = 7
    told = generate_latest(metrics_of({"n": project})).decode().splitlines()
    await hub.close(drain_s=0)
    assert {
        'sse_connections_total{namespace="n"} 1.0',
        'sse_channels_total{namespace="n"} 3.0',
        'sse_streams_total{namespace="n"} 1.0',
        'sse_events_sent_total{namespace="n"} 0.0',
        'redis_publish_errors_total{namespace="n"} 0.0',
        'sse_subscribers{channel="room:{id}",namespace="n"} 2.0',
        'sse_messages_total{channel="room:{id}",namespace="n"} 3.0',
        'sse_presence{channel="room:{id}",namespace="n"} 7.0',
        'sse_publish_to_write_seconds_bucket{le="+Inf",namespace="n"} 3.0',
        'sse_publish_to_write_seconds_count{namespace="n"} 3.0',
    } <= set(told)
    assert not any("room:1" in line for line in told)
