"""Two people on one article: who is there, what the other has saved, and what becomes of a stale edit."""

import asyncio
import json
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect


@pytest.fixture(scope="module")
def site(open_site):
    with open_site() as opened:
        yield opened


def at(page: Page, name: str) -> Locator:
    return page.locator(f"#field-{name}")


async def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = await page.request.fetch(f"/api/newsroom/{path}", method=method, data=data, headers=headers)
    assert answer.ok, await answer.text()
    return await answer.json() if answer.status != 204 else None


async def save(page: Page) -> None:
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("All changes saved")).to_be_visible()


class Two:
    """Ada, an admin, and Edda, an editor, with the same new article open."""

    def __init__(self, ada: Page, edda: Page, id: str) -> None:
        self.ada, self.edda, self.id = ada, edda, id

    async def stored(self) -> Any:
        return await call(self.ada, "GET", f"articles/{self.id}")


@pytest_asyncio.fixture(loop_scope="session")
async def two(sign_in):
    ada, edda = await sign_in("admin"), await sign_in("editor")
    article = {"title": "One", "body": "first\n\nsecond\n", "tags": ["a"], "status": "draft"}
    id = (await call(ada, "POST", "articles", article))["id"]
    for page in (ada, edda):
        await page.goto(f"/admin/newsroom/articles/{id}")
    await expect(ada.get_by_role("listitem", name="Edda Editor")).to_be_visible()
    await expect(edda.get_by_role("listitem", name="Ada Admin")).to_be_visible()
    return Two(ada, edda, id)


async def test_each_sees_that_the_other_is_there_and_in_which_field(two, look):
    await at(two.edda, "title").focus()
    title = two.ada.locator("[data-pointer='/title']")
    await expect(title).to_contain_text("Edda Editor")
    await expect(two.ada.get_by_text("Edda Editor is in Title")).to_have_count(1)
    await look(two.ada, "presence")
    await at(two.edda, "notes").focus()
    await expect(two.ada.locator("[data-pointer='/notes']")).to_contain_text("Edda Editor")
    await expect(title).not_to_contain_text("Edda Editor")
    await two.edda.goto("/admin/newsroom/authors")
    await expect(two.ada.get_by_role("listitem", name="Edda Editor")).to_have_count(0)


async def test_who_comes_later_is_told_where_the_others_are(two, sign_in):
    await two.edda.goto("/admin/newsroom/authors")
    await expect(two.ada.get_by_role("listitem", name="Edda Editor")).to_have_count(0)
    await at(two.ada, "title").focus()
    await two.edda.goto(f"/admin/newsroom/articles/{two.id}")
    await expect(two.edda.locator("[data-pointer='/title']")).to_contain_text("Ada Admin")


async def test_what_the_other_saves_arrives_where_one_has_changed_nothing(two, look, sees):
    await at(two.ada, "notes").fill("Ada's notes")
    await at(two.edda, "title").fill("Two")
    await at(two.edda, "tags").fill("b,")
    async with sees(two.ada, "Edda Editor changed this", within="[data-pointer='/title']"):
        await save(two.edda)
    await expect(at(two.ada, "title")).to_have_value("Two")
    await expect(two.ada.get_by_text("Edda Editor changed Title, Tags")).to_have_count(1)
    await expect(at(two.ada, "notes")).to_have_value("Ada's notes")
    await look(two.ada, "arrived")
    await save(two.ada)
    stored = await two.stored()
    assert (stored["title"], stored["tags"], stored["notes"], stored["version"]) == (
        "Two",
        ["a", "b"],
        "Ada's notes",
        3,
    )


async def test_a_field_that_both_have_changed_is_marked_and_chosen(two):
    await at(two.ada, "title").fill("Ada's")
    await at(two.edda, "title").fill("Edda's")
    await save(two.edda)
    title = two.ada.locator("[data-pointer='/title']")
    await expect(title).to_contain_text("Title: Edda Editor has saved this meanwhile")
    await expect(at(two.ada, "title")).to_have_value("Ada's")
    await title.get_by_role("button", name="Take theirs").click()
    await expect(at(two.ada, "title")).to_have_value("Edda's")
    await expect(two.ada.get_by_text("All changes saved")).to_be_visible()
    await at(two.ada, "title").fill("Ada's")
    await at(two.edda, "title").fill("Edda's again")
    await save(two.edda)
    await title.get_by_role("button", name="Keep mine").click()
    await save(two.ada)
    assert (await two.stored())["title"] == "Ada's"
    await expect(at(two.edda, "title")).to_have_value("Ada's")


async def test_saving_over_an_open_conflict_asks_first(two, look, axe):
    await at(two.ada, "title").fill("Ada's")
    await at(two.ada, "notes").fill("Ada's notes")
    await at(two.edda, "title").fill("Edda's")
    await save(two.edda)
    await expect(two.ada.locator("[data-pointer='/title']")).to_contain_text("Edda Editor has saved")
    await two.ada.keyboard.press("Control+s")
    dialog = two.ada.get_by_role("dialog", name="Edda Editor has saved this document meanwhile")
    await expect(dialog.get_by_text("One field is still to be chosen")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Save this")).to_be_disabled()
    await expect(dialog.locator("[data-compared='/notes']").get_by_role("radio", name="Mine")).to_be_checked()
    assert await axe(two.ada, within="[role=dialog]") == []
    await look(two.ada, "comparison")
    await dialog.locator("[data-compared='/title']").get_by_role("radio", name="Theirs").check()
    await dialog.get_by_role("button", name="Save this").click()
    await expect(dialog).to_be_hidden()
    stored = await two.stored()
    assert (stored["title"], stored["notes"]) == ("Edda's", "Ada's notes")


async def test_a_stale_save_that_no_message_announced_is_compared_and_merged(two, problems, look):
    problems.expect("status of 412")
    problems.expect("ERR_FAILED")
    # Ada's window hears nothing of what is saved: she cannot read the document again.
    await two.ada.route(
        f"**/api/newsroom/articles/{two.id}",
        lambda route: route.abort() if route.request.method == "GET" else route.continue_(),
    )
    await at(two.ada, "body").fill("first\n\nsecond by Ada\n")
    await at(two.ada, "notes").fill("Ada's notes")
    await at(two.edda, "body").fill("first by Edda\n\nsecond\n")
    await at(two.edda, "tags").fill("b,")
    await save(two.edda)
    await two.ada.keyboard.press("Control+s")
    dialog = two.ada.get_by_role("dialog")
    await expect(dialog.locator("[data-compared='/tags']").get_by_role("radio", name="Theirs")).to_be_checked()
    await expect(dialog.locator("[data-compared='/notes']").get_by_role("radio", name="Mine")).to_be_checked()
    body = dialog.locator("[data-compared='/body']")
    await expect(body.locator("ins").first).to_have_text(" by Edda")
    await body.get_by_role("button", name="Write it together by hand").click()
    await body.get_by_role("textbox", name="By hand").fill("first by Edda\n\nsecond by Ada\n")
    await look(two.ada, "merge by hand")
    await dialog.get_by_role("button", name="Save this").click()
    await expect(dialog).to_be_hidden()
    await expect(two.ada.get_by_text("All changes saved")).to_be_visible()
    stored = await call(two.edda, "GET", f"articles/{two.id}")
    assert (stored["body"], stored["tags"], stored["notes"], stored["version"]) == (
        "first by Edda\n\nsecond by Ada\n", ["a", "b"], "Ada's notes", 3,
    )  # fmt: skip


async def test_a_document_that_is_deleted_meanwhile_can_be_created_again(two):
    await at(two.ada, "title").fill("Ada's last word")
    await expect(two.edda.locator("[data-pointer='/title']")).to_contain_text("Ada Admin")
    await call(two.edda, "DELETE", f"articles/{two.id}")
    banner = two.ada.get_by_role("alert").filter(has_text="This document is not there any more")
    await banner.get_by_role("button", name="Create again").click()
    await two.ada.wait_for_url(lambda url: not url.endswith(two.id))
    await expect(at(two.ada, "title")).to_have_value("Ada's last word")


async def test_who_has_saved_is_named_as_soon_as_that_is_known(two, sign_in):
    page = await sign_in("editor")
    known = asyncio.Event()

    async def late(route: Route) -> None:
        await known.wait()
        await route.continue_()

    await page.route("**/_editing/articles/*", late)
    async with page.expect_request("**/_editing/articles/*"):
        await page.goto(f"/admin/newsroom/articles/{two.id}")
    await at(page, "title").fill("Mine")
    await at(two.ada, "title").fill("Hers")
    await save(two.ada)
    title = page.locator("[data-pointer='/title']")
    await expect(title).to_contain_text("Somebody has saved")
    known.set()
    await expect(title).to_contain_text("Ada Admin has saved")


async def test_the_comparison_fits_a_phone(two, sign_in, sideways, look):
    phone = await sign_in("editor", width=390, scheme="dark", at=f"articles/{two.id}")
    await expect(phone.get_by_role("listitem", name="Ada Admin")).to_be_visible()
    await at(phone, "title").fill("From the phone")
    await at(two.ada, "title").fill("From the desk")
    await save(two.ada)
    await expect(phone.locator("[data-pointer='/title']")).to_contain_text("Ada Admin has saved")
    assert await sideways(phone) == 0
    await phone.get_by_role("button", name="Save", exact=True).click()
    await expect(phone.get_by_role("dialog")).to_be_visible()
    await look(phone, "comparison")
    await phone.get_by_role("button", name="Back to the form").click()
    await expect(phone.get_by_role("dialog")).to_be_hidden()
