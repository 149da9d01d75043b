"""The record of a run: ids, what is kept of results, logs and errors, and who counts as what."""

import pytest

from runtime.jobs import record
from runtime.jobs.failure import described, for_clients, said
from runtime.model.problem import Source
from runtime.model.specs import HookRef, JobSpec

NOON = 1_768_478_400.0


def queued(**changes):
    run = record.queued(id="r1", job="digest", input={"n": 1}, now=NOON, due=NOON + 5, by="ada")
    return {**run, **changes}


def begun(run):
    return record.begun(run, worker="w1", now=NOON + 5, lease_until=NOON + 35, slot="digest")


def test_a_new_run_has_every_field_of_the_ledger():
    assert queued() == {
        "id": "r1", "job": "digest", "state": "queued", "key": None,
        "scheduledAt": "2026-01-15T12:00:05.000Z",
        "dueAt": "2026-01-15T12:00:05.000Z", "priority": "normal", "queuedAt": "2026-01-15T12:00:00.000Z",
        "queuedBy": "ada", "startedAt": None, "finishedAt": None, "attempt": 0, "failures": 0, "lost": 0,
        "worker": None, "leaseUntil": None, "cancelAt": None, "cancelBy": None, "lane": "digest", "slot": None,
        "input": {"n": 1}, "progress": {"percent": 0, "message": ""}, "log": [], "steps": {}, "result": None,
        "error": None, "createdAt": "2026-01-15T12:00:00.000Z", "updatedAt": "2026-01-15T12:00:00.000Z",
        "createdBy": "ada", "version": 1,
    }  # fmt: skip


def test_a_job_and_a_key_always_give_the_same_id_and_the_schedules_keys_are_apart():
    assert record.run_id("digest", "key", "k") == "f2f0941b-f6f7-8a28-89eb-6b3f006d9ad0"
    ids = {record.run_id(*parts) for parts in [("a", "key", "b"), ("a", "schedule", "b"), ("ab", "key", "")]}
    assert len(ids) == 3


def test_an_end_gives_up_lease_and_slot():
    run = begun(queued())
    assert (run["state"], run["attempt"], run["slot"], run["leaseUntil"]) == (
        "running", 1, "digest", "2026-01-15T12:00:35.000Z",
    )  # fmt: skip
    ended = record.succeeded(run, now=NOON + 9, result=7)
    assert (ended["state"], ended["slot"], ended["leaseUntil"], ended["finishedAt"], ended["version"]) == (
        "succeeded", None, None, "2026-01-15T12:00:09.000Z", 3,
    )  # fmt: skip
    assert ended["progress"] == {"percent": 100, "message": ""}


def test_a_retry_keeps_the_slot_and_counts_the_failure():
    run = record.retried(begun(queued()), now=NOON + 9, due=NOON + 14, error=said("ValueError", "no"))
    assert (run["state"], run["slot"], run["failures"], run["dueAt"]) == (
        "queued", "digest", 1, "2026-01-15T12:00:14.000Z",
    )  # fmt: skip


def test_a_run_that_is_given_back_has_not_used_its_attempt():
    run = record.given_back(begun(queued()), now=NOON + 9)
    assert (run["state"], run["attempt"], run["failures"], run["leaseUntil"]) == ("queued", 0, 0, None)


def test_an_attempt_is_lost_when_the_run_is_begun_again_while_it_is_running():
    run = begun(queued())
    assert run["lost"] == 0
    run = begun(run)
    assert run["lost"] == 1
    run = begun(record.retried(run, now=NOON, due=NOON, error=said("E", "")))
    assert (run["attempt"], run["lost"]) == (3, 1)


@pytest.mark.parametrize(
    ("trigger", "overlap", "expected"),
    [
        ({"cron": "* * * * *"}, None, "skip"),
        ({"every_s": 1.0}, None, "skip"),
        ({"at": "2026-01-01T00:00:00Z"}, None, "skip"),
        ({}, None, "allow"),
        ({}, "queue", "queue"),
        ({"every_s": 1.0}, "allow", "allow"),
    ],
)
def test_what_somebody_asked_for_is_not_skipped_unless_the_yaml_says_so(trigger, overlap, expected):
    spec = JobSpec("digest", Source("x"), HookRef("jobs/x.py", "run"), overlap=overlap, **trigger)
    assert record.overlap_of(spec) == expected


@pytest.mark.parametrize(
    ("value", "kept"),
    [(None, None), (7, 7), ({"a": [1, "x"]}, {"a": [1, "x"]}), ((1, 2), [1, 2]), ("", "")],
)
def test_a_json_result_is_kept(value, kept):
    assert record.kept_result(value) == (kept, None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "not JSON serializable"),
        ({1: "x"}, "key must be str"),
        (2**70, "64"),
        ("x" * 70_000, "70002 bytes"),
        ({"a.b": 1}, "a.b"),
        ({"$set": 1}, "set"),
        ("\ud800", "surrogate"),
    ],
)
def test_a_result_that_cannot_be_kept_is_none_and_says_why(value, reason):
    result, why = record.kept_result(value)
    assert result is None
    assert why.startswith("the result is not kept")
    assert reason in why


def test_only_the_last_200_lines_are_kept():
    lines = [record.log_line(NOON, "info", f"line {n}") for n in range(205)]
    kept = record.kept_log(lines)
    assert (len(kept), kept[0]["message"], kept[-1]["message"]) == (200, "line 5", "line 204")


def test_a_log_line_is_cut_and_storable():
    assert record.log_line(NOON, "info", "a\ud800b") == {
        "at": "2026-01-15T12:00:00.000Z", "level": "info", "message": "a?b",
    }  # fmt: skip
    assert record.log_line(NOON, "info", "x" * 5000)["message"] == "x" * 999 + "…"


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def test_an_exception_is_recorded_with_type_message_and_traceback():
    error = described(raised(ValueError("no such thing")))
    assert (error["type"], error["message"], error["file"], error["line"]) == (
        "ValueError", "no such thing", None, None,
    )  # fmt: skip
    assert error["traceback"].rstrip().endswith("ValueError: no such thing")


def test_an_exception_that_cannot_be_shown_or_is_huge_is_recorded_all_the_same():
    assert described(raised(Unspeakable()))["message"] == "(its message cannot be shown: RuntimeError)"
    long = described(raised(ValueError("x" * 50_000)))
    assert (len(long["message"]), len(long["traceback"])) == (2000, 20_000)
    assert described(raised(ValueError("a\udfffb")))["message"] == "a?b"


def test_clients_learn_type_and_message_only():
    error = described(raised(ValueError("no")))
    assert for_clients(error) == {"type": "ValueError", "message": "no"}
    assert for_clients(None) is None
