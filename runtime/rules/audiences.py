"""Who may read the same of a collection: everybody for whom its permissions say the same."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from runtime.model.actor import Actor
from runtime.model.query import Everything, Nothing, fingerprint
from runtime.model.specs import CollectionSpec
from runtime.rules.decide import Ruling, decide
from runtime.rules.grants import Entry
from runtime.rules.paths import common

DIGEST_CHARS: Final = 24
"""Of a digest in hexadecimal: 96 bits, so that no two audiences are ever taken for each other."""

KEPT: Final = 256
"""For how many rulings of a collection it is remembered what they say. Arbitrary: projects have a handful."""

_WORDS: Final = "audiences"


def audience_of(actor: Actor, collection: CollectionSpec) -> str | None:
    """Return the name of those who may read exactly what an actor may read; None where that is nothing.

    It is made of what the entries that apply say, filters and hidden fields, of the user's id where an entry speaks of
    `$user.id`, and of the roles where one speaks of `$user.roles`. So it is another after a reload that changed any of
    that, and the same in every process.
    """
    decision = decide(actor, "read", collection, now=0.0)
    if not decision.allowed or isinstance(decision.filter, Nothing):
        return None
    words, names = _said(decision.ruling)
    if "$user.id" in names:
        words += f"\nid {actor.id}"
    if "$user.roles" in names:
        words += f"\nroles {sorted(actor.roles)}"
    return hashlib.sha256(words.encode()).hexdigest()[:DIGEST_CHARS]


def _said(ruling: Ruling) -> tuple[str, frozenset[str]]:
    """Return what a ruling says, in words, and the variables that it speaks of."""
    said: dict[Ruling, tuple[str, frozenset[str]]] = ruling.collection.memo.setdefault(_WORDS, {})
    found = said.get(ruling)
    if found is None:
        if len(said) >= KEPT:
            said.clear()
        found = said[ruling] = _worded(ruling)
    return found


def _worded(ruling: Ruling) -> tuple[str, frozenset[str]]:
    if ruling.unrestricted:
        return f"{ruling.collection.name}\neverything", frozenset()
    telling = _telling(ruling.entries)
    words = sorted({f"{fingerprint(entry.form.filter)} {sorted(entry.form.hide)}" for entry in telling})
    names = frozenset(name for entry in telling for name in entry.names)
    return "\n".join((ruling.collection.name, *words, f"hidden {sorted(ruling.hidden_fields)}")), names


def _telling(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries without those that add nothing to one that is for all rows, or nothing at all."""
    some = [entry for entry in entries if not isinstance(entry.form.filter, Nothing)]
    everywhere = [entry for entry in some if isinstance(entry.form.filter, Everything)]
    if not everywhere:
        return some
    least = common([entry.form.hide for entry in everywhere])
    adding = [entry for entry in some if common([least, entry.form.hide]) != least]
    return [Entry(replace(everywhere[0].form, hide=least)), *adding]
