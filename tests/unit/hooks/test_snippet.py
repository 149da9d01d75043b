"""The lines around a place, as they were loaded."""

import pytest

from runtime.hooks.frames import Place
from runtime.hooks.snippet import Snippet, snippet_at

CODE = "async def hook(ctx):\n    one = 1\n    two = 2\n    return one + two\n"


def place(bench, line, file="hooks/a.py"):
    return Place(file, line, "hook", str(bench.folder))


@pytest.fixture
def edition(bench):
    bench.write("hooks/a.py", CODE)
    return bench.load("hooks/a.py:hook")


def test_the_lines_around_are_shown_with_the_number_of_the_first(bench, edition):
    lines = ("async def hook(ctx):", "    one = 1", "    two = 2", "    return one + two", "")
    assert snippet_at(edition, place(bench, 3)) == Snippet(1, lines)
    bench.write("hooks/a.py", "\n" * 20 + CODE)
    later = bench.load("hooks/a.py:hook", number=2)
    shown = snippet_at(later, place(bench, 22))
    assert (shown.first, shown.lines[5], len(shown.lines)) == (17, "    one = 1", 9)


def test_what_is_shown_is_what_was_loaded_whatever_the_file_says_now(bench, edition):
    bench.write("hooks/a.py", "something else\n")
    assert snippet_at(edition, place(bench, 2)).lines[1] == "    one = 1"


@pytest.mark.parametrize("file", ["../outside.py", "hooks/b.py", "config.yml", "/etc/passwd"])
def test_nothing_but_what_was_loaded_is_ever_shown(bench, edition, file):
    bench.write("hooks/b.py", "SECRET = 1\n")
    bench.write("config.yml", "secret: x\n")
    (bench.folder.parent / "outside.py").write_text("SECRET = 1\n")
    assert snippet_at(edition, place(bench, 1, file)) is None


def test_a_line_that_is_not_there_has_no_snippet(bench, edition):
    assert snippet_at(edition, place(bench, 0)) is None
    assert snippet_at(edition, place(bench, 100)) is None


def test_lines_are_counted_as_python_counts_them(bench):
    bench.write("hooks/a.py", "x = '''\x0c\u2028'''\r\nasync def hook(ctx):\r\n    pass\r\n")
    shown = snippet_at(bench.load("hooks/a.py:hook"), place(bench, 2))
    assert shown.lines[1] == "async def hook(ctx):"


def test_long_lines_are_cut(bench):
    bench.write("hooks/a.py", f"X = '{'x' * 1000}'\n" + CODE)
    assert len(snippet_at(bench.load("hooks/a.py:hook"), place(bench, 1)).lines[0]) == 300
