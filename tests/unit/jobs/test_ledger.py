"""The ledger: queueing, claiming by compare-and-set, leases, overlap, retention."""

import asyncio

import pytest

from runtime.jobs import record
from runtime.jobs.failure import said
from runtime.model.errors import InvalidDocument, NotFound, Unavailable, VersionConflict

NOTHING = "def run(ctx): pass"


def ids(claims):
    return [claim.run["id"] for claim in claims.begun]


async def end(claim, clock):
    await claim.change(lambda run: record.succeeded(run, now=clock.now(), result=None))


async def test_preparing_stores_nothing_and_enqueueing_wakes(project):
    project.has(NOTHING, render={})
    woken = []
    end_waking = project.ledger.on_wake(lambda: woken.append(1))
    write = project.ledger.prepare("render", {"n": 1}, delay_s=5, key=None, by="ada")
    assert (write.collection, write.expected, write.keep_existing, write.by) == ("_runs", 0, False, "ada")
    assert await project.runs() == []
    await project.ledger.enqueue([write])
    run = await project.ledger.get(write.id)
    assert (run["state"], run["input"], run["queuedBy"], run["dueAt"]) == (
        "queued", {"n": 1}, "ada", "2026-01-15T12:00:05.000Z",
    )  # fmt: skip
    assert woken == [1]
    end_waking()
    project.ledger.wake()
    assert woken == [1]


async def test_the_same_key_is_one_run_and_another_key_is_another(project):
    project.has(NOTHING, render={}, other={})
    first = await project.enqueue("render", {"n": 1}, key="k")
    assert await project.enqueue("render", {"n": 2}, key="k") == first
    assert await project.enqueue("render", key="l") != first
    assert await project.enqueue("other", key="k") != first
    assert (await project.ledger.get(first))["input"] == {"n": 1}
    assert len(await project.runs()) == 3


async def test_a_key_holds_after_the_run_has_ended(project, clock):
    project.has(NOTHING, render={})
    first = await project.enqueue("render", key="k")
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    await end(claim, clock)
    assert await project.enqueue("render", key="k") == first
    assert [run["state"] for run in await project.runs()] == ["succeeded"]


async def test_a_reload_brings_the_new_input_schema(project):
    project.has(NOTHING, render={"input": {"type": "object", "required": ["a"]}})
    with pytest.raises(InvalidDocument) as refused:
        project.ledger.prepare("render", None, delay_s=0, key=None, by=None)
    assert refused.value.errors == {"/a": "is required"}
    project.respecify("render", input=None)
    assert project.ledger.prepare("render", None, delay_s=0, key=None, by=None).document["input"] == {}
    with pytest.raises(NotFound, match="did you mean 'render'"):
        project.ledger.prepare("rendre", None, delay_s=0, key=None, by=None)


@pytest.mark.parametrize("delay_s", [-1.0, 1e9, float("inf"), float("nan")])
async def test_a_delay_that_means_nothing_is_refused(project, delay_s):
    project.has(NOTHING, render={})
    with pytest.raises(InvalidDocument) as refused:
        project.ledger.prepare("render", None, delay_s=delay_s, key=None, by=None)
    assert list(refused.value.errors) == ["/delay"]


async def test_a_scheduled_run_is_its_job_and_instant(project, clock):
    project.has(NOTHING, digest={"every_s": 60.0})
    write = project.ledger.scheduled("digest", clock.now() - 30)
    again = project.ledger_of_another_process().scheduled("digest", clock.now() - 30)
    assert write.id == again.id
    assert (write.keep_existing, write.document["queuedBy"], write.document["key"]) == (
        True, None, "2026-01-15T11:59:30.000Z",
    )  # fmt: skip
    assert (write.document["scheduledAt"], write.document["dueAt"], write.document["queuedAt"]) == (
        "2026-01-15T11:59:30.000Z", "2026-01-15T11:59:30.000Z", "2026-01-15T12:00:00.000Z",
    )  # fmt: skip
    assert project.ledger.scheduled("digest", clock.now()).id != write.id


async def test_a_claim_takes_what_is_due_oldest_first_and_says_what_comes_next(project, clock):
    project.has(NOTHING, render={})
    later = await project.enqueue("render", delay_s=7.5)
    second = await project.enqueue("render", delay_s=2)
    first = await project.enqueue("render", delay_s=1)
    claims = await project.ledger.claim("w", limit=10)
    assert (claims.begun, claims.next_due) == ([], clock.now() + 1)
    clock.advance(3)
    claims = await project.ledger.claim("w", limit=10)
    assert (ids(claims), claims.next_due) == ([first, second], clock.now() + 4.5)
    run = claims.begun[0].run
    assert (run["state"], run["attempt"], run["worker"], run["leaseUntil"], run["startedAt"]) == (
        "running", 1, "w", "2026-01-15T12:00:33.000Z", "2026-01-15T12:00:03.000Z",
    )  # fmt: skip
    assert await project.ledger.get(run["id"]) == run
    clock.advance(5)
    assert ids(await project.ledger.claim("w", limit=10)) == [later]


async def test_a_claim_takes_no_more_than_its_limit(project):
    project.has(NOTHING, render={})
    for _ in range(5):
        await project.enqueue("render")
    assert len(ids(await project.ledger.claim("w", limit=2))) == 2
    assert len(ids(await project.ledger.claim("w", limit=10))) == 3


async def test_no_run_is_given_to_two_workers_that_ask_at_once(project):
    project.has(NOTHING, render={})
    queued = {await project.enqueue("render") for _ in range(40)}
    ledgers = [project.ledger, *(project.ledger_of_another_process() for _ in range(3))]
    asked = [ledger.claim(f"w{n}", limit=40) for n, ledger in enumerate(ledgers)]
    taken = [id for claims in await asyncio.gather(*asked) for id in ids(claims)]
    assert sorted(taken) == sorted(queued)
    assert {run["attempt"] for run in await project.runs()} == {1}


async def test_a_lease_that_ends_gives_the_run_to_another_with_attempt_2(project, clock):
    project.has(NOTHING, render={})
    id = await project.enqueue("render")
    (lost,) = (await project.ledger.claim("dead", limit=1)).begun
    clock.advance(29.9)
    assert ids(await project.ledger.claim("w", limit=1)) == []
    clock.advance(0.1)
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    assert (claim.run["id"], claim.run["attempt"], claim.run["worker"]) == (id, 2, "w")
    with pytest.raises(VersionConflict):
        await end(lost, clock)
    await end(claim, clock)
    assert [(run["state"], run["attempt"]) for run in await project.runs()] == [("succeeded", 2)]


async def test_a_renewed_lease_holds(project, clock):
    project.has(NOTHING, render={})
    await project.enqueue("render")
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    clock.advance(20)
    until = clock.now() + 30
    await claim.change(
        lambda run: record.renewed(run, now=clock.now(), lease_until=until, progress=run["progress"], log=[])
    )
    clock.advance(20)
    assert ids(await project.ledger.claim("other", limit=1)) == []


async def test_skip_records_the_run_that_finds_another_unfinished(project, clock):
    project.has(NOTHING, digest={"overlap": "skip"})
    await project.enqueue("digest")
    (claim,) = (await project.ledger.claim("w", limit=5)).begun
    second = await project.enqueue("digest")
    claims = await project.ledger.claim("w", limit=5)
    assert (claims.begun, [run["id"] for run in claims.ended]) == ([], [second])
    run = await project.ledger.get(second)
    assert (run["state"], run["attempt"], run["finishedAt"], run["error"]["type"]) == (
        "skipped", 0, "2026-01-15T12:00:00.000Z", "Skipped",
    )  # fmt: skip
    await end(claim, clock)
    third = await project.enqueue("digest")
    assert ids(await project.ledger.claim("w", limit=5)) == [third]


async def test_of_two_that_are_due_together_one_runs_and_the_other_is_skipped(project):
    project.has(NOTHING, digest={"overlap": "skip"})
    for _ in range(2):
        await project.enqueue("digest")
    ledgers = [project.ledger, project.ledger_of_another_process()]
    claims = await asyncio.gather(*(ledger.claim("w", limit=5) for ledger in ledgers))
    assert len([id for each in claims for id in ids(each)]) == 1
    assert sorted(run["state"] for run in await project.runs()) == ["running", "skipped"]


async def test_queue_leaves_the_run_waiting_and_others_pass_it(project, clock):
    project.has(NOTHING, digest={"overlap": "queue"}, other={})
    digests = []
    for _ in range(4):
        digests.append(await project.enqueue("digest"))
        clock.advance(1)
    other = await project.enqueue("other")
    first = await project.ledger.claim("w", limit=2)
    assert ids(first) == [digests[0], other]
    assert ids(await project.ledger.claim("w", limit=2)) == []
    await end(first.begun[0], clock)
    assert ids(await project.ledger.claim("w", limit=2)) == [digests[1]]


async def test_allow_runs_them_side_by_side(project):
    project.has(NOTHING, digest={"every_s": 60.0, "overlap": "allow"})
    for _ in range(3):
        await project.enqueue("digest")
    assert len(ids(await project.ledger.claim("w", limit=5))) == 3


async def test_a_run_that_waits_for_its_retry_still_counts_as_unfinished(project, clock):
    project.has(NOTHING, digest={"overlap": "skip"})
    first = await project.enqueue("digest")
    (claim,) = (await project.ledger.claim("w", limit=5)).begun
    due = clock.now() + 60
    await claim.change(lambda run: record.retried(run, now=clock.now(), due=due, error=said("E", "")))
    second = await project.enqueue("digest")
    assert [run["id"] for run in (await project.ledger.claim("w", limit=5)).ended] == [second]
    clock.advance(60)
    assert ids(await project.ledger.claim("w", limit=5)) == [first]


async def test_an_expired_lease_comes_before_its_jobs_next_run(project, clock):
    project.has(NOTHING, digest={"overlap": "skip"})
    first = await project.enqueue("digest")
    await project.ledger.claim("dead", limit=5)
    clock.advance(30)
    second = await project.enqueue("digest")
    claims = await project.ledger.claim("w", limit=5)
    assert (ids(claims), [run["id"] for run in claims.ended]) == ([first], [second])


async def test_a_job_that_became_strict_does_not_drop_a_run_that_was_begun(project, clock):
    """Two runs of an `allow` job lose their worker; meanwhile the YAML says `skip`. One waits for the other."""
    project.has(NOTHING, digest={"overlap": "allow"})
    await project.enqueue("digest")
    await project.enqueue("digest")
    await project.ledger.claim("dead", limit=5)
    project.respecify("digest", overlap="skip")
    clock.advance(30)
    claims = await project.ledger.claim("w", limit=5)
    assert (len(claims.begun), claims.ended) == (1, [])
    await end(claims.begun[0], clock)
    assert len(ids(await project.ledger.claim("w", limit=5))) == 1


async def test_an_unknown_job_is_left_to_newer_processes_for_half_a_minute(project, clock):
    project.has(NOTHING, render={}, other={})
    id = await project.enqueue("render")
    project.has(NOTHING, other={})
    other = await project.enqueue("other")
    assert ids(await project.ledger.claim("w", limit=1)) == [other]
    clock.advance(29.9)
    assert ids(await project.ledger.claim("w", limit=5)) == []
    clock.advance(0.2)
    assert id in ids(await project.ledger.claim("w", limit=5))


async def test_a_store_that_is_away_is_said(project, store):
    project.has(NOTHING, render={})
    store.away = True
    with pytest.raises(Unavailable):
        await project.ledger.claim("w", limit=1)


async def test_what_was_begun_before_the_store_went_away_is_not_lost(project, store, clock):
    project.has(NOTHING, render={})
    expired = await project.enqueue("render")
    await project.ledger.claim("dead", limit=1)
    clock.advance(30)
    await project.enqueue("render")
    find = store.find

    async def find_once(collection, query):
        store.find = fail
        return await find(collection, query)

    async def fail(collection, query):
        raise Unavailable("the store is away")

    store.find = find_once
    assert ids(await project.ledger.claim("w", limit=5)) == [expired]


async def test_what_was_skipped_before_the_store_went_away_is_not_lost(project, store):
    project.has(NOTHING, digest={"overlap": "skip"})
    await project.enqueue("digest")
    assert len((await project.ledger.claim("w", limit=5)).begun) == 1
    skipped = await project.enqueue("digest")
    find, ended = store.find, []

    async def find_until_one_has_ended(collection, query):
        if ended or (await project.ledger.get(skipped))["state"] == "skipped":
            ended.append(skipped)
            raise Unavailable("the store is away")
        return await find(collection, query)

    store.find = find_until_one_has_ended
    claims = await project.ledger.claim("w", limit=5)
    assert ([run["id"] for run in claims.ended], ended) == ([skipped], [skipped])


async def test_runs_are_found_newest_first(project, clock):
    project.has(NOTHING, render={}, other={})
    first = await project.enqueue("render")
    clock.advance(1)
    second = await project.enqueue("render")
    await project.enqueue("other")
    assert [run["id"] for run in await project.ledger.find(job="render", limit=5)] == [second, first]
    await project.ledger.claim("w", limit=1)
    assert [run["id"] for run in await project.ledger.find(state="running", limit=5)] == [first]
    assert len(await project.ledger.find(limit=2)) == 2


async def test_what_ended_more_than_30_days_ago_is_forgotten(project, clock):
    project.has(NOTHING, render={})
    old = await project.enqueue("render")
    (claim,) = (await project.ledger.claim("w", limit=1)).begun
    await end(claim, clock)
    waiting = await project.enqueue("render", delay_s=90 * 86400)
    clock.advance(30 * 86400)
    assert await project.ledger.prune() == 0
    clock.advance(1)
    assert await project.ledger.prune() == 1
    assert await project.ledger.get(old) is None
    assert await project.ledger.get(waiting) is not None
    assert await project.ledger.prune() == 0
