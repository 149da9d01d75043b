"""Tells those who listen which documents have changed, each audience what it may see of that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from runtime.documents.audience import Audience, audience_channel
from runtime.model.actor import Actor
from runtime.model.change import Change
from runtime.model.specs import ProjectSpec
from runtime.realtime.built_in import DOCUMENTS
from runtime.realtime.evaluations import Evaluations, Hear
from runtime.realtime.scopes import is_reserved
from runtime.realtime.topic import Topics

FEWEST_SWEPT: Final = 64
"""How many audiences a collection may have before those that have gone are looked for."""


class Audiences:
    """The audiences that are listening, and the changes that they have still to be told of.

    An audience is one evaluation and one message for each change, however many streams it has. Nothing is done for
    collections that nobody listens to. Belongs to one event loop; not thread-safe.
    """

    def __init__(
        self, topics: Topics, *, spec: Callable[[], ProjectSpec], tell: Callable[[str, Mapping[str, Any]], object]
    ) -> None:
        """`spec` returns the project as it is now; `tell(channel, message)` sends one of the server's own."""
        self._topics = topics
        self._spec = spec
        self._tell = tell
        self._of: dict[str, dict[str, Audience]] = {}
        self._sweep_at: dict[str, int] = {}
        self._evaluations = Evaluations(self._listening, on_too_many=self._say_that_there_were_many)

    def __len__(self) -> int:
        return sum(len(audiences) for audiences in self._of.values())

    @property
    def is_busy(self) -> bool:
        """Whether there is still something to be told."""
        return self._evaluations.is_busy

    def join(self, channel: str, actor: Actor) -> None:
        """Note that an actor listens to a channel from now on; what is no audience's is passed over.

        Where it is not the actor's own, as when an admin watches, others of that audience have to say what it is.
        """
        parts = DOCUMENTS.match(channel) if is_reserved(channel) else None
        collection = self._spec().collection.get(parts["collection"]) if parts else None
        audiences = self._of.get(collection.name, {}) if collection is not None else {}
        if collection is None or channel in audiences or audience_channel(actor, collection) != channel:
            return
        if len(audiences) >= self._sweep_at.get(collection.name, FEWEST_SWEPT):
            audiences = self._swept(collection.name)
            self._sweep_at[collection.name] = max(FEWEST_SWEPT, 2 * len(audiences))
        self._of[collection.name] = audiences
        audiences[channel] = Audience(actor, collection)

    def note(self, changes: Sequence[Change]) -> None:
        """Take what was committed, in that order; it is told in later turns of the loop."""
        if self._of:
            self._evaluations.add([change for change in changes if change.collection in self._of])

    def close(self) -> None:
        """Tell nothing more."""
        self._of.clear()
        self._evaluations.clear()

    def _listening(self, collection: str) -> Iterator[Hear]:
        for channel, audience in self._swept(collection).items():
            yield partial(self._hear, channel, audience)

    def _hear(self, channel: str, audience: Audience, change: Change) -> None:
        message = audience.message(change)
        if message is not None:
            self._tell(channel, message)

    def _swept(self, collection: str) -> dict[str, Audience]:
        """Return a collection's audiences without those that have gone."""
        known = self._of.pop(collection, {})
        left = {channel: audience for channel, audience in known.items() if self._is_there(channel)}
        if left:
            self._of[collection] = left
        return left

    def _is_there(self, channel: str) -> bool:
        topic = self._topics.get(channel)
        return topic is not None and topic.subscribers > 0

    def _say_that_there_were_many(self, collection: str) -> None:
        for channel in self._swept(collection):
            self._tell(channel, {"type": "revalidate", "keys": [collection]})
