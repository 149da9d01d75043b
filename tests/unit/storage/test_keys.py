"""SQLite orders and compares keys as the query language orders and compares the values they stand for."""

import sqlite3
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.query.order import rank
from runtime.storage.keys import COMPOUND, FALSE, TRUE, NoKey, key_of, place_of, value_of

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([2**53, 2**53 + 1, float(2**53), float(2**53 + 2), -0.0, 5e-324, 1e308, 2**63 - 1, float(2**63)])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6)
    | st.text(alphabet="a\0\uffff\U0001f600é", max_size=4)
)


@settings(deadline=None)
@given(st.lists(scalars, max_size=12))
def test_the_order_of_keys_is_the_order_of_values(values: list[Any]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (place INTEGER PRIMARY KEY, key ANY) STRICT")
    connection.executemany("INSERT INTO t VALUES (?, ?)", [(n, key_of(value)) for n, value in enumerate(values)])
    connection.execute("CREATE INDEX i ON t (key)")
    found = [values[n] for (n,) in connection.execute("SELECT place FROM t ORDER BY key, place")]
    back = [value_of(key) for (key,) in connection.execute("SELECT key FROM t ORDER BY place")]
    connection.close()
    assert list(map(repr, found)) == list(map(repr, sorted(values, key=rank)))
    assert list(map(repr, back)) == list(map(repr, values))


@settings(deadline=None)
@given(scalars, scalars)
def test_equal_keys_are_equal_values(left: Any, right: Any) -> None:
    connection = sqlite3.connect(":memory:")
    (same,) = connection.execute("SELECT ? IS ?", (key_of(left), key_of(right))).fetchone()
    connection.close()
    assert bool(same) == (rank(left) == rank(right))


def test_booleans_are_no_numbers() -> None:
    assert (key_of(True), key_of(False)) == (TRUE, FALSE)
    assert (key_of(1), key_of(0)) == (1, 0)


@pytest.mark.parametrize("value", [[], {}, (), 2**63, -(2**63) - 1, "\ud800", "a\udfffb", object()])
def test_what_has_no_key(value: Any) -> None:
    with pytest.raises(NoKey):
        key_of(value)


def test_arrays_and_objects_stand_between_strings_and_booleans() -> None:
    assert place_of([]) == place_of(()) == place_of({"a": 1}) == COMPOUND
    assert COMPOUND < FALSE < TRUE
