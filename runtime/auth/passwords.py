"""Passwords: Argon2id (RFC 9106) in worker threads, so that neither the event loop nor the memory pays for a flood."""

import asyncio
import base64
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from structlog.typing import FilteringBoundLogger

from runtime.model.errors import InvalidDocument

LENGTH_MIN: Final = 8
"""Characters. NIST SP 800-63B §5.1.1.2: length is what counts, so nothing else is asked of a password."""
LENGTH_MAX: Final = 1024
"""Characters; beyond that somebody sends files."""
AT_ONCE: Final = 4
"""How many passwords are computed at once: 4 × 64 MiB with the parameters of RFC 9106 §4, whatever arrives."""

T = TypeVar("T")


def check_password(password: str, *, pointer: str = "/password") -> None:
    """Refuse a new password that is too short or too long. Raises InvalidDocument, naming `pointer`."""
    if not LENGTH_MIN <= len(_normalised(password)) <= LENGTH_MAX:
        message = f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters"
        raise InvalidDocument(message, errors={pointer: message})


class Passwords:
    """Computes and verifies password hashes, `at_once` of them at a time. The rest wait their turn."""

    def __init__(
        self, *, log: FilteringBoundLogger, hasher: PasswordHasher | None = None, at_once: int = AT_ONCE
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = _decoy(self._hasher)
        self._slots = asyncio.Semaphore(at_once)
        self._log = log

    async def hash(self, password: str) -> str:
        """Return the encoded hash of a password that `check_password` has let pass."""
        return await self._in_thread(lambda: self._hasher.hash(_encoded(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the one that `stored` was made of.

        None, for somebody unknown or without a password, takes the time of a wrong password and is one, and so is a
        stored hash that cannot be read, which is logged.
        """
        if len(password) > LENGTH_MAX:
            stored, password = None, ""
        return await self._in_thread(lambda: self._verify(stored, _encoded(password)))

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's and should be made anew."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str | None, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored or self._decoy, password)
        except VerifyMismatchError:
            return False
        except InvalidHashError:
            self._log.error("password_hash_unreadable", remedy="set the user's password again")
            return self._verify(None, password)

    async def _in_thread(self, compute: Callable[[], T]) -> T:
        await self._slots.acquire()
        work = asyncio.get_running_loop().run_in_executor(None, compute)
        # A caller that is cancelled does not stop the thread: the slot is taken until the memory is free again.
        work.add_done_callback(lambda _: self._slots.release())
        return await asyncio.shield(work)


def _normalised(password: str) -> str:
    # RFC 8265 §4.2: the same password, typed on another keyboard, may come in other code points.
    return unicodedata.normalize("NFC", password)


def _encoded(password: str) -> bytes:
    return _normalised(password).encode("utf-8", "surrogatepass")


def _decoy(hasher: PasswordHasher) -> str:
    """Return an encoded hash that takes as long to verify as a real one and that no password fits."""
    salt, hash = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2{hasher.type.name.lower()}$v=19${costs}${salt}${hash}"
