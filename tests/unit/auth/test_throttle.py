import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.auth.throttle import ClockedWindows, LoginThrottle, RateLimiter, address_key
from runtime.model.errors import RateLimited
from runtime.model.specs import Rate

THREE_A_MINUTE = Rate(3, 60.0)


async def refused(attempt):
    try:
        await attempt
    except RateLimited as failure:
        return failure.retry_after_s
    return None


async def test_hits_beyond_the_rate_are_refused_with_the_time_to_wait(clock):
    limiter = RateLimiter(lambda: THREE_A_MINUTE, clock=clock, what="sign-in attempts")
    for _ in range(3):
        await limiter.hit("a")
        clock.advance(10.0)
    with pytest.raises(RateLimited, match=r"^too many sign-in attempts; try again in 30 seconds$") as raised:
        await limiter.hit("a")
    assert (raised.value.code, raised.value.retry_after_s) == ("rate_limited", 30.0)


async def test_the_window_moves(clock):
    limiter = RateLimiter(lambda: THREE_A_MINUTE, clock=clock)
    for _ in range(3):
        await limiter.hit("a")
        clock.advance(10.0)
    assert await refused(limiter.hit("a")) == 30.0
    clock.advance(30.0)
    await limiter.hit("a")
    assert await refused(limiter.hit("a")) == 10.0


async def test_refused_hits_do_not_prolong_the_wait(clock):
    limiter = RateLimiter(lambda: Rate(1, 60.0), clock=clock)
    await limiter.hit("a")
    clock.advance(59.0)
    assert await refused(limiter.hit("a")) == 1.0
    clock.advance(1.0)
    await limiter.hit("a")


async def test_keys_are_counted_apart(clock):
    limiter = RateLimiter(lambda: Rate(1, 60.0), clock=clock)
    await limiter.hit("a")
    await limiter.hit("b")
    assert await refused(limiter.hit("a"))


async def test_a_count_of_zero_is_no_limit(clock):
    limiter = RateLimiter(lambda: Rate(0, 60.0), clock=clock)
    for _ in range(1000):
        await limiter.hit("a")


async def test_a_window_of_less_than_a_second_is_taken_as_a_second(clock):
    limiter = RateLimiter(lambda: Rate(1, 0.5), clock=clock)
    await limiter.hit("a")
    clock.advance(0.75)
    assert await refused(limiter.hit("a")) == 0.25


async def test_a_reloaded_rate_counts_at_once(clock):
    rates = [Rate(1, 60.0)]
    limiter = RateLimiter(lambda: rates[-1], clock=clock)
    await limiter.hit("a")
    rates.append(Rate(2, 60.0))
    await limiter.hit("a")
    await limiter.hit("a")
    assert await refused(limiter.hit("a")) == 60.0


async def test_a_forgotten_key_begins_anew(clock):
    limiter = RateLimiter(lambda: Rate(1, 60.0), clock=clock)
    await limiter.hit("a")
    await limiter.forget("a")
    await limiter.hit("a")


async def test_millions_of_addresses_cannot_fill_the_memory(clock):
    """What was not hit within its window is dropped when others are."""
    windows = ClockedWindows(clock)
    for number in range(1000):
        await windows.acquire_entry(f"address {number}", 3, 60)
    assert len(windows) == 1000
    clock.advance(60.0)
    await windows.acquire_entry("another", 3, 60)
    assert len(windows) == 1


async def test_a_key_that_is_used_again_is_kept(clock):
    windows = ClockedWindows(clock)
    await windows.acquire_entry("a", 3, 60)
    await windows.acquire_entry("b", 3, 60)
    clock.advance(30.0)
    await windows.acquire_entry("a", 3, 60)
    clock.advance(30.0)
    await windows.acquire_entry("c", 3, 60)
    assert len(windows) == 2
    assert await windows.get_moving_window("a", 3, 60) == (1030.0, 1)
    assert await windows.reset() == 2
    assert len(windows) == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 40)), max_size=60))
async def test_no_window_ever_holds_more_than_the_rate(steps):
    """Against the definition, with every hit kept: a hit passes when fewer than 3 passed in the minute before."""

    class Clock:
        seconds = 0

        def now(self):
            return self.seconds

        monotonic = now

    clock, passed = Clock(), {"a": [], "b": []}
    limiter = RateLimiter(lambda: THREE_A_MINUTE, clock=clock)
    for key, wait in steps:
        clock.seconds += wait
        recent = [hit for hit in passed[key] if hit > clock.seconds - 60]
        waiting = await refused(limiter.hit(key))
        if len(recent) < 3:
            assert waiting is None
            passed[key].append(clock.seconds)
        else:
            assert waiting == recent[0] + 60 - clock.seconds


async def test_guessing_many_accounts_from_one_address_is_slowed_down(clock):
    throttle = LoginThrottle(lambda: THREE_A_MINUTE, clock=clock)
    for number in range(3):
        await throttle.attempt("192.0.2.1", email=f"user{number}@example.org")
    assert await refused(throttle.attempt("192.0.2.1", email="user4@example.org")) == 60.0


async def test_guessing_one_account_from_many_addresses_is_slowed_down(clock):
    throttle = LoginThrottle(lambda: THREE_A_MINUTE, clock=clock)
    for number in range(3):
        await throttle.attempt(f"192.0.2.{number}", email="ada@example.org")
    assert await refused(throttle.attempt("192.0.2.9", email="ada@example.org")) == 60.0


async def test_an_account_written_otherwise_is_the_same_account(clock):
    throttle = LoginThrottle(lambda: Rate(1, 60.0), clock=clock)
    await throttle.attempt("192.0.2.1", email="ada@example.org")
    assert await refused(throttle.attempt("192.0.2.2", email="  ADA@example.ORG "))


async def test_guessing_codes_is_slowed_down(clock):
    throttle = LoginThrottle(lambda: Rate(1, 60.0), clock=clock)
    await throttle.attempt("192.0.2.1", email=None)
    assert await refused(throttle.attempt("192.0.2.1", email=None))


async def test_a_success_forgives_the_account_and_not_the_address(clock):
    """Otherwise whoever has an account could sign in to it between any two guesses at another's."""
    throttle = LoginThrottle(lambda: THREE_A_MINUTE, clock=clock)
    for _ in range(3):
        await throttle.attempt("192.0.2.1", email="ada@example.org")
    await throttle.succeeded("ada@example.org")
    await throttle.attempt("192.0.2.2", email="ada@example.org")
    assert await refused(throttle.attempt("192.0.2.1", email="ada@example.org")) == 60.0


async def test_strangers_cannot_keep_a_user_from_changing_the_password(clock):
    throttle = LoginThrottle(lambda: Rate(1, 60.0), clock=clock)
    await throttle.attempt("192.0.2.1", email="ada@example.org")
    await throttle.change("id of ada")
    assert await refused(throttle.change("id of ada")) == 60.0


@pytest.mark.parametrize(
    ("ip", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_attacker_cannot_hop_through_the_addresses_of_one_ipv6_network(ip, key):
    assert address_key(ip) == key
