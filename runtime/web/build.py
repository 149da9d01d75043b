"""The web application, from its parts."""

from collections.abc import Mapping
from functools import partial

from aiohttp import web
from structlog.typing import FilteringBoundLogger

from runtime.model.clock import Clock
from runtime.web.admin_ui import ADMIN_UI, AdminUiFolder
from runtime.web.errors import errors_middleware
from runtime.web.identity import identity_middleware
from runtime.web.metrics import METRICS, metrics_of
from runtime.web.middleware import RequestLog, add_headers, addressed, logged, rate_limited
from runtime.web.project import PROJECTS, QUERIES, Project, Queries
from runtime.web.recent_log import RECENT_LOG, RecentLog
from runtime.web.routes import (
    access,
    admin,
    auth,
    batch,
    channels,
    description,
    documents,
    editing,
    events,
    explain,
    files,
    hooks,
    jobs,
    sessions,
    system,
    tokens,
    welcome,
)


def build(
    projects: Mapping[str, Project],
    *,
    clock: Clock,
    log: FilteringBoundLogger,
    request_log: RequestLog | None = None,
    recent_log: RecentLog | None = None,
) -> web.Application:
    """Return the application that serves these projects, by namespace.

    Requests are logged to `request_log`, as lines of `log` where there is none. The body limit is the largest of the
    projects'; it bounds what one request may hold in memory.
    """
    app = web.Application(
        middlewares=[
            logged(request_log or partial(log.info, "request"), clock),
            errors_middleware,
            addressed,
            identity_middleware,
            rate_limited(projects, clock),
        ],
        client_max_size=max(project.spec.server.body_limit_bytes for project in projects.values()),
    )
    app[PROJECTS] = dict(projects)
    app[QUERIES] = Queries()
    app[RECENT_LOG] = recent_log or RecentLog(clock)
    app[ADMIN_UI] = AdminUiFolder()
    app[METRICS] = metrics_of(projects)
    app.on_response_prepare.append(add_headers)
    # Those that are asked for most come first: a request tries the routes in this order.
    for module in (
        documents,
        events,
        channels,
        jobs,
        auth,
        batch,
        editing,
        files,
        hooks,
        system,
        welcome,
        admin,
        description,
        access,
        sessions,
        tokens,
        explain,
    ):
        app.add_routes(module.routes)
    return app
