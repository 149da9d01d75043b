"""`ctx.log` of a job: kept with the run, and written to the server's log."""

import threading

import pytest

from runtime.jobs.logbook import Logbook


@pytest.fixture
def stirs():
    return []


@pytest.fixture
def logbook(clock, stirs):
    return Logbook([], clock=clock, on_line=lambda: stirs.append(1))


def test_a_line_is_kept_and_reaches_the_servers_log(logbook, log, logged, stirs):
    logger = logbook.logger(log.bind(job="digest"))
    logger.info("rendered", pages=3)
    logger.debug("detail %s", "one")
    assert logbook.lines() == [
        {"at": "2026-01-15T12:00:00.000Z", "level": "info", "message": "rendered pages=3"},
        {"at": "2026-01-15T12:00:00.000Z", "level": "debug", "message": "detail one"},
    ]
    assert logged.entries == [
        {"event": "rendered", "pages": 3, "job": "digest", "log_level": "info"},
        {"event": "detail one", "job": "digest", "log_level": "debug"},
    ]
    assert len(stirs) == 2


def test_bound_values_stay_and_an_exception_is_named(logbook, log):
    logger = logbook.logger(log).bind(article="a1")
    try:
        raise KeyError("title")
    except KeyError:
        logger.exception("skipped")
    assert [(line["level"], line["message"]) for line in logbook.lines()] == [
        ("error", "skipped article='a1' (KeyError: 'title')")
    ]


def test_many_threads_may_write_and_the_last_200_lines_stay(logbook, log):
    logger = logbook.logger(log)
    threads = [threading.Thread(target=lambda: [logger.info("line") for _ in range(100)]) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logbook.lines()) == 200


def test_lines_behind_those_that_were_seen_are_told_as_far_as_they_are_kept(clock):
    logbook = Logbook([{"at": "…", "level": "info", "message": "from before"}], clock=clock, on_line=lambda: None)
    for number in range(3):
        logbook.write("info", str(number))
    lines, seen = logbook.since(1)
    assert ([line["message"] for line in lines], seen) == (["1", "2"], 3)
    assert logbook.since(3) == ([], 3)
    for number in range(3, 300):
        logbook.write("info", str(number))
    lines, seen = logbook.since(3)
    assert (len(lines), lines[0]["message"], lines[-1]["message"], seen) == (200, "100", "299", 300)
