"""The admin UI beside PocketBase's dashboard, in Chromium: `python benchmarks/admin.py`. Its figures: README.md."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from articles import Articles
from machine import describe
from playwright.async_api import Browser, Page, async_playwright
from pocketbase import PocketBase
from project import write_project
from rest import fill
from servers import free_port, served

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
                "--disable-sync")  # fmt: skip
EMAIL: Final = "admin@example.org"
PASSWORD: Final = "correct horse battery"
ROWS: Final = 10
"""How many rows of a list have to be there for it to count as shown."""
WAIT_MS: Final = 60_000
SETTLED_MS: Final = 500
"""How long a page is left alone, so that nothing of what went before is measured with what comes next."""

WATCH: Final = """
window.seen = {longest: 0};
const there = {rows: () => document.querySelectorAll("tbody tr").length >= %d,
               form: () => document.querySelector("input[type=password]") !== null};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.seen.longest = Math.max(window.seen.longest, entry.duration);
}).observe({type: "longtask"});
const look = () => {
  const name = Object.keys(there).find((one) => there[one]());
  if (name) window.seen[name] = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
""".replace("%d", str(ROWS))
"""Notes when the rows and the form to sign in were there, at a frame's precision, and the longest task's length."""

PAINTED: Final = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime"""
FIRST_ROW: Final = """() => document.querySelector("tbody tr")?.innerText"""


@dataclass(frozen=True)
class Side:
    """One of the two: where its sign-in page and its list are, and how one signs in."""

    sign_in: str
    articles: str
    storage: Any


async def opened(browser: Browser, url: str, *, storage: Any, script: str) -> dict[str, float]:
    """Open a page with nothing cached; return when what was there (ms), what came over the wire (KB, answers)."""
    async with _page(browser, storage) as page:
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        await page.goto(url, wait_until="commit")
        for what in (script, f"() => ({PAINTED})() !== undefined"):
            await page.wait_for_function(what, timeout=WAIT_MS)
        figures = {"painted": await page.evaluate(PAINTED), "size": sum(sizes) / 1024, "answers": float(len(sizes))}
        seen: dict[str, float] = await page.evaluate("() => window.seen")
        return figures | seen


@asynccontextmanager
async def _page(browser: Browser, storage: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, storage_state=storage)
    await context.add_init_script(WATCH)
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def signed_in(browser: Browser, url: str) -> Any:
    """Sign in by the form of a page, and return what the browser keeps of it."""
    async with _page(browser, None) as page:
        await page.goto(url)
        await page.fill("input[type=email]", EMAIL)
        await page.fill("input[type=password]", PASSWORD)
        await page.press("input[type=password]", "Enter")
        await page.wait_for_function("() => !document.querySelector('input[type=password]')")
        return await page.context.storage_state()


async def loads(browser: Browser, sides: Mapping[str, Side], *, rounds: int) -> None:
    """Print how both begin, in turns: the page to sign in, and a list of the articles."""
    pages: Mapping[str, tuple[Callable[[Side], tuple[str, Any]], str]] = {
        "sign-in": (lambda side: (side.sign_in, None), "() => window.seen.form !== undefined"),
        "list": (lambda side: (side.articles, side.storage), "() => window.seen.rows !== undefined"),
    }  # fmt: skip
    for name, (place, script) in pages.items():
        runs: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
        for number in range(rounds + 1):
            for side in sorted(sides, reverse=bool(number % 2)):
                url, storage = place(sides[side])
                figures = await opened(browser, url, storage=storage, script=script)
                if number:
                    runs[side].append(figures)
        _print_pair(f"{name}, first paint", runs, "painted", "ms")
        if name == "list":
            _print_pair(f"{name}, {ROWS} rows are there", runs, "rows", "ms")
        else:
            _print_pair(f"{name}, the form is there", runs, "form", "ms")
        _print_pair(f"{name}, over the wire", runs, "size", "KB")
        _print_pair(f"{name}, answers", runs, "answers", "")


def _print_pair(title: str, runs: Mapping[str, Sequence[Mapping[str, float]]], figure: str, unit: str) -> None:
    ours, theirs = ([run[figure] for run in runs[side]] for side in ("ours", "theirs"))
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    spread = f"({min(ratios):.2f} to {max(ratios):.2f})"
    figures = f"{median(ours):>8.0f} {unit:<2} {median(theirs):>8.0f} {unit:<2} {median(ratios):>7.2f}x {spread}"
    print(f"{title:<34} {figures}", flush=True)


async def steps(browser: Browser, side: Side, words: Iterator[str], *, rounds: int) -> None:
    """Print how long it takes after a click or Enter until other rows are there, and the longest task meanwhile."""
    async with _page(browser, side.storage) as page:
        await page.goto(side.articles)
        await page.wait_for_function("() => window.seen.rows !== undefined", timeout=WAIT_MS)
        await page.wait_for_timeout(SETTLED_MS)
        turn = page.get_by_role("button", name="Next page")
        box = page.get_by_role("searchbox")

        async def search() -> None:
            await box.fill(next(words))
            await box.press("Enter")

        acts: dict[str, Callable[[], Awaitable[None]]] = {
            "next page": turn.click,
            "sorted by title, and back": page.get_by_role("columnheader").get_by_role("button").first.click,
            "searched for a word": search,
        }
        for name, act in acts.items():
            made = [await _step(page, act) for _ in range(rounds)]
            times, tasks = zip(*made, strict=True)
            print(f"{name:<34} {median(times):>8.0f} ms, at most {max(times):.0f}; longest task {max(tasks):.0f} ms")


async def _step(page: Page, act: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    before = await page.evaluate(FIRST_ROW)
    await page.evaluate("""(before) => {
        window.seen.longest = 0;
        window.seen.took = undefined;
        const begin = (event) => {
            if (event.type === "keydown" && event.key !== "Enter") return;
            for (const type of ["click", "keydown"]) document.removeEventListener(type, begin, true);
            const began = performance.now();
            const look = () => {
                const text = document.querySelector("tbody tr")?.innerText;
                if (text !== undefined && text !== before) window.seen.took = performance.now() - began;
                else requestAnimationFrame(look);
            };
            look();
        };
        for (const type of ["click", "keydown"]) document.addEventListener(type, begin, true);
    }""", before)  # fmt: skip
    await act()
    await page.wait_for_function("() => window.seen.took !== undefined", timeout=WAIT_MS)
    await page.wait_for_timeout(SETTLED_MS)  # a long task is told of after it has ended
    seen = await page.evaluate("() => window.seen")
    return seen["took"], seen["longest"]


async def measure(folder: Path, *, documents: int, rounds: int) -> None:
    """Fill both servers in a folder, start them, print all figures."""
    articles, ours, theirs = Articles(), folder / "project", PocketBase(folder / "pocketbase")
    theirs.folder.mkdir()
    print(f"{documents:,} articles; {describe(folder)}; {theirs.install()}", flush=True)
    port, pb_port = free_port(), free_port()
    write_project(ours, port=port)
    await fill(ours, articles, documents)
    theirs.fill(articles, documents)
    theirs.add_superuser(EMAIL, PASSWORD)
    cli = [sys.executable, "-m", "runtime.cli"]
    subprocess.run(
        [*cli, "user", "add", EMAIL, "--role", "admin", "--password-stdin", "--project", str(ours)],
        input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        served_here = stack.enter_context(ExitStack())
        server = served_here.enter_context(
            served([*cli, "serve", str(ours)], cores="0,1", folder=ours, port=port, probe="/healthz")
        )
        pb = served_here.enter_context(
            served(theirs.command(pb_port), cores="0,1", folder=theirs.folder, port=pb_port, probe="/api/health")
        )
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)
        pages = {"ours": f"{server.url}/admin/bench/", "theirs": f"{pb.url}/_/"}
        storage = {side: await signed_in(browser, url) for side, url in pages.items()}
        lists = {
            "ours": f"{pages['ours']}articles", "theirs": f"{pages['theirs']}#/collections?collection=articles"
        }  # fmt: skip
        sides = {side: Side(pages[side], lists[side], storage[side]) for side in pages}
        print(f"{'':<34} {'hookstream':>11} {'pocketbase':>11}   ratio (above 1: ours is better)")
        await loads(browser, sides, rounds=rounds)
        words = (articles.fields(number)["title"].split()[0] for number in range(documents))
        await steps(browser, sides["ours"], words, rounds=rounds * 2)


def main() -> None:
    """Read the command line and measure in a folder of its own, which is deleted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs; the figures are medians (5)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hookstream-bench-") as name:
        asyncio.run(measure(Path(name), documents=asked.documents, rounds=asked.rounds))


if __name__ == "__main__":
    main()
