"""How questions are answered: which statements, and what is left to Python.

Making a plan takes longer than answering a short question, so plans are kept: one for all questions of a shape, which
differ in nothing but the values that are bound.
"""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from collections.abc import Hashable
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Final, NamedTuple

from runtime.model.query import Filter, Query, SortKey
from runtime.storage.keys import Key
from runtime.storage.sqlite.filters import ALWAYS, NEVER, Condition
from runtime.storage.sqlite.outline import UNKEYED, Slot, outlined, places
from runtime.storage.sqlite.pace import Pace
from runtime.storage.sqlite.sort import order_by, ordering, places_of, segments
from runtime.storage.sqlite.source import Source, source
from runtime.storage.sqlite.tables import RECORD, Tables
from runtime.storage.sqlite.text import expression, search

PLANS_KEPT: Final = 1000
"""Plans of one collection; more shapes of questions than a project has."""


@dataclass(frozen=True)
class Plan:
    """How questions of one shape are answered.

    `where` is filter and text, `order` the sort order (None: a path has no key, Python sorts), `segments` what is
    behind a cursor, piece by piece in that order. `pace` remembers how long it took, `texts` which statement was chosen
    for each segment.
    """

    tables: Tables
    source: Source
    where: Condition
    order: tuple[tuple[str, bool], ...] | None
    segments: tuple[Condition, ...]
    pace: Pace = field(default_factory=Pace)
    texts: dict[int, str] = field(default_factory=dict)

    @property
    def is_single(self) -> bool:
        """Whether one statement answers it all."""
        return self.order is not None and self.where.exact and len(self.segments) == 1

    def records(self, connection: Connection, number: int, bindings: tuple[object, ...]) -> str:
        """Return the statement for the records of a segment: a walk through an index, if SQLite means to go that way.

        SQLite is asked once: it answers by the text, the schema and its statistics.
        """
        text = self.texts.get(number)
        if text is None:
            text = self.walk(self.segments[number])
            if not self.source.is_ordered or _sorts(connection, text, bindings):
                text = self.page(self.segments[number])
            self.texts[number] = text
        return text

    def walk(self, segment: Condition) -> str:
        """Return the statement for records where an index has the order. Bind `bindings`, a limit and an offset.

        Where SQLite takes another index after all, it answers the same, but sorts whole bodies.
        """
        return (
            f"SELECT {RECORD} FROM {self.source.sql} CROSS JOIN {self.tables.documents} d ON d.key = {self.source.key} "
            f"WHERE {self._condition(segment)} ORDER BY {self._order()} LIMIT ? OFFSET ?"
        )

    def page(self, segment: Condition) -> str:
        """Return the statement for records where SQLite has to sort. Bind as for `walk`.

        It sorts keys, and reads the bodies of one page.
        """
        order = self.order or ()
        columns = "".join(f", {column} AS o{number}" for number, (column, _) in enumerate(order))
        again = order_by(tuple((f"p.o{number}", down) for number, (_, down) in enumerate(order)))
        return (
            f"SELECT {RECORD} FROM (SELECT {self.source.key} AS key{columns} FROM {self.source.sql} "
            f"WHERE {self._condition(segment)} ORDER BY {self._order()} LIMIT ? OFFSET ?) p "
            f"CROSS JOIN {self.tables.documents} d ON d.key = p.key ORDER BY {again}"
        )

    def candidates(self, segment: Condition) -> str:
        """Return the statement for the keys of what may match, then what they are sorted by, in order.

        Bind `bindings`.
        """
        columns = "".join(f", {column}" for column, _ in self.order or ())
        return (
            f"SELECT {self.source.key}{columns} FROM {self.source.sql} "
            f"WHERE {self._condition(segment)} ORDER BY {self._order()}"
        )

    def bodies(self) -> str:
        """Return the statement for key and body of all that may match, in no order. Bind what `where` needs."""
        return (
            f"SELECT d.key, CAST(d.body AS BLOB) FROM {self.source.sql} "
            f"CROSS JOIN {self.tables.documents} d ON d.key = {self.source.key} WHERE {self.where.sql}"
        )

    def total(self) -> str:
        """Return the statement for how many match, where the condition is exact. Bind what `where` needs."""
        return f"SELECT count(*) FROM {self.source.sql} WHERE {self.where.sql}"

    def _condition(self, segment: Condition) -> str:
        return f"({self.where.sql}) AND ({segment.sql})"

    def _order(self) -> str:
        return order_by(self.order or ())


class Asked(NamedTuple):
    """A question, the plan of its shape, and the values that go into the plan's slots."""

    query: Query
    plan: Plan
    values: list[Key]

    def bindings(self, *conditions: Condition) -> tuple[Key, ...]:
        """Return what is bound to a statement with these conditions."""
        values = self.values
        return tuple([values[slot.number] for condition in conditions for slot in condition.slots])


class _Shape(NamedTuple):
    """What SQL depends on. `text` is None without text search, UNKEYED where it can find nothing."""

    filter: Filter
    sort: Hashable
    text: Slot | None
    places: tuple[Slot, ...] | None


def ask(tables: Tables, query: Query) -> Asked:
    """Return how to answer a query. Raises InvalidQuery for a cursor that belongs to another sort order."""
    shape, values = _shape(tables, query)
    plan = tables.plans.get(shape)
    if plan is None:
        plan = _plan(tables, shape, query.sort)
        if len(tables.plans) >= PLANS_KEPT:
            tables.plans.clear()
        tables.plans[shape] = plan
    return _asked(query, plan, values)


def asked_before(tables: Tables, query: Query) -> Asked | None:
    """Return how to answer a query, if its plan is kept. Raises as `ask`."""
    shape, values = _shape(tables, query)
    plan = tables.plans.get(shape)
    return _asked(query, plan, values) if plan is not None else None


def _shape(tables: Tables, query: Query) -> tuple[_Shape, list[Key]]:
    values: list[Key] = []
    filter, text, after = outlined(query.filter, values), None, None
    if query.text is not None:
        words = expression(query.text, tables)
        text = Slot(str, len(values)) if words is not None else UNKEYED
        values.append(words)
    if query.after is not None:
        after = places(query.after, len(values))
    # a SortKey is compared and hashed by Python code, a tuple is not
    return _Shape(filter, tuple([(key.path, key.descending) for key in query.sort]), text, after), values


def _asked(query: Query, plan: Plan, values: list[Key]) -> Asked:
    if query.after is not None and plan.order is not None:
        values.extend(places_of(query.after, plan.order))
    return Asked(query, plan, values)


def _plan(tables: Tables, shape: _Shape, sort: tuple[SortKey, ...]) -> Plan:
    chosen = source(tables, shape.filter, sort)
    where = chosen.condition
    if shape.text == UNKEYED:
        where = NEVER
    elif shape.text is not None:
        sql = f"({where.sql}) AND {search(tables, chosen.key)}"
        where = Condition(sql, (*where.slots, shape.text), where.exact)
    order = ordering(sort, chosen.column)
    behind = segments(order, shape.places) if order is not None else (ALWAYS,)
    return Plan(tables, chosen, where, order, behind)


def _sorts(connection: Connection, statement: str, bindings: tuple[object, ...]) -> bool:
    steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", bindings).fetchall()
    return any("TEMP B-TREE" in step[3] for step in steps)
