"""The articles that both benchmarks store: about 1 KB of JSON each, the same for the same number."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, Final

from runtime.model.clock import timestamp

STATUSES: Final = ("published", "published", "published", "published", "draft")
TAGS: Final = tuple(f"tag{number:02}" for number in range(50))
POOL: Final = 512
"""How many different texts there are; making one takes longer than storing it."""
EPOCH_S: Final = 1_700_000_000
SPAN_MS: Final = 2 * 365 * 24 * 3600 * 1000

Article = dict[str, Any]


class Articles:
    """Makes articles by number. Texts repeat; ids, slugs and dates do not."""

    def __init__(self) -> None:
        chance = random.Random(20)
        words = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randint(2, 10))) for _ in range(3000)]
        self._texts = [
            {
                "title": " ".join(chance.choices(words, k=7)),
                "body": " ".join(chance.choices(words, k=88)),
                "status": chance.choice(STATUSES),
                "tags": chance.sample(TAGS, 3),
            }
            for _ in range(POOL)
        ]

    def fields(self, number: int) -> Article:
        """Return what a client would send."""
        scattered_ms = number * 2_654_435_761 % SPAN_MS
        return {
            **self._texts[number * 31 % POOL],
            "slug": f"story-{number}",
            "publishedAt": timestamp(EPOCH_S + scattered_ms / 1000),
        }

    def stored(self, number: int) -> Article:
        """Return what a store would keep."""
        made = timestamp(EPOCH_S)
        system = {"createdAt": made, "updatedAt": made, "createdBy": None, "version": 1}
        return {"id": article_id(number), **system, **self.fields(number)}


def article_id(number: int) -> str:
    """Return an article's id, as long as a UUID."""
    return f"00000000-0000-7000-8000-{number:012x}"


def batches(numbers: range, size: int) -> Iterator[Sequence[int]]:
    """Yield the numbers in slices."""
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
