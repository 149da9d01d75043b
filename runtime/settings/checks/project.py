"""A project as a whole: its own settings, names that must be unique, and then every part."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from runtime.settings.checks.channels import check_channel
from runtime.settings.checks.collections import check_collection
from runtime.settings.checks.file_sizes import check_file_sizes
from runtime.settings.checks.jobs import check_job
from runtime.settings.checks.outline import BUILT_IN, Outline, generic, survey
from runtime.settings.problems import Report, quoted
from runtime.settings.tree import Node

SHORTEST_SECRET: Final = 16
"""Characters of `auth.secret`: fewer can be guessed."""


def check_project(root: Node, folder: Path, report: Report) -> None:
    """Report whatever JSON Schema cannot see. `folder` is resolved."""
    outline = survey(root, folder)
    _check_storage(root, report)
    _check_broker(root, report)
    _check_auth(root, report)
    _check_server(root, report)
    _check_parts(root, "channels", outline, report, check=check_channel, same=generic)
    _check_parts(root, "collections", outline, report, check=check_collection, same=str.lower)
    _check_parts(root, "jobs", outline, report, check=check_job, same=str)
    check_file_sizes(root, report)


def _check_parts(
    root: Node,
    kind: str,
    outline: Outline,
    report: Report,
    *,
    check: Callable[[Node, Outline, Report], None],
    same: Callable[[str], str],
) -> None:
    """Check each item of a list. `same` gives what no two of their names may have in common."""
    parts = root.get(kind)
    if parts is None:
        return
    if parts.text is not None:
        remedy = f"Write {kind}: !include {kind}/*.yml, or a list."
        report.at(parts, f"{kind} must be a list, not text", remedy)
    first: dict[str, Node] = {}
    for part in parts.elements:
        name = part.get("name")
        if name is not None and name.text is not None:
            other = first.setdefault(same(name.text), name)
            if other is not name:
                message = f"the {kind.removesuffix('s')} {quoted(name.text)} is declared twice: first at {other.source}"
                if other.text != name.text:
                    message = f"{quoted(name.text)} cannot be told from {quoted(other.text or '')} at {other.source}"
                report.at(name, message, "Rename or remove one of the two.")
        check(part, outline, report)


def _check_storage(root: Node, report: Report) -> None:
    # the address may hold a password: only its scheme is ever shown
    storage = root.get("storage")
    if storage is None or storage.text is None:
        return
    scheme, colon, path = storage.text.partition(":")
    remedy = (
        "Write sqlite:data/newsroom.db, sqlite::memory: to forget everything at the end, or mongodb://HOST/DATABASE."
    )
    if scheme in ("mongodb", "mongodb+srv"):
        if not re.fullmatch(r"//[^/]+/[\w-]+(?:\?.*)?", path):
            report.at(storage, "the MongoDB address names no database", remedy)
    elif not colon or scheme != "sqlite":
        what = f"{quoted(scheme)} is not a storage" if colon else "the storage has no scheme"
        report.at(storage, what, remedy)
    elif not path or path.startswith("//"):
        report.at(storage, "sqlite: is followed by a path, without slashes in front", remedy)


def _check_broker(root: Node, report: Report) -> None:
    broker = root.get("broker")
    if broker is not None and broker.text is not None and broker.text != "memory:":
        scheme, colon, _ = broker.text.partition(":")
        what = f"{quoted(scheme)} is not a broker" if colon else "the broker has no scheme"
        report.at(broker, what, 'Write "memory:", or leave it out.')


def _check_auth(root: Node, report: Report) -> None:
    auth = root.get("auth")
    secret, roles = (auth.get("secret"), auth.get("roles")) if auth else (None, None)
    if secret is not None and secret.text and len(secret.text) < SHORTEST_SECRET:
        message = f"the secret has fewer than {SHORTEST_SECRET} characters"
        report.at(secret, message, "Take a long random one, or leave it empty: one is made at the first start.")
    for role in roles.elements if roles else ():
        if role.text in BUILT_IN:
            report.at(role, f"{quoted(role.text or '')} is built in and cannot be declared as a role", "Remove it.")


def _check_server(root: Node, report: Report) -> None:
    server = root.get("server")
    proxies = server.get("trustedProxies") if server else None
    cors = server.get("cors") if server else None
    origins = cors.get("origins") if cors else None
    for proxy in proxies.elements if proxies else ():
        if proxy.text is not None and not _is_network(proxy.text):
            report.at(proxy, f"{quoted(proxy.text)} is not an address or network", "Write 10.0.0.1 or 10.0.0.0/8.")
    for origin in origins.elements if origins else ():
        if origin.text == "*":
            message = "any origin cannot be allowed: cookies sign people in"
            report.at(origin, message, "Name the origins, such as https://www.example.org.")
        elif origin.text is not None and not _is_origin(origin.text):
            remedy = "Write scheme and host, no path: https://www.example.org."
            report.at(origin, f"{quoted(origin.text)} is not an origin", remedy)


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
