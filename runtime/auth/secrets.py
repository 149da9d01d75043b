"""Tokens, and the one key that stands between a stolen database and a stolen session.

A token is `<prefix><id>_<secret>`: the id (32 hex digits) finds the stored document, the secret (256 random bits,
base64url) proves who asks. Stored is only the HMAC-SHA-256 (RFC 2104) of the whole token, and it is compared in
constant time; because the look-up goes by the id, which is no secret, its timing tells nothing.
"""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path
from typing import Final
from uuid import UUID

from runtime.model.errors import Unavailable
from runtime.model.problem import Problem, ProjectInvalid, Source

SESSION_PREFIX: Final = "hss_"
API_PREFIX: Final = "hst_"
CODE_PREFIX: Final = "hsc_"
TICKET_PREFIX: Final = "hsk_"

SECRET_FILE: Final = Path("data") / "secret"
SECRET_LENGTH_MIN: Final = 16
"""Characters. Tokens have 256 random bits of their own, so the key need not be long, only unknown."""

_TOKEN = re.compile(r"(hs[a-z]_)([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)


class Secret:
    """The project's key. Whoever changes it signs everybody out and ends every API token."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Secret(…)"

    def digest(self, token: str) -> str:
        """Return the HMAC-SHA-256 of a token: 64 hex digits, all of it that is ever stored."""
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    def matches(self, token: str, digest: str) -> bool:
        """Tell whether a token is the one that `digest` was made of, in a time that says nothing about either."""
        return hmac.compare_digest(self.digest(token), digest)


def new_token(prefix: str, id: str) -> str:
    """Return a fresh token for the document with this id, a UUID. It is shown once and never stored."""
    return f"{prefix}{UUID(id).hex}_{secrets.token_urlsafe(32)}"


def token_id(token: str, prefix: str) -> str | None:
    """Return the id of the document that a token of this kind speaks of; None for what is no such token."""
    found = _TOKEN.fullmatch(token)
    return str(UUID(found[2])) if found and found[1] == prefix else None


def load_secret(configured: str, folder: Path) -> Secret:
    """Return the project's key: `auth.secret` of its YAML, or else what `data/secret` holds, made at the first start.

    The file is made with mode 0600 and appears whole or not at all, so that processes that start together agree on one
    key. A file that others may read is closed to them. Raises ProjectInvalid where the configured secret
    is too short, Unavailable where the file cannot be made, read or used.
    """
    if configured:
        if len(configured) < SECRET_LENGTH_MIN:
            message = f"the secret has {len(configured)} characters, fewer than {SECRET_LENGTH_MIN}"
            remedy = "Make one with: openssl rand -hex 32. Or leave it out: then data/secret is made and used."
            raise ProjectInvalid([Problem(Source("config.yml"), "auth.secret", message, remedy)])
        return Secret(configured.encode())
    path = folder / SECRET_FILE
    try:
        if not path.exists():
            _make(path)
        # A copied project often arrives with the mode of the copy.
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"the project's secret cannot be kept in {path}: {error}; make the folder writable for the server, or set "
            "AUTH_SECRET"
        ) from error
    if len(text) < SECRET_LENGTH_MIN:
        raise Unavailable(
            f"{path} is damaged: it has {len(text)} characters, fewer than {SECRET_LENGTH_MIN}; put it back from a "
            "backup, or delete it: a new one is made, and everybody has to sign in again"
        )
    return Secret(text.encode())


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never replaces what another process has put there a moment before.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
