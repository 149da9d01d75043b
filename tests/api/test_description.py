"""What the admin UI is made from: `_admin`, over the newsroom, for each who may ask."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def newsroom(serve):
    """The newsroom, under the namespace of the tests."""
    names = [path for folder in ("collections", "hooks", "jobs") for path in (ROOT / folder).glob("*.[py]*")]
    files = {str(path.relative_to(ROOT)): path.read_text() for path in names if path.is_file()}
    config = (ROOT / "config.yml").read_text().replace("namespace: newsroom", "namespace: desk")
    config = re.sub(r"limits: \{.*\}", "limits: {requests: 100000/minute}", config)
    files["config.yml"] = config.replace("${STORAGE_URL}", '"sqlite::memory:"')
    files["collections/notes.yml"] = "name: notes\n"
    return await serve(files)


def collections(answer):
    return {found["name"]: found for found in answer.json["collections"]}


def can(found):
    return [action for action, allowed in found["can"].items() if allowed]


def fields(found, action):
    return [field["name"] for field in found["fields"] if field["can"][action]]


async def test_the_public_is_told_nothing(newsroom):
    answer = await newsroom.ask("GET", "/_admin")
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


async def test_an_author_is_told_of_what_authors_may_do(newsroom):
    answer = await newsroom.ask("GET", "/_admin", by="author")
    assert answer.status == 200
    assert {key: answer.json[key] for key in ("namespace", "label", "version", "edition", "isAdmin", "roles")} == {
        "namespace": "desk",
        "label": "Newsroom",
        "version": "0.1.0",
        "edition": 1,
        "isAdmin": False,
        "roles": [],
    }
    user = await newsroom.project.auth.users.find_by_email("author@example.org")
    assert answer.json["user"] == {
        "id": user["id"],
        "email": "author@example.org",
        "name": "",
        "roles": ["author"],
        "hasPassword": False,
    }
    found = collections(answer)
    assert list(found) == ["articles", "authors", "comments"]
    assert {name: can(described) for name, described in found.items()} == {
        "articles": ["read", "create", "update"],
        "authors": ["read"],
        "comments": ["read", "create"],
    }
    assert fields(found["articles"], "create") == [
        "title", "slug", "cover", "body", "authors", "tags", "publishedAt", "notes",
    ]  # fmt: skip
    assert fields(found["articles"], "update") == fields(found["articles"], "create")
    assert fields(found["comments"], "create") == ["article", "text"]
    assert fields(found["authors"], "create") == []


async def test_an_editor_is_told_of_what_editors_may_do(newsroom):
    found = collections(await newsroom.ask("GET", "/_admin", by="editor"))
    assert {name: can(described) for name, described in found.items()} == {
        "articles": ["read", "create", "update", "delete"],
        "authors": ["read", "create", "update", "delete"],
        "comments": ["read", "create", "update", "delete"],
    }
    assert fields(found["articles"], "update") == [
        "title", "slug", "cover", "body", "status", "authors", "tags", "publishedAt", "publishAt", "notes",
    ]  # fmt: skip
    assert fields(found["comments"], "update") == ["approved"]


async def test_admins_are_told_of_everything_and_of_the_roles(newsroom):
    answer = await newsroom.ask("GET", "/_admin", by="admin")
    assert answer.json["isAdmin"] is True
    assert answer.json["roles"] == ["admin", "editor", "author"]
    assert list(collections(answer)) == ["articles", "authors", "comments", "notes"]
    assert can(collections(answer)["notes"]) == ["read", "create", "update", "delete"]


async def test_what_the_yaml_says_for_people_is_in_it(newsroom):
    articles = collections(await newsroom.ask("GET", "/_admin", by="editor"))["articles"]
    assert (articles["label"], articles["singular"], articles["sort"]) == ("Articles", "Article", "-publishedAt")
    assert articles["title"] == "title"
    assert articles["listFields"] == ["title", "status", "authors", "publishedAt"]
    assert articles["searchable"] is True
    assert articles["virtual"] is False
    (status,) = [field for field in articles["fields"] if field["name"] == "status"]
    assert status["options"] == [
        {"value": "draft", "label": "Draft"},
        {"value": "published", "label": "Published"},
    ]
    (authors,) = [field for field in articles["fields"] if field["name"] == "authors"]
    assert (authors["items"]["type"], authors["items"]["collection"]) == ("reference", "authors")
    (cover,) = [field for field in articles["fields"] if field["name"] == "cover"]
    assert (cover["accept"], cover["maxBytes"]) == (["image/*"], 5_242_880)
    (slug,) = [field for field in articles["fields"] if field["name"] == "slug"]
    assert (slug["help"], slug["from"], slug["label"]) == ("The article's address on the site", "title", "Slug")


async def test_limits_are_told(newsroom):
    assert (await newsroom.ask("GET", "/_admin", by="author")).json["limits"] == {
        "bodyBytes": 1_048_576,
        "fileBytes": 20_971_520,
        "list": 500,
        "passwordLength": {"min": 8, "max": 1024},
    }


async def test_the_channel_of_changes_is_that_of_who_may_read_the_same(newsroom):
    by = {role: collections(await newsroom.ask("GET", "/_admin", by=role)) for role in ("author", "editor", "admin")}
    live = {role: found["articles"]["live"] for role, found in by.items()}
    assert len(set(live.values())) == 3
    assert all(re.fullmatch(r"_documents:articles:[0-9a-f]{24}", name) for name in live.values())


async def test_what_is_hidden_from_somebody_is_not_named(newsroom):
    auth = newsroom.project.auth
    session = await auth.sessions.open(await auth.users.create("reader@example.org"), ip="", agent="")
    answer = await newsroom.ask("GET", "/_admin", headers={"Authorization": f"Bearer {session.token}"})
    assert answer.status == 200
    found = collections(answer)
    assert "notes" not in [field["name"] for field in found["articles"]["fields"]]
    assert found["authors"]["listFields"][0] == "name"
    assert "email" not in json.dumps(found["authors"])


async def test_an_api_token_is_told_of_what_it_may_do(newsroom):
    token = await newsroom.project.auth.tokens.add("importer")
    answer = await newsroom.ask("GET", "/_admin", headers={"Authorization": f"Bearer {token}"})
    assert answer.json["user"] == {
        "id": "token:importer",
        "email": "",
        "name": "importer",
        "roles": [],
        "hasPassword": False,
    }
    assert {name: can(found) for name, found in collections(answer).items()} == {
        "articles": ["read", "create"],
        "authors": ["read", "create"],
        "comments": ["read", "create"],
    }


async def test_a_description_that_has_not_changed_is_not_sent_again(newsroom):
    first = await newsroom.ask("GET", "/_admin", by="editor")
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}"):
        again = await newsroom.ask("GET", "/_admin", by="editor", headers={"If-None-Match": known})
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag)
    by_another = await newsroom.ask("GET", "/_admin", by="author", headers={"If-None-Match": tag})
    assert by_another.status == 200


async def test_another_role_is_another_description(newsroom):
    tag = (await newsroom.ask("GET", "/_admin", by="author")).headers["ETag"]
    user = await newsroom.project.auth.users.find_by_email("author@example.org")
    await newsroom.project.auth.users.set_roles(user["id"], ["author", "editor"])
    answer = await newsroom.ask("GET", "/_admin", by="author", headers={"If-None-Match": tag})
    assert answer.status == 200
    assert can(collections(answer)["articles"]) == ["read", "create", "update", "delete"]


async def test_nothing_of_the_database_or_of_secrets_is_in_it(newsroom):
    text = (await newsroom.ask("GET", "/_admin", by="admin")).text
    for word in ("passwordHash", "digest", "generation", "secret", "sqlite", str(newsroom.folder)):
        assert word not in text
