"""What others commit is told of here, whatever happens in between."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from runtime.documents import following
from runtime.documents.following import follow
from runtime.model.change import Change, Op
from runtime.model.errors import Unavailable
from runtime.model.ports import Foreign


def change(seq: int) -> Change:
    return Change(seq, "notes", f"n{seq}", Op.CREATE, 1, "2026-01-15T10:30:00.000Z", None, None, {"id": f"n{seq}"})


class Scripted:
    """A store of which only `watch` is used: each call of it goes through one list, raising the errors in it."""

    def __init__(self, *calls: Sequence[Foreign | Exception]) -> None:
        self.calls = list(calls)
        self.asked: list[int | None] = []

    async def watch(self, since: int | None = None) -> AsyncGenerator[Foreign, None]:
        self.asked.append(since)
        if len(self.asked) > len(self.calls):
            await asyncio.Event().wait()
        for step in self.calls[len(self.asked) - 1]:
            if isinstance(step, Exception):
                raise step
            yield step


class Told:
    """Who listens: it notes the ids, and fails for those in `refused`."""

    def __init__(self, *refused: str) -> None:
        self.ids: list[str] = []
        self.refused = refused

    def __call__(self, changes: Sequence[Change]) -> None:
        self.ids += [change.id for change in changes]
        if any(id in self.refused for id in self.ids[-len(changes) :]):
            raise RuntimeError("a listener's fault")


@pytest.fixture
def logged() -> LogCapture:
    return LogCapture()


@pytest.fixture
def followed(logged: LogCapture, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Follow a store until it has been asked to go on as often as its script says, and once more."""
    monkeypatch.setattr(following, "RETRY_S", 0)

    @asynccontextmanager
    async def followed(store: Scripted, tell: Told) -> AsyncIterator[None]:
        log = structlog.wrap_logger(structlog.PrintLogger(), processors=[logged])
        task = asyncio.create_task(follow(store, tell, log=log))
        async with asyncio.timeout(5):
            while len(store.asked) <= len(store.calls):
                await asyncio.sleep(0)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return followed


async def test_changes_are_told_in_order_and_the_beginning_is_not(followed: Any, logged: LogCapture) -> None:
    told = Told()
    store = Scripted([Foreign((), seq=4), Foreign([change(5), change(6)], seq=6), Foreign([change(9)], seq=9)])
    async with followed(store, told):
        assert told.ids == ["n5", "n6", "n9"]
    assert logged.entries == []


async def test_a_store_that_is_away_is_asked_again_from_where_it_was(followed: Any, logged: LogCapture) -> None:
    told = Told()
    away = Unavailable("the disk reports an error")
    store = Scripted([away], [Foreign((), seq=4), Foreign([change(5)], seq=5), away], [Foreign([change(6)], seq=6)])
    async with followed(store, told):
        assert store.asked == [None, None, 5, 6]
    assert told.ids == ["n5", "n6"]
    assert [(entry["event"], entry["reason"]) for entry in logged.entries] == [
        ("following_interrupted", "the disk reports an error"),
        ("following_interrupted", "the disk reports an error"),
    ]


async def test_a_listener_that_fails_is_logged_and_what_follows_is_told(followed: Any, logged: LogCapture) -> None:
    told = Told("n5")
    store = Scripted([Foreign([change(5)], seq=5)], [Foreign([change(6)], seq=6)])
    async with followed(store, told):
        assert store.asked == [None, 5, 6]
    assert told.ids == ["n5", "n6"]
    assert [entry["event"] for entry in logged.entries] == ["following_failed"]


async def test_what_was_pruned_is_named_in_the_log(followed: Any, logged: LogCapture) -> None:
    told = Told()
    async with followed(Scripted([Foreign([change(9)], seq=9, missed=3), Foreign((), seq=12, missed=3)]), told):
        assert told.ids == ["n9"]
    assert [(entry["event"], entry["records"], entry["up_to"]) for entry in logged.entries] == [
        ("changes_of_others_missed", 3, 9),
        ("changes_of_others_missed", 3, 12),
    ]
