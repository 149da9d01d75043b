"""The newsroom loads as it is meant, and ten mistakes in a copy of it are ten problems."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from runtime.model.specs import ConcurrencySpec, HookRef, Rate
from runtime.settings.problems import Report
from runtime.settings.schemas import NAMES, read_schema
from runtime.settings.tree import Node
from runtime.settings.yaml import Budget, Text, compose

ROOT = Path(__file__).parents[3]
YAML_FILES = [ROOT / "config.yml", *sorted(ROOT.glob("collections/*.yml")), *sorted(ROOT.glob("jobs/*.yml"))]


@pytest.mark.parametrize("folder", ["collections", "hooks", "jobs"])
def test_no_folder_of_the_newsroom_is_a_python_package(folder: str) -> None:
    """A package `collections` at the root would shadow the standard library's when the server starts there."""
    assert not (ROOT / folder / "__init__.py").exists()


def test_the_newsroom_has_its_settings(newsroom: Any) -> None:
    spec = newsroom.load()
    assert spec.folder == newsroom.folder.resolve()
    assert (spec.namespace, spec.label) == ("newsroom", "Newsroom")
    assert (spec.server.host, spec.server.port) == ("127.0.0.1", 8090)
    assert (spec.storage, spec.broker) == ("sqlite:data/newsroom.db", "memory:")
    assert spec.auth.roles == ("editor", "author")
    assert (spec.auth.secret, spec.auth.session_ttl_s) == ("", 432000.0)
    assert (spec.limits.requests, spec.limits.login, spec.limits.connect) == (
        Rate(300, 60.0),
        Rate(5, 60.0),
        Rate(30, 60.0),
    )
    assert (spec.hooks.timeout_s, spec.hooks.slow_s) == (5.0, 0.25)
    assert [file.relative_to(spec.folder).as_posix() for file in spec.files] == [
        "config.yml.env",
        "config.yml",
        "collections/articles.yml",
        "collections/authors.yml",
        "collections/comments.yml",
        "collections/headlines.yml",
        "jobs/newsroom.yml",
    ]


def test_the_newsroom_has_four_channels_and_breaking_is_none_of_them(newsroom: Any) -> None:
    spec = newsroom.load()
    assert [(c.name, c.scope) for c in spec.channels] == [
        ("system", "authenticated"),
        ("content", "public"),
        ("user:{userId}", "user"),
        ("channel:{room}", "authenticated"),
    ]
    room = spec.channel("channel:breaking")
    assert (room.presence, str(room.subscribe.ref), str(room.leave.ref)) == (
        True,
        "hooks/rooms.py:may_join",
        "hooks/rooms.py:left",
    )
    chat, typing = room.receive["chat"], room.receive["typing"]
    assert (str(chat.hook.ref), chat.schema["required"], chat.transient) == (
        "hooks/rooms.py:on_chat",
        ["content"],
        False,
    )
    assert (typing.hook, typing.schema, typing.transient) == (None, None, True)
    system = spec.channel("system")
    assert (system.buffer_size, system.message_ttl_s, system.last_n, system.max_age_s) == (100, 600.0, 10, 300.0)
    assert list(system.events) == ["status", "maintenance-warning"]
    assert system.events["maintenance-warning"] == {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
    }
    assert spec.channel("user:42").name == "user:{userId}"
    assert spec.channel("breaking") is None


def test_articles_have_their_fields(newsroom: Any) -> None:
    articles = newsroom.load().collection["articles"]
    assert [(f.name, f.type) for f in articles.fields] == [
        ("title", "string"),
        ("slug", "slug"),
        ("cover", "file"),
        ("body", "markdown"),
        ("status", "select"),
        ("authors", "array"),
        ("tags", "array"),
        ("publishedAt", "datetime"),
        ("publishAt", "datetime"),
        ("notes", "text"),
    ]
    fields = articles.by_name
    assert (fields["title"].required, fields["title"].max_length, fields["title"].meta) == (
        True,
        200,
        {"label": "Title"},
    )
    assert (fields["slug"].origin, fields["slug"].unique) == ("title", True)
    assert (fields["cover"].accept, fields["cover"].max_size_bytes) == (("image/*",), 5 * 1024 * 1024)
    assert (fields["status"].options, fields["status"].default, fields["status"].index) == (
        ("draft", "published"),
        "draft",
        True,
    )
    assert (fields["authors"].items.type, fields["authors"].items.collection) == ("reference", "authors")
    assert str(fields["slug"].source) == "collections/articles.yml:8:5"
    assert articles.indexes[0].keys == (("status", False), ("publishedAt", True))
    assert articles.meta["listFields"] == ["title", "status", "authors", "publishedAt"]
    assert (articles.publish.channel, sorted(articles.publish.on)) == ("content", ["create", "delete", "update"])
    assert articles.publish.fields == ("id", "slug", "title")


def test_articles_are_guarded(newsroom: Any) -> None:
    grants = newsroom.load().collection["articles"].grants
    public, author, editor = grants["read"]
    assert (public.principal, public.filter, public.hide) == ("public", {"status": "published"}, frozenset({"notes"}))
    assert (author.principal, author.filter, author.hide) == ("role:author", {"createdBy": "$user.id"}, frozenset())
    assert (editor.principal, editor.filter, editor.allow, editor.deny) == ("role:editor", {}, None, frozenset())
    assert [(g.principal, g.set, g.deny) for g in grants["create"]] == [
        ("role:author", {"status": "draft"}, frozenset({"publishAt"})),
        ("role:editor", {}, frozenset()),
        ("token:importer", {}, frozenset()),
    ]
    assert [(g.principal, g.filter, g.deny) for g in grants["update"]] == [
        ("role:author", {"createdBy": "$user.id"}, frozenset({"status", "publishAt"})),
        ("role:editor", {}, frozenset()),
    ]
    assert [g.principal for g in grants["delete"]] == ["role:editor"]
    assert str(public.source) == "collections/articles.yml:20:5"


def test_articles_have_their_hooks(newsroom: Any) -> None:
    hooks = newsroom.load().collection["articles"].hooks
    assert {key: [str(hook.ref) for hook in bound] for key, bound in hooks.items()} == {
        ("read", "before"): ["hooks/articles.py:read"],
        ("create", "validate"): ["hooks/articles.py:no_shouting"],
        ("create", "before"): ["hooks/articles.py:date", "hooks/articles.py:schedule"],
        ("create", "after"): ["hooks/articles.py:announce"],
        ("update", "before"): [
            "hooks/articles.py:no_shouting",
            "hooks/articles.py:date",
            "hooks/articles.py:schedule",
        ],
        ("update", "after"): ["hooks/articles.py:announce"],
        ("delete", "after"): ["hooks/articles.py:announce"],
    }
    first, second, _ = hooks["update", "before"]
    assert (first.path, second.path) == ("hooks.update.before.0", "hooks.update.before.1")
    assert str(second.source) == "collections/articles.yml:36:45"


def test_comments_are_moderated_and_headlines_are_virtual(newsroom: Any) -> None:
    spec = newsroom.load()
    grants = spec.collection["comments"].grants
    assert [(g.principal, g.filter) for g in grants["read"]] == [
        ("public", {"approved": True}),
        ("authenticated", {"createdBy": "$user.id"}),
        ("role:editor", {}),
    ]
    assert [(g.principal, g.set) for g in grants["create"]] == [("authenticated", {"approved": False})]
    assert [(g.principal, g.allow) for g in grants["update"]] == [("role:editor", frozenset({"approved"}))]
    headlines = spec.collection["headlines"]
    assert headlines.virtual
    assert headlines.fields == ()
    assert [str(hook.ref) for hook in headlines.hooks["read", "before"]] == ["hooks/headlines.py:feed"]


def test_the_newsroom_has_four_jobs(newsroom: Any) -> None:
    status, digest, publish, report = newsroom.load().jobs
    assert (status.name, status.every_s, status.timeout_s) == ("status", 30.0, 10.0)
    assert (digest.cron, digest.timezone, digest.ref) == (
        "0 6 * * mon-fri",
        "Europe/Berlin",
        HookRef("jobs/daily_digest.py", "run"),
    )
    assert (digest.retries.max, digest.retries.backoff_s, digest.retries.factor, digest.overlap) == (3, 5.0, 2, "skip")
    assert digest.catch_up == "once"
    assert (publish.priority, publish.retries.max, publish.retries.jitter_s) == ("high", 5, 5.0)
    assert report.concurrency == ConcurrencySpec(max=1, key="$input.articleId")
    assert (report.cron, report.every_s, report.at, report.overlap) == (None, None, None, None)
    assert report.permissions == frozenset({"role:editor"})
    assert report.input["required"] == ["articleId"]
    assert (report.events.channel, report.events.prefix) == ("user:{userId}", "generation")


def test_the_environment_wins_over_the_defaults_of_the_newsroom(newsroom: Any) -> None:
    spec = newsroom.load({"STORAGE_URL": "sqlite::memory:", "AUTH_SECRET": "0123456789abcdef", "OTHER": "x"})
    assert (spec.storage, spec.auth.secret) == ("sqlite::memory:", "0123456789abcdef")
    assert spec.environment == {"STORAGE_URL": "sqlite::memory:", "AUTH_SECRET": "0123456789abcdef", "OTHER": "x"}
    assert "0123456789abcdef" not in repr(spec)


def test_ten_mistakes_in_the_newsroom_are_ten_problems(newsroom: Any) -> None:
    """Of every kind at once: syntax, schema, cross reference, variable, file; one of them hides a whole collection."""
    newsroom.change("config.yml", "port: 8090", "prot: 8090")
    newsroom.change("config.yml", "storage: ${STORAGE_URL}", "storage: ${STORAGE_URI}")
    newsroom.change("config.yml", "    description: What is new on the site, for everybody\n", "")
    newsroom.change("collections/articles.yml", "hooks/articles.py:read ", "hooks/artikel.py:read ")
    newsroom.change("collections/articles.yml", "role:editor: {read", "role:edtor: {read")
    newsroom.change("collections/articles.yml", "filter: {status: published}", "filter: {statsu: published}")
    newsroom.change("collections/authors.yml", "meta: {label: Authors, title", "meta: {label: Authors: all, title")
    newsroom.change("collections/comments.yml", "default: false", "default: no")
    newsroom.change("jobs/newsroom.yml", "0 6 * * mon-fri", "0 25 * * mon-fri")
    newsroom.change("jobs/newsroom.yml", "file: jobs/status.py", "file: ../status.py")
    problems = newsroom.problems()
    assert [(str(p.source), p.path) for p in problems] == [
        ("collections/articles.yml:20:21", "permissions.public.read.filter.statsu"),
        ("collections/articles.yml:25:3", "permissions.role:edtor"),
        ("collections/articles.yml:30:13", "hooks.read.before"),
        ("collections/authors.yml:4:22", ""),
        ("collections/comments.yml:9:46", "fields.2.default"),
        ("config.yml:7:27", "server.prot"),
        ("config.yml:8:10", "storage"),
        ("config.yml:37:5", "channels.1.description"),
        ("jobs/newsroom.yml:5:9", "0.file"),
        ("jobs/newsroom.yml:12:9", "1.cron"),
    ]
    said = [f"{p.message}. {p.remedy}" for p in problems]
    assert said[0] == 'there is no field "statsu". Did you mean "status"?'
    assert said[1] == 'there is no role "edtor". Did you mean "role:editor"?'
    assert said[2] == 'there is no file "hooks/artikel.py". Did you mean "hooks/articles.py"?'
    assert said[3].startswith("this is not YAML: ")
    assert said[4] == "the default must be true or false. Correct it, or leave it out: there is none then."
    assert said[5] == 'unknown key "prot". Did you mean "port"?'
    assert said[6] == (
        "the variable STORAGE_URI is not set. Set STORAGE_URI in the environment or in config.yml.env, "
        'or give it a default: ${STORAGE_URI:-default}. Did you mean "STORAGE_URL"?'
    )
    assert said[7] == '"description" is missing. Add "description": What is sent here, for the people who subscribe.'
    assert said[8] == '"../status.py" leaves the project. Put the file under jobs/ and write jobs/status.py.'
    assert "cron" in said[9]


def _as_an_editor_sees_it(text: str) -> Any:
    """Return a file's content as YAML 1.2, its includes as texts and its variables as they are written."""
    report = Report()

    def include(pattern: str, here: Node) -> Node:
        return replace(here, value=pattern)

    node = compose(Text(text, "a.yml", {"STORAGE_URL": "${STORAGE_URL}"}, include, Budget(), report))
    assert report.problems == ()
    assert node is not None
    return node.plain()


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_an_editor_finds_nothing_wrong_with_the_newsroom(path: Path) -> None:
    """The first line of each file names a schema that is there, and the file as it is written fits it."""
    text = path.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    schema_path = (path.parent / first.partition("=")[2]).resolve()
    schema = json.loads(schema_path.read_text(encoding="utf-8"))
    registry: Registry = Registry().with_resources((f"{n}.json", Resource.from_contents(read_schema(n))) for n in NAMES)
    validator = Draft202012Validator({"$ref": schema_path.name}, registry=registry)
    assert schema == read_schema(schema_path.stem)
    assert list(validator.iter_errors(_as_an_editor_sees_it(text))) == []
