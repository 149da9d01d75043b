"""The newsroom publishes an article when its `publishAt` has come, and only then."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def newsroom(serve):
    files = {}
    for pattern in ("collections/*.yml", "hooks/*.py", "jobs/*"):
        files |= {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob(pattern) if path.is_file()}
    config = (ROOT / "config.yml").read_text().replace("namespace: newsroom", "namespace: desk")
    return await serve({**files, "config.yml": config.replace("${STORAGE_URL}", '"sqlite::memory:"')})


def ahead(seconds):
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


async def create(newsroom, **fields):
    answer = await newsroom.ask("POST", "/articles", {"title": "Soon", **fields}, by="editor")
    assert answer.status == 201, answer.text
    return answer.json["id"]


async def change(newsroom, id, **fields):
    answer = await newsroom.ask("PATCH", f"/articles/{id}", fields, by="editor")
    assert answer.status == 200, answer.text


async def ended(newsroom, count):
    """The runs of the job, once so many have ended."""
    while True:
        runs = await newsroom.project.ledger.find(job="publish-article", limit=50)
        if sum(run["finishedAt"] is not None for run in runs) == count:
            return runs
        await asyncio.sleep(0)


async def article(newsroom, id):
    return (await newsroom.ask("GET", f"/articles/{id}", by="editor")).json


async def test_an_article_is_published_when_its_time_has_come(newsroom):
    id = await create(newsroom, publishAt=ahead(600))
    (run,) = await newsroom.project.ledger.find(job="publish-article", limit=5)
    assert (run["state"], run["priority"]) == ("queued", "high")
    assert (await article(newsroom, id))["status"] == "draft"
    newsroom.clock.ahead_s += 600
    (run,) = await ended(newsroom, 1)
    published = await article(newsroom, id)
    assert (published["status"], "publishAt" in published, run["result"]) == ("published", False, {"published": True})


async def test_it_is_not_published_before_its_time(newsroom):
    id = await create(newsroom, publishAt=ahead(0.3))
    (run,) = await ended(newsroom, 1)
    assert (await article(newsroom, id))["publishedAt"] >= run["scheduledAt"]


async def test_another_time_takes_the_place_of_the_first(newsroom):
    id = await create(newsroom, publishAt=ahead(600))
    await change(newsroom, id, publishAt=ahead(3600))
    newsroom.clock.ahead_s += 600
    (later, first) = await ended(newsroom, 1)
    assert (first["result"], later["state"]) == ({"published": False}, "queued")
    assert (await article(newsroom, id))["status"] == "draft"
    await change(newsroom, id, publishAt=ahead(-1))
    await ended(newsroom, 2)
    assert (await article(newsroom, id))["status"] == "published"


async def test_without_a_time_it_stays_a_draft(newsroom):
    id = await create(newsroom, publishAt=ahead(600))
    await change(newsroom, id, publishAt=None)
    newsroom.clock.ahead_s += 600
    (run,) = await ended(newsroom, 1)
    assert (run["result"], (await article(newsroom, id))["status"]) == ({"published": False}, "draft")


async def test_the_same_time_chosen_again_counts(newsroom):
    moment = ahead(600)
    id = await create(newsroom, publishAt=moment)
    await change(newsroom, id, publishAt=None)
    newsroom.clock.ahead_s += 600
    await ended(newsroom, 1)
    await change(newsroom, id, publishAt=moment)
    await ended(newsroom, 2)
    assert (await article(newsroom, id))["status"] == "published"


async def test_other_changes_plan_nothing(newsroom):
    id = await create(newsroom, publishAt=ahead(3600))
    await change(newsroom, id, body="Changed.")
    assert len(await newsroom.project.ledger.find(job="publish-article", limit=5)) == 1


async def test_an_author_cannot_publish_by_choosing_a_time(newsroom):
    body = {"title": "Mine", "publishAt": ahead(-1)}
    answer = await newsroom.ask("POST", "/articles", body, by="author")
    assert (answer.status, answer.json["code"]) == (403, "fields_forbidden")
    assert await newsroom.project.ledger.find(job="publish-article", limit=5) == []


async def test_a_create_that_is_refused_plans_nothing(newsroom):
    answer = await newsroom.ask("POST", "/articles", {"title": "LOUD", "publishAt": ahead(60)}, by="editor")
    assert answer.status == 422
    assert await newsroom.project.ledger.find(job="publish-article", limit=5) == []
