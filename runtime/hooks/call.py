"""Calling user functions so that whatever they do stays their own affair."""

import asyncio
import contextvars
import inspect
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from runtime.hooks.bridge import AnyContext, Bridge
from runtime.hooks.context import Context
from runtime.hooks.frames import Place, place_of_coroutine, place_of_error, traceback_text
from runtime.hooks.interrupt import Interrupted
from runtime.hooks.job_context import JobContext
from runtime.hooks.load import Edition, HookFunction
from runtime.hooks.outcome import Outcome, captured_async, captured_at_once, until_done
from runtime.hooks.registry import Registry
from runtime.hooks.snippet import snippet_at
from runtime.hooks.stats import LONGEST_ERROR, LONGEST_TRACEBACK, FailureKind, FailureNote, HookStats, shortened
from runtime.hooks.threads import HookThreads
from runtime.hooks.watchdog import Watchdog
from runtime.model.clock import Clock
from runtime.model.errors import Failure, HookFailed, HookRecursion, HookTimeout
from runtime.model.specs import BoundHook, HookRef

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

DEEPEST_CHAIN: Final = 5
"""How many hooks may be under way inside each other: more is a hook that triggers itself."""

GRACE_S: Final = 0.5
"""How long a cancelled hook may clean up before it is left behind. Arbitrarily chosen and may change."""

OnFailure = Callable[[str, FailureNote], None]
"""Told of each failure of a function, by its name. Must not raise."""


class Caller:
    """Calls the hooks and jobs of one project, on one event loop: `async with Caller(…)`.

    Async functions run on the loop, in a task of their own where they may wait; plain ones in threads, those of jobs
    apart from those of hooks, so that long jobs do not keep requests waiting. Leaving the context ends what was left
    behind.
    """

    def __init__(
        self, registry: Registry, *, clock: Clock, log: "FilteringBoundLogger", watchdog: Watchdog | None = None,
        on_failure: OnFailure | None = None,
    ) -> None:  # fmt: skip
        self._registry = registry
        self._clock = clock
        self._log = log
        self._watchdog = watchdog
        self._on_failure = on_failure
        if watchdog is not None:
            watchdog.attach(registry.current.spec.folder)
        self._stats: dict[str, HookStats] = {}
        self._tasks: set[asyncio.Task[Outcome]] = set()
        # A plain hook keeps its thread while what it writes runs other hooks. A pool for each depth, so that calls wait
        # only for deeper ones: with one for all, the outer calls could hold every thread that the inner ones wait for.
        depths = range(DEEPEST_CHAIN)
        self._hook_threads = [HookThreads(self._thread_count, name=f"hookstream-hook-{depth}") for depth in depths]
        self._job_threads = HookThreads(self._thread_count, name="hookstream-job")

    @property
    def stats(self) -> Mapping[str, HookStats]:
        """The record of every function called so far, by its name in the YAML (`hooks/articles.py:announce`)."""
        return MappingProxyType(self._stats)

    @property
    def abandoned_threads(self) -> int:
        """How many threads have a plain function that did not come back from its time limit."""
        return sum(threads.abandoned for threads in self._pools)

    async def __aenter__(self) -> Self:
        """Return the caller itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Cancel what still runs, wait a moment for it, and let the threads go. Safe to call twice."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=GRACE_S)
        for threads in self._pools:
            threads.close()

    async def call(
        self,
        hook: BoundHook | HookRef,
        ctx: AnyContext,
        *,
        timeout_s: float | None = None,
        chain: tuple[str, ...] = (),
        grace_s: float = GRACE_S,
    ) -> Any:
        """Call a function with a context; return what it returns.

        The function is that of the edition `ctx.config` belongs to. `timeout_s` None is the project's
        `hooks.timeout`. `chain` names the hooks that this call happens inside of, outermost first. `grace_s` is how
        long an async function may clean up when this call is cancelled.

        Reject and every other Failure that the function raises pass through, as does being cancelled from outside.
        Raises HookTimeout where it is over its time limit, HookRecursion where the chain is too long, Unavailable
        where a plain function finds no thread, and HookFailed for anything else that it raises, SystemExit and
        KeyboardInterrupt among it. The cause is in the log under the incident, and is the exception's `__cause__`;
        its message tells nothing.
        """
        ref = hook.ref if isinstance(hook, BoundHook) else hook
        name = str(ref)
        if len(chain) >= DEEPEST_CHAIN:
            self._too_deep(ref, ctx, (*chain, name))
        edition = self._registry.edition_of(ctx.config)
        function = edition.functions[ref]
        limit_s = edition.spec.hooks.timeout_s if timeout_s is None else timeout_s
        stats = self._stats_of(name)
        stats.calls += 1
        stats.running += 1
        started = self._clock.monotonic()
        try:
            if not function.may_wait:
                outcome = self._at_once(function, name, ctx, limit_s)
            elif function.is_async:
                outcome = await self._on_loop(function, name, ctx, limit_s=limit_s, grace_s=grace_s)
            else:
                outcome = await self._in_thread(function, ctx, limit_s=limit_s, depth=len(chain))
        finally:
            stats.running -= 1
            stats.add(self._clock.monotonic() - started)
        return self._settle(outcome, name, ctx, limit_s, stats)

    async def in_job_thread(self, function: Callable[[], Any], *, timeout_s: float) -> Any:
        """Call a plain function, a step of an async job, in a thread; return what it returns or raise what it raises.

        Raises HookTimeout where it is over `timeout_s`, Unavailable where no thread can be had.
        """
        outcome = await self._job_threads.run(function, limit_s=timeout_s)
        if outcome.late:
            raise HookTimeout("A step took too long.", incident=_incident())
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _at_once(self, function: HookFunction, name: str, ctx: AnyContext, limit_s: float) -> Outcome:
        """Run an async function that never waits, here and now: only the watchdog could end it early anyway.

        A task of its own with a timer would take 8 µs more, half of what such a hook costs in all.
        """
        coroutine = function.function(ctx)
        task = asyncio.current_task()
        if self._watchdog is None or task is None:
            return contextvars.copy_context().run(captured_at_once, coroutine)
        outer = self._watchdog.enter(task, name, limit_s)
        try:
            return contextvars.copy_context().run(captured_at_once, coroutine)
        finally:
            self._watchdog.leave(task, outer)

    async def _on_loop(
        self, function: HookFunction, name: str, ctx: AnyContext, *, limit_s: float, grace_s: float
    ) -> Outcome:
        coroutine = captured_async(partial(function.function, ctx))
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._own(task)
        if self._watchdog is not None:
            self._watchdog.enter(task, name, limit_s)
        try:
            await until_done(task, limit_s)
        except asyncio.CancelledError:
            await self._end(task, name, grace_s)
            raise
        if task.done():
            return Outcome(error=asyncio.CancelledError()) if task.cancelled() else task.result()
        place = place_of_coroutine(coroutine)
        await self._end(task, name, GRACE_S)
        return Outcome(late=True, place=place)

    async def _end(self, task: asyncio.Task[Outcome], name: str, grace_s: float) -> None:
        """Cancel a task; return when it has ended, or when it had its time to do so."""
        task.cancel()
        await asyncio.wait((task,), timeout=grace_s)
        if not task.done():
            self._log.warning("hook_abandoned", hook=name, reason="it goes on although it was cancelled")

    def _own(self, task: asyncio.Task[Outcome]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Outcome]) -> None:
        self._tasks.discard(task)
        if self._watchdog is not None:
            self._watchdog.leave(task)

    async def _in_thread(self, function: HookFunction, ctx: AnyContext, *, limit_s: float, depth: int) -> Outcome:
        threads = self._job_threads if isinstance(ctx, JobContext) else self._hook_threads[depth]
        bridge = Bridge(asyncio.get_running_loop())
        plain = bridge.context(ctx)
        try:
            outcome = await threads.run(partial(function.function, plain), limit_s=limit_s)
        finally:
            for task in bridge.close():
                self._own(task)
        if isinstance(ctx, Context) and isinstance(plain, Context) and outcome.error is None and not outcome.late:
            ctx.adopt(plain)
        return outcome

    def _settle(self, outcome: Outcome, name: str, ctx: AnyContext, limit_s: float, stats: HookStats) -> Any:
        error = outcome.error
        if outcome.late or isinstance(error, Interrupted):
            self._too_late(outcome, name, ctx, limit_s, stats)
        if isinstance(error, Failure):
            raise error
        if outcome.value is not None and inspect.isawaitable(outcome.value):
            error = _not_awaited(outcome.value, name)
        if error is not None:
            self._failed(error, name, ctx, stats)
        return outcome.value

    def _failed(self, error: BaseException, name: str, ctx: AnyContext, stats: HookStats) -> NoReturn:
        incident = _incident()
        text, place = traceback_text(error), place_of_error(error)
        kind = f"{type(error).__name__}: {error}"
        stats.failures += 1
        self._log.error(
            "hook_failed", hook=name, incident=incident, error=kind, **_where(place), **_whose(ctx), traceback=text
        )
        edition = self._registry.edition_of(ctx.config)
        self._note(stats, edition, "error", incident, error=kind, place=place, traceback=text, **_whose(ctx))
        raise HookFailed(f"A hook failed. Incident {incident}.", incident=incident) from error

    def _too_late(self, outcome: Outcome, name: str, ctx: AnyContext, limit_s: float, stats: HookStats) -> NoReturn:
        incident = _incident()
        place = outcome.place or (place_of_error(outcome.error) if outcome.error else None)
        kind = f"over its time limit of {limit_s:g} s"
        stats.timeouts += 1
        self._log.error("hook_timeout", hook=name, incident=incident, limit_s=limit_s, **_where(place), **_whose(ctx))
        edition = self._registry.edition_of(ctx.config)
        self._note(stats, edition, "timeout", incident, error=kind, place=place, **_whose(ctx))
        raise HookTimeout(f"A hook took too long. Incident {incident}.", incident=incident)

    def _too_deep(self, ref: HookRef, ctx: AnyContext, chain: tuple[str, ...]) -> NoReturn:
        incident, told = _incident(), " > ".join(chain)
        self._log.error("hook_recursion", hook=str(ref), incident=incident, chain=told, **_whose(ctx))
        stats, edition = self._stats_of(str(ref)), self._registry.edition_of(ctx.config)
        stats.failures += 1
        kind = f"triggered itself too deeply: {told}"
        self._note(stats, edition, "recursion", incident, error=kind, place=_defined(edition, ref), **_whose(ctx))
        message = f"Hooks triggered each other too deeply. Incident {incident}."
        raise HookRecursion(message, incident=incident, chain=chain)

    def faulted(self, refs: Sequence[HookRef], reason: str, *, request: str) -> HookFailed:
        """Return the failure of hooks that left behind what cannot be used; the log says what, under its incident."""
        incident, names = _incident(), ", ".join(str(ref) for ref in refs)
        self._log.error("hook_failed", hook=names, incident=incident, error=reason, request=request)
        edition = self._registry.current
        for ref in refs:
            stats = self._stats_of(str(ref))
            stats.failures += 1
            self._note(
                stats, edition, "answer", incident, error=reason, place=_defined(edition, ref), request=request
            )  # fmt: skip
        return HookFailed(f"A hook failed. Incident {incident}.", incident=incident)

    def _note(
        self, stats: HookStats, edition: Edition, kind: FailureKind, incident: str,
        *, error: str, place: Place | None, traceback: str = "", request: str | None = None, run: str | None = None,
    ) -> None:  # fmt: skip
        note = FailureNote(
            self._clock.now(), incident, shortened(error, LONGEST_ERROR), **_where(place),
            traceback=shortened(traceback, LONGEST_TRACEBACK), kind=kind, request=request, run=run,
            snippet=snippet_at(edition, place) if place else None,
        )  # fmt: skip
        stats.notes.append(note)
        if self._on_failure is not None:
            self._on_failure(stats.hook, note)

    def _stats_of(self, name: str) -> HookStats:
        return self._stats.get(name) or self._stats.setdefault(name, HookStats(name))

    @property
    def _pools(self) -> tuple[HookThreads, ...]:
        return (*self._hook_threads, self._job_threads)

    def _thread_count(self) -> int:
        return self._registry.current.spec.hooks.threads


def _incident() -> str:
    return secrets.token_hex(6)


def _where(place: Place | None) -> dict[str, Any]:
    return {"file": place.file if place else None, "line": place.line if place else 0}


def _defined(edition: Edition, ref: HookRef) -> Place | None:
    """Return where a function is defined, for what has no place of its own."""
    function = edition.functions.get(ref)
    return Place(ref.file, function.line, ref.function, str(edition.spec.folder)) if function is not None else None


def _whose(ctx: AnyContext) -> dict[str, str]:
    return {"run": ctx.run.id} if isinstance(ctx, JobContext) else {"request": ctx.request.id}


def _not_awaited(value: Any, name: str) -> TypeError:
    if inspect.iscoroutine(value):
        value.close()
    return TypeError(
        f"{name} returned a {type(value).__name__} that nobody awaited; use `async def`, and `await` what is returned"
    )
