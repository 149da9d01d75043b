"""Event streams through nginx as it comes: buffering on, HTTP/1.0 or 1.1 to the server, HTTP/1.1 or 2 to the client."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import time

import aiohttp
import pytest
import trustme

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
PATIENCE_S = 60

pytestmark = pytest.mark.skipif(
    not os.environ.get("REQUIRE_SERVICES") and NGINX is None, reason="nginx is not installed"
)

CONFIG = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 128; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{plain};
    location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_buffering on; }}
  }}
  server {{
    listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {folder}/cert.pem;
    ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://127.0.0.1:{upstream}; proxy_buffering on;
      proxy_http_version 1.1; proxy_set_header Connection "";
    }}
  }}
}}
"""


def wait_for(port: int, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("nginx does not start")


@pytest.fixture
def proxied(start, hookstream, tmp_path, free_port):
    """A server behind nginx: how curl is told to reach it each way, and what sends to its channel `content`."""
    token = hookstream("token", "add", "desk", "--role", "admin").stdout.strip()
    server = start("serve")
    folder = tmp_path / "nginx"
    folder.mkdir()
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    for pem in issued.cert_chain_pems:
        pem.write_to_path(folder / "cert.pem", append=True)
    plain, tls = free_port(), free_port()
    config = CONFIG.format(folder=folder, plain=plain, tls=tls, upstream=server.port)
    (folder / "nginx.conf").write_text(config)
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        wait_for(tls, process)
        path = "api/newsroom/_events?channels=content"
        ways = {
            "HTTP/1.1, upstream 1.0": ["--http1.1", f"http://127.0.0.1:{plain}/{path}"],
            "HTTP/2 over TLS": [
                "--http2",
                "--cacert",
                str(folder / "authority.pem"),
                f"https://127.0.0.1:{tls}/{path}",
            ],
        }

        async def send(**message: object) -> None:
            headers = {"Authorization": f"Bearer {token}"}
            async with aiohttp.ClientSession(headers=headers) as session:
                url = f"{server.api}/_channels/content/messages"
                async with session.post(url, json={"type": "note", **message}) as response:
                    assert response.status == 202, await response.text()

        yield server, ways, send
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


class Curl:
    def __init__(self, *options: str) -> None:
        command = ["curl", "-sN", "-i", "--max-time", str(PATIENCE_S), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.status = self.process.stdout.readline().strip()
        self.headers = {}
        while ":" in (line := self.process.stdout.readline()):
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()

    def event(self) -> dict[str, str]:
        """Return the next event's fields, read from what has arrived: nothing may be held back."""
        fields = {}
        while line := self.process.stdout.readline():
            name, _, value = line.rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                return fields
        raise AssertionError("the stream ended")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.mark.parametrize(
    ("way", "status"), [("HTTP/1.1, upstream 1.0", "HTTP/1.1 200 OK"), ("HTTP/2 over TLS", "HTTP/2 200")]
)
async def test_each_message_arrives_at_once_and_a_departure_is_noticed(proxied, way, status):
    server, ways, send = proxied
    curl = Curl(*ways[way])
    try:
        assert curl.status == status
        assert curl.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert curl.event()["event"] == "ready"
        last = ""
        for n in range(5):
            await send(n=n, text="ü")  # each is read before the next one is sent
            event = curl.event()
            assert (json.loads(event["data"])["n"], json.loads(event["data"])["text"]) == (n, "ü")
            last = event["id"]
    finally:
        curl.close()
    await until_nobody_listens(server)
    await send(n=5)
    again = Curl("-H", f"Last-Event-ID: {last}", *ways[way])
    try:
        assert json.loads(again.event()["data"])["channels"] == {"content": {"recovered": True}}
        assert json.loads(again.event()["data"])["n"] == 5
    finally:
        again.close()


async def until_nobody_listens(server) -> None:
    async with aiohttp.ClientSession() as session:
        listening = True
        while listening:
            async with session.get(f"http://127.0.0.1:{server.port}/metrics") as response:
                text = await response.text()
                assert response.status == 200, text
            listening = 'sse_connections_total{namespace="newsroom"} 0.0' not in text


async def test_h2_is_really_spoken(proxied):
    """The proof would prove nothing if nginx had been built without it."""
    _, ways, _ = proxied
    url = ways["HTTP/2 over TLS"][-1]
    context = ssl.create_default_context(cafile=ways["HTTP/2 over TLS"][2])
    context.set_alpn_protocols(["h2", "http/1.1"])
    address = ("127.0.0.1", int(url.split(":")[2].split("/")[0]))
    with socket.create_connection(address) as raw, context.wrap_socket(raw, server_hostname=address[0]) as secure:
        assert secure.selected_alpn_protocol() == "h2"
