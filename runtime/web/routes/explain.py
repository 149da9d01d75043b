"""Who may do what, and which line says so, for admins: `/api/{ns}/_explain`."""

from typing import Any, Final

from aiohttp import web

from runtime.model.errors import InvalidQuery
from runtime.model.problem import Source
from runtime.model.specs import ACTIONS, GrantSpec
from runtime.rules.explain import Explanation, GrantLine
from runtime.web.inquiry import Found, inquire, inquire_all
from runtime.web.json import json_response
from runtime.web.project import Project, admin_project_of

routes = web.RouteTableDef()

LONGEST_NAME: Final = 300
"""Characters of what a question names: an e-mail address has 254."""


@routes.get("/api/{ns}/_explain")
async def explain(request: web.Request) -> web.Response:
    """Explain what is decided: `actor`, `action`, `collection`, and `id` for one document; without the last three all.

    `actor` is `public`, `role:NAME`, `token:NAME`, or a user's address or id. With `actor` alone the answer is
    `{"items"}`: each action of each collection. Raises InvalidQuery, NotFound.
    """
    project = admin_project_of(request)
    asked = {name: request.query.get(name, "") for name in ("actor", "action", "collection", "id")}
    if any(len(value) > LONGEST_NAME for value in asked.values()):
        raise InvalidQuery(f"a name may have {LONGEST_NAME} characters")
    if not asked["actor"]:
        raise InvalidQuery("name an actor: public, role:NAME, token:NAME, or a user's e-mail address or id")
    if not asked["collection"] and not asked["action"]:
        found = await inquire_all(project, asked["actor"])
        return json_response({"items": [_shown(project, one) for one in found]})
    action = next((known for known in ACTIONS if known == asked["action"]), None)
    if action is None or not asked["collection"]:
        raise InvalidQuery(f"name a collection, and an action: {', '.join(ACTIONS)}")
    answer = await inquire(project, asked["actor"], action, asked["collection"], asked["id"] or None)
    return json_response(_shown(project, answer))


def _shown(project: Project, found: Found) -> dict[str, Any]:
    explanation = found.explanation
    deciding = explanation.deciding
    return {
        "actor": _actor(explanation),
        "disabled": found.disabled,
        "action": explanation.action,
        "collection": explanation.collection,
        "virtual": project.spec.collection[explanation.collection].virtual,
        "verdict": explanation.verdict,
        "reason": explanation.reason,
        "principals": list(explanation.principals),
        "deciding": explanation.lines.index(deciding) if deciding is not None else None,
        "lines": [_line(line) for line in explanation.lines],
        "hidden": _hidden(explanation),
        "writable": list(explanation.writable),
    }


def _actor(explanation: Explanation) -> dict[str, Any]:
    actor = explanation.actor
    return {"kind": actor.kind, "id": actor.id or None, "name": actor.name, "roles": sorted(actor.roles)}


def _line(line: GrantLine) -> dict[str, Any]:
    return {
        "principal": line.grant.principal,
        "source": _source(line.source),
        "matches": line.matches,
        "entry": _entry(line.spec),
    }


def _source(source: Source) -> dict[str, Any]:
    return {"file": source.file, "line": source.line or None}


def _entry(spec: GrantSpec | None) -> dict[str, Any] | bool:
    """Return an entry as the YAML has it: true, or what it says."""
    if spec is None:
        return True
    said: dict[str, Any] = {
        "filter": spec.filter,
        "hide": sorted(spec.hide),
        "allow": None if spec.allow is None else sorted(spec.allow),
        "deny": sorted(spec.deny),
        "set": spec.set,
    }
    kept = {key: value for key, value in said.items() if value or (key == "allow" and value is not None)}
    return kept or True


def _hidden(explanation: Explanation) -> list[str] | None:
    """Return what a read leaves out; None where that depends on the document, and where nothing is read."""
    if explanation.action != "read" or explanation.verdict == "refused" or explanation.hidden is None:
        return None
    return sorted(explanation.hidden)
