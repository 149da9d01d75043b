from dataclasses import replace

import pytest

from runtime.model.actor import PUBLIC, Actor
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec
from runtime.rules.description import described, spoken

NOW = 1768473000.0
READER = Actor(kind="user", id="eve", roles=frozenset())


def fields_of(collection, actor):
    return {field["name"]: field["can"] for field in described(collection, actor, now=NOW)["fields"]}


def may(field):
    return "".join(action[0] for action in ("create", "update", "read", "query") if field[action])


@pytest.fixture
def text_fields(field):
    return [field("title", required=True), field("notes", "text"), field("rating", "integer", hidden=True)]


def test_a_collection_of_which_nothing_may_be_read_or_created_is_not_described(collection, grant, ada):
    assert described(collection(update=[grant("role:author")], delete=[grant("role:author")]), ada, now=NOW) is None
    assert described(collection(read=[grant("public", filter={"createdBy": "$user.id"})]), PUBLIC, now=NOW) is None


def test_what_may_be_done_with_some_documents_counts_as_allowed(collection, grant, ada):
    spec = collection(
        read=[grant("public", filter={"status": "published"})],
        update=[grant("role:author", filter={"createdBy": "$user.id"})],
        create=[grant("role:editor")],
    )
    assert described(spec, ada, now=NOW)["can"] == {"read": True, "create": False, "update": True, "delete": False}


def test_what_may_be_created_and_not_read_is_described_as_a_form(collection, grant, ada, text_fields):
    spec = collection(fields=text_fields, create=[grant("role:author")])
    found = described(spec, ada, now=NOW)
    assert found["can"] == {"read": False, "create": True, "update": False, "delete": False}
    assert {name: may(can) for name, can in fields_of(spec, ada).items()} == {"title": "c", "notes": "c"}
    assert found["searchable"] is False


def test_fields_that_are_hidden_in_every_document_are_left_out(collection, grant, ada, text_fields):
    spec = collection(fields=text_fields, read=[grant("public", hide=["notes"])])
    assert list(fields_of(spec, ada)) == ["title"]


def test_a_field_that_only_some_documents_show_may_be_seen_and_not_asked_by(collection, grant, ada, text_fields):
    spec = collection(
        fields=text_fields,
        read=[
            grant("public", filter={"status": "published"}, hide=["notes"]),
            grant("role:author", filter={"createdBy": "$user.id"}),
        ],
    )
    assert {name: may(can) for name, can in fields_of(spec, ada).items()} == {"title": "rq", "notes": "r"}
    assert list(fields_of(spec, READER)) == ["title"]


def test_a_field_that_is_hidden_and_may_be_filled_in_is_described(collection, grant, ada, text_fields):
    spec = collection(fields=text_fields, read=[grant("public", hide=["notes"])], create=[grant("role:author")])
    assert {name: may(can) for name, can in fields_of(spec, ada).items()} == {"title": "crq", "notes": "c"}


def test_fields_with_hidden_true_are_for_admins(collection, grant, ada, admin, text_fields):
    everything = {action: [grant("role:author")] for action in ("read", "create", "update", "delete")}
    spec = collection(fields=text_fields, **everything)
    assert list(fields_of(spec, ada)) == ["title", "notes"]
    assert list(fields_of(spec, admin)) == ["title", "notes", "rating"]


def test_a_value_that_every_entry_forces_is_nobody_s_to_choose(collection, grant, ada, field):
    forced = collection(
        fields=[field("status"), field("title")],
        read=[grant("public")],
        create=[grant("role:author", set={"status": "draft"})],
    )
    assert {name: may(can) for name, can in fields_of(forced, ada).items()} == {"status": "rq", "title": "crq"}
    chosen = collection(
        fields=[field("status")],
        create=[grant("role:author", set={"status": "draft"}), grant("authenticated")],
    )
    assert may(fields_of(chosen, ada)["status"]) == "c"


def test_allow_deny_and_readonly_decide_which_fields_may_be_written(collection, grant, ada, field):
    spec = collection(
        fields=[field("title"), field("status"), field("views", "integer", readonly=True)],
        read=[grant("public")],
        create=[grant("role:author", allow=["title"])],
        update=[grant("role:author", deny=["title"])],
    )
    found = {name: may(can) for name, can in fields_of(spec, ada).items()}
    assert found == {"title": "crq", "status": "urq", "views": "rq"}


def test_members_of_an_object_are_described_one_by_one(collection, grant, ada, field):
    members = (field("name"), field("email", "email"), field("key", hidden=True))
    spec = collection(
        fields=[field("author", "object", fields=members)],
        read=[grant("public")],
        update=[grant("role:author", deny=["author.email"])],
    )
    (author,) = described(spec, ada, now=NOW)["fields"]
    assert [(member["name"], may(member["can"])) for member in author["fields"]] == [("name", "urq"), ("email", "rq")]
    assert author["can"]["update"] is True


def test_what_is_not_set_is_left_out(collection, grant, ada, field):
    spec = collection(fields=[field("title", required=True, max_length=80)], read=[grant("public")])
    assert described(spec, ada, now=NOW)["fields"] == [
        {
            "name": "title",
            "type": "string",
            "label": "Title",
            "required": True,
            "maxLength": 80,
            "can": {"read": True, "query": True, "create": False, "update": False},
        }
    ]


def test_labels_of_the_yaml_come_before_those_made_of_names(collection, grant, ada, field):
    status = field("status", "select", options=("draft", "in_review"), meta={"options": {"draft": "Not yet"}})
    spec = collection(fields=[status], read=[grant("public")])
    found = described(spec, ada, now=NOW)
    assert (found["label"], found["singular"]) == ("Articles", "Articles")
    assert found["fields"][0]["options"] == [
        {"value": "draft", "label": "Not yet"},
        {"value": "in_review", "label": "In review"},
    ]


def test_a_list_has_sensible_columns_and_an_order_where_the_yaml_names_none(collection, grant, ada, field):
    fields = [
        field("body", "markdown"),
        field("code"),
        field("name"),
        field("extra", "json"),
        field("price", "number"),
        field("tags", "array", items=field("", "string")),
    ]
    found = described(collection(fields=fields, read=[grant("public")]), ada, now=NOW)
    assert found["title"] == "name"
    assert found["listFields"] == ["name", "code", "price", "tags", "updatedAt"]
    assert found["sort"] == "-createdAt"
    assert found["searchable"] is True


def test_a_list_is_not_sorted_by_what_may_not_be_asked_by(grant, ada, field):
    spec = CollectionSpec(
        "articles",
        Source("collections/articles.yml"),
        fields=(field("title"), field("rank", "integer")),
        grants={"read": (grant("public", hide=["rank"]),)},
        meta={"sort": "-rank,title", "title": "rank", "listFields": ["rank", "title", "createdAt"]},
    )
    found = described(spec, ada, now=NOW)
    assert (found["sort"], found["title"], found["listFields"]) == ("-createdAt", "title", ["title", "createdAt"])
    assert described(replace(spec, grants={"read": (grant("public"),)}), ada, now=NOW)["sort"] == "-rank,title"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("publishedAt", "Published at"),
        ("in_review", "In review"),
        ("seoTitle", "Seo title"),
        ("isbn13", "Isbn13"),
        ("ISBNNumber", "ISBN number"),
        ("größe XL", "größe XL"),
        ("A5", "A5"),
    ],
)
def test_names_are_spoken(name, words):
    assert spoken(name) == words
