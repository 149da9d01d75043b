"""How the log is written."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import MutableMapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from runtime.cli import logs
from runtime.cli.logs import HELD_LIMIT, JsonLines, console_log, json_log


def test_json_has_one_object_a_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = json_log(JsonLines(sys.stdout.buffer))
    log.info("served", status=200, path="/é\n")
    log.warning("slow")
    first, second = (json.loads(line) for line in capfdbinary.readouterr().out.splitlines())
    assert (first["event"], first["level"], first["status"], first["path"]) == ("served", "info", 200, "/é\n")
    assert first["timestamp"].endswith("Z")
    assert list(first)[:3] == ["timestamp", "level", "event"]
    assert second["level"] == "warning"


def test_json_takes_what_is_not_json_as_text(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    json_log(JsonLines(sys.stdout.buffer)).info("odd", kinds={ValueError: 1}, value=ValueError("x"))
    json_log(JsonLines(sys.stdout.buffer)).info("odd", moment=date(2026, 1, 15), text="half a letter: \ud83d")
    first, second = (json.loads(line) for line in capfdbinary.readouterr().out.splitlines())
    assert first["kinds"] == "{<class 'ValueError'>: 1}"
    assert (second["moment"], second["text"]) == ("datetime.date(2026, 1, 15)", "half a letter: \ud83d")


def test_json_keeps_an_exception_on_its_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    log = json_log(JsonLines(sys.stdout.buffer))
    try:
        raise RuntimeError("no ink")
    except RuntimeError:
        log.exception("failed")
    (line,) = capfdbinary.readouterr().out.splitlines()
    assert json.loads(line)["exception"].endswith("RuntimeError: no ink")


def test_json_of_libraries_looks_the_same(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    json_log(JsonLines(sys.stdout.buffer))
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


class _File(io.BytesIO):
    """Tells what was flushed."""

    flushed = b""

    def flush(self) -> None:
        self.flushed = self.getvalue()


def _events(text: bytes) -> list[str]:
    return [json.loads(line)["event"] for line in text.splitlines()]


REQUEST = {"method": "GET", "path": "/é\n", "status": 200, "ms": 0.3, "actor": "public", "request_id": "7"}


async def test_while_lines_are_held_a_warning_brings_all_before_it_in_order() -> None:
    file = _File()
    lines = JsonLines(file)
    log = json_log(lines)
    async with lines.held():
        lines.request(**REQUEST)
        log.info("first")
        lines.request(**REQUEST)
        assert file.flushed == b""
        log.warning("second")
        assert _events(file.flushed) == ["request", "first", "request", "second"]
        lines.request(**REQUEST)
    assert _events(file.flushed) == ["request", "first", "request", "second", "request"]
    log.info("third")
    assert _events(file.flushed)[-1] == "third"


async def test_lines_that_are_held_are_written_by_and_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WRITE_EVERY_S", 0.0)
    file = _File()
    lines = JsonLines(file)
    async with lines.held():
        lines.request(**REQUEST)
        while not file.flushed:
            await asyncio.sleep(0)
    assert _events(file.flushed) == ["request"]


async def test_of_requests_no_more_than_so_many_are_held() -> None:
    file = _File()
    lines = JsonLines(file)
    async with lines.held():
        for _ in range(HELD_LIMIT):
            lines.request(**REQUEST)
        assert len(_events(file.flushed)) == HELD_LIMIT


async def test_a_log_that_nobody_reads_any_more_ends_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WRITE_EVERY_S", 0.0)
    tries = []

    class Broken(_File):
        def flush(self) -> None:
            tries.append(1)
            if len(tries) < 3:
                raise BrokenPipeError

    async with JsonLines(Broken()).held():
        while len(tries) < 4:
            await asyncio.sleep(0)


def test_a_request_that_is_not_held_is_written_at_once_and_looks_like_any_line() -> None:
    file = _File()
    JsonLines(file).request(**REQUEST)
    told = json.loads(file.flushed)
    assert list(told) == ["timestamp", "level", "event", "method", "path", "status", "ms", "actor", "request_id"]
    assert (told["level"], told["event"], told["path"]) == ("info", "request", "/é\n")
    assert datetime.fromisoformat(told["timestamp"]).utcoffset() == timedelta(0)
    assert told["timestamp"].endswith("Z")


def test_who_logs_cannot_forge_the_time_or_the_level() -> None:
    file = _File()
    json_log(JsonLines(file)).info("x", level="critical", timestamp="never")
    told = json.loads(file.flushed)
    assert told["level"] == "info"
    assert told["timestamp"] != "never"


def test_what_is_kept_sees_every_line_before_it_is_written(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    kept: list[str] = []

    def keep(_logger: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        kept.append(f"{level} {event['event']}")
        return event

    json_log(JsonLines(sys.stdout.buffer), keep=[keep]).info("served")
    logging.getLogger("aiohttp.server").error("Error handling %s", "request")
    console_log(logging.WARNING, keep=[keep]).warning("slow")
    console_log(logging.WARNING, keep=[keep]).info("of no interest")
    assert kept == ["info served", "error Error handling request", "warning slow"]
    assert b"served" in capfdbinary.readouterr().out
