"""The MongoDB adapter and its server: addresses, absence, faults, and databases that are not as they should be."""

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

import runtime.storage
from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import InvalidQuery, Unavailable
from runtime.model.problem import ProjectInvalid
from runtime.model.query import Query
from runtime.model.specs import CollectionSpec
from runtime.query.parse import parse_filter, parse_sort
from runtime.storage.mongo import driver
from runtime.storage.mongo.address import Address
from runtime.storage.mongo.store import MongoStore
from runtime.storage.open import open_store
from tests.mongopeer.errors import CommandError
from tests.mongopeer.server import Peer

Open = Callable[..., Awaitable[MongoStore]]
NOT_PRIMARY = CommandError(10107, "not primary", labels=["RetryableWriteError"])


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def opened(peer: Peer) -> AsyncIterator[Open]:
    """Open a store on the peer; it is closed with the test."""
    async with AsyncExitStack() as stack:

        async def open_it(**options: str) -> MongoStore:
            store = MongoStore(peer.url(**options), clock=SystemClock())
            await store.open()
            stack.push_async_callback(store.close)
            return store

        yield open_it


@pytest.fixture
def notes(field: Callable[..., Any], collection: Callable[..., CollectionSpec]) -> CollectionSpec:
    return collection("notes", field("slug", "slug", unique=True), field("title", "string"), field("tags", "array"))


def write(id: str, version: int = 1, expected: int | None = 0, collection: str = "notes", **fields: Any) -> Write:
    return Write(collection, id, {"id": id, "version": version, **fields}, expected=expected)


@pytest.mark.parametrize(
    ("url", "shown", "options"),
    [
        ("mongodb://localhost/shop", "MongoDB at localhost/shop", set()),
        ("mongodb://u:p%40w@a:1,b:2/shop?replicaSet=rs&w=1", "MongoDB at a:1,b:2/shop", {"replicaset", "w"}),
        ("mongodb+srv://u:pw@c.example.org/shop", "MongoDB at c.example.org/shop", set()),
        ("mongodb://[::1]:27017/shop?", "MongoDB at [::1]:27017/shop", set()),
        ("mongodb://%2Ftmp%2Fmongodb-27017.sock/shop", "MongoDB at %2Ftmp%2Fmongodb-27017.sock/shop", set()),
    ],
)
def test_an_address_shows_hosts_and_database_and_no_credentials(url: str, shown: str, options: set[str]) -> None:
    address = Address.of(url)
    assert str(address) == shown
    assert address.options == options
    assert "pw" not in repr(address)
    assert "p%40w" not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "mongodb:", "mongodb://", "mongodb://host", "mongodb://host/", "mongodb:///shop", "mongodb://host/a.b",
        "mongodb://u:se/cret@host/shop", "mongodb://u:se@cret@host/shop", "mongodb://u:se?cret@host/shop",
        "mongodb://u:se#cret@host/shop", "mongodb://u:1/se?cret@host/shop", "mongodb://host/shop?secret",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(Unavailable, match="`storage` is no MongoDB address; write mongodb://HOST/DATABASE") as caught:
        MongoStore(url, clock=SystemClock())
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mongodb://localhost/shop", "mongodb+srv://cluster.example.org/shop"])
def test_mongodb_addresses_open_this_store(tmp_path: Path, url: str) -> None:
    assert isinstance(open_store(url, folder=tmp_path, clock=SystemClock()), MongoStore)


def test_an_address_of_something_else_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(
        Unavailable, match=r"storage 'mysql' is not supported; use .* or mongodb://HOST/DATABASE"
    ) as caught:
        open_store("mysql://user:secret@host/shop", folder=tmp_path, clock=SystemClock())
    assert "secret" not in str(caught.value)


def test_the_driver_is_imported_in_one_module_and_only_for_its_addresses() -> None:
    folder = Path(runtime.storage.__file__).parent
    drivers = re.compile(r"^\s*(?:from|import) (?:motor|pymongo|bson)\b", re.MULTILINE)
    assert [str(path.relative_to(folder)) for path in folder.rglob("*.py") if drivers.search(path.read_text())] == [
        "mongo/driver.py"
    ]
    code = "import sys, runtime.app; sys.exit(any(name in sys.modules for name in ('motor', 'pymongo', 'bson')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_a_server_that_is_away_at_the_start_is_told_by_its_host_alone(unused_tcp_port: int) -> None:
    url = f"mongodb://user:secret@127.0.0.1:{unused_tcp_port}/shop?serverSelectionTimeoutMS=100"
    store = MongoStore(url, clock=SystemClock())
    with pytest.raises(Unavailable) as caught:
        await store.open()
    assert str(caught.value).startswith(
        f"MongoDB at 127.0.0.1:{unused_tcp_port}/shop does not answer; start it, or correct `storage` ("
    )
    assert "secret" not in str(caught.value)
    with pytest.raises(Unavailable, match="is not open yet: the server is starting"):
        await store.ping()
    await store.close()


async def test_options_that_cannot_be_used_are_told(peer: Peer) -> None:
    store = MongoStore(peer.url(connectTimeoutMS="soon"), clock=SystemClock())
    with pytest.raises(Unavailable, match=r"cannot be used; correct `storage` \(connecttimeoutms must be"):
        await store.open()
    await store.close()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (18, "refuses the user or the password; correct `storage`"),
        (8000, "refuses the user or the password; correct `storage`"),
        (13, "does not let the user do that; grant it the role readWrite on test"),
        (50, r"could not do it now; try again \(why\)"),
    ],
)
async def test_refusals_name_the_remedy(peer: Peer, code: int, message: str) -> None:
    peer.fail("create", error=CommandError(code, "why"))
    store = MongoStore(peer.url(), clock=SystemClock())
    with pytest.raises(Unavailable, match=f"MongoDB at {peer.address}/test {message}"):
        await store.open()
    await store.close()


async def test_faults_of_ours_stay_what_they_are(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    peer.fail("find", error=CommandError(2, "unknown operator: $x"))
    with pytest.raises(driver.OperationFailure, match="unknown operator"):
        await store.find("notes", Query())


async def test_a_server_that_comes_back_is_used_again(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened(serverSelectionTimeoutMS="1000")
    await store.ensure([notes])
    await store.commit([write("1")])
    await peer.stop()
    for ask in (store.ping(), store.get("notes", "1"), store.commit([write("2")]), store.changes(0, 1)):
        with pytest.raises(Unavailable, match="does not answer; start it"):
            await ask
    await peer.start()
    while not await answers(store):
        pass  # each look waits for the server, a second at most
    await store.commit([write("2")])
    assert [change.id for change in await store.changes(0, 10)] == ["1", "2"]


class MovableClock(SystemClock):
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_s


async def test_a_server_that_was_just_not_found_is_looked_for_by_nobody_for_a_moment(
    peer: Peer, notes: CollectionSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look takes seconds of one of the driver's few threads; who asks meanwhile is answered at once."""
    monkeypatch.setattr(driver, "AWAY_S", 1_000.0)
    clock = MovableClock()
    store = MongoStore(peer.url(serverSelectionTimeoutMS="1000"), clock=clock)
    await store.open()
    await store.ensure([notes])
    await peer.stop()
    while await answers(store):
        pass
    with pytest.raises(Unavailable, match=r"does not answer; start it, or correct `storage` \("):
        await look(store, clock)
    await peer.start()
    peer.seen.clear()
    for ask in (store.ping(), store.get("notes", "1"), store.commit([write("1")]), store.last_seq()):
        with pytest.raises(Unavailable, match=r"does not answer; start it, or correct `storage`$") as caught:
            await ask
        assert caught.value.retry_after_s == 1_000.0
    assert peer.seen == []
    clock.ahead_s += 1_000.0
    while not await answers(store):
        clock.ahead_s += 1_000.0
    await store.commit([write("1")])
    await store.close()


async def look(store: MongoStore, clock: MovableClock) -> None:
    clock.ahead_s += 1_000.0
    await store.ping()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"socketTimeoutMS": "1000"}, "timed out"),
        ({"maxPoolSize": "1", "waitQueueTimeoutMS": "50"}, "checking out a connection from connection pool"),
    ],
)
async def test_neither_an_answer_nor_a_connection_is_waited_for_for_ever(
    peer: Peer, opened: Open, notes: CollectionSpec, options: dict[str, str], why: str
) -> None:
    store = await opened(**options)
    await store.ensure([notes])
    gate = asyncio.Event()
    peer.fail("find", times=2, until=gate)  # a read that is not answered is repeated once
    first = asyncio.ensure_future(store.get("notes", "1"))
    while "find" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    with pytest.raises(Unavailable, match=rf"does not answer; start it, or correct `storage` \(.*{why}[^()]*\)$"):
        await (store.get("notes", "2") if "maxPoolSize" in options else first)
    gate.set()
    await asyncio.gather(first, return_exceptions=True)
    assert await store.get("notes", "1") is None


def test_what_is_waited_for_is_bounded_unless_the_address_says_otherwise() -> None:
    assert driver.DEFAULTS == {
        "appname": "hookstream",
        "serverSelectionTimeoutMS": 5_000,
        "connectTimeoutMS": 5_000,
        "waitQueueTimeoutMS": 5_000,
        "socketTimeoutMS": 20_000,
    }


async def test_an_index_may_take_longer_than_an_answer(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened(socketTimeoutMS="1000")
    peer.seen.clear()
    gate = asyncio.Event()
    peer.fail("createIndexes", until=gate)
    made = asyncio.ensure_future(store.ensure([notes]))
    while "createIndexes" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    peer.fail("find", until=asyncio.Event(), times=2)
    with pytest.raises(Unavailable, match="timed out"):  # this long have both waited now
        await store.last_seq()
    gate.set()
    assert await made == ["notes: created"]


@pytest.mark.parametrize("preference", ["secondary", "secondaryPreferred", "nearest"])
async def test_documents_are_read_where_they_are_written_whatever_the_address_prefers(
    opened: Open, notes: CollectionSpec, preference: str
) -> None:
    """Elsewhere a document is not there yet that was just created; and transactions are refused by the driver."""
    store = await opened(readPreference=preference)
    await store.ensure([notes])
    await store.commit([write("1"), write("2", expected=None)])
    assert [record.id for record in await store.find("notes", Query())] == ["1", "2"]
    assert await store.last_seq() == 2


@pytest.mark.parametrize("code", [43, 133, 134, 175, 237, 290])
async def test_a_question_that_an_election_has_ended_may_be_asked_again(
    peer: Peer, opened: Open, notes: CollectionSpec, code: int
) -> None:
    store = await opened()
    await store.ensure([notes])
    await store.commit([write(f"{n:03}") for n in range(300)])
    peer.fail("getMore", error=CommandError(code, "cursor id 1 not found"))
    with pytest.raises(Unavailable, match=r"could not do it now; try again \(cursor id 1 not found\)"):
        await store.find("notes", Query())
    assert len(await store.find("notes", Query())) == 300


async def test_cursors_that_nobody_reads_to_the_end_are_closed(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    await store.commit([write(f"{n:03}", tags=[n], title="a" * 60 + "b") for n in range(600)])
    some = Query(filter=parse_filter({"title": {"$regex": "^a"}}), limit=5)
    assert [record.id for record in await store.find("notes", some)] == ["000", "001", "002", "003", "004"]
    assert peer.open_cursors == 0
    seen = [id async for id in first_of(store, 3)]
    assert seen == ["000", "001", "002"]
    with pytest.raises(InvalidQuery):
        await store.count("notes", Query(filter=parse_filter({"title": {"$regex": "(a|aa)+$"}})))
    assert peer.open_cursors == 0
    assert peer.seen.count("killCursors") == 2


async def first_of(store: MongoStore, count: int) -> AsyncIterator[str]:
    async for record in store.iterate("notes", Query()):
        yield record.id
        if count == 1:
            return
        count -= 1


async def answers(store: MongoStore) -> bool:
    try:
        await store.ping()
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"error": NOT_PRIMARY}])
async def test_a_read_that_is_cut_off_is_repeated(
    peer: Peer, opened: Open, notes: CollectionSpec, fault: dict[str, Any]
) -> None:
    store = await opened()
    await store.ensure([notes])
    await store.commit([write("1")])
    peer.fail("find", **fault)
    assert [record.id for record in await store.find("notes", Query())] == ["1"]


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"drop": "after"}, {"error": NOT_PRIMARY}])
async def test_a_single_write_that_is_cut_off_is_repeated_and_done_once(
    peer: Peer, opened: Open, collection: Callable[..., CollectionSpec], fault: dict[str, Any]
) -> None:
    store = await opened()
    await store.ensure([collection("_quiet", logged=False)])
    await store.commit([write("1", collection="_quiet")])
    peer.fail("update", **fault)
    assert await store.commit([write("1", 2, 1, collection="_quiet", n=7)]) == []
    record = await store.get("_quiet", "1")
    assert record is not None
    assert record.document == {"id": "1", "version": 2, "n": 7}


async def test_a_slow_answer_holds_up_nobody_else(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    await store.commit([write("1")])
    gate = asyncio.Event()
    peer.fail("find", until=gate)
    slow = asyncio.ensure_future(store.get("notes", "1"))
    while "find" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    await store.commit([write("2")])
    assert await store.count("notes", Query()) == 2
    assert not slow.done()
    gate.set()
    record = await slow
    assert record is not None


async def test_a_closed_store_says_so(opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    await store.close()
    await store.close()
    for ask in (store.ping(), store.get("notes", "1"), store.commit([write("1")]), store.prune_changes("2027")):
        with pytest.raises(Unavailable, match="is closed: the server is stopping"):
            await ask


async def test_a_standalone_server_says_what_is_weaker() -> None:
    async with Peer(is_replica_set=False) as peer:
        store = MongoStore(peer.url(), clock=SystemClock())
        await store.open()
        promised = store.capabilities
        await store.close()
    assert (promised.name, promised.durable, promised.atomic_batches) == ("mongodb", True, False)
    first, second = promised.notes
    assert "has no transactions" in first
    assert "run the server as a replica set, one member is enough" in first
    assert "loses the record" in second


async def test_a_replica_set_promises_all(opened: Open) -> None:
    promised = (await opened()).capabilities
    assert (promised.name, promised.durable, promised.atomic_batches, promised.notes) == ("mongodb", True, True, ())


async def test_another_process_finds_everything_made(opened: Open, notes: CollectionSpec) -> None:
    first, second = await opened(), await opened()
    assert await first.ensure([notes]) == ["notes: created"]
    await first.commit([write("1", slug="a")])
    assert await second.ensure([notes]) == []
    record = await second.get("notes", "1")
    assert record is not None
    assert record.document == {"id": "1", "version": 1, "slug": "a"}


async def test_a_collection_of_somebody_else_is_left_alone(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    peer.data.made("test.notes").documents["theirs"] = {"_id": "theirs"}
    store = await opened()
    with pytest.raises(ProjectInvalid) as caught:
        await store.ensure([notes])
    (problem,) = caught.value.problems
    assert problem.message == (
        "the database has a collection 'notes' already, with documents that are not this project's"
    )
    assert problem.remedy.startswith("Let `storage` name another database")
    assert list(peer.data.made("test.notes").indexes) == ["_id_"]


async def test_indexes_are_made_of_the_yaml_and_an_administrators_are_left_alone(
    peer: Peer, opened: Open, field: Callable[..., Any], collection: Callable[..., CollectionSpec]
) -> None:
    store = await opened()
    fields = (field("slug", "slug", unique=True), field("tags", "array", index=True), field("at", "datetime"))
    await store.ensure([collection("notes", *fields, indexes=["tags,-at"])])
    table = peer.data.made("test.notes")
    table.indexes["theirs"] = {"v": 2, "name": "theirs", "key": {"x": 1}}
    made = {name: index["key"] for name, index in table.indexes.items()}
    assert made == {
        "_id_": {"_id": 1},
        "hookstream:unique on slug": {"slug": 1},
        "hookstream:on tags, -at": {"tags": 1, "at": -1, "_id": -1},
        "hookstream:words": {"_words": 1},
        "theirs": {"x": 1},
    }
    assert table.indexes["hookstream:unique on slug"]["partialFilterExpression"] == {
        "slug": {"$type": ["number", "string", "bool"]}
    }
    report = await store.ensure([collection("notes", field("at", "datetime", index=True))])
    assert sorted(report) == [
        "notes: full text dropped",
        "notes: index on at added",
        "notes: index on tags, -at dropped",
        "notes: unique index on slug dropped",
    ]
    assert set(table.indexes) == {"_id_", "hookstream:on at", "hookstream:words", "theirs"}


async def test_an_index_that_is_gone_is_built_again(peer: Peer, opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    del peer.data.made("test.notes").indexes["hookstream:unique on slug"]
    await store.ensure([notes])
    assert "hookstream:unique on slug" in peer.data.made("test.notes").indexes


async def test_more_indexes_than_mongodb_has_room_for_are_left_out_but_for_unique_ones(
    peer: Peer,
    opened: Open,
    field: Callable[..., Any],
    collection: Callable[..., CollectionSpec],
) -> None:
    store = await opened()
    fields = [field(f"f{n:02}", "integer", index=True) for n in range(70)]
    await store.ensure([collection("notes", *fields, field("last", "integer", unique=True))])
    names = set(peer.data.made("test.notes").indexes)
    assert len(names) == 64
    assert "hookstream:unique on last" in names
    await store.commit([write(f"{n}", **{f"f{m:02}": n for m in range(70)}) for n in range(3)])
    found = await store.find("notes", Query(filter=parse_filter({"f69": {"$gte": 1}}), sort=parse_sort("-f69")))
    assert [record.id for record in found] == ["2", "1"]


async def test_duplicates_that_another_process_writes_meanwhile_are_told(
    peer: Peer, opened: Open, field: Callable[..., Any], collection: Callable[..., CollectionSpec]
) -> None:
    first, second = await opened(), await opened()
    plain = collection("notes", field("slug", "slug"))
    await first.ensure([plain])
    await second.ensure([plain])
    await second.commit([write("1", slug="a")])
    gate = asyncio.Event()
    peer.fail("createIndexes", until=gate)
    fitting = asyncio.ensure_future(first.ensure([collection("notes", field("slug", "slug", unique=True))]))
    while "createIndexes" not in peer.seen[-1:]:
        await asyncio.sleep(0)
    await second.commit([write("2", slug="a")])
    gate.set()
    with pytest.raises(ProjectInvalid, match="'slug' of 'notes' cannot be unique: \"a\" is in documents 1, 2"):
        await fitting


async def test_keys_that_are_names_of_ours_are_kept_found_and_sorted_by(
    opened: Open, field: Callable[..., Any], collection: Callable[..., CollectionSpec]
) -> None:
    store = await opened()
    await store.ensure([collection("notes", field("_id", "string", index=True), field("_words", "text"))])
    whole = {"id": "1", "version": 1, "_id": "b", "_words": "one two", "__proto__": {"_id": 1}, "a": [{"_id": 3}]}
    await store.commit([Write("notes", "1", whole, expected=0), write("2", _id="a")])
    for filter in ({"_id": "b"}, {"_words": "one two"}, {"__proto__._id": 1}, {"a._id": 3}):
        found = await store.find("notes", Query(filter=parse_filter(filter)))
        assert [record.document for record in found] == [whole]
    assert await store.count("notes", Query(filter=parse_filter({"_id": "1"}))) == 0
    assert [record.id for record in await store.find("notes", Query(sort=parse_sort("_id")))] == ["2", "1"]


async def test_numbers_come_back_as_the_plain_numbers_they_were(opened: Open, notes: CollectionSpec) -> None:
    store = await opened()
    await store.ensure([notes])
    numbers = [1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 1.0, -0.0, 5e-324, 1e308]
    await store.commit([write("1", list=numbers)])
    record = await store.get("notes", "1")
    (change,) = await store.changes(0, 1)
    assert record is not None
    assert change.after is not None
    for found in (record.document["list"], change.after["list"]):
        assert [repr(number) for number in found] == [repr(number) for number in numbers]
        assert {type(number) for number in found} == {int, float}
