"""Documents over REST: permissions, validation, versions, lists."""

import json
from io import BytesIO

import pytest


async def test_a_created_document_is_answered_whole_with_its_place_and_version(serve):
    desk = await serve()
    made = await desk.ask("POST", "/notes", {"title": "First", "rank": 3}, by="editor")
    assert made.status == 201
    document = made.json
    assert made.headers["Location"] == f"/api/desk/notes/{document['id']}"
    assert made.headers["ETag"] == '"1"'
    editor = await desk.project.auth.users.find_by_email("editor@example.org")
    assert document == {
        "id": document["id"],
        "title": "First",
        "status": "draft",
        "rank": 3,
        "createdAt": document["createdAt"],
        "updatedAt": document["createdAt"],
        "createdBy": editor["id"],
        "version": 1,
    }
    read = await desk.ask("GET", f"/notes/{document['id']}", by="editor")
    assert read.json == document


async def test_a_client_may_give_the_id_and_only_once(serve):
    desk = await serve()
    assert (await desk.ask("POST", "/notes", {"id": "one", "title": "a"}, by="editor")).json["id"] == "one"
    again = await desk.ask("POST", "/notes", {"id": "one", "title": "b"}, by="editor")
    assert (again.status, again.json["code"]) == (409, "already_exists")


@pytest.mark.parametrize("id", ["", "a/b", "../x", ".hidden", "x" * 129, "späť", "a b", 7])
async def test_an_id_that_would_need_escaping_is_refused(serve, id):
    desk = await serve()
    refused = await desk.ask("POST", "/notes", {"id": id, "title": "a"}, by="editor")
    assert (refused.status, refused.json["code"], list(refused.json["errors"])) == (422, "invalid_document", ["/id"])


async def test_system_fields_in_a_body_are_nobodys_word(serve):
    desk = await serve()
    forged = {"title": "a", "createdBy": "somebody else", "createdAt": "1999-01-01T00:00:00.000Z", "version": 99}
    document = (await desk.ask("POST", "/notes", forged, by="editor")).json
    assert document["createdBy"] != "somebody else"
    assert document["createdAt"] > "2026"
    assert document["version"] == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"/title": "is required"}),
        ({"title": ""}, {"/title": "must not be empty"}),
        ({"title": None}, {"/title": "must be a text"}),
        ({"title": 5}, {"/title": "must be a text"}),
        ({"title": "x" * 21}, {"/title": "must have at most 20 characters"}),
        ({"title": "a", "rank": 1.5}, {"/rank": "must be a whole number"}),
        ({"title": "a", "rank": True}, {"/rank": "must be a whole number"}),
        ({"title": "a", "status": "gone"}, {"/status": "must be one of draft, published"}),
        ({"title": "a", "tags": ["x", 7]}, {"/tags/1": "must be a text"}),
        ({"title": "a", "titel": "b"}, {"/titel": "is no field of this collection; did you mean 'title'?"}),
        ({"title": "a", "rank": 2**63}, {"/rank": None}),
        ({"title": 1, "rank": "x"}, {"/title": "must be a text", "/rank": "must be a whole number"}),
    ],
)
async def test_a_document_that_does_not_fit_is_refused_naming_every_field(serve, body, errors):
    desk = await serve()
    refused = await desk.ask("POST", "/notes", body, by="editor")
    assert (refused.status, refused.json["code"]) == (422, "invalid_document")
    found = refused.json["errors"]
    assert {k: v if errors.get(k) else None for k, v in found.items()} == errors
    assert (await desk.ask("GET", "/notes", by="editor")).json == {"items": []}


async def test_the_public_sees_only_published_documents_and_not_what_is_hidden(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "a", "title": "A", "status": "published", "secret": "s"}, by="editor")
    await desk.ask("POST", "/notes", {"id": "b", "title": "B", "secret": "s"}, by="editor")
    listed = (await desk.ask("GET", "/notes")).json["items"]
    assert [(d["id"], "secret" in d) for d in listed] == [("a", False)]
    assert "secret" not in (await desk.ask("GET", "/notes/a")).json
    unseen = await desk.ask("GET", "/notes/b")
    assert (unseen.status, unseen.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query",
    [
        'filter={"secret":"s"}',
        'filter={"$or":[{"rank":1},{"secret":{"$regex":"^s"}}]}',
        "sort=secret",
        "sort=-secret,title",
    ],
)
async def test_a_hidden_field_cannot_be_asked_by(serve, query):
    desk = await serve()
    refused = await desk.ask("GET", f"/notes?{query}")
    assert (refused.status, refused.json["code"]) == (400, "invalid_query")
    mixed = await desk.ask(
        "GET", f"/notes?{query}", by="author"
    )  # it is hidden in others' documents, and not in theirs
    assert (mixed.status, mixed.json["code"]) == (403, "forbidden")


HIDING = """
name: cases
fields:
  - {name: title, type: string}
  - {name: notes, type: array, items: {type: reference, collection: notes}}
  - {name: witness, type: reference, collection: notes}
  - {name: sealed, type: array, items: {type: reference, collection: notes}}
  - {name: hidden, type: reference, collection: notes, hidden: true}
  - {name: place, type: object, fields: [{name: city, type: string}, {name: street, type: string}]}
permissions:
  public: {read: {hide: [witness, sealed, place.street]}}
  role:editor: {read: true, create: true}
"""


@pytest.mark.parametrize("path", ["/cases", "/cases/c"])
@pytest.mark.parametrize(
    ("query", "hidden", "missing"),
    [
        ("expand={}", "witness", "watchers"),
        ("expand=notes,{}", "sealed", "seeded"),
        ("expand={}", "hidden", "hilden"),
        ('filter={{"{}":"n"}}', "witness", "watchers"),
        ('filter={{"{}":null}}', "sealed.0", "seeded.0"),
        ('filter={{"$or":[{{"{}":{{"$exists":true}}}}]}}', "place.street", "place.stress"),
        ("sort=-{}", "hidden", "hilden"),
        ("sort=title,{}", "place.street", "place.stress"),
        ("fields=title,{}", "witness", "watchers"),
        ("fields={}", "place.street", "place.stress"),
    ],
)
async def test_a_field_that_is_always_hidden_is_answered_as_one_that_does_not_exist(
    serve, path, query, hidden, missing
):
    desk = await serve({"collections/cases.yml": HIDING})
    note = (await desk.ask("POST", "/notes", {"title": "t", "status": "published"}, by="editor")).json["id"]
    case = {"id": "c", "witness": note, "sealed": [note], "notes": [note], "place": {"city": "c", "street": "s"}}
    assert (await desk.ask("POST", "/cases", case, by="editor")).status == 201
    first = await desk.ask("GET", f"{path}?{query.format(hidden)}")
    second = await desk.ask("GET", f"{path}?{query.format(missing)}")
    assert first.status == second.status
    assert words(first).replace(hidden, missing) == words(second)
    for name in ("witness", "sealed", "hidden", "street"):
        assert name not in words(first).replace(hidden, missing)


def words(answer):
    return json.dumps({name: value for name, value in answer.json.items() if name != "instance"})


async def test_a_search_does_not_look_into_hidden_fields(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"title": "Weather", "status": "published", "secret": "password"}, by="editor")
    assert (await desk.ask("GET", "/notes?q=password")).json["items"] == []
    assert len((await desk.ask("GET", "/notes?q=weath")).json["items"]) == 1
    assert len((await desk.ask("GET", "/notes?q=password", by="editor")).json["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body", "by", "status", "code"),
    [
        ("POST", "/notes", {"title": "a"}, None, 401, "unauthenticated"),
        ("PATCH", "/notes/own", {"title": "a"}, None, 401, "unauthenticated"),
        ("DELETE", "/notes/own", None, "author", 403, "forbidden"),
        ("PATCH", "/notes/own", {"status": "published"}, "author", 403, "fields_forbidden"),
        ("PUT", "/notes/own", {"title": "a", "status": "published"}, "author", 403, "fields_forbidden"),
        ("PATCH", "/notes/own", {"$set": {"status": "published"}}, "author", 403, "fields_forbidden"),
        ("PATCH", "/notes/public", {"title": "mine"}, "author", 403, "forbidden"),
        ("PATCH", "/notes/hidden", {"title": "mine"}, "author", 404, "not_found"),
        ("PATCH", "/notes/missing", {"title": "mine"}, "author", 404, "not_found"),
        ("GET", "/nothing", None, "editor", 404, "unknown_collection"),
        ("GET", "/_codes", None, "admin", 404, "not_found"),
        ("GET", "/_runs", None, "admin", 404, "not_found"),
    ],
)
async def test_each_refusal_is_a_problem_with_a_stable_code(serve, method, path, body, by, status, code):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "own", "title": "own"}, by="author")
    await desk.ask("POST", "/notes", {"id": "public", "title": "p", "status": "published"}, by="editor")
    await desk.ask("POST", "/notes", {"id": "hidden", "title": "h"}, by="editor")
    refused = await desk.ask(method, path, body, by=by)
    assert (refused.status, refused.json["code"]) == (status, code)
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert refused.json["type"] == "about:blank"
    assert refused.json["status"] == status
    assert refused.json["detail"]
    assert refused.json["instance"] == refused.headers["X-Request-ID"]


async def test_forced_values_win_over_the_clients(serve):
    desk = await serve()
    made = await desk.ask("POST", "/notes", {"title": "a", "status": "published"}, by="author")
    assert made.json["status"] == "draft"


async def test_an_author_changes_their_own_document(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "own", "title": "own", "rank": 1}, by="author")
    changed = await desk.ask("PATCH", "/notes/own", {"title": "new", "rank": None}, by="author")
    assert (changed.status, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json["title"] == "new"
    assert "rank" not in changed.json


async def test_a_put_keeps_what_its_author_may_not_write(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "own", "title": "own", "rank": 1}, by="author")
    await desk.ask("PATCH", "/notes/own", {"status": "published"}, by="editor")
    replaced = (await desk.ask("PUT", "/notes/own", {"title": "new"}, by="author")).json
    assert (replaced["title"], replaced["status"], "rank" in replaced) == ("new", "published", False)


async def test_update_operators_change_a_document(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "a", "title": "A", "rank": 1, "tags": ["x"]}, by="editor")
    change = {"$inc": {"rank": 4}, "$push": {"tags": "y"}}
    changed = (await desk.ask("PATCH", "/notes/a", change, by="editor")).json
    assert (changed["rank"], changed["tags"], changed["version"]) == (5, ["x", "y"], 2)


@pytest.mark.parametrize("change", [{"$set": {"version": 9}}, {"$set": {"id": "b"}}, {"$unset": {"createdAt": ""}}])
async def test_update_operators_do_not_reach_system_fields(serve, change):
    desk = await serve()
    before = (await desk.ask("POST", "/notes", {"id": "a", "title": "A"}, by="editor")).json
    await desk.ask("PATCH", "/notes/a", change, by="editor")
    after = (await desk.ask("GET", "/notes/a", by="editor")).json
    assert (after["id"], after["createdAt"]) == ("a", before["createdAt"])
    assert after["version"] == 2


async def test_if_match_guards_against_lost_updates(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "a", "title": "A"}, by="editor")
    first = await desk.ask("PATCH", "/notes/a", {"title": "B"}, by="editor", headers={"If-Match": '"1"'})
    second = await desk.ask("PATCH", "/notes/a", {"title": "C"}, by="editor", headers={"If-Match": '"1"'})
    assert (first.status, second.status, second.json["code"]) == (200, 412, "precondition_failed")
    assert (second.json["current"]["title"], second.json["current"]["version"]) == ("B", 2)
    deleted = await desk.ask("DELETE", "/notes/a", by="editor", headers={"If-Match": '"2"'})
    assert (deleted.status, deleted.text) == (204, "")


async def test_if_none_match_saves_the_body(serve):
    desk = await serve()
    await desk.ask("POST", "/notes", {"id": "a", "title": "A"}, by="editor")
    same = await desk.ask("GET", "/notes/a", by="editor", headers={"If-None-Match": '"1"'})
    other = await desk.ask("GET", "/notes/a", by="editor", headers={"If-None-Match": 'W/"7", "8"'})
    assert (same.status, same.text, same.headers["ETag"], other.status) == (304, "", '"1"', 200)


async def test_a_cursor_walks_through_a_list_seeing_each_document_once(serve):
    desk = await serve()
    for number in range(23):
        await desk.ask("POST", "/notes", {"id": f"n{number:02}", "title": "t", "rank": number % 4}, by="editor")
    seen, cursor, pages = [], "", 0
    while True:
        page = (await desk.ask("GET", f"/notes?sort=-rank,id&limit=5&cursor={cursor}", by="editor")).json
        seen += [d["id"] for d in page["items"]]
        pages += 1
        cursor = page.get("next")
        if cursor is None:
            break
    expected = sorted((f"n{n:02}" for n in range(23)), key=lambda i: (-(int(i[1:]) % 4), i))
    assert (seen, pages) == (expected, 5)


async def test_a_list_counts_filters_sorts_and_picks_fields(serve):
    desk = await serve()
    for number in range(6):
        body = {"id": f"n{number}", "title": "t", "rank": number, "tags": ["even"] if number % 2 == 0 else []}
        await desk.ask("POST", "/notes", body, by="editor")
    url = '/notes?filter={"tags":"even"}&sort=-rank&limit=2&fields=rank&count=true'
    listed = (await desk.ask("GET", url, by="editor")).json
    assert listed["items"] == [{"id": "n4", "rank": 4}, {"id": "n2", "rank": 2}]
    assert listed["total"] == 3
    assert isinstance(listed["next"], str)
    offset = (await desk.ask("GET", "/notes?sort=rank&limit=2&offset=4", by="editor")).json
    assert [d["rank"] for d in offset["items"]] == [4, 5]


@pytest.mark.parametrize(
    "query",
    [
        "filter={",
        'filter=["a"]',
        'filter={"$where":"1"}',
        'filter={"rank":{"$gtt":1}}',
        'filter={"title":{"$regex":"("}}',
        "limit=0",
        "limit=501",
        "limit=abc",
        "limit=-1",
        "offset=x",
        "sort=rnak",
        'filter={"titel":"x"}',
        'filter={"title.x":"x"}',
        "cursor=nonsense",
        "count=maybe",
        "expand=title",
    ],
)
async def test_a_query_outside_the_language_is_refused(serve, query):
    desk = await serve()
    refused = await desk.ask("GET", f"/notes?{query}", by="editor")
    assert (refused.status, refused.json["code"]) == (400, "invalid_query")


@pytest.mark.parametrize(
    ("data", "headers", "status", "code"),
    [
        ("{", {"Content-Type": "application/json"}, 400, "malformed_body"),
        ("[]", {"Content-Type": "application/json"}, 400, "malformed_body"),
        ('{"title": NaN}', {"Content-Type": "application/json"}, 400, "malformed_body"),
        ("title=a", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "unsupported_media"),
        ('{"title": "a"}', {"Content-Type": "text/plain"}, 415, "unsupported_media"),
        ('{"title": "' + "a" * 1_100_000 + '"}', {"Content-Type": "application/json"}, 413, "too_large"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(serve, data, headers, status, code):
    desk = await serve()
    refused = await desk.ask("POST", "/notes", by="editor", data=BytesIO(data.encode()), headers=headers)
    assert (refused.status, refused.json["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/elsewhere/notes", 404, "unknown_project"),
        ("GET", "/api/desk/notes/a/b/c", 404, "not_found"),
        ("GET", "/nowhere", 404, "not_found"),
        ("PUT", "/api/desk/notes", 405, "method_not_allowed"),
    ],
)
async def test_paths_that_lead_nowhere_say_so_in_the_one_shape(serve, method, path, status, code):
    desk = await serve()
    async with desk.client.request(method, path) as response:
        problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["code"], problem["status"]) == (status, code, status)
