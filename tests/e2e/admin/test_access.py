"""Users, roles, sessions, tokens and explanations, as admins meet them; and what others do not."""

import re

import aiohttp
import pytest
from playwright.async_api import expect

PASSWORD = "correct horse battery"
SCREENS = {"users": "_users", "roles": "_users/roles", "sessions": "_users/sessions", "tokens": "_tokens"}
CONTENTS = {
    "_users": "tbody tr", "_users/roles": "tbody tr", "_users/sessions": "li", "_tokens": ".MuiPaper-root",
    "_explain": "tbody tr",
}  # fmt: skip
"""What a screen has of the server's answer, in CSS."""


@pytest.fixture(scope="module")
def site(open_site):
    with open_site() as opened:
        yield opened


async def inside(page):
    """Wait until somebody is signed in and sees so."""
    await expect(page.get_by_role("button", name=re.compile("^Account of"))).to_be_visible()


def dialog(page):
    return page.get_by_role("dialog")


async def settled(page):
    """Wait until what the screen asks for is there."""
    await expect(page.locator("main .MuiCircularProgress-root, main .MuiLinearProgress-root")).to_have_count(0)


async def statuses(url, token, *paths):
    """Return how the server answers a token."""
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        found = []
        for path in paths:
            async with session.get(url + path) as response:
                found.append(response.status)
        return found


async def test_a_user_is_invited_by_a_link_that_works_once(sign_in, site, problems):
    page = await sign_in(at="_users")
    await page.get_by_role("button", name="New user").click()
    await dialog(page).get_by_label("E-mail").fill("grace@example.org")
    await dialog(page).get_by_label("Name").fill("Grace Hopper")
    await dialog(page).get_by_label("editor").check()
    await dialog(page).get_by_role("button", name="Add user").click()
    await expect(dialog(page)).to_contain_text("Invitation for grace@example.org")
    await expect(dialog(page)).to_contain_text("It ends in")
    link = await dialog(page).locator("code").inner_text()
    assert link.startswith(f"{site.admin}#sign-in=hsc_")
    await dialog(page).get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row", name=re.compile("Grace Hopper"))).to_contain_text("No password yet")

    guest = await sign_in(None, at=link.removeprefix(site.admin))
    await expect(guest.get_by_role("heading", name="Welcome to Newsroom")).to_be_visible()
    assert "hsc_" not in guest.url
    await expect(guest.get_by_label("E-mail")).to_have_value("grace@example.org")
    await expect(guest.get_by_label("E-mail")).to_be_disabled()
    await guest.get_by_role("textbox", name="Password").fill(PASSWORD)
    await guest.get_by_role("button", name="Save and go on").click()
    await inside(guest)

    problems.expect("status of 401")
    again = await sign_in(None, at=link.removeprefix(site.admin))
    await expect(again.get_by_text("This link is wrong, used or expired")).to_be_visible()


async def test_what_is_wrong_with_a_new_user_is_told_at_its_field(sign_in, problems):
    problems.expect("status of 422")
    problems.expect("status of 409")
    page = await sign_in(at="_users")
    await page.get_by_role("button", name="New user").click()
    await dialog(page).get_by_label("E-mail").fill("nobody")
    await dialog(page).get_by_label("Set a password now").check()
    await dialog(page).get_by_role("textbox", name="Password").fill("short")
    await dialog(page).get_by_role("button", name="Add user").click()
    await expect(dialog(page)).to_contain_text("This is no e-mail address")
    await expect(dialog(page)).to_contain_text("A password has 8 to 1024 characters")
    await expect(dialog(page).get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    await dialog(page).get_by_label("E-mail").fill("editor@example.org")
    await dialog(page).get_by_role("textbox", name="Password").fill(PASSWORD)
    await dialog(page).get_by_role("button", name="Add user").click()
    await expect(dialog(page)).to_contain_text("There is a user with this e-mail address already")


async def test_users_are_searched_and_filtered(sign_in):
    page = await sign_in(at="_users")
    rows = page.get_by_role("row")
    await expect(page.get_by_role("link", name="Arno Author")).to_be_visible()
    await page.get_by_label("Search name or e-mail").fill("edda")
    await expect(page.get_by_role("link", name="Arno Author")).to_have_count(0)
    await expect(rows).to_have_count(2)
    await page.get_by_label("Search name or e-mail").fill("nobody at all")
    await expect(page.get_by_text("No user found")).to_be_visible()
    await page.get_by_label("Search name or e-mail").fill("")
    await page.get_by_label("Role").click()
    await page.get_by_role("option", name="author").click()
    await expect(page.get_by_role("link", name="Edda Editor")).to_have_count(0)
    await expect(page.get_by_role("link", name="Arno Author")).to_be_visible()


async def test_roles_are_given_and_count_at_once(sign_in, site, sees):
    site.run(
        "user", "add", "role@example.org", "--role", "author", "--name", "Ronja", "--password-stdin", input=PASSWORD
    )
    page = await sign_in(at="_users")
    await page.get_by_role("link", name="Ronja").click()
    await expect(page.get_by_role("heading", name="Ronja", level=1)).to_be_visible()
    save = page.get_by_role("button", name="Save")
    await expect(save).to_be_disabled()
    await page.get_by_label("editor").check()
    await page.get_by_label("author", exact=True).uncheck()
    await page.get_by_role("textbox", name="Name").fill("Ronja Rose")
    async with sees(page, "Saved.", within=".MuiSnackbar-root"):
        await save.click()
    await expect(page.get_by_role("heading", name="Ronja Rose", level=1)).to_be_visible()
    assert re.search(r"role@example.org\s+editor\s+active", site.run("user", "list"))


async def test_nobody_takes_their_own_admin_role_or_account_away(sign_in):
    page = await sign_in(at="_users")
    await page.get_by_role("link", name="Ada Admin").click()
    await expect(page.get_by_label("admin", exact=True)).to_be_disabled()
    await expect(page.get_by_role("link", name="To my account")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete")).to_have_count(0)


async def test_who_is_disabled_is_out_at_once_and_who_is_deleted_is_gone(sign_in, site, problems):
    problems.expect("status of 401")
    site.run(
        "user", "add", "gone@example.org", "--role", "editor", "--name", "Gunda", "--password-stdin", input=PASSWORD
    )
    gunda = await sign_in(None)
    await gunda.get_by_label("E-mail").fill("gone@example.org")
    await gunda.get_by_role("textbox", name="Password").fill(PASSWORD)
    await gunda.get_by_role("button", name="Sign in").click()
    await inside(gunda)

    page = await sign_in(at="_users")
    await page.get_by_role("link", name="Gunda").click()
    await page.get_by_role("button", name="Disable").click()
    await dialog(page).get_by_role("button", name="Disable").click()
    await expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
    await expect(gunda.get_by_text("Your session has ended")).to_be_visible()

    await page.get_by_role("button", name="Let them sign in again").click()
    await expect(page.get_by_text("Active", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await dialog(page).get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()
    await expect(page.get_by_role("link", name="Gunda")).to_have_count(0)


async def test_a_password_is_reset_by_link_or_set(sign_in, site):
    site.run("user", "add", "lost@example.org", "--name", "Lotte", "--password-stdin", input=PASSWORD)
    page = await sign_in(at="_users")
    await page.get_by_role("link", name="Lotte").click()
    await page.get_by_role("button", name="Make a link").click()
    await expect(dialog(page)).to_contain_text("stops working at once")
    await dialog(page).get_by_role("button", name="Make the link").click()
    await expect(dialog(page).locator("code")).to_contain_text("#sign-in=hsc_")
    await dialog(page).get_by_role("button", name="Done").click()
    await expect(page.get_by_text("No password yet")).to_be_visible()
    await page.get_by_role("button", name="Set a password").click()
    await dialog(page).get_by_role("textbox", name="Password").fill("battery staple")
    await dialog(page).get_by_role("button", name="Set a password").click()
    await expect(page.get_by_text("Active", exact=True)).to_be_visible()


async def test_roles_show_what_they_may_do_and_the_lines_that_say_so(sign_in):
    page = await sign_in(at="_users/roles")
    await page.get_by_role("button", name="author", exact=True).click()
    table = page.get_by_role("table", name="What may be done with each collection")
    cell = table.get_by_role("button", name=re.compile("^Update articles: It depends"))
    await expect(cell).to_contain_text(re.compile(r"collections/articles\.yml:\d+"))
    await cell.click()
    await expect(dialog(page)).to_contain_text("filter: {createdBy: $user.id}")
    await page.keyboard.press("Escape")
    await table.get_by_role("button", name=re.compile("^Delete articles: Refused")).click()
    await dialog(page).get_by_role("link", name="Ask about a document").click()
    await expect(page.get_by_role("region", name="Answer")).to_contain_text("Refused")
    await expect(page.get_by_role("combobox", name="Who")).to_have_value("role:author")
    await page.go_back()
    await page.get_by_role("link", name="Users with the role author").click()
    await expect(page.get_by_role("link", name="Arno Author")).to_be_visible()
    await expect(page.get_by_role("link", name="Edda Editor")).to_have_count(0)


async def test_sessions_are_seen_and_ended(sign_in, problems):
    problems.expect("status of 401")
    editor = await sign_in("editor")
    await inside(editor)
    page = await sign_in(at="_users/sessions")
    own = page.get_by_role("listitem").filter(has_text="This one")
    await expect(own).to_have_count(1)
    await expect(own.get_by_role("button")).to_have_count(0)
    theirs = page.get_by_role("list", name="Sessions").get_by_role("listitem").filter(has_text="Edda Editor")
    await expect(theirs).to_have_count(1)
    await expect(theirs).to_contain_text("127.0.0.1")
    await theirs.get_by_role("button", name="End the session: Edda Editor").click()
    await expect(theirs).to_have_count(0)
    await expect(editor.get_by_text("Your session has ended")).to_be_visible()


async def test_a_token_is_shown_once_and_revoked(sign_in, site):
    page = await sign_in(at="_tokens")
    await expect(page.get_by_text("There is no API token yet")).to_be_visible()
    await page.get_by_role("button", name="New token").click()
    await dialog(page).get_by_label("Name").fill("exporter")
    await expect(dialog(page)).to_contain_text("token:exporter")
    await dialog(page).get_by_label("admin").check()
    await dialog(page).get_by_label("Expires").click()
    await page.get_by_role("option", name="In 7 days").click()
    await dialog(page).get_by_role("button", name="Make token").click()
    secret = await dialog(page).locator("code").first.inner_text()
    await expect(dialog(page).locator("code").nth(1)).to_contain_text("curl -H 'Authorization: Bearer hst_")
    assert await statuses(site.api, secret, "/_auth/me", "/_users") == [200, 200]
    await page.keyboard.press("Escape")
    await expect(dialog(page)).to_be_visible()
    await dialog(page).get_by_role("button", name="Done").click()
    row = page.get_by_role("row", name=re.compile("exporter"))
    await expect(row).to_contain_text("in 6 days")
    await row.get_by_role("button", name="Revoke the token exporter").click()
    await dialog(page).get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("There is no API token yet")).to_be_visible()
    assert await statuses(site.api, secret, "/_auth/me") == [401]


async def test_a_secret_is_copied(sign_in, sees):
    page = await sign_in(at="_tokens")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="New token").click()
    await dialog(page).get_by_label("Name").fill("copied")
    await dialog(page).get_by_role("button", name="Make token").click()
    secret = await dialog(page).locator("code").first.inner_text()
    async with sees(page, "Copied", within="[role=dialog] button"):
        await dialog(page).get_by_role("button", name="Copy the token").click()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    await dialog(page).get_by_role("button", name="Done").click()
    await page.get_by_role("button", name="Revoke the token copied").click()
    await dialog(page).get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("button", name="Revoke the token copied")).to_have_count(0)


async def test_an_explanation_names_the_line_that_decides(sign_in):
    page = await sign_in(at="_explain")
    answer = page.get_by_role("region", name="Answer")
    await expect(answer).to_contain_text("It depends")
    who = page.get_by_role("combobox", name="Who")
    await who.fill("edda")
    await page.get_by_role("option", name=re.compile("Edda Editor")).click()
    await page.get_by_role("button", name="Update", exact=True).click()
    await expect(answer).to_contain_text("Allowed")
    await expect(answer.get_by_role("listitem").filter(has_text="role:editor: {update: true}")).to_have_text(
        re.compile(r"collections/articles\.yml:\d+.*Decides.*role:editor: \{update: true\}", re.DOTALL)
    )
    await expect(answer).to_contain_text("title, slug")
    assert "actor=editor%40example.org" in page.url
    await who.fill("public")
    await who.press("Enter")
    await expect(answer).to_contain_text("Refused")
    await page.get_by_role("button", name="Read", exact=True).click()
    await expect(answer).to_contain_text("Hidden fields")
    await expect(answer).to_contain_text("notes")


async def test_an_explanation_is_about_one_document_when_one_is_chosen(sign_in, problems):
    problems.expect("status of 404")
    page = await sign_in(at="_explain?actor=public&action=read&collection=articles")
    answer = page.get_by_role("region", name="Answer")
    await expect(answer).to_contain_text("It depends")
    document = page.get_by_role("combobox", name="Document (optional)")
    await document.fill("road to rust")
    # What is found for the words; before that, the first of all are there to choose from.
    await page.get_by_role("option", name="Road to Rust 1.0").click()
    await expect(answer).to_contain_text("Allowed")
    await expect(answer).to_contain_text("matches")
    await document.fill("no-such-id")
    await document.press("Enter")
    await expect(answer).to_contain_text("There is no document 'no-such-id' in articles")


@pytest.mark.parametrize("who", ["editor", "author"])
async def test_others_see_only_what_their_permissions_allow(sign_in, who, problems):
    page = await sign_in(who)
    await inside(page)
    links = await page.get_by_role("navigation", name="Main menu").get_by_role("link").all_inner_texts()
    assert [text.strip() for text in links if text.strip()] == ["Articles", "Authors", "Comments"]
    for path in (*SCREENS.values(), "_explain"):
        await page.goto(f"/admin/newsroom/{path}")
        await expect(page.get_by_text("There is nothing here")).to_be_visible()
    for path in ("_users", "_sessions", "_tokens", "_explain?actor=public"):
        response = await page.request.get(f"/api/newsroom/{path}")
        assert response.status == 403, path


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "de")])
@pytest.mark.parametrize("path", [*SCREENS.values(), "_explain"])
async def test_the_screens_fit_and_are_accessible(sign_in, axe, sideways, look, path, width, scheme, language):
    page = await sign_in(width=width, scheme=scheme, language=language, at=path)
    await expect(page.get_by_role("heading", level=1)).not_to_be_empty()
    await expect(page.locator("main").locator(CONTENTS[path]).first).to_be_visible()
    await settled(page)
    assert await sideways(page) == 0
    assert await axe(page) == []
    await look(page, f"access {path}", full=True)


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "dark", "en"), (390, "light", "de")])
async def test_a_user_s_page_and_the_dialogs_fit_and_are_accessible(
    sign_in, axe, sideways, look, width, scheme, language
):
    page = await sign_in(width=width, scheme=scheme, language=language, at="_users")
    await page.get_by_role("button", name=re.compile("New user|Neuer Benutzer")).click()
    await expect(dialog(page).get_by_label("E-Mail" if language == "de" else "E-mail")).to_be_focused()
    assert await axe(page) == []
    await look(page, "access new user")
    await page.keyboard.press("Escape")
    await expect(dialog(page)).to_have_count(0)
    await page.get_by_role("link", name="Arno Author").click()
    await expect(page.get_by_role("heading", name="Arno Author", level=1)).to_be_visible()
    await expect(
        page.get_by_text(re.compile("Not signed in|Nirgends")).or_(page.get_by_text("127.0.0.1")).first
    ).to_be_visible()
    await settled(page)
    assert await sideways(page) == 0
    assert await axe(page) == []
    await look(page, "access user", full=True)
    await page.goto("/admin/newsroom/_users/roles?role=author")
    await page.get_by_role("button", name=re.compile("^(Update|Ändern) articles")).click()
    await expect(dialog(page)).to_contain_text("createdBy: $user.id")
    assert await axe(page) == []
    await look(page, "access why")
