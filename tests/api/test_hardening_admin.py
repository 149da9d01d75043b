"""One test for each way in which somebody tried to get more of the admin UI's endpoints than is their own."""

import asyncio
import io
import json
import os
import re
import zipfile
from collections import Counter
from contextlib import AsyncExitStack

import pytest
from yarl import URL

from runtime.auth.users import Users
from runtime.files import shelf as shelf_module
from runtime.files.shelf import Shelf
from runtime.model.query import Query

CONFIG = """
namespace: desk
storage: "sqlite:data/desk.db"
auth: {secret: "a secret for tests only", roles: [editor, author, reader]}
limits: {requests: 100000/minute, login: 1000/minute, fileSize: 3MiB, unusedFiles: 8MiB, upload: 1000/minute}
channels:
  - {name: staff, description: For those signed in, scope: authenticated}
collections: !include collections/*.yml
"""
NOTES = """
name: notes
fields:
  - {name: title, type: string}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: cover, type: file, accept: [image/*]}
  - {name: papers, type: array, items: {type: file}}
  - {name: proof, type: file}
permissions:
  public: {read: {filter: {status: published}, hide: [proof]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: {set: {status: draft}}
    update: {filter: {createdBy: $user.id}, deny: [status]}
    delete: {filter: {createdBy: $user.id}}
  role:editor: {read: true, create: true, update: true, delete: true}
realtime: {live: true}
"""
FILES = {"config.yml": CONFIG, "collections/notes.yml": NOTES}

FORM = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
END = b"\r\n--x--\r\n"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
MIB = 1024 * 1024


@pytest.fixture
async def site(serve):
    return await serve(FILES)


async def uploaded(site, data=GIF, *, by="editor"):
    answer = await site.ask("POST", "/_files", by=by, data=io.BytesIO(PART + data + END), headers=FORM)
    assert answer.status == 201, answer.text
    return answer.json["id"]


async def fetched(site, path, *, by=None, headers=None):
    """Return status and headers of what lies at a path below the project's, written as it is."""
    headers = {**(await site.signed_in(by) if by else {}), **(headers or {})}
    url = URL(f"{site.client.make_url('/api/desk')}{path}", encoded=True)
    async with site.client.session.get(url, headers=headers) as response:
        return response.status, response.headers


async def cookie_of(site, role):
    """Return the cookie of a user with a role who has signed in with a browser."""
    await site.project.auth.users.create(f"cookie-{role}@example.org", roles=[role], password="correct horse")
    body = {"email": f"cookie-{role}@example.org", "password": "correct horse"}
    signed_in = await site.ask("POST", "/_auth/login", body)
    return signed_in.headers["Set-Cookie"].partition(";")[0]


def api_routes(site):
    for route in site.client.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/api/{ns}"):
            yield (
                route.method,
                re.sub(r"\{[^}]*\}", "x", path.removeprefix("/api/{ns}").replace("{collection}", "notes")),
            )


# Another site in the browser


@pytest.mark.parametrize(
    "said", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}]
)
async def test_no_route_that_changes_anything_takes_an_admins_cookie_from_another_site(site, said):
    cookie = await cookie_of(site, "admin")
    routes = {(method, path) for method, path in api_routes(site) if method in {"POST", "PUT", "PATCH", "DELETE"}}
    assert {("POST", "/_batch"), ("POST", "/_files"), ("POST", "/_users"), ("DELETE", "/_tokens/x")} <= routes
    for method, path in sorted(routes):
        answer = await site.ask(method, path, {}, headers={"Cookie": cookie, **said})
        assert (answer.status, answer.json["code"]) == (403, "cross_site_request"), (method, path)


async def test_no_answer_is_kept_by_a_shared_cache_sniffed_or_shown_in_a_frame(site):
    routes = {path for method, path in api_routes(site) if method == "GET"}
    assert {"/_admin", "/_users", "/_system/log", "/_files/x"} <= routes
    for path in sorted(routes - {"/_events"}):
        for by in (None, "admin"):
            query = "?lastN=x" if path.endswith("/messages") else ""  # refused, for a stream has no end
            _, headers = await fetched(site, f"{path}{query}", by=by)
            assert re.search(r"private|no-store", headers["Cache-Control"]), path
            assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY"), path


# Nobody learns what is there


async def test_what_is_hidden_and_what_is_not_there_are_answered_alike(site):
    file = await uploaded(site)
    answer = await site.ask("POST", "/notes", {"id": "secret", "cover": {"id": file}}, by="editor")
    assert answer.status == 201, answer.text

    async def told(path, name, method="GET", body=None):
        body = json.loads(json.dumps(body).replace("NAME", name)) if body is not None else None
        answer = await site.ask(method, path.replace("NAME", name), body, by="author")
        told = {key: value for key, value in answer.json.items() if key != "instance"}
        return answer.status, json.dumps(told).replace(name, "NAME")

    def one(**operation):
        return {"operations": [operation]}

    for path, method, body in (
        ("/notes/NAME", "GET", None),
        ("/_editing/notes/NAME", "GET", None),
        ("/_channels/_editing:notes:NAME/presence", "GET", None),
        ("/_channels/_editing:notes:NAME", "POST", {"type": "focus", "field": None}),
        ("/_events?channels=_editing:notes:NAME", "GET", None),
        ("/_batch", "POST", one(method="PATCH", path="notes/NAME", body={"title": "x"})),
        ("/_batch", "POST", one(method="PATCH", path="notes/NAME", body={"title": "x"}, ifMatch=7)),
        ("/_batch", "POST", one(method="PUT", path="notes/NAME", body={"title": "x"}, ifMatch=1)),
        ("/_batch", "POST", one(method="DELETE", path="notes/NAME")),
    ):
        hidden, missing = await told(path, "secret", method, body), await told(path, "absent", method, body)
        assert hidden == missing, (method, path)
        assert hidden[0] in {403, 404}
    for path, method, body in (
        ("/_files/NAME", "GET", None),
        ("/notes", "POST", {"cover": {"id": "NAME"}}),
        ("/_batch", "POST", one(method="POST", path="notes", body={"cover": {"id": "NAME"}})),
    ):
        unknown = "01a1fd70-bc59-7edd-aec0-8f90c53a045a"
        assert await told(path, file, method, body) == await told(path, unknown, method, body), (method, path)


async def test_nobody_learns_by_uploading_a_file_that_somebody_else_has_it(site):
    await uploaded(site, b"a secret letter", by="editor")
    for path in (site.folder / "data" / "files").rglob("*"):
        if path.is_file() and path.stat().st_mtime > 0:
            os.utime(path, (1_700_000_000, 1_700_000_000))  # a while ago
    told = []
    for data in (b"a secret letter", b"another letter!"):
        id = await uploaded(site, data, by="author")
        _, headers = await fetched(site, f"/_files/{id}", by="author")
        told.append({name: headers[name] for name in ("ETag", "Last-Modified", "Content-Length")})
        past = {"If-Modified-Since": "Wed, 15 Nov 2023 00:00:00 GMT"}
        told[-1]["status"] = (await fetched(site, f"/_files/{id}", by="author", headers=past))[0]
    assert told[0] == told[1]


@pytest.mark.parametrize("path", ["/notes?sort=proofs", '/notes?filter={"profo":1}', "/notes?filter={%22x%22:1}"])
async def test_a_slip_of_the_pen_is_not_told_of_hidden_fields(site, path):
    hidden, shown = await site.ask("GET", path), await site.ask("GET", path, by="editor")
    assert (hidden.status, hidden.json["code"]) == (400, "invalid_query")
    assert "'proof'" not in hidden.text
    assert ", proof," not in hidden.text
    assert re.search(r"'proof'|, proof,", shown.text)


async def test_nobody_gives_themselves_what_only_the_server_says(site):
    file = await uploaded(site, by="author")
    said = {"id": file, "name": "evil.html", "type": "text/html", "size": 1}
    own = {"id": "n", "cover": said, "createdBy": "somebody", "version": 7, "createdAt": "2001-01-01T00:00:00.000Z"}
    batch = {"operations": [{"method": "POST", "path": "notes", "body": own}]}
    answer = await site.ask("POST", "/_batch", batch, by="author")
    made = answer.json["results"][0]["body"]
    me = (await site.project.auth.users.find_by_email("author@example.org"))["id"]
    assert (made["createdBy"], made["version"], made["createdAt"] > "2020") == (me, 1, True)
    kept = {"id": file, "name": "a.bin", "type": "image/gif", "size": len(GIF), "width": 1, "height": 1}
    for body in ({"cover": {"name": "evil.html"}}, {"$set": {"cover.type": "text/html"}}, {"cover": said}):
        changed = await site.ask("PATCH", "/notes/n", body, by="author")
        assert (changed.status, changed.json["cover"]) == (200, kept)


async def test_the_log_and_failures_have_no_values_of_variables(serve):
    hooks = "hooks: {create: {before: hooks/notes.py:fail}}\n"
    code = "async def fail(ctx):\n    held = ctx.document['title']\n    raise RuntimeError('a bug')\n"
    site = await serve({"collections/notes.yml": NOTES + hooks, "hooks/notes.py": code, "config.yml": CONFIG})
    assert (await site.ask("POST", "/notes", {"title": "s3cret value"}, by="editor")).status == 500
    failed = await site.ask("GET", "/_hooks", by="admin")
    assert "a bug" in failed.text
    assert "s3cret value" not in failed.text
    assert "s3cret value" not in str(site.log.entries)


# Those who were let in and no longer are


async def demoted(site, user, _token):
    assert (await site.ask("PATCH", f"/_users/{user}", {"roles": ["reader"]}, by="admin")).status == 200


async def disabled(site, user, _token):
    assert (await site.ask("PATCH", f"/_users/{user}", {"disabled": True}, by="admin")).status == 200


async def deleted(site, user, _token):
    assert (await site.ask("DELETE", f"/_users/{user}", by="admin")).status == 204


async def given_another_password(site, user, _token):
    body = {"password": "another password"}
    assert (await site.ask("POST", f"/_users/{user}/password", body, by="admin")).status == 200


async def signed_out(site, user, _token):
    assert (await site.ask("DELETE", f"/_users/{user}/sessions", by="admin")).status == 204


async def revoked(site, _user, token):
    assert (await site.ask("DELETE", f"/_tokens/{token}", by="admin")).status == 204


@pytest.mark.parametrize("happens", [demoted, disabled, deleted, given_another_password, signed_out, revoked])
async def test_no_stream_of_an_admin_outlives_their_being_one(site, listening, happens):
    if happens is revoked:
        token = await site.project.auth.tokens.add("ops", roles=["admin"])
        user, headers = "", {"Authorization": f"Bearer {token}"}
    else:
        headers = await site.signed_in("admin", "second@example.org")
        user = (await site.project.auth.users.find_by_email("second@example.org"))["id"]
    await site.ask("POST", "/notes", {"id": "n", "title": "draft"}, by="editor")
    description = await site.ask("GET", "/_admin", headers=headers)
    changes = description.json["collections"][0]["live"]
    paths = [
        "/_channels/user:x/messages",
        f"/_channels/{changes}/messages",
        f"/_events?channels=_system,_hooks,_runs,{changes},_editing:notes:n",
        "/notes",
        "/notes/n",
    ]
    async with AsyncExitStack() as stack:
        streams = []
        for path in paths:
            asking = {**headers, "Accept": "text/event-stream"}
            response = await stack.enter_async_context(site.client.get(f"/api/desk{path}", headers=asking))
            assert response.status == 200, await response.text()
            streams.append(listening(response))
            await streams[-1]._read()
        await happens(site, user, "ops")
        for stream in streams:
            await stream.end()
        await site.ask("PATCH", "/notes/n", {"title": "for admins alone"}, by="editor")
        assert not any("for admins alone" in str(stream.events) for stream in streams)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_two_admins_who_dismiss_each_other_at_once_leave_one(site, monkeypatch, method):
    both = asyncio.Barrier(2)
    found, look = Counter(), Users._another_admin

    async def together(self, user):
        writes = await look(self, user)
        found[user["id"]] += 1
        if found[user["id"]] == 1:
            await both.wait()
        return writes

    monkeypatch.setattr(Users, "_another_admin", together)
    names = ("one@example.org", "two@example.org")
    headers = [await site.signed_in("admin", name) for name in names]
    ids = [(await site.project.auth.users.find_by_email(name))["id"] for name in names]
    body = {"roles": ["reader"]} if method == "PATCH" else None
    answers = await asyncio.gather(
        *(site.ask(method, f"/_users/{ids[1 - me]}", body, headers=headers[me]) for me in range(2))
    )
    assert sorted(answer.status for answer in answers) == [200 if method == "PATCH" else 204, 409]
    assert next(answer.json["code"] for answer in answers if answer.status == 409) == "last_admin"
    assert len(await site.project.auth.users.enabled_admins()) == 1


# Files


@pytest.mark.parametrize(
    "form",
    [
        b'--x\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + b"u" * 64 + b"\r\n" + PART + GIF + END,
        b"--x\r\n" + b"".join(b"X-%d: a\r\n" % number for number in range(1000)) + b"\r\nabc" + END,
        b"--x\r\nX-A: " + b"a" * 100_000 + b"\r\n\r\nabc" + END,
        b"--x\r\n: : \r\n\r\nabc" + END,
        b'--x\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed\r\n\r\nabc' + END,
        b"y\r\n" * 10_000,
    ],
    ids=["charset", "many headers", "a long header", "no header", "a form in the form", "no part"],
)
async def test_a_form_that_cannot_be_read_is_refused_and_no_failure_of_the_server(site, form):
    answer = await site.ask("POST", "/_files", by="editor", data=io.BytesIO(form), headers=FORM)
    assert (answer.status, answer.json["code"]) == (400, "malformed_body")
    assert [entry for entry in site.log.entries if entry["event"] == "request_failed"] == []


class Sender:
    """Somebody who sends a file bit by bit."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def begin(cls, site, data=b"a", *, by="author"):
        headers = {**FORM, **await site.signed_in(by), "Transfer-Encoding": "chunked", "Host": "t"}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        sender = cls(*await asyncio.open_connection("127.0.0.1", site.client.port))
        sender.writer.write(f"POST /api/desk/_files HTTP/1.1\r\n{head}\r\n".encode())
        sender.send(PART + data)
        return sender

    def send(self, data):
        self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def finish(self, data=b""):
        """Send the rest; return the status of the answer."""
        self.send(data + END)
        self.writer.write(b"0\r\n\r\n")
        status = int((await self.reader.readline()).split()[1])
        self.writer.close()
        return status


async def test_so_many_files_may_be_sent_at_once_however_slowly(site, monkeypatch):
    monkeypatch.setattr(shelf_module, "MOST_AT_ONCE", 2)
    folder = site.folder / "data" / "files"
    senders = [await Sender.begin(site) for _ in range(2)]
    while len(list(folder.glob("*.part"))) < 2:
        await asyncio.sleep(0.01)
    refused = await site.ask("POST", "/_files", by="author", data=io.BytesIO(PART + GIF + END), headers=FORM)
    assert (refused.status, refused.json["code"]) == (429, "too_many_uploads")
    assert int(refused.headers["Retry-After"]) > 0
    assert len(list(folder.glob("*.part"))) == 2
    await uploaded(site, by="editor")
    for sender in senders:
        sender.writer.transport.abort()
    while list(folder.glob("*.part")):
        await asyncio.sleep(0.01)
    await uploaded(site, by="author")


async def test_files_that_are_sent_at_once_wait_unused_within_the_same_limit(site, monkeypatch):
    looked, look = [], Shelf._unused

    async def noted(self, user, limits):
        waiting = await look(self, user, limits)
        looked.append(waiting)
        return waiting

    monkeypatch.setattr(Shelf, "_unused", noted)
    senders = [await Sender.begin(site, bytes([number])) for number in range(3)]
    while len(looked) < 3:  # each has been told that nothing waits
        await asyncio.sleep(0.01)
    statuses = [await sender.finish(b"x" * (3 * MIB - 1)) for sender in senders]
    assert statuses == [201, 201, 413]
    records = [record.document for record in await site.project.store.find("_files", Query())]
    assert sum(record["size"] for record in records) == 6 * MIB


@pytest.mark.parametrize("claim", ["image/png", "image/svg+xml", "application/javascript", "application/pdf"])
async def test_an_archive_is_not_believed_to_be_a_picture_or_a_script(site, claim):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("mimetype", claim)
        file.writestr("payload", "x")
    id = await uploaded(site, archive.getvalue())
    _, headers = await fetched(site, f"/_files/{id}", by="editor")
    assert (headers["Content-Type"], headers["Content-Disposition"][:10]) == ("application/zip", "attachment")
    refused = await site.ask("POST", "/notes", {"cover": {"id": id}}, by="editor")
    assert (refused.status, list(refused.json["errors"])) == (422, ["/cover"])


async def test_a_file_that_everybody_sees_is_not_lost_among_documents_that_nobody_does(site, monkeypatch):
    monkeypatch.setattr("runtime.documents.attachments.MOST_HOLDERS", 4)
    monkeypatch.setattr("runtime.documents.attachments.HOLDERS_PAGE", 2)
    id = await uploaded(site)
    published = {"id": "z", "status": "published", "cover": {"id": id}}
    assert (await site.ask("POST", "/notes", published, by="editor")).status == 201
    await asyncio.sleep(0.002)  # into another millisecond, by which holders are told apart
    drafts = [{"method": "POST", "path": "notes", "body": {"id": f"a{n}", "cover": {"id": id}}} for n in range(5)]
    assert (await site.ask("POST", "/_batch", {"operations": drafts}, by="author")).status == 200
    assert (await fetched(site, f"/_files/{id}"))[0] == 200


async def test_a_file_is_not_let_out_of_a_hidden_field_by_who_may_change_the_document(site):
    id = await uploaded(site)
    assert (
        await site.ask("POST", "/notes", {"id": "n", "status": "published", "proof": {"id": id}}, by="editor")
    ).status == 201
    assert (await fetched(site, f"/_files/{id}"))[0] == 404
    refused = await site.ask("POST", "/notes", {"cover": {"id": id}}, by="author")
    assert (refused.status, list(refused.json["errors"])) == (422, ["/cover"])


# What is no sensible question


ODD = ["%00", "%ff", "..%2f..%2fetc", "%0d%0aX-Evil:1", "x" * 3000, "%F0%9F%98%80", "__proto__", "a%00b", "%ed%a0%80"]


@pytest.mark.parametrize(
    "path",
    [
        "/_files/ODD", "/_editing/notes/ODD", "/_editing/ODD/x", "/_channels/ODD", "/_channels/ODD/presence",
        "/_channels/x/messages?lastN=ODD", "/_channels/x/messages?maxAge=ODD", "/_channels?instances=ODD",
        "/_hooks?hook=ODD", "/_hooks/incidents/ODD", "/_jobs/runs/ODD", "/_jobs/ODD/runs", "/_jobs/runs?since=ODD",
        "/_jobs/runs?cursor=ODD", "/_users/ODD", "/_users?q=ODD", "/_users?role=ODD", "/_sessions?user=ODD",
        "/_explain?actor=ODD", "/_explain?actor=token:ODD", "/_explain?actor=public&action=read&collection=ODD",
        "/_explain?actor=public&action=read&collection=notes&id=ODD", "/_system/log?text=ODD",
        "/_events?channels=_editing:notes:ODD", "/_events?channels=_documents:notes:ODD",
    ],
)  # fmt: skip
async def test_a_question_that_nobody_would_ask_is_no_failure_of_the_server(site, path):
    for odd in ODD:
        status, headers = await fetched(site, path.replace("ODD", odd), by="admin")
        assert status < 500, (path, odd)
        assert "X-Evil" not in headers
    assert [entry for entry in site.log.entries if entry["event"] == "request_failed"] == []


async def test_a_token_does_not_last_beyond_the_calendar(site):
    body = {"name": "long", "expiresAt": "9999-12-31T23:59:59-23:59"}
    refused = await site.ask("POST", "/_tokens", body, by="admin")
    assert (refused.status, list(refused.json["errors"])) == (422, ["/expiresAt"])
