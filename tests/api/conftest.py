"""A served project, made from a few files, for tests that speak HTTP."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import LogCapture

from runtime.app import open_project, running
from runtime.model.clock import SystemClock
from runtime.web.build import build
from runtime.web.project import Project

CONFIG = """
namespace: desk
storage: "sqlite::memory:"
auth: {secret: "a secret for tests only", roles: [editor, author]}
limits: {requests: 100000/minute, login: 1000/minute, connect: 100000/minute}
channels:
  - {name: news, description: What is new, scope: public}
  - {name: staff, description: For those signed in, scope: authenticated}
collections: !include collections/*.yml
"""

NOTES = """
name: notes
fields:
  - {name: title, type: string, required: true, maxLength: 20}
  - {name: status, type: select, options: [draft, published], default: draft, index: true}
  - {name: rank, type: integer, index: true}
  - {name: tags, type: array, items: {type: string}, index: true}
  - {name: secret, type: text}
permissions:
  public: {read: {filter: {status: published}, hide: [secret]}}
  role:author:
    read: {filter: {createdBy: $user.id}}
    create: {set: {status: draft}}
    update: {filter: {createdBy: $user.id}, deny: [status]}
  role:editor: {read: true, create: true, update: true, delete: true}
"""


@dataclass
class Served:
    """A project that answers over HTTP, with the log that it wrote."""

    client: TestClient
    project: Project
    folder: Path
    log: LogCapture
    tokens: dict[str, str] = field(default_factory=dict)

    async def signed_in(self, role: str, email: str | None = None) -> dict[str, str]:
        """Return the headers of a user with a role, made at the first call."""
        email = email or f"{role}@example.org"
        if email not in self.tokens:
            roles = ["admin"] if role == "admin" else [role]
            user = await self.project.auth.users.create(email, roles=roles)
            session = await self.project.auth.sessions.open(user, ip="127.0.0.1", agent="tests")
            self.tokens[email] = session.token
        return {"Authorization": f"Bearer {self.tokens[email]}"}

    async def ask(self, method: str, path: str, body: Any = None, *, by: str | None = None, **more: Any) -> "Answer":
        """Send a request to `/api/desk` + path as a user with role `by`, or as the public."""
        headers = {**(await self.signed_in(by) if by else {}), **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        async with self.client.request(method, f"/api/desk{path}", headers=headers, **more) as response:
            return await Answer.of(response)


@dataclass
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @classmethod
    async def of(cls, response: ClientResponse) -> "Answer":
        return cls(response.status, response.headers, await response.text())

    @property
    def json(self) -> Any:
        return json.loads(self.text)


Serve = Callable[..., Awaitable[Served]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Serve a project made of files, `{"hooks/x.py": text}`; config and the notes collection are there already."""
    async with AsyncExitStack() as stack:

        async def start(files: Mapping[str, str] | None = None) -> Served:
            for name, text in {"config.yml": CONFIG, "collections/notes.yml": NOTES, **(files or {})}.items():
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            log = LogCapture()
            logger = structlog.wrap_logger(None, processors=[log], wrapper_class=structlog.stdlib.BoundLogger)
            clock = SystemClock()
            project = await stack.enter_async_context(open_project(tmp_path, environ={}, clock=clock, log=logger))
            await stack.enter_async_context(running(project))
            app = build({project.spec.namespace: project}, clock=clock, log=logger)
            client = await stack.enter_async_context(TestClient(TestServer(app)))
            return Served(client, project, tmp_path, log)

        yield start
