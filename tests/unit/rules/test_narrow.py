import pytest

from runtime.model.actor import SYSTEM
from runtime.model.errors import FieldsForbidden
from runtime.rules.decide import decide
from runtime.rules.narrow import may_choose, may_write, permit, writable

NOW = 1768473000.0


@pytest.fixture
def principals(ada):
    """Which entries allow these fields, by their principals, or the pointers of the refusal."""

    def ask(spec, *fields, actor=ada):
        try:
            return [grant.principal for grant in writable(decide(actor, "update", spec, now=NOW), fields)]
        except FieldsForbidden as refusal:
            return sorted(refusal.errors)

    return ask


def test_without_allow_and_deny_all_fields_may_be_written(collection, grant, principals):
    assert principals(collection(update=[grant("authenticated")]), "title", "author.name") == ["authenticated"]


def test_deny_refuses_what_it_is_part_of_and_holds(collection, grant, principals):
    spec = collection(update=[grant("authenticated", deny=["status", "author.role", "items.price"])])
    assert principals(spec, "title", "author.name", "items.0.name") == ["authenticated"]
    assert principals(spec, "title", "status") == ["/status"]
    assert principals(spec, "author") == ["/author"]
    assert principals(spec, "author.role.name") == ["/author/role/name"]
    assert principals(spec, "items.0.price") == ["/items/0/price"]


def test_allow_admits_what_it_names_and_holds(collection, grant, principals):
    spec = collection(update=[grant("authenticated", allow=["title", "author.name"])])
    assert principals(spec, "title", "author.name.first") == ["authenticated"]
    assert principals(spec, "author") == ["/author"]
    assert principals(spec, "body", "title") == ["/body"]


def test_writing_nothing_is_always_allowed(collection, grant, principals):
    assert principals(collection(update=[grant("authenticated", allow=[])])) == ["authenticated"]


def test_grants_never_combine_for_one_write(collection, grant, principals):
    spec = collection(update=[grant("authenticated", allow=["title", "body"]), grant("role:author", allow=["status"])])
    assert principals(spec, "title") == ["authenticated"]
    assert principals(spec, "status") == ["role:author"]
    assert principals(spec, "title", "body", "status") == ["/status"]


def test_grants_that_force_values_come_last(collection, grant, principals):
    spec = collection(
        update=[grant("public", set={"status": "draft"}), grant("authenticated", deny=["x"]), grant("role:author")]
    )
    assert principals(spec, "title") == ["authenticated", "role:author", "public"]


def test_a_refusal_names_the_fields_and_the_remedy(collection, grant, ada):
    spec = collection(update=[grant("authenticated", deny=["status", "a/b"])])
    with pytest.raises(FieldsForbidden) as caught:
        writable(decide(ada, "update", spec, now=NOW), ["title", "status", "a/b"])
    assert caught.value.message == "You may not write a/b, status. Leave it out."
    assert caught.value.errors == {"/status": "may not be written", "/a~1b": "may not be written"}


def test_without_a_grant_all_fields_are_refused(collection, principals):
    assert principals(collection(), "title") == ["/title"]


def test_readonly_fields_are_for_the_system_alone(collection, grant, field, principals, admin):
    author = field("author", "object", fields=(field("joined", readonly=True), field("name")))
    spec = collection(fields=[field("views", "integer", readonly=True), author], update=[grant("authenticated")])
    assert principals(spec, "author.name") == ["authenticated"]
    assert principals(spec, "views", "author.joined") == ["/author/joined", "/views"]
    assert principals(spec, "author") == ["/author"]
    assert principals(spec, "views", actor=admin) == ["/views"]
    assert principals(spec, "title", actor=admin) == ["role:admin"]
    assert principals(spec, "views", actor=SYSTEM) == ["system"]


def test_a_field_may_be_written_when_any_grant_says_so(collection, grant, field, ada):
    spec = collection(
        fields=[field("views", readonly=True)],
        update=[grant("authenticated", allow=["title"]), grant("role:author", deny=["status"])],
    )
    decision = decide(ada, "update", spec, now=NOW)
    assert [may_write(decision, name) for name in ("title", "body", "status", "views")] == [True, True, False, False]


def test_a_field_named_by_a_number_is_no_index(collection, grant, principals):
    assert principals(collection(update=[grant("authenticated", deny=["status"])]), "2024") == ["authenticated"]


@pytest.fixture
def allowed(collection, grant, ada):
    spec = collection(
        update=[
            grant("role:author", filter={"createdBy": "$user.id"}),
            grant("authenticated", filter={"status": "draft"}),
        ]
    )
    grants = decide(ada, "update", spec, now=NOW).grants

    def ask(before, after):
        found = permit(grants, before, after)
        return found and found.principal

    return ask


OWN = {"createdBy": "ada", "status": "published"}
DRAFT = {"createdBy": "bob", "status": "draft"}
OTHER = {"createdBy": "bob", "status": "published"}


@pytest.mark.parametrize(
    ("before", "after", "principal"),
    [
        (OWN, OWN, "role:author"),
        (DRAFT, DRAFT, "authenticated"),
        (OTHER, OTHER, None),
        (DRAFT, OTHER, None),
        (OTHER, DRAFT, None),
        (OWN, DRAFT, None),
        (None, OWN, "role:author"),
        (None, DRAFT, "authenticated"),
        (None, OTHER, None),
        (DRAFT, None, "authenticated"),
        (OTHER, None, None),
    ],
)
def test_one_grant_must_match_what_was_stored_and_the_result(allowed, before, after, principal):
    assert allowed(before, after) == principal


def test_no_grants_permit_nothing():
    assert permit((), None, None) is None


def test_what_an_entry_forces_may_be_written_but_not_chosen(collection, grant, ada):
    spec = collection(create=[grant("authenticated", set={"status": "draft"}), grant("public", allow=["title"])])
    decision = decide(ada, "create", spec, now=NOW)
    assert may_write(decision, "status")
    assert not may_choose(decision, "status")
    assert may_choose(decision, "title")
