"""Which operation of a batch a failure is about."""

from types import SimpleNamespace

import pytest

from runtime.documents.batch import Member, is_worth_another_try, locate, locate_conflict
from runtime.model.errors import Forbidden, InvalidDocument, NotUnique, VersionConflict


def staged(collection, id, *, derived=()):
    intent = SimpleNamespace(collection=SimpleNamespace(name=collection), id=id)
    return SimpleNamespace(intent=intent, derived=frozenset(derived))


def member(collection, id, *wrote):
    return Member(staged(collection, id), frozenset({(collection, id), *wrote}))


def taken(collection, id):
    return NotUnique("taken", collection=collection, id=id, errors={"/slug": "is taken"})


def test_pointers_lead_into_the_body_of_the_operation():
    failure = InvalidDocument("does not fit", errors={"/title": "is required", "": "must be an object"})
    locate(failure, 3)
    assert failure.errors == {
        "/operations/3/body/title": "is required",
        "/operations/3/body": "must be an object",
    }


def test_a_failure_without_pointers_is_that_of_the_operation():
    failure = Forbidden("you may not")
    locate(failure, 0)
    assert failure.errors == {"/operations/0": "you may not"}


@pytest.mark.parametrize(
    ("conflict", "errors"),
    [
        (taken("articles", "a"), {"/operations/2/body/slug": "is taken"}),
        (taken("notes", "n"), {"/operations/1": "taken"}),
        (taken("notes", "unknown"), {"/slug": "is taken"}),
    ],
    ids=["the last operation on the document", "a write of its hooks", "of none"],
)
def test_a_conflict_of_the_commit_is_found_by_the_document_that_it_names(conflict, errors):
    members = [member("articles", "a"), member("articles", "b", ("notes", "n")), member("articles", "a")]
    locate_conflict(conflict, members)
    assert conflict.errors == errors


def test_another_try_is_worth_it_where_the_server_read_something_old_or_made_the_slug_itself():
    made = [staged("articles", "a", derived=["slug"]), staged("articles", "b")]
    overtaken = VersionConflict("changed", collection="other", id="x", stored=2)
    assert is_worth_another_try(overtaken, made)
    assert is_worth_another_try(taken("articles", "a"), made)
    assert not is_worth_another_try(taken("articles", "b"), made)
    assert not is_worth_another_try(taken("notes", "a"), made)
