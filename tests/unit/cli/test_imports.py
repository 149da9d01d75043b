"""`hookstream import`."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import Result

from runtime.app import open_project
from runtime.model.actor import SYSTEM
from runtime.model.clock import SystemClock
from runtime.model.document import Document

Run = Callable[..., Result]


def write(project: Path, *lines: Any) -> str:
    path = project / "lines.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def stored(folder: Path, collection: str = "posts") -> Sequence[Document]:
    async def read() -> Sequence[Document]:
        log = structlog.get_logger()
        async with open_project(folder, environ={}, clock=SystemClock(), log=log) as project:
            return await project.documents.database(SYSTEM, ()).find(collection, {}, sort="title", limit=1000)

    return asyncio.run(read())


def titles(folder: Path) -> list[str]:
    return [document["title"] for document in stored(folder)]


def test_each_line_becomes_a_document(project: Path, hookstream: Run) -> None:
    result = hookstream("import", "posts", write(project, {"title": "A"}, {"id": "b", "title": "B"}))
    assert result.exit_code == 0
    assert result.stdout.startswith("✓ imported 2 documents into posts in ")
    assert result.stdout.endswith(" per second\n")
    assert result.stderr == ""
    a, b = stored(project)
    assert (a["slug"], a["status"], a["version"]) == ("a", "draft", 1)
    assert b["id"] == "b"


def test_documents_go_through_hooks(project: Path, hookstream: Run) -> None:
    hookstream("import", "posts", write(project, {"title": "A", "status": "published"}))
    assert stored(project)[0]["publishedAt"] is not None


def test_lines_that_fail_are_listed_and_the_others_imported(project: Path, hookstream: Run) -> None:
    lines = write(project, {"title": "A"}, "{", {"title": 7}, "", {"title": "LOUD TITLE"}, [1], {"title": "Z"})
    result = hookstream("import", "posts", lines)
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert [line.split("  ")[0] for line in told] == ["line 2", "line 3", "line 5", "line 6", "✗ 4 lines failed"]
    assert "not JSON" in told[0]
    assert "/title: " in told[1]
    assert told[2] == "line 5  /title: is all in capitals"
    assert told[3] == "line 6  the line is not a JSON object, {…}"
    assert result.stdout.startswith("✓ imported 2 documents into posts")
    assert titles(project) == ["A", "Z"]


def test_no_more_than_twenty_failing_lines_are_listed(project: Path, hookstream: Run) -> None:
    result = hookstream("import", "posts", write(project, *[{"title": n} for n in range(25)]))
    told = result.stderr.splitlines()
    assert len(told) == 22
    assert told[-2:] == ["… and 5 lines more", "✗ 25 lines failed"]
    assert result.stdout == "✓ imported 0 documents into posts\n"


def test_a_document_that_is_there_already_is_a_failure(project: Path, hookstream: Run) -> None:
    hookstream("import", "posts", write(project, {"id": "a", "title": "A"}))
    result = hookstream("import", "posts", write(project, {"title": "B"}, {"id": "a", "title": "C"}, {"title": "D"}))
    assert result.exit_code == 1
    assert result.stderr.startswith("line 2  ")
    assert titles(project) == ["A", "B", "D"]


def test_a_unique_value_that_is_taken_is_a_failure(project: Path, hookstream: Run) -> None:
    result = hookstream("import", "posts", write(project, {"title": "A", "slug": "a"}, {"title": "B", "slug": "a"}))
    assert result.exit_code == 1
    assert result.stderr.startswith("line 2  /slug: ")
    assert titles(project) == ["A"]


def test_conflicts_are_passed_over_where_that_is_asked_for(project: Path, hookstream: Run) -> None:
    lines = write(project, {"id": "a", "title": "A"}, {"title": "B", "slug": "b"})
    hookstream("import", "posts", lines)
    result = hookstream("import", "posts", lines, "--on-conflict", "skip")
    assert (result.exit_code, result.stdout) == (0, "✓ imported 0 documents into posts; 2 skipped, already there\n")


def test_slugs_that_are_made_of_equal_titles_do_not_conflict(project: Path, hookstream: Run) -> None:
    assert hookstream("import", "posts", write(project, *[{"title": "Same"}] * 3)).exit_code == 0
    assert len({post["slug"] for post in stored(project)}) == 3


def test_a_line_may_refer_to_the_one_before(project: Path, hookstream: Run) -> None:
    (project / "collections" / "comments.yml").write_text(
        "name: comments\n"
        "fields:\n"
        "  - {name: title, type: string}\n"
        "  - {name: answers, type: reference, collection: comments}\n"
    )
    lines = write(project, {"id": "a", "title": "A"}, {"title": "B", "answers": "a"}, {"title": "C", "answers": "x"})
    result = hookstream("import", "comments", lines)
    assert result.stderr.startswith("line 3  /answers: ")
    assert [comment["title"] for comment in stored(project, "comments")] == ["A", "B"]


@pytest.mark.parametrize("collection", ["pages", "_users"])
def test_a_collection_that_the_yaml_does_not_know_is_refused(collection: str, project: Path, hookstream: Run) -> None:
    result = hookstream("import", collection, write(project, {"title": "A"}))
    assert (result.exit_code, result.stderr) == (
        1,
        f"✗ there is no collection '{collection}' to keep documents in; there are posts\n",
    )


def test_a_file_that_is_not_there_is_wrong_usage(project: Path, hookstream: Run) -> None:
    assert hookstream("import", "posts", "nowhere.jsonl").exit_code == 2


def test_an_empty_file_is_fine(project: Path, hookstream: Run) -> None:
    result = hookstream("import", "posts", write(project))
    assert (result.exit_code, result.stdout) == (0, "✓ imported 0 documents into posts\n")
