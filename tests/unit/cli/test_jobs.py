"""`hookstream jobs`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from runtime.cli.jobs import trigger_of
from runtime.cli.runs import newer
from runtime.model.problem import Source
from runtime.model.specs import HookRef, JobSpec

Run = Callable[..., Result]


def test_jobs_are_listed_with_their_trigger_next_times_and_last_run(project: Path, hookstream: Run) -> None:
    head, tick = hookstream("jobs").stdout.splitlines()
    assert head.split() == ["Job", "Trigger", "Next", "Last", "run", "State"]
    assert tick.startswith("tick  every 1m  20")
    assert tick.rstrip().endswith("never")


def test_the_project_may_be_named_before_or_behind_the_command(
    project: Path, hookstream: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert hookstream("jobs", "-p", str(project)).stdout.startswith("Job ")
    assert hookstream("jobs", "-p", str(project), "runs").exit_code == 0
    assert hookstream("jobs", "runs", "-p", str(project)).exit_code == 0
    assert hookstream("jobs", "runs").exit_code == 2


def test_a_run_is_queued_and_listed(project: Path, hookstream: Run) -> None:
    queued = hookstream("jobs", "run", "tick")
    assert queued.stdout.startswith("✓ queued a run of tick  ")
    id = queued.stdout.split()[-1]
    assert queued.stderr == f"hookstream jobs show {id} tells how it goes\n"
    listed = hookstream("jobs", "runs", "tick").stdout.splitlines()
    assert listed[1].split()[:3] == [id, "tick", "queued"]
    assert hookstream("jobs").stdout.splitlines()[1].rstrip().endswith("queued")


def test_waiting_does_the_run_where_no_server_does(project: Path, hookstream: Run) -> None:
    result = hookstream("jobs", "run", "tick", "--wait")
    assert result.exit_code == 0
    assert "no server of this project answers at http://127.0.0.1:1: doing it here\n" in result.stderr
    told = result.stdout.splitlines()
    assert told[1].endswith("info    counted posts=0")
    assert told[2] == 'result   {"posts": 0}'
    assert told[3].startswith("succeeded  tick after ")


def test_a_run_that_fails_shows_where_and_exits_with_1(project: Path, hookstream: Run) -> None:
    (project / "jobs" / "tick.py").write_text("async def run(ctx):\n    raise RuntimeError('no ink')\n")
    result = hookstream("jobs", "run", "tick", "--wait")
    assert result.exit_code == 1
    assert "RuntimeError: no ink  jobs/tick.py:2\n" in result.stdout
    assert "Traceback" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("failed  tick after ")


def test_a_runs_record_is_shown_whole(project: Path, hookstream: Run) -> None:
    id = hookstream("jobs", "run", "tick", "--wait").stdout.splitlines()[0].split()[-1]
    shown = hookstream("jobs", "show", id)
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == f"tick  succeeded  {id}"
    assert {line.split()[0] for line in lines[1:6]} == {"queued", "started", "finished", "took", "attempt"}
    assert lines[-1] == 'result   {"posts": 0}'
    record = json.loads(hookstream("jobs", "show", id, "--json").stdout)
    assert (record["id"], record["state"], record["result"]) == (id, "succeeded", {"posts": 0})


def test_a_run_is_given_its_input(project: Path, hookstream: Run) -> None:
    (project / "jobs" / "tick.py").write_text("async def run(ctx):\n    return ctx.input['n'] * 2\n")
    assert "result   42\n" in hookstream("jobs", "run", "tick", "--input", '{"n": 21}', "--wait").stdout


@pytest.mark.parametrize("input", ["{", "[1]", "7"])
def test_an_input_that_is_no_object_is_wrong_usage(input: str, project: Path, hookstream: Run) -> None:
    assert hookstream("jobs", "run", "tick", "--input", input).exit_code == 2


def test_an_unknown_job_is_refused_with_a_guess(project: Path, hookstream: Run) -> None:
    result = hookstream("jobs", "run", "tock")
    assert (result.exit_code, result.stderr) == (1, "✗ there is no job 'tock'; did you mean 'tick'?\n")
    assert hookstream("jobs", "runs", "tock").exit_code == 1


def test_an_unknown_run_is_refused(project: Path, hookstream: Run) -> None:
    result = hookstream("jobs", "show", "nope")
    assert (result.exit_code, result.stderr) == (
        1,
        "✗ there is no run 'nope'; hookstream jobs runs shows which there are\n",
    )


def job(**given: object) -> JobSpec:
    return JobSpec(name="j", source=Source("jobs/j.yml"), ref=HookRef("jobs/j.py", "run"), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (job(cron="0 6 * * 1-5", timezone="Europe/Berlin"), "cron 0 6 * * 1-5 Europe/Berlin"),
        (job(every_s=30.0), "every 30s"),
        (job(every_s=90.0), "every 90s"),
        (job(every_s=0.5), "every 500ms"),
        (job(every_s=172800.0), "every 2d"),
        (job(at="2026-12-24T18:00:00"), "at 2026-12-24T18:00:00"),
        (job(), "when asked"),
    ],
)
def test_a_trigger_is_told_in_words(spec: JobSpec, words: str) -> None:
    assert trigger_of(spec) == words


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        ([], [], []),
        ([], [1, 2], [1, 2]),
        ([1, 2], [1, 2], []),
        ([1, 2], [1, 2, 3], [3]),
        ([1, 2, 3], [2, 3, 4], [4]),
        ([1, 2, 3], [3, 4, 5], [4, 5]),
        ([1, 2, 3], [7, 8, 9], [7, 8, 9]),
    ],
)
def test_only_what_is_new_in_a_log_is_shown(before: list[int], after: list[int], added: list[int]) -> None:
    assert list(newer(before, after)) == added


def test_a_run_is_cancelled_and_retried_by_hand(project: Path, hookstream: Run) -> None:
    id = hookstream("jobs", "run", "tick").stdout.split()[-1]
    assert hookstream("jobs", "cancel", id).stdout == f"✓ cancelled the run {id}\n"
    again = hookstream("jobs", "cancel", id)
    assert again.exit_code == 1
    assert f"the run {id} has ended already: it is cancelled" in again.stdout + again.stderr
    (line,) = hookstream("jobs", "runs", "--state", "cancelled").stdout.splitlines()[1:]
    assert line.split()[0] == id
    assert "cancel   asked for by the system" in hookstream("jobs", "show", id).stdout
    assert hookstream("jobs", "retry", id).stdout == f"✓ queued the run of tick once more  {id}\n"
    assert json.loads(hookstream("jobs", "show", id, "--json").stdout)["state"] == "queued"
    refused = hookstream("jobs", "retry", id)
    assert refused.exit_code == 1
    assert "only what failed, was cancelled or skipped is retried" in refused.stdout + refused.stderr
