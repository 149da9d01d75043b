"""A server that may have too few open files for its streams says so when it starts."""

import json
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")


def started(newsroom, hard):
    """Start the server under a hard limit of open files; return what it logs before it serves."""
    command = f"ulimit -Sn 256; ulimit -Hn {hard}; exec {sys.executable} -m runtime.cli serve {newsroom}"
    process = subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, text=True)
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "serving":
            break
    process.send_signal(signal.SIGTERM)
    process.stdout.read()
    process.stdout.close()
    assert process.wait(60) == 0
    return [event for event in events if event["event"] == "few_open_files"]


def test_too_few_open_files_are_warned_of(newsroom):
    (warning,) = started(newsroom, 512)
    assert (warning["level"], warning["limit"], warning["max_connections"]) == ("warning", 512, 10000)
    assert warning["remedy"] == "raise the hard limit (ulimit -Hn, LimitNOFILE=), or lower realtime.maxConnections"


def test_the_soft_limit_alone_is_no_matter(newsroom):
    assert started(newsroom, 12000) == []
