"""A project on MongoDB, end to end: over HTTP, through hooks and jobs, by the driver and a socket to the peer."""

import pytest

from tests.mongopeer.errors import CommandError
from tests.mongopeer.server import Peer

CONFIG = """
namespace: desk
storage: "STORAGE"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 100000/minute, login: 1000/minute, connect: 100000/minute}
channels:
  - {name: news, description: What is new, scope: public}
collections: !include collections/*.yml
jobs: !include jobs/*.yml
"""

NOTES = """
name: notes
fields:
  - {name: title, type: string, required: true, maxLength: 20}
  - {name: slug, type: slug, from: title, unique: true}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: rank, type: integer, index: true}
  - {name: tags, type: array, items: {type: string}, index: true}
  - {name: secret, type: text}
permissions:
  public: {read: {filter: {status: published}, hide: [secret]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: {set: {status: draft}}
    update: {filter: {createdBy: $user.id}, deny: [status]}
  role:editor: {read: true, create: true, update: true, delete: true}
hooks:
  create: {before: hooks/notes.py:enqueue}
"""

HOOKS = """
async def enqueue(ctx):
    if "job" in ctx.document.get("tags", []):
        await ctx.jobs.enqueue("stamp", {"id": ctx.id}, key=ctx.id)
"""

JOBS = """
- {name: stamp, file: jobs/stamp.py, input: {type: object, required: [id]}}
"""

STAMP = """
async def run(ctx):
    await ctx.db.update("notes", ctx.input["id"], {"$inc": {"rank": 100}})
    return "stamped"
"""


@pytest.fixture
def is_replica_set():
    return True


@pytest.fixture
async def peer(is_replica_set):
    async with Peer(is_replica_set=is_replica_set) as peer:
        yield peer


@pytest.fixture
def patience_ms():
    """How long the driver looks for a server that answers."""
    return 60_000


@pytest.fixture
async def desk(peer, serve, patience_ms):
    return await serve(
        {
            "config.yml": CONFIG.replace("STORAGE", peer.url("desk", serverSelectionTimeoutMS=str(patience_ms))),
            "collections/notes.yml": NOTES,
            "hooks/notes.py": HOOKS,
            "jobs/jobs.yml": JOBS,
            "jobs/stamp.py": STAMP,
        }
    )


async def create(desk, by="editor", **fields):
    answer = await desk.ask("POST", "/notes", fields, by=by)
    assert answer.status == 201, answer.text
    return answer.json


async def titles(desk, by="editor", **query):
    answer = await desk.ask("GET", "/notes", by=by, params=query)
    assert answer.status == 200, answer.text
    return [item["title"] for item in answer.json["items"]]


async def test_documents_are_created_read_changed_and_deleted(desk):
    note = await create(desk, title="One", rank=1)
    assert (note["slug"], note["status"], note["version"]) == ("one", "draft", 1)
    read = await desk.ask("GET", f"/notes/{note['id']}", by="editor")
    assert read.json == note
    changed = await desk.ask("PATCH", f"/notes/{note['id']}", {"rank": 2}, by="editor")
    assert (changed.json["rank"], changed.json["version"]) == (2, 2)
    stale = await desk.ask("PATCH", f"/notes/{note['id']}", {"rank": 3}, by="editor", headers={"If-Match": '"1"'})
    assert (stale.status, stale.json["code"]) == (412, "precondition_failed")
    assert (await desk.ask("DELETE", f"/notes/{note['id']}", by="editor")).status == 204
    assert (await desk.ask("GET", f"/notes/{note['id']}", by="editor")).status == 404


async def test_a_taken_value_is_told_by_its_field(desk):
    await create(desk, title="One", slug="one")
    answer = await desk.ask("POST", "/notes", {"title": "Other", "slug": "one"}, by="editor")
    assert (answer.status, answer.json["code"], list(answer.json["errors"])) == (409, "not_unique", ["/slug"])


async def test_lists_are_filtered_sorted_searched_and_paged(desk):
    for rank, title in enumerate(["Beta", "alpha", "Gamma ray", "delta ray"]):
        await create(desk, title=title, rank=rank, tags=["even"] if rank % 2 == 0 else ["odd", "x"])
    assert await titles(desk, sort="-rank") == ["delta ray", "Gamma ray", "alpha", "Beta"]
    assert await titles(desk, filter='{"tags": "even"}', sort="rank") == ["Beta", "Gamma ray"]
    assert await titles(desk, filter='{"title": {"$regex": "^[a-z]"}}', sort="rank") == ["alpha", "delta ray"]
    assert await titles(desk, q="ray", sort="title") == ["Gamma ray", "delta ray"]
    page = await desk.ask("GET", "/notes", by="editor", params={"sort": "-rank", "limit": "3", "count": "true"})
    assert page.json["total"] == 4
    assert await titles(desk, sort="-rank", limit="3", cursor=page.json["next"]) == ["Beta"]


async def test_permissions_narrow_what_is_found_and_hide_fields(desk):
    await create(desk, title="Out", status="published", secret="mango")
    await create(desk, title="In", secret="kiwi")
    await create(desk, by="author", title="Mine", status="published")
    public = await desk.ask("GET", "/notes")
    assert [(item["title"], "secret" in item) for item in public.json["items"]] == [("Out", False)]
    assert sorted(await titles(desk, by="author")) == ["Mine", "Out"]
    assert sorted(await titles(desk)) == ["In", "Mine", "Out"]
    mine = await desk.ask("GET", "/notes", by="author", params={"filter": '{"title": "Mine"}'})
    assert [item["status"] for item in mine.json["items"]] == ["draft"]


async def ended(desk, id):
    while (run := await desk.project.ledger.get(id))["finishedAt"] is None:
        pass
    return run


async def test_a_document_and_the_run_that_its_hook_enqueues_are_one_transaction(desk, peer):
    await desk.signed_in("editor")
    before = peer.seen.count("commitTransaction")
    gone = peer.fail("commitTransaction", error=CommandError(14031, "no space left"))
    refused = await desk.ask("POST", "/notes", {"title": "Lost", "rank": 1, "tags": ["job"]}, by="editor")
    assert (refused.status, gone.times) == (503, 0)
    assert await titles(desk) == []
    assert await desk.project.ledger.find(limit=9) == []
    note = await create(desk, title="Kept", rank=1, tags=["job"])
    (queued,) = await desk.project.ledger.find(limit=9)
    run = await ended(desk, queued["id"])
    assert (run["state"], run["result"], run["input"]) == ("succeeded", "stamped", {"id": note["id"]})
    read = await desk.ask("GET", f"/notes/{note['id']}", by="editor")
    assert (read.json["rank"], read.json["version"]) == (101, 2)
    assert peer.seen.count("commitTransaction") == before + 3


@pytest.mark.parametrize("patience_ms", [1_000])
async def test_a_server_that_is_away_is_503_until_it_is_back(desk, peer):
    await create(desk, title="One")
    await desk.signed_in("editor")
    await peer.stop()
    answer = await desk.ask("GET", "/notes", by="editor")
    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert f"MongoDB at {peer.address}/desk does not answer" in answer.json["detail"]
    await peer.start()
    while (await desk.ask("GET", "/notes", by="editor")).status == 503:
        pass  # each request waits for the server itself
    assert await titles(desk) == ["One"]


@pytest.mark.parametrize("is_replica_set", [False])
async def test_a_standalone_server_does_the_same_and_readyz_tells_what_is_weaker(desk):
    async with desk.client.get("/readyz") as response:
        state = (await response.json())["projects"]["desk"]
    assert (state["store"], state["status"]) == ("mongodb", "ok")
    assert any("has no transactions" in note for note in state["notes"])
    await create(desk, title="One", tags=["job"])
    assert await titles(desk) == ["One"]
    (queued,) = await desk.project.ledger.find(limit=9)
    assert (await ended(desk, queued["id"]))["state"] == "succeeded"
