from runtime.model.actor import PUBLIC
from runtime.rules.explain import explain, matrix

NOW = 1768473000.0


def lines_of(explanation):
    return [(line.grant.principal, str(line.source), line.matches) for line in explanation.lines]


def test_the_entries_that_apply_are_listed_with_their_places(collection, grant, ada):
    spec = collection(
        read=[
            grant("public", line=12, filter={"status": "published"}, hide=["notes"]),
            grant("role:editor", line=13),
            grant("role:author", line=14, filter={"createdBy": "$user.id"}),
        ]
    )
    found = explain(ada, "read", spec, {"status": "draft", "createdBy": "ada"}, now=NOW)
    assert lines_of(found) == [
        ("public", "collections/articles.yml:12:3", False),
        ("role:author", "collections/articles.yml:14:3", True),
    ]
    assert found.verdict == "allowed"
    assert found.reason == "role:author may, says collections/articles.yml:14:3."
    assert found.principals == ("authenticated", "public", "role:author")
    assert found.hidden == frozenset()


def test_without_a_document_it_may_depend_on_it(collection, grant):
    spec = collection(read=[grant("public", filter={"status": "published"}, hide=["notes"])])
    found = explain(PUBLIC, "read", spec, None, now=NOW)
    assert lines_of(found) == [("public", "collections/articles.yml:1:3", None)]
    assert found.verdict == "depends"
    assert found.reason == "It depends on the document: every entry that applies has a filter."
    assert found.hidden == {"notes"}


def test_a_document_that_no_filter_matches_is_refused(collection, grant):
    spec = collection(read=[grant("public", filter={"status": "published"})])
    found = explain(PUBLIC, "read", spec, {"status": "draft"}, now=NOW)
    assert (found.verdict, found.reason) == ("refused", "No entry that applies has a filter that matches.")


def test_an_entry_about_a_user_never_matches_the_public(collection, grant):
    spec = collection(read=[grant("public", filter={"createdBy": "$user.id"})])
    assert explain(PUBLIC, "read", spec, None, now=NOW).verdict == "refused"


def test_an_entry_without_a_filter_decides_without_a_document(collection, grant, ada):
    found = explain(ada, "delete", collection(delete=[grant("role:author", line=9)]), None, now=NOW)
    assert (found.verdict, found.reason) == ("allowed", "role:author may, says collections/articles.yml:9:3.")


def test_where_no_entry_applies_it_says_for_whom_there_would_have_to_be_one(collection, ada):
    found = explain(ada, "delete", collection(), None, now=NOW)
    assert found.verdict == "refused"
    assert found.reason == "No permission of articles for delete is given to authenticated or public or role:author."
    assert found.lines == ()


def test_admins_need_no_entry(collection, admin):
    found = explain(admin, "delete", collection(), None, now=NOW)
    assert (found.verdict, found.reason) == ("allowed", "Admins and the system may do everything.")
    assert lines_of(found) == [("role:admin", "(built in)", True)]


def test_the_entry_that_decides_is_the_first_that_matches(collection, grant, ada):
    spec = collection(
        update=[
            grant("authenticated", line=3, filter={"status": "draft"}, deny=["status"]),
            grant("role:author", line=4, filter={"createdBy": "$user.id"}),
        ]
    )
    found = explain(ada, "update", spec, {"status": "published", "createdBy": "ada"}, now=NOW)
    assert found.deciding is found.lines[1]
    assert found.deciding.spec.filter == {"createdBy": "$user.id"}
    assert explain(ada, "update", spec, None, now=NOW).deciding is None


def test_fields_that_may_be_written_are_those_of_the_entries_that_match(collection, grant, field, ada):
    spec = collection(
        fields=[field("title"), field("status"), field("views", readonly=True)],
        update=[
            grant("authenticated", filter={"status": "draft"}, allow=["title"]),
            grant("role:author", filter={"createdBy": "$user.id"}, deny=["title"]),
        ],
    )
    assert explain(ada, "update", spec, None, now=NOW).writable == ("title", "status")
    theirs = explain(ada, "update", spec, {"status": "draft", "createdBy": "eve"}, now=NOW)
    assert (theirs.verdict, theirs.writable) == ("allowed", ("title",))
    nobody = explain(ada, "update", spec, {"status": "published", "createdBy": "eve"}, now=NOW)
    assert (nobody.verdict, nobody.writable) == ("refused", ())
    assert explain(ada, "read", spec, None, now=NOW).writable == ()


def test_a_matrix_has_each_action_of_each_collection(collection, grant, ada):
    spec = collection(read=[grant("public")], update=[grant("public", filter={"createdBy": "$user.id"})])
    found = matrix(ada, [spec], now=NOW)
    assert [(one.collection, one.action, one.verdict) for one in found] == [
        ("articles", "read", "allowed"),
        ("articles", "create", "refused"),
        ("articles", "update", "depends"),
        ("articles", "delete", "refused"),
    ]
