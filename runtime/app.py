"""The composition root: from a folder to a project, from projects to a server."""

import asyncio
import errno
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web
from structlog.typing import FilteringBoundLogger

from runtime.auth.auth import Auth
from runtime.auth.records import COLLECTIONS as AUTH_COLLECTIONS
from runtime.auth.secrets import load_secret
from runtime.auth.throttle import RateLimiter
from runtime.documents.following import follow
from runtime.documents.service import Documents
from runtime.files.blobs import Blobs
from runtime.files.shelf import Shelf
from runtime.files.upkeep import Upkeep
from runtime.hooks.call import Caller
from runtime.hooks.load import load as load_hooks
from runtime.hooks.registry import Registry
from runtime.hooks.survive import run_surviving
from runtime.hooks.watchdog import Watchdog
from runtime.jobs.ledger import Ledger
from runtime.jobs.record import RUNS, TRIGGERS
from runtime.jobs.triggers import Schedule
from runtime.jobs.worker import Worker
from runtime.model.clock import Clock, timestamp
from runtime.model.errors import Failure, Unavailable
from runtime.model.files import COLLECTIONS as FILE_COLLECTIONS
from runtime.model.ports import Backups, Store
from runtime.model.problem import Problem, ProjectInvalid, Source
from runtime.model.specs import ProjectSpec
from runtime.realtime.attendance import Attendance
from runtime.realtime.editing import Editing
from runtime.realtime.handlers import ChannelHooks
from runtime.realtime.hub import Hub
from runtime.realtime.inbox import Inbox
from runtime.realtime.live import LiveQueries
from runtime.realtime.notices import Notices
from runtime.realtime.reception import Reception
from runtime.realtime.recheck import Recheck
from runtime.realtime.records import COLLECTIONS as CHANNEL_COLLECTIONS
from runtime.settings.load import CONFIG
from runtime.settings.load import load as load_settings
from runtime.storage.open import open_store
from runtime.web.build import build
from runtime.web.middleware import RequestLog
from runtime.web.project import Project
from runtime.web.recent_log import RecentLog
from runtime.web.request_counts import RequestCounts
from runtime.web.sampler import Sampler

UPKEEP_EVERY_S: Final = 3600.0
CHANGES_KEPT_S: Final = 7 * 24 * 3600.0
"""How far the change log reaches back; arbitrary, a week of catching up."""
FILES_FOLDER: Final = Path("data") / "files"
"""Where uploaded files are kept, below the project's folder."""
GC_THRESHOLD: Final = 10_000
"""After how many new objects garbage is looked for: some hundred requests, instead of Python's 700 objects."""
KEEP_ALIVE_S: Final = 75.0
"""How long a connection may be without a request, or take to send the head of one. Longer than proxies keep theirs
(nginx: 60 seconds), so that none of them sends a request over one that is just being closed."""
DRAIN_S: Final = 10.0
"""How long open requests and streams may take to end when the server stops."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """What there is of a project without its hooks: its settings, what it keeps, and who may come in."""

    spec: ProjectSpec
    store: Store
    auth: Auth
    clock: Clock
    log: FilteringBoundLogger


def load_backups(folder: Path, *, environ: Mapping[str, str], clock: Clock) -> tuple[ProjectSpec, Backups]:
    """Return a project's settings, and what backs up and restores its database. Nothing is opened, no hook is loaded.

    Raises ProjectInvalid, and Unavailable where the store cannot do that.
    """
    spec = load_settings(folder, environ)
    store = open_store(spec.storage, folder=spec.folder, clock=clock)
    if not isinstance(store, Backups):
        raise Unavailable(
            f"a {store.capabilities.name} store makes no backups of its own; use the tools of its database, "
            "mongodump and mongorestore for MongoDB"
        )
    return spec, store


@asynccontextmanager
async def open_accounts(
    folder: Path, *, environ: Mapping[str, str], clock: Clock, log: FilteringBoundLogger
) -> AsyncIterator[Accounts]:
    """Open a project without its hooks, which may be broken: enough to let people in and to move documents.

    Raises ProjectInvalid with all problems of the settings, and Unavailable where the store cannot be opened.
    """
    spec = load_settings(folder, environ)
    async with _accounts(lambda: spec, clock=clock, log=log.bind(project=spec.namespace)) as accounts:
        yield accounts


@asynccontextmanager
async def _accounts(
    current: Callable[[], ProjectSpec], *, clock: Clock, log: FilteringBoundLogger
) -> AsyncIterator[Accounts]:
    spec = current()
    store = open_store(spec.storage, folder=spec.folder, clock=clock)
    await store.open()
    try:
        await _fit_storage(store, spec, log)
        secret = load_secret(spec.auth.secret, spec.folder)
        auth = Auth(current, store=store, clock=clock, secret=secret, log=log)
        yield Accounts(spec=spec, store=store, auth=auth, clock=clock, log=log)
    finally:
        await store.close()


@asynccontextmanager
async def open_project(
    folder: Path, *, environ: Mapping[str, str], clock: Clock, log: FilteringBoundLogger
) -> AsyncIterator[Project]:
    """Load the project in a folder and put its parts together; nothing runs in the background yet.

    Raises ProjectInvalid with all problems, and Unavailable where the store cannot be opened.
    """
    spec = load_settings(folder, environ)
    registry = Registry(load_hooks(spec, number=1, at=clock.now()))
    log = log.bind(project=spec.namespace)
    async with AsyncExitStack() as stack:
        accounts = await stack.enter_async_context(_accounts(lambda: registry.current.spec, clock=clock, log=log))
        store, auth = accounts.store, accounts.auth
        http = await stack.enter_async_context(aiohttp.ClientSession())
        hooks = spec.hooks
        watchdog = Watchdog(slow_s=hooks.slow_s, limit_s=hooks.timeout_s, clock=clock, log=log)
        hub = Hub(lambda: registry.current.spec, clock=clock)
        notices = Notices(hub, clock=clock, log=log)
        caller = await stack.enter_async_context(
            Caller(registry, clock=clock, log=log, watchdog=watchdog, on_failure=notices.failed)
        )
        ledger = Ledger(store, registry=registry, clock=clock)
        documents = Documents(
            registry=registry, store=store, caller=caller, publisher=hub, enqueuer=ledger,
            http=http, clock=clock, log=log,
        )  # fmt: skip
        worker = Worker(
            ledger, registry=registry, caller=caller, database=documents.database, actors=auth.identify.by_id,
            publisher=hub, http=http, clock=clock, log=log,
        )  # fmt: skip
        schedule = Schedule(ledger, registry=registry, clock=clock, log=log)
        again = auth.identify.again
        channel_hooks = ChannelHooks(documents, caller=caller, http=http, log=log)
        attendance = Attendance(
            store, hub, hooks=channel_hooks, actors=auth.identify.by_id, clock=clock, log=log
        )  # fmt: skip
        editing = Editing(hub, documents=documents, store=store)
        reception = Reception(hub, hooks=channel_hooks, attendance=attendance, editing=editing, again=again)
        live = LiveQueries(hub, documents=documents, log=log)
        for listener in (hub.audiences.note, live.note):
            documents.add_listener(listener)
        requests = RequestCounts()
        shelf = Shelf(
            lambda: registry.current.spec, store=store, blobs=Blobs(_files_folder(accounts, stack)), clock=clock,
            count=RateLimiter(lambda: registry.current.spec.limits.upload, clock=clock, what="uploads").hit, log=log,
        )  # fmt: skip
        yield Project(
            registry=registry, notices=notices, store=store, documents=documents, shelf=shelf, auth=auth, hub=hub,
            ledger=ledger,
            reception=reception, inbox=Inbox(hub, reception=reception, hooks=channel_hooks, clock=clock),
            attendance=attendance, recheck=Recheck(hub, again=again, editing=editing, log=log), live=live,
            schedule=schedule, worker=worker, caller=caller, watchdog=watchdog, http=http, clock=clock, log=log,
            requests=requests, sampler=Sampler(hub, worker, requests, clock=clock, log=log),
        )  # fmt: skip


def _files_folder(accounts: Accounts, stack: AsyncExitStack) -> Path:
    """Return where files are kept: no longer than the documents that hold them."""
    if accounts.store.capabilities.durable:
        return accounts.spec.folder / FILES_FOLDER
    return Path(stack.enter_context(TemporaryDirectory(prefix="hookstream-files-")))


async def _fit_storage(store: Store, spec: ProjectSpec, log: FilteringBoundLogger) -> None:
    kept = [collection for collection in spec.collections if not collection.virtual]
    own = [*AUTH_COLLECTIONS, RUNS, TRIGGERS, *CHANNEL_COLLECTIONS, *FILE_COLLECTIONS]
    if changes := await store.ensure([*own, *kept]):
        log.info("storage_fitted", changes=changes)


@asynccontextmanager
async def running(project: Project) -> AsyncIterator[None]:
    """Run what a project does by itself: the watchdog, the worker, the schedule, upkeep. It ends with the block.

    Streams are ended last, when nothing can send any more, within DRAIN_S.
    """
    for note in project.store.capabilities.notes:
        project.log.warning("storage_promises_less", note=note)
    # A broker that nodes share carries the announcements of all of them
    tell = partial(project.documents.note, announces=project.spec.broker.startswith("memory:"))
    following = _task(follow(project.store, tell, log=project.log))
    try:
        async with (
            project.watchdog, project.worker.running(), project.schedule.running(), _task(_upkeep(project)), following,
            project.attendance.running(), project.recheck.running(), project.live.running(), project.sampler.running(),
        ):  # fmt: skip
            yield
    finally:
        await project.hub.close(drain_s=DRAIN_S)


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _upkeep(project: Project) -> None:
    """Forget what has had its time: expired sessions, old runs, old change records."""
    while True:
        try:
            await project.auth.prune()
            await project.ledger.prune()
            await Upkeep(project.store, project.shelf.blobs, clock=project.clock).prune()
            await project.store.prune_changes(timestamp(project.clock.now() - CHANGES_KEPT_S))
        except Failure as failure:
            project.log.warning("upkeep_failed", reason=failure.message, retry_in_s=UPKEEP_EVERY_S)
        await asyncio.sleep(UPKEEP_EVERY_S)


async def reload(project: Project, environ: Mapping[str, str]) -> Sequence[Problem]:
    """Load the project's folder anew and swap it in whole; open streams stay.

    Returns the problems that stood against it: then the last good version goes on, and the problems are kept in the
    registry. What only a start can change (host, port, storage, secret) is left as it was.
    """
    current, notices = project.registry.current, project.notices
    try:
        spec = load_settings(current.spec.folder, environ)
        edition = load_hooks(spec, number=current.number + 1, at=project.clock.now())
        await _fit_storage(project.store, spec, project.log)
    except ProjectInvalid as invalid:
        return _not_reloaded(project, invalid.problems)
    except Failure as failure:
        problem = Problem(Source(CONFIG), "storage", failure.message, "Mend that, then save any file to reload.")
        return _not_reloaded(project, (problem,))
    had_problems = bool(project.registry.problems)
    project.registry.swap(edition)
    project.watchdog.slow_s, project.watchdog.limit_s = spec.hooks.slow_s, spec.hooks.timeout_s
    project.hub.refresh()
    notices.reloaded(edition.number)
    if had_problems:
        notices.problems(0)
    return ()


def _not_reloaded(project: Project, problems: Sequence[Problem]) -> Sequence[Problem]:
    project.registry.fail(problems, at=project.clock.now())
    project.notices.problems(len(problems))
    return problems


async def serve(
    projects: Sequence[Project],
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    on_ready: Callable[[str], None],
    log: FilteringBoundLogger,
    request_log: RequestLog | None = None,
    recent_log: RecentLog | None = None,
) -> None:
    """Serve projects over HTTP until `stop` is set, then drain: streams are told, open requests may end.

    `on_ready` is given the server's URL once it answers; port 0 takes a free one. Raises Unavailable where the address
    cannot be had.
    """
    named = {project.spec.namespace: project for project in projects}
    app = build(named, clock=projects[0].clock, log=log, request_log=request_log, recent_log=recent_log)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN_S, keepalive_timeout=KEEP_ALIVE_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=4096)
        try:
            await site.start()
        except OSError as error:
            raise _address_refused(error, host, port) from error
        _settle_memory()
        on_ready(_url(runner, host))
        async with AsyncExitStack() as stack:
            for project in projects:
                await stack.enter_async_context(running(project))
            await stop.wait()
            await site.stop()
    finally:
        await runner.cleanup()


def _settle_memory() -> None:
    """Have the garbage collector leave alone what was made at the start and stays, and look less often for the rest.

    Documents are created through HTTP a fifth faster than with its defaults.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, *gc.get_threshold()[1:])


def _url(runner: web.AppRunner, host: str) -> str:
    port = runner.addresses[0][1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def _address_refused(error: OSError, host: str, port: int) -> Unavailable:
    if error.errno == errno.EADDRINUSE:
        remedy = f"port {port} is in use; stop what listens there, or set server.port in config.yml"
    elif error.errno == errno.EACCES:
        remedy = f"this user may not listen on port {port}; take one above 1023"
    else:
        remedy = (
            f"{host}:{port} cannot be listened on ({error.strerror}); set server.host and server.port in config.yml"
        )
    return Unavailable(remedy, code="address_unavailable")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    # uvloop has no Windows version, and there the standard loop does.
    return import_module("uvloop").new_event_loop if find_spec("uvloop") else None


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine to its end on uvloop, or on the standard loop where uvloop does not exist.

    A task that a hook has left behind and that calls `sys.exit` does not end it.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        loop = runner.get_loop()
        return run_surviving(loop, loop.create_task(main), log=structlog.get_logger())
