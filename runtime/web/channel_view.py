"""Channels as admins see them: what is declared of each, and how it does now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from heapq import nsmallest
from typing import Any, Final, Protocol

from runtime.model.clock import Clock, timestamp
from runtime.model.specs import BoundHook, ChannelSpec
from runtime.realtime.built_in import BUILT_IN
from runtime.realtime.counters import ChannelCounts, Samples
from runtime.realtime.hub import Hub
from runtime.realtime.scopes import is_reserved
from runtime.realtime.topic import UNDECLARED_BUFFER, UNDECLARED_TTL_S, Topic

SHORT_S: Final = 10.0
LONG_S: Final = 60.0
"""Over how long rates are told."""


class _Sent(Protocol):
    """What has a number of messages that grows: a declaration's counts, or one channel."""

    @property
    def messages(self) -> int: ...

    @property
    def samples(self) -> Samples: ...


class _Losses(Protocol):
    """What knows what readers have missed: a declaration's counts, or one channel's memory."""

    @property
    def drops(self) -> int: ...

    @property
    def resets(self) -> int: ...


class ChannelView:
    """Looks at the channels of a hub, as they are at the moment it is made."""

    def __init__(self, hub: Hub, *, clock: Clock) -> None:
        self._hub = hub
        self._now = clock.monotonic()
        self._offset_s = clock.now() - self._now

    @cached_property
    def _topics(self) -> Mapping[str, Sequence[Topic]]:
        """The live channels by their declaration, "" for those that nobody declared: there may be 100,000."""
        found: dict[str, list[Topic]] = defaultdict(list)
        for topic in self._hub.topics:
            found[topic.spec.name if topic.spec else ""].append(topic)
        return found

    def channels(self, *, most: int) -> dict[str, Any]:
        """Return `{"items", "undeclared"}`: declared channels, built-in ones, the first undeclared ones by name.

        `undeclared` is how many there are of the last. A template has `instances`: `{"count", "items"}`, the first of
        its live channels by name. `most` bounds each of these lists.
        """
        specs = (*self._hub.spec.channels, *BUILT_IN)
        undeclared = self._topics.get("", ())
        others = [self._single(topic.name, None, topic) for topic in _first(undeclared, most)]
        return {"items": [self._declared(s, most=most) for s in specs] + others, "undeclared": len(undeclared)}

    def channel(self, name: str, *, most: int) -> dict[str, Any]:
        """Return one channel: a declared one, a template, or any that there is or could be."""
        for spec in (*self._hub.spec.channels, *BUILT_IN):
            if spec.name == name:
                return self._declared(spec, most=most)
        return self._single(name, self._hub.topics.spec_of(name), self._hub.topics.get(name))

    def _declared(self, spec: ChannelSpec, *, most: int) -> dict[str, Any]:
        counts = self._hub.topics.counts.get(spec.name, ChannelCounts())
        if spec.is_template:
            topics = self._topics.get(spec.name, ())
        else:
            topics = tuple(topic for topic in (self._hub.topics.get(spec.name),) if topic is not None)
        channel = {**_declaration(spec.name, spec), **self._numbers(topics, counts, counts), "present": counts.present}
        if spec.is_template:
            instances = [self._instance(topic) for topic in _first(topics, most)]
            channel["instances"] = {"count": len(topics), "items": instances}
        return channel

    def _single(self, name: str, spec: ChannelSpec | None, topic: Topic | None) -> dict[str, Any]:
        if topic is not None:
            return {**_declaration(name, spec), **self._instance(topic)}
        nothing = ChannelCounts()
        return {**_declaration(name, spec), **self._numbers([], nothing, nothing), "present": 0}

    def _instance(self, topic: Topic) -> dict[str, Any]:
        there = self._hub.present(topic.name)
        present = len(there["users"]) + there["anonymous"]
        return {"name": topic.name, **self._numbers([topic], topic, topic.channel), "present": present}

    def _numbers(self, topics: Sequence[Topic], sent: _Sent, losses: _Losses) -> dict[str, Any]:
        oldest = min((at for topic in topics if (at := topic.channel.oldest_at) is not None), default=None)
        return {
            "live": bool(topics),
            "subscribers": sum(topic.subscribers for topic in topics),
            "kept": sum(len(topic.channel) for topic in topics),
            "oldest": None if oldest is None else timestamp(self._offset_s + oldest),
            "messages": sent.messages,
            "rates": {
                "10s": round(sent.samples.rate(sent.messages, self._now, SHORT_S), 2),
                "60s": round(sent.samples.rate(sent.messages, self._now, LONG_S), 2),
            },
            "drops": losses.drops,
            "resets": losses.resets,
        }


def buffer_size(hub: Hub, channel: str) -> int:
    """Return how many messages a channel keeps at most, whether it exists now or not."""
    topic, spec = hub.topics.get(channel), hub.topics.spec_of(channel)
    if topic is not None:
        return topic.channel.buffer_size
    return spec.buffer_size if spec is not None else UNDECLARED_BUFFER


def _first(topics: Iterable[Topic], most: int) -> list[Topic]:
    return nsmallest(most, topics, key=lambda topic: topic.name)


def _declaration(name: str, spec: ChannelSpec | None) -> dict[str, Any]:
    """Return what is said of a channel; of one that nobody declared, what holds for all of these."""
    if spec is None:
        return {
            "name": name, "declared": False, "builtIn": is_reserved(name), "declaration": None, "source": None,
            "description": "", "scope": None, "events": None, "receive": [], "presence": False,
            "bufferSize": UNDECLARED_BUFFER, "messageTTL": UNDECLARED_TTL_S, "lastN": 0, "maxAge": None,
            "onFull": "drop-oldest", "hooks": {"subscribe": None, "leave": None},
        }  # fmt: skip
    built_in = is_reserved(spec.name)
    return {
        "name": name,
        "declared": True,
        "builtIn": built_in,
        "declaration": spec.name,
        "source": None if built_in else {"file": spec.source.file, "line": spec.source.line},
        "description": spec.description,
        "scope": spec.scope,
        "events": spec.events,
        "receive": [
            {"type": type, "schema": of.schema, "transient": of.transient, "hook": _named(of.hook)}
            for type, of in sorted(spec.receive.items())
        ],
        "presence": spec.presence,
        "bufferSize": spec.buffer_size,
        "messageTTL": spec.message_ttl_s,
        "lastN": spec.last_n,
        "maxAge": spec.max_age_s,
        "onFull": spec.on_full,
        "hooks": {"subscribe": _named(spec.subscribe), "leave": _named(spec.leave)},
    }


def _named(hook: BoundHook | None) -> str | None:
    return None if hook is None else str(hook.ref)
