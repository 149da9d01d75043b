"""Update operators as they are read: `{"$set": {"title": "x"}}` becomes steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from runtime.model.errors import InvalidQuery
from runtime.model.query import Filter, Path
from runtime.query.filters import FilterReader, has_operators, invalid, is_about_values
from runtime.query.operators import unknown_operator
from runtime.query.paths import parse_path
from runtime.query.values import DEPTH_LIMIT, PROBLEM_LIMIT, check_json, freeze, scalar_problem, step, thaw, too_deep

UpdateOp = Literal["$set", "$unset", "$inc", "$push", "$pull", "$addToSet"]
UPDATE_OPERATORS: Final[tuple[UpdateOp, ...]] = get_args(UpdateOp)

CHANGE_LIMIT: Final = 200
"""How many paths one update may change."""

ELEMENT: Final = ""
"""The name under which the conditions of `$pull` find the element; no client can write it."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """What `$pull` takes out: elements that match a filter, as objects (`of_values` false) or as they are."""

    filter: Filter
    of_values: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One operator at one path.

    `operand` is a frozen value for `$set` and `$inc`, a tuple of frozen values for `$push` and `$addToSet`, a frozen
    value or Pulled for `$pull`, None for `$unset`.
    """

    op: UpdateOp
    path: Path
    operand: Any

    @property
    def pointer(self) -> str:
        """The JSON pointer into the update as it was written."""
        return step(step("", self.op), ".".join(self.path))


@dataclass(frozen=True, slots=True)
class Update:
    """Update operators that were found good, in the order they were written. No two of them touch the same place."""

    steps: tuple[Step, ...]


def is_update(raw: object) -> bool:
    """Return whether a body is made of update operators rather than being a merge patch: a key begins with `$`."""
    return has_operators(raw)


def parse_update(raw: object) -> Update:
    """Return the update that a JSON object says: `{"$set": {"title": "x"}, "$inc": {"views": 1}}`.

    `$push` and `$addToSet` take a value or `{"$each": [...]}`; `$pull` takes a value, conditions on the element, or
    conditions on its fields. Raises InvalidQuery; its `errors` name every fault by JSON pointer: unknown operators, bad
    paths, values that cannot be stored, and paths that touch the same place.
    """
    if not isinstance(raw, Mapping) or not raw:
        raise InvalidQuery(f"an update is an object of operators: {' '.join(UPDATE_OPERATORS)}")
    if too_deep(raw):
        raise InvalidQuery(f"the update is nested deeper than {DEPTH_LIMIT} levels; flatten it")
    reader = _UpdateReader()
    steps = [change for op, changes in raw.items() for change in reader.steps(op, changes)]
    reader.refuse_conflicts(steps)
    if reader.problems:
        raise invalid("the update", dict(list(reader.problems.items())[:PROBLEM_LIMIT]))
    return Update(tuple(steps))


class _UpdateReader:
    """Reads update operators and collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: dict[str, str] = {}

    def steps(self, op: object, changes: Any) -> list[Step]:
        pointer = step("", str(op))
        known = next((operator for operator in UPDATE_OPERATORS if operator == op), None)
        if known is None and isinstance(op, str) and op.startswith("$"):
            self.problems[pointer] = unknown_operator(op, UPDATE_OPERATORS)
        elif known is None:
            self.problems[pointer] = "fields and operators cannot be mixed in one object; put fields under $set"
        elif not isinstance(changes, Mapping):
            self.problems[pointer] = f'{known} takes an object of paths, such as {{"{known}": {{"author.name": …}}}}'
        elif len(changes) > CHANGE_LIMIT:
            self.problems[pointer] = f"one operator may change {CHANGE_LIMIT} paths; send several updates"
        else:
            return [found for text, raw in changes.items() if (found := self._step(known, text, raw, pointer))]
        return []

    def refuse_conflicts(self, steps: list[Step]) -> None:
        """Note every path that is another's, or leads into another's."""
        taken: dict[Path, Step] = {}
        for change in sorted(steps, key=lambda found: len(found.path)):
            beginnings = (change.path[:length] for length in range(1, len(change.path) + 1))
            other = next((taken[path] for path in beginnings if path in taken), None)
            if other is not None:
                where = ".".join(other.path)
                self.problems[change.pointer] = f"conflicts with {other.op} of {where!r}; change a place once"
            taken.setdefault(change.path, change)

    def _step(self, op: UpdateOp, text: object, raw: Any, parent: str) -> Step | None:
        pointer = step(parent, str(text))
        try:
            path = parse_path(text if isinstance(text, str) else "")
        except InvalidQuery as error:
            self.problems[pointer] = error.message
            return None
        return Step(op, path, self._operand(op, raw, pointer))

    def _operand(self, op: UpdateOp, raw: Any, pointer: str) -> Any:
        if op == "$unset":
            return None
        if op == "$inc":
            return self._amount(raw, pointer)
        if op == "$pull" and isinstance(raw, Mapping):
            return self._pulled(raw, pointer)
        if op in ("$push", "$addToSet"):
            return self._added(op, raw, pointer)
        return self._value(raw, pointer)

    def _amount(self, raw: Any, pointer: str) -> Any:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            self.problems[pointer] = "$inc takes a number"
        elif problem := scalar_problem(raw):
            self.problems[pointer] = problem
        return raw

    def _added(self, op: UpdateOp, raw: Any, pointer: str) -> tuple[Any, ...]:
        if not has_operators(raw):
            return (self._value(raw, pointer),)
        if list(raw) != ["$each"] or not isinstance(raw["$each"], list | tuple):
            self.problems[pointer] = f'{op} takes a value, or {{"$each": [...]}} and nothing beside it'
            return ()
        place = step(pointer, "$each")
        return tuple(self._value(value, step(place, index)) for index, value in enumerate(raw["$each"]))

    def _pulled(self, raw: Mapping[Any, Any], pointer: str) -> Pulled:
        reader = FilterReader()
        if is_about_values(raw):
            found = Pulled(reader.condition((ELEMENT,), raw, pointer=pointer, depth=0), of_values=True)
        else:
            found = Pulled(reader.filter(raw, pointer=pointer, depth=0), of_values=False)
        self.problems.update(reader.problems)
        return found

    def _value(self, raw: Any, pointer: str) -> Any:
        self.problems.update(check_json(thaw(raw), pointer))
        return freeze(raw)
