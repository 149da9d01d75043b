"""How the log is written."""

import json
import logging
from datetime import date

import pytest

from runtime.cli.logs import console_log, json_log


def test_json_has_one_object_a_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = json_log()
    log.info("served", status=200, path="/é\n")
    log.warning("slow")
    first, second = (json.loads(line) for line in capfdbinary.readouterr().out.splitlines())
    assert (first["event"], first["level"], first["status"], first["path"]) == ("served", "info", 200, "/é\n")
    assert first["timestamp"].endswith("Z")
    assert list(first)[:3] == ["timestamp", "level", "event"]
    assert second["level"] == "warning"


def test_json_takes_what_is_not_json_as_text(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    json_log().info("odd", kinds={ValueError: 1}, value=ValueError("x"))
    json_log().info("odd", moment=date(2026, 1, 15), text="half a letter: \ud83d")
    first, second = (json.loads(line) for line in capfdbinary.readouterr().out.splitlines())
    assert first["kinds"] == "{<class 'ValueError'>: 1}"
    assert (second["moment"], second["text"]) == ("datetime.date(2026, 1, 15)", "half a letter: \ud83d")


def test_json_keeps_an_exception_on_its_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = json_log()
    try:
        raise RuntimeError("no ink")
    except RuntimeError:
        log.exception("failed")
    (line,) = capfdbinary.readouterr().out.splitlines()
    assert json.loads(line)["exception"].endswith("RuntimeError: no ink")


def test_json_of_libraries_looks_the_same(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    json_log()
    logging.getLogger("aiohttp.server").error("Error handling %s", "request")
    logging.getLogger("aiohttp.server").info("of no interest")
    (line,) = capfdbinary.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["logger"]) == ("Error handling request", "error", "aiohttp.server")
    assert told["timestamp"].endswith("Z")


def test_what_is_below_the_level_is_not_written(capfd: pytest.CaptureFixture[str]) -> None:
    log = console_log(logging.WARNING)
    log.info("of no interest")
    log.warning("slow")
    assert "of no interest" not in (told := capfd.readouterr().err)
    assert "slow" in told


def test_the_console_has_tracebacks_below_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    console_log().error("hook_failed", hook="hooks/posts.py:stamp", traceback="Traceback:\n  no ink")
    first, *rest = capsys.readouterr().err.splitlines()
    assert "hook_failed" in first
    assert "hook=hooks/posts.py:stamp" in first
    assert rest == ["Traceback:", "  no ink"]


def test_what_visitors_send_cannot_command_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    log = console_log()
    log.info("request", path="/\x1b[2J\nforged")
    log.error("hook_failed", traceback="Traceback:\n  \x1b[2J")
    logging.getLogger("aiohttp.server").error("bad request \x1b[2J")
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "path=/\\x1b[2J\\nforged\n" in told
    assert "Traceback:\n  \\x1b[2J\n" in told


def test_the_console_shows_what_libraries_warn_of(capsys: pytest.CaptureFixture[str]) -> None:
    console_log()
    logging.getLogger("asyncio").warning("slow callback")
    assert "slow callback" in capsys.readouterr().err


def test_the_log_of_a_console_is_not_on_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    console_log().error("failed")
    assert capsys.readouterr().out == ""
