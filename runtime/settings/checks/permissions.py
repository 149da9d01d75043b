"""Permissions: who they are given to, and that what they say exists."""

import re
from collections.abc import Iterator
from typing import Any, Final

from runtime.model.document import SYSTEM_FIELDS
from runtime.model.errors import InvalidQuery
from runtime.model.query import And, Compare, Filter, In, Not, Or
from runtime.query.parse import filter_paths, parse_filter
from runtime.settings.checks.outline import Outline
from runtime.settings.checks.paths import Fields, UnknownPath
from runtime.settings.checks.values import misfit
from runtime.settings.problems import Report, listed, nearest, quoted, suggest
from runtime.settings.tree import Node

VARIABLES: Final = ("$user.id", "$user.roles", "$now")
_SAMPLES: Final = {"$user.id": "$user.id", "$user.roles": ["$user.roles"], "$now": "2026-01-15T10:30:00.000Z"}
_VARIABLE = re.compile(r"\$[A-Za-z][\w.]*")
_PRINCIPAL = re.compile(r"public|authenticated|(role|token):(.+)")
_WRITES: Final = ("create", "update")
_MEANING: Final = {
    "hide": ("read",),
    "allow": _WRITES,
    "deny": _WRITES,
    "set": _WRITES,
}
_NEVER_HIDDEN: Final = ("id", "version")


def check_principal(node: Node, name: str, outline: Outline, report: Report, *, admin: bool) -> None:
    """Report a principal that is none, or of a role that nobody has. `admin` says whether role:admin means anything."""
    found = _PRINCIPAL.fullmatch(name)
    if found is None:
        known = ["public", "authenticated", *(f"role:{role}" for role in sorted(outline.roles.known))]
        bare = f'Did you mean "role:{name}"?' if name in outline.roles.known else None
        remedy = bare or suggest(name, known, otherwise="Write public, authenticated, role:NAME or token:NAME.")
        report.at_key(node, f"{quoted(name)} is nobody to give permissions to", remedy)
    elif name == "role:admin" and not admin:
        report.at_key(node, "admins may do everything already", "Remove it.")
    elif found[1] == "role":
        check_role(node, found[2], outline, report, at_key=True)


def check_role(node: Node, role: str, outline: Outline, report: Report, *, at_key: bool = False) -> None:
    """Report a role that is not declared."""
    if role == "admin" or not outline.roles.lacks(role):
        return
    near = nearest(role, outline.roles.known)
    remedy = f'Did you mean "role:{near}"?' if near else f"Add {role} to auth.roles in config.yml."
    note = report.at_key if at_key else report.at
    note(node, f"there is no role {quoted(role)}", remedy)


def check_permissions(collection: Node, fields: Fields, outline: Outline, report: Report, *, virtual: bool) -> None:
    """Report what is wrong with the permissions of a collection."""
    permissions = collection.get("permissions")
    for principal, actions in permissions.members.items() if permissions else ():
        check_principal(actions, principal, outline, report, admin=False)
        for action, grant in actions.members.items():
            if virtual:
                for key, part in grant.members.items():
                    message = f"{quoted(key)} means nothing for a virtual collection: it has no documents"
                    report.at_key(part, message, f"Write {action}: true.")
            else:
                _check_grant(grant, principal, action, fields, report)


def _check_grant(grant: Node, principal: str, action: str, fields: Fields, report: Report) -> None:
    for key, actions in _MEANING.items():
        part = grant.get(key)
        if part is not None and action not in actions:
            report.at_key(
                part, f"{quoted(key)} means nothing for {action}", f"Remove it; it is for: {listed(actions)}."
            )
    hide, allow, deny = grant.get("hide"), grant.get("allow"), grant.get("deny")
    if allow is not None and deny is not None:
        report.at_key(deny, "allow and deny exclude each other", "Keep the one that is shorter.")
    for part in (allow, deny):
        for node in part.elements if part else ():
            _check_field(node, fields, report, barred=SYSTEM_FIELDS, why="no client can write it anyway")
    for node in hide.elements if hide else ():
        _check_field(node, fields, report, barred=_NEVER_HIDDEN, why="it cannot be hidden")
    _check_set(grant.get("set"), principal, fields, report)
    _check_filter(grant.get("filter"), principal, fields, report)


def _check_field(node: Node, fields: Fields, report: Report, *, barred: tuple[str, ...], why: str) -> None:
    if node.text in barred:
        report.at(node, f"{quoted(node.text or '')} is a field of the system: {why}", "Remove it.")
    else:
        fields.check([node], report)


def _check_set(values: Node | None, principal: str, fields: Fields, report: Report) -> None:
    for name, value in values.members.items() if values else ():
        fields.check_top(value, name, report, purpose="set", at_key=True)
        field = fields.top.get(name)
        if value.text is not None and _VARIABLE.fullmatch(value.text):
            _check_variable(value, principal, report)
        elif field is not None and (fault := misfit(value.plain(), field)) is not None:
            report.at(value, f"the value of {name} {fault}", "Correct it.")


def _check_variable(node: Node, principal: str, report: Report) -> None:
    if node.text not in VARIABLES:
        report.at(node, f"there is no variable {quoted(node.text or '')}", f"There are: {listed(VARIABLES)}.")
    elif principal == "public" and node.text == "$user.id":
        report.at(node, "the public has no $user.id: this never holds", "Give it to authenticated, or to a role.")


def _check_filter(node: Node | None, principal: str, fields: Fields, report: Report) -> None:
    if node is None or not node.members:
        return
    before = len(report.problems)
    for scalar in _scalars(node):
        if scalar.text is not None and _VARIABLE.fullmatch(scalar.text):
            _check_variable(scalar, principal, report)
    if len(report.problems) > before:
        return
    try:
        found = parse_filter(node.plain(), variables=_SAMPLES)
    except InvalidQuery as error:
        _report_filter(node, error, report)
        return
    for segments in sorted(filter_paths(found)):
        name = ".".join(segments)
        try:
            fields.find(name)
        except UnknownPath as fault:
            report.at_key(_key_named(node, name) or node, fault.message, fault.remedy)
    for path, value in _compared(found):
        _check_choice(node, path, value, fields, report)


def _report_filter(node: Node, error: InvalidQuery, report: Report) -> None:
    remedy = "Write it as in the REST API: {status: published}, or {views: {$gte: 10}}."
    if not error.errors:
        report.at(node, error.message, remedy)
    for pointer, message in error.errors.items():
        place = _at_pointer(node, pointer)
        report.at_key(place, f"the filter cannot be used: {message}", remedy)


def _at_pointer(node: Node, pointer: str) -> Node:
    """Return the node that a JSON pointer (RFC 6901) leads to, or the nearest one around it."""
    for raw in pointer.split("/")[1:]:
        step = raw.replace("~1", "/").replace("~0", "~")
        child = node.get(step)
        if child is None and step.isdecimal() and int(step) < len(node.elements):
            child = node.elements[int(step)]
        if child is None:
            break
        node = child
    return node


def _scalars(node: Node) -> Iterator[Node]:
    children = [*node.members.values(), *node.elements]
    if not children:
        yield node
    for child in children:
        yield from _scalars(child)


def _key_named(node: Node, name: str) -> Node | None:
    """Return the first value in a filter that stands under this path, or under the end of it inside an $elemMatch."""
    for key, child in node.members.items():
        if key == name or (not key.startswith("$") and name.endswith(f".{key}")):
            return child
    for child in (*node.members.values(), *node.elements):
        found = _key_named(child, name)
        if found is not None:
            return found
    return None


def _compared(filter: Filter) -> Iterator[tuple[str, Any]]:
    """Yield the paths and values that a filter compares for being equal."""
    match filter:
        case And(parts=parts) | Or(parts=parts):
            for part in parts:
                yield from _compared(part)
        case Not(part=part):
            yield from _compared(part)
        case Compare(path=path, op="$eq", value=value):
            yield ".".join(path), value
        case In(path=path, values=values):
            for value in values:
                yield ".".join(path), value


def _check_choice(node: Node, path: str, value: Any, fields: Fields, report: Report) -> None:
    """Report a value that a select field never has: the permission would silently match nothing."""
    try:
        field = fields.find(path)
    except UnknownPath:
        return
    if field is None or field.text_at("type") != "select" or not isinstance(value, str) or value.startswith("$"):
        return
    fault = misfit(value, field)
    if fault is None:
        return
    place = _key_named(node, path) or node
    exact = next((scalar for scalar in _scalars(place) if scalar.text == value), place)
    options = field.get("options")
    known = [option.text for option in options.elements if option.text is not None] if options else []
    remedy = suggest(value, known, otherwise=f"Write one of: {listed(known)}.")
    report.at(exact, f"{path} is never {quoted(value)}", remedy)
