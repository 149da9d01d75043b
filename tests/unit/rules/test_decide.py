import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.actor import PUBLIC, SYSTEM, Actor
from runtime.model.errors import Forbidden, Unauthenticated
from runtime.model.problem import Source
from runtime.model.query import Compare, Everything, In, Nothing, Or
from runtime.model.specs import CollectionSpec, GrantSpec
from runtime.query.match import matches
from runtime.rules.decide import decide, principals_of, require

NOW = 1768473000.0  # 2026-01-15T10:30:00Z
PUBLISHED = Compare(("status",), "$eq", "published")


def test_nothing_is_allowed_that_is_not_said(collection, ada, importer):
    for actor in (PUBLIC, ada, importer):
        decision = decide(actor, "read", collection(), now=NOW)
        assert not decision.allowed
        assert not decision.unrestricted
        assert decision.grants == ()
        assert decision.filter == Nothing()


def test_a_grant_for_another_action_says_nothing(collection, grant, ada):
    assert not decide(ada, "update", collection(read=[grant("authenticated")]), now=NOW).allowed


def test_the_principals_of_an_actor(ada, importer):
    assert principals_of(PUBLIC) == {"public"}
    assert principals_of(ada) == {"public", "authenticated", "role:author"}
    assert principals_of(importer) == {"public", "authenticated", "token:importer"}


def test_grants_of_all_roles_add_up_in_the_order_of_the_yaml(collection, grant):
    spec = collection(
        read=[
            grant("role:editor", filter={"lang": "en"}),
            grant("token:importer"),
            grant("public", filter={"status": "published"}),
            grant("role:author", filter={"createdBy": "$user.id"}),
        ]
    )
    actor = Actor(kind="user", id="u1", roles=frozenset({"author", "editor"}))
    decision = decide(actor, "read", spec, now=NOW)
    assert [entry.principal for entry in decision.grants] == ["role:editor", "public", "role:author"]
    assert decision.filter == Or((Compare(("lang",), "$eq", "en"), PUBLISHED, Compare(("createdBy",), "$eq", "u1")))


def test_a_grant_without_a_filter_opens_all_rows(collection, grant, ada):
    spec = collection(read=[grant("public", filter={"status": "published"}), grant("authenticated")])
    assert decide(ada, "read", spec, now=NOW).filter == Everything()
    assert decide(PUBLIC, "read", spec, now=NOW).filter == PUBLISHED


def test_variables_are_those_of_the_actor_and_the_moment(collection, grant):
    spec = collection(
        read=[
            grant(
                "public", filter={"for": {"$in": "$user.roles"}, "until": {"$gt": "$now"}, "$or": [{"by": "$user.id"}]}
            )
        ]
    )
    actor = Actor(kind="user", id="u1", roles=frozenset({"b", "a"}))
    matching = {"for": "b", "until": "2026-01-15T10:30:00.001Z", "by": "u1"}
    decision = decide(actor, "read", spec, now=NOW)
    assert matches(decision.filter, matching)
    assert not matches(decision.filter, matching | {"until": "2026-01-15T10:30:00.000Z"})
    assert not matches(decision.filter, matching | {"for": "c"})
    assert not matches(decision.filter, matching | {"by": "u2"})


def test_an_api_token_has_an_id_of_its_own(collection, grant, importer):
    spec = collection(read=[grant("authenticated", filter={"createdBy": "$user.id"})])
    assert decide(importer, "read", spec, now=NOW).filter == Compare(("createdBy",), "$eq", "token:importer")


@pytest.mark.parametrize(
    "filter",
    [
        {"createdBy": "$user.id"},
        {"createdBy": {"$ne": "$user.id"}},
        {"$or": [{"status": "published"}, {"createdBy": {"$in": ["x", "$user.id"]}}]},
    ],
)
def test_a_filter_about_a_user_matches_nothing_for_the_public(collection, grant, filter):
    decision = decide(PUBLIC, "read", collection(read=[grant("public", filter=filter)]), now=NOW)
    assert decision.allowed
    assert decision.filter == Nothing()
    assert not matches(decision.filter, {"createdBy": None})
    assert not matches(decision.filter, {})


def test_roles_of_the_public_are_none(collection, grant):
    spec = collection(read=[grant("public", filter={"for": {"$in": "$user.roles"}})])
    assert decide(PUBLIC, "read", spec, now=NOW).filter == In(("for",), ())


def test_forced_values_have_their_variables_replaced(collection, grant, ada):
    spec = collection(create=[grant("authenticated", set={"owner": "$user.id", "meta": {"by": ["$user.id"]}, "n": 1})])
    assert decide(ada, "create", spec, now=NOW).grants[0].set == {"owner": "ada", "meta": {"by": ["ada"]}, "n": 1}


def test_admins_and_the_system_are_unrestricted(collection, field, admin):
    spec = collection(fields=[field("secret", hidden=True)])
    for actor in (admin, SYSTEM):
        decision = decide(actor, "delete", spec, now=NOW)
        assert decision.allowed
        assert decision.unrestricted
        assert decision.filter == Everything()
        assert decision.uniform_hidden == frozenset()
        assert decision.hidden({"secret": 1}) == frozenset()
        assert decision.may_query(("secret",))


def test_without_a_grant_the_public_is_asked_to_sign_in_and_others_are_refused(collection, grant, ada):
    spec = collection()
    with pytest.raises(Unauthenticated, match=r"Sign in: the public may not read articles\."):
        require(decide(PUBLIC, "read", spec, now=NOW), PUBLIC, "read", spec)
    with pytest.raises(
        Forbidden, match=r"You may not read articles: no permission there is for you or one of your roles\."
    ):
        require(decide(ada, "read", spec, now=NOW), ada, "read", spec)
    open_spec = collection(read=[grant("public")])
    require(decide(PUBLIC, "read", open_spec, now=NOW), PUBLIC, "read", open_spec)


def test_a_field_is_hidden_when_all_grants_that_match_the_row_hide_it(collection, grant, ada):
    spec = collection(
        read=[
            grant("public", filter={"status": "published"}, hide=["notes", "score"]),
            grant("role:author", filter={"createdBy": "$user.id"}, hide=["score"]),
        ]
    )
    decision = decide(ada, "read", spec, now=NOW)
    assert decision.hidden({"status": "published", "createdBy": "bob"}) == {"notes", "score"}
    assert decision.hidden({"status": "draft", "createdBy": "ada"}) == {"score"}
    assert decision.hidden({"status": "published", "createdBy": "ada"}) == {"score"}
    assert decision.uniform_hidden is None
    assert decide(PUBLIC, "read", spec, now=NOW).uniform_hidden == {"notes", "score"}


def test_all_of_a_row_that_no_grant_matches_is_hidden(collection, grant):
    spec = collection(read=[grant("public", filter={"status": "published"})])
    assert decide(PUBLIC, "read", spec, now=NOW).hidden({"id": "a", "status": "draft"}) == {"id", "status"}


def test_a_hidden_object_covers_its_members(collection, grant, ada):
    spec = collection(
        read=[grant("public", hide=["author"]), grant("authenticated", hide=["author.email", "author.phone"])]
    )
    decision = decide(ada, "read", spec, now=NOW)
    assert decision.hidden({}) == {"author.email", "author.phone"}
    assert decision.uniform_hidden == {"author.email", "author.phone"}


def test_hidden_fields_of_the_spec_are_hidden_whatever_the_grants_say(collection, grant, field, ada):
    author = field("author", "object", fields=(field("email", hidden=True), field("name")))
    notes = field("notes", "array", items=field("", "object", fields=(field("by", hidden=True), field("text"))))
    spec = collection(
        fields=[field("secret", hidden=True), author, notes], read=[grant("authenticated", hide=["title"])]
    )
    decision = decide(ada, "read", spec, now=NOW)
    assert decision.uniform_hidden == {"secret", "author.email", "notes.by", "title"}
    assert decision.hidden({}) == {"secret", "author.email", "notes.by", "title"}
    assert not decision.may_query(("secret",))


@pytest.mark.parametrize(
    ("hides", "uniform"),
    [
        ([({}, []), ({"a": 1}, ["x"])], set()),
        ([({}, ["x"]), ({"a": 1}, ["x", "y"])], {"x"}),
        ([({}, ["x"]), ({"a": 1}, ["y"])], None),
        ([({}, ["x"]), ({"a": 1}, [])], None),
        ([({"a": 1}, ["x"]), ({"b": 1}, ["x"])], {"x"}),
        ([({"a": 1}, ["x"]), ({"b": 1}, ["x.y"])], None),
        ([({}, ["x"]), ({"a": "$user.id"}, [])], {"x"}),
    ],
)
def test_hiding_is_uniform_exactly_when_no_row_differs(collection, grant, hides, uniform):
    spec = collection(read=[grant("public", filter=filter, hide=hide) for filter, hide in hides])
    assert decide(PUBLIC, "read", spec, now=NOW).uniform_hidden == uniform


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("title", True),
        ("notes", False),
        ("notes.text", False),
        ("author", False),
        ("author.email", False),
        ("author.email.domain", False),
        ("author.name", True),
        ("authors", True),
        ("items", False),
        ("items.0.price", False),
        ("items.price", False),
        ("items.0.name", True),
    ],
)
def test_what_is_hidden_cannot_be_asked_about(collection, grant, path, allowed):
    spec = collection(read=[grant("public", hide=["notes", "author.email", "items.price"])])
    assert decide(PUBLIC, "read", spec, now=NOW).may_query(tuple(path.split("."))) is allowed


def test_what_is_hidden_in_some_rows_cannot_be_asked_about(collection, grant, ada):
    spec = collection(
        read=[
            grant("public", filter={"status": "published"}, hide=["notes"]),
            grant("role:author", filter={"createdBy": "$user.id"}),
        ]
    )
    assert not decide(ada, "read", spec, now=NOW).may_query(("notes",))


def test_what_a_grant_for_all_rows_shows_can_be_asked_about(collection, grant, ada):
    spec = collection(read=[grant("public", filter={"status": "published"}, hide=["notes"]), grant("role:author")])
    assert decide(ada, "read", spec, now=NOW).may_query(("notes",))


def test_the_same_question_gets_the_same_answer(collection, grant, ada):
    spec = collection(read=[grant("public", filter={"until": {"$gt": "$now"}})])
    assert decide(ada, "read", spec, now=NOW) == decide(ada, "read", spec, now=NOW)
    assert decide(ada, "read", spec, now=NOW) != decide(ada, "read", spec, now=NOW + 1)


HIDES = st.frozensets(st.sampled_from(["a", "a.b", "c", "d"]))
ENTRIES = st.lists(st.tuples(st.sampled_from([{}, {"x": 1}, {"y": 1}, {"x": "$user.id"}]), HIDES), max_size=4)
ROWS = st.fixed_dictionaries({"x": st.integers(0, 1), "y": st.integers(0, 1)})


@given(ENTRIES, st.lists(ROWS, min_size=4, max_size=4))
def test_uniform_hiding_agrees_with_hiding_row_by_row(entries, rows):
    source = Source("a.yml", 1, 1)
    grants = tuple(GrantSpec("public", source, filter=filter, hide=hide) for filter, hide in entries)
    decision = decide(PUBLIC, "read", CollectionSpec("a", source, grants={"read": grants}), now=NOW)
    seen = [decision.hidden(row) for row in rows if matches(decision.filter, row)]
    if decision.uniform_hidden is not None:
        assert all(hidden == decision.uniform_hidden for hidden in seen)
    for hidden in seen:
        assert not any(decision.may_query(tuple(path.split("."))) for path in hidden)
