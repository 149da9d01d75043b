"""`hookstream export`, and that `import` takes back what it wrote."""

import asyncio
import json
import os
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import Result

from runtime.app import open_accounts
from runtime.cli.files import written_whole
from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.model.errors import Unavailable

Run = Callable[..., Result]

SYSTEM = {
    "createdAt": "2020-02-29T23:59:59.999Z",
    "updatedAt": "2021-03-01T00:00:00.000Z",
    "createdBy": "0193b7c2-2c1c-7d3a-b4f1-6a3c5d0e9f21",
    "version": 7,
}
ODD = (
    # no default, no slug, a field that the YAML does not know any more, and an order of its own
    '{"id":"a","title":"SHOUTED","subtitle":{"z":1.0,"a":[null,-0.0,1e+22]},"createdAt":"2020-02-29T23:59:59.999Z",'
    '"updatedAt":"2021-03-01T00:00:00.000Z","createdBy":"0193b7c2-2c1c-7d3a-b4f1-6a3c5d0e9f21","version":7}\n'
    '{"version":1,"id":"b","slug":"b","title":"Ünï \\u0000 \u2028 \\" 🐙","status":"published",'
    '"createdAt":"2026-01-15T10:30:00.000Z","updatedAt":"2026-01-15T10:30:00.000Z","createdBy":null}\n'
)


def write(folder: Path, *lines: Mapping[str, Any]) -> str:
    path = folder / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def put(folder: Path, *documents: Mapping[str, Any]) -> None:
    """Store documents as they are."""

    async def commit() -> None:
        log = structlog.get_logger()
        async with open_accounts(folder, environ={}, clock=SystemClock(), log=log) as accounts:
            await accounts.store.commit([Write("posts", one["id"], dict(one), 0) for one in documents])

    asyncio.run(commit())


@pytest.fixture
def posts(project: Path) -> Path:
    """The project with three posts."""
    put(
        project,
        {"id": "a", "title": "Alpha", "status": "published", **SYSTEM},
        {"id": "b", "title": "Beta", "status": "draft", **SYSTEM},
        {"id": "c", "title": "Gamma", "status": "published", **SYSTEM},
    )
    return project


def test_all_documents_go_to_the_standard_output_a_line_each(posts: Path, hookstream: Run) -> None:
    result = hookstream("export", "posts")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == (
        '{"id":"a","title":"Alpha","status":"published","createdAt":"2020-02-29T23:59:59.999Z",'
        '"updatedAt":"2021-03-01T00:00:00.000Z","createdBy":"0193b7c2-2c1c-7d3a-b4f1-6a3c5d0e9f21","version":7}'
    )
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "b", "c"]


def test_documents_are_filtered_and_sorted(posts: Path, hookstream: Run) -> None:
    result = hookstream("export", "posts", "--filter", '{"status": "published"}', "--sort=-title")
    assert [json.loads(line)["title"] for line in result.stdout.splitlines()] == ["Gamma", "Alpha"]


def test_a_file_is_written_for_its_owner_alone(posts: Path, hookstream: Run) -> None:
    result = hookstream("export", "posts", "posts.jsonl")
    assert (result.exit_code, result.stdout) == (0, "✓ exported 3 documents of posts to posts.jsonl\n")
    assert (posts / "posts.jsonl").read_text() == hookstream("export", "posts").stdout
    assert stat.S_IMODE((posts / "posts.jsonl").stat().st_mode) == 0o600


def test_every_collection_is_exported_and_virtual_ones_are_not(posts: Path, hookstream: Run) -> None:
    (posts / "collections" / "pages.yml").write_text("name: pages\nfields: [{name: title, type: string}]\n")
    (posts / "collections" / "feed.yml").write_text(
        "name: feed\nvirtual: true\nhooks: {read: {before: hooks/posts.py:no_shouting}}\n"
    )
    result = hookstream("export", "--all", "copies/today")
    assert sorted(result.stdout.splitlines()) == [
        "✓ exported 0 documents of pages to copies/today/pages.jsonl",
        "✓ exported 3 documents of posts to copies/today/posts.jsonl",
    ]
    assert sorted(path.name for path in (posts / "copies" / "today").iterdir()) == ["pages.jsonl", "posts.jsonl"]


def test_a_link_stays_and_leads_to_the_new_file(posts: Path, hookstream: Run) -> None:
    (posts / "elsewhere").mkdir()
    (posts / "posts.jsonl").symlink_to(posts / "elsewhere" / "real.jsonl")
    hookstream("export", "posts", "posts.jsonl")
    assert (posts / "posts.jsonl").is_symlink()
    assert len((posts / "elsewhere" / "real.jsonl").read_text().splitlines()) == 3


def test_a_pipe_is_written_to_and_not_replaced(posts: Path, hookstream: Run) -> None:
    os.mkfifo(posts / "pipe")
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((posts / "pipe").read_text()))
    reader.start()
    hookstream("export", "posts", "pipe")
    reader.join()
    assert len(read[0].splitlines()) == 3
    assert (posts / "pipe").is_fifo()


def test_an_export_that_fails_leaves_what_was_there(posts: Path, hookstream: Run) -> None:
    (posts / "posts.jsonl").write_text("as it was")
    before = sorted(path.name for path in posts.iterdir())
    result = hookstream("export", "posts", "posts.jsonl", "--sort", "$where")
    assert result.exit_code == 1
    assert (posts / "posts.jsonl").read_text() == "as it was"
    assert [name for name in sorted(path.name for path in posts.iterdir()) if name != "data"] == [
        name for name in before if name != "data"
    ]


def test_a_file_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def breaks_off() -> None:
        with written_whole(tmp_path / "x") as draft:
            draft.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        breaks_off()
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="nowhere/x cannot be written: No such file"):  # noqa: SIM117
        with written_whole(tmp_path / "nowhere" / "x") as draft:
            draft.write_text("")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name a collection, or give --all DIR"),
        (("posts", "--all", "copies"), "name a collection, or give --all DIR"),
        (("--all", "copies", "--filter", "{}"), "--filter and --sort are for one collection"),
        (("posts", "--filter", "{status}"), "is not JSON"),
        (("posts", "--filter", "[]"), "has to be a JSON object"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], told: str, project: Path, hookstream: Run) -> None:
    result = hookstream("export", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.split())


@pytest.mark.parametrize("collection", ["pages", "_users"])
def test_a_collection_that_the_yaml_does_not_know_is_refused(collection: str, project: Path, hookstream: Run) -> None:
    result = hookstream("export", collection)
    assert (result.exit_code, result.stderr) == (
        1,
        f"✗ there is no collection '{collection}' that keeps documents; there are posts\n",
    )


def test_a_filter_outside_the_language_is_refused(project: Path, hookstream: Run) -> None:
    result = hookstream("export", "posts", "--filter", '{"$where": "1"}')
    assert result.exit_code == 1
    assert result.stderr.startswith("✗ ")


def test_what_was_exported_comes_back_byte_for_byte(project: Path, hookstream: Run) -> None:
    (project / "lines.jsonl").write_text(ODD)
    result = hookstream("import", "posts", "lines.jsonl", "--verbatim")
    assert (result.exit_code, result.stderr) == (0, "")
    hookstream("export", "posts", "once.jsonl")
    assert (project / "once.jsonl").read_text() == ODD
    for path in (project / "data").iterdir():
        path.unlink()
    hookstream("import", "posts", "once.jsonl", "--verbatim")
    assert hookstream("export", "posts").stdout_bytes == (project / "once.jsonl").read_bytes()


def test_without_verbatim_an_export_is_imported_as_new_documents(posts: Path, hookstream: Run) -> None:
    hookstream("export", "posts", "posts.jsonl", "--filter", '{"id": "a"}')
    for path in (posts / "data").iterdir():
        path.unlink()
    hookstream("import", "posts", "posts.jsonl")
    (document,) = map(json.loads, hookstream("export", "posts").stdout.splitlines())
    assert (document["id"], document["version"], document["createdBy"], document["slug"]) == ("a", 1, None, "alpha")
    assert document["createdAt"] > "2026"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": None}, "/id: "),
        ({"id": "../a"}, "/id: "),
        ({"version": 0}, "/version: must be a whole number from 1"),
        ({"version": True}, "/version: must be a whole number from 1"),
        ({"version": 2**63}, "/version: must be a whole number from 1"),
        ({"createdAt": "2020-02-29T23:59:59Z"}, "/createdAt: must be a timestamp such as 2026-01-15T10:30:00.000Z"),
        ({"updatedAt": None}, "/updatedAt: must be a timestamp"),
        ({"createdBy": 7}, "/createdBy: must be who created it, or null"),
        ({"$title": "x"}, "/$title: "),
    ],
)
def test_a_line_that_was_not_exported_is_refused(
    change: Mapping[str, Any], told: str, project: Path, hookstream: Run
) -> None:
    line = {"id": "a", "title": "A", **SYSTEM, **change}
    result = hookstream("import", "posts", write(project, line), "--verbatim")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"line 1  {told}")
    assert hookstream("export", "posts").stdout == ""


def test_a_line_whose_system_fields_are_missing_is_refused(project: Path, hookstream: Run) -> None:
    result = hookstream("import", "posts", write(project, {"id": "a", "title": "A"}), "--verbatim")
    for name in ("createdAt", "updatedAt", "createdBy", "version"):
        assert f"/{name}: must be" in result.stderr


@pytest.mark.parametrize("option", [(), ("--verbatim",)])
def test_an_id_that_comes_twice_is_a_conflict(option: tuple[str, ...], project: Path, hookstream: Run) -> None:
    lines = write(project, *({"id": id, "title": title, **SYSTEM} for id, title in ("aA", "bB", "aC")))
    result = hookstream("import", "posts", lines, *option)
    assert result.exit_code == 1
    assert result.stderr.startswith("line 3  ")
    assert result.stdout.startswith("✓ imported 2 documents")
    titles = [json.loads(line)["title"] for line in hookstream("export", "posts").stdout.splitlines()]
    assert titles == ["A", "B"]


def test_what_is_there_already_can_be_passed_over(posts: Path, hookstream: Run) -> None:
    lines = write(posts, {"id": "a", "title": "Other", **SYSTEM}, {"id": "d", "title": "Delta", **SYSTEM})
    result = hookstream("import", "posts", lines, "--verbatim", "--on-conflict", "skip")
    assert result.exit_code == 0
    assert result.stdout.startswith("✓ imported 1 document into posts")
    titles = [json.loads(line)["title"] for line in hookstream("export", "posts").stdout.splitlines()]
    assert titles == ["Alpha", "Beta", "Gamma", "Delta"]


def test_unique_values_stay_unique(project: Path, hookstream: Run) -> None:
    lines = write(project, *({"id": id, "title": id, "slug": "same", **SYSTEM} for id in "ab"))
    result = hookstream("import", "posts", lines, "--verbatim")
    assert result.exit_code == 1
    assert result.stderr.startswith("line 2  /slug: ")


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (("user", "add", "ada@example.org", "--password-stdin"), "correct horse battery"),
        (("user", "list"), None),
        (("token", "add", "importer"), None),
        (("export", "posts"), None),
        (("import", "posts", "-", "--verbatim"), ""),
        (("backup", "blog.backup"), None),
    ],
)
def test_a_broken_hook_file_does_not_stand_in_the_way(
    arguments: tuple[str, ...], stdin: str | None, posts: Path, hookstream: Run
) -> None:
    (posts / "hooks" / "posts.py").write_text("def no_shouting(ctx:\n")
    assert hookstream("check").exit_code == 1
    if "-" in arguments:
        arguments = tuple(write(posts) if argument == "-" else argument for argument in arguments)
    assert hookstream(*arguments, stdin=stdin).exit_code == 0


@pytest.mark.parametrize("arguments", [("tail", "posts"), ("send", "posts", '{"type": "x"}')])
def test_those_who_speak_to_the_server_need_no_hooks_either(
    arguments: tuple[str, ...], project: Path, hookstream: Run
) -> None:
    (project / "hooks" / "posts.py").write_text("def no_shouting(ctx:\n")
    assert hookstream(*arguments).stderr.startswith("✗ no server answers at http://")
