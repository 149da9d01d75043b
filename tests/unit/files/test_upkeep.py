"""Files that are no longer needed go, and no other; at whatever moment a process dies or another one comes between."""

import asyncio
import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from runtime.files.blobs import Blobs, Draft
from runtime.model.errors import StorageFull, Unavailable

HELLO = "2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
"""Where the bytes of "hello" lie, by their SHA-256."""
DAY_S = 86_400.0
STEPS_OF_BLOBS = ("draft", "keep", "confirm", "doubt", "set_aside", "remove", "restore")


class Killed(BaseException):
    """Stands for kill -9."""


class Mortal:
    """Passes calls on to a store or a folder of files, counts them, and dies at one of them."""

    def __init__(self, life: "Life", inner, names) -> None:
        self._life, self._inner, self._names = life, inner, names

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if name not in self._names:
            return found
        if asyncio.iscoroutinefunction(found):

            async def called(*arguments, **more):
                self._life.before(name)
                answer = await found(*arguments, **more)
                self._life.after(name)
                return answer

        else:

            def called(*arguments, **more):
                self._life.before(name)
                answer = found(*arguments, **more)
                if name == "draft":
                    # A process that is gone does not tidy up behind itself.
                    self._life.files.append(answer.file)
                    answer = Mortal(self._life, answer, ("write", "close", "discard"))
                self._life.after(name)
                return answer

        return called


class Life:
    def __init__(self, last: int) -> None:
        self._left = last
        self.steps: list[str] = []
        self.files: list[BinaryIO] = []

    def before(self, name: str) -> None:
        self._step(f"before {name}")

    def after(self, name: str) -> None:
        self._step(f"after {name}")

    def _step(self, name: str) -> None:
        if self._left == 0:
            raise Killed(name)
        self._left -= 1
        self.steps.append(name)


def mortals(room, last: int):
    life = Life(last)
    return life, {"store": Mortal(life, room.store, ("commit",)), "blobs": Mortal(life, room.blobs, STEPS_OF_BLOBS)}


async def tidied(room) -> None:
    room.clock.at += 2 * DAY_S
    await room.upkeep().prune()
    await room.upkeep().prune()


async def test_a_process_that_dies_while_it_receives_leaves_a_file_or_what_upkeep_finds(room):
    last, is_done = 0, False
    while not is_done:
        life, dying = mortals(room, last)
        try:
            await room.upload(**dying)
            is_done = True
        except Killed:
            last += 1
        for record in await room.records():
            assert room.blobs.path(record["hash"]).read_bytes() == b"hello"
        assert last < 100
        await tidied(room)
        for file in life.files:
            file.close()
        assert (await room.records(), room.on_disk()) == ([], []), life.steps
    assert last == len(life.steps) > 10


class Away:
    """A store that goes away at a commit, before it or after it: who asked cannot tell which."""

    def __init__(self, inner, *, has_committed: bool) -> None:
        self._inner, self._has_committed = inner, has_committed

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def commit(self, writes):
        if self._has_committed:
            await self._inner.commit(writes)
        raise Unavailable("the store is away")


@pytest.mark.parametrize("has_committed", [False, True])
async def test_what_a_store_that_went_away_may_not_have_recorded_is_kept_only_with_a_record(room, has_committed):
    with pytest.raises(Unavailable):
        await room.upload(store=Away(room.store, has_committed=has_committed))
    room.clock.at += DAY_S / 2
    await room.upkeep().prune()
    assert room.on_disk() == ([HELLO] if has_committed else [])
    await tidied(room)
    assert (await room.records(), room.on_disk()) == ([], [])


async def test_a_process_that_dies_while_it_removes_leaves_what_the_next_one_removes(room):
    last, is_done = 0, False
    while not is_done:
        await room.upload()
        room.clock.at += 2 * DAY_S
        life, dying = mortals(room, last)
        try:
            assert await room.upkeep(**dying).prune() == 1
            is_done = True
        except Killed:
            last += 1
        for record in await room.records():
            assert room.blobs.path(record["hash"]) is not None, life.steps
        assert last < 100
        await tidied(room)
        assert (await room.records(), room.on_disk()) == ([], []), life.steps
    assert last == len(life.steps) > 5


async def test_the_same_bytes_uploaded_while_they_are_removed_stay(room):
    loop = asyncio.get_running_loop()
    for step in range(100):
        await room.upload()
        room.clock.at += 2 * DAY_S
        uploaded = []

        class Interrupted(Life):
            def _step(self, name, *, step=step, uploaded=uploaded):
                if len(self.steps) == step:
                    uploaded.append(asyncio.run_coroutine_threadsafe(room.upload(), loop))
                    # Here, or in a thread of the disk's: the other upload goes on in the loop meanwhile.
                self.steps.append(name)

        life = Interrupted(-1)
        upkeep = room.upkeep(
            store=Waiting(Mortal(life, room.store, ("commit",)), uploaded),
            blobs=Mortal(life, room.blobs, STEPS_OF_BLOBS),
        )
        await upkeep.prune()
        if not uploaded:
            assert step > 4
            return
        await asyncio.wrap_future(uploaded[0])
        (record,) = await room.records()
        assert room.blobs.path(record["hash"]).read_bytes() == b"hello", life.steps
        assert room.on_disk() == [HELLO]
        await tidied(room)
        assert (await room.records(), room.on_disk()) == ([], [])
    pytest.fail("it never came to its end")


class Waiting:
    """A store before which an upload that has begun comes to its end."""

    def __init__(self, inner, uploads) -> None:
        self._inner, self._uploads = inner, uploads

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if name not in {"commit", "find", "get"}:
            return found

        async def called(*arguments, **more):
            await asyncio.gather(*map(asyncio.wrap_future, self._uploads))
            return await found(*arguments, **more)

        return called


async def test_an_upload_that_waits_for_its_commit_while_its_bytes_are_removed_puts_them_back(room):
    await room.upload()
    room.clock.at += 2 * DAY_S

    class Late:
        """A store that commits once the other record is gone with its bytes."""

        def __getattr__(self, name):
            return getattr(room.store, name)

        async def commit(self, writes):
            for path in room.folder.glob("*.part"):
                os.utime(path, (room.clock.at, room.clock.at))  # it was written just now, by the clock that was moved
            assert await room.upkeep().prune() == 1
            assert HELLO not in room.on_disk()
            return await room.store.commit(writes)

    record = await room.upload(store=Late())
    assert room.blobs.path(record["hash"]).read_bytes() == b"hello"
    assert room.on_disk() == [HELLO]


async def test_a_file_that_a_document_takes_while_it_expires_stays(room):
    record = await room.upload()
    room.clock.at += 2 * DAY_S

    class Slow:
        """A store for which a document's commit comes before the removal."""

        def __getattr__(self, name):
            return getattr(room.store, name)

        async def commit(self, writes):
            await room.hold(record["id"])
            return await room.store.commit(writes)

    assert await room.upkeep(store=Slow()).prune() == 0
    assert [one["used"] for one in await room.records()] == [True]
    assert room.on_disk() == [HELLO]


async def test_a_file_is_kept_as_long_as_one_document_holds_it(room):
    record = await room.upload()
    await room.hold(record["id"], "one")
    await room.hold(record["id"], "two")
    await room.hold(record["id"], "one", ended=True)
    room.clock.at += 2 * DAY_S
    assert await room.upkeep().prune() == 0
    assert [use["document"] for use in await room.uses()] == ["two"]
    await room.hold(record["id"], "two", ended=True)
    assert await room.upkeep().prune() == 0
    assert (await room.uses(), len(await room.records())) == ([], 1)
    room.clock.at += 2 * DAY_S
    assert await room.upkeep().prune() == 1
    assert room.on_disk() == []


async def test_a_file_that_is_held_again_before_it_goes_stays(room):
    record = await room.upload()
    await room.hold(record["id"])
    await room.hold(record["id"], ended=True)
    await room.upkeep().prune()
    await room.hold(record["id"])
    await tidied(room)
    assert (len(await room.records()), room.on_disk()) == (1, [HELLO])


async def test_many_files_are_removed_in_batches(room, monkeypatch):
    monkeypatch.setattr("runtime.files.upkeep.BATCH", 3)
    for number in range(8):
        await room.upload(f"file {number}".encode())
    room.clock.at += 2 * DAY_S
    assert await room.upkeep().prune() == 8
    assert (await room.records(), room.on_disk()) == ([], [])


@pytest.mark.parametrize("step", ["write", "fsync", "link", "mkdir"])
async def test_a_full_disk_is_said_and_nothing_half_stays(room, monkeypatch, step):
    def full(*_arguments, **_more):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        monkeypatch.setattr("runtime.files.blobs.Draft.write", _filling)
    elif step == "mkdir":
        monkeypatch.setattr("pathlib.Path.mkdir", full)
    else:
        monkeypatch.setattr(os, step, full)
    with pytest.raises(StorageFull, match="no room left"):
        await room.upload()
    monkeypatch.undo()
    assert (await room.records(), room.on_disk()) == ([], [])
    await room.upload()
    assert room.on_disk() == [HELLO]


def _filling(draft, block, *, write=Draft.write):
    """Write to a disk that is full: all that is written to /dev/full is refused, as it is on one."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        draft.file, real = full, draft.file
        try:
            write(draft, block)
        finally:
            draft.file = real


async def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "files").write_text("a file")
    with pytest.raises(Unavailable, match="files cannot be kept in"):
        Blobs(tmp_path / "files" / "deeper").draft()
