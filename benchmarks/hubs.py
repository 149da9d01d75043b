"""What is compared: this server, a bare C loop, nginx with nchan, sse-starlette on uvicorn. Each on one core."""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from servers import Server, free_port, served

REQUIREMENTS: Final = Path(__file__).with_name("requirements-fanout.txt")
NCHAN: Final = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
"""Where Debian's package libnginx-mod-nchan puts it."""

CONFIG: Final = """\
namespace: bench
server: {{host: 127.0.0.1, port: {port}}}
storage: sqlite:data/bench.db
auth: {{secret: "a secret for benchmarks only"}}
limits: {{requests: 0/minute, connect: 0/minute}}
realtime: {{maxConnections: 20000, maxPerAddress: 0}}
channels:
  - name: load:{{number}}
    description: What the load generator sends
    scope: public
    bufferSize: 1000
  - name: notes
    description: That a note was written
    scope: public
collections: !include collections/*.yml
"""

BURST: Final = """\
name: burst
virtual: true
permissions: {public: {create: true}}
hooks: {create: {before: hooks/load.py:burst}}
"""

NOTES: Final = """\
name: notes
fields:
  - {name: text, type: string}
permissions: {public: {create: true}}
hooks: {create: {after: hooks/load.py:tell}}
"""

HOOKS: Final = '''\
"""What the fan-out benchmark publishes from hooks."""


async def burst(ctx):
    """Send many messages, as the load generator numbers them."""
    first, count = ctx.request.body["first"], ctx.request.body["count"]
    pad = "x" * 100
    for number in range(first, first + count):
        await ctx.realtime.send("load:0", {"type": "load", "m": f"~S{number:010}", "pad": pad, "z": "~END"})
    return {"sent": count}


async def tell(ctx):
    """Say that a note was written."""
    await ctx.realtime.send("load:0", {"type": "load", "id": ctx.document["id"]})
'''

NGINX: Final = """\
load_module {module};
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
worker_rlimit_nofile 20000;
error_log stderr error;
events {{worker_connections 19000;}}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 100000000;
  client_body_buffer_size 64k;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /healthz {{ return 200; }}
    location ~ ^/sse/(\\d+)$ {{
      nchan_subscriber eventsource; nchan_channel_id $1; nchan_subscriber_first_message newest;
    }}
    location ~ ^/pub/(\\d+)$ {{
      nchan_publisher; nchan_channel_id $1; nchan_message_buffer_length 100; nchan_message_timeout 10m;
    }}
  }}
}}
"""

STARLETTE: Final = '''\
"""An event stream hub as one writes it with sse-starlette: a queue per listener."""

import asyncio
from collections import defaultdict

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

listeners = defaultdict(set)


async def health(request):
    return Response()


async def publish(request):
    message = (await request.body()).decode()
    for queue in listeners[request.path_params["channel"]]:
        queue.put_nowait(message)
    return Response(status_code=202)


async def listen(request):
    queue, channel = asyncio.Queue(1000), listeners[request.path_params["channel"]]

    async def events():
        channel.add(queue)
        try:
            while True:
                yield {"data": await queue.get()}
        finally:
            channel.discard(queue)

    return EventSourceResponse(events())


app = Starlette(routes=[
    Route("/healthz", health), Route("/sse/{channel}", listen), Route("/pub/{channel}", publish, methods=["POST"]),
])
'''


class Missing(RuntimeError):
    """A peer is not here and cannot be had."""


@dataclass(frozen=True)
class Hub:
    """A running server and how it is spoken to; `{n}` in its paths is a channel's number."""

    name: str
    server: Server
    listen: str = "/sse/{n}"
    publish: str = "/pub/{n}"
    publish_headers: tuple[str, ...] = ()


class Hubs:
    """Starts them in folders of their own below one, on one core."""

    def __init__(self, folder: Path, *, core: int) -> None:
        self._folder = folder
        self._core = str(core)
        self._python: Path | None = None

    @contextmanager
    def ours(self) -> Iterator[Hub]:
        """Run this server, with an admin's token for publishing."""
        folder, port = self._new("ours"), free_port()
        for name in ("collections", "hooks"):
            (folder / name).mkdir()
        (folder / "config.yml").write_text(CONFIG.format(port=port))
        (folder / "collections" / "burst.yml").write_text(BURST)
        (folder / "collections" / "notes.yml").write_text(NOTES)
        (folder / "hooks" / "load.py").write_text(HOOKS)
        cli = [sys.executable, "-m", "runtime.cli"]
        made = [*cli, "token", "add", "load", "--role", "admin", "--project", str(folder)]
        token = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
        headers = (f"Authorization: Bearer {token}",)
        with served(
            [*cli, "serve", str(folder)], cores=self._core, folder=folder, port=port, probe="/healthz"
        ) as server:
            publish = "/api/bench/_channels/load:{n}/messages"
            yield Hub("hookstream", server, "/api/bench/_events?channels=load:{n}", publish, headers)

    @contextmanager
    def ceiling(self) -> Iterator[Hub]:
        """Run the C loop."""
        folder, port = self._new("ceiling"), free_port()
        command = [str(self._folder / "ceiling"), str(port)]
        with served(command, cores=self._core, folder=folder, port=port, probe="/sse/99999") as server:
            yield Hub("C epoll", server)

    @contextmanager
    def nchan(self) -> Iterator[Hub]:
        """Run nginx with nchan. Raises Missing where it is not installed."""
        program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None or not NCHAN.exists():
            raise Missing("nginx with nchan is missing (Debian: nginx, libnginx-mod-nchan)")
        folder, port = self._new("nchan"), free_port()
        (folder / "nginx.conf").write_text(NGINX.format(module=NCHAN, folder=folder, port=port))
        command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        with served(command, cores=self._core, folder=folder, port=port, probe="/healthz") as server:
            yield Hub("nchan", server)

    @contextmanager
    def starlette(self) -> Iterator[Hub]:
        """Run sse-starlette on uvicorn. Raises Missing where it cannot be installed."""
        python = self._installed()
        folder, port = self._new("starlette"), free_port()
        (folder / "hub.py").write_text(STARLETTE)
        command = [
            str(python), "-m", "uvicorn", "hub:app", "--port", str(port), "--no-access-log", "--log-level", "warning",
            "--loop", "uvloop", "--http", "httptools", "--backlog", "4096",
        ]  # fmt: skip
        with served(command, cores=self._core, folder=folder, port=port, probe="/healthz") as server:
            yield Hub("sse-starlette", server)

    def _new(self, name: str) -> Path:
        number = sum(path.name.startswith(name) and path.is_dir() for path in self._folder.iterdir())
        folder = self._folder / f"{name}-{number}"
        folder.mkdir()
        return folder

    def _installed(self) -> Path:
        if self._python is None:
            place = self._folder / "venv"
            venv.create(place, with_pip=True)
            python = place / "bin" / "python"
            pip = [python, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]
            done = subprocess.run(pip, check=False, stdout=sys.stderr)
            if done.returncode:
                raise Missing("sse-starlette could not be installed from PyPI")
            self._python = python
        return self._python
