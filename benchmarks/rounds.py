"""Short bursts taken in turns, so that what slows the machine down slows all of them down."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from statistics import median

Burst = Callable[[], Awaitable[float]]
"""Works for a moment and returns operations per second."""

Rates = Mapping[str, Sequence[float]]
"""Operations per second of each burst, a value per round."""


async def take_turns(bursts: Mapping[str, Burst], *, rounds: int) -> Rates:
    """Run each burst once a round, every other round in reverse order. One round before is thrown away."""
    rates: dict[str, list[float]] = {name: [] for name in bursts}
    for number in range(rounds + 1):
        for name in list(bursts) if number % 2 else reversed(list(bursts)):
            rate = await bursts[name]()
            if number:
                rates[name].append(rate)
    return rates


def ratio(rates: Rates, ours: str, theirs: str) -> tuple[float, float, float]:
    """Return the median, lowest and highest of the rounds' ratios."""
    ratios = [mine / other for mine, other in zip(rates[ours], rates[theirs], strict=True)]
    return median(ratios), min(ratios), max(ratios)


def line(title: str, rates: Rates, *, ours: str, theirs: str) -> str:
    """Return one figure as a row of text: both medians, and the ratio with its range."""
    middle, lowest, highest = ratio(rates, ours, theirs)
    pair = f"{median(rates[ours]):>10,.0f} {median(rates[theirs]):>12,.0f}"
    return f"{title:<42} {pair} {middle:>8.2f}x   ({lowest:.2f} to {highest:.2f})"


def heading(ours: str, theirs: str) -> str:
    """Return the row above those of `line`."""
    return f"{'operations per second':<42} {ours:>10} {theirs:>12} {'ratio':>9}   (over the rounds)"
