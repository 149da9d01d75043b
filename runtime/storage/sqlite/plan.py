"""How a query is answered: which statements, and what is left to Python."""

# ruff: noqa: S608 - names in SQL are those of declared collections and fields, quoted; every value is bound

from dataclasses import dataclass

from runtime.model.query import Query
from runtime.storage.sqlite.filters import ALWAYS, Condition
from runtime.storage.sqlite.sort import order_by, ordering, segments
from runtime.storage.sqlite.source import Source, source
from runtime.storage.sqlite.tables import RECORD, Tables
from runtime.storage.sqlite.text import search


@dataclass(frozen=True, slots=True)
class Plan:
    """How one query is answered.

    `where` is its filter and text, `order` its sort order (None: a path has no key, Python sorts), `segments` what is
    behind its cursor, piece by piece in that order.
    """

    query: Query
    tables: Tables
    source: Source
    where: Condition
    order: tuple[tuple[str, bool], ...] | None
    segments: tuple[Condition, ...]

    @property
    def is_single(self) -> bool:
        """Whether one statement answers it all."""
        return self.order is not None and self.where.exact and len(self.segments) == 1

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
        """Return the statement for the keys of what may match, in order. Bind `bindings`."""
        return (
            f"SELECT {self.source.key} FROM {self.source.sql} WHERE {self._condition(segment)} ORDER BY {self._order()}"
        )

    def bodies(self) -> str:
        """Return the statement for key and body of all that may match, in no order. Bind `where.values`."""
        return (
            f"SELECT d.key, CAST(d.body AS BLOB) FROM {self.source.sql} "
            f"CROSS JOIN {self.tables.documents} d ON d.key = {self.source.key} WHERE {self.where.sql}"
        )

    def total(self) -> str:
        """Return the statement for how many match, where the condition is exact. Bind `where.values`."""
        return f"SELECT count(*) FROM {self.source.sql} WHERE {self.where.sql}"

    def bindings(self, segment: Condition) -> tuple[object, ...]:
        """Return what is bound to a statement with this segment, in front of a limit and an offset."""
        return (*self.where.values, *segment.values)

    def _condition(self, segment: Condition) -> str:
        return f"({self.where.sql}) AND ({segment.sql})"

    def _order(self) -> str:
        return order_by(self.order or ())


def plan(tables: Tables, query: Query) -> Plan:
    """Return how to answer a query. Raises InvalidQuery for a cursor that belongs to another sort order."""
    chosen = source(tables, query)
    where = chosen.condition
    if query.text is not None:
        found = search(query.text, tables, chosen.key)
        where = Condition(f"({where.sql}) AND {found.sql}", (*where.values, *found.values), where.exact)
    order = ordering(query.sort, chosen.column)
    behind = segments(order, query.after) if order is not None else (ALWAYS,)
    return Plan(query, tables, chosen, where, order, behind)
