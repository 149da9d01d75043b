import asyncio
import threading

import pytest
from argon2 import extract_parameters

from runtime.auth.passwords import Passwords, check_password
from runtime.model.errors import InvalidDocument


class BlockingHasher:
    """A hasher that computes until it is let go; counts how many compute at once."""

    memory_cost, time_cost, parallelism, salt_len, hash_len = 8, 1, 1, 8, 16

    class type:  # noqa: N801
        name = "ID"

    def __init__(self):
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.running = 0
        self.most = 0
        self.lock = threading.Lock()

    def hash(self, password):
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.entered.release()
        self.let_go.wait()
        with self.lock:
            self.running -= 1
        return "hash"


async def test_a_password_is_hashed_with_argon2id_as_rfc_9106_recommends(log):
    hash = await Passwords(log=log).hash("correct horse")
    assert hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_the_right_password_is_told_from_a_wrong_one(passwords):
    hash = await passwords.hash("correct horse")
    assert await passwords.verify(hash, "correct horse")
    assert not await passwords.verify(hash, "correct horsf")
    assert not await passwords.verify(hash, "")


async def test_equal_passwords_have_different_hashes(passwords):
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_a_password_is_the_same_from_every_keyboard(passwords):
    """An é may come as one code point or as two (RFC 8265 §4.2)."""
    hash = await passwords.hash("caf\u00e9 au lait")
    assert await passwords.verify(hash, "cafe\u0301 au lait")


async def test_nobody_s_password_costs_what_somebody_s_does(passwords, hasher):
    """One computation with the same parameters each: the time tells nobody which accounts exist."""
    hash = await passwords.hash("correct horse")
    assert not await passwords.verify(hash, "wrong")
    assert not await passwords.verify(None, "wrong")
    real, decoy = hasher.verified
    assert extract_parameters(decoy) == extract_parameters(real)


async def test_nobody_has_no_password_that_fits(passwords):
    assert not await passwords.verify(None, "")


async def test_a_monstrous_password_is_wrong_and_is_not_computed(passwords, hasher):
    hash = await passwords.hash("correct horse")
    assert not await passwords.verify(hash, "x" * 1_000_000)
    assert hash not in hasher.verified
    assert len(hasher.verified) == 1


async def test_a_lone_surrogate_is_a_wrong_password_and_no_error(passwords):
    assert not await passwords.verify(await passwords.hash("correct horse"), "\ud800" * 8)


async def test_an_unreadable_hash_fits_no_password_and_is_logged(passwords, logged):
    assert not await passwords.verify("md5:abc", "abc")
    assert logged.entries == [
        {"event": "password_hash_unreadable", "log_level": "error", "remedy": "set the user's password again"}
    ]


@pytest.mark.parametrize("password", ["x" * 8, "x" * 1024, "pässwörd"])
def test_eight_to_1024_characters_are_a_password(password):
    check_password(password)


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 1025, "cafe\u0301xxx"])
def test_shorter_and_longer_ones_are_refused(password):
    with pytest.raises(InvalidDocument) as raised:
        check_password(password, pointer="/new")
    assert raised.value.errors == {"/new": "a password has 8 to 1024 characters"}


async def test_a_hash_of_old_parameters_is_outdated(passwords):
    assert passwords.is_outdated("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$Hu6hPnJYe4g")
    assert not passwords.is_outdated(await passwords.hash("correct horse"))


@pytest.fixture
def blocking():
    hasher = BlockingHasher()
    yield hasher
    hasher.let_go.set()


async def test_a_flood_of_sign_ins_cannot_eat_all_memory(log, blocking):
    """Ten are asked for, two are computed at a time."""
    passwords = Passwords(log=log, hasher=blocking, at_once=2)
    asked = [asyncio.ensure_future(passwords.hash("correct horse")) for _ in range(10)]
    await asyncio.to_thread(blocking.entered.acquire)
    await asyncio.to_thread(blocking.entered.acquire)
    assert not blocking.entered.acquire(blocking=False)
    blocking.let_go.set()
    assert await asyncio.gather(*asked) == ["hash"] * 10
    assert blocking.most == 2


async def test_hanging_up_does_not_let_more_compute_at_once(log, blocking):
    """A client that is gone leaves a thread that still computes; its place is not given away."""
    passwords = Passwords(log=log, hasher=blocking, at_once=1)
    gone = asyncio.ensure_future(passwords.hash("correct horse"))
    await asyncio.to_thread(blocking.entered.acquire)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    asked = asyncio.ensure_future(passwords.hash("correct horse"))
    for _ in range(10):
        await asyncio.to_thread(lambda: None)
    assert blocking.running == 1
    blocking.let_go.set()
    assert await asked == "hash"
    assert blocking.most == 1
