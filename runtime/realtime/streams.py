"""The open streams of a hub: who has which, and whether there is room for another."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

from runtime.model.errors import Unavailable
from runtime.model.specs import RealtimeSpec
from runtime.realtime.subscriber import Join, Subscriber

RETRY_S: Final = (10.0, 20.0)
"""When a client should try again for which there was no room."""


class Streams:
    """Streams by their names, users and addresses. Belongs to one event loop; not thread-safe."""

    def __init__(self, limits: Callable[[], RealtimeSpec], uniform: Callable[[float, float], float]) -> None:
        """`limits` returns the limits as they are now; `uniform` is where jitter comes from."""
        self._limits = limits
        self._uniform = uniform
        self._by_name: dict[str, Subscriber] = {}
        self._of_user: dict[str, dict[str, Subscriber]] = {}
        self._at_address: dict[str, int] = {}
        self._empty: asyncio.Future[None] | None = None

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._by_name.values()))

    def get(self, name: str) -> Subscriber | None:
        """Return the stream of a name."""
        return self._by_name.get(name)

    def of_user(self, id: str) -> tuple[Subscriber, ...]:
        """Return the streams of a user or API token."""
        return tuple(self._of_user.get(id, {}).values())

    def require_place(self, join: Join) -> None:
        """Raise Unavailable, code `too_many_connections`, where there is no room for a stream."""
        limits = self._limits()
        if limits.max_connections and len(self._by_name) >= limits.max_connections:
            raise self.refusal(
                f"{limits.max_connections} streams are open, as many as realtime.maxConnections allows; try again",
                code="too_many_connections",
            )
        if limits.max_per_user and len(self._of_user.get(join.actor.id or "", ())) >= limits.max_per_user:
            raise self.refusal(
                f"you have {limits.max_per_user} streams open, as many as realtime.maxPerUser allows; close one, or "
                "listen to several channels on one stream",
                code="too_many_connections",
            )
        if limits.max_per_address and self._at_address.get(join.address, 0) >= limits.max_per_address:
            raise self.refusal(
                f"{limits.max_per_address} streams are open from your address, as many as realtime.maxPerAddress "
                "allows; where that is a proxy's, name it in server.trustedProxies",
                code="too_many_connections",
            )

    def refusal(self, message: str, *, code: str) -> Unavailable:
        """Return the failure that tells a client to come back after a while."""
        return Unavailable(message, retry_after_s=self._uniform(*RETRY_S), code=code)

    def add(self, subscriber: Subscriber) -> None:
        """Take a stream in."""
        join = subscriber.join
        self._by_name[subscriber.id] = subscriber
        if join.actor.id is not None:
            self._of_user.setdefault(join.actor.id, {})[subscriber.id] = subscriber
        if join.address:
            self._at_address[join.address] = self._at_address.get(join.address, 0) + 1

    def remove(self, subscriber: Subscriber) -> bool:
        """Forget a stream; tell whether it was known."""
        if self._by_name.pop(subscriber.id, None) is None:
            return False
        join = subscriber.join
        if join.actor.id is not None:
            own = self._of_user[join.actor.id]
            del own[subscriber.id]
            if not own:
                del self._of_user[join.actor.id]
        if join.address:
            self._at_address[join.address] -= 1
            if not self._at_address[join.address]:
                del self._at_address[join.address]
        if not self._by_name and self._empty is not None and not self._empty.done():
            self._empty.set_result(None)
        return True

    async def all_gone(self) -> None:
        """Return when no stream is left."""
        if self._by_name:
            self._empty = asyncio.get_running_loop().create_future()
            await self._empty
