"""The server's numbers, in the names that Prometheus users expect. Read from the parts at each scrape."""

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from runtime.realtime.counters import LATENCY_BOUNDS_S, Latency
from runtime.web.project import Project

METRICS: Final[web.AppKey[CollectorRegistry]] = web.AppKey("metrics", CollectorRegistry)

_STREAM_COUNTERS: Final = {
    "sse_streams": ("connections", "Event streams that were opened"),
    "sse_events_sent": ("events", "Frames handed to transports: one for each message and subscriber"),
    "sse_bytes_sent": ("sent_bytes", "Bytes handed to transports"),
    "sse_send_timeouts": ("send_timeouts", "Readers cut off because they had stopped reading"),
    "sse_refused": ("refused", "Streams for which there was no room"),
    "redis_publish_errors": ("publish_errors", "Messages that the broker could not bring to other nodes"),
}

_CHANNEL_COUNTERS: Final = {
    "sse_messages": ("messages", "Messages that were sent"),
    "sse_drops": ("drops", "Messages that a slow reader did not get"),
    "sse_replays": ("replays", "Messages from the buffer, to clients that came back, are new, or were slow"),
    "sse_resets": ("resets", "Gaps that clients were told of"),
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
        yield from self._runs()
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
        yield from self._channels()
        latency = HistogramMetricFamily(
            "sse_publish_to_write_seconds",
            "From publishing a message until it was written to everyone who was live",
            labels=["namespace"],
        )
        for namespace, project in self._projects.items():
            latency.add_metric([namespace], *_buckets(project.hub.counters.latency))
        yield latency

    def _channels(self) -> Iterator[Metric]:
        """Yield what there is for each declared channel: never for a live name, of which there may be any number."""
        labels = ["namespace", "channel"]
        counters = {
            name: CounterMetricFamily(name, text, labels=labels) for name, (_, text) in _CHANNEL_COUNTERS.items()
        }
        subscribers = GaugeMetricFamily("sse_subscribers", "Subscriptions of open streams", labels=labels)
        presence = GaugeMetricFamily("sse_presence", "Users who are present", labels=labels)
        for namespace, project in self._projects.items():
            topics = project.hub.topics
            listening = topics.subscribers()
            for channel, counts in topics.counts.items():
                for name, (counter, _) in _CHANNEL_COUNTERS.items():
                    counters[name].add_metric([namespace, channel], getattr(counts, counter))
                subscribers.add_metric([namespace, channel], listening[channel])
                presence.add_metric([namespace, channel], counts.present)
        yield from (*counters.values(), subscribers, presence)

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

    def _runs(self) -> Iterator[Metric]:
        labels = ["namespace", "job"]
        ended = CounterMetricFamily("job_runs_ended", "Runs that have come to an end here", labels=[*labels, "state"])
        failures = CounterMetricFamily(
            "job_run_failures", "Attempts that ended with an error, tried again or not", labels=labels
        )
        durations = SummaryMetricFamily("job_run_duration_seconds", "How long attempts took", labels=labels)
        lateness = SummaryMetricFamily(
            "job_run_lateness_seconds", "How much later than due runs were begun", labels=labels
        )
        takeovers = CounterMetricFamily(
            "job_lease_takeovers", "Runs taken over from processes that had died", labels=["namespace"]
        )
        for namespace, project in self._projects.items():
            counts = project.worker.counts
            takeovers.add_metric([namespace], counts.takeovers)
            for job, of in counts.jobs.items():
                for state, count in of.ended.items():
                    ended.add_metric([namespace, job, state], count)
                failures.add_metric([namespace, job], of.failures)
                durations.add_metric([namespace, job], of.attempts, of.duration_s)
                lateness.add_metric([namespace, job], of.begun, of.lateness_s)
        yield from (ended, failures, durations, lateness, takeovers)
        yield self._gauge("job_runs_executing", "Runs of jobs that this process executes", lambda p: p.worker.busy)
        yield self._gauge(
            "job_runs_queued",
            "Runs that wait in the ledger, as of at most ten seconds ago",
            lambda p: p.worker.counts.waiting,
        )

    def _gauge(self, name: str, text: str, value: Callable[[Project], float]) -> Metric:
        family = GaugeMetricFamily(name, text, labels=["namespace"])
        for namespace, project in self._projects.items():
            family.add_metric([namespace], value(project))
        return family


def _buckets(latency: Latency) -> tuple[list[tuple[str, float]], float]:
    """Return a histogram as Prometheus has it, each bucket with all that is in the smaller ones; and its sum."""
    names = [*map(str, LATENCY_BOUNDS_S), "+Inf"]
    return list(zip(names, accumulate(latency.counts), strict=True)), latency.total_s
