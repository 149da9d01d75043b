"""What becomes of runs, told to those who watch: once each, seldom, and never in a run's way."""

import asyncio

import pytest

from runtime.jobs import record
from runtime.jobs.news import LINES_TOGETHER, MOST_TOLD, RunNews
from runtime.model.errors import Unavailable

NOON = 1_768_478_400.0


def run(id="r1", **more):
    return {**record.queued(id=id, job="mail", input={"to": "ada"}, now=NOON, due=NOON, by="ada"), **more}


def line(text):
    return record.log_line(NOON, "info", text)


@pytest.fixture
def news(project, publisher, log, clock):
    return RunNews(publisher, project.ledger, log=log, wait=clock.wait)


@pytest.fixture
def heard(publisher):
    publisher.heard.add("_runs")


async def test_nothing_is_made_where_nobody_listens(news, publisher, store):
    news.changed("r1", run())
    news.wrote("r1", [line("hello")])
    await news.tell()
    assert publisher.sent == []
    publisher.heard.add("_runs")
    await news.tell()
    assert publisher.sent == []


async def test_a_run_is_told_as_lists_have_it(news, publisher, heard):
    news.stored(run(log=[line("hello")], steps={"charge": 1}))
    await news.tell()
    (message,) = publisher.bodies("_runs")
    assert message["type"] == "run"
    assert (message["run"]["id"], message["run"]["state"], message["run"]["input"]) == ("r1", "queued", {"to": "ada"})
    assert not {"log", "steps", "lane", "slot"} & set(message["run"])


async def test_of_several_changes_the_last_is_told(news, publisher, heard):
    news.stored(run(version=1))
    news.stored(run("r2"))
    news.stored(run(version=2))
    await news.tell()
    told = [(message["run"]["id"], message["run"]["version"]) for message in publisher.bodies("_runs")]
    assert told == [("r2", 1), ("r1", 2)]


async def test_of_too_many_runs_only_the_number_is_told(news, publisher, heard):
    for number in range(MOST_TOLD + 3):
        news.stored(run(str(number)))
    await news.tell()
    assert publisher.types("_runs") == ["run"] * MOST_TOLD + ["missed"]
    assert publisher.bodies("_runs")[-1] == {"type": "missed", "count": 3}


async def test_a_run_that_is_too_large_for_a_message_counts_as_missed(news, publisher, heard):
    publisher.limit = 200
    news.stored(run())
    await news.tell()
    assert publisher.bodies("_runs") == [{"type": "missed", "count": 1}]


async def test_lines_are_told_together_in_order_and_in_bounded_messages(news, publisher, heard):
    news.wrote("r1", [line("0")])
    news.wrote("r1", [line(str(number)) for number in range(1, LINES_TOGETHER + 2)])
    await news.tell()
    first, second = publisher.bodies("_runs")
    assert (first["type"], first["id"], len(first["lines"]), len(second["lines"])) == ("log", "r1", LINES_TOGETHER, 2)
    texts = [each["message"] for message in (first, second) for each in message["lines"]]
    assert texts == [str(number) for number in range(LINES_TOGETHER + 2)]


async def test_a_run_of_which_only_the_id_is_known_is_read(news, publisher, project, heard):
    project.has("async def run(ctx): pass", mail={})
    id = await project.enqueue("mail")
    news.changed(id, None)
    news.changed("gone", None)
    await news.tell()
    assert [message["run"]["id"] for message in publisher.bodies("_runs")] == [id]


async def test_runs_that_could_not_be_read_are_told_as_missed(news, publisher, heard, project, monkeypatch):
    async def away(ids):
        raise Unavailable("the store is away")

    monkeypatch.setattr(project.ledger, "get_many", away)
    news.stored(run("r1"))
    news.changed("r2", None)
    with pytest.raises(Unavailable):
        await news.tell()
    await news.tell()
    assert publisher.bodies("_runs") == [{"type": "missed", "count": 2}]


async def test_a_store_that_is_away_ends_nothing(news, publisher, heard, project, logged, clock, pulse, monkeypatch):
    async def away(ids):
        raise Unavailable("the store is away")

    monkeypatch.setattr(project.ledger, "get_many", away)
    telling = asyncio.create_task(news.telling())
    news.changed("r1", None)
    await pulse.until(lambda: any(entry["event"] == "run_news_failed" for entry in logged.entries))
    news.stored(run("r2"))
    clock.advance(0.25)
    await pulse.until(lambda: publisher.types("_runs") == ["run", "missed"])
    telling.cancel()


async def test_what_changes_within_a_quarter_of_a_second_is_told_together(news, publisher, heard, clock, pulse):
    telling = asyncio.create_task(news.telling())
    news.stored(run(version=1))
    await pulse.until(lambda: publisher.types("_runs") == ["run"])
    for version in (2, 3, 4):
        news.stored(run(version=version))
    clock.advance(0.2)
    await asyncio.sleep(0)
    assert len(publisher.sent) == 1
    clock.advance(0.05)
    await pulse.until(lambda: len(publisher.sent) == 2)
    assert publisher.bodies("_runs")[1]["run"]["version"] == 4
    telling.cancel()


JOB = """
async def run(ctx):
    ctx.log.info("begun")
    ctx.progress(50, "half")
    await ctx.step("once", lambda: None)
    await ctx.http.gate.wait()
    return 7
"""


def told(publisher, id):
    """Return the states and progress that were told of a run, and the lines of its log."""
    bodies = publisher.bodies("_runs")
    runs = [message["run"] for message in bodies if message["type"] == "run" and message["run"]["id"] == id]
    lines = [line["message"] for message in bodies if message["type"] == "log" for line in message["lines"]]
    return [(run["state"], run["progress"]["percent"]) for run in runs], lines


async def quarter(clock):
    """Let a quarter of a second pass if somebody waits for its end: no more, while the store is still at work."""
    if any(due <= clock.passed + 0.25 for due, _ in clock.timers):
        clock.advance(0.25)
    await asyncio.sleep(0)


async def told_until(project, last, id):
    """Let quarters of a second pass until the last that was told of a run is this."""
    while not (states := told(project.publisher, id)[0]) or states[-1] != last:
        await quarter(project.clock)
    return states


async def test_a_run_is_told_from_the_queue_to_its_end(project, publisher, heard):
    project.has(JOB, mail={})
    async with project.worker().running():
        id = await project.enqueue("mail")
        states = await told_until(project, ("running", 50), id)
        assert states[0] == ("queued", 0)
        project.hand.gate.set()
        await told_until(project, ("succeeded", 100), id)
    assert told(publisher, id)[1] == ["begun"]


async def test_a_run_that_is_cancelled_and_retried_by_hand_is_told(project, publisher, heard):
    project.has(JOB, mail={})
    async with project.worker().running():
        id = await project.enqueue("mail", delay_s=100)
        await told_until(project, ("queued", 0), id)
        await project.ledger.cancel(id, by="ada")
        await told_until(project, ("cancelled", 0), id)
        project.hand.gate.set()
        await project.ledger.retry(id, by="ada")
        await told_until(project, ("succeeded", 100), id)


async def test_a_run_with_a_key_that_is_there_already_is_told_as_it_is(project, publisher, heard):
    project.has(JOB, mail={})
    project.hand.gate.set()
    async with project.worker().running():
        id = await project.enqueue("mail", key="k")
        await told_until(project, ("succeeded", 100), id)
        count = len(publisher.sent)
        await project.enqueue("mail", key="k")
        while len(publisher.sent) == count:
            await quarter(project.clock)
    assert told(publisher, id)[0][-1] == ("succeeded", 100)


async def test_a_run_costs_no_message_where_nobody_listens(project, publisher):
    project.has(JOB, mail={})
    project.hand.gate.set()
    async with project.worker().running():
        id = await project.enqueue("mail")
        await project.reaches(id, "succeeded")
    assert publisher.sent == []
