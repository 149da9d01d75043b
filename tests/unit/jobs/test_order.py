"""Which run is taken when: priorities, places per key, chance, and jobs whose YAML changed meanwhile."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.jobs import record
from runtime.model.problem import Source
from runtime.model.specs import ConcurrencySpec, HookRef, JobSpec

NOTHING = "def run(ctx): pass"


def ids(claims):
    return [claim.run["id"] for claim in claims.begun]


def job(**settings):
    return JobSpec(name="render", source=Source("jobs/jobs.yml"), ref=HookRef("jobs/render.py", "run"), **settings)


async def end(claim, clock):
    await claim.change(lambda run: record.succeeded(run, now=clock.now(), result=None))


async def test_a_higher_priority_is_taken_first_and_of_the_same_the_oldest(project, clock):
    project.has(NOTHING, late={"priority": "low"}, plain={}, soon={"priority": "high"})
    queued = []
    for name in ("late", "plain", "plain", "soon"):
        queued.append(await project.enqueue(name))
        clock.advance(1)
    late, first, second, soon = queued
    assert ids(await project.ledger.claim("w", limit=2)) == [soon, first]
    assert ids(await project.ledger.claim("w", limit=5)) == [second, late]


async def test_a_high_priority_that_is_not_due_keeps_nobody_waiting(project, clock):
    project.has(NOTHING, plain={}, soon={"priority": "high"})
    soon = await project.enqueue("soon", delay_s=5)
    plain = await project.enqueue("plain", delay_s=2)
    claims = await project.ledger.claim("w", limit=5)
    assert (claims.begun, claims.next_due) == ([], clock.now() + 2)
    clock.advance(2)
    claims = await project.ledger.claim("w", limit=5)
    assert (ids(claims), claims.next_due) == ([plain], clock.now() + 3)
    clock.advance(3)
    assert ids(await project.ledger.claim("w", limit=5)) == [soon]


async def test_each_key_has_its_places_and_others_pass(project, clock):
    project.has(NOTHING, render={"concurrency": ConcurrencySpec(max=2, key="$input.articleId")})
    queued = []
    for _ in range(3):
        queued.append(await project.enqueue("render", {"articleId": "a"}))
        clock.advance(1)
    first, second, third = queued
    other = await project.enqueue("render", {"articleId": "b"})
    claims = await project.ledger.claim("w", limit=10)
    assert sorted(ids(claims)) == sorted([first, second, other])
    assert ids(await project.ledger_of_another_process().claim("v", limit=10)) == []
    await end(next(claim for claim in claims.begun if claim.run["id"] == first), clock)
    assert ids(await project.ledger_of_another_process().claim("v", limit=10)) == [third]


async def test_places_hold_however_many_workers_ask_at_once(project):
    project.has(NOTHING, render={"concurrency": ConcurrencySpec(max=3)})
    for _ in range(12):
        await project.enqueue("render")
    ledgers = [project.ledger, *(project.ledger_of_another_process() for _ in range(3))]
    claims = await asyncio.gather(*(ledger.claim(f"w{n}", limit=10) for n, ledger in enumerate(ledgers)))
    for ledger in ledgers:
        claims.append(await ledger.claim("w", limit=10))
    assert len([id for each in claims for id in ids(each)]) == 3


async def test_the_one_who_asked_can_be_the_key(project):
    project.has(NOTHING, render={"concurrency": ConcurrencySpec(max=1, key="$user.id")})
    for by in ("ada", "ada", "bob", "bob"):
        await project.enqueue("render", by=by)
    claims = await project.ledger.claim("w", limit=10)
    assert sorted(claim.run["queuedBy"] for claim in claims.begun) == ["ada", "bob"]


async def test_with_skip_what_finds_no_place_is_skipped(project):
    project.has(NOTHING, render={"concurrency": ConcurrencySpec(max=1), "overlap": "skip"})
    await project.enqueue("render")
    await project.ledger.claim("w", limit=5)
    second = await project.enqueue("render")
    assert [run["id"] for run in (await project.ledger.claim("w", limit=5)).ended] == [second]


@pytest.mark.parametrize(
    ("settings", "lane", "places"),
    [
        ({}, "render", None),
        ({"overlap": "queue"}, "render", ("render",)),
        ({"concurrency": ConcurrencySpec(2)}, "render", ("render", "render#1")),
        ({"concurrency": ConcurrencySpec(1, "$input.a.b")}, 'render/"x"', ('render/"x"',)),
        ({"concurrency": ConcurrencySpec(1, "$input.none")}, "render/null", ("render/null",)),
        ({"concurrency": ConcurrencySpec(1, "$user.id")}, 'render/"ada"', ('render/"ada"',)),
    ],
)
def test_what_a_run_shares_its_places_with(settings, lane, places):
    spec = job(**settings)
    assert record.lane_of(spec, input={"a": {"b": "x"}}, by="ada") == lane
    assert record.places_of(spec, lane) == places


def test_a_long_key_is_told_by_its_digest():
    spec = job(concurrency=ConcurrencySpec(1, "$input.a"))
    lanes = {record.lane_of(spec, input={"a": text * 500}, by=None) for text in "xy"}
    assert [len(lane) for lane in lanes] == [71, 71]


@given(st.text(), st.integers(0, 1000))
def test_chance_is_the_same_in_every_process_and_below_one(id, turn):
    assert 0 <= record.spread(id, turn) < 1
    assert record.spread(id, turn) == record.spread(id, turn)


async def test_what_a_trigger_fires_is_put_off_by_chance_and_keeps_its_time(project, clock):
    project.has(NOTHING, digest={"every_s": 60.0, "jitter_s": 10.0})
    dues = set()
    for minute in range(20):
        write = project.ledger.scheduled("digest", clock.now() - 60 * minute)
        assert (
            write.document
            == project.ledger_of_another_process().scheduled("digest", clock.now() - 60 * minute).document
        )
        dues.add(write.document["dueAt"][17:22])
    assert len(dues) > 10


async def test_retries_are_spread_by_their_jitter(project, working, clock):
    project.has("async def run(ctx): raise ValueError", render={"retries": project.retries(max=1, jitter_s=60.0)})
    async with working():
        queued = [await project.enqueue("render") for _ in range(6)]
        waits = [(await project.failures(id, 1))["dueAt"] for id in queued]
    assert len(set(waits)) > 3
    assert all("2026-01-15T12:00:05.000Z" <= due < "2026-01-15T12:01:05.000Z" for due in waits)


async def test_a_run_that_does_not_fit_its_job_any_more_fails_and_says_so(project, working):
    project.has(NOTHING, render={})
    id = await project.enqueue("render", {"n": 1})
    project.respecify("render", input={"type": "object", "required": ["articleId"]})
    async with working():
        run = await project.reaches(id, "failed")
    assert (run["error"]["type"], run["error"]["message"]) == (
        "InputRefused", "its input does not fit the job any more: /articleId is required",
    )  # fmt: skip


async def test_the_worker_counts_what_becomes_of_runs(project, working, clock):
    project.has("async def run(ctx):\n    if ctx.input: raise ValueError", render={})
    late = await project.enqueue("render", {"n": 1})
    taken = await project.enqueue("render")
    await project.ledger.cancel(late, by=None)
    await project.ledger.retry(late, by=None)
    await project.ledger.claim("dead", limit=2)
    clock.advance(30)
    third = await project.enqueue("render")
    clock.advance(4)
    async with working() as worker:
        await project.reaches(late, "failed")
        await project.reaches(taken, "succeeded")
        await project.reaches(third, "succeeded")
        counts = worker.counts.of("render")
    assert (worker.counts.takeovers, counts.ended) == (2, {"failed": 1, "succeeded": 2})
    assert (counts.attempts, counts.failures, counts.begun, counts.lateness_s) == (3, 1, 1, 4.0)
