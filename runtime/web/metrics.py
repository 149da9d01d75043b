"""The server's numbers, in the names that Prometheus users expect. Read from the parts at each scrape."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from runtime.web.project import Project

METRICS: Final[web.AppKey[CollectorRegistry]] = web.AppKey("metrics", CollectorRegistry)

_STREAM_COUNTERS: Final = {
    "sse_streams": ("connections", "Event streams that were opened"),
    "sse_messages": ("messages", "Messages that were published"),
    "sse_events_sent": ("events", "Frames handed to transports: one for each message and subscriber"),
    "sse_bytes_sent": ("sent_bytes", "Bytes handed to transports"),
    "sse_drops": ("drops", "Messages that a slow reader did not get"),
    "sse_replays": ("replays", "Messages sent again to a client that came back"),
    "sse_resets": ("resets", "Gaps that clients were told of"),
    "sse_send_timeouts": ("send_timeouts", "Readers cut off because they had stopped reading"),
    "sse_refused": ("refused", "Streams for which there was no room"),
}


def metrics_of(projects: Mapping[str, Project]) -> CollectorRegistry:
    """Return the registry of a server's numbers, labelled by the namespaces of its projects."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(projects))
    return registry


class _Numbers(Collector):
    def __init__(self, projects: Mapping[str, Project]) -> None:
        self._projects = projects

    def collect(self) -> Iterator[Metric]:
        """Yield every metric as it is now."""
        yield from self._streams()
        yield from self._hooks()
        yield self._gauge("job_runs_executing", "Runs of jobs that this process executes", lambda p: p.worker.busy)
        yield self._gauge(
            "reload_problems", "Problems that keep the last reload from being used", lambda p: len(p.registry.problems)
        )

    def _streams(self) -> Iterator[Metric]:
        yield self._gauge("sse_connections_total", "Event streams that are open now", lambda p: p.hub.connections)
        yield self._gauge("sse_channels_total", "Channels that exist now", lambda p: len(p.hub.topics))
        for name, (counter, text) in _STREAM_COUNTERS.items():
            family = CounterMetricFamily(name, text, labels=["namespace"])
            for namespace, project in self._projects.items():
                family.add_metric([namespace], getattr(project.hub.counters, counter))
            yield family

    def _hooks(self) -> Iterator[Metric]:
        labels = ["namespace", "hook"]
        durations = SummaryMetricFamily("hook_duration_seconds", "How long hooks and jobs took", labels=labels)
        failures = CounterMetricFamily("hook_failures", "Errors that were the hook's own", labels=labels)
        timeouts = CounterMetricFamily("hook_timeouts", "Calls over their time limit", labels=labels)
        blocks = CounterMetricFamily("hook_loop_blocks", "Times that a hook blocked the event loop", labels=labels)
        for namespace, project in self._projects.items():
            for name, stats in project.caller.stats.items():
                durations.add_metric([namespace, name], stats.calls, stats.total_s)
                failures.add_metric([namespace, name], stats.failures)
                timeouts.add_metric([namespace, name], stats.timeouts)
            for name, count in project.watchdog.blocks.items():
                blocks.add_metric([namespace, name], count)
        yield from (durations, failures, timeouts, blocks)
        yield self._gauge(
            "hook_threads_abandoned",
            "Threads with a hook that does not come back",
            lambda p: p.caller.abandoned_threads,
        )

    def _gauge(self, name: str, text: str, value: Callable[[Project], float]) -> Metric:
        family = GaugeMetricFamily(name, text, labels=["namespace"])
        for namespace, project in self._projects.items():
            family.add_metric([namespace], value(project))
        return family
