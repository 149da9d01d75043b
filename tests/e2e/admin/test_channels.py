"""Channels as an admin sees them: which there are, what is said on them as it is said, and saying something."""

import json
import re

import pytest
from playwright.async_api import Page, expect

CHATTER = """
import asyncio


async def run(ctx):
    for n in range(ctx.input["count"]):
        await ctx.realtime.send("content", {"type": "tick", "n": n, "about": {"place": f"desk {n}"}})
        await asyncio.sleep(0)
"""

JOB = """
- name: chatter
  description: Talks, for the tests
  file: jobs/chatter.py
  input: {type: object, required: [count], properties: {count: {type: integer}}, additionalProperties: false}
"""


@pytest.fixture(scope="module")
def site(open_site, filled):
    jobs = (filled / "jobs" / "newsroom.yml").read_text()
    with open_site({"jobs/chatter.py": CHATTER, "jobs/newsroom.yml": jobs + JOB}) as opened:
        yield opened


async def send(page: Page, channel: str, **message) -> None:
    """Send a message as the admin whose page this is."""
    answer = await page.request.post(f"/api/newsroom/_channels/{channel}/messages", data=message)
    assert answer.status == 202, await answer.text()


async def talk(page: Page, count: int) -> None:
    """Have a job send so many messages."""
    answer = await page.request.post("/api/newsroom/_jobs/chatter", data={"count": count})
    assert answer.status == 202, await answer.text()


def messages(page: Page):
    return page.get_by_role("log").locator("button[aria-expanded]")


async def test_the_list_has_what_is_declared_and_what_lives(sign_in, look, axe, sideways):
    page = await sign_in(at="_channels")
    table = page.get_by_role("table", name="Channels")
    await expect(table.get_by_role("link", name="content", exact=True)).to_be_visible()
    await expect(table.get_by_role("link", name="_hooks")).to_have_count(0)
    await page.request.post("/api/newsroom/_channels/user:42/messages", data={"type": "note"})
    row = table.get_by_role("row").filter(has=page.get_by_role("link", name="user:{userId}"))
    await row.get_by_role("button", name="Show the channels of user:{userId}").click()
    await expect(table.get_by_role("link", name="user:42")).to_be_visible()
    await page.get_by_label("Show built-in channels").check()
    await expect(table.get_by_role("link", name="_hooks")).to_be_visible()
    await page.get_by_label("Search channels").fill("breaking")
    await expect(table.get_by_role("link", name="content", exact=True)).to_have_count(0)
    await page.get_by_label("Search channels").fill("nothing is called so")
    await expect(page.get_by_text("No channel found")).to_be_visible()
    await page.get_by_label("Search channels").fill("")
    await look(page, "channels list")
    assert await axe(page) == []
    assert await sideways(page) == 0


async def test_a_channel_is_watched_while_a_job_sends_to_it(sign_in, look, axe):
    page = await sign_in(at="_channels/content")
    await expect(page.get_by_text("What is new on the site, for everybody").first).to_be_visible()
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    await talk(page, 3)
    await expect(messages(page)).to_have_count(3)
    await expect(messages(page).first).to_contain_text("n: 2")
    await page.get_by_label("Newest first").uncheck()
    await expect(messages(page).first).to_contain_text("n: 0")
    await messages(page).first.click()
    await expect(page.get_by_role("log")).to_contain_text('place: "desk 0"')
    await look(page, "channel watched", full=True)
    assert await axe(page) == []


async def test_a_paused_watch_says_how_much_waits_and_shows_it_then(sign_in):
    page = await sign_in(at="_channels/content")
    await page.get_by_label("Begin with the last").fill("0")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await talk(page, 5)
    await expect(page.get_by_text("5 messages wait")).to_be_visible()
    await expect(messages(page)).to_have_count(0)
    await page.get_by_role("button", name="Go on").click()
    await expect(messages(page)).to_have_count(5)
    await page.get_by_role("button", name="Clear").click()
    await expect(messages(page)).to_have_count(0)


async def test_messages_are_found_by_type_and_text(sign_in):
    page = await sign_in(at="_channels/user:7")
    for n, type in enumerate(["note", "alert", "note"]):
        await send(page, "user:7", type=type, text=f"word{n}")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(messages(page)).to_have_count(3)
    await page.get_by_label("Find in messages").fill("WORD2")
    await expect(messages(page)).to_have_count(1)
    await page.get_by_label("Find in messages").fill("")
    await page.get_by_label("Type").first.click()
    await page.get_by_role("option", name="alert").click()
    await expect(messages(page)).to_have_count(1)
    await expect(messages(page).first).to_contain_text("word1")


async def test_a_watch_begins_with_as_many_as_are_asked_for(sign_in):
    page = await sign_in(at="_channels/user:8")
    for n in range(4):
        await send(page, "user:8", type="note", n=n)
    last = page.get_by_label("Begin with the last")
    await last.fill("101")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_text("A number from 0 to 100")).to_be_visible()
    await last.fill("2")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(messages(page)).to_have_count(2)
    await expect(messages(page).first).to_contain_text("n: 3")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_role("status").filter(has_text="Not watching")).to_be_visible()
    await send(page, "user:8", type="note", n=4)
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(messages(page).first).to_contain_text("n: 4")


async def test_at_most_500_messages_are_shown(sign_in):
    page = await sign_in(at="_channels/content")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    await talk(page, 620)
    await expect(messages(page).first).to_contain_text("n: 619")
    await expect(page.locator("[data-count='500']")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"\d+ older messages are no longer shown"))).to_be_visible()


async def test_what_is_not_kept_is_marked_and_a_client_s_message_passes_its_hook(sign_in, look):
    page = await sign_in(at="_channels/channel:breaking")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    await page.get_by_role("button", name="Send as a client").click()
    await page.get_by_label("Content", exact=False).first.fill("good morning")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Sent at")).to_be_visible()
    await expect(messages(page).first).to_contain_text("good morning")
    form = page.get_by_role("region", name="Send a message")
    await form.get_by_label("Type").click()
    await page.get_by_role("option", name="typing").click()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_role("log").get_by_text("not kept")).to_be_visible()
    await look(page, "channel sent", full=True)


async def test_a_form_made_from_a_schema_says_what_is_wrong_at_its_fields(sign_in, problems, look):
    problems.expect("status of 422")
    page = await sign_in(at="_channels/system")
    form = page.get_by_role("region", name="Send a message")
    await form.get_by_label("Type").click()
    await page.get_by_role("option", name="status").click()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("is required")).to_have_count(3)
    await form.get_by_label("published").fill("many")
    await form.get_by_label("drafts").fill("1")
    await form.get_by_label("waiting").fill("1")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("is not a number")).to_be_visible()
    await form.get_by_role("button", name="JSON", exact=True).click()
    await form.get_by_label("Content as JSON").fill(json.dumps({"published": "x", "drafts": 1, "waiting": 1}))
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("/published: must be a whole number")).to_be_visible()
    await look(page, "channel refused", full=True)
    await form.get_by_label("Content as JSON").fill(json.dumps({"published": 3, "drafts": 1, "waiting": 1}))
    await form.get_by_role("button", name="Form", exact=True).click()
    await expect(form.get_by_label("published")).to_have_value("3")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("Sent at")).to_be_visible()


async def test_a_command_for_the_shell_is_copied(sign_in, sees):
    page = await sign_in(at="_channels/content")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy as curl").first.click()
    async with sees(page, "Copied"):
        await page.get_by_role("menuitem", name="Watch, as an admin").click()
    command = await page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("curl -N -H 'Authorization: Bearer TOKEN' 'http://127.0.0.1:")
    assert command.endswith("/api/newsroom/_channels/content/messages?lastN=20'")


async def test_who_is_there_is_said_and_the_admin_who_watches_is_not(sign_in, site):
    admin = await sign_in(at="_channels/channel:breaking")
    await admin.get_by_role("button", name="Watch", exact=True).click()
    await expect(admin.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    there = admin.get_by_role("region", name="Who is there")
    await expect(there.get_by_text("Nobody")).to_be_visible()
    editor = await sign_in("editor")
    await editor.evaluate(
        "window.source = new EventSource('/api/newsroom/_events?channels=channel:breaking'); undefined"
    )  # fmt: skip
    await expect(there.get_by_text("Edda Editor")).to_be_visible()
    await expect(there.get_by_text("Ada Admin")).to_have_count(0)
    await expect(admin.get_by_role("log").get_by_text("presence")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_channels_at_all_widths_and_in_both_schemes(sign_in, look, axe, sideways, width, scheme):
    page = await sign_in(at="_channels", width=width, scheme=scheme)
    await expect(page.get_by_role("link", name="content", exact=True)).to_be_visible()
    await look(page, "channels", full=True)
    assert (await axe(page), await sideways(page)) == ([], 0)
    await page.get_by_role("link", name="channel:{room}").click()
    await expect(page.get_by_text("Open a channel of this template")).to_be_visible()
    await look(page, "channel template", full=True)
    assert (await axe(page), await sideways(page)) == ([], 0)
    await page.get_by_label("room").fill("breaking")
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.get_by_role("button", name="Watch", exact=True).click()
    await send(page, "channel:breaking", type="hello", list=[1, {"a": None}], text="word " * 40)
    await messages(page).first.click()
    await look(page, "channel", full=True)
    assert (await axe(page), await sideways(page)) == ([], 0)


async def test_channels_in_german(sign_in):
    page = await sign_in(at="_channels/content", language="de")
    await expect(page.get_by_role("button", name="Mitlesen")).to_be_visible()
    await expect(page.get_by_text("Die letzten 100 Nachrichten")).to_be_visible()


async def test_an_editor_finds_no_channels_and_the_server_refuses_them(sign_in):
    page = await sign_in("editor", at="_channels")
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    for path in ("_channels", "_channels/content", "_channels/content/messages"):
        assert (await page.request.get(f"/api/newsroom/{path}")).status == 403


async def test_gaps_and_the_end_of_a_stream_stand_between_its_messages(sign_in, look):
    page = await sign_in(at="_channels/content")

    def frame(name, id, **data):
        return f"id: e.{id}\nevent: {name}\ndata: {json.dumps(data)}\n\n"

    body = (
        "retry: 600000\n"
        + frame("ready", 1, connection="c", channels={"content": {}}, denied={})
        + frame("message", 2, type="one", channel="content", timestamp="2026-01-15T10:30:00.000Z")
        + frame("reset", 9, channel="content", reason="slow", missed=7)
        + frame("message", 10, type="two", channel="content", timestamp="2026-01-15T10:30:01.000Z")
    )
    await page.route(
        "**/_channels/content/messages*",
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body),
    )
    await page.get_by_role("button", name="Watch", exact=True).click()
    log = page.get_by_role("log")
    await expect(log.locator("[data-note=reset]")).to_contain_text(
        "This page did not read fast enough · 7 messages missed"
    )
    await expect(log.locator("[data-note=lost]")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="The connection is lost")).to_be_visible()
    texts = await log.locator("> div").all_inner_texts()
    assert [next(word for word in ("lost", "two", "missed", "one") if word in text) for text in texts] == [
        "lost", "two", "missed", "one",
    ]  # fmt: skip
    await look(page, "channel gaps")


async def test_an_admin_who_is_none_any_more_loses_the_watch(sign_in, site, problems):
    problems.expect("status of 403")
    site.run("user", "add", "second@example.org", "--role", "admin", "--password-stdin", input="correct horse battery")
    page = await sign_in(None)
    login = {"email": "second@example.org", "password": "correct horse battery"}
    assert (await page.request.post(f"{site.api}/_auth/login", data=login)).status == 200
    await page.goto(f"{site.admin}_channels/content")
    await page.get_by_role("button", name="Watch", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="Watching")).to_be_visible()
    site.run("user", "role", "second@example.org", "editor")
    await expect(page.get_by_text("The server has taken this channel away from you")).to_be_visible()


ORDER = """\
  - name: orders
    description: For a form with a bit of everything
    scope: authenticated
    events:
      order:
        type: object
        required: [buyer, count, items, priority, source]
        additionalProperties: false
        properties:
          buyer: {type: string, format: email, title: Buyer, description: Whom to write to}
          count: {type: integer, minimum: 1, maximum: 9, default: 2}
          price: {type: number}
          gift: {type: boolean}
          paid: {type: boolean, default: true}
          priority: {enum: [low, high]}
          source: {const: shop}
          at: {type: string, format: date-time}
          note: {type: string, maxLength: 2000}
          address:
            type: object
            required: [city]
            properties: {city: {type: string}, zip: {type: string}}
          items:
            type: array
            minItems: 1
            items:
              type: object
              required: [name]
              properties: {name: {type: string}, tags: {type: array, items: {type: string}}}
          anything: {}

collections: !include"""


async def test_a_schema_with_a_bit_of_everything_has_an_input_for_each_part(
    sign_in, site, problems, look, axe, sideways
):
    problems.expect("status of 422")
    config = site.folder / "config.yml"
    config.write_text(config.read_text().replace("\ncollections: !include", "\n" + ORDER, 1))
    page = await sign_in(at="_channels")
    await page.get_by_role("link", name="orders").click()
    form = page.get_by_role("region", name="Send a message")
    await form.get_by_label("Buyer").fill("ada@example.org")
    await expect(form.get_by_label("count")).to_have_value("2")
    await form.get_by_label("priority").click()
    await page.get_by_role("option", name="high").click()
    await form.get_by_role("group", name="items").get_by_label("name").fill("Paint")
    await form.get_by_role("button", name="Add to tags").click()
    await form.get_by_role("group", name="tags").get_by_role("textbox").fill("blue")
    await form.get_by_role("button", name="Add to items").click()
    await form.get_by_label("zip").fill("1010")
    await form.get_by_label("anything").fill('{"a": [1]}')
    await form.get_by_label("count").fill("20")
    await form.get_by_role("button", name="Send", exact=True).click()
    await expect(form.locator("p.Mui-error", has_text="must be at most 9")).to_be_visible()
    await look(page, "channel form", full=True)
    assert await axe(page) == []
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await sideways(page) == 0
    await look(page, "channel form", full=True)
    await form.get_by_label("count").fill("3")
    await form.get_by_role("button", name="Remove item 2 of items").click()
    await form.get_by_role("button", name="Send", exact=True).click()
    await expect(form.get_by_text("Sent at")).to_be_visible()
    await form.get_by_text("What was sent").click()
    sent = await form.get_by_role("status").inner_text()
    for part in ('buyer: "ada@example.org"', "count: 3", "paid: true", 'source: "shop"', 'city: ""', "items: 1 item"):
        assert part in sent
    assert "gift" not in sent
    assert "note" not in sent
