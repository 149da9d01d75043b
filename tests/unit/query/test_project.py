"""Parts of documents."""

from typing import Any

import pytest

from runtime.query.project import projector, without


@pytest.mark.parametrize(
    ("document", "fields", "expected"),
    [
        ({"id": 1, "a": 2, "b": 3}, [("id",), ("b",)], {"id": 1, "b": 3}),
        ({"b": 3, "a": 2}, [("a",), ("b",)], {"b": 3, "a": 2}),
        ({"a": 1}, [("b",)], {}),
        ({"a": 1}, [], {}),
        ({"a": None}, [("a",)], {"a": None}),
        ({"a": {"b": 1, "c": 2}}, [("a", "b")], {"a": {"b": 1}}),
        ({"a": {"b": 1, "c": 2, "d": 3}}, [("a", "b"), ("a", "d")], {"a": {"b": 1, "d": 3}}),
        ({"a": {"c": 2}}, [("a", "b")], {"a": {}}),
        ({"a": 5}, [("a", "b")], {}),
        ({"a": [{"b": 1, "c": 2}, {"c": 3}, 5, None]}, [("a", "b")], {"a": [{"b": 1}, {}]}),
        ({"a": [[{"b": 1, "c": 2}], 5]}, [("a", "b")], {"a": [[{"b": 1}]]}),
        ({"a": []}, [("a", "b")], {"a": []}),
        ({"a": [1, 2]}, [("a", "0")], {"a": []}),
        ({"a": {"0": 1, "1": 2}}, [("a", "0")], {"a": {"0": 1}}),
        ({"a": {"b": 1, "c": 2}}, [("a",), ("a", "b")], {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1, "c": 2}}, [("a", "b"), ("a",)], {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": {"c": 1, "d": 2}}}, [("a", "b", "c"), ("a", "b")], {"a": {"b": {"c": 1, "d": 2}}}),
    ],
)
def test_a_projection_keeps_what_was_asked_for(document: Any, fields: Any, expected: Any) -> None:
    before = repr(document)
    assert repr(projector(tuple(fields))(document)) == repr(expected)
    assert repr(document) == before


def test_no_projection_keeps_everything_in_a_new_document() -> None:
    document = {"a": 1}
    kept = projector(None)(document)
    assert kept == {"a": 1}
    assert kept is not document


@pytest.mark.parametrize(
    ("document", "hidden", "expected"),
    [
        ({"a": 1, "b": 2}, {"a"}, {"b": 2}),
        ({"a": 1}, {"b"}, {"a": 1}),
        ({"a": None}, {"a"}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a.b"}, {"a": {"c": 2}}),
        ({"a": {"b": 1, "c": 2}}, {"a.b", "a.c"}, {"a": {}}),
        ({"a": {"b": 1, "c": 2}}, {"a", "a.b"}, {}),
        ({"a": 5}, {"a.b"}, {"a": 5}),
        ({"a": [{"b": 1, "c": 2}, 5, {"c": 3}]}, {"a.b"}, {"a": [{"c": 2}, 5, {"c": 3}]}),
        ({"a": [[{"b": 1, "c": 2}]]}, {"a.b"}, {"a": [[{"c": 2}]]}),
        ({"a": [{"b": [{"c": 1, "d": 2}]}]}, {"a.b.c"}, {"a": [{"b": [{"d": 2}]}]}),
        ({"a": {"b": {"c": 1}}, "d": 2}, {"a.b.c", "d"}, {"a": {"b": {}}}),
        ({"a.b": 1, "a": {"b": 2}}, {"a.b"}, {"a.b": 1, "a": {}}),
    ],
)
def test_hidden_fields_are_taken_out(document: Any, hidden: set[str], expected: Any) -> None:
    before = repr(document)
    assert repr(without(document, hidden)) == repr(expected)
    assert repr(document) == before


def test_hiding_nothing_gives_a_new_document_with_everything() -> None:
    document = {"a": 1}
    shown = without(document, frozenset())
    assert shown == {"a": 1}
    assert shown is not document
