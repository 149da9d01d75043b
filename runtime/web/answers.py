"""What hooks answer themselves, as HTTP."""

from aiohttp import web

from runtime.hooks.context import Response


def hook_response(answer: Response) -> web.Response:
    """Return a hook's own answer, which `runtime.documents` has made ready: its body is bytes or nothing."""
    response = web.Response(body=answer.body, status=answer.status, headers=answer.headers)
    if answer.body is None:
        response.headers.popall("Content-Type", None)
    return response
