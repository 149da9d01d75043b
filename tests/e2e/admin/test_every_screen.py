"""Every screen at both widths, light and dark: it opens, nothing goes wrong in it, everybody can use it, it fits."""

import re
import struct
import zlib

import httpx
import pytest
from playwright.async_api import expect

PASSWORD = "correct horse battery"

GROUNDS = {"light": "rgb(246, 245, 242)", "dark": "rgb(20, 23, 26)"}
INKS = {"light": "rgb(29, 34, 38)", "dark": "rgb(231, 233, 235)"}
"""What a page has behind everything else, by which it is known to have been drawn anew."""
SCREENS = {
    "list": ("articles", "Articles"),
    "list of few": ("comments", "Comments"),
    "list with pictures": ("authors", "Authors"),
    "list without results": ("articles?filter=%7B%22q%22%3A%22nothinglikethis%22%7D", "Articles"),
    "create": ("articles/create", "New: Article"),
    "edit": ("articles/{article}", "Road to Rust 1.0"),
    "edit with picture": ("authors/{author}", "{authorName}"),
    "channels": ("_channels", "Channels"),
    "channel": ("_channels/content", "content"),
    "jobs": ("_jobs", "Jobs"),
    "job": ("_jobs/job/status", "status"),
    "runs": ("_jobs/runs", "Jobs"),
    "run": ("_jobs/runs/{run}", "Run of status"),
    "hooks": ("_hooks", "Hooks"),
    "hook": ("_hooks/{hook}", "{hookName}"),
    "users": ("_users", "Users"),
    "user": ("_users/{user}", "Edda Editor"),
    "roles": ("_users/roles", "Roles"),
    "sessions": ("_users/sessions", "Sessions"),
    "tokens": ("_tokens", "API tokens"),
    "explain": ("_explain", "Permissions"),
    "system": ("_system", "System"),
    "account": ("_account", "Account"),
    "missing": ("_nothing", "Not Found"),
}


def picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"".join(bytes((x, 96, 160 - y)) for x in range(160)) for y in range(160))
    header = struct.pack(">IIBBBBB", 160, 160, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def site(open_site):
    with open_site() as opened:
        yield opened


@pytest.fixture(scope="module")
def places(site):
    """What stands in the addresses of screens; and something to show on each of them."""
    with httpx.Client(base_url=f"{site.api}/") as client:
        credentials = {"email": "admin@example.org", "password": PASSWORD, "bearer": True}
        token = client.post("_auth/login", json=credentials).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"

        def ask(method: str, path: str, **more):
            answer = client.request(method, path, **more)
            assert answer.status_code < 300, answer.text
            return answer.json()

        (article,) = ask("GET", "articles", params={"sort": "publishedAt", "limit": "1"})["items"]
        author = ask("GET", "authors", params={"sort": "name", "limit": "1"})["items"][0]
        photo = ask("POST", "_files", files={"file": ("portrait.png", picture(), "image/png")})
        ask("PATCH", f"authors/{author['id']}", json={"photo": {"id": photo["id"]}})
        for number in range(3):
            ask("POST", "comments", json={"article": article["id"], "text": f"Well said, {number} times."})
        run = ask("POST", "_jobs/status")["jobId"]
        (editor,) = [user for user in ask("GET", "_users")["items"] if user["email"] == "editor@example.org"]
        hook = "hooks/articles.py:announce"
        return {
            "article": article["id"], "author": author["id"], "authorName": author["name"], "run": run,
            "user": editor["id"], "hook": hook.replace("/", "%2F"), "hookName": hook,
        }  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen(name, width, sign_in, site, places, look, axe, sideways):
    path, heading = SCREENS[name]
    page = await sign_in("admin", width=width, at=path.format(**places))
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await expect(page.locator("body")).to_have_css("background-color", GROUNDS[scheme])
        title = page.get_by_role("heading", level=1)
        await expect(title).to_have_text(heading.format(**places))
        await expect(title).to_have_css("color", INKS[scheme])
        await settled(page)
        await look(page, f"screen {name}")
        assert await axe(page) == []
        assert await sideways(page) == 0


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_that_asks_to_sign_in(width, sign_in, look, axe, sideways):
    page = await sign_in(None, width=width)
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await expect(page.locator("body")).to_have_css("background-color", GROUNDS[scheme])
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        await look(page, "screen sign in")
        assert await axe(page) == []
        assert await sideways(page) == 0


async def test_the_menu_of_a_phone(sign_in, look, axe):
    page = await sign_in("admin", width=390)
    await expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        await expect(page.locator("body")).to_have_css("background-color", GROUNDS[scheme])
        await page.get_by_role("button", name=re.compile("menu", re.IGNORECASE)).first.click()
        await expect(page.get_by_role("link", name="System")).to_be_visible()
        await look(page, "screen menu")
        assert await axe(page) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("link", name="System")).to_be_hidden()


@pytest.mark.parametrize("name", ["list", "create", "jobs", "explain"])
async def test_a_screen_in_german(name, sign_in, places, look, axe, sideways):
    page = await sign_in("admin", width=390, at=SCREENS[name][0].format(**places), language="de")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    await settled(page)
    await look(page, f"screen {name} german")
    assert await axe(page) == []
    assert await sideways(page) == 0


async def settled(page) -> None:
    """Wait until nothing is on its way any more."""
    # Whose end is known shows how far a run is, and may stay.
    await expect(page.locator("main [role=progressbar]:not([aria-valuenow])")).to_have_count(0)
    await expect(page.locator("main .MuiSkeleton-root, main [aria-busy=true]")).to_have_count(0)
