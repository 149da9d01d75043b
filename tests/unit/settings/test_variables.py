"""`${NAME}` in the YAML, and the file of defaults."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.settings.problems import Report
from runtime.settings.variables import VariableProblem, interpolate, read_defaults

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
VALUES = st.text(max_size=20)
WITHOUT_REFERENCES = st.text(max_size=40).filter(lambda text: "${" not in text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${A}", "1"),
        ("x${A}y${B}z", "x1y${A}z"),
        ("${EMPTY}", ""),
        ("${EMPTY:-d}", "d"),
        ("${NONE:-}", ""),
        ("${NONE:-sqlite:data/x.db}", "sqlite:data/x.db"),
        ("${A:-d}", "1"),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("$user.id", "$user.id"),
        ("$A", "$A"),
        ("^a$", "^a$"),
        ("{userId}", "{userId}"),
        ("a$", "a$"),
    ],
)
def test_variables_are_put_in_once(text: str, value: str) -> None:
    assert interpolate(text, {"A": "1", "B": "${A}", "EMPTY": ""}) == value


@pytest.mark.parametrize("text", ["${", "${A", "${1A}", "${A B}", "${A:-${B}}", "${A-1}", "${}", "x ${ y"])
def test_a_reference_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(VariableProblem, match=r"a \$\{ is not followed"):
        interpolate(text, {"A": "1", "B": "2"})


def test_a_missing_variable_is_named_with_the_one_that_was_meant() -> None:
    with pytest.raises(VariableProblem) as caught:
        interpolate("${STORAGE_URI}", {"STORAGE_URL": "x"})
    assert caught.value.message == "the variable STORAGE_URI is not set"
    assert caught.value.remedy == (
        "Set STORAGE_URI in the environment or in config.yml.env, or give it a default: "
        '${STORAGE_URI:-default}. Did you mean "STORAGE_URL"?'
    )


@given(WITHOUT_REFERENCES)
def test_text_without_references_stays_as_it_is(text: str) -> None:
    assert interpolate(text, {}) == text


@given(WITHOUT_REFERENCES.filter(lambda t: not t.endswith("$")), NAMES, VALUES, WITHOUT_REFERENCES)
def test_a_value_is_put_in_whatever_it_is(before: str, name: str, value: str, after: str) -> None:
    assert interpolate(f"{before}${{{name}}}{after}", {name: value}) == before + value + after


@given(st.text(alphabet="${}:-AB x", max_size=30), VALUES)
def test_whatever_looks_like_references_is_replaced_or_refused(text: str, value: str) -> None:
    with suppress(VariableProblem):
        assert "${A}" not in interpolate(text.replace("$${", ""), {"A": value.replace("$", ""), "B": ""})


@pytest.mark.parametrize(
    ("value", "port"),
    [("8091", 8091), ("0x1F90", 8080)],
)
def test_a_plain_scalar_takes_its_type_from_the_variable(shop: Any, value: str, port: int) -> None:
    shop.change("config.yml", "port: 8090", "port: ${PORT}")
    assert shop.load({"PORT": value}).server.port == port


def test_a_quoted_scalar_stays_text(shop: Any) -> None:
    shop.change("config.yml", "port: 8090", 'port: "${PORT}"')
    (problem,) = shop.problems({"PORT": "8091"})
    assert (problem.message, problem.remedy) == ("port must be a whole number, not text", "Leave out the quotes.")


def test_a_variable_never_becomes_more_than_a_scalar(shop: Any) -> None:
    shop.change("config.yml", "label: Shop", 'label: "${LABEL}"')
    assert shop.load({"LABEL": "a, b: [c]\nnamespace: other"}).label == "a, b: [c]\nnamespace: other"


def test_keys_are_not_interpolated(shop: Any) -> None:
    shop.change("collections/products.yml", "label: Products", '"${KEY}": 1')
    assert shop.load({"KEY": "label"}).collection["products"].meta["${KEY}"] == 1


def test_no_message_shows_what_a_variable_holds(shop: Any) -> None:
    shop.change("config.yml", "auth: {", 'auth: {secret: "${SECRET}", ')
    problems = shop.problems({"STORAGE": "postgres://me:hunter2@host/db", "SECRET": "hunter2"})
    assert [p.path for p in problems] == ["storage", "auth.secret"]
    assert "hunter2" not in " ".join(map(str, problems))


DEFAULTS = """\
# a comment
A=1
  B = two words

export C="quoted # not a comment"   # a comment
D='it is ${A}'
E=
F=x # a comment
G=a#b
"""


def test_the_file_of_defaults_is_read_line_by_line() -> None:
    report = Report()
    assert read_defaults(DEFAULTS, file="config.yml.env", report=report) == {
        "A": "1",
        "B": "two words",
        "C": "quoted # not a comment",
        "D": "it is ${A}",
        "E": "",
        "F": "x",
        "G": "a#b",
    }
    assert report.problems == ()


def test_every_bad_line_of_the_defaults_is_told() -> None:
    report = Report()
    read_defaults("A=1\nA=2\nnonsense\n  1B=2\nC='open\n", file="config.yml.env", report=report)
    assert [(str(p.source), p.message) for p in report.problems] == [
        ("config.yml.env:2:1", '"A" is set twice: first at line 1'),
        ("config.yml.env:3:1", "the line is not NAME=value"),
        ("config.yml.env:4:3", "the line is not NAME=value"),
        ("config.yml.env:5:1", "the line is not NAME=value"),
    ]


def test_a_bad_line_of_the_defaults_is_a_problem_of_the_project(shop: Any) -> None:
    shop.write("config.yml.env", "STORAGE\n")
    (problem,) = shop.problems()
    assert str(problem.source) == "config.yml.env:1:1"


def test_the_store_may_be_a_mongodb_database(shop: Any) -> None:
    for url in ("mongodb://u:pw@a:1,b:2/shop?replicaSet=rs", "mongodb+srv://cluster.example.org/shop"):
        assert shop.load({"STORAGE": url}).storage == url


def test_the_process_environment_wins_over_the_defaults(shop: Any) -> None:
    shop.write("config.yml.env", "STORAGE=sqlite:data/default.db\nOTHER=1\n")
    assert shop.load().storage == "sqlite:data/default.db"
    spec = shop.load({"STORAGE": "sqlite::memory:"})
    assert spec.storage == "sqlite::memory:"
    assert spec.environment == {"STORAGE": "sqlite::memory:", "OTHER": "1"}
