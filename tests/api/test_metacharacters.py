"""Requests full of the signs that databases take for code: refused with a named error or taken literally.

The collections' own names are words of SQL, in more than one case. Whatever is asked, an answer is never a server's
error, what is found is what the matcher finds, and afterwards nothing is there that was not, or gone that was.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from yarl import URL

from runtime.query.match import matcher
from runtime.query.order import sort_key
from runtime.query.parse import parse_filter, parse_sort
from tests.mongopeer.server import Peer

CONFIG = """
namespace: desk
storage: "STORAGE"
auth: {secret: "a secret for tests only", roles: [editor]}
limits: {requests: 0/minute, login: 0/minute, connect: 0/minute}
collections: !include collections/*.yml
"""

SELECT = """
name: select
fields:
  - {name: rowid, type: string, index: true}
  - {name: ROWID, type: string}
  - {name: order, type: number, index: true}
  - {name: json_extract, type: array, items: {type: string}, index: true}
  - {name: body, type: text}
  - {name: "null", type: object, fields: [{name: from, type: string, index: true}]}
  - {name: where, type: string, unique: true}
  - {name: ref, type: reference, collection: sqlite_master}
  - {name: free, type: json}
indexes: [[rowid, -order]]
permissions: {role:editor: {read: true, create: true, update: true, delete: true}}
"""

MASTER = """
name: sqlite_master
fields: [{name: name, type: string}]
permissions: {role:editor: {read: true, create: true, update: true, delete: true}}
"""

WORDS = [
    "'", '"', "`", "[", "]", "--", "/*", "*/", ";", "\0", "$", ".", "%", "_", "\\", "?", ":x", "@x", "{", "}", "(", ")",
    ",", "-", "+", "|", "&", "=", "#", "~", "^", "*", "!", " ", "\n", "\t", "\r", "é", "日", "\U0001f600", "\u202e",
    "\uffff", "$where", "$gt", "$ne", "$function", "$expr", "$set", "$inc", "OR 1=1", "UNION SELECT", "DROP TABLE",
    "NULL", "rowid", "select", "body", "id", "_id", "_words", "version", "__proto__", "0", "1e999", "NaN", "true",
    "x" * 100, "../", "%00", "%27",
]  # fmt: skip
texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=5).map("".join)
names = st.sampled_from(
    ["rowid", "ROWID", "order", "json_extract", "body", "null", "null.from", "where", "ref", "free", "free.a", "id"]
)
paths = names | texts | st.builds("{}.{}".format, names, texts)
scalars = texts | st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)
operators = st.sampled_from(
    ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$size", "$all", "$type", "$not"]
)
conditions = values | st.dictionaries(operators | texts, values | st.lists(values, max_size=2), max_size=2)
filters = st.dictionaries(paths | st.sampled_from(["$and", "$or", "$nor", "$where"]), conditions, max_size=2) | values


@dataclass(repr=False)
class Desk:
    """The served project, what it keeps, and what lies in its database."""

    served: Any
    kept: dict[str, dict[str, Any]]
    tables: Callable[[], Any]

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Send a request with everything quoted as a client has to; check that its answer is an answer."""
        asked = "&".join(f"{quoted(name)}={quoted(value)}" for name, value in query.items())
        headers = {**await self.served.signed_in("editor"), "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = URL(f"/api/desk/{path}" + (f"?{asked}" if asked else ""), encoded=True)
        async with self.served.client.request(method, url, headers=headers, data=data) as response:
            answer = response.status, await response.read()
        assert answer[0] < 500, answer
        if answer[0] < 400:
            return answer[0], json.loads(answer[1]) if answer[1] else None
        problem = json.loads(answer[1])
        assert problem["status"] == answer[0]
        assert f"`{problem['code']}`" in DOCUMENTED
        assert problem["detail"]
        return answer[0], problem

    async def check(self) -> None:
        """See that everything is as it was, read in two ways."""
        _, listed = await self.ask("GET", "select", limit="500", count="true")
        assert listed["total"] == len(self.kept)
        assert {document["id"]: document for document in listed["items"]} == self.kept
        assert self.tables() == self.before

    def __post_init__(self) -> None:
        self.before = self.tables()


DOCUMENTED = (Path(__file__).parents[2] / "docs/rest.md").read_text()


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def sqlite_tables(path: Any) -> Any:
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    return found


def peer_tables(peer: Peer) -> Any:
    return {name: list(table.indexes) for name, table in peer.data.tables.items() if name.startswith("desk.")}


@pytest.fixture(params=["sqlite", "mongodb"])
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer | None]:
    """The MongoDB where documents are kept, until nobody needs it any more; None: they are in SQLite."""
    if request.param == "sqlite":
        yield None
        return
    async with Peer() as peer:
        yield peer


@pytest.fixture
async def desk(peer: Peer | None, serve: Any) -> Desk:
    """A project whose documents hold hostile texts, one each."""
    storage = "sqlite:data/desk.db" if peer is None else peer.url("desk", serverSelectionTimeoutMS="60000")
    served = await serve(
        {
            "config.yml": CONFIG.replace("STORAGE", storage),
            "collections/select.yml": SELECT,
            "collections/master.yml": MASTER,
            "collections/notes.yml": MASTER.replace("sqlite_master", "notes"),
        }
    )

    def tables() -> Any:
        return sqlite_tables(served.folder / "data/desk.db") if peer is None else peer_tables(peer)

    desk = Desk(served, {}, tables)
    await desk.ask("POST", "sqlite_master", {"id": "m", "name": "master"})
    for number, text in enumerate(WORDS):
        document = {
            "id": f"d{number}", "rowid": text, "ROWID": text[::-1], "order": number, "json_extract": [text, "x"],
            "body": text, "null": {"from": text}, "where": f"{number}{text}", "free": {"a": text}, "ref": "m",
        }  # fmt: skip
        status, kept = await desk.ask("POST", "select", document)
        assert status == 201, kept
        desk.kept[kept["id"]] = kept
    return desk


PATIENT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.timeout(600)
@settings(deadline=None, suppress_health_check=PATIENT)
@given(raw=filters, sort=st.lists(paths, max_size=2).map(",".join) | texts, q=texts | st.just(""))
@example(raw={"rowid": "'; DROP TABLE documents; --"}, sort="rowid' DESC; --", q="")
@example(raw={"$where": "sleep(1)"}, sort="", q='" OR rowid:*')
@example(raw={"rowid": {"$regex": "(a+)+$"}}, sort="-ROWID,order", q="")
async def test_filters_sorts_and_searches(desk: Desk, raw: Any, sort: str, q: str) -> None:
    """What the language refuses, the API refuses; what it takes means what the matcher says."""
    status, answer = await desk.ask("GET", "select", filter=json.dumps(raw), sort=sort, limit="500")
    if status == 200:
        kept = sorted(filter(matcher(parse_filter(raw)), desk.kept.values()), key=sort_key(parse_sort(sort)))
        assert [document["id"] for document in answer["items"]] == [document["id"] for document in kept]
    else:
        assert (status, answer["code"]) == (400, "invalid_query")
    for text in (q, sort):
        status, answer = await desk.ask("GET", "select", q=text)
        assert status == 200 or answer["code"] == "invalid_query"
    await desk.check()


@pytest.mark.timeout(600)
@settings(deadline=None, suppress_health_check=PATIENT)
@given(text=texts, other=texts, name=st.sampled_from(["fields", "expand", "cursor", "limit", "offset", "count"]))
@example(text="_words", other="id", name="fields")
@example(text="ref", other="sqlite_master", name="expand")
async def test_every_other_parameter(desk: Desk, text: str, other: str, name: str) -> None:
    for value in (text, f"{text},{other}", f"rowid,{text}", f"free.{text}"):
        status, answer = await desk.ask("GET", "select", **{name: value}, sort="order")
        assert status == 200 or answer["code"] == "invalid_query", answer
        if status == 200 and name == "fields":
            assert all(document.keys() <= {"id", *desk.kept["d0"]} for document in answer["items"])
    status, answer = await desk.ask("GET", "select", **{text or "x": other})
    assert status == 200 or answer["code"] == "invalid_query"
    await desk.check()


@pytest.mark.timeout(600)
@settings(deadline=None, suppress_health_check=PATIENT)
@given(id=texts.filter(bool), collection=texts.filter(lambda name: name not in {"", "select"}))
@example(id="d0' OR '1'='1", collection="select'--")
@example(id="..%2f..%2fsqlite_master", collection="_codes")
async def test_ids_and_names_of_collections(desk: Desk, id: str, collection: str) -> None:
    missing = desk.kept.get(id) is None
    for method, body in (("GET", None), ("PATCH", {"order": 0}), ("PUT", {"order": 0}), ("DELETE", None)):
        if missing:
            status, _ = await desk.ask(method, f"select/{quoted(id)}", body)
            assert status in {400, 404, 405}
        status, _ = await desk.ask(method, f"{quoted(collection)}/d0", body)
        assert status in {400, 404, 405}
        status, _ = await desk.ask(method, f"{quoted(collection)}%00/d0", body)
        assert status in {400, 404, 405}
    status, answer = await desk.ask("POST", "select", {"id": id})
    if status == 201:
        assert answer["id"] == id
        assert await desk.ask("DELETE", f"select/{quoted(id)}") == (204, None)
    else:
        assert answer["code"] in {"invalid_document", "already_exists"}
    await desk.check()


@pytest.mark.timeout(600)
@settings(deadline=None, suppress_health_check=PATIENT)
@given(key=texts, value=values, operator=operators | texts | st.sampled_from(["$set", "$unset", "$push", "$pull"]))
@example(key="where", value={"$gt": ""}, operator="$set")
@example(key="__proto__", value={"a.b": 1}, operator="$set")
@example(key="free.a'; --", value="\0", operator="$unset")
@example(key="free", value=-(2**63) - 1, operator="$set")
async def test_bodies(desk: Desk, key: str, value: Any, operator: str) -> None:
    """A body is refused, or stored as it is; operators change what they name and nothing else."""
    for body in ({"rowid": value}, {key: value}, {"free": {key: value}}, {"null": {"from": value, key: 1}}):
        body.pop("version", None)  # is passed over, whatever it says
        body["id"] = "new"
        status, answer = await desk.ask("POST", "select", body)
        if status != 201:
            assert answer["code"] in {"invalid_document", "malformed_body", "not_unique"}, answer
            continue
        try:
            assert {name: answer.get(name) for name in body} == body
            assert await desk.ask("GET", "select/new") == (200, answer)
            for update in ({key: value}, {"free": value, f"free.{key}": value}):
                status, answer = await desk.ask("PATCH", "select/new", {operator: update})
                assert status == 200 or answer["code"] in {"invalid_document", "invalid_query", "not_unique"}, answer
        finally:
            assert await desk.ask("DELETE", "select/new") == (204, None)
    await desk.check()
