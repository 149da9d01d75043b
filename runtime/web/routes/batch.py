"""Several writes in one request: `POST /api/{ns}/_batch`, all of them or none."""

import re
from collections.abc import Mapping
from math import ceil
from typing import Any, Final

import orjson
from aiohttp import web

from runtime.documents.batch import MOST_OPERATIONS, Operation
from runtime.documents.reads import Result
from runtime.documents.writes import Mode
from runtime.hooks.context import Response
from runtime.model.errors import Invalid
from runtime.web.json import raw_json_response, read_object
from runtime.web.project import CHARGE, actor_of, hook_request, project_of

routes = web.RouteTableDef()

OPERATIONS_OF_A_REQUEST: Final = 10
"""How many operations count as one request against `limits.requests`: together they cost the server, which identifies,
parses and commits once, about as much. Arbitrarily chosen and may change."""

INVALID: Final = "invalid_batch"

_MODES: Final[Mapping[str, Mode]] = {"POST": "create", "PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
_COLLECTION: Final = re.compile(r"[a-z][A-Za-z0-9_]*")
_ONE: Final = re.compile(r"[a-z][A-Za-z0-9_]*/[^/?#]+")
_KEYS: Final = ("method", "path", "body", "ifMatch")


@routes.post("/api/{ns}/_batch")
async def write_batch(request: web.Request) -> web.Response:
    """Write several documents in one commit: `{"results": [{"status", "body"?}]}`, in the order of the operations.

    Raises Invalid where the request is none, and what the first failing operation raises, with pointers into the
    request; then nothing was written.
    """
    project = project_of(request)
    body = await read_object(request)
    operations = _operations(body, namespace=project.spec.namespace)
    charge = request.get(CHARGE)
    if charge is not None:
        await charge.more(ceil(len(operations) / OPERATIONS_OF_A_REQUEST) - 1)
    call = project.documents.call(hook_request(request, body), actor_of(request))
    answers = await project.documents.batch(call, operations)
    results = b",".join(_result(*pair) for pair in zip(operations, answers, strict=True))
    return raw_json_response(b'{"results":[' + results + b"]}")


def _operations(body: Mapping[str, Any], *, namespace: str) -> list[Operation]:
    """Return the operations of a request. Raises Invalid, naming all that is wrong."""
    sent = body.get("operations")
    if not isinstance(sent, list) or not sent or len(body) > 1:
        raise Invalid('a batch is {"operations": […]}, with at least one', code=INVALID)
    if len(sent) > MOST_OPERATIONS:
        message = f"a batch may have {MOST_OPERATIONS} operations, not {len(sent)}; send several batches"
        raise Invalid(message, code="too_many_operations")
    errors = {pointer: text for index, each in enumerate(sent) for pointer, text in _faults(index, each)}
    if errors:
        raise Invalid("the batch has operations that are none; see errors", errors=errors, code=INVALID)
    return [_operation(each, namespace) for each in sent]


def _faults(index: int, sent: Any) -> list[tuple[str, str]]:
    """Return what is wrong with an operation, by pointer."""
    at = f"/operations/{index}"
    if not isinstance(sent, dict):
        return [(at, 'must be an object: {"method", "path", "body"?, "ifMatch"?}')]
    if any(key not in _KEYS for key in sent):
        return [(at, f"may have {', '.join(_KEYS)} and nothing else")]
    method, path, version = sent.get("method"), sent.get("path"), sent.get("ifMatch")
    if not isinstance(method, str) or method not in _MODES:
        return [(f"{at}/method", f"must be one of {', '.join(_MODES)}")]
    faults = []
    if not isinstance(path, str) or not (_COLLECTION if method == "POST" else _ONE).fullmatch(path):
        wanted = "a collection: articles" if method == "POST" else "a document: articles/ID"
        faults.append((f"{at}/path", f"must name {wanted}"))
    if method == "DELETE" and "body" in sent:
        faults.append((f"{at}/body", "is not taken by DELETE"))
    if method != "DELETE" and not isinstance(sent.get("body"), dict):
        faults.append((f"{at}/body", "must be an object"))
    if "ifMatch" in sent and (method == "POST" or type(version) is not int):
        text = "is not taken by POST" if method == "POST" else "must be a version, such as 3"
        faults.append((f"{at}/ifMatch", text))
    return faults


def _operation(sent: Mapping[str, Any], namespace: str) -> Operation:
    collection, _, id = sent["path"].partition("/")
    return Operation(
        mode=_MODES[sent["method"]],
        collection=collection,
        id=id or None,
        body=sent.get("body", {}),
        if_match=sent.get("ifMatch"),
        method=sent["method"],
        path=f"/api/{namespace}/{sent['path']}",
    )


def _result(operation: Operation, answer: Result | Response) -> bytes:
    """Return the result of an operation as JSON: the status of a single write, and its body where it has one."""
    if isinstance(answer, Response):
        return orjson.dumps({"status": answer.status} | ({} if answer.body is None else {"body": _value(answer.body)}))
    if operation.mode == "delete" and answer.version is not None:  # None where `respond` hooks have made the body
        return b'{"status":204}'
    status = 201 if operation.mode == "create" else 200
    return b'{"status":%d,"body":%b}' % (status, answer.text)


def _value(body: bytes) -> Any:
    """Return what a hook's own answer holds as JSON, or as text where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")
