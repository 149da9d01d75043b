"""From which table a query reads, and whether an index there has the order that it asks for."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from runtime.model.query import And, Compare, Filter, Path, SortKey, all_of
from runtime.query.parse import filter_paths
from runtime.storage.layout import ID, Index
from runtime.storage.sqlite.filters import Condition, Scope, condition
from runtime.storage.sqlite.outline import UNKEYED, Slot
from runtime.storage.sqlite.sort import Column
from runtime.storage.sqlite.tables import Tables


@dataclass(frozen=True, slots=True)
class Source:
    """What stands after FROM, how columns are named there, and the condition of the filter.

    `is_ordered` says that there is an index with the order, so that no more need be read than is asked for.
    """

    sql: str
    key: str
    column: Column
    condition: Condition
    is_ordered: bool


def source(tables: Tables, filter: Filter, sort: tuple[SortKey, ...]) -> Source:
    """Return where to read from, for an outlined filter and an order.

    That is the side table of an array where the filter wants one of its elements in an order that it is indexed by
    (articles with a tag, latest first) or in none, and the table of keys otherwise.
    """
    fixed = _fixed(filter)
    for index in tables.layout.arrays:
        wanted = fixed.get(index.array) if index.array is not None else None
        if wanted is not None and _is_present(wanted) and _serves(index, fixed, sort):
            return _side(tables, index, wanted, filter, sort)
    column = _keys_column(tables)
    by_id = [key.path for key in sort] == [ID]
    serving = (index for index in tables.layout.indexes if not index.unique)
    return Source(
        sql=f"{tables.keys} k",
        key="k.key",
        column=column,
        condition=condition(filter, Scope(column, _side_table(tables), "k.key")),
        is_ordered=by_id or any(_serves(index, fixed, sort) for index in serving),
    )


def _side(tables: Tables, index: Index, wanted: Compare, filter: Filter, sort: tuple[SortKey, ...]) -> Source:
    of_keys = _keys_column(tables)

    def column(path: Path) -> str | None:
        name = tables.side_column(index, path) if path != index.array else None
        return f"s.{name}" if name is not None else of_keys(path)

    rest = _without(filter, wanted)
    paths = {*filter_paths(rest), *(key.path for key in sort)}
    names = {column(path) for path in paths} - {None}
    join = f" JOIN {tables.keys} k ON k.key = s.key" if any(str(name).startswith("k.") for name in names) else ""
    element = condition(Compare((), "$eq", wanted.value), Scope(lambda _: "s.value", lambda _: None, "s.key"))
    others = condition(rest, Scope(column, _side_table(tables), "s.key"))
    return Source(
        sql=f"{tables.arrays[index]} s{join}",
        key="s.key",
        column=column,
        condition=Condition(f"{element.sql} AND ({others.sql})", (*element.slots, *others.slots), others.exact),
        is_ordered=True,
    )


def _keys_column(tables: Tables) -> Column:
    def column(path: Path) -> str | None:
        name = tables.column(path)
        return f"k.{name}" if name is not None else None

    return column


def _side_table(tables: Tables) -> Callable[[Path], str | None]:
    def side(path: Path) -> str | None:
        return next((table for index, table in tables.arrays.items() if index.array == path), None)

    return side


def _fixed(filter: Filter) -> dict[Path, Compare]:
    """Return the equalities that all matching documents share, by path."""
    parts = filter.parts if isinstance(filter, And) else (filter,)
    return {part.path: part for part in parts if isinstance(part, Compare) and part.op == "$eq"}


def _without(filter: Filter, wanted: Compare) -> Filter:
    parts = filter.parts if isinstance(filter, And) else (filter,)
    return all_of(*(part for part in parts if part is not wanted))


def _is_present(wanted: Compare) -> bool:
    return isinstance(wanted.value, Slot) and wanted.value != UNKEYED


def _serves(index: Index, fixed: Collection[Path], sort: tuple[SortKey, ...]) -> bool:
    """Return whether an index, gone through forwards or backwards, has the order, what is fixed left aside."""
    has = [(path, down) for path, down in index.order if path not in fixed]
    wants = [(key.path, key.descending) for key in sort if key.path not in fixed]
    if ID in [path for path, _ in wants]:
        wants = wants[: [path for path, _ in wants].index(ID) + 1]
    has = has[: len(wants)]
    return has in (wants, [(path, not down) for path, down in wants])
