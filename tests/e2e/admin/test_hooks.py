"""Hooks as an admin sees them: where they are used, how they fail, and what is wrong with the files on disk."""

import re

import pytest
from playwright.async_api import expect

BREAKING = """\
from runtime import Context


def measure(document: dict) -> int:
    return len(document["colour"])


async def paint(ctx: Context):
    if ctx.document["name"].startswith("Fail"):
        ctx.document["length"] = measure(ctx.document)
"""

PAINTS = """\
name: paints
fields: [{name: name, type: string, required: true}]
permissions: {role:editor: {read: true, create: true}}
hooks: {create: {before: hooks/paints.py:paint}}
"""

FILES = {"hooks/paints.py": BREAKING, "collections/paints.yml": PAINTS}
HOOK = "_hooks/hooks%2Fpaints.py%3Apaint"


@pytest.fixture(scope="module")
def site(open_site):
    with open_site(FILES) as opened:
        yield opened


async def fail(page, name="Fail") -> str:
    """Have the hook fail as somebody meets it; return the incident that they are shown."""
    answer = await page.request.post("/api/newsroom/paints", data={"name": name})
    assert answer.status == 500
    return (await answer.json())["incident"]


async def test_the_list_says_where_functions_are_used_and_how_they_fare(sign_in, look, axe, sideways):
    page = await sign_in(at="_hooks")
    await page.request.post("/api/newsroom/paints", data={"name": "Blue"})
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="hooks/paints.py:paint"))
    await expect(row).to_contain_text("paints · create.before")
    await expect(row.get_by_role("cell", name=re.compile(r"ms$")).first).to_be_visible()
    await expect(page.get_by_text(re.compile(r"Edition \d+ is in force, loaded"))).to_be_visible()
    await page.get_by_label("Search hooks").fill("receive.chat")
    await expect(page.get_by_role("link", name="hooks/rooms.py:on_chat")).to_be_visible()
    await expect(row).to_have_count(0)
    await page.get_by_label("Search hooks").fill("")
    assert (await axe(page), await sideways(page)) == ([], 0)


async def test_a_failure_appears_with_its_traceback_at_the_line_of_the_project(sign_in, look, axe, sees):
    page = await sign_in(at=HOOK)
    await expect(page.get_by_role("heading", name="Last failures")).to_be_visible()
    incident = await fail(page, "Fail first")
    await expect(page.get_by_text(f"Incident {incident}")).to_be_visible()
    marked = page.locator("[aria-current=true]").filter(has_text='return len(document["colour"])')
    await expect(marked).to_contain_text("5")
    own = page.locator("[data-own]")
    await expect(own.first).to_contain_text('hooks/paints.py", line 5, in measure')
    await expect(page.get_by_text("hooks/paints.py, line 5")).to_be_visible()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    async with sees(page, "Copied"):
        await page.get_by_role("button", name="Copy everything").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert '>    5      return len(document["colour"])' in copied
    assert incident in copied
    await look(page, "hook failed", full=True)
    assert await axe(page) == []


async def test_an_incident_that_an_editor_reports_is_found(sign_in, problems, look):
    problems.expect("status of 404")
    page = await sign_in(at="_hooks")
    incident = await fail(page, "Fail too")
    box = page.get_by_label("Find an incident")
    await box.fill(f"A hook failed. Incident {incident}.")
    await box.press("Enter")
    await expect(page.get_by_role("heading", name=f"Incident {incident}")).to_be_visible()
    await expect(page.get_by_text("KeyError: 'colour'").first).to_be_visible()
    await expect(page).to_have_url(re.compile(f"incident={incident}"))
    await look(page, "incident", full=True)
    await page.get_by_role("button", name="Close").click()
    await box.fill("000000000000")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_text(re.compile("no failure '000000000000' is remembered", re.IGNORECASE))).to_be_visible()


async def test_a_hook_broken_on_disk_is_told_without_a_reload_of_the_page_and_so_is_its_mending(
    sign_in, site, look, axe
):  # fmt: skip
    page = await sign_in(at="_hooks")
    await expect(page.get_by_role("link", name="hooks/paints.py:paint")).to_be_visible()
    await page.evaluate("window.isTheSamePage = true")
    file = site.folder / "hooks" / "paints.py"
    file.write_text(BREAKING.replace("def measure(document: dict) -> int:", "def measure(document: dict -> int:"))
    banner = page.get_by_role("region", name="The last reload failed: 1 problem")
    await expect(banner).to_be_visible()
    await expect(banner).to_contain_text("collections/paints.yml:4")
    await expect(banner).to_contain_text("hooks/paints.py:4")
    await expect(banner).to_contain_text("Correct the syntax.")
    await look(page, "hook broken", full=True)
    assert await axe(page) == []
    answer = await page.request.post("/api/newsroom/paints", data={"name": "Green"})
    assert answer.status == 201, "the last good version goes on"
    file.write_text(BREAKING)
    await expect(banner).to_have_count(0)
    assert await page.evaluate("window.isTheSamePage")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_hooks_at_all_widths_and_in_both_schemes(sign_in, look, axe, sideways, width, scheme):
    page = await sign_in(at="_hooks", width=width, scheme=scheme)
    await fail(page, "Fail again")
    await expect(page.get_by_role("link", name="hooks/paints.py:paint")).to_be_visible()
    await look(page, "hooks", full=True)
    assert (await axe(page), await sideways(page)) == ([], 0)
    await page.get_by_role("link", name="hooks/paints.py:paint").click()
    await expect(page.get_by_text("Traceback", exact=True)).to_be_visible()
    await look(page, "hook", full=True)
    assert (await axe(page), await sideways(page)) == ([], 0)


async def test_hooks_in_german(sign_in):
    page = await sign_in(at="_hooks", language="de")
    await expect(page.get_by_label("Einen Vorfall finden")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Aufrufe", exact=True)).to_be_visible()


async def test_an_editor_finds_no_hooks_and_the_server_refuses_them(sign_in):
    page = await sign_in("editor", at="_hooks")
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    for path in ("_hooks", "_hooks/incidents/abc", "_events?channels=_hooks"):
        assert (await page.request.get(f"/api/newsroom/{path}")).status == 403
