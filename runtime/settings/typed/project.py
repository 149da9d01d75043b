"""The project and its jobs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime.model.specs import (
    AuthSpec,
    ConcurrencySpec,
    HookRef,
    HooksSpec,
    JobEventsSpec,
    JobSpec,
    LimitsSpec,
    ProjectSpec,
    RealtimeSpec,
    RetrySpec,
    ServerSpec,
)
from runtime.settings.measures import duration_s, rate, size_bytes
from runtime.settings.tree import Node
from runtime.settings.typed.channels import build_channel
from runtime.settings.typed.collections import build_collection
from runtime.settings.typed.values import parsed, texts, value


def build_project(root: Node, *, folder: Path, environment: Mapping[str, str], files: Sequence[Path]) -> ProjectSpec:
    """Return the spec of a project in which no problem was found."""
    namespace = str(root.members["namespace"].value)
    return ProjectSpec(
        folder=folder,
        namespace=namespace,
        storage=value(root, "storage", default=f"sqlite:data/{namespace}.db"),
        label=value(root.get("meta"), "label", default=""),
        broker=value(root, "broker", default=ProjectSpec.broker),
        server=_server(root.get("server")),
        auth=_auth(root.get("auth")),
        limits=_limits(root.get("limits")),
        realtime=_realtime(root.get("realtime")),
        hooks=_hooks(root.get("hooks")),
        channels=tuple(build_channel(node) for node in _items(root, "channels")),
        collections=tuple(build_collection(node) for node in _items(root, "collections")),
        jobs=tuple(_job(node) for node in _items(root, "jobs")),
        environment=dict(environment),
        files=tuple(dict.fromkeys(files)),
    )


def _items(root: Node, key: str) -> tuple[Node, ...]:
    node = root.get(key)
    return node.elements if node else ()


def _server(node: Node | None) -> ServerSpec:
    default = ServerSpec()
    return ServerSpec(
        host=value(node, "host", default.host),
        port=value(node, "port", default.port),
        cors_origins=texts(node.get("cors") if node else None, "origins"),
        trusted_proxies=texts(node, "trustedProxies"),
        body_limit_bytes=parsed(node, "bodyLimit", size_bytes, default.body_limit_bytes),
    )


def _auth(node: Node | None) -> AuthSpec:
    default = AuthSpec()
    return AuthSpec(
        secret=value(node, "secret", default.secret),
        session_ttl_s=parsed(node, "sessionTTL", duration_s, default.session_ttl_s),
        roles=texts(node, "roles"),
    )


def _limits(node: Node | None) -> LimitsSpec:
    default = LimitsSpec()
    return LimitsSpec(
        requests=parsed(node, "requests", rate, default.requests),
        login=parsed(node, "login", rate, default.login),
        connect=parsed(node, "connect", rate, default.connect),
        send=parsed(node, "send", rate, default.send),
        queued_runs=value(node, "queuedRuns", default.queued_runs),
        upload=parsed(node, "upload", rate, default.upload),
        file_size_bytes=parsed(node, "fileSize", size_bytes, default.file_size_bytes),
        unused_files_bytes=parsed(node, "unusedFiles", size_bytes, default.unused_files_bytes),
    )


def _realtime(node: Node | None) -> RealtimeSpec:
    default = RealtimeSpec()
    return RealtimeSpec(
        max_connections=value(node, "maxConnections", default.max_connections),
        max_per_user=value(node, "maxPerUser", default.max_per_user),
        max_per_address=value(node, "maxPerAddress", default.max_per_address),
        heartbeat_s=parsed(node, "heartbeat", duration_s, default.heartbeat_s),
        retry_s=parsed(node, "retry", duration_s, default.retry_s),
        send_timeout_s=parsed(node, "sendTimeout", duration_s, default.send_timeout_s),
        message_limit_bytes=parsed(node, "messageLimit", size_bytes, default.message_limit_bytes),
    )


def _hooks(node: Node | None) -> HooksSpec:
    default = HooksSpec()
    return HooksSpec(
        timeout_s=parsed(node, "timeout", duration_s, default.timeout_s),
        slow_s=parsed(node, "slow", duration_s, default.slow_s),
        threads=value(node, "threads", default.threads),
    )


def _job(node: Node) -> JobSpec:
    default = JobSpec("", node.source, HookRef("", ""))
    events, retries, permissions = node.get("events"), node.get("retries"), node.get("permissions")
    concurrency = node.get("concurrency")
    return JobSpec(
        name=str(node.members["name"].value),
        source=node.source,
        ref=HookRef(str(node.members["file"].value), "run"),
        description=value(node, "description", default.description),
        cron=node.text_at("cron"),
        every_s=parsed(node, "every", duration_s, None),
        at=node.text_at("at"),
        timezone=value(node, "timezone", default.timezone),
        timeout_s=parsed(node, "timeout", duration_s, default.timeout_s),
        retries=_retries(retries),
        overlap=value(node, "overlap", default.overlap),
        input=value(node, "input", None),
        permissions=frozenset(permissions.members if permissions else ()),
        events=JobEventsSpec(**events.plain()) if events else None,
        priority=value(node, "priority", default.priority),
        catch_up=value(node, "catchUp", default.catch_up),
        jitter_s=parsed(node, "jitter", duration_s, default.jitter_s),
        concurrency=ConcurrencySpec(**concurrency.plain()) if concurrency else None,
        isolated=value(node, "isolate", None) is not None,
        memory_bytes=parsed(node, "memory", size_bytes, default.memory_bytes),
    )


def _retries(node: Node | None) -> RetrySpec:
    default = RetrySpec()
    return RetrySpec(
        max=value(node, "max", default.max),
        backoff_s=parsed(node, "backoff", duration_s, default.backoff_s),
        factor=value(node, "factor", default.factor),
        jitter_s=parsed(node, "jitter", duration_s, default.jitter_s),
    )
