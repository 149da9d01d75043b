"""What everybody may do with their own account."""

import re

import pytest
from playwright.async_api import expect

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def site(open_site):
    with open_site() as opened:
        yield opened


async def inside(page):
    """Wait until somebody is signed in and sees so."""
    await expect(page.get_by_role("button", name=re.compile("^Account of"))).to_be_visible()


async def test_one_s_own_name_is_changed(sign_in, sees):
    page = await sign_in("author", at="_account")
    await page.get_by_label("Name").fill("Arno Anders")
    async with sees(page, "Saved.", within=".MuiSnackbar-root"):
        await page.get_by_role("region", name="About you").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Account of Arno Anders")).to_be_visible()


async def test_a_password_is_changed_and_other_sessions_end(sign_in, site, problems, sees):
    problems.expect("status of 4(22|01)")
    site.run("user", "add", "change@example.org", "--role", "editor", "--password-stdin", input=PASSWORD)
    pages = []
    for _ in range(2):
        page = await sign_in(None, at="_account")
        await page.get_by_label("E-mail").fill("change@example.org")
        await page.get_by_role("textbox", name="Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Account", level=1)).to_be_visible()
        pages.append(page)
    page, other = pages
    await page.get_by_role("textbox", name="Current password").fill("something else")
    await page.get_by_role("textbox", name="New password").fill("short")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("A password has 8 to 1024 characters")).to_be_visible()
    await page.get_by_role("textbox", name="New password").fill("battery staple")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("The current password is wrong")).to_be_visible()
    await page.get_by_role("textbox", name="Current password").fill(PASSWORD)
    async with sees(page, "The password is changed", within=".MuiSnackbar-root"):
        await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_role("textbox", name="Current password")).to_have_value("")
    await expect(other.get_by_text("Your session has ended")).to_be_visible()


async def test_own_sessions_are_seen_and_ended(sign_in, problems):
    problems.expect("status of 401")
    other = await sign_in("editor")
    await inside(other)
    page = await sign_in("editor", at="_account")
    sessions = page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")
    await expect(sessions).to_have_count(2)
    await expect(sessions.filter(has_text="This one")).to_have_count(1)
    await sessions.get_by_role("button", name=re.compile("^End the session")).click()
    await expect(sessions).to_have_count(1)
    await expect(other.get_by_text("Your session has ended")).to_be_visible()


async def test_language_and_appearance_are_chosen_and_kept(sign_in):
    page = await sign_in("author", at="_account")
    await page.get_by_role("combobox", name="Language").click()
    await page.get_by_role("option", name="Deutsch").click()
    await expect(page.get_by_role("heading", name="Konto", level=1)).to_be_visible()
    await page.get_by_role("combobox", name="Darstellung").click()
    await page.get_by_role("option", name="Dunkel").click()
    await page.reload()
    await expect(page.get_by_role("heading", name="Konto", level=1)).to_be_visible()
    await expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 26)")


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "de")])
async def test_the_account_fits_and_is_accessible(sign_in, axe, sideways, look, width, scheme, language):
    page = await sign_in("author", width=width, scheme=scheme, language=language, at="_account")
    await expect(page.get_by_role("listitem").filter(has_text="127.0.0.1").first).to_be_visible()
    assert await sideways(page) == 0
    assert await axe(page) == []
    await look(page, "account", full=True)
