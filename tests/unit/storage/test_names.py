"""Identifiers are readable, different from each other for SQLite, and harmless."""

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.storage.names import identifier, joined, quoted


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("articles", [], "articles"),
        ("articles", ["articles"], "articles~"),
        ("Articles", ["articles", "articles~"], "Articles~~"),
        ("sqlite_master", [], "~sqlite_master"),
        ("SQLITE_x", [], "~SQLITE_x"),
        ('a"; DROP', [], "a~~~DROP"),
        ("größe\0", [], "gr~~e~"),
        ("a.b,-c:d_e", [], "a.b,-c:d_e"),
    ],
)
def test_identifiers(name: str, taken: list[str], expected: str) -> None:
    assert identifier(name, taken) == expected


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aAbB\"'`;~äÄſ\0 .", max_size=4), max_size=8))
def test_every_name_gets_a_table_of_its_own(names: list[str]) -> None:
    given: list[str] = []
    connection = sqlite3.connect(":memory:")
    for number, name in enumerate(names):
        given.append(identifier(f"t{name}", given))
        connection.execute(f"CREATE TABLE {quoted(given[-1])} (v)")
        connection.execute(f"INSERT INTO {quoted(given[-1])} VALUES (?)", (number,))
    found = [connection.execute(f"SELECT v FROM {quoted(name)}").fetchall() for name in given]
    connection.close()
    assert found == [[(number,)] for number in range(len(names))]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 9, 3000])
def test_long_conditions_are_no_deeper_than_sqlite_allows(count: int) -> None:
    parts = tuple(f"({number} >= 0)" for number in range(count))
    connection = sqlite3.connect(":memory:")
    sql = joined(parts, "AND") or "1"
    assert connection.execute(f"SELECT {sql}").fetchone() == (1,)
    assert sql.count(">=") == count
    connection.close()
