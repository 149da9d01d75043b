"""Documents held against their collection."""

import threading

import pytest

from runtime.documents.validate import LARGE_BYTES, Validator
from runtime.model.errors import InvalidDocument
from runtime.model.problem import Source
from runtime.model.specs import CollectionSpec, FieldSpec

WHERE = Source("collections/articles.yml")


def field(name, type, **given):
    return FieldSpec(name, type, WHERE, **given)


@pytest.fixture
def validator():
    return Validator(
        CollectionSpec(
            "articles",
            WHERE,
            fields=(
                field("title", "string", required=True),
                field("slug", "slug", origin="title"),
                field("status", "select", options=("draft", "published"), default="draft"),
                field("at", "datetime"),
                field("days", "object", fields=(field("all", "array", items=field("", "datetime")),)),
                field("authors", "array", items=field("", "reference", collection="authors")),
                field("more", "json"),
            ),
        )
    )


async def test_what_fits_is_let_through(validator):
    await validator.check({"title": "A", "at": "2026-01-15T10:30:00.000Z", "more": [1, {"a": None}]})


@pytest.mark.parametrize(
    ("document", "errors"),
    [
        ({}, {"/title": "is required"}),
        ({"title": ("a",)}, {"/title": "must be a text"}),
        ({"title": "A", "more": {"b": 2**63}}, {"/more/b": "is an integer beyond 64 bits; send it as a string"}),
        ({"title": "A", "more": {"$a": 1}}, {"/more/$a": "a key may not contain $; rename it"}),
        ({"title": "A", "more": float("nan")}, {"/more": "is not a finite number; send null instead"}),
        ({"title": "A", "statsu": 1}, {"/statsu": "is no field of this collection; did you mean 'status'?"}),
        ({"title": "A", "days": {"all": 1}}, {"/days/all": "must be a list"}),
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_told_by_its_place(validator, document, errors):
    with pytest.raises(InvalidDocument) as caught:
        await validator.check(document)
    assert caught.value.errors == errors


async def test_a_large_document_is_checked_in_a_thread(validator, monkeypatch):
    seen = []
    check = validator._check
    monkeypatch.setattr(validator, "_check", lambda document: (seen.append(threading.get_ident()), check(document)))
    await validator.check({"title": "A"})
    await validator.check({"title": "A", "more": "x" * LARGE_BYTES})
    assert seen[0] == threading.get_ident()
    assert seen[1] != threading.get_ident()


def test_datetimes_are_normalised_wherever_they_stand_and_the_order_stays(validator):
    document = {"at": "2026-01-15T11:30:00+01:00", "title": "A", "days": {"all": ["2026-01-15T10:30:00Z", 1, "no"]}}
    normal = validator.normalise(document)
    assert normal == {
        "at": "2026-01-15T10:30:00.000Z", "title": "A", "days": {"all": ["2026-01-15T10:30:00.000Z", 1, "no"]},
    }  # fmt: skip
    assert list(normal) == ["at", "title", "days"]
    assert document["at"] == "2026-01-15T11:30:00+01:00"


def test_it_knows_what_every_write_has_to_see_to(validator):
    assert [f.name for f in validator.defaults] == ["status"]
    assert [f.name for f in validator.slugs] == ["slug"]
    assert [f.name for f in validator.referring] == ["authors"]
