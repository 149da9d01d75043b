"""Rates that must not be exceeded, counted in moving windows with the `limits` package."""

import hashlib
import ipaddress
import math
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from limits import RateLimitItemPerSecond
from limits.aio.storage import MovingWindowSupport, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from runtime.auth.users import normalised
from runtime.model.clock import Clock
from runtime.model.errors import RateLimited
from runtime.model.specs import Rate

IPV6_NETWORK: Final = 64
"""Bits: one customer is given at least a /64 (RFC 6177 §2) and may change addresses in it at will."""


class RateLimiter:
    """Lets at most `rate` hits a key pass. `rate` is asked at each hit, so that a reloaded setting counts at once.

    A count of 0 lets everything pass; a window of less than a second is taken as a second. `what` names the hits in the
    message: "requests", "sign-in attempts".
    """

    def __init__(self, rate: Callable[[], Rate], *, clock: Clock, what: str = "requests") -> None:
        self._rate = rate
        self._clock = clock
        self._what = what
        self._windows = MovingWindowRateLimiter(ClockedWindows(clock))
        self._item = lru_cache(maxsize=1)(_item)

    @property
    def is_off(self) -> bool:
        """Whether everything passes, so that there is no need for a key."""
        return self._rate().count == 0

    async def hit(self, key: str) -> None:
        """Count one hit. Raises RateLimited, and counts nothing, where the window is full."""
        await self._take(key, 1)

    async def hit_more(self, key: str, amount: int) -> None:
        """Count what was hit once as that many more, as far as any window has room for them. Raises RateLimited."""
        possible = min(amount, self._rate().count - 1)
        if possible > 0:
            await self._take(key, possible)

    async def _take(self, key: str, amount: int) -> None:
        rate = self._rate()
        if rate.count == 0 or await self._windows.hit(self._item(rate), key, cost=amount):
            return
        opens_at = (await self._windows.get_window_stats(self._item(rate), key)).reset_time
        retry_after_s = max(0.0, opens_at - self._clock.monotonic())
        seconds = max(1, math.ceil(retry_after_s))
        raise RateLimited(
            f"too many {self._what}; try again in {seconds} {'second' if seconds == 1 else 'seconds'}",
            retry_after_s=retry_after_s,
        )

    async def forget(self, key: str) -> None:
        """Begin with an empty window for this key."""
        await self._windows.clear(self._item(self._rate()), key)


class LoginThrottle:
    """Slows down whoever guesses: by address, whichever accounts they try, and by account, from whichever addresses.

    An account that does not exist is throttled like one that does.
    """

    def __init__(self, rate: Callable[[], Rate], *, clock: Clock) -> None:
        self._addresses = RateLimiter(rate, clock=clock, what="sign-in attempts")
        self._accounts = RateLimiter(rate, clock=clock, what="sign-in attempts")
        self._changes = RateLimiter(rate, clock=clock, what="attempts to change the password")

    async def attempt(self, ip: str, *, email: str | None) -> None:
        """Count an attempt before it is looked at; `email` None for a one-time code. Raises RateLimited."""
        await self._addresses.hit(address_key(ip))
        if email is not None:
            await self._accounts.hit(_account_key(email))

    async def succeeded(self, email: str) -> None:
        """Forgive the account its failures; not the address, or one good account would pay for endless guesses."""
        await self._accounts.forget(_account_key(email))

    async def change(self, user_id: str) -> None:
        """Count an attempt to prove the current password from within a session. Raises RateLimited.

        Not counted with the sign-ins: otherwise strangers who guess could keep the owner from changing the password.
        """
        await self._changes.hit(user_id)


class ClockedWindows(Storage, MovingWindowSupport):
    """Moving windows in memory, on a clock that is passed in and without a task or thread of its own.

    Keys without a hit inside their window are dropped as others are hit, so memory follows the traffic of one window.
    Knows the moving-window strategy only. Belongs to one event loop.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hits)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing storage raises; this one does not fail."""
        return OSError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Record `amount` hits if at most `limit` are in the last `expiry` seconds then; tell whether it did."""
        now = self._clock.monotonic()
        self._drop(now - expiry)
        hits = self._hits.get(key, deque())
        while hits and hits[0] <= now - expiry:
            hits.popleft()
        if len(hits) + amount > limit:
            return False
        hits.extend([now] * amount)
        self._hits[key] = hits
        self._hits.move_to_end(key)
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:  # noqa: ARG002
        """Return when the oldest hit of the window was, on the monotonic clock, and how many there are."""
        now = self._clock.monotonic()
        hits = [hit for hit in self._hits.get(key, ()) if hit > now - expiry]
        return (hits[0] if hits else now), len(hits)

    async def clear(self, key: str) -> None:
        """Forget a key."""
        self._hits.pop(key, None)

    async def reset(self) -> int | None:
        """Forget all keys; return how many."""
        count = len(self._hits)
        self._hits.clear()
        return count

    async def check(self) -> bool:
        """Tell whether the storage can be used."""
        return True

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Refuse: this is for fixed windows."""
        raise NotImplementedError

    async def get(self, key: str) -> int:
        """Refuse: this is for fixed windows."""
        raise NotImplementedError

    async def get_expiry(self, key: str) -> float:
        """Refuse: this is for fixed windows."""
        raise NotImplementedError

    def _drop(self, before: float) -> None:
        while self._hits:
            key, hits = next(iter(self._hits.items()))
            if hits[-1] > before:
                return
            del self._hits[key]


def address_key(ip: str) -> str:
    """Return what counts as one address: an IPv4 address, also when mapped into IPv6, or an IPv6 /64 network."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))


def _account_key(email: str) -> str:
    # A digest: what is typed into an e-mail field may be long, and may be a password.
    return hashlib.sha256(normalised(email).encode("utf-8", "surrogatepass")).hexdigest()


def _item(rate: Rate) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(rate.count, max(1, math.ceil(rate.per_s)))
