"""Bodies that do not come, or hardly: whoever sends them holds a connection and memory, and must not for long."""

import asyncio
import json

import pytest

from runtime.web import pace

CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor]}
server: {bodyLimit: 1KiB}
channels:
  - {name: wall, description: Takes notes, scope: public, receive: {note: {}}}
collections: !include collections/*.yml
"""
NOTES = """
name: notes
fields: [{name: title, type: string}, {name: picture, type: file, accept: ["image/*"], maxSize: 1MiB}]
permissions: {role:editor: {read: true, create: true}}
"""
JSON = "application/json"
FORM = "multipart/form-data; boundary=x"
PART = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


@pytest.fixture
async def site(serve):
    return await serve({"config.yml": CONFIG, "collections/notes.yml": NOTES})


async def begin(site, path, type, beginning):
    """Send the head of a request of an editor and the beginning of its body; return the reader and the writer."""
    headers = {**await site.signed_in("editor"), "Host": "t", "Content-Type": type, "Content-Length": "900"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", site.client.port)
    writer.write(f"POST /api/desk/{path} HTTP/1.1\r\n{head}\r\n{beginning}".encode())
    return reader, writer


async def answered(reader, writer):
    """Return the status and the code of the answer, which must be an error."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    body = json.loads(await reader.readexactly(length))
    writer.close()
    return int(head.split()[1]), body["code"]


@pytest.mark.parametrize(
    ("path", "type", "beginning"),
    [
        ("notes", JSON, '{"title": '),
        ("notes", JSON, ""),
        ("_batch", JSON, "{"),
        ("_auth/login", JSON, "{"),
        ("_channels/wall", JSON, "{"),
        ("_files", FORM, ""),
        ("_files", FORM, "--x\r\nContent-Disp"),
        ("_files", FORM, PART + "a"),
    ],
)
async def test_a_body_that_does_not_come_is_refused(site, monkeypatch, path, type, beginning):
    monkeypatch.setattr(pace, "PATIENCE_S", 0.05)
    assert await answered(*await begin(site, path, type, beginning)) == (408, "request_timeout")


async def test_nothing_of_a_file_stays_that_did_not_come(site, monkeypatch):
    monkeypatch.setattr(pace, "PATIENCE_S", 0.05)
    assert await answered(*await begin(site, "_files", FORM, PART + "a" * 700)) == (408, "request_timeout")
    assert [path for path in (site.folder / "data").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(("size", "status"), [(100, 201), (2000, 413)])
async def test_a_body_that_comes_in_pieces_is_taken_up_to_the_limit(site, size, status):
    async def pieces():
        yield b'{"title": "'
        for _ in range(size // 100):
            await asyncio.sleep(0)
            yield b"x" * 100
        yield b'"}'

    answer = await site.ask("POST", "/notes", by="editor", data=pieces(), headers={"Content-Type": JSON})
    assert answer.status == status, answer.text
