"""Files in forms: chosen, dropped, pasted, sent with their progress, shown, replaced, put in order, refused."""

import re
import struct
import zlib

import pytest
from playwright.async_api import expect


def png(width: int, height: int, *, colour: tuple[int, int, int] = (20, 96, 110)) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chosen(name: str, data: bytes, type: str) -> dict:
    return {"name": name, "mimeType": type, "buffer": data}


PORTRAIT = chosen("portrait.png", png(320, 200), "image/png")

PUT = """(area, [name, type, bytes, how]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type}));
  const made = how === "paste"
    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent(how, {dataTransfer: data, bubbles: true, cancelable: true});
  area.dispatchEvent(made);
}"""


async def put(area, file: dict, how: str) -> None:
    """Drop a file on a part of the page, or paste it into it."""
    await area.evaluate(PUT, [file["name"], file["mimeType"], list(file["buffer"]), how])


@pytest.fixture(scope="module")
def site(open_site):
    with open_site(files=FILES) as opened:
        yield opened


FILES = {
    "collections/albums.yml": """
name: albums
meta: {label: Albums, title: title, listFields: [title, cover]}
fields:
  - {name: title, type: string, required: true}
  - {name: cover, type: file, required: true, accept: [image/*], maxSize: 64KiB, meta: {label: Cover}}
  - {name: tracks, type: array, items: {type: file}, meta: {label: Tracks}}
permissions:
  role:editor: {read: true, create: true, update: true, delete: true}
"""
}


async def create(page, site):
    await page.goto(site.admin + "albums/create")
    await page.get_by_label("Title").fill("Summer")
    return page.get_by_role("group", name="Cover"), page.get_by_role("group", name="Tracks")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_a_picture_is_chosen_saved_shown_replaced_and_removed(sign_in, site, look, axe, sideways, width, scheme):
    page = await sign_in("editor", width=width, scheme=scheme)
    cover, tracks = await create(page, site)
    await expect(cover.get_by_text("Images · up to 64 kB")).to_be_visible()
    await look(page, "files empty")
    await cover.locator("input[type=file]").set_input_files(PORTRAIT)
    await expect(cover.get_by_text("portrait.png", exact=True)).to_be_visible()
    await expect(cover.get_by_text("PNG · ")).to_contain_text("320 × 200")
    picture = cover.get_by_role("img", name="portrait.png")
    await expect(picture).to_have_js_property("naturalWidth", 320)
    await tracks.locator("input[type=file]").set_input_files(
        [chosen("second.txt", b"two", "text/plain"), chosen("first.pdf", b"%PDF-1.4 one", "application/pdf")]
    )
    await expect(tracks.get_by_role("listitem")).to_have_count(2)
    await tracks.get_by_role("button", name="Move first.pdf up").click()
    await expect(tracks.get_by_role("listitem").first).to_contain_text("first.pdf")
    await expect(tracks.get_by_role("button", name="Move first.pdf up")).to_be_focused()
    await look(page, "files filled", full=True)
    assert await axe(page) == []
    assert await sideways(page) == 0
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/albums/[0-9a-f-]{36}"))
    answer = await page.request.get(f"{site.api}/albums/{page.url.split('/albums/')[1].split('/')[0]}")
    album = await answer.json()
    assert (album["cover"]["name"], album["cover"]["width"]) == ("portrait.png", 320)
    assert [track["name"] for track in album["tracks"]] == ["first.pdf", "second.txt"]

    await page.reload()
    await expect(picture).to_have_js_property("naturalWidth", 320)
    async with page.expect_download() as downloading:
        await cover.get_by_role("link", name="Download portrait.png").click()
    assert (await downloading.value).suggested_filename == "portrait.png"
    await cover.locator("input[type=file]").set_input_files(chosen("other.png", png(20, 30), "image/png"))
    await expect(cover.get_by_text("PNG · ")).to_contain_text("20 × 30")
    await cover.get_by_role("button", name="Remove other.png").click()
    await expect(cover.get_by_role("button", name="Choose a file: Cover")).to_be_focused()


async def test_a_file_is_dropped_or_pasted(sign_in, site):
    page = await sign_in("editor")
    cover, tracks = await create(page, site)
    await put(cover, PORTRAIT, "dragover")
    await put(cover, PORTRAIT, "drop")
    await expect(cover.get_by_role("img", name="portrait.png")).to_be_visible()
    await put(tracks, chosen("notes.txt", b"hello", "text/plain"), "paste")
    await expect(tracks.get_by_text("notes.txt", exact=True)).to_be_visible()


async def test_what_cannot_be_here_is_refused_at_its_field_by_the_browser_or_the_server(sign_in, site, problems, look):
    problems.expect("status of 415")
    problems.expect("status of 422")
    page = await sign_in("editor")
    cover, _ = await create(page, site)
    choose = cover.locator("input[type=file]")
    await choose.set_input_files(chosen("large.png", png(1, 1) + bytes(70_000), "image/png"))
    await expect(cover.get_by_role("alert")).to_have_text(
        "The file is too large. What can be here: Images · up to 64 kB."
    )
    await choose.set_input_files(chosen("page.html", b"<html>", "text/html"))
    await expect(cover.get_by_role("alert")).to_contain_text("Files of this type cannot be here.")
    await choose.set_input_files(chosen("empty.png", b"", "image/png"))
    await expect(cover.get_by_role("alert")).to_have_text("The file is empty.")
    # It says that it is a picture, and some field would take what it is: refused as the document is saved.
    await choose.set_input_files(chosen("lie.png", b"<html>hello", "image/png"))
    await expect(cover.get_by_role("link", name="Download lie.png")).to_be_visible()
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(cover.get_by_text("is text/html; this field takes image/*")).to_be_visible()
    await look(page, "files refused")


async def test_the_progress_is_shown_and_an_upload_can_be_cancelled(sign_in, site, look):
    page = await sign_in("editor", scheme="dark")
    slow = await page.context.new_cdp_session(page)
    await slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 40_000},
    )
    _, tracks = await create(page, site)
    await tracks.locator("input[type=file]").set_input_files(
        [
            chosen("long.bin", bytes(4_000_000), ""),
            chosen("never.txt", b"never", "text/plain"),
            chosen("short.txt", b"short", "text/plain"),
        ]
    )
    bar = tracks.get_by_role("progressbar", name="Uploading long.bin")
    await expect(bar).to_have_attribute("aria-valuenow", re.compile("[1-9]"))
    await look(page, "files uploading")
    await tracks.get_by_role("button", name="Cancel the upload of never.txt").click()
    await tracks.get_by_role("button", name="Cancel the upload of long.bin").click()
    await expect(bar).to_have_count(0)
    await expect(tracks.get_by_role("link", name="Download short.txt")).to_be_visible()
    await expect(tracks.get_by_role("listitem")).to_have_count(1)
