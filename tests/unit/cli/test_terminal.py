"""What people see."""

import io

import pytest
from rich.console import Console

from runtime.cli.terminal import Prose, Terminal, counted, printable
from runtime.model.errors import InvalidDocument, Unavailable
from runtime.model.problem import Problem, Source

LONG_ID = "0193b7c2-2c1c-7d3a-b4f1-6a3c5d0e9f21"


def on_screen(width: int) -> tuple[Terminal, io.StringIO]:
    terminal, screen = Terminal(), io.StringIO()
    terminal.out = Console(
        file=screen, force_terminal=True, width=width, color_system=None, highlight=False, soft_wrap=True
    )
    return terminal, screen


def test_a_failure_is_one_line_and_a_line_for_each_field(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().refuse(InvalidDocument("the document does not fit;\nsee errors", errors={"/title": "is required"}))
    assert capsys.readouterr().err == "✗ the document does not fit; see errors\n  /title  is required\n"


def test_a_field_that_says_the_same_as_the_failure_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().refuse(InvalidDocument("too short", errors={"/password": "too short"}))
    assert capsys.readouterr().err == "✗ too short\n"


def test_failures_do_not_go_to_the_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().refuse(Unavailable("the disk is full"))
    assert capsys.readouterr().out == ""


def test_a_problem_has_its_place_path_message_and_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    problem = Problem(Source("config.yml", 3, 5), "channels.0.scope", '"pubic" is no scope', 'Did you mean "public"?')
    terminal.problems([problem, problem], on=terminal.out, closing="; fix them")
    assert capsys.readouterr().out == (
        "config.yml:3:5  channels.0.scope\n"
        '  "pubic" is no scope\n'
        '  → Did you mean "public"?\n'
        "config.yml:3:5  channels.0.scope\n"
        '  "pubic" is no scope\n'
        '  → Did you mean "public"?\n'
        "✗ 2 problems; fix them\n"
    )


def test_nothing_is_styled_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().say(("red", "bold red"), " [bold]not markup[/bold] :smile:")
    assert capsys.readouterr().out == "red [bold]not markup[/bold] :smile:\n"


def test_long_lines_are_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().say("word " * 100)
    assert capsys.readouterr().out.count("\n") == 1


def test_somebody_elses_text_cannot_command_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().say("a\x1b[2Jb\x9bc\r\u202ed")
    assert capsys.readouterr().out == "a\\x1b[2Jb\\x9bc\\r\\u202ed\n"


def test_letters_marks_spaces_and_joined_emoji_are_shown_as_they_are() -> None:
    text = "Zoë\u00a0日本 👩\u200d💻"
    assert printable(text) == text


def test_a_piped_table_is_as_wide_as_it_needs_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "a sentence that goes on for longer than any terminal has columns, eighty of them, say"
    Terminal().table(("Run", Prose("About")), [(LONG_ID, sentence)])
    assert f"{LONG_ID}  {sentence}" in capsys.readouterr().out


def test_a_narrow_terminal_wraps_prose_and_never_identifiers() -> None:
    terminal, screen = on_screen(50)
    terminal.table(("Run", Prose("About")), [(LONG_ID, "one two three four five")])
    lines = [line.rstrip() for line in screen.getvalue().splitlines()]
    assert lines == [
        f"Run{' ' * 33}  About",
        f"{LONG_ID}  one two",
        f"{' ' * 36}  three four",
        f"{' ' * 36}  five",
    ]


def test_a_terminal_that_is_too_narrow_for_identifiers_overflows() -> None:
    terminal, screen = on_screen(20)
    terminal.table(("Run", "Job"), [(LONG_ID, "daily-digest")])
    assert f"{LONG_ID}  daily-digest" in screen.getvalue()


def test_raw_text_is_not_touched(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().raw('{"a": "\t\u009b"}')
    assert capsys.readouterr().out == '{"a": "\t\u009b"}\n'


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(0, "job", "0 jobs"), (1, "job", "1 job"), (1234, "line", "1,234 lines"), (2, "entry", "2 entries")],
)
def test_counts_agree_with_their_nouns(count: int, noun: str, text: str) -> None:
    assert counted(count, noun) == text
