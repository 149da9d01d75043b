"""Messages about runs: to which channel, with what."""

import pytest

from runtime.jobs import record
from runtime.jobs.announce import Announcer, channel_of
from runtime.jobs.failure import said
from runtime.model.problem import Source
from runtime.model.specs import HookRef, JobEventsSpec, JobSpec

NOON = 1_768_478_400.0


def run(by="ada", **input):
    return record.queued(id="r1", job="render", input=input, now=NOON, due=NOON, by=by)


def spec(channel="user:{userId}"):
    return JobSpec(
        "render", Source("x"), HookRef("jobs/x.py", "run"), events=JobEventsSpec(channel=channel, prefix="generation")
    )


def body(outcome, **told):
    nothing = {"progress": 0, "message": "", "result": None, "error": None}
    return {"type": f"generation_{outcome}", "jobId": "r1", **nothing, **told}


@pytest.mark.parametrize(
    ("template", "run", "channel"),
    [
        ("system", run(by=None), "system"),
        ("user:{userId}", run(), "user:ada"),
        ("user:{userId}", run(by=None), None),
        ("user:{userId}", run(by="token:importer"), None),
        ("user:{userId}", run(userId="eve"), "user:ada"),
        ("user:{userId}", run(by=None, userId="eve"), None),
        ("room:{room}:{n}", run(room="lobby", n=3), "room:lobby:3"),
        ("room:{room}", run(room="lobby:secret"), None),
        ("room:{room}", run(room=True), None),
        ("room:{room}", run(room=["a"]), None),
        ("room:{room}", run(room=""), None),
        ("room:{room}", run(), None),
    ],
)
def test_a_template_is_filled_from_the_starter_and_the_input(template, run, channel):
    assert channel_of(template, run) == channel


def test_every_message_has_the_same_fields(publisher, log):
    announcer = Announcer(publisher, log)
    started = record.begun(run(), worker="w", now=NOON, lease_until=NOON, slot=None)
    announcer.announce(spec(), started, "started")
    announcer.announce(spec(), {**started, "progress": {"percent": 40, "message": "halfway"}}, "progress")
    announcer.announce(spec(), record.succeeded(started, now=NOON, result={"pages": 3}), "complete")
    announcer.announce(
        spec(), record.failed(started, now=NOON, error=said("ValueError", "no") | {"traceback": "secret"}), "failed"
    )
    assert publisher.bodies("user:ada") == [
        body("started"),
        body("progress", progress=40, message="halfway"),
        body("complete", progress=100, result={"pages": 3}),
        body("failed", error={"type": "ValueError", "message": "no"}),
    ]


def test_a_result_that_is_too_large_for_a_message_is_left_out(publisher, log):
    publisher.limit = 1000
    Announcer(publisher, log).announce(spec(), record.succeeded(run(), now=NOON, result="x" * 2000), "complete")
    assert [body["result"] for body in publisher.bodies("user:ada")] == [None]


def test_a_message_that_the_channel_refuses_is_logged(publisher, log, logged):
    publisher.refuse = {"generation_started"}
    Announcer(publisher, log).announce(spec(), run(), "started")
    assert publisher.bodies("user:ada") == []
    assert [(entry["event"], entry["run"]) for entry in logged.entries] == [("job_message_refused", "r1")]


def test_a_job_without_events_or_that_is_gone_says_nothing(publisher, log):
    announcer = Announcer(publisher, log)
    announcer.announce(None, run(), "started")
    announcer.announce(JobSpec("render", Source("x"), HookRef("jobs/x.py", "run")), run(), "started")
    assert publisher.sent == []
