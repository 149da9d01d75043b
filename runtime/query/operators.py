"""What is said to somebody who used an operator that the language does not have."""

import difflib
from collections.abc import Collection, Mapping
from typing import Final

FIELD_OPERATORS: Final = (
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$options", "$size", "$all",
    "$elemMatch", "$type", "$not",
)  # fmt: skip
"""What may stand under a field."""
LOGICAL_OPERATORS: Final = ("$and", "$or", "$nor")
"""What may stand beside fields."""

_REFUSED: Final[Mapping[str, str]] = {
    "$where": "it would run code in the database; write the condition with operators, or narrow the query in a hook",
    "$function": "it would run code in the database; write the condition with operators, or narrow the query in a hook",
    "$accumulator": "it would run code in the database; compute it in a hook",
    "$expr": "fields are compared with values only; store what you want to compare, or narrow the query in a hook",
    "$jsonSchema": "use $type and $exists; a collection's own schema is checked whenever a document is written",
    "$text": "full text is searched with the parameter q",
    "$comment": "leave it out",
    "$mod": "store the remainder as a field of its own",
    "$near": "geographical queries are not available; narrow with $gte and $lte on the coordinates",
    "$nearSphere": "geographical queries are not available; narrow with $gte and $lte on the coordinates",
    "$geoWithin": "geographical queries are not available; narrow with $gte and $lte on the coordinates",
    "$geoIntersects": "geographical queries are not available; narrow with $gte and $lte on the coordinates",
}


def refuse_in_filter(name: str, *, beside_fields: bool) -> str:
    """Return why an operator may not stand where it stands in a filter, and what to write."""
    known = LOGICAL_OPERATORS if beside_fields else FIELD_OPERATORS
    if name in _REFUSED:
        return f"{name} is not part of the query language: {_REFUSED[name]}"
    if name == "$not" and beside_fields:
        return '$not stands under a field: {"age": {"$not": {"$gt": 5}}}; to negate a whole filter use $nor'
    if beside_fields and name in FIELD_OPERATORS:
        return f'{name} stands under a field: {{"field": {{"{name}": …}}}}'
    if not beside_fields and name in LOGICAL_OPERATORS:
        return f'{name} stands beside fields, not under one: {{"{name}": [{{"field": …}}, …]}}'
    return unknown_operator(name, known)


def unknown_operator(name: str, known: Collection[str]) -> str:
    """Return that an operator is unknown, with the one that was probably meant, or all."""
    shown = name if len(name) <= 40 else f"{name[:40]}…"
    by_letters = {operator.lower(): operator for operator in known}
    close = difflib.get_close_matches(name[:40].lower(), by_letters, n=1, cutoff=0.6)
    if close:
        return f"{shown} is no operator here; did you mean {by_letters[close[0]]}?"
    return f"{shown} is no operator here; there are {' '.join(known)}"
