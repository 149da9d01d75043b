"""The admin UI as people meet it: a real server on the newsroom with 750 articles, and Chromium.

A test asks for `sign_in` and gets a page; what it shows is waited for with Playwright's `expect`. `site` is a server
of the test's own with the database fresh; a module whose tests do not disturb each other replaces it by one for all:

    @pytest.fixture(scope="module")
    def site(open_site):
        with open_site() as opened:
            yield opened

All tests here run on the session's event loop, which the browser lives on. An async fixture in a module therefore
is `@pytest_asyncio.fixture(loop_scope="session")`.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

CHROMIUM = "/usr/bin/chromium"
OFF = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AimEnabled,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
"""The first two are pages for the address bar that every new window would load: half of what opening one costs. The
others are what Playwright switches off, because the last such flag is the only one that counts."""
FLAGS = (
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    f"--disable-features={OFF}",
)  # fmt: skip
WAIT_MS = 40_000
HEIGHTS = {1280: 800, 390: 844}
PASSWORD = "correct horse battery"
USERS = {"admin": "Ada Admin", "editor": "Edda Editor", "author": "Arno Author"}
"""Each with the role of that name, as admin@example.org and so on."""
TOLD_OF_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Content-Security-Policy: ${event.violatedDirective} refused ${event.blockedURI}`));"""
AT_REST = """async () => {
  await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
  const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime < Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
}"""
SEES = """([selector, text]) => {
  window.seen = new Promise((seen) => {
    const isSeen = (one) => one.textContent.includes(text) && one.checkVisibility();
    const look = () => [...document.querySelectorAll(selector)].some(isSeen) && seen();
    new MutationObserver(look).observe(document.body, {
      subtree: true, childList: true, characterData: true, attributes: true,
    });
    look();
  });
}"""
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}

User = Literal["admin", "editor", "author"]
Scheme = Literal["light", "dark"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the tests of this folder share the loop that the browser is on."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Site:
    """A running server of the newsroom."""

    server: Any
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def admin(self) -> str:
        return f"{self.url}/admin/newsroom/"

    @property
    def api(self) -> str:
        return self.server.api

    def run(self, *arguments: str, input: str | None = None) -> str:
        """Run `hookstream …` on the site's folder; return what it printed."""
        return hookstream(self.folder, *arguments, input=input)


def hookstream(folder: Path, *arguments: str, input: str | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "runtime.cli", *arguments], input=input, text=True, capture_output=True, timeout=100,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
    copy_newsroom: Callable[[Path], Path],
    articles: tuple[Path, Path],
) -> Path:
    """A newsroom with 750 articles and three users, to be copied."""
    folder = copy_newsroom(tmp_path_factory.mktemp("filled") / "newsroom")
    authors, posts = articles
    hookstream(folder, "import", "authors", str(authors))
    hookstream(folder, "import", "articles", str(posts))
    for role, name in USERS.items():
        email = f"{role}@example.org"
        hookstream(folder, "user", "add", email, "--role", role, "--name", name, "--password-stdin", input=PASSWORD)
    return folder


@pytest.fixture(scope="session")
def ui(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the server's process needs to serve the UI: nothing where it is built into the package.

    `HOOKSTREAM_ADMIN_BUILT` names a folder with another build (`npx vite build --outDir …`) to be tried in its place:
    then a package is laid over that links to everything of the real one but that.
    """
    runtime = Path(__file__).parents[3] / "runtime"
    built = os.environ.get("HOOKSTREAM_ADMIN_BUILT")
    if not built:
        assert (runtime / "web" / "admin" / "index.html").exists(), "the admin UI is not built: pip install -e ."
        return {}
    over = tmp_path_factory.mktemp("over")
    (over / "runtime" / "web").mkdir(parents=True)
    for source, target in ((runtime, over / "runtime"), (runtime / "web", over / "runtime" / "web")):
        for entry in source.iterdir():
            if entry.name not in {"web", "admin", "__pycache__"} or entry.is_file():
                (target / entry.name).symlink_to(entry)
    (over / "runtime" / "web" / "admin").symlink_to(Path(built).resolve())
    return {"PYTHONPATH": str(over), "PYTHONSAFEPATH": "1"}


OpenSite = Callable[..., AbstractContextManager[Site]]


@pytest.fixture(scope="session")
def open_site(
    filled: Path,
    ui: dict[str, str],
    give_port: Callable[[Path], None],
    servers: Callable[[], AbstractContextManager[Callable[..., Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> OpenSite:
    """Serve a fresh copy of the filled newsroom with `hookstream dev`: `with open_site() as site`.

    `files` are put into its folder first: `{"hooks/mine.py": text}`.
    """

    @contextmanager
    def opening(files: Mapping[str, str] | None = None) -> Iterator[Site]:
        folder = shutil.copytree(filled, tmp_path_factory.mktemp("site") / "newsroom")
        give_port(folder)
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        with servers() as launch:
            yield Site(launch("dev", folder=folder, environ=ui), folder)

    return opening


@pytest.fixture
def site(open_site: OpenSite) -> Iterator[Site]:
    """A server of this test's own."""
    with open_site() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, one for all tests."""
    if not os.environ.get("REQUIRE_SERVICES") and not Path(CHROMIUM).exists():
        pytest.skip("chromium is not there")
    expect.set_options(timeout=WAIT_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@dataclass
class Problems:
    """What went wrong in the pages of a test: errors in the console, failed requests, other hosts."""

    found: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Let what matches happen, such as `status of 422` for a refused form."""
        self.expected.append(re.compile(pattern))

    def unexpected(self) -> list[str]:
        return [text for text in self.found if not any(pattern.search(text) for pattern in self.expected)]

    def watch(self, page: Page, *, host: str) -> None:
        """Note what goes wrong in a page from now on."""

        def requested(request: Request) -> None:
            if request.url.startswith(("http:", "https:", "ws:", "wss:")) and request.url.split("/")[2] != host:
                self.found.append(f"asked another host: {request.url}")

        def failed(request: Request) -> None:
            # Leaving a page and cancelling a query abort what is under way.
            if request.failure not in {"net::ERR_ABORTED", None}:
                self.found.append(f"{request.method} {request.url}: {request.failure}")

        page.on("request", requested)
        page.on("requestfailed", failed)
        page.on("pageerror", lambda error: self.found.append(f"not caught: {error}"))
        page.on(
            "console",
            lambda message: (
                self.found.append(f"console: {message.text} ({message.location.get('url', '')})")
                if message.type == "error"
                else None
            ),
        )


@pytest.fixture
def problems() -> Problems:
    """What goes wrong in pages; a test that provokes it says so with `problems.expect(…)`."""
    return Problems()


class Look:
    """Writes screenshots: `await look(page, "articles list")`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, page: Page, name: str, *, full: bool = False) -> Path:
        """Write one as `NAME-WIDTH-SCHEME.png`; `full` is the whole page rather than what is seen of it."""
        is_dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        slug = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")
        path = self._folder / f"{slug}-{page.viewport_size['width']}-{'dark' if is_dark else 'light'}.png"
        await page.screenshot(path=path, full_page=full)
        return path


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Screenshots, into the folder that `HOOKSTREAM_SCREENSHOTS` names, or a temporary one."""
    named = os.environ.get("HOOKSTREAM_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return Look(folder)


Axe = Callable[..., Awaitable[list[str]]]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """What axe-core finds that is serious or critical: `assert await axe(page) == []`; `within` is a CSS selector.

    It looks at what has come to rest: of something that is fading in, it would measure contrasts halfway.
    """
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}

    async def run(page: Page, *, within: str = "html") -> list[str]:
        # Through the debugger's protocol, which the page's Content-Security-Policy does not hold for.
        if not await page.evaluate("() => Boolean(window.axe)"):
            await page.evaluate(script)
        await page.evaluate(AT_REST)
        found = await page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
        return [
            f"{violation['impact']}: {violation['id']}: {violation['help']}\n  {node['html'][:300]}\n"
            f"  {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"][:5]
        ]

    return run


@pytest.fixture(scope="session")
def sideways() -> Callable[[Page], Awaitable[int]]:
    """By how many pixels a page is wider than its window: `assert await sideways(page) == 0`.

    A window that was just made narrower tells its page so at the beginning of the next frame; until then the page
    stands in the new width as it was for the old one. So a frame is waited for before measuring.
    """

    async def measured(page: Page) -> int:
        return await page.evaluate("""async () => {
            await new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
            return document.documentElement.scrollWidth - document.documentElement.clientWidth;
        }""")

    return measured


Sees = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture(scope="session")
def sees() -> Sees:
    """See what goes again by itself, after an action: `async with sees(page, "Saved."): await save.click()`.

    The page itself watches for it, `within` what a CSS selector finds: it may be gone before a busy machine looks for
    the second time.
    """

    @asynccontextmanager
    async def watching(page: Page, text: str, *, within: str = "body") -> AsyncIterator[None]:
        await page.evaluate(SEES, [within, text])
        yield
        async with asyncio.timeout(WAIT_MS / 1000):
            await page.evaluate("() => window.seen")

    return watching


SignIn = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(site: Site, browser: Browser, problems: Problems) -> AsyncIterator[SignIn]:
    """Open the UI as a user in a window of their own: `page = await sign_in("editor", width=390, scheme="dark")`.

    None is nobody: the page that asks to sign in. `at` is where to begin, below `/admin/newsroom/`. The test fails at
    its end when a page had a problem that was not expected.
    """
    contexts: list[BrowserContext] = []

    async def open_page(
        user: User | None = "admin", *, width: int = 1280, scheme: Scheme = "light", at: str = "", language: str = "en"
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            is_mobile=width < 600, has_touch=width < 600, color_scheme=scheme, locale=language,
            timezone_id="UTC", reduced_motion="reduce", base_url=site.url,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        await context.add_init_script(TOLD_OF_VIOLATIONS)
        context.on("page", lambda page: problems.watch(page, host=site.url.removeprefix("http://")))
        if user is not None:
            credentials = {"email": f"{user}@example.org", "password": PASSWORD}
            answer = await context.request.post(
                f"{site.api}/_auth/login", data=json.dumps(credentials), headers={"Content-Type": "application/json"}
            )
            assert answer.status == 200, await answer.text()
        page = await context.new_page()
        await page.goto(site.admin + at)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert not problems.unexpected(), "\n".join(problems.unexpected())
