"""Units of work: what is committed together, what is forgotten together, and what happens side by side."""

import asyncio

import pytest

from runtime.model.actor import SYSTEM
from runtime.model.errors import NotUnique, Reject

COUNTERS = """
name: counters
fields:
  - {name: count, type: integer, default: 0}
  - {name: code, type: string, unique: true}
  - {name: title, type: string}
  - {name: slug, type: slug, from: title, unique: true}
permissions: {public: {read: true, create: true, update: true}}
hooks: {create: {before: hooks/desk.py:prepare}, update: {before: hooks/desk.py:pause}}
"""
TOLD = """
name: told
fields: [{name: text, type: string}]
permissions: {public: {read: true}}
hooks: {create: {after: hooks/desk.py:tell}}
"""
VISITS = """
name: visits
virtual: true
permissions: {public: {read: true, create: true}}
hooks: {read: {before: hooks/desk.py:visit}, create: {before: hooks/desk.py:visit}}
"""
THINGS = """
name: things
fields:
  - {name: title, type: string}
  - {name: slug, type: slug, from: title, unique: true}
  - {name: found, type: json}
permissions: {public: {read: true, create: true, update: true}}
hooks: {create: {before: hooks/things.py:before}, update: {before: hooks/things.py:before}}
"""
DESK = """
import asyncio
from runtime import Reject

async def pause(ctx):
    await asyncio.sleep(0)

async def prepare(ctx):
    await asyncio.sleep(0)
    if ctx.document.get("code") == "bad":
        await ctx.db.create("notes", {"id": "half", "title": "half"})
        for _ in range(20):
            await asyncio.sleep(0)
        raise Reject(422, "bad")

async def tell(ctx):
    await ctx.db.create("notes", {"title": "told"})

async def visit(ctx):
    await ctx.db.create("told", {"text": "visited"})
    await ctx.db.update("counters", "visits", {"$inc": {"count": 1}})
    return {"ok": True}
"""


async def desk_with(serve, before: str = "    pass\n"):
    code = f"import asyncio\nfrom runtime import Reject\nasync def before(ctx):\n{before}"
    return await serve(
        {
            "collections/counters.yml": COUNTERS,
            "collections/told.yml": TOLD,
            "collections/visits.yml": VISITS,
            "collections/things.yml": THINGS,
            "hooks/desk.py": DESK,
            "hooks/things.py": code,
        }
    )


async def test_a_job_that_writes_side_by_side_loses_nothing(serve):
    desk = await desk_with(serve)
    db = desk.project.documents.database(SYSTEM, ())
    made = await asyncio.gather(*(db.create("counters", {"id": f"c{n}"}) for n in range(12)))
    assert [document["id"] for document in made] == [f"c{n}" for n in range(12)]
    assert await db.count("counters") == 12


async def test_a_write_of_a_job_that_fails_leaves_nothing_behind_for_the_next(serve):
    desk = await desk_with(serve)
    db = desk.project.documents.database(SYSTEM, ())
    await db.create("counters", {"code": "taken"})
    with pytest.raises(NotUnique):
        await db.create("counters", {"code": "taken"})
    assert (await db.create("counters", {"id": "next", "code": "free"}))["version"] == 1
    assert await db.count("counters") == 2


async def test_half_of_a_jobs_failing_write_is_not_committed_by_its_neighbour(serve):
    desk = await desk_with(serve)
    db = desk.project.documents.database(SYSTEM, ())
    bad, good = await asyncio.gather(
        db.create("counters", {"code": "bad"}), db.create("counters", {"id": "good"}), return_exceptions=True
    )
    assert (type(bad), good["id"]) == (Reject, "good")
    assert await db.get("notes", "half") is None


async def test_a_jobs_update_is_redone_where_another_writer_came_first(serve):
    desk = await desk_with(serve)
    await desk.ask("POST", "/counters", {"id": "one"})
    jobs = [desk.project.documents.database(SYSTEM, ()) for _ in range(3)]
    await asyncio.gather(*(db.update("counters", "one", {"$inc": {"count": 1}}) for db in jobs))
    assert (await desk.ask("GET", "/counters/one")).json["count"] == 3


async def test_a_batch_is_committed_whole_or_not_at_all(serve):
    desk = await desk_with(serve)
    db = desk.project.documents.database(SYSTEM, ())

    async def fail() -> None:
        async with db.batch() as batch:
            await batch.create("counters", {"id": "a"})
            assert await batch.count("counters") == 1
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await db.count("counters") == 0
    async with db.batch():
        await db.create("counters", {"id": "a"})
        await db.create("counters", {"id": "b"})
    assert await db.count("counters") == 2


async def test_of_two_writes_side_by_side_in_a_hook_the_failing_one_takes_nothing_else_away(serve):
    before = (
        "    made = await asyncio.gather(\n"
        "        ctx.db.create('counters', {'code': 'bad'}), ctx.db.create('counters', {'id': 'good'}),\n"
        "        return_exceptions=True)\n"
        "    ctx.document['found'] = [type(each).__name__ for each in made]\n"
    )
    desk = await desk_with(serve, before)
    assert (await desk.ask("POST", "/things", {})).json["found"] == ["Reject", "dict"]
    assert [d["id"] for d in (await desk.ask("GET", "/counters")).json["items"]] == ["good"]
    assert (await desk.ask("GET", "/notes/half", by="editor")).status == 404


async def test_two_updates_side_by_side_in_a_hook_both_count(serve):
    before = (
        "    change = {'$inc': {'count': 1}}\n"
        "    await asyncio.gather(*(ctx.db.update('counters', 'one', change) for _ in range(2)))\n"
    )
    desk = await desk_with(serve, before)
    await desk.ask("POST", "/counters", {"id": "one"})
    await desk.ask("POST", "/things", {})
    assert (await desk.ask("GET", "/counters/one")).json["count"] == 2


async def test_a_hook_that_swallows_a_failure_keeps_no_half_of_it(serve):
    before = (
        "    try:\n"
        "        await ctx.db.create('counters', {'code': 'bad'})\n"
        "    except Reject:\n"
        "        ctx.document['found'] = 'swallowed'\n"
    )
    desk = await desk_with(serve, before)
    assert (await desk.ask("POST", "/things", {})).json["found"] == "swallowed"
    assert (await desk.ask("GET", "/notes/half", by="editor")).status == 404


async def test_two_documents_of_one_unit_get_different_slugs(serve):
    before = (
        "    if ctx.document['title'] == 'Outer':\n"
        "        await ctx.db.create('things', {'title': 'Same'})\n"
        "        await ctx.db.create('things', {'title': 'Same'})\n"
    )
    desk = await desk_with(serve, before)
    assert (await desk.ask("POST", "/things", {"title": "Outer"})).status == 201
    slugs = {d["slug"] for d in (await desk.ask("GET", "/things")).json["items"]}
    assert slugs == {"outer", "same", "same-2"}


async def test_a_document_that_is_made_anew_goes_on_counting_versions(serve):
    before = (
        "    await ctx.db.delete('counters', 'one')\n    await ctx.db.create('counters', {'id': 'one', 'count': 9})\n"
    )
    desk = await desk_with(serve, before)
    await desk.ask("POST", "/counters", {"id": "one"})
    assert (await desk.ask("POST", "/things", {})).status == 201
    one = (await desk.ask("GET", "/counters/one")).json
    assert (one["count"], one["version"]) == (9, 2)


async def test_a_hook_cannot_create_one_document_twice(serve):
    create = "    await ctx.db.create('counters', {'id': 'c'})\n"
    desk = await desk_with(serve, create * 2)
    refused = await desk.ask("POST", "/things", {"title": "x"})
    assert (refused.status, refused.json["code"]) == (409, "already_exists")
    assert (await desk.ask("GET", "/counters")).json["items"] == []


async def test_what_a_hook_wrote_into_the_document_at_hand_is_not_silently_undone(serve):
    before = (
        "    if ctx.document['title'] == 'x':\n"
        "        await ctx.db.update('things', ctx.id, {'title': 'y'})\n"
    )  # fmt: skip
    desk = await desk_with(serve, before)
    await desk.ask("POST", "/things", {"id": "t", "title": "a"})
    refused = await desk.ask("PATCH", "/things/t", {"title": "x"})
    assert (refused.status, refused.json["code"]) == (409, "conflict")
    assert (await desk.ask("GET", "/things/t")).json["title"] == "a"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_after_hooks_run_for_what_an_endpoint_and_a_read_have_written(serve, method):
    desk = await desk_with(serve)
    await desk.ask("POST", "/counters", {"id": "visits"})
    answer = await desk.ask(method, "/visits", {} if method == "POST" else None)
    assert answer.json == {"ok": True}
    assert [d["title"] for d in (await desk.ask("GET", "/notes", by="editor")).json["items"]] == ["told"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_endpoints_that_overtake_each_other_are_redone(serve, method):
    desk = await desk_with(serve)
    await desk.ask("POST", "/counters", {"id": "visits"})
    body = {} if method == "POST" else None
    answers = await asyncio.gather(*(desk.ask(method, "/visits", body) for _ in range(3)))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert (await desk.ask("GET", "/counters/visits")).json["count"] == 3


async def test_a_slug_that_the_client_took_is_not_unique_at_once(serve):
    desk = await desk_with(serve)
    await desk.ask("POST", "/things", {"id": "a", "title": "Taken"})
    await desk.ask("POST", "/things", {"id": "b", "title": "Free"})
    refused = await desk.ask("PATCH", "/things/b", {"$set": {"slug": "taken"}})
    assert (refused.status, refused.json["code"], list(refused.json["errors"])) == (409, "not_unique", ["/slug"])
    assert not [entry for entry in desk.log.entries if entry["event"] == "write_retried"]


async def test_a_title_that_everybody_gives_still_makes_a_slug(serve):
    desk = await desk_with(serve)
    for _ in range(21):
        last = await desk.ask("POST", "/things", {"title": "Same"})
    assert last.json["slug"] == f"same-{last.json['id'][-12:]}"


async def test_concurrent_requests_through_one_document_all_count(serve):
    desk = await desk_with(serve)
    await desk.ask("POST", "/counters", {"id": "one"})
    change = {"$inc": {"count": 1}}
    answers = await asyncio.gather(*(desk.ask("PATCH", "/counters/one", change) for _ in range(4)))
    assert [answer.status for answer in answers] == [200, 200, 200, 200]
    assert (await desk.ask("GET", "/counters/one")).json["count"] == 4
