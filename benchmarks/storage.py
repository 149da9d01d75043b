"""The SQLite store beside bare `sqlite3`: `python benchmarks/storage.py`. Its figures: benchmarks/README.md."""

import argparse
import itertools
import os
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from bare import Bare
from lag import Work, late_ms
from machine import describe
from project import NEWEST, write_project
from rounds import heading, line, ratio, take_turns
from sides import TOGETHER, Sides

from runtime.app import run
from runtime.model.clock import SystemClock
from runtime.settings.load import load
from runtime.storage.sqlite.store import SqliteStore

INDEXES: Final = ("[slug]", NEWEST, "[tags, -publishedAt]")
LAG_S: Final = 5.0
READERS: Final = 16
"""How many list, while TOGETHER create, when the lag is measured."""
CORES: Final = 2
"""What everything is measured on: one for the event loop, one for the thread that writes. Linux only."""


async def measure(folder: Path, *, documents: int, rounds: int, seconds: float) -> None:
    """Fill both databases in a folder and print all figures."""
    print(f"{documents:,} documents of about 1 KB; {describe(folder)}", flush=True)
    write_project(folder / "project", port=8090, indexes=INDEXES)
    spec = load(folder / "project", {})
    store = SqliteStore(folder / "store.db", clock=SystemClock())
    await store.open()
    try:
        await store.ensure(spec.collections)
        with closing(Bare(folder / "bare.db")) as other:
            sides = Sides(store, other, documents=documents, seconds=seconds)
            await sides.fill()
            await _reads(sides, rounds)
            await _creates(sides, rounds)
            await _lag(sides)
    finally:
        await store.close()


async def _reads(sides: Sides, rounds: int) -> None:
    print(heading("store", "sqlite3"))
    for title, bursts in {
        "get by id": await sides.gets(),
        "indexed find": await sides.finds(),
        "list 20, filter and sort": await sides.lists(),
        "list 20 by tag, sorted": await sides.tagged(),
    }.items():
        print(line(title, await take_turns(bursts, rounds=rounds), ours="store", theirs="bare"), flush=True)


async def _creates(sides: Sides, rounds: int) -> None:
    rates = await take_turns(sides.creates(), rounds=rounds)
    print(line("create, one at a time", rates, ours="one", theirs="bare one"))
    print(line(f"create, {TOGETHER} at once", rates, ours="many", theirs="bare many"))
    middle, lowest, highest = ratio(rates, "many", "one")
    print(f"{TOGETHER} creates at once are {middle:.2f}x the rate of one at a time ({lowest:.2f} to {highest:.2f})")
    middle, lowest, highest = ratio(rates, "bare many", "bare one")
    print(f"  sqlite3, {TOGETHER} rows in a transaction beside one: {middle:.2f}x ({lowest:.2f} to {highest:.2f})")


async def _lag(sides: Sides) -> None:
    queries = itertools.cycle(sides.newest()[0])

    async def read() -> None:
        await sides.find(next(queries))

    crowd: list[Work] = [*[sides.create] * TOGETHER, *[read] * READERS]
    for title, workers in (("idle", []), (f"{TOGETHER} creating, {READERS} listing", crowd)):
        p99, most = await late_ms(workers, seconds=LAG_S)
        print(f"event loop late, {title}: p99 {p99:.2f} ms, most {most:.2f} ms", flush=True)


def main() -> None:
    """Read the command line and measure in a folder of its own, which is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7, help="pairs of bursts; the figures are medians (7)")
    parser.add_argument("--seconds", type=float, default=0.4, help="how long a burst takes (0.4)")
    asked = parser.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])

    async def work() -> int:
        with tempfile.TemporaryDirectory(prefix="hookstream-bench-") as folder:
            await measure(Path(folder), documents=asked.documents, rounds=asked.rounds, seconds=asked.seconds)
        return 0

    run(work())


if __name__ == "__main__":
    main()
