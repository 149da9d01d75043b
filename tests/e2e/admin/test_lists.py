"""Lists of collections: narrowed, ordered, saved as views, changed in bulk, exported, live."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from playwright.async_api import Page, expect


@pytest.fixture(scope="module")
def shared(open_site):
    """A server for all tests that leave it as it is."""
    with open_site() as site:
        yield site


@pytest.fixture
def alone():
    """Asked for by tests that write: they get a server of their own."""


@pytest.fixture
def site(request, open_site):
    if "alone" not in request.fixturenames:
        yield request.getfixturevalue("shared")
        return
    with open_site() as own:
        yield own


async def opened(sign_in, *, at: str = "articles", **more) -> Page:
    page = await sign_in(more.pop("user", "editor"), at=at, **more)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Articles")
    await expect(page.get_by_role("main").get_by_role("link", name="Announcing", exact=False).first).to_be_visible()
    return page


def rows(page: Page):
    return page.locator("tbody tr")


async def settled(page: Page) -> None:
    """Wait until the rows are those that are asked for; until then those of before stay to be seen."""
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)


async def named(page: Page) -> None:
    """Wait until the rows have the names of what they refer to."""
    await settled(page)
    await expect(page.locator("tbody")).not_to_contain_text("…")


async def heard(page: Page, article) -> None:
    """Wait until the page hears of what others do, by a document that it has not been told of before."""
    await article("POST", "articles", {"id": "heard", "title": "Heard of", "status": "published"})
    await expect(rows(page).filter(has_text="Heard of")).to_be_visible()
    await named(page)


async def filtered(page: Page, field: str, operator: str, value: str | None = None) -> None:
    """Make the filter's one condition and apply it."""
    await page.get_by_role("button", name="Filter").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Field", exact=True).select_option(label=field)
    await dialog.get_by_label("Condition", exact=True).select_option(label=operator)
    if value is not None:
        await dialog.get_by_label("Value", exact=True).fill(value)
    await dialog.get_by_role("button", name="Apply").click()
    await expect(dialog).to_be_hidden()


async def test_a_list_says_how_many_there_are_and_pages_through_them(sign_in):
    page = await opened(sign_in)
    await expect(rows(page)).to_have_count(25)
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    first = await rows(page).first.get_by_role("link").first.inner_text()
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text("26-50 of 750")).to_be_visible()
    await expect(rows(page).first).not_to_contain_text(first)
    await page.get_by_label("Rows per page").click()
    await page.get_by_role("option", name="100").click()
    await expect(rows(page)).to_have_count(100)


async def test_turning_a_page_asks_for_the_page_and_the_names_it_refers_to_and_nothing_else(sign_in):
    page = await sign_in("editor", at="_account")
    # For news it would ask too; here nobody has any.
    await page.route(re.compile("/_events"), lambda _: None)
    await page.goto("/admin/newsroom/articles")
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await expect(rows(page)).to_have_count(25)
    await named(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.split("?")[0].rsplit("/", 1)[-1]))
    async with page.expect_response(lambda response: "/authors?" in response.url):
        await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text("26-50 of 750")).to_be_visible()
    await page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    assert sorted(name for name in asked if name in ("articles", "authors")) == ["articles", "authors"]


async def test_full_text_is_searched_and_kept_in_the_address(sign_in):
    page = await opened(sign_in)
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox", name="Search Articles")).to_be_focused()
    await page.keyboard.type("cargo registry index")
    await expect(page.get_by_role("group", name="Active filters")).to_contain_text("cargo registry index")
    await expect(page.get_by_text(re.compile(r"1-\d+ of \d\d$"))).to_be_visible()
    assert "cargo" in page.url
    await page.reload()
    await expect(page.get_by_role("searchbox", name="Search Articles")).to_have_value("cargo registry index")
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()


async def test_an_address_that_somebody_wrote_is_searched_sorted_and_turned_to_its_page(sign_in):
    page = await opened(sign_in, at="articles?q=announcing&sort=-title&page=2")
    await expect(page.get_by_role("searchbox", name="Search Articles")).to_have_value("announcing")
    await expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "descending")
    await expect(page.get_by_text(re.compile(r"26-50 of \d\d\d$"))).to_be_visible()
    await expect(page.get_by_text("of 750")).to_be_hidden()
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("searchbox", name="Search Articles")).to_have_value("announcing")
    await expect(page.get_by_text(re.compile(r"26-50 of \d\d\d$"))).to_be_visible()


async def test_what_an_address_asks_for_wrongly_is_left_out_and_does_not_stay(sign_in):
    page = await opened(
        sign_in, at="articles?sort=nosuchfield&order=DESC&perPage=9999&page=-1&filter=%7B%22q%22%3A5%7D"
    )
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await expect(page).not_to_have_url(re.compile("nosuchfield|9999"))
    await page.goto(page.url.partition("?")[0])
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()


async def test_a_filter_is_built_shown_as_chips_and_taken_away(sign_in):
    page = await opened(sign_in)
    await filtered(page, "Title", "begins with", "announcing rust 1.9")
    chips = page.get_by_role("group", name="Active filters")
    await expect(chips).to_contain_text("Title begins with announcing rust 1.9")
    await expect(page.get_by_text("of 750")).to_be_hidden()
    await expect(rows(page).first).to_contain_text("Announcing Rust 1.9")
    await page.go_back()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await page.go_forward()
    await expect(chips).to_be_visible()
    await chips.locator(".MuiChip-deleteIcon").click()
    await expect(chips).to_be_hidden()


async def test_conditions_are_grouped_and_references_are_found_by_name(sign_in):
    page = await opened(sign_in)
    await page.get_by_role("button", name="Filter").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Field", exact=True).select_option(label="Authors")
    await dialog.get_by_label("Values").fill("niko")
    await page.get_by_role("option", name="Niko Matsakis", exact=True).click()
    await dialog.get_by_role("button", name="Add group").click()
    await dialog.get_by_label("Value", exact=True).nth(0).fill("goals")
    await dialog.get_by_label("Value", exact=True).nth(1).fill("team")
    await dialog.get_by_role("button", name="Apply").click()
    chips = page.get_by_role("group", name="Active filters")
    await expect(chips).to_contain_text("Authors is one of Niko Matsakis")
    await expect(chips).to_contain_text("Title contains goals or Title contains team")
    await named(page)
    await expect(rows(page).filter(has_text=re.compile("goals|team", re.IGNORECASE)).first).to_be_visible()
    await expect(rows(page).filter(has_text="Niko Matsakis")).to_have_count(await rows(page).count())
    for text in await rows(page).all_inner_texts():
        assert re.search("goals|team", text, re.IGNORECASE)


async def test_a_filter_that_finds_nothing_says_so_and_lets_go(sign_in):
    page = await opened(sign_in)
    await filtered(page, "Title", "is", "no such title")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_role("main").get_by_role("button", name="Clear all").last.click()
    await expect(rows(page)).to_have_count(25)


async def test_a_link_s_filter_that_the_builder_cannot_show_holds_and_is_shown_as_it_is(sign_in):
    query = json.dumps({"title": {"$regex": "^Announcing.*1\\.9[0-9]\\.0$"}})
    page = await opened(sign_in, at=f"articles?filter={query}")
    await expect(rows(page)).to_have_count(9)
    await page.get_by_text("Filter of a link").click()
    await expect(page.get_by_role("dialog")).to_contain_text("^Announcing")


async def test_columns_are_chosen_and_ordered_and_stay(sign_in):
    page = await opened(sign_in)
    heads = page.locator("thead th")
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_role("dialog").get_by_role("checkbox", name="Tags").check()
    await page.get_by_role("dialog").get_by_role("checkbox", name="Authors").uncheck()
    for _ in range(3):
        await page.get_by_role("button", name="Move Tags forward").click()
    await page.keyboard.press("Escape")
    await expect(heads).to_have_text(["", "Tags", "Title", "Status", "Published at"])
    await page.reload()
    await expect(heads).to_have_text(["", "Tags", "Title", "Status", "Published at"])
    await expect(rows(page).filter(has_text="release").first).to_be_visible()


async def test_a_column_keeps_the_focus_while_it_is_moved_and_hidden(sign_in):
    page = await opened(sign_in)
    await page.get_by_role("button", name="Columns").click()
    forward = page.get_by_role("button", name="Move Status forward")
    await forward.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("thead th")).to_have_text(["", "Status", "Title", "Authors", "Published at"])
    await expect(forward).to_be_focused()
    box = page.get_by_role("dialog").get_by_role("checkbox", name="Status")
    await box.focus()
    for heads in (["", "Title", "Authors", "Published at"], ["", "Title", "Authors", "Published at", "Status"]):
        await page.keyboard.press(" ")
        await expect(page.locator("thead th")).to_have_text(heads)
        await expect(box).to_be_focused()


async def test_a_column_s_head_sorts(sign_in):
    page = await opened(sign_in)
    head = page.get_by_role("columnheader", name="Title")
    await head.get_by_role("button").click()
    await expect(head).to_have_attribute("aria-sort", "ascending")
    await settled(page)
    first = await rows(page).first.get_by_role("link").first.inner_text()
    await head.get_by_role("button").click()
    await expect(head).to_have_attribute("aria-sort", "descending")
    await expect(rows(page).first).not_to_contain_text(first)


async def test_views_are_saved_shown_again_begun_with_and_deleted(sign_in):
    page = await opened(sign_in)
    await filtered(page, "Title", "contains", "survey")
    views = page.get_by_role("button", name="Views")
    await views.click()
    await page.get_by_role("button", name="Save what is shown").click()
    await page.get_by_label("Name").fill("Surveys")
    await page.get_by_role("button", name="Save", exact=True).click()
    begin = page.get_by_role("button", name="Begin with Surveys")
    await begin.click()
    await expect(begin).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_role("group", name="Active filters")).to_have_count(0)
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await views.click()
    await page.get_by_role("dialog").get_by_role("button", name="Surveys", exact=True).click()
    await expect(rows(page).first).to_contain_text(re.compile("survey", re.IGNORECASE))
    await page.evaluate("localStorage.removeItem(Object.keys(localStorage).find((key) => key.endsWith('.list')))")
    await page.goto(page.url.partition("?")[0])
    await expect(page.get_by_role("group", name="Active filters")).to_contain_text("Title contains survey")
    await page.get_by_role("button", name="Surveys").click()
    await page.get_by_role("button", name="Delete Surveys").click()
    await expect(page.get_by_role("dialog")).not_to_contain_text("Surveys")


async def test_a_row_is_reached_opened_and_selected_by_the_keyboard_alone(sign_in):
    page = await opened(sign_in)
    await rows(page).first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await expect(rows(page).nth(1)).to_be_focused()
    await page.keyboard.press(" ")
    await expect(rows(page).nth(1).get_by_role("checkbox")).to_be_checked()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/articles/[0-9a-f-]{36}"))


async def test_what_a_filter_or_search_hides_is_selected_no_longer(sign_in):
    page = await opened(sign_in)
    bar = page.get_by_role("region", name="What is selected")
    name = await rows(page).nth(0).get_by_role("link").first.inner_text()
    await rows(page).nth(0).get_by_role("checkbox").check()
    await rows(page).nth(3).get_by_role("checkbox").check()
    await page.get_by_role("button", name="Next page").click()
    await expect(page.get_by_text("26-50 of 750")).to_be_visible()
    await settled(page)
    await rows(page).nth(0).get_by_role("checkbox").check()
    await expect(bar).to_contain_text("3 selected")
    await page.get_by_role("columnheader", name="Title").get_by_role("button").click()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await expect(bar).to_contain_text("3 selected")
    await filtered(page, "Title", "is", name)
    await expect(bar).to_contain_text("1 selected")
    await expect(rows(page).nth(0).get_by_role("checkbox")).to_be_checked()
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await expect(bar).to_contain_text("1 selected")
    await page.get_by_role("searchbox", name="Search Articles").fill("nothinglikethis")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await expect(bar).to_be_hidden()


async def test_what_was_selected_is_held_against_the_address_that_one_comes_back_with(sign_in):
    page = await opened(sign_in)
    await rows(page).nth(0).get_by_role("checkbox").check()
    await rows(page).nth(1).get_by_role("checkbox").check()
    name = await rows(page).nth(0).get_by_role("link").first.inner_text()
    await expect(page.get_by_role("region", name="What is selected")).to_contain_text("2 selected")
    await page.goto(page.url.partition("?")[0] + "?filter=" + quote(json.dumps({"title": name})))
    await expect(rows(page)).to_have_count(1)
    await expect(page.get_by_role("region", name="What is selected")).to_contain_text("1 selected")


async def test_many_are_changed_at_once_and_what_is_refused_is_named_with_its_reason(sign_in, alone, problems):
    problems.expect("status of 422")
    page = await opened(sign_in)
    await page.get_by_role("checkbox", name="Select all on this page").check()
    await page.get_by_role("button", name="Select all 750").click()
    await expect(page.get_by_text("750 selected")).to_be_visible()
    await page.get_by_role("region", name="What is selected").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Set a field").select_option(label="Notes of the desk")
    await dialog.get_by_role("textbox", name="Notes of the desk").fill("checked in bulk")
    await dialog.get_by_role("button", name="Change 750 documents").click()
    await expect(dialog.get_by_text("750 of 750 done.")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await filtered(page, "Notes of the desk", "is", "checked in bulk")
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await settled(page)
    name = await rows(page).nth(0).get_by_role("link").first.inner_text()
    await rows(page).nth(0).get_by_role("checkbox").check()
    await rows(page).nth(1).get_by_role("checkbox").check()
    await page.get_by_role("region", name="What is selected").get_by_role("button", name="Edit").click()
    await dialog.get_by_label("Set a field").select_option(label="Title")
    await dialog.get_by_role("textbox", name="Title").fill("SHOUTED")
    await dialog.get_by_role("button", name="Change 2 documents").click()
    await expect(dialog.get_by_text("0 of 2 done.")).to_be_visible()
    await expect(dialog).to_contain_text("2 were refused")
    await expect(dialog).to_contain_text(f"{name}: title: all capitals")


async def test_a_list_counts_what_was_made_while_it_was_not_shown(sign_in, alone, article):
    page = await opened(sign_in)
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()
    await page.get_by_role("link", name="New: Article").click()
    await page.locator("#field-title").fill("Made by hand")
    await article("POST", "articles", {"id": "elsewhere", "title": "Made elsewhere"})
    await page.get_by_role("button", name="Create and close").click()
    await expect(rows(page).first).to_be_visible()
    await expect(page.get_by_text("1-25 of 752")).to_be_visible()


async def test_deleting_many_asks_first_and_names_how_many(sign_in, alone):
    page = await opened(sign_in)
    await rows(page).nth(0).get_by_role("checkbox").check()
    await rows(page).nth(2).get_by_role("checkbox").check()
    await page.get_by_role("region", name="What is selected").get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Delete 2 documents of Articles?")
    await dialog.get_by_role("button", name="Delete 2 documents").click()
    await expect(dialog.get_by_text("2 of 2 done.")).to_be_visible()
    await dialog.get_by_role("button", name="Close").click()
    await expect(page.get_by_text("1-25 of 748")).to_be_visible()
    await expect(page.get_by_role("region", name="What is selected")).to_be_hidden()


@pytest.mark.parametrize("format", ["CSV", "JSON"])
async def test_everything_that_a_filter_finds_is_exported(sign_in, format):
    page = await opened(sign_in)
    await page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(format).check()
    async with page.expect_download() as download:
        await dialog.get_by_role("button", name="Export").click()
    await expect(dialog.get_by_text("750 documents are in the file.")).to_be_visible()
    text = Path(await (await download.value).path()).read_text(encoding="utf-8-sig")
    if format == "JSON":
        assert len({one["slug"] for one in json.loads(text)}) == 750
    else:
        assert text.splitlines()[0] == "title,status,authors,publishedAt"
        assert len(text.splitlines()) == 751


async def test_what_others_do_shows_on_the_page_by_itself(sign_in, alone, article, sees):
    page = await opened(sign_in)
    await article("POST", "articles", {"id": "fresh", "title": "Just written", "status": "published"})
    row = page.locator("tbody tr", has_text="Just written")
    await expect(row).to_be_visible()
    await expect(page.get_by_text("1-25 of 751")).to_be_visible()
    async with sees(page, "Just written again", within="tbody tr.mark-changed"):
        await article("PATCH", "articles/fresh", {"title": "Just written again"})
    await article("DELETE", "articles/fresh")
    await expect(row).to_be_hidden()
    await expect(page.get_by_text("1-25 of 750")).to_be_visible()


async def test_rows_stay_where_they_are_while_somebody_selects(sign_in, alone, article):
    page = await opened(sign_in)
    await heard(page, article)
    await rows(page).nth(3).get_by_role("checkbox").check()
    before = await rows(page).all_inner_texts()
    place = await rows(page).nth(3).bounding_box()
    for n in range(3):
        await article("POST", "articles", {"id": f"fresh-{n}", "title": f"Fresh {n}", "status": "published"})
    news = page.get_by_role("button", name="3 new")
    await expect(news).to_be_visible()
    assert await rows(page).all_inner_texts() == before
    assert await rows(page).nth(3).bounding_box() == place
    await news.click()
    await expect(page.locator("tbody tr", has_text="Fresh 2")).to_be_visible()
    await expect(news).to_be_hidden()


async def test_what_is_edited_so_that_it_fits_the_filter_is_counted_as_new(sign_in, alone, article):
    await article("POST", "articles", {"id": "draft-1", "title": "First", "status": "draft"})
    await article("POST", "articles", {"id": "draft-2", "title": "Second", "status": "draft"})
    page = await opened(sign_in)
    await heard(page, article)
    await filtered(page, "Title", "contains", "announcing")
    found = page.get_by_text(re.compile(r"1-25 of [1-6]\d\d$"))  # of the 753 that there are
    await expect(found).to_be_visible()
    total = int((await found.inner_text()).rpartition(" ")[2])
    await article("PATCH", "articles/draft-1", {"title": "Announcing the first"})
    news = page.get_by_role("button", name=re.compile("new"))
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    await expect(page.get_by_text(f"1-25 of {total + 1}")).to_be_visible()
    # What does not fit, or is asked for by nobody, is no news.
    await article("PATCH", "articles/draft-2", {"title": "Still the second"})
    await article("PATCH", "articles/draft-2", {"title": "Announcing the second"})
    await expect(page.get_by_role("button", name="2 new")).to_be_visible()
    await article("PATCH", "articles/draft-1", {"title": "First again"})
    await expect(page.get_by_role("button", name="1 new")).to_be_visible()
    await news.click()
    await expect(news).to_be_hidden()


async def test_an_author_is_shown_only_what_they_may_do(sign_in):
    page = await opened(sign_in, user="author")
    await page.get_by_role("button", name="Columns").click()
    await expect(page.get_by_role("dialog").get_by_role("checkbox", name="Title")).to_be_visible()
    await page.keyboard.press("Escape")
    await rows(page).first.get_by_role("checkbox").check()
    bar = page.get_by_role("region", name="What is selected")
    await expect(bar.get_by_role("button", name="Export")).to_be_visible()
    await expect(bar.get_by_role("button", name="Delete")).to_be_hidden()


async def test_a_collection_without_documents_invites_to_the_first(sign_in, look):
    page = await sign_in("editor", at="comments")
    await expect(page.get_by_text("Nothing here yet")).to_be_visible()
    await look(page, "list empty")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_list_can_be_read_and_used_by_everybody(sign_in, axe, sideways, look, width, scheme):
    page = await opened(sign_in, width=width, scheme=scheme)
    await expect(page.get_by_text("of 750")).to_be_visible()
    await look(page, "list")
    assert await axe(page) == []
    assert await sideways(page) == 0
    await page.get_by_role("main").get_by_role("checkbox").nth(1).check()
    await page.get_by_role("button", name="Filter").click()
    await page.get_by_role("dialog").get_by_label("Field", exact=True).select_option(label="Status")
    await expect(page.get_by_role("dialog").get_by_label("Values")).to_be_visible()
    await look(page, "list filter")
    assert await axe(page, within="[role=dialog]") == []
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Export").first.click()
    await expect(page.get_by_role("dialog")).to_contain_text("Format")
    assert await axe(page, within="[role=dialog]") == []
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("region", name="What is selected").get_by_role("button", name="Edit").click()
    await page.get_by_role("dialog").get_by_label("Set a field").select_option(label="Status")
    await look(page, "list bulk edit")
    assert await axe(page, within="[role=dialog]") == []
    assert await sideways(page) == 0


async def test_on_a_phone_there_are_cards_that_sort(sign_in):
    page = await opened(sign_in, width=390)
    await expect(page.locator("table")).to_have_count(0)
    await page.get_by_role("button", name="Sort").click()
    await page.get_by_role("menuitem", name="Title, descending").click()
    await expect(page.get_by_role("main").get_by_role("listitem").first).to_contain_text("rustc-dev-guide Overview")


@pytest.fixture
def article(site):
    """Do something with documents as an editor elsewhere."""

    async def ask(method: str, path: str, body: object = None) -> None:
        async with aiohttp.ClientSession() as session:
            credentials = {"email": "editor@example.org", "password": "correct horse battery", "bearer": True}
            async with session.post(f"{site.api}/_auth/login", json=credentials) as answer:
                token = (await answer.json())["token"]
            headers = {"Authorization": f"Bearer {token}"}
            async with session.request(method, f"{site.api}/{path}", json=body, headers=headers) as answer:
                assert answer.status < 300, await answer.text()

    return ask
