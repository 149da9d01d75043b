"""Speaking to the running server of a project, as an admin."""

import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import aiohttp
import click
import orjson

from runtime.app import Accounts
from runtime.cli.opening import Command, opened_accounts
from runtime.cli.summary import base_url
from runtime.model.actor import ADMIN
from runtime.model.errors import Failure, NotFound, Unauthenticated, Unavailable
from runtime.model.specs import ProjectSpec
from runtime.settings.load import load as load_settings

TOKEN_TTL_S: Final = 3600.0
"""How long a token of a command lives at most, should the command be killed before it can revoke it."""
RENEW_BEFORE_S: Final = 60.0
CONNECT_S: Final = 10.0
NO_SERVER: Final = "no_server"


@dataclass(slots=True)
class Access:
    """A server, a namespace on it, and how to be let in. `token` gives the bearer token of the next request."""

    http: aiohttp.ClientSession
    url: str
    spec: ProjectSpec
    token: Callable[[], Awaitable[str]]
    is_minted: bool

    @asynccontextmanager
    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, read_s: float, **given: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Make a request below `/api/{namespace}`. `read_s` is the longest silence that is put up with.

        Raises Unavailable where no server answers, and the failure that the server names where it refuses.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=read_s)
        bearer = {"Authorization": f"Bearer {await self.token()}"}
        target = f"{self.url}/api/{self.spec.namespace}/{path}"
        try:
            async with self.http.request(
                method, target, headers={**bearer, **(headers or {})}, timeout=timeout, allow_redirects=False, **given
            ) as response:
                if response.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise await self._refusal(response)
                yield response
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = "nothing was heard from it for too long" if isinstance(error, TimeoutError) else str(error)
            raise Unavailable(
                f"no server answers at {self.url} ({reason}); start it with hookstream dev, or name another --url",
                code=NO_SERVER,
            ) from error

    async def _refusal(self, response: aiohttp.ClientResponse) -> Failure:
        """Return what a server's refusal is, from its problem+json (RFC 9457)."""
        body = await response.read()
        if response.status == HTTPStatus.UNAUTHORIZED and self.is_minted:
            return Unauthenticated(
                f"the server at {self.url} does not know this project's tokens; it may be another project's, or keep "
                "its own database: name the right --url, or give --token"
            )
        try:
            problem = orjson.loads(body)
            detail, code, errors = problem["detail"], problem["code"], problem.get("errors")
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return NotFound(f"{self.url} answered {response.status}; is a Hookstream server there? Name another --url")
        if response.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            return Unavailable(detail, code=code, retry_after_s=_seconds(response.headers.get("Retry-After")))
        return Failure(detail, code=code, errors=errors)


@asynccontextmanager
async def access(folder: Path, *, url: str | None, token: str | None) -> AsyncIterator[Access]:
    """Find the project's server: at `url`, or where config.yml says.

    Without a `token` a short-lived one of an admin is made in the project's database, and revoked at the end. Raises
    ProjectInvalid, Unavailable.
    """
    if token is not None:
        spec = load_settings(folder, os.environ)
        async with aiohttp.ClientSession() as http:
            yield Access(http, _url(spec, url), spec, _always(token), is_minted=False)
        return
    async with opened_accounts(folder) as accounts, aiohttp.ClientSession() as http:
        minted = MintedToken(accounts)
        try:
            yield Access(http, _url(accounts.spec, url), accounts.spec, minted.token, is_minted=True)
        finally:
            await minted.revoke()


class MintedToken:
    """A token of this command in the project's database, made when it is first needed and again before it ends."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._name = ""
        self._token = ""
        self._expires_at = 0.0

    async def token(self) -> str:
        """Return a token that is good for a while."""
        now = self._accounts.clock.now()
        if now < self._expires_at - RENEW_BEFORE_S:
            return self._token
        await self.revoke()
        name, expires_at = f"cli-{secrets.token_hex(6)}", now + TOKEN_TTL_S
        self._token = await self._accounts.auth.tokens.add(name, roles=[ADMIN], expires_at=expires_at)
        self._name, self._expires_at = name, expires_at
        return self._token

    async def revoke(self) -> None:
        """End the token, if one was made and nobody else has ended it."""
        if self._name:
            name, self._name = self._name, ""
            with suppress(NotFound):
                await self._accounts.auth.tokens.revoke(name)


def access_options(command: Command) -> Command:
    """Give a command --url and --token."""
    command = click.option(
        "--token", envvar="HOOKSTREAM_TOKEN", show_envvar=True, metavar="TOKEN",
        help="An admin's API token. Default: one made for this command and revoked at its end.",
    )(command)  # fmt: skip
    return click.option("--url", metavar="URL", help="Where the server is. Default: as config.yml says.")(command)


def _url(spec: ProjectSpec, given: str | None) -> str:
    if given is None and spec.server.port == 0:
        raise NotFound("config.yml leaves the port to the system (server.port is 0); name the server with --url")
    return (given or base_url(spec)).rstrip("/")


def _always(token: str) -> Callable[[], Awaitable[str]]:
    async def give() -> str:
        return token

    return give


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isascii() and header.isdigit() else 1.0
