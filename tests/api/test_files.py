"""Files over HTTP: who may upload which, what a document says of one, who may read it, and how it is sent."""

import asyncio
import hashlib
import io
import json
import os
import struct
import zlib

import pytest

from runtime.files import shelf as shelf_module
from runtime.files.upkeep import Upkeep
from runtime.model.query import Query
from tests.mongopeer.server import Peer

CONFIG = """
namespace: desk
storage: "sqlite:data/desk.db"
auth: {secret: "a secret for tests only", roles: [editor, author, reader]}
limits: {requests: 100000/minute, login: 1000/minute, fileSize: 3MiB, unusedFiles: 8MiB, upload: 50/minute}
collections: !include collections/*.yml
"""
NOTES = """
name: notes
fields:
  - {name: title, type: string}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: cover, type: file, accept: [image/*], maxSize: 1MiB}
  - {name: papers, type: array, items: {type: file}}
  - {name: box, type: object, fields: [{name: inner, type: file}, {name: note, type: string}]}
  - {name: proof, type: file}
permissions:
  public: {read: {filter: {status: published}, hide: [proof]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: {set: {status: draft}}
    update: {filter: {createdBy: $user.id}, deny: [status]}
  role:editor: {read: true, create: true, update: true, delete: true}
"""
PLAIN = """
name: plain
fields: [{name: title, type: string}]
permissions:
  authenticated: {read: true, create: true}
"""
FILES = {"config.yml": CONFIG, "collections/notes.yml": NOTES, "collections/plain.yml": PLAIN}


def png(width: int = 3, height: int = 2, *, shade: int = 0) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes([shade]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def form(data: bytes, *, name: str = "photo.png", type: str = "image/png", part: str = "file") -> bytes:
    """Return a form as browsers send it: the name in UTF-8, with three characters escaped (HTML §4.10.21.8)."""
    escaped = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    head = f'--x\r\nContent-Disposition: form-data; name="{part}"; filename="{escaped}"\r\nContent-Type: {type}\r\n\r\n'
    return head.encode() + data + b"\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
END = b"--x--\r\n"
PDF = b"%PDF-1.4\n% nothing more\n"


class Desk:
    def __init__(self, site):
        self.site, self.ask = site, site.ask
        self.folder = site.folder / "data" / "files"

    async def upload(self, data=None, *, name="photo.png", by="editor", type="image/png", part="file"):
        body = form(png() if data is None else data, name=name, type=type, part=part) + END
        return await self.ask("POST", "/_files", by=by, data=io.BytesIO(body), headers=FORM)

    async def uploaded(self, data=None, **more):
        answer = await self.upload(data, **more)
        assert answer.status == 201, answer.text
        return answer.json["id"]

    async def note(self, *, by="editor", **fields):
        answer = await self.ask("POST", "/notes", fields, by=by)
        assert answer.status == 201, answer.text
        return answer.json

    async def sees(self, id, *, by=None):
        headers = await self.site.signed_in(by) if by else {}
        async with self.site.client.get(f"/api/desk/_files/{id}", headers=headers) as response:
            await response.read()
            return response.status == 200

    async def get(self, id, *, by="editor", method="GET", query="", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= await self.site.signed_in(by) if by else {}
        async with self.site.client.request(method, f"/api/desk/_files/{id}{query}", headers=headers) as response:
            return response.status, response.headers, await response.read()

    async def records(self, collection="_files"):
        return [record.document for record in await self.site.project.store.find(collection, Query())]

    def blobs(self):
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())

    async def prune(self, *, days=0):
        clock = self.site.project.clock

        class Later:
            def now(self):
                return clock.now() + days * 86_400

            def monotonic(self):
                return clock.monotonic()

        return await Upkeep(self.site.project.store, self.site.project.shelf.blobs, clock=Later()).prune()


@pytest.fixture(params=["sqlite", "mongodb"])
async def storage(request):
    """Where documents are kept; it is there until nobody needs it any more."""
    if request.param == "sqlite":
        yield "sqlite:data/desk.db"
        return
    async with Peer(is_replica_set=True) as peer:
        yield peer.url("desk", serverSelectionTimeoutMS="60000")


@pytest.fixture
async def desk(storage, serve):
    """A served project on each store; the bytes are on disk with both."""
    return Desk(await serve({**FILES, "config.yml": CONFIG.replace("sqlite:data/desk.db", storage)}))


def blob(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"{digest[:2]}/{digest[2:]}"


async def test_an_upload_is_answered_with_what_was_found_in_it(desk):
    answer = await desk.upload(png(7, 5), name="C:\\photos\\Über uns.png", type="text/html")
    id = answer.json["id"]
    assert answer.status == 201
    assert answer.json == {
        "id": id, "name": "Über uns.png", "type": "image/png", "size": len(png(7, 5)), "width": 7, "height": 5,
        "url": f"/api/desk/_files/{id}",
    }  # fmt: skip
    assert answer.headers["Location"] == f"/api/desk/_files/{id}"
    assert desk.blobs() == [blob(png(7, 5))]


async def test_a_large_file_goes_to_disk_in_blocks_and_comes_back_byte_for_byte(desk, monkeypatch):
    data = os.urandom(3 * 1024 * 1024)
    id = await desk.uploaded(data, name="noise.bin")
    status, headers, body = await desk.get(id)
    assert (status, headers["Content-Length"], body == data) == (200, "3145728", True)


async def test_the_same_bytes_are_kept_once_and_each_upload_is_a_file_of_its_own(desk):
    first, second = await desk.uploaded(name="a.png"), await desk.uploaded(name="b.png", by="author")
    assert first != second
    assert desk.blobs() == [blob(png())]


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [(None, 401, "unauthenticated"), ("reader", 403, "forbidden"), ("author", 201, None), ("admin", 201, None)],
)
async def test_only_those_may_upload_who_may_write_a_file_into_a_document(desk, by, status, code):
    answer = await desk.upload(by=by)
    assert (answer.status, answer.json.get("code")) == (status, code)


async def test_a_file_over_the_limit_is_refused_and_nothing_of_it_stays(desk):
    answer = await desk.upload(b"x" * (3 * 1024 * 1024 + 1), name="big.bin")
    assert (answer.status, answer.json["code"]) == (413, "file_too_large")
    assert (desk.blobs(), await desk.records()) == ([], [])


async def test_a_body_that_says_that_it_is_too_large_is_refused_before_it_is_read(desk):
    answer = await desk.upload(b"x" * (5 * 1024 * 1024))
    assert (answer.status, answer.json["code"]) == (413, "file_too_large")
    assert not desk.folder.exists()


async def test_an_empty_file_is_refused(desk):
    answer = await desk.upload(b"", name="empty.png")
    assert (answer.status, answer.json["code"]) == (422, "empty_file")
    assert desk.blobs() == []


async def test_a_type_that_no_field_takes_is_refused_by_what_the_file_holds(serve):
    notes = "name: notes\nfields: [{name: cover, type: file, accept: [image/png, application/pdf]}]\n"
    desk = Desk(await serve({**FILES, "collections/notes.yml": notes + "permissions: {role:editor: {create: true}}\n"}))
    answer = await desk.upload(b"<script>alert(1)</script>", name="innocent.png", type="image/png")
    assert (answer.status, answer.json["code"]) == (415, "file_type_refused")
    assert "application/pdf, image/png" in answer.json["detail"]
    assert (await desk.upload(PDF, name="a.pdf")).status == 201
    assert desk.blobs() == [blob(PDF)]


@pytest.mark.parametrize(
    ("kind", "data", "status", "code"),
    [
        ("application/json", b"{}", 415, "unsupported_media"),
        ("multipart/form-data", b"--x--", 400, "malformed_body"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 400, "malformed_body"),
        ("multipart/form-data; boundary=x", form(b"a", part="other") + END, 400, "malformed_body"),
        ("multipart/form-data; boundary=x", form(b"abc"), 400, "malformed_body"),
    ],
)  # fmt: skip
async def test_what_is_no_form_with_one_file_is_refused(desk, kind, data, status, code):
    answer = await desk.ask("POST", "/_files", by="editor", data=data, headers={"Content-Type": kind})
    assert (answer.status, answer.json["code"]) == (status, code), answer.text
    assert not desk.folder.exists() or desk.blobs() == []


async def test_a_form_with_a_second_part_is_refused_and_nothing_stays(desk):
    answer = await desk.ask("POST", "/_files", by="editor", data=form(png()) + form(png()) + END, headers=FORM)
    assert (answer.status, answer.json["code"]) == (400, "malformed_body")
    assert (desk.blobs(), await desk.records()) == ([], [])


async def test_what_waits_unused_is_limited_for_each_user(desk, monkeypatch):
    for number in range(2):
        await desk.uploaded(bytes([number]) * (3 * 1024 * 1024))
    refused = await desk.upload(b"c" * (3 * 1024 * 1024))
    assert (refused.status, refused.json["code"]) == (413, "too_many_unused_files")
    small = await desk.uploaded()
    assert len(desk.blobs()) == 3
    await desk.uploaded(b"d" * (3 * 1024 * 1024), by="author")
    monkeypatch.setattr(shelf_module, "MOST_UNUSED", 3)
    assert (await desk.upload()).json["code"] == "too_many_unused_files"
    await desk.note(cover={"id": small})
    assert (await desk.upload()).status == 201


async def test_uploads_have_a_rate(serve):
    slow = CONFIG.replace("upload: 50/minute", "upload: 2/minute")
    desk = Desk(await serve({**FILES, "config.yml": slow}))
    answers = [await desk.upload() for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]


async def test_a_document_says_of_a_file_what_the_server_knows(desk):
    id = await desk.uploaded()
    lies = {"id": id, "name": "<b>lie</b>", "type": "text/html", "size": 1, "width": 9, "height": 9}
    note = await desk.note(cover=lies, papers=[{"id": id}], box={"inner": {"id": id}})
    words = {"id": id, "name": "photo.png", "type": "image/png", "size": len(png()), "width": 3, "height": 2}
    assert (note["cover"], note["papers"], note["box"]) == (words, [words], {"inner": words})
    changed = await desk.ask("PATCH", f"/notes/{note['id']}", {"cover": {"name": "other"}}, by="editor")
    assert changed.json["cover"] == words
    other = await desk.uploaded(PDF, name="x.pdf")
    changed = await desk.ask("PATCH", f"/notes/{note['id']}", {"$set": {"proof": {"id": other}}}, by="editor")
    assert changed.json["proof"] == {"id": other, "name": "x.pdf", "type": "application/pdf", "size": len(PDF)}
    # the members of an image do not stay with a file that is none
    changed = await desk.ask("PATCH", f"/notes/{note['id']}", {"box": {"inner": {"id": other}}}, by="editor")
    assert changed.json["box"]["inner"] == changed.json["proof"]
    found = await desk.ask("GET", '/notes?filter={"cover.type":"image/png"}&fields=title', by="editor")
    assert [item["id"] for item in found.json["items"]] == [note["id"]]


async def test_files_that_a_document_cannot_hold_are_refused_at_their_pointers(desk):
    own, pdf = await desk.uploaded(by="author"), await desk.uploaded(PDF, by="author")
    foreign = await desk.uploaded(by="editor")
    large = await desk.uploaded(b"GIF89a" + b"\x00" * 1024 * 1024, by="author")

    async def errors(**fields):
        answer = await desk.ask("POST", "/notes", fields, by="author")
        assert (answer.status, answer.json["code"]) == (422, "invalid_document"), answer.text
        return answer.json["errors"]

    unknown = "is no file that you have uploaded or may see"
    assert await errors(cover={"id": "nothing"}) == {"/cover": unknown}
    assert await errors(papers=[{"id": own}, {"id": foreign}]) == {"/papers/1": unknown}
    assert await errors(cover={"id": pdf}) == {"/cover": "is application/pdf; this field takes image/*"}
    assert await errors(cover={"id": large}) == {"/cover": "has 1048582 bytes; this field takes 1048576"}
    assert await errors(box={"inner": {"id": foreign}}) == {"/box/inner": unknown}
    assert list(await errors(cover=own)) == ["/cover"]
    assert list(await errors(cover={"name": "a"})) == ["/cover/id"]
    assert list(await errors(cover={"id": own, "url": "x"})) == ["/cover/url"]
    assert await desk.records("_file_uses") == []


async def test_a_file_may_be_used_again_by_those_who_may_read_a_document_that_holds_it(desk):
    id = await desk.uploaded(by="editor")
    refused = await desk.ask("POST", "/notes", {"cover": {"id": id}}, by="author")
    assert refused.status == 422
    shown = await desk.note(by="editor", cover={"id": id}, status="published")
    taken = await desk.note(by="author", cover={"id": id})
    assert taken["cover"] == shown["cover"]
    secret = await desk.uploaded(PDF, by="editor")
    await desk.note(by="editor", proof={"id": secret}, status="published")
    refused = await desk.ask("POST", "/notes", {"papers": [{"id": secret}]}, by="author")
    assert refused.json["errors"].keys() == {"/papers/0"}  # they see the note, but not this field of it


async def test_a_file_is_read_by_those_who_may_read_it_in_a_document(desk):
    id = await desk.uploaded(by="author")
    assert [await desk.sees(id, by=by) for by in ("author", "editor", "admin", None)] == [True, False, False, False]
    note = await desk.note(by="author", cover={"id": id})
    assert [await desk.sees(id, by=by) for by in ("author", "editor", "admin", None)] == [True, True, True, False]
    await desk.ask("PATCH", f"/notes/{note['id']}", {"status": "published"}, by="editor")
    assert await desk.sees(id)
    await desk.ask("PATCH", f"/notes/{note['id']}", {"cover": None, "proof": {"id": id}}, by="editor")
    assert [await desk.sees(id, by=by) for by in ("editor", None)] == [True, False]
    await desk.ask("DELETE", f"/notes/{note['id']}", by="editor")
    assert [await desk.sees(id, by=by) for by in ("author", "editor", "admin")] == [False, False, False]


async def test_a_read_hook_that_refuses_a_document_refuses_its_files(serve):
    hooked = NOTES + "hooks: {read: {before: hooks/notes.py:guard, respond: hooks/notes.py:strip}}\n"
    hooks = """
from runtime import Reject

async def guard(ctx):
    if ctx.actor.id is None:
        raise Reject(403, "members only")
    await ctx.db.create("plain", {"title": "was read"})

def strip(ctx):
    ctx.result.pop("box", None)
"""
    desk = Desk(await serve({**FILES, "collections/notes.yml": hooked, "hooks/notes.py": hooks}))
    cover, inner = await desk.uploaded(), await desk.uploaded(PDF)
    await desk.note(cover={"id": cover}, box={"inner": {"id": inner}}, status="published")
    assert [await desk.sees(cover, by=by) for by in ("editor", None)] == [True, False]
    assert not await desk.sees(inner, by="editor")
    assert await desk.records("plain") == []


@pytest.mark.parametrize(
    ("name", "data", "type", "is_inline"),
    [
        ("a.png", png(), "image/png", True),
        ("a.pdf", PDF, "application/pdf", True),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml", False),
        ("a.png", b"<!DOCTYPE html><p>hello", "text/html", False),
        ("a.xml", b"<?xml version='1.0'?><a/>", "text/xml", False),
        ("a.txt", b"hello", "text/plain", False),
        ("a.bin", b"\x00\x01", "application/octet-stream", False),
    ],
)
async def test_a_file_is_sent_so_that_it_can_do_nothing(desk, name, data, type, is_inline):
    id = await desk.uploaded(data, name=name)
    status, headers, body = await desk.get(id)
    assert (status, body, headers["Content-Type"].partition(";")[0]) == (200, data, type)
    assert headers["Content-Disposition"] == f'{"inline" if is_inline else "attachment"}; filename="{name}"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, max-age=3600"
    _, headers, _ = await desk.get(id, query="?download")
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'


async def test_a_name_that_is_not_ascii_is_in_the_header_twice(desk):
    id = await desk.uploaded(name='Größe „gut“\r\n"X: 1.png')
    _, headers, _ = await desk.get(id)
    assert headers["Content-Disposition"] == (
        'inline; filename="Groe gut _X_ 1.png"; '
        "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E2%80%9Egut%E2%80%9C%20_X_%201.png"
    )  # fmt: skip


async def test_ranges_and_conditions(desk):
    id = await desk.uploaded(b"0123456789", name="digits.txt")
    status, headers, body = await desk.get(id)
    tag = headers["ETag"]
    assert (status, body, headers["Accept-Ranges"]) == (200, b"0123456789", "bytes")
    for asked, expected, sent in [
        ("bytes=2-4", "bytes 2-4/10", b"234"), ("bytes=7-", "bytes 7-9/10", b"789"),
        ("bytes=-3", "bytes 7-9/10", b"789"),
        ("bytes=8-99", "bytes 8-9/10", b"89"),
    ]:  # fmt: skip
        status, headers, body = await desk.get(id, Range=asked)
        assert (status, headers["Content-Range"], body) == (206, expected, sent)
    status, headers, body = await desk.get(id, Range="bytes=10-")
    assert (status, headers["Content-Range"]) == (416, "bytes */10")
    status, headers, body = await desk.get(id, If_None_Match=tag)
    assert (status, body, headers["ETag"]) == (304, b"", tag)
    status, headers, body = await desk.get(id, method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "10", b"")
    status, *_ = await desk.get(id, by=None, If_None_Match=tag)
    assert status == 404


async def test_a_file_without_its_bytes_is_not_found_and_the_log_says_so(desk):
    id = await desk.uploaded()
    (desk.folder / blob(png())).unlink()
    answer = await desk.ask("GET", f"/_files/{id}", by="editor")
    assert (answer.status, answer.json["code"]) == (404, "file_lost")
    assert [entry["file"] for entry in desk.site.log.entries if entry["event"] == "file_lost"] == [id]


async def test_files_that_nobody_uses_go_after_a_day(desk):
    unused, used = await desk.uploaded(), await desk.uploaded(PDF)
    await desk.note(papers=[{"id": used}])
    assert await desk.prune() == 0
    assert await desk.prune(days=2) == 1
    assert [record["id"] for record in await desk.records()] == [used]
    assert desk.blobs() == [blob(PDF)]
    assert (await desk.ask("GET", f"/_files/{unused}", by="editor")).status == 404


async def test_files_go_a_day_after_the_last_document_let_go_of_them(desk):
    id = await desk.uploaded()
    first, second = await desk.note(cover={"id": id}), await desk.note(cover={"id": id})
    await desk.ask("DELETE", f"/notes/{first['id']}", by="editor")
    assert await desk.prune(days=2) == 0
    assert await desk.sees(id, by="editor")
    await desk.ask("PATCH", f"/notes/{second['id']}", {"cover": None}, by="editor")
    assert await desk.prune() == 0
    assert len(await desk.records()) == 1
    assert await desk.prune(days=2) == 1
    assert (desk.blobs(), await desk.records(), await desk.records("_file_uses")) == ([], [], [])


async def test_a_removal_can_be_taken_back_by_who_uploaded_the_file(desk):
    id = await desk.uploaded()
    note = await desk.note(cover={"id": id})
    await desk.ask("PATCH", f"/notes/{note['id']}", {"cover": None}, by="editor")
    await desk.prune()
    again = await desk.ask("PATCH", f"/notes/{note['id']}", {"cover": {"id": id}}, by="editor")
    assert again.json["cover"] == note["cover"]
    assert await desk.prune(days=2) == 0
    assert await desk.sees(id, by="editor")


async def test_bytes_stay_as_long_as_any_file_has_them(desk):
    kept, _ = await desk.uploaded(name="a.png"), await desk.uploaded(name="b.png")
    await desk.note(cover={"id": kept})
    assert await desk.prune(days=2) == 1
    assert desk.blobs() == [blob(png())]


async def test_a_sender_that_goes_away_in_the_middle_of_an_upload_leaves_nothing(desk):
    headers = {**FORM, **await desk.site.signed_in("editor"), "Content-Length": "2000000", "Host": "t"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    _, writer = await asyncio.open_connection("127.0.0.1", desk.site.client.port)
    writer.write(f"POST /api/desk/_files HTTP/1.1\r\n{head}\r\n".encode() + form(b"a" * 1_500_000))
    while not desk.folder.exists() or not desk.blobs():
        await asyncio.sleep(0.01)
    writer.transport.abort()
    while desk.blobs():
        await asyncio.sleep(0.01)
    assert await desk.records() == []


async def test_several_writes_in_one_batch_hold_their_files(desk):
    id = await desk.uploaded()
    body = {"operations": [{"method": "POST", "path": "notes", "body": {"cover": {"id": id}}} for _ in range(2)]}
    answer = await desk.ask("POST", "/_batch", body, by="editor")
    assert answer.status == 200, answer.text
    assert len([use for use in await desk.records("_file_uses") if not use["ended"]]) == 2
    (record,) = await desk.records()
    assert (record["used"], record["expiresAt"]) == (True, None)


async def test_a_refused_write_holds_no_file(desk):
    id = await desk.uploaded()
    refused = await desk.ask("POST", "/notes", {"cover": {"id": id}, "status": "nonsense"}, by="editor")
    assert refused.status == 422
    assert await desk.records("_file_uses") == []
    assert json.loads(refused.text)["errors"].keys() == {"/status"}


async def test_another_site_cannot_have_a_visitor_upload_a_file(desk):
    users = desk.site.project.auth.users
    await users.create("eve@example.org", roles=["editor"], password="correct horse battery")
    signed_in = await desk.ask(
        "POST", "/_auth/login", {"email": "eve@example.org", "password": "correct horse battery"}
    )
    cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
    for site, status in (("cross-site", 403), ("same-origin", 201)):
        headers = {**FORM, "Cookie": cookie, "Sec-Fetch-Site": site}
        answer = await desk.ask("POST", "/_files", data=io.BytesIO(form(png()) + END), headers=headers)
        assert answer.status == status, answer.text


async def test_the_description_says_what_a_field_takes(desk):
    described = (await desk.ask("GET", "/_admin", by="editor")).json
    assert described["limits"]["fileBytes"] == 3 * 1024 * 1024
    (notes,) = [collection for collection in described["collections"] if collection["name"] == "notes"]
    cover, papers = [field for field in notes["fields"] if field["name"] in {"cover", "papers"}]
    assert (cover["type"], cover["accept"], cover["maxBytes"]) == ("file", ["image/*"], 1024 * 1024)
    assert (papers["items"]["type"], "accept" in papers["items"]) == ("file", False)


async def test_a_hook_may_give_a_document_any_file(serve):
    virtual = """
name: copies
virtual: true
permissions: {authenticated: {create: true}}
hooks: {create: {before: hooks/copies.py:copy}}
"""
    copies = """
async def copy(ctx):
    note = await ctx.db.create("notes", {"title": "copied", "cover": {"id": ctx.document["file"]}})
    return {"id": note["id"], "type": note["cover"]["type"]}
"""
    desk = Desk(await serve({**FILES, "collections/copies.yml": virtual, "hooks/copies.py": copies}))
    id = await desk.uploaded(by="editor")
    copied = await desk.ask("POST", "/copies", {"file": id}, by="reader")
    assert (copied.status, copied.json["type"]) == (200, "image/png"), copied.text
    unknown = await desk.ask("POST", "/copies", {"file": "nothing"}, by="reader")
    assert (unknown.status, unknown.json["errors"]) == (422, {"/cover": "is no file that you have uploaded or may see"})
