"""What YAML means here, and that nobody can hurt the reader with it."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from runtime.settings import yaml as settings_yaml
from runtime.settings.problems import Report
from runtime.settings.scalars import resolve
from runtime.settings.tree import Node
from runtime.settings.yaml import Budget, Text, TooManyValues, compose

PARSERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__)
def read(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], tuple[Node | None, Report]]:
    """Return a function that composes one text, with each parser that PyYAML has."""
    monkeypatch.setattr(settings_yaml, "PARSER", request.param)

    def compose_text(content: str) -> tuple[Node | None, Report]:
        report = Report()

        def include(pattern: str, here: Node) -> Node:
            raise AssertionError(f"nothing is included here, but {pattern} at {here.source}")

        return compose(Text(content, "a.yml", {}, include, Budget(), report)), report

    return compose_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("NULL", None),
        ("none", "none"),
        ("5:30", "5:30"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("9223372036854775807", 9223372036854775807),
        ("-9223372036854775808", -9223372036854775808),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("2026-01-15", "2026-01-15"),
        ("2026-12-24T18:00:00", "2026-12-24T18:00:00"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_a_plain_scalar_is_what_the_core_schema_of_yaml_1_2_says(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [".inf", "-.INF", ".nan", "1e999", "9223372036854775808", "-9223372036854775809", "9" * 5000, "0x" + "f" * 17],
)
def test_a_number_that_json_or_64_bits_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        resolve(text)


def test_keys_are_text_whatever_they_look_like(read: Any) -> None:
    node, _ = read("on: [create]\nno: 1\n5: 2\ntrue: 3\nnull: 4\n")
    assert node.plain() == {"on": ["create"], "no": 1, "5": 2, "true": 3, "null": 4}


def test_quoted_scalars_are_text(read: Any) -> None:
    node, _ = read("a: '5'\nb: \"true\"\nc: !!str 5\nd: |\n  7\n")
    assert node.plain() == {"a": "5", "b": "true", "c": "5", "d": "7\n"}


def test_every_value_and_key_knows_its_place_in_characters(read: Any) -> None:
    node, _ = read("é: {ü: 1,\n  ö: [x, ÿ😀, z]}\n")
    inner = node.members["é"]
    assert (str(inner.key), str(inner.source)) == ("a.yml:1:1", "a.yml:1:4")
    assert str(inner.members["ö"].key) == "a.yml:2:3"
    assert [str(element.source) for element in inner.members["ö"].elements] == ["a.yml:2:7", "a.yml:2:10", "a.yml:2:14"]
    assert [element.path for element in inner.members["ö"].elements] == ["é.ö.0", "é.ö.1", "é.ö.2"]


def test_an_alias_stands_for_a_value_and_keeps_its_place(read: Any) -> None:
    node, report = read("a: &x {k: 1}\nb: *x\n")
    assert node.plain() == {"a": {"k": 1}, "b": {"k": 1}}
    assert (str(node.members["b"].key), str(node.members["b"].source)) == ("a.yml:2:1", "a.yml:1:4")
    assert report.problems == ()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "a.yml", "the file is empty"),
        ("# nothing\n", "a.yml", "the file is empty"),
        ("a: 1\n---\nb: 2\n", "a.yml:2:1", "a second document begins here"),
        ("a: [1, 2\nb: 3\n", "a.yml:2:2", "this is not YAML"),
        ("a: 'x\n", "a.yml:2:1", "this is not YAML"),
        ("a: b: c\n", "a.yml:1:5", "this is not YAML"),
        ("a:\n\tb: 1\n", "a.yml:2:1", "this is not YAML"),
        ("a: 1\nb: \x01\n", "a.yml:2:4", "this is not YAML: a control character"),
        ("a: &x [*x]\n", "a.yml:1:8", "*x contains itself"),
        ("a: !!python/object/apply:os.system [id]\n", "a.yml:1:4", 'the tag "!!python/object/apply:os.system"'),
        ("a: !secret x\n", "a.yml:1:4", 'the tag "!secret" is not known here'),
        ("a: !!set {x}\n", "a.yml:1:4", 'the tag "!!set" is not known here'),
        ("a: 1\na: 2\n", "a.yml:2:1", '"a" is there twice: first at a.yml:1:1'),
        ("a: {b: 1, b: 2}\n", "a.yml:1:11", '"b" is there twice: first at a.yml:1:5'),
    ],
)
def test_what_is_not_yaml_as_it_is_meant_here_is_told_at_its_place(
    read: Any, text: str, place: str, message: str
) -> None:
    _, report = read(text)
    (problem,) = report.problems
    assert str(problem.source) == place
    assert message in problem.message
    assert problem.remedy


def test_a_duplicate_key_does_not_stop_the_rest_from_being_read(read: Any) -> None:
    node, report = read("a: 1\na: 2\nb: [!x y, 3]\n")
    assert node.plain() == {"a": 1, "b": [3]}
    assert len(report.problems) == 2
    assert not node.members["b"].whole


@pytest.mark.parametrize("text", ["[" * 5000, "a: " + "{b: " * 500, "\n".join(" " * n + "a:" for n in range(300))])
def test_nesting_is_bounded(read: Any, text: str) -> None:
    node, report = read(text)
    assert node is None
    assert [problem.message for problem in report.problems] == ["the nesting is deeper than 40 levels"]


def test_forty_levels_are_fine(read: Any) -> None:
    node, report = read("[" * 40 + "]" * 40)
    assert report.problems == ()
    assert node.size() == 40


def test_aliases_cannot_multiply_without_end(read: Any) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for previous, name in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]")
    with pytest.raises(TooManyValues):
        read("\n".join(lines))


def test_a_project_with_an_alias_bomb_is_refused_with_one_problem(shop: Any) -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]\n"
        for previous, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    shop.write("collections/bomb.yml", bomb)
    (problem,) = shop.problems()
    assert problem.source.file == "collections/bomb.yml"
    assert "more values than can be meant" in problem.message


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_as_windows_does(shop: Any) -> None:
    text = (shop.folder / "config.yml").read_text(encoding="utf-8")
    (shop.folder / "config.yml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert shop.load().namespace == "shop"


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(shop: Any) -> None:
    (shop.folder / "collections/makers.yml").write_bytes(b"name: makers\nmeta: {label: Fabrik\xe9}\n")
    (problem,) = shop.problems()
    assert (str(problem.source), problem.message) == (
        "collections/makers.yml:2:1",
        "collections/makers.yml is not UTF-8",
    )


def test_a_huge_file_is_refused(shop: Any) -> None:
    shop.write("collections/makers.yml", "# " + "x" * 1024 * 1024)
    (problem,) = shop.problems()
    assert problem.message == "collections/makers.yml is larger than 1024 KiB"
