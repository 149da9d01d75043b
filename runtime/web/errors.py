"""Failures as answers: the one place that knows HTTP status codes.

Every error is `application/problem+json` (RFC 9457) of one shape:

    {"type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "invalid_document",
     "detail": "what happened and what to do", "errors": {"/title": "is required"}, "instance": "the request's id"}

`code` is stable and meant for programs, `detail` for people. `errors` maps JSON pointers to messages, where there
are any. A 412 also has `current`, the document as the actor may see it.
"""

import json
from http import HTTPStatus
from math import ceil
from typing import Any, Final

import orjson
import structlog
from aiohttp import web

from runtime.model import errors
from runtime.web.project import REQUEST_ID

STATUS: Final[dict[type[errors.Failure], int]] = {
    errors.MalformedBody: 400,
    errors.UnsupportedMedia: 415,
    errors.InvalidQuery: 400,
    errors.Invalid: 422,
    errors.TooLarge: 413,
    errors.RequestTimeout: 408,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.PreconditionFailed: 412,
    errors.Conflict: 409,
    errors.RateLimited: 429,
    errors.HookTimeout: 504,
    errors.HookFailed: 500,
    errors.Unavailable: 503,
    errors.StorageFull: 507,
    errors.Failure: 500,
}
"""The status of each class; a class that is not named has its nearest ancestor's."""


def status_of(failure: errors.Failure) -> int:
    """Return the HTTP status of a failure."""
    if isinstance(failure, errors.Reject):
        return failure.status
    return next(STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS)


def problem_response(
    status: int, code: str, detail: str, *, request: web.BaseRequest, headers: dict[str, str] | None = None, **more: Any
) -> web.Response:
    """Return an error's answer in the one shape."""
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": _title(status),
        "status": status,
        "code": code,
        "detail": detail,
    }
    problem.update({key: value for key, value in more.items() if value})
    if identifier := request.get(REQUEST_ID):
        problem["instance"] = identifier
    return web.Response(body=_encoded(problem), status=status, content_type="application/problem+json", headers=headers)


def _title(status: int) -> str:
    """Return a status's phrase; of one that has no name, which a hook may choose, that of its class."""
    known = status in HTTPStatus.__members__.values()
    return HTTPStatus(status if known else status // 100 * 100).phrase


def _encoded(problem: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(problem)
    except TypeError:
        # A hook's Reject may hold anything, an exception in place of a text for one; the refusal stands.
        return json.dumps(problem, default=str).encode()


def failure_response(failure: errors.Failure, request: web.BaseRequest) -> web.Response:
    """Return the answer that a failure becomes."""
    headers: dict[str, str] = {}
    more: dict[str, Any] = {"errors": failure.errors}
    if isinstance(failure, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(failure, errors.RateLimited | errors.Unavailable):
        headers["Retry-After"] = str(max(1, ceil(failure.retry_after_s)))
    if isinstance(failure, errors.PreconditionFailed):
        more["current"] = failure.current
    if isinstance(failure, errors.HookFailed):
        more["incident"] = failure.incident
    return problem_response(status_of(failure), failure.code, failure.message, request=request, headers=headers, **more)


@web.middleware
async def errors_middleware(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turn every failure of a handler into its answer; what nobody foresaw becomes a 500 that tells nothing."""
    try:
        response: web.StreamResponse = await handler(request)
    except errors.Failure as failure:
        return failure_response(failure, request)
    except web.HTTPRequestEntityTooLarge as refused:
        return problem_response(413, "too_large", f"the body is over the limit: {refused.text}", request=request)
    except web.HTTPMethodNotAllowed as refused:
        allowed = ", ".join(sorted(refused.allowed_methods))
        detail = f"{refused.method} is not possible here; use {allowed}"
        return problem_response(405, "method_not_allowed", detail, request=request, headers={"Allow": allowed})
    except web.HTTPNotFound:
        detail = "there is nothing at this path; the API is at /api/{namespace}/{collection}"
        return problem_response(404, "not_found", detail, request=request)
    except web.HTTPException as answer:
        if answer.status < HTTPStatus.BAD_REQUEST:
            raise
        return problem_response(answer.status, "http_error", answer.text or answer.reason, request=request)
    except Exception:  # noqa: BLE001 — the last wall: logged whole, told to nobody
        structlog.get_logger().exception("request_failed", request_id=request.get(REQUEST_ID), path=request.path)
        detail = "something failed inside the server; its log has the details under this request's id"
        return problem_response(500, "internal_error", detail, request=request)
    return response
