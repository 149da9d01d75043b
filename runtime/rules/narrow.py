"""Which grant allows one write as a whole.

Grants never combine for one write: if one grant lets an actor change any field of its own documents, and another the
`title` of all, together they do not allow another's `status`.
"""

from collections.abc import Collection, Sequence
from functools import reduce

from runtime.model.document import Document
from runtime.model.errors import FieldsForbidden
from runtime.query.values import step
from runtime.rules.decide import Decision
from runtime.rules.grants import Grant
from runtime.rules.paths import covers, overlaps


def writable(decision: Decision, fields: Collection[str]) -> tuple[Grant, ...]:
    """Return the grants under which all of these fields may be written, those that force no values (`set`) first.

    `fields` are dotted paths that the client wrote; the system fields (`id`, `createdBy`, …) are the caller's
    business. A field is allowed where the grant's `allow` has it or what it is part of, and its `deny` has
    nothing that it is, is part of or holds. Readonly fields are for the system alone. Raises FieldsForbidden,
    naming by JSON pointer the fields that stand in the way of the grant that comes nearest.
    """
    readonly = decision.ruling.readonly
    refused = [(grant, _refused(grant, fields, readonly)) for grant in decision.grants]
    allowing = [grant for grant, against in refused if not against]
    if not allowing:
        raise _fields_forbidden(min((against for _, against in refused), key=len, default=list(fields)))
    return tuple(sorted(allowing, key=lambda grant: bool(grant.set)))


def may_write(decision: Decision, field: str) -> bool:
    """Return whether any grant lets the client write this field, a dotted path."""
    readonly = decision.ruling.readonly
    return any(_may_write(grant, field, readonly) for grant in decision.grants)


def may_choose(decision: Decision, field: str) -> bool:
    """Return whether any grant lets the client write this field, a dotted path, and not only a value that it forces."""
    readonly = decision.ruling.readonly
    return any(_may_write(grant, field, readonly) and not covers(grant.set.keys(), field) for grant in decision.grants)


def permit(grants: Sequence[Grant], before: Document | None, after: Document | None) -> Grant | None:
    """Return the first grant whose filter matches the stored document and the result; None where none does.

    `before` is None for a create, `after` for a delete: a missing side is not asked about.
    """
    sides = [side for side in (before, after) if side is not None]
    return next((grant for grant in grants if all(map(grant.matches, sides))), None)


def _refused(grant: Grant, fields: Collection[str], readonly: Collection[str]) -> list[str]:
    if grant.allow is None and not grant.deny and not readonly:
        return []  # as most grants are: there is nothing to go through
    return [field for field in fields if not _may_write(grant, field, readonly)]


def _may_write(grant: Grant, field: str, readonly: Collection[str]) -> bool:
    path = tuple(field.split("."))
    if overlaps(path, readonly) or overlaps(path, grant.deny):
        return False
    return grant.allow is None or covers(grant.allow, field)


def _fields_forbidden(fields: Collection[str]) -> FieldsForbidden:
    names = ", ".join(sorted(fields))
    errors = {_pointer(field): "may not be written" for field in fields}
    return FieldsForbidden(f"You may not write {names}. Leave it out.", errors=errors)


def _pointer(path: str) -> str:
    return reduce(step, path.split("."), "")
