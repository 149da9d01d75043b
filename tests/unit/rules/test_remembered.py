"""What is remembered of permissions, and that it is never somebody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.actor import PUBLIC, SYSTEM, Actor
from runtime.model.problem import Source
from runtime.model.query import Compare, Everything
from runtime.model.specs import CollectionSpec, GrantSpec
from runtime.query.match import matches
from runtime.query.parse import parse_filter
from runtime.rules.decide import RULINGS_KEPT, decide

NOW = 1768473000.0  # 2026-01-15T10:30:00Z


def user(id: str | None, *roles: str) -> Actor:
    return Actor(kind="user", id=id, roles=frozenset(roles))


def test_two_users_who_ask_in_turns_are_each_held_to_their_own_documents(collection, grant):
    spec = collection(read=[grant("authenticated", filter={"createdBy": "$user.id"})])
    for _ in range(2):
        assert decide(user("ada"), "read", spec, now=NOW).filter == Compare(("createdBy",), "$eq", "ada")
        assert decide(user("bob"), "read", spec, now=NOW).filter == Compare(("createdBy",), "$eq", "bob")


def test_the_moment_is_that_of_each_request(collection, grant):
    spec = collection(read=[grant("public", filter={"until": {"$gt": "$now"}})])
    document = {"until": "2026-01-15T10:30:01.000Z"}
    seen = [decide(PUBLIC, "read", spec, now=NOW + later).grants[0].matches(document) for later in (0, 2, 0.5)]
    assert seen == [True, False, True]


def test_a_role_that_is_given_or_taken_counts_with_the_next_request(collection, grant):
    spec = collection(read=[grant("role:editor"), grant("authenticated", filter={"open": True}, hide=["notes"])])
    for _ in range(2):
        plain, editor = decide(user("ada"), "read", spec, now=NOW), decide(user("ada", "editor"), "read", spec, now=NOW)
        assert (plain.filter, plain.uniform_hidden) == (Compare(("open",), "$eq", True), {"notes"})
        assert (editor.filter, editor.uniform_hidden) == (Everything(), frozenset())


def test_actions_have_rulings_of_their_own(collection, grant, ada):
    spec = collection(read=[grant("public")])
    assert decide(ada, "read", spec, now=NOW).allowed
    assert not decide(ada, "delete", spec, now=NOW).allowed


def test_a_token_is_not_another_token_and_no_user_of_its_name(collection, grant, importer):
    spec = collection(read=[grant("token:importer")])
    assert decide(importer, "read", spec, now=NOW).allowed
    assert not decide(Actor(kind="token", id="token:other", name="other"), "read", spec, now=NOW).allowed
    assert not decide(Actor(kind="user", id="u", name="importer"), "read", spec, now=NOW).allowed


def test_admins_and_the_system_are_not_taken_for_each_other(collection, field, admin):
    spec = collection(fields=[field("kept", readonly=True)])
    for actor, is_system in ((admin, False), (SYSTEM, True), (admin, False)):
        assert decide(actor, "update", spec, now=NOW).is_system is is_system


def test_somebody_without_an_id_is_not_given_what_somebody_with_one_is(collection, grant):
    spec = collection(read=[grant("authenticated", filter={"createdBy": "$user.id"})])
    assert decide(user("ada"), "read", spec, now=NOW).permits(_Stored({"createdBy": "ada"}))
    assert not decide(user(None), "read", spec, now=NOW).permits(_Stored({"createdBy": None}))


def test_another_spec_of_the_same_name_has_rulings_of_its_own(collection, grant):
    before, after = collection(read=[grant("public")]), collection()
    assert decide(PUBLIC, "read", before, now=NOW).allowed
    assert not decide(PUBLIC, "read", after, now=NOW).allowed


def test_what_is_forced_is_new_each_time_where_it_could_be_changed(collection, grant, ada):
    spec = collection(create=[grant("authenticated", set={"tags": ["new"], "meta": {"by": "$user.id"}})])
    first = decide(ada, "create", spec, now=NOW).grants[0].set
    first["tags"].append("spoiled")
    first["meta"]["by"] = "somebody else"
    assert decide(ada, "create", spec, now=NOW).grants[0].set == {"tags": ["new"], "meta": {"by": "ada"}}


def test_what_does_not_depend_on_who_asks_is_decided_once(collection, grant):
    spec = collection(read=[grant("authenticated", filter={"status": "published"})])
    assert decide(user("ada"), "read", spec, now=NOW) is decide(user("bob"), "read", spec, now=NOW + 1)


def test_however_many_sets_of_roles_there_are_few_are_remembered(collection, grant):
    spec = collection(read=[grant("role:r7")])
    decisions = [decide(user("ada", f"r{n}"), "read", spec, now=NOW) for n in range(RULINGS_KEPT + 50)]
    assert [n for n, decision in enumerate(decisions) if decision.allowed] == [7]
    assert decide(user("ada", "r7"), "read", spec, now=NOW).ruling is not decisions[7].ruling
    assert decide(user("ada", "r305"), "read", spec, now=NOW).ruling is decisions[305].ruling


class _Stored:
    def __init__(self, document):
        self.document, self.id, self.version, self.text = document, "x", 1, b"{}"


VALUES = [
    "$user.id",
    "$user.roles",
    "$now",
    "ada",
    "editor",
    1,
    None,
    ["$user.id"],
    ["$user.roles"],
    {"by": "$user.id"},
]
OPERANDS = st.one_of(
    st.sampled_from(VALUES),
    st.builds(lambda op, value: {op: value}, st.sampled_from(["$eq", "$ne", "$gt", "$lte"]), st.sampled_from(VALUES)),
    st.builds(
        lambda op, values: {op: values},
        st.sampled_from(["$in", "$nin", "$all"]),
        st.one_of(st.just("$user.roles"), st.lists(st.sampled_from(VALUES), max_size=3)),
    ),
    st.just({"$elemMatch": {"$eq": "$user.id"}}),
    st.just({"$elemMatch": {"by": "$user.id"}}),
    st.just({"$not": {"$in": "$user.roles"}}),
)
FIELDS = st.dictionaries(st.sampled_from(["a", "b.by"]), OPERANDS, min_size=1)
FILTERS = st.one_of(
    FIELDS,
    st.builds(lambda op, parts: {op: parts}, st.sampled_from(["$or", "$and", "$nor"]), st.lists(FIELDS, min_size=1)),
)
SCALARS = st.sampled_from(["ada", "editor", "2026-01-15T10:30:00.000Z", "2027", 1, None])
MEMBERS = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.builds(lambda value: {"by": value}, SCALARS))
DOCUMENTS = st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(MEMBERS, st.lists(MEMBERS, max_size=2)))


@given(FILTERS, st.lists(DOCUMENTS, min_size=1, max_size=8), st.sampled_from([(), ("editor",), ("author", "editor")]))
def test_a_filter_that_is_bound_means_what_it_would_mean_written_out(raw, documents, roles):
    actor = user("ada", *roles)
    source = Source("collections/a.yml")
    spec = CollectionSpec("a", source, grants={"read": (GrantSpec("authenticated", source, filter=raw),)})
    values = {"$user.id": "ada", "$user.roles": sorted(roles), "$now": "2026-01-15T10:30:00.000Z"}
    written_out = parse_filter(raw, variables=values)
    bound = decide(actor, "read", spec, now=NOW).filter
    for document in documents:
        assert matches(bound, document) == matches(written_out, document)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_hidden_fields_are_those_of_the_row_however_often_rows_are_looked_at(collection, grant, ada, number):
    spec = collection(
        read=[
            grant("public", filter={"status": "published"}, hide=["notes", "score"]),
            grant("role:author", filter={"createdBy": "$user.id"}, hide=["score"]),
        ]
    )
    rows = [
        ({"status": "published", "createdBy": "bob"}, {"notes", "score"}),
        ({"status": "draft", "createdBy": "ada"}, {"score"}),
        ({"status": "draft", "createdBy": "bob"}, {"status", "createdBy"}),
    ]
    document, hidden = rows[number]
    assert [decide(ada, "read", spec, now=NOW).hidden(document) for _ in range(3)] == [hidden] * 3
