"""Changes to a document: MongoDB's update operators and JSON Merge Patch, pure: the result is a new document."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.model.document import Document
from runtime.model.errors import InvalidQuery
from runtime.query.filters import invalid
from runtime.query.match import matcher
from runtime.query.order import rank
from runtime.query.paths import array_index
from runtime.query.steps import ELEMENT, Pulled, Step, Update, UpdateOp, is_update, parse_update
from runtime.query.values import DEPTH_LIMIT, scalar_problem, thaw, too_deep

GAP_LIMIT: Final = 1000
"""How many nulls may be filled in before an array index that is set beyond the end."""


def apply_update(document: Document, update: Update | Mapping[str, Any]) -> Document:
    """Return a document with an update applied, as MongoDB does it; it shares nothing with what came in.

    Missing objects on the way are made, an array is filled up with null (GAP_LIMIT at most) to an index beyond its end.
    `$unset` of an array's element leaves null. `$unset` and `$pull` of what is not there do nothing.

    Raises InvalidQuery, its `errors` pointing into the update: what `parse_update` raises, a path that goes through a
    scalar or names a field of an array, `$inc` of what is no number or to beyond 64 bits, array operators on what is no
    array.
    """
    parsed = update if isinstance(update, Update) else parse_update(update)
    changed: Document = thaw(document)
    for change in parsed.steps:
        container = _container(changed, change)
        if container is not None:
            _APPLY[change.op](container, _key(container, change), change)
    return changed


def _container(document: Document, change: Step) -> Any:
    """Return the object or array that holds the path's end, made where it is missing; None: nothing is to be done."""
    creates = change.op not in ("$unset", "$pull")
    node: Any = document
    for position, segment in enumerate(change.path):
        key = array_index(segment) if type(node) is list else segment
        if type(node) not in (dict, list) or key is None:
            if change.op == "$unset":
                return None
            raise _blocked(change, position, node)
        if position == len(change.path) - 1:
            break
        if not _holds(node, key):
            if not creates:
                return None
            _put(node, key, {}, change)
        node = node[key]
    return node


def _blocked(change: Step, position: int, node: Any) -> InvalidQuery:
    held = "an array, whose elements have numbers" if type(node) is list else f"{_named(node)}, which has no fields"
    return _failed(change, f"cannot reach {change.path[position]!r}: {'.'.join(change.path[:position])!r} holds {held}")


def _failed(change: Step, message: str) -> InvalidQuery:
    return invalid("the update", {change.pointer: message})


def _named(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a string",
        dict: "an object",
        list: "an array",
    }
    return names[type(value)]


def _key(container: Any, change: Step) -> Any:
    last = change.path[-1]
    return int(last) if type(container) is list else last


def _holds(container: Any, key: Any) -> bool:
    return key < len(container) if type(container) is list else key in container


def _put(container: Any, key: Any, value: Any, change: Step) -> None:
    if type(container) is dict or key < len(container):
        container[key] = value
        return
    gap = key - len(container)
    if gap > GAP_LIMIT:
        raise _failed(change, f"would fill the array up with {gap} nulls; at most {GAP_LIMIT} are allowed")
    container.extend([None] * gap)
    container.append(value)


def _set(container: Any, key: Any, change: Step) -> None:
    _put(container, key, thaw(change.operand), change)


def _unset(container: Any, key: Any, _: Step) -> None:
    if type(container) is dict:
        container.pop(key, None)
    elif key < len(container):
        container[key] = None


def _inc(container: Any, key: Any, change: Step) -> None:
    if not _holds(container, key):
        _put(container, key, change.operand, change)
        return
    before = container[key]
    if type(before) not in (int, float):
        raise _failed(change, f"$inc needs a number, but {'.'.join(change.path)!r} holds {_named(before)}")
    total = before + change.operand
    if scalar_problem(total):
        raise _failed(change, "the sum is beyond what a number can hold")
    container[key] = total


def _array(container: Any, key: Any, change: Step) -> list[Any]:
    """Return the array at the place, made where it is missing."""
    if not _holds(container, key):
        _put(container, key, [], change)
    found = container[key]
    if type(found) is not list:
        raise _failed(change, f"{change.op} needs an array, but {'.'.join(change.path)!r} holds {_named(found)}")
    return found


def _push(container: Any, key: Any, change: Step) -> None:
    _array(container, key, change).extend(thaw(change.operand))


def _add_to_set(container: Any, key: Any, change: Step) -> None:
    array = _array(container, key, change)
    known = set(map(rank, array))
    for value in change.operand:
        ranked = rank(value)
        if ranked not in known:
            known.add(ranked)
            array.append(thaw(value))


def _pull(container: Any, key: Any, change: Step) -> None:
    if _holds(container, key):
        array = _array(container, key, change)
        taken = _taken(change.operand)
        array[:] = [element for element in array if not taken(element)]


def _taken(operand: Any) -> Callable[[Any], bool]:
    if not isinstance(operand, Pulled):
        ranked = rank(operand)
        return lambda element: rank(element) == ranked
    match = matcher(operand.filter)
    if operand.of_values:
        return lambda element: match({ELEMENT: element})
    return lambda element: type(element) is dict and match(element)


_APPLY: Final[Mapping[UpdateOp, Callable[[Any, Any, Step], None]]] = {
    "$set": _set, "$unset": _unset, "$inc": _inc, "$push": _push, "$pull": _pull, "$addToSet": _add_to_set,
}  # fmt: skip


def merge_patch(document: Any, patch: Any) -> Any:
    """Return a document with a JSON Merge Patch applied (RFC 7396 §2); it shares nothing with what came in.

    Null removes, objects are merged, everything else replaces; a patch that is no object replaces the whole. Raises
    InvalidQuery for a patch that is nested deeper than DEPTH_LIMIT.
    """
    if too_deep(patch):
        raise InvalidQuery(f"the merge patch is nested deeper than {DEPTH_LIMIT} levels; flatten it")
    return _merged(thaw(document), patch)


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return thaw(patch)
    merged = target if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged


__all__ = ["GAP_LIMIT", "Update", "apply_update", "is_update", "merge_patch", "parse_update"]
