"""How a filter is read: one pass over the JSON that finds every fault."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from runtime.model.errors import InvalidQuery
from runtime.model.query import (
    All,
    Compare,
    CompareOp,
    ElemMatch,
    Everything,
    Exists,
    Filter,
    HasType,
    In,
    Not,
    Nothing,
    Path,
    Regex,
    Size,
    TypeName,
    all_of,
    any_of,
)
from runtime.query.operators import FIELD_OPERATORS, LOGICAL_OPERATORS, refuse_in_filter, unknown_operator
from runtime.query.paths import parse_path
from runtime.query.pattern import searcher
from runtime.query.values import DEPTH_LIMIT, PROBLEM_LIMIT, check_json, freeze, step, too_deep

FILTER_DEPTH_LIMIT: Final = 20
"""How deep $and, $or, $nor, $not and $elemMatch may stand inside each other."""
CONDITION_LIMIT: Final = 500
"""How many conditions a filter may have."""
VALUES_LIMIT: Final = 1000
"""How many values $in, $nin and $all may have."""
SIZE_LIMIT: Final = 2**31 - 1
"""The largest $size; MongoDB's."""
STRING_LIMIT: Final = 10_000
"""How many characters a string in a filter may have."""

_TYPE_NAMES: Final[tuple[TypeName, ...]] = get_args(TypeName)
_TYPE_ALIASES: Final = {"long": "int", "decimal": "double", "boolean": "bool", "integer": "int", "float": "double"}


def invalid(what: str, problems: Mapping[str, str]) -> InvalidQuery:
    """Return the exception for faults by JSON pointer: the first in the message, all in `errors`."""
    pointer, message = next(iter(problems.items()))
    place = f" at {pointer}" if pointer else ""
    more = f" (and {len(problems) - 1} more; see errors)" if len(problems) > 1 else ""
    return InvalidQuery(f"{what}{place}: {message}{more}", errors=problems)


def has_operators(raw: object) -> bool:
    """Return whether an operand is made of operators rather than being a value."""
    return isinstance(raw, Mapping) and any(map(_is_operator, raw))


def _is_operator(key: object) -> bool:
    return isinstance(key, str) and key.startswith("$")


def is_about_values(raw: Mapping[Any, Any]) -> bool:
    """Return whether conditions on an element are on itself (`{"$gt": 3}`), not on its fields (`{"n": {"$gt": 3}}`)."""
    return any(isinstance(key, str) and key.startswith("$") and key not in LOGICAL_OPERATORS for key in raw)


class FilterReader:
    """Reads filters and collects what is wrong with them; `problems` maps JSON pointers to messages.

    Where something is wrong, what is returned means nothing: look at `problems` in the end. Not thread-safe.
    """

    def __init__(self, variables: Mapping[str, Any] | None = None) -> None:
        self.problems: dict[str, str] = {}
        self._variables = variables
        self._conditions = 0
        compare: tuple[CompareOp, ...] = get_args(CompareOp)
        self._operators: dict[str, Callable[[Path, Any, str, int], Filter]] = {
            "$ne": lambda path, raw, pointer, _: negation(Compare(path, "$eq", self._value(raw, pointer))),
            "$in": lambda path, raw, pointer, _: In(path, self._values("$in", raw, pointer)),
            "$nin": lambda path, raw, pointer, _: negation(In(path, self._values("$nin", raw, pointer))),
            "$exists": self._exists,
            "$size": self._size,
            "$all": self._all,
            "$elemMatch": self._elem_match,
            "$type": self._type,
            "$not": self._not,
            **{op: self._comparison(op) for op in compare},
        }

    def raise_problems(self, what: str) -> None:
        """Raise InvalidQuery where anything was wrong."""
        if self.problems:
            raise invalid(what, self.problems)

    def filter(self, raw: object, *, pointer: str, depth: int) -> Filter:
        """Return what an object of fields and logical operators says. `depth` is 0 at the outside."""
        if not isinstance(raw, Mapping):
            return self._refuse(pointer, 'a filter is an object such as {"status": "published"}')
        if depth == 0 and too_deep(raw):
            return self._refuse(pointer, f"is nested deeper than {DEPTH_LIMIT} levels")
        if depth > FILTER_DEPTH_LIMIT:
            return self._refuse(pointer, f"operators are nested deeper than {FILTER_DEPTH_LIMIT} levels; flatten them")
        return all_of(*[self._entry(name, operand, step(pointer, name), depth) for name, operand in raw.items()])

    def condition(self, path: Path, raw: Any, *, pointer: str, depth: int) -> Filter:
        """Return what stands under a field: a value that it equals, or operators."""
        if self._conditions > CONDITION_LIMIT:
            return Nothing()
        if not has_operators(raw):
            self._count(pointer)
            return Compare(path, "$eq", self._value(raw, pointer))
        return all_of(*[self._operator(path, name, raw, step(pointer, name), depth) for name in raw])

    def _entry(self, name: object, operand: Any, pointer: str, depth: int) -> Filter:
        if not isinstance(name, str):
            return self._refuse(pointer, f"the key {name!r} is no string; a filter's keys are fields")
        if name in LOGICAL_OPERATORS:
            return self._logical(name, operand, pointer, depth)
        if name.startswith("$"):
            return self._refuse(pointer, refuse_in_filter(name, beside_fields=True))
        try:
            path = parse_path(name)
        except InvalidQuery as error:
            return self._refuse(pointer, error.message)
        return self.condition(path, operand, pointer=pointer, depth=depth)

    def _logical(self, name: str, operand: Any, pointer: str, depth: int) -> Filter:
        if not isinstance(operand, list | tuple) or not operand:
            return self._refuse(pointer, f"{name} takes a list of filters, at least one")
        parts = [self.filter(part, pointer=step(pointer, index), depth=depth + 1) for index, part in enumerate(operand)]
        if name == "$and":
            return all_of(*parts)
        return any_of(*parts) if name == "$or" else negation(any_of(*parts))

    def _operator(self, path: Path, name: object, raw: Mapping[str, Any], pointer: str, depth: int) -> Filter:
        if not isinstance(name, str) or not name.startswith("$"):
            return self._refuse(pointer, "fields and operators cannot be mixed in one object; write fields with dots")
        if name in ("$regex", "$options"):
            return self._regex(path, raw, pointer) if name == "$regex" else self._options(raw, pointer)
        read = self._operators.get(name)
        if read is None:
            return self._refuse(pointer, refuse_in_filter(name, beside_fields=False))
        self._count(pointer)
        return read(path, raw[name], pointer, depth)

    def _comparison(self, op: CompareOp) -> Callable[[Path, Any, str, int], Filter]:
        return lambda path, raw, pointer, _: Compare(path, op, self._value(raw, pointer))

    def _exists(self, path: Path, raw: Any, pointer: str, _: int) -> Filter:
        if not isinstance(raw, bool):
            return self._refuse(pointer, "$exists takes true or false")
        return Exists(path, raw)

    def _size(self, path: Path, raw: Any, pointer: str, _: int) -> Filter:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= SIZE_LIMIT or raw % 1:
            return self._refuse(pointer, "$size takes a whole number from 0; it knows no ranges")
        return Size(path, int(raw))

    def _all(self, path: Path, raw: Any, pointer: str, depth: int) -> Filter:
        if isinstance(raw, list | tuple) and any(isinstance(v, Mapping) and "$elemMatch" in v for v in raw):
            if not all(isinstance(v, Mapping) and list(v) == ["$elemMatch"] for v in raw):
                return self._refuse(pointer, "$all takes either values or $elemMatch objects, not both")
            parts = [self.condition(path, v, pointer=step(pointer, i), depth=depth) for i, v in enumerate(raw)]
            return all_of(*parts)
        return All(path, self._values("$all", raw, pointer))

    def _elem_match(self, path: Path, raw: Any, pointer: str, depth: int) -> Filter:
        if not isinstance(raw, Mapping):
            return self._refuse(pointer, "$elemMatch takes an object of conditions on one element")
        if not is_about_values(raw):
            return ElemMatch(path, self.filter(raw, pointer=pointer, depth=depth + 1), of_values=False)
        return ElemMatch(path, self._nested(raw, pointer, depth), of_values=True)

    def _nested(self, raw: Mapping[str, Any], pointer: str, depth: int, path: Path = ()) -> Filter:
        if depth >= FILTER_DEPTH_LIMIT:
            return self._refuse(pointer, f"operators are nested deeper than {FILTER_DEPTH_LIMIT} levels; flatten them")
        return self.condition(path, raw, pointer=pointer, depth=depth + 1)

    def _type(self, path: Path, raw: Any, pointer: str, _: int) -> Filter:
        names = list(raw) if isinstance(raw, list | tuple) else [raw]
        if not names:
            return self._refuse(pointer, f"$type takes a name or a list of names: {' '.join(_TYPE_NAMES)}")
        for name in names:
            if name not in _TYPE_NAMES:
                return self._refuse(pointer, self._unknown_type(name))
        return HasType(path, tuple(dict.fromkeys(names)))

    def _unknown_type(self, name: object) -> str:
        if isinstance(name, str) and name in _TYPE_ALIASES:
            return f"JSON has no type {name}; did you mean {_TYPE_ALIASES[name]}?"
        return f"$type takes names of JSON's types: {' '.join(_TYPE_NAMES)}"

    def _not(self, path: Path, raw: Any, pointer: str, depth: int) -> Filter:
        if not has_operators(raw):
            return self._refuse(pointer, '$not takes operators such as {"$gt": 5}; to exclude a value use $ne')
        return negation(self._nested(raw, pointer, depth, path))

    def _regex(self, path: Path, raw: Mapping[str, Any], pointer: str) -> Filter:
        self._count(pointer)
        pattern, options = raw["$regex"], raw.get("$options", "")
        if not isinstance(pattern, str):
            return self._refuse(pointer, "$regex takes a pattern as a string")
        if self._variables is not None and self._is_variable(pattern):
            return self._refuse(pointer, f"{pattern} cannot be used as a pattern; compare with $eq or $in")
        if not isinstance(options, str) or not set(options) <= set("imsx"):
            return Nothing()
        options = "".join(sorted(set(options)))
        try:
            searcher(pattern, options)
        except InvalidQuery as error:
            return self._refuse(pointer, error.message)
        return Regex(path, pattern, options)

    def _options(self, raw: Mapping[str, Any], pointer: str) -> Filter:
        options = raw["$options"]
        if "$regex" not in raw:
            return self._refuse(pointer, "$options belongs beside $regex")
        if not isinstance(options, str) or not set(options) <= set("imsx"):
            return self._refuse(pointer, "$options takes the letters i, m, s and x")
        return Everything()

    def _values(self, name: str, raw: Any, pointer: str) -> tuple[Any, ...]:
        bound = self._bind(raw, pointer) if isinstance(raw, str) else raw
        if not isinstance(bound, list | tuple):
            self._refuse(pointer, f"{name} takes a list of values")
            return ()
        if len(bound) > VALUES_LIMIT:
            self._refuse(pointer, f"{name} may have {VALUES_LIMIT} values; ask in several requests")
            return ()
        return tuple(self._value(value, step(pointer, index)) for index, value in enumerate(bound))

    def _value(self, raw: Any, pointer: str) -> Any:
        if has_operators(raw):
            self._refuse(pointer, self._operator_in_value(raw))
            return None
        bound = self._bind(raw, pointer)
        for place, message in check_json(bound, pointer).items():
            self._refuse(place, message)
        return freeze(bound)

    def _operator_in_value(self, raw: Mapping[Any, Any]) -> str:
        if "$regex" in raw:
            return 'a pattern cannot stand where a value is expected; write {"$or": [{"field": {"$regex": …}}, …]}'
        name = next(key for key in raw if isinstance(key, str) and key.startswith("$"))
        if name in FIELD_OPERATORS or name in LOGICAL_OPERATORS:
            return f"{name} cannot stand where a value is expected; combine conditions with $and and $or"
        return unknown_operator(name, FIELD_OPERATORS)

    def _bind(self, raw: Any, pointer: str) -> Any:
        """Return the value as plain JSON, its variables replaced."""
        if isinstance(raw, str):
            if len(raw) > STRING_LIMIT:
                self._refuse(pointer, f"the string is longer than {STRING_LIMIT} characters")
            return raw if self._variables is None else self._lookup(raw, self._variables, pointer)
        if isinstance(raw, list | tuple):
            return [self._bind(element, step(pointer, index)) for index, element in enumerate(raw)]
        if isinstance(raw, Mapping):
            return {key: self._bind(member, step(pointer, key)) for key, member in raw.items()}
        return raw

    def _lookup(self, text: str, variables: Mapping[str, Any], pointer: str) -> Any:
        if text in variables:
            value = variables[text]
            return sorted(value) if isinstance(value, set | frozenset) else value
        if self._is_variable(text):
            self._refuse(pointer, f"{text} is no variable; there are {' '.join(sorted(variables))}")
        return text

    def _is_variable(self, text: str) -> bool:
        """Whether a text is a variable, or looks so much like one that it cannot be meant as a string."""
        root = text.partition(".")[0]
        return any(root == name.partition(".")[0] for name in self._variables or ())

    def _count(self, pointer: str) -> None:
        self._conditions += 1
        if self._conditions == CONDITION_LIMIT + 1:
            self._refuse(pointer, f"a filter may have {CONDITION_LIMIT} conditions; this is one more")

    def _refuse(self, pointer: str, message: str) -> Filter:
        if len(self.problems) < PROBLEM_LIMIT:
            self.problems.setdefault(pointer, message)
        return Nothing()


def negation(part: Filter) -> Filter:
    """Return what matches exactly the documents that the part does not match."""
    if isinstance(part, Not):
        return part.part
    if isinstance(part, Everything):
        return Nothing()
    return Everything() if isinstance(part, Nothing) else Not(part)
