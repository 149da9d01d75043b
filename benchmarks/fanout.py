"""Event streams beside a bare C loop, nchan and sse-starlette: `python benchmarks/fanout.py`. benchmarks/README.md."""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from generator import Load, compile_to, load
from hubs import Hub, Hubs, Missing
from machine import describe
from notes import paced_writes
from rounds import take_turns

MANY: Final = 10_000
"""The most streams to one server."""

HOOK_MESSAGES: Final = 400
WRITERS_SUBSCRIBERS: Final = 5_000
BIG: Final = 16 * 1024

Runs = Mapping[str, list[dict[str, Any]]]
Measure = Callable[[Load], Awaitable[dict[str, Any]]]


@dataclass
class Bench:
    """What all scenarios share. `missing`: peers that are not here, and why."""

    folder: Path
    hubs: Hubs
    cores: Sequence[int]
    rounds: int
    seconds: float
    missing: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def loads(self, *names: str, **options: Any) -> AsyncIterator[dict[str, Load]]:
        """Run hubs and open streams to each; peers that cannot be had are left out."""
        async with AsyncExitStack() as stack:
            made: dict[str, Load] = {}
            for name in names:
                if name in self.missing:
                    continue
                try:
                    hub = stack.enter_context(getattr(self.hubs, name)())
                except Missing as error:
                    self.missing[name] = str(error)
                    print(f"NOT MEASURED, {name}: {error}", flush=True)
                    continue
                made[name] = await stack.enter_async_context(load(hub, self.folder, cores=self.cores, **options))
                await made[name].say("warm")
            yield made

    async def rounds_of(self, measures: Mapping[str, tuple[Load, Measure]]) -> Runs:
        """Measure in turns, and return each one's runs; the first round is thrown away."""
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in measures}

        def burst(name: str) -> Callable[[], Awaitable[float]]:
            async def one() -> float:
                on, measure = measures[name]
                runs[name].append(await measure(on))
                return 0.0

            return one

        await take_turns({name: burst(name) for name in measures}, rounds=self.rounds)
        return {name: made[1:] for name, made in runs.items()}


def show(title: str, runs: Runs, figure: str, *, ours: str = "ours", unit: str = "", smaller: bool = False) -> None:
    """Print a figure of each, and the ratio of ours to each other one: above 1 ours is better."""
    print(f"{title}")
    for name, made in runs.items():
        values = [run[figure] for run in made]
        text = f"    {name:<28} {median(values):>14,.2f} {unit:<16}"
        if name != ours:
            mine = [run[figure] for run in runs[ours]]
            ratios = [b / a if smaller else a / b for a, b in zip(mine, values, strict=True)]
            text += f" {median(ratios):>8.2f}x   ({min(ratios):.2f} to {max(ratios):.2f})"
        print(text, flush=True)


async def one_at_a_time(bench: Bench, clients: int) -> None:
    """Publish the next message when all have the last one; then at a rate that leaves every server time."""
    async with bench.loads("ours", "ceiling", "nchan", "starlette", clients=clients) as loads:
        seconds = bench.seconds if clients < MANY else bench.seconds * 3
        runs = await bench.rounds_of({name: (each, lambda on: on.run(seconds)) for name, each in loads.items()})
        show(f"{clients:,} clients, one channel, one message at a time", runs, "rate", unit="deliveries/s")
        show("  CPU of the server", runs, "cpu_us", unit="us a delivery", smaller=True)
        rate = 40_000 / clients
        quick = {name: each for name, each in loads.items() if name in {"ours", "ceiling", "nchan"}}
        calm = await bench.rounds_of(
            {name: (each, lambda on: on.run(seconds * 2, window=1000, rate=rate)) for name, each in quick.items()}
        )
        show(f"  until the last client has it, {rate:g} messages/s, p50", calm, "last_p50", unit="ms", smaller=True)
        show("  the same, p99", calm, "last_p99", unit="ms", smaller=True)


async def from_a_hook(bench: Bench) -> None:
    """Publish as fast as a hook can; the C loop is given one message at a time as fast as it takes them."""
    async with AsyncExitStack() as stack:
        options = {"cores": bench.cores, "clients": 1000}
        loads = await stack.enter_async_context(bench.loads("ceiling", clients=1000, lanes=8))
        hub = stack.enter_context(bench.hubs.ours())
        ours = await stack.enter_async_context(load(hub, bench.folder, publish="/api/bench/burst", **options))
        runs = await bench.rounds_of(
            {
                "ours": (ours, lambda on: on.hook(HOOK_MESSAGES)),
                "ceiling": (loads["ceiling"], lambda on: on.run(bench.seconds, window=16)),
            }
        )
        show("1,000 clients, one channel, messages from a hook at full speed", runs, "rate", unit="deliveries/s")


async def many_channels(bench: Bench) -> None:
    """Ten clients on each of a thousand channels, every message a POST."""
    async with bench.loads("ours", "ceiling", "nchan", clients=MANY, channels=1000, lanes=16) as loads:
        runs = await bench.rounds_of(
            {name: (each, lambda on: on.run(bench.seconds, window=64)) for name, each in loads.items()}
        )
        show(f"{MANY:,} clients, 1,000 channels, published over HTTP", runs, "rate", unit="deliveries/s")
        show("  CPU of the server", runs, "cpu_us", unit="us a delivery", smaller=True)


async def connecting(bench: Bench) -> None:
    """Open ten thousand streams to a server that has just begun; what that takes in time and memory."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for _ in range(max(2, bench.rounds // 2)):
        for name in ("ours", "ceiling", "nchan", "starlette"):
            if name not in bench.missing:
                runs.setdefault(name, []).append(await _connect(bench, getattr(bench.hubs, name)))
    show(f"{MANY:,} streams are opened", runs, "rate", unit="streams/s")
    show("  CPU of the server", runs, "cpu_us", unit="us a stream", smaller=True)
    show("  memory of an idle stream", runs, "bytes", unit="bytes", smaller=True)


async def _connect(bench: Bench, start: Callable[[], Any]) -> dict[str, Any]:
    with start() as hub:
        async with load(hub, bench.folder, cores=bench.cores, clients=200) as few:
            await few.say("warm")
        before, cpu_s = hub.server.resident_bytes(), hub.server.cpu_s()
        async with load(hub, bench.folder, cores=bench.cores, clients=MANY) as made:
            await asyncio.sleep(1)
            grown = hub.server.resident_bytes() - before
            cpu_us = (hub.server.cpu_s() - cpu_s) / MANY * 1e6
            return {"rate": MANY / made.seconds, "bytes": grown / MANY, "cpu_us": cpu_us}


async def stalled(bench: Bench) -> None:
    """One of a thousand stops reading while 16 KiB messages flow: how late the others get them, with it and without."""
    async with AsyncExitStack() as stack:
        options: dict[str, Any] = {"clients": 1000, "size": BIG}
        calm = (await stack.enter_async_context(bench.loads("ours", **options)))["ours"]
        held = (await stack.enter_async_context(bench.loads("ours", stalling=1, **options)))["ours"]

        async def with_it(on: Load) -> dict[str, Any]:
            await on.say("stall")
            result = await on.run(bench.seconds * 3, window=1000, rate=15)
            await on.say("wake")
            return result

        runs = await bench.rounds_of(
            {
                "all read": (calm, lambda on: on.run(bench.seconds * 3, window=1000, rate=15)),
                "one stalls": (held, with_it),
            }
        )
        show("1,000 clients, 16 KiB messages, one stops reading: others' p99", runs, "each_p99",
             ours="one stalls", unit="ms", smaller=True)  # fmt: skip


async def writing(bench: Bench) -> None:
    """Create documents, each told to a channel: how long the answer takes with subscribers and without."""
    with ExitStack() as servers:
        alone = servers.enter_context(bench.hubs.ours())
        heard = servers.enter_context(bench.hubs.ours())
        async with load(heard, bench.folder, cores=bench.cores, clients=WRITERS_SUBSCRIBERS):
            runs: dict[str, list[dict[str, Any]]] = {"ours": [], "without": []}
            for number in range(bench.rounds + 1):
                pairs: list[tuple[str, Hub]] = [("ours", heard), ("without", alone)]
                for name, hub in pairs if number % 2 else reversed(pairs):
                    result = await paced_writes(hub.server.url + "/api/bench/notes")
                    if number:
                        runs[name].append(result)
    show(f"a write that {WRITERS_SUBSCRIBERS:,} subscribers hear of, p50", runs, "p50", unit="ms", smaller=True)
    show("  the same, p95", runs, "p95", unit="ms", smaller=True)


SCENARIOS: Final = {
    "1k": lambda bench: one_at_a_time(bench, 1000),
    "10k": lambda bench: one_at_a_time(bench, MANY),
    "hook": from_a_hook,
    "channels": many_channels,
    "connect": connecting,
    "stalled": stalled,
    "write": writing,
}


async def measure(bench: Bench, names: Sequence[str]) -> None:
    """Print all figures."""
    print(describe(bench.folder))
    print(f"server on core {_server_core()}, load on cores {', '.join(map(str, bench.cores))}", flush=True)
    print("ratios above 1: ours is better", flush=True)
    for name in names:
        await SCENARIOS[name](bench)
    if bench.missing:
        print(f"\nNOT MEASURED: {'; '.join(bench.missing.values())}")


def _server_core() -> int:
    return max(os.sched_getaffinity(0))


def _require_machine() -> None:
    if len(os.sched_getaffinity(0)) < 4:
        raise RuntimeError("four cores are needed, one for the servers and three for the load")
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if files < MANY + 1000:
        raise RuntimeError(f"{MANY + 1000} open files are needed, {files} are allowed; raise the limit (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))


def main() -> None:
    """Read the command line and measure in a folder of its own, which is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help=f"some of: {', '.join(SCENARIOS)} (all)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of bursts; the figures are medians (7)")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a burst takes (0.5)")
    asked = parser.parse_args()
    if unknown := set(asked.scenarios) - set(SCENARIOS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    _require_machine()
    cores = sorted(os.sched_getaffinity(0))[:3]
    with tempfile.TemporaryDirectory(prefix="hookstream-bench-") as name:
        folder = Path(name)
        compile_to(folder)
        hubs = Hubs(folder, core=_server_core())
        bench = Bench(folder, hubs, cores=cores, rounds=asked.rounds, seconds=asked.seconds)
        asyncio.run(measure(bench, asked.scenarios or list(SCENARIOS)))


if __name__ == "__main__":
    sys.exit(main())
