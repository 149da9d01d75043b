"""Forms in the admin UI: an input for each type of field, errors at their fields, what may not be written."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

SAMPLES = """\
name: samples
meta: {label: Samples, singular: Sample, title: title, listFields: [title, status]}
fields:
  - {name: title, type: string, required: true, maxLength: 60, pattern: "^[A-ZÄÖÜ]", meta: {help: A capital first}}
  - {name: slug, type: slug, from: title, unique: true}
  - {name: count, type: integer, min: 0, max: 100, meta: {width: half}}
  - {name: price, type: number, meta: {width: half}}
  - {name: mail, type: email}
  - {name: link, type: url}
  - {name: published, type: boolean}
  - {name: pinned, type: boolean, default: true}
  - {name: day, type: date}
  - {name: moment, type: datetime}
  - {name: status, type: select, options: [draft, done], default: draft, meta: {options: {done: All done}}}
  - {name: colours, type: multiselect, options: [red, green, blue]}
  - {name: intro, type: markdown, meta: {group: Texts}}
  - {name: body, type: richtext, maxLength: 300, meta: {group: Texts, help: As people read it}}
  - {name: author, type: reference, collection: authors, meta: {group: Structure}}
  - {name: tags, type: array, items: {type: string, maxLength: 5}, meta: {group: Structure}}
  - name: parts
    type: array
    meta: {group: Structure}
    items: {type: object, fields: [{name: name, type: string, required: true}, {name: amount, type: integer}]}
  - name: seo
    type: object
    meta: {group: Structure}
    fields: [{name: title, type: string}, {name: teaser, type: text}]
  - {name: data, type: json, meta: {group: Structure}}
  - {name: place, type: geo, meta: {group: Structure}}
  - {name: origin, type: string, readonly: true, default: by hand, meta: {group: Structure}}
permissions:
  role:editor: {read: true, create: true, update: {deny: [count]}, delete: true}
  role:author: {read: true}
"""

LIST_OF = {name: re.compile(rf"/admin/newsroom/{name}(\?|$)") for name in ("authors", "samples")}


@pytest.fixture(scope="module")
def site(open_site):
    with open_site({"collections/samples.yml": SAMPLES}) as opened:
        yield opened


def at(page: Page, name: str) -> Locator:
    """Return the input of a field."""
    return page.locator(f"#field-{name}")


async def call(page: Page, method: str, path: str, body: Any = None) -> Any:
    """Ask the API as the page's user."""
    data = None if body is None else json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = await page.request.fetch(f"/api/newsroom/{path}", method=method, data=data, headers=headers)
    assert answer.ok, await answer.text()
    return await answer.json() if answer.status != 204 else None


async def made(page: Page, **fields: Any) -> str:
    """Make a sample and open its form; return its id."""
    sample = await call(page, "POST", "samples", {"title": "A sample", **fields})
    await page.goto(f"/admin/newsroom/samples/{sample['id']}")
    await expect(at(page, "title").or_(page.get_by_text("You may read this"))).to_be_visible()
    return sample["id"]


async def equipped(page: Page) -> None:
    """Wait for the editors of both texts, which come later than the form; plain inputs take their place until then."""
    await expect(page.get_by_role("tab", name="Preview")).to_have_count(2)


async def saved(page: Page) -> None:
    """Save with the keyboard and wait until that is done."""
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("All changes saved")).to_be_visible()


async def test_every_type_of_field_is_filled_in_and_saved_as_it_should_be(sign_in):
    page = await sign_in("editor", at="samples/create")
    await at(page, "title").fill("Über Größe")
    await expect(at(page, "slug")).to_have_value("uber-grosse")
    await at(page, "count").fill("42")
    await at(page, "price").fill("1,5")
    await at(page, "mail").fill("ada@example.org")
    await at(page, "link").fill("https://example.org/")
    await expect(page.get_by_role("link", name="Open the link in a new tab")).to_have_attribute(
        "href", "https://example.org/"
    )
    await page.get_by_role("group", name="Published").get_by_role("button", name="No", exact=True).click()
    await page.get_by_role("switch", name="Pinned").click()
    await at(page, "day").fill("2026-02-28")
    await at(page, "moment").fill("2026-01-15T10:30")
    await at(page, "status").click()
    await page.get_by_role("option", name="All done").click()
    await at(page, "colours").fill("gre")
    await page.get_by_role("option", name="Green").click()
    await page.keyboard.press("Escape")
    await equipped(page)
    await at(page, "intro").click()
    await page.keyboard.type("- one\ntwo")
    await at(page, "body").click()
    await page.keyboard.press("Control+b")
    await page.keyboard.type("bold")
    author = (await call(page, "GET", "authors?limit=1&sort=name"))["items"][0]
    await at(page, "author").fill(author["name"])
    await page.get_by_role("option", name=author["name"], exact=True).first.click()
    await at(page, "tags").press_sequentially("one,two")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Add: Parts").click()
    await expect(at(page, "parts-0-name")).to_be_focused()
    await page.keyboard.type("First")
    await at(page, "seo-title").fill("For machines")
    await at(page, "data").fill('{"a": [1, null]}')
    await page.get_by_label("Latitude").fill("52.5")
    await page.get_by_label("Longitude").fill("13.4")
    await page.get_by_role("button", name="Create", exact=True).click()
    await page.wait_for_url("**/samples/0*")
    stored = await call(page, "GET", page.url.split("/newsroom/")[1])
    given = {name: value for name, value in stored.items() if name not in {"id", "createdAt", "updatedAt", "createdBy"}}
    assert given == {
        "title": "Über Größe", "slug": "uber-grosse", "count": 42, "price": 1.5, "mail": "ada@example.org",
        "link": "https://example.org/", "published": False, "pinned": False, "day": "2026-02-28",
        "moment": "2026-01-15T10:30:00.000Z", "status": "done", "colours": ["green"], "intro": "- one\n- two",
        "body": "<p><strong>bold</strong></p>", "author": author["id"], "tags": ["one", "two"],
        "parts": [{"name": "First"}], "seo": {"title": "For machines"}, "data": {"a": [1, None]},
        "place": {"type": "Point", "coordinates": [13.4, 52.5]}, "origin": "by hand", "version": 1,
    }  # fmt: skip
    await expect(page.get_by_text("All changes saved")).to_be_visible()


async def test_what_is_being_typed_into_a_picker_stays_when_the_form_is_drawn_anew(sign_in, site):
    page = await sign_in("editor", at="samples/create")
    author = (await call(page, "GET", "authors?limit=1&sort=name"))["items"][0]
    await at(page, "author").fill(author["name"])
    await page.get_by_role("option", name=author["name"], exact=True).first.click()
    collection = site.folder / "collections/samples.yml"
    for field, typed, again in (("colours", "gre", "A word first"), ("author", "nobody in part", "A capital first")):
        await at(page, field).fill(typed)
        text = collection.read_text()
        collection.write_text(text.replace("A capital first" if again == "A word first" else "A word first", again))
        await expect(page.get_by_text(again)).to_be_visible()
        await expect(at(page, field)).to_have_value(typed)
    await at(page, "colours").fill("gre")
    await page.get_by_role("option", name="Green").click()
    await expect(page.locator("[data-pointer='/colours'] .MuiChip-root")).to_have_text("Green")


async def test_only_what_has_changed_is_sent_with_the_version_that_it_was_made_on(sign_in):
    page = await sign_in("editor")
    await made(page, seo={"title": "a", "teaser": "b"}, tags=["x"], price=2)
    await at(page, "price").fill("")
    await at(page, "seo-title").fill("c")
    async with page.expect_request(lambda request: request.method == "PATCH") as sent:
        await saved(page)
    request = await sent.value
    assert json.loads(request.post_data) == {"price": None, "seo": {"title": "c"}}
    assert (await request.all_headers())["if-match"] == '"1"'


async def test_a_slug_can_be_made_of_its_field_again(sign_in):
    page = await sign_in("editor")
    id = await made(page, title="First title of this")
    await at(page, "title").fill("Second title of this")
    await expect(at(page, "slug")).to_have_value("first-title-of-this")
    await page.get_by_role("button", name="Make it from “Title” again").click()
    await expect(at(page, "slug")).to_have_value("second-title-of-this")
    await saved(page)
    assert (await call(page, "GET", f"samples/{id}"))["slug"] == "second-title-of-this"


async def test_what_is_wrong_is_said_at_its_field_before_anything_is_sent(sign_in, look):
    page = await sign_in("editor", at="samples/create")
    await at(page, "title").fill("small")
    await at(page, "count").fill("101")
    await at(page, "data").fill('{\n"a": 1,\n}')
    await page.get_by_label("Latitude").fill("52")
    await page.get_by_role("button", name="Add: Parts").click()
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Not saved: 5 things are wrong")).to_be_visible()
    await expect(at(page, "title")).to_be_focused()
    await expect(page.get_by_text("must match ^[A-ZÄÖÜ]")).to_be_visible()
    await expect(page.get_by_text("must be at most 100")).to_be_visible()
    await expect(page.get_by_text("Line 3: a name in double quotes is expected here")).to_be_visible()
    await expect(page.get_by_text("Needs both: latitude")).to_be_visible()
    await look(page, "form errors", full=True)
    await at(page, "title").fill("Small")
    await expect(page.get_by_text("must match ^[A-ZÄÖÜ]")).to_be_hidden()


async def test_what_the_server_refuses_lands_at_its_field(sign_in, problems):
    problems.expect("status of 422")
    problems.expect("status of 409")
    page = await sign_in("editor")
    await made(page, title="Taken title")
    other = await call(page, "POST", "authors", {"name": "Gone"})
    await made(page, author=other["id"])
    await at(page, "slug").fill("taken-title")
    await page.keyboard.press("Control+s")
    await expect(at(page, "slug")).to_be_focused()
    await expect(page.locator("[data-pointer='/slug']")).to_contain_text("Is taken by another document")
    await page.route(
        "**/api/newsroom/samples/*",
        lambda route: route.fulfill(
            status=422,
            content_type="application/problem+json",
            body=json.dumps({
                "status": 422, "code": "invalid_document", "detail": "it does not fit",
                "errors": {"/tags/1": "must have at most 5 characters", "/seo/title": "is silly", "": "too late today"},
            }),
        ),
    )  # fmt: skip
    await at(page, "slug").fill("free-title")
    await at(page, "tags").fill("a,")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("too late today")).to_be_visible()
    await expect(page.locator("[data-pointer='/seo/title']")).to_contain_text("Is silly")
    await expect(at(page, "tags")).to_be_focused()


async def test_lists_are_put_in_order_by_buttons_and_keys_and_keep_the_focus(sign_in):
    page = await sign_in("editor")
    id = await made(page, parts=[{"name": "one"}, {"name": "two"}, {"name": "three"}], tags=["a", "b"])
    await page.get_by_role("button", name="Move 3 up").click()
    await expect(page.get_by_role("button", name="Move 2 up")).to_be_focused()
    await at(page, "parts-0-name").focus()
    await page.keyboard.press("Alt+ArrowDown")
    await expect(at(page, "parts-1-name")).to_be_focused()
    await page.get_by_role("button", name="Remove 3").click()
    await expect(page.get_by_role("button", name="Remove 2")).to_be_focused()
    tags = page.locator("[data-pointer='/tags']")
    await tags.get_by_role("button", name="Change the order").click()
    await tags.get_by_role("button", name="Move 1 down").click()
    await saved(page)
    stored = await call(page, "GET", f"samples/{id}")
    assert (stored["parts"], stored["tags"]) == ([{"name": "three"}, {"name": "one"}], ["b", "a"])


async def test_markdown_is_formatted_by_keys_and_shown_without_what_could_run(sign_in, look):
    page = await sign_in("editor")
    await made(page, intro="word <img src=x onerror=alert(1)>\n\n| a |\n|:-:|\n| b |\n\n[x](javascript:alert(1))")
    await equipped(page)
    await at(page, "intro").focus()
    await page.evaluate("document.querySelector('#field-intro').setSelectionRange(0, 4)")
    await page.keyboard.press("Control+b")
    await expect(at(page, "intro")).to_have_value(re.compile(r"^\*\*word\*\* <img"))
    await page.keyboard.press("Control+z")
    await expect(at(page, "intro")).to_have_value(re.compile("^word <img"))
    await page.keyboard.press("Control+b")
    await page.get_by_role("tab", name="Preview").first.click()
    preview = page.get_by_role("region", name="Preview")
    await expect(preview.locator("strong")).to_have_text("word")
    await expect(preview).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(preview.locator("table")).to_be_visible()
    assert await preview.locator("img, a").count() == 0
    await look(page, "markdown preview")


@pytest.mark.parametrize(("field", "part"), [("intro", "MarkdownInput"), ("body", "RichTextInput")])
async def test_an_editor_that_comes_late_leaves_the_focus_to_whoever_has_begun_to_write(sign_in, field, part):
    page = await sign_in("editor")
    come = asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route(re.compile(rf"/_assets/{part}.*\.js"), late)
    await made(page)
    await at(page, field).focus()
    await page.keyboard.type("one-")
    come.set()
    input = page.locator(f"[data-pointer='/{field}']")
    await expect(input.get_by_role("tab", name="Preview")).to_be_visible()
    await expect(at(page, field)).to_be_focused()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("two")
    await input.get_by_role("tab", name="Preview").click()
    await expect(input.get_by_role("region", name="Preview")).to_have_text(re.compile(r"^\s*one-two\s*$"))


async def test_richtext_that_the_editor_does_not_know_is_opened_as_it_is(sign_in):
    page = await sign_in("editor")
    html = "<table><tbody><tr><td>a</td></tr></tbody></table><script>alert(1)</script>"
    id = await made(page, body=html)
    await expect(at(page, "body")).to_have_value(html)
    body = page.locator("[data-pointer='/body']")
    await body.get_by_role("tab", name="Preview").click()
    await expect(body.locator("td")).to_have_text("a")
    assert await body.locator("script").count() == 0
    await body.get_by_role("tab", name="Editor").click()
    await expect(body.get_by_text("parts that the editor does not know")).to_be_visible()
    await at(page, "mail").fill("ada@example.org")
    await saved(page)
    assert (await call(page, "GET", f"samples/{id}"))["body"] == html


async def test_what_is_wrong_with_richtext_is_told_to_readers_of_screens(sign_in):
    page = await sign_in("editor")
    await made(page, body="<p>short</p>")
    await equipped(page)
    body = page.get_by_role("textbox", name="Body")
    await expect(body).to_have_accessible_description("As people read it")
    await body.focus()
    await page.keyboard.insert_text("word " * 100)
    await page.keyboard.press("Control+s")
    await expect(body).to_have_attribute("aria-invalid", "true")
    await expect(body).to_have_accessible_description(re.compile("300"))
    await expect(body).to_be_focused()


async def test_a_mistake_in_what_many_are_to_be_set_to_is_told_and_nothing_is_sent(sign_in):
    page = await sign_in("editor")
    await call(page, "POST", "samples", {"title": "To be changed"})
    await page.goto("/admin/newsroom/samples")
    await page.locator("tbody tr", has_text="To be changed").get_by_role("checkbox").check()
    await page.get_by_role("region", name="What is selected").get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    change = dialog.get_by_role("button", name="Change 1 document")
    await dialog.get_by_label("Set a field").select_option(label="Data")
    data = dialog.get_by_role("textbox", name="Data")
    await data.fill('{"a": 1}')
    await expect(change).to_be_enabled()
    await data.fill('{"a": 1')
    await expect(dialog.get_by_text("Line 1: ")).to_be_visible()
    await expect(change).to_be_disabled()
    await data.fill('{"a": 2}')
    await dialog.get_by_label("Set a field").select_option(label="Price")
    await dialog.get_by_role("textbox", name="Price").fill("2,5")
    await change.click()
    await expect(dialog.get_by_text("1 of 1 done.")).to_be_visible()
    (sample,) = (await call(page, "GET", "samples?filter=" + json.dumps({"title": "To be changed"})))["items"]
    assert (sample["data"], sample["price"]) == ({"a": 2}, 2.5)


async def test_what_may_not_be_written_is_text_and_no_input(sign_in):
    page = await sign_in("editor")
    await made(page, count=7)
    count = page.locator("[data-pointer='/count']")
    await expect(count).to_contain_text("7")
    assert await count.locator("input").count() == 0
    assert await page.locator("[data-pointer='/origin'] input").count() == 0


async def test_who_may_only_read_sees_the_document_and_no_input(sign_in):
    editor = await sign_in("editor")
    id = await made(editor, tags=["a"], intro="**bold**")
    page = await sign_in("author", at=f"samples/{id}")
    await expect(page.get_by_text("You may read this, not change it.")).to_be_visible()
    await expect(page.locator("[data-pointer='/intro'] strong")).to_have_text("bold")
    assert await page.locator("main input, main textarea").count() == 0
    await expect(page.get_by_role("button", name="Save")).to_have_count(0)


async def test_leaving_with_unsaved_changes_is_asked_about(sign_in):
    page = await sign_in("editor")
    await made(page)
    await at(page, "mail").fill("ada@example.org")
    await expect(page.get_by_text("Unsaved changes")).to_be_visible()
    await page.get_by_role("navigation").get_by_role("link", name="Authors").click()
    await page.get_by_role("button", name="Stay").click()
    await expect(at(page, "mail")).to_have_value("ada@example.org")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Discard changes").click()
    await expect(at(page, "mail")).to_have_value("")
    await page.get_by_role("navigation").get_by_role("link", name="Authors").click()
    await page.wait_for_url(LIST_OF["authors"])


async def test_a_document_is_duplicated_without_what_may_be_there_once_and_deleted(sign_in):
    page = await sign_in("editor")
    id = await made(page, title="To be doubled", tags=["a"])
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Duplicate").click()
    await page.wait_for_url("**/samples/create")
    await expect(at(page, "title")).to_have_value("To be doubled")
    await page.get_by_role("button", name="Create and close").click()
    await page.wait_for_url(LIST_OF["samples"])
    query = 'filter={"title":"To be doubled"}&sort=createdAt'
    both = (await call(page, "GET", f"samples?{query}"))["items"]
    assert [(one["slug"], one["tags"]) for one in both] == [("to-be-doubled", ["a"]), ("to-be-doubled-2", ["a"])]
    await page.goto(f"/admin/newsroom/samples/{id}")
    await page.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await page.wait_for_url(LIST_OF["samples"])
    assert len((await call(page, "GET", f"samples?{query}"))["items"]) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_form_can_be_used_by_all_at_every_width(sign_in, axe, sideways, look, width, scheme):
    page = await sign_in("editor", width=width, scheme=scheme)
    await made(
        page, tags=["a", "b"], parts=[{"name": "one"}], seo={"title": "t"}, data={"a": 1}, intro="# Text",
        colours=["red"], count=3, link="https://example.org/" + "long/" * 30,
    )  # fmt: skip
    await equipped(page)
    await expect(at(page, "body")).to_be_visible()
    assert await sideways(page) == 0
    assert await axe(page) == []
    await look(page, "form", full=True)


async def test_a_form_speaks_german(sign_in):
    page = await sign_in("editor", at="samples/create", language="de")
    await expect(at(page, "title")).to_be_visible()
    await page.keyboard.press("Control+s")
    await expect(page.locator("[data-pointer='/title']")).to_contain_text("Ist erforderlich")
