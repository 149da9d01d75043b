"""The server beside PocketBase, over HTTP: `python benchmarks/rest.py`. Its figures: benchmarks/README.md."""

import argparse
import asyncio
import os
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import orjson
from articles import Articles, batches
from machine import describe
from pocketbase import PocketBase
from project import write_project
from rounds import Burst, heading, line, take_turns
from servers import Server, free_port, served
from wrk import CONNECTIONS, Wrk, require_programs

from runtime.model.change import Write
from runtime.model.clock import SystemClock
from runtime.settings.load import load
from runtime.storage.sqlite.store import SqliteStore

BATCH: Final = 1000
OURS: Final = "/api/bench"
THEIRS: Final = "/api/collections"
LIST: Final = urllib.parse.urlencode({"filter": '{"status":"published"}', "sort": "-publishedAt", "limit": 20})
PB_LIST: Final = urllib.parse.urlencode(
    {"filter": "status='published'", "sort": "-publishedAt", "perPage": 20, "skipTotal": 1}
)

MOMENT: Final = "%Y-%m-%dT%H:%M:%S"
PB_MOMENT: Final = "%Y-%m-%d%%20%H:%M:%S"
OTHERS: Final = "&".join(
    (
        "sort=-publishedAt",
        "limit=20",
        "filter=%7B%22status%22:%22published%22,%22publishedAt%22:%7B%22$lt%22:%22MOMENT%22%7D%7D",
    )
)
PB_OTHERS: Final = "sort=-publishedAt&perPage=20&skipTotal=1&filter=status='published'%26%26publishedAt<'MOMENT'"


async def fill(folder: Path, articles: Articles, documents: int) -> None:
    """Put the articles into a project's database, while no server runs."""
    store = SqliteStore(folder / "data" / "bench.db", clock=SystemClock())
    await store.open()
    try:
        await store.ensure(load(folder, {}).collections)
        for numbers in batches(range(documents), BATCH):
            made = [articles.stored(number) for number in numbers]
            for collection in ("articles", "stamped"):
                await store.commit([Write(collection, one["id"], one, expected=0) for one in made])
    finally:
        await store.close()


async def measure(folder: Path, wrk: Wrk, *, documents: int, rounds: int, cores: str) -> None:
    """Fill both servers in a folder, start them, print all figures."""
    articles = Articles()
    ours, theirs = folder / "project", PocketBase(folder / "pocketbase")
    theirs.folder.mkdir()
    print(f"{documents:,} documents of about 1 KB; {describe(folder)}")
    print(f"servers on cores {cores}, wrk on {wrk.cores}, {CONNECTIONS} connections; {theirs.install()}", flush=True)
    port, pb_port = free_port(), free_port()
    write_project(ours, port=port)
    await fill(ours, articles, documents)
    theirs.fill(articles, documents)
    command = [sys.executable, "-m", "runtime.cli", "serve", str(ours)]
    with ExitStack() as stack:
        server = stack.enter_context(served(command, cores=cores, folder=ours, port=port, probe="/healthz"))
        pb = stack.enter_context(
            served(theirs.command(pb_port), cores=cores, folder=theirs.folder, port=pb_port, probe="/api/health")
        )
        _check_same(server, pb)
        before = server.memory(), pb.memory()
        await _rates(wrk, server, pb, body=articles.fields(documents), rounds=rounds)
        _print_memory("before the load", *before)
        _print_memory("after the load", server.memory(), pb.memory())


async def _rates(wrk: Wrk, server: Server, pb: Server, *, body: dict[str, Any], rounds: int) -> None:
    script = wrk.post("create", body)

    def pair(ours: str, theirs: str, script: Path | None = None) -> Mapping[str, Burst]:
        return {
            "ours": lambda: wrk.rate(server.url + OURS + ours, script),
            "theirs": lambda: wrk.rate(pb.url + THEIRS + theirs, script),
        }

    others = {
        "ours": lambda: wrk.rate(server.url, wrk.moments("ours", f"{OURS}/articles?{OTHERS}", form=MOMENT)),
        "theirs": lambda: wrk.rate(
            pb.url, wrk.moments("theirs", f"{THEIRS}/articles/records?{PB_OTHERS}", form=PB_MOMENT)
        ),
    }
    print(heading("hookstream", "pocketbase"))
    for title, bursts in {
        "list 20, filter and sort": pair(f"/articles?{LIST}", f"/articles/records?{PB_LIST}"),
        "list 20, another one each time": others,
        "create": pair("/articles", "/articles/records", script),
        "create, a hook changes a field": pair("/stamped", "/stamped/records", script),
    }.items():
        print(line(title, await take_turns(bursts, rounds=rounds), ours="ours", theirs="theirs"), flush=True)


def _check_same(server: Server, pb: Server) -> None:
    """Raise ValueError where the servers do not list the same articles, or a hook does not do its work."""
    ours = _ask(f"{server.url}{OURS}/articles?{LIST}")["items"]
    theirs = _ask(f"{pb.url}{THEIRS}/articles/records?{PB_LIST}")["items"]
    if len(ours) != 20 or any(_shown(one) != _shown(other) for one, other in zip(ours, theirs, strict=True)):
        raise ValueError("the servers do not list the same articles")
    for url in (f"{server.url}{OURS}/stamped", f"{pb.url}{THEIRS}/stamped/records"):
        if _ask(url, {"title": "a title"})["title"] != "a title (stamped)":
            raise ValueError(f"the hook of {url} does not change the title")


def _shown(article: dict[str, Any]) -> Sequence[object]:
    return (*(article[name] for name in ("title", "slug", "body", "status", "tags")), article["publishedAt"][:10])


def _ask(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return orjson.loads(answer.read())


def _print_memory(when: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> None:
    for name, size in ours.items():
        title = f"memory {when}, {name}, MiB"
        print(f"{title:<42} {size:>10.0f} {theirs[name]:>12.0f} {size / theirs[name]:>8.2f}x")


def _halves() -> tuple[str, str]:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 4:
        raise RuntimeError("four cores are needed, two for the servers and two for wrk")
    return ",".join(map(str, cores[:2])), ",".join(map(str, cores[2:4]))


def main() -> None:
    """Read the command line and measure in a folder of its own, which is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs; the figures are medians (5)")
    parser.add_argument("--seconds", type=int, default=3, help="how long a run of wrk takes (3)")
    asked = parser.parse_args()
    require_programs()
    cores, load_cores = _halves()
    with tempfile.TemporaryDirectory(prefix="hookstream-bench-") as name:
        wrk = Wrk(load_cores, Path(name), asked.seconds)
        asyncio.run(measure(Path(name), wrk, documents=asked.documents, rounds=asked.rounds, cores=cores))


if __name__ == "__main__":
    main()
