"""What an include stands for, and that none leads out of the project."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

BASE = "namespace: x\n"


def test_a_glob_is_a_list_in_the_order_of_names_with_lists_in_it_flattened(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": BASE + "collections: !include parts/*.yml\n",
            "parts/b.yml": "- {name: second}\n- {name: third}\n",
            "parts/a.yml": "name: first\n",
            "parts/c.yml": "name: fourth\n",
            "parts/.#c.yml": "an editor's lock: [\n",
            "parts/notes.txt": "not asked for",
        }
    )
    spec = project.load()
    assert [c.name for c in spec.collections] == ["first", "second", "third", "fourth"]
    assert [str(c.source) for c in spec.collections] == [
        "parts/a.yml:1:1",
        "parts/b.yml:1:3",
        "parts/b.yml:2:3",
        "parts/c.yml:1:1",
    ]


def test_a_glob_that_finds_nothing_in_a_folder_that_is_there_is_an_empty_list(make_project: Any) -> None:
    project = make_project({"config.yml": BASE + "collections: !include parts/*.yml\n", "parts/readme.md": ""})
    assert project.load().collections == ()


def test_an_include_is_relative_to_its_own_file_and_can_stand_anywhere(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": BASE + "server: !include parts/server.yml\ncollections:\n  - !include parts/a.yml\n",
            "parts/server.yml": "port: !include deep/port.yml\n",
            "parts/deep/port.yml": "8099\n",
            "parts/a.yml": "name: a\nfields: !include deep/*.fields.yml\n",
            "parts/deep/one.fields.yml": "[{name: b, type: string}]\n",
        }
    )
    spec = project.load()
    assert spec.server.port == 8099
    assert [f.name for f in spec.collections[0].fields] == ["b"]
    assert str(spec.collections[0].fields[0].source) == "parts/deep/one.fields.yml:1:2"


def test_two_stars_look_into_folders(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": BASE + "collections: !include all/**/*.yml\n",
            "all/a.yml": "name: a\n",
            "all/b/c.yml": "name: c\n",
        }
    )
    assert [c.name for c in project.load().collections] == ["a", "c"]


def test_a_json_file_can_be_included(make_project: Any) -> None:
    project = make_project({"config.yml": BASE + "auth: !include auth.json\n", "auth.json": '{"roles": ["editor"]}'})
    assert project.load().auth.roles == ("editor",)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("../secret.yml", "leaves the folder of its file"),
        ("parts/../../secret.yml", "leaves the folder of its file"),
        ("../*.yml", "leaves the folder of its file"),
        ("/etc/hosts.yml", "is an absolute path"),
        ("/etc/*.yml", "is an absolute path"),
        ("C:/secret.yml", "is an absolute path"),
        (r"..\secret.yml", "is not a path with forward slashes"),
        ('"a\\0.yml"', "is not a path with forward slashes"),
        ('""', "names no file"),
        ("parts", 'there is no file "parts" to include'),
        ("nothing.yml", 'there is no file "nothing.yml" to include'),
        ("parts/**a/*.yml", "is not a pattern"),
        ("linked.yml", '"linked.yml" leads out of the project'),
        ("linked/*.yml", '"linked/secret.yml" leads out of the project'),
        ("config.yml.env", '"config.yml.env" is not a YAML file'),
    ],
)
def test_no_include_leads_out_of_the_project(make_project: Any, tmp_path: Path, pattern: str, message: str) -> None:
    (tmp_path / "secret.yml").write_text("[{name: secret}]")
    project = make_project(
        {
            "config.yml": BASE + f"collections: !include {pattern}\n",
            "parts/a.yml": "name: a\n",
            "config.yml.env": "A=1\n",
        }
    )
    (project.folder / "linked.yml").symlink_to(tmp_path / "secret.yml")
    (project.folder / "linked").symlink_to(tmp_path)
    (problem,) = project.problems()
    assert (str(problem.source), problem.path) == ("config.yml:2:14", "collections")
    assert message in problem.message


def test_a_link_that_stays_inside_the_project_is_followed(make_project: Any) -> None:
    project = make_project({"config.yml": BASE + "collections: !include parts/*.yml\n", "real/a.yml": "name: a\n"})
    (project.folder / "parts").mkdir()
    (project.folder / "parts/a.yml").symlink_to(project.folder / "real/a.yml")
    assert [c.name for c in project.load().collections] == ["a"]


def test_the_project_itself_may_lie_behind_a_link(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(shop.folder)
    spec = type(shop)(tmp_path / "link").load()
    assert spec.folder == shop.folder.resolve()


def test_an_include_cycle_is_told_with_its_chain(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": BASE + "collections: !include a.yml\n",
            "a.yml": "- name: a\n  fields: !include b.yml\n",
            "b.yml": "- !include a.yml\n",
        }
    )
    (problem,) = project.problems()
    assert (str(problem.source), problem.path) == ("b.yml:1:3", "0")
    assert problem.message == "the file includes itself: config.yml → a.yml → b.yml → a.yml"


def test_includes_cannot_multiply_without_end(make_project: Any) -> None:
    names = "abcdefghijklmnop"
    files = {f"{a}.yml": f"[!include {b}.yml, !include {b}.yml]\n" for a, b in pairwise(names)}
    project = make_project({"config.yml": BASE + "jobs: !include a.yml\n", **files, "p.yml": "1\n"})
    (problem,) = project.problems()
    assert "more values than can be meant" in problem.message


def test_a_file_that_cannot_be_read_hides_nothing_else_and_drags_nothing_along(shop: Any) -> None:
    """`makers` is lost, and what refers to it is not blamed; another file's mistake is told."""
    shop.write("collections/makers.yml", "name: [makers\n")
    shop.change("jobs/nightly.yml", "name: print", "nmae: print")
    assert [(p.source.file, p.source.line) for p in shop.problems()] == [
        ("collections/makers.yml", 2),
        ("jobs/nightly.yml", 5),
    ]


def test_a_lost_include_is_one_problem(shop: Any) -> None:
    shop.change("config.yml", "auth: {sessionTTL: 5d, roles: [clerk, buyer]}", "auth: !include auth.yml")
    (problem,) = shop.problems()
    assert problem.message == 'there is no file "auth.yml" to include'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("collections: !include", "colections: !include"),
        ("channels:\n", "chanels:\n"),
        ("roles: [clerk", "rolls: [clerk"),
        ("- name: news", "- nmae: news"),
    ],
)
def test_a_misspelt_key_is_one_problem_not_a_hundred(shop: Any, old: str, new: str) -> None:
    """What nobody can see because of it is not reported as missing."""
    shop.change("config.yml", old, new)
    (problem,) = shop.problems()
    assert problem.message.startswith("unknown key ")
    assert problem.remedy.startswith("Did you mean ")


def test_a_problem_behind_an_alias_is_told_once(make_project: Any) -> None:
    project = make_project(
        {
            "config.yml": BASE
            + "collections:\n  - {name: a, fields: &f [{name: x, type: nonsense}]}\n  - {name: b, fields: *f}\n"
        }
    )
    (problem,) = project.problems()
    assert str(problem.source) == "config.yml:3:43"
