"""Channels as the hub has them: what is kept, what was declared, and who listens."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from runtime.model.actor import Actor
from runtime.model.errors import Unavailable
from runtime.model.ports import StreamRequest
from runtime.model.specs import ChannelSpec, ProjectSpec
from runtime.realtime.backlog import Backlog, Policy
from runtime.realtime.built_in import declared, refusal_of
from runtime.realtime.channel import Channel
from runtime.realtime.counters import ChannelCounts, Samples
from runtime.realtime.scopes import Refusal, is_reserved, may_join

UNDECLARED_BUFFER: Final = 100
"""bufferSize of a channel that nobody declared: the default of declared ones."""

UNDECLARED_TTL_S: Final = 600.0
"""messageTTL of a channel that nobody declared, so that it goes away when it is not used."""

IDLE_KEPT_S: Final = 3600.0
"""How long the messages of one channel of a template without messageTTL (`user:{userId}`) are kept when nobody listens.
There may be as many as there are users; a plain declared channel keeps its messages for good."""

CHANNEL_LIMIT: Final = 100_000
"""How many channels may exist at once in a project. Each costs about a kilobyte beside its messages."""

UNDECLARED: Final = "(undeclared)"
"""What undeclared channels are counted under; no channel can be called so."""

REMEMBERED_CHANNELS: Final = 10_000
"""Of how many forgotten channels it is remembered how far they had come."""


class Listener(Protocol):
    """A stream, as a fan-out sees it: 0 or 1 for raw or chunked framing, and its transport's bound `write`."""

    lane: int
    write: Callable[[bytes], Any]


Roster = dict[Listener, Callable[[bytes], Any]]
"""Who is live on a channel, and each one's `write`. A dict for what a fan-out and a departure need: one list of its
values, and removal in one step."""


class Topic:
    """One channel of one hub.

    The rosters hold live subscribers only, [raw, chunked]: `solo` those who listen to nothing else, `multi` those who
    do. `keepers` are the backlogs of waiting readers that keep the oldest. `queued` counts published messages not yet
    in the channel's memory, `sent_at` is when the last one came there, `passed` counts those that were not kept.
    """

    __slots__ = ("channel", "keepers", "multi", "passed", "queued", "samples", "sent_at", "solo", "spec", "subscribers")

    def __init__(self, name: str, spec: ChannelSpec | None, *, now: float, forgotten_seq: int) -> None:
        self.channel = Channel(name, buffer_size=UNDECLARED_BUFFER, forgotten_seq=forgotten_seq)
        self.spec: ChannelSpec | None = None
        self.solo: tuple[Roster, Roster] = ({}, {})
        self.multi: tuple[Roster, Roster] = ({}, {})
        self.keepers: dict[Backlog, None] = {}
        self.subscribers = 0
        self.queued = 0
        self.passed = 0
        self.sent_at = now
        self.samples = Samples()
        self.declare(spec)

    @property
    def name(self) -> str:
        """The channel's name."""
        return self.channel.name

    @property
    def counted_as(self) -> str:
        """What it is counted under: the declaration's name, `user:{userId}` for all channels of that template."""
        return self.spec.name if self.spec else UNDECLARED

    @property
    def messages(self) -> int:
        """How many messages were sent here since the channel is known, those that were not kept among them."""
        return self.channel.head + self.passed

    def sample(self, now: float) -> None:
        """Note how far the counts of messages have come, before more are sent."""
        counts = self.channel.counts
        self.samples.take(self.messages, now)
        counts.samples.take(counts.messages, now)

    def declare(self, spec: ChannelSpec | None) -> None:
        """Take over a declaration, or its absence."""
        self.spec = spec
        if spec is None:
            self.channel.resize(buffer_size=UNDECLARED_BUFFER, message_ttl_s=UNDECLARED_TTL_S)
        else:
            self.channel.resize(buffer_size=spec.buffer_size, message_ttl_s=spec.message_ttl_s)

    def widen(self, options: StreamRequest) -> None:
        """Make room for what a stream asks to be kept.

        A declaration bounds the age of messages for everybody; where there is none, a stream may ask for older ones.
        """
        channel = self.channel
        size = max(channel.buffer_size, options.buffer_size or 0, options.last_n or 0)
        ttl_s = channel.message_ttl_s
        if self.spec is None and ttl_s is not None:
            ttl_s = max(ttl_s, options.message_ttl_s or 0.0)
        channel.resize(buffer_size=size, message_ttl_s=ttl_s)

    def pass_by(self, now: float) -> None:
        """Note a message that is not kept."""
        self.queued -= 1
        self.passed += 1
        self.sent_at = now
        self.channel.counts.messages += 1

    def record(self, seq: int, now: float, frame: bytes) -> None:
        """Put a message into the channel's memory, and into those of readers that keep the oldest."""
        self.queued -= 1
        self.sent_at = now
        self.channel.counts.messages += 1
        entry = self.channel.append(seq, now, frame)
        for backlog in tuple(self.keepers):
            if not backlog.keep(self.channel.head, entry):
                del self.keepers[backlog]

    def policy(self, options: StreamRequest | None) -> Policy:
        """Return what may wait for a stream: what it asked for, else the channel's own setting."""
        on_full = self.spec.on_full if self.spec else "drop-oldest"
        if options is None:
            return Policy(self.channel.buffer_size, on_full == "drop-newest")
        return Policy(
            options.buffer_size or self.channel.buffer_size,
            (options.on_full or on_full) == "drop-newest",
            options.message_ttl_s,
        )

    def fresh(self, options: StreamRequest | None, now: float) -> Backlog:
        """Return the backlog of a new subscriber."""
        last_n, max_age_s = (self.spec.last_n, self.spec.max_age_s) if self.spec else (0, None)
        if options is not None and options.last_n is not None:
            last_n = options.last_n
        if options is not None and options.max_age_s is not None:
            max_age_s = options.max_age_s
        return Backlog.fresh(self.channel, self.policy(options), now, last_n=last_n, max_age_s=max_age_s)

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing would be lost that anybody was promised if this channel were forgotten."""
        if self.subscribers or self.queued:
            return False
        self.channel.prune(now)
        if not len(self.channel):
            return True
        is_one_of_many = self.spec is None or self.spec.is_template
        return is_one_of_many and now - self.sent_at > IDLE_KEPT_S


class Topics:
    """All channels of one hub, made on demand and forgotten when idle.

    `counts` is what happened on them, by `Topic.counted_as`.
    """

    def __init__(self, spec: Callable[[], ProjectSpec], *, limit: int = CHANNEL_LIMIT) -> None:
        """`spec` returns the project as it is now."""
        self._spec = spec
        self._limit = limit
        self.counts: dict[str, ChannelCounts] = {}
        self._topics: dict[str, Topic] = {}
        self._gone: OrderedDict[str, int] = OrderedDict()
        self._forgotten_seq = 0
        self._round: Iterator[str] = iter(())

    def __len__(self) -> int:
        return len(self._topics)

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics.values())

    def get(self, name: str) -> Topic | None:
        """Return a channel that exists."""
        return self._topics.get(name)

    def spec_of(self, name: str) -> ChannelSpec | None:
        """Return the declaration that a name belongs to."""
        topic = self._topics.get(name)
        return topic.spec if topic is not None else declared(self._spec(), name)

    def refusal(self, name: str, actor: Actor) -> Refusal | None:
        """Return why an actor may not listen to a channel, as far as its scope says; None where they may."""
        if is_reserved(name):
            return refusal_of(self._spec(), name, actor)
        return may_join(self.spec_of(name), name, actor)

    def require_room(self, *names: str) -> None:
        """Raise Unavailable where channels do not exist, and with them there would be too many."""
        missing = sum(name not in self._topics for name in names)
        if missing and len(self._topics) + missing > self._limit:
            raise Unavailable(
                f"this project has {self._limit} channels with messages or subscribers, as many as it may; "
                "give channels a shorter messageTTL, or use fewer names",
                retry_after_s=60,
                code="too_many_channels",
            )

    def open(self, name: str, now: float) -> Topic:
        """Return a channel, made where it did not exist.

        Never refuses: what is committed is published. Who can still be refused asks `require_room` before.
        """
        topic = self._topics.get(name)
        if topic is None:
            forgotten_seq = self._gone.pop(name, self._forgotten_seq)
            topic = Topic(name, declared(self._spec(), name), now=now, forgotten_seq=forgotten_seq)
            self._count(topic)
            self._topics[name] = topic
        return topic

    def refresh(self) -> None:
        """Take over the declarations of the project as it is now."""
        spec = self._spec()
        for topic in self._topics.values():
            topic.declare(declared(spec, topic.name))
            self._count(topic)

    def subscribers(self) -> dict[str, int]:
        """Return how many subscriptions there are now, by what they are counted under."""
        sums = dict.fromkeys(self.counts, 0)
        for topic in self._topics.values():
            sums[topic.counted_as] += topic.subscribers
        return sums

    def sweep(self, now: float, most: int) -> None:
        """Look at the next `most` channels, round and round: drop expired messages, forget the idle."""
        for _ in range(min(most, len(self._topics))):
            name = next(self._round, None)
            if name is None:
                self._round = iter(tuple(self._topics))
                name = next(self._round, "")
            topic = self._topics.get(name)
            if topic is not None and topic.is_idle(now):
                del self._topics[name]
                self._remember(topic.channel)

    def _count(self, topic: Topic) -> None:
        topic.channel.counts = self.counts.setdefault(topic.counted_as, ChannelCounts())

    def _remember(self, channel: Channel) -> None:
        """Keep how far a forgotten channel had come: who comes back to it must hear of the gap."""
        if channel.last_seq == 0:
            return
        self._gone[channel.name] = channel.last_seq
        self._gone.move_to_end(channel.name)
        if len(self._gone) > REMEMBERED_CHANNELS:
            # From now on a gap is also told where there was none: rather that than one untold.
            self._forgotten_seq = max(self._forgotten_seq, self._gone.popitem(last=False)[1])
