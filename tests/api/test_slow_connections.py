"""Connections over which nothing comes, or not even the head of a request: real sockets, on what `serve` listens to."""

import asyncio

import pytest
import structlog

from runtime.app import open_project, serve
from runtime.model.clock import SystemClock

CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only"}
"""
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n"


@pytest.fixture
async def port(tmp_path, monkeypatch):
    """Serve a project with connections that are kept for a second."""
    monkeypatch.setattr("runtime.app.KEEP_ALIVE_S", 1.0)
    monkeypatch.setattr("runtime.app._settle_memory", lambda: None)
    (tmp_path / "config.yml").write_text(CONFIG)
    stop, url = asyncio.Event(), asyncio.get_running_loop().create_future()
    log = structlog.get_logger()
    async with open_project(tmp_path, environ={}, clock=SystemClock(), log=log) as project:
        serving = asyncio.create_task(
            serve([project], host="127.0.0.1", port=0, stop=stop, on_ready=url.set_result, log=log)
        )
        yield int((await url).rsplit(":", 1)[1])
        stop.set()
        await serving


@pytest.mark.parametrize(
    "sent", [b"", HEALTH, HEALTH[:20], HEALTH + HEALTH[:20]], ids=["nothing", "one", "half", "more"]
)
async def test_a_connection_over_which_no_request_comes_is_closed(port, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answers = await reader.read()
    assert answers.count(b"200 OK") == sent.count(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
