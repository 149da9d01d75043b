"""Collections as they are declared, and as they change."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.model.change import Write
from runtime.model.errors import NotUnique
from runtime.model.ports import Store
from runtime.model.problem import ProjectInvalid
from runtime.model.query import Query, TextSearch
from runtime.model.specs import CollectionSpec, FieldSpec

Field = Callable[..., FieldSpec]
Collection = Callable[..., CollectionSpec]


async def test_the_same_collections_again_change_nothing(store: Store, field: Field, collection: Collection) -> None:
    spec = collection(
        "notes", field("slug", unique=True), field("tags", "array", index=True), indexes=["slug,-createdAt"]
    )
    assert await store.ensure([spec]) != []
    assert await store.ensure([spec]) == []


async def test_collections_without_documents_are_left_out(store: Store, collection: Collection) -> None:
    assert await store.ensure([collection("feed", virtual=True)]) == []


async def test_what_is_no_longer_named_keeps_its_data(
    store: Store, field: Field, collection: Collection, create: Any
) -> None:
    old, new = collection("old", field("n", "number", index=True)), collection("new")
    await store.ensure([old])
    await create("old", [{"id": "1", "n": 1}])
    await store.ensure([new])
    await store.ensure([old, new])
    assert await store.get("old", "1") is not None


@pytest.mark.parametrize("order", [1, -1])
async def test_answers_stay_the_same_when_indexes_come_and_go(
    store: Store, field: Field, collection: Collection, create: Any, ids: Any, order: int
) -> None:
    tag = field("tag")
    shapes = [
        collection("notes"),
        collection("notes", field("n", "number"), field("tags", "array", items=tag)),
        collection("notes", field("n", "number", index=True), field("tags", "array", items=tag, index=True)),
        collection("notes", field("tags", "array", items=tag), field("n", "number"), indexes=["tags,-n", "n,id"]),
        collection("notes", field("n", "number", unique=True), field("more", "object", fields=(field("x"),))),
        collection("notes", field("text", "text")),
    ][::order]
    await store.ensure(shapes[:1])
    documents = [{"id": f"{n}", "n": n, "tags": ["x"] * (n % 3), "text": f"word{n}"} for n in range(6)]
    await create("notes", documents)
    for version, shape in enumerate(shapes, 2):
        await store.ensure([shape])
        assert await ids("notes", {"n": {"$gte": 2}}, sort="-n") == ["5", "4", "3", "2"]
        assert await ids("notes", {"tags": "x"}, sort="-n") == ["5", "4", "2", "1"]
        assert await ids("notes", {"n": None}) == []
        await store.commit([Write("notes", "0", {**documents[0], "version": version}, expected=version - 1)])


async def test_full_text_follows_the_fields(store: Store, field: Field, collection: Collection, create: Any) -> None:
    async def found(*fields: str) -> list[str]:
        return [record.id for record in await store.find("notes", Query(text=TextSearch("word", fields)))]

    await store.ensure([collection("notes", field("n", "number"))])
    await create("notes", [{"id": "1", "title": "word", "body": "other"}, {"id": "2", "body": "words"}])
    assert await found("title", "body") == []
    await store.ensure([collection("notes", field("title"))])
    assert await found("title", "body") == ["1"]
    await store.ensure([collection("notes", field("body", "markdown"), field("title"))])
    assert await found("title", "body") == ["1", "2"]
    assert await found("body") == ["2"]
    await store.ensure([collection("notes", field("n", "number"))])
    assert await found("title", "body") == []


async def test_a_new_unique_field_over_duplicates_is_refused_naming_them(
    store: Store, field: Field, collection: Collection, create: Any
) -> None:
    plain = collection("notes", field("slug"), field("n", "number"))
    await store.ensure([plain])
    twice = [{"id": f"{n}", "slug": "same", "n": n % 2} for n in range(8)]
    await create("notes", [*twice, {"id": "x", "slug": "other"}, {"id": "y"}, {"id": "z", "slug": None}])
    unique = collection("notes", field("slug", unique=True), field("n", "number", index=True))
    with pytest.raises(ProjectInvalid) as caught:
        await store.ensure([collection("more"), unique])
    (problem,) = caught.value.problems
    assert problem.message == "'slug' of 'notes' cannot be unique: \"same\" is in documents 0, 1, 2, 3, 4 and 3 more"
    assert (problem.source.file, problem.source.line) == ("collections/things.yml", 3)
    await create("notes", [{"id": "still", "slug": "same"}])
    assert await store.ensure([plain]) == []
    assert await store.ensure([collection("more")]) != []


async def test_a_new_unique_field_holds_from_then_on(
    store: Store, field: Field, collection: Collection, create: Any
) -> None:
    await store.ensure([collection("notes", field("slug"))])
    await create("notes", [{"id": "1", "slug": "a"}, {"id": "2"}])
    await store.ensure([collection("notes", field("slug", unique=True))])
    with pytest.raises(NotUnique):
        await create("notes", [{"id": "3", "slug": "a"}])
    await store.ensure([collection("notes", field("slug", index=True))])
    await create("notes", [{"id": "3", "slug": "a"}])


MISFITS: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("integer", {}, 1, "1"),
    ("integer", {}, 2.0, 2.5),
    ("number", {}, 2.5, True),
    ("boolean", {}, False, 0),
    ("string", {}, "", 1),
    ("date", {}, "2026-02-28", "2026-02-30"),
    ("date", {}, "2026-02-28", "2026-02-28T00:00:00Z"),
    ("datetime", {}, "2026-01-15T10:30:00.000Z", "2026-01-15"),
    ("datetime", {}, "2026-01-15T10:30:00+02:00", "soon"),
    ("select", {"options": ("a", "b")}, "a", "c"),
    ("multiselect", {"options": ("a", "b")}, ["a"], ["a", "c"]),
    ("array", {}, ["a", 1], "a"),
    ("object", {}, {}, []),
    ("geo", {}, {"type": "Point", "coordinates": [1, 2]}, [1, 2]),
    ("reference", {"collection": "notes"}, "1", 1),
]


@pytest.mark.parametrize(("type", "more", "fitting", "other"), MISFITS)
async def test_a_changed_type_is_refused_where_the_data_does_not_fit(
    store: Store, field: Field, collection: Collection, create: Any, type: str, more: Any, fitting: Any, other: Any
) -> None:
    await store.ensure([collection("good", field("v", "json")), collection("bad", field("v", "json"))])
    await create("good", [{"id": "1", "v": fitting}, {"id": "2", "v": None}, {"id": "3"}])
    await create("bad", [{"id": "1", "v": fitting}, {"id": "wrong", "v": other}])
    await store.ensure([collection("good", field("v", type, **more))])
    with pytest.raises(ProjectInvalid) as caught:
        await store.ensure([collection("bad", field("v", type, **more))])
    (problem,) = caught.value.problems
    assert problem.message == f"'v' of 'bad' is not of type {type} in document wrong"
    assert problem.path == "fields.0.type"
    await create("bad", [{"id": "more", "v": other}])


async def test_changed_types_deep_inside_are_seen(
    store: Store, field: Field, collection: Collection, create: Any
) -> None:
    def notes(type: str) -> CollectionSpec:
        inner = field("item", "object", fields=(field("n", type),))
        return collection("notes", field("list", "array", items=inner))

    await store.ensure([notes("json")])
    await create("notes", [{"id": "1", "list": [{"n": 1}, {"n": "x"}]}])
    with pytest.raises(ProjectInvalid, match="'list' of 'notes'"):
        await store.ensure([notes("number")])
    await store.ensure([notes("json")])


async def test_all_problems_are_told_at_once(store: Store, field: Field, collection: Collection, create: Any) -> None:
    await store.ensure([collection("a", field("v")), collection("b", field("v", "json"))])
    await create("a", [{"id": "1", "v": "x"}, {"id": "2", "v": "x"}])
    await create("b", [{"id": "1", "v": "x"}])
    with pytest.raises(ProjectInvalid) as caught:
        await store.ensure(
            [
                collection("a", field("v", unique=True)),
                collection("b", field("v", "number")),
                collection("c", field("v", "array", unique=True)),
                collection("d", field("v", "array"), field("w", "array"), indexes=["v,w"]),
                collection("e", field("v", "object", index=True), indexes=["v", "nothing"]),
                collection("f", field("v", "array", items=field("it", "object", fields=(field("x", unique=True),)))),
            ]
        )
    told = [problem.message for problem in caught.value.problems]
    assert sorted(told) == [
        "'nothing' is no field of 'e' that can be indexed",
        "'v' is no field of 'e' that can be indexed",
        "'v' of 'a' cannot be unique: \"x\" is in documents 1, 2",
        "'v' of 'b' is not of type number in document 1",
        "'v' of 'c' may hold several values and cannot be unique",
        "'v' of 'e' is an object and cannot be indexed",
        "'v.x' of 'f' may hold several values and cannot be unique",
        "an index of 'd' goes over several arrays",
    ]


async def test_a_failed_ensure_leaves_the_indexes_that_were(
    store: Store, field: Field, collection: Collection, create: Any, ids: Any
) -> None:
    spec = collection("notes", field("slug", unique=True), field("tags", "array", index=True), field("text", "text"))
    await store.ensure([spec])
    await create("notes", [{"id": "1", "slug": "a", "tags": ["x"], "text": "word", "n": "1"}])
    wrong = collection("notes", field("n", "number"))
    with pytest.raises(ProjectInvalid):
        await store.ensure([wrong])
    with pytest.raises(NotUnique):
        await create("notes", [{"id": "2", "slug": "a"}])
    assert await ids("notes", {"tags": "x"}) == ["1"]
    assert await ids("notes", text=TextSearch("word", ("text",))) == ["1"]
