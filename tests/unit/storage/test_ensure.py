"""What is done to the file when the YAML changes, and what is told of it."""

import sqlite3
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from runtime.model.problem import ProjectInvalid
from runtime.model.specs import CollectionSpec
from runtime.storage import layout
from runtime.storage.layout import Layout, layout_of

Make = Callable[..., Any]


def document(id: str, **fields: Any) -> dict[str, Any]:
    return {"id": id, "version": 1, **fields}


def indexes(bench: Any) -> set[str]:
    return {name for (name,) in bench.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}


def test_each_change_is_told_in_a_line(bench: Any, field: Make, collection: Make) -> None:
    tags = field("tags", "array", items=field("tag", "string"), index=True)
    assert bench.ensure(collection("notes", field("title", "string"))) == ["notes: created"]
    bench.put("notes", document("1", title="a", tags=["x"], n=1))
    assert bench.ensure(collection("notes", field("title", "string", index=True), tags, field("n", "number"))) == [
        "notes: keys added for n",
        "notes: index on tags added",
        "notes: index on title added",
    ]
    changed = collection("notes", field("title", "string", unique=True), field("n", "number"), indexes=["title,-n"])
    assert bench.ensure(changed, collection("more", field("v", "json"))) == [
        "notes: index on title dropped",
        "notes: index on tags dropped",
        "notes: unique index on title added",
        "notes: index on title, -n added",
        "more: created",
    ]
    assert bench.ensure(changed) == []
    assert bench.ensure(collection("notes", field("body", "markdown"), field("n", "integer"))) == [
        "notes: n is of type integer now; all documents fit",
        "notes: unique index on title dropped",
        "notes: index on title, -n dropped",
        "notes: keys dropped for title",
        "notes: full text rebuilt over body",
    ]
    assert bench.ensure(collection("notes", field("n", "integer"))) == ["notes: full text dropped"]
    assert indexes(bench) == set()


def test_indexes_are_those_of_the_yaml(bench: Any, field: Make, collection: Make) -> None:
    bench.ensure(
        collection(
            "notes",
            field("slug", "slug", unique=True),
            field("status", "select", index=True),
            field("tags", "array", index=True),
            field("meta", "json", index=True),
            field("author", "object", fields=(field("name", "string", index=True),)),
            indexes=["status,-createdAt", "slug"],
        )
    )
    assert indexes(bench) == {
        "notes:unique:.slug",
        "notes:index:.status",
        "notes:index:.status,-.createdAt",
        "notes:index:.author.name",
        "notes:array:.tags:order",
        "notes:array:.meta:order",
    }


STEPS: list[Callable[[Make, Make], CollectionSpec]] = [
    lambda field, collection: collection("notes"),
    lambda field, collection: collection(
        "notes", field("title", "string", index=True), field("tags", "array", index=True), field("text", "text")
    ),
    lambda field, collection: collection(
        "notes", field("text", "text", index=True), field("n", "number"), field("tags", "json", index=True),
        indexes=["tags,-n"],
    ),
    lambda field, collection: collection(
        "notes", field("o", "object", fields=(field("x", "number", unique=True),)), field("title", "string"),
        field("items", "array", items=field("it", "object", fields=(field("name", "string", index=True),))),
    ),
    lambda field, collection: collection("notes", field("n", "number"), logged=False),
]  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_derived_tables_are_filled_as_if_they_had_always_been(
    bench: Any, new_bench: Make, field: Make, collection: Make, order: int
) -> None:
    """After every step the file is what a new one with the same documents would be."""
    documents = [
        document(
            f"{n}", title=f"T {n}", text=f"words {n}", n=n, tags=["x", f"t{n}"], o={"x": n}, items=[{"name": f"{n}"}]
        )
        for n in range(7)
    ]
    specs = [step(field, collection) for step in STEPS][::order]
    bench.ensure(specs[0])
    for each in documents:
        bench.put("notes", each)
    for spec in specs:
        bench.ensure(spec)
        fresh = new_bench()
        fresh.ensure(spec)
        for each in documents:
            fresh.put("notes", each)
        assert bench.derived("notes") == fresh.derived("notes")
        assert indexes(bench) == indexes(fresh)
        fresh.close()
    assert bench.rows("PRAGMA integrity_check") == [("ok",)]


def test_another_revision_of_the_program_indexes_anew(
    bench: Any, field: Make, collection: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = collection("notes", field("title", "string", index=True), field("tags", "array", index=True))
    bench.ensure(spec)
    bench.put("notes", document("1", title="word", tags=["x"]))
    before = bench.derived("notes")
    bench.connection.execute('DELETE FROM "notes:keys"')
    bench.connection.execute('DELETE FROM "notes:array:.tags"')
    monkeypatch.setattr(layout, "REVISION", 2)
    assert bench.ensure(spec) == ["notes: all documents indexed anew"]
    assert bench.derived("notes") == before
    assert bench.ensure(spec) == []


def test_a_layout_survives_the_file(field: Make, collection: Make) -> None:
    spec = collection(
        "notes",
        field("a", "string", unique=True),
        field("b", "array", items=field("it", "object", fields=(field("c", "date", index=True),))),
        indexes=["a,-b.c,id"],
        logged=False,
    )
    lies = layout_of(spec, "notes")
    assert Layout.from_json("notes", orjson.loads(orjson.dumps(lies.to_json()))) == lies


def test_a_document_that_cannot_be_keyed_is_named(bench: Any, field: Make, collection: Make) -> None:
    """An object became a declared single value; its kind is checked before, this is the net below."""
    bench.ensure(collection("notes", field("free", "json")))
    bench.put("notes", document("1", createdBy="u"))
    bench.connection.execute("""UPDATE "notes:documents" SET body = '{"id":"1","version":1,"createdBy":[1]}'""")
    with pytest.raises(ProjectInvalid, match="/createdBy of notes/1 must be a single value"):
        bench.ensure(collection("notes", field("free", "json"), field("new", "string")))
    assert bench.ensure(collection("notes", field("free", "json"))) == []


def test_the_file_is_readable_with_other_tools(bench: Any, field: Make, collection: Make) -> None:
    """Names say what they hold, and bodies are JSON for SQLite too."""
    bench.ensure(collection("notes", field("title", "string")))
    bench.put("notes", document("1", title="ü"))
    sql = """SELECT json_extract(body, '$.title'), typeof(body) FROM "notes:documents" WHERE id = '1'"""
    assert bench.rows(sql) == [("ü", "text")]
    assert isinstance(bench.connection, sqlite3.Connection)
