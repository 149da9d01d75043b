"""How a query is answered: what the server decides, and what is left to Python."""

from collections.abc import Callable
from dataclasses import dataclass

from runtime.model.document import Document
from runtime.model.query import Query
from runtime.query.match import matcher
from runtime.storage.mongo.filters import ALWAYS, NEVER, Condition, condition, conjunction
from runtime.storage.mongo.kept import Kept
from runtime.storage.mongo.sort import Order, ordering, segments

Choose = Callable[[list[Document]], list[Document]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one query is answered.

    `where` is its filter and text as far as the server knows them; `choose` keeps of what it finds what is meant, None
    where that is all. `order` is the sort order (None: Python sorts), `segments` what is behind the cursor in it.
    """

    query: Query
    where: Condition
    choose: Choose | None
    order: Order | None
    segments: tuple[Condition, ...]

    @property
    def is_single(self) -> bool:
        """Whether the server can count out a page by itself."""
        return self.choose is None and len(self.segments) == 1


def plan(kept: Kept, query: Query) -> Plan:
    """Return how to answer a query. Raises InvalidQuery for a cursor that belongs to another sort order."""
    said = condition(query.filter, kept.scope)
    where = said
    if query.text is not None:
        words = NEVER if kept.words is None else kept.words.condition(query.text)
        where = conjunction((said, words))
    order = ordering(query.sort, kept.is_single)
    behind = segments(order, query.after) if order is not None else (ALWAYS,)
    return Plan(query, where, _choose(kept, query, said, where), order, behind)


def _choose(kept: Kept, query: Query, said: Condition, where: Condition) -> Choose | None:
    if where.exact:
        return None
    matches = None if said.exact else matcher(query.filter)
    words, text = kept.words, query.text

    def choose(documents: list[Document]) -> list[Document]:
        if matches is not None:
            documents = list(filter(matches, documents))
        if text is None or words is None:
            return documents
        chosen = words.chosen(text, [kept.texts(document) for document in documents])
        return [document for document, is_meant in zip(documents, chosen, strict=True) if is_meant]

    return choose
