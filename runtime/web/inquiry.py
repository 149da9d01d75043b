"""Questions about permissions, with everything in them given by name: for the command line and for the admin UI."""

from dataclasses import dataclass

from runtime.auth.named import Named, named
from runtime.model.document import Document
from runtime.model.errors import NotFound
from runtime.model.specs import Action, CollectionSpec
from runtime.rules.explain import Explanation, explain, matrix
from runtime.web.project import Project


@dataclass(frozen=True, slots=True)
class Found:
    """An answer, and whom it is about. `disabled` says that they cannot sign in: it is what would hold otherwise."""

    explanation: Explanation
    disabled: bool


async def inquire(project: Project, actor: str, action: Action, collection: str, id: str | None) -> Found:
    """Explain whether an actor may do something with a collection, or with one document of it as it is stored.

    `actor` is what `runtime.auth.named` reads. Raises NotFound, naming what there is.
    """
    spec = _collection(project, collection)
    document = await _document(project, spec, id) if id else None
    who = await _named(project, actor)
    explanation = explain(who.actor, action, spec, document, now=project.clock.now())
    return Found(explanation, disabled=who.disabled)


async def inquire_all(project: Project, actor: str) -> tuple[Found, ...]:
    """Explain every action of every collection for an actor. Raises NotFound."""
    who = await _named(project, actor)
    explanations = matrix(who.actor, project.spec.collections, now=project.clock.now())
    return tuple(Found(explanation, disabled=who.disabled) for explanation in explanations)


async def _named(project: Project, text: str) -> Named:
    return await named(text, users=project.auth.users, tokens=project.auth.tokens, spec=project.spec)


def _collection(project: Project, name: str) -> CollectionSpec:
    found = project.spec.collection.get(name)
    if found is None:
        known = ", ".join(project.spec.collection) or "none"
        raise NotFound(f"there is no collection {name!r}; there are {known}", code="unknown_collection")
    return found


async def _document(project: Project, collection: CollectionSpec, id: str) -> Document:
    found = None if collection.virtual else await project.store.get(collection.name, id)
    if found is None:
        raise NotFound(f"there is no document {id!r} in {collection.name}; leave the id out to ask about all of them")
    return found.document
