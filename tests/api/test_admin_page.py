"""The admin UI's page and files: what they are served with, and that nothing else can be had through them."""

import gzip
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from runtime.model.clock import SystemClock
from runtime.web.admin_ui import ADMIN_UI, NONCE, AdminUiFolder, read_admin_ui
from runtime.web.build import build

PAGE = f'<!doctype html><meta property="csp-nonce" nonce="{NONCE}"><script src="/admin/_assets/main-1a2b.js"></script>'
SCRIPT = b"console.log('hello')\n" * 200
IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A built UI: a page, a script that is compressed, a stylesheet, a picture; and a file that no manifest names."""
    folder = tmp_path / "built"
    assets = folder / "_assets"
    assets.mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (assets / "main-1a2b.js").write_bytes(SCRIPT)
    (assets / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "main-3c4d.css").write_text("body {}")
    (assets / "icon-5e6f.svg").write_text("<svg/>")
    (assets / "unnamed.js").write_text("never()")
    manifest = {
        "index.html": {"file": "_assets/main-1a2b.js", "css": ["_assets/main-3c4d.css"], "isEntry": True},
        "src/icon.svg": {"file": "_assets/icon-5e6f.svg"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
async def clients(serve) -> AsyncIterator:
    """Return a client of a server with the UI that is built in a folder, and with the projects of these names."""
    served = await serve()
    opened = []

    async def client(folder: Path, *names: str) -> TestClient:
        projects = dict.fromkeys(names or ("desk",), served.project)
        app = build(projects, clock=SystemClock(), log=structlog.get_logger())
        app[ADMIN_UI] = AdminUiFolder(folder)
        opened.append(TestClient(TestServer(app), auto_decompress=False))
        await opened[-1].start_server()
        return opened[-1]

    yield client
    for one in opened:
        await one.close()


async def test_every_path_below_a_project_is_the_one_page(clients, built):
    client = await clients(built)
    for path in ("/admin/desk", "/admin/desk/", "/admin/desk/articles/0198-a", "/admin/desk/_jobs/runs?state=failed"):
        response = await client.get(path)
        text = await response.text()
        assert response.status == 200
        assert response.content_type == "text/html"
        assert "/admin/_assets/main-1a2b.js" in text
        assert NONCE not in text


async def test_the_page_is_never_kept_and_lets_in_nothing_of_others(clients, built):
    response = await (await clients(built)).get("/admin/desk/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    styles = policy.pop("style-src")
    assert re.fullmatch(r"'self' 'nonce-[A-Za-z0-9_-]{22}'", styles)
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self'",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


async def test_the_nonce_is_that_of_the_header_and_another_one_each_time(clients, built):
    client, nonces = await clients(built), set()
    for _ in range(3):
        response = await client.get("/admin/desk/")
        (nonce,) = re.findall(r"'nonce-([^']+)'", response.headers["Content-Security-Policy"])
        assert f'nonce="{nonce}"' in await response.text()
        nonces.add(nonce)
    assert len(nonces) == 3


async def test_an_unknown_project_is_said_to_be_none_and_the_others_are_named(clients, built):
    response = await (await clients(built)).get("/admin/nowhere/articles")
    text = await response.text()
    assert (response.status, response.content_type) == (404, "text/html")
    assert '<a href="/admin/desk/">desk</a>' in text
    assert "<script" not in text
    assert "'nonce-" not in response.headers["Content-Security-Policy"]


async def test_a_name_in_the_path_never_becomes_markup(clients, built):
    response = await (await clients(built)).get(URL("/admin/%3Cscript%3Ealert(1)%3C%2Fscript%3E", encoded=True))
    assert response.status == 404
    assert "<script" not in await response.text()


@pytest.mark.parametrize("path", ["/admin", "/admin/"])
async def test_the_only_project_is_where_admin_leads(clients, built, path):
    response = await (await clients(built)).get(path, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (302, "/admin/desk/")


async def test_with_several_projects_admin_names_them(clients, built):
    response = await (await clients(built, "desk", "shop")).get("/admin/", allow_redirects=False)
    assert response.status == 200
    assert re.findall(r'href="(/admin/[^"]+)"', await response.text()) == ["/admin/desk/", "/admin/shop/"]


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("main-1a2b.js", "text/javascript; charset=utf-8"),
        ("main-3c4d.css", "text/css; charset=utf-8"),
        ("icon-5e6f.svg", "image/svg+xml"),
    ],
)
async def test_files_are_kept_for_a_year(clients, built, name, type):
    response = await (await clients(built)).get(f"/admin/_assets/{name}", headers={"Accept-Encoding": "identity"})
    assert (response.status, response.headers["Content-Type"]) == (200, type)
    assert response.headers["Cache-Control"] == IMMUTABLE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert await response.read() == (built / "_assets" / name).read_bytes()


async def test_a_file_is_compressed_for_those_who_accept_it_and_for_nobody_else(clients, built):
    client, path = await clients(built), "/admin/_assets/main-1a2b.js"
    small = await client.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert small.headers["Vary"] == "Accept-Encoding"
    body = await small.read()
    assert len(body) < len(SCRIPT)
    assert gzip.decompress(body) == SCRIPT
    whole = await client.get(path, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in whole.headers
    assert whole.headers["Vary"] == "Accept-Encoding"
    assert await whole.read() == SCRIPT


async def test_head_says_what_get_would_and_sends_nothing(clients, built):
    client = await clients(built)
    page = await client.head("/admin/desk/articles")
    assert (page.status, await page.read()) == (200, b"")
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    file = await client.head("/admin/_assets/main-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (file.status, await file.read()) == (200, b"")
    assert file.headers["Content-Length"] == str(len(SCRIPT))
    assert (await client.head("/admin/_assets/other.js")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/admin/_assets/unnamed.js",
        "/admin/_assets/main-1a2b.js.gz",
        "/admin/_assets/",
        "/admin/_assets/manifest.json",
        "/admin/_assets/..%2Findex.html",
        "/admin/_assets/..%2fmanifest.json",
        "/admin/_assets/%2e%2e%2f%2e%2e%2fconfig.yml",
        "/admin/_assets/..%5C..%5Cconfig.yml",
        "/admin/_assets/%2Fetc%2Fpasswd",
        "/admin/_assets/main-1a2b.js%00.css",
        "/admin/_assets/_assets%2Fmain-1a2b.js",
        "/admin/_assets/../../../../etc/passwd",
        "/admin/_assets/....//....//etc/passwd",
    ],
)
async def test_no_file_can_be_had_but_those_that_the_manifest_names(clients, built, path):
    response = await (await clients(built)).get(URL(path, encoded=True))
    assert response.status == 404
    assert "root:" not in await response.text()


async def test_only_reading_is_possible(clients, built):
    client = await clients(built)
    assert (await client.post("/admin/desk/")).status == 405
    assert (await client.delete("/admin/_assets/main-1a2b.js")).status == 405


async def test_where_it_was_not_built_that_is_said_and_how_it_is_done(clients, tmp_path):
    client = await clients(tmp_path / "nothing")
    response = await client.get("/admin/desk/")
    assert response.status == 503
    assert "pip install ." in await response.text()
    assert response.headers["Cache-Control"] == "no-store"
    assert (await client.get("/admin/_assets/main-1a2b.js")).status == 404


async def test_what_is_built_while_the_server_runs_is_served(clients, built):
    client = await clients(built)
    assert "main-1a2b.js" in await (await client.get("/admin/desk/")).text()
    (built / "index.html").write_text(PAGE.replace("1a2b", "9z8y"))
    (built / "_assets" / "main-9z8y.js").write_text("anew()")
    (built / "manifest.json").write_text('{"index.html": {"file": "_assets/main-9z8y.js"}}')
    os.utime(built / "manifest.json", ns=(1, 1))
    assert "main-9z8y.js" in await (await client.get("/admin/desk/")).text()
    assert (await client.get("/admin/_assets/main-9z8y.js")).status == 200
    assert (await client.get("/admin/_assets/main-1a2b.js")).status == 404


def test_half_a_build_counts_as_none(built):
    assert read_admin_ui(built) is not None
    (built / "_assets" / "main-3c4d.css").unlink()
    assert read_admin_ui(built) is None
    (built / "manifest.json").unlink()
    assert read_admin_ui(built) is None
