"""The last lines of the log in memory: bounded, unchanging, and only for those whom they concern."""

import threading

import pytest

from runtime.web.recent_log import LINES_KEPT, VALUE_CHARACTERS, RecentLog


@pytest.fixture
def log(clock):
    return RecentLog(clock)


def bodies(log, **asked):
    lines, _ = log.lines(**{"namespace": "desk", "alone": True, **asked})
    return [line.body() for line in lines]


def events(log, **asked):
    return [body["event"] for body in bodies(log, **asked)]


def test_a_line_is_kept_and_passed_on_as_it_is(log):
    event = {"event": "hook_failed", "hook": "hooks/x.py:f", "project": "desk", "level": "error", "timestamp": "now"}
    assert log(None, "error", event) is event
    assert event == {
        "event": "hook_failed", "hook": "hooks/x.py:f", "project": "desk", "level": "error", "timestamp": "now",
    }  # fmt: skip
    assert bodies(log) == [
        {
            "number": 1, "time": "2026-01-15T10:30:00.000Z", "level": "error", "event": "hook_failed",
            "fields": {"hook": "hooks/x.py:f"},
        }
    ]  # fmt: skip


def test_what_is_logged_cannot_change_what_is_kept(log):
    roles = ["editor"]
    log(None, "info", {"event": "x", "roles": roles})
    roles.append("admin")
    assert bodies(log)[0]["fields"] == {"roles": ["editor"]}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (5, 5),
        (None, None),
        ("x" * 5000, "x" * (VALUE_CHARACTERS - 1) + "…"),
        ("half \ud83d", "half ?"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}),
        (ValueError("x"), "x"),
        (["y" * 5000], '["' + "y" * (VALUE_CHARACTERS - 3) + "…"),
    ],
)
def test_values_are_kept_as_json_has_them_and_cut(log, value, kept):
    log(None, "info", {"event": "x", "value": value})
    assert bodies(log)[0]["fields"]["value"] == kept


def test_what_is_no_json_at_all_is_kept_as_text(log):
    log(None, "info", {"event": "x", "value": {"half \ud83d": 1}})
    assert bodies(log)[0]["fields"]["value"] == "{'half \\ud83d': 1}"


def test_of_an_exception_the_traceback_is_kept_and_nothing_that_it_holds(log):
    try:
        raise RuntimeError("no ink")
    except RuntimeError as error:
        log(None, "error", {"event": "failed", "exc_info": True})
        log(None, "error", {"event": "failed", "exc_info": error})
        log(None, "error", {"event": "failed", "exc_info": (RuntimeError, error, error.__traceback__)})
    log(None, "error", {"event": "failed", "exc_info": False})
    texts = [body["fields"]["exc_info"] for body in bodies(log)]
    assert texts[3] is None
    for text in texts[:3]:
        assert text.startswith("Traceback (most recent call last)")
        assert text.endswith("RuntimeError: no ink\n")


def test_requests_do_not_push_out_other_lines_and_both_are_bounded(log):
    log(None, "info", {"event": "served"})
    for number in range(LINES_KEPT + 10):
        log.request(method="GET", path=f"/api/desk/{number}", status=200)
    assert events(log) == ["served"]
    assert len(bodies(log, requests=True, limit=5000)) == LINES_KEPT + 1
    for _ in range(LINES_KEPT):
        log(None, "info", {"event": "other"})
    assert "served" not in events(log, limit=5000)


def test_a_request_logged_like_any_line_counts_as_one(log):
    log(None, "info", {"event": "request", "method": "GET", "path": "/api/desk/notes", "status": 200})
    assert events(log) == []
    assert bodies(log, requests=True)[0]["fields"] == {"method": "GET", "path": "/api/desk/notes", "status": 200}


def test_lines_are_told_in_the_order_in_which_they_were_written(log):
    log(None, "info", {"event": "one"})
    log.request(path="/api/desk/x")
    log(None, "info", {"event": "two"})
    assert events(log, requests=True) == ["one", "request", "two"]
    assert events(log, requests=True, limit=2) == ["request", "two"]


def test_lines_are_narrowed_by_level_text_and_what_was_seen(log):
    log(None, "debug", {"event": "one"})
    log(None, "warning", {"event": "two", "path": "/Notes"})
    log(None, "exotic", {"event": "three", "status": 503})
    assert events(log, level="info") == ["two", "three"]
    assert events(log, level="warning") == ["two"]
    assert events(log, text="notes") == ["two"]
    assert events(log, text="503") == ["three"]
    assert events(log, text="STATUS") == ["three"]
    assert events(log, after=2) == ["three"]
    assert log.lines(namespace="desk", alone=True, after=3) == ([], 3)


def test_lines_of_another_project_are_never_told_and_those_of_none_only_where_there_is_no_other(log):
    log(None, "info", {"event": "ours", "project": "desk"})
    log(None, "info", {"event": "theirs", "project": "shop"})
    log(None, "info", {"event": "nobody's"})
    log.request(path="/api/desk/notes")
    log.request(path="/api/shop/notes")
    log.request(path="/admin/desk/")
    log.request(path="/healthz")
    assert events(log, alone=False) == ["ours"]
    assert events(log, alone=True) == ["ours", "nobody's"]
    paths = [body["fields"]["path"] for body in bodies(log, alone=False, requests=True) if body["event"] == "request"]
    assert paths == ["/api/desk/notes", "/admin/desk/"]


def test_threads_may_write_while_it_is_read(log):
    def write():
        for _ in range(500):
            log(None, "info", {"event": "x"})

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        numbers = [body["number"] for body in bodies(log)]
        assert numbers == sorted(set(numbers))
    for thread in threads:
        thread.join()
    assert log.lines(namespace="desk", alone=True)[1] == 2000
